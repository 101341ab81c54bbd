//! What is wrong with a result or a certificate.

use std::fmt;

use serde::{Serialize, Serializer};

/// Why something does not count. Serialized as its sentence in English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The result is of another request.
    OtherRequest,
    /// The signature is not the certificate's over this document.
    NoSignature,
    /// KeyUsage lacks digitalSignature and nonRepudiation.
    KeyUsage,
    /// It is the certificate of an authority.
    Authority,
    /// An RSA key of less than 2048 bits.
    ShortKey,
    /// A key for RSASSA-PSS.
    PssKey,
    /// No authority is named, so that nobody vouches for the certificate.
    NoAuthority,
    /// No named authority vouches for it.
    UnknownIssuer,
    /// After its time.
    Expired,
    /// Before its time.
    NotYetValid,
    /// ExtendedKeyUsage names other uses alone.
    ExtendedKeyUsage,
    /// A critical extension that is not known here.
    CriticalExtension,
    /// A signature in the chain is wrong.
    ChainSignature,
    /// The chain is signed with something that is not accepted.
    Algorithm,
    /// A list names it.
    Revoked,
    /// No list tells of it.
    NoList,
    /// The list is out of date.
    OldList,
    /// The list is not its authority's.
    ForeignList,
    /// A certificate or list cannot be read.
    Unreadable,
}

impl Problem {
    /// In English, to follow a colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OtherRequest => "the result answers another request",
            Self::NoSignature => "it is no signature over this document",
            Self::KeyUsage => "the certificate is not meant for signatures (key usage)",
            Self::Authority => "the certificate is an authority's own",
            Self::ShortKey => "the RSA key has less than 2048 bits",
            Self::PssKey => "the key is for RSASSA-PSS, which results have no name for",
            Self::NoAuthority => {
                "no authority is named, so that nobody vouches for the certificate"
            }
            Self::UnknownIssuer => "no named authority issued the certificate",
            Self::Expired => "a certificate of the chain had expired",
            Self::NotYetValid => "a certificate of the chain was not valid yet",
            Self::ExtendedKeyUsage => {
                "the certificate is not meant for documents (extended key usage)"
            }
            Self::CriticalExtension => {
                "the certificate has a critical extension that is not known here"
            }
            Self::ChainSignature => "a signature in the chain is wrong",
            Self::Algorithm => "the chain uses an algorithm that is not accepted",
            Self::Revoked => "the certificate is revoked",
            Self::NoList => "no revocation list tells of the certificate",
            Self::OldList => "the revocation list is out of date",
            Self::ForeignList => "the revocation list is not its authority's",
            Self::Unreadable => "a certificate or revocation list cannot be read",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
