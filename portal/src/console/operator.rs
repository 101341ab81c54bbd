//! Who is logged in, and the forms that are theirs.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawForm, Request};
use axum::http::request::Parts;
use maud::{Markup, html};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::{Refused, base};
use crate::api::Shared;
use crate::cookie;
use crate::key::{self, KeyHash};
use crate::store::audit::By;
use crate::store::operators;

/// The cookie of a login.
pub const COOKIE: &str = "securesign_console";

/// The field of every form that shows that it is ours.
const TOKEN: &str = "form";

/// Whoever is logged in.
pub struct Operator {
    /// As the audit log names them.
    pub name: String,
    /// Where the console is.
    pub base: String,
    /// Of the cookie.
    pub login: KeyHash,
    token: String,
}

impl Operator {
    /// As the audit log has it.
    pub fn by<'a>(&'a self, service: &'a Shared) -> By<'a> {
        By {
            instance: &service.instance,
            actor: &self.name,
        }
    }

    /// To be put into every form.
    pub fn token(&self) -> Markup {
        html! { input type="hidden" name=(TOKEN) value=(self.token); }
    }

    /// Whether the form came from a page of this login. Hashes are compared, so that the time
    /// which that takes tells nothing.
    fn made(&self, form: &[u8]) -> bool {
        let mut fields = form_urlencoded::parse(form).filter(|(name, _)| name == TOKEN);
        let (Some((_, token)), None) = (fields.next(), fields.next()) else {
            return false;
        };
        key::hash(&token) == key::hash(&self.token)
    }
}

impl FromRequestParts<Shared> for Operator {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Refused> {
        let cookie = cookie::named(&parts.headers, COOKIE).ok_or_else(Refused::logged_out)?;
        let login = key::hash(cookie);
        let name = operators::seen(&service.database, &login).await;
        let name = name.map_err(|error| Refused::database(service, &error))?;
        Ok(Self {
            name: name.ok_or_else(Refused::logged_out)?,
            base: base(service),
            login,
            // Who reads the page of a form cannot make a cookie of it.
            token: key::base62(&key::hash(&format!("securesign console form\0{cookie}"))),
        })
    }
}

/// A form of whoever is logged in.
pub struct Submitted<T>(pub Operator, pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Submitted<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, service: &Shared) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let operator = Operator::from_request_parts(&mut parts, service).await?;
        let form = form(Request::from_parts(parts, body), service).await?;
        if !operator.made(&form) {
            return Err(Refused::forged());
        }
        let fields = serde_urlencoded::from_bytes(&form);
        Ok(Self(operator, fields.map_err(|_| incomplete())?))
    }
}

async fn form(request: Request, service: &Shared) -> Result<Bytes, Refused> {
    let form = RawForm::from_request(request, service).await;
    Ok(form.map_err(|_| incomplete())?.0)
}

fn incomplete() -> Refused {
    Refused::wrong("The form is not complete.")
}
