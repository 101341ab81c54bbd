//! The operator's pages: what the command line does, in a browser. The server writes them; there
//! is no script, and everything in them that came from outside is escaped by `maud`.

mod entry;
mod keys;
mod operator;
mod origins;
mod page;
mod records;
mod refused;
mod tenants;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::api::Shared;
use operator::Operator;
use refused::Refused;

/// Where the console is, below the root: each address in its pages begins so.
pub fn base(service: &Shared) -> String {
    format!("{}/console", service.config.path())
}

/// All pages, to be put below [`base`].
pub fn routes(service: &Shared) -> Router<Shared> {
    Router::new()
        .route("/", get(tenants::list).post(tenants::add))
        .route("/login", get(entry::door).post(entry::login))
        .route("/logout", post(entry::logout))
        .route("/console.css", get(style))
        .route("/tenants/{tenant}", get(keys::list))
        .route("/tenants/{tenant}/keys", post(keys::add))
        .route("/tenants/{tenant}/keys/{key}/rotate", post(keys::rotate))
        .route("/tenants/{tenant}/keys/{key}/revoke", post(keys::revoke))
        .route(
            "/tenants/{tenant}/origins",
            get(origins::list).post(origins::add),
        )
        .route("/tenants/{tenant}/origins/remove", post(origins::remove))
        .route("/tenants/{tenant}/sessions", get(records::sessions))
        .route("/tenants/{tenant}/usage", get(records::usage))
        .route(
            "/tenants/{tenant}/settings",
            get(tenants::settings).post(tenants::set),
        )
        .route("/audit", get(records::audit))
        .fallback(async |_: Operator| Refused::not_found())
        .method_not_allowed_fallback(async || Refused::not_found())
        .layer(from_fn_with_state(service.clone(), finish))
}

async fn style() -> impl IntoResponse {
    const STYLE: &str = include_str!("../static/console.css");
    ([(header::CONTENT_TYPE, "text/css")], STYLE)
}

/// Writes the page of a refusal, and what every page is sent with: nothing from elsewhere, no
/// script, in no frame, and no address in `Referer`.
async fn finish(State(service): State<Shared>, request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                          frame-ancestors 'none'; base-uri 'none'";
    let mut response = next.run(request).await;
    if let Some(refused) = response.extensions_mut().remove::<Refused>() {
        response = refused.page(&base(&service));
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
