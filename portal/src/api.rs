//! The HTTP API: SecureSign handoff protocol, §6.

mod body;
mod caller;
pub mod guard;
mod link;
pub mod refusal;
mod session;
mod state;
mod universal;
mod validate;
mod verify;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};

pub use caller::Caller;
pub use link::Wanted;
pub use refusal::{Code, Refusal};
pub use session::open_session;
pub use state::{Service, Shared};

/// Everything that this service answers, below the path of its public URL; `more` beside it.
pub fn router(service: Shared, path: &str, more: Router<Shared>) -> Router {
    let large = DefaultBodyLimit::max(verify::BODY);
    let routes = Router::new()
        .route("/v1/auth/validate", post(validate::validate))
        .route("/v1/auth/session", post(session::open))
        .route("/v1/sign/hash", post(session::sign_hash))
        .route("/v1/verify", post(verify::verify).layer(large))
        .route(
            "/v1/certificates/validate",
            get(verify::validate_query)
                .post(verify::validate)
                .layer(large),
        )
        .route("/v1/openapi.json", get(openapi))
        .route("/open", get(universal::open))
        .route("/open/", get(universal::open))
        .route("/health", get(async || "ok\n"))
        .route("/ready", get(ready));
    let routes = match path {
        "" => routes,
        path => Router::new().nest(path, routes),
    };
    let routes = routes
        .merge(more)
        // Always at the root: where Apple's systems look.
        .route(
            "/.well-known/apple-app-site-association",
            get(universal::apple),
        )
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || Refusal::method());
    guard::wrap(routes, service.clone()).with_state(service)
}

/// What this API takes and answers (OpenAPI 3.1), with this service's own address.
async fn openapi(State(service): State<Shared>) -> Result<impl IntoResponse, Refusal> {
    let public = service.config.public().map_err(|_| Refusal::internal())?;
    let text = include_str!("../static/openapi.json").replace("PUBLIC_URL", &public);
    Ok(([(header::CONTENT_TYPE, "application/json")], text))
}

/// Ready is who can write: a primary that became a copy after a failover can only be read.
async fn ready(State(service): State<Shared>) -> Result<&'static str, Refusal> {
    let seen = sqlx::query(
        "INSERT INTO instances (id, seen_at) VALUES ($1, (SELECT now FROM clock)) \
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(service.instance.as_str())
    .execute(service.database.write())
    .await;
    match seen {
        Ok(_) => Ok("ready\n"),
        Err(error) => Err(service.database_refusal(&error)),
    }
}

/// What a request may be answered with: the documented JSON.
pub type Answer<T> = Result<axum::Json<T>, Refusal>;

/// For answers that are no error of the caller.
const BUSY: StatusCode = StatusCode::SERVICE_UNAVAILABLE;
