//! What can go wrong with a card. Every error has two sentences: what happened,
//! and what to do.

use std::time::Duration;

use crate::armor::Fault;
use crate::language::Language;
use crate::pin::PinFormat;
use crate::sw::StatusWord;
use crate::tlv::TlvError;
use crate::transport::TransportError;

/// Which secret an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The PIN of the card holder.
    Pin,
    /// The unblocking key.
    Puk,
    /// What unblocks the PIN of an OpenPGP card that has one (specification 3.4, 4.3.4).
    ResetCode,
    /// The administrator's PIN, where it unblocks the PIN.
    AdminPin,
}

impl Secret {
    /// Its name.
    pub fn name(self, language: Language) -> String {
        match self {
            Secret::Pin => language.say("name-pin"),
            Secret::Puk => language.say("name-puk"),
            Secret::ResetCode => language.say("name-reset-code"),
            Secret::AdminPin => language.say("name-admin-pin"),
        }
    }
}

/// A failed dialogue with a card. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardError {
    /// No answer came.
    Transport(TransportError),
    /// The card compared it and it was wrong: one try is gone.
    Wrong {
        /// PIN or PUK.
        secret: Secret,
        /// Tries left where the card told.
        left: Option<u8>,
    },
    /// No tries left.
    Blocked(Secret),
    /// It can never be right, so it was not sent; no try is gone.
    Format {
        /// PIN or PUK.
        secret: Secret,
        /// What is wrong with it.
        fault: PinFormat,
    },
    /// The new PIN can be none on this card, so nothing was sent.
    NewPinFormat(PinFormat),
    /// Not sent: this is the last try and the user has not said so.
    LastTry(Secret),
    /// The card refused the form of what was sent with a new PIN.
    NewPinRefused {
        /// Status word.
        sw: StatusWord,
    },
    /// The card refused a command.
    Refused {
        /// The step, as in traces.
        during: &'static str,
        /// Status word.
        sw: StatusWord,
    },
    /// The card did not check the PIN, or did not sign, and its status word tells why.
    Declined {
        /// Why.
        reason: Reason,
        /// Status word.
        sw: StatusWord,
    },
    /// The card's answer makes no sense.
    Malformed {
        /// The step, as in traces.
        during: &'static str,
        /// Offset in the answer.
        at: usize,
    },
    /// The card's answer was not protected as secure messaging wants it.
    Armor {
        /// The step, as in traces.
        during: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The PUK was right and a new PIN is refused: unlocking is switched off.
    UnblockOff {
        /// Status word.
        sw: StatusWord,
    },
    /// The card's RSA fails on a digest made outside the card (6F83, seen on
    /// ePass2003 in FIPS mode).
    RawRsa,
    /// The card or the request wants something that this family cannot do.
    Unsupported(Lack),
    /// The signature does not fit the certificate; it was thrown away.
    BadSignature,
    /// Another token, or none of ours, is in the reader now.
    Changed,
    /// The answer to a new PIN or PUK was lost: whether it is in force is not known.
    Unclear(Secret),
    /// The answer to a PIN or PUK was lost: whether a try is gone is not known.
    Unanswered {
        /// Which was sent.
        secret: Secret,
        /// How the answer was lost.
        cause: Box<CardError>,
    },
    /// The PIN of the session was forgotten, by time-out or by its end.
    SessionOver,
}

/// Why a card did not check a PIN, or did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The key waited for a touch, and none came.
    NoTouch,
    /// No PIN counts as verified, or none any more.
    PinForgotten,
    /// There is no such key, or it is none for this certificate.
    NoKey,
    /// A PIN is not taken in this way: often, without contacts.
    PinNotTaken,
    /// There is no such PIN.
    NoPin,
    /// Its conditions of use are not satisfied.
    Conditions,
    /// A fault of the card's own.
    Fault,
}

/// Keys wait about fifteen seconds for a touch (sheet PIV, 9.2), and then say what they say
/// to a missing PIN. No other refusal takes so long.
const TOUCH_MISSED: Duration = Duration::from_secs(10);

impl Reason {
    /// What a status word says after VERIFY; `None`: nothing that is known.
    pub fn of_verifying(sw: StatusWord) -> Option<Self> {
        match sw {
            StatusWord::SECURITY_STATUS => Some(Self::PinNotTaken),
            StatusWord::NO_REFERENCE | StatusWord::WRONG_P1P2 => Some(Self::NoPin),
            sw => Self::of_any(sw),
        }
    }

    /// What a status word says in place of a signature, after so long a silence; `None`:
    /// nothing that is known.
    pub fn of_signing(sw: StatusWord, silence: Duration) -> Option<Self> {
        match sw {
            _ if silence >= TOUCH_MISSED => Some(Self::NoTouch),
            StatusWord::NOT_TOUCHED => Some(Self::NoTouch),
            StatusWord::SECURITY_STATUS => Some(Self::PinForgotten),
            StatusWord::WRONG_DATA
            | StatusWord::NOT_FOUND
            | StatusWord::WRONG_P1P2
            | StatusWord::NO_REFERENCE => Some(Self::NoKey),
            sw => Self::of_any(sw),
        }
    }

    fn of_any(sw: StatusWord) -> Option<Self> {
        match (sw, sw.sw1()) {
            (StatusWord::CONDITIONS, _) => Some(Self::Conditions),
            // ISO 7816-4, 5.6: execution errors, and no precise diagnosis.
            (_, 0x64 | 0x65 | 0x6F) => Some(Self::Fault),
            _ => None,
        }
    }

    fn what(self, sw: StatusWord, language: Language) -> String {
        let sw = [("sw", sw.to_string().into())];
        match self {
            Self::NoTouch => language.say_with("declined-no-touch", sw),
            Self::PinForgotten => language.say_with("declined-pin-forgotten", sw),
            Self::NoKey => language.say_with("declined-no-key", sw),
            Self::PinNotTaken => language.say_with("declined-pin-not-taken", sw),
            Self::NoPin => language.say_with("declined-no-pin", sw),
            Self::Conditions => language.say_with("declined-conditions", sw),
            Self::Fault => language.say_with("declined-fault", sw),
        }
    }

    fn advice(self, language: Language) -> String {
        match self {
            Self::NoTouch => language.say("declined-no-touch-advice"),
            Self::PinForgotten => language.say("declined-pin-forgotten-advice"),
            Self::NoKey => language.say("declined-no-key-advice"),
            Self::PinNotTaken => language.say("declined-pin-not-taken-advice"),
            Self::NoPin => language.say("declined-no-pin-advice"),
            Self::Conditions => language.say("declined-conditions-advice"),
            Self::Fault => language.say("declined-fault-advice"),
        }
    }
}

/// What a card, its family or a request lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// There is no PUK.
    Puk,
    /// There is no PIN under any reference that is known.
    Pin,
    /// Keys of this kind cannot sign.
    KeyKind,
    /// RSA keys of this length cannot sign.
    KeyLength,
    /// The RSA key is shorter than the padded digest.
    KeyTooShort,
    /// Ed25519 hashes the document itself.
    Ed25519,
    /// A PIN of this length fits into no command.
    PinLength,
    /// Its PIN is that of the whole card, which no PUK resets.
    GlobalPin,
    /// It has no application that is known: blank, or set up otherwise.
    Setup,
    /// The card opens no protected session with the keys that are published.
    Session,
    /// What has to be sent for a signature is longer than the reader takes.
    Reader,
}

impl CardError {
    /// What happened, in one sentence.
    pub fn what(&self, language: Language) -> String {
        let l = language;
        match self {
            Self::Transport(error) => error.what(l),
            Self::Wrong {
                secret,
                left: Some(0),
            }
            | Self::Blocked(secret) => l.say_with("blocked", [("secret", secret.name(l).into())]),
            Self::Wrong {
                secret,
                left: Some(left),
            } => {
                let secret = secret.name(l).into();
                l.say_with("wrong", [("secret", secret), ("left", (*left).into())])
            }
            Self::Wrong { secret, left: None } => {
                l.say_with("wrong-not-told", [("secret", secret.name(l).into())])
            }
            Self::Format { secret, fault } => {
                let secret = secret.name(l).into();
                let fault = fault.what(l).into();
                l.say_with("format", [("secret", secret), ("fault", fault)])
            }
            Self::NewPinFormat(fault) => {
                l.say_with("format-new", [("fault", fault.what(l).into())])
            }
            Self::LastTry(secret) => l.say_with("last-try", [("secret", secret.name(l).into())]),
            Self::NewPinRefused { sw } => {
                l.say_with("new-pin-refused", [("sw", sw.to_string().into())])
            }
            Self::Refused { during, sw } => {
                let (step, word) = ((*during).into(), sw.to_string().into());
                match sw.meaning(l) {
                    Some(meaning) => l.say_with(
                        "refused",
                        [("step", step), ("sw", word), ("meaning", meaning.into())],
                    ),
                    None => l.say_with("refused-unexplained", [("step", step), ("sw", word)]),
                }
            }
            Self::Declined { reason, sw } => reason.what(*sw, l),
            Self::Malformed { during, at } => l.say_with(
                "malformed",
                [("step", (*during).into()), ("at", (*at).into())],
            ),
            Self::Armor { during, fault } => {
                let step = [("step", (*during).into())];
                match fault {
                    Fault::Lost => l.say_with("armor-lost", step),
                    Fault::Checksum => l.say_with("armor-checksum", step),
                    Fault::Malformed => l.say_with("armor-malformed", step),
                }
            }
            Self::UnblockOff { sw } => l.say_with("unblock-off", [("sw", sw.to_string().into())]),
            Self::RawRsa => l.say("raw-rsa"),
            Self::Unsupported(lack) => l.say_with("unsupported", [("lack", lack.what(l).into())]),
            Self::BadSignature => l.say("bad-signature"),
            Self::Unclear(secret) => l.say_with("unclear", [("secret", secret.name(l).into())]),
            Self::Unanswered { secret, cause } => {
                let cause = cause.what(l).into();
                let secret = secret.name(l).into();
                l.say_with("unanswered", [("cause", cause), ("secret", secret)])
            }
            Self::SessionOver => l.say("session-over"),
            Self::Changed => l.say("token-changed"),
        }
    }

    /// What to do, in one sentence.
    pub fn advice(&self, language: Language) -> String {
        let l = language;
        match self {
            Self::Transport(error) => error.advice(l),
            Self::Wrong {
                secret: Secret::Pin,
                left: Some(0),
            }
            | Self::Blocked(Secret::Pin) => l.say("blocked-pin-advice"),
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
            Self::Armor {
                fault: Fault::Lost, ..
            } => l.say("armor-lost-advice"),
            Self::Armor { .. } => l.say("armor-advice"),
            Self::UnblockOff { .. } => l.say("unblock-off-advice"),
            Self::RawRsa => l.say("raw-rsa-advice"),
            Self::Declined { reason, .. } => reason.advice(l),
            Self::Refused { .. } | Self::Malformed { .. } => l.say("repeat-advice"),
            Self::Unsupported(_) => l.say("unsupported-advice"),
            Self::BadSignature => l.say("bad-signature-advice"),
            Self::Unclear(secret) => {
                l.say_with("unclear-advice", [("secret", secret.name(l).into())])
            }
            Self::Unanswered { secret, .. } => {
                l.say_with("unanswered-advice", [("secret", secret.name(l).into())])
            }
            Self::SessionOver => l.say("session-over-advice"),
            Self::Changed => l.say("token-changed-advice"),
        }
    }

    /// Both sentences.
    pub fn tell(&self, language: Language) -> String {
        format!("{} {}", self.what(language), self.advice(language))
    }
}

impl Lack {
    /// What it lacks, as a part of a sentence.
    pub fn what(self, language: Language) -> String {
        match self {
            Lack::Puk => language.say("lack-puk"),
            Lack::Pin => language.say("lack-pin"),
            Lack::KeyKind => language.say("lack-key-kind"),
            Lack::KeyLength => language.say("lack-key-length"),
            Lack::KeyTooShort => language.say("lack-key-too-short"),
            Lack::Ed25519 => language.say("lack-ed25519"),
            Lack::PinLength => language.say("lack-pin-length"),
            Lack::GlobalPin => language.say("lack-global-pin"),
            Lack::Setup => language.say("lack-setup"),
            Lack::Session => language.say("lack-session"),
            Lack::Reader => language.say("lack-reader"),
        }
    }
}

/// In English, for logs.
impl std::fmt::Display for CardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.tell(Language::English))
    }
}

impl std::error::Error for CardError {}

impl From<TransportError> for CardError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// What no job needs: nothing where the card does not give it, for whatever reason. Only a
/// card or reader that is gone is an error.
pub fn given<T>(result: Result<T, CardError>) -> Result<Option<T>, CardError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ CardError::Transport(_)) => Err(error),
        Err(error) => {
            tracing::debug!("not known: {error}");
            Ok(None)
        }
    }
}

/// Names the step in which the TLV was read.
pub fn malformed(during: &'static str) -> impl Fn(TlvError) -> CardError {
    move |error| CardError::Malformed {
        during,
        at: error.at,
    }
}
