//! Who may call: which portal, with which key, gets results sent where.
//!
//! The compiler keeps requirement 8: an answer is built from a [`Permit`], and
//! only [`Policy::judge`], [`Policy::check`] and [`Policy::check_for_demo`] make one: of the
//! list in the settings, or, the first alone, of an [`Approval`] by the authentication service of SecureSign handoff
//! protocol, §6, which only [`Inquiry::answered`] makes.

mod domain;
mod service;

use std::fmt;

use url::Url;
use zeroize::Zeroizing;

use crate::code::ErrorCode;
use crate::link::{ApiKey, Callback, CallbackKind, Origin, ReplyTo};
use crate::service::Base;

pub use domain::domain;
pub use service::{Approval, Inquiry, Unapproved};

/// Whom the user or administrator allows, as the judge of every request.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Who may call.
    pub portals: Vec<Portal>,
    /// Schemes of apps that may receive results of every portal here: lower case, without
    /// the colon.
    pub schemes: Vec<String>,
    /// Where that is listed, for a [`Denial`].
    pub list: List,
    /// Who is asked about those who are not listed; `None`: nobody.
    pub service: Option<Base>,
    /// What it has said of late.
    pub approvals: Vec<Approval>,
}

/// The file that lists the portals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Where it is.
    pub file: String,
    /// The portals stand in one list, `portal = […]`, to which TOML lets no table be added.
    pub inline: bool,
}

/// One portal and one of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portal {
    /// As parsed: lower case, punycode, no default port; of an app its scheme and a colon.
    pub origin: Origin,
    /// SHA-256 of its API key, lower-case hex.
    pub fingerprint: String,
    /// For the screen.
    pub name: Option<String>,
    /// Its key may be an `ss_test_` key.
    pub test: bool,
}

impl Portal {
    /// From what a person typed: an origin, with its scheme or without, and the API key
    /// itself, of which only the fingerprint is kept.
    ///
    /// # Errors
    ///
    /// [`PortalFault`]: which of the two is none.
    pub fn new(origin: &str, key: &str) -> Result<Self, PortalFault> {
        let key = ApiKey::parse(Zeroizing::new(key.trim().to_owned()));
        let test = key.as_ref().is_ok_and(ApiKey::is_test);
        let origin = typed_origin(origin.trim(), test).ok_or(PortalFault::Origin)?;
        let key = key.map_err(|_| PortalFault::Key)?;
        Ok(Self {
            origin,
            fingerprint: key.fingerprint(),
            name: None,
            test: key.is_test(),
        })
    }
}

impl Portal {
    /// The same permission, whatever it is called.
    pub fn is(&self, other: &Self) -> bool {
        self.origin == other.origin && self.fingerprint == other.fingerprint
    }

    /// Whoever has this permission needs the other one no more: a test key passes only where
    /// it is listed as one.
    pub fn covers(&self, other: &Self) -> bool {
        self.is(other) && (self.test || !other.test)
    }
}

/// What was typed is no portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortalFault {
    /// Not an https origin.
    Origin,
    /// Not an API key.
    Key,
}

impl Policy {
    /// - `https` origins are listed with the fingerprint of the key; a test key
    ///   also needs `test = true` there.
    /// - Localhost is for test keys, never for live ones; and since any page can make up
    ///   a test key, and any program listen there, it is listed like every other origin,
    ///   unless it is the demo token that signs ([`Policy::check_for_demo`]).
    /// - Apps are listed like portals, their scheme as the origin. Or their scheme is on
    ///   the allow-list, and then the key is that of any listed portal: an app's scheme
    ///   says nothing about who is calling.
    pub fn check(&self, callback: &Callback, key: &ApiKey) -> Result<Permit, Denial> {
        let listed = match callback.kind() {
            CallbackKind::Localhost if !key.is_test() => {
                return Err(self.deny(callback, key, Why::LiveToLocalhost));
            }
            CallbackKind::App if self.may_receive(callback.scheme()) => {
                self.portals.iter().collect()
            }
            _ => self.of_origin(callback.origin()),
        };
        if listed.is_empty() {
            return Err(self.deny(
                callback,
                key,
                match callback.kind() {
                    CallbackKind::Localhost => Why::TestToLocalhost,
                    CallbackKind::App if self.may_receive(callback.scheme()) => Why::Key,
                    CallbackKind::App => Why::Scheme,
                    CallbackKind::Web => Why::Origin,
                },
            ));
        }
        let fingerprint = key.fingerprint();
        let mut why = Why::Key;
        for portal in listed {
            if portal.fingerprint != fingerprint {
                continue;
            }
            if !key.is_test() || portal.test {
                return Ok(permit(callback, key, portal.name.clone()));
            }
            why = Why::TestKey;
        }
        Err(self.deny(callback, key, why))
    }

    /// As [`Policy::check`], where only the demo token can sign: localhost may call with
    /// any test key.
    pub fn check_for_demo(&self, callback: &Callback, key: &ApiKey) -> Result<Permit, Denial> {
        if callback.kind() == CallbackKind::Localhost && key.is_test() {
            return Ok(permit(callback, key, None));
        }
        self.check(callback, key)
    }

    /// By the list, and whom that does not allow by what the service has said
    /// ([`Policy::inquiry`]). `demo`: only the demo token can sign. Whoever builds a portal on
    /// this computer, with a service and its sessions, is shown what that says.
    pub fn judge(&self, to: &ReplyTo, demo: bool) -> Result<Permit, Denial> {
        let has_session = to.session.is_some() && self.service.is_some();
        let listed = match demo && !has_session {
            true => self.check_for_demo(&to.callback, &to.api_key),
            false => self.check(&to.callback, &to.api_key),
        };
        listed.or_else(|denial| self.approved(to, demo).ok_or(denial))
    }

    fn may_receive(&self, scheme: &str) -> bool {
        self.schemes.iter().any(|s| s == scheme)
    }

    fn of_origin(&self, origin: &Origin) -> Vec<&Portal> {
        let portals = self.portals.iter();
        portals.filter(|p| p.origin == *origin).collect()
    }

    fn deny(&self, callback: &Callback, key: &ApiKey, why: Why) -> Denial {
        Denial {
            origin: callback.origin().clone(),
            fingerprint: key.fingerprint(),
            test: key.is_test(),
            kind: callback.kind(),
            list: self.list.clone(),
            why,
        }
    }
}

/// The right to send one request's result to its callback. Cannot be made
/// outside this module.
#[derive(Clone, Debug)]
pub struct Permit {
    callback: Callback,
    name: Option<String>,
    test: bool,
    /// It was the service that gave it.
    approval: Option<Approval>,
}

fn permit(callback: &Callback, key: &ApiKey, name: Option<String>) -> Permit {
    Permit {
        callback: callback.clone(),
        name,
        test: key.is_test(),
        approval: None,
    }
}

impl Permit {
    /// Who is calling: what sessions and used request ids are bound to.
    pub fn origin(&self) -> &Origin {
        self.callback.origin()
    }

    /// For the screen: punycode first, then the Unicode form where it can
    /// deceive nobody.
    pub fn origin_display(&self) -> String {
        display(self.callback.origin())
    }

    /// The portal's name in the settings, given by whoever wrote them.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// A test key was used.
    pub fn is_test(&self) -> bool {
        self.test
    }

    /// The result goes to this computer, where any program may be the one that listens.
    pub fn is_local(&self) -> bool {
        self.callback.kind() == CallbackKind::Localhost
    }

    pub(crate) fn callback(&self) -> &Callback {
        &self.callback
    }
}

/// A request that may not have its result sent. For the screen only: nothing is
/// ever sent to an origin that failed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    origin: Origin,
    fingerprint: String,
    test: bool,
    kind: CallbackKind,
    list: List,
    why: Why,
}

/// Why a request was denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its origin is not listed.
    Origin,
    /// Its origin is listed with another key.
    Key,
    /// It is listed, and test keys are not allowed there.
    TestKey,
    /// A live key, with its result to go to this computer.
    LiveToLocalhost,
    /// A test key, with its result to go to this computer, which is not listed.
    TestToLocalhost,
    /// The scheme of the app that would receive the result is not listed.
    Scheme,
}

impl Denial {
    /// `SS_DOMAIN_NOT_ALLOWED` or `SS_API_KEY_INVALID`.
    pub fn code(&self) -> ErrorCode {
        match self.why {
            Why::Origin | Why::LiveToLocalhost | Why::TestToLocalhost | Why::Scheme => {
                ErrorCode::DomainNotAllowed
            }
            Why::Key | Why::TestKey => ErrorCode::ApiKeyInvalid,
        }
    }

    /// Why.
    pub fn why(&self) -> Why {
        self.why
    }

    /// Who asked.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// As [`Permit::origin_display`]. It is whole (DNS bounds it): a shortened one could
    /// hide who it is.
    pub fn origin_display(&self) -> String {
        display(&self.origin)
    }

    /// SHA-256 of its API key, lower-case hex.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// A test key was used.
    pub fn is_test(&self) -> bool {
        self.test
    }

    /// The result was to go to an app.
    pub fn is_app(&self) -> bool {
        self.kind == CallbackKind::App
    }

    /// As [`Permit::is_local`].
    pub fn is_local(&self) -> bool {
        self.kind == CallbackKind::Localhost
    }

    /// Where it could be allowed.
    pub fn list(&self) -> &List {
        &self.list
    }

    /// What would have to be listed for it to pass; `None`: nothing allows it.
    pub fn remedy(&self) -> Option<Portal> {
        (self.why != Why::LiveToLocalhost).then(|| Portal {
            origin: self.origin.clone(),
            fingerprint: self.fingerprint.clone(),
            name: None,
            test: self.test,
        })
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            Why::Origin => "the origin is not listed",
            Why::Key => "the origin is not listed with this key",
            Why::TestKey => "test keys are not allowed for this origin",
            Why::LiveToLocalhost => "a live key does not send results to this computer",
            Why::TestToLocalhost => "this computer is not listed for this test key",
            Why::Scheme => "the scheme of the app is not listed",
        };
        write!(f, "{}: {why}", self.origin_display())
    }
}

impl std::error::Error for Denial {}

/// As [`web_origin`], of what a person types, who leaves the scheme out: `gst.gov.in`. A
/// name without a dot would be a typing error more often than a portal.
fn typed_origin(text: &str, test: bool) -> Option<Origin> {
    if text.contains("://") {
        return web_origin(text, test);
    }
    let https = web_origin(&format!("https://{text}"), test);
    let dotted = |origin: &Origin| origin.as_str().contains('.');
    https
        .filter(dotted)
        .or_else(|| web_origin(&format!("http://{text}"), test))
}

/// The same parser and the same rules as for a callback, and nothing but an
/// origin: a path here would look like a restriction that nobody enforces. This computer
/// is one for those who build portals, with a test key.
pub fn web_origin(text: &str, test: bool) -> Option<Origin> {
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let dotted = url.domain().is_some_and(|domain| domain.ends_with('.'));
    let callback = Callback::parse(text).ok()?;
    let kind = match callback.kind() {
        CallbackKind::Web => true,
        CallbackKind::Localhost => test,
        CallbackKind::App => false,
    };
    (bare && !dotted && kind).then(|| callback.origin().clone())
}

/// `myapp:`, and nothing behind it, for whoever holds the scheme gets it all.
pub fn app_origin(text: &str) -> Option<Origin> {
    let callback = Callback::parse(text).ok()?;
    let app = callback.kind() == CallbackKind::App;
    let bare = callback.origin().as_str().eq_ignore_ascii_case(text);
    (app && bare).then(|| callback.origin().clone())
}

/// Punycode, and the Unicode form where every label is in one Indian script:
/// those have blocks of their own, so that one label cannot mix them with
/// look-alikes. Latin, Greek and Cyrillic imitate each other: punycode only.
fn display(origin: &Origin) -> String {
    // An app's address has no host that could be written in another way.
    let unicode = Url::parse(origin.as_str())
        .ok()
        .filter(|url| url.has_host())
        .map(|url| url.origin().unicode_serialization());
    match unicode {
        Some(text) if text != origin.as_str() && text.split(['.', '/', ':']).all(is_plain) => {
            format!("{origin} ({text})")
        }
        _ => origin.to_string(),
    }
}

fn is_plain(label: &str) -> bool {
    // Devanagari to Malayalam: nine blocks of 0x80 code points.
    const INDIAN: std::ops::Range<u32> = 0x0900..0x0D80;
    let block = |c: char| u32::from(c) / 0x80;
    let Some(first) = label.chars().find(|c| !c.is_ascii()) else {
        return true;
    };
    INDIAN.contains(&u32::from(first))
        && label
            .chars()
            .all(|c| block(c) == block(first) || c.is_ascii_digit() || c == '-')
}
