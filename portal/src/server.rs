//! Listens, and stops: in an orderly way, within a bounded time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::signal::unix::{SignalKind, signal};

use crate::api::{Service, Shared, router};
use crate::config::Config;
use crate::connections::Bounded;
use crate::console;
use crate::database::Database;
use crate::store::{operators, sessions};

/// How long a client may take for the head of a request.
const HEADER: Duration = Duration::from_secs(5);

/// How often what was counted is written.
const WRITE: Duration = Duration::from_secs(5);

/// How often what ended long ago is removed.
const CLEAN: Duration = Duration::from_secs(60);

/// Why the service ended otherwise than asked.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Serves until SIGTERM or SIGINT. What `more` makes is served beside the API.
pub async fn serve(
    config: Config,
    more: impl FnOnce(&Shared) -> Router<Shared>,
) -> Result<(), Failure> {
    let public = config.public()?;
    let path = config.path();
    let database = Database::open(&config.database).await?;
    let instance = crate::store::id("run")?;
    let service = Arc::new(Service::new(config.clone(), instance, database)?);
    let mut more = more(&service);
    if config.console {
        more = more.nest(&console::base(&service), console::routes(&service));
    }
    let app = router(service.clone(), &path, more);

    let handle = Handle::new();
    let listener = std::net::TcpListener::bind(config.listen)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    serve_metrics(&service).await?;
    let chores = tokio::spawn(chores(service.clone()));
    tokio::spawn(stop(handle.clone(), config.drain_seconds));

    tracing::info!(listen = %address, public_url = public, tls = config.tls_key.is_some(), "serving");
    run(listener, &config, handle, app).await?;

    chores.abort();
    if let Err(error) = service.usage.write(&service.database).await {
        tracing::error!(%error, "what was counted could not be written");
    }
    service.database.close().await;
    tracing::info!("ended");
    Ok(())
}

async fn run(
    listener: std::net::TcpListener,
    config: &Config,
    handle: Handle<SocketAddr>,
    app: Router,
) -> Result<(), Failure> {
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let bounded = Bounded::new(config.open_connections);
    match (&config.tls_certificate, &config.tls_key) {
        (Some(certificate), Some(key)) => {
            // Both rustls providers may be compiled in; ours is ring.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let tls = RustlsConfig::from_pem_file(certificate, key).await?;
            let mut server = axum_server::from_tcp_rustls(listener, tls)?
                .map(|tls| tls.acceptor(bounded))
                .handle(handle)
                .first_request_timeout(HEADER);
            bound(server.http_builder());
            server.serve(app).await?;
        }
        _ => {
            let mut server = axum_server::from_tcp(listener)?
                .acceptor(bounded)
                .handle(handle)
                .first_request_timeout(HEADER);
            bound(server.http_builder());
            server.serve(app).await?;
        }
    }
    Ok(())
}

fn bound<E>(builder: &mut hyper_util::server::conn::auto::Builder<E>) {
    builder
        .http1()
        .timer(hyper_util::rt::TokioTimer::new())
        .header_read_timeout(HEADER)
        .max_buf_size(32 * 1024);
}

/// On a port of its own, so that the world does not read it.
async fn serve_metrics(service: &Shared) -> Result<(), Failure> {
    let Some(address) = service.config.metrics_listen else {
        return Ok(());
    };
    let service = service.clone();
    let text = async move || {
        const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        ([("content-type", TYPE)], service.metrics.text())
    };
    let app = Router::new().route("/metrics", get(text));
    let listener = tokio::net::TcpListener::bind(address).await?;
    tracing::info!(listen = %listener.local_addr()?, "serving metrics");
    tokio::spawn(async { axum::serve(listener, app).await });
    Ok(())
}

async fn chores(service: Shared) {
    let mut write = tokio::time::interval(WRITE);
    let mut clean = tokio::time::interval(CLEAN);
    loop {
        let done = tokio::select! {
            _ = write.tick() => service.usage.write(&service.database).await,
            _ = clean.tick() => cleaned(&service.database).await,
        };
        if let Err(error) = done {
            service.database.note(&error);
            tracing::warn!(%error, "a chore failed, and is tried again");
        }
    }
}

async fn cleaned(database: &Database) -> sqlx::Result<()> {
    while sessions::clean(database).await? > 0 {}
    operators::clean(database).await
}

async fn stop(handle: Handle<SocketAddr>, seconds: u32) {
    let (Ok(mut term), Ok(mut int)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    tokio::select! { _ = term.recv() => (), _ = int.recv() => () }
    tracing::info!("stopping");
    handle.graceful_shutdown(Some(Duration::from_secs(seconds.into())));
}
