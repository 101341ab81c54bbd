//! The words for what goes wrong with a card.

use std::ops::RangeInclusive;

use securesign_card::application::PinName;
use securesign_card::certificate::{self, CertificateError};
use securesign_card::error::{CardError, Fault, Missing, Reason, Secret};
use securesign_card::memory::OutOfMemory;
use securesign_card::pin::{Charset, PinFormat, PinRules};
use securesign_card::profile::{Note, Problem};
use securesign_card::sw::StatusWord;
use securesign_card::transport::TransportError;

use super::{Explain, InWords};
use crate::language::{Language, Value};

/// What a text has in one of its places.
fn worded(
    place: &'static str,
    what: &impl InWords,
    language: Language,
) -> (&'static str, Value<'static>) {
    (place, what.in_words(language).into())
}

impl Explain for CardError {
    fn what(&self, language: Language) -> String {
        let l = language;
        let of = |secret: &Secret| [worded("secret", secret, l)];
        let step = |step: &'static str| [("step", step.into())];
        let status = |sw: &StatusWord| [("sw", sw.to_string().into())];
        match self {
            Self::Transport(error) => error.what(l),
            Self::Blocked(secret) => l.say_with("blocked", of(secret)),
            Self::Wrong { secret, left } => match left {
                Some(0) => l.say_with("blocked", of(secret)),
                Some(left) => {
                    let secret = worded("secret", secret, l);
                    l.say_with("wrong", [secret, ("left", (*left).into())])
                }
                None => l.say_with("wrong-not-told", of(secret)),
            },
            Self::Format { secret, fault } => {
                l.say_with("format", [("fault", misshapen(*secret, fault, l).into())])
            }
            Self::NewPinFormat(fault) => {
                let fault = misshapen(Secret::Pin, fault, l);
                l.say_with("format-new", [("fault", fault.into())])
            }
            Self::LastTry(secret) => l.say_with("last-try", of(secret)),
            Self::NewPinRefused { sw } => l.say_with("new-pin-refused", status(sw)),
            Self::Refused { during, sw } => refused(during, *sw, l),
            Self::Declined { reason, sw } => declined(*reason, *sw, l),
            Self::Malformed { during, at } => {
                let [step] = step(during);
                l.say_with("malformed", [step, ("at", (*at).into())])
            }
            Self::SecureMessaging { during, fault } => match fault {
                Fault::Lost => l.say_with("secure-messaging-lost", step(during)),
                Fault::Checksum => l.say_with("secure-messaging-checksum", step(during)),
                Fault::Malformed => l.say_with("secure-messaging-malformed", step(during)),
            },
            Self::UnblockOff { sw } => l.say_with("unblock-off", status(sw)),
            Self::OtherPin(secret) => l.say_with("other-pin", of(secret)),
            Self::RawRsa => l.say("raw-rsa"),
            Self::Unsupported(missing) => {
                l.say_with("unsupported", [worded("missing", missing, l)])
            }
            Self::BadSignature => l.say("bad-signature"),
            Self::Unclear(secret) => l.say_with("unclear", of(secret)),
            Self::Unanswered { secret, cause } => {
                let cause = ("cause", cause.what(l).into());
                l.say_with("unanswered", [cause, worded("secret", secret, l)])
            }
            Self::SessionOver => l.say("session-over"),
            Self::Changed => l.say("token-changed"),
        }
    }

    fn advice(&self, language: Language) -> String {
        let l = language;
        match self {
            Self::Transport(error) => error.advice(l),
            Self::Wrong {
                secret: Secret::Pin | Secret::SignaturePin,
                left: Some(0),
            }
            | Self::Blocked(Secret::Pin | Secret::SignaturePin) => l.say("blocked-pin-advice"),
            Self::Wrong {
                secret: Secret::ResetCode,
                left: Some(0),
            }
            | Self::Blocked(Secret::ResetCode) => l.say("blocked-reset-code-advice"),
            Self::Wrong { left: Some(0), .. } | Self::Blocked(_) => l.say("blocked-puk-advice"),
            Self::Wrong { .. } => l.say("wrong-advice"),
            Self::Format { .. } => l.say("format-advice"),
            Self::NewPinFormat(_) => l.say("format-new-advice"),
            Self::LastTry(_) => l.say("last-try-advice"),
            Self::NewPinRefused { .. } => l.say("new-pin-refused-advice"),
            Self::SecureMessaging {
                fault: Fault::Lost, ..
            } => l.say("secure-messaging-lost-advice"),
            Self::SecureMessaging { .. } => l.say("secure-messaging-advice"),
            Self::UnblockOff { .. } => l.say("unblock-off-advice"),
            Self::OtherPin(secret) => {
                l.say_with("other-pin-advice", [("secret", secret.in_words(l).into())])
            }
            Self::RawRsa => l.say("raw-rsa-advice"),
            Self::Declined { reason, .. } => declined_advice(*reason, l),
            Self::Refused { .. } | Self::Malformed { .. } => l.say("repeat-advice"),
            Self::Unsupported(_) => l.say("unsupported-advice"),
            Self::BadSignature => l.say("bad-signature-advice"),
            Self::Unclear(secret) => {
                l.say_with("unclear-advice", [("secret", secret.in_words(l).into())])
            }
            Self::Unanswered { secret, .. } => {
                l.say_with("unanswered-advice", [("secret", secret.in_words(l).into())])
            }
            Self::SessionOver => l.say("session-over-advice"),
            Self::Changed => l.say("token-changed-advice"),
        }
    }
}

impl Explain for TransportError {
    fn what(&self, language: Language) -> String {
        match self {
            Self::NoService if cfg!(windows) => language.say("no-service-windows"),
            Self::NoService => language.say("no-service"),
            Self::NoReader => language.say("no-reader"),
            Self::Removed => language.say("removed"),
            Self::Reset => language.say("reset"),
            Self::Busy { by: None } => language.say("busy"),
            Self::Busy { by: Some(by) } => {
                language.say_with("busy-by", [("program", by.as_str().into())])
            }
            Self::Slow => language.say("slow"),
            Self::Mute => language.say("mute"),
            Self::NotTransacted => language.say("not-transacted"),
            Self::Forbidden => language.say("forbidden"),
            Self::Other(reason) => {
                language.say_with("service-reports", [("reason", reason.as_str().into())])
            }
        }
    }

    fn advice(&self, language: Language) -> String {
        match self {
            Self::NoService if cfg!(target_os = "linux") => language.say("no-service-linux-advice"),
            Self::NoService if cfg!(windows) => language.say("no-service-windows-advice"),
            Self::NoService => language.say("no-service-advice"),
            Self::NoReader => language.say("no-reader-advice"),
            Self::Removed => language.say("removed-advice"),
            Self::Reset => language.say("reset-advice"),
            Self::Busy { .. } => language.say("busy-advice"),
            Self::Slow => language.say("slow-advice"),
            Self::Mute => language.say("mute-advice"),
            Self::NotTransacted => language.say("not-transacted-advice"),
            Self::Forbidden => language.say("forbidden-advice"),
            Self::Other(_) => language.say("service-reports-advice"),
        }
    }
}

impl InWords for Secret {
    fn in_words(&self, language: Language) -> String {
        match self {
            Secret::Pin => language.say("name-pin"),
            Secret::SignaturePin => language.say("name-signature-pin"),
            Secret::Puk => language.say("name-puk"),
            Secret::ResetCode => language.say("name-reset-code"),
            Secret::AdminPin => language.say("name-admin-pin"),
            Secret::AdminKey => language.say("name-admin-key"),
        }
    }
}

impl InWords for PinName {
    fn in_words(&self, language: Language) -> String {
        let Some(name) = self.called else {
            return self.role.in_words(language);
        };
        let name = [("name", name.into())];
        match self.role {
            Secret::SignaturePin => language.say_with("name-called-signature", name),
            _ => language.say_with("name-called", name),
        }
    }
}

impl InWords for Missing {
    fn in_words(&self, language: Language) -> String {
        match self {
            Missing::Puk => language.say("missing-puk"),
            Missing::Pin => language.say("missing-pin"),
            Missing::KeyKind => language.say("missing-key-kind"),
            Missing::KeyLength => language.say("missing-key-length"),
            Missing::KeyTooShort => language.say("missing-key-too-short"),
            Missing::Ed25519 => language.say("missing-ed25519"),
            Missing::Change => language.say("missing-change"),
            Missing::PinLength => language.say("missing-pin-length"),
            Missing::GlobalPin => language.say("missing-global-pin"),
            Missing::Setup => language.say("missing-setup"),
            Missing::Session => language.say("missing-session"),
            Missing::Reader => language.say("missing-reader"),
            Missing::UnblockOff => language.say("missing-unblock-off"),
            Missing::PinForm => language.say("missing-pin-form"),
            Missing::Issuer => language.say("missing-issuer"),
            Missing::SharedPin => language.say("missing-shared-pin"),
            Missing::Digest => language.say("missing-digest"),
        }
    }
}

impl InWords for PinRules {
    fn in_words(&self, language: Language) -> String {
        shape(&(self.min..=self.max), self.charset, language)
    }
}

/// What this secret always is, and what was typed is not.
fn misshapen(secret: Secret, fault: &PinFormat, l: Language) -> String {
    let secret = worded("secret", &secret, l);
    match fault {
        PinFormat::Length(range, charset) => {
            let shape = ("shape", shape(range, *charset, l).into());
            l.say_with("fault-length", [secret, shape])
        }
        PinFormat::Charset(Charset::Digits) => l.say_with("fault-digits", [secret]),
        PinFormat::Charset(Charset::Hex) => l.say_with("fault-hex", [secret]),
        PinFormat::Charset(Charset::Alphanumeric) => l.say_with("fault-alphanumeric", [secret]),
        PinFormat::Charset(Charset::Printable) => l.say_with("fault-printable", [secret]),
    }
}

impl InWords for CertificateError {
    fn in_words(&self, language: Language) -> String {
        let what = |what: &String| [("what", what.as_str().to_owned().into())];
        match self {
            Self::Malformed(part) => language.say_with("bad-certificate-form", what(part)),
            Self::Indefinite => language.say("bad-certificate-indefinite"),
            Self::TooLong => {
                language.say_with("bad-certificate-long", [("max", certificate::MAX.into())])
            }
            Self::Key(kind) => language.say_with("bad-certificate-key", what(kind)),
            Self::ExplicitCurve => language.say("bad-certificate-curve"),
            Self::DamagedKey => language.say("bad-certificate-key-damaged"),
        }
    }
}

impl InWords for OutOfMemory {
    fn in_words(&self, language: Language) -> String {
        language.say("no-memory")
    }
}

impl InWords for Note {
    fn in_words(&self, language: Language) -> String {
        let place = ("place", self.place.as_str().into());
        let subject = |name: &String| ("subject", name.as_str().to_owned().into());
        match &self.problem {
            Problem::Unreadable(sw) => {
                language.say_with("note-unreadable", [place, ("sw", sw.to_string().into())])
            }
            Problem::Failed(error) => {
                let reason = ("reason", error.what(language).into());
                language.say_with("note-failed", [place, reason])
            }
            Problem::Damaged(reason) => {
                let reason = ("reason", reason.as_str().into());
                language.say_with("note-damaged", [place, reason])
            }
            Problem::Refused(error) => {
                let reason = ("reason", error.in_words(language).into());
                language.say_with("note-damaged", [place, reason])
            }
            Problem::Empty => language.say_with("note-empty", [place]),
            Problem::NoKey(None) => language.say_with("note-no-key", [place]),
            Problem::NoKey(Some(name)) => {
                language.say_with("note-no-key-of", [place, subject(name)])
            }
            Problem::NoFile => language.say_with("note-no-file", [place]),
            Problem::NoPin => language.say_with("note-no-pin", [place]),
            Problem::Unsought => language.say_with("note-unsought", [place]),
            Problem::NoReference => language.say_with("note-no-reference", [place]),
            Problem::Encryption(name) => {
                language.say_with("note-encryption", [place, subject(name)])
            }
        }
    }
}

/// What a status word says in plain words; `None` where the standard has no meaning for it.
pub fn meaning(sw: StatusWord, language: Language) -> Option<String> {
    Some(match sw.0 {
        0x9000 => language.say("sw-ok"),
        0x6283 => language.say("sw-deactivated"),
        0x6300 => language.say("sw-verify-untold"),
        0x63C0..=0x63CF => language.say("sw-verify"),
        0x6581 => language.say("sw-memory"),
        0x6600 => language.say("sw-touch"),
        0x6700 => language.say("sw-length"),
        0x6881..=0x6884 => language.say("sw-channel"),
        0x6982 => language.say("sw-security"),
        0x6983 => language.say("sw-blocked"),
        0x6984 => language.say("sw-unusable"),
        0x6985 => language.say("sw-conditions"),
        0x6987 | 0x6988 => language.say("sw-messaging"),
        0x6A80 => language.say("sw-data"),
        0x6A81 => language.say("sw-function"),
        0x6A82 => language.say("sw-not-found"),
        0x6A84 => language.say("sw-full"),
        0x6A86 | 0x6B00 => language.say("sw-parameters"),
        0x6A88 => language.say("sw-reference"),
        0x6D00 => language.say("sw-instruction"),
        0x6E00 => language.say("sw-class"),
        0x6F00 => language.say("sw-unspecified"),
        _ => return None,
    })
}

fn refused(step: &'static str, sw: StatusWord, language: Language) -> String {
    let (step, word) = (("step", step.into()), ("sw", sw.to_string().into()));
    match meaning(sw, language) {
        Some(meaning) => language.say_with("refused", [step, word, ("meaning", meaning.into())]),
        None => language.say_with("refused-unexplained", [step, word]),
    }
}

fn declined(reason: Reason, sw: StatusWord, language: Language) -> String {
    let sw = [("sw", sw.to_string().into())];
    match reason {
        Reason::NoTouch => language.say_with("declined-no-touch", sw),
        Reason::PinForgotten => language.say_with("declined-pin-forgotten", sw),
        Reason::NoKey => language.say_with("declined-no-key", sw),
        Reason::PinNotTaken => language.say_with("declined-pin-not-taken", sw),
        Reason::NoPin => language.say_with("declined-no-pin", sw),
        Reason::Conditions => language.say_with("declined-conditions", sw),
        Reason::Fault => language.say_with("declined-fault", sw),
    }
}

fn declined_advice(reason: Reason, language: Language) -> String {
    match reason {
        Reason::NoTouch => language.say("declined-no-touch-advice"),
        Reason::PinForgotten => language.say("declined-pin-forgotten-advice"),
        Reason::NoKey => language.say("declined-no-key-advice"),
        Reason::PinNotTaken => language.say("declined-pin-not-taken-advice"),
        Reason::NoPin => language.say("declined-no-pin-advice"),
        Reason::Conditions => language.say("declined-conditions-advice"),
        Reason::Fault => language.say("declined-fault-advice"),
    }
}

fn shape(range: &RangeInclusive<usize>, charset: Charset, language: Language) -> String {
    let (min, max) = ((*range.start()).into(), (*range.end()).into());
    match (charset, range.start() == range.end()) {
        (Charset::Digits, true) => language.say_with("digits-exactly", [("max", max)]),
        (Charset::Digits, false) => language.say_with("digits", [("min", min), ("max", max)]),
        (Charset::Hex, true) => language.say_with("hex-digits-exactly", [("max", max)]),
        (Charset::Hex, false) => language.say_with("hex-digits", [("min", min), ("max", max)]),
        (Charset::Alphanumeric | Charset::Printable, true) => {
            language.say_with("characters-exactly", [("max", max)])
        }
        (Charset::Alphanumeric | Charset::Printable, false) => {
            language.say_with("characters", [("min", min), ("max", max)])
        }
    }
}
