//! PIN and PUK of the ePass2003 (sheet ePass2003, §4). They are never sent: each
//! is the key that a challenge of the card is encrypted with. Their references are the key
//! identifiers of the open directory.

use cbc::cipher::{BlockCipherEncrypt, KeyInit};
use des::TdesEde3;
use securesign_card::apdu::Command;
use securesign_card::application::PinObject;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Secret};
use securesign_card::iso;
use securesign_card::pin::{Pin, Tries};
use securesign_card::sw::StatusWord;
use sha1::{Digest, Sha1};
use zeroize::{Zeroize, Zeroizing};

/// Tries left (§4.1): EXTERNAL AUTHENTICATE without data, for which the card
/// wants a challenge all the same. Costs no try and leaves a verified PIN alone.
pub fn tries(card: &mut Channel<'_>, pin: &PinObject) -> Result<Tries, CardError> {
    let during = match pin.role {
        Secret::Pin => "read the PIN tries left",
        _ => "read the PUK tries left",
    };
    iso::challenge(card, during)?;
    let sw = card
        .send(
            during,
            &Command::new([0x00, 0x82, 0x01, 0x80 | pin.reference]),
        )?
        .sw;
    Ok(iso::tries_told(sw))
}

/// Verifies by EXTERNAL AUTHENTICATE (§4.2), once.
pub fn verify(
    card: &mut Channel<'_>,
    during: &'static str,
    pin: &PinObject,
    value: &Pin,
) -> Result<(), CardError> {
    let challenge = iso::challenge(card, during)?;
    let mut block = challenge.into();
    TdesEde3::new((&*key(value)).into()).encrypt_block(&mut block);
    // With the challenge that went before it, a wrong one lets the PIN be
    // guessed: it is treated as the PIN itself.
    let response = Zeroizing::new(<[u8; 8]>::from(block));
    block.zeroize();
    let command = Command::new([0x00, 0x82, 0x01, 0x80 | pin.reference]).secret(&*response);
    iso::judge(during, pin.role, card.send(during, &command)?.sw)
}

/// Writes a new value (§4.3); who is allowed to has been verified. `most`: tries
/// from now on.
pub fn replace(
    card: &mut Channel<'_>,
    pin: &PinObject,
    most: u8,
    new: &Pin,
) -> Result<StatusWord, CardError> {
    let during = match pin.role {
        Secret::Pin => "write the new PIN",
        _ => "write the new PUK",
    };
    let mut data = Zeroizing::new(Vec::with_capacity(25));
    data.push(most << 4 | most);
    data.extend_from_slice(&*key(new));
    let command = Command::new([0x80, 0xE5, 0x04, pin.reference]).secret(&data);
    Ok(card.send(during, &command)?.sw)
}

/// `SHA-1(PIN) ‖ length of the PIN`, 24 bytes: a key of three-key triple DES.
fn key(pin: &Pin) -> Zeroizing<[u8; 24]> {
    let mut key = Zeroizing::new([0x00; 24]);
    let mut hash = Sha1::digest(pin.expose());
    key[..20].copy_from_slice(&hash);
    hash.zeroize();
    key[20..].copy_from_slice(&(pin.expose().len() as u32).to_be_bytes());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_keys() {
        let hex = |text: &str| {
            let key = key(&Pin::copy(text.as_bytes()).unwrap());
            key.iter()
                .map(|byte| format!("{byte:02X}"))
                .collect::<String>()
        };
        assert_eq!(
            hex("1234"),
            "7110EDA4D09E062AA5E4A390B0A572AC0D2C022000000004"
        );
        assert_eq!(
            hex("12345678"),
            "7C222FB2927D828AF22F592134E8932480637C0D00000008"
        );
    }

    #[test]
    fn the_published_answer_to_a_challenge() {
        let key = key(&Pin::copy(b"12345678").unwrap());
        let mut block = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77].into();
        TdesEde3::new((&*key).into()).encrypt_block(&mut block);
        assert_eq!(
            <[u8; 8]>::from(block),
            [0xE4, 0x41, 0xA7, 0xB1, 0x7F, 0x7A, 0x92, 0x72]
        );
    }
}
