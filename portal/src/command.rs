//! Administration by command line. What is listed comes as columns with a tab between, `-` where
//! there is nothing.

pub mod key;
pub mod origin;
pub mod tenant;

use std::path::Path;

use jiff::Timestamp;

use crate::config::Config;
use crate::database::Database;
use crate::server::Failure;
use crate::store;

/// As the audit log names this program, when it is no service.
const INSTANCE: &str = "command";

/// The database of the settings.
pub async fn open(config: &Config) -> Result<Database, Failure> {
    Ok(Database::open(&config.database).await?)
}

/// UTC.
fn time(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds);
    time.map_or_else(
        |_| "?".into(),
        |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

fn time_or_none(milliseconds: Option<i64>) -> String {
    milliseconds.map_or_else(|| "-".into(), time)
}

/// One line, so that no name can pretend to be another column or line.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The tenant's sessions.
pub async fn sessions(config: &Config, tenant: &str) -> Result<(), Failure> {
    for session in store::sessions::list(&open(config).await?, tenant).await? {
        println!(
            "{}\topened {}\tends {}\tused {}",
            session.request_id,
            time(session.created_at),
            time(session.expires_at),
            time_or_none(session.used_at)
        );
    }
    Ok(())
}

/// The audit log.
pub async fn audit(config: &Config, tenant: Option<&str>, lines: u32) -> Result<(), Failure> {
    for line in store::audit::last(&open(config).await?, tenant, lines.into()).await? {
        let fields: Vec<String> = line.fields.iter().map(|field| plain(field)).collect();
        println!("{}\t{}", time(line.at), fields.join("\t"));
    }
    Ok(())
}

/// The counts of a tenant's validations.
pub async fn usage(config: &Config, tenant: &str, lines: u32) -> Result<(), Failure> {
    for line in store::usage::last(&open(config).await?, tenant, lines.into()).await? {
        let origin = if line.origin.is_empty() {
            "-"
        } else {
            &line.origin
        };
        let time = time(line.minute * 60_000);
        println!(
            "{time}\t{}\t{origin}\t{}\t{}",
            line.key_id, line.code, line.n
        );
    }
    Ok(())
}

/// A copy that is whole, whatever is written meanwhile.
pub async fn backup(config: &Config, file: &Path) -> Result<(), Failure> {
    let database = open(config).await?;
    if database.file().is_none() {
        return Err("this database is PostgreSQL's: use pg_dump".into());
    }
    let file = file.to_str().ok_or("the file's name is not UTF-8")?;
    sqlx::query("VACUUM INTO $1")
        .bind(file)
        .execute(database.write())
        .await?;
    Ok(())
}
