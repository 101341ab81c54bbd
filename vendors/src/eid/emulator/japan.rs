//! Japanese My Number cards (sheet JPKI): a file for each PIN and each key, selected before it
//! is used, and a certificate that its PIN protects.

use super::builder::{directory, transparent};
use super::{EidCard, Habits, Key, Pin, Product, code};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::files::{Content, File};
use crate::emulator::signature::pkcs1;

const AID: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

/// The application's directory, which has no identifier of its own.
const APPLICATION: u16 = 0xA001;

/// The low byte of their files names keys and PINs.
const PIN: u8 = 0x18;
const SIGNATURE_PIN: u8 = 0x1B;
const KEY: u8 = 0x17;
const SIGNATURE_KEY: u8 = 0x1A;
const SIGNATURE_CERTIFICATE: u16 = 0x0001;

/// The card.
pub const JPKI: Product = Product {
    name: "jpki",
    family: "jpki",
    atr: &[0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14],
    keys: &[
        Key {
            reference: KEY,
            kind: KeyKind::Rsa2048,
            certificate: &[APPLICATION, 0x000A],
            pin: PIN,
        },
        Key {
            reference: SIGNATURE_KEY,
            kind: KeyKind::Rsa2048,
            certificate: &[APPLICATION, SIGNATURE_CERTIFICATE],
            pin: SIGNATURE_PIN,
        },
    ],
    pins: &[
        Pin {
            reference: PIN,
            tries: 3,
            value: "1234",
        },
        Pin {
            reference: SIGNATURE_PIN,
            tries: 5,
            value: "ABC123",
        },
    ],
    habits: &Japan,
};

struct Japan;

impl Habits for Japan {
    fn block(&self, _reference: u8, typed: &str) -> Vec<u8> {
        typed.as_bytes().to_vec()
    }

    fn furnish(&self, card: &mut EidCard) {
        for key in card.product.keys {
            let file = card.files.at_mut(key.certificate);
            if let Some(Content::Transparent(bytes)) = file.map(|file| &mut file.content) {
                bytes.extend([0x00; 200]);
            }
        }
        let mut name = b"JPKIAPICCTOKEN".to_vec();
        name.resize(32, 0x20);
        // Of authorities: nobody looks into them.
        let authority = [&[0x30, 0x82, 0x01, 0x00][..], &[0x00; 0x100]].concat();
        let mut add = |file: u16, content| {
            card.files.insert(vec![APPLICATION, file], content);
        };
        add(0x0006, transparent(&name));
        add(0x000B, transparent(&authority));
        add(0x0002, transparent(&authority));
        for file in [PIN, SIGNATURE_PIN, KEY, SIGNATURE_KEY] {
            add(u16::from(file), File::new(&[], Content::Internal));
        }
        card.files.insert(vec![APPLICATION], directory(&AID));
    }

    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply {
        match (command.cla, command.ins) {
            (0x00, ins::SELECT) => select(card, command),
            _ if card.directory() != [APPLICATION] => Err(sw::NOT_FOUND),
            (0x00, code::READ_BINARY) => {
                let is_free = card.session.at.last() != Some(&SIGNATURE_CERTIFICATE);
                match is_free || card.session.verified.contains(&SIGNATURE_PIN) {
                    true => card.read_binary(command, 256),
                    false => Err(sw::SECURITY_STATUS),
                }
            }
            (0x00, ins::VERIFY) => verify(card, command),
            (0x00, ins::CHANGE_REFERENCE_DATA) => change(card, command),
            (0x80, code::PERFORM_SECURITY_OPERATION) if command.p1p2() == 0x0080 => {
                sign(card, command)
            }
            (0x00 | 0x80, _) => Err(sw::UNKNOWN_INS),
            _ => Err(sw::UNKNOWN_CLA),
        }
    }
}

fn select(card: &mut EidCard, command: &Command) -> Reply {
    match (command.p1, command.p2) {
        (0x04, 0x00 | 0x0C) if command.data == AID => {
            card.session.verified.clear();
            card.session.at = vec![APPLICATION];
        }
        (0x02, 0x0C) if card.directory() == [APPLICATION] => {
            card.session.at = card.find(command)?;
        }
        (0x04 | 0x02, _) => return Err(sw::NOT_FOUND),
        _ => return Err(sw::WRONG_P1P2),
    }
    Ok(Vec::new())
}

/// The PIN whose file is selected.
fn selected(card: &EidCard) -> Result<u8, u16> {
    let file = card.session.at.last().copied().unwrap_or_default();
    let own = [PIN, SIGNATURE_PIN];
    let own = own.into_iter().find(|pin| u16::from(*pin) == file);
    own.ok_or(sw::NO_REFERENCE)
}

fn verify(card: &mut EidCard, command: &Command) -> Reply {
    let pin = selected(card)?;
    if command.p1p2() != 0x0080 {
        return Err(sw::WRONG_P1P2);
    }
    if command.data.is_empty() {
        let left = card.tries(pin).unwrap_or_default();
        return Err(sw::TRIES | u16::from(left));
    }
    card.present(pin, &command.data)?;
    card.session.verified.insert(pin);
    Ok(Vec::new())
}

fn change(card: &mut EidCard, command: &Command) -> Reply {
    let pin = selected(card)?;
    if command.p1p2() != 0x0180 {
        return Err(sw::WRONG_P1P2);
    }
    if !card.session.verified.contains(&pin) {
        return Err(sw::SECURITY_STATUS);
    }
    let new = &command.data;
    let is_one = match pin {
        PIN => new.len() == 4 && new.iter().all(u8::is_ascii_digit),
        _ => (6..=16).contains(&new.len()) && new.iter().all(is_capital),
    };
    if !is_one {
        return Err(sw::BAD_DATA);
    }
    card.replace(pin, new);
    card.session.verified.remove(&pin);
    Ok(Vec::new())
}

fn is_capital(byte: &u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

fn sign(card: &EidCard, command: &Command) -> Reply {
    let file = card.session.at.last().copied().unwrap_or_default();
    let keys = card.product.keys.iter();
    let key = keys.clone().find(|key| u16::from(key.reference) == file);
    let key = key.ok_or(sw::NO_REFERENCE)?;
    if !card.session.verified.contains(&key.pin) {
        return Err(sw::SECURITY_STATUS);
    }
    let key = card.keys.get(&key.reference).ok_or(sw::NO_REFERENCE)?;
    pkcs1(key, &command.data).ok_or(sw::WRONG_LENGTH)
}
