//! `securesign-portal key`.

use clap::{Args, Subcommand};

use super::{INSTANCE, open, plain, time, time_or_none};
use crate::config::Config;
use crate::database::Database;
use crate::server::Failure;
use crate::store;
use crate::store::keys::{self, Listed, New, Purpose, environment};

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
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=168))]
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
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rpm: u32,
    /// After how many days it ends.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: Option<u32>,
}

/// Does it.
pub async fn run(config: &Config, command: Key) -> Result<(), Failure> {
    let database = open(config).await?;
    match command {
        Key::Add(add) => {
            let (id, key) = (store::id("key")?, crate::key::generate(!add.test)?);
            let mut change = database.begin().await?;
            let new = New {
                key: &key,
                id: &id,
                tenant: &add.tenant,
                live: !add.test,
                purpose: add.purpose,
                label: &add.label,
                rpm: add.rpm,
                days: add.days,
            };
            keys::add(&mut change, INSTANCE, &new).await?;
            change.commit().await?;
            show(&id, &key);
        }
        Key::List { tenant } => list(&database, &tenant).await?,
        Key::Rotate { id, hours } => rotate(&database, &one(&database, &id).await?, hours).await?,
        Key::Revoke { id, last } => {
            let key = one(&database, &id).await?;
            if !last && is_last(&database, &key).await? {
                return Err(
                    "this is the portal's last key of its kind: rotate it, or say --last".into(),
                );
            }
            keys::revoke(&database, INSTANCE, &key).await?;
        }
    }
    Ok(())
}

fn show(id: &str, key: &str) {
    let fingerprint: String = crate::key::hash(key)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    println!("id\t{id}");
    println!("key\t{key}");
    println!("sha256\t{fingerprint}");
    eprintln!("The key is shown this once. The last line is what a visitor's settings list.");
}

async fn one(database: &Database, id: &str) -> Result<Listed, Failure> {
    let found = keys::list(database, "", id).await?.pop();
    found.ok_or_else(|| format!("there is no key {id}").into())
}

async fn is_last(database: &Database, key: &Listed) -> Result<bool, Failure> {
    let all = keys::list(database, &key.tenant, "").await?;
    let other = |other: &Listed| other.good && other.id != key.id && other.live == key.live;
    Ok(key.good && !all.iter().any(other))
}

async fn rotate(database: &Database, old: &Listed, hours: u32) -> Result<(), Failure> {
    if !old.good {
        return Err("this key is not accepted any more: add a new one".into());
    }
    let (id, key) = (store::id("key")?, crate::key::generate(old.live)?);
    let mut change = database.begin().await?;
    let new = New {
        key: &key,
        id: &id,
        tenant: &old.tenant,
        live: old.live,
        purpose: old.purpose,
        label: &old.label,
        rpm: old.rpm,
        days: None,
    };
    keys::add(&mut change, INSTANCE, &new).await?;
    keys::end_in(&mut change, INSTANCE, old, hours).await?;
    change.commit().await?;
    show(&id, &key);
    Ok(())
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
            time(key.created_at),
            time_or_none(key.expires_at),
            time_or_none(key.revoked_at),
            plain(&key.label)
        );
    }
    Ok(())
}
