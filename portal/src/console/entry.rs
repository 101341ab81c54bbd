//! In by a link that is good once, and out.

use std::net::SocketAddr;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::operator::{COOKIE, Submitted};
use super::{Refused, base, page};
use crate::api::Shared;
use crate::limit::Call;
use crate::network::ClientNetwork;
use crate::store::operators;

/// Tries a minute, from each client network.
const TRIES: u32 = 30;

/// Of the link.
#[derive(Deserialize)]
pub struct Link {
    link: String,
}

/// `GET /console/login?link=…`: a button. The link is used up by it alone: programs that look at
/// links before people do, follow them.
pub async fn door(
    State(service): State<Shared>,
    link: Result<Query<Link>, QueryRejection>,
) -> Result<Response, Refused> {
    let Query(Link { link }) = link.map_err(|_| Refused::logged_out())?;
    let base = base(&service);
    let body = html! {
        p { "Whoever goes on may change keys and origins of every tenant, in this browser." }
        form method="post" action={ (base) "/login" } {
            input type="hidden" name="link" value=(link);
            button { "Log in" }
        }
    };
    Ok(Html(page::bare(&base, "Log in", &body).into_string()).into_response())
}

/// `POST /console/login`: uses the link up, and sets the cookie.
pub async fn login(
    State(service): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    link: Result<Form<Link>, FormRejection>,
) -> Result<Response, Refused> {
    let Form(Link { link }) = link.map_err(|_| Refused::link())?;
    let network = ClientNetwork::of(peer.ip(), &headers, &service.config.trusted_proxies);
    let counted = service.limits.count(&[0; 32], Call::Login, network, TRIES);
    counted.map_err(|_| Refused::rate())?;
    let cookie = operators::enter(&service.database, &service.instance, &link).await;
    let cookie = cookie.map_err(|error| Refused::database(&service, &error))?;
    let cookie = cookie.ok_or_else(Refused::link)?;
    Ok(go(&service, &cookie, operators::LOGIN_HOURS * 60 * 60))
}

/// A form that only has its token.
#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /console/logout`.
pub async fn logout(
    State(service): State<Shared>,
    Submitted(operator, Nothing {}): Submitted<Nothing>,
) -> Result<Response, Refused> {
    let left = operators::leave(&service.database, operator.by(&service), &operator.login).await;
    left.map_err(|error| Refused::database(&service, &error))?;
    Ok(go(&service, "", 0))
}

/// To the first page, with this cookie.
fn go(service: &Shared, value: &str, seconds: i64) -> Response {
    let base = base(service);
    let public = service.config.public_url.as_ref();
    let secure = match public.is_some_and(|url| url.scheme() == "https") {
        true => "; Secure",
        false => "",
    };
    let cookie = format!(
        "{COOKIE}={value}; Path={base}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    ([(header::SET_COOKIE, cookie)], Redirect::to(&base)).into_response()
}
