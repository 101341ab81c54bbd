//! Cards whose content PKCS#15 v1.1 or ISO/IEC 7816-15 describes: an engine that reads the
//! description, and for each kind of card the facts in which it differs (`Habits`).
//!
//! No real card was at hand. IsoApplet and MyEID (as OsEID) are known from running software
//! of those who wrote them; the others from what OpenSC sends to them. A card of no known
//! kind is read and shown, and a person is asked before a PIN goes to it.

mod application;
mod certificates;
mod dialects;
#[cfg(feature = "emulators")]
pub mod emulator;
mod files;
mod opened;
mod pin;
mod replace;
mod sign;

use std::ops::Range;

use securesign_card::apdu::Command;
use securesign_card::application::{Application, Confidence, PinObject, RetryCounter};
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::pin::{Form, Pin, PinRules};
use securesign_card::pkcs15::Directory;
use securesign_card::profile::{Profile, Spec, unless_refused};

pub use dialects::{
    ANY, CARDOS_4, CARDOS_5, CARDOS_50, FTCOS, ISOAPPLET, MYEID, RUTOKEN, SETCOS, STARCOS_2,
    STARCOS_34, STARCOS_35, STARCOS_35_ESIGN,
};
use files::Selecting;
use opened::Opened;
use sign::{Key, Recipe};

/// One kind of card.
pub struct Family {
    spec: Spec,
    habits: Habits,
    /// Selects its application at the beginning of every dialogue, and looks in the first one
    /// which card of this kind it is; refused where it is none.
    begin: fn(&mut Channel<'_>, &Beginning<'_>, &mut Habits) -> Result<(), CardError>,
}

/// What is known at the beginning of a dialogue.
struct Beginning<'a> {
    atr: &'a Atr,
    /// It is the first one with this card.
    is_first: bool,
}

/// What a card does in its own way. [`ISO`] is what the standards say.
#[derive(Clone)]
struct Habits {
    /// Where its directory is.
    home: Home,
    /// What it may have in place of a directory.
    given: Option<&'static Given>,
    /// How files are selected.
    selecting: Selecting,
    /// Most bytes that READ BINARY gives at once.
    chunk: u16,
    /// How the tries left of a PIN are read.
    counter: RetryCounter,
    /// The form of its PINs, whatever the directory says.
    form: Option<Form>,
    /// Its PINs are filled, whatever the directory says.
    fills: bool,
    /// Nothing tells how its PINs are sent, so that none is.
    blind: bool,
    /// Bits that are set in every reference of a PIN.
    reference: u8,
    /// Its PINs are those of the application's directory, whatever the directory says.
    local: bool,
    /// What unblocks a PIN where the directory lists nothing.
    unblocking: Unblocking,
    /// How a PIN is replaced.
    replacing: Replacing,
    /// What is known of VERIFY, of changing a PIN and of unblocking it.
    confidence: Confidences,
    /// Whether it signs with an RSA modulus of so many bytes.
    rsa: fn(usize) -> bool,
    /// Longest coordinate of a curve, in bytes; 0: no curves.
    curve: usize,
    /// What its algorithms are called is in EF(TokenInfo).
    algorithms: bool,
    /// The key's file or directory is selected before it signs.
    selects_key: bool,
    /// How a key signs; `None`: nothing tells how it is named.
    recipe: fn(&Key<'_>) -> Option<Recipe>,
    /// What logs out.
    log_out: &'static [Command<'static>],
    /// As [`Application::factory_pins`].
    factory_pins: &'static [&'static str],
    /// How its serial number is read.
    serial: Serial,
}

/// Where the directory of PKCS#15 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    /// At this path from the root.
    At(&'static [u8]),
    /// EF(DIR) says it.
    Listed,
    /// Nobody knows: by name, as EF(DIR) says, or where it mostly is.
    Sought,
}

/// An application whose objects have fixed places.
struct Given {
    /// Its name, where that tells whether the card has it.
    name: Option<&'static [u8]>,
    /// Path of its directory from the root, without the root.
    home: &'static [u8],
    /// What directory files would list. A certificate may not be there.
    lists: &'static [(Directory, &'static [u8])],
}

/// What unblocks a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unblocking {
    /// The PUK that the directory lists, or nothing.
    Listed,
    /// A PUK that belongs to the PIN; how its tries are read.
    Puk(PinRules, RetryCounter),
    /// A PUK that has the reference after that of the PIN, and whose tries nothing tells.
    Next(PinRules),
    /// The security officer's PIN.
    Officer,
}

/// How a PIN is replaced.
#[derive(Clone, Copy)]
enum Replacing {
    /// With the old value in the same command (ISO 7816-4, 11.5.7), and in this way with what
    /// unblocks it.
    Together(Unblock),
    /// After the old value, or what unblocks it, was verified; the new one goes in an object.
    /// What counts as verified already is not compared, so that the card is logged out first.
    Verified,
}

/// Sets a new value for a PIN with what unblocks it: [`iso::unblock`], or in another way.
type Unblock = fn(&mut Channel<'_>, (&PinObject, &PinObject), &Pin, &Pin) -> Result<(), CardError>;

/// What is known to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Confidences {
    verify: Confidence,
    change: Confidence,
    unblock: Confidence,
}

/// How a serial number is read.
#[derive(Clone)]
enum Serial {
    /// EF(TokenInfo) has it.
    TokenInfo,
    /// A command has it, in these bytes of its answer.
    Data(Command<'static>, Range<usize>),
    /// EF(GDO) has it (ISO 7816-4, 8.2.1.5: the global data objects).
    Global,
}

/// From the standards alone.
const UNTRIED: Confidences = Confidences {
    verify: Confidence::Inferred,
    ..INFERRED
};

/// Seen with the tools of others alone.
const INFERRED: Confidences = Confidences {
    verify: Confidence::Known,
    change: Confidence::Inferred,
    unblock: Confidence::Inferred,
};

const KNOWN: Confidences = Confidences {
    verify: Confidence::Known,
    change: Confidence::Known,
    unblock: Confidence::Known,
};

/// The name of the application.
const PKCS15: &[u8] = b"\xA0\0\0\0cPKCS-15";

/// 3F00/5015, where mostly everything is.
const DF_PKCS15: &[u8] = &[0x50, 0x15];

/// What the standards say, and what is most common where they leave it open.
const ISO: Habits = Habits {
    home: Home::At(DF_PKCS15),
    given: None,
    selecting: Selecting::Path { directory: 0x0C },
    chunk: 0x0100,
    counter: RetryCounter::Unknown,
    form: None,
    fills: false,
    blind: false,
    reference: 0x00,
    local: false,
    unblocking: Unblocking::Listed,
    replacing: Replacing::Together(iso::unblock),
    confidence: KNOWN,
    rsa: |len| len <= securesign_card::signature::RSA_MAX,
    curve: 66,
    algorithms: false,
    selects_key: false,
    recipe: sign::described,
    log_out: &[],
    factory_pins: &[],
    serial: Serial::TokenInfo,
};

impl Family {
    /// Whether a card with this answer to reset is of this kind.
    fn has(&self, atr: &Atr) -> bool {
        self.spec.marks.iter().any(|mark| mark.in_atr(atr))
    }
}

impl Profile for Family {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let mut opened = Opened::new(self, atr);
        if unless_refused(opened.begin(card))?.is_none() {
            return Ok(None);
        }
        match unless_refused(opened.read(card))? {
            Some(()) => Ok(Some(Box::new(opened))),
            // It is of this kind without doubt.
            None if !self.spec.aid.is_empty() => Err(CardError::Unsupported(Missing::Setup)),
            None => Ok(None),
        }
    }
}
