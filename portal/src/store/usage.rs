//! How often keys were validated, and how that ended: counted in memory, written every few
//! seconds, because a row for each answer would cost twenty times the answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sqlx::Row;

use crate::database::Database;

/// Key, origin (empty where it is not one of the tenant's) and the code of the answer.
type Counted = (String, String, &'static str);

/// Most different lines that are kept until they are written; what is more is not counted.
const MOST: usize = 10_000;

/// What was counted and not written yet.
#[derive(Default)]
pub struct Usage {
    counts: Mutex<HashMap<Counted, i64>>,
}

impl Usage {
    /// Counts an answer.
    pub fn count(&self, key_id: &str, origin: &str, code: &'static str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let line = (key_id.to_owned(), origin.to_owned(), code);
        if counts.len() < MOST || counts.contains_key(&line) {
            *counts.entry(line).or_default() += 1;
        }
    }

    /// Writes what was counted; what cannot be written now is kept for the next time.
    pub async fn write(&self, database: &Database) -> sqlx::Result<()> {
        let counts = std::mem::take(&mut *self.lock());
        let result = write(database, &counts).await;
        if result.is_err() {
            let mut now = self.lock();
            for (line, n) in counts {
                *now.entry(line).or_default() += n;
            }
        }
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Counted, i64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(database: &Database, counts: &HashMap<Counted, i64>) -> sqlx::Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    let mut change = database.begin().await?;
    for ((key_id, origin, code), n) in counts {
        sqlx::query(
            "INSERT INTO usage (minute, key_id, origin, code, n) \
             VALUES ((SELECT now / 60000 FROM clock), $1, $2, $3, $4) \
             ON CONFLICT (minute, key_id, origin, code) DO UPDATE SET n = usage.n + excluded.n",
        )
        .bind(key_id)
        .bind(origin)
        .bind(*code)
        .bind(n)
        .execute(&mut *change)
        .await?;
    }
    change.commit().await
}

/// What was written of one minute.
pub struct Line {
    /// Minutes since 1970.
    pub minute: i64,
    /// `key_…`.
    pub key_id: String,
    /// Empty where it was none of the tenant's.
    pub origin: String,
    /// `OK`, or what `error` said.
    pub code: String,
    /// How often.
    pub n: i64,
}

/// The last lines of a tenant, newest first.
pub async fn last(database: &Database, tenant: &str, most: i64) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query(
        "SELECT u.minute, u.key_id, u.origin, u.code, u.n FROM usage u \
         JOIN api_keys k ON k.id = u.key_id WHERE k.tenant_id = $1 \
         ORDER BY u.minute DESC, u.key_id, u.origin, u.code LIMIT $2",
    )
    .bind(tenant)
    .bind(most)
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                minute: row.try_get("minute")?,
                key_id: row.try_get("key_id")?,
                origin: row.try_get("origin")?,
                code: row.try_get("code")?,
                n: row.try_get("n")?,
            })
        })
        .collect()
}

/// What was written of one day.
pub struct Day {
    /// Days since 1970, in UTC.
    pub day: i64,
    /// `key_…`.
    pub key_id: String,
    /// `OK`, or what `error` said.
    pub code: String,
    /// How often.
    pub n: i64,
}

/// The last days of a tenant, today among them, newest first.
pub async fn by_day(database: &Database, tenant: &str, days: i64) -> sqlx::Result<Vec<Day>> {
    let rows = sqlx::query(
        "SELECT u.minute / 1440 AS day, u.key_id, u.code, CAST(SUM(u.n) AS BIGINT) AS n \
         FROM usage u JOIN api_keys k ON k.id = u.key_id WHERE k.tenant_id = $1 \
         AND u.minute / 1440 > (SELECT now / 86400000 FROM clock) - $2 \
         GROUP BY u.minute / 1440, u.key_id, u.code ORDER BY day DESC, u.key_id, u.code",
    )
    .bind(tenant)
    .bind(days)
    .fetch_all(database.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Day {
                day: row.try_get("day")?,
                key_id: row.try_get("key_id")?,
                code: row.try_get("code")?,
                n: row.try_get("n")?,
            })
        })
        .collect()
}
