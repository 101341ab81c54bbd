//! Signatures: what a card is asked for, and the check before one is returned.

use der::asn1::{AnyRef, UintRef};
use der::{Encode, Tag};
use ed25519_dalek::Verifier;
use rsa::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts;
use sha2::{Sha256, Sha384, Sha512};
use signature::hazmat::PrehashVerifier;

use crate::digest::{Digest, HashAlgorithm};
use crate::error::Missing;
use crate::tlv;

/// What a card is to sign.
#[derive(Clone, Copy, Debug)]
pub enum ToSign<'a> {
    /// A digest is all that is at hand.
    Digest(&'a Digest),
    /// The document itself is at hand too, and this is its digest: some cards
    /// finish the hash themselves, and Ed25519 signs documents only (RFC 8032,
    /// PureEdDSA).
    Message(&'a Digest, &'a [u8]),
}

impl<'a> ToSign<'a> {
    /// What RSA and ECDSA sign.
    pub fn digest(self) -> &'a Digest {
        match self {
            Self::Digest(digest) | Self::Message(digest, _) => digest,
        }
    }

    /// The document, where it is at hand.
    pub fn message(self) -> Option<&'a [u8]> {
        match self {
            Self::Digest(_) => None,
            Self::Message(_, message) => Some(message),
        }
    }
}

/// A public key of a kind that can be verified here.
#[derive(Clone, Debug)]
pub enum PublicKey {
    /// RSA with this many bits.
    Rsa(rsa::PublicKey),
    /// RSA for PSS alone (RFC 4055, 1.2): it must not sign PKCS#1 v1.5, and the
    /// protocol has no name for what it may.
    RsaPss(rsa::PublicKey),
    /// NIST P-256.
    P256(p256::ecdsa::VerifyingKey),
    /// NIST P-384.
    P384(p384::ecdsa::VerifyingKey),
    /// NIST P-521.
    P521(p521::ecdsa::VerifyingKey),
    /// brainpoolP256r1 (RFC 5639, 3.4).
    BrainpoolP256(ecdsa::VerifyingKey<bp256::BrainpoolP256r1>),
    /// brainpoolP384r1 (RFC 5639, 3.6).
    BrainpoolP384(ecdsa::VerifyingKey<bp384::BrainpoolP384r1>),
    /// Ed25519.
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl PublicKey {
    /// An RSA modulus, big-endian without leading zeros; `None` for other kinds.
    pub fn modulus(&self) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) | Self::RsaPss(key) => Some(unpadded(&key.n().to_be_bytes()).to_vec()),
            _ => None,
        }
    }

    /// Length of an RSA modulus in bytes; `None` for other kinds.
    pub fn rsa_len(&self) -> Option<usize> {
        match self {
            Self::Rsa(key) | Self::RsaPss(key) => Some(key.size()),
            _ => None,
        }
    }

    /// "RSA 2048", "ECDSA P-256" …
    pub fn display(&self) -> String {
        match self {
            Self::Rsa(key) => format!("RSA {}", key.n().bit_width()),
            Self::RsaPss(key) => format!("RSA-PSS {}", key.n().bit_width()),
            Self::P256(_) => "ECDSA P-256".into(),
            Self::P384(_) => "ECDSA P-384".into(),
            Self::P521(_) => "ECDSA P-521".into(),
            Self::BrainpoolP256(_) => "ECDSA brainpoolP256r1".into(),
            Self::BrainpoolP384(_) => "ECDSA brainpoolP384r1".into(),
            Self::Ed25519(_) => "Ed25519".into(),
        }
    }

    /// The `signatureAlgorithm` of the handoff protocol, §3; `None` where a
    /// digest cannot be signed with this key.
    pub fn signature_algorithm(&self, hash: HashAlgorithm) -> Option<String> {
        match self {
            Self::Rsa(_) => Some(format!("{}withRSA", hash.name())),
            Self::RsaPss(_) | Self::Ed25519(_) => None,
            _ => self
                .curve_len()
                .map(|_| format!("{}withECDSA", hash.name())),
        }
    }

    /// Length in bytes of a coordinate, and of each half of a signature (SEC 1, 2.3.5);
    /// `None` for other keys than those of ECDSA.
    pub fn curve_len(&self) -> Option<usize> {
        match self {
            Self::P256(_) | Self::BrainpoolP256(_) => Some(32),
            Self::P384(_) | Self::BrainpoolP384(_) => Some(48),
            Self::P521(_) => Some(66),
            Self::Rsa(_) | Self::RsaPss(_) | Self::Ed25519(_) => None,
        }
    }

    /// Why this key cannot sign that, whatever card it is on.
    pub fn missing(&self, what: ToSign<'_>) -> Option<Missing> {
        match self {
            Self::RsaPss(_) => Some(Missing::KeyKind),
            Self::Ed25519(_) if what.message().is_none() => Some(Missing::Ed25519),
            Self::Rsa(key) if emsa_pkcs1_v15(what.digest(), key.size()).is_none() => {
                Some(Missing::KeyTooShort)
            }
            _ => None,
        }
    }

    /// What a card gave as this key's signature over `what`, in the form that portals
    /// get (see [`PublicKey::verify`]); `None` where it is no signature over it. Cards
    /// leave zeros out and put them in, and give r and s without any frame.
    pub fn standard(&self, what: ToSign<'_>, signature: &[u8]) -> Option<Vec<u8>> {
        let forms: Vec<Vec<u8>> = match (self, self.curve_len()) {
            (Self::Rsa(key), _) => filled(signature, key.size()).into_iter().collect(),
            (_, Some(len)) => [r_and_s(signature, len), halves(signature, len)]
                .into_iter()
                .flatten()
                .filter_map(sig_value)
                .collect(),
            (_, None) => vec![signature.to_vec()],
        };
        forms.into_iter().find(|form| self.verify(what, form))
    }

    /// Whether `signature` is this key's over `what`. RSA: PKCS#1 v1.5; ECDSA:
    /// a DER `Ecdsa-Sig-Value` (RFC 3279, 2.2.3); Ed25519: 64 bytes.
    pub fn verify(&self, what: ToSign<'_>, signature: &[u8]) -> bool {
        let digest = what.digest();
        match (self, what.message()) {
            (Self::Rsa(key), _) => {
                let scheme = match digest.algorithm() {
                    HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.verify(scheme, digest.bytes(), signature).is_ok()
            }
            (Self::P256(key), _) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest.bytes(), &signature).is_ok()),
            (Self::P384(key), _) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest.bytes(), &signature).is_ok()),
            // No hash is as long as the curve, and the library wants half of it at least.
            (Self::P521(key), _) => {
                p521::ecdsa::Signature::from_der(signature).is_ok_and(|signature| {
                    let hash = fit(digest.bytes(), 64);
                    key.verify_prehash(&hash, &signature).is_ok()
                })
            }
            (Self::BrainpoolP256(key), _) => bp256::r1::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest.bytes(), &signature).is_ok()),
            (Self::BrainpoolP384(key), _) => bp384::r1::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest.bytes(), &signature).is_ok()),
            (Self::Ed25519(key), Some(message)) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            _ => false,
        }
    }
}

/// r and s, each of at most `len` bytes without leading zeros, from an ECDSA-Sig-Value (RFC
/// 3279, 2.2.3), be it as it should or with needless zeros, without needed ones, or with long
/// lengths.
fn r_and_s(signature: &[u8], len: usize) -> Option<[&[u8]; 2]> {
    let content = tlv::expect(signature, 0x30).ok()?;
    let (r, rest) = tlv::first(content).ok()?;
    let (s, _) = tlv::first(rest).ok()?;
    (r.tag == 0x02 && s.tag == 0x02).then(|| both([r.value, s.value], len))?
}

/// r and s from two halves of any equal length.
fn halves(signature: &[u8], len: usize) -> Option<[&[u8]; 2]> {
    if !signature.len().is_multiple_of(2) {
        return None;
    }
    let (r, s) = signature.split_at(signature.len() / 2);
    both([r, s], len)
}

fn both(numbers: [&[u8]; 2], len: usize) -> Option<[&[u8]; 2]> {
    let numbers = numbers.map(unpadded);
    let fit = numbers.iter().all(|number| number.len() <= len);
    fit.then_some(numbers)
}

/// ECDSA-Sig-Value, in DER.
fn sig_value([r, s]: [&[u8]; 2]) -> Option<Vec<u8>> {
    let integer = |number| UintRef::new(number).and_then(|number| number.to_der());
    let content = [integer(r).ok()?, integer(s).ok()?].concat();
    AnyRef::new(Tag::Sequence, &content).ok()?.to_der().ok()
}

/// A number, big-endian, in exactly `len` bytes.
fn filled(number: &[u8], len: usize) -> Option<Vec<u8>> {
    let number = unpadded(number);
    let mut filled = vec![0; len.checked_sub(number.len())?];
    filled.extend_from_slice(number);
    Some(filled)
}

/// A number, big-endian, without leading zeros.
fn unpadded(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// Leftmost bytes of a digest (FIPS 186-5, 6.4.1), filled with zeros on the left:
/// exactly the curve's length is the only form that all cards accept.
pub fn fit(digest: &[u8], len: usize) -> Vec<u8> {
    let cut = &digest[..digest.len().min(len)];
    let mut input = vec![0x00; len - cut.len()];
    input.extend_from_slice(cut);
    input
}

/// Longest RSA modulus in bytes (4096 bits).
pub const RSA_MAX: usize = 512;

/// DigestInfo (RFC 8017, 9.2): what a card pads that makes the block itself.
pub fn digest_info(digest: &Digest) -> Vec<u8> {
    [digest_info_prefix(digest.algorithm()), digest.bytes()].concat()
}

/// EMSA-PKCS1-v1_5 (RFC 8017, 9.2): `00 01 FF…FF 00 DigestInfo`, as long as the
/// modulus. `None` where the modulus is too short for the digest (RFC 8017 wants
/// at least eight `FF`).
pub fn emsa_pkcs1_v15(digest: &Digest, modulus_len: usize) -> Option<Vec<u8>> {
    let info = digest_info(digest);
    let fill = modulus_len
        .checked_sub(info.len() + 3)
        .filter(|fill| *fill >= 8)?;
    let mut block = vec![0x00, 0x01];
    block.resize(2 + fill, 0xFF);
    block.push(0x00);
    block.extend_from_slice(&info);
    Some(block)
}

/// The DER of DigestInfo up to the digest itself (RFC 8017, 9.2, note 1).
fn digest_info_prefix(algorithm: HashAlgorithm) -> &'static [u8] {
    match algorithm {
        HashAlgorithm::Sha256 => &[
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ],
        HashAlgorithm::Sha384 => &[
            0x30, 0x41, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x02, 0x05, 0x00, 0x04, 0x30,
        ],
        HashAlgorithm::Sha512 => &[
            0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x03, 0x05, 0x00, 0x04, 0x40,
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_as_long_as_the_modulus_or_refused() {
        let digest = Digest::new(HashAlgorithm::Sha512, &[7; 64]).unwrap();
        let block = emsa_pkcs1_v15(&digest, 128).unwrap();
        assert_eq!(block.len(), 128);
        assert_eq!(block[..3], [0x00, 0x01, 0xFF]);
        assert_eq!(block[128 - 64 - 20..128 - 64 - 18], [0x00, 0x30]);
        assert!(emsa_pkcs1_v15(&digest, 64).is_none());
        // 19 bytes of prefix, 64 of digest, 3 of frame, 8 of fill.
        assert!(emsa_pkcs1_v15(&digest, 94).is_some());
        assert!(emsa_pkcs1_v15(&digest, 93).is_none());
    }
}
