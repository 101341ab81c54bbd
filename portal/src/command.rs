//! Administration by command line. What is listed comes as columns with a tab between, `-` where
//! there is nothing.

pub mod key;
pub mod origin;
pub mod tenant;

use std::path::Path;

use crate::config::Config;
use crate::database::Database;
use crate::server::Failure;
use crate::store;
use crate::store::audit::{By, OPERATOR};
use crate::store::operators;
use crate::time;

/// As the audit log names who uses this program, when it is no service.
const BY: By<'_> = By {
    instance: "command",
    actor: OPERATOR,
};

/// The database of the settings.
pub async fn open(config: &Config) -> Result<Database, Failure> {
    Ok(Database::open(&config.database).await?)
}

fn time_or_none(milliseconds: Option<i64>) -> String {
    milliseconds.map_or_else(|| "-".into(), time::text)
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
            time::text(session.created_at),
            time::text(session.expires_at),
            time_or_none(session.used_at)
        );
    }
    Ok(())
}

/// The audit log.
pub async fn audit(config: &Config, tenant: Option<&str>, lines: u32) -> Result<(), Failure> {
    let wanted = store::audit::Wanted {
        tenant,
        ..Default::default()
    };
    for line in store::audit::last(&open(config).await?, &wanted, lines.into()).await? {
        let fields: Vec<String> = line.fields.iter().map(|field| plain(field)).collect();
        println!("{}\t{}", time::text(line.at), fields.join("\t"));
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
        let time = time::text(line.minute * 60_000);
        println!(
            "{time}\t{}\t{origin}\t{}\t{}",
            line.key_id, line.code, line.n
        );
    }
    Ok(())
}

/// The way into the console.
pub async fn login_link(config: &Config, name: Option<&str>) -> Result<(), Failure> {
    if !config.console {
        return Err("the console is switched off: console = false".into());
    }
    let operator = match name {
        None => OPERATOR.to_owned(),
        Some(name) if !name.is_empty() && store::is_line(name) => format!("{OPERATOR}:{name}"),
        Some(_) => return Err("a name has one line, of at most 100 characters".into()),
    };
    let public = config.public()?;
    let link = operators::link(&open(config).await?, BY, &operator).await?;
    println!("{public}/console/login?link={}", *link);
    eprintln!("It works once, within {} minutes.", operators::LINK_MINUTES);
    Ok(())
}

/// Nobody is in the console any more.
pub async fn log_out(config: &Config) -> Result<(), Failure> {
    Ok(operators::leave_all(&open(config).await?, BY).await?)
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
