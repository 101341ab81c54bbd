//! Around every call: room, time, a line in the log, and numbers. What is logged is the route
//! and not the path, and no header and no query: keys travel in all of them.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use super::refusal::Code;
use super::{Refusal, Shared};
use crate::metrics::Answered;

/// The largest body that calls take which say nothing else.
const BODY: usize = 32 * 1024;

/// Puts it around all routes.
pub fn wrap(routes: Router<Shared>, service: Shared) -> Router<Shared> {
    routes
        .layer(DefaultBodyLimit::max(BODY))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(service, guard))
}

async fn guard(
    State(service): State<Shared>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let time = Duration::from_secs(service.config.request_seconds.into());
    let mut response = match service.room.try_acquire() {
        Err(_) => Refusal::busy().into_response(),
        Ok(_room) => tokio::time::timeout(time, next.run(request))
            .await
            .unwrap_or_else(|_| Refusal::slow().into_response()),
    };
    let headers = response.headers_mut();
    if chunked {
        // It may have named a length too, which hyper drops: where a proxy before us believed that,
        // what follows could be somebody else's request (RFC 9112, 6.1).
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);

    let code = response.extensions().get::<Code>();
    let answered = Answered {
        route: route.map_or_else(|| "other".into(), |route| route.as_str().to_owned()),
        status: response.status().as_u16(),
        code: code.map_or("OK", |code| code.0),
    };
    let took = start.elapsed();
    service.metrics.count(&answered, took.as_secs_f64());
    tracing::info!(
        method = if is_usual(method.as_str()) {
            method.as_str()
        } else {
            "other"
        },
        route = answered.route,
        status = answered.status,
        code = answered.code,
        milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    response
}

/// A method can be any word, a key too.
fn is_usual(method: &str) -> bool {
    ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"].contains(&method)
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    Refusal::internal().into_response()
}
