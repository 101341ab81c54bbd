//! What a personalisation tool does to the card: each command with a checksum (sheet FTCOS,
//! 6.3).

use super::key::{self, PRIVATE, PUBLIC};
use super::protection::{authentic, secret};
use super::{PIN, PUK, USER, condition, directory, master, transparent};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, Files, MASTER, Path, tag};
use crate::pkcs15::emulator::dialect::Condition;
use crate::pkcs15::emulator::pin::Pin;
use crate::pkcs15::emulator::{EXISTS, Pkcs15Card, Session, ins};

const ERASE: u8 = 0xEE;
const INSTALL: u8 = 0xF0;
const WRITE: u8 = 0xF4;
/// P1 of CREATE: what is made.
const MASTER_FILE: u8 = 0x00;
const DIRECTORY: u8 = 0x01;
const FILE: u8 = 0x02;
/// What a key or PIN is for.
const MAINTAINS: u8 = 0x03;
const OPENS: u8 = 0x0B;
/// Where the card keeps the key that protects what is written.
pub(super) const MAINTENANCE: u16 = 0x0000;
/// Of a directory's name what OpenSC fills: the rest comes from its memory.
const NAME: usize = 12;

/// One protected command.
pub(super) fn run(
    card: &mut Pkcs15Card,
    command: &Command,
    transport_key: &[u8],
    challenge: Option<&[u8]>,
) -> Reply {
    match (command.ins, command.p1, command.p2) {
        (ERASE, 0x00, 0x00) => erase(card, &authentic(command, transport_key, challenge)?),
        (ins::CREATE_FILE, MASTER_FILE, 0x00) => {
            create_master(card, &authentic(command, transport_key, challenge)?)
        }
        (ins::CREATE_FILE, kind @ (DIRECTORY | FILE), 0x00) => {
            let data = authentic(command, &init_key(card)?, challenge)?;
            create(card, kind, &data)
        }
        (INSTALL, 0x00, number) => {
            let data = authentic(command, &init_key(card)?, challenge)?;
            install(card, number, &data)
        }
        (WRITE, usage, number) => {
            let key = card
                .parts
                .get(&MAINTENANCE)
                .ok_or(sw::NO_REFERENCE)?
                .clone();
            let data = secret(command, &key, challenge)?;
            match usage {
                OPENS => write_pin(card, number, &data),
                PRIVATE | PUBLIC => key::write(card, usage, number, &data),
                _ => Err(sw::WRONG_P1P2),
            }
        }
        (ERASE | INSTALL | ins::CREATE_FILE, ..) => Err(sw::WRONG_P1P2),
        _ => Err(sw::UNKNOWN_INS),
    }
}

/// The key of the current directory.
fn init_key(card: &Pkcs15Card) -> Result<Vec<u8>, u16> {
    let directory = card.files.directory(&card.session.current);
    let identifier = directory.last().unwrap_or(&MASTER);
    let key = card.parts.get(identifier).ok_or(sw::NO_FILE)?;
    Ok(key.to_vec())
}

fn erase(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    if data != MASTER.to_be_bytes() {
        return Err(sw::BAD_DATA);
    }
    card.files = Files::new(None);
    card.pins.clear();
    card.keys.clear();
    card.parts.clear();
    card.settings.clear();
    card.session = Session::default();
    Ok(Vec::new())
}

/// What a directory is made of.
struct Made {
    identifier: u16,
    name: [u8; 16],
    key: [u8; 16],
}

impl Made {
    /// Identifier, count and flag of keys, room for them, three access conditions; name; key.
    fn parse(data: &[u8]) -> Result<Self, u16> {
        let data: &[u8; 41] = data.try_into().map_err(|_| sw::WRONG_LENGTH)?;
        let [high, low, _, _, _, _, _, _, _, rest @ ..] = *data;
        let (mut name, mut key) = ([0; 16], [0; 16]);
        name.copy_from_slice(&rest[..16]);
        key.copy_from_slice(&rest[16..]);
        let identifier = u16::from_be_bytes([high, low]);
        Ok(Self {
            identifier,
            name,
            key,
        })
    }
}

fn create_master(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let made = Made::parse(data)?;
    if made.identifier != MASTER {
        return Err(sw::BAD_DATA);
    }
    if card.files.at(&[]).is_some() {
        return Err(EXISTS);
    }
    card.files.insert(Path::new(), master());
    card.parts.insert(MASTER, made.key.to_vec().into());
    card.session.current = Path::new();
    Ok(Vec::new())
}

/// A directory or a file in the current directory; it becomes the current one.
fn create(card: &mut Pkcs15Card, kind: u8, data: &[u8]) -> Reply {
    let (identifier, file) = match kind {
        DIRECTORY => {
            let made = Made::parse(data)?;
            let mut parameters = directory(made.identifier);
            parameters.push((tag::NAME, made.name[..NAME].to_vec()));
            card.parts.insert(made.identifier, made.key.to_vec().into());
            let content = Content::Directory;
            (
                made.identifier,
                File {
                    parameters,
                    content,
                },
            )
        }
        _ => file_of(data)?,
    };
    let path = card.here(&identifier.to_be_bytes())?;
    if card.files.at(&path).is_some() {
        return Err(EXISTS);
    }
    card.files.insert(path.clone(), file);
    card.session.current = path;
    Ok(Vec::new())
}

/// Identifier, size, attributes, an empty name, ten access conditions, secure messaging.
fn file_of(data: &[u8]) -> Result<(u16, File), u16> {
    let data: &[u8; 19] = data.try_into().map_err(|_| sw::WRONG_LENGTH)?;
    let [i, d, high, low, _, _, _, access @ .., _, _] = *data;
    let (identifier, size) = (u16::from_be_bytes([i, d]), u16::from_be_bytes([high, low]));
    let parameters = transparent(identifier, size, &access);
    let content = Content::Transparent(vec![0; usize::from(size)]);
    Ok((
        identifier,
        File {
            parameters,
            content,
        },
    ))
}

/// A place for a key or PIN, and of a symmetric key the value.
fn install(card: &mut Pkcs15Card, number: u8, data: &[u8]) -> Reply {
    let [_, length, usage, uses, _, updates, _, count, _, value @ ..] = data else {
        return Err(sw::WRONG_LENGTH);
    };
    if value.len() != usize::from(*length) {
        return Err(sw::WRONG_LENGTH);
    }
    match *usage {
        PRIVATE if key::NUMBERS.contains(&number) => {
            let pin = match condition(*uses) {
                Condition::Pin(pin) => Some(pin as u8),
                _ => None,
            };
            card.settings.insert(number, (*updates, pin));
        }
        PUBLIC if key::NUMBERS.contains(&number) => {}
        MAINTAINS if value.len() == 16 => {
            card.parts.insert(MAINTENANCE, value.to_vec().into());
        }
        OPENS if [USER, PUK].contains(&u16::from(number)) => {
            // Without a value until it is written.
            let mut pin = Pin::new(&[], count & 0x0F);
            if let Condition::Pin(other) = condition(*updates) {
                pin.unblocked_by = Some(other);
            }
            card.pins.insert(u16::from(number), pin);
        }
        _ => return Err(sw::BAD_DATA),
    }
    Ok(Vec::new())
}

/// The tries that it has at most and that are left, a version, the PIN. The first value is
/// free, and the next ones cost what the place says: the user's PIN the PUK.
fn write_pin(card: &mut Pkcs15Card, number: u8, data: &[u8]) -> Reply {
    let [count, _, value @ ..] = data else {
        return Err(sw::WRONG_LENGTH);
    };
    if value.len() != PIN {
        return Err(sw::WRONG_LENGTH);
    }
    let number = u16::from(number);
    let pin = card.pins.get(&number).ok_or(sw::NO_REFERENCE)?;
    if !pin.value.is_empty() {
        let other = pin.unblocked_by.ok_or(sw::SECURITY_STATUS)?;
        card.unlocked(Some(other))?;
    }
    card.session.verified.remove(&number);
    let pin = card.pins.get_mut(&number).ok_or(sw::NO_REFERENCE)?;
    pin.value = value.to_vec().into();
    pin.most = count >> 4;
    pin.left = count & 0x0F;
    Ok(Vec::new())
}
