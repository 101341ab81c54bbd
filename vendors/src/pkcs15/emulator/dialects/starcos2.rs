//! STARCOS SPK 2.3 of Giesecke & Devrient, as OpenSC personalises it.

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, Files, MASTER, Path, tag};
use crate::emulator::key::PrivateKey;
use crate::pkcs15::emulator::dialect::{
    Condition, Dialect, FileKind, Habits, Pins, Places, Reading, Right, Status, Transport,
};
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::pin::Pin;
use crate::pkcs15::emulator::sign::{Environment, Key};
use crate::pkcs15::emulator::{EXISTS, Pkcs15Card, Session, ins};

/// STARCOS SPK 2.3: RSA up to 1024 bits, commands of its own for files and keys.
pub const STARCOS23: Dialect = Dialect {
    name: "starcos23",
    atr: &[
        0x3B, 0xB7, 0x94, 0x00, 0xC0, 0x24, 0x31, 0xFE, 0x65, 0x53, 0x50, 0x4B, 0x32, 0x33, 0x90,
        0x00, 0xB4,
    ],
    habits: &Spk,
    pins: Pins {
        status: Status::Tells,
        ..PINS
    },
    wire: Transport {
        extended: false,
        ..WIRE
    },
    reading: Reading {
        warns: false,
        short_identifiers: false,
        ..READING
    },
    places: Places {
        certificate: 0x4331,
        key: 0x91,
        pins: [0x83, 0x02],
        padding: Some((0x00, 8)),
        longest_pin: 8,
        label: "STARCOS",
        maker: "Giesecke & Devrient GmbH",
        ..PLACES
    },
};

/// Directories are selected without file control information.
const NO_INFORMATION: u16 = 0x6284;
const NOT_ALLOWED: u16 = 0x69F0;
/// Class and instructions of its own.
const OWN: u8 = 0x80;
const REGISTER: u8 = 0x52;
const WRITE_KEY: u8 = 0xF4;
const READ_KEY: u8 = 0xF0;
const INTERNAL_AUTHENTICATE: u8 = 0x88;
/// Templates: authentication, digital signature.
const AUTHENTICATION: u8 = 0xA4;
/// P1, P2 of PSO: HASH, which takes a hash over.
const HASH: u16 = 0x9081;
const SIGN: u16 = 0x9E9A;
/// Where a hash waits for its signature.
const WAITING: u16 = HASH;
/// Access conditions.
const ALWAYS: u8 = 0x9F;
const NEVER: u8 = 0x5F;
/// The security officer's PIN, and the state that it makes.
const OFFICER: u8 = 0x01;
/// Objects of WRITE KEY: header, content.
const HEADER: u8 = 0xC1;
const CONTENT: u8 = 0xC2;
/// References of keys.
const KEYS: std::ops::RangeInclusive<u8> = 0x91..=0x9F;
/// Bytes in front of the modulus in what READ KEY gives.
const PUBLIC_HEADER: usize = 18;
/// Bytes in front of the numbers of an imported key (a length and twelve more), and the
/// length of all of it.
const BLOCK_HEADER: usize = 13;
const BLOCK: usize = 370;

struct Spk;

impl Habits for Spk {
    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        match (command.cla, command.ins, command.p1, command.p2) {
            (OWN, ins::DELETE_FILE, 0x00, 0x00) => Some(erase(card)),
            (OWN, REGISTER, ..) => Some(Ok(Vec::new())),
            (OWN, ins::CREATE_FILE, kind, 0x00) => Some(create(card, kind, &command.data)),
            (OWN, WRITE_KEY, 0x00 | 0x01, 0x00) => Some(write_key(card, &command.data)),
            (OWN, READ_KEY, 0x9C, 0x00) => Some(read_key(card, &command.data)),
            (OWN, 0xF6, 0x00, 0x00) => {
                Some(Ok(vec![0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08]))
            }
            (0x00, ins::GENERATE_KEY_PAIR, 0x00, key) => Some(generate(card, key, &command.data)),
            (0x00, ins::PERFORM_SECURITY_OPERATION, ..) if command.p1p2() == HASH => {
                card.session
                    .parts
                    .insert(WAITING, command.data.clone().into());
                Some(Ok(Vec::new()))
            }
            (0x00, ins::PERFORM_SECURITY_OPERATION, ..)
                if command.p1p2() == SIGN && command.data.is_empty() =>
            {
                let hash = card.session.parts.remove(&WAITING);
                Some(match hash {
                    Some(hash) => card.compute_signature(&hash),
                    None => Err(sw::CONDITIONS),
                })
            }
            (0x00, INTERNAL_AUTHENTICATE, 0x10, 0x00) => Some(authenticate(card, &command.data)),
            (0x00, ins::SELECT, 0x08 | 0x09, _) => Some(Err(sw::WRONG_P1P2)),
            _ => None,
        }
    }

    /// One byte for each right: read, write, erase; in a directory: create a file, a key.
    fn condition(&self, card: &Pkcs15Card, file: &File, right: Right) -> Condition {
        if !card.operational {
            return Condition::Free;
        }
        let at = match (right, file.is_directory()) {
            (Right::Read, false) | (Right::Create, true) => 0,
            (Right::Update, _) => 1,
            _ => return Condition::Never,
        };
        let access = file.parameter(tag::ACCESS).unwrap_or_default();
        match access.get(at).copied().unwrap_or(NEVER) {
            ALWAYS | 0x00 => Condition::Free,
            NEVER => Condition::Never,
            state => Condition::Pin(u16::from(pin_of(state & 0x0F))),
        }
    }

    fn information(&self, _: &Pkcs15Card, file: &File, p2: u8) -> Reply {
        match (p2, file.is_directory()) {
            (0x0C, _) => Ok(Vec::new()),
            (0x00, true) => Err(NO_INFORMATION),
            (0x00, false) => {
                let told = [tag::SIZE, tag::DESCRIPTOR].map(|tag| (tag, file.parameter(tag)));
                let told: Vec<_> = told
                    .iter()
                    .map(|(t, v)| (*t, v.unwrap_or_default()))
                    .collect();
                Ok(File::new(&told, Content::Internal).template(tag::INFORMATION))
            }
            _ => Err(sw::WRONG_P1P2),
        }
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        let (descriptor, access): (u8, [u8; 2]) = match kind {
            FileKind::Directory => (0x38, [OFFICER, OFFICER]),
            _ => (0x01, [ALWAYS, 0x1E]),
        };
        vec![
            (tag::SIZE, size.to_be_bytes().to_vec()),
            (tag::DESCRIPTOR, vec![descriptor]),
            (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
            (tag::ACCESS, access.to_vec()),
        ]
    }

    fn master(&self, blank: bool) -> Option<File> {
        let file = self.file(MASTER, FileKind::Directory, &[OFFICER, OFFICER], 0);
        Some(file).filter(|_| !blank)
    }

    /// The PUK is the next object.
    fn puk(&self, pin: u16) -> u16 {
        pin + 1
    }

    fn operation(&self, environment: &Environment, _: &Key) -> Result<Operation, u16> {
        match environment.algorithm.as_deref() {
            Some([0x12]) => Ok(Operation::Pkcs1Sha1),
            Some([0x01]) if environment.template == AUTHENTICATION => Ok(Operation::Pkcs1),
            Some([0x02]) => Ok(Operation::Pkcs1),
            _ => Err(sw::FUNCTION),
        }
    }
}

impl Spk {
    fn file(&self, identifier: u16, kind: FileKind, access: &[u8], size: u16) -> File {
        let mut parameters = self.parameters(identifier, kind, size);
        for (tag, value) in &mut parameters {
            if *tag == tag::ACCESS {
                *value = access.to_vec();
            }
        }
        let content = match kind {
            FileKind::Directory => Content::Directory,
            _ => Content::Transparent(vec![0; usize::from(size)]),
        };
        File {
            parameters,
            content,
        }
    }
}

/// States are counted down from 0F, two references for each PIN and its PUK.
fn pin_of(state: u8) -> u8 {
    match state {
        OFFICER => OFFICER,
        state => 0x80 | (0x0F_u8.saturating_sub(state) << 1 | 1),
    }
}

fn erase(card: &mut Pkcs15Card) -> Reply {
    if card.files.at(&[]).is_none() {
        return Err(sw::CONDITIONS);
    }
    card.files = Files::new(None);
    card.pins.clear();
    card.keys.clear();
    card.parts.clear();
    card.settings.clear();
    card.session = Session::default();
    card.operational = false;
    Ok(Vec::new())
}

/// P1 says of what kind: 00 the master file, 01 a directory, 02 its end, 03 a file.
fn create(card: &mut Pkcs15Card, kind: u8, data: &[u8]) -> Reply {
    match kind {
        0x00 if card.files.at(&[]).is_some() => Err(EXISTS),
        0x00 => {
            let access = data.get(12..14).ok_or(sw::WRONG_LENGTH)?;
            let file = Spk.file(MASTER, FileKind::Directory, access, 0);
            card.files.insert(Path::new(), file);
            card.session.current = Path::new();
            Ok(Vec::new())
        }
        0x01 => {
            let (identifier, rest) = data.split_first_chunk::<2>().ok_or(sw::WRONG_LENGTH)?;
            let access = rest.get(19..21).ok_or(sw::WRONG_LENGTH)?;
            let identifier = u16::from_be_bytes(*identifier);
            put(
                card,
                identifier,
                Spk.file(identifier, FileKind::Directory, access, 0),
            )
        }
        0x02 if card.operational => Err(NOT_ALLOWED),
        0x02 => {
            // The master file's end comes first, and the directory's is the last.
            card.operational = data != MASTER.to_be_bytes();
            Ok(Vec::new())
        }
        0x03 => {
            let (identifier, rest) = data.split_first_chunk::<2>().ok_or(sw::WRONG_LENGTH)?;
            let (access, rest) = rest.split_first_chunk::<2>().ok_or(sw::WRONG_LENGTH)?;
            let (_, size) = rest.split_last_chunk::<2>().ok_or(sw::WRONG_LENGTH)?;
            let identifier = u16::from_be_bytes(*identifier);
            let size = u16::from_be_bytes(*size);
            put(
                card,
                identifier,
                Spk.file(identifier, FileKind::Transparent, access, size),
            )
        }
        _ => Err(sw::WRONG_P1P2),
    }
}

fn put(card: &mut Pkcs15Card, identifier: u16, file: File) -> Reply {
    let path = card.here(&identifier.to_be_bytes())?;
    let directory = card.files.directory(&card.session.current);
    let parent = card.files.at(&directory).ok_or(sw::NOT_FOUND)?;
    card.allows(parent, Right::Create)?;
    if card.files.at(&path).is_some() {
        return Err(EXISTS);
    }
    card.files.insert(path.clone(), file);
    card.session.current = path;
    Ok(Vec::new())
}

/// A header of a PIN or key, a PIN itself, or a piece of a key.
fn write_key(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let [kind, _, number, rest @ ..] = data else {
        return Err(sw::WRONG_LENGTH);
    };
    match *kind {
        HEADER if KEYS.contains(number) => {
            let [_, _, state, ..] = *rest else {
                return Err(sw::WRONG_LENGTH);
            };
            card.settings
                .insert(*number, (0, Some(pin_of(state & 0x0F))));
        }
        HEADER => {
            let [0x00, 0x08, _, _, _, tries, ..] = *rest else {
                return Ok(Vec::new());
            };
            let mut pin = Pin::new(&[], tries & 0x0F);
            let puk = u16::from(*number) + 1;
            pin.unblocked_by = (number & 1 == 1).then_some(puk);
            card.pins.insert(u16::from(*number), pin);
        }
        CONTENT if KEYS.contains(number) => return write_piece(card, *number, rest),
        CONTENT => {
            let (_, value) = rest.split_first_chunk::<2>().ok_or(sw::WRONG_LENGTH)?;
            let pin = card
                .pins
                .get_mut(&u16::from(*number))
                .ok_or(sw::NO_REFERENCE)?;
            pin.value = value.to_vec().into();
        }
        _ => return Err(sw::BAD_DATA),
    }
    Ok(Vec::new())
}

/// Two bytes of an offset and what is there; with the last piece there is a key.
fn write_piece(card: &mut Pkcs15Card, number: u8, data: &[u8]) -> Reply {
    let (offset, piece) = data.split_first_chunk::<2>().ok_or(sw::WRONG_LENGTH)?;
    let offset = usize::from(u16::from_be_bytes(*offset));
    let block = card.parts.entry(u16::from(number)).or_default();
    let end = offset + piece.len();
    if end > BLOCK {
        return Err(sw::BAD_DATA);
    }
    let len = block.len().max(end);
    block.resize(len, 0);
    block[offset..end].copy_from_slice(piece);
    if len < BLOCK {
        return Ok(Vec::new());
    }
    // The lengths of the primes stand in the header; q comes first.
    let (p_len, q_len) = (usize::from(block[2]), usize::from(block[4]));
    let reversed = |at: usize, len: usize| -> Vec<u8> {
        let number = block.get(at..at + len).unwrap_or_default();
        number.iter().rev().copied().collect()
    };
    let q = reversed(BLOCK_HEADER, q_len);
    let p = reversed(BLOCK_HEADER + q_len, p_len);
    let key = PrivateKey::from_primes(&p, &q).ok_or(sw::BAD_DATA)?;
    card.parts.remove(&u16::from(number));
    store(card, number, key);
    Ok(Vec::new())
}

/// Bits of the key, whose header is there.
fn generate(card: &mut Pkcs15Card, number: u8, data: &[u8]) -> Reply {
    if !card.settings.contains_key(&number) {
        return Err(sw::NO_REFERENCE);
    }
    if data != [0x04, 0x00] {
        return Err(sw::BAD_DATA);
    }
    let key = card.fresh_key(KeyKind::Rsa1024)?;
    store(card, number, key);
    Ok(Vec::new())
}

fn store(card: &mut Pkcs15Card, number: u8, key: PrivateKey) {
    let pin = card.settings.get(&number).and_then(|(_, pin)| *pin);
    let key = Key {
        key,
        pin: pin.map(u16::from),
        once: false,
        deciphers: true,
    };
    card.keys.insert(u16::from(number), key);
}

/// The modulus, the least significant byte first.
fn read_key(card: &Pkcs15Card, data: &[u8]) -> Reply {
    let [number] = *data else {
        return Err(sw::WRONG_LENGTH);
    };
    let key = card.keys.get(&u16::from(number)).ok_or(sw::NO_REFERENCE)?;
    let PrivateKey::Rsa(_, key) = &key.key else {
        return Err(sw::NO_REFERENCE);
    };
    let modulus = rsa::traits::PublicKeyParts::n_bytes(key.as_ref()).to_vec();
    let header = [0; PUBLIC_HEADER];
    Ok(header
        .into_iter()
        .chain(modulus.into_iter().rev())
        .collect())
}

/// INTERNAL AUTHENTICATE pads a DigestInfo of any hash.
fn authenticate(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let environment = card.session.environment.clone();
    let environment = environment.filter(|environment| environment.template == AUTHENTICATION);
    let number = environment.as_ref().and_then(|environment| environment.key);
    let environment = environment.ok_or(sw::CONDITIONS)?;
    let key = number.and_then(|number| card.keys.get(&u16::from(number)));
    let key = key.ok_or(sw::NO_REFERENCE)?;
    card.unlocked(key.pin)?;
    let operation = Spk.operation(&environment, key)?;
    operation.run(&key.key, data, &mut card.random)
}
