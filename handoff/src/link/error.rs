//! What is wrong with a link: for the user in two sentences, for the portal in
//! a code and one fixed sentence.

use std::fmt;

use securesign_card::digest::HashAlgorithm;

use super::quoted::Quoted;
use super::target::CallbackFault;
use crate::code::ErrorCode;

/// Why a link was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// Longer than [`LINK_LIMIT`](super::LINK_LIMIT); nothing of it was decoded.
    TooLong {
        /// Bytes.
        length: usize,
    },
    /// Not UTF-8, before or after decoding.
    NotText {
        /// The parameter, if it is not before the first of them.
        place: Option<Quoted>,
    },
    /// NUL, a control character or one that changes the direction of writing.
    ForbiddenCharacter {
        /// The parameter, if it is not before the first of them.
        place: Option<Quoted>,
        /// Which one.
        character: char,
    },
    /// `%` without two hex digits.
    BadPercent {
        /// The parameter, if it is not before the first of them.
        place: Option<Quoted>,
    },
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
    /// What follows `ss_live_` or `ss_test_` is empty, too long or not printable.
    ApiKeyShape,
    /// `certSerial` is not hex.
    Serial,
    /// `sessionId` is empty, too long or has other characters.
    Session,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Inside a `%xx` or the bytes of one character of this parameter.
    Character(Option<Quoted>),
    /// Inside a parameter's name, of which this stands there; `&`: before it.
    Name(Quoted),
    /// Inside this parameter's value or just before it.
    Value(&'static str),
    /// Inside a parameter that we do not know: half of a known one, perhaps.
    Unknown(Quoted),
    /// Before this parameter; told by the length alone.
    Before(&'static str),
}

impl LinkError {
    /// The code of SecureSign handoff protocol, §4.
    pub fn code(&self) -> ErrorCode {
        match self {
            LinkError::ApiKey | LinkError::ApiKeyShape => ErrorCode::ApiKeyInvalid,
            _ => ErrorCode::RequestInvalid,
        }
    }

    /// One fixed sentence for the portal's developer: nothing of the link is in it.
    pub fn reason(&self) -> &'static str {
        match self {
            LinkError::TooLong { .. } => "The link is longer than 2 MiB.",
            LinkError::NotText { .. } => "The link is not UTF-8.",
            LinkError::ForbiddenCharacter { .. } => "The link holds a forbidden character.",
            LinkError::BadPercent { .. } => "A percent sign is not followed by two hex digits.",
            LinkError::Address(_) => "The link is not securesign://sign?….",
            LinkError::TooManyParameters => "The link has too many parameters.",
            LinkError::Twice { .. } => "A parameter is given twice.",
            LinkError::FieldTooLong { .. } => "A parameter is too long.",
            LinkError::Missing { name } => missing(name),
            LinkError::Truncated { .. } => {
                "The link was cut on its way; Windows passes about 2,046 characters."
            }
            LinkError::RequestId => {
                "requestId must be 1 to 128 of A-Z a-z 0-9 . _ - { } + / = and :"
            }
            LinkError::HashAlgo { .. } => "hashAlgo must be SHA256, SHA384 or SHA512.",
            LinkError::DocumentType { .. } => "documentType must be hash, pdf or xml.",
            LinkError::Base64 {
                name: "documentBase64",
            } => "documentBase64 is not base64.",
            LinkError::Base64 { .. } => "hashBase64 is not base64.",
            LinkError::DigestLength { .. } => "The length of hashBase64 does not fit hashAlgo.",
            LinkError::DigestMismatch => "hashBase64 is not the digest of documentBase64.",
            LinkError::Callback(_) => "callbackUrl is not an address a result can go to.",
            LinkError::ApiKey => "apiKey must begin with ss_live_ or ss_test_.",
            LinkError::ApiKeyShape => {
                "apiKey must have 1 to 256 printable characters after ss_live_ or ss_test_."
            }
            LinkError::Serial => "certSerial must be 1 to 64 hex digits.",
            LinkError::Session => "sessionId must be 1 to 100 of A-Z a-z 0-9 . _ and -",
        }
    }
}

/// For the portal too, so these are whole sentences.
fn missing(name: &str) -> &'static str {
    match name {
        "requestId" => "requestId is missing or empty.",
        "callbackUrl" => "callbackUrl is missing or empty.",
        "apiKey" => "apiKey is missing or empty.",
        "documentType" => "documentType is missing or empty.",
        "hashAlgo" => "hashAlgo is missing or empty.",
        "hashBase64" => "hashBase64 is missing or empty.",
        "documentBase64" => "documentBase64 is missing or empty.",
        _ => "A required parameter is missing or empty.",
    }
}

/// Its [reason](LinkError::reason), with what it is about where that is known.
impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText { place: Some(place) }
            | Self::BadPercent { place: Some(place) }
            | Self::ForbiddenCharacter {
                place: Some(place), ..
            } => write!(f, "{place}: ")?,
            Self::Twice { name } => write!(f, "{name}: ")?,
            Self::FieldTooLong { name, .. } => write!(f, "{name}: ")?,
            Self::HashAlgo { found } | Self::DocumentType { found } => write!(f, "{found}: ")?,
            _ => {}
        }
        f.write_str(self.reason())
    }
}

impl std::error::Error for LinkError {}
