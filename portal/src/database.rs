//! SQLite in a file, or PostgreSQL: one set of statements for both.
//!
//! Times are milliseconds since 1970, by the clock of the database (the view `clock`), so that
//! the clocks of several services decide nothing.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::{Any, AnyConnection, AnyPool, Executor, SqlSafeStr, Transaction};
use url::Url;

/// A change of several rows: all of it or nothing.
pub type Change = Transaction<'static, Any>;

/// How long a statement may wait for a connection or for SQLite's lock.
const PATIENCE: Duration = Duration::from_secs(3);

/// The database of a service.
#[derive(Clone)]
pub struct Database {
    read: AnyPool,
    write: AnyPool,
    place: Place,
    stale: Stale,
}

#[derive(Clone, Debug)]
enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// The URL of a PostgreSQL database, with its password.
    Server(String),
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file, or its lock.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// Another start is still at the tables after 30 s.
    #[error("another program is changing the tables of this database")]
    Locked,
    /// What the database says.
    #[error("{0}")]
    Database(#[from] sqlx::Error),
    /// The tables are not what this program makes of them.
    #[error("{0}")]
    Tables(#[from] sqlx::migrate::MigrateError),
}

impl Database {
    /// Opens it, and brings its tables up to date.
    pub async fn open(setting: &str) -> Result<Self, DatabaseError> {
        sqlx::any::install_default_drivers();
        let place = Place::of(setting)?;
        let stale = Stale::default();
        if let Place::File(path) = &place {
            // Before SQLite has it open: to close a file drops every lock that this process has
            // on it (POSIX), and another program would take away the log of what was written.
            private(path)?;
        }
        let write = pool(&place, &stale, place.writers()).await?;
        migrate(&place, &write).await?;
        let read = match place {
            Place::File(_) => pool(&place, &stale, 4).await?,
            Place::Server(_) => write.clone(),
        };
        Ok(Self {
            read,
            write,
            place,
            stale,
        })
    }

    /// For statements that read.
    pub fn read(&self) -> &AnyPool {
        &self.read
    }

    /// For one statement that writes.
    pub fn write(&self) -> &AnyPool {
        &self.write
    }

    /// Begins a change. SQLite takes its lock at once: one that turned into a writer later
    /// would fail without waiting for others.
    pub async fn begin(&self) -> sqlx::Result<Change> {
        match self.place {
            Place::File(_) => self.write.begin_with("BEGIN IMMEDIATE").await,
            Place::Server(_) => self.write.begin().await,
        }
    }

    /// Takes note of what went wrong: after a failover the old primary can only be read, and
    /// the connections to it must not be kept.
    pub fn note(&self, error: &sqlx::Error) {
        const READ_ONLY: &str = "25006";
        let code = error.as_database_error().and_then(|error| error.code());
        if code.as_deref() == Some(READ_ONLY) {
            self.stale.note();
        }
    }

    /// Its file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            Place::Server(_) => None,
        }
    }

    /// Ends the connections.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

impl Place {
    fn of(setting: &str) -> Result<Self, DatabaseError> {
        if setting.starts_with("postgres:") || setting.starts_with("postgresql:") {
            return Ok(Self::Server(setting.to_owned()));
        }
        let path = Path::new(setting.strip_prefix("sqlite:").unwrap_or(setting));
        let path = std::path::absolute(path).map_err(|e| DatabaseError::File(path.into(), e))?;
        Ok(Self::File(path))
    }

    fn writers(&self) -> u32 {
        match self {
            Self::File(_) => 1,
            Self::Server(_) => 16,
        }
    }

    fn url(&self) -> Result<String, DatabaseError> {
        match self {
            Self::Server(url) => Ok(url.clone()),
            Self::File(path) => {
                let wrong =
                    || DatabaseError::File(path.clone(), std::io::ErrorKind::NotFound.into());
                let url = Url::from_file_path(path).map_err(|()| wrong())?;
                Ok(format!("sqlite://{}", url.path()))
            }
        }
    }
}

async fn pool(place: &Place, stale: &Stale, most: u32) -> Result<AnyPool, DatabaseError> {
    let is_file = matches!(place, Place::File(_));
    let before = stale.clone();
    let options = AnyPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(PATIENCE)
        .max_lifetime(Duration::from_secs(300))
        // A ping each time costs as much as a query; a lost connection is told by the query.
        .test_before_acquire(false)
        .before_acquire(move |_, meta| {
            let good = before.is_good(&meta);
            Box::pin(async move { Ok(good) })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if is_file {
                    sqlite(connection).await?;
                }
                Ok(())
            })
        });
    Ok(options.connect(&place.url()?).await?)
}

/// An acknowledged write survives a power cut, and readers do not wait for writers.
async fn sqlite(connection: &mut AnyConnection) -> sqlx::Result<()> {
    for setting in [
        "PRAGMA busy_timeout = 3000",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
    ] {
        connection.execute(setting).await?;
    }
    Ok(())
}

/// Made before SQLite makes it, for this user alone.
fn private(path: &Path) -> Result<File, DatabaseError> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.mode(0o600).open(path);
    file.map_err(|error| DatabaseError::File(path.into(), error))
}

/// One program at a time: on PostgreSQL the migrator holds an advisory lock, on SQLite it holds
/// none, and two starts on a new file would both make the tables.
async fn migrate(place: &Place, pool: &AnyPool) -> Result<(), DatabaseError> {
    let (_lock, texts) = match place {
        Place::File(path) => (
            Some(lock(&path.with_extension("lock")).await?),
            [
                include_str!("../migrations/sqlite/0001_first.sql"),
                include_str!("../migrations/sqlite/0002_console.sql"),
            ],
        ),
        Place::Server(_) => (
            None,
            [
                include_str!("../migrations/postgres/0001_first.sql"),
                include_str!("../migrations/postgres/0002_console.sql"),
            ],
        ),
    };
    let names = ["first", "console"];
    let migrations = (1..).zip(names.into_iter().zip(texts));
    let migrations = migrations.map(|(number, (name, text))| {
        let kind = MigrationType::Simple;
        Migration::new(number, name.into(), kind, text.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
        .run(pool)
        .await?;
    Ok(())
}

async fn lock(path: &Path) -> Result<File, DatabaseError> {
    let file = private(path)?;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(TryLockError::Error(error)) => return Err(DatabaseError::File(path.into(), error)),
        }
    }
    Err(DatabaseError::Locked)
}

/// When connections were last found to be of no use; older ones are not used again.
#[derive(Clone)]
struct Stale {
    start: Instant,
    found: Arc<AtomicU64>,
}

impl Default for Stale {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            found: Arc::default(),
        }
    }
}

impl Stale {
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn note(&self) {
        self.found.store(self.now().max(1), Ordering::Relaxed);
    }

    fn is_good(&self, meta: &PoolConnectionMetadata) -> bool {
        let age = u64::try_from(meta.age.as_millis()).unwrap_or(u64::MAX);
        let born = self.now().saturating_sub(age);
        let found = self.found.load(Ordering::Relaxed);
        found == 0 || born > found
    }
}
