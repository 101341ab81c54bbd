//! What is shown in place of the page that was asked for.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

use super::page;
use crate::api::{Code, Shared, refusal};
use crate::store::keys::NotDone;

/// Why there is no such page.
#[derive(Clone, Debug)]
pub struct Refused {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    text: Cow<'static, str>,
}

impl Refused {
    fn new(status: StatusCode, title: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code: refusal::REQUEST_INVALID,
            title,
            text: text.into(),
        }
    }

    /// 401: nobody is logged in.
    pub fn logged_out() -> Self {
        let text = "Nobody is logged in in this browser, or nothing was done for too long.";
        Self::new(StatusCode::UNAUTHORIZED, "Log in", text)
    }

    /// 403: the link was used, is too old, or never was one.
    pub fn link() -> Self {
        let text = "This link was used already, or its time is over.";
        Self::new(StatusCode::FORBIDDEN, "Log in", text)
    }

    /// 403: the form is none of ours, or of another login.
    pub fn forged() -> Self {
        let text = "This form was not made for your login. Nothing was done.";
        Self::new(StatusCode::FORBIDDEN, "Not done", text)
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", "There is no such page.")
    }

    /// 400.
    pub fn wrong(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Not done", text)
    }

    /// 409: it cannot be done as things stand.
    pub fn conflict(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, "Not done", text)
    }

    /// 429.
    pub fn rate() -> Self {
        Self {
            code: refusal::RATE_LIMITED,
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Busy",
                "Too many tries from this network. Wait a minute.",
            )
        }
    }

    /// 503: what the database says goes to the log.
    pub fn database(service: &Shared, error: &sqlx::Error) -> Self {
        let refusal = service.database_refusal(error);
        Self {
            code: refusal.code(),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Busy",
                "The database does not answer. Try again.",
            )
        }
    }

    /// A key was left as it is.
    pub fn key(service: &Shared, error: &NotDone) -> Self {
        match error {
            NotDone::Database(error) => Self::database(service, error),
            NotDone::Last | NotDone::Ended => Self::conflict(format!("Not done: {error}.")),
        }
    }

    /// As it is sent.
    pub fn page(&self, base: &str) -> Response {
        let body = html! {
            p { (self.text) }
            @if self.title == "Log in" { (how_to_log_in()) } @else {
                p { a href=(base) { "Back to the console" } }
            }
        };
        let page = page::bare(base, self.title, &body).into_string();
        let mut response = (self.status, Html(page)).into_response();
        response.extensions_mut().insert(Code(self.code));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

fn how_to_log_in() -> Markup {
    html! {
        p {
            "On the computer of the service, " code { "securesign-portal login-link" }
            " prints a link that lets one browser in."
        }
    }
}

/// The layer around all pages writes it, which knows where they are.
impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
