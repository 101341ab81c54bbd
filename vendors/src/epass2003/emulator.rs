//! An ePass2003 in software: secure messaging, files, PINs and keys as a public
//! description of the token has them (the sections named in these files are that
//! sheet's), with the habits of single products as switches.
//!
//! Two layouts. [`Epass::blank`] is an empty token, which OpenSC's pkcs15-init fills
//! (and judges: tests/judge-epass2003.sh), and [`Epass::l1`] is what it leaves then.
//! [`Epass::l2`] is a token as Indian certifying authorities hand it out:
//!
//! ```no_run
//! use securesign_vendors::epass2003::emulator::{Container, Epass, Mode};
//!
//! let card = Epass::l2(Mode::Aes)
//!     .pin("12345678")
//!     .seed(b"tests")
//!     .certificate(Container::signing("CN=Ada Lovelace"))
//!     .certificate(Container::encryption("CN=Ada Lovelace"))
//!     .certificate(Container::authority("CN=Sub CA for Individual DSC"))
//!     .build()?;
//! assert_eq!(card.pin_tries(), 10);
//! # Ok::<(), securesign_vendors::epass2003::emulator::BuildError>(())
//! ```
//!
//! Not emulated, because nobody published them: the factory's SM keys changed, writing
//! certificates into the vendor's layout, hashes other than SHA-256 finished in the
//! card.

use std::collections::VecDeque;

use rsa::rand_core::TryRng;
use zeroize::Zeroizing;

use crate::emulator::Emulator;
use crate::emulator::apdu::{Command, Reply};
use crate::emulator::key::Stream;

use builder::Habits;
use messaging::{CLA_SECURED, Opening, Session};
use sign::Environment;
use status::{ins, sw};
use system::{Path, System};

mod access;
mod builder;
mod certificate;
mod cipher;
mod container;
mod disturbance;
mod file;
mod identity;
mod image;
mod key;
mod messaging;
mod personalisation;
mod pin;
mod pkcs15;
mod secret;
mod sign;
mod status;
mod storage;
mod system;

#[cfg(test)]
mod tests;

pub use builder::{Builder, LastChunk};
pub use container::{Container, Id, Usage};
pub use disturbance::Disturbance;
pub use identity::{Mode, Tail};
pub use personalisation::BuildError;

/// A token with its files. It cannot be printed.
pub struct Epass {
    mode: Mode,
    habits: Habits,
    identity: identity::Identity,
    files: System,
    opening: Option<Opening>,
    session: Option<Session>,
    dialogue: Dialogue,
    seed: Zeroizing<Vec<u8>>,
    stream: Stream,
    injected: VecDeque<u8>,
    /// Keys made so far.
    generated: u32,
    disturbances: Vec<(usize, Disturbance)>,
    earlier: Vec<u8>,
    wrapped: usize,
    raw: usize,
    authentications: usize,
    log: Vec<Exchange>,
}

/// One command, after unwrapping, as the log keeps it: never a data byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// INS; 00 when the command had no header.
    pub instruction: u8,
    /// SW1 SW2.
    pub status: u16,
}

/// The log keeps this many exchanges, the newest ones.
const LOG_CAPACITY: usize = 65_536;
/// Class bytes of the authentication and of the vendor's commands.
const CLA_VENDOR: u8 = 0x80;
const CLA_CONFIRM: u8 = 0x84;
/// P1 and P2 of the confirmation.
const CONFIRM: u16 = 0x0300;

/// Everything that a reset clears.
struct Dialogue {
    /// What the secrets proven so far allow; see `access`.
    level: u8,
    directory: Path,
    file: Option<Path>,
    /// For the very next command.
    challenge: Option<[u8; 8]>,
    environment: Option<Environment>,
    /// Directories created since the last reset.
    created: Vec<Path>,
}

impl Default for Dialogue {
    fn default() -> Self {
        Self {
            level: 0,
            directory: vec![file::MASTER],
            file: None,
            challenge: None,
            environment: None,
            created: Vec::new(),
        }
    }
}

impl Epass {
    /// An empty token without master file.
    pub fn blank(mode: Mode) -> Builder {
        Builder::new(mode, builder::Layout::Blank)
    }

    /// A token as OpenSC's pkcs15-init leaves it, with the sizes of its `onepin` profile:
    /// PIN 12345678, PUK "rockey", no certificates yet.
    pub fn l1(mode: Mode) -> Builder {
        Builder::new(mode, builder::Layout::Pkcs15)
    }

    /// A token in the vendor's layout ("ENTERSAFE-ESPK"): PIN 12345678, SO PIN
    /// "rockey", no certificates yet.
    pub fn l2(mode: Mode) -> Builder {
        Builder::new(mode, builder::Layout::Vendor)
    }

    /// Tries left of the user's PIN (kid 01); 0 where there is none.
    pub fn pin_tries(&self) -> u8 {
        self.tries(1)
    }

    /// Tries left of the security officer's PIN or PUK (kid 02).
    pub fn so_tries(&self) -> u8 {
        self.tries(2)
    }

    /// Whether the user's PIN counts as verified at this moment.
    pub fn is_verified(&self) -> bool {
        self.dialogue.level == access::USER
    }

    /// Whether the security officer's PIN counts as verified.
    pub fn is_officer(&self) -> bool {
        self.dialogue.level == access::OFFICER
    }

    /// Whether secure messaging is up.
    pub fn has_session(&self) -> bool {
        self.session.is_some()
    }

    /// Instructions and status words since the token was built, oldest first. Wrapped
    /// commands stand here unwrapped.
    pub fn log(&self) -> &[Exchange] {
        &self.log
    }

    /// How often an instruction came.
    pub fn count(&self, instruction: u8) -> usize {
        let sent = self.log.iter().filter(|e| e.instruction == instruction);
        sent.count()
    }

    /// Commands that came over the line, whatever they were.
    pub fn raw_commands(&self) -> usize {
        self.raw
    }

    /// Mutual authentications that succeeded.
    pub fn authentications(&self) -> usize {
        self.authentications
    }

    /// The next random numbers (of the authentication, of challenges) are these bytes.
    pub fn inject_random(&mut self, bytes: &[u8]) {
        self.injected.extend(bytes);
    }

    /// Identifier of the file that was selected last in its directory, if one was.
    pub fn selected(&self) -> Option<u16> {
        self.dialogue.file.as_ref()?.last().copied()
    }

    /// Identifier of the directory that is open.
    pub fn directory(&self) -> u16 {
        self.dialogue
            .directory
            .last()
            .copied()
            .unwrap_or(file::MASTER)
    }

    /// Content of a transparent file, by its path from the master file.
    pub fn file(&self, path: &[u16]) -> Option<&[u8]> {
        match &self.files.at(path)?.content {
            file::Content::Transparent(data) => Some(data),
            _ => None,
        }
    }
}

impl Emulator for Epass {
    fn atr(&self) -> Vec<u8> {
        self.identity.atr(self.files.has_master())
    }

    fn reset(&mut self) {
        self.opening = None;
        self.session = None;
        self.dialogue = Dialogue::default();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.raw += 1;
        let Some(command) = Command::decode(command) else {
            return self.plain(0, Err(sw::WRONG_LENGTH));
        };
        if self.mode == Mode::Plain || command.cla & CLA_SECURED == CLA_SECURED {
            let disturbance = self.disturbance();
            if let Some(status) = self.interrupted(disturbance, &command) {
                return self.plain(command.ins, Err(status));
            }
            let response = if self.mode == Mode::Plain {
                let reply = self.execute(&command);
                self.plain(command.ins, reply)
            } else {
                self.secured(&command)
            };
            return self.disturbed(disturbance, response);
        }
        let reply = match (command.cla, command.ins, command.p1p2()) {
            (CLA_VENDOR, ins::INITIALIZE_UPDATE, _) => self.initialize_update(&command),
            (CLA_CONFIRM, ins::EXTERNAL_AUTHENTICATE, CONFIRM) => self.confirm(&command),
            (0, ins::GET_DATA, identity::CAPABILITIES) => self.data(&command),
            _ => Err(self.habits.plain_refusal),
        };
        self.plain(command.ins, reply)
    }
}

impl Epass {
    fn secured(&mut self, wrapped: &Command) -> Vec<u8> {
        let Some(session) = &mut self.session else {
            return self.plain(wrapped.ins, Err(sw::CONDITIONS));
        };
        let command = match session.unwrap(wrapped, self.habits.any_query_code) {
            Ok(command) => command,
            Err(status) => {
                self.drop_session();
                return self.plain(wrapped.ins, Err(status));
            }
        };
        let reply = self.execute(&command);
        let (data, status) = split(reply);
        self.note(command.ins, status);
        let one_byte = self.habits.one_byte_length;
        match &self.session {
            Some(session) => session.wrap(&data, status, one_byte),
            None => status.to_be_bytes().to_vec(),
        }
    }

    fn execute(&mut self, command: &Command) -> Reply {
        let challenge = self.dialogue.challenge.take();
        let reply = match (command.cla, command.ins) {
            (0, ins::GET_DATA) => self.data(command),
            (0, ins::SELECT) => self.select(command),
            (0, ins::READ_BINARY) => self.read_binary(command),
            (0, ins::UPDATE_BINARY) => self.update_binary(command),
            (0, ins::READ_RECORD) => self.read_record(command),
            (0, ins::UPDATE_RECORD) => self.update_record(command),
            (0, ins::APPEND_RECORD) => self.append_record(command),
            (0, ins::CREATE) => self.create(command),
            (0, ins::DELETE) => self.delete(command),
            (0, ins::GET_CHALLENGE) => self.challenge(command),
            (0, ins::EXTERNAL_AUTHENTICATE) => self.external_authenticate(command, challenge),
            (0, ins::VERIFY) => self.verify(command),
            (0, ins::GENERATE) => self.generate(command),
            (0, ins::MANAGE_ENVIRONMENT) => self.manage_environment(command),
            (0, ins::PERFORM_OPERATION) => self.perform(command),
            (CLA_VENDOR, ins::LIST_FILES) => self.list(),
            (CLA_VENDOR, ins::INSTALL_SECRET) => self.install_secret(command),
            (CLA_VENDOR, ins::REPLACE_SECRET) => self.replace_secret(command),
            (CLA_VENDOR, ins::READ_PUBLIC_KEY) => self.read_public_key(command),
            (CLA_VENDOR, ins::IMPORT_KEY) => self.import_key(command),
            (0 | CLA_VENDOR, _) => Err(sw::UNKNOWN_INS),
            _ => Err(sw::UNKNOWN_CLA),
        };
        let mut data = reply?;
        // T=1 needs no Le, and OpenSC leaves it out of keys and EC signatures where there
        // is no secure messaging.
        let length = match (command.ne, command.ins) {
            (Some(length), _) => length,
            (None, ins::SELECT) => 0,
            (None, _) => usize::MAX,
        };
        data.truncate(length);
        Ok(data)
    }

    /// The first step, sheet §2.2. It ends what was before.
    fn initialize_update(&mut self, command: &Command) -> Reply {
        self.drop_session();
        if command.p1p2() != 0 || self.mode == Mode::Plain {
            return Err(sw::WRONG_P1P2);
        }
        let host: [u8; 8] = command.data[..].try_into().map_err(|_| sw::WRONG_LENGTH)?;
        let mut card = [0; 8];
        self.random(&mut card);
        let opening = Opening::new(self.mode, host, card).ok_or(sw::CONDITIONS)?;
        let cryptogram = opening.card_cryptogram().ok_or(sw::CONDITIONS)?;
        self.opening = Some(opening);
        Ok([identity::diversification(self.mode), &card, &cryptogram].concat())
    }

    fn confirm(&mut self, command: &Command) -> Reply {
        let opening = self.opening.take().ok_or(sw::CONDITIONS)?;
        self.session = Some(opening.confirm(&command.data).ok_or(sw::CONDITIONS)?);
        self.authentications += 1;
        Ok(Vec::new())
    }

    /// A session that only another process knows.
    fn authenticate_as_other(&mut self) {
        self.drop_session();
        let (mut host, mut card) = ([0; 8], [0; 8]);
        self.random(&mut host);
        self.random(&mut card);
        self.session = Opening::new(self.mode, host, card).and_then(Opening::complete);
    }

    fn drop_session(&mut self) {
        self.opening = None;
        self.session = None;
        self.dialogue.level = 0;
        self.dialogue.challenge = None;
        self.dialogue.environment = None;
    }

    fn data(&mut self, command: &Command) -> Reply {
        match command.p1p2() {
            identity::CAPABILITIES => Ok(self.identity.capabilities.clone()),
            identity::SERIAL => Ok(self.identity.serial.to_vec()),
            _ => Err(sw::KEY_NOT_FOUND),
        }
    }

    fn random(&mut self, out: &mut [u8]) {
        // The stream cannot fail.
        let _ = self.stream.try_fill_bytes(out);
        for byte in out {
            *byte = self.injected.pop_front().unwrap_or(*byte);
        }
    }

    fn tries(&self, kid: u8) -> u8 {
        let secrets = self.files.secrets();
        let mut pins = secrets.filter(|s| (s.class, s.kid) == (secret::PIN_KEY, kid));
        pins.next().map_or(0, |s| s.left)
    }

    /// A response without secure messaging.
    fn plain(&mut self, instruction: u8, reply: Reply) -> Vec<u8> {
        let (mut data, status) = split(reply);
        self.note(instruction, status);
        data.extend(status.to_be_bytes());
        data
    }

    fn note(&mut self, instruction: u8, status: u16) {
        if self.log.len() >= LOG_CAPACITY {
            self.log.drain(..LOG_CAPACITY / 2);
        }
        self.log.push(Exchange {
            instruction,
            status,
        });
    }
}

fn split(reply: Reply) -> (Vec<u8>, u16) {
    match reply {
        Ok(data) => (data, sw::OK),
        Err(status) => (Vec::new(), status),
    }
}
