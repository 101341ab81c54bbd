//! Cards with PKCS#15 content in software: an ISO/IEC 7816-4 file system, PINs and keys,
//! with the habits of real cards as dialects.
//!
//! ```no_run
//! use securesign_vendors::emulator::{Emulator, KeyKind};
//! use securesign_vendors::pkcs15::emulator::{ISOAPPLET0, Object, Pkcs15Card};
//!
//! let mut card = Pkcs15Card::builder(ISOAPPLET0)
//!     .object(Object::signing("CN=Ada Lovelace", KeyKind::Rsa2048))
//!     .build()?;
//! let select = [
//!     0x00, 0xA4, 0x04, 0x00, 0x0C, 0xF2, 0x76, 0xA2, 0x88, 0xBC, 0xFB, 0xA6, 0x9D, 0x34, 0xF3,
//!     0x10, 0x01,
//! ];
//! assert_eq!(card.transmit(&select), [0x00, 0x06, 0x06, 0x90, 0x00]);
//! # Ok::<(), securesign_vendors::pkcs15::emulator::BuildError>(())
//! ```
//!
//! Not emulated: secure messaging, logical channels, key agreement, symmetric keys.

mod builder;
mod content;
mod dialect;
mod dialects;
mod directory;
mod object;
mod operation;
mod pin;
mod sign;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use crate::emulator::Emulator;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Files, Path};
use crate::emulator::key::{PrivateKey, Stream};
use crate::emulator::wire::{Answer, Wire, header, joined};

pub use crate::emulator::BuildError;
pub use builder::Builder;
pub use dialect::Dialect;
pub use dialects::{
    ALL, CARDOS44, CARDOS50, CARDOS53, EJAVA, EPASS3000, ISOAPPLET0, ISOAPPLET1, MYEID, OBERTHUR,
    PK01C, PLAIN, RUTOKEN, SETCOS441, STARCOS23, STARCOS34, STARCOS34_ESIGN, STARCOS35,
    STARCOS35_ESIGN,
};
pub use object::{Layout, Object, PinKind, PinObject};

use pin::Pin;
use sign::{Environment, Key};

/// Instructions: ISO/IEC 7816-4:2013, 7816-8, 7816-9.
mod ins {
    pub const VERIFY: u8 = 0x20;
    pub const MANAGE_SECURITY_ENVIRONMENT: u8 = 0x22;
    pub const CHANGE_REFERENCE_DATA: u8 = 0x24;
    pub const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
    pub const RESET_RETRY_COUNTER: u8 = 0x2C;
    pub const GENERATE_KEY_PAIR: u8 = 0x46;
    pub const GET_CHALLENGE: u8 = 0x84;
    pub const SELECT: u8 = 0xA4;
    pub const READ_BINARY: u8 = 0xB0;
    pub const READ_BINARY_ODD: u8 = 0xB1;
    pub const READ_RECORD: u8 = 0xB2;
    pub const GET_DATA: u8 = 0xCA;
    pub const UPDATE_BINARY: u8 = 0xD6;
    pub const PUT_DATA: u8 = 0xDA;
    pub const PUT_DATA_ODD: u8 = 0xDB;
    pub const CREATE_FILE: u8 = 0xE0;
    pub const DELETE_FILE: u8 = 0xE4;
}

/// Logical channels and secure messaging of interindustry classes.
const OTHER_CHANNELS: u8 = 0x0F;

/// The status word of a file that is there already.
const EXISTS: u16 = 0x6A89;
/// Data came, and the file ended before Le was reached.
const END_OF_FILE: u16 = 0x6282;

/// A card with files, PINs and keys. It cannot be printed.
pub struct Pkcs15Card {
    dialect: Dialect,
    files: Files,
    /// By what addresses them; PUKs that nothing addresses have numbers above 255.
    pins: BTreeMap<u16, Pin>,
    /// By reference or by identifier, as the dialect has it.
    keys: BTreeMap<u16, Key>,
    /// Numbers of keys that are put together from objects, and by key what is said of it: a
    /// byte (its algorithm, or who may change it) and the PIN.
    parts: BTreeMap<u16, Zeroizing<Vec<u8>>>,
    settings: BTreeMap<u8, (u8, Option<u8>)>,
    certificates: Vec<Vec<u8>>,
    /// Access conditions count (otherwise the card is being personalised).
    operational: bool,
    /// Grows with every write.
    changes: u16,
    random: Stream,
    session: Session,
    wire: Wire,
    sent: Vec<[u8; 4]>,
}

/// Everything that a reset clears.
#[derive(Default)]
struct Session {
    /// The application's own name was selected, where it has one.
    selected: bool,
    current: Path,
    verified: BTreeSet<u16>,
    environment: Option<Environment>,
    /// Numbers of a key that is being imported, by tag.
    parts: BTreeMap<u16, Zeroizing<Vec<u8>>>,
    /// Status word in place of 9000.
    warning: Option<u16>,
}

impl Pkcs15Card {
    /// Starts a card of this dialect. Without objects it is as it comes from the maker.
    pub fn builder(dialect: Dialect) -> Builder {
        Builder::new(dialect)
    }

    /// Tries left of the PIN or PUK at this reference, as VERIFY would name it.
    pub fn tries(&self, reference: u8) -> Option<u8> {
        let number = self.dialect.habits.pin(reference);
        Some(self.pins.get(&number)?.left)
    }

    /// Tries left of what unblocks the PIN at this reference.
    pub fn unblocking_tries(&self, reference: u8) -> Option<u8> {
        let pin = self.pins.get(&self.dialect.habits.pin(reference))?;
        Some(self.pins.get(&pin.unblocked_by?)?.left)
    }

    /// Whether the PIN at this reference counts as verified at this moment.
    pub fn is_verified(&self, reference: u8) -> bool {
        let number = self.dialect.habits.pin(reference);
        self.session.verified.contains(&number)
    }

    /// Headers of the commands since the card was built, blocks of chains and GET
    /// RESPONSE included; never a data byte.
    pub fn sent(&self) -> &[[u8; 4]] {
        &self.sent
    }

    /// The certificates that the builder put in, in its order (DER).
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// One APDU in; response data and status word out.
    fn answer(&mut self, command: Command) -> Answer {
        let protected = self.dialect.habits.protected() == Some(command.cla);
        if command.cla & OTHER_CHANNELS != 0 && !protected || command.cla == 0xFF {
            return (Vec::new(), sw::UNKNOWN_CLA);
        }
        let command = match self.wire.arrive(command) {
            Err(answer) => return answer,
            Ok(command) => command,
        };
        self.session.warning = None;
        let reply = self.execute(&command);
        let end = self.session.warning.unwrap_or(sw::OK);
        self.wire.leave_with(command.ne, reply, end)
    }

    /// One complete command, after chaining.
    fn execute(&mut self, command: &Command) -> Reply {
        let habits = self.dialect.habits;
        if let Some(reply) = habits.own(self, command) {
            return reply;
        }
        if command.cla != 0 {
            return Err(sw::UNKNOWN_CLA);
        }
        match command.ins {
            ins::SELECT => self.select(command),
            ins::READ_BINARY => self.read_binary(command),
            ins::READ_BINARY_ODD => self.read_binary_odd(command),
            ins::READ_RECORD => self.read_record(command),
            ins::UPDATE_BINARY => self.update_binary(command),
            ins::VERIFY => self.verify(command),
            ins::CHANGE_REFERENCE_DATA => self.change(command),
            ins::RESET_RETRY_COUNTER => self.reset_retry_counter(command),
            ins::MANAGE_SECURITY_ENVIRONMENT => self.manage(command),
            ins::PERFORM_SECURITY_OPERATION => self.perform(command),
            ins::GET_CHALLENGE => {
                let len = command.ne.unwrap_or(8).min(32);
                Ok(self.random.take::<32>()[..len].to_vec())
            }
            _ => Err(sw::UNKNOWN_INS),
        }
    }

    /// A key that the card makes itself.
    fn fresh_key(&mut self, kind: crate::emulator::KeyKind) -> Result<PrivateKey, u16> {
        let seed = self.random.take::<32>();
        PrivateKey::generate(kind, &mut Stream::new(&seed[..])).ok_or(sw::UNKNOWN)
    }
}

impl Emulator for Pkcs15Card {
    fn atr(&self) -> Vec<u8> {
        self.dialect.atr.to_vec()
    }

    fn reset(&mut self) {
        self.session = Session::default();
        self.wire.clear();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.sent.push(header(command));
        let answer = match Command::decode(command) {
            None => (Vec::new(), sw::WRONG_LENGTH),
            Some(command) => self.answer(command),
        };
        joined(answer)
    }
}
