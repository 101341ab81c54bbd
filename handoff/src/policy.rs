//! Who may call: which portal, with which key, gets results sent where.
//!
//! The compiler keeps requirement 8: an answer is built from a [`Permit`], and
//! only [`Policy::check`] makes one. The authentication API of SecureSign
//! handoff protocol, §6, will be a second authority: its answer becomes a permit
//! in this module too, and nowhere else.

mod settings;

pub use settings::{
    Appearance, Change, Portal, PortalFault, SCALES, Settings, SettingsError, Theme, Tongue,
};

use std::fmt;

use url::Url;

use securesign_card::language::Language;

use crate::code::ErrorCode;
use crate::link::{ApiKey, Callback, CallbackKind, Origin};

/// The settings, as the judge of every request.
#[derive(Clone, Debug)]
pub struct Policy {
    settings: Settings,
    file: String,
}

impl Policy {
    /// `file` is where the settings stand, for the advice in a [`Denial`].
    pub fn new(settings: Settings, file: impl Into<String>) -> Self {
        Self {
            settings,
            file: file.into(),
        }
    }

    /// The settings it judges by.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

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
                self.settings.portals.iter().collect()
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

    fn may_receive(&self, scheme: &str) -> bool {
        self.settings.schemes.iter().any(|s| s == scheme)
    }

    fn of_origin(&self, origin: &Origin) -> Vec<&Portal> {
        let portals = self.settings.portals.iter();
        portals.filter(|p| p.origin == *origin).collect()
    }

    fn deny(&self, callback: &Callback, key: &ApiKey, why: Why) -> Denial {
        Denial {
            origin: callback.origin().clone(),
            fingerprint: key.fingerprint(),
            test: key.is_test(),
            app: callback.kind() == CallbackKind::App,
            file: self.file.clone(),
            inline: self.settings.inline,
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
}

fn permit(callback: &Callback, key: &ApiKey, name: Option<String>) -> Permit {
    Permit {
        callback: callback.clone(),
        name,
        test: key.is_test(),
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
    app: bool,
    file: String,
    inline: bool,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Origin,
    Key,
    TestKey,
    LiveToLocalhost,
    TestToLocalhost,
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

    /// What happened: one sentence. The origin stands there whole (DNS bounds
    /// it): a shortened one could hide who it is.
    pub fn what(&self, language: Language) -> String {
        let origin = [("origin", display(&self.origin).into())];
        match self.why {
            Why::Origin => language.say_with("denied-origin", origin),
            Why::Key if self.app => language.say_with("denied-app-key", origin),
            Why::Key => language.say_with("denied-key", origin),
            Why::TestKey => language.say_with("denied-test-key", origin),
            Why::LiveToLocalhost => language.say_with("denied-live-local", origin),
            Why::TestToLocalhost => language.say_with("denied-test-local", origin),
            Why::Scheme => language.say_with("denied-scheme", origin),
        }
    }

    /// What to do: close, or the lines that allow it.
    pub fn advice(&self, language: Language) -> String {
        let Some(lines) = self.lines() else {
            return language.say("denied-live-local-advice");
        };
        let when = match self.why {
            Why::TestToLocalhost => language.say("denied-test-local-advice"),
            Why::TestKey => language.say("denied-test-key-advice"),
            Why::Key if self.app => language.say("denied-app-key-advice"),
            Why::Key => language.say("denied-key-advice"),
            Why::Origin | Why::Scheme | Why::LiveToLocalhost => language.say("denied-advice"),
        };
        let file = ("file", self.file.as_str().into());
        let lines = ("lines", lines.trim().into());
        let how = match self.inline {
            true => language.say_with("denied-inline", [file, lines]),
            false => language.say_with("denied-lines", [file, lines]),
        };
        format!("{when} {how}")
    }

    /// What to add to the settings file, if anything can allow it: a table, which can
    /// stand at the end of every file, or a value for the beginning of the list where the
    /// portals stand in one. Nothing in it needs quoting: an origin is of letters, digits
    /// and `.-_+:[]/`.
    pub fn lines(&self) -> Option<String> {
        if matches!(self.why, Why::LiveToLocalhost) {
            return None;
        }
        let origin = format!("origin = \"{}\"", self.origin);
        let key = format!("key = \"sha256:{}\"", self.fingerprint);
        Some(match (self.inline, self.test) {
            (true, true) => format!("{{ {origin}, {key}, test = true }},"),
            (true, false) => format!("{{ {origin}, {key} }},"),
            // The last line of the file need not end.
            (false, true) => format!("\n[[portal]]\n{origin}\n{key}\ntest = true\n"),
            (false, false) => format!("\n[[portal]]\n{origin}\n{key}\n"),
        })
    }
}

/// In English, for logs.
impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let language = Language::English;
        write!(f, "{} {}", self.what(language), self.advice(language))
    }
}

impl std::error::Error for Denial {}

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
