//! A PIV card in software: SP 800-73-4 Part 2 over ISO/IEC 7816-4 command APDUs, with
//! the habits of real products as switches.
//!
//! ```no_run
//! use securesign_vendors::emulator::Emulator;
//! use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
//!
//! let mut card = PivCard::builder(NIST)
//!     .holder("CN=Ada Lovelace")
//!     .key(Slot::AUTHENTICATION, KeyKind::Rsa2048)
//!     .key(Slot::SIGNATURE, KeyKind::P256)
//!     .build()?;
//! let answer = card.transmit(&[0x00, 0x20, 0x00, 0x80]);
//! assert_eq!(answer, [0x63, 0xC3]);
//! # Ok::<(), securesign_vendors::piv::emulator::BuildError>(())
//! ```
//!
//! Not emulated: management-key authentication (9B) and with it everything that writes
//! objects or keys, key agreement (tag 85), attestation, secure messaging, biometrics.

use std::collections::BTreeMap;

use crate::emulator::Emulator;

use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::key::PrivateKey;
use pin::Reference;

mod builder;
mod certificate;
mod object;
pub mod personality;
mod pin;
mod products;
mod selection;
mod sign;
mod slot;
mod transport;
mod vendor;

#[cfg(test)]
mod tests;

pub use crate::emulator::key::KeyKind;
pub use builder::{BuildError, Builder};
pub use certificate::Form;
pub use personality::Personality;
pub use products::{
    ALL, CANOKEY, NIST, NO_EMPTY_VERIFY, OPENFIPS201, PICO, PIV_AUTHENTICATOR, PIVAPPLET, PIVKEY,
    YUBIKEY_NEO, YUBIKEY5,
};
pub use slot::{PinPolicy, Slot};

/// A card with keys, certificates, a PIN and a PUK. It cannot be printed.
pub struct PivCard {
    personality: Personality,
    atr: Vec<u8>,
    pin: Reference,
    puk: Reference,
    keys: BTreeMap<Slot, PrivateKey>,
    policies: BTreeMap<Slot, PinPolicy>,
    certificates: BTreeMap<Slot, Vec<u8>>,
    /// By tag, each with its outer tag.
    objects: BTreeMap<u32, Vec<u8>>,
    other_applications: Vec<Vec<u8>>,
    serial: Option<u32>,
    session: Session,
    log: Vec<Exchange>,
}

/// One command as the log keeps it: never a data byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// INS; 00 when the command had no header.
    pub instruction: u8,
    /// SW1 SW2.
    pub status: u16,
}

/// The log keeps this many exchanges, the newest ones.
const LOG_CAPACITY: usize = 65_536;

impl PivCard {
    /// Starts an empty card of this personality: PIN 123456, PUK 12345678.
    pub fn builder(personality: Personality) -> Builder {
        Builder::new(personality)
    }

    /// PIN tries left.
    pub fn pin_tries(&self) -> u8 {
        self.pin.left()
    }

    /// PUK tries left.
    pub fn puk_tries(&self) -> u8 {
        self.puk.left()
    }

    /// Whether the PIN counts as verified at this moment.
    pub fn is_verified(&self) -> bool {
        self.session.verified
    }

    /// Instructions and status words since the card was built, oldest first.
    pub fn log(&self) -> &[Exchange] {
        &self.log
    }

    /// How often an instruction was sent (every block of a chain counts).
    pub fn count(&self, instruction: u8) -> usize {
        let sent = self.log.iter().filter(|e| e.instruction == instruction);
        sent.count()
    }

    /// `SubjectPublicKeyInfo` of the key in this slot, DER.
    pub fn public_key(&self, slot: Slot) -> Option<Vec<u8>> {
        self.keys.get(&slot)?.public_key_der()
    }

    /// The certificate that was put into this slot, DER, whatever its stored form.
    pub fn certificate(&self, slot: Slot) -> Option<&[u8]> {
        self.certificates.get(&slot).map(Vec::as_slice)
    }

    /// The card's habits.
    pub fn personality(&self) -> &Personality {
        &self.personality
    }
}

impl Emulator for PivCard {
    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn reset(&mut self) {
        let selection = &self.personality.selection;
        self.session = Session {
            application: match selection.default_application {
                true => Application::Piv,
                false => Application::None,
            },
            verified: self.session.verified && selection.reset_keeps_verified,
            ..Session::default()
        };
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let (response, status) = match Command::decode(command) {
            None => {
                self.session.just_verified = false;
                (Vec::new(), sw::WRONG_LENGTH)
            }
            Some(command) => self.exchange(command),
        };
        self.session.last_status = status;
        if self.log.len() >= LOG_CAPACITY {
            self.log.drain(..LOG_CAPACITY / 2);
        }
        self.log.push(Exchange {
            instruction: command.get(1).copied().unwrap_or(0),
            status,
        });
        let mut bytes = response;
        bytes.extend(status.to_be_bytes());
        bytes
    }
}

/// Everything that a reset clears.
#[derive(Default)]
struct Session {
    application: Application,
    verified: bool,
    /// The last command was the VERIFY that succeeded (SP 800-73-4 Part 1 table 4b,
    /// "PIN Always").
    just_verified: bool,
    chain: Option<Chain>,
    /// What GET RESPONSE has still to deliver.
    rest: Vec<u8>,
    last_status: u16,
    /// Calls to GET DATA for discovery, for the card whose answer changes each time.
    discovery_reads: u8,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Application {
    #[default]
    None,
    Piv,
    Other,
}

/// Blocks of a chained command so far.
struct Chain {
    header: [u8; 3],
    data: Vec<u8>,
}

impl PivCard {
    /// One complete command, after chaining.
    fn execute(&mut self, command: &Command) -> Reply {
        if command.ins == ins::SELECT {
            return self.select(command);
        }
        if self.session.application != Application::Piv {
            return Err(sw::UNKNOWN_INS);
        }
        match command.ins {
            ins::VERIFY => self.verify(command),
            ins::CHANGE_REFERENCE_DATA => self.change(command),
            ins::RESET_RETRY_COUNTER => self.unblock(command),
            ins::GET_DATA => self.read_object(command),
            ins::GENERAL_AUTHENTICATE => self.authenticate(command),
            _ => self.vendor_command(command),
        }
    }
}
