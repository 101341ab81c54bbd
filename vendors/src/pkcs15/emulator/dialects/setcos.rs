//! SetCOS 4.4.1 of Setec.

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, Files, MASTER, Path, tag};
use crate::emulator::key::PrivateKey;
use crate::pkcs15::emulator::dialect::{
    Condition, Dialect, FileKind, Habits, Pins, Places, Reading, Right, Status,
};
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::pin::Pin;
use crate::pkcs15::emulator::sign::{Environment, Key};
use crate::pkcs15::emulator::{Pkcs15Card, Session, ins};

/// SetCOS 4.4.1: access conditions in groups, PINs in records of one file.
pub const SETCOS441: Dialect = Dialect {
    name: "setcos441",
    atr: &[
        0x3B, 0x9F, 0x94, 0x80, 0x1F, 0xC3, 0x00, 0x68, 0x11, 0x44, 0x05, 0x01, 0x46, 0x49, 0x53,
        0x45, 0x31, 0xC8, 0x07, 0x90, 0x00, 0x19,
    ],
    habits: &Setcos,
    pins: Pins {
        status: Status::Tells,
        ..PINS
    },
    wire: WIRE,
    reading: Reading {
        warns: false,
        ..READING
    },
    places: Places {
        directories: [0x4401, 0x4402, 0x4404],
        certificate: 0x5500,
        key: 0x5100,
        pins: [0x02, 0x01],
        padding: Some((0x00, 8)),
        longest_pin: 8,
        label: "SetCOS",
        maker: "Setec",
        ..PLACES
    },
};

const ACTIVATE: u8 = 0x44;
const APPLICATION: u16 = 0x5015;
/// The file whose records are PINs.
const PIN_FILE: u16 = 0x0080;
const RSA_KEY: u8 = 0x11;
/// Life cycle, 8A: being created, in use.
const CREATION: u8 = 0x01;
const IN_USE: u8 = 0x07;
/// Kinds of groups in 86: always, PIN, PIN and key, one instruction alone.
mod group {
    pub const ALWAYS: u8 = 0x01;
    pub const PIN: u8 = 0x02;
    pub const PIN_AND_KEY: u8 = 0x23;
    pub const INSTRUCTION: u8 = 0x83;
}
/// Longest record of a PIN.
const RECORD: usize = 24;
/// First bytes of the two forms of GENERATE: make, take.
const MAKE: u8 = 0x92;
const TAKE: u8 = 0x9A;

struct Setcos;

impl Habits for Setcos {
    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        match (command.ins, command.p1p2()) {
            (ins::CREATE_FILE, 0) => Some(create(card, &command.data)),
            (ins::DELETE_FILE, 0) => Some(delete(card, &command.data)),
            (ACTIVATE, 0) => Some(activate(card)),
            (ins::PUT_DATA, 0x0101) => Some(put_pin(card, &command.data)),
            (ins::GENERATE_KEY_PAIR, 0) => Some(generate(card, &command.data)),
            (ins::GET_DATA, 0x0101) => Some(modulus(card)),
            (ins::GET_DATA, _) => Some(Err(sw::NO_REFERENCE)),
            _ => None,
        }
    }

    /// Groups of one kind each; where none has the right, nobody has it.
    fn condition(&self, _: &Pkcs15Card, file: &File, right: Right) -> Condition {
        if state(file) == CREATION {
            return Condition::Free;
        }
        let bit = match (right, file.is_directory()) {
            (Right::Delete, true) => 0,
            (Right::Create, true) => 1,
            (Right::DeleteChild, true) => 6,
            (Right::Read, false) => 0,
            (Right::Update, false) => 1,
            (Right::Delete, false) => 6,
            (Right::Generate, false) => return instruction(file, ins::GENERATE_KEY_PAIR),
            _ => return Condition::Never,
        };
        let mask: u8 = 1 << bit;
        for (kind, values) in groups(file) {
            match (kind, values) {
                (group::ALWAYS, [rights]) if rights & mask != 0 => return Condition::Free,
                (group::PIN, [rights, pin]) | (group::PIN_AND_KEY, [rights, pin, _])
                    if rights & mask != 0 =>
                {
                    return Condition::Pin(u16::from(*pin));
                }
                _ => {}
            }
        }
        Condition::Never
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        let (descriptor, access): (u8, &[u8]) = match kind {
            FileKind::Directory => (0x38, &[0x01, 0x06, 0x02, 0x79, 0x01]),
            _ => (0x01, &[0x01, 0x01, 0x02, 0x5E, 0x02]),
        };
        vec![
            (tag::WHOLE_SIZE, size.to_be_bytes().to_vec()),
            (tag::DESCRIPTOR, vec![descriptor]),
            (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
            (tag::ACCESS, access.to_vec()),
            (tag::LIFE_CYCLE, vec![IN_USE]),
        ]
    }

    fn master(&self, blank: bool) -> Option<File> {
        let file = File {
            parameters: self.parameters(MASTER, FileKind::Directory, 0x2A),
            content: Content::Directory,
        };
        Some(file).filter(|_| !blank)
    }

    fn key_file(&self, card: &mut Pkcs15Card, key: u16, private: &PrivateKey) {
        let size = private.kind().input_length().unwrap_or_default() as u16 * 4;
        let access = [
            0x01,
            0x01,
            0x02,
            0x46,
            0x01,
            group::INSTRUCTION,
            0x01,
            ins::PERFORM_SECURITY_OPERATION,
            0x02,
        ];
        let identifier = key.to_be_bytes();
        let parameters: [(u32, &[u8]); 5] = [
            (tag::WHOLE_SIZE, &size.to_be_bytes()),
            (tag::DESCRIPTOR, &[RSA_KEY]),
            (tag::IDENTIFIER, &identifier),
            (tag::ACCESS, &access),
            (tag::LIFE_CYCLE, &[IN_USE]),
        ];
        let file = File::new(&parameters, Content::Internal);
        card.files.insert(vec![APPLICATION, key], file);
    }

    fn key(&self, environment: &Environment) -> Option<u16> {
        environment.file
    }

    fn key_path(&self, application: u16, key: u16) -> Vec<u16> {
        vec![application, key]
    }

    fn key_reference(&self, _: u16) -> Option<u8> {
        Some(0x00)
    }

    fn operation(&self, environment: &Environment, key: &Key) -> Result<Operation, u16> {
        match (key.key.kind().is_rsa(), environment.algorithm.as_deref()) {
            (true, Some([0x00])) => Ok(Operation::Raw),
            (true, Some([0x02])) => Ok(Operation::Pkcs1),
            (true, Some([0x12])) => Ok(Operation::Pkcs1Sha1),
            _ => Err(sw::BAD_DATA),
        }
    }
}

fn state(file: &File) -> u8 {
    let state = file.parameter(tag::LIFE_CYCLE).unwrap_or_default();
    state.first().copied().unwrap_or(IN_USE)
}

/// Kind and values of each group: a byte says both kind and how many values follow.
fn groups(file: &File) -> Vec<(u8, &[u8])> {
    let mut rest = file.parameter(tag::ACCESS).unwrap_or_default();
    let mut groups = Vec::new();
    while let Some((kind, after)) = rest.split_first() {
        let Some((values, after)) = after.split_at_checked(usize::from(kind & 0x0F)) else {
            break;
        };
        groups.push((*kind, values));
        rest = after;
    }
    groups
}

/// The PIN that a key's file wants before this instruction.
fn instruction(file: &File, wanted: u8) -> Condition {
    for (kind, values) in groups(file) {
        match (kind, values) {
            (group::INSTRUCTION, [_, ins, pin]) if *ins == wanted => {
                return Condition::Pin(u16::from(*pin));
            }
            (group::PIN, [0x46, pin]) if wanted == ins::GENERATE_KEY_PAIR => {
                return Condition::Pin(u16::from(*pin));
            }
            _ => {}
        }
    }
    Condition::Never
}

fn create(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let (identifier, file) = File::parse(data, 0).ok_or(sw::BAD_DATA)?;
    if identifier != MASTER || card.files.at(&[]).is_some() {
        return card.create(data);
    }
    card.files.insert(Path::new(), file);
    card.session.current = Path::new();
    Ok(Vec::new())
}

/// The current file, the one that is named, or with the master file all.
fn delete(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let path = match data {
        [] => card.session.current.clone(),
        [0x3F, 0x00] => Path::new(),
        data => card.here(data)?,
    };
    if !path.is_empty() {
        return card.delete(&path);
    }
    let master = card.files.at(&[]).ok_or(sw::NOT_FOUND)?;
    card.allows(master, Right::Delete)?;
    card.files = Files::new(None);
    card.pins.clear();
    card.keys.clear();
    card.session = Session::default();
    Ok(Vec::new())
}

fn activate(card: &mut Pkcs15Card) -> Reply {
    let path = card.session.current.clone();
    let file = card.files.at_mut(&path).ok_or(sw::NOT_FOUND)?;
    for (tag, value) in &mut file.parameters {
        if *tag == tag::LIFE_CYCLE {
            *value = vec![IN_USE];
        }
    }
    Ok(Vec::new())
}

/// A record: number, PIN, PUK, tries twice, tries of the PUK, and what the PIN is made of.
fn put_pin(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    if card.session.current.last() != Some(&PIN_FILE) || data.len() != RECORD {
        return Err(sw::CONDITIONS);
    }
    let being_created = state(card.current()?) == CREATION;
    if !being_created {
        card.unlocked(Some(1))?;
    }
    let (Some(pin), Some(puk)) = (data.get(1..9), data.get(9..17)) else {
        return Err(sw::BAD_DATA);
    };
    let number = u16::from(data[0]);
    let own = card.dialect.habits.puk(number);
    let mut pin = Pin::new(pin, data[17] & 0x0F);
    pin.unblocked_by = Some(own);
    card.pins.insert(number, pin);
    card.pins.insert(own, Pin::new(puk, data[19] & 0x0F));
    Ok(Vec::new())
}

/// `92` or `9A`, 00, bits, and numbers with their lengths in bits; with 9A the primes.
fn generate(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let file = card.current()?;
    card.allows(file, Right::Generate)?;
    let pin = match instruction(file, ins::PERFORM_SECURITY_OPERATION) {
        Condition::Pin(pin) => Some(pin),
        _ => None,
    };
    let number = *card.session.current.last().ok_or(sw::CONDITIONS)?;
    let [form, 0x00, high, low, rest @ ..] = data else {
        return Err(sw::BAD_DATA);
    };
    let kind = match u16::from_be_bytes([*high, *low]) {
        1024 => KeyKind::Rsa1024,
        2048 => KeyKind::Rsa2048,
        _ => return Err(sw::BAD_DATA),
    };
    let key = match *form {
        MAKE => card.fresh_key(kind)?,
        TAKE => {
            let (_, rest) = sized(rest)?;
            let (p, rest) = sized(rest)?;
            let (q, _) = sized(rest)?;
            let key = PrivateKey::from_primes(p, q).filter(|key| key.kind() == kind);
            key.ok_or(sw::BAD_DATA)?
        }
        _ => return Err(sw::BAD_DATA),
    };
    let key = Key {
        key,
        pin,
        once: false,
        deciphers: true,
    };
    card.keys.insert(number, key);
    Ok(Vec::new())
}

/// A number behind its length in bits, and what follows.
fn sized(data: &[u8]) -> Result<(&[u8], &[u8]), u16> {
    let (bits, rest) = data.split_first_chunk::<2>().ok_or(sw::BAD_DATA)?;
    let len = usize::from(u16::from_be_bytes(*bits)).div_ceil(8);
    rest.split_at_checked(len).ok_or(sw::BAD_DATA)
}

/// Bits, and the modulus of the current key.
fn modulus(card: &Pkcs15Card) -> Reply {
    let number = card.session.current.last().ok_or(sw::NO_REFERENCE)?;
    let key = card.keys.get(number).ok_or(sw::NO_REFERENCE)?;
    let PrivateKey::Rsa(_, key) = &key.key else {
        return Err(sw::NO_REFERENCE);
    };
    let modulus = rsa::traits::PublicKeyParts::n_bytes(key.as_ref()).to_vec();
    let bits = modulus.len() as u16 * 8;
    Ok([&bits.to_be_bytes()[..], &modulus].concat())
}
