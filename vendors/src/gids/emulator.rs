//! A GIDS card in software: Microsoft's Generic Identity Device Specification as
//! GidsApplet implements it, and what programs expect of others.
//!
//! ```no_run
//! use securesign_vendors::emulator::{Emulator, KeyKind};
//! use securesign_vendors::gids::emulator::{GIDS_APPLET, GidsCard};
//!
//! let mut card = GidsCard::builder(GIDS_APPLET)
//!     .holder("CN=Ada Lovelace")
//!     .key(0, KeyKind::Rsa2048)
//!     .build()?;
//! let select = [
//!     0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59, 0x00,
//! ];
//! assert!(card.transmit(&select).ends_with(&[0x90, 0x00]));
//! # Ok::<(), securesign_vendors::gids::emulator::BuildError>(())
//! ```
//!
//! Not emulated: keys on elliptic curves, deciphering with OAEP, secure messaging,
//! symmetric keys but the administrator's, access rules of contactless interfaces.

mod admin;
mod builder;
mod data;
mod file;
mod key;
mod pin;
mod product;
mod sign;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::emulator::Emulator;
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::key::Stream;
use crate::emulator::secret::Secret;
use crate::emulator::tlv;
use crate::emulator::wire::{Wire, carry_out, header};

pub use crate::emulator::BuildError;
pub use builder::Builder;
pub use product::{ALL, GIDS_APPLET, GIDS_V1, Product};

use admin::Challenge;
use data::Container;
use key::KeyFile;
use sign::Environment;

/// The application, without its version.
const AID: [u8; 9] = [0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59];

/// Instructions that not every family has.
mod code {
    pub const MANAGE_SECURITY_ENVIRONMENT: u8 = 0x22;
    pub const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
    pub const ACTIVATE_FILE: u8 = 0x44;
    pub const GENERATE_KEY_PAIR: u8 = 0x47;
    pub const PUT_DATA: u8 = 0xDB;
    pub const CREATE_FILE: u8 = 0xE0;
    pub const DELETE_FILE: u8 = 0xE4;
}

/// A card with containers of data objects, keys and a PIN. It cannot be printed.
pub struct GidsCard {
    product: Product,
    /// Data objects by their file.
    containers: BTreeMap<u16, Container>,
    /// By their file, B081 and further.
    keys: BTreeMap<u16, KeyFile>,
    admin_key: Option<admin::Key>,
    pin: Secret,
    puk: Secret,
    /// The application was activated: access rules hold.
    operational: bool,
    random: Stream,
    session: Session,
    wire: Wire,
    sent: Vec<[u8; 4]>,
}

/// Everything that a reset clears.
#[derive(Default)]
struct Session {
    selected: bool,
    file: Option<u16>,
    user: bool,
    admin: bool,
    challenge: Option<Challenge>,
    environment: Option<Environment>,
}

impl GidsCard {
    /// Starts a personalised card of this product without keys: PIN 123456, an
    /// administrator's key of zeros.
    pub fn builder(product: Product) -> Builder {
        Builder::new(product)
    }

    /// Tries left of PIN and PUK.
    pub fn tries(&self) -> [u8; 2] {
        [self.pin.left(), self.puk.left()]
    }

    /// Whether the PIN and the administrator count as verified at this moment.
    pub fn is_verified(&self) -> [bool; 2] {
        [self.session.user, self.session.admin]
    }

    /// Headers of the commands since the card was built, blocks of chains and GET RESPONSE
    /// included; never a data byte.
    pub fn sent(&self) -> &[[u8; 4]] {
        &self.sent
    }

    /// `SubjectPublicKeyInfo` of a container's key, DER.
    pub fn public_key(&self, container: u8) -> Option<Vec<u8>> {
        let file = key::file_of(container);
        self.keys.get(&file)?.key.as_ref()?.public_key_der()
    }

    /// The value of a data object as it lies in the card.
    pub fn object(&self, file: u16, object: u16) -> Option<&[u8]> {
        let objects = &self.containers.get(&file)?.objects;
        objects.get(&object).map(Vec::as_slice)
    }

    /// One complete command, after chaining.
    fn execute(&mut self, command: &Command) -> Reply {
        if command.cla & !0x10 != 0x00 {
            return Err(sw::UNKNOWN_CLA);
        }
        if command.ins == ins::SELECT {
            return self.select(command);
        }
        if !self.session.selected {
            return Err(sw::UNKNOWN_INS);
        }
        match command.ins {
            ins::VERIFY => self.verify(command),
            ins::CHANGE_REFERENCE_DATA => self.change(command),
            ins::RESET_RETRY_COUNTER => self.reset_retry_counter(command),
            ins::GENERAL_AUTHENTICATE => self.authenticate(command),
            ins::GET_DATA => self.get_data(command),
            code::PUT_DATA => self.put_data(command),
            code::MANAGE_SECURITY_ENVIRONMENT => self.manage(command),
            code::PERFORM_SECURITY_OPERATION => self.perform(command),
            code::GENERATE_KEY_PAIR => self.generate(command),
            code::CREATE_FILE => self.create_file(command),
            code::ACTIVATE_FILE => self.activate_file(command),
            code::DELETE_FILE => self.delete_file(command),
            _ => Err(sw::UNKNOWN_INS),
        }
    }

    fn select(&mut self, command: &Command) -> Reply {
        match (command.p1, command.p2) {
            (0x04, 0x00 | 0x0C) => {}
            (0x00, 0x04 | 0x0C) if self.session.selected => return self.select_file(command),
            _ => return Err(sw::WRONG_P1P2),
        }
        let full = self.name();
        if command.data.len() < AID.len() || !full.starts_with(&command.data) {
            return Err(sw::NOT_FOUND);
        }
        self.session = Session {
            selected: true,
            ..Session::default()
        };
        if command.p2 == 0x0C {
            return Ok(Vec::new());
        }
        let parts = [
            tlv::element(0x4F, &full),
            tlv::element(0x73, &[0x40, 0x01, 0xC0]),
        ];
        Ok(tlv::element(0x61, &parts.concat()))
    }

    fn name(&self) -> Vec<u8> {
        [&AID[..], &[self.product.version, 0x01]].concat()
    }
}

impl Emulator for GidsCard {
    fn atr(&self) -> Vec<u8> {
        self.product.atr.to_vec()
    }

    fn reset(&mut self) {
        self.session = Session::default();
        self.wire.clear();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.sent.push(header(command));
        carry_out(self, command, |card| &mut card.wire, Self::execute)
    }
}
