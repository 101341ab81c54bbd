//! Signing: COMPUTE DIGITAL SIGNATURE and INTERNAL AUTHENTICATE (specification 3.4, 7.2.10
//! and 7.2.13).

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::profile::{Credential, SIGN};
use securesign_card::signature::{PublicKey, RSA_MAX, ToSign, digest_info, fit};
use securesign_card::sw::StatusWord;

use super::certificates::{AUTHENTICATION, DECRYPTION, SIGNATURE};

/// Shortest RSA modulus in bytes: the specification's cards have 2048 bits and more.
const RSA_MIN: usize = 256;

/// Why no card of this family signs with such a key here.
pub fn missing(key: &PublicKey) -> Option<Missing> {
    match key {
        PublicKey::Rsa(_) => {
            let len = key.rsa_len().unwrap_or_default();
            (!(RSA_MIN..=RSA_MAX).contains(&len)).then_some(Missing::KeyLength)
        }
        PublicKey::P256(_)
        | PublicKey::P384(_)
        | PublicKey::P521(_)
        | PublicKey::BrainpoolP256(_)
        | PublicKey::BrainpoolP384(_) => None,
        // Listed and not offered: what GnuPG has them sign is a digest, what portals
        // verify is the document.
        PublicKey::RsaPss(_) | PublicKey::Ed25519(_) => Some(Missing::KeyKind),
    }
}

/// MANAGE SECURITY ENVIRONMENT (7.2.18): which of the keys INTERNAL AUTHENTICATE uses, by
/// their numbers. Selecting the application brings back its own.
const FOR_AUTHENTICATION: u8 = 0xA4;
const USE_DECRYPTION: [u8; 3] = [0x83, 0x01, 0x02];
const USE_AUTHENTICATION: [u8; 3] = [0x83, 0x01, 0x03];

/// Asks the credential's key for a signature; the PIN is verified already. `whole`: the card
/// is known to want an input as long as the curve, or is from now on.
pub fn sign(
    card: &mut Channel<'_>,
    whole: &mut bool,
    credential: &Credential,
    what: ToSign<'_>,
) -> Result<Vec<u8>, CardError> {
    let digest = what.digest();
    let header = match credential.key == SIGNATURE.key {
        true => [0x00, 0x2A, 0x9E, 0x9A],
        false => [0x00, 0x88, 0x00, 0x00],
    };
    if credential.key == DECRYPTION.key {
        iso::set_environment(card, FOR_AUTHENTICATION, &USE_DECRYPTION)?;
    } else if credential.key == AUTHENTICATION.key && card.environment().is_some() {
        iso::set_environment(card, FOR_AUTHENTICATION, &USE_AUTHENTICATION)?;
    }
    match credential.certificate.key() {
        // The card makes the padding.
        PublicKey::Rsa(_) => compute(card, header, &digest_info(digest)),
        // Exactly the curve's length is the only form that all cards take (§9).
        PublicKey::P256(_) | PublicKey::BrainpoolP256(_) => {
            compute(card, header, &fit(digest.bytes(), 32))
        }
        PublicKey::P384(_) | PublicKey::BrainpoolP384(_) => {
            compute(card, header, &fit(digest.bytes(), 48))
        }
        PublicKey::P521(_) if *whole => compute(card, header, &fit(digest.bytes(), 66)),
        // No hash is so long. It goes as it is, as GnuPG sends it.
        PublicKey::P521(_) => match compute(card, header, digest.bytes()) {
            Err(refusal) if wants_whole_length(&refusal) => {
                *whole = true;
                let filled = fit(digest.bytes(), 66);
                // Where the refusal has used up the permission, it is what is to be told.
                compute(card, header, &filled).map_err(|error| match error {
                    CardError::Refused {
                        sw: StatusWord::SECURITY_STATUS,
                        ..
                    } => refusal,
                    error => error,
                })
            }
            other => other,
        },
        PublicKey::RsaPss(_) | PublicKey::Ed25519(_) => {
            Err(CardError::Unsupported(Missing::KeyKind))
        }
    }
}

/// Whether an input that is shorter than the curve may have been refused for its length.
fn wants_whole_length(error: &CardError) -> bool {
    matches!(
        error,
        CardError::Refused {
            sw: StatusWord::CONDITIONS | StatusWord::WRONG_LENGTH | StatusWord::WRONG_DATA,
            ..
        }
    )
}

/// Never repeated: a failed one may have used up the PIN's permission.
fn compute(card: &mut Channel<'_>, header: [u8; 4], input: &[u8]) -> Result<Vec<u8>, CardError> {
    let command = Command::new(header).data(input).answer(Answer::Long).once();
    card.require(SIGN, &command)
}
