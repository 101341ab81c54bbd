//! What is found on a card: certificates with their keys, and what cannot be used.

use std::fmt;

use crate::certificate::{Certificate, CertificateError};
use crate::error::{CardError, Missing};
use crate::pin_object::PinId;
use crate::sw::StatusWord;

/// When a key wants the PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinUse {
    /// Once in a dialogue.
    Once,
    /// Immediately before every signature.
    Always,
    /// Not at all: whoever has the token can sign.
    Never,
}

/// Names a key within one application. What the number means only the family knows that made
/// it: a key reference, a place in a list, the identifier of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(pub u16);

/// A certificate and the key that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Where it lives: "Digital signature (9C)".
    pub label: String,
    /// Its key.
    pub key: KeyId,
    /// The PIN that it wants.
    pub pin: PinId,
    /// When it wants that.
    pub when: PinUse,
    /// The certificate.
    pub certificate: Certificate,
    /// Why the card cannot sign with it, whatever is asked for ([`Application::missing`](crate::application::Application::missing)).
    pub missing: Option<Missing>,
}

/// What was found on a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Preferred ones first.
    pub credentials: Vec<Credential>,
    /// Places that hold something unusable, and why.
    pub notes: Vec<Note>,
}

impl Found {
    /// The card did not let its certificates be found.
    pub fn failed(place: String, error: CardError) -> Self {
        let problem = Problem::Failed(error);
        Self {
            credentials: Vec::new(),
            notes: vec![Note { place, problem }],
        }
    }

    /// Whether what is looked for is there already, with a key that may sign.
    pub fn satisfies(&self, search: &Search) -> bool {
        self.credentials.iter().any(|credential| {
            search.wants(&credential.certificate) && credential.certificate.may_sign()
        })
    }

    /// None of the keys that want this PIN can be used, for this reason.
    pub fn withhold(&mut self, pin: PinId, problem: &Problem) {
        let wants_it =
            |credential: &mut Credential| credential.pin == pin && credential.when != PinUse::Never;
        let noted = self
            .credentials
            .extract_if(.., wants_it)
            .map(|credential| Note {
                place: credential.label,
                problem: problem.clone(),
            });
        self.notes.extend(noted);
    }
}

/// A place that holds something unusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// As in [`Credential::label`].
    pub place: String,
    /// Why it is not offered.
    pub problem: Problem,
}

/// Why what stands in a place is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The card does not give it.
    Unreadable(StatusWord),
    /// What the card answers to reading it makes no sense, or is not protected as it
    /// should be.
    Failed(CardError),
    /// It is no certificate that could be used; the parser's reason.
    Damaged(String),
    /// It is a certificate, or nearly, that cannot be used here.
    Refused(CertificateError),
    /// There is no certificate.
    Empty,
    /// The key to it is not on the card; whose certificate it is, where it was
    /// read.
    NoKey(Option<String>),
    /// It is a part of another file.
    NoFile,
    /// Nothing tells how its key is named.
    NoReference,
    /// Its certificate, of this holder, encrypts and does not sign.
    Encryption(String),
    /// The card has no PIN that lets its key be used.
    NoPin,
    /// It was not looked at, since the card does not say whether anything is there.
    Unsought,
}

impl Note {
    /// On a place that the card does not give. Only where the card is gone, or is another one
    /// by now, is that the end.
    ///
    /// # Errors
    ///
    /// [`CardError::Transport`] and [`CardError::Changed`], as they came.
    pub fn unreadable(place: String, error: CardError) -> Result<Self, CardError> {
        let problem = match error {
            CardError::Transport(_) | CardError::Changed => return Err(error),
            CardError::Refused { sw, .. } => Problem::Unreadable(sw),
            error => Problem::Failed(error),
        };
        Ok(Self { place, problem })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(sw) => write!(f, "the card does not give it ({sw})"),
            Self::Failed(error) => error.fmt(f),
            Self::Damaged(reason) => f.write_str(reason),
            Self::Refused(error) => error.fmt(f),
            Self::Empty => f.write_str("there is no certificate"),
            Self::NoKey(None) => f.write_str("its key is not on the card"),
            Self::NoKey(Some(name)) => write!(f, "the key of {name} is not on the card"),
            Self::NoFile => f.write_str("it is a part of another file"),
            Self::NoReference => f.write_str("nothing tells how its key is named"),
            Self::Encryption(name) => write!(f, "the certificate of {name} encrypts only"),
            Self::NoPin => f.write_str("the card has no PIN that lets its key be used"),
            Self::Unsought => f.write_str("it was not looked at"),
        }
    }
}

/// Which certificates are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Only this serial number, in the form of [`Certificate::serial`] without
    /// leading zeros. It widens the search: places that are rarely used for
    /// signing are read too when it is not found elsewhere.
    pub serial: Option<String>,
    /// Read every place that can hold a signing certificate.
    pub everything: bool,
}

impl Search {
    /// Whether the certificate is asked for.
    pub fn wants(&self, certificate: &Certificate) -> bool {
        self.is_for(&certificate.serial())
    }

    /// Whether the certificate that begins like this cannot be the one that is asked for,
    /// so that the rest of it need not be read.
    pub fn rules_out(&self, beginning: &[u8]) -> bool {
        self.serial.is_some()
            && Certificate::serial_at(beginning).is_some_and(|serial| !self.is_for(&serial))
    }

    /// Whether it is the only one that is asked for: nothing else has to be looked at.
    pub fn ends_with(&self, certificate: &Certificate) -> bool {
        self.serial.is_some() && self.wants(certificate)
    }

    fn is_for(&self, serial: &str) -> bool {
        let wanted = self.serial.as_deref();
        wanted.is_none_or(|it| it.trim_start_matches('0') == serial.trim_start_matches('0'))
    }
}
