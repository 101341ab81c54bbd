//! What is wrong with a link: for the user in two sentences, for the portal in
//! a code and one fixed sentence.

use std::fmt;

use super::value::ApiKey;
use super::{CallbackFault, LINK_LIMIT};
use crate::code::ErrorCode;
use crate::digest::HashAlgorithm;

/// Why a link was refused. `Display` is [`LinkError::what`] and
/// [`LinkError::advice`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {}", self.what(), self.advice())]
pub enum LinkError {
    /// Longer than [`LINK_LIMIT`]; nothing of it was decoded.
    TooLong {
        /// Bytes.
        length: usize,
    },
    /// Not UTF-8, before or after decoding.
    NotText,
    /// NUL, a control character or one that changes the direction of writing.
    ForbiddenCharacter {
        /// Which one.
        character: char,
    },
    /// `%` without two hex digits.
    BadPercent,
    /// Not the address of a signing request.
    Address(AddressPart),
    /// More than any portal sends.
    TooManyParameters,
    /// A parameter twice, so that two readers could understand two things.
    Twice {
        /// Its name.
        name: Quoted,
    },
    /// A parameter's value is longer than it can be.
    FieldTooLong {
        /// The parameter.
        name: &'static str,
        /// Bytes, as they stand in the link.
        limit: usize,
    },
    /// A required parameter is absent or empty.
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// The link was cut on its way to us.
    Truncated {
        /// Bytes that arrived.
        length: usize,
        /// Where it ends.
        cut: Cut,
    },
    /// `requestId` has a shape we cannot echo.
    RequestId,
    /// `hashAlgo` is none of the three.
    HashAlgo {
        /// What it says.
        found: Quoted,
    },
    /// `documentType` is none of the three.
    DocumentType {
        /// What it says.
        found: Quoted,
    },
    /// Not base64.
    Base64 {
        /// The parameter.
        name: &'static str,
    },
    /// The digest's length does not fit the algorithm.
    DigestLength {
        /// What `hashAlgo` says.
        algorithm: HashAlgorithm,
        /// Bytes in `hashBase64`.
        found: usize,
    },
    /// `hashBase64` is not the digest of `documentBase64`.
    DigestMismatch,
    /// An address to which no result is ever sent.
    Callback(CallbackFault),
    /// Not `ss_live_…` or `ss_test_…`.
    ApiKey,
    /// `certSerial` is not hex.
    Serial,
}

/// The part of the address that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPart {
    /// Neither `securesign` nor `https`.
    Scheme,
    /// `user@` before the host.
    Userinfo,
    /// Not `sign`.
    Host,
    /// A port.
    Port,
    /// Anything after the host.
    Path,
    /// `#…`.
    Fragment,
    /// Not an address.
    Unreadable,
}

/// Where a link was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Inside a `%xx` or the bytes of one character.
    Percent,
    /// Inside a parameter's name or just after it.
    Name,
    /// Inside this parameter's value.
    Value(&'static str),
    /// Before this parameter; told by the length alone.
    Before(&'static str),
}

/// At most 40 harmless characters of what a page wrote; never an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted(String);

impl Quoted {
    const LIMIT: usize = 40;

    /// Everything but letters, digits and printable ASCII becomes `?`.
    pub fn new(text: &str) -> Self {
        if ApiKey::occurs_in(text) {
            return Self("…".to_owned());
        }
        let plain = |c: char| match c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() {
            true => c,
            false => '?',
        };
        let mut quoted: String = text.chars().take(Self::LIMIT).map(plain).collect();
        if text.chars().nth(Self::LIMIT).is_some() {
            quoted.pop();
            quoted.push('…');
        }
        Self(quoted)
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”", self.0)
    }
}

impl LinkError {
    /// The code of SecureSign handoff protocol, §4.
    pub fn code(&self) -> ErrorCode {
        match self {
            LinkError::ApiKey => ErrorCode::ApiKeyInvalid,
            _ => ErrorCode::RequestInvalid,
        }
    }

    /// One fixed sentence for the portal's developer: nothing of the link is in it.
    pub fn reason(&self) -> &'static str {
        match self {
            LinkError::TooLong { .. } => "The link is longer than 2 MiB.",
            LinkError::NotText => "The link is not UTF-8.",
            LinkError::ForbiddenCharacter { .. } => "The link holds a forbidden character.",
            LinkError::BadPercent => "A percent sign is not followed by two hex digits.",
            LinkError::Address(_) => "The link is not securesign://sign?….",
            LinkError::TooManyParameters => "The link has too many parameters.",
            LinkError::Twice { .. } => "A parameter is given twice.",
            LinkError::FieldTooLong { .. } => "A parameter is too long.",
            LinkError::Missing { name: "hashBase64" } => "hashBase64 is missing or empty.",
            LinkError::Missing { name: "hashAlgo" } => "hashAlgo is missing or empty.",
            LinkError::Missing {
                name: "documentType",
            } => "documentType is missing or empty.",
            LinkError::Missing {
                name: "documentBase64",
            } => "documentBase64 is missing or empty.",
            LinkError::Missing { .. } => "A required parameter is missing or empty.",
            LinkError::Truncated { .. } => {
                "The link was cut on its way; Windows passes about 2,046 characters."
            }
            LinkError::RequestId => "requestId must be 1 to 128 of A-Z a-z 0-9 . _ -",
            LinkError::HashAlgo { .. } => "hashAlgo must be SHA256, SHA384 or SHA512.",
            LinkError::DocumentType { .. } => "documentType must be hash, pdf or xml.",
            LinkError::Base64 { .. } => "A base64 parameter is not base64.",
            LinkError::DigestLength { .. } => "The length of hashBase64 does not fit hashAlgo.",
            LinkError::DigestMismatch => "hashBase64 is not the digest of documentBase64.",
            LinkError::Callback(_) => "callbackUrl is not an address a result can go to.",
            LinkError::ApiKey => "apiKey must begin with ss_live_ or ss_test_.",
            LinkError::Serial => "certSerial must be hex.",
        }
    }

    /// What happened, for the user: one sentence.
    pub fn what(&self) -> String {
        match self {
            LinkError::TooLong { length } => format!(
                "The signing link is too long ({length} bytes; at most {LINK_LIMIT} are accepted)."
            ),
            LinkError::NotText => "The signing link holds bytes that are not text.".into(),
            LinkError::ForbiddenCharacter { character } => format!(
                "The signing link holds a character that can deceive the eye (U+{:04X}).",
                u32::from(*character)
            ),
            LinkError::BadPercent => "The signing link is not encoded correctly (%).".into(),
            LinkError::Address(part) => format!("This is not a signing link: {}.", part.words()),
            LinkError::TooManyParameters => "The signing link has too many parameters.".into(),
            LinkError::Twice { name } => format!("The signing link says {name} twice."),
            LinkError::FieldTooLong { name, limit } => {
                format!("In the signing link, {name} is too long (more than {limit} bytes).")
            }
            LinkError::Missing { name } => format!("The signing link lacks {name}."),
            LinkError::Truncated { length, cut } => format!(
                "The signing link was cut off after {length} characters, {}.",
                cut.words()
            ),
            LinkError::RequestId => "The request's number (requestId) is malformed.".into(),
            LinkError::HashAlgo { found } => {
                format!("The portal asks for the hash algorithm {found}, which is not supported.")
            }
            LinkError::DocumentType { found } => {
                format!("The portal asks to sign a document of type {found}, which is unknown.")
            }
            LinkError::Base64 { name } => {
                format!("In the signing link, {name} is damaged (it is not base64).")
            }
            LinkError::DigestLength { algorithm, found } => format!(
                "The digest to be signed has {found} bytes, but {} has {}.",
                algorithm.name(),
                algorithm.size()
            ),
            LinkError::DigestMismatch => {
                "The document in the signing link is not the one its digest belongs to.".into()
            }
            LinkError::Callback(fault) => fault.what(),
            LinkError::ApiKey => "The portal's API key is malformed.".into(),
            LinkError::Serial => {
                "The certificate number that the portal asks for (certSerial) is not hex.".into()
            }
        }
    }

    /// What to do, for the user.
    pub fn advice(&self) -> String {
        match self {
            LinkError::Truncated { length, cut } => format!(
                "Send this to the portal: “SecureSign received only {length} characters of the \
                 link, which ends {}. Windows passes about 2,046 characters of a link; please \
                 shorten callbackUrl or send the hash instead of the document.”",
                cut.words()
            ),
            LinkError::Address(_) => {
                "Start signing from the portal's own page; its link begins with securesign://sign?."
                    .into()
            }
            LinkError::ForbiddenCharacter { .. }
            | LinkError::Twice { .. }
            | LinkError::DigestMismatch
            | LinkError::Callback(_) => {
                "Nothing was signed or sent: close this window, and tell the portal if you trust it."
                    .into()
            }
            LinkError::ApiKey => {
                "Nothing was sent: tell the portal that its apiKey must begin with ss_live_ or \
                 ss_test_."
                    .into()
            }
            _ => format!(
                "Nothing was signed: try again from the portal's page, and if it happens again, \
                 tell the portal: “{}”",
                self.reason()
            ),
        }
    }
}

impl AddressPart {
    fn words(self) -> &'static str {
        match self {
            AddressPart::Scheme => "it does not begin with securesign:",
            AddressPart::Userinfo => "it holds a user name",
            AddressPart::Host => "it asks for something else than “sign”",
            AddressPart::Port => "it holds a port",
            AddressPart::Path => "something stands after “sign”",
            AddressPart::Fragment => "it holds a “#”",
            AddressPart::Unreadable => "it is not in the form securesign://sign?…",
        }
    }
}

impl Cut {
    fn words(self) -> String {
        match self {
            Cut::Percent => "inside an encoded character".into(),
            Cut::Name => "inside the name of a parameter or just after it".into(),
            Cut::Value(name) => format!("inside {name}"),
            Cut::Before(name) => format!("before {name}"),
        }
    }
}

impl CallbackFault {
    fn what(&self) -> String {
        match self {
            CallbackFault::Unreadable => "The portal's callback address is malformed.".into(),
            CallbackFault::Backslash => "The portal's callback address holds a “\\”.".into(),
            CallbackFault::Userinfo => {
                "The portal's callback address holds a user name, which hides the real host.".into()
            }
            CallbackFault::PlainHttp => {
                "The portal wants the result sent without encryption (http).".into()
            }
            CallbackFault::Scheme { found } => {
                format!("The portal wants the result sent to {found}, which is never allowed.")
            }
            CallbackFault::Host => "The portal's callback address has no proper host.".into(),
            CallbackFault::LocalSpelling => "The portal's callback address means this computer, \
                 but is not written localhost, 127.0.0.1 or [::1]."
                .into(),
            CallbackFault::ResultPlanted => {
                "The portal's callback address brings a result of its own (ss_result).".into()
            }
        }
    }
}
