//! Signatures: one command, which names the key and the algorithm.

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::profile::{Credential, SIGN};
use securesign_card::signature::{PublicKey, RSA_MAX, ToSign, emsa_pkcs1_v15, fit};

/// A whole block; the card's own padding is not known by all of them.
const RSA: u8 = 0x20;
/// A digest that was made outside.
const ECDSA: u8 = 0x70;

/// Why no card of this family, in this reader, signs with such a key.
pub fn missing(card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
    match (key, key.rsa_len(), key.curve_len()) {
        (PublicKey::Rsa(_), Some(len), _) if len > RSA_MAX => Some(Missing::KeyLength),
        // CardContact's cards know no chaining.
        (PublicKey::Rsa(_), Some(len), _) => (!card.takes(len)).then_some(Missing::Reader),
        (_, None, Some(_)) => None,
        _ => Some(Missing::KeyKind),
    }
}

/// Asks for a signature; the PIN is verified already.
pub fn sign(
    card: &mut Channel<'_>,
    credential: &Credential,
    what: ToSign<'_>,
) -> Result<Vec<u8>, CardError> {
    let key = credential.certificate.key();
    if let Some(missing) = missing(card, key) {
        return Err(CardError::Unsupported(missing));
    }
    let (algorithm, input) = match key.curve_len() {
        Some(len) => (ECDSA, fit(what.digest().bytes(), len)),
        None => {
            let block = emsa_pkcs1_v15(what.digest(), key.rsa_len().unwrap_or_default());
            (
                RSA,
                block.ok_or(CardError::Unsupported(Missing::KeyTooShort))?,
            )
        }
    };
    // Keys have numbers of one byte.
    let header = [0x80, 0x68, credential.key.0 as u8, algorithm];
    let command = Command::new(header).data(&input).answer(Answer::Long);
    card.require(SIGN, &command.once())
}
