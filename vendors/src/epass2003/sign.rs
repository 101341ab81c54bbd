//! Signatures of the ePass2003 (sheet ePass2003, §5 and §8.4).

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::profile::{Credential, SIGN};
use securesign_card::signature::{PublicKey, ToSign, emsa_pkcs1_v15, fit};
use securesign_card::sw::StatusWord;

use super::{ESPK_DIRECTORY, midstate};

/// Control reference templates (ISO 7816-4, 10.3): confidentiality, under which
/// the card does bare RSA, and digital signature.
const CONFIDENTIALITY: u8 = 0xB8;
const SIGNATURE: u8 = 0xB6;

/// Algorithm references.
const RSA: u8 = 0x84;
const RSA_SHA256: u8 = 0x82;
const ECDSA_SHA256: u8 = 0x92;

/// "Internal RSA operation failed": all that newer tokens in FIPS mode say to
/// bare RSA (OpenSC issues 2843, 3034, 3081, 3203).
const RSA_FAILED: StatusWord = StatusWord(0x6F83);

/// Longest RSA modulus in bytes: 2048 bits (§5).
const RSA_MAX: usize = 256;

/// Why the card, in this reader, cannot sign with such a key.
pub fn missing(card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
    match (key, key.rsa_len()) {
        (PublicKey::Rsa(_), Some(len)) if len > RSA_MAX => Some(Missing::KeyLength),
        // The card knows no chaining: a block goes out in one piece or not at all.
        (PublicKey::Rsa(_), Some(len)) if !card.takes(len) => Some(Missing::Reader),
        (PublicKey::Rsa(_) | PublicKey::P256(_), _) => None,
        _ => Some(Missing::KeyKind),
    }
}

/// Asks for a signature; the PIN is verified already.
pub fn sign(
    card: &mut Channel<'_>,
    directory: u16,
    credential: &Credential,
    what: ToSign<'_>,
) -> Result<Vec<u8>, CardError> {
    let key = credential.certificate.key();
    let digest = what.digest();
    match key {
        PublicKey::Rsa(_) => {
            // The hash finished in the card is known of the vendor's layout only,
            // and there it is what the vendor's own program does.
            if let (ESPK_DIRECTORY, HashAlgorithm::Sha256, Some(message)) =
                (directory, digest.algorithm(), what.message())
                && let Some(signature) = finish_hash(card, credential.key.0, message)?
            {
                return Ok(signature);
            }
            let len = key.rsa_len().unwrap_or_default();
            let block =
                emsa_pkcs1_v15(digest, len).ok_or(CardError::Unsupported(Missing::KeyTooShort))?;
            let operation = Command::new([0x00, 0x2A, 0x80, 0x86])
                .data(&block)
                .answer(Answer::Long);
            perform(card, CONFIDENTIALITY, RSA, credential.key.0, &operation)
        }
        PublicKey::P256(_) => {
            let input = fit(digest.bytes(), 32);
            let operation = Command::new([0x00, 0x2A, 0x9E, 0x9A])
                .data(&input)
                .answer(Answer::Short);
            // r and s, 32 bytes each.
            perform(card, SIGNATURE, ECDSA_SHA256, credential.key.0, &operation)
        }
        _ => Err(CardError::Unsupported(Missing::KeyKind)),
    }
}

/// PERFORM SECURITY OPERATION (ISO 7816-8, 5.4) with this key. Choosing it again
/// is left out where it is still chosen; a card that has forgotten it says so.
fn perform(
    card: &mut Channel<'_>,
    tag: u8,
    algorithm: u8,
    key: u16,
    operation: &Command<'_>,
) -> Result<Vec<u8>, CardError> {
    let template = template(algorithm, key);
    let chosen_now = iso::set_environment(card, tag, &template)?;
    let mut response = card.send(SIGN, &operation.once())?;
    if response.sw == StatusWord::CONDITIONS && !chosen_now {
        *card.environment() = None;
        iso::set_environment(card, tag, &template)?;
        response = card.send(SIGN, &operation.once())?;
    }
    match response.sw {
        StatusWord::OK => Ok(response.data),
        RSA_FAILED => Err(CardError::RawRsa),
        sw => Err(CardError::Refused { during: SIGN, sw }),
    }
}

/// RSA with SHA-256, PKCS#1 v1.5, the card finishing the hash (§8.4, scheme B);
/// `None` where it does not know how. Seen on one token.
fn finish_hash(
    card: &mut Channel<'_>,
    key: u16,
    message: &[u8],
) -> Result<Option<Vec<u8>>, CardError> {
    let during = "hand over the hash to be finished";
    match iso::set_environment(card, SIGNATURE, &template(RSA_SHA256, key)) {
        Err(CardError::Refused { .. }) => return Ok(None),
        other => other?,
    };
    let state = midstate::of(message);
    let Some(state) = state else {
        return Ok(None);
    };
    let hash = Command::new([0x00, 0x2A, 0x90, 0xA0])
        .data(&state)
        .answer(Answer::Short);
    let refused = |sw: StatusWord| sw != StatusWord::SECURITY_STATUS;
    let response = card.send(during, &hash)?;
    if !response.sw.is_ok() && refused(response.sw) {
        *card.environment() = None;
        return Ok(None);
    }
    let finish = Command::new([0x00, 0x2A, 0x9E, 0x9A])
        .answer(Answer::Short)
        .once();
    let response = card.send(SIGN, &finish)?;
    match response.sw {
        StatusWord::OK => Ok(Some(response.data)),
        sw if refused(sw) => {
            *card.environment() = None;
            Ok(None)
        }
        sw => Err(CardError::Refused { during: SIGN, sw }),
    }
}

/// Algorithm reference (80) and key reference (81).
fn template(algorithm: u8, key: u16) -> [u8; 7] {
    let [high, low] = key.to_be_bytes();
    [0x80, 0x01, algorithm, 0x81, 0x02, high, low]
}
