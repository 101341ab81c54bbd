//! X.509 certificates as read from a card (RFC 5280): what is shown of them, and
//! the key that signatures are checked with. No chain is built here.
//!
//! They are read one level of TLV at a time, and nothing is ever encoded again: real
//! certificates are full of what a strict DER parser refuses (sets out of order,
//! defaults written out, letters that their string type does not have), and they are
//! signed as they are.

mod key;
mod name;
mod time;
mod usage;

use std::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{
    ID_CE_BASIC_CONSTRAINTS, ID_CE_CERTIFICATE_POLICIES, ID_CE_KEY_USAGE, ID_CE_SUBJECT_ALT_NAME,
};
use der::pem::{LineEnding, encode_string};
use der::{AnyRef, Decode, Header, SliceReader, Tag, Tagged};
use jiff::Timestamp;

use sha2::{Digest as _, Sha256};

use crate::signature::PublicKey;
use crate::text;
use crate::tlv::{self, Object};

pub use usage::KeyUsage;

/// Longest certificate that is looked at, in bytes.
pub const MAX: usize = 16 * 1024;

/// Universal tags (X.690), as on the wire.
const BOOLEAN: u32 = 0x01;
const INTEGER: u32 = 0x02;
const BIT_STRING: u32 = 0x03;
const OCTET_STRING: u32 = 0x04;
const OID: u32 = 0x06;
const SEQUENCE: u32 = 0x30;
const SET: u32 = 0x31;

/// A certificate whose key can be verified with.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    serial: Vec<u8>,
    subject: String,
    issuer: String,
    names: Names,
    not_before: Timestamp,
    not_after: Timestamp,
    key: PublicKey,
    usage: Option<KeyUsage>,
    authority: bool,
    policies: Vec<ObjectIdentifier>,
}

/// What subject and issuer say beside the names that people know them by.
#[derive(Clone, Debug)]
struct Names {
    subject: String,
    issuer: String,
    organization: Option<String>,
}

/// Why bytes are no certificate that could be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// Not DER, or not a certificate.
    Malformed(String),
    /// X.690, 8.1.3.6; DER does not have it.
    Indefinite,
    /// More than [`MAX`] bytes.
    TooLong,
    /// A key of a kind that cannot be checked here.
    Key(String),
    /// RFC 5480, 2.1.1 forbids it: anybody could choose a curve that is weak.
    ExplicitCurve,
    /// The key itself is no number or point that could be one.
    DamagedKey,
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(part) => write!(f, "it is no certificate: {part}"),
            Self::Indefinite => f.write_str("it is in BER with indefinite lengths, not in DER"),
            Self::TooLong => write!(f, "it is longer than {MAX} bytes"),
            Self::Key(kind) => write!(f, "its key cannot be checked here: {kind}"),
            Self::ExplicitCurve => f.write_str("its key brings a curve of its own"),
            Self::DamagedKey => f.write_str("its key is damaged"),
        }
    }
}

impl std::error::Error for CertificateError {}

impl Certificate {
    /// From DER. Bytes after the certificate are ignored: some cards pad.
    ///
    /// # Errors
    ///
    /// [`CertificateError`]: not DER, longer than [`MAX`], or with a key that cannot be checked
    /// here.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        if der.starts_with(&[0x30, 0x80]) {
            return Err(CertificateError::Indefinite);
        }
        let (whole, rest) = tlv::first(der).map_err(|error| malformed(&error.to_string()))?;
        let der = &der[..der.len() - rest.len()];
        if der.len() > MAX {
            return Err(CertificateError::TooLong);
        }
        let mut outer = Parts::of(whole, "the whole")?;
        let mut tbs = Parts::of(outer.next("what is signed")?, "what is signed")?;
        outer.expect(SEQUENCE, "signature algorithm")?;
        outer.expect(BIT_STRING, "signature")?;
        // RFC 5280, 4.1: version, serial, algorithm, issuer, validity, subject, key.
        tbs.skip(0xA0);
        let serial = tbs.expect(INTEGER, "serial number")?;
        tbs.expect(SEQUENCE, "signature algorithm")?;
        let issuer = tbs.expect(SEQUENCE, "issuer")?;
        let validity = children(tbs.expect(SEQUENCE, "validity")?);
        let [from, to] = validity[..] else {
            return Err(malformed("validity"));
        };
        let subject = tbs.expect(SEQUENCE, "subject")?;
        let key = tbs.expect(SEQUENCE, "key")?;
        tbs.skip(0x81);
        tbs.skip(0x82);
        let extensions = Extensions::of(tbs.skip(0xA3));
        Ok(Self {
            subject: name::person(subject)
                .or_else(|| name::alternative(extensions.get(ID_CE_SUBJECT_ALT_NAME)?))
                .unwrap_or_else(|| format!("#{}", text::hex_upper(serial))),
            issuer: name::person(issuer).unwrap_or_else(|| "–".into()),
            names: Names {
                subject: name::whole(subject),
                issuer: name::whole(issuer),
                organization: name::organization(subject),
            },
            serial: serial.to_vec(),
            not_before: time::moment(from).ok_or_else(|| malformed("valid from"))?,
            not_after: time::moment(to).ok_or_else(|| malformed("valid to"))?,
            key: key::read(key)?,
            usage: extensions.usage(),
            authority: extensions.authority(),
            policies: extensions.policies(),
            der: der.to_vec(),
        })
    }

    /// The certificate itself.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// PEM with line feeds (RFC 7468), of the bytes as they came.
    pub fn pem(&self) -> Option<String> {
        encode_string("CERTIFICATE", LineEnding::LF, &self.der).ok()
    }

    /// The person: the last common name, or the whole subject where there is none. Never
    /// empty: the last resorts are an alternative name and the serial number.
    pub fn subject(&self) -> String {
        self.subject.clone()
    }

    /// Issuer common name, or the whole issuer where it has none.
    pub fn issuer(&self) -> String {
        self.issuer.clone()
    }

    /// Serial number in upper-case hex, as the protocol has it.
    pub fn serial(&self) -> String {
        serial_text(&self.serial)
    }

    /// The serial number of a certificate of which only the beginning was read, in the
    /// form of [`Certificate::serial`]; `None` where it does not tell.
    pub fn serial_at(beginning: &[u8]) -> Option<String> {
        let mut reader = SliceReader::new(beginning).ok()?;
        // Certificate, TBSCertificate (RFC 5280, 4.1): neither needs to be whole.
        for _ in 0..2 {
            let sequence = Header::decode(&mut reader).ok()?.tag() == Tag::Sequence;
            sequence.then_some(())?;
        }
        let mut serial = AnyRef::decode(&mut reader).ok()?;
        if serial.tag().is_context_specific() {
            // The version.
            serial = AnyRef::decode(&mut reader).ok()?;
        }
        (serial.tag() == Tag::Integer).then(|| serial_text(serial.value()))
    }

    /// Serial number, big-endian, as it came.
    pub fn serial_bytes(&self) -> &[u8] {
        &self.serial
    }

    /// First and last moment of validity; see [`Certificate::expires`].
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        (self.not_before, self.not_after)
    }

    /// The last moment of validity; `None` where it has no expiry date (RFC 5280,
    /// 4.1.2.5: 99991231235959Z).
    pub fn expires(&self) -> Option<Timestamp> {
        (self.not_after != Timestamp::MAX).then_some(self.not_after)
    }

    /// Valid at that time.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// Valid now, by this computer's clock.
    pub fn is_current(&self) -> bool {
        self.is_valid_at(Timestamp::now())
    }

    /// The key that signatures are checked with.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether its key usage (RFC 5280, 4.2.1.3) allows signing documents:
    /// digitalSignature or nonRepudiation; without the extension everything is
    /// allowed.
    pub fn may_sign(&self) -> bool {
        self.usage.is_none_or(KeyUsage::may_sign)
    }

    /// What its key is for (RFC 5280, 4.2.1.3); `None`: it does not say, and everything is
    /// allowed.
    pub fn usage(&self) -> Option<KeyUsage> {
        self.usage
    }

    /// Everything that its subject says, as `CN=…, O=…`; empty where that is nothing.
    pub fn subject_name(&self) -> &str {
        &self.names.subject
    }

    /// The same of its issuer.
    pub fn issuer_name(&self) -> &str {
        &self.names.issuer
    }

    /// The organization (O) that its subject names.
    pub fn organization(&self) -> Option<&str> {
        self.names.organization.as_deref()
    }

    /// SHA-256 of its DER: 32 bytes.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// Whether it is a certification authority's (RFC 5280, 4.2.1.9).
    pub fn is_authority(&self) -> bool {
        self.authority
    }

    /// Identifiers of the policies that it was issued under (RFC 5280, 4.2.1.4).
    pub fn policies(&self) -> Vec<ObjectIdentifier> {
        self.policies.clone()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

/// Not with the zero that only keeps a DER INTEGER positive.
fn serial_text(bytes: &[u8]) -> String {
    match bytes.iter().position(|byte| *byte != 0x00) {
        Some(start) => text::hex_upper(&bytes[start..]),
        None => "00".into(),
    }
}

/// The parts of a SEQUENCE, taken one after the other.
struct Parts<'a>(std::vec::IntoIter<Object<'a>>);

impl<'a> Parts<'a> {
    fn of(object: Object<'a>, what: &str) -> Result<Self, CertificateError> {
        if object.tag != SEQUENCE {
            return Err(malformed(what));
        }
        let parts = tlv::split(object.value).map_err(|_| malformed(what))?;
        Ok(Self(parts.into_iter()))
    }

    fn next(&mut self, what: &str) -> Result<Object<'a>, CertificateError> {
        self.0.next().ok_or_else(|| malformed(what))
    }

    /// The content of the next part, which must have this tag.
    fn expect(&mut self, tag: u32, what: &str) -> Result<&'a [u8], CertificateError> {
        match self.next(what)? {
            part if part.tag == tag => Ok(part.value),
            _ => Err(malformed(what)),
        }
    }

    /// The content of a part that may be absent.
    fn skip(&mut self, tag: u32) -> Option<&'a [u8]> {
        let next = self.0.as_slice().first().filter(|part| part.tag == tag)?;
        let value = next.value;
        self.0.next();
        Some(value)
    }
}

/// Identifiers and contents (RFC 5280, 4.1.2.9). Whether one is critical, written out
/// or not, decides nothing here.
struct Extensions<'a>(Vec<(ObjectIdentifier, &'a [u8])>);

impl<'a> Extensions<'a> {
    fn of(explicit: Option<&'a [u8]>) -> Self {
        let list = explicit.and_then(|bytes| tlv::expect(bytes, SEQUENCE).ok());
        let read = |one: Object<'a>| {
            let parts = children(one.value);
            let content = parts.iter().find(|part| part.tag == OCTET_STRING)?;
            Some((oid(parts.first()?)?, content.value))
        };
        Self(
            children(list.unwrap_or_default())
                .into_iter()
                .filter_map(read)
                .collect(),
        )
    }

    fn get(&self, id: ObjectIdentifier) -> Option<&'a [u8]> {
        self.0
            .iter()
            .find(|(one, _)| *one == id)
            .map(|(_, content)| *content)
    }

    /// What cannot be read grants nothing.
    fn usage(&self) -> Option<KeyUsage> {
        let usage = self.get(ID_CE_KEY_USAGE)?;
        // Unused bits, then the flags.
        let bits = tlv::expect(usage, BIT_STRING).unwrap_or_default();
        let byte = |at: usize| bits.get(at).copied().unwrap_or_default();
        Some(KeyUsage(u16::from_be_bytes([byte(1), byte(2)])))
    }

    fn authority(&self) -> bool {
        let content = self.get(ID_CE_BASIC_CONSTRAINTS).unwrap_or_default();
        let constraints = children(tlv::expect(content, SEQUENCE).unwrap_or_default());
        constraints
            .first()
            .is_some_and(|ca| ca.tag == BOOLEAN && ca.value.iter().any(|byte| *byte != 0))
    }

    fn policies(&self) -> Vec<ObjectIdentifier> {
        let content = self.get(ID_CE_CERTIFICATE_POLICIES).unwrap_or_default();
        children(tlv::expect(content, SEQUENCE).unwrap_or_default())
            .iter()
            .filter_map(|policy| oid(children(policy.value).first()?))
            .collect()
    }
}

/// What a constructed value consists of; nothing where it is malformed.
fn children(content: &[u8]) -> Vec<Object<'_>> {
    tlv::split(content).unwrap_or_default()
}

fn oid(object: &Object<'_>) -> Option<ObjectIdentifier> {
    (object.tag == OID).then(|| ObjectIdentifier::from_bytes(object.value).ok())?
}

/// The day of the last moment of validity, `YYYY-MM-DD`, for programs.
pub fn day(time: Timestamp) -> String {
    if time == Timestamp::MAX {
        return "9999-12-31".into();
    }
    time.strftime("%Y-%m-%d").to_string()
}

fn malformed(what: &str) -> CertificateError {
    CertificateError::Malformed(what.to_owned())
}
