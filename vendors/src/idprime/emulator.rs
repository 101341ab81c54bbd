//! An IDPrime card in software: Gemalto's IAS Classic application with the file set of
//! Windows' minidriver, and the habits of the products that carry it.
//!
//! ```no_run
//! use securesign_vendors::emulator::{Emulator, KeyKind};
//! use securesign_vendors::idprime::emulator::{IDPRIME940, IdPrimeCard};
//!
//! let mut card = IdPrimeCard::builder(IDPRIME940)
//!     .holder("CN=Ada Lovelace")
//!     .key(0, KeyKind::Rsa2048)
//!     .build()?;
//! let select = [
//!     0x00, 0xA4, 0x04, 0x0C, 0x0B, 0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62,
//! ];
//! assert_eq!(card.transmit(&select), [0x90, 0x00]);
//! # Ok::<(), securesign_vendors::idprime::emulator::BuildError>(())
//! ```
//!
//! Not emulated: DECIPHER and key agreement, the administrator's key, secure messaging
//! (what wants it is refused), writing, key generation. How a card takes RESET RETRY
//! COUNTER is not confirmed by any real one.

mod builder;
mod file;
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
use crate::emulator::wire::{Wire, carry_out, header};

pub use crate::emulator::BuildError;
pub use builder::Builder;
pub use product::{
    ALL, ETOKEN_5110_CC, ETOKEN_5110_PLUS, ETOKEN_5300, IDPRIME840, IDPRIME930, IDPRIME940,
    IDPRIME940C, MD830, MD3810, PinForm, Product, References,
};

use sign::Environment;

/// The application.
const AID: [u8; 11] = [
    0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62,
];

/// The card production life cycle data.
const CPLC: u16 = 0x9F7F;

/// Instructions that not every family has.
mod code {
    /// What the maker's own software sends in place of VERIFY.
    pub const VERIFY_TOO: u8 = 0x21;
    pub const MANAGE_SECURITY_ENVIRONMENT: u8 = 0x22;
    pub const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
    pub const LOG_OUT: u8 = 0x82;
    pub const GET_CHALLENGE: u8 = 0x84;
    pub const READ_BINARY: u8 = 0xB0;
    pub const GET_DATA: u8 = 0xCA;
}

/// A card with containers, files and PINs. It cannot be printed.
pub struct IdPrimeCard {
    product: Product,
    /// Elementary files by identifier.
    files: BTreeMap<u16, Vec<u8>>,
    containers: BTreeMap<u8, Container>,
    pin: Secret,
    signature_pin: Secret,
    puk: Secret,
    /// The container map asks for secure messaging.
    protected_map: bool,
    /// VERIFY is refused whatever it carries.
    verify_refused: bool,
    reselect_keeps: bool,
    cplc: [u8; 42],
    random: Stream,
    session: Session,
    wire: Wire,
    sent: Vec<[u8; 4]>,
}

/// A key, and which PIN it wants.
struct Container {
    key: PrivateKey,
    /// What MANAGE SECURITY ENVIRONMENT calls it.
    reference: u8,
    /// Another name for it.
    also: Option<u8>,
    /// It stands under the signature PIN, which is good for one signature.
    consent: bool,
}

/// Everything that a reset clears.
#[derive(Default)]
struct Session {
    selected: bool,
    file: Option<u16>,
    verified: bool,
    consented: bool,
    environment: Option<Environment>,
}

impl IdPrimeCard {
    /// Starts a card of this product without containers: PIN 123456, PUK 000000; where the
    /// product has a signature PIN it is 654321.
    pub fn builder(product: Product) -> Builder {
        Builder::new(product)
    }

    /// Tries left of PIN, signature PIN and PUK.
    pub fn tries(&self) -> [u8; 3] {
        [self.pin.left(), self.signature_pin.left(), self.puk.left()]
    }

    /// Whether PIN and signature PIN count as verified at this moment.
    pub fn is_verified(&self) -> [bool; 2] {
        [self.session.verified, self.session.consented]
    }

    /// Headers of the commands since the card was built, blocks of chains and GET RESPONSE
    /// included; never a data byte.
    pub fn sent(&self) -> &[[u8; 4]] {
        &self.sent
    }

    /// `SubjectPublicKeyInfo` of a container's key, DER.
    pub fn public_key(&self, container: u8) -> Option<Vec<u8>> {
        self.containers.get(&container)?.key.public_key_der()
    }

    /// An elementary file as it lies in the card.
    pub fn file(&self, identifier: u16) -> Option<&[u8]> {
        self.files.get(&identifier).map(Vec::as_slice)
    }

    /// One complete command, after chaining.
    fn execute(&mut self, command: &Command) -> Reply {
        if command.cla & !0x10 != 0x00 {
            return Err(sw::UNKNOWN_CLA);
        }
        if command.ins == ins::SELECT {
            return self.select(command);
        }
        // What made the card is told without the application, too.
        let about_card = command.ins == code::GET_DATA && command.p1p2() == CPLC;
        if !self.session.selected && !about_card {
            return Err(sw::UNKNOWN_INS);
        }
        match command.ins {
            ins::VERIFY | code::VERIFY_TOO => self.verify(command),
            ins::CHANGE_REFERENCE_DATA => self.change(command),
            ins::RESET_RETRY_COUNTER => self.reset_retry_counter(command),
            code::LOG_OUT => self.log_out(command),
            code::MANAGE_SECURITY_ENVIRONMENT => self.manage(command),
            code::PERFORM_SECURITY_OPERATION => self.perform(command),
            code::READ_BINARY => self.read_binary(command),
            code::GET_CHALLENGE => self.challenge(command),
            code::GET_DATA => self.get_data(command),
            ins::GET_DATA => self.pin_information(command),
            _ => Err(sw::UNKNOWN_INS),
        }
    }

    fn select(&mut self, command: &Command) -> Reply {
        match (command.p1, command.p2) {
            (0x04, 0x00 | 0x0C) => self.select_application(command),
            (0x00 | 0x08, 0x00 | 0x0C) => self.select_file(command),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    fn select_application(&mut self, command: &Command) -> Reply {
        let shortened = self.product.partial_name && command.data == AID[..AID.len() - 1];
        if command.data != AID && !shortened {
            return Err(sw::NOT_FOUND);
        }
        let kept = (self.session.verified, self.session.consented);
        self.session = Session {
            selected: true,
            ..Session::default()
        };
        if self.reselect_keeps {
            (self.session.verified, self.session.consented) = kept;
        }
        if command.p2 == 0x0C {
            return Ok(Vec::new());
        }
        Ok(tlv::element(0x6F, &tlv::element(0x84, &AID)))
    }

    fn challenge(&mut self, command: &Command) -> Reply {
        let length = match command.p1p2() {
            0x0001 => 8,
            0x0000 => 16,
            _ => return Err(sw::WRONG_P1P2),
        };
        Ok(self.random.take::<16>().into_iter().take(length).collect())
    }

    fn get_data(&self, command: &Command) -> Reply {
        let version = self.product.version.as_bytes();
        let label = self.product.label.as_bytes();
        let answer = match command.p1p2() {
            CPLC => tlv::element(CPLC.into(), &self.cplc),
            0xDF30 if self.product.bare_version => version.to_vec(),
            0xDF30 => tlv::element(0xDF30, version),
            0x7F30 => {
                let parts = [tlv::element(0xC0, label), tlv::element(0xC1, version)];
                tlv::element(0x7F30, &parts.concat())
            }
            _ => return Err(sw::NO_REFERENCE),
        };
        self.exact(command, answer)
    }

    /// Le must be what there is, where the transmission protocol is T=0.
    fn exact(&self, command: &Command, answer: Vec<u8>) -> Reply {
        match (command.ne, u8::try_from(answer.len())) {
            (Some(ne), Ok(length)) if !self.product.is_t1() && ne > answer.len() => {
                Err(sw::WRONG_LE | u16::from(length))
            }
            _ => Ok(answer),
        }
    }
}

impl Emulator for IdPrimeCard {
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
