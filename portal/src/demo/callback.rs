//! The way back: whose answer it is, whether anybody waits for it, and what it is worth.

use std::sync::{Arc, PoisonError};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_handoff::callback::decode;
use serde::Deserialize;
use serde_json::Value;

use super::page::{self, Judged};
use super::request::visitor;
use super::{Asked, Demo, sent};

/// Answers by POST that wait for their redirect.
const POSTED: usize = 50;

#[derive(Deserialize)]
pub struct Answer {
    request: Option<String>,
    ss_result: Option<String>,
    kept: Option<String>,
}

/// `GET /signed`: what most answers come by.
pub async fn get(
    State(demo): State<Arc<Demo>>,
    headers: HeaderMap,
    query: Result<Query<Answer>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(answer)) = query else {
        return nobody();
    };
    let kept = answer.kept.and_then(|kept| {
        let mut posted = demo.posted.lock().unwrap_or_else(PoisonError::into_inner);
        posted.remove(&kept)
    });
    let (Some(id), Some(text)) = (answer.request, answer.ss_result.or(kept)) else {
        return nobody();
    };
    taken(&demo, &headers, &id, &text)
}

#[derive(Deserialize)]
pub struct Posted {
    ss_result: String,
}

/// `POST /signed`: what is too long for a URL comes from a page on the visitor's computer, without
/// our cookies. A redirect to a page of ours brings them.
pub async fn post(
    State(demo): State<Arc<Demo>>,
    query: Result<Query<Answer>, axum::extract::rejection::QueryRejection>,
    form: Result<Form<Posted>, axum::extract::rejection::FormRejection>,
) -> Response {
    let (Ok(Query(answer)), Ok(Form(form)), Ok(kept)) = (query, form, crate::store::id("post"))
    else {
        return nobody();
    };
    let Some(id) = answer
        .request
        .filter(|id| uuid::Uuid::parse_str(id).is_ok())
    else {
        return nobody();
    };
    let mut posted = demo.posted.lock().unwrap_or_else(PoisonError::into_inner);
    if posted.len() >= POSTED {
        // Whose they are is not known here: nobody can keep others out for long.
        posted.clear();
    }
    posted.insert(kept.clone(), form.ss_result);
    Redirect::to(&format!("/signed?request={id}&kept={kept}")).into_response()
}

/// In the browser that was asked, once, and while it is waited for.
fn taken(demo: &Demo, headers: &HeaderMap, id: &str, text: &str) -> Response {
    let Some(result) = decode(text).filter(|result| result["requestId"] == id) else {
        return nobody();
    };
    let Some(visitor) = visitor(headers) else {
        return other_browser();
    };
    let asked = {
        let mut all = demo.asked();
        let Some(asked) = all.get_mut(id) else {
            return nobody();
        };
        if asked.visitor != visitor {
            return other_browser();
        }
        if asked.result.is_some() {
            return (StatusCode::CONFLICT, sent(page::answered_before())).into_response();
        }
        if result["success"] == true {
            asked.result = Some(result.clone());
        }
        asked.clone()
    };
    if result["success"] != true {
        let code = result["error"].as_str().unwrap_or("SS_INTERNAL");
        return sent(page::failed(code)).into_response();
    }
    sent(page::signed(&judged(demo, &asked, &result))).into_response()
}

/// Over our own document, with the algorithm that we asked for: not what the result says of them.
fn judged(demo: &Demo, asked: &Asked, result: &Value) -> Judged {
    use base64::Engine;
    let pem = result["certificate"]["certificatePem"]
        .as_str()
        .unwrap_or_default();
    let certificate = securesign_verify::certificate(pem).ok();
    let signature = result["signatureBase64"].as_str().unwrap_or_default();
    let signature = base64::engine::general_purpose::STANDARD.decode(signature);
    let digest = Digest::of(HashAlgorithm::Sha256, &asked.document);
    let integrity = match (&certificate, signature) {
        (Some(certificate), Ok(signature)) => {
            securesign_verify::is_signed(certificate, &digest, &signature)
        }
        _ => false,
    };
    let trust = securesign_verify::Trust {
        authorities: demo.service.authorities.clone(),
        intermediates: Vec::new(),
        crls: Vec::new(),
        check_revocation: false,
        at: Timestamp::now(),
    };
    let named = !trust.authorities.is_empty();
    let problems = certificate.as_ref().filter(|_| named);
    Judged {
        integrity,
        problems: problems
            .map(|certificate| securesign_verify::standing(certificate, &trust).problems),
        certificate,
        result: serde_json::to_string_pretty(result).unwrap_or_default(),
    }
}

fn nobody() -> Response {
    (StatusCode::BAD_REQUEST, sent(page::nobody_asked())).into_response()
}

fn other_browser() -> Response {
    (StatusCode::FORBIDDEN, sent(page::other_browser())).into_response()
}
