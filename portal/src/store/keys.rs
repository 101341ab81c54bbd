//! API keys, and the one question that every call asks: whose key is this, and may it use
//! this origin?

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{self, Entry, OPERATOR};
use crate::database::{Change, Database};
use crate::key::KeyHash;

/// `live` or `test`: of a key, and of the origins that it may use.
pub fn environment(live: bool) -> &'static str {
    if live { "live" } else { "test" }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Purpose {
    /// Links and the portal's server, as the published service has it.
    Any,
    /// The portal's server alone: it stands in no link.
    Server,
    /// Links alone: it can only be validated.
    Link,
}

impl Purpose {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Server => "server",
            Self::Link => "link",
        }
    }

    fn named(text: &str) -> Option<Self> {
        [Self::Any, Self::Server, Self::Link]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }
}

/// A key, without what would open anything.
#[derive(Clone, Debug)]
pub struct Key {
    /// `key_…`.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// `ss_live_…`.
    pub live: bool,
    /// What it may be used for.
    pub purpose: Purpose,
    /// Calls a minute, from each client network.
    pub rpm: u32,
    /// The tenant wants no link signed without a session.
    pub require_session: bool,
}

/// What is known of a key together with an origin.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It is good.
    Good {
        /// The key.
        key: Arc<Key>,
        /// The origin is one of its tenant's, for keys of its kind.
        origin: bool,
    },
    /// Its time is over.
    Expired,
    /// It was revoked, or its tenant switched off.
    Revoked,
    /// Nobody has it.
    Unknown,
}

type Asked = (KeyHash, String);

/// Answers are kept for half a second: a revoked key is refused everywhere within a second, and
/// no message between services is needed. What nobody knows is kept apart, so that made-up keys
/// push no real ones out.
pub struct Standings {
    database: Database,
    known: Cache<Asked, Standing>,
    unknown: Cache<Asked, Standing>,
}

const KEPT: Duration = Duration::from_millis(500);

impl Standings {
    /// Empty.
    pub fn new(database: Database) -> Self {
        let cache = |most| {
            Cache::builder()
                .max_capacity(most)
                .time_to_live(KEPT)
                .build()
        };
        Self {
            database,
            known: cache(50_000),
            unknown: cache(5_000),
        }
    }

    /// Asks, or remembers.
    pub async fn of(&self, hash: &KeyHash, origin: &str) -> sqlx::Result<Standing> {
        let asked = (*hash, origin.to_owned());
        if let Some(standing) = self.known.get(&asked).or_else(|| self.unknown.get(&asked)) {
            return Ok(standing);
        }
        let standing = standing(&self.database, hash, origin).await?;
        let cache = match standing {
            Standing::Good { origin: true, .. } => &self.known,
            _ => &self.unknown,
        };
        cache.insert(asked, standing.clone());
        Ok(standing)
    }
}

async fn standing(database: &Database, hash: &KeyHash, origin: &str) -> sqlx::Result<Standing> {
    let row = sqlx::query(
        "SELECT k.id, k.tenant_id, k.live, k.purpose, k.rpm, t.require_session, \
         CASE WHEN k.expires_at <= (SELECT now FROM clock) THEN 1 ELSE 0 END AS expired, \
         CASE WHEN k.revoked_at IS NOT NULL OR t.disabled_at IS NOT NULL THEN 1 ELSE 0 END AS revoked, \
         CASE WHEN EXISTS (SELECT 1 FROM origins o WHERE o.tenant_id = k.tenant_id \
              AND o.live = k.live AND o.origin = $2) THEN 1 ELSE 0 END AS known \
         FROM api_keys k JOIN tenants t ON t.id = k.tenant_id WHERE k.hash = $1",
    )
    .bind(hash.to_vec())
    .bind(origin)
    .fetch_optional(database.read())
    .await?;
    let Some(row) = row else {
        return Ok(Standing::Unknown);
    };
    if flag(&row, "revoked")? {
        return Ok(Standing::Revoked);
    }
    if flag(&row, "expired")? {
        return Ok(Standing::Expired);
    }
    let purpose: String = row.try_get("purpose")?;
    let purpose = Purpose::named(&purpose).ok_or_else(|| sqlx::Error::Decode(purpose.into()))?;
    Ok(Standing::Good {
        key: Arc::new(Key {
            id: row.try_get("id")?,
            tenant: row.try_get("tenant_id")?,
            live: flag(&row, "live")?,
            purpose,
            rpm: u32::try_from(row.try_get::<i64, _>("rpm")?).unwrap_or(u32::MAX),
            require_session: flag(&row, "require_session")?,
        }),
        origin: flag(&row, "known")?,
    })
}

fn flag(row: &AnyRow, name: &str) -> sqlx::Result<bool> {
    Ok(row.try_get::<i64, _>(name)? != 0)
}

/// A key that is to be added.
pub struct New<'a> {
    /// The key itself, which is not kept.
    pub key: &'a str,
    /// `key_…`.
    pub id: &'a str,
    /// Whose it will be.
    pub tenant: &'a str,
    /// `ss_live_…`.
    pub live: bool,
    /// What it may be used for.
    pub purpose: Purpose,
    /// For people.
    pub label: &'a str,
    /// Calls a minute, from each client network.
    pub rpm: u32,
    /// When it ends by itself.
    pub days: Option<u32>,
}

/// Adds one.
pub async fn add(change: &mut Change, instance: &str, new: &New<'_>) -> sqlx::Result<()> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let hint = new
        .key
        .get(new.key.len().saturating_sub(4)..)
        .unwrap_or_default();
    sqlx::query(
        "INSERT INTO api_keys \
         (hash, id, tenant_id, live, purpose, hint, label, rpm, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT now FROM clock), \
                 (SELECT now FROM clock) + $9)",
    )
    .bind(crate::key::hash(new.key).to_vec())
    .bind(new.id)
    .bind(new.tenant)
    .bind(i64::from(new.live))
    .bind(new.purpose.as_str())
    .bind(hint)
    .bind(new.label)
    .bind(i64::from(new.rpm))
    .bind(new.days.map(|days| i64::from(days) * DAY))
    .execute(&mut **change)
    .await?;
    record(change, instance, new.tenant, new.id, "key.add").await
}

/// Of a listed key.
pub struct Listed {
    /// `key_…`.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// `ss_live_…`.
    pub live: bool,
    /// What it may be used for.
    pub purpose: Purpose,
    /// Its last four characters.
    pub hint: String,
    /// For people.
    pub label: String,
    /// Calls a minute, from each client network.
    pub rpm: u32,
    /// In milliseconds since 1970.
    pub created_at: i64,
    /// As `created_at`.
    pub expires_at: Option<i64>,
    /// As `created_at`.
    pub revoked_at: Option<i64>,
    /// It is accepted now, as far as it decides that.
    pub good: bool,
}

/// The keys of a tenant, or with its id one key; oldest first.
pub async fn list(database: &Database, tenant: &str, id: &str) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query(
        "SELECT id, tenant_id, live, purpose, hint, label, rpm, created_at, expires_at, revoked_at, \
         CASE WHEN revoked_at IS NULL AND (expires_at IS NULL \
              OR expires_at > (SELECT now FROM clock)) THEN 1 ELSE 0 END AS good \
         FROM api_keys WHERE tenant_id = $1 OR id = $2 ORDER BY created_at, id",
    )
    .bind(tenant)
    .bind(id)
    .fetch_all(database.read())
    .await?;
    rows.iter().map(listed).collect()
}

fn listed(row: &AnyRow) -> sqlx::Result<Listed> {
    let purpose: String = row.try_get("purpose")?;
    Ok(Listed {
        id: row.try_get("id")?,
        tenant: row.try_get("tenant_id")?,
        live: flag(row, "live")?,
        purpose: Purpose::named(&purpose).ok_or_else(|| sqlx::Error::Decode(purpose.into()))?,
        hint: row.try_get("hint")?,
        label: row.try_get("label")?,
        rpm: u32::try_from(row.try_get::<i64, _>("rpm")?).unwrap_or(u32::MAX),
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
        good: flag(row, "good")?,
    })
}

/// From now on it is refused.
pub async fn revoke(database: &Database, instance: &str, key: &Listed) -> sqlx::Result<()> {
    let mut change = database.begin().await?;
    sqlx::query(
        "UPDATE api_keys SET revoked_at = (SELECT now FROM clock) \
         WHERE id = $1 AND revoked_at IS NULL",
    )
    .bind(key.id.as_str())
    .execute(&mut *change)
    .await?;
    record(&mut change, instance, &key.tenant, &key.id, "key.revoke").await?;
    change.commit().await
}

/// It goes on for some hours and ends then, if it would not end before.
pub async fn end_in(
    change: &mut Change,
    instance: &str,
    key: &Listed,
    hours: u32,
) -> sqlx::Result<()> {
    const HOUR: i64 = 60 * 60 * 1000;
    sqlx::query(
        "UPDATE api_keys SET expires_at = (SELECT now FROM clock) + $1 \
         WHERE id = $2 AND (expires_at IS NULL OR expires_at > (SELECT now FROM clock) + $1)",
    )
    .bind(i64::from(hours) * HOUR)
    .bind(key.id.as_str())
    .execute(&mut **change)
    .await?;
    record(change, instance, &key.tenant, &key.id, "key.rotate").await
}

async fn record(
    change: &mut Change,
    instance: &str,
    tenant: &str,
    key: &str,
    action: &str,
) -> sqlx::Result<()> {
    let entry = Entry {
        tenant: Some(tenant),
        actor: OPERATOR,
        action,
        key: Some(key),
        ..Entry::default()
    };
    audit::write(change, instance, &entry).await
}
