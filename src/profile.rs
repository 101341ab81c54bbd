//! What a card family is: its facts ([`Spec`]) and its behaviour ([`Profile`]).

use std::fmt;

use crate::atr::{Atr, AtrPattern};
use crate::certificate::{Certificate, CertificateError};
use crate::channel::Channel;
use crate::error::{CardError, Lack, Secret};
use crate::iso;
pub use crate::pin::Tries;
use crate::pin::{Pin, PinRules};
use crate::signature::{PublicKey, ToSign};
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
    /// Reference of the PIN in P2 of VERIFY (ISO 7816-4, 11.5.6).
    pub pin_reference: u8,
    /// What the PIN looks like.
    pub pin: PinRules,
    /// What the PUK looks like; `None`: there is none.
    pub puk: Option<PinRules>,
    /// How the tries left are read. There is no default: on some cards an empty
    /// VERIFY costs a try.
    pub counter: RetryCounter,
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

/// How tries left are read without spending one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryCounter {
    /// VERIFY without data (ISO 7816-4, 11.5.6) answers `63Cx`.
    EmptyVerify,
    /// An object that the family's profile reads.
    Status,
    /// There is no safe way.
    Unknown,
}

/// Whether commands of this kind were seen to work on a real card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// By several sources, or by the card's own standard.
    Known,
    /// Inferred from documents: a person is asked before it is tried.
    Inferred,
    /// Inferred, and cards of this kind are sold with it switched off.
    Doubtful,
}

/// What opening a card's application has taught. It holds for this dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// P2 of VERIFY; cards with a global PIN may differ from the [`Spec`].
    pub pin_reference: u8,
    /// Label that the card gives itself.
    pub label: Option<String>,
    /// What SELECT answered has the form of the family's standard: its other answers mean
    /// what they should.
    pub conforms: bool,
    /// Algorithm identifiers that the card lists, if it does.
    pub algorithms: Vec<u8>,
    /// What the card says of its own abilities, in its own form; empty where it is not
    /// asked.
    pub capabilities: Vec<u8>,
    /// File identifier of the directory that is open; 0 where files play no part.
    pub directory: u16,
    /// Most bytes that one READ BINARY asks for; 0: not tried yet.
    pub piece: u16,
    /// What the PIN looks like on this card.
    pub pin: PinRules,
    /// What the PUK looks like on this card; `None`: there is none.
    pub puk: Option<PinRules>,
    /// Why there is no PUK for its PIN, where there is none.
    pub no_puk: Lack,
    /// Which PIN is the card holder's was found out, or cannot be.
    pub pin_is_known: bool,
    /// What unblocks the PIN, where anything does: how the screen names it.
    pub unblocker: Secret,
    /// Tries left of the PIN, where opening has told them. They hold for this dialogue only.
    pub tries: Option<Tries>,
    /// Changing the PIN.
    pub change: Standing,
    /// Unlocking with the PUK.
    pub unblock: Standing,
    /// Tries left as they were read before the PIN or PUK that is replaced was sent.
    /// Where the number of tries is written along, it is never below that.
    pub before: Option<u8>,
}

impl Application {
    /// As the facts have it, before anything is known of this card.
    pub fn new(spec: &Spec) -> Self {
        Self {
            pin_reference: spec.pin_reference,
            label: None,
            conforms: false,
            algorithms: Vec::new(),
            capabilities: Vec::new(),
            directory: 0,
            piece: 0,
            pin: spec.pin,
            puk: spec.puk,
            no_puk: Lack::Puk,
            pin_is_known: false,
            unblocker: Secret::Puk,
            tries: None,
            change: Standing::Known,
            unblock: Standing::Known,
            before: None,
        }
    }
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
    /// When it wants the PIN.
    pub pin: PinUse,
    /// The certificate.
    pub certificate: Certificate,
    /// Why the card cannot sign with it, whatever is asked for ([`Profile::lack`]).
    pub lack: Option<Lack>,
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
        let flaw = Flaw::Failed(error);
        Self {
            credentials: Vec::new(),
            notes: vec![Note { place, flaw }],
        }
    }

    /// Whether what is looked for is there already, with a key that may sign.
    pub fn satisfies(&self, search: &Search) -> bool {
        self.credentials.iter().any(|credential| {
            search.wants(&credential.certificate) && credential.certificate.may_sign()
        })
    }

    /// None of the keys that want a PIN can be used, for this reason.
    pub fn withhold(&mut self, flaw: &Flaw) {
        let wants_pin = |credential: &mut Credential| credential.pin != PinUse::Never;
        let noted = self
            .credentials
            .extract_if(.., wants_pin)
            .map(|credential| Note {
                place: credential.label,
                flaw: flaw.clone(),
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
    pub flaw: Flaw,
}

/// Why what stands in a place is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
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
    /// On a place that the card does not give. Only where the card is gone is that the end.
    pub fn unreadable(place: String, error: CardError) -> Result<Self, CardError> {
        let flaw = match error {
            CardError::Transport(_) => return Err(error),
            CardError::Refused { sw, .. } => Flaw::Unreadable(sw),
            error => Flaw::Failed(error),
        };
        Ok(Self { place, flaw })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.flaw)
    }
}

impl fmt::Display for Flaw {
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

/// Behaviour of a family. Stateless; override only where the card departs from
/// ISO 7816.
pub trait Profile: Sync {
    /// The facts.
    fn spec(&self) -> &Spec;

    /// Opens the application: selects it, and begins secure messaging where the
    /// card wants that. `atr` is a hint at best. [`CardError::Refused`]: it is not
    /// there.
    fn open(&self, card: &mut Channel<'_>, _atr: &Atr) -> Result<Application, CardError> {
        iso::select(card, self.spec().aid)?;
        Ok(Application::new(self.spec()))
    }

    /// Reads signing certificates. May refine `app` by what it learns.
    fn credentials(
        &self,
        card: &mut Channel<'_>,
        app: &mut Application,
        search: &Search,
    ) -> Result<Found, CardError>;

    /// Why this card, in this reader, cannot sign with such a key: known before a PIN is
    /// asked for, since what cannot work costs no try. Asks the card nothing.
    fn lack(&self, card: &Channel<'_>, app: &Application, key: &PublicKey) -> Option<Lack>;

    /// The token's serial number as people read it, where there is one.
    fn serial(&self, card: &mut Channel<'_>) -> Result<Option<String>, CardError>;

    /// Tries left of the PIN; spends none.
    /// [`CardError::Unsupported`] with [`Lack::Pin`]: the card has no such PIN, so that
    /// none may be sent.
    fn pin_tries(&self, card: &mut Channel<'_>, app: &mut Application) -> Result<Tries, CardError> {
        match self.spec().counter {
            RetryCounter::EmptyVerify => iso::pin_tries(card, app.pin_reference),
            RetryCounter::Status | RetryCounter::Unknown => Ok(Tries::Unknown),
        }
    }

    /// Tries left of the [`Application::unblocker`]; spends none. Where that is used up and
    /// the card has another, it becomes the other one.
    fn puk_tries(
        &self,
        _card: &mut Channel<'_>,
        _app: &mut Application,
    ) -> Result<Tries, CardError> {
        Ok(Tries::Unknown)
    }

    /// Sends the PIN, once, for the key of this credential: some cards count it as verified
    /// for one key and not for the other.
    fn verify(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        _credential: &Credential,
        pin: &Pin,
    ) -> Result<(), CardError> {
        iso::verify(card, app.pin_reference, &self.spec().pin, pin)
    }

    /// Replaces PIN or PUK; `old` is sent, once.
    fn change(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        secret: Secret,
        old: &Pin,
        new: &Pin,
    ) -> Result<(), CardError>;

    /// Sets a new PIN with the PUK, which is sent, once.
    fn unblock(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        puk: &Pin,
        new: &Pin,
    ) -> Result<(), CardError>;

    /// Asks for a signature; the PIN is verified already. RSA: PKCS#1 v1.5, as
    /// long as the modulus; ECDSA: DER, or r and s; Ed25519: 64 bytes. [`PublicKey::standard`](crate::signature::PublicKey::standard)
    /// brings it into the form that portals get.
    fn sign(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError>;

    /// Forgets a verified PIN. The card is reset afterwards in any case.
    fn log_out(&self, card: &mut Channel<'_>, app: &Application) -> Result<(), CardError>;
}

/// The profile of a card, with its application open, or `None` for a card that
/// no profile knows. Sends nothing but read-only probes. ATR marks go first, so that a
/// product is preferred to its family.
pub fn identify(
    card: &mut Channel<'_>,
    atr: &Atr,
    profiles: &[&'static dyn Profile],
) -> Result<Option<(&'static dyn Profile, Application)>, CardError> {
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
        card.bare();
        match profile.open(card, atr) {
            Ok(app) => return Ok(Some((*profile, app))),
            Err(CardError::Refused { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(None)
}

impl Mark {
    fn in_atr(&self, atr: &Atr) -> bool {
        match self {
            Self::Atr(pattern) => pattern.matches(atr),
            Self::Historical(part) => atr.historical().windows(part.len()).any(|w| w == *part),
            Self::Application => false,
        }
    }
}
