//! `securesign-portal tenant`.

use clap::Subcommand;

use super::{BY, open, plain};
use crate::config::Config;
use crate::server::Failure;
use crate::store;
use crate::store::tenants::{self, Setting};

/// What can be done with portals.
#[derive(Subcommand)]
pub enum Tenant {
    /// Adds one, and prints its id.
    Add {
        /// For people.
        name: String,
        /// No link of it is signed without a session.
        #[arg(long)]
        require_session: bool,
    },
    /// Lists all: id, name, state.
    List,
    /// Whether its links are signed only with a session.
    RequireSession {
        /// As `org_…`.
        id: String,
        /// `true` or `false`.
        #[arg(action = clap::ArgAction::Set)]
        on: bool,
    },
    /// Refuses all of its keys.
    Disable {
        /// As `org_…`.
        id: String,
    },
    /// Takes its keys again.
    Enable {
        /// As `org_…`.
        id: String,
    },
}

/// Does it.
pub async fn run(config: &Config, command: Tenant) -> Result<(), Failure> {
    let database = open(config).await?;
    let (id, setting) = match command {
        Tenant::Add {
            name,
            require_session,
        } => {
            if name.is_empty() || !store::is_line(&name) {
                return Err("a name has one line, of at most 100 characters".into());
            }
            let id = tenants::add(&database, BY, &name, require_session).await?;
            println!("{id}");
            return Ok(());
        }
        Tenant::List => {
            for tenant in tenants::list(&database).await? {
                let session = if tenant.require_session {
                    "session required"
                } else {
                    "-"
                };
                let state = if tenant.disabled {
                    "disabled"
                } else {
                    "enabled"
                };
                println!("{}\t{}\t{state}\t{session}", tenant.id, plain(&tenant.name));
            }
            return Ok(());
        }
        Tenant::RequireSession { id, on } => (id, Setting::RequireSession(on)),
        Tenant::Disable { id } => (id, Setting::Disabled(true)),
        Tenant::Enable { id } => (id, Setting::Disabled(false)),
    };
    match tenants::set(&database, BY, &id, setting).await? {
        true => Ok(()),
        false => Err(format!("there is no tenant {id}").into()),
    }
}
