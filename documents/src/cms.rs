//! Cryptographic Message Syntax (RFC 5652), as CAdES and PAdES have it: signed attributes
//! for a card, and the SignedData around its signature.
//!
//! Certificates go in byte for byte. To decode and encode them again would change some, and
//! with that their own signatures.

pub mod read;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5911, rfc5912};
use der::asn1::{Any, AnyRef, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence, Tag, ValueOrd};
use securesign_card::certificate::Certificate;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::signature::PublicKey;
use spki::AlgorithmIdentifier;
use x509_cert::attr::Attribute;

use crate::Signer;

/// signing-certificate-v2 (RFC 5035, 3).
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

type Algorithm = AlgorithmIdentifier<Any>;

#[derive(Sequence)]
struct ContentInfo {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: SignedData,
}

#[derive(Sequence)]
struct SignedData {
    version: u8,
    digest_algorithms: SetOfVec<Algorithm>,
    content: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    certificates: SetOfVec<Any>,
    signers: SetOfVec<SignerInfo>,
}

/// Detached: what is signed stands in the document.
#[derive(Sequence)]
struct EncapsulatedContentInfo {
    content_type: ObjectIdentifier,
}

#[derive(Sequence, ValueOrd)]
struct SignerInfo {
    version: u8,
    issuer_and_serial: IssuerAndSerialNumber,
    digest_algorithm: Algorithm,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    signed: SetOfVec<Attribute>,
    signature_algorithm: Algorithm,
    signature: OctetString,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    unsigned: Option<SetOfVec<Attribute>>,
}

#[derive(Sequence, ValueOrd)]
struct IssuerAndSerialNumber {
    issuer: Any,
    serial: Any,
}

#[derive(Sequence)]
struct SigningCertificateV2 {
    certificates: Vec<EssCertIdV2>,
}

/// The hash algorithm is left out: SHA-256 is the default (RFC 5035, 4).
#[derive(Sequence)]
struct EssCertIdV2 {
    hash: OctetString,
}

/// The signed attributes of PAdES (ETSI EN 319 142-1, 6.3), a DER `SET OF`, which is the
/// message that is signed: content-type, message-digest, signing-certificate-v2. No
/// signing-time: the time of a PDF signature is `/M`.
pub(crate) fn attributes(digest: &Digest, certificate: &Certificate) -> der::Result<Vec<u8>> {
    let ess = SigningCertificateV2 {
        certificates: vec![EssCertIdV2 {
            hash: OctetString::new(certificate.fingerprint())?,
        }],
    };
    let attributes = [
        attribute(
            rfc5911::ID_CONTENT_TYPE,
            Any::encode_from(&rfc5911::ID_DATA)?,
        )?,
        attribute(
            rfc5911::ID_MESSAGE_DIGEST,
            Any::encode_from(&OctetString::new(digest.bytes())?)?,
        )?,
        attribute(SIGNING_CERTIFICATE_V2, Any::encode_from(&ess)?)?,
    ];
    SetOfVec::try_from(attributes)?.to_der()
}

/// RFC 3161, appendix A.
fn unsigned(time_stamp: &[u8]) -> der::Result<SetOfVec<Attribute>> {
    let token = Any::from(AnyRef::from_der(time_stamp)?);
    SetOfVec::try_from([attribute(read::TIME_STAMP, token)?])
}

fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    let values = SetOfVec::try_from([value])?;
    Ok(Attribute { oid, values })
}

/// The ContentInfo around a signature over `attributes`, in DER. `time_stamp`: the token of the
/// signature, in DER.
pub(crate) fn signed_data(
    attributes: &[u8],
    signature: &[u8],
    time_stamp: Option<&[u8]>,
    signer: &Signer,
) -> der::Result<Vec<u8>> {
    let certificate = signer.certificate();
    let digest_algorithm = digest_algorithm(signer.hash());
    let (issuer, serial) =
        read::issuer_and_serial(certificate.der()).ok_or(Tag::Sequence.value_error())?;
    let info = SignerInfo {
        version: 1,
        issuer_and_serial: IssuerAndSerialNumber {
            issuer: Any::new(Tag::Sequence, issuer)?,
            serial: Any::new(Tag::Integer, serial)?,
        },
        digest_algorithm: digest_algorithm.clone(),
        signed: SetOfVec::from_der(attributes)?,
        signature_algorithm: signature_algorithm(certificate.key(), signer.hash())?,
        signature: OctetString::new(signature)?,
        unsigned: time_stamp.map(unsigned).transpose()?,
    };
    let mut certificates = SetOfVec::new();
    for one in signer.certificates() {
        certificates.insert(Any::from(AnyRef::from_der(one.der())?))?;
    }
    ContentInfo {
        content_type: rfc5911::ID_SIGNED_DATA,
        content: SignedData {
            version: 1,
            digest_algorithms: SetOfVec::try_from([digest_algorithm])?,
            content: EncapsulatedContentInfo {
                content_type: rfc5911::ID_DATA,
            },
            certificates,
            signers: SetOfVec::try_from([info])?,
        },
    }
    .to_der()
}

/// At most so many bytes are needed for [`signed_data`] without a time stamp.
pub(crate) fn room(signer: &Signer) -> usize {
    const FRAME: usize = 2048;
    let certificates: usize = signer.certificates().map(|one| one.der().len()).sum();
    let key = signer.certificate().key();
    let signature = key.rsa_len().or(key.curve_len().map(|len| 2 * len + 16));
    FRAME + certificates + signature.unwrap_or_default()
}

/// Without parameters (RFC 5754, 2).
fn digest_algorithm(hash: HashAlgorithm) -> Algorithm {
    let oid = match hash {
        HashAlgorithm::Sha256 => rfc5912::ID_SHA_256,
        HashAlgorithm::Sha384 => rfc5912::ID_SHA_384,
        HashAlgorithm::Sha512 => rfc5912::ID_SHA_512,
    };
    Algorithm {
        oid,
        parameters: None,
    }
}

/// RFC 5754, 3.2 and 3.3: RSA with NULL, ECDSA without parameters.
fn signature_algorithm(key: &PublicKey, hash: HashAlgorithm) -> der::Result<Algorithm> {
    let rsa = key.rsa_len().is_some();
    let oid = signature_oid(rsa, hash);
    let parameters = if rsa { Some(Any::null()) } else { None };
    Ok(Algorithm { oid, parameters })
}

/// PKCS#1 v1.5 or ECDSA (RFC 5754, 3.2 and 3.3).
pub(crate) fn signature_oid(rsa: bool, hash: HashAlgorithm) -> ObjectIdentifier {
    match (rsa, hash) {
        (true, HashAlgorithm::Sha256) => rfc5912::SHA_256_WITH_RSA_ENCRYPTION,
        (true, HashAlgorithm::Sha384) => rfc5912::SHA_384_WITH_RSA_ENCRYPTION,
        (true, HashAlgorithm::Sha512) => rfc5912::SHA_512_WITH_RSA_ENCRYPTION,
        (false, HashAlgorithm::Sha256) => rfc5912::ECDSA_WITH_SHA_256,
        (false, HashAlgorithm::Sha384) => rfc5912::ECDSA_WITH_SHA_384,
        (false, HashAlgorithm::Sha512) => rfc5912::ECDSA_WITH_SHA_512,
    }
}
