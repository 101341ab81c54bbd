//! What cards make of a hash before the key is used, and of the result.

use rsa::traits::PublicKeyParts;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::key::{PrivateKey, Stream};
use super::tlv;

/// The digest algorithms' object identifiers: SHA-1, and what SHA-2 has in common.
const SHA1: [u8; 7] = [0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A];
const SHA2: [u8; 10] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
const NULL: [u8; 2] = [0x05, 0x00];

/// The hash algorithms, by the length of their hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub const ALL: [Self; 5] = [
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
    ];

    pub fn of_length(length: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.length() == length)
    }

    pub fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(message).to_vec(),
            Self::Sha224 => Sha224::digest(message).to_vec(),
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    /// DigestInfo: RFC 8017 §9.2, note 1.
    pub fn info(self, hash: &[u8]) -> Vec<u8> {
        let sha2 = |last: u8| [&SHA2[..], &[last]].concat();
        let identifier = match self {
            Self::Sha1 => SHA1.to_vec(),
            Self::Sha224 => sha2(0x04),
            Self::Sha256 => sha2(0x01),
            Self::Sha384 => sha2(0x02),
            Self::Sha512 => sha2(0x03),
        };
        let algorithm = tlv::element(0x30, &[identifier, NULL.to_vec()].concat());
        tlv::element(0x30, &[algorithm, tlv::element(0x04, hash)].concat())
    }
}

/// RSASSA-PKCS1-v1_5 around what stands behind the padding; `None` where it is too long or
/// the key is of another kind.
pub(crate) fn pkcs1(key: &PrivateKey, content: &[u8]) -> Option<Vec<u8>> {
    let PrivateKey::Rsa(_, rsa) = key else {
        return None;
    };
    let filler = rsa.size().checked_sub(content.len() + 3)?;
    if filler < 8 {
        return None;
    }
    let block = [&[0x00, 0x01], &vec![0xFF; filler][..], &[0x00], content].concat();
    key.sign(&block)
}

/// RSASSA-PSS with MGF1 and a salt as long as the hash.
pub(crate) fn pss(key: &PrivateKey, hash: &[u8], random: &mut Stream) -> Option<Vec<u8>> {
    let PrivateKey::Rsa(_, key) = key else {
        return None;
    };
    let signature = match Hash::of_length(hash.len())? {
        Hash::Sha1 => key.pss_sign_prehash_with_rng::<Sha1, _>(random, hash),
        Hash::Sha224 => key.pss_sign_prehash_with_rng::<Sha224, _>(random, hash),
        Hash::Sha256 => key.pss_sign_prehash_with_rng::<Sha256, _>(random, hash),
        Hash::Sha384 => key.pss_sign_prehash_with_rng::<Sha384, _>(random, hash),
        Hash::Sha512 => key.pss_sign_prehash_with_rng::<Sha512, _>(random, hash),
    };
    signature.ok()
}

/// ECDSA over a hash of any length, DER; `None` for a key of another kind.
pub(crate) fn ecdsa(key: &PrivateKey, hash: &[u8]) -> Option<Vec<u8>> {
    if key.kind().is_rsa() {
        return None;
    }
    let length = key.kind().input_length()?;
    // A hash is cut at its end (FIPS 186-5, 6.4.1), and a short one is a number.
    let cut = hash.get(..length).unwrap_or(hash);
    let mut input = vec![0x00; length - cut.len()];
    input.extend_from_slice(cut);
    key.sign(&input)
}

/// r ‖ s, each as wide as the field, from a DER signature.
pub(crate) fn halves(der: &[u8], length: usize) -> Option<Vec<u8>> {
    let (0x30, content, []) = tlv::read(der)? else {
        return None;
    };
    let [(0x02, r), (0x02, s)] = tlv::read_all(content)?[..] else {
        return None;
    };
    let half = |number: &[u8]| -> Option<Vec<u8>> {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let digits = number.get(zeros..)?;
        let mut half = vec![0x00; length.checked_sub(digits.len())?];
        half.extend_from_slice(digits);
        Some(half)
    };
    Some([half(r)?, half(s)?].concat())
}
