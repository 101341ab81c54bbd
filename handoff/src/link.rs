//! The link a portal starts us with: `securesign://sign?…`.
//!
//! Nothing in a link is trusted. Sizes are capped before anything is decoded,
//! everything is decoded exactly once, and what is odd is refused rather than
//! guessed. Source: SecureSign handoff protocol, §2 and §8.

mod base;
mod error;
mod query;
mod quoted;
mod target;
mod value;

pub use error::{AddressPart, Cut, LinkError};
pub use query::PARAMETERS;
pub use quoted::Quoted;
pub use target::{
    Callback, CallbackFault, CallbackKind, NEVER_A_CALLBACK, Origin, is_never_a_callback,
};
pub use value::{ApiKey, RequestId, Serial, SessionId};

use securesign_card::digest::{Digest, HashAlgorithm};

pub(crate) use base::decode as decode_base64;

use std::fmt;

use query::Query;
use zeroize::Zeroizing;

/// Longest link in bytes, before anything is decoded.
pub const LINK_LIMIT: usize = 2 * 1024 * 1024;

/// Longest `callbackUrl` in bytes, as it stands in the link (percent-encoded).
pub const CALLBACK_LIMIT: usize = 8 * 1024;

/// What a portal asks for, checked in itself. Whether the portal may ask at all
/// is the business of [`crate::policy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Correlates link and callback.
    pub request_id: RequestId,
    /// What is to be signed.
    pub document: Document,
    /// Where the result goes, if the policy permits it.
    pub callback: Callback,
    /// Says which portal it claims to be; grants nothing alone.
    pub api_key: ApiKey,
    /// Only certificates with this serial number may sign.
    pub cert_serial: Option<Serial>,
    /// The portal has opened a signing session for it.
    pub session: Option<Box<Session>>,
}

/// A signing session of the authentication service (§6), and what it was opened for beside
/// request id and key, as the link says it: the service compares.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// `sessionId`.
    pub id: SessionId,
    /// `documentType`: `hash`, `pdf` or `xml`.
    pub document_type: &'static str,
    /// What is to be signed.
    pub digest: Digest,
    /// `callbackUrl` as the portal wrote it, decoded once.
    pub callback_url: String,
}

impl Request {
    /// The address of an answer to this request, and the proof for it.
    pub fn reply_to(&self) -> ReplyTo {
        ReplyTo {
            request_id: self.request_id.clone(),
            callback: self.callback.clone(),
            api_key: self.api_key.clone(),
            session: self.session.clone(),
        }
    }
}

impl fmt::Debug for Session {
    /// The address is the portal's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("document_type", &self.document_type)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// What is to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// `documentType=hash`: the portal keeps the document.
    Hash(Digest),
    /// `documentType=pdf`: to be signed as PAdES.
    Pdf(Embedded),
    /// `documentType=xml`: to be signed as XMLDSig.
    Xml(Embedded),
}

impl Document {
    /// The digest that the person is shown and the portal can check: of the
    /// document as the link brought it.
    pub fn digest(&self) -> &Digest {
        match self {
            Document::Hash(digest) => digest,
            Document::Pdf(embedded) | Document::Xml(embedded) => &embedded.digest,
        }
    }

    /// As `documentType` has it.
    pub fn name(&self) -> &'static str {
        match self {
            Document::Hash(_) => "hash",
            Document::Pdf(_) => "pdf",
            Document::Xml(_) => "xml",
        }
    }
}

/// A document that is signed itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Embedded {
    /// The document; `None`: the link brings its digest alone, and the person has it.
    pub bytes: Option<Vec<u8>>,
    /// Its digest: computed here, and equal to `hashBase64` where the link has one.
    pub digest: Digest,
    /// The options of SecureSign handoff protocol, §7, that are present, as they
    /// came (objects are JSON text): names and decoded text, not yet checked.
    pub options: Vec<(&'static str, String)>,
}

impl fmt::Debug for Embedded {
    /// The document is the user's business, and long: only its size is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded")
            .field("bytes", &self.bytes.as_ref().map(Vec::len))
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// A link that was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Refusal {
    /// Why.
    pub error: LinkError,
    /// Set where request id, callback and key are good in themselves, so that
    /// the portal can be told `SS_REQUEST_INVALID` **if** the policy permits the
    /// callback. Never set where the link is too long, ambiguous or badly
    /// encoded, for then none of its parts can be believed.
    pub reply: Option<Box<ReplyTo>>,
}

/// Where an answer would go, and the proof the policy wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    /// The request that is answered.
    pub request_id: RequestId,
    /// Not validated: only the policy makes a permit of it.
    pub callback: Callback,
    /// The key the policy looks up.
    pub api_key: ApiKey,
    /// The session of a request that was understood.
    pub session: Option<Box<Session>>,
}

/// Reads a link: `securesign://sign?…` or its universal-link form,
/// `https://sign.securesign.toolsbots.com/open?…`.
pub fn parse(link: &str) -> Result<Request, Refusal> {
    let mut query = Query::read(link).map_err(|error| Refusal { error, reply: None })?;
    // What is wrong with half a link is that it is half of one.
    let cut = query.looks_cut();
    let true_cause = |error| match (&cut, error) {
        (_, error @ LinkError::Truncated { .. }) => error,
        (Some(cut), _) => cut.clone(),
        (None, error) => error,
    };
    let (reply, callback_url) = reply(&mut query).map_err(|error| Refusal {
        error: true_cause(error),
        reply: None,
    })?;
    let subject = subject(&mut query)
        .map_err(true_cause)
        .and_then(|subject| cut.clone().map_or(Ok(subject), Err));
    match subject {
        Ok((document, cert_serial, session)) => Ok(Request {
            session: session.map(|id| {
                Box::new(Session {
                    id,
                    document_type: document.name(),
                    digest: document.digest().clone(),
                    callback_url,
                })
            }),
            request_id: reply.request_id,
            document,
            callback: reply.callback,
            api_key: reply.api_key,
            cert_serial,
        }),
        Err(error) => {
            // A callback or id that stands last in a link that lacks something may be half
            // of what the portal wrote. (Half a key belongs to nobody, but a cut link is not
            // believed in any part that stands last.)
            let unsure: &[&str] = match error {
                LinkError::Truncated { .. } => &["callbackUrl", "requestId", "apiKey"],
                LinkError::Missing { .. } => &["callbackUrl", "requestId"],
                _ => &[],
            };
            let whole = !unsure.iter().any(|name| query.is_last(name));
            Err(Refusal {
                error,
                reply: whole.then(|| Box::new(reply)),
            })
        }
    }
}

/// As [`parse`], for an argument that need not be UTF-8.
pub fn parse_bytes(link: &[u8]) -> Result<Request, Refusal> {
    let refuse = |error| Refusal { error, reply: None };
    if link.len() > LINK_LIMIT {
        return Err(refuse(LinkError::TooLong { length: link.len() }));
    }
    let text = std::str::from_utf8(link).map_err(|error| {
        let place = query::parameter_at(&String::from_utf8_lossy(link), error.valid_up_to());
        refuse(match error.error_len() {
            Some(_) => LinkError::NotText { place },
            // The link ends inside a character.
            None => LinkError::Truncated {
                length: link.len(),
                cut: Cut::Character(place),
            },
        })
    })?;
    parse(text)
}

/// And `callbackUrl` as it was written.
fn reply(query: &mut Query) -> Result<(ReplyTo, String), LinkError> {
    let request_id = RequestId::parse(&query.require("requestId")?)?;
    let callback_url = query.require("callbackUrl")?.to_string();
    let reply = ReplyTo {
        request_id,
        callback: Callback::parse(&callback_url).map_err(LinkError::Callback)?,
        api_key: ApiKey::parse(query.require("apiKey")?)?,
        session: None,
    };
    Ok((reply, callback_url))
}

type Subject = (Document, Option<Serial>, Option<SessionId>);

fn subject(query: &mut Query) -> Result<Subject, LinkError> {
    let kind = query.require("documentType")?;
    let name = query.require("hashAlgo")?;
    let algorithm = HashAlgorithm::from_name(&name).ok_or_else(|| LinkError::HashAlgo {
        found: Quoted::new(&name),
    })?;
    let document = match kind.as_str() {
        "hash" => {
            let text = query.require("hashBase64")?;
            Document::Hash(digest(query, algorithm, &text)?)
        }
        "pdf" => Document::Pdf(embedded(query, algorithm, &PDF_OPTIONS)?),
        "xml" => Document::Xml(embedded(query, algorithm, &XML_OPTIONS)?),
        _ => {
            return Err(LinkError::DocumentType {
                found: Quoted::new(&kind),
            });
        }
    };
    let cert_serial = match query.take("certSerial") {
        Some(text) => Some(Serial::parse(&text)?),
        None => None,
    };
    let session = query.take("sessionId");
    let session = session.map(|text| SessionId::parse(&text)).transpose()?;
    Ok((document, cert_serial, session))
}

const PDF_OPTIONS: [&str; 8] = [
    "visible",
    "page",
    "position",
    "appearance",
    "reason",
    "location",
    "timestamp",
    "signatureIndex",
];
const XML_OPTIONS: [&str; 3] = ["signatureType", "signatureId", "referenceUri"];

fn digest(query: &Query, algorithm: HashAlgorithm, text: &str) -> Result<Digest, LinkError> {
    const NAME: &str = "hashBase64";
    let last = query.is_last(NAME);
    let Some(bytes) = base::decode(text) else {
        // The last parameter of a cut link stops inside a group of four.
        return Err(match last && base::ends_inside_group(text) {
            true => query.truncated(Cut::Value(NAME)),
            false => LinkError::Base64 { name: NAME },
        });
    };
    let found = bytes.len();
    Digest::new(algorithm, &bytes).ok_or_else(|| {
        // A whole digest of another algorithm is a mistake of the portal, unless the link
        // has the length of a cut one; any other short length at its end is a cut.
        let whole = [16, 20, 28, 32, 48, 64].contains(&found) && !query.cut_here();
        match last && found < algorithm.size() && !whole {
            true => query.truncated(Cut::Value(NAME)),
            false => LinkError::DigestLength { algorithm, found },
        }
    })
}

fn embedded(
    query: &mut Query,
    algorithm: HashAlgorithm,
    names: &[&'static str],
) -> Result<Embedded, LinkError> {
    let claimed = match query.take("hashBase64") {
        Some(text) => Some(digest(query, algorithm, &text)?),
        None => None,
    };
    let bytes = match &claimed {
        Some(_) if query.is_left_out(DOCUMENT) => None,
        _ => Some(document(query)?),
    };
    let computed = bytes.as_ref().map(|bytes| Digest::of(algorithm, bytes));
    let digest = match (computed, claimed) {
        (Some(computed), Some(claimed)) if computed != claimed => {
            return Err(LinkError::DigestMismatch);
        }
        (Some(digest), _) | (None, Some(digest)) => digest,
        (None, None) => return Err(LinkError::Missing { name: DOCUMENT }),
    };
    let mut options = Vec::new();
    for &name in names {
        if let Some(text) = query.take(name) {
            options.push((name, text.as_str().to_owned()));
        }
    }
    Ok(Embedded {
        bytes,
        digest,
        options,
    })
}

const DOCUMENT: &str = "documentBase64";

/// The document in the link.
fn document(query: &mut Query) -> Result<Vec<u8>, LinkError> {
    let text: Zeroizing<String> = query.require(DOCUMENT)?;
    base::decode(&text).ok_or_else(|| {
        match query.is_last(DOCUMENT) && base::ends_inside_group(&text) {
            true => query.truncated(Cut::Value(DOCUMENT)),
            false => LinkError::Base64 { name: DOCUMENT },
        }
    })
}
