//! STARCOS 3.4 and 3.5 of Giesecke & Devrient.

use super::{PINS, PLACES, READING, WIRE};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, tag};
use crate::pkcs15::emulator::dialect::{Dialect, FileKind, Habits, Pins, Places, Reading, Status};
use crate::pkcs15::emulator::object::{PinKind, PinObject};
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::sign::{Environment, Key};
use crate::pkcs15::emulator::{Pkcs15Card, ins};

/// STARCOS 3.5: PINs in ISO 9564's format 2, extended APDUs.
pub const STARCOS35: Dialect = Dialect {
    name: "starcos35",
    atr: &[
        0x3B, 0x9B, 0x96, 0xC0, 0x0A, 0x31, 0xFE, 0x45, 0x80, 0x67, 0x04, 0x1E, 0xB5, 0x01, 0x00,
        0x89, 0x4C, 0x81, 0x05, 0x45,
    ],
    habits: &Starcos {
        formats: (EF_KEYD, FORMAT_OF_KEYD),
    },
    pins: Pins {
        status: Status::Tells,
        ..PINS
    },
    wire: WIRE,
    reading: Reading {
        warns: false,
        ..READING
    },
    places: Places {
        key: 0x81,
        pins: [0x01, 0x01],
        longest_pin: 12,
        label: "STARCOS",
        maker: "Giesecke & Devrient GmbH",
        ..PLACES
    },
};

/// STARCOS 3.4: the same, but for where it says how PINs are sent.
pub const STARCOS34: Dialect = Dialect {
    name: "starcos34",
    atr: &[
        0x3B, 0xD8, 0x18, 0xFF, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x03, 0x80, 0x64, 0x04, 0x1A, 0xB4,
        0x03, 0x81, 0x05, 0x61,
    ],
    habits: &Starcos {
        formats: (EF_PWDD, FORMAT_OF_PWDD),
    },
    ..STARCOS35
};

/// Class and P1, P2 of the question for the lengths that it takes.
const OWN: u8 = 0xA0;
const LENGTHS: u16 = 0x9F6C;
/// EF.ATR: extended length is known, and how much of it.
const EF_ATR: u16 = 0x2F01;
const ATR_CONTENT: &[u8] = &[
    0x47, 0x03, 0x08, 0x01, 0xE0, 0x7F, 0x66, 0x08, 0x02, 0x02, 0x08, 0x00, 0x02, 0x02, 0x08, 0x00,
];
/// EF.KEYD and EF.PWDD: how PINs are sent, here in format 2.
const EF_KEYD: u16 = 0x0013;
const FORMAT_OF_KEYD: &[u8] = &[0x88, 0x01, 0x01, 0x7B, 0x05, 0xA4, 0x03, 0x89, 0x01, 0x12];
const EF_PWDD: u16 = 0x0015;
const FORMAT_OF_PWDD: &[u8] = &[0x7B, 0x08, 0xA4, 0x06, 0x83, 0x01, 0x01, 0x89, 0x01, 0x12];
/// DO 89 of MSE: PKCS#1 v1.5, and PSS with SHA-256.
const PKCS1: [u8; 2] = [0x13, 0x23];
const PSS_SHA256: [u8; 3] = [0x13, 0x33, 0x30];

struct Starcos {
    /// The file that says how PINs are sent, and its record.
    formats: (u16, &'static [u8]),
}

impl Habits for Starcos {
    fn own(&self, _: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        match (command.cla, command.ins, command.p1p2()) {
            (OWN, ins::GET_DATA, LENGTHS) => Some(Ok(ATR_CONTENT.to_vec())),
            (0x00, ins::SELECT, at) if at >> 8 == 0x08 || at >> 8 == 0x09 => {
                Some(Err(sw::WRONG_P1P2))
            }
            _ => None,
        }
    }

    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        let descriptor = match kind {
            FileKind::Directory => vec![0x38],
            FileKind::Transparent => vec![0x41],
            FileKind::Records => vec![0x42, 0x41, 0x00, 0x40, 0x02],
        };
        let mut parameters = vec![
            (tag::SIZE, size.to_be_bytes().to_vec()),
            (tag::DESCRIPTOR, descriptor),
            (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
            (tag::LIFE_CYCLE, vec![0x05]),
        ];
        if kind == FileKind::Directory {
            parameters.remove(0);
        }
        parameters
    }

    fn usual_pins(&self) -> Vec<PinObject> {
        let form = |pin: PinObject| pin.form(PinKind::Iso9564, (6, 8, 12), Some(0xFF));
        vec![form(PinObject::user("123456").puk("12345678"))]
    }

    fn finish(&self, card: &mut Pkcs15Card, _: bool) {
        let size = ATR_CONTENT.len() as u16;
        let file = File {
            parameters: self.parameters(EF_ATR, FileKind::Transparent, size),
            content: Content::Transparent(ATR_CONTENT.to_vec()),
        };
        card.files.insert(vec![EF_ATR], file);
        let (identifier, record) = self.formats;
        let file = File {
            parameters: self.parameters(identifier, FileKind::Records, 0),
            content: Content::Records(vec![record.to_vec()]),
        };
        card.files.insert(vec![identifier], file);
    }

    fn operation(&self, environment: &Environment, key: &Key) -> Result<Operation, u16> {
        if !key.key.kind().is_rsa() {
            return Err(sw::FUNCTION);
        }
        match environment.algorithm.as_deref() {
            Some(algorithm) if algorithm == PKCS1 => Ok(Operation::Pkcs1),
            Some(algorithm) if algorithm == PSS_SHA256 => Ok(Operation::Pss),
            _ => Err(sw::BAD_DATA),
        }
    }
}
