//! Who may use the console: links that let a browser in once, and the browsers that were let in.

use sqlx::Row;
use zeroize::Zeroizing;

use super::audit::{self, By, Entry};
use crate::database::{Change, Database};
use crate::key::{self, KeyHash};

/// How long a link waits to be used.
pub const LINK_MINUTES: i64 = 10;

/// After how long without a page a browser has to log in again.
pub const IDLE_MINUTES: i64 = 30;

/// … and in any case.
pub const LOGIN_HOURS: i64 = 8;

const MINUTE: i64 = 60_000;

/// Random characters of a link and of a cookie, with 62 values each: 256 bits.
const SECRET: usize = 43;

fn secret() -> sqlx::Result<Zeroizing<String>> {
    Ok(key::random(SECRET).map_err(super::unlucky)?.into())
}

/// Makes what a link lets this operator in with, once.
pub async fn link(
    database: &Database,
    by: By<'_>,
    operator: &str,
) -> sqlx::Result<Zeroizing<String>> {
    let secret = secret()?;
    let mut change = database.begin().await?;
    sqlx::query(
        "INSERT INTO login_links (hash, operator, expires_at) \
         VALUES ($1, $2, (SELECT now FROM clock) + $3)",
    )
    .bind(key::hash(&secret).to_vec())
    .bind(operator)
    .bind(LINK_MINUTES * MINUTE)
    .execute(&mut *change)
    .await?;
    record(&mut change, by, "console.link", Some(operator)).await?;
    change.commit().await?;
    Ok(secret)
}

/// Uses up a link: what the browser's cookie will hold, or `None` where the link is not good. One
/// statement decides, so that of many at the same time one succeeds.
pub async fn enter(
    database: &Database,
    instance: &str,
    link: &str,
) -> sqlx::Result<Option<Zeroizing<String>>> {
    let mut change = database.begin().await?;
    let row = sqlx::query(
        "DELETE FROM login_links WHERE hash = $1 AND expires_at > (SELECT now FROM clock) \
         RETURNING operator",
    )
    .bind(key::hash(link).to_vec())
    .fetch_optional(&mut *change)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let operator: String = row.try_get("operator")?;
    let cookie = admit(&mut change, instance, &operator).await?;
    change.commit().await?;
    Ok(Some(cookie))
}

/// Lets a browser in: what its cookie will hold.
async fn admit(
    change: &mut Change,
    instance: &str,
    operator: &str,
) -> sqlx::Result<Zeroizing<String>> {
    let secret = secret()?;
    sqlx::query(
        "INSERT INTO logins (hash, operator, seen_at, expires_at) \
         VALUES ($1, $2, (SELECT now FROM clock), (SELECT now FROM clock) + $3)",
    )
    .bind(key::hash(&secret).to_vec())
    .bind(operator)
    .bind(LOGIN_HOURS * 60 * MINUTE)
    .execute(&mut **change)
    .await?;
    let by = By {
        instance,
        actor: operator,
    };
    record(change, by, "console.login", None).await?;
    Ok(secret)
}

/// Whose browser it is, as long as it is let in; it counts as a sign of life.
pub async fn seen(database: &Database, cookie: &KeyHash) -> sqlx::Result<Option<String>> {
    let row = sqlx::query(
        "UPDATE logins SET seen_at = (SELECT now FROM clock) WHERE hash = $1 \
         AND expires_at > (SELECT now FROM clock) AND seen_at > (SELECT now FROM clock) - $2 \
         RETURNING operator",
    )
    .bind(cookie.to_vec())
    .bind(IDLE_MINUTES * MINUTE)
    .fetch_optional(database.write())
    .await?;
    row.map(|row| row.try_get("operator")).transpose()
}

/// Logs a browser out.
pub async fn leave(database: &Database, by: By<'_>, cookie: &KeyHash) -> sqlx::Result<()> {
    let mut change = database.begin().await?;
    sqlx::query("DELETE FROM logins WHERE hash = $1")
        .bind(cookie.to_vec())
        .execute(&mut *change)
        .await?;
    record(&mut change, by, "console.logout", None).await?;
    change.commit().await
}

/// Logs all browsers out, and makes all links useless.
pub async fn leave_all(database: &Database, by: By<'_>) -> sqlx::Result<()> {
    let mut change = database.begin().await?;
    for statement in ["DELETE FROM logins", "DELETE FROM login_links"] {
        sqlx::query(statement).execute(&mut *change).await?;
    }
    record(&mut change, by, "console.logout", Some("all")).await?;
    change.commit().await
}

/// Removes what is of no use any more.
pub async fn clean(database: &Database) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM login_links WHERE expires_at <= (SELECT now FROM clock)")
        .execute(database.write())
        .await?;
    sqlx::query(
        "DELETE FROM logins WHERE expires_at <= (SELECT now FROM clock) \
         OR seen_at <= (SELECT now FROM clock) - $1",
    )
    .bind(IDLE_MINUTES * MINUTE)
    .execute(database.write())
    .await?;
    Ok(())
}

async fn record(
    change: &mut Change,
    by: By<'_>,
    action: &str,
    detail: Option<&str>,
) -> sqlx::Result<()> {
    let entry = Entry {
        actor: by.actor,
        action,
        detail,
        ..Entry::default()
    };
    audit::write(change, by.instance, &entry).await
}
