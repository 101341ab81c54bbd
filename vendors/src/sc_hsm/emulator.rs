//! A SmartCard-HSM in software: files, keys and PINs as CardContact's application has
//! them, and the habits of the products that carry it or are compatible.
//!
//! ```no_run
//! use securesign_vendors::emulator::{Emulator, KeyKind};
//! use securesign_vendors::sc_hsm::emulator::{NITROKEY_HSM, ScHsmCard};
//!
//! let mut card = ScHsmCard::builder(NITROKEY_HSM)
//!     .holder("CN=Ada Lovelace")
//!     .key(1, KeyKind::P256)
//!     .build()?;
//! let select = [
//!     0x00, 0xA4, 0x04, 0x00, 0x0B, 0xE8, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x02,
//!     0x01, 0x00,
//! ];
//! assert!(card.transmit(&select).ends_with(&[0x90, 0x00]));
//! # Ok::<(), securesign_vendors::sc_hsm::emulator::BuildError>(())
//! ```
//!
//! What was seen, was seen on pico-hsm 6.6; what of the genuine cards is from programs
//! that use them. Not emulated: key agreement, key wrapping and DKEK, key domains,
//! public-key login, chip authentication and secure messaging, use counters.

mod builder;
mod certificate;
mod file;
mod generate;
mod pin;
mod product;
mod sign;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::emulator::Emulator;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::key::{PrivateKey, Stream};
use crate::emulator::secret::Secret;
use crate::emulator::tlv;
use crate::emulator::wire::{Wire, header, joined};

pub use crate::emulator::BuildError;
pub use builder::Builder;
pub use product::{ALL, NITROKEY_HSM, PICO_HSM, Product, SMARTCARD_HSM};

/// The application.
const AID: [u8; 11] = [
    0xE8, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x02, 0x01,
];

/// Instructions that not every family has.
mod code {
    pub const GENERATE_KEY_PAIR: u8 = 0x46;
    pub const INITIALIZE: u8 = 0x50;
    pub const KEY_SHARES: u8 = 0x52;
    pub const ENUMERATE: u8 = 0x58;
    pub const DECIPHER: u8 = 0x62;
    pub const SIGN: u8 = 0x68;
    pub const GET_CHALLENGE: u8 = 0x84;
    pub const READ_BINARY: u8 = 0xB1;
    pub const UPDATE_BINARY: u8 = 0xD7;
    pub const DELETE_FILE: u8 = 0xE4;
}

/// Class of the commands that no standard has.
const PROPRIETARY: u8 = 0x80;
/// More blocks of this command follow.
const CHAINING: u8 = 0x10;
/// What INITIALIZE may allow: that the SO-PIN unblocks the PIN.
const OPTION_RESET: u16 = 0x0001;
/// Among the options before the card is initialised, as it was seen.
const OPTION_BLANK: u16 = 0x0010;

/// A card with files, keys and PINs. It cannot be printed.
pub struct ScHsmCard {
    product: Product,
    /// Elementary files by identifier; keys are not among them.
    files: BTreeMap<u16, Vec<u8>>,
    keys: BTreeMap<u8, PrivateKey>,
    device: Device,
    pin: Secret,
    so_pin: Secret,
    /// The PIN is one for the way only: 6984 until it is changed.
    transport_pin: bool,
    options: u16,
    random: Stream,
    session: Session,
    wire: Wire,
    sent: Vec<[u8; 4]>,
}

/// The device's own key, which authenticates what it makes.
struct Device {
    key: PrivateKey,
    /// Holder reference of its certificate.
    name: String,
}

/// Everything that a reset clears.
#[derive(Default)]
struct Session {
    selected: bool,
    file: Option<u16>,
    user: bool,
    officer: bool,
}

impl ScHsmCard {
    /// Starts an initialised card of this product without keys: PIN 648219, SO-PIN
    /// 3537363231383830, which may unblock.
    pub fn builder(product: Product) -> Builder {
        Builder::new(product)
    }

    /// Tries left of PIN and SO-PIN.
    pub fn tries(&self) -> [u8; 2] {
        [self.pin.left(), self.so_pin.left()]
    }

    /// Whether PIN and SO-PIN count as verified at this moment.
    pub fn is_verified(&self) -> [bool; 2] {
        [self.session.user, self.session.officer]
    }

    /// Headers of the commands since the card was built, blocks of chains and GET RESPONSE
    /// included; never a data byte.
    pub fn sent(&self) -> &[[u8; 4]] {
        &self.sent
    }

    /// `SubjectPublicKeyInfo` of a key, DER.
    pub fn public_key(&self, id: u8) -> Option<Vec<u8>> {
        self.keys.get(&id)?.public_key_der()
    }

    /// An elementary file as it lies in the card.
    pub fn file(&self, identifier: u16) -> Option<&[u8]> {
        self.files.get(&identifier).map(Vec::as_slice)
    }

    /// One complete command, after chaining.
    fn execute(&mut self, command: &Command) -> Reply {
        if command.cla & !(PROPRIETARY | CHAINING) != 0x00 {
            return Err(sw::UNKNOWN_CLA);
        }
        if command.ins == ins::SELECT {
            return self.select(command);
        }
        if !self.session.selected {
            return Err(sw::UNKNOWN_INS);
        }
        let proprietary = command.cla & PROPRIETARY != 0x00;
        match (proprietary, command.ins) {
            (false, ins::VERIFY) => self.verify(command),
            (false, ins::CHANGE_REFERENCE_DATA) => self.change(command),
            (false, ins::RESET_RETRY_COUNTER) => self.reset_retry_counter(command),
            (false, code::GENERATE_KEY_PAIR) => self.generate(command),
            (false, code::GET_CHALLENGE) => self.challenge(command),
            (false, code::READ_BINARY) => self.read_binary(command),
            (false, code::UPDATE_BINARY) => self.update_binary(command),
            (false, code::DELETE_FILE) => self.delete(command),
            (true, code::INITIALIZE) => self.initialize(command),
            // Total and missing shares, and the check value of the key.
            (true, code::KEY_SHARES) => Ok(vec![0x00; 10]),
            (true, code::ENUMERATE) => Ok(self.enumerate()),
            (true, code::SIGN) => self.sign(command),
            (true, code::DECIPHER) => self.decipher(command),
            _ => Err(sw::UNKNOWN_INS),
        }
    }

    fn select(&mut self, command: &Command) -> Reply {
        if command.p2 != 0x00 {
            return Err(sw::WRONG_P1P2);
        }
        match command.p1 {
            0x04 if command.data == AID => {
                // The only log-out there is.
                self.session = Session {
                    selected: true,
                    ..Session::default()
                };
                Ok(self.application_information())
            }
            0x04 => Err(sw::NOT_FOUND),
            0x00 | 0x08 if self.session.selected => self.select_file(command),
            0x00 | 0x08 => Err(sw::NOT_FOUND),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    /// Tag 85 has the options, and the firmware's version at its end.
    fn application_information(&self) -> Vec<u8> {
        let mut name = AID[1..].to_vec();
        name.push(0x00);
        let [high, low] = self.options.to_be_bytes();
        let [major, minor] = self.product.version;
        let parts = [
            tlv::element(0x81, &[0x00, 0x00]),
            tlv::element(0x82, &[0x01]),
            tlv::element(0x83, &[0x00, 0x00]),
            tlv::element(0x84, &name),
            tlv::element(0x8A, &[0x05]),
            tlv::element(0x85, &[high, low, 0xFF, major, minor]),
        ];
        tlv::element(0x62, &parts.concat())
    }

    fn challenge(&mut self, command: &Command) -> Reply {
        let length = command.ne.ok_or(sw::WRONG_LENGTH)?.min(0x400);
        let bytes = (0..length.div_ceil(32)).flat_map(|_| *self.random.take::<32>());
        Ok(bytes.take(length).collect())
    }

    fn is_initialised(&self) -> bool {
        self.pin.is_set()
    }
}

impl Emulator for ScHsmCard {
    fn atr(&self) -> Vec<u8> {
        self.product.atr.to_vec()
    }

    fn reset(&mut self) {
        self.session = Session::default();
        self.wire.clear();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.sent.push(header(command));
        let answer = match Command::decode(command) {
            None => (Vec::new(), sw::WRONG_LENGTH),
            Some(command) => match self.wire.arrive(command) {
                Err(answer) => answer,
                Ok(command) => {
                    let reply = self.execute(&command);
                    let answer = self.wire.leave(command.ne, reply);
                    if self.product.more_when_reading && command.ins == code::READ_BINARY {
                        // It is announced only: the next offset is to be read.
                        self.wire.clear();
                    }
                    answer
                }
            },
        };
        joined(answer)
    }
}
