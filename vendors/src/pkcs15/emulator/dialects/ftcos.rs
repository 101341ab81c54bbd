//! FTCOS of Feitian (EnterSafe): ePass3000, PK-01C and EJAVA, as OpenSC personalises them.

mod administration;
mod key;
pub(in crate::pkcs15::emulator) mod protection;

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, MASTER, tag};
use crate::pkcs15::emulator::dialect::{
    Condition, Dialect, FileKind, Habits, Places, Reading, Right, Transport,
};
use crate::pkcs15::emulator::{Pkcs15Card, ins};

/// ePass3000.
pub const EPASS3000: Dialect = Dialect {
    name: "epass3000",
    atr: &[
        0x3B, 0x0F, 0x00, 0x65, 0x46, 0x53, 0x05, 0x19, 0x05, 0x71, 0xDF, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00,
    ],
    habits: &Ftcos {
        transport_key: &[0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08],
    },
    pins: PINS,
    wire: Transport {
        extended: false,
        ..WIRE
    },
    reading: Reading {
        most: CHUNK,
        short_identifiers: false,
        ..READING
    },
    places: Places {
        certificate: 0x3101,
        key: 0x01,
        pins: [USER as u8, 0x01],
        padding: Some((0x00, PIN as u8)),
        longest_pin: PIN as u8,
        label: "ePass3000",
        maker: "EnterSafe",
        ..PLACES
    },
};

/// FTCOS/PK-01C.
pub const PK01C: Dialect = Dialect {
    name: "pk01c",
    atr: &[
        0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x65, 0x46, 0x53, 0x05, 0x30, 0x06, 0x71,
        0xDF, 0x00, 0x00, 0x00, 0x80, 0x6A, 0x82, 0x5E,
    ],
    habits: &LATER,
    places: Places {
        label: "PK-01C",
        ..EPASS3000.places
    },
    ..EPASS3000
};

/// EJAVA/PK-01C, on the chip H10CR.
pub const EJAVA: Dialect = Dialect {
    name: "ejava",
    atr: &[
        0x3B, 0xFC, 0x18, 0x00, 0x00, 0x81, 0x31, 0x80, 0x45, 0x90, 0x67, 0x46, 0x4A, 0x21, 0x28,
        0x8C, 0x58, 0x00, 0x00, 0x00, 0x00, 0xB7,
    ],
    habits: &LATER,
    ..PK01C
};

const LATER: Ftcos = Ftcos {
    transport_key: &[0x92, 0x34, 0x2E, 0xEF, 0x23, 0x40, 0x4F, 0xD1],
};

/// Class of commands with a checksum, and of those of its own without one.
const PROTECTED: u8 = 0x84;
const OWN: u8 = 0x80;
const READ_PUBLIC_KEY: u8 = 0xE6;
const SERIAL: u8 = 0xEA;
/// P1, P2 of PSO, and the template of MSE.
const SIGN: u16 = 0x8680;
const TEMPLATE: u8 = 0xB8;
/// What an answer or UPDATE BINARY has at most.
const CHUNK: usize = 0xE0;
/// PINs: of the user, and what unblocks it.
const USER: u16 = 0x01;
const PUK: u16 = 0x02;
/// Length of both, zeros behind.
const PIN: usize = 16;
/// Where the card keeps a challenge, and by their directories the keys that protect the
/// creation of files.
const CHALLENGE: u16 = 0x0084;
/// Published values of the keys that administration is protected with (sheet, 6.1).
const INIT_KEY: [u8; 16] = [
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10,
];
const MAINTENANCE_KEY: [u8; 16] = [
    0x12, 0x34, 0x56, 0x78, 0x21, 0x43, 0x65, 0x87, 0x11, 0x22, 0xAA, 0xBB, 0x33, 0x44, 0xCD, 0xEF,
];

struct Ftcos {
    /// Protects what is done to the whole card: single DES.
    transport_key: &'static [u8; 8],
}

impl Habits for Ftcos {
    fn protected(&self) -> Option<u8> {
        Some(PROTECTED)
    }

    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        // It is for the next command alone.
        let challenge = card.session.parts.remove(&CHALLENGE);
        let data = &command.data[..];
        match (command.cla, command.ins, command.p1, command.p2) {
            (0x00, ins::SELECT, 0x00 | 0x04, 0x00) => None,
            (0x00, ins::SELECT, ..) => Some(Err(sw::WRONG_P1P2)),
            (0x00, ins::UPDATE_BINARY, ..) if data.len() > CHUNK => Some(Err(sw::WRONG_LENGTH)),
            // Where short identifiers would be: the upper half of a long file.
            (OWN, ins::READ_BINARY, ..) => {
                let offset = usize::from(command.p1p2());
                Some(card.read(offset, command.ne.unwrap_or(0)))
            }
            (0x00, ins::CHANGE_REFERENCE_DATA, 0x00, _) if data.len() == 2 * PIN => None,
            (0x00, ins::CHANGE_REFERENCE_DATA, 0x00, _) => Some(Err(sw::WRONG_LENGTH)),
            (0x00, ins::CHANGE_REFERENCE_DATA, ..) => Some(Err(sw::WRONG_P1P2)),
            (0x00, ins::RESET_RETRY_COUNTER | ins::READ_RECORD | ins::READ_BINARY_ODD, ..) => {
                Some(Err(sw::UNKNOWN_INS))
            }
            (0x00, ins::GET_CHALLENGE, 0x00, 0x00) => {
                let number = card.random.take::<8>();
                card.session.parts.insert(CHALLENGE, number.to_vec().into());
                Some(Ok(number.to_vec()))
            }
            (0x00, ins::MANAGE_SECURITY_ENVIRONMENT, p1, TEMPLATE) => {
                Some(key::choose(card, p1, data))
            }
            (0x00, ins::MANAGE_SECURITY_ENVIRONMENT, ..) => Some(Err(sw::WRONG_P1P2)),
            (0x00, ins::PERFORM_SECURITY_OPERATION, ..) if command.p1p2() == SIGN => {
                Some(key::sign(card, data))
            }
            (0x00, ins::PERFORM_SECURITY_OPERATION, ..) => Some(Err(sw::WRONG_P1P2)),
            (0x00, ins::GENERATE_KEY_PAIR, part, 0x00) => Some(key::put(card, part, data)),
            (OWN, READ_PUBLIC_KEY, key::PUBLIC, number) => Some(key::public(card, number)),
            (OWN, SERIAL, 0x00, 0x00) => {
                Some(Ok(vec![0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08]))
            }
            (PROTECTED, ..) => {
                let challenge = challenge.as_ref().map(|number| &number[..]);
                Some(administration::run(
                    card,
                    command,
                    self.transport_key,
                    challenge,
                ))
            }
            _ => None,
        }
    }

    /// A byte for reading, one for writing, and eight of which OpenSC asks nothing.
    fn condition(&self, _: &Pkcs15Card, file: &File, right: Right) -> Condition {
        let at = match (right, file.is_directory()) {
            (Right::Read, false) => 0,
            (Right::Update, false) => 1,
            _ => return Condition::Never,
        };
        let access = file.parameter(tag::ACCESS).unwrap_or_default();
        access
            .get(at)
            .map_or(Condition::Never, |byte| condition(*byte))
    }

    /// Without the access conditions. A name makes a directory for OpenSC.
    fn information(&self, _: &Pkcs15Card, file: &File, _: u8) -> Reply {
        let told = file
            .parameters
            .iter()
            .filter(|(tag, _)| *tag != tag::ACCESS);
        let told = File {
            parameters: told.cloned().collect(),
            content: Content::Internal,
        };
        Ok(told.template(tag::INFORMATION))
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        match kind {
            FileKind::Directory => directory(identifier),
            _ => transparent(identifier, size, &[ALWAYS; 10]),
        }
    }

    fn master(&self, blank: bool) -> Option<File> {
        Some(master()).filter(|_| !blank)
    }

    /// The PUK is the next object.
    fn puk(&self, pin: u16) -> u16 {
        pin + 1
    }

    /// What OpenSC would have written beside the files.
    fn finish(&self, card: &mut Pkcs15Card, blank: bool) {
        if blank {
            return;
        }
        for directory in [MASTER, card.dialect.places.application] {
            card.parts.insert(directory, INIT_KEY.to_vec().into());
        }
        card.parts
            .insert(administration::MAINTENANCE, MAINTENANCE_KEY.to_vec().into());
        for number in key::NUMBERS {
            card.settings.insert(number, (OF_USER, Some(USER as u8)));
        }
    }
}

/// Everybody may; who knows the user's PIN.
const ALWAYS: u8 = 0x10;
const OF_USER: u8 = 0x34;

/// What a byte of access conditions asks for (sheet, 6.3; what 34 and 38 mean is inferred
/// from where they stand).
fn condition(byte: u8) -> Condition {
    match byte {
        0x00 | ALWAYS => Condition::Free,
        0x04 | OF_USER => Condition::Pin(USER),
        0x08 | 0x38 => Condition::Pin(PUK),
        _ => Condition::Never,
    }
}

fn master() -> File {
    let mut parameters = directory(MASTER);
    parameters.push((tag::NAME, MASTER.to_be_bytes().to_vec()));
    File {
        parameters,
        content: Content::Directory,
    }
}

fn directory(identifier: u16) -> Vec<(u32, Vec<u8>)> {
    vec![
        (tag::DESCRIPTOR, vec![0x38]),
        (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
    ]
}

fn transparent(identifier: u16, size: u16, access: &[u8; 10]) -> Vec<(u32, Vec<u8>)> {
    vec![
        (tag::SIZE, size.to_be_bytes().to_vec()),
        (tag::DESCRIPTOR, vec![0x01]),
        (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
        (tag::ACCESS, access.to_vec()),
    ]
}
