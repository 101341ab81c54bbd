//! A signature as it stands in a document, whoever made it: read one level at a time, and
//! checked against what it is over.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5911, rfc5912};
use securesign_card::certificate::Certificate;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::signature::ToSign;
use securesign_card::tlv;
use sha2::{Sha256, Sha384, Sha512};
use thiserror::Error;

use super::SIGNING_CERTIFICATE_V2;

/// Tags as on the wire (X.690).
const INTEGER: u32 = 0x02;
const OCTET_STRING: u32 = 0x04;
const OID: u32 = 0x06;
const SEQUENCE: u32 = 0x30;
const SET: u32 = 0x31;
/// `[0]`: content, certificates, signed attributes.
const FIRST: u32 = 0xA0;
/// `[1]`: unsigned attributes.
const SECOND: u32 = 0xA1;

/// signing-time (RFC 5652, 11.3), which PAdES forbids.
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
/// A time stamp of the signature (RFC 3161, appendix A).
pub(crate) const TIME_STAMP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

/// Most certificates that are looked at.
const CERTIFICATES: usize = 32;

/// What is wrong with a signature, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Fault {
    /// What was signed has another digest.
    #[error("the document was changed after it was signed")]
    Changed,
    /// The signature does not belong to its certificate and attributes.
    #[error("the signature is wrong")]
    Wrong,
    /// The certificate is not the one that the signer meant.
    #[error("the certificate was exchanged")]
    Exchanged,
    /// The signer's certificate is not in it.
    #[error("the certificate of the signer is not in it")]
    NoCertificate,
    /// It is of a kind that cannot be checked here.
    #[error("the signature is of a kind that cannot be checked here")]
    Unreadable,
}

/// A signature that is over what it stands in.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Whose it is.
    pub certificate: Certificate,
    /// Further certificates that it brings along.
    pub others: Vec<Certificate>,
    /// Hash algorithm.
    pub hash: HashAlgorithm,
    /// Whether it names its certificate (signing-certificate-v2), as CAdES and PAdES want.
    pub names_certificate: bool,
    /// Whether it has a time of its own, which PAdES forbids.
    pub has_signing_time: bool,
    /// The value of the signature.
    pub signature: Vec<u8>,
    /// The time stamp that came with it, a ContentInfo in DER, not looked into.
    pub time_stamp: Option<Vec<u8>>,
}

/// Checks a ContentInfo in DER; zeros may follow. `digest` computes the digest of what is
/// said to be signed.
///
/// # Errors
///
/// [`Fault`], where it is not sound.
pub fn check(cms: &[u8], digest: &dyn Fn(HashAlgorithm) -> Digest) -> Result<Sound, Fault> {
    check_kind(cms, rfc5911::ID_DATA, digest)
}

/// The same of something that is no data, by its content type.
pub(crate) fn check_kind(
    cms: &[u8],
    kind: ObjectIdentifier,
    digest: &dyn Fn(HashAlgorithm) -> Digest,
) -> Result<Sound, Fault> {
    let Parts {
        certificates,
        signer,
        ..
    } = Parts::read(cms).ok_or(Fault::Unreadable)?;
    let signer = Signer::read(signer).ok_or(Fault::Unreadable)?;
    let attributes = Attributes::read(signer.signed, kind).ok_or(Fault::Unreadable)?;
    let certificates: Vec<Certificate> = certificates
        .iter()
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    let at = certificates
        .iter()
        .position(|one| issuer_and_serial(one.der()) == Some((signer.issuer, signer.serial)))
        .ok_or(Fault::NoCertificate)?;
    let certificate = certificates[at].clone();
    if attributes.message_digest != digest(signer.hash).bytes() {
        return Err(Fault::Changed);
    }
    let message = tlv::primitive(SET, signer.signed).map_err(|_| Fault::Unreadable)?;
    let over = Digest::of(signer.hash, &message);
    let what = ToSign::Message(&over, &message);
    if !certificate.key().verify(what, signer.signature) {
        return Err(Fault::Wrong);
    }
    let names_certificate = match attributes.certificate {
        Some(named) if !names(named, &certificate) => return Err(Fault::Exchanged),
        named => named.is_some(),
    };
    let others = certificates.into_iter().enumerate();
    Ok(Sound {
        others: others
            .filter(|(index, _)| *index != at)
            .map(|(_, one)| one)
            .collect(),
        certificate,
        hash: signer.hash,
        names_certificate,
        has_signing_time: attributes.has_signing_time,
        signature: signer.signature.to_vec(),
        time_stamp: signer.time_stamp,
    })
}

/// What a ContentInfo is around, where it is of that type.
pub(crate) fn content(cms: &[u8], kind: ObjectIdentifier) -> Option<&[u8]> {
    let content = tlv::split(Parts::read(cms)?.content).ok()?;
    let [found, value] = content[..] else {
        return None;
    };
    let is_it = found.tag == OID && found.value == kind.as_bytes() && value.tag == FIRST;
    is_it.then(|| tlv::expect(value.value, OCTET_STRING).ok())?
}

/// Contents of issuer and serial number of a certificate in DER, as they stand there.
pub(crate) fn issuer_and_serial(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let outer = tlv::expect(certificate, SEQUENCE).ok()?;
    let mut rest = tlv::expect(outer, SEQUENCE).ok()?;
    let mut next = || {
        let (object, after) = tlv::first(rest).ok()?;
        rest = after;
        Some(object)
    };
    // RFC 5280, 4.1: version, serial number, algorithm, issuer.
    let mut serial = next()?;
    if serial.tag == FIRST {
        serial = next()?;
    }
    next()?;
    let issuer = next()?;
    (serial.tag == INTEGER && issuer.tag == SEQUENCE).then_some((issuer.value, serial.value))
}

/// What is read of a SignedData (RFC 5652, 5.1).
struct Parts<'a> {
    /// Content of the EncapsulatedContentInfo.
    content: &'a [u8],
    /// Each in DER.
    certificates: Vec<Vec<u8>>,
    /// Content of the only SignerInfo.
    signer: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(cms: &'a [u8]) -> Option<Self> {
        let info = tlv::split(tlv::expect(cms, SEQUENCE).ok()?).ok()?;
        let [kind, content] = info[..] else {
            return None;
        };
        let is_signed = kind.tag == OID && kind.value == rfc5911::ID_SIGNED_DATA.as_bytes();
        (is_signed && content.tag == FIRST).then_some(())?;
        let data = tlv::split(tlv::expect(content.value, SEQUENCE).ok()?).ok()?;
        let content = data.get(2).filter(|part| part.tag == SEQUENCE)?;
        let certificates = data.iter().find(|part| part.tag == FIRST)?;
        let certificates = tlv::split(certificates.value).ok()?;
        let certificates = certificates.iter().take(CERTIFICATES);
        let signers = data.last().filter(|part| part.tag == SET)?;
        let signers = tlv::split(signers.value).ok()?;
        let [signer] = signers[..] else {
            return None;
        };
        (signer.tag == SEQUENCE).then_some(())?;
        let whole = |one: &tlv::Object| tlv::primitive(one.tag, one.value).ok();
        Some(Self {
            content: content.value,
            certificates: certificates.filter_map(whole).collect(),
            signer: signer.value,
        })
    }
}

/// A SignerInfo (RFC 5652, 5.3).
struct Signer<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    hash: HashAlgorithm,
    /// Content of the signed attributes.
    signed: &'a [u8],
    signature: &'a [u8],
    /// The token in DER.
    time_stamp: Option<Vec<u8>>,
}

impl<'a> Signer<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let fields = tlv::split(content).ok()?;
        let [version, id, digest, signed, algorithm, signature, rest @ ..] = &fields[..] else {
            return None;
        };
        let id = tlv::split(id.value).ok()?;
        let [issuer, serial] = id[..] else {
            return None;
        };
        let tags = [
            version.tag,
            issuer.tag,
            serial.tag,
            signed.tag,
            signature.tag,
        ];
        (tags == [INTEGER, SEQUENCE, INTEGER, FIRST, OCTET_STRING]).then_some(())?;
        let unsigned = rest.iter().find(|part| part.tag == SECOND);
        let time_stamp = |part: &tlv::Object| {
            let list = tlv::split(part.value).ok()?;
            let mut kinds = list.iter().filter_map(|one| attribute(*one));
            let (_, token) = kinds.find(|(kind, _)| *kind == TIME_STAMP.as_bytes())?;
            tlv::primitive(token.tag, token.value).ok()
        };
        // Of the same keys, but another way to sign.
        let is_pss = tlv::expect(algorithm.value, OID)
            .is_ok_and(|oid| oid == rfc5912::ID_RSASSA_PSS.as_bytes());
        (!is_pss).then_some(())?;
        Some(Self {
            issuer: issuer.value,
            serial: serial.value,
            hash: hash(digest.value)?,
            signed: signed.value,
            signature: signature.value,
            time_stamp: unsigned.and_then(time_stamp),
        })
    }
}

struct Attributes<'a> {
    message_digest: &'a [u8],
    /// Content of signing-certificate-v2.
    certificate: Option<&'a [u8]>,
    has_signing_time: bool,
}

impl<'a> Attributes<'a> {
    /// Each stands there once and has one value; the content type is that one.
    fn read(content: &'a [u8], kind: ObjectIdentifier) -> Option<Self> {
        let list: Option<Vec<_>> = tlv::split(content)
            .ok()?
            .into_iter()
            .map(attribute)
            .collect();
        let list = list?;
        let get = |oid: ObjectIdentifier, tag: u32| {
            let mut same = list.iter().filter(|(kind, _)| *kind == oid.as_bytes());
            let found = same.next().filter(|(_, value)| value.tag == tag)?;
            same.next().is_none().then_some(found.1.value)
        };
        let is_there = |oid: ObjectIdentifier| list.iter().any(|(kind, _)| *kind == oid.as_bytes());
        let found = get(rfc5911::ID_CONTENT_TYPE, OID)?;
        (found == kind.as_bytes()).then_some(())?;
        let certificate = get(SIGNING_CERTIFICATE_V2, SEQUENCE);
        // One that is there twice, or is something else, names nobody.
        (certificate.is_some() == is_there(SIGNING_CERTIFICATE_V2)).then_some(())?;
        Some(Self {
            message_digest: get(rfc5911::ID_MESSAGE_DIGEST, OCTET_STRING)?,
            certificate,
            has_signing_time: is_there(SIGNING_TIME),
        })
    }
}

/// Kind and only value of an Attribute.
fn attribute(object: tlv::Object<'_>) -> Option<(&[u8], tlv::Object<'_>)> {
    let parts = tlv::split(object.value).ok()?;
    let [kind, values] = parts[..] else {
        return None;
    };
    let is_one = object.tag == SEQUENCE && kind.tag == OID && values.tag == SET;
    let values = tlv::split(values.value).ok()?;
    match values[..] {
        [value] if is_one => Some((kind.value, value)),
        _ => None,
    }
}

/// Whether the first ESSCertIDv2 (RFC 5035, 4) is of this certificate.
fn names(signing_certificate: &[u8], certificate: &Certificate) -> bool {
    let named = || {
        let list = tlv::expect(signing_certificate, SEQUENCE).ok()?;
        let first = tlv::split(tlv::expect(list, SEQUENCE).ok()?).ok()?;
        let (algorithm, value) = match first[..] {
            [value, ..] if value.tag == OCTET_STRING => (HashAlgorithm::Sha256, value.value),
            [algorithm, value, ..] if value.tag == OCTET_STRING => {
                (hash(algorithm.value)?, value.value)
            }
            _ => return None,
        };
        Some(Digest::of(algorithm, certificate.der()).bytes() == value)
    };
    named().unwrap_or(false)
}

/// Of the content of an AlgorithmIdentifier.
pub(crate) fn hash(algorithm: &[u8]) -> Option<HashAlgorithm> {
    let oid = tlv::expect(algorithm, OID).ok()?;
    let known = [
        (rfc5912::ID_SHA_256, HashAlgorithm::Sha256),
        (rfc5912::ID_SHA_384, HashAlgorithm::Sha384),
        (rfc5912::ID_SHA_512, HashAlgorithm::Sha512),
    ];
    let found = known.iter().find(|(known, _)| known.as_bytes() == oid)?;
    Some(found.1)
}

/// The digest of several pieces, one after the other.
pub(crate) fn digest_of(algorithm: HashAlgorithm, pieces: &[&[u8]]) -> Option<Digest> {
    fn hashed<D: sha2::Digest>(pieces: &[&[u8]]) -> Vec<u8> {
        let mut hasher = D::new();
        pieces.iter().for_each(|piece| hasher.update(piece));
        hasher.finalize().to_vec()
    }
    let bytes = match algorithm {
        HashAlgorithm::Sha256 => hashed::<Sha256>(pieces),
        HashAlgorithm::Sha384 => hashed::<Sha384>(pieces),
        HashAlgorithm::Sha512 => hashed::<Sha512>(pieces),
    };
    Digest::new(algorithm, &bytes)
}
