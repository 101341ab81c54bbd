//! Italian CNS cards (sheet itacns): RESTORE before SET, whole PKCS#1 blocks, a PUK for each PIN.

use super::builder::{directory, transparent};
use super::{EidCard, Environment, Habits, Key, Pin, Product, code, has_digits};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::files::Content;
use crate::emulator::tlv::element;

/// Where the authentication certificate is, and where the signature key with its PIN.
const CERTIFICATES: u16 = 0x1100;
const SIGNATURE: [u16; 2] = [0x1400, 0x8110];

/// References without the bit that searches upwards.
const PIN: u8 = 0x10;
const PUK: u8 = 0x11;
const SIGNATURE_PIN: u8 = 0x1A;
const SIGNATURE_PUK: u8 = 0x1B;
const UPWARDS: u8 = 0x80;
const BLOCK: usize = 8;

const fn pin(reference: u8, value: &'static str) -> Pin {
    Pin {
        reference,
        tries: 3,
        value,
    }
}

const fn keys(kind: KeyKind) -> [Key; 2] {
    [
        Key {
            reference: 0x10,
            kind,
            certificate: &[SIGNATURE[0], 0x9010],
            pin: SIGNATURE_PIN,
        },
        Key {
            reference: 0x01,
            kind,
            certificate: &[CERTIFICATES, 0x1101],
            pin: PIN,
        },
    ]
}

/// Version 1.1 on Oberthur's mask.
pub const CNS_11: Product = Product {
    name: "cns11",
    family: "cns",
    atr: &[
        0x3B, 0xFF, 0x18, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x55, 0x00, 0x6B, 0x05, 0x05, 0xC8, 0x0C,
        0x01, 0x11, 0x01, 0x43, 0x4E, 0x53, 0x11, 0x31, 0x80, 0x43,
    ],
    keys: &keys(KeyKind::Rsa2048),
    pins: &[
        pin(PIN, "123456"),
        pin(PUK, "12345678"),
        pin(SIGNATURE_PIN, "123456"),
        pin(SIGNATURE_PUK, "12345678"),
    ],
    habits: &Italy { wants_bit: false },
};

/// Version 1.0 on STIncard's mask.
pub const CNS_10: Product = Product {
    name: "cns10",
    atr: &[
        0x3B, 0xFF, 0x18, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x55, 0x00, 0x6B, 0x02, 0x09, 0x03, 0x03,
        0x01, 0x01, 0x01, 0x43, 0x4E, 0x53, 0x10, 0x31, 0x80, 0x9D,
    ],
    keys: &keys(KeyKind::Rsa1024),
    habits: &Italy { wants_bit: true },
    ..CNS_11
};

struct Italy {
    /// References without the bit that searches upwards name nothing.
    wants_bit: bool,
}

impl Habits for Italy {
    fn block(&self, _reference: u8, typed: &str) -> Vec<u8> {
        let mut block = typed.as_bytes().to_vec();
        block.resize(BLOCK, 0xFF);
        block
    }

    fn furnish(&self, card: &mut EidCard) {
        let number = format!("{:0>16}", card.number);
        let person = format!("{:0>6X}{:02X}{}{:02X}{}", 0x20, 8, "LOVELACE", 3, "ADA");
        let mut add = |path: &[u16], file| card.files.insert(path.to_vec(), file);
        for path in [&[0x1000][..], &[CERTIFICATES], &SIGNATURE[..1], &SIGNATURE] {
            add(path, directory(&[]));
        }
        add(&[0x1000, 0x1003], transparent(number.as_bytes()));
        add(&[CERTIFICATES, 0x1102], transparent(person.as_bytes()));
        // Files are longer than what is in them.
        for key in card.product.keys {
            let path = key.certificate;
            let file = card.files.at_mut(path);
            if let Some(Content::Transparent(bytes)) = file.map(|file| &mut file.content) {
                bytes.extend([0x00; 100]);
            }
        }
    }

    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply {
        if command.cla & !0x10 != 0x00 {
            return Err(sw::UNKNOWN_CLA);
        }
        match command.ins {
            ins::SELECT => select(card, command),
            code::READ_BINARY => card.read_binary(command, 0xFF),
            ins::VERIFY => self.verify(card, command),
            ins::CHANGE_REFERENCE_DATA => self.change(card, command),
            ins::RESET_RETRY_COUNTER => self.reset_retry_counter(card, command),
            code::MANAGE_SECURITY_ENVIRONMENT => manage(card, command),
            code::PERFORM_SECURITY_OPERATION => perform(card, command),
            _ => Err(sw::UNKNOWN_INS),
        }
    }
}

fn select(card: &mut EidCard, command: &Command) -> Reply {
    if !matches!(command.p1, 0x00 | 0x08) || !matches!(command.p2, 0x00 | 0x0C) {
        return Err(sw::WRONG_P1P2);
    }
    card.session.at = card.find(command)?;
    match (command.p2, card.files.at(&card.session.at)) {
        (0x00, Some(file)) => {
            let size = match &file.content {
                Content::Transparent(bytes) => bytes.len() as u16,
                _ => 0,
            };
            Ok(element(0x6F, &element(0x80, &size.to_be_bytes())))
        }
        _ => Ok(Vec::new()),
    }
}

impl Italy {
    /// What a reference names where the card is.
    fn named(&self, card: &EidCard, reference: u8) -> Result<u8, u16> {
        if self.wants_bit && reference & UPWARDS == 0 {
            return Err(sw::NO_REFERENCE);
        }
        match reference & !UPWARDS {
            own @ (PIN | PUK) => Ok(own),
            own @ (SIGNATURE_PIN | SIGNATURE_PUK) if card.directory() == SIGNATURE => Ok(own),
            _ => Err(sw::NO_REFERENCE),
        }
    }

    /// An empty one is compared as well: the specification has none.
    fn verify(&self, card: &mut EidCard, command: &Command) -> Reply {
        let own = self.named(card, command.p2)?;
        if !command.data.is_empty() && command.data.len() != BLOCK {
            return Err(sw::WRONG_LENGTH);
        }
        card.present(own, &command.data)?;
        card.session.verified.insert(own);
        Ok(Vec::new())
    }

    fn change(&self, card: &mut EidCard, command: &Command) -> Reply {
        let own = self.named(card, command.p2)?;
        if command.data.len() != 2 * BLOCK || ![PIN, SIGNATURE_PIN].contains(&own) {
            return Err(sw::WRONG_LENGTH);
        }
        let (old, new) = command.data.split_at(BLOCK);
        card.present(own, old)?;
        if !has_digits(new, 5, 0xFF) {
            return Err(sw::BAD_DATA);
        }
        card.replace(own, new);
        Ok(Vec::new())
    }

    fn reset_retry_counter(&self, card: &mut EidCard, command: &Command) -> Reply {
        let own = self.named(card, command.p2)?;
        let puk = match own {
            PIN => PUK,
            SIGNATURE_PIN => SIGNATURE_PUK,
            _ => return Err(sw::CONDITIONS),
        };
        if command.p1 != 0x00 || command.data.len() != 2 * BLOCK {
            return Err(sw::WRONG_LENGTH);
        }
        let (code, new) = command.data.split_at(BLOCK);
        card.present(puk, code)?;
        if !has_digits(new, 5, 0xFF) {
            return Err(sw::BAD_DATA);
        }
        card.replace(own, new);
        Ok(Vec::new())
    }
}

/// RESTORE of environment 3, then SET of a key in it.
fn manage(card: &mut EidCard, command: &Command) -> Reply {
    match (command.p1, &command.data[..]) {
        (0xF3, []) if command.p2 == 0x03 => {
            card.session.environment = None;
            card.session.is_restored = true;
            Ok(Vec::new())
        }
        (0xF1, &[0x83, 0x01, key]) if card.session.is_restored => {
            card.session.environment = Some(Environment {
                template: command.p2,
                algorithm: 0,
                key,
            });
            Ok(Vec::new())
        }
        _ => Err(sw::BAD_DATA),
    }
}

/// The authentication key may decipher alone, the signature key both.
fn perform(card: &mut EidCard, command: &Command) -> Reply {
    let set = card.session.environment.ok_or(sw::CONDITIONS)?;
    let own = card.product.keys.iter().find(|it| it.reference == set.key);
    let own = own.copied().ok_or(sw::NO_REFERENCE)?;
    let block = match (command.p1p2(), set.template) {
        (0x9E9A, 0xB6) if own.pin == PIN => return Err(sw::SECURITY_STATUS),
        (0x9E9A, 0xB6) => &command.data[..],
        (0x8086, 0xB8) => command.data.strip_prefix(&[0x00]).ok_or(sw::BAD_DATA)?,
        _ => return Err(sw::CONDITIONS),
    };
    if !card.session.verified.contains(&own.pin) {
        return Err(sw::SECURITY_STATUS);
    }
    if own.kind.input_length() != Some(block.len()) {
        return Err(sw::WRONG_LENGTH);
    }
    let signature = card.keys.get(&set.key).and_then(|key| key.sign(block));
    if own.pin == SIGNATURE_PIN {
        card.session.verified.remove(&SIGNATURE_PIN);
    }
    signature.ok_or(sw::BAD_DATA)
}
