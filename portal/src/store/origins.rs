//! Where results may go: exact origins, and schemes of apps.

use sqlx::Row;

use super::audit::{self, By, Entry};
use crate::database::Database;

/// The text itself where it is an origin (`https://portal.example`) or an app's scheme and a
/// colon (`myapp:`), written in the one way that counts: lower case, punycode, no default port,
/// no slash, no dot at the end. This computer is one for test keys alone.
pub fn exact(text: &str, live: bool) -> Option<&str> {
    use securesign_handoff::policy::{app_origin, web_origin};
    let origin = web_origin(text, !live).or_else(|| app_origin(text))?;
    (origin.as_str() == text).then_some(text)
}

/// Adds one, which may be there already.
pub async fn add(
    database: &Database,
    by: By<'_>,
    tenant: &str,
    origin: &str,
    live: bool,
) -> sqlx::Result<()> {
    let statement = "INSERT INTO origins (tenant_id, live, origin, created_at) \
                     VALUES ($1, $2, $3, (SELECT now FROM clock)) ON CONFLICT DO NOTHING";
    change(
        database,
        by,
        tenant,
        origin,
        live,
        (statement, "origin.add"),
    )
    .await?;
    Ok(())
}

/// Takes one away; `false` where it was not there.
pub async fn remove(
    database: &Database,
    by: By<'_>,
    tenant: &str,
    origin: &str,
    live: bool,
) -> sqlx::Result<bool> {
    let statement = "DELETE FROM origins WHERE tenant_id = $1 AND live = $2 AND origin = $3";
    change(
        database,
        by,
        tenant,
        origin,
        live,
        (statement, "origin.remove"),
    )
    .await
}

async fn change(
    database: &Database,
    by: By<'_>,
    tenant: &str,
    origin: &str,
    live: bool,
    (statement, action): (&'static str, &str),
) -> sqlx::Result<bool> {
    let mut change = database.begin().await?;
    let done = sqlx::query(statement)
        .bind(tenant)
        .bind(i64::from(live))
        .bind(origin)
        .execute(&mut *change)
        .await?;
    let entry = Entry {
        tenant: Some(tenant),
        actor: by.actor,
        action,
        origin: Some(origin),
        detail: Some(super::keys::environment(live)),
        ..Entry::default()
    };
    audit::write(&mut change, by.instance, &entry).await?;
    change.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Of one tenant: whether it is for live keys, and the origin.
pub async fn list(database: &Database, tenant: &str) -> sqlx::Result<Vec<(bool, String)>> {
    let rows =
        sqlx::query("SELECT live, origin FROM origins WHERE tenant_id = $1 ORDER BY origin, live")
            .bind(tenant)
            .fetch_all(database.read())
            .await?;
    rows.iter()
        .map(|row| Ok((row.try_get::<i64, _>("live")? != 0, row.try_get("origin")?)))
        .collect()
}
