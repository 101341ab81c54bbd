//! Rutoken ECP of Aktiv.

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, Files, MASTER, Path, tag};
use crate::emulator::key::PrivateKey;
use crate::pkcs15::emulator::dialect::{
    Condition, Dialect, FileKind, Habits, Pins, Places, Reading, Right, Status, Transport,
};
use crate::pkcs15::emulator::object::PinObject;
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::pin::Pin;
use crate::pkcs15::emulator::sign::{Environment, Key};
use crate::pkcs15::emulator::{EXISTS, Pkcs15Card, Session, ins};

/// Rutoken ECP as a USB token.
pub const RUTOKEN: Dialect = Dialect {
    name: "rutoken",
    atr: b"\x3B\x8B\x01Rutoken ECP\xA0",
    habits: &Rutoken,
    pins: Pins {
        lengths: (0, 32),
        wrong_length: Some(sw::WRONG_LENGTH),
        status: Status::Tells,
        counted: false,
        twice: Some(PRESENTED_ALREADY),
        ..PINS
    },
    wire: Transport {
        extended: false,
        ..WIRE
    },
    reading: Reading {
        short_identifiers: false,
        ..READING
    },
    places: Places {
        application: 0x5000,
        directories: [0x6005, 0x6002, 0x6004],
        certificate: 0x0300,
        key: 0x01,
        pins: [USER as u8, 0xFF],
        longest_pin: 32,
        label: "Rutoken ECP",
        maker: "Aktiv Co.",
        ..PLACES
    },
};

const PRESENTED_ALREADY: u16 = 0x6F86;
/// PINs: of the security officer, of the user.
const OFFICER: u16 = 1;
const USER: u16 = 2;
/// Commands of its own: class, instruction, P1, P2.
const ERASE: [u8; 4] = [0x80, 0x8A, 0x00, 0x00];
const FINISH: [u8; 4] = [0x80, 0x84, 0x4E, 0x19];
const LOG_OUT: [u8; 4] = [0x80, 0x40, 0x00, 0x00];
/// Where keys are.
const PRIVATE_KEYS: [u16; 3] = [0x1000, 0x1000, 0x6002];
const PUBLIC_KEYS: [u16; 3] = [0x1000, 0x1000, 0x6001];
/// First byte of 85, of internal files: PIN, keys.
const OF_PIN: u8 = 0x01;
const RSA_PRIVATE: u8 = 0x23;
const RSA_PUBLIC: u8 = 0x33;
/// Tags in front of what CHANGE REFERENCE DATA writes: length, a part.
const WHOLE: u8 = 0x80;
const PART: u8 = 0xA5;
/// Zeros behind each prime.
const GAP: usize = 4;
const NO_MEMORY: u16 = 0x6A84;

struct Rutoken;

impl Habits for Rutoken {
    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        let header = [command.cla, command.ins, command.p1, command.p2];
        match header {
            ERASE => {
                card.files = Files::new(None);
                card.pins.clear();
                card.keys.clear();
                card.operational = false;
                card.session = Session::default();
                Some(Ok(Vec::new()))
            }
            FINISH => {
                card.operational = true;
                Some(Ok(Vec::new()))
            }
            LOG_OUT => {
                card.session.verified.clear();
                Some(Ok(Vec::new()))
            }
            [0x00, ins::SELECT, p1, p2] => match (p1, p2) {
                (0x00 | 0x03 | 0x08, 0x00) => None,
                _ => Some(Err(sw::WRONG_P1P2)),
            },
            [0x00, ins::CREATE_FILE, 0x00, 0x00] => Some(create(card, &command.data)),
            [0x00, ins::DELETE_FILE, 0x00, 0x00] => {
                let path = match &command.data[..] {
                    [] => Ok(card.session.current.clone()),
                    data => card.here(data),
                };
                Some(path.and_then(|path| card.delete(&path)))
            }
            [0x00, ins::CHANGE_REFERENCE_DATA, 0x01, 0x00] => Some(import(card, &command.data)),
            [0x00, ins::CHANGE_REFERENCE_DATA, 0x01, number] => {
                Some(change(card, u16::from(number), &command.data))
            }
            [0x00, ins::CHANGE_REFERENCE_DATA, ..] => Some(Err(sw::WRONG_P1P2)),
            [0x00, ins::GENERATE_KEY_PAIR, 0x80, number] => Some(generate(card, number)),
            [0x00, ins::GET_DATA, 0x01, 0x81] => Some(Ok(vec![0, 0, 0, 0, 0x2B, 0x8F, 0x41, 0x07])),
            _ => None,
        }
    }

    /// A byte that says which conditions follow, then one for each bit.
    fn condition(&self, card: &Pkcs15Card, file: &File, right: Right) -> Condition {
        if !card.operational {
            return Condition::Free;
        }
        let bit = match (right, file.is_directory()) {
            (Right::Read, false) | (Right::Create, true) => 0,
            (Right::Update, false) => 1,
            (Right::Delete, _) => 6,
            (Right::DeleteChild, true) => return Condition::Free,
            _ => return Condition::Never,
        };
        match file.parameter(tag::ACCESS) {
            Some([present, conditions @ ..]) if present >> bit & 1 != 0 => {
                match conditions.get(bit) {
                    Some(0x00) => Condition::Free,
                    Some(0x01) => Condition::Pin(OFFICER),
                    Some(0x02) => Condition::Pin(USER),
                    _ => Condition::Never,
                }
            }
            _ => Condition::Never,
        }
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        let (descriptor, access) = match kind {
            FileKind::Directory => (0x38, [0x43, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]),
            _ => (0x01, [0x43, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]),
        };
        vec![
            (tag::SIZE, size.to_be_bytes().to_vec()),
            (tag::DESCRIPTOR, vec![descriptor, 0x00]),
            (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
            (tag::ACCESS, access.to_vec()),
        ]
    }

    fn master(&self, blank: bool) -> Option<File> {
        let file = File {
            parameters: self.parameters(MASTER, FileKind::Directory, 0),
            content: Content::Directory,
        };
        Some(file).filter(|_| !blank)
    }

    fn usual_pins(&self) -> Vec<PinObject> {
        vec![
            PinObject::user("123456").unblocked_by(1),
            PinObject::officer("87654321").tries(10),
        ]
    }

    fn key_file(&self, card: &mut Pkcs15Card, key: u16, _: &PrivateKey) {
        for at in 1..=PRIVATE_KEYS.len() {
            let path = &PRIVATE_KEYS[..at];
            let parameters = self.parameters(path[at - 1], FileKind::Directory, 0);
            let file = File {
                parameters,
                content: Content::Directory,
            };
            card.files.insert(path.to_vec(), file);
        }
        let mut parameters = self.parameters(key, FileKind::Transparent, 0x0288);
        parameters[1].1 = vec![0x10, 0x00];
        let file = File {
            parameters,
            content: Content::Internal,
        };
        card.files.insert(place(PRIVATE_KEYS, key), file);
    }

    fn key_path(&self, _: u16, key: u16) -> Vec<u16> {
        place(PRIVATE_KEYS, key)
    }

    fn operation(&self, _: &Environment, key: &Key) -> Result<Operation, u16> {
        match key.key.kind().is_rsa() {
            true => Ok(Operation::RawReversed),
            false => Err(sw::FUNCTION),
        }
    }
}

fn place(directory: [u16; 3], key: u16) -> Path {
    [&directory[..], &[key]].concat()
}

/// Files, and internal ones that the card itself puts where they belong.
fn create(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let (identifier, file) = File::parse(data, 0).ok_or(sw::BAD_DATA)?;
    if identifier == MASTER && card.files.at(&[]).is_none() {
        card.files.insert(Path::new(), file);
        card.session.current = Path::new();
        return Ok(Vec::new());
    }
    if !matches!(file.content, Content::Internal) {
        return card.create(data);
    }
    let settings = file.parameter(tag::PROPRIETARY).unwrap_or_default();
    match *settings {
        [OF_PIN, _, _, tries, ..] => {
            let mut pin = Pin::new(&[], tries & 0x0F);
            pin.unblocked_by = (identifier == USER).then_some(OFFICER);
            if card.pins.contains_key(&identifier) {
                return Err(EXISTS);
            }
            card.pins.insert(identifier, pin);
        }
        [kind @ (RSA_PRIVATE | RSA_PUBLIC), ..] => {
            card.unlocked(Some(USER))?;
            let directory = if kind == RSA_PRIVATE {
                PRIVATE_KEYS
            } else {
                PUBLIC_KEYS
            };
            let path = place(directory, identifier);
            if card.files.at(&path).is_some() {
                return Err(EXISTS);
            }
            card.files.insert(path, file);
        }
        _ => return Err(sw::BAD_DATA),
    }
    Ok(Vec::new())
}

/// `80 02 length`, then parts behind A5 and a length of one byte.
fn written(data: &[u8]) -> Result<Vec<u8>, u16> {
    let [WHOLE, 0x02, high, low, rest @ ..] = data else {
        return Err(sw::BAD_DATA);
    };
    let mut rest = rest;
    let mut whole = Vec::new();
    while let [PART, len, after @ ..] = rest {
        let (part, after) = after
            .split_at_checked(usize::from(*len))
            .ok_or(sw::BAD_DATA)?;
        whole.extend_from_slice(part);
        rest = after;
    }
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if !rest.is_empty() || whole.len() != length {
        return Err(sw::BAD_DATA);
    }
    Ok(whole)
}

/// A new PIN: after the old one, the officer's, or while the token is being formatted.
fn change(card: &mut Pkcs15Card, number: u16, data: &[u8]) -> Reply {
    let value = written(data)?;
    let verified = &card.session.verified;
    let may = !card.operational || verified.contains(&number) || verified.contains(&OFFICER);
    let pin = card.pins.get_mut(&number).ok_or(sw::NO_REFERENCE)?;
    if !may && !pin.value.is_empty() {
        return Err(sw::SECURITY_STATUS);
    }
    pin.value = value.into();
    pin.left = pin.most;
    Ok(Vec::new())
}

/// The numbers of a key in the file that is selected, the least significant byte first.
fn import(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    card.unlocked(Some(USER))?;
    let numbers = written(data)?;
    let path = card.session.current.clone();
    let Some((number, directory)) = path.split_last() else {
        return Err(sw::CONDITIONS);
    };
    if directory != PRIVATE_KEYS {
        return Ok(Vec::new());
    }
    // Five numbers of the same length and two gaps.
    let len = numbers.len().saturating_sub(2 * GAP) / 5;
    let big_endian = |at: usize| -> Vec<u8> {
        let number = numbers.get(at..at + len).unwrap_or_default();
        number.iter().rev().copied().collect()
    };
    let key = PrivateKey::from_primes(&big_endian(0), &big_endian(len + GAP));
    store(card, *number, key.ok_or(sw::BAD_DATA)?);
    Ok(Vec::new())
}

/// The modulus of the new key, the least significant byte first.
fn generate(card: &mut Pkcs15Card, number: u8) -> Reply {
    card.unlocked(Some(USER))?;
    let number = u16::from(number);
    let file = card
        .files
        .at(&place(PRIVATE_KEYS, number))
        .ok_or(sw::NO_REFERENCE)?;
    let kind = match file.size() {
        0x0288 => KeyKind::Rsa2048,
        0x0148 => KeyKind::Rsa1024,
        _ => return Err(NO_MEMORY),
    };
    let key = card.fresh_key(kind)?;
    let PrivateKey::Rsa(_, rsa) = &key else {
        return Err(sw::UNKNOWN);
    };
    let mut modulus = rsa::traits::PublicKeyParts::n_bytes(rsa.as_ref()).to_vec();
    modulus.reverse();
    store(card, number, key);
    Ok(modulus)
}

fn store(card: &mut Pkcs15Card, number: u16, key: PrivateKey) {
    let key = Key {
        key,
        pin: Some(USER),
        once: false,
        deciphers: true,
    };
    card.keys.insert(number, key);
}
