//! Universal links: what opens where no app has taken `/open?…` itself, and the file by which
//! Apple's systems learn that an app takes it.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, html};
use serde_json::json;

use super::{Refusal, Shared};

/// `GET /open?…`: a button that opens the same parameters, byte for byte, as `securesign://sign?…`.
/// Nothing of them is read, kept or logged here, and the page tells nobody where it was.
pub async fn open(RawQuery(query): RawQuery) -> Response {
    let status = match query {
        Some(_) => StatusCode::OK,
        None => StatusCode::BAD_REQUEST,
    };
    let link = query.map(|query| format!("securesign://sign?{query}"));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "SecureSign" }
            }
            body {
                h1 { "SecureSign" }
                @if let Some(link) = link {
                    p { "A portal asks for your signature. SecureSign shows what it is before you sign." }
                    p { a href=(link) { "Open SecureSign" } }
                    p { "Nothing happens? Then SecureSign is not installed on this computer. (SS_APP_NOT_INSTALLED)" }
                } @else {
                    p { "This link says nothing. Go back to the portal, and begin again." }
                }
            }
        }
    };
    let headers = [
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
        (
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex"),
        ),
    ];
    (status, headers, Html(page.into_string())).into_response()
}

const POLICY: &str =
    "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// `GET /.well-known/apple-app-site-association`, in the form of iOS 9 to 12 (`appID`, `paths`) and
/// in today's (`appIDs`, `components`) beside it.
pub async fn apple(State(service): State<Shared>) -> Result<Response, Refusal> {
    let apps = &service.config.apple_app_ids;
    if apps.is_empty() {
        return Err(Refusal::not_found());
    }
    let open = format!("{}/open", service.config.path());
    let components = json!([{ "/": open }, { "/": format!("{open}/") }]);
    let mut details = vec![json!({ "appIDs": apps, "components": components })];
    let paths = json!([open, format!("{open}/")]);
    details.extend(
        apps.iter()
            .map(|app| json!({ "appID": app, "paths": paths })),
    );
    let file = json!({ "applinks": { "apps": [], "details": details } });
    Ok(axum::Json(file).into_response())
}
