//! National identity cards in software: files, keys and PINs as their sheets have them, and a
//! file for the habits of each kind.
//!
//! ```no_run
//! use securesign_vendors::eid::emulator::{EidCard, ESTEID_COSMO8};
//! use securesign_vendors::emulator::Emulator;
//!
//! let mut card = EidCard::builder(ESTEID_COSMO8)
//!     .holder("CN=Ada Lovelace")
//!     .build()?;
//! let authentication = [
//!     0x00, 0xA4, 0x04, 0x0C, 0x0D, 0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xF2, 0x50, 0x4F, 0x54, 0x20,
//!     0x41, 0x57, 0x50,
//! ];
//! assert_eq!(card.transmit(&authentication), [0x90, 0x00]);
//! # Ok::<(), securesign_vendors::eid::emulator::BuildError>(())
//! ```
//!
//! Not emulated: cards without contacts and PACE, key agreement and deciphering, the data of
//! the holder but what programs want to see.

mod america;
mod belgium;
mod builder;
mod entries;
mod idemia;
mod italy;
mod japan;
mod portugal;
mod serbia;
mod thales;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, Files, MASTER, Path, identifiers};
use crate::emulator::key::PrivateKey;
use crate::emulator::secret::Secret;
use crate::emulator::tlv;
use crate::emulator::wire::{Wire, carry_out, header};
use crate::emulator::{Emulator, KeyKind};

pub use crate::emulator::BuildError;
pub use america::{CAC_ALTERNATE, CAC_BARE, CAC_CONTAINER};
pub use belgium::{BELEID_11, BELEID_17, BELEID_18};
pub use builder::Builder;
pub use idemia::{ESTEID_COSMO8, ESTEID_COSMOX, LATEID_EC, LATEID_RSA};
pub use italy::{CNS_10, CNS_11};
pub use japan::JPKI;
pub use portugal::{PTEID, PTEID_CAP};
pub use serbia::SRBEID;
pub use thales::{ESTEID_2025, FINEID_3, FINEID_4};

/// All of them.
pub const ALL: [Product; 19] = [
    ESTEID_COSMO8,
    ESTEID_COSMOX,
    LATEID_RSA,
    LATEID_EC,
    BELEID_17,
    BELEID_11,
    BELEID_18,
    CNS_11,
    CNS_10,
    JPKI,
    PTEID,
    PTEID_CAP,
    ESTEID_2025,
    FINEID_4,
    FINEID_3,
    CAC_CONTAINER,
    CAC_ALTERNATE,
    CAC_BARE,
    SRBEID,
];

/// Instructions that not every family has.
mod code {
    pub const MANAGE_SECURITY_ENVIRONMENT: u8 = 0x22;
    pub const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
    pub const INTERNAL_AUTHENTICATE: u8 = 0x88;
    pub const READ_BINARY: u8 = 0xB0;
}

/// A kind of card.
#[derive(Clone, Copy)]
pub struct Product {
    /// Short, for command lines.
    pub name: &'static str,
    /// The family's identifier in the registry.
    pub family: &'static str,
    /// The answer to reset, complete.
    pub atr: &'static [u8],
    /// Its keys, the one that signs first.
    pub keys: &'static [Key],
    /// Its PINs and PUKs.
    pub pins: &'static [Pin],
    habits: &'static dyn Habits,
}

/// A key of a card.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// What MANAGE SECURITY ENVIRONMENT calls it.
    pub reference: u8,
    /// Algorithm and length.
    pub kind: KeyKind,
    /// The file of its certificate, from the master file down.
    pub certificate: &'static [u16],
    /// The reference of the PIN that it wants.
    pub pin: u8,
}

/// A PIN or PUK of a card.
#[derive(Clone, Copy, Debug)]
pub struct Pin {
    /// P2 of VERIFY.
    pub reference: u8,
    /// How often it may be wrong.
    pub tries: u8,
    /// Its value where nothing else is said, as it is typed.
    pub value: &'static str,
}

/// What a kind of card does in its own way.
trait Habits: Send + Sync {
    /// A value as it is sent.
    fn block(&self, reference: u8, typed: &str) -> Vec<u8>;

    /// Adds its directories and its files but the certificates; these are there by now.
    fn furnish(&self, card: &mut EidCard);

    /// One complete command, after chaining.
    fn execute(&self, card: &mut EidCard, command: &Command) -> Reply;
}

/// A national identity card. It cannot be printed.
pub struct EidCard {
    product: Product,
    files: Files,
    keys: BTreeMap<u8, PrivateKey>,
    pins: BTreeMap<u8, Secret>,
    /// The document's number.
    number: String,
    session: Session,
    wire: Wire,
    sent: Vec<[u8; 4]>,
    compared: usize,
}

/// Everything that a reset clears.
#[derive(Default)]
struct Session {
    /// The file that is selected.
    at: Path,
    verified: BTreeSet<u8>,
    /// Nothing came between VERIFY and now.
    is_fresh: bool,
    /// An environment was restored, in which keys can be set.
    is_restored: bool,
    /// Another application is selected.
    is_elsewhere: bool,
    /// The hash that was set.
    hash: Option<Vec<u8>>,
    environment: Option<Environment>,
}

/// What MANAGE SECURITY ENVIRONMENT has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Environment {
    /// Tag of the template.
    template: u8,
    algorithm: u32,
    key: u8,
}

impl EidCard {
    /// Starts a personalised card of this kind: its PINs are 123456, its PUKs 12345678, where
    /// the kind has such.
    pub fn builder(product: Product) -> Builder {
        Builder::new(product)
    }

    /// Tries left of a PIN or PUK, by its reference.
    pub fn tries(&self, reference: u8) -> Option<u8> {
        self.pins.get(&reference).map(Secret::left)
    }

    /// Whether anything counts as verified at this moment.
    pub fn is_verified(&self) -> bool {
        !self.session.verified.is_empty()
    }

    /// Headers of the commands since the card was built, blocks of chains and GET RESPONSE
    /// included; never a data byte.
    pub fn sent(&self) -> &[[u8; 4]] {
        &self.sent
    }

    /// How many values were compared with a PIN or PUK since the card was built.
    pub fn compared(&self) -> usize {
        self.compared
    }

    /// The file that is selected, from the master file down.
    pub fn selected(&self) -> &[u16] {
        &self.session.at
    }

    /// `SubjectPublicKeyInfo` of a key, DER.
    pub fn public_key(&self, reference: u8) -> Option<Vec<u8>> {
        self.keys.get(&reference)?.public_key_der()
    }

    /// SELECT as ISO 7816-4 has it, paths from the master file with its identifier or without.
    fn find(&self, command: &Command) -> Result<Path, u16> {
        let from_master = matches!(command.p1, 0x08 | 0x09)
            && identifiers(&command.data)?.first() == Some(&MASTER);
        match from_master {
            true => self.files.find(&[], 0x08, &command.data[2..]),
            false => self.files.find(&self.session.at, command.p1, &command.data),
        }
    }

    /// The directory that is selected, or the one that the selected file is in.
    fn directory(&self) -> Path {
        self.files.directory(&self.session.at)
    }

    /// What is in the file that is selected, from an offset.
    fn rest(&self, command: &Command) -> Result<&[u8], u16> {
        match self.files.at(&self.session.at).map(|file| &file.content) {
            Some(Content::Transparent(bytes)) => {
                let offset = usize::from(command.p1p2());
                let rest = bytes.get(offset..).filter(|rest| !rest.is_empty());
                rest.ok_or(sw::OFFSET)
            }
            _ => Err(sw::NO_FILE),
        }
    }

    /// READ BINARY that gives what there is, up to `most` bytes at once.
    fn read_binary(&self, command: &Command, most: usize) -> Reply {
        let rest = self.rest(command)?;
        let asked = command.ne.unwrap_or(256).min(most).min(rest.len());
        Ok(rest[..asked].to_vec())
    }

    /// Compares; a wrong value costs a try and ends what was verified before.
    fn present(&mut self, reference: u8, value: &[u8]) -> Result<(), u16> {
        let secret = self.pins.get_mut(&reference).ok_or(sw::NO_REFERENCE)?;
        self.compared += 1;
        self.session.verified.remove(&reference);
        match !secret.is_blocked() && secret.present(value) {
            true => Ok(()),
            false if secret.is_blocked() => Err(sw::BLOCKED),
            false => Err(secret.tries()),
        }
    }

    fn replace(&mut self, reference: u8, value: &[u8]) {
        if let Some(secret) = self.pins.get_mut(&reference) {
            secret.replace(value);
        }
    }
}

/// Whether a block has so many digits at least, and nothing but one byte behind them.
fn has_digits(block: &[u8], least: usize, fill: u8) -> bool {
    let digits = block.iter().take_while(|byte| byte.is_ascii_digit());
    let digits = digits.count();
    digits >= least && block[digits..].iter().all(|byte| *byte == fill)
}

/// `80` algorithm, `84` key, as MANAGE SECURITY ENVIRONMENT has them (ISO/IEC 7816-4:2013
/// §11.5.11); the algorithm in one byte or four.
fn environment(command: &Command) -> Result<Environment, u16> {
    let parts = tlv::read_all(&command.data).ok_or(sw::BAD_DATA)?;
    let [(0x80, algorithm), (0x84, &[key])] = parts[..] else {
        return Err(sw::BAD_DATA);
    };
    let number = algorithm
        .iter()
        .fold(0, |all, byte| all << 8 | u32::from(*byte));
    match (command.p1, algorithm.len()) {
        (0x41, 1 | 4) => Ok(Environment {
            template: command.p2,
            algorithm: number,
            key,
        }),
        _ => Err(sw::WRONG_P1P2),
    }
}

impl Emulator for EidCard {
    fn atr(&self) -> Vec<u8> {
        self.product.atr.to_vec()
    }

    fn reset(&mut self) {
        self.session = Session::default();
        self.wire.clear();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.sent.push(header(command));
        let habits = self.product.habits;
        let execute = |card: &mut Self, command: &Command| habits.execute(card, command);
        carry_out(self, command, |card| &mut card.wire, execute)
    }
}
