//! Feitian ePass2003, sold in India as HYP2003 and HyperPKI (sheet ePass2003).
//!
//! No real token was at hand. Detection, secure messaging with AES and DES, the
//! PIN and OpenSC's layout are confirmed by several sources and by OpenSC as the
//! judge; the vendor's layout by two. Inferred, and said so where it shows: the
//! checksum of answers in FIPS mode, changing the PIN and unlocking on the
//! vendor's layout, the greatest number of tries there.

mod application;
#[cfg(feature = "emulators")]
pub mod emulator;
mod espk;
mod files;
mod messaging;
mod midstate;
mod opened;
mod opensc;
mod pin;
mod shelf;
mod sign;

use securesign_card::apdu::{Answer, Command, Response};
use securesign_card::application::Application;
use securesign_card::atr::{Atr, AtrPattern};
use securesign_card::channel::Channel;
use securesign_card::error::{self, CardError, Missing};
use securesign_card::profile::{Mark, Note, Profile, Spec, unless_refused};
use securesign_card::sw::StatusWord;

use opened::Opened;

pub use messaging::{Mode, Session};

/// The ePass2003 in all its personalisations.
#[derive(Debug)]
pub struct Epass2003 {
    spec: Spec,
}

/// Version and vendor bytes are masked (§1.1).
const MASK: &[u8] = &[
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0xFF,
    0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
];

/// `71 DF 00 00` as OpenSC has it.
const ATR: AtrPattern = AtrPattern {
    value: &[
        0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x00, 0x00, 0x00,
        0x71, 0xDF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    mask: MASK,
};

/// `71 C3 9F 00`, seen on ePass2003Auto.
const ATR_AUTO: AtrPattern = AtrPattern {
    value: &[
        0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x00, 0x00, 0x00,
        0x71, 0xC3, 0x9F, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    mask: &[
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00,
        0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
};

/// "9000" among the historical bytes: the card has a file system, which is
/// mostly OpenSC's doing.
const HAS_FILES: [u8; 3] = [0x03, 0x90, 0x00];

/// The file at the root (ISO 7816-4, 7.4.1).
const MASTER_FILE: u16 = 0x3F00;

/// The application's directory: of OpenSC's layout, DF(PKCS#15), and of the vendor's.
const OPENSC_DIRECTORY: u16 = 0x5015;
const ESPK_DIRECTORY: u16 = 0x2003;

/// Every card of the family.
pub static EPASS2003: Epass2003 = Epass2003 {
    spec: Spec {
        id: "epass2003",
        name: "ePass2003",
        marks: &[Mark::Atr(ATR), Mark::Atr(ATR_AUTO)],
        aid: &[],
        source: "OpenSC card-epass2003.c and pull request 3835; sheet ePass2003",
    },
};

impl Profile for Epass2003 {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let begun = match begin(card, atr) {
            // Nothing secret was sent yet: once more.
            Err(CardError::SecureMessaging { .. }) => begin(card, atr),
            other => other,
        };
        Ok(
            unless_refused(begun)?.map(|(capabilities, directory)| -> Box<dyn Application> {
                Box::new(Opened::new(capabilities, directory))
            }),
        )
    }
}

/// A session from the start, with the application's directory open.
fn begin(card: &mut Channel<'_>, atr: &Atr) -> Result<(Vec<u8>, u16), CardError> {
    let capabilities = start(card)?;
    Ok((capabilities, enter(card, atr)?))
}

/// A session from the start; it ends whatever was before. What the card says of itself.
fn start(card: &mut Channel<'_>) -> Result<Vec<u8>, CardError> {
    let (capabilities, mode) = capabilities(card)?;
    messaging::authenticate(card, mode)?;
    if mode == Mode::Off {
        // Signing takes it; without protection nothing else tells.
        card.trust_extended();
        // Told now by what any card answers, and not after the PIN.
        card.try_extended("try extended length", &CAPABILITIES, &capabilities)?;
    }
    Ok(capabilities)
}

/// As [`error::given`]; but the session itself is needed by everything that follows.
fn given<T>(card: &Channel<'_>, result: Result<T, CardError>) -> Result<Option<T>, CardError> {
    if card.is_broken() {
        return result.map(Some);
    }
    error::given(result)
}

/// As [`Note::unreadable`]; but the session itself is needed by everything that follows.
fn unreadable(card: &Channel<'_>, place: String, error: CardError) -> Result<Note, CardError> {
    if card.is_broken() {
        return Err(error);
    }
    Note::unreadable(place, error)
}

/// GET DATA, capabilities (§1.2).
const CAPABILITIES: Command<'static> = Command::new([0x00, 0xCA, 0x01, 0x86]);

/// How the card wants to be spoken to: always asked plain. A JavaCard that shares the
/// answer to reset refuses it, or answers something else.
fn capabilities(card: &mut Channel<'_>) -> Result<(Vec<u8>, Mode), CardError> {
    let during = "read the capabilities";
    let command = CAPABILITIES.answer(Answer::Short);
    let mut response = card.send_to_open(during, &command);
    if let Ok(Response { sw, .. }) = response
        && messaging::is_lost(sw)
    {
        // A session of another program, or one that was lost: it is gone by now.
        response = card.send_to_open(during, &command);
    }
    let (answer, sw) = match response {
        Ok(Response { data, sw }) if sw.is_ok() => (data, StatusWord::NOT_FOUND),
        Ok(Response { sw, .. }) => return Err(CardError::Refused { during, sw }),
        // Nothing that an ePass2003 says: it may be another family's card.
        Err(CardError::Malformed { .. }) => (Vec::new(), StatusWord::NOT_FOUND),
        Err(error) => return Err(error),
    };
    let mode = Mode::of(&answer).ok_or(CardError::Refused { during, sw })?;
    Ok((answer, mode))
}

/// The step in which the application's directory is entered.
const SELECT: &str = "select the application";

/// Selects a directory; false where the card refuses it.
fn is_there(card: &mut Channel<'_>, directory: u16) -> Result<bool, CardError> {
    Ok(unless_refused(files::select(card, SELECT, directory))?.is_some())
}

/// Enters the application's directory: from the root, where a reset leaves the
/// card, and else by way of it. Its name is no identity (§10): only the
/// directory is asked for. The answer to reset is a hint that may be old: the daemon
/// keeps the one that it got before the token was personalised.
fn enter(card: &mut Channel<'_>, atr: &Atr) -> Result<u16, CardError> {
    let by_opensc = atr.historical().windows(3).any(|part| part == HAS_FILES);
    let directories = if by_opensc {
        [OPENSC_DIRECTORY, ESPK_DIRECTORY]
    } else {
        [ESPK_DIRECTORY, OPENSC_DIRECTORY]
    };
    for from_root in [false, true] {
        if from_root {
            is_there(card, MASTER_FILE)?;
        }
        for directory in directories {
            if is_there(card, directory)? {
                return Ok(directory);
            }
        }
    }
    Err(CardError::Unsupported(Missing::Setup))
}
