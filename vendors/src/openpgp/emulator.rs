//! An OpenPGP card in software: the Functional Specification 3.4 over ISO/IEC 7816-4
//! command APDUs, with the habits of real products as switches.
//!
//! ```no_run
//! use securesign_vendors::emulator::{Emulator, KeyKind};
//! use securesign_vendors::openpgp::emulator::{KeySlot, OpenPgpCard, YUBIKEY5};
//!
//! let mut card = OpenPgpCard::builder(YUBIKEY5)
//!     .holder("CN=Ada Lovelace")
//!     .key(KeySlot::Signature, KeyKind::P256)
//!     .build()?;
//! let select = [0x00, 0xA4, 0x04, 0x00, 0x06, 0xD2, 0x76, 0x00, 0x01, 0x24, 0x01, 0x00];
//! assert_eq!(card.transmit(&select), [0x90, 0x00]);
//! # Ok::<(), securesign_vendors::openpgp::emulator::BuildError>(())
//! ```
//!
//! Not emulated: key import, key agreement and DECIPHER, AES keys, secure messaging,
//! attestation, version 1 cards.

mod builder;
mod object;
mod password;
mod product;
mod products;
mod sign;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::emulator::Emulator;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::key::{PrivateKey, Stream};
use crate::emulator::wire::{Wire, header, joined};

pub use crate::emulator::BuildError;
pub use builder::Builder;
pub use product::Product;
pub use products::{
    ALL, CANOKEY, GNUK, OPCARD, OVERCHARGED, PICO, SMARTPGP, YUBIKEY5, YUBIKEY52, ZEITCONTROL,
};

use password::Password;

/// `D2 76 00 01 24 01`: RID of the FSFE, application 01 (Functional Specification 4.2.1).
const AID: [u8; 6] = [0xD2, 0x76, 0x00, 0x01, 0x24, 0x01];

/// Bits 1 to 4 and 6 to 8: logical channels, secure messaging, foreign classes.
const OTHER_CLASSES: u8 = 0xEF;

/// Instructions (Functional Specification 7.1).
mod ins {
    pub const VERIFY: u8 = 0x20;
    pub const MANAGE_SECURITY_ENVIRONMENT: u8 = 0x22;
    pub const CHANGE_REFERENCE_DATA: u8 = 0x24;
    pub const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
    pub const RESET_RETRY_COUNTER: u8 = 0x2C;
    pub const ACTIVATE_FILE: u8 = 0x44;
    pub const GENERATE_KEY_PAIR: u8 = 0x47;
    pub const GET_CHALLENGE: u8 = 0x84;
    pub const INTERNAL_AUTHENTICATE: u8 = 0x88;
    pub const SELECT: u8 = 0xA4;
    pub const SELECT_DATA: u8 = 0xA5;
    pub const GET_DATA: u8 = 0xCA;
    pub const PUT_DATA: u8 = 0xDA;
    pub const TERMINATE: u8 = 0xE6;
}

/// One of the three keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySlot {
    /// SIG, CRT B6.
    Signature,
    /// DEC, CRT B8.
    Decryption,
    /// AUT, CRT A4.
    Authentication,
}

impl KeySlot {
    const ALL: [Self; 3] = [Self::Signature, Self::Decryption, Self::Authentication];

    /// Position in C1 to C3, C5, C6, CD.
    fn index(self) -> usize {
        match self {
            Self::Signature => 0,
            Self::Decryption => 1,
            Self::Authentication => 2,
        }
    }

    /// Tag of the control reference template.
    fn crt(self) -> u8 {
        match self {
            Self::Signature => 0xB6,
            Self::Decryption => 0xB8,
            Self::Authentication => 0xA4,
        }
    }

    /// By the occurrence of 7F21 (sheet, 8.4).
    fn of_occurrence(occurrence: u8) -> Option<Self> {
        match occurrence {
            0 => Some(Self::Authentication),
            1 => Some(Self::Decryption),
            2 => Some(Self::Signature),
            _ => None,
        }
    }
}

/// A card with keys, certificates and passwords. It cannot be printed.
pub struct OpenPgpCard {
    product: Product,
    atr: Vec<u8>,
    serial: [u8; 4],
    pw1: Password,
    pw3: Password,
    reset_code: Password,
    /// C4, first byte: PW1 counts for several signatures.
    several: bool,
    keys: BTreeMap<KeySlot, PrivateKey>,
    attributes: [Vec<u8>; 3],
    certificates: BTreeMap<KeySlot, Vec<u8>>,
    /// By tag, the value alone.
    objects: BTreeMap<u16, Vec<u8>>,
    fingerprints: [[u8; 20]; 3],
    authorities: [[u8; 20]; 3],
    times: [[u8; 4]; 3],
    touch: [u8; 3],
    signatures: u32,
    terminated: bool,
    random: Stream,
    session: Session,
    /// Occurrence that PUT DATA writes to.
    writing: Option<u8>,
    wire: Wire,
    sent: Vec<[u8; 4]>,
}

/// Everything that a reset clears.
#[derive(Default)]
struct Session {
    application: Application,
    /// PW1 was verified as 81, for signatures.
    signing: bool,
    /// PW1 was verified as 82, for everything else.
    other: bool,
    admin: bool,
    /// Occurrence that SELECT DATA has chosen for the very next GET DATA.
    occurrence: Option<u8>,
    /// INTERNAL AUTHENTICATE uses the DEC key.
    swapped: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Application {
    #[default]
    None,
    OpenPgp,
}

impl OpenPgpCard {
    /// Starts an empty card of this product: PW1 123456, PW3 12345678, no reset code.
    pub fn builder(product: Product) -> Builder {
        Builder::new(product)
    }

    /// PW1, reset code and PW3 tries left.
    pub fn tries(&self) -> [u8; 3] {
        [self.pw1.left(), self.reset_code.left(), self.pw3.left()]
    }

    /// Whether PW1 counts as verified at this moment, as 81 and as 82.
    pub fn is_verified(&self) -> [bool; 2] {
        [self.session.signing, self.session.other]
    }

    /// Headers of the commands since the card was built, blocks of chains and GET
    /// RESPONSE included; never a data byte.
    pub fn sent(&self) -> &[[u8; 4]] {
        &self.sent
    }

    /// `SubjectPublicKeyInfo` of a key, DER.
    pub fn public_key(&self, slot: KeySlot) -> Option<Vec<u8>> {
        self.keys.get(&slot)?.public_key_der()
    }

    /// The certificate that was put beside this key.
    pub fn certificate(&self, slot: KeySlot) -> Option<&[u8]> {
        self.certificates.get(&slot).map(Vec::as_slice)
    }

    /// One complete command, after chaining.
    fn execute(&mut self, command: &Command) -> Reply {
        if command.ins == ins::SELECT {
            return self.select(command);
        }
        if self.session.application != Application::OpenPgp {
            return Err(sw::UNKNOWN_INS);
        }
        if self.terminated && command.ins != ins::ACTIVATE_FILE {
            return Err(sw::CONDITIONS);
        }
        // The choice holds for the very next GET DATA (sheet, 8.4).
        let occurrence = self.session.occurrence.take();
        self.writing = occurrence;
        match command.ins {
            ins::VERIFY => self.verify(command),
            ins::CHANGE_REFERENCE_DATA => self.change(command),
            ins::RESET_RETRY_COUNTER => self.reset_retry_counter(command),
            ins::GET_DATA => self.get_data(command, occurrence.unwrap_or(0)),
            ins::SELECT_DATA => self.select_data(command),
            ins::PERFORM_SECURITY_OPERATION => self.compute_signature(command),
            ins::INTERNAL_AUTHENTICATE => self.authenticate(command),
            ins::MANAGE_SECURITY_ENVIRONMENT => self.manage(command),
            ins::GENERATE_KEY_PAIR => self.key_pair(command),
            ins::PUT_DATA => self.put_data(command),
            ins::GET_CHALLENGE => Ok(self.random.take::<32>().to_vec()),
            ins::TERMINATE => self.terminate(),
            ins::ACTIVATE_FILE => self.activate(),
            _ => Err(sw::UNKNOWN_INS),
        }
    }

    fn select(&mut self, command: &Command) -> Reply {
        if command.p1 != 0x04 {
            return Err(sw::WRONG_P1P2);
        }
        if !self.product.aid.takes(&command.data, &self.aid()) {
            // The application that is selected stays, and what is verified (sheet, 2).
            return Err(sw::NOT_FOUND);
        }
        if command.p2 != 0x00 {
            return Err(sw::WRONG_P1P2);
        }
        if self.session.application != Application::OpenPgp || !self.product.reselect_keeps {
            self.session = Session::default();
        }
        self.session.application = Application::OpenPgp;
        if self.terminated {
            return Err(sw::TERMINATED);
        }
        Ok(self.selection_answer())
    }

    /// Functional Specification 7.2.16: only after PW3, or when it is blocked.
    fn terminate(&mut self) -> Reply {
        if !self.session.admin && !self.pw3.is_blocked() {
            return Err(sw::SECURITY_STATUS);
        }
        self.terminated = true;
        Ok(Vec::new())
    }

    /// Functional Specification 7.2.17: back to the factory's state.
    fn activate(&mut self) -> Reply {
        if !self.terminated {
            return Ok(Vec::new());
        }
        self.terminated = false;
        self.pw1 = Password::new(b"123456");
        self.pw3 = Password::new(b"12345678");
        self.reset_code = Password::unset();
        self.several = self.product.several;
        self.keys.clear();
        self.certificates.clear();
        self.objects.clear();
        self.fingerprints = Default::default();
        self.authorities = Default::default();
        self.times = Default::default();
        self.touch = Default::default();
        self.signatures = 0;
        self.session = Session {
            application: Application::OpenPgp,
            ..Session::default()
        };
        Ok(Vec::new())
    }

    fn aid(&self) -> Vec<u8> {
        let manufacturer = self.product.manufacturer.to_be_bytes();
        [
            &AID[..],
            &self.product.version,
            &manufacturer,
            &self.serial,
            &[0x00, 0x00],
        ]
        .concat()
    }
}

impl Emulator for OpenPgpCard {
    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn reset(&mut self) {
        self.writing = None;
        self.session = Session::default();
        self.wire.clear();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.sent.push(header(command));
        let answer = match Command::decode(command) {
            None => (Vec::new(), sw::WRONG_LENGTH),
            Some(command) if command.cla & OTHER_CLASSES != 0 => (Vec::new(), sw::UNKNOWN_CLA),
            Some(command) => match self.wire.arrive(command) {
                Err(answer) => answer,
                Ok(command) => {
                    let reply = self.execute(&command);
                    self.wire.leave(command.ne, reply)
                }
            },
        };
        joined(answer)
    }
}
