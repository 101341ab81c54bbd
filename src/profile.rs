//! What a card family is: its facts ([`Spec`]), and how a card of it is recognised and opened
//! ([`Profile`]).

use std::fmt;

use crate::application::{Application, PinId};
use crate::atr::{Atr, AtrPattern};
use crate::certificate::{Certificate, CertificateError};
use crate::channel::Channel;
use crate::error::{CardError, Missing};
pub use crate::pin::Tries;
use crate::sw::StatusWord;

/// Facts about a family, or about one product of it. No decisions.
#[derive(Debug)]
pub struct Spec {
    /// Short and stable, as in trace headers: `piv`.
    pub id: &'static str,
    /// As people know it.
    pub name: &'static str,
    /// How it is recognised; any one mark is enough.
    pub marks: &'static [Mark],
    /// Application identifier for SELECT (ISO 7816-4, 11.2.2); empty where the
    /// application is opened in another way.
    pub aid: &'static [u8],
    /// Where the facts are from.
    pub source: &'static str,
}

/// The step of the command that makes the signature, as in traces: the one in which a
/// card may wait for a touch.
pub const SIGN: &str = "sign";

/// A mark by which a card is recognised.
#[derive(Debug)]
pub enum Mark {
    /// The whole ATR, with a mask.
    Atr(AtrPattern),
    /// The historical bytes contain these.
    Historical(&'static [u8]),
    /// SELECT of the application succeeds. A read-only probe that any card stands.
    Application,
}

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

/// A certificate and the key that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Where it lives: "Digital signature (9C)".
    pub label: String,
    /// Key reference: one byte, or the identifier of the key's file.
    pub key: u16,
    /// The PIN that it wants.
    pub pin: PinId,
    /// When it wants that.
    pub when: PinUse,
    /// The certificate.
    pub certificate: Certificate,
    /// Why the card cannot sign with it, whatever is asked for ([`Application::missing`]).
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

/// A family, or a product of it. Stateless: what is learned of a card is its
/// [`Application`]'s.
pub trait Profile: Sync {
    /// The facts.
    fn spec(&self) -> &Spec;

    /// Families whose applications its cards are known to carry beside its own. On other
    /// cards none is looked for: where there is one application, nothing more is sent.
    fn beside(&self) -> &'static [&'static dyn Profile] {
        &[]
    }

    /// Opens the application for the first time: selects it, and begins secure messaging
    /// where the card wants that. `None`: the card is none of this family. `atr` is a hint
    /// at best.
    ///
    /// # Errors
    ///
    /// [`CardError`]: it is a card of this family, and cannot be opened.
    fn open(
        &'static self,
        card: &mut Channel<'_>,
        atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError>;
}

/// `None` where the card refuses what every card of the family does: it is none.
///
/// # Errors
///
/// Every error but [`CardError::Refused`].
pub fn unless_refused<T>(result: Result<T, CardError>) -> Result<Option<T>, CardError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(CardError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An application that was recognised, open, and the profile that knows it.
pub type Identified = (&'static dyn Profile, Box<dyn Application>);

/// The first application of a card that a profile knows, or `None` for a card that none
/// knows. Sends nothing but read-only probes. ATR marks go first, so that a product is
/// preferred to its family.
///
/// # Errors
///
/// That of the first profile that knows the card and cannot open it.
pub fn identify(
    card: &mut Channel<'_>,
    atr: &Atr,
    profiles: &[&'static dyn Profile],
) -> Result<Option<Identified>, CardError> {
    let by_atr = profiles
        .iter()
        .filter(|p| p.spec().marks.iter().any(|mark| mark.in_atr(atr)));
    let by_application = profiles.iter().filter(|p| {
        p.spec()
            .marks
            .iter()
            .any(|mark| matches!(mark, Mark::Application))
    });
    let mut tried: Vec<&[u8]> = Vec::new();
    for profile in by_atr.chain(by_application) {
        let aid = profile.spec().aid;
        if tried.contains(&aid) {
            continue;
        }
        if !aid.is_empty() {
            tried.push(aid);
        }
        // A profile that did not get to its session has left the channel without a form.
        card.plain();
        if let Some(application) = profile.open(card, atr)? {
            return Ok(Some((*profile, application)));
        }
    }
    Ok(None)
}

impl Mark {
    /// Whether an answer to reset has it.
    pub fn in_atr(&self, atr: &Atr) -> bool {
        match self {
            Self::Atr(pattern) => pattern.matches(atr),
            Self::Historical(part) => atr.historical().windows(part.len()).any(|w| w == *part),
            Self::Application => false,
        }
    }
}
