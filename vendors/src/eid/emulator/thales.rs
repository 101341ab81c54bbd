//! Estonian cards of 2025 and Finnish cards of versions 3 and 4 (sheets EstEID, part B, and
//! FINEID): the hash is set first, and signed by a command of its own.

use super::builder::{directory, transparent};
use super::{EidCard, Environment, Habits, Key, Pin, Product, code, environment, has_digits};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::files::Content;
use crate::emulator::key::PrivateKey;
use crate::emulator::signature::{Hash, ecdsa, halves, pkcs1};
use crate::emulator::tlv::{element, read};

const AID: &[u8] = b"\xA0\x00\x00\x00\x63PKCS-15";
const BLOCK: usize = 12;
/// Most bytes of an answer to READ BINARY.
const PIECE: usize = 0xB5;

/// What the signature PIN and the PUK are called everywhere.
const PIN2: u8 = 0x82;
const PUK: u8 = 0x83;

const fn pins(pin1: u8, tries: u8) -> [Pin; 3] {
    [
        Pin {
            reference: pin1,
            tries,
            value: "123456",
        },
        Pin {
            reference: PIN2,
            tries,
            value: "123456",
        },
        Pin {
            reference: PUK,
            tries: 3,
            value: "12345678",
        },
    ]
}

const fn key(reference: u8, kind: KeyKind, certificate: &'static [u16], pin: u8) -> Key {
    Key {
        reference,
        kind,
        certificate,
        pin,
    }
}

/// Estonia, from 2025 on.
pub const ESTEID_2025: Product = Product {
    name: "esteid2025",
    family: "esteid",
    atr: &[
        0x3B, 0xFF, 0x96, 0x00, 0x00, 0x80, 0x31, 0xFE, 0x43, 0x80, 0x31, 0xB8, 0x53, 0x65, 0x49,
        0x44, 0x64, 0xB0, 0x85, 0x05, 0x10, 0x12, 0x23, 0x3F, 0x1D,
    ],
    keys: &[
        key(0x05, KeyKind::P384, &[0xADF2, 0x3421], PIN2),
        key(0x01, KeyKind::P384, &[0xADF1, 0x3411], 0x81),
    ],
    pins: &pins(0x81, 3),
    habits: &Thales {
        pin1: 0x81,
        least: 5,
        is_t0: false,
    },
};

/// Finland, version 4.0.
pub const FINEID_4: Product = Product {
    name: "fineid4",
    family: "fineid",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0xB8, 0x65, 0xB0, 0x85, 0x05, 0x00, 0x11, 0x12,
        0x24, 0x60, 0x82, 0x90, 0x00,
    ],
    keys: &[
        key(0x02, KeyKind::P384, &[0x5016, 0x4332], PIN2),
        key(0x01, KeyKind::P384, &[0x4331], 0x11),
    ],
    pins: &pins(0x11, 5),
    habits: &Thales {
        pin1: 0x11,
        least: 6,
        is_t0: true,
    },
};

/// Finland, version 3.1.
pub const FINEID_3: Product = Product {
    name: "fineid3",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0xB8, 0x65, 0xB0, 0x85, 0x04, 0x02, 0x1B, 0x12,
        0x00, 0xF6, 0x82, 0x90, 0x00,
    ],
    keys: &[
        key(0x03, KeyKind::P256, &[0x5016, 0x4335], PIN2),
        key(0x01, KeyKind::Rsa2048, &[0x4331], 0x11),
    ],
    ..FINEID_4
};

struct Thales {
    pin1: u8,
    /// Fewest digits of PIN2.
    least: usize,
    /// Data is never followed by Le.
    is_t0: bool,
}

impl Habits for Thales {
    fn block(&self, _reference: u8, typed: &str) -> Vec<u8> {
        let mut block = typed.as_bytes().to_vec();
        block.resize(BLOCK, 0x00);
        block
    }

    fn furnish(&self, card: &mut EidCard) {
        let number = card.number.clone();
        let mut add = |path: &[u16], file| card.files.insert(path.to_vec(), file);
        add(&[], directory(AID));
        if !self.is_t0 {
            for part in [0xADF1, 0xADF2, 0xDFDD] {
                add(&[part], directory(&[]));
            }
            add(&[0xDFDD, 0x5007], transparent(number.as_bytes()));
            return;
        }
        add(&[0x5016], directory(&[]));
        let parts = [
            element(0x02, &[0x00]),
            element(0x04, number.as_bytes()),
            element(0x0C, b"DVV"),
        ];
        add(&[0x5032], transparent(&element(0x30, &parts.concat())));
    }

    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply {
        if command.cla != 0x00 {
            return Err(sw::UNKNOWN_CLA);
        }
        if self.is_t0 && !command.data.is_empty() && command.ne.is_some() {
            return Err(sw::WRONG_LENGTH);
        }
        match command.ins {
            ins::SELECT => select(card, command),
            code::READ_BINARY => card.read_binary(command, PIECE),
            ins::GET_DATA => self.status(card, command),
            ins::VERIFY => self.verify(card, command),
            ins::CHANGE_REFERENCE_DATA => self.change(card, command),
            ins::RESET_RETRY_COUNTER => self.reset_retry_counter(card, command),
            code::MANAGE_SECURITY_ENVIRONMENT => {
                card.session.environment = Some(environment(command)?);
                Ok(Vec::new())
            }
            code::PERFORM_SECURITY_OPERATION => match command.p1p2() {
                0x90A0 => set_hash(card, command),
                0x9E9A => {
                    let hash = std::mem::take(&mut card.session.hash);
                    let signature = sign(card, hash);
                    // Good for one signature.
                    card.session.verified.remove(&PIN2);
                    signature
                }
                _ => Err(sw::WRONG_P1P2),
            },
            _ => Err(sw::UNKNOWN_INS),
        }
    }
}

/// By name, which logs out, and by path; a file's length comes back.
fn select(card: &mut EidCard, command: &Command) -> Reply {
    match (command.p1, command.p2) {
        (0x04, 0x00 | 0x0C) if command.data == AID => {
            card.session = Default::default();
            Ok(Vec::new())
        }
        (0x04, _) => Err(sw::NOT_FOUND),
        (0x02 | 0x08, 0x04 | 0x0C) => {
            card.session.at = card.find(command)?;
            match (
                command.p2,
                card.files.at(&card.session.at).map(|file| &file.content),
            ) {
                (0x04, Some(Content::Transparent(bytes))) => {
                    let size = (bytes.len() as u16).to_be_bytes();
                    Ok(element(0x62, &element(0x81, &size)))
                }
                _ => Ok(Vec::new()),
            }
        }
        _ => Err(sw::WRONG_P1P2),
    }
}

fn set_hash(card: &mut EidCard, command: &Command) -> Reply {
    let Some((0x90, hash, [])) = read(&command.data) else {
        return Err(sw::BAD_DATA);
    };
    card.session.hash = Some(hash.to_vec());
    Ok(Vec::new())
}

impl Thales {
    /// Fewest digits of a value; `None`: there is no such PIN.
    fn least(&self, reference: u8) -> Option<usize> {
        match reference {
            PIN2 => Some(self.least),
            PUK => Some(8),
            pin if pin == self.pin1 => Some(4),
            _ => None,
        }
    }

    /// As recorded: the first byte of `DF21` is the tries left.
    fn status(&self, card: &EidCard, command: &Command) -> Reply {
        let [0xA0, 0x03, 0x83, 0x01, reference] = command.data[..] else {
            return Err(sw::BAD_DATA);
        };
        let left = card.tries(reference).ok_or(sw::NO_REFERENCE)?;
        let facts = [
            element(0xDF27, &[0xFF, 0xFF]),
            element(0xDF28, &[0x0C]),
            element(0xDF2F, &[0x01]),
        ];
        let parts = [
            element(0x83, &[reference]),
            element(0x8C, &[0xF0, 0x00, 0x00, 0x00]),
            element(0x9C, &[0xF0, 0x00, 0x00, 0x00]),
            element(0xDF21, &[left, 0xFF, 0xFF, 0xFF]),
            element(0xA5, &facts.concat()),
        ];
        match command.p1p2() {
            0x00FF => Ok(element(0xA0, &parts.concat())),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    /// An empty one is compared as well: nobody sends it.
    fn verify(&self, card: &mut EidCard, command: &Command) -> Reply {
        if command.p1 != 0x00 || self.least(command.p2).is_none() {
            return Err(sw::NO_REFERENCE);
        }
        if !command.data.is_empty() && command.data.len() != BLOCK {
            return Err(sw::WRONG_LENGTH);
        }
        card.present(command.p2, &command.data)?;
        card.session.verified.insert(command.p2);
        Ok(Vec::new())
    }

    fn change(&self, card: &mut EidCard, command: &Command) -> Reply {
        let least = self.least(command.p2).ok_or(sw::NO_REFERENCE)?;
        if command.p2 == PUK {
            return Err(sw::CONDITIONS);
        }
        let (old, new) = both(command)?;
        card.present(command.p2, old)?;
        if !has_digits(new, least, 0x00) {
            return Err(sw::BAD_DATA);
        }
        card.replace(command.p2, new);
        Ok(Vec::new())
    }

    fn reset_retry_counter(&self, card: &mut EidCard, command: &Command) -> Reply {
        let least = self.least(command.p2).ok_or(sw::NO_REFERENCE)?;
        if command.p2 == PUK {
            return Err(sw::CONDITIONS);
        }
        let (code, new) = both(command)?;
        card.present(PUK, code)?;
        if !has_digits(new, least, 0x00) {
            return Err(sw::BAD_DATA);
        }
        card.replace(command.p2, new);
        Ok(Vec::new())
    }
}

/// Two blocks, one behind the other.
fn both(command: &Command) -> Result<(&[u8], &[u8]), u16> {
    match (command.p1, command.data.len()) {
        (0x00, len) if len == 2 * BLOCK => Ok(command.data.split_at(BLOCK)),
        _ => Err(sw::WRONG_LENGTH),
    }
}

fn sign(card: &EidCard, hash: Option<Vec<u8>>) -> Reply {
    let set = card.session.environment.ok_or(sw::CONDITIONS)?;
    let own = card.product.keys.iter().find(|it| it.reference == set.key);
    let own = own.ok_or(sw::NO_REFERENCE)?;
    let hash = hash.ok_or(sw::CONDITIONS)?;
    if !card.session.verified.contains(&own.pin) {
        return Err(sw::SECURITY_STATUS);
    }
    let key = card.keys.get(&set.key).ok_or(sw::NO_REFERENCE)?;
    compute(key, set, &hash)
}

/// The high nibble is the hash, whose length must fit, the low one the scheme.
fn compute(key: &PrivateKey, set: Environment, hash: &[u8]) -> Reply {
    let len = match set.algorithm >> 4 {
        0x3 => 28,
        0x4 => 32,
        0x5 => 48,
        0x6 => 64,
        _ => return Err(sw::BAD_DATA),
    };
    let known = Hash::of_length(hash.len()).filter(|_| hash.len() == len);
    let known = known.ok_or(sw::WRONG_LENGTH)?;
    let signature = match (set.algorithm & 0x0F, key.kind().input_length()) {
        (0x4, Some(len)) if !key.kind().is_rsa() => {
            ecdsa(key, hash).and_then(|der| halves(&der, len))
        }
        (0x2, _) => pkcs1(key, &known.info(hash)),
        _ => None,
    };
    signature.ok_or(sw::CONDITIONS)
}
