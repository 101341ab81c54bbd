//! IsoApplet, a Java Card applet, with its interface 00.06 and 01.00.

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{File, tag};
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::tlv::{element, read, read_all};
use crate::pkcs15::emulator::dialect::{
    Condition, Dialect, FileKind, Habits, PUK_OF, Pins, Places, Reading, Right, Status, Transport,
};
use crate::pkcs15::emulator::object::PinObject;
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::pin::Pin;
use crate::pkcs15::emulator::sign::{Environment, Key};
use crate::pkcs15::emulator::{Pkcs15Card, Session, ins};

/// Version 0: the interface that OpenSC 0.23 can drive in full.
pub const ISOAPPLET0: Dialect = Dialect {
    name: "isoapplet0",
    atr: ATR,
    habits: &IsoApplet { version: 0 },
    pins: APPLET_PINS,
    wire: Transport {
        extended: false,
        chained: Some(&[
            ins::PERFORM_SECURITY_OPERATION,
            ins::GENERATE_KEY_PAIR,
            ins::PUT_DATA_ODD,
        ]),
        exact: true,
        ..WIRE
    },
    reading: APPLET_READING,
    places: APPLET_PLACES,
};

/// Version 1: signs hashes of any kind, wants extended APDUs and refuses chains.
pub const ISOAPPLET1: Dialect = Dialect {
    name: "isoapplet1",
    habits: &IsoApplet { version: 1 },
    wire: Transport {
        chained: Some(&[]),
        fits_or_fails: true,
        ..WIRE
    },
    ..ISOAPPLET0
};

/// A Java Card that says nothing of itself: the applet has none of its own.
const ATR: &[u8] = &[0x3B, 0x80, 0x80, 0x01, 0x01];
const AID: &[u8] = &[
    0xF2, 0x76, 0xA2, 0x88, 0xBC, 0xFB, 0xA6, 0x9D, 0x34, 0xF3, 0x10, 0x01,
];

const APPLET_PINS: Pins = Pins {
    lengths: (4, 16),
    wrong_length: Some(sw::WRONG_LENGTH),
    filled: Some(16),
    status: Status::Counter,
    blocked: sw::TRIES,
    unknown: sw::WRONG_P1P2,
    wrong_logs_out: true,
    change_logs_out: true,
    puk_tries: 5,
    ..PINS
};

const APPLET_READING: Reading = Reading {
    warns: false,
    no_file: 0x6981,
    ..READING
};

const APPLET_PLACES: Places = Places {
    directories: [0x4401, 0x4402, 0x4404],
    certificate: 0x3400,
    key: 0,
    pins: [0x01, 0x01],
    padding: Some((0x00, 16)),
    label: "JavaCard isoApplet",
    maker: "unknown",
    ..PLACES
};

/// The user's PIN, and its permission for files, which outlives a change of the PIN.
const PIN: u16 = 0x01;
const FILES: u16 = 0x0201;
const PUK: u16 = PIN | PUK_OF;
const PUK_LENGTH: usize = 16;

const BAD_TLV: u16 = 0x6984;
const NOT_ALLOWED: u16 = 0x6986;
const NO_LE: u16 = 0x6C00;
/// Slots for keys.
const SLOTS: u8 = 0x10;

/// Values of 80 in MSE.
mod algorithm {
    pub const RSA_PKCS1: u8 = 0x11;
    pub const RSA_PSS: u8 = 0x12;
    pub const ECDSA: u8 = 0x21;
    pub const MAKE_RSA_2048: u8 = 0xF3;
    pub const MAKE_RSA_4096: u8 = 0xF5;
    pub const MAKE_EC: u8 = 0xEC;
}

struct IsoApplet {
    version: u8,
}

impl Habits for IsoApplet {
    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        if (command.ins, command.p1, &command.data[..]) == (ins::SELECT, 0x04, AID) {
            card.session = Session {
                selected: true,
                ..Session::default()
            };
            let version: &[u8] = if self.version == 0 {
                &[0x00, 0x06, 0x06]
            } else {
                &[]
            };
            return Some(Ok(version.to_vec()));
        }
        if !card.session.selected {
            return Some(Err(match command.ins {
                ins::SELECT => sw::NOT_FOUND,
                _ => sw::UNKNOWN_INS,
            }));
        }
        match command.ins {
            ins::SELECT if command.p1 == 0x00 && command.data.len() == 2 => {
                Some(select_anywhere(card, command))
            }
            ins::VERIFY => Some(verify(card, command)),
            ins::CHANGE_REFERENCE_DATA => change(card, command),
            ins::RESET_RETRY_COUNTER => refusal_to_unblock(card, command).map(Err),
            ins::MANAGE_SECURITY_ENVIRONMENT if !card.session.verified.contains(&PIN) => {
                Some(Err(sw::SECURITY_STATUS))
            }
            ins::PERFORM_SECURITY_OPERATION if command.ne.is_none() && uses_rsa(card) => {
                Some(Err(NO_LE))
            }
            ins::GENERATE_KEY_PAIR => Some(self.generate(card, command)),
            ins::PUT_DATA_ODD => Some(import(card, command)),
            ins::GET_DATA if self.version == 1 && command.p1p2() == 0x0101 => {
                Some(Ok(vec![0x01, 0x00, 0x2F]))
            }
            ins::CREATE_FILE => Some(create(card, command)),
            ins::DELETE_FILE => Some(delete(card, command)),
            _ => None,
        }
    }

    /// Eight bytes: FF, then one condition for each right.
    fn condition(&self, _: &Pkcs15Card, file: &File, right: Right) -> Condition {
        let at = match (right, file.is_directory()) {
            (Right::Delete, _) => 1,
            (Right::Create, true) => 6,
            (Right::DeleteChild, true) | (Right::Read, false) => 7,
            (Right::Update, false) => 6,
            _ => return Condition::Never,
        };
        let Some(access) = file.parameter(tag::ACCESS) else {
            return Condition::Free;
        };
        match access.get(at) {
            Some(0x00) => Condition::Free,
            Some(0x10..=0x1F | 0x90) => Condition::Pin(FILES),
            _ => Condition::Never,
        }
    }

    fn information(&self, _: &Pkcs15Card, file: &File, p2: u8) -> Reply {
        match p2 {
            0x00 | 0x04 => Ok(file.template(tag::INFORMATION)),
            0x0C => Ok(Vec::new()),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        let (descriptor, access) = match kind {
            FileKind::Directory => (0x38, [0xFF, 0, 0, 0, 0, 0, 0, 0x90]),
            _ => (0x01, [0xFF, 0x90, 0xFF, 0xFF, 0xFF, 0xFF, 0x90, 0x00]),
        };
        vec![
            (tag::WHOLE_SIZE, size.to_be_bytes().to_vec()),
            (tag::DESCRIPTOR, vec![descriptor]),
            (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
            (tag::ACCESS, access.to_vec()),
        ]
    }

    fn usual_pins(&self) -> Vec<PinObject> {
        vec![PinObject::user("123456").puk("1234567890123456")]
    }

    fn accepts(&self, card: &Pkcs15Card, environment: &Environment) -> Result<(), u16> {
        let Some(&[algorithm]) = environment.algorithm.as_deref() else {
            return Err(BAD_TLV);
        };
        let slot = environment.key.ok_or(BAD_TLV)?;
        let rsa = match (environment.template, algorithm) {
            (0x00, algorithm::MAKE_RSA_2048 | algorithm::MAKE_EC) => return Ok(()),
            (0x00, algorithm::MAKE_RSA_4096) if self.version == 1 => return Ok(()),
            (0xB6 | 0xB8, algorithm::RSA_PKCS1) => true,
            (0xB6, algorithm::RSA_PSS) if self.version == 1 => true,
            (0xB6, algorithm::ECDSA) => false,
            _ => return Err(sw::FUNCTION),
        };
        let key = card.keys.get(&u16::from(slot)).ok_or(sw::UNKNOWN)?;
        if key.key.kind().is_rsa() != rsa {
            return Err(BAD_TLV);
        }
        Ok(())
    }

    fn operation(&self, environment: &Environment, _: &Key) -> Result<Operation, u16> {
        match (environment.algorithm.as_deref(), self.version) {
            (Some([algorithm::RSA_PKCS1]), _) => Ok(Operation::Pkcs1),
            (Some([algorithm::RSA_PSS]), _) => Ok(Operation::Pss),
            (Some([algorithm::ECDSA]), 0) => Ok(Operation::EcdsaSha1Message),
            (Some([algorithm::ECDSA]), _) => Ok(Operation::EcdsaDer),
            _ => Err(sw::CONDITIONS),
        }
    }
}

impl IsoApplet {
    fn generate(&self, card: &mut Pkcs15Card, command: &Command) -> Reply {
        let environment = card.session.environment.clone().ok_or(sw::CONDITIONS)?;
        let algorithm = environment.algorithm.as_deref();
        card.unlocked(Some(PIN))?;
        let (kind, p1) = match algorithm {
            Some([algorithm::MAKE_RSA_2048]) => (KeyKind::Rsa2048, 0x42),
            Some([algorithm::MAKE_RSA_4096]) => (KeyKind::Rsa4096, 0x42),
            Some([algorithm::MAKE_EC]) => (curve(&command.data)?, 0x00),
            _ => return Err(sw::CONDITIONS),
        };
        if (command.p1, command.p2) != (p1, 0x00) {
            return Err(sw::WRONG_P1P2);
        }
        if self.version == 1 && !command.extended {
            return Err(sw::UNKNOWN);
        }
        let key = card.fresh_key(kind)?;
        let public = if kind.is_rsa() {
            key.public_template()
        } else {
            // The curve as it came, and the point in front of the cofactor.
            let (curve, cofactor) = parameters(&command.data)?;
            [curve, key.public_template(), cofactor].concat()
        };
        put_key(card, environment.key, key)?;
        Ok(element(0x7F49, &public))
    }
}

fn select_anywhere(card: &mut Pkcs15Card, command: &Command) -> Reply {
    let identifier = u16::from_be_bytes([command.data[0], command.data[1]]);
    if identifier == crate::emulator::files::MASTER {
        return card.enter(Vec::new(), command.p2);
    }
    let path = card.files.anywhere(identifier).ok_or(sw::NOT_FOUND)?;
    card.enter(path, command.p2)
}

fn verify(card: &mut Pkcs15Card, command: &Command) -> Reply {
    if !card.pins.contains_key(&PIN) && command.data.is_empty() && command.p2 == PIN as u8 {
        return Ok(Vec::new());
    }
    let answer = card.verify(command);
    if card.session.verified.contains(&PIN) {
        card.session.verified.insert(FILES);
    } else {
        card.session.verified.remove(&FILES);
    }
    answer
}

/// The first PUK and the first PIN are set here too.
fn change(card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
    let set = card.pins.contains_key(&PIN);
    let value = &command.data[..];
    match (command.p1, command.p2) {
        (0x01, 0x02) if !set && !card.pins.contains_key(&PUK) => {
            if value.len() != PUK_LENGTH {
                return Some(Err(sw::WRONG_LENGTH));
            }
            let tries = card.dialect.pins.puk_tries;
            card.pins.insert(PUK, Pin::new(value, tries));
            Some(Ok(Vec::new()))
        }
        (0x01, 0x01) if !set => {
            let value = match card.normal(value) {
                Ok(value) => value,
                Err(status) => return Some(Err(status)),
            };
            let mut pin = Pin::new(&value, 3);
            pin.unblocked_by = card.pins.contains_key(&PUK).then_some(PUK);
            card.pins.insert(PIN, pin);
            card.operational = true;
            Some(Ok(Vec::new()))
        }
        (0x00, 0x01) if set && value.len() == 2 * PUK_LENGTH => None,
        (0x00, 0x01) if set => Some(Err(sw::WRONG_LENGTH)),
        _ => Some(Err(sw::WRONG_P1P2)),
    }
}

fn refusal_to_unblock(card: &Pkcs15Card, command: &Command) -> Option<u16> {
    match (command.p1p2(), card.pins.get(&PIN)) {
        (0x0001, None) => Some(NOT_ALLOWED),
        (0x0001, Some(pin)) => pin.unblocked_by.is_none().then_some(sw::TRIES),
        _ => Some(sw::WRONG_P1P2),
    }
}

fn uses_rsa(card: &Pkcs15Card) -> bool {
    let environment = card.session.environment.as_ref();
    let slot = environment.and_then(|environment| environment.key);
    let key = slot.and_then(|slot| card.keys.get(&u16::from(slot)));
    key.is_some_and(|key| key.key.kind().is_rsa())
}

fn create(card: &mut Pkcs15Card, command: &Command) -> Reply {
    if command.p1p2() != 0 {
        return Err(sw::WRONG_P1P2);
    }
    let (identifier, _) = File::parse(&command.data, 0).ok_or(sw::BAD_DATA)?;
    if card.files.anywhere(identifier).is_some() {
        return Err(BAD_TLV);
    }
    card.create(&command.data)
}

fn delete(card: &mut Pkcs15Card, command: &Command) -> Reply {
    let [high, low] = command.data[..] else {
        return Err(sw::WRONG_LENGTH);
    };
    let identifier = u16::from_be_bytes([high, low]);
    if identifier == crate::emulator::files::MASTER {
        return Err(NOT_ALLOWED);
    }
    let path = card.files.anywhere(identifier).ok_or(sw::NOT_FOUND)?;
    card.delete(&path)
}

/// PUT DATA: primes of an RSA key, or a curve and a number.
fn import(card: &mut Pkcs15Card, command: &Command) -> Reply {
    let environment = card.session.environment.clone().ok_or(sw::CONDITIONS)?;
    card.unlocked(Some(PIN))?;
    let (tag, value, _) = read(&command.data).ok_or(sw::BAD_DATA)?;
    let parts = read_all(value).ok_or(BAD_TLV)?;
    let part = |tag| parts.iter().find(|(t, _)| *t == tag).map(|(_, v)| *v);
    let key = match (tag, environment.algorithm.as_deref()) {
        (0x7F48, Some([algorithm::MAKE_RSA_2048 | algorithm::MAKE_RSA_4096])) => {
            let (p, q) = part(0x92).zip(part(0x93)).ok_or(BAD_TLV)?;
            PrivateKey::from_primes(p, q)
        }
        (0xE0, Some([algorithm::MAKE_EC])) => {
            PrivateKey::from_scalar(curve(value)?, part(0x88).ok_or(BAD_TLV)?)
        }
        _ => return Err(sw::CONDITIONS),
    };
    put_key(card, environment.key, key.ok_or(sw::BAD_DATA)?)?;
    Ok(Vec::new())
}

fn put_key(card: &mut Pkcs15Card, slot: Option<u8>, key: PrivateKey) -> Result<(), u16> {
    let slot = slot.filter(|slot| *slot < SLOTS).ok_or(BAD_TLV)?;
    let deciphers = key.kind().is_rsa();
    let key = Key {
        key,
        pin: Some(PIN),
        once: false,
        deciphers,
    };
    card.keys.insert(u16::from(slot), key);
    Ok(())
}

/// The curve, by the beginning of its prime.
fn curve(data: &[u8]) -> Result<KeyKind, u16> {
    let parts = read_all(data).ok_or(BAD_TLV)?;
    let prime = parts.iter().find(|(tag, _)| *tag == 0x81);
    match prime.map(|(_, prime)| (prime.len(), prime.get(..8).unwrap_or_default())) {
        Some((32, [0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01])) => Ok(KeyKind::P256),
        Some((32, [0xA9, 0xFB, 0x57, 0xDB, ..])) => Ok(KeyKind::BrainpoolP256),
        Some((48, [0xFF, 0xFF, 0xFF, 0xFF, ..])) => Ok(KeyKind::P384),
        Some((48, [0x8C, 0xB9, 0x1E, 0x82, ..])) => Ok(KeyKind::BrainpoolP384),
        _ => Err(sw::FUNCTION),
    }
}

/// Prime to order, and the cofactor.
fn parameters(data: &[u8]) -> Result<(Vec<u8>, Vec<u8>), u16> {
    let parts = read_all(data).ok_or(BAD_TLV)?;
    let written = |cofactor: bool| -> Vec<u8> {
        let parts = parts.iter().filter(|(tag, _)| (*tag == 0x87) == cofactor);
        parts
            .flat_map(|(tag, value)| element(*tag, value))
            .collect()
    };
    Ok((written(false), written(true)))
}
