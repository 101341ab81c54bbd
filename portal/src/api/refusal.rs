//! Every refusal is the documented JSON: `{"success":false,"error":…,"message":…}`.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An answer that is no success.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    reason: Option<&'static str>,
    retry_after: Option<u32>,
}

/// What the answer's `error` was, for log and metrics.
#[derive(Clone, Copy, Debug)]
pub struct Code(pub &'static str);

#[derive(Serialize)]
struct Body<'a> {
    success: bool,
    error: &'a str,
    message: &'a str,
    /// Ours: what programs may want to tell apart under one code.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// The key is wrong, revoked or expired, or may not do this.
pub const KEY_INVALID: &str = "SS_API_KEY_INVALID";
/// The origin is none of this key's.
pub const DOMAIN_NOT_ALLOWED: &str = "SS_DOMAIN_NOT_ALLOWED";
/// The session is over, used or unknown.
pub const SESSION_EXPIRED: &str = "SS_SESSION_EXPIRED";
/// The request cannot be followed.
pub const REQUEST_INVALID: &str = "SS_REQUEST_INVALID";
/// Too often; not a refusal, come again.
pub const RATE_LIMITED: &str = "SS_RATE_LIMITED";
/// The service or its database is busy; come again.
pub const UNREACHABLE: &str = "SS_SERVICE_UNREACHABLE";
/// A fault of the service.
pub const INTERNAL: &str = "SS_INTERNAL";

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            reason: None,
            retry_after: None,
        }
    }

    /// 401.
    pub fn key(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, KEY_INVALID, message)
    }

    /// 403: a good key, and not for this.
    pub fn key_use(message: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, KEY_INVALID, message)
    }

    /// 403.
    pub fn domain() -> Self {
        let message = "This origin is not registered for this key.";
        Self::new(StatusCode::FORBIDDEN, DOMAIN_NOT_ALLOWED, message)
    }

    /// 410: nothing brings a session back. `reason`: `expired`, `used` or `unknown`.
    pub fn session(reason: &'static str, message: &'static str) -> Self {
        Self {
            reason: Some(reason),
            ..Self::new(StatusCode::GONE, SESSION_EXPIRED, message)
        }
    }

    /// 403: the link is not what the session was opened for.
    pub fn altered(message: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, REQUEST_INVALID, message)
    }

    /// 409.
    pub fn taken(message: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, REQUEST_INVALID, message)
    }

    /// 400.
    pub fn request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, REQUEST_INVALID, message)
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            REQUEST_INVALID,
            "There is no such call.",
        )
    }

    /// 405.
    pub fn method() -> Self {
        let message = "This call does not take this method.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, REQUEST_INVALID, message)
    }

    /// 413.
    pub fn too_large() -> Self {
        let message = "The body is too large.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, REQUEST_INVALID, message)
    }

    /// 415.
    pub fn media_type() -> Self {
        let message = "The body must be sent as application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, REQUEST_INVALID, message)
    }

    /// 408: the body did not come in time.
    pub fn slow() -> Self {
        let message = "The request took too long.";
        Self::new(StatusCode::REQUEST_TIMEOUT, REQUEST_INVALID, message)
    }

    /// 429: busy, not refused.
    pub fn rate(seconds: u32) -> Self {
        let message = "Too many calls with this key from this network. Try again later.";
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, RATE_LIMITED, message)
        }
    }

    /// 503: busy, not refused.
    pub fn busy() -> Self {
        let message = "The service is busy. Try again.";
        Self {
            retry_after: Some(2),
            ..Self::new(super::BUSY, UNREACHABLE, message)
        }
    }

    /// 500: a fault of ours.
    pub fn internal() -> Self {
        let message = "The service failed.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL, message)
    }

    /// As it stands in `error`.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Body {
            success: false,
            error: self.code,
            message: &self.message,
            reason: self.reason,
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Code(self.code));
        response
    }
}
