//! The words for what is wrong with a link, a portal or an answer.

use securesign_handoff::callback::CallbackError;
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::{
    AddressPart, CallbackFault, Cut, LINK_LIMIT, LinkError, PARAMETERS, Quoted,
};
use securesign_handoff::policy::{Denial, Unapproved, Why};
use securesign_handoff::service::{SessionFault, Trouble};

use super::{Explain, InWords};
use crate::language::{Language, Value};

/// What happened, in a few words, beside the code.
impl InWords for ErrorCode {
    fn in_words(&self, language: Language) -> String {
        match self {
            Self::SignCancelled => language.say("outcome-cancelled"),
            Self::PinInvalid => language.say("outcome-pin-invalid"),
            Self::PinBlocked => language.say("outcome-pin-blocked"),
            Self::TokenNotFound => language.say("outcome-token-not-found"),
            Self::DomainNotAllowed => language.say("outcome-domain-not-allowed"),
            Self::ApiKeyInvalid => language.say("outcome-api-key-invalid"),
            Self::SessionExpired => language.say("outcome-session-expired"),
            Self::AppNotInstalled => language.say("outcome-not-installed"),
            Self::DesktopSoftwareNotRunning => language.say("outcome-not-running"),
            Self::RequestInvalid => language.say("outcome-request-invalid"),
            Self::CertNotFound => language.say("outcome-cert-not-found"),
            Self::CertExpired => language.say("outcome-cert-expired"),
            Self::TokenUnsupported => language.say("outcome-token-unsupported"),
            Self::TokenRemoved => language.say("outcome-token-removed"),
            Self::ServiceUnreachable => language.say("outcome-unreachable"),
            Self::RateLimited => language.say("outcome-limited"),
            Self::Internal => language.say("outcome-internal"),
        }
    }
}

impl Explain for LinkError {
    fn what(&self, language: Language) -> String {
        let l = language;
        match self {
            LinkError::TooLong { length } => l.say_with(
                "link-too-long",
                [("length", (*length).into()), ("limit", LINK_LIMIT.into())],
            ),
            LinkError::NotText { place } => l.say_with("link-not-text", [in_place(place, l)]),
            LinkError::ForbiddenCharacter { place, character } => {
                let code = format!("U+{:04X}", u32::from(*character));
                l.say_with(
                    "link-character",
                    [in_place(place, l), ("code", code.into())],
                )
            }
            LinkError::BadPercent { place } => l.say_with("link-percent", [in_place(place, l)]),
            LinkError::Address(part) => {
                l.say_with("link-address", [("fault", part.in_words(l).into())])
            }
            LinkError::TooManyParameters => {
                l.say_with("link-parameters", [("limit", PARAMETERS.into())])
            }
            LinkError::Twice { name } => {
                l.say_with("link-twice", [("name", name.to_string().into())])
            }
            LinkError::FieldTooLong { name, limit } => l.say_with(
                "link-field-too-long",
                [("name", (*name).into()), ("limit", (*limit).into())],
            ),
            LinkError::Missing { name } => l.say_with("link-missing", [("name", (*name).into())]),
            LinkError::Truncated { length, cut } => l.say_with(
                "link-truncated",
                [
                    ("length", (*length).into()),
                    ("place", place(cut, l).into()),
                ],
            ),
            LinkError::RequestId => l.say("link-request-id"),
            LinkError::HashAlgo { found } => {
                l.say_with("link-hash", [("found", found.to_string().into())])
            }
            LinkError::DocumentType { found } => {
                l.say_with("link-document", [("found", found.to_string().into())])
            }
            LinkError::Base64 { name } => l.say_with("link-base64", [("name", (*name).into())]),
            LinkError::DigestLength { algorithm, found } => l.say_with(
                "link-digest-length",
                [
                    ("found", (*found).into()),
                    ("algorithm", algorithm.name().into()),
                    ("size", algorithm.size().into()),
                ],
            ),
            LinkError::DigestMismatch => l.say("link-digest-mismatch"),
            LinkError::Callback(fault) => fault.in_words(l),
            LinkError::ApiKey | LinkError::ApiKeyShape => l.say("link-key"),
            LinkError::Serial => l.say("link-serial"),
            LinkError::Session => l.say("link-session"),
        }
    }

    fn advice(&self, language: Language) -> String {
        match self {
            LinkError::Truncated { length, cut } => language.say_with(
                "link-truncated-advice",
                [
                    ("length", (*length).into()),
                    ("place", place(cut, Language::English).into()),
                ],
            ),
            LinkError::Address(_) => language.say("link-address-advice"),
            LinkError::ForbiddenCharacter { .. }
            | LinkError::Twice { .. }
            | LinkError::DigestMismatch
            | LinkError::Callback(_) => language.say("link-deceit-advice"),
            LinkError::ApiKey => language.say("link-key-advice"),
            LinkError::ApiKeyShape => language.say("link-key-shape-advice"),
            _ => language.say_with("link-advice", [("reason", reason_here(self).into())]),
        }
    }
}

/// The fixed sentence for a person to pass on, who sees the link: with the parameter that
/// a sentence which is fixed cannot name.
fn reason_here(error: &LinkError) -> String {
    let named = match error {
        LinkError::NotText { place } | LinkError::BadPercent { place } => {
            place.as_ref().map(Quoted::to_string)
        }
        LinkError::FieldTooLong { name, .. } => Some((*name).to_owned()),
        _ => None,
    };
    match named {
        Some(name) => format!("{name}: {}", error.reason()),
        None => error.reason().to_owned(),
    }
}

/// `$place`: the parameter, or what stands before all of them.
fn in_place(place: &Option<Quoted>, language: Language) -> (&'static str, Value<'static>) {
    let place = match place {
        Some(name) => name.to_string(),
        None => language.say("link-place-address"),
    };
    ("place", place.into())
}

impl InWords for AddressPart {
    fn in_words(&self, language: Language) -> String {
        match self {
            AddressPart::Scheme => language.say("link-address-scheme"),
            AddressPart::Userinfo => language.say("link-address-user"),
            AddressPart::Host => language.say("link-address-host"),
            AddressPart::Port => language.say("link-address-port"),
            AddressPart::Path => language.say("link-address-path"),
            AddressPart::Fragment => language.say("link-address-fragment"),
            AddressPart::Unreadable => language.say("link-address-unreadable"),
        }
    }
}

/// Where a link was cut.
fn place(cut: &Cut, language: Language) -> String {
    match cut {
        Cut::Character(place) => language.say_with("link-cut-percent", [in_place(place, language)]),
        Cut::Name(name) => language.say_with("link-cut-name", [("name", name.to_string().into())]),
        Cut::Value(name) => language.say_with("link-cut-value", [("name", (*name).into())]),
        Cut::Unknown(name) => {
            language.say_with("link-cut-value", [("name", name.to_string().into())])
        }
        Cut::Before(name) => language.say_with("link-cut-before", [("name", (*name).into())]),
    }
}

impl InWords for CallbackFault {
    fn in_words(&self, language: Language) -> String {
        match self {
            CallbackFault::Unreadable => language.say("callback-unreadable"),
            CallbackFault::Backslash => language.say("callback-backslash"),
            CallbackFault::Userinfo => language.say("callback-user"),
            CallbackFault::PlainHttp => language.say("callback-plain"),
            CallbackFault::Scheme { found } => {
                language.say_with("callback-scheme", [("found", found.to_string().into())])
            }
            CallbackFault::Host => language.say("callback-host"),
            CallbackFault::LocalSpelling => language.say("callback-local"),
            CallbackFault::ResultPlanted => language.say("callback-planted"),
        }
    }
}

impl Explain for CallbackError {
    fn what(&self, language: Language) -> String {
        match self {
            CallbackError::TooLong { length, limit } => language.say_with(
                "answer-too-long",
                [("length", (*length).into()), ("limit", (*limit).into())],
            ),
            CallbackError::OriginChanged { permitted } => {
                language.say_with("answer-origin", [("permitted", permitted.as_str().into())])
            }
            CallbackError::ScreenOnly { code } => {
                language.say_with("answer-screen-only", [("code", code.as_str().into())])
            }
        }
    }

    fn advice(&self, language: Language) -> String {
        match self {
            CallbackError::TooLong { .. } => language.say("answer-too-long-advice"),
            CallbackError::OriginChanged { .. } | CallbackError::ScreenOnly { .. } => {
                language.say("answer-advice")
            }
        }
    }
}

impl Explain for Denial {
    fn what(&self, language: Language) -> String {
        let origin = [("origin", self.origin_display().into())];
        match self.why() {
            Why::Origin => language.say_with("denied-origin", origin),
            Why::Key if self.is_app() => language.say_with("denied-app-key", origin),
            Why::Key => language.say_with("denied-key", origin),
            Why::TestKey => language.say_with("denied-test-key", origin),
            Why::LiveToLocalhost => language.say_with("denied-live-local", origin),
            Why::TestToLocalhost => language.say_with("denied-test-local", origin),
            Why::Scheme => language.say_with("denied-scheme", origin),
        }
    }

    fn advice(&self, language: Language) -> String {
        let when = caution(self, language);
        let Some(lines) = lines(self) else {
            return when;
        };
        let file = ("file", self.list().file.as_str().into());
        let lines = ("lines", lines.trim().into());
        let how = match self.list().inline {
            true => language.say_with("denied-inline", [file, lines]),
            false => language.say_with("denied-lines", [file, lines]),
        };
        format!("{when} {how}")
    }
}

/// Why the service has not allowed an origin.
pub fn unapproved(origin: &str, why: Unapproved, language: Language) -> String {
    let origin = [("origin", origin.to_owned().into())];
    match why {
        Unapproved::Key => language.say_with("unapproved-key", origin),
        Unapproved::Origin => language.say_with("unapproved-origin", origin),
        Unapproved::Session(fault) => match fault {
            SessionFault::Expired => language.say_with("session-expired", origin),
            SessionFault::Used => language.say_with("session-used", origin),
            SessionFault::Over => language.say_with("session-gone", origin),
            SessionFault::Altered => language.say_with("session-altered", origin),
            SessionFault::Absent => language.say_with("session-absent", origin),
        },
        Unapproved::Busy(_) => language.say("unapproved-busy"),
        Unapproved::Limited(_) => language.say_with("unapproved-limited", origin),
        Unapproved::Unreachable(trouble) => {
            let reason = [("reason", trouble.in_words(language).into())];
            language.say_with("unapproved-unreachable", reason)
        }
    }
}

/// What to do then.
pub fn unapproved_advice(why: Unapproved, language: Language) -> String {
    match why {
        Unapproved::Key => language.say("unapproved-key-advice"),
        Unapproved::Origin => language.say("unapproved-origin-advice"),
        Unapproved::Session(SessionFault::Expired) => language.say("session-expired-advice"),
        Unapproved::Session(SessionFault::Used | SessionFault::Over) => {
            language.say("session-used-advice")
        }
        Unapproved::Session(SessionFault::Altered | SessionFault::Absent) => {
            language.say("session-altered-advice")
        }
        Unapproved::Busy(Some(seconds)) | Unapproved::Limited(Some(seconds)) => {
            language.say_with("unapproved-busy-seconds", [("seconds", seconds.into())])
        }
        Unapproved::Busy(None) | Unapproved::Limited(None) => {
            language.say("unapproved-busy-advice")
        }
        Unapproved::Unreachable(Trouble::Missing | Trouble::Ended) => {
            language.say("unapproved-missing-advice")
        }
        Unapproved::Unreachable(_) => language.say("unapproved-unreachable-advice"),
    }
}

impl InWords for Trouble {
    fn in_words(&self, language: Language) -> String {
        match self {
            Self::Missing => language.say("trouble-missing"),
            Self::Ended => language.say("trouble-ended"),
            Self::Connection => language.say("trouble-connection"),
            Self::Time => language.say("trouble-time"),
            Self::Certificate => language.say("trouble-certificate"),
            Self::Redirect => language.say("trouble-redirect"),
            Self::Answer => language.say("trouble-answer"),
        }
    }
}

/// That nothing was sent, and when the portal may be allowed.
pub fn caution(denial: &Denial, language: Language) -> String {
    match denial.why() {
        Why::LiveToLocalhost => language.say("denied-live-local-advice"),
        Why::TestToLocalhost => language.say("denied-test-local-advice"),
        Why::TestKey => language.say("denied-test-key-advice"),
        Why::Key if denial.is_app() => language.say("denied-app-key-advice"),
        Why::Key => language.say("denied-key-advice"),
        Why::Origin | Why::Scheme => language.say("denied-advice"),
    }
}

/// What to add to the settings file, if anything can allow it: a table, which can
/// stand at the end of every file, or a value for the beginning of the list where the
/// portals stand in one. Nothing in it needs quoting: an origin is of letters, digits
/// and `.-_+:[]/`.
pub fn lines(denial: &Denial) -> Option<String> {
    if matches!(denial.why(), Why::LiveToLocalhost) {
        return None;
    }
    let origin = format!("origin = \"{}\"", denial.origin());
    let key = format!("key = \"sha256:{}\"", denial.fingerprint());
    Some(match (denial.list().inline, denial.is_test()) {
        (true, true) => format!("{{ {origin}, {key}, test = true }},"),
        (true, false) => format!("{{ {origin}, {key} }},"),
        // The last line of the file need not end.
        (false, true) => format!("\n[[portal]]\n{origin}\n{key}\ntest = true\n"),
        (false, false) => format!("\n[[portal]]\n{origin}\n{key}\n"),
    })
}
