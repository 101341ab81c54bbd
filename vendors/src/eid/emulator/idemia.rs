//! Cosmo 8 and Cosmo X as Estonia and Latvia have them (sheets EstEID, part A, and LatEID).

use super::builder::{directory, transparent};
use super::{EidCard, Environment, Habits, Key, Pin, Product, code, environment, has_digits};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::files::Content;
use crate::emulator::key::PrivateKey;
use crate::emulator::signature::{Hash, ecdsa, halves, pkcs1};
use crate::emulator::tlv;

const MAIN: [u8; 16] = [
    0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x08, 0x00, 0x07, 0x00, 0x00, 0xFE, 0x00, 0x00, 0x01, 0x00,
];
const AUTHENTICATION: &[u8] = b"\xE8\x28\xBD\x08\x0F\xF2\x50OT AWP";
const SIGNATURE: &[u8] = b"QSCD Application";

/// The directories of the two keys.
const ADF1: u16 = 0xADF1;
const ADF2: u16 = 0xADF2;

/// References of PIN1, PIN2 and PUK.
const PIN1: u8 = 0x01;
const PIN2: u8 = 0x85;
const PUK: u8 = 0x02;

/// Every value is sent in so many bytes.
const BLOCK: usize = 12;

const PINS: &[Pin] = &[
    Pin {
        reference: PIN1,
        tries: 3,
        value: "123456",
    },
    Pin {
        reference: PIN2,
        tries: 3,
        value: "123456",
    },
    Pin {
        reference: PUK,
        tries: 3,
        value: "12345678",
    },
];

const fn keys(kind: KeyKind) -> [Key; 2] {
    [
        Key {
            reference: 0x9F,
            kind,
            certificate: &[ADF2, 0x341F],
            pin: PIN2,
        },
        Key {
            reference: 0x81,
            kind,
            certificate: &[ADF1, 0x3401],
            pin: PIN1,
        },
    ]
}

/// Estonia, from December 2018 on.
pub const ESTEID_COSMO8: Product = Product {
    name: "esteid8",
    family: "esteid",
    atr: &[
        0x3B, 0xDB, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45, 0x1F, 0x83, 0x00, 0x12, 0x23, 0x3F, 0x53,
        0x65, 0x49, 0x44, 0x0F, 0x90, 0x00, 0xF1,
    ],
    keys: &keys(KeyKind::P384),
    pins: PINS,
    habits: &Idemia {
        least: 5,
        is_listed: false,
    },
};

/// Estonia, from 2021 on.
pub const ESTEID_COSMOX: Product = Product {
    name: "esteidx",
    atr: &[
        0x3B, 0xDC, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45, 0x1F, 0x83, 0x00, 0x12, 0x23, 0x3F, 0x54,
        0x65, 0x49, 0x44, 0x32, 0x0F, 0x90, 0x00, 0xC3,
    ],
    ..ESTEID_COSMO8
};

/// Latvia, first years: RSA, in the first slot.
pub const LATEID_RSA: Product = Product {
    name: "lateidrsa",
    family: "lateid",
    atr: &[
        0x3B, 0xDB, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45, 0x1F, 0x83, 0x00, 0x12, 0x42, 0x8F, 0x53,
        0x65, 0x49, 0x44, 0x0F, 0x90, 0x00, 0x20,
    ],
    keys: &keys(KeyKind::Rsa2048),
    pins: PINS,
    habits: &Idemia {
        least: 6,
        is_listed: true,
    },
};

/// Latvia, Cosmo X: elliptic curves, in the second slot.
pub const LATEID_EC: Product = Product {
    name: "lateidec",
    atr: &[
        0x3B, 0xDC, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45, 0x1F, 0x83, 0x00, 0x12, 0x42, 0x8F, 0x54,
        0x65, 0x49, 0x44, 0x32, 0x0F, 0x90, 0x00, 0x12,
    ],
    keys: &[
        Key {
            reference: 0x9E,
            kind: KeyKind::P384,
            certificate: &[ADF2, 0x341E],
            pin: PIN2,
        },
        Key {
            reference: 0x82,
            kind: KeyKind::P384,
            certificate: &[ADF1, 0x3402],
            pin: PIN1,
        },
    ],
    ..LATEID_RSA
};

struct Idemia {
    /// Fewest digits of PIN2.
    least: usize,
    /// There are shortened PKCS#15 files.
    is_listed: bool,
}

impl Habits for Idemia {
    fn block(&self, _reference: u8, typed: &str) -> Vec<u8> {
        let mut block = typed.as_bytes().to_vec();
        block.resize(BLOCK, 0xFF);
        block
    }

    fn furnish(&self, card: &mut EidCard) {
        let number = tlv::element(0x04, card.number.as_bytes());
        let mut add = |path: &[u16], file| card.files.insert(path.to_vec(), file);
        add(&[], directory(&MAIN));
        add(&[0xD003], transparent(&number));
        add(&[ADF1], directory(AUTHENTICATION));
        add(&[ADF2], directory(SIGNATURE));
        if !self.is_listed {
            return;
        }
        for key in card.product.keys {
            let [part, file] = *key.certificate else {
                continue;
            };
            let listed = tlv::element(0x04, &file.to_be_bytes());
            let entry = wrapped(&[0x30, 0xA1, 0x30, 0x30], listed);
            add(&[part, 0x7005], transparent(&entry));
            let reference = tlv::element(0x02, &[0x00, key.reference]);
            let attributes = [vec![0x30, 0x00], tlv::element(0x30, &reference)].concat();
            let kind = if key.kind.is_rsa() { 0x30 } else { 0xA0 };
            add(
                &[part, 0x7001],
                transparent(&tlv::element(kind, &attributes)),
            );
            let place =
                |tag, file: u16| wrapped(&[tag, 0x30], tlv::element(0x04, &file.to_be_bytes()));
            let directory = [place(0xA4, 0x7005), place(0xA0, 0x7001)].concat();
            add(&[part, 0x5031], transparent(&directory));
        }
    }

    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply {
        if command.cla != 0x00 {
            return Err(sw::UNKNOWN_CLA);
        }
        match command.ins {
            ins::SELECT => select(card, command),
            code::READ_BINARY => card.read_binary(command, 0xE9),
            ins::GET_DATA => counter(card, command),
            ins::VERIFY => self.verify(card, command),
            ins::CHANGE_REFERENCE_DATA => self.change(card, command),
            ins::RESET_RETRY_COUNTER => self.reset_retry_counter(card, command),
            code::MANAGE_SECURITY_ENVIRONMENT => {
                card.session.environment = None;
                card.session.environment = Some(environment(command)?);
                Ok(Vec::new())
            }
            code::INTERNAL_AUTHENTICATE if command.p1p2() == 0 => {
                sign(card, command, (ADF1, 0xA4, PIN1))
            }
            code::PERFORM_SECURITY_OPERATION if command.p1p2() == 0x9E9A => {
                let signature = sign(card, command, (ADF2, 0xB6, PIN2));
                // Good for one signature.
                card.session.verified.remove(&PIN2);
                signature
            }
            _ => Err(sw::UNKNOWN_INS),
        }
    }
}

/// In templates from the outermost to the innermost.
fn wrapped(tags: &[u32], content: Vec<u8>) -> Vec<u8> {
    tags.iter()
        .rev()
        .fold(content, |content, tag| tlv::element(*tag, &content))
}

fn select(card: &mut EidCard, command: &Command) -> Reply {
    let path = card.find(command)?;
    let (before, after) = (card.directory(), card.files.directory(&path));
    // Another part than the one that the PIN is of; the master file is none.
    if after != [ADF2] && !after.is_empty() {
        card.session.verified.remove(&PIN2);
    }
    if before != after {
        card.session.environment = None;
    }
    card.session.at = path;
    let file = card.files.at(&card.session.at);
    match (command.p2, file.map(|file| &file.content)) {
        (0x00 | 0x04, Some(Content::Transparent(bytes))) => {
            let size = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
            let size = tlv::element(0x80, &size.to_be_bytes());
            Ok(tlv::element(0x62, &size))
        }
        (0x00 | 0x04 | 0x0C, _) => Ok(Vec::new()),
        _ => Err(sw::WRONG_P1P2),
    }
}

/// GET DATA on a PIN: maximum and tries left among what else it has.
fn counter(card: &EidCard, command: &Command) -> Reply {
    let [0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, number, 0x02, 0xA0, 0x80] = command.data[..] else {
        return Err(sw::BAD_DATA);
    };
    let (reference, condition) = match number {
        0x01 => (PIN1, 0x43),
        0x02 => (PUK, 0x43),
        0x05 if card.directory() == [ADF2] => (PIN2, 0xFF),
        _ => return Err(sw::NO_REFERENCE),
    };
    if command.p1p2() != 0x3FFF {
        return Err(sw::NO_REFERENCE);
    }
    let secret = card.pins.get(&reference).ok_or(sw::NO_REFERENCE)?;
    let rights = [0xF3, 0x00, 0x00, 0x73, condition, 0x00];
    let rights = [tlv::element(0x8C, &rights), tlv::element(0x9C, &rights)].concat();
    let facts = [
        tlv::element(0x9A, &[secret.most()]),
        tlv::element(0x9B, &[secret.left()]),
        tlv::element(0xA1, &rights),
    ];
    let own = 0xBF_8100 | u32::from(number);
    Ok(wrapped(&[0x70, own, 0xA0], facts.concat()))
}

impl Idemia {
    /// Fewest digits of a value; `None`: there is no such PIN where the card is.
    fn least(&self, card: &EidCard, reference: u8) -> Option<usize> {
        match reference {
            PIN1 => Some(4),
            PIN2 if card.directory() == [ADF2] => Some(self.least),
            PUK => Some(8),
            _ => None,
        }
    }

    /// An empty one is compared as well: nobody sends it, and nobody knows what it costs.
    fn verify(&self, card: &mut EidCard, command: &Command) -> Reply {
        if command.p1 != 0x00 || self.least(card, command.p2).is_none() {
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
        let least = self.least(card, command.p2).ok_or(sw::NO_REFERENCE)?;
        if command.p1 != 0x00 || command.data.len() != 2 * BLOCK {
            return Err(sw::WRONG_LENGTH);
        }
        let (old, new) = command.data.split_at(BLOCK);
        card.present(command.p2, old)?;
        if !has_digits(new, least, 0xFF) {
            return Err(sw::BAD_DATA);
        }
        if old == new {
            return Err(sw::CONDITIONS);
        }
        card.replace(command.p2, new);
        Ok(Vec::new())
    }

    fn reset_retry_counter(&self, card: &mut EidCard, command: &Command) -> Reply {
        let least = self.least(card, command.p2).ok_or(sw::NO_REFERENCE)?;
        if command.p1 != 0x02 || command.p2 == PUK {
            return Err(sw::WRONG_P1P2);
        }
        if !card.session.verified.contains(&PUK) {
            return Err(sw::SECURITY_STATUS);
        }
        if command.data.len() != BLOCK {
            return Err(sw::WRONG_LENGTH);
        }
        if !has_digits(&command.data, least, 0xFF) {
            return Err(sw::BAD_DATA);
        }
        card.replace(command.p2, &command.data);
        Ok(Vec::new())
    }
}

/// A signature with the key of a part, which wants its own template and its own PIN.
fn sign(card: &EidCard, command: &Command, (part, template, pin): (u16, u8, u8)) -> Reply {
    if card.directory() != [part] {
        return Err(sw::CONDITIONS);
    }
    let set = card.session.environment.ok_or(sw::CONDITIONS)?;
    let own = card.product.keys.iter().find(|key| key.pin == pin);
    let own = own.filter(|key| key.reference == set.key && template == set.template);
    let key = own.and_then(|key| card.keys.get(&key.reference));
    let key = key.ok_or(sw::CONDITIONS)?;
    if !card.session.verified.contains(&pin) {
        return Err(sw::SECURITY_STATUS);
    }
    compute(key, set, &command.data)
}

/// By the identifiers of algorithms that programs use, of one byte or four.
fn compute(key: &PrivateKey, set: Environment, data: &[u8]) -> Reply {
    let signature = match (set.template, set.algorithm, data.len()) {
        (0xA4, 0x04 | 0xFF20_0800, 48) | (0xB6, 0x54 | 0xFF15_0800, 48) => {
            ecdsa(key, data).and_then(|der| halves(&der, 48))
        }
        (0xA4, 0x02, _) => pkcs1(key, data),
        (0xB6, 0x42, 32) => pkcs1(key, &Hash::Sha256.info(data)),
        (0xB6, 0x42, _) => return Err(sw::WRONG_LENGTH),
        (_, 0x04 | 0x54 | 0xFF20_0800 | 0xFF15_0800, _) => return Err(sw::WRONG_LENGTH),
        _ => return Err(sw::CONDITIONS),
    };
    signature.ok_or(sw::CONDITIONS)
}
