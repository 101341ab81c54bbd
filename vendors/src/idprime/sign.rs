//! Signing: the hash is handed over, and signed (§5).

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::profile::{Credential, SIGN};
use securesign_card::signature::{PublicKey, ToSign};

use super::IdPrime;

/// ECDSA over a hash of any length, as OpenSC names it.
const ECDSA: u8 = 0x44;

/// Why no card of this model signs with such a key.
pub fn missing(product: &IdPrime, key: &PublicKey) -> Option<Missing> {
    match key {
        PublicKey::Rsa(_) => {
            let len = key.rsa_len().unwrap_or_default();
            (!product.rsa.contains(&len)).then_some(Missing::KeyLength)
        }
        PublicKey::P256(_) | PublicKey::P384(_) | PublicKey::P521(_) if product.curves => None,
        _ => Some(Missing::KeyKind),
    }
}

/// Asks the credential's key for a signature; the PIN is verified already.
pub fn sign(
    card: &mut Channel<'_>,
    credential: &Credential,
    what: ToSign<'_>,
) -> Result<Vec<u8>, CardError> {
    let key = credential.certificate.key();
    let digest = what.digest();
    let (algorithm, input) = match key.curve_len() {
        // PKCS#1 v1.5: the card makes the DigestInfo.
        None => (pkcs1(digest.algorithm()), digest.bytes()),
        // The leftmost bytes (FIPS 186-5, 6.4.1). The card wants a multiple of eight, which
        // every hash is that is not cut, and the curves that cut one are too.
        Some(len) => (ECDSA, &digest.bytes()[..digest.bytes().len().min(len)]),
    };
    // Nothing tells whether it outlives a signature, and OpenSC sends it before each.
    *card.environment() = None;
    let reference = credential.key.0 as u8;
    iso::set_environment(card, 0xB6, &[0x80, 0x01, algorithm, 0x84, 0x01, reference])?;
    hand_over(card, input)?;
    let compute = Command::new([0x00, 0x2A, 0x9E, 0x9A])
        .answer(Answer::Long)
        .once();
    card.require(SIGN, &compute)
}

/// RSA with the card's own padding, over a hash of this kind.
fn pkcs1(hash: HashAlgorithm) -> u8 {
    match hash {
        HashAlgorithm::Sha256 => 0x42,
        HashAlgorithm::Sha384 => 0x52,
        HashAlgorithm::Sha512 => 0x62,
    }
}

/// PSO HASH: the card says what it has taken, and nothing else may be signed.
fn hand_over(card: &mut Channel<'_>, hash: &[u8]) -> Result<(), CardError> {
    let during = "hand over the hash";
    let data = [&[0x90, hash.len() as u8], hash].concat();
    let command = Command::new([0x00, 0x2A, 0x90, 0xA0])
        .data(&data)
        .answer(Answer::Exact(hash.len() as u16))
        .once();
    match card.require(during, &command)? {
        taken if taken == hash => Ok(()),
        _ => Err(CardError::Malformed { during, at: 0 }),
    }
}
