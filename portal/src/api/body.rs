//! JSON in: bounded, and refused with the documented JSON, in which nothing of it comes back.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::{Refusal, Shared};

/// The body of a call.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Shared) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(Refusal::media_type());
        }
        let bytes = Bytes::from_request(request, service).await;
        let bytes = bytes.map_err(|rejection| unreadable(&rejection))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Refusal::request(explain(&error)))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else {
        return false;
    };
    let text = value.to_str().unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn unreadable(rejection: &BytesRejection) -> Refusal {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::too_large(),
        _ => Refusal::request("The body could not be read."),
    }
}

/// Names the place, and the field where it is one of ours; serde's other messages quote what was
/// sent, which may be secret.
fn explain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!("line {}, column {}", error.line(), error.column());
    if text.starts_with("missing field") || text.starts_with("duplicate field") {
        return format!("The body is not what this call takes: {text}.");
    }
    match error.classify() {
        serde_json::error::Category::Data => {
            format!("The body is not what this call takes: a value of the wrong kind at {place}.")
        }
        _ => format!("The body is not JSON, from {place}."),
    }
}
