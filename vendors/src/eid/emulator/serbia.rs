//! Serbian cards with the CardEdge applet (sheet Serbian eID): files by identifiers alone,
//! directories that are files of their own form, compressed certificates.

use super::builder::transparent;
use super::{EidCard, Environment, Habits, Key, Pin, Product, code};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::certificate::compressed;
use crate::emulator::files::Content;
use crate::emulator::signature::pkcs1;
use crate::emulator::tlv::read_all;

const AID: &[u8] = b"\xA0\x00\x00\x00\x63PKCS-15";

const ROOT: u16 = 0x7000;
const DIRECTORY: u16 = 0x7001;
const CONTAINERS: u16 = 0x7002;
const SIGNATURE: u16 = 0x7010;
const EXCHANGE: u16 = 0x7011;

const PIN: u8 = 0x80;
const BLOCK: usize = 8;

/// Nothing is selected before the applet is.
const NOWHERE: u16 = 0x0000;

/// On SmartCafe Expert 8.0.
pub const SRBEID: Product = Product {
    name: "srbeid",
    family: "srbeid",
    atr: b"\x3B\x9E\x96\x80\x31\xFE\x45SCE 8.0-C2V0\r\n\x6C",
    keys: &[
        Key {
            reference: 0x09,
            kind: KeyKind::Rsa2048,
            certificate: &[SIGNATURE],
            pin: PIN,
        },
        Key {
            reference: 0x05,
            kind: KeyKind::Rsa2048,
            certificate: &[EXCHANGE],
            pin: PIN,
        },
    ],
    pins: &[Pin {
        reference: PIN,
        tries: 3,
        value: "123456",
    }],
    habits: &Serbia,
};

struct Serbia;

impl Habits for Serbia {
    fn block(&self, _reference: u8, typed: &str) -> Vec<u8> {
        let mut block = typed.as_bytes().to_vec();
        block.resize(BLOCK, 0x00);
        block
    }

    fn furnish(&self, card: &mut EidCard) {
        for key in card.product.keys {
            let file = card.files.at_mut(key.certificate);
            if let Some(Content::Transparent(der)) = file.map(|file| &mut file.content)
                && let Some(packed) = compressed(der)
            {
                let len = (packed.len() as u16).to_le_bytes();
                *der = [&len[..], &packed].concat();
            }
        }
        // One container with both keys: valid, and the lengths of its keys.
        let mut containers = vec![0x00; 86];
        containers[80] = 0x03;
        containers[82..86].copy_from_slice(&[0x00, 0x08, 0x00, 0x08]);
        let directory = list(&[
            (b"cmapfile", CONTAINERS, false),
            (b"ksc00\0\0\0", SIGNATURE, false),
            (b"kxc00\0\0\0", EXCHANGE, false),
        ]);
        let root = list(&[(b"mscp\0\0\0\0", DIRECTORY, true)]);
        for (file, content) in [
            (CONTAINERS, containers),
            (DIRECTORY, directory),
            (ROOT, root),
        ] {
            card.files.insert(vec![file], transparent(&content));
        }
    }

    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply {
        match (command.cla, command.ins) {
            (0x00, ins::SELECT) => select(card, command),
            (0x00, _) if card.session.at.is_empty() => Err(sw::CONDITIONS),
            (0x00, code::READ_BINARY) => card.read_binary(command, 256),
            (0x00, ins::VERIFY) => verify(card, command),
            (0x00, ins::CHANGE_REFERENCE_DATA) => change(card, command),
            (0x00, code::MANAGE_SECURITY_ENVIRONMENT) => set_environment(card, command),
            (0x00, code::PERFORM_SECURITY_OPERATION) => sign(card, command),
            (0x00, _) => Err(sw::UNKNOWN_INS),
            _ => Err(sw::UNKNOWN_CLA),
        }
    }
}

/// A directory: a header with the number of its entries, and these.
fn list(entries: &[(&[u8; 8], u16, bool)]) -> Vec<u8> {
    let mut bytes = vec![0x00; 6];
    bytes.extend((entries.len() as u16).to_le_bytes());
    bytes.extend([0x00; 2]);
    for (name, file, is_directory) in entries {
        bytes.extend_from_slice(*name);
        bytes.extend(file.to_le_bytes());
        bytes.extend([u8::from(*is_directory), 0x01]);
    }
    bytes
}

fn select(card: &mut EidCard, command: &Command) -> Reply {
    match (command.p1, &command.data[..]) {
        (0x04, AID) => {
            card.session = Default::default();
            card.session.at = vec![NOWHERE];
            Ok(Vec::new())
        }
        (0x00, &[high, low]) if !card.session.at.is_empty() => {
            let path = vec![u16::from_be_bytes([high, low])];
            let file = card.files.at(&path).map(|file| &file.content);
            let Some(Content::Transparent(bytes)) = file else {
                return Err(sw::NOT_FOUND);
            };
            let size = (bytes.len() as u16).to_be_bytes();
            card.session.at = path;
            Ok([&[high, low], &size[..], &[0x00; 6]].concat())
        }
        (0x00 | 0x04, _) => Err(sw::NOT_FOUND),
        _ => Err(sw::WRONG_P1P2),
    }
}

fn verify(card: &mut EidCard, command: &Command) -> Reply {
    if command.p1p2() != u16::from(PIN) {
        return Err(sw::NO_REFERENCE);
    }
    if command.data.is_empty() {
        let left = card.tries(PIN).unwrap_or_default();
        return match card.session.verified.contains(&PIN) {
            true => Ok(Vec::new()),
            false => Err(sw::TRIES | u16::from(left)),
        };
    }
    if command.data.len() != BLOCK {
        return Err(sw::WRONG_LENGTH);
    }
    card.present(PIN, &command.data)?;
    card.session.verified.insert(PIN);
    Ok(Vec::new())
}

fn change(card: &mut EidCard, command: &Command) -> Reply {
    if command.p1p2() != u16::from(PIN) || command.data.len() != 2 * BLOCK {
        return Err(sw::WRONG_LENGTH);
    }
    let (old, new) = command.data.split_at(BLOCK);
    card.present(PIN, old)?;
    if !super::has_digits(new, 4, 0x00) {
        return Err(sw::BAD_DATA);
    }
    card.replace(PIN, new);
    Ok(Vec::new())
}

/// `80` algorithm, `84` the key in two bytes.
fn set_environment(card: &mut EidCard, command: &Command) -> Reply {
    let parts = read_all(&command.data).ok_or(sw::BAD_DATA)?;
    let [(0x80, &[algorithm]), (0x84, &[0x60, key])] = parts[..] else {
        return Err(sw::BAD_DATA);
    };
    if command.p1p2() != 0x41B6 {
        return Err(sw::WRONG_P1P2);
    }
    card.session.environment = Some(Environment {
        template: 0xB6,
        algorithm: algorithm.into(),
        key,
    });
    Ok(Vec::new())
}

/// 02: a DigestInfo, which is padded here. 00: a whole block, whose first byte is P2.
fn sign(card: &EidCard, command: &Command) -> Reply {
    let set = card.session.environment.ok_or(sw::CONDITIONS)?;
    if command.p1 != 0x9E {
        return Err(sw::WRONG_P1P2);
    }
    if !card.session.verified.contains(&PIN) {
        return Err(sw::SECURITY_STATUS);
    }
    let key = card.keys.get(&set.key).ok_or(sw::NO_REFERENCE)?;
    let signature = match (set.algorithm, command.p2) {
        (0x02, 0x00) => pkcs1(key, &command.data),
        (0x00, first) => key.sign(&[&[first], &command.data[..]].concat()),
        _ => return Err(sw::BAD_DATA),
    };
    signature.ok_or(sw::WRONG_LENGTH)
}
