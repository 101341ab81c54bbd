//! MyEID of Aventra, version 4.5, with the habits seen on OsEID, its open twin.

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, Files, MASTER, tag};
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv::{element, read_all};
use crate::pkcs15::emulator::dialect::{
    Condition, Dialect, FileKind, Habits, Pins, Places, Reading, Right, Status, Transport,
};
use crate::pkcs15::emulator::directory::APPLICATION_NAME;
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::pin::Pin;
use crate::pkcs15::emulator::sign::{Environment, Key};
use crate::pkcs15::emulator::{Pkcs15Card, ins};

/// MyEID 4.5.
pub const MYEID: Dialect = Dialect {
    name: "myeid",
    atr: &[
        0x3B, 0xF5, 0x18, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x4D, 0x79, 0x45, 0x49, 0x44, 0x9A,
    ],
    habits: &MyEid,
    pins: Pins {
        status: Status::Tells,
        last_says_blocked: true,
        unknown: sw::BLOCKED,
        puk_recovers: false,
        ..PINS
    },
    wire: Transport {
        extended: false,
        chained: Some(&[ins::PERFORM_SECURITY_OPERATION, ins::PUT_DATA]),
        ..WIRE
    },
    reading: Reading {
        behind: 0x6282,
        short_identifiers: false,
        blank: 0xFF,
        ..READING
    },
    places: Places {
        directories: [0x4401, 0x4402, 0x4403],
        certificate: 0x4301,
        key: 0x4B01,
        pins: [0x01, 0x01],
        padding: Some((0xFF, 8)),
        longest_pin: 8,
        label: "MyEID",
        maker: "Aventra Ltd.",
        ..PLACES
    },
};

const APPLICATION: u16 = 0x5015;
/// Instructions of its own.
const LOG_OUT: u8 = 0x2E;
const ACTIVATE: u8 = 0x44;
/// Class of DELETE FILE.
const DELETING: u8 = 0xA0;
/// Descriptors of files with keys.
const RSA_KEY: u8 = 0x11;
const EC_KEY: u8 = 0x22;
/// PIN of the security officer.
const OFFICER: u16 = 3;
/// Greatest number of a PIN.
const MOST_PINS: u8 = 0x0E;
const NO_PIN: u16 = 0x100;
/// Conditions of the master file, of the application, of keys, of files.
const MASTER_ACCESS: [u8; 3] = [0x11, 0x3F, 0xFF];
const APPLICATION_ACCESS: [u8; 3] = [0x11, 0x1F, 0xFF];
const KEY_ACCESS: [u8; 3] = [0x11, 0x11, 0xFF];
const FILE_ACCESS: [u8; 3] = [0x01, 0x1F, 0xFF];

struct MyEid;

impl Habits for MyEid {
    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        match (command.cla, command.ins) {
            (DELETING, ins::DELETE_FILE) => {
                let path = card.session.current.clone();
                Some(card.delete(&path))
            }
            (0x00, ins::DELETE_FILE) => Some(Err(sw::CONDITIONS)),
            (0x00, ins::SELECT) => {
                card.session.parts.clear();
                None
            }
            (0x00, ins::VERIFY | ins::CHANGE_REFERENCE_DATA) if command.p2 >= 0x80 => {
                Some(Err(sw::WRONG_P1P2))
            }
            (0x00, ins::READ_RECORD | ins::READ_BINARY_ODD) => Some(Err(sw::UNKNOWN_INS)),
            (0x00, ins::CREATE_FILE) => Some(card.create(&command.data)),
            (0x00, ins::GET_DATA) if command.p1 == 0x01 => Some(get_data(card, command)),
            (0x00, ins::PUT_DATA) if command.p1 == 0x01 => Some(put_data(card, command)),
            (0x00, ins::GENERATE_KEY_PAIR) => Some(generate(card)),
            (0x00, ACTIVATE) => {
                card.operational = true;
                Some(Ok(Vec::new()))
            }
            (0x00, LOG_OUT) => {
                let which = u16::from(command.p2);
                card.session
                    .verified
                    .retain(|pin| which != 0 && *pin != which);
                Some(Ok(Vec::new()))
            }
            (0x00, ins::PERFORM_SECURITY_OPERATION) => perform(card, command),
            _ => None,
        }
    }

    /// A nibble for each right; none counts before the card is activated.
    fn condition(&self, card: &Pkcs15Card, file: &File, right: Right) -> Condition {
        if !card.operational {
            return Condition::Free;
        }
        let is_key = matches!(file.content, Content::Internal);
        let at = match (right, file.is_directory()) {
            (Right::DeleteChild, true) => return Condition::Free,
            (Right::Create, true) => 0,
            (Right::Read, false) if !is_key => 0,
            (Right::Update, false) => 1,
            (Right::Delete, _) => 2,
            (Right::Generate, false) => 3,
            _ => return Condition::Never,
        };
        let byte = file
            .parameter(tag::ACCESS)
            .and_then(|access| access.get(at / 2));
        let byte = byte.copied().unwrap_or(0xFF);
        match if at % 2 == 0 { byte >> 4 } else { byte & 0x0F } {
            0x0 => Condition::Free,
            0xF => Condition::Never,
            pin => Condition::Pin(u16::from(pin)),
        }
    }

    fn information(&self, card: &Pkcs15Card, file: &File, p2: u8) -> Reply {
        match p2 {
            0x00 => {
                let state = if card.operational { 0x07 } else { 0x01 };
                let told = |(tag, value): &(u32, Vec<u8>)| match *tag {
                    tag::LIFE_CYCLE => element(tag::LIFE_CYCLE, &[state]),
                    tag => element(tag, value),
                };
                let parts: Vec<u8> = file.parameters.iter().flat_map(told).collect();
                Ok(element(tag::INFORMATION, &parts))
            }
            0x0C => Ok(Vec::new()),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        match kind {
            FileKind::Directory => directory(identifier, size, APPLICATION_ACCESS),
            _ => of_file(tag::SIZE, size, 0x01, identifier, FILE_ACCESS, [0, 0]),
        }
    }

    fn master(&self, _: bool) -> Option<File> {
        Some(master(0x7FFF, MASTER_ACCESS))
    }

    fn finish(&self, card: &mut Pkcs15Card, blank: bool) {
        if blank {
            card.files
                .insert(vec![APPLICATION], application(APPLICATION_ACCESS));
        }
    }

    fn key_file(&self, card: &mut Pkcs15Card, key: u16, private: &PrivateKey) {
        let kind = private.kind();
        let bits = match kind {
            KeyKind::P521 => 521,
            kind => kind.input_length().unwrap_or_default() as u16 * 8,
        };
        let descriptor = if kind.is_rsa() { RSA_KEY } else { EC_KEY };
        let file = File {
            parameters: of_file(tag::WHOLE_SIZE, bits, descriptor, key, KEY_ACCESS, [0, 0]),
            content: Content::Internal,
        };
        card.files.insert(vec![APPLICATION, key], file);
    }

    fn key(&self, environment: &Environment) -> Option<u16> {
        environment.file
    }

    fn key_path(&self, application: u16, key: u16) -> Vec<u16> {
        vec![application, key]
    }

    fn locked(&self) -> u16 {
        sw::CONDITIONS
    }

    fn accepts(&self, card: &Pkcs15Card, environment: &Environment) -> Result<(), u16> {
        let file = environment.file.ok_or(sw::BAD_DATA)?;
        card.keys.get(&file).map(|_| ()).ok_or(sw::NO_REFERENCE)
    }

    fn operation(&self, environment: &Environment, key: &Key) -> Result<Operation, u16> {
        match (key.key.kind().is_rsa(), environment.algorithm.as_deref()) {
            (true, Some([0x00])) => Ok(Operation::Raw),
            (true, Some([0x02])) => Ok(Operation::Pkcs1),
            (true, Some([0x12])) => Ok(Operation::Pkcs1Sha1),
            (false, Some([0x04])) => Ok(Operation::EcdsaDer),
            _ => Err(sw::BAD_DATA),
        }
    }
}

fn of_file(
    size_tag: u32,
    size: u16,
    descriptor: u8,
    identifier: u16,
    access: [u8; 3],
    proprietary: [u8; 2],
) -> Vec<(u32, Vec<u8>)> {
    vec![
        (size_tag, size.to_be_bytes().to_vec()),
        (tag::DESCRIPTOR, vec![descriptor]),
        (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
        (tag::ACCESS, access.to_vec()),
        (tag::PROPRIETARY, proprietary.to_vec()),
        (tag::LIFE_CYCLE, vec![0x00]),
    ]
}

fn directory(identifier: u16, size: u16, access: [u8; 3]) -> Vec<(u32, Vec<u8>)> {
    of_file(
        tag::WHOLE_SIZE,
        size,
        0x38,
        identifier,
        access,
        [0x00, 0x02],
    )
}

fn master(size: u16, access: [u8; 3]) -> File {
    File {
        parameters: directory(MASTER, size, access),
        content: Content::Directory,
    }
}

fn application(access: [u8; 3]) -> File {
    let mut parameters = directory(APPLICATION, 0x7FFF, access);
    parameters.push((tag::NAME, APPLICATION_NAME.to_vec()));
    File {
        parameters,
        content: Content::Directory,
    }
}

fn get_data(card: &Pkcs15Card, command: &Command) -> Reply {
    if command.ne.is_none() {
        return Err(sw::WRONG_LENGTH);
    }
    match command.p2 {
        0xA0 => {
            let version = [4, 5, 0];
            let serial = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
            let changes = card.changes.to_be_bytes();
            Ok([&b"MyEID"[..], &version, &serial, &changes].concat())
        }
        // Version; RSA, DES, AES, EC; greatest sizes of each.
        0xAA => Ok(vec![1, 0, 0x0F, 0x08, 0, 0, 0xC0, 0x01, 0, 0x02, 0x09]),
        0xA1 => Ok(listed(card, |_| true)),
        0xA2 => Ok(listed(card, |file| {
            matches!(file.content, Content::Transparent(_))
        })),
        0xA5 => Ok(listed(card, |file| {
            matches!(file.content, Content::Internal)
        })),
        0xAC => Ok(vec![0, 0]),
        0xB1..=0xBE => Ok(counters(card, u16::from(command.p2 & 0x0F))),
        0x01 => match current_key(card)? {
            PrivateKey::Rsa(_, key) => {
                Ok(rsa::traits::PublicKeyParts::n_bytes(key.as_ref()).to_vec())
            }
            _ => Err(sw::NO_REFERENCE),
        },
        0x86 => {
            let template = current_key(card)?.public_template();
            let parts = read_all(&template).unwrap_or_default();
            match parts[..] {
                [(0x86, point)] => Ok(element(0x30, point)),
                _ => Err(sw::NO_REFERENCE),
            }
        }
        _ => Err(sw::WRONG_P1P2),
    }
}

fn listed(card: &Pkcs15Card, wanted: fn(&File) -> bool) -> Vec<u8> {
    let directory = card.files.directory(&card.session.current);
    let children = card.files.children(&directory);
    let files = children.filter(|(_, file)| wanted(file));
    files.flat_map(|(id, _)| id.to_be_bytes()).collect()
}

/// Tries left of PIN and PUK, and how many there were.
fn counters(card: &Pkcs15Card, number: u16) -> Vec<u8> {
    let Some(pin) = card.pins.get(&number) else {
        return vec![0xFF; 9];
    };
    let puk = pin.unblocked_by.and_then(|puk| card.pins.get(&puk));
    let (left, most) = puk.map_or((0, 0), |puk| (puk.left, puk.most));
    vec![pin.left, left, pin.most, most, 0, 0, 0, 4, 4]
}

fn current_key(card: &Pkcs15Card) -> Result<&PrivateKey, u16> {
    let file = card.session.current.last().ok_or(sw::NO_REFERENCE)?;
    Ok(&card.keys.get(file).ok_or(sw::NO_REFERENCE)?.key)
}

fn put_data(card: &mut Pkcs15Card, command: &Command) -> Reply {
    match command.p2 {
        0xE0 => erase(card, &command.data),
        number @ 1..=MOST_PINS => put_pin(card, number, &command.data),
        0x80..=0x89 => put_part(card, command),
        _ => Err(sw::WRONG_P1P2),
    }
}

/// Size of the master file, its conditions, those of the application.
fn erase(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let [s1, s2, a, b, c, d, e, f] = *data else {
        return Err(sw::WRONG_LENGTH);
    };
    let old = card.files.at(&[]).ok_or(sw::NOT_FOUND)?;
    card.allows(old, Right::Delete)?;
    let size = match u16::from_be_bytes([s1, s2]) {
        0xFFFF => 0x7FFF,
        size => size,
    };
    card.files = Files::new(Some(master(size, [a, b, c])));
    card.files.insert(vec![APPLICATION], application([d, e, f]));
    card.pins.clear();
    card.keys.clear();
    card.session = Default::default();
    card.operational = false;
    Ok(Vec::new())
}

fn put_pin(card: &mut Pkcs15Card, number: u8, data: &[u8]) -> Reply {
    let Some((pin, [tries, puk_tries, _])) = data.split_last_chunk::<3>() else {
        return Err(sw::WRONG_LENGTH);
    };
    let (Some((pin, puk)), true) = (pin.split_at_checked(8), data.len() == 19) else {
        return Err(sw::WRONG_LENGTH);
    };
    if card.operational && !card.session.verified.contains(&OFFICER) {
        return Err(sw::SECURITY_STATUS);
    }
    let number = u16::from(number);
    let mut pin = Pin::new(pin, tries & 0x0F);
    pin.unblocked_by = Some(NO_PIN | number);
    card.pins.insert(number, pin);
    card.pins
        .insert(NO_PIN | number, Pin::new(puk, puk_tries & 0x0F));
    Ok(Vec::new())
}

/// Numbers of a key, one after the other: the primes with modulus and exponent make one,
/// or the private number of a curve.
fn put_part(card: &mut Pkcs15Card, command: &Command) -> Reply {
    let (number, kind) = key_file(card, Right::Update)?;
    let parts = &mut card.session.parts;
    parts.insert(u16::from(command.p2), command.data.clone().into());
    let part = |tag: u16| parts.get(&tag).map(|part| &part[..]);
    let key = if kind.is_rsa() {
        let (Some(p), Some(q), Some(_), Some(_)) = (part(0x83), part(0x84), part(0x80), part(0x81))
        else {
            return Ok(Vec::new());
        };
        PrivateKey::from_primes(significant(p), significant(q))
    } else {
        let Some(private) = part(0x87) else {
            return Ok(Vec::new());
        };
        PrivateKey::from_scalar(kind, private)
    };
    let key = key.filter(|key| key.kind() == kind).ok_or(sw::BAD_DATA)?;
    parts.clear();
    store(card, number, key);
    Ok(Vec::new())
}

fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn generate(card: &mut Pkcs15Card) -> Reply {
    let (number, kind) = key_file(card, Right::Generate)?;
    let key = card.fresh_key(kind)?;
    store(card, number, key);
    Ok(Vec::new())
}

/// The current file, which is for a key, and for which one.
fn key_file(card: &Pkcs15Card, right: Right) -> Result<(u16, KeyKind), u16> {
    let file = card.current()?;
    card.allows(file, right)?;
    let number = *card.session.current.last().ok_or(sw::CONDITIONS)?;
    let descriptor = file.parameter(tag::DESCRIPTOR).unwrap_or_default();
    let kind = match (descriptor, file.size()) {
        ([RSA_KEY], 1024) => KeyKind::Rsa1024,
        ([RSA_KEY], 2048) => KeyKind::Rsa2048,
        ([EC_KEY], 256) => KeyKind::P256,
        ([EC_KEY], 384) => KeyKind::P384,
        ([EC_KEY], 521) => KeyKind::P521,
        _ => return Err(sw::CONDITIONS),
    };
    Ok((number, kind))
}

fn store(card: &mut Pkcs15Card, number: u16, key: PrivateKey) {
    let used_by = card
        .current()
        .ok()
        .and_then(|file| file.parameter(tag::ACCESS));
    let used_by = used_by
        .and_then(|access| access.first())
        .map(|byte| byte >> 4);
    let pin = used_by
        .filter(|pin| (1..=MOST_PINS).contains(pin))
        .map(u16::from);
    let deciphers = key.kind().is_rsa();
    card.keys.insert(
        number,
        Key {
            key,
            pin,
            once: false,
            deciphers,
        },
    );
    card.changes = card.changes.wrapping_add(1);
}

/// Cryptograms may come in two halves; without Le no answer comes.
fn perform(card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
    let halves = 0x8086;
    let reply = match (command.p1p2(), command.data.split_first()) {
        (at, Some((0x81, half))) if at == halves => {
            card.session.parts.insert(at, half.to_vec().into());
            Ok(Vec::new())
        }
        (at, Some((0x82, half))) if at == halves => {
            let first = card.session.parts.remove(&at).unwrap_or_default();
            let whole = [&[0x00], &first[..], half].concat();
            card.decipher(&whole)
        }
        _ => card.perform(command),
    };
    Some(match command.ne {
        Some(_) => reply,
        None => reply.map(|_| Vec::new()),
    })
}
