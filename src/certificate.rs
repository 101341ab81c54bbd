//! X.509 certificates as read from a card (RFC 5280): what is shown of them, and
//! the key that signatures are checked with. No chain is built here.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519::CN;
use der::asn1::{BmpString, Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use der::{Decode, EncodePem, Tagged};
use jiff::Timestamp;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::ext::pkix::{BasicConstraints, CertificatePolicies, KeyUsage};
use x509_cert::name::Name;

use crate::signature::PublicKey;

/// Longest certificate that is looked at, in bytes.
pub const MAX: usize = 16 * 1024;

/// A certificate whose key can be verified with.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    inner: CertificateInner<Raw>,
    key: PublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// Why bytes are no certificate that could be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not DER, or not a certificate.
    #[error("it is not an X.509 certificate ({0})")]
    Malformed(String),
    /// More than [`MAX`] bytes.
    #[error("it is longer than {MAX} bytes")]
    TooLong,
    /// A key of a kind that cannot be checked here.
    #[error("its key is of a kind that is not supported")]
    Key,
}

impl Certificate {
    /// From DER. Bytes after the certificate are ignored: some cards pad.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX {
            return Err(CertificateError::TooLong);
        }
        let (inner, rest) = CertificateInner::<Raw>::from_der_partial(der)
            .map_err(|error| CertificateError::Malformed(error.to_string()))?;
        let der = der[..der.len() - rest.len()].to_vec();
        let tbs = inner.tbs_certificate();
        let key =
            PublicKey::from_spki(tbs.subject_public_key_info()).ok_or(CertificateError::Key)?;
        let time = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs())
                .ok()
                .and_then(|seconds| Timestamp::from_second(seconds).ok())
                .ok_or_else(|| CertificateError::Malformed("validity".into()))
        };
        let not_before = time(&tbs.validity().not_before)?;
        let not_after = time(&tbs.validity().not_after)?;
        Ok(Self {
            der,
            key,
            not_before,
            not_after,
            inner,
        })
    }

    /// The certificate itself.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// PEM with line feeds (RFC 7468).
    pub fn pem(&self) -> Option<String> {
        self.inner.to_pem(der::pem::LineEnding::LF).ok()
    }

    /// Subject common name, or the whole subject where it has none.
    pub fn subject(&self) -> String {
        name(self.inner.tbs_certificate().subject())
    }

    /// Issuer common name, or the whole issuer where it has none.
    pub fn issuer(&self) -> String {
        name(self.inner.tbs_certificate().issuer())
    }

    /// Serial number in upper-case hex, as the protocol has it.
    pub fn serial(&self) -> String {
        self.serial_bytes()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect()
    }

    /// Serial number, big-endian.
    pub fn serial_bytes(&self) -> &[u8] {
        self.inner.tbs_certificate().serial_number().as_bytes()
    }

    /// First and last moment of validity.
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        (self.not_before, self.not_after)
    }

    /// Valid at that time.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// The key that signatures are checked with.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether its key usage (RFC 5280, 4.2.1.3) allows signing documents:
    /// digitalSignature or nonRepudiation; without the extension everything is
    /// allowed.
    pub fn may_sign(&self) -> bool {
        match self.inner.tbs_certificate().get_extension::<KeyUsage>() {
            Ok(Some((_, usage))) => usage.digital_signature() || usage.non_repudiation(),
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// Whether it is a certification authority's (RFC 5280, 4.2.1.9).
    pub fn is_authority(&self) -> bool {
        let tbs = self.inner.tbs_certificate();
        matches!(tbs.get_extension::<BasicConstraints>(), Ok(Some((_, constraints))) if constraints.ca)
    }

    /// Identifiers of the policies that it was issued under (RFC 5280, 4.2.1.4).
    pub fn policies(&self) -> Vec<ObjectIdentifier> {
        let tbs = self.inner.tbs_certificate();
        match tbs.get_extension::<CertificatePolicies>() {
            Ok(Some((_, policies))) => policies.0.iter().map(|one| one.policy_identifier).collect(),
            _ => Vec::new(),
        }
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

/// What a certificate says is shown to people: printable, of bounded length.
fn name(name: &Name) -> String {
    let common = name
        .iter()
        .filter(|attribute| attribute.oid == CN)
        .find_map(|attribute| {
            let value = &attribute.value;
            let text = match value.tag() {
                der::Tag::Utf8String => {
                    value.decode_as::<Utf8StringRef>().ok()?.as_str().to_owned()
                }
                der::Tag::PrintableString => value
                    .decode_as::<PrintableStringRef>()
                    .ok()?
                    .as_str()
                    .to_owned(),
                der::Tag::Ia5String => value.decode_as::<Ia5StringRef>().ok()?.as_str().to_owned(),
                der::Tag::TeletexString => value
                    .decode_as::<TeletexStringRef>()
                    .ok()?
                    .as_str()
                    .to_owned(),
                der::Tag::BmpString => value.decode_as::<BmpString>().ok()?.to_string(),
                _ => return None,
            };
            Some(text)
        });
    crate::text::clean(&common.unwrap_or_else(|| name.to_string()), 120)
}
