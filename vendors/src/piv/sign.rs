//! Signing: GENERAL AUTHENTICATE (SP 800-73-4, part 2, 3.2.4).

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, malformed};
use securesign_card::profile::{Credential, SIGN};
use securesign_card::signature::{PublicKey, ToSign, emsa_pkcs1_v15, fit};
use securesign_card::tlv;

/// Algorithm identifiers (SP 800-78-4, table 6-2; `05` SP 800-78-5; `16` and
/// `E0` are vendor extensions that several tokens share).
const RSA_1024: u8 = 0x06;
const RSA_2048: u8 = 0x07;
const RSA_3072: u8 = 0x05;
const RSA_4096: u8 = 0x16;
const P256: u8 = 0x11;
const P384: u8 = 0x14;
/// Ed25519 as Yubico, Token2 and CanoKey have it; then SoloKeys, then an older one.
const ED25519: [u8; 3] = [0xE0, 0xE2, 0x22];

/// Asks the credential's key for a signature; the PIN is verified already. `listed`: the
/// algorithm identifiers that the card lists.
pub fn sign(
    card: &mut Channel<'_>,
    listed: &[u8],
    credential: &Credential,
    what: ToSign<'_>,
) -> Result<Vec<u8>, CardError> {
    let (algorithm, input) = algorithm_and_input(credential.certificate.key(), listed, what)?;
    general_authenticate(card, algorithm, credential.key.0, &input)
}

/// Why no card of this family signs with such a key.
pub fn missing(key: &PublicKey) -> Option<Missing> {
    match key {
        PublicKey::Rsa(_) => rsa_algorithm(key.rsa_len().unwrap_or_default())
            .is_none()
            .then_some(Missing::KeyLength),
        // The standard has no P-521.
        PublicKey::RsaPss(_)
        | PublicKey::P521(_)
        | PublicKey::BrainpoolP256(_)
        | PublicKey::BrainpoolP384(_) => Some(Missing::KeyKind),
        PublicKey::P256(_) | PublicKey::P384(_) | PublicKey::Ed25519(_) => None,
    }
}

/// By the length of the modulus in bytes.
fn rsa_algorithm(len: usize) -> Option<u8> {
    Some(match len {
        128 => RSA_1024,
        256 => RSA_2048,
        384 => RSA_3072,
        512 => RSA_4096,
        _ => return None,
    })
}

/// The algorithm is derived from the certificate and nothing else: a wrong one
/// stops some cards (sheet PIV, §9).
fn algorithm_and_input(
    key: &PublicKey,
    listed: &[u8],
    what: ToSign<'_>,
) -> Result<(u8, Vec<u8>), CardError> {
    let digest = what.digest();
    match (key, what.message()) {
        (PublicKey::Rsa(_), _) => {
            let len = key.rsa_len().unwrap_or_default();
            let algorithm = rsa_algorithm(len).ok_or(CardError::Unsupported(Missing::KeyLength))?;
            let block =
                emsa_pkcs1_v15(digest, len).ok_or(CardError::Unsupported(Missing::KeyTooShort))?;
            Ok((algorithm, block))
        }
        (PublicKey::P256(_), _) => Ok((P256, fit(digest.bytes(), 32))),
        (PublicKey::P384(_), _) => Ok((P384, fit(digest.bytes(), 48))),
        (PublicKey::Ed25519(_), Some(message)) => {
            let known = ED25519.into_iter().find(|id| listed.contains(id));
            Ok((known.unwrap_or(ED25519[0]), message.to_vec()))
        }
        (
            PublicKey::RsaPss(_)
            | PublicKey::P521(_)
            | PublicKey::BrainpoolP256(_)
            | PublicKey::BrainpoolP384(_),
            _,
        ) => Err(CardError::Unsupported(Missing::KeyKind)),
        (PublicKey::Ed25519(_), None) => Err(CardError::Unsupported(Missing::Ed25519)),
    }
}

/// GENERAL AUTHENTICATE, internal authenticate: `7C { 82 00, 81 input }` answered
/// by `7C { 82 signature }` (SP 800-73-4, part 2, 3.2.4 and appendix A.4). Never
/// repeated: a failed one may have used up the PIN's permission.
fn general_authenticate(
    card: &mut Channel<'_>,
    algorithm: u8,
    key: u16,
    input: &[u8],
) -> Result<Vec<u8>, CardError> {
    let during = SIGN;
    let template = tlv::template(0x7C, &[(0x82, &[]), (0x81, input)]).map_err(malformed(during))?;
    let command = Command::new([0x00, 0x87, algorithm, key as u8])
        .data(&template)
        .answer(Answer::Long)
        .once();
    let answer = card.require(during, &command)?;
    let content = tlv::expect(&answer, 0x7C).map_err(malformed(during))?;
    match tlv::find(content, 0x82).map_err(malformed(during))? {
        Some(signature) => Ok(signature.to_vec()),
        None => Err(CardError::Malformed {
            during,
            at: answer.len(),
        }),
    }
}
