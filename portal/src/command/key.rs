//! `securesign-portal key`.

use clap::{Args, Subcommand};

use super::{BY, open, plain, time_or_none};
use crate::config::Config;
use crate::database::Database;
use crate::server::Failure;
use crate::store;
use crate::store::keys::{self, Listed, Made, New, NotDone, Purpose, environment};
use crate::time;

/// What can be done with keys.
#[derive(Subcommand)]
pub enum Key {
    /// Makes one and shows it, once.
    Add(Add),
    /// Lists those of a tenant, never whole.
    List {
        /// As `org_…`.
        tenant: String,
    },
    /// Makes a new one in the place of an old one, which goes on for a while.
    Rotate {
        /// As `key_…`.
        id: String,
        /// How long the old one goes on.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(keys::HOURS))]
        hours: u32,
    },
    /// Refuses it from now on.
    Revoke {
        /// As `key_…`.
        id: String,
        /// Although the portal has no other one left then.
        #[arg(long)]
        last: bool,
    },
}

/// A key to be made.
#[derive(Args)]
pub struct Add {
    /// As `org_…`.
    tenant: String,
    /// A test key, for test origins and this computer; else a live one.
    #[arg(long)]
    test: bool,
    /// What it may be used for.
    #[arg(long = "for", value_enum, default_value_t = Purpose::Any)]
    purpose: Purpose,
    /// For people.
    #[arg(long, default_value = "")]
    label: String,
    /// Calls a minute from each client network.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(keys::RPM))]
    rpm: u32,
    /// After how many days it ends.
    #[arg(long, value_parser = clap::value_parser!(u32).range(keys::DAYS))]
    days: Option<u32>,
}

/// Does it.
pub async fn run(config: &Config, command: Key) -> Result<(), Failure> {
    let database = open(config).await?;
    match command {
        Key::Add(add) => {
            if !store::is_line(&add.label) {
                return Err("a label has one line, of at most 100 characters".into());
            }
            let new = New {
                tenant: &add.tenant,
                live: !add.test,
                purpose: add.purpose,
                label: &add.label,
                rpm: add.rpm,
                days: add.days,
            };
            show(&keys::add(&database, BY, &new).await?);
        }
        Key::List { tenant } => list(&database, &tenant).await?,
        Key::Rotate { id, hours } => {
            let old = one(&database, &id).await?;
            show(&keys::rotate(&database, BY, &old, hours).await?);
        }
        Key::Revoke { id, last } => {
            let key = one(&database, &id).await?;
            let done = keys::revoke(&database, BY, &key, last).await;
            done.map_err(|error| match error {
                NotDone::Last => format!("{error}: rotate it, or say --last").into(),
                error => Failure::from(error),
            })?;
        }
    }
    Ok(())
}

fn show(made: &Made) {
    println!("id\t{}", made.id);
    println!("key\t{}", *made.key);
    println!("sha256\t{}", made.fingerprint());
    eprintln!("The key is shown this once. The last line is what a visitor's settings list.");
}

async fn one(database: &Database, id: &str) -> Result<Listed, Failure> {
    let found = keys::one(database, id).await?;
    found.ok_or_else(|| format!("there is no key {id}").into())
}

async fn list(database: &Database, tenant: &str) -> Result<(), Failure> {
    for key in keys::list(database, tenant, "").await? {
        println!(
            "{}\t{}\t{}\t…{}\t{} a minute\tadded {}\tends {}\trevoked {}\t{}",
            key.id,
            environment(key.live),
            key.purpose.as_str(),
            key.hint,
            key.rpm,
            time::text(key.created_at),
            time_or_none(key.expires_at),
            time_or_none(key.revoked_at),
            plain(&key.label)
        );
    }
    Ok(())
}
