//! Signing sessions: opened by a portal, used once by a desktop.

use securesign_card::digest::Digest;
use sha2::{Digest as _, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{self, Entry};
use super::keys::Key;
use crate::database::{Change, Database};
use crate::key;

/// What is to be signed, and where the result goes: all that a session binds.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The portal's id of the request.
    pub request_id: &'a str,
    /// `hash`, `pdf` or `xml`.
    pub document_type: &'a str,
    /// What is signed.
    pub digest: &'a Digest,
    /// As the portal wrote it.
    pub callback_url: &'a str,
}

/// An opened session.
#[derive(Clone, Debug)]
pub struct Session {
    /// `sess_…`; not kept.
    pub id: String,
    /// In milliseconds since 1970.
    pub expires_at: i64,
}

/// Why there is no session.
#[derive(Debug)]
pub enum NotOpened {
    /// The request id stands for another document or callback, another key, or was signed.
    Taken,
    /// What the database says.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for NotOpened {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Opens one for `minutes`. Asked again for the same, it gives the same one, as long as that
/// lives and was not used, so that an answer that was lost can be asked for again.
pub async fn open(
    database: &Database,
    instance: &str,
    (api_key, key): (&str, &Key),
    subject: &Subject<'_>,
    minutes: u32,
) -> Result<Session, NotOpened> {
    let mut change = database.begin().await?;
    // Those of a request that nobody signed in time make room for another try.
    sqlx::query(
        "DELETE FROM sessions WHERE tenant_id = $1 AND request_id = $2 AND used_at IS NULL \
         AND expires_at <= (SELECT now FROM clock)",
    )
    .bind(key.tenant.as_str())
    .bind(subject.request_id)
    .execute(&mut *change)
    .await?;
    let mut nonce = [0; 24];
    getrandom::fill(&mut nonce).map_err(super::unlucky)?;
    let id = session_id(api_key, &nonce);
    let new = insert(&mut change, (&id, &nonce), key, subject, minutes).await?;
    if let Some(row) = new {
        let entry = Entry {
            tenant: Some(&key.tenant),
            actor: &key.id,
            action: "session.open",
            key: Some(&key.id),
            request: Some(subject.request_id),
            ..Entry::default()
        };
        audit::write(&mut change, instance, &entry).await?;
        change.commit().await?;
        let expires_at = row.try_get("expires_at")?;
        return Ok(Session { id, expires_at });
    }
    let row = sqlx::query(
        "SELECT nonce, key_id, document_type, hash_algo, hash, callback_url, expires_at, used_at \
         FROM sessions WHERE tenant_id = $1 AND request_id = $2",
    )
    .bind(key.tenant.as_str())
    .bind(subject.request_id)
    .fetch_optional(&mut *change)
    .await?;
    let row = row.ok_or(NotOpened::Taken)?;
    let used: Option<i64> = row.try_get("used_at")?;
    let same = row.try_get::<String, _>("key_id")? == key.id
        && row.try_get::<String, _>("document_type")? == subject.document_type
        && row.try_get::<String, _>("hash_algo")? == subject.digest.algorithm().name()
        && row.try_get::<Vec<u8>, _>("hash")? == subject.digest.bytes()
        && row.try_get::<String, _>("callback_url")? == subject.callback_url;
    if used.is_some() || !same {
        return Err(NotOpened::Taken);
    }
    Ok(Session {
        id: session_id(api_key, &row.try_get::<Vec<u8>, _>("nonce")?),
        expires_at: row.try_get("expires_at")?,
    })
}

/// Made of the key and 192 random bits: so it can be told again to whoever has the key, and who
/// reads the database has no session.
fn session_id(api_key: &str, nonce: &[u8]) -> String {
    let hash = Sha256::new()
        .chain_update("securesign session\0")
        .chain_update(nonce)
        .chain_update(api_key);
    format!("sess_{}", key::base62(&hash.finalize().into()))
}

async fn insert(
    change: &mut Change,
    (id, nonce): (&str, &[u8]),
    key: &Key,
    subject: &Subject<'_>,
    minutes: u32,
) -> sqlx::Result<Option<AnyRow>> {
    sqlx::query(
        "INSERT INTO sessions (id_hash, nonce, tenant_id, key_id, live, request_id, document_type, \
         hash_algo, hash, callback_url, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (SELECT now FROM clock), \
                 (SELECT now FROM clock) + $11) \
         ON CONFLICT (tenant_id, request_id) DO NOTHING RETURNING expires_at",
    )
    .bind(key::hash(id).to_vec())
    .bind(nonce.to_vec())
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .bind(i64::from(key.live))
    .bind(subject.request_id)
    .bind(subject.document_type)
    .bind(subject.digest.algorithm().name())
    .bind(subject.digest.bytes().to_vec())
    .bind(subject.callback_url)
    .bind(i64::from(minutes) * 60_000)
    .fetch_optional(&mut **change)
    .await
}

/// A session as a desktop shows it, with what the link asks for.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// `sess_…`.
    pub id: &'a str,
    /// Random, made by the desktop for this request: an answer that was lost may be asked for
    /// again by whoever has it, and by nobody else.
    pub claim: Option<&'a str>,
    /// What the link says.
    pub subject: Subject<'a>,
}

/// Why a session does not permit a signature.
#[derive(Debug)]
pub enum NotUsed {
    /// There is none, or it is another tenant's.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was used.
    Used,
    /// It is about something else: the link was altered.
    Other,
    /// What the database says.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for NotUsed {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Uses it up. One statement decides, so that of many at the same time one succeeds.
pub async fn take(
    database: &Database,
    instance: &str,
    key: &Key,
    shown: &Shown<'_>,
) -> Result<(), NotUsed> {
    let id_hash = key::hash(shown.id).to_vec();
    let subject = &shown.subject;
    let mut change = database.begin().await?;
    let taken = sqlx::query(
        "UPDATE sessions SET used_at = COALESCE(used_at, (SELECT now FROM clock)), claim = $1 \
         WHERE id_hash = $2 AND tenant_id = $3 AND live = $4 AND request_id = $5 \
         AND document_type = $6 AND hash_algo = $7 AND hash = $8 AND callback_url = $9 \
         AND expires_at > (SELECT now FROM clock) AND (used_at IS NULL OR claim = $1)",
    )
    .bind(shown.claim)
    .bind(id_hash.clone())
    .bind(key.tenant.as_str())
    .bind(i64::from(key.live))
    .bind(subject.request_id)
    .bind(subject.document_type)
    .bind(subject.digest.algorithm().name())
    .bind(subject.digest.bytes().to_vec())
    .bind(subject.callback_url)
    .execute(&mut *change)
    .await?;
    if taken.rows_affected() == 1 {
        let entry = Entry {
            tenant: Some(&key.tenant),
            actor: &key.id,
            action: "session.use",
            key: Some(&key.id),
            request: Some(subject.request_id),
            ..Entry::default()
        };
        audit::write(&mut change, instance, &entry).await?;
        change.commit().await?;
        return Ok(());
    }
    let row = sqlx::query(
        "SELECT used_at, CASE WHEN expires_at <= (SELECT now FROM clock) THEN 1 ELSE 0 END \
         AS expired FROM sessions WHERE id_hash = $1 AND tenant_id = $2 AND live = $3",
    )
    .bind(id_hash)
    .bind(key.tenant.as_str())
    .bind(i64::from(key.live))
    .fetch_optional(&mut *change)
    .await?;
    let row = row.ok_or(NotUsed::Unknown)?;
    let used: Option<i64> = row.try_get("used_at")?;
    let expired: i64 = row.try_get("expired")?;
    Err(match (used, expired) {
        (_, 1) => NotUsed::Expired,
        (Some(_), _) => NotUsed::Used,
        (None, _) => NotUsed::Other,
    })
}

/// Removes what ended a day ago, at most a thousand at a time; how many there were.
pub async fn clean(database: &Database) -> sqlx::Result<u64> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let done = sqlx::query(
        "DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions \
         WHERE expires_at < (SELECT now FROM clock) - $1 LIMIT 1000)",
    )
    .bind(DAY)
    .execute(database.write())
    .await?;
    Ok(done.rows_affected())
}

/// What has become of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can be used.
    Open,
    /// It was used.
    Used,
    /// Its time was over before it was used.
    Expired,
}

/// Of a tenant's sessions, for people: times in milliseconds since 1970.
pub struct Listed {
    /// The portal's id of the request.
    pub request_id: String,
    /// `hash`, `pdf` or `xml`.
    pub document_type: String,
    /// The key that opened it.
    pub key_id: String,
    /// What has become of it.
    pub state: State,
    /// When it was opened.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
}

/// The last hundred sessions of a tenant, newest first.
pub async fn list(database: &Database, tenant: &str) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query(
        "SELECT request_id, document_type, key_id, created_at, expires_at, used_at, \
         CASE WHEN expires_at <= (SELECT now FROM clock) THEN 1 ELSE 0 END AS expired \
         FROM sessions WHERE tenant_id = $1 ORDER BY created_at DESC, request_id LIMIT 100",
    )
    .bind(tenant)
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            let used_at: Option<i64> = row.try_get("used_at")?;
            let state = match (used_at, row.try_get::<i64, _>("expired")?) {
                (Some(_), _) => State::Used,
                (None, 0) => State::Open,
                (None, _) => State::Expired,
            };
            Ok(Listed {
                request_id: row.try_get("request_id")?,
                document_type: row.try_get("document_type")?,
                key_id: row.try_get("key_id")?,
                state,
                created_at: row.try_get("created_at")?,
                expires_at: row.try_get("expires_at")?,
                used_at,
            })
        })
        .collect()
}
