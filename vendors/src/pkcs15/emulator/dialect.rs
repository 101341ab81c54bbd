//! In what cards of this kind differ: data, and a few functions.

use super::Pkcs15Card;
use super::object::PinObject;
use super::operation::Operation;
use super::sign::{Environment, Key};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, MASTER, tag};
use crate::emulator::key::PrivateKey;

/// A PUK that nothing addresses, beside its PIN.
pub(super) const PUK_OF: u16 = 0x0100;
pub(super) use crate::emulator::wire::Transport;

/// One kind of card with its habits.
#[derive(Clone, Copy)]
pub struct Dialect {
    /// For people and for the command line.
    pub name: &'static str,
    pub(super) atr: &'static [u8],
    pub(super) habits: &'static dyn Habits,
    pub(super) pins: Pins,
    pub(super) wire: Transport,
    pub(super) reading: Reading,
    pub(super) places: Places,
}

/// Where the builder puts things.
#[derive(Clone, Copy)]
pub(super) struct Places {
    /// The directory of the application.
    pub application: u16,
    /// AODF, PrKDF, CDF.
    pub directories: [u16; 3],
    /// First certificate; the next ones follow.
    pub certificate: u16,
    /// First reference of a key, or identifier of its file.
    pub key: u16,
    /// Reference of the first PIN as VERIFY has it, of the next, and of the one that
    /// unblocks where it is a PIN of its own.
    pub pins: [u8; 2],
    /// PINs are padded with this to so many bytes.
    pub padding: Option<(u8, u8)>,
    pub longest_pin: u8,
    pub label: &'static str,
    pub maker: &'static str,
}

/// What PINs do.
#[derive(Clone, Copy)]
pub(super) struct Pins {
    /// Lengths that VERIFY takes; others are `wrong_length` and cost nothing.
    pub lengths: (usize, usize),
    /// `None`: a wrong length is a wrong PIN.
    pub wrong_length: Option<u16>,
    /// The card itself fills what comes to so many bytes with zeros.
    pub filled: Option<usize>,
    /// VERIFY without data.
    pub status: Status,
    /// A wrong PIN is answered with its counter, not with 6300.
    pub counted: bool,
    /// Status word when no try is left, to VERIFY and to its query.
    pub blocked: u16,
    /// The try that uses up the last one says so at once.
    pub last_says_blocked: bool,
    /// Status word to references of no PIN.
    pub unknown: u16,
    pub wrong_logs_out: bool,
    pub change_logs_out: bool,
    /// VERIFY is refused while the PIN counts as verified.
    pub twice: Option<u16>,
    /// A right PUK gets its tries back.
    pub puk_recovers: bool,
    pub puk_tries: u8,
}

/// What VERIFY without data answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// 9000 or the counter.
    Tells,
    /// The counter, whatever is verified.
    Counter,
    /// It is a wrong PIN.
    Costs,
}

/// What READ BINARY does where a file ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// Fewer bytes than Le come with 6282.
    pub warns: bool,
    /// Behind the end: 6B00, or 6282 without data.
    pub behind: u16,
    /// The current file is a directory.
    pub no_file: u16,
    /// No answer is longer.
    pub most: usize,
    pub short_identifiers: bool,
    /// What was never written.
    pub blank: u8,
}

/// Rights that access conditions are about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Read,
    Update,
    Delete,
    /// In a directory.
    Create,
    /// In a directory, something in it.
    DeleteChild,
    /// Of a key.
    Generate,
}

/// What a right asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Free,
    Pin(u16),
    Never,
}

/// What a dialect does in another way than ISO says.
pub(super) trait Habits: Sync {
    /// Commands that the dialect answers itself; `None`: as ISO says.
    fn own(&self, _card: &mut Pkcs15Card, _command: &Command) -> Option<Reply> {
        None
    }

    /// A class of protected commands that it knows.
    fn protected(&self) -> Option<u8> {
        None
    }

    /// The PIN that P2 means.
    fn pin(&self, reference: u8) -> u16 {
        u16::from(reference)
    }

    /// Who may do this to the file.
    fn condition(&self, _card: &Pkcs15Card, _file: &File, right: Right) -> Condition {
        match right {
            Right::Read => Condition::Free,
            _ => Condition::Never,
        }
    }

    /// The answer to SELECT, by P2.
    fn information(&self, _card: &Pkcs15Card, file: &File, p2: u8) -> Reply {
        match p2 & 0x0C {
            0x00 => Ok(file.template(tag::INFORMATION)),
            0x04 => Ok(file.template(tag::PARAMETERS)),
            0x0C => Ok(Vec::new()),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    /// The parameters of a file that the builder makes.
    fn parameters(&self, identifier: u16, kind: FileKind, size: u16) -> Vec<(u32, Vec<u8>)> {
        let (descriptor, size_tag) = match kind {
            FileKind::Directory => (0x38, tag::WHOLE_SIZE),
            FileKind::Transparent => (0x01, tag::SIZE),
            FileKind::Records => (0x04, tag::SIZE),
        };
        vec![
            (size_tag, size.to_be_bytes().to_vec()),
            (tag::DESCRIPTOR, vec![descriptor]),
            (tag::IDENTIFIER, identifier.to_be_bytes().to_vec()),
            (tag::LIFE_CYCLE, vec![0x05]),
        ]
    }

    /// The key that the environment means.
    fn key(&self, environment: &Environment) -> Option<u16> {
        environment.key.map(u16::from)
    }

    /// Status word of a security environment or operation for want of a PIN.
    fn locked(&self) -> u16 {
        sw::SECURITY_STATUS
    }

    /// Whether MSE already wants the PIN.
    fn gate_at_environment(&self) -> bool {
        false
    }

    /// Checks MSE beyond ISO's form.
    fn accepts(&self, _card: &Pkcs15Card, _environment: &Environment) -> Result<(), u16> {
        Ok(())
    }

    /// What is done with the data of PSO.
    fn operation(&self, environment: &Environment, key: &Key) -> Result<Operation, u16> {
        let rsa = key.key.kind().is_rsa();
        match (rsa, environment.algorithm.as_deref()) {
            (true, Some([0x00])) => Ok(Operation::Raw),
            (true, None | Some([0x02])) => Ok(Operation::Pkcs1),
            (false, None | Some([0x04])) => Ok(Operation::EcdsaHalves),
            _ => Err(sw::BAD_DATA),
        }
    }

    /// What PrKDF says of the place of a key: a path below the master file.
    fn key_path(&self, application: u16, _key: u16) -> Vec<u16> {
        vec![application]
    }

    /// keyReference in PrKDF, where there is one.
    fn key_reference(&self, key: u16) -> Option<u8> {
        Some(key as u8)
    }

    /// The master file as the card comes from the maker, or with content.
    fn master(&self, _blank: bool) -> Option<File> {
        Some(master())
    }

    /// The PINs of a card for which the builder was told none.
    fn usual_pins(&self) -> Vec<PinObject> {
        vec![PinObject::user("123456").puk("12345678")]
    }

    /// What a PUK without an entry of its own is counted as.
    fn puk(&self, pin: u16) -> u16 {
        pin | PUK_OF
    }

    /// Makes the file of a key, where keys are files.
    fn key_file(&self, _card: &mut Pkcs15Card, _key: u16, _private: &PrivateKey) {}

    /// Adds what the layout wants beside the files of PKCS#15.
    fn finish(&self, _card: &mut Pkcs15Card, _blank: bool) {}
}

/// What the builder makes files of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Directory,
    Transparent,
    Records,
}

/// A master file without anything said of its access.
fn master() -> File {
    let identifier = MASTER.to_be_bytes();
    let parameters: [(u32, &[u8]); 2] =
        [(tag::DESCRIPTOR, &[0x38]), (tag::IDENTIFIER, &identifier)];
    File::new(&parameters, Content::Directory)
}
