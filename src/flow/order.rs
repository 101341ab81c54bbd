//! An order to sign: a link that was understood, from an origin that may call.

use std::sync::Arc;

use jiff::Timestamp;

use crate::callback::{self, Failed, Outcome, Scheme, Signed};
use crate::code::ErrorCode;
use crate::digest::Digest;
use crate::document::Document;
use crate::journal::Entry;
use crate::language::Language;
use crate::link::{self, LinkError, Request, Serial};
use crate::policy::{Denial, Permit, Policy};
use crate::profile::Credential;
use crate::signature::PublicKey;
use crate::worker::TokenInfo;

/// What may be signed, for whom.
pub struct Order {
    request: Request,
    digest: Digest,
    permit: Permit,
    first_seen: bool,
    document: Option<Arc<[u8]>>,
    caller: Option<String>,
    demo: bool,
}

/// Why a request id cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It was used before.
    Before,
    /// Nobody can tell; the reason.
    Unknown(String),
}

/// The digest in the link is not the one of the document that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherDocument;

impl OtherDocument {
    /// What happened, and what it means.
    pub fn tell(self, language: Language) -> String {
        language.say("document-other")
    }
}

/// Why a link is not followed. Shown on the screen only: nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The link itself.
    Link(LinkError),
    /// Whoever asks may not.
    Denied(Box<Denial>),
    /// A live key at the demo token.
    DemoOnly,
    /// A signature inside a document of this kind: "PDF".
    NotYet(&'static str),
    /// The request of this portal was opened before.
    Used(String),
    /// Whether it was opened before cannot be found out; the reason.
    Unclaimed(String),
    /// Whether it may be followed cannot be found out; what is wrong with the
    /// settings.
    Unjudged(String),
}

impl Refused {
    /// Error code of the handoff protocol, §4.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Link(error) => error.code(),
            Self::Denied(denial) => denial.code(),
            Self::DemoOnly => ErrorCode::ApiKeyInvalid,
            Self::NotYet(_) | Self::Used(_) => ErrorCode::RequestInvalid,
            Self::Unclaimed(_) | Self::Unjudged(_) => ErrorCode::Internal,
        }
    }

    /// What happened.
    pub fn what(&self, language: Language) -> String {
        match self {
            Self::Link(error) => error.what(language),
            Self::Denied(denial) => denial.what(language),
            Self::DemoOnly => language.say("demo-live"),
            Self::NotYet(kind) => language.say_with("not-yet", [("kind", (*kind).into())]),
            Self::Used(requester) => {
                language.say_with("used", [("requester", requester.as_str().into())])
            }
            Self::Unclaimed(reason) => {
                language.say_with("unclaimed", [("reason", reason.as_str().into())])
            }
            Self::Unjudged(reason) => reason.clone(),
        }
    }

    /// What to do.
    pub fn advice(&self, language: Language) -> String {
        match self {
            Self::Link(error) => error.advice(language),
            Self::Denied(denial) => denial.advice(language),
            Self::DemoOnly => language.say("demo-live-advice"),
            Self::NotYet(kind) => language.say_with("not-yet-advice", [("kind", (*kind).into())]),
            Self::Used(_) => language.say("used-advice"),
            Self::Unclaimed(_) => language.say("unclaimed-advice"),
            Self::Unjudged(_) => language.say("unjudged-advice"),
        }
    }
}

impl Order {
    /// Parses the link, and asks the policy whether its portal may call.
    /// `demo`: the demo token is in use, which serves test keys only. `seen`
    /// tells whether an origin was served before.
    pub fn accept(
        link: &[u8],
        policy: &Policy,
        demo: bool,
        seen: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Refused> {
        let request = link::parse_bytes(link).map_err(|refusal| Refused::Link(refusal.error))?;
        let check = if demo {
            Policy::check_for_demo
        } else {
            Policy::check
        };
        let permit = check(policy, &request.callback, &request.api_key)
            .map_err(|denial| Refused::Denied(Box::new(denial)))?;
        if demo && !request.api_key.is_test() {
            return Err(Refused::DemoOnly);
        }
        let digest = match &request.document {
            link::Document::Hash(digest) => digest.clone(),
            link::Document::Pdf(_) => return Err(Refused::NotYet("PDF")),
            link::Document::Xml(_) => return Err(Refused::NotYet("XML")),
        };
        let first_seen = !seen(permit.origin().as_str());
        Ok(Self {
            request,
            digest,
            permit,
            first_seen,
            document: None,
            caller: None,
            demo,
        })
    }

    /// The same order, handed over by another start of the program that this browser
    /// had called: a name that means nothing here, and comes back with the answer.
    pub fn called_by(mut self, caller: String) -> Self {
        self.caller = Some(caller);
        self
    }

    /// Who had called the start that handed it over; `None`: it was this one.
    pub fn caller(&self) -> Option<&str> {
        self.caller.as_deref()
    }

    /// The same order, if its id was never used for its origin before: a request is
    /// shown once. `claim` takes origin and id, and notes them as used from now on.
    pub fn claimed(self, claim: &dyn Fn(&str, &str) -> Result<(), Spent>) -> Result<Self, Refused> {
        match claim(self.origin(), self.request_id()) {
            Ok(()) => Ok(self),
            Err(Spent::Before) => Err(Refused::Used(self.requester())),
            Err(Spent::Unknown(reason)) => Err(Refused::Unclaimed(reason)),
        }
    }

    /// Whether it is the same request of the same origin.
    pub fn is_same(&self, other: &Self) -> bool {
        self.origin() == other.origin() && self.request_id() == other.request_id()
    }

    /// What is signed.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Takes the document that is to be signed, if it is that: its digest must be
    /// the one in the link. Some tokens finish the hash themselves.
    pub fn attach(&mut self, document: Document) -> Result<(), OtherDocument> {
        self.document = document.matching(&self.digest);
        self.document.as_ref().map(|_| ()).ok_or(OtherDocument)
    }

    /// The document that was given, the right one.
    pub fn document(&self) -> Option<&Arc<[u8]>> {
        self.document.as_ref()
    }

    /// Serial number of the only certificate that may be used, if any:
    /// upper-case hex.
    pub fn serial(&self) -> Option<String> {
        self.request.cert_serial.as_ref().map(Serial::to_string)
    }

    /// As in the link.
    pub fn request_id(&self) -> &str {
        self.request.request_id.as_str()
    }

    /// Only the demo token can sign it.
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    /// The permission that its callback is built with.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// The validated origin, exactly.
    pub fn origin(&self) -> &str {
        self.permit.origin().as_str()
    }

    /// The validated origin for people, and the name that the settings give it.
    pub fn requester(&self) -> String {
        let origin = self.permit.origin_display();
        match self.permit.name() {
            Some(name) => format!("{origin} ({name})"),
            None => origin,
        }
    }

    /// No signature was made for this origin on this computer before.
    pub fn first_seen(&self) -> bool {
        self.first_seen
    }

    /// A signature was made for this origin.
    pub(super) fn served(&mut self, origin: &str) {
        self.first_seen &= self.origin() != origin;
    }

    /// The result for a signature.
    pub fn signed(
        &self,
        credential: &Credential,
        token: &TokenInfo,
        signature: Vec<u8>,
        now: Timestamp,
    ) -> Outcome {
        let certificate = &credential.certificate;
        let scheme = match certificate.key() {
            // Keys for PSS alone are not offered, and Ed25519 not for a digest.
            PublicKey::Rsa(_) | PublicKey::RsaPss(_) => Scheme::Rsa,
            PublicKey::P256(_) | PublicKey::P384(_) | PublicKey::Ed25519(_) => Scheme::Ecdsa,
        };
        Outcome::Signed(Box::new(Signed {
            request_id: self.request.request_id.clone(),
            signature,
            scheme,
            digest: self.digest.clone(),
            certificate: callback::Certificate {
                subject_cn: certificate.subject(),
                serial: Serial::of(certificate.serial_bytes()),
                valid_to: certificate.validity().1,
                pem: certificate.pem(),
            },
            signed_at: now,
            token: Some(callback::Token {
                product_name: token.label.clone(),
                serial_number: token.serial.clone().unwrap_or_default(),
                ..callback::Token::default()
            }),
        }))
    }

    /// The line for the journal.
    pub fn record(&self, now: Timestamp, end: Result<&Credential, ErrorCode>) -> Entry {
        Entry::new(now, self.origin(), self.request_id(), &self.digest, end)
    }

    /// The result when nothing was signed.
    pub fn failed(&self, code: ErrorCode, remaining: Option<u8>) -> Outcome {
        let failed = Failed::new(self.request.request_id.clone(), code);
        Outcome::Failed(Failed {
            remaining_attempts: remaining,
            ..failed
        })
    }
}
