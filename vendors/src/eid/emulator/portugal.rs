//! Portuguese cards of the GemSafe generation (sheet PTEID): the hash is set first, and signed
//! by a command of its own; PKCS#15 files beside.

use super::builder::{directory, transparent};
use super::entries::{self, KeyEntry, PinEntry};
use super::{EidCard, Habits, Key, Pin, Product, code, environment, has_digits};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::files::Content;
use crate::emulator::signature::{Hash, pkcs1};
use crate::emulator::tlv::{element, read};

const GEMSAFE: [u8; 7] = [0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x02];
/// One-time passwords, with the same authentication PIN.
const EMV_CAP: [u8; 7] = [0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x01];

/// The directories of PKCS#15's own files, and of all else.
const LISTS: u16 = 0x4F00;
const DIRECTORY: u16 = 0x5F00;
const PATH: [u8; 4] = [0x3F, 0x00, 0x5F, 0x00];

/// References of the PINs: authentication, signature, address.
const PIN: u8 = 0x81;
const SIGNATURE_PIN: u8 = 0x82;
const ADDRESS_PIN: u8 = 0x83;
const BLOCK: usize = 8;

const fn pin(reference: u8) -> Pin {
    Pin {
        reference,
        tries: 3,
        value: "123456",
    }
}

/// GemSafe V3, without the application of one-time passwords.
pub const PTEID: Product = Product {
    name: "pteid",
    family: "pteid",
    atr: &[
        0x3B, 0xFF, 0x96, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85,
        0x04, 0x01, 0x20, 0x12, 0x0F, 0xFF, 0x82, 0x90, 0x00, 0xD0,
    ],
    keys: &[
        Key {
            reference: 0x01,
            kind: KeyKind::Rsa2048,
            certificate: &[DIRECTORY, 0xEF08],
            pin: SIGNATURE_PIN,
        },
        Key {
            reference: 0x02,
            kind: KeyKind::Rsa2048,
            certificate: &[DIRECTORY, 0xEF09],
            pin: PIN,
        },
    ],
    pins: &[pin(PIN), pin(SIGNATURE_PIN), pin(ADDRESS_PIN)],
    habits: &Portugal { has_emv_cap: false },
};

/// With it: the authentication PIN is that of both.
pub const PTEID_CAP: Product = Product {
    name: "pteidcap",
    atr: &[
        0x3B, 0x7D, 0x95, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x83, 0x11, 0x00, 0xC8, 0x83,
        0x00, 0x90, 0x00,
    ],
    habits: &Portugal { has_emv_cap: true },
    ..PTEID
};

struct Portugal {
    has_emv_cap: bool,
}

impl Habits for Portugal {
    fn block(&self, _reference: u8, typed: &str) -> Vec<u8> {
        let mut block = typed.as_bytes().to_vec();
        block.resize(BLOCK, 0xFF);
        block
    }

    fn furnish(&self, card: &mut EidCard) {
        let keys = card.product.keys;
        let number = card.number.clone();
        let mut add = |path: &[u16], file| card.files.insert(path.to_vec(), file);
        add(&[LISTS], directory(&[]));
        add(&[DIRECTORY], directory(&[]));
        let below = |file: u16| [&PATH[..], &file.to_be_bytes()].concat();
        let list = |tag, file| element(tag, &entries::path(&below(file)));
        let lists = [list(0xA8, 0x4401), list(0xA0, 0x4402), list(0xA4, 0x4403)].concat();
        add(&[LISTS, 0x5031], transparent(&lists));
        let information = entries::token_information(number.as_bytes(), "CARTAO DE CIDADAO");
        add(&[LISTS, 0x5032], transparent(&information));
        let pins = [
            ("Auth PIN", PIN),
            ("Sign PIN", SIGNATURE_PIN),
            ("Address PIN", ADDRESS_PIN),
        ];
        let pins = pins.into_iter().zip(1..).map(|((label, reference), id)| {
            entries::pin(&PinEntry {
                label,
                id,
                reference,
                flags: &[0x02, 0x4C],
                kind: 0x01,
                lengths: [4, 8],
                path: &PATH,
            })
        });
        add(
            &[DIRECTORY, 0x4401],
            transparent(&pins.collect::<Vec<_>>().concat()),
        );
        let listed: Vec<_> = keys.iter().map(|key| entries::key(&entry(key))).collect();
        add(&[DIRECTORY, 0x4402], transparent(&listed.concat()));
        let file = |key: &Key| below(key.certificate[1]);
        let listed = keys
            .iter()
            .map(|key| entries::certificate(&entry(key), &file(key)));
        add(
            &[DIRECTORY, 0x4403],
            transparent(&listed.collect::<Vec<_>>().concat()),
        );
    }

    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply {
        if command.cla != 0x00 {
            return Err(sw::UNKNOWN_CLA);
        }
        match command.ins {
            ins::SELECT => self.select(card, command),
            code::READ_BINARY => card.read_binary(command, 256),
            ins::VERIFY => verify(card, command),
            ins::CHANGE_REFERENCE_DATA => change(card, command),
            code::MANAGE_SECURITY_ENVIRONMENT => {
                card.session.environment = Some(environment(command)?);
                Ok(Vec::new())
            }
            code::PERFORM_SECURITY_OPERATION => match command.p1p2() {
                0x90A0 => set_hash(card, command),
                0x9E9A => {
                    let hash = std::mem::take(&mut card.session.hash);
                    let signature = sign(card, hash);
                    // Good for one signature.
                    card.session.verified.remove(&SIGNATURE_PIN);
                    signature
                }
                _ => Err(sw::WRONG_P1P2),
            },
            _ => Err(sw::UNKNOWN_INS),
        }
    }
}

fn entry(key: &Key) -> KeyEntry<'static> {
    let is_qualified = key.pin == SIGNATURE_PIN;
    let (label, id) = match is_qualified {
        true => ("CITIZEN SIGNATURE", 0x46),
        false => ("CITIZEN AUTHENTICATION", 0x45),
    };
    KeyEntry {
        label,
        id,
        auth_id: if is_qualified { 0x02 } else { 0x01 },
        reference: key.reference,
        kind: key.kind,
        is_qualified,
        path: &PATH,
    }
}

impl Portugal {
    fn select(&self, card: &mut EidCard, command: &Command) -> Reply {
        match (command.p1, &command.data[..]) {
            (0x04, name) if name == GEMSAFE || self.has_emv_cap && name == EMV_CAP => {
                card.session = Default::default();
                card.session.is_elsewhere = name == EMV_CAP;
                return Ok(Vec::new());
            }
            (0x04, _) => return Err(sw::NOT_FOUND),
            _ if card.session.is_elsewhere => return Err(sw::NOT_FOUND),
            (0x00 | 0x08, _) => card.session.at = card.find(command)?,
            _ => return Err(sw::WRONG_P1P2),
        }
        match (
            command.p2,
            card.files.at(&card.session.at).map(|it| &it.content),
        ) {
            (0x00, Some(Content::Transparent(bytes))) => {
                let size = (bytes.len() as u16).to_be_bytes();
                Ok(element(0x6F, &element(0x81, &size)))
            }
            (0x00, _) => Ok(element(0x6F, &[])),
            _ => Ok(Vec::new()),
        }
    }
}

/// The PINs are in the directory with all else; without data it tells the tries left.
fn verify(card: &mut EidCard, command: &Command) -> Reply {
    if command.p1 != 0x00 || card.session.is_elsewhere || card.directory() != [DIRECTORY] {
        return Err(sw::NO_REFERENCE);
    }
    if command.data.is_empty() {
        let left = card.tries(command.p2).ok_or(sw::NO_REFERENCE)?;
        return match card.session.verified.contains(&command.p2) {
            true => Ok(Vec::new()),
            false => Err(sw::TRIES | u16::from(left)),
        };
    }
    if command.data.len() != BLOCK {
        return Err(sw::WRONG_LENGTH);
    }
    card.present(command.p2, &command.data)?;
    card.session.verified.insert(command.p2);
    Ok(Vec::new())
}

fn change(card: &mut EidCard, command: &Command) -> Reply {
    if card.session.is_elsewhere || card.directory() != [DIRECTORY] {
        return Err(sw::NO_REFERENCE);
    }
    if command.p1 != 0x00 || command.data.len() != 2 * BLOCK {
        return Err(sw::WRONG_LENGTH);
    }
    let (old, new) = command.data.split_at(BLOCK);
    card.present(command.p2, old)?;
    if !has_digits(new, 4, 0xFF) {
        return Err(sw::BAD_DATA);
    }
    card.replace(command.p2, new);
    Ok(Vec::new())
}

fn set_hash(card: &mut EidCard, command: &Command) -> Reply {
    let Some((0x90, hash, [])) = read(&command.data) else {
        return Err(sw::BAD_DATA);
    };
    card.session.hash = Some(hash.to_vec());
    Ok(Vec::new())
}

/// 02: a DigestInfo as short as that of SHA-1; 42: a hash of SHA-256.
fn sign(card: &EidCard, hash: Option<Vec<u8>>) -> Reply {
    let set = card.session.environment.ok_or(sw::CONDITIONS)?;
    let own = card.product.keys.iter().find(|it| it.reference == set.key);
    let own = own.ok_or(sw::NO_REFERENCE)?;
    let hash = hash.ok_or(sw::CONDITIONS)?;
    if !card.session.verified.contains(&own.pin) {
        return Err(sw::SECURITY_STATUS);
    }
    let key = card.keys.get(&set.key).ok_or(sw::NO_REFERENCE)?;
    let signature = match (set.algorithm, hash.len()) {
        (0x02, ..=36) => pkcs1(key, &hash),
        (0x42, 32) => pkcs1(key, &Hash::Sha256.info(&hash)),
        _ => return Err(sw::BAD_DATA),
    };
    signature.ok_or(sw::CONDITIONS)
}
