//! AuthentIC of Oberthur: its layout is not PKCS#15, and OpenSC makes one of it.

mod layout;

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, MASTER, tag};
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv::element;
use crate::pkcs15::emulator::dialect::{
    Condition, Dialect, FileKind, Habits, Pins, Places, Reading, Right, Status, Transport,
};
use crate::pkcs15::emulator::object::PinObject;
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::pin::Pin;
use crate::pkcs15::emulator::sign::{Environment, Key};
use crate::pkcs15::emulator::{EXISTS, Pkcs15Card, ins};

/// ID-One Cosmo with the AuthentIC applet. The security officer's PIN is 87654321.
pub const OBERTHUR: Dialect = Dialect {
    name: "oberthur",
    atr: &[
        0x3B, 0xFB, 0x11, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x00, 0x31, 0xC0, 0x64, 0x77, 0xE9,
        0x10, 0x00, 0x00, 0x90, 0x00, 0x6A,
    ],
    habits: &Oberthur,
    pins: Pins {
        status: Status::Tells,
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
        key: FIRST_KEY,
        pins: [0x81, 0x83],
        padding: Some((0xFF, 64)),
        longest_pin: 64,
        label: "AuthentIC",
        maker: "Oberthur/OCS",
        ..PLACES
    },
};

const MANAGER: &[u8] = &[0xA0, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00];
const APPLET: &[u8] = &[
    0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x03, 0x03, 0x00, 0x00, 0x00, 0xF1, 0x00, 0x00, 0x00, 0x02,
];
/// PINs: of the user, of the security officer; and the key that unblocks the first.
const USER: u16 = 0x01;
const OFFICER: u16 = 0x04;
const UNBLOCKING: u16 = 0x0101;
/// Lengths of both kinds.
const PIN_LENGTH: usize = 64;
const PUK_LENGTH: usize = 16;
/// File of the first private key.
const FIRST_KEY: u16 = 0x3001;
/// Kinds of files: records, keys.
const RECORDS: u8 = 0x04;
const KEYS: [u8; 3] = [0x11, 0x12, 0x14];
/// Instructions of its own.
const READ_KEY: u8 = 0xB4;
const WRITE_KEY: u8 = 0xD8;
const APPEND_RECORD: u8 = 0xE2;
const UPDATE_RECORD: u8 = 0xDC;
const LOG_OUT: u8 = 0x2E;
/// Longest record.
const RECORD: u8 = 0x8D;

struct Oberthur;

impl Habits for Oberthur {
    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        match (command.cla, command.ins, command.p1, command.p2) {
            (0x00, ins::SELECT, 0x04, _) => Some(match &command.data[..] {
                MANAGER | APPLET => {
                    card.session.current.clear();
                    Ok(Vec::new())
                }
                _ => Err(sw::NOT_FOUND),
            }),
            (0x00, ins::SELECT, 0x00 | 0x03, _) => None,
            (0x00, ins::SELECT, ..) => Some(Err(sw::WRONG_P1P2)),
            (0x80, ins::GET_DATA, 0x9F, 0x7F) => Some(Ok(production())),
            (0x80, LOG_OUT, 0x00, reference) => {
                let pin = u16::from(reference & 0x0F);
                card.session.verified.remove(&pin);
                Some(Ok(Vec::new()))
            }
            (0x00, ins::CREATE_FILE, 0x00, _) => Some(create(card, &command.data)),
            (0x00, ins::DELETE_FILE, 0x01 | 0x02, 0x00) => {
                let path = card.here(&command.data);
                Some(path.and_then(|path| card.delete(&path)))
            }
            (0x00, ins::CHANGE_REFERENCE_DATA, 0x01, 0x01) => Some(set_pin(card, &command.data)),
            (0x00, ins::GENERATE_KEY_PAIR, 0x00, 0x00) => Some(generate(card, &command.data)),
            (0x80, READ_KEY, part, 0x00) => Some(read_key(card, part)),
            (0x80, WRITE_KEY, part, 0x04) => Some(write_key(card, part, &command.data)),
            (0x00, APPEND_RECORD, 0x00, 0x00) => Some(write_record(card, None, &command.data)),
            (0x00, UPDATE_RECORD, number, 0x04) => {
                Some(write_record(card, Some(number), &command.data))
            }
            (0x00, ins::MANAGE_SECURITY_ENVIRONMENT, ..) => {
                let answer = card.manage(command);
                let file = card.session.current.last().copied();
                if let Some(environment) = &mut card.session.environment {
                    environment.file = file;
                }
                Some(answer)
            }
            (0x00, ins::PERFORM_SECURITY_OPERATION, 0x80, 0x86) => {
                let cryptogram = [&[0x00], &command.data[..]].concat();
                Some(card.decipher(&cryptogram))
            }
            _ => None,
        }
    }

    fn pin(&self, reference: u8) -> u16 {
        u16::from(reference & 0x7F)
    }

    /// Eight bytes, whose order depends on what the file is.
    fn condition(&self, _: &Pkcs15Card, file: &File, right: Right) -> Condition {
        let at = match (right, file.is_directory()) {
            (Right::Create, true) => 0,
            (Right::DeleteChild, true) => 3,
            (Right::Update, false) => 1,
            (Right::Read, false) => 2,
            (Right::Delete, _) => return Condition::Free,
            _ => return Condition::Never,
        };
        match file
            .parameter(tag::ACCESS)
            .and_then(|access| access.get(at))
        {
            None | Some(0x00) => Condition::Free,
            Some(0x21) => Condition::Pin(USER),
            Some(0x24 | 0x25) => Condition::Pin(OFFICER),
            Some(_) => Condition::Never,
        }
    }

    /// The size is in another object for each kind, and records are counted.
    fn information(&self, _: &Pkcs15Card, file: &File, p2: u8) -> Reply {
        if p2 == 0x0C {
            return Ok(Vec::new());
        }
        let size = file.parameter(tag::PROPRIETARY).unwrap_or(&[0, 0]);
        let kind = file.parameter(tag::DESCRIPTOR).unwrap_or(&[0, 0]);
        let told = match &file.content {
            Content::Records(records) => [
                element(tag::SIZE, &size[1..]),
                element(
                    tag::DESCRIPTOR,
                    &[RECORDS, 1, 0, RECORD, records.len() as u8],
                ),
            ],
            Content::Transparent(_) => [element(tag::DESCRIPTOR, kind), element(tag::SIZE, size)],
            _ => [
                element(tag::DESCRIPTOR, kind),
                element(tag::PROPRIETARY, size),
            ],
        };
        let name = file.parameter(tag::IDENTIFIER).unwrap_or_default();
        let access = file.parameter(tag::ACCESS).unwrap_or(&[0; 8]);
        let room = match &file.content {
            Content::Records(_) => element(tag::PROPRIETARY, size),
            _ => Vec::new(),
        };
        let parts = [
            told.concat(),
            element(tag::IDENTIFIER, name),
            room,
            element(tag::ACCESS, access),
        ];
        Ok(element(tag::INFORMATION, &parts.concat()))
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        let descriptor: &[u8] = match kind {
            FileKind::Directory => &[0x38, 0x00],
            FileKind::Transparent => &[0x01, 0x01],
            FileKind::Records => &[RECORDS, 0x01],
        };
        vec![
            (tag::DESCRIPTOR, descriptor.to_vec()),
            (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
            (tag::PROPRIETARY, size.to_be_bytes().to_vec()),
            (tag::ACCESS, vec![0; 8]),
        ]
    }

    fn master(&self, _: bool) -> Option<File> {
        Some(File {
            parameters: self.parameters(MASTER, FileKind::Directory, 0),
            content: Content::Directory,
        })
    }

    fn usual_pins(&self) -> Vec<PinObject> {
        vec![PinObject::user("123456").tries(5)]
    }

    /// The maker's officer, and in place of PKCS#15 the lists and their objects.
    fn finish(&self, card: &mut Pkcs15Card, blank: bool) {
        let mut officer = b"87654321".to_vec();
        officer.resize(PIN_LENGTH, 0xFF);
        card.pins.insert(OFFICER, Pin::new(&officer, 5));
        if blank {
            return;
        }
        card.pins.insert(UNBLOCKING, Pin::new(layout::PUK, 5));
        if let Some(pin) = card.pins.get_mut(&USER) {
            pin.unblocked_by = Some(UNBLOCKING);
        }
        card.files.remove(&[0x5015]);
        card.files.remove(&[0x2F00]);
        // What their information says.
        card.keys.values_mut().for_each(|key| key.deciphers = true);
        layout::fill(card);
    }

    fn key(&self, environment: &Environment) -> Option<u16> {
        environment.file
    }

    fn operation(&self, environment: &Environment, key: &Key) -> Result<Operation, u16> {
        match (key.key.kind().is_rsa(), environment.algorithm.as_deref()) {
            (true, Some([0x11])) => Ok(Operation::Pkcs1),
            _ => Err(sw::BAD_DATA),
        }
    }
}

/// `9F 7F` with the serial number in it.
fn production() -> Vec<u8> {
    let mut data = vec![0x9F, 0x7F, 0x2A];
    data.resize(45, 0);
    data[15..19].copy_from_slice(&[0x01, 0x23, 0x45, 0x67]);
    data
}

fn create(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let (identifier, mut file) = File::parse(data, 0).ok_or(sw::BAD_DATA)?;
    let size = match file.parameter(tag::PROPRIETARY) {
        Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
        _ => return Err(sw::BAD_DATA),
    };
    match &mut file.content {
        Content::Transparent(content) => content.resize(size, 0),
        Content::Internal => {
            let kind = file.parameter(tag::DESCRIPTOR).unwrap_or_default();
            if !kind.first().is_some_and(|kind| KEYS.contains(kind)) {
                return Err(sw::BAD_DATA);
            }
        }
        _ => {}
    }
    let path = card.here(&identifier.to_be_bytes())?;
    let parent = card
        .files
        .at(&path[..path.len() - 1])
        .ok_or(sw::NOT_FOUND)?;
    card.allows(parent, Right::Create)?;
    if card.files.at(&path).is_some() {
        return Err(EXISTS);
    }
    card.files.insert(path.clone(), file);
    card.session.current = path;
    Ok(Vec::new())
}

/// Tries, length, PIN, tries of the key that unblocks, how many, the key.
fn set_pin(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    card.unlocked(Some(OFFICER))?;
    let (Some([tries, 0x40]), Some(value)) = (data.get(..2), data.get(2..66)) else {
        return Err(sw::BAD_DATA);
    };
    let (Some([puk_tries, _]), Some(puk)) = (data.get(66..68), data.get(68..68 + PUK_LENGTH))
    else {
        return Err(sw::BAD_DATA);
    };
    let mut pin = Pin::new(value, tries & 0x0F);
    pin.unblocked_by = Some(UNBLOCKING);
    card.pins.insert(USER, pin);
    card.pins
        .insert(UNBLOCKING, Pin::new(puk, puk_tries & 0x0F));
    Ok(Vec::new())
}

/// File of the public key, file of the private one.
fn generate(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let [p1, p2, k1, k2, ..] = *data else {
        return Err(sw::BAD_DATA);
    };
    card.unlocked(Some(USER))?;
    let path = card.here(&[k1, k2])?;
    let file = card.files.at(&path).ok_or(sw::NOT_FOUND)?;
    let kind = match file.parameter(tag::PROPRIETARY) {
        Some([0x04, 0x00]) => KeyKind::Rsa1024,
        Some([0x08, 0x00]) => KeyKind::Rsa2048,
        _ => return Err(sw::BAD_DATA),
    };
    let key = card.fresh_key(kind)?;
    let PrivateKey::Rsa(_, rsa) = &key else {
        return Err(sw::UNKNOWN);
    };
    let modulus = rsa::traits::PublicKeyParts::n_bytes(rsa.as_ref()).to_vec();
    card.parts
        .insert(u16::from_be_bytes([p1, p2]), modulus.into());
    store(card, u16::from_be_bytes([k1, k2]), key);
    Ok(Vec::new())
}

fn store(card: &mut Pkcs15Card, file: u16, key: PrivateKey) {
    let key = Key {
        key,
        pin: Some(USER),
        once: false,
        deciphers: true,
    };
    card.keys.insert(file, key);
}

/// Modulus or exponent of the public key that is selected.
fn read_key(card: &Pkcs15Card, part: u8) -> Reply {
    let file = card.session.current.last().ok_or(sw::NO_REFERENCE)?;
    let modulus = card.parts.get(file).ok_or(sw::NO_REFERENCE)?;
    match part {
        0x01 => Ok(modulus.to_vec()),
        0x02 => Ok(vec![0x01, 0x00, 0x01]),
        _ => Err(sw::WRONG_P1P2),
    }
}

/// Pieces behind a tag and a length of one byte, each with a zero behind it.
fn write_key(card: &mut Pkcs15Card, part: u8, data: &[u8]) -> Reply {
    let mut rest = data;
    let mut number = Vec::new();
    while let [0xA1 | 0xA3, len, after @ ..] = rest {
        let (piece, after) = after
            .split_at_checked(usize::from(*len))
            .ok_or(sw::BAD_DATA)?;
        number.extend_from_slice(piece);
        rest = after.strip_prefix(&[0x00]).unwrap_or(after);
    }
    let file = *card.session.current.last().ok_or(sw::NO_REFERENCE)?;
    if card
        .current()?
        .parameter(tag::DESCRIPTOR)
        .and_then(|kind| kind.first())
        == Some(&0x12)
    {
        if part == 0x01 {
            card.parts.insert(file, number.into());
        }
        return Ok(Vec::new());
    }
    card.unlocked(Some(USER))?;
    card.session.parts.insert(u16::from(part), number.into());
    let primes = card.session.parts.get(&1).zip(card.session.parts.get(&2));
    if let (0x05, Some((p, q))) = (part, primes) {
        let key = PrivateKey::from_primes(p, q).ok_or(sw::BAD_DATA)?;
        card.session.parts.clear();
        store(card, file, key);
    }
    Ok(Vec::new())
}

fn write_record(card: &mut Pkcs15Card, number: Option<u8>, data: &[u8]) -> Reply {
    let path = card.session.current.clone();
    card.allows(card.current()?, Right::Update)?;
    let file = card.files.at_mut(&path).ok_or(sw::NOT_FOUND)?;
    let Content::Records(records) = &mut file.content else {
        return Err(sw::CONDITIONS);
    };
    match number {
        None => records.push(data.to_vec()),
        Some(number) => {
            let at = usize::from(number).checked_sub(1);
            let record = at.and_then(|at| records.get_mut(at)).ok_or(sw::NOT_FOUND)?;
            *record = data.to_vec();
        }
    }
    Ok(Vec::new())
}
