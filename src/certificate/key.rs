//! The key of a certificate (RFC 3279, 5480, 8410), from its bytes as they came.

use const_oid::ObjectIdentifier;
use const_oid::db::DB;
use const_oid::db::rfc5639::{BRAINPOOL_P_256_R_1, BRAINPOOL_P_384_R_1};
use const_oid::db::rfc5912::{
    ID_EC_PUBLIC_KEY, ID_RSASSA_PSS, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1, SECP_521_R_1,
};
use const_oid::db::rfc8410::ID_ED_25519;
use rsa::BoxedUint;

use super::{BIT_STRING, CertificateError, INTEGER, OID, SEQUENCE, children, malformed, oid};
use crate::signature::{PublicKey, RSA_MAX};
use crate::tlv::{self, Object};

/// Shortest RSA modulus in bytes (1024 bits).
const RSA_MIN: usize = 128;

/// From the content of a SubjectPublicKeyInfo.
pub(super) fn read(spki: &[u8]) -> Result<PublicKey, CertificateError> {
    let parts = children(spki);
    let [algorithm, bits] = parts[..] else {
        return Err(malformed("key"));
    };
    let algorithm = children(algorithm.value);
    let kind = algorithm.first().and_then(oid);
    let kind = kind.ok_or_else(|| malformed("algorithm of the key"))?;
    // Whole bytes: no unused bits.
    let Some((0, bytes)) = bits.value.split_first().filter(|_| bits.tag == BIT_STRING) else {
        return Err(CertificateError::DamagedKey);
    };
    match kind {
        // Parameters are NULL; some leave them out.
        RSA_ENCRYPTION => rsa(bytes).map(PublicKey::Rsa),
        ID_RSASSA_PSS => rsa(bytes).map(PublicKey::RsaPss),
        ID_EC_PUBLIC_KEY => elliptic(algorithm.get(1), bytes),
        ID_ED_25519 => bytes
            .try_into()
            .ok()
            .and_then(|bytes| ed25519_dalek::VerifyingKey::from_bytes(bytes).ok())
            .map(PublicKey::Ed25519)
            .ok_or(CertificateError::DamagedKey),
        other => Err(unsupported(other)),
    }
}

/// RSAPublicKey (RFC 8017, A.1.1). The library's own reader refuses exponents over 33
/// bits; what is left to check here is what its arithmetic needs.
fn rsa(bytes: &[u8]) -> Result<rsa::PublicKey, CertificateError> {
    let parts = children(tlv::expect(bytes, SEQUENCE).unwrap_or_default());
    let number = |at: usize| {
        let part = parts.get(at).filter(|part| part.tag == INTEGER);
        part.map(|part| unsigned(part.value))
    };
    let (Some(n), Some(e)) = (number(0), number(1)) else {
        return Err(CertificateError::DamagedKey);
    };
    if !(RSA_MIN..=RSA_MAX).contains(&n.len()) {
        let bits = 8 * n.len();
        return Err(CertificateError::Key(format!("RSA with {bits} bits")));
    }
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let below = (e.len(), e) < (n.len(), n);
    if !odd(n) || !odd(e) || !below || e == [1] {
        return Err(CertificateError::DamagedKey);
    }
    let number = |bytes: &[u8]| {
        let bits = u32::try_from(8 * bytes.len()).ok()?;
        BoxedUint::from_be_slice(bytes, bits).ok()
    };
    match (number(n), number(e)) {
        (Some(n), Some(e)) => Ok(rsa::PublicKey::new_unchecked(n, e)),
        _ => Err(CertificateError::DamagedKey),
    }
}

/// RFC 5480, 2.1.1: the curve by its name.
fn elliptic(curve: Option<&Object<'_>>, point: &[u8]) -> Result<PublicKey, CertificateError> {
    let curve = match curve {
        Some(curve) if curve.tag == OID => oid(curve),
        Some(curve) if curve.tag == SEQUENCE => return Err(CertificateError::ExplicitCurve),
        _ => None,
    };
    // The hybrid form (06, 07) holds the same coordinates as the uncompressed one.
    let mut point = point.to_vec();
    if let Some(form @ (0x06 | 0x07)) = point.first_mut() {
        *form = 0x04;
    }
    let key = match curve {
        Some(SECP_256_R_1) => p256::ecdsa::VerifyingKey::from_sec1_bytes(&point)
            .ok()
            .map(PublicKey::P256),
        Some(SECP_384_R_1) => p384::ecdsa::VerifyingKey::from_sec1_bytes(&point)
            .ok()
            .map(PublicKey::P384),
        Some(SECP_521_R_1) => p521::ecdsa::VerifyingKey::from_sec1_bytes(&point)
            .ok()
            .map(PublicKey::P521),
        Some(BRAINPOOL_P_256_R_1) => ecdsa::VerifyingKey::from_sec1_bytes(&point)
            .ok()
            .map(PublicKey::BrainpoolP256),
        Some(BRAINPOOL_P_384_R_1) => ecdsa::VerifyingKey::from_sec1_bytes(&point)
            .ok()
            .map(PublicKey::BrainpoolP384),
        Some(other) => return Err(unsupported(other)),
        None => None,
    };
    key.ok_or(CertificateError::DamagedKey)
}

/// Without leading zeros, and read as what it can only be: positive.
fn unsigned(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    &integer[zeros..]
}

fn unsupported(kind: ObjectIdentifier) -> CertificateError {
    let name = DB.by_oid(&kind).map(str::to_owned);
    CertificateError::Key(name.unwrap_or_else(|| kind.to_string()))
}
