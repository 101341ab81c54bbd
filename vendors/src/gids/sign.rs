//! Signing: MANAGE SECURITY ENVIRONMENT and PSO, over a DigestInfo that the card pads.

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::profile::{Credential, SIGN};
use securesign_card::signature::{PublicKey, ToSign, digest_info};

/// PKCS#1 v1.5, and the card makes the block. Its other nibble is the key's.
const PKCS1: u8 = 0x50;

/// What a key is in the algorithm's identifier. Of keys on curves the specification has the
/// identifiers (A to E), and nobody has published how one of them signs.
fn kind(key: &PublicKey) -> Result<u8, Missing> {
    match (key, key.rsa_len()) {
        (PublicKey::Rsa(_), Some(128)) => Ok(0x06),
        (PublicKey::Rsa(_), Some(256)) => Ok(0x07),
        (PublicKey::Rsa(_), Some(384)) => Ok(0x08),
        (PublicKey::Rsa(_), Some(512)) => Ok(0x09),
        (PublicKey::Rsa(_), _) => Err(Missing::KeyLength),
        _ => Err(Missing::KeyKind),
    }
}

/// Why no card of this family signs with such a key.
pub fn missing(key: &PublicKey) -> Option<Missing> {
    kind(key).err()
}

/// Asks the credential's key for a signature; the PIN is verified already.
pub fn sign(
    card: &mut Channel<'_>,
    credential: &Credential,
    what: ToSign<'_>,
) -> Result<Vec<u8>, CardError> {
    let kind = kind(credential.certificate.key()).map_err(CardError::Unsupported)?;
    // Nothing tells whether it outlives a signature, and OpenSC sends it before each.
    *card.environment() = None;
    // Keys have references of one byte.
    let reference = credential.key.0 as u8;
    let template = [0x80, 0x01, PKCS1 | kind, 0x84, 0x01, reference];
    iso::set_environment(card, 0xB6, &template)?;
    let info = digest_info(what.digest());
    let compute = Command::new([0x00, 0x2A, 0x9E, 0x9A])
        .data(&info)
        .answer(Answer::Long);
    card.require(SIGN, &compute.once())
}
