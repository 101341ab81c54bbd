//! What all calls share.

use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::sync::Semaphore;

use super::Refusal;
use crate::config::Config;
use crate::database::Database;
use crate::limit::Limits;
use crate::metrics::Metrics;
use crate::store::keys::Standings;
use crate::store::usage::Usage;

/// With bodies of 16 MiB, some hundred megabytes.
const LARGE: usize = 8;

/// The running service.
pub struct Service {
    /// What was set.
    pub config: Config,
    /// Names this start in the audit log.
    pub instance: String,
    /// Where everything is kept.
    pub database: Database,
    /// Whose keys are good.
    pub standings: Standings,
    /// How often clients may call.
    pub limits: Limits,
    /// Answers that were counted and not written yet.
    pub usage: Usage,
    /// For Prometheus.
    pub metrics: Metrics,
    /// Whose certificates are trusted, where a request names nobody.
    pub authorities: Vec<CertificateDer<'static>>,
    /// Requests that may run at the same time.
    pub room: Semaphore,
    /// Large bodies that may be in memory at the same time.
    pub large: Arc<Semaphore>,
}

/// As handlers get it.
pub type Shared = Arc<Service>;

impl Service {
    /// One that serves this database.
    pub fn new(config: Config, instance: String, database: Database) -> Result<Self, String> {
        let authorities = match &config.authorities {
            None => Vec::new(),
            Some(path) => CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect)
                .map_err(|error| format!("authorities, {}: {error}", path.display()))?,
        };
        Ok(Self {
            authorities,
            standings: Standings::new(database.clone()),
            large: Arc::new(Semaphore::new(LARGE)),
            limits: Limits::new(),
            usage: Usage::default(),
            metrics: Metrics::new(),
            room: Semaphore::new(config.concurrent_requests),
            config,
            instance,
            database,
        })
    }

    /// A database that does not answer, or cannot be written, is busy: clients come again, and
    /// nothing has to be started anew.
    pub fn database_refusal(&self, error: &sqlx::Error) -> Refusal {
        self.database.note(error);
        tracing::error!(%error, "the database failed");
        Refusal::busy()
    }
}
