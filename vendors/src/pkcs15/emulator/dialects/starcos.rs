//! STARCOS 3.4 and 3.5 of Giesecke & Devrient, with PKCS#15 or with the eSign application.

mod esign;

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
    habits: &KEYD,
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
    habits: &PWDD,
    ..STARCOS35
};

/// STARCOS 3.5 with eSign.
pub const STARCOS35_ESIGN: Dialect = Dialect {
    name: "starcos35esign",
    atr: &[
        0x3B, 0xDF, 0x96, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x5B, 0x44, 0x45, 0x2E, 0x42, 0x41,
        0x5F, 0x53, 0x43, 0x33, 0x35, 0x32, 0x81, 0x05, 0xB5,
    ],
    habits: &Starcos {
        esign: true,
        ..KEYD
    },
    places: Places {
        pins: [0x06, 0x01],
        ..STARCOS35.places
    },
    ..STARCOS35
};

/// STARCOS 3.4 with eSign, which its answer to reset does not tell.
pub const STARCOS34_ESIGN: Dialect = Dialect {
    name: "starcos34esign",
    habits: &Starcos {
        esign: true,
        ..PWDD
    },
    ..STARCOS34
};

const KEYD: Starcos = Starcos {
    formats: (EF_KEYD, FORMAT_OF_KEYD),
    deciphers: [0x11, 0x31],
    esign: false,
};
const PWDD: Starcos = Starcos {
    formats: (EF_PWDD, FORMAT_OF_PWDD),
    deciphers: [0x11, 0x30],
    esign: false,
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

/// P1, P2 of PSO, and the first byte of its data.
const DECIPHER: u16 = 0x8086;
const PADDED: u8 = 0x81;
/// Template of MSE, and where a key does not fit it.
const SIGNATURE: u8 = 0xB6;
const WRONG_ENVIRONMENT: u16 = 0x6600;

struct Starcos {
    /// The file that says how PINs are sent, and its record.
    formats: (u16, &'static [u8]),
    /// DO 89 of MSE to decipher.
    deciphers: [u8; 2],
    esign: bool,
}

impl Habits for Starcos {
    fn own(&self, card: &mut Pkcs15Card, command: &Command) -> Option<Reply> {
        match (command.cla, command.ins, command.p1p2()) {
            (OWN, ins::GET_DATA, LENGTHS) => Some(Ok(ATR_CONTENT.to_vec())),
            (0x00, ins::SELECT, at) if at >> 8 == 0x08 || at >> 8 == 0x09 => {
                Some(Err(sw::WRONG_P1P2))
            }
            (0x00, ins::PERFORM_SECURITY_OPERATION, DECIPHER) => Some(match &command.data[..] {
                [PADDED, cryptogram @ ..] => card.decipher(&[&[0x00], cryptogram].concat()),
                _ => Err(sw::BAD_DATA),
            }),
            _ => None,
        }
    }

    /// The key of encryption signs nothing; which status word says so is inferred.
    fn accepts(&self, _: &Pkcs15Card, environment: &Environment) -> Result<(), u16> {
        let encryption = environment.key.map(u16::from) == Some(esign::ENCRYPTION);
        match self.esign && encryption && environment.template == SIGNATURE {
            true => Err(WRONG_ENVIRONMENT),
            false => Ok(()),
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
        self.put(card, &[EF_ATR], Content::Transparent(ATR_CONTENT.to_vec()));
        let (identifier, record) = self.formats;
        self.put(card, &[identifier], Content::Records(vec![record.to_vec()]));
        if self.esign {
            esign::fill(self, card);
        }
    }

    fn operation(&self, environment: &Environment, key: &Key) -> Result<Operation, u16> {
        if !key.key.kind().is_rsa() {
            return Err(sw::FUNCTION);
        }
        match environment.algorithm.as_deref() {
            Some(algorithm) if algorithm == self.deciphers => Ok(Operation::Pkcs1),
            Some(algorithm) if algorithm == PKCS1 => Ok(Operation::Pkcs1),
            Some(algorithm) if algorithm == PSS_SHA256 => Ok(Operation::Pss),
            _ => Err(sw::BAD_DATA),
        }
    }
}

impl Starcos {
    fn put(&self, card: &mut Pkcs15Card, path: &[u16], content: Content) {
        let identifier = path.last().copied().unwrap_or_default();
        let (kind, size) = match &content {
            Content::Transparent(content) => (FileKind::Transparent, content.len() as u16),
            Content::Records(_) => (FileKind::Records, 0),
            _ => (FileKind::Directory, 0),
        };
        let parameters = self.parameters(identifier, kind, size);
        let file = File {
            parameters,
            content,
        };
        card.files.insert(path.to_vec(), file);
    }
}
