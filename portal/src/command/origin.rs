//! `securesign-portal origin`.

use clap::Subcommand;

use super::{BY, open};
use crate::config::Config;
use crate::server::Failure;
use crate::store::keys::environment;
use crate::store::origins;

/// What can be done with origins.
#[derive(Subcommand)]
pub enum Origin {
    /// Adds one.
    Add {
        /// As `org_…`.
        tenant: String,
        /// `https://portal.example`, with its port if it is not 443; for test keys also
        /// `http://localhost:8080`; or `myapp:`, the scheme of an app.
        origin: String,
        /// For test keys; else for live ones.
        #[arg(long)]
        test: bool,
    },
    /// Takes one away.
    Remove {
        /// As `org_…`.
        tenant: String,
        /// As it was added.
        origin: String,
        /// For test keys; else for live ones.
        #[arg(long)]
        test: bool,
    },
    /// Lists those of a tenant.
    List {
        /// As `org_…`.
        tenant: String,
    },
}

/// Does it.
pub async fn run(config: &Config, command: Origin) -> Result<(), Failure> {
    let database = open(config).await?;
    match command {
        Origin::Add {
            tenant,
            origin,
            test,
        } => {
            let exact = origins::exact(&origin, !test).ok_or(
                "this is no origin as browsers write it: https://, the host in lower case \
                 (punycode), a port if it is not the usual one, and nothing after it",
            )?;
            origins::add(&database, BY, &tenant, exact, !test).await?;
        }
        Origin::Remove {
            tenant,
            origin,
            test,
        } => {
            if !origins::remove(&database, BY, &tenant, &origin, !test).await? {
                return Err(format!("{origin} was not there").into());
            }
        }
        Origin::List { tenant } => {
            for (live, origin) in origins::list(&database, &tenant).await? {
                println!("{origin}\t{}", environment(live));
            }
        }
    }
    Ok(())
}
