//! An order to sign: a link that was understood, from an origin that may call.

use std::sync::Arc;

use jiff::Timestamp;

use crate::callback::{self, Failed, Outcome, Scheme, Signed};
use crate::code::ErrorCode;
use crate::digest::Digest;
use crate::document::Document;
use crate::link::{self, Request, Serial};
use crate::policy::{Permit, Policy};
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
}

/// The digest in the link is not the one of the document that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This is not the document that the portal asks to be signed: its digest is another one. Nothing was sent."
)]
pub struct OtherDocument;

/// Why a link is not followed. Shown on the screen only: nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Error code of the handoff protocol, §4.
    pub code: &'static str,
    /// What happened.
    pub what: String,
    /// What to do.
    pub advice: String,
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
        let request = link::parse_bytes(link).map_err(|refusal| Refused {
            code: refusal.error.code().as_str(),
            what: refusal.error.what(),
            advice: refusal.error.advice(),
        })?;
        let permit = policy
            .check(&request.callback, &request.api_key)
            .map_err(|denial| Refused {
                code: denial.code().as_str(),
                what: denial.what(),
                advice: denial.advice(),
            })?;
        if demo && !request.api_key.is_test() {
            return Err(Refused {
                code: ErrorCode::ApiKeyInvalid.as_str(),
                what: "The demo token serves test keys only, and this link has a live key.".into(),
                advice: "Use a real token, or a link with an ss_test_ key.".into(),
            });
        }
        let digest = match &request.document {
            link::Document::Hash(digest) => digest.clone(),
            link::Document::Pdf(_) => return Err(not_yet("PDF")),
            link::Document::Xml(_) => return Err(not_yet("XML")),
        };
        let first_seen = !seen(permit.origin().as_str());
        Ok(Self {
            request,
            digest,
            permit,
            first_seen,
            document: None,
        })
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
            PublicKey::Rsa(_) => Scheme::Rsa,
            // Ed25519 keys are not offered for a digest.
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

    /// The result when nothing was signed.
    pub fn failed(&self, code: ErrorCode, remaining: Option<u8>) -> Outcome {
        let failed = Failed::new(self.request.request_id.clone(), code);
        Outcome::Failed(Failed {
            remaining_attempts: remaining,
            ..failed
        })
    }
}

fn not_yet(kind: &str) -> Refused {
    Refused {
        code: ErrorCode::RequestInvalid.as_str(),
        what: format!("The portal asks for a signature inside a {kind} document."),
        advice: format!(
            "This version signs digests only (documentType=hash). Ask the portal to send the digest of the {kind} document."
        ),
    }
}
