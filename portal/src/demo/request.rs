//! From the document to the link.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use securesign_card::digest::{Digest, HashAlgorithm};
use serde::Deserialize;
use serde_json::json;

use super::{Asked, Demo, page, sent};
use crate::api::{Refusal, Wanted, open_session};

/// Names the visitor's browser.
const COOKIE: &str = "visitor";

/// Whose browser it says it is.
pub fn visitor(headers: &HeaderMap) -> Option<&str> {
    crate::cookie::named(headers, COOKIE)
}

/// `GET /`
pub async fn start() -> impl IntoResponse {
    sent(page::start())
}

#[derive(Deserialize)]
pub struct Text {
    text: String,
}

/// `POST /texts`: what was typed.
pub async fn text(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    form: Result<Form<Text>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Refusal> {
    let Form(form) = form.map_err(|_| Refusal::request("This is no text."))?;
    let (path, cookie) = ask(&demo, &headers, form.text.into_bytes()).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&path)).into_response())
}

/// `POST /documents`: a file, as it is.
pub async fn document(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, Refusal> {
    let body = body.map_err(|_| Refusal::too_large())?;
    let (path, cookie) = ask(&demo, &headers, body.to_vec()).await?;
    let page = axum::Json(json!({ "page": path }));
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], page).into_response())
}

/// Opens a session for the document, as a portal's server would with `/v1/auth/session`: an id
/// that nobody can guess, the digest, and a callback. The path of the request's page, and the
/// cookie that binds it to this browser.
async fn ask(
    demo: &Demo,
    headers: &HeaderMap,
    document: Vec<u8>,
) -> Result<(String, String), Refusal> {
    let id = uuid::Uuid::new_v4().to_string();
    let digest = Digest::of(HashAlgorithm::Sha256, &document);
    let wanted = Wanted {
        request_id: &id,
        document_type: "hash",
        hash: &STANDARD.encode(digest.bytes()),
        hash_algo: digest.algorithm().name(),
        callback_url: &format!("{}/signed?request={id}", demo.public),
        api_key: &demo.api_key,
    };
    let session = open_session(&demo.service, (&demo.api_key, &demo.key), &wanted).await?;
    let visitor = match visitor(headers) {
        Some(visitor) => visitor.to_owned(),
        None => crate::store::id("v").map_err(|_| Refusal::internal())?,
    };
    let cookie = format!("{COOKIE}={visitor}; HttpOnly; SameSite=Lax; Path=/");
    let asked = Asked {
        visitor,
        document: document.into(),
        link: wanted.link(Some(&session.id)),
        expires_at: session.expires_at,
        number: 0,
        result: None,
    };
    demo.remember(id.clone(), asked);
    Ok((format!("/requests/{id}"), cookie))
}

/// `GET /requests/{id}`: the digest and the link.
pub async fn show(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    match demo.of_visitor(visitor(&headers), &id) {
        Some(asked) if is_over(&asked) => sent(page::failed("SS_SESSION_EXPIRED")).into_response(),
        Some(asked) => {
            let digest = Digest::of(HashAlgorithm::Sha256, &asked.document);
            sent(page::request(
                &id,
                &asked.link,
                &digest,
                asked.document.len(),
            ))
            .into_response()
        }
        None => (StatusCode::NOT_FOUND, sent(page::nobody_asked())).into_response(),
    }
}

fn is_over(asked: &Asked) -> bool {
    asked.result.is_none() && Timestamp::now().as_millisecond() > asked.expires_at
}

/// `GET /requests/{id}/state`: for the page that waits.
pub async fn state(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let state = match demo.of_visitor(visitor(&headers), &id) {
        Some(asked) if asked.result.is_some() => "answered",
        Some(asked) if !is_over(&asked) => "waiting",
        _ => "expired",
    };
    axum::Json(json!({ "state": state })).into_response()
}

/// `GET /requests/{id}/document`: so that it can be dropped on SecureSign, and compared.
pub async fn download(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let Some(asked) = demo.of_visitor(visitor(&headers), &id) else {
        return (StatusCode::NOT_FOUND, sent(page::nobody_asked())).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"document\"",
        ),
    ];
    (headers, asked.document.to_vec()).into_response()
}
