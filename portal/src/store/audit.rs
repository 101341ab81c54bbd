//! Who did what: written in the same change as what it tells.

use sqlx::Row;

use crate::database::{Change, Database};

/// One line of it.
#[derive(Clone, Debug, Default)]
pub struct Entry<'a> {
    /// Whose business it is.
    pub tenant: Option<&'a str>,
    /// A key's id, or `operator`.
    pub actor: &'a str,
    /// As `key.revoke`.
    pub action: &'a str,
    /// The key it is about, by its id.
    pub key: Option<&'a str>,
    /// The origin it is about.
    pub origin: Option<&'a str>,
    /// The request it is about.
    pub request: Option<&'a str>,
    /// What else there is to say; never anything secret.
    pub detail: Option<&'a str>,
}

/// Who acts, and where.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// A start of the service, or `command`.
    pub instance: &'a str,
    /// [`OPERATOR`], or with a name after a colon whoever logged in to the console.
    pub actor: &'a str,
}

/// Who acts on the command line.
pub const OPERATOR: &str = "operator";

/// Adds a line.
pub async fn write(change: &mut Change, instance: &str, entry: &Entry<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO audit (at, instance, tenant_id, actor, action, key_id, origin, request_id, detail) \
         VALUES ((SELECT now FROM clock), $1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(instance)
    .bind(entry.tenant)
    .bind(entry.actor)
    .bind(entry.action)
    .bind(entry.key)
    .bind(entry.origin)
    .bind(entry.request)
    .bind(entry.detail)
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// A line that was read: the time in milliseconds, and the rest as text, `-` where there is
/// nothing.
pub struct Line {
    /// Counts up.
    pub number: i64,
    /// When.
    pub at: i64,
    /// Tenant, actor, action, key, origin, request and detail.
    pub fields: [String; 7],
}

/// Which lines are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Of this tenant alone.
    pub tenant: Option<&'a str>,
    /// Those whose action begins so.
    pub action: &'a str,
    /// Those before this number.
    pub before: Option<i64>,
}

/// The last lines of those that are wanted, newest first.
pub async fn last(database: &Database, wanted: &Wanted<'_>, most: i64) -> sqlx::Result<Vec<Line>> {
    const FIELDS: [&str; 7] = [
        "tenant_id",
        "actor",
        "action",
        "key_id",
        "origin",
        "request_id",
        "detail",
    ];
    let rows = sqlx::query(
        "SELECT seq, at, tenant_id, actor, action, key_id, origin, request_id, detail FROM audit \
         WHERE (tenant_id = $1 OR $1 = '') AND substr(action, 1, length($2)) = $2 AND seq < $3 \
         ORDER BY seq DESC LIMIT $4",
    )
    .bind(wanted.tenant.unwrap_or_default())
    .bind(wanted.action)
    .bind(wanted.before.unwrap_or(i64::MAX))
    .bind(most)
    .fetch_all(database.read())
    .await?;
    let mut lines = Vec::new();
    for row in rows {
        let mut fields: [String; 7] = Default::default();
        for (field, name) in fields.iter_mut().zip(FIELDS) {
            let text: Option<String> = row.try_get(name)?;
            *field = text.unwrap_or_else(|| "-".into());
        }
        lines.push(Line {
            number: row.try_get("seq")?,
            at: row.try_get("at")?,
            fields,
        });
    }
    Ok(lines)
}
