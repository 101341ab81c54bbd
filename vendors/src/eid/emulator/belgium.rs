//! Belgian cards (sheet BelEID): no control information of files, templates that are not TLV,
//! and a qualified key that wants the PIN right before.

use super::builder::{directory, transparent};
use super::entries::{self, KeyEntry, PinEntry};
use super::{EidCard, Environment, Habits, Key, Pin, Product, code};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::key::PrivateKey;
use crate::emulator::signature::{Hash, ecdsa, halves, pkcs1};
use crate::emulator::tlv::element;

/// Instructions of these cards alone.
const GET_CARD_DATA: u8 = 0xE4;
const LOG_OFF: u8 = 0xE6;

const AID: [u8; 15] = [
    0xA0, 0x00, 0x00, 0x00, 0x30, 0x29, 0x05, 0x70, 0x00, 0xAD, 0x13, 0x10, 0x01, 0x01, 0xFF,
];
const PKCS15: &[u8] = b"\xA0\x00\x00\x01\x77PKCS-15";
const DIRECTORY: u16 = 0xDF00;
const PATH: [u8; 4] = [0x3F, 0x00, 0xDF, 0x00];

const PIN: u8 = 0x01;
/// The key that wants the PIN right before each signature.
const QUALIFIED: u8 = 0x83;
const BLOCK: usize = 8;

const fn keys(kind: KeyKind) -> [Key; 2] {
    [
        Key {
            reference: QUALIFIED,
            kind,
            certificate: &[DIRECTORY, 0x5039],
            pin: PIN,
        },
        Key {
            reference: 0x82,
            kind,
            certificate: &[DIRECTORY, 0x5038],
            pin: PIN,
        },
    ]
}

/// Applet 1.7.
pub const BELEID_17: Product = Product {
    name: "beleid17",
    family: "beleid",
    atr: &[
        0x3B, 0x98, 0x13, 0x40, 0x0A, 0xA5, 0x03, 0x01, 0x01, 0x01, 0xAD, 0x13, 0x11,
    ],
    keys: &keys(KeyKind::Rsa2048),
    pins: &[Pin {
        reference: PIN,
        tries: 3,
        value: "123456",
    }],
    habits: &Belgium { applet: 0x17 },
};

/// The first applets.
pub const BELEID_11: Product = Product {
    name: "beleid11",
    atr: &[
        0x3B, 0x98, 0x94, 0x40, 0x0A, 0xA5, 0x03, 0x01, 0x01, 0x01, 0xAD, 0x13, 0x10,
    ],
    keys: &keys(KeyKind::Rsa1024),
    habits: &Belgium { applet: 0x11 },
    ..BELEID_17
};

/// Applet 1.8.
pub const BELEID_18: Product = Product {
    name: "beleid18",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85, 0x04, 0x01, 0x20, 0x12,
        0x0F, 0xFF, 0x82, 0x90, 0x00,
    ],
    keys: &keys(KeyKind::P384),
    habits: &Belgium { applet: 0x18 },
    ..BELEID_17
};

struct Belgium {
    applet: u8,
}

impl Habits for Belgium {
    /// A 2 and the number of digits, then the digits, then `F`.
    fn block(&self, _reference: u8, typed: &str) -> Vec<u8> {
        let mut nibbles = vec![0x2, typed.len() as u8];
        nibbles.extend(typed.bytes().map(|digit| digit & 0x0F));
        nibbles.resize(2 * BLOCK, 0x0F);
        nibbles
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect()
    }

    fn furnish(&self, card: &mut EidCard) {
        let keys = card.product.keys;
        let mut add = |path: &[u16], file| card.files.insert(path.to_vec(), file);
        add(&[], directory(&AID));
        add(&[DIRECTORY], directory(PKCS15));
        add(&[0x2F00], transparent(&directory_file()));
        let below = |file: u16| [&PATH[..], &file.to_be_bytes()].concat();
        let list = |tag, file| element(tag, &entries::path(&below(file)));
        let lists = [list(0xA8, 0x5034), list(0xA0, 0x5035), list(0xA4, 0x5037)].concat();
        add(&[DIRECTORY, 0x5031], transparent(&lists));
        let information = entries::token_information(&[0x53; 16], "BELPIC");
        add(&[DIRECTORY, 0x5032], transparent(&information));
        let pin = entries::pin(&PinEntry {
            label: "Basic PIN",
            id: 0x01,
            reference: PIN,
            flags: &[0x02, 0x0C],
            kind: 0x00,
            lengths: [4, 8],
            path: &PATH,
        });
        add(&[DIRECTORY, 0x5034], transparent(&pin));
        let listed: Vec<_> = keys.iter().map(|key| entries::key(&entry(key))).collect();
        add(&[DIRECTORY, 0x5035], transparent(&listed.concat()));
        let file = |key: &Key| below(key.certificate[1]);
        let listed = keys
            .iter()
            .map(|key| entries::certificate(&entry(key), &file(key)));
        add(
            &[DIRECTORY, 0x5037],
            transparent(&listed.collect::<Vec<_>>().concat()),
        );
    }

    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply {
        // T=0: what has data has no Le.
        if !command.data.is_empty() && command.ne.is_some() {
            return Err(sw::WRONG_LENGTH);
        }
        match (command.cla, command.ins) {
            (0x80, GET_CARD_DATA) => self.card_data(card, command),
            (0x80, LOG_OFF) => {
                card.session.verified.clear();
                Ok(Vec::new())
            }
            (0x00, ins::SELECT) => select(card, command),
            (0x00, code::READ_BINARY) => read(card, command),
            (0x00, ins::VERIFY) => verify(card, command),
            (0x00, ins::CHANGE_REFERENCE_DATA) => change(card, command),
            (0x00, code::MANAGE_SECURITY_ENVIRONMENT) => manage(card, command),
            (0x00, code::PERFORM_SECURITY_OPERATION) if command.p1p2() == 0x9E9A => {
                let signature = sign(card, &command.data);
                card.session.is_fresh = false;
                signature
            }
            (0x00 | 0x80, _) => Err(sw::UNKNOWN_INS),
            _ => Err(sw::UNKNOWN_CLA),
        }
    }
}

impl Belgium {
    fn card_data(&self, card: &EidCard, command: &Command) -> Reply {
        let mut data = vec![0x00; 28];
        let serial = card.number.bytes().take(16);
        data.iter_mut()
            .zip(serial)
            .for_each(|(to, from)| *to = from);
        data[21] = self.applet;
        data[25] = 0x01;
        let data = match (command.p1p2(), card.pins.get(&PIN)) {
            (0x0000, _) => data,
            (0x0001, Some(pin)) if self.applet >= 0x18 => {
                [&data[..], &[pin.left(), 0x00, 0x00]].concat()
            }
            _ => return Err(sw::WRONG_P1P2),
        };
        match command.ne == Some(data.len()) {
            true => Ok(data),
            false => Err(sw::WRONG_LE | data.len() as u16),
        }
    }
}

fn select(card: &mut EidCard, command: &Command) -> Reply {
    if command.p1 != 0x04 && command.p2 != 0x0C {
        return Err(sw::WRONG_P1P2);
    }
    let path = match (command.p1, &command.data[..]) {
        (0x04, name) if name == AID => Vec::new(),
        (0x04, name) if name == PKCS15 => vec![DIRECTORY],
        (0x08, _) => card.find(command)?,
        (0x02, [0x3F, 0x00]) => Vec::new(),
        // Directories too.
        (0x02, _) => card.files.find(&card.session.at, 0x00, &command.data)?,
        _ => return Err(sw::NOT_FOUND),
    };
    card.session.at = path;
    card.session.environment = None;
    card.session.is_fresh = false;
    Ok(Vec::new())
}

/// Never more than there is: who asks for more is told how much that is.
fn read(card: &EidCard, command: &Command) -> Reply {
    let rest = card.rest(command)?;
    let asked = command.ne.ok_or(sw::WRONG_LENGTH)?;
    match rest.get(..asked) {
        Some(part) => Ok(part.to_vec()),
        None => Err(sw::WRONG_LE | rest.len() as u16),
    }
}

/// What an empty one costs nobody knows: a try here, so that nobody sends it.
fn verify(card: &mut EidCard, command: &Command) -> Reply {
    if command.p1p2() != u16::from(PIN) {
        return Err(sw::NO_REFERENCE);
    }
    card.session.is_fresh = false;
    card.present(PIN, &command.data)?;
    card.session.verified.insert(PIN);
    card.session.is_fresh = true;
    Ok(Vec::new())
}

fn change(card: &mut EidCard, command: &Command) -> Reply {
    if command.p1p2() != u16::from(PIN) || command.data.len() != 2 * BLOCK {
        return Err(sw::WRONG_LENGTH);
    }
    card.session.is_fresh = false;
    let (old, new) = command.data.split_at(BLOCK);
    card.present(PIN, old)?;
    if !(0x24..=0x2C).contains(&new[0]) {
        return Err(sw::BAD_DATA);
    }
    card.replace(PIN, new);
    Ok(Vec::new())
}

fn manage(card: &mut EidCard, command: &Command) -> Reply {
    card.session.environment = None;
    card.session.is_fresh = false;
    let [0x04, 0x80, algorithm, 0x84, key] = command.data[..] else {
        return Err(sw::BAD_DATA);
    };
    let is_there = card.product.keys.iter().any(|it| it.reference == key);
    if command.p1p2() != 0x41B6 || !is_there || card.directory() != [DIRECTORY] {
        return Err(sw::NO_REFERENCE);
    }
    card.session.environment = Some(Environment {
        template: 0xB6,
        algorithm: u32::from(algorithm),
        key,
    });
    Ok(Vec::new())
}

fn sign(card: &EidCard, data: &[u8]) -> Reply {
    let set = card.session.environment.ok_or(sw::CONDITIONS)?;
    let key = card.keys.get(&set.key).ok_or(sw::CONDITIONS)?;
    let is_verified = match set.key {
        QUALIFIED => card.session.is_fresh,
        _ => card.session.verified.contains(&PIN),
    };
    if !is_verified {
        return Err(sw::SECURITY_STATUS);
    }
    compute(key, set.algorithm, data)
}

fn compute(key: &PrivateKey, algorithm: u32, data: &[u8]) -> Reply {
    let hash = Hash::of_length(data.len());
    let signature = match (key.kind().is_rsa(), algorithm, hash) {
        (true, 0x01, _) => pkcs1(key, data),
        (true, 0x02, Some(hash @ Hash::Sha1)) => pkcs1(key, &hash.info(data)),
        (true, 0x08, Some(hash @ Hash::Sha256)) if key.kind() == KeyKind::Rsa2048 => {
            pkcs1(key, &hash.info(data))
        }
        (false, 0x01, Some(Hash::Sha256))
        | (false, 0x02, Some(Hash::Sha384))
        | (false, 0x04, Some(Hash::Sha512)) => ecdsa(key, data),
        (false, 0x40, _) if (1..=48).contains(&data.len()) => ecdsa(key, data),
        _ => return Err(sw::BAD_DATA),
    };
    let signature = signature.ok_or(sw::CONDITIONS)?;
    match key.kind().is_rsa() {
        true => Ok(signature),
        false => halves(&signature, 48).ok_or(sw::CONDITIONS),
    }
}

fn directory_file() -> Vec<u8> {
    let parts = [
        element(0x4F, PKCS15),
        element(0x50, b"BELPIC"),
        element(0x51, &PATH),
    ];
    element(0x61, &parts.concat())
}

fn entry(key: &Key) -> KeyEntry<'static> {
    let is_qualified = key.reference == QUALIFIED;
    let (label, id) = match is_qualified {
        true => ("Signature", 0x03),
        false => ("Authentication", 0x02),
    };
    KeyEntry {
        label,
        id,
        auth_id: 0x01,
        reference: key.reference,
        kind: key.kind,
        is_qualified,
        path: &PATH,
    }
}
