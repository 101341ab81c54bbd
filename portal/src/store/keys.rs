//! API keys, and the one question that every call asks: whose key is this, and may it use
//! this origin?

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use sqlx::Row;
use sqlx::any::AnyRow;
use zeroize::Zeroizing;

use super::audit::{self, By, Entry};
use crate::database::{Change, Database};
use crate::key::{self, KeyHash};

/// `live` or `test`: of a key, and of the origins that it may use.
pub fn environment(live: bool) -> &'static str {
    if live { "live" } else { "test" }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
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

/// What `rpm` may be.
pub const RPM: RangeInclusive<i64> = 1..=100_000;

/// After how many days a key may end by itself.
pub const DAYS: RangeInclusive<i64> = 1..=3650;

/// How many hours a key may go on after its rotation.
pub const HOURS: RangeInclusive<i64> = 0..=168;

/// A key that is to be made.
pub struct New<'a> {
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

/// A key that was made: what is shown once, and not kept.
pub struct Made {
    /// `key_…`.
    pub id: String,
    /// The key itself.
    pub key: Zeroizing<String>,
}

impl Made {
    /// SHA-256 in hexadecimal, which a visitor's settings list.
    pub fn fingerprint(&self) -> String {
        securesign_card::text::hex_lower(&key::hash(&self.key))
    }
}

/// Makes one.
pub async fn add(database: &Database, by: By<'_>, new: &New<'_>) -> sqlx::Result<Made> {
    let mut change = database.begin().await?;
    let made = make(&mut change, by, new).await?;
    change.commit().await?;
    Ok(made)
}

async fn make(change: &mut Change, by: By<'_>, new: &New<'_>) -> sqlx::Result<Made> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let made = Made {
        id: super::id("key")?,
        key: key::generate(new.live).map_err(super::unlucky)?,
    };
    let hint = made.key.get(made.key.len().saturating_sub(4)..);
    sqlx::query(
        "INSERT INTO api_keys \
         (hash, id, tenant_id, live, purpose, hint, label, rpm, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT now FROM clock), \
                 (SELECT now FROM clock) + $9)",
    )
    .bind(key::hash(&made.key).to_vec())
    .bind(made.id.as_str())
    .bind(new.tenant)
    .bind(i64::from(new.live))
    .bind(new.purpose.as_str())
    .bind(hint.unwrap_or_default())
    .bind(new.label)
    .bind(i64::from(new.rpm))
    .bind(new.days.map(|days| i64::from(days) * DAY))
    .execute(&mut **change)
    .await?;
    record(change, by, (new.tenant, &made.id), "key.add").await?;
    Ok(made)
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

/// The key with this id.
pub async fn one(database: &Database, id: &str) -> sqlx::Result<Option<Listed>> {
    Ok(list(database, "", id).await?.pop())
}

/// Why a key was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// It is the tenant's last good one of its kind.
    #[error("this is the portal's last key of its kind")]
    Last,
    /// It was revoked, or its time is over.
    #[error("this key is not accepted any more: add a new one")]
    Ended,
    /// What the database says.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// From now on it is refused. The last good key of its kind stays, unless `last` is said.
pub async fn revoke(
    database: &Database,
    by: By<'_>,
    key: &Listed,
    last: bool,
) -> Result<(), NotDone> {
    if key.good && !last {
        let all = list(database, &key.tenant, "").await?;
        let other = |other: &Listed| other.good && other.id != key.id && other.live == key.live;
        if !all.iter().any(other) {
            return Err(NotDone::Last);
        }
    }
    let mut change = database.begin().await?;
    sqlx::query(
        "UPDATE api_keys SET revoked_at = (SELECT now FROM clock) \
         WHERE id = $1 AND revoked_at IS NULL",
    )
    .bind(key.id.as_str())
    .execute(&mut *change)
    .await?;
    record(&mut change, by, (&key.tenant, &key.id), "key.revoke").await?;
    Ok(change.commit().await?)
}

/// Makes another one like it. The old one goes on for some hours, if it would not end before.
pub async fn rotate(
    database: &Database,
    by: By<'_>,
    old: &Listed,
    hours: u32,
) -> Result<Made, NotDone> {
    const HOUR: i64 = 60 * 60 * 1000;
    if !old.good {
        return Err(NotDone::Ended);
    }
    let new = New {
        tenant: &old.tenant,
        live: old.live,
        purpose: old.purpose,
        label: &old.label,
        rpm: old.rpm,
        days: None,
    };
    let mut change = database.begin().await?;
    let made = make(&mut change, by, &new).await?;
    sqlx::query(
        "UPDATE api_keys SET expires_at = (SELECT now FROM clock) + $1 \
         WHERE id = $2 AND (expires_at IS NULL OR expires_at > (SELECT now FROM clock) + $1)",
    )
    .bind(i64::from(hours) * HOUR)
    .bind(old.id.as_str())
    .execute(&mut *change)
    .await?;
    record(&mut change, by, (&old.tenant, &old.id), "key.rotate").await?;
    change.commit().await?;
    Ok(made)
}

async fn record(
    change: &mut Change,
    by: By<'_>,
    (tenant, key): (&str, &str),
    action: &str,
) -> sqlx::Result<()> {
    let entry = Entry {
        tenant: Some(tenant),
        actor: by.actor,
        action,
        key: Some(key),
        ..Entry::default()
    };
    audit::write(change, by.instance, &entry).await
}
