//! CardOS of Siemens and Atos: M4.4, which OpenSC 0.23 personalises, and 5.3.

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, MASTER, tag};
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv::{element, read_all};
use crate::pkcs15::emulator::dialect::{
    Condition, Dialect, FileKind, Habits, Pins, Places, Reading, Right, Status, Transport,
};
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::pin::Pin;
use crate::pkcs15::emulator::sign::{Environment, Key};
use crate::pkcs15::emulator::{Pkcs15Card, ins};

/// CardOS M4.4: a wrong PIN is answered without a counter, and asking costs a try.
pub const CARDOS44: Dialect = Dialect {
    name: "cardos44",
    atr: &[
        0x3B, 0xD2, 0x18, 0x02, 0xC1, 0x0A, 0x31, 0xFE, 0x58, 0xC8, 0x0D, 0x51,
    ],
    habits: &CardOs { five: false },
    pins: Pins {
        counted: false,
        ..PINS
    },
    wire: Transport {
        extended: true,
        ..WIRE
    },
    reading: Reading {
        warns: false,
        ..READING
    },
    places: Places {
        directories: [0x4401, 0x4402, 0x4404],
        certificate: 0x3104,
        key: 0x10,
        pins: [0x03, 0x02],
        padding: Some((0x00, 8)),
        longest_pin: 8,
        label: "CardOS",
        maker: "Siemens AG (C)",
        ..PLACES
    },
};

/// CardOS 5.0: the card pads.
pub const CARDOS50: Dialect = Dialect {
    name: "cardos50",
    atr: &[
        0x3B, 0xD2, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x58, 0xC9, 0x01, 0x14,
    ],
    ..CARDOS53
};

/// CardOS 5.3: the whole block comes from the host, unless the algorithm says otherwise.
pub const CARDOS53: Dialect = Dialect {
    name: "cardos53",
    atr: &[
        0x3B, 0xD2, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x58, 0xC9, 0x02, 0x17,
    ],
    habits: &CardOs { five: true },
    pins: Pins {
        status: Status::Tells,
        ..PINS
    },
    places: Places {
        key: 0x01,
        maker: "Atos",
        ..CARDOS44.places
    },
    ..CARDOS44
};

/// Class of its own commands, and two of them: life cycle, log-out.
const OWN: u8 = 0x80;
const LIFE_CYCLE: u8 = 0x10;
const LOG_OUT: u8 = 0xEA;
/// States of the life cycle.
const USER: u8 = 0x10;
const ADMINISTRATION: u8 = 0x20;
/// P2 of PUT DATA: an object, a security environment.
const OBJECT: u16 = 0x016E;
const ENVIRONMENT: u16 = 0x016D;
/// Where an imported key's numbers wait: class of the object, then the key.
const COMPONENT: u8 = 0x20;
const LAST_COMPONENT: u8 = 0x24;
/// Bits of the reference that name the object.
const NUMBER: u8 = 0x7F;
/// Algorithms of keys that decipher.
const DECIPHERS: [u8; 2] = [0x0A, 0x0C];

struct CardOs {
    five: bool,
}

impl Habits for CardOs {
    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        match (command.cla, command.ins) {
            (OWN, LIFE_CYCLE) if !self.five => {
                card.operational = !card.operational;
                Some(Ok(Vec::new()))
            }
            (OWN, LOG_OUT) => {
                card.session.verified.clear();
                Some(Ok(Vec::new()))
            }
            (0x00, ins::GET_DATA) => Some(self.get_data(card, command)),
            (0x00, ins::PUT_DATA) if !self.five => Some(put_data(card, command)),
            (0x00, ins::CREATE_FILE) if !self.five => Some(card.create(&command.data)),
            (0x00, ins::DELETE_FILE) if !self.five => {
                let path = card.here(&command.data);
                Some(path.and_then(|path| card.delete(&path)))
            }
            (0x00, ins::GENERATE_KEY_PAIR) if !self.five => Some(generate(card, command)),
            _ => None,
        }
    }

    fn pin(&self, reference: u8) -> u16 {
        u16::from(reference & NUMBER)
    }

    /// The PUK is the next object.
    fn puk(&self, pin: u16) -> u16 {
        pin + 1
    }

    /// Nine bytes, one for each right.
    fn condition(&self, _: &Pkcs15Card, file: &File, right: Right) -> Condition {
        let at = match (right, file.is_directory()) {
            (Right::Read, false) => 0,
            (Right::Update, _) => 1,
            (Right::Delete, _) => 5,
            (Right::Create, true) => 7,
            (Right::DeleteChild, true) => return Condition::Free,
            _ => return Condition::Never,
        };
        let access = file.parameter(tag::ACCESS).unwrap_or_default();
        match access.get(at) {
            Some(0x00) => Condition::Free,
            Some(object @ 0x01..=0x7F) => Condition::Pin(u16::from(*object)),
            _ => Condition::Never,
        }
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        let (size_tag, descriptor, access) = match kind {
            FileKind::Directory => (tag::WHOLE_SIZE, 0x38, [0, 1, 0, 0, 0, 0, 1, 0, 0]),
            FileKind::Transparent => (tag::SIZE, 0x01, [0, 3, 3, 3, 3, 3, 3, 0, 0]),
            FileKind::Records => (tag::SIZE, 0x05, [0, 3, 3, 3, 3, 3, 3, 0, 0]),
        };
        vec![
            (size_tag, size.to_be_bytes().to_vec()),
            (tag::DESCRIPTOR, vec![descriptor]),
            (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
            (tag::ACCESS, access.to_vec()),
        ]
    }

    fn master(&self, _: bool) -> Option<File> {
        let identifier = MASTER.to_be_bytes();
        let parameters: [(u32, &[u8]); 4] = [
            (tag::WHOLE_SIZE, &[0x40, 0x00]),
            (tag::DESCRIPTOR, &[0x38]),
            (tag::IDENTIFIER, &identifier),
            (tag::ACCESS, &[0; 9]),
        ];
        Some(File::new(&parameters, Content::Directory))
    }

    /// 5.x names the key in the low nibble.
    fn key(&self, environment: &Environment) -> Option<u16> {
        let key = environment.key?;
        Some(u16::from(if self.five { key & 0x0F } else { key }))
    }

    fn operation(&self, environment: &Environment, key: &Key) -> Result<Operation, u16> {
        match (key.key.kind().is_rsa(), environment.algorithm.as_deref()) {
            (false, _) => Ok(Operation::EcdsaHalves),
            (true, Some([0x10])) => Ok(Operation::Pkcs1),
            (true, _) => Ok(Operation::Raw),
        }
    }
}

impl CardOs {
    fn get_data(&self, card: &Pkcs15Card, command: &Command) -> Reply {
        match command.p1p2() {
            0x0181 if self.five => Ok(vec![0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08]),
            0x0181 => {
                let mut serial = vec![0; 32];
                serial.splice(10..16, [1, 2, 3, 4, 5, 6]);
                Ok(serial)
            }
            // What the ATR has in front of its check byte.
            0x0182 => {
                let (_, historical) = card
                    .dialect
                    .atr
                    .split_last_chunk::<3>()
                    .ok_or(sw::UNKNOWN)?;
                Ok(historical[..2].to_vec())
            }
            0x0183 => Ok(vec![if card.operational {
                USER
            } else {
                ADMINISTRATION
            }]),
            0x0188 => Ok(Vec::new()),
            0x018D => Ok(vec![0x04, 0x01]),
            _ => Err(sw::NO_REFERENCE),
        }
    }
}

fn put_data(card: &mut Pkcs15Card, command: &Command) -> Reply {
    match command.p1p2() {
        ENVIRONMENT => Ok(Vec::new()),
        OBJECT => put_object(card, &command.data),
        _ => Err(sw::WRONG_P1P2),
    }
}

/// A PIN, or one number of a key.
fn put_object(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let parts = simple(data).ok_or(sw::BAD_DATA)?;
    let part = |tag: u8| parts.iter().find(|(t, _)| *t == tag).map(|(_, v)| *v);
    let (Some(&[class, number]), Some(settings), Some(access), Some(value)) =
        (part(0x83), part(0x85), part(0x86), part(0x8F))
    else {
        return Err(sw::BAD_DATA);
    };
    if class == 0x00 {
        let [_, tries, ..] = *settings else {
            return Err(sw::BAD_DATA);
        };
        let mut pin = Pin::new(value, tries & 0x0F);
        pin.unblocked_by = match access.get(2) {
            Some(0xFF) | None => None,
            Some(object) => Some(u16::from(*object)),
        };
        card.pins.insert(u16::from(number), pin);
        return Ok(Vec::new());
    }
    let directory = card.current()?;
    card.allows(directory, Right::Update).or_else(|status| {
        // The PIN that the key is behind will do.
        let pin = access.first().map(|pin| u16::from(*pin));
        card.unlocked(pin).map_err(|_| status)
    })?;
    if !(COMPONENT..=LAST_COMPONENT).contains(&class) {
        return Err(sw::BAD_DATA);
    }
    let place = u16::from_be_bytes([class, number]);
    card.parts.insert(place, value.to_vec().into());
    let algorithm = settings.get(2).copied().unwrap_or_default();
    let pin = access.first().copied().filter(|pin| *pin != 0);
    card.settings.insert(number, (algorithm, pin));
    if class == LAST_COMPONENT {
        assemble(card, number);
    }
    Ok(Vec::new())
}

/// One byte each for tag and length, also where BER would take two for the length.
fn simple(mut data: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut parts = Vec::new();
    while let [tag, len, rest @ ..] = data {
        let (value, rest) = rest.split_at_checked(usize::from(*len))?;
        parts.push((*tag, value));
        data = rest;
    }
    data.is_empty().then_some(parts)
}

/// Primes that belong together make a key; before GENERATE they are only places.
fn assemble(card: &mut Pkcs15Card, number: u8) {
    let part = |class| card.parts.get(&u16::from_be_bytes([class, number]));
    let key = part(COMPONENT).zip(part(COMPONENT + 1));
    let key = key.filter(|(p, q)| p != q);
    if let Some(key) = key.and_then(|(p, q)| PrivateKey::from_primes(p, q)) {
        store(card, number, key);
    }
}

fn store(card: &mut Pkcs15Card, number: u8, key: PrivateKey) {
    let (algorithm, pin) = card.settings.get(&number).copied().unwrap_or_default();
    let key = Key {
        key,
        pin: pin.map(u16::from),
        once: false,
        deciphers: DECIPHERS.contains(&algorithm),
    };
    card.keys.insert(u16::from(number), key);
}

/// `20 kk`, file of the public key, and what its size is to be; the places of its numbers
/// are there already and tell the size.
fn generate(card: &mut Pkcs15Card, command: &Command) -> Reply {
    let [COMPONENT, number, high, low, ..] = command.data[..] else {
        return Err(sw::BAD_DATA);
    };
    let path = card.here(&[high, low])?;
    let place = |class| u16::from_be_bytes([class, number]);
    let first = card.parts.get(&place(COMPONENT)).ok_or(sw::NO_REFERENCE)?;
    let five = card.parts.contains_key(&place(LAST_COMPONENT));
    let kind = match (first.len(), five) {
        (128, true) => KeyKind::Rsa2048,
        (128.., false) => KeyKind::Rsa1024,
        _ => return Err(sw::BAD_DATA),
    };
    let key = card.fresh_key(kind)?;
    let template = key.public_template();
    let numbers: Vec<Vec<u8>> = read_all(&template)
        .unwrap_or_default()
        .into_iter()
        .map(|(_, number)| number.to_vec())
        .collect();
    let file = card.files.at_mut(&path).ok_or(sw::NOT_FOUND)?;
    match &mut file.content {
        Content::Transparent(content) => {
            let whole = element(0x7F49, &template);
            let place = content.get_mut(..whole.len()).ok_or(sw::BAD_DATA)?;
            place.copy_from_slice(&whole);
        }
        Content::Records(records) => {
            *records = (0x10..)
                .zip(&numbers)
                .map(|(at, number)| record(at, number))
                .collect();
        }
        _ => return Err(sw::BAD_DATA),
    }
    store(card, number, key);
    Ok(Vec::new())
}

/// A number with its length twice, and a zero in front.
fn record(at: u8, number: &[u8]) -> Vec<u8> {
    let len = number.len() as u8;
    [
        &[at, len.wrapping_add(2), len.wrapping_add(1), 0x00],
        number,
    ]
    .concat()
}
