//! Portals, or whoever operates several of them.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{self, By, Entry};
use crate::database::Database;

/// One of them.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// `org_…`.
    pub id: String,
    /// For people.
    pub name: String,
    /// No link is signed but one that a session was opened for.
    pub require_session: bool,
    /// None of its keys is accepted.
    pub disabled: bool,
}

/// Adds one; its id.
pub async fn add(
    database: &Database,
    by: By<'_>,
    name: &str,
    require_session: bool,
) -> sqlx::Result<String> {
    let id = super::id("org")?;
    let mut change = database.begin().await?;
    sqlx::query(
        "INSERT INTO tenants (id, name, require_session, created_at) \
         VALUES ($1, $2, $3, (SELECT now FROM clock))",
    )
    .bind(id.as_str())
    .bind(name)
    .bind(i64::from(require_session))
    .execute(&mut *change)
    .await?;
    record(&mut change, by, &id, "tenant.add", Some(name)).await?;
    change.commit().await?;
    Ok(id)
}

/// What may be changed of a tenant.
#[derive(Clone, Copy, Debug)]
pub enum Setting {
    /// Whether sessions are a duty.
    RequireSession(bool),
    /// Whether all of its keys are refused.
    Disabled(bool),
}

/// Changes one; `false` where there is none of this id.
pub async fn set(
    database: &Database,
    by: By<'_>,
    id: &str,
    setting: Setting,
) -> sqlx::Result<bool> {
    let mut change = database.begin().await?;
    let (statement, value, action) = match setting {
        Setting::RequireSession(on) => (
            "UPDATE tenants SET require_session = $1 WHERE id = $2",
            on,
            if on {
                "tenant.require-session"
            } else {
                "tenant.require-no-session"
            },
        ),
        Setting::Disabled(on) => (
            "UPDATE tenants SET disabled_at = CASE WHEN $1 = 1 THEN (SELECT now FROM clock) END \
             WHERE id = $2",
            on,
            if on {
                "tenant.disable"
            } else {
                "tenant.enable"
            },
        ),
    };
    let done = sqlx::query(statement)
        .bind(i64::from(value))
        .bind(id)
        .execute(&mut *change)
        .await?;
    record(&mut change, by, id, action, None).await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    change.commit().await?;
    Ok(true)
}

/// All of them, by name.
pub async fn list(database: &Database) -> sqlx::Result<Vec<Tenant>> {
    let rows =
        sqlx::query("SELECT id, name, require_session, disabled_at FROM tenants ORDER BY name, id")
            .fetch_all(database.read())
            .await?;
    rows.iter().map(tenant).collect()
}

/// The one with this id.
pub async fn one(database: &Database, id: &str) -> sqlx::Result<Option<Tenant>> {
    let row =
        sqlx::query("SELECT id, name, require_session, disabled_at FROM tenants WHERE id = $1")
            .bind(id)
            .fetch_optional(database.read())
            .await?;
    row.as_ref().map(tenant).transpose()
}

fn tenant(row: &AnyRow) -> sqlx::Result<Tenant> {
    let disabled: Option<i64> = row.try_get("disabled_at")?;
    Ok(Tenant {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        require_session: row.try_get::<i64, _>("require_session")? != 0,
        disabled: disabled.is_some(),
    })
}

async fn record(
    change: &mut crate::database::Change,
    by: By<'_>,
    id: &str,
    action: &str,
    detail: Option<&str>,
) -> sqlx::Result<()> {
    let entry = Entry {
        tenant: Some(id),
        actor: by.actor,
        action,
        detail,
        ..Entry::default()
    };
    audit::write(change, by.instance, &entry).await
}
