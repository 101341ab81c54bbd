//! An order to sign: a link that was understood, from an origin that may call.

use std::sync::Arc;

use jiff::Timestamp;

use securesign_card::digest::Digest;
use securesign_card::profile::Credential;
use securesign_card::signature::PublicKey;
use securesign_handoff::callback::{self, Outcome, Product, Scheme, Signed};
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::{self, Request, Serial};
use securesign_handoff::policy::{Permit, Policy};

use crate::language::Language;

use crate::document::Document;
use crate::journal::Entry;
use crate::original::{Original, Unsignable};
use crate::worker::TokenInfo;

use super::Effect;
use super::reason::Reason;
use super::refused::Refused;
use super::way::Way;

/// What may be signed, for whom.
pub struct Order {
    way: Way,
    digest: Digest,
    cert_serial: Option<Serial>,
    first_seen: bool,
    /// The file that was compared, the right one.
    pub(super) document: Option<Arc<[u8]>>,
    /// The document that is signed itself.
    original: Option<Box<Original>>,
    /// Why the document that was given cannot be signed.
    unfit: Option<Unsignable>,
}

/// Why a request id cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It was signed before.
    Before,
    /// It is open, or nobody knows how it ended.
    Open,
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
        let request = link::parse_bytes(link).map_err(|refusal| {
            let reason = Reason::Link(refusal.error);
            let way = refusal
                .reply
                .and_then(|to| Way::open(*to, policy, demo).ok());
            match way {
                Some(way) => Refused::told(reason, way),
                None => reason.into(),
            }
        })?;
        Self::judge(request, policy, demo, seen)
    }

    /// What was understood, by these settings.
    pub(super) fn judge(
        request: Request,
        policy: &Policy,
        demo: bool,
        seen: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Refused> {
        let way = match Way::open(request.reply_to(), policy, demo) {
            Ok(way) => way,
            Err(reason) => return Err(Refused::unless_allowed(reason, request, policy, demo)),
        };
        let (digest, original) = match enclosed(request.document) {
            Ok(enclosed) => enclosed,
            Err(why) => return Err(Refused::told(Reason::Unsignable(Box::new(why)), way)),
        };
        let first_seen = !seen(way.origin());
        Ok(Self {
            way,
            digest,
            cert_serial: request.cert_serial,
            first_seen,
            document: None,
            original,
            unfit: None,
        })
    }

    /// The same order, handed over by another start of the program that this browser
    /// had called: a name that means nothing here, and comes back with the answer.
    pub fn called_by(mut self, caller: String) -> Self {
        self.way.called_by(caller);
        self
    }

    /// Who had called the start that handed it over; `None`: it was this one.
    pub fn caller(&self) -> Option<&str> {
        self.way.caller()
    }

    /// The same order, if its id was never used for its origin before: a request is
    /// shown once. `claim` takes origin and id, and notes them as used from now on.
    pub fn claimed(self, claim: &dyn Fn(&str, &str) -> Result<(), Spent>) -> Result<Self, Refused> {
        match claim(self.origin(), self.request_id()) {
            Ok(()) => Ok(self),
            Err(Spent::Before) => {
                let reason = Reason::Used(self.requester());
                Err(Refused::told(reason, self.way))
            }
            // The portal is not told: the answer to that one is still to come.
            Err(Spent::Open) => Err(Reason::Used(self.requester()).into()),
            // The portal is not told: once that is mended, the same link works.
            Err(Spent::Unknown(reason)) => Err(Reason::Unclaimed(reason).into()),
        }
    }

    /// The same order, with the permission that its way has by the settings as they are now.
    pub(super) fn permitted(mut self, permit: Permit) -> Self {
        self.way.renew(permit);
        self
    }

    pub(super) fn way(&self) -> &Way {
        &self.way
    }

    /// Whether it is the same request of the same origin.
    pub fn is_same(&self, other: &Self) -> bool {
        self.origin() == other.origin() && self.request_id() == other.request_id()
    }

    /// The digest of the document: what is signed, unless the document itself is.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The document that is signed itself.
    pub fn original(&self) -> Option<&Original> {
        self.original.as_deref()
    }

    /// Takes the document that is to be signed, if it is that: its digest must be
    /// the one in the link. Some tokens finish the hash themselves.
    pub fn attach(&mut self, document: Document) -> Result<(), OtherDocument> {
        self.document = None;
        if let Some(original) = &mut self.original {
            original.withdraw();
        }
        let content = document.matching(&self.digest).ok_or(OtherDocument)?;
        self.take(content);
        Ok(())
    }

    /// Takes the right document.
    pub(super) fn take(&mut self, content: Arc<[u8]>) {
        match &mut self.original {
            Some(original) => self.unfit = original.give(content).err(),
            None => self.document = Some(content),
        }
    }

    /// Why it goes no further: the document that was given is the right one, and cannot be
    /// signed.
    pub fn unsignable(&mut self) -> Option<Refused> {
        let why = self.unfit.take()?;
        let reason = Reason::Unsignable(Box::new(why));
        Some(Refused::told(reason, self.way.clone()))
    }

    /// The document that was given, the right one.
    pub fn document(&self) -> Option<&Arc<[u8]>> {
        self.document.as_ref()
    }

    /// Serial number of the only certificate that may be used, if any:
    /// upper-case hex.
    pub fn serial(&self) -> Option<String> {
        self.cert_serial.as_ref().map(Serial::to_string)
    }

    /// As in the link.
    pub fn request_id(&self) -> &str {
        self.way.request_id()
    }

    /// Only the demo token can sign it.
    pub fn is_demo(&self) -> bool {
        self.way.is_demo()
    }

    /// The permission that its callback is built with.
    pub fn permit(&self) -> &Permit {
        self.way.permit()
    }

    /// The validated origin, exactly.
    pub fn origin(&self) -> &str {
        self.way.origin()
    }

    /// The validated origin for people, and the name that the settings give it.
    pub fn requester(&self) -> String {
        self.way.requester()
    }

    /// No signature was made for this origin on this computer before.
    pub fn first_seen(&self) -> bool {
        self.first_seen
    }

    /// A signature was made for this origin.
    pub(super) fn served(&mut self, origin: &str) {
        self.first_seen &= self.origin() != origin;
    }

    /// The result for a signature, and for the document that it is in.
    pub fn signed(
        &self,
        credential: &Credential,
        token: &TokenInfo,
        (signature, document): (Vec<u8>, Option<Product>),
        now: Timestamp,
    ) -> Outcome {
        let certificate = &credential.certificate;
        let scheme = match certificate.key() {
            // Keys for PSS alone are not offered, and Ed25519 not for a digest.
            PublicKey::Rsa(_) | PublicKey::RsaPss(_) => Scheme::Rsa,
            PublicKey::P256(_)
            | PublicKey::P384(_)
            | PublicKey::P521(_)
            | PublicKey::BrainpoolP256(_)
            | PublicKey::BrainpoolP384(_)
            | PublicKey::Ed25519(_) => Scheme::Ecdsa,
        };
        Outcome::Signed(Box::new(Signed {
            request_id: self.way.to().request_id.clone(),
            signature,
            document,
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

    /// Nothing was signed: its id may be used again.
    pub(super) fn release(&self) -> Effect {
        Effect::Release {
            origin: self.origin().to_owned(),
            request_id: self.request_id().to_owned(),
        }
    }

    /// The result when nothing was signed.
    pub fn failed(&self, code: ErrorCode, remaining: Option<u8>) -> Outcome {
        self.way.failed(code, remaining)
    }
}

/// The digest of a document, and the document where it came along.
fn enclosed(document: link::Document) -> Result<(Digest, Option<Box<Original>>), Unsignable> {
    let original = match document {
        link::Document::Hash(digest) => return Ok((digest, None)),
        link::Document::Pdf(embedded) => Original::pdf(embedded)?,
        link::Document::Xml(embedded) => Original::xml(embedded)?,
    };
    Ok((original.digest().clone(), Some(Box::new(original))))
}
