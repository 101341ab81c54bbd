//! `securesign-portal`: the service that portals host, its administration, and a sample portal.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line answers by printing"
)]

mod api;
mod command;
mod config;
mod connections;
mod console;
mod cookie;
mod database;
mod demo;
mod key;
mod limit;
mod metrics;
mod network;
mod server;
mod store;
mod time;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use config::Config;
use server::Failure;

/// Keys, allowed origins and signing sessions for portals that use SecureSign.
///
/// Every setting of the file is also read from the environment, as SECURESIGN_PORTAL_ and its
/// name in capitals: SECURESIGN_PORTAL_PUBLIC_URL, the one that has no default.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The settings, in TOML.
    #[arg(long, global = true, value_name = "FILE", env = config::CONFIG_FILE)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the service.
    Serve,
    /// Makes the tables of the database, or brings them up to date, as each start does too.
    Migrate,
    /// Portals.
    #[command(subcommand)]
    Tenant(command::tenant::Tenant),
    /// API keys.
    #[command(subcommand)]
    Key(command::key::Key),
    /// Where results may go: origins, and schemes of apps.
    #[command(subcommand)]
    Origin(command::origin::Origin),
    /// The last hundred signing sessions of a tenant.
    Sessions {
        /// As `org_…`.
        tenant: String,
    },
    /// Who did what, newest first.
    Audit {
        /// As `org_…`; all where it is absent.
        tenant: Option<String>,
        /// How many lines.
        #[arg(long, default_value_t = 100)]
        lines: u32,
    },
    /// How often a tenant's keys were validated, by minute, key, origin and answer; newest first.
    Usage {
        /// As `org_…`.
        tenant: String,
        /// How many lines.
        #[arg(long, default_value_t = 100)]
        lines: u32,
    },
    /// Prints a link that lets a browser in to the console, once, for ten minutes.
    LoginLink {
        /// Who logs in, as the audit log will say.
        name: Option<String>,
    },
    /// Logs every browser out of the console, and makes every link useless.
    LogOut,
    /// Starts a sample portal, with a service and a test key of its own, on this computer alone.
    Demo {
        /// Where browsers reach it: `http://localhost:PORT`.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Copies a database of SQLite into a new file, while the service goes on. PostgreSQL has
    /// pg_dump.
    Backup {
        /// A file that does not exist yet.
        file: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("securesign-portal: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let config = Config::read(arguments.config.as_deref(), environment)?;
    match arguments.command {
        Command::Serve => {
            log();
            server::serve(config, |_| axum::Router::new()).await
        }
        Command::Migrate => command::open(&config).await.map(drop),
        Command::Tenant(command) => command::tenant::run(&config, command).await,
        Command::Key(command) => command::key::run(&config, command).await,
        Command::Origin(command) => command::origin::run(&config, command).await,
        Command::Sessions { tenant } => command::sessions(&config, &tenant).await,
        Command::Audit { tenant, lines } => command::audit(&config, tenant.as_deref(), lines).await,
        Command::Usage { tenant, lines } => command::usage(&config, &tenant, lines).await,
        Command::LoginLink { name } => command::login_link(&config, name.as_deref()).await,
        Command::LogOut => command::log_out(&config).await,
        Command::Demo { port } => {
            log();
            demo::run(port).await
        }
        Command::Backup { file } => command::backup(&config, &file).await,
    }
}

/// JSON lines on standard error. `RUST_LOG` would let libraries write what they see, queries and
/// their values among them, so it is not read.
fn log() {
    let filter = tracing_subscriber::EnvFilter::new("warn,securesign_portal=info,sqlx=error");
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
