//! What is known of one card: its directory and its two PINs; and its session, opened again
//! where it was lost.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{Confidence, PinId, PinObject, RetryCounter, Unblock};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Fault, Missing, Secret};
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::text;
use securesign_card::tlv;

use super::{MASTER_FILE, OPENSC_DIRECTORY, SELECT, given, is_there, start};

/// OpenSC's profile for these cards.
const OPENSC_PIN: PinRules = PinRules {
    min: 4,
    max: 16,
    charset: Charset::Printable,
    form: Form::Exact,
};

/// The vendor's program takes longer ones, since only their hash counts.
const VENDOR_PIN: PinRules = PinRules {
    max: 64,
    ..OPENSC_PIN
};

/// The application of one card.
pub struct Opened {
    /// What the card says of itself (§1.2).
    pub capabilities: Vec<u8>,
    /// File identifier of its directory.
    pub directory: u16,
    /// Most bytes that one READ BINARY asks for; `None`: none was refused yet.
    pub chunk: Option<u16>,
    /// Label that the card gives itself.
    pub label: Option<String>,
    /// The user's PIN and the PUK.
    pub pins: [PinObject; 2],
}

/// The user's PIN.
pub const PIN: PinId = PinId(1);
const PUK: PinId = PinId(2);

/// PIN and PUK of the layout with this directory.
fn pins(directory: u16) -> [PinObject; 2] {
    let by_opensc = directory == OPENSC_DIRECTORY;
    let (rules, change, confidence) = match by_opensc {
        true => (OPENSC_PIN, Confidence::Known, Confidence::Known),
        // India: tokens issued since 2023 ship with unlocking switched off.
        false => (VENDOR_PIN, Confidence::Inferred, Confidence::Doubtful),
    };
    let pin = PinObject {
        id: PIN,
        role: Secret::Pin,
        reference: 0x01,
        rules,
        counter: RetryCounter::Status,
        change: Ok(change),
        unblock: Ok(Unblock {
            with: PUK,
            confidence,
        }),
        otherwise: None,
    };
    let puk = PinObject {
        id: PUK,
        role: Secret::Puk,
        reference: 0x02,
        unblock: Err(Missing::Puk),
        ..pin
    };
    [pin, puk]
}

impl Opened {
    /// In this directory; what the card says of itself.
    pub fn new(capabilities: Vec<u8>, directory: u16) -> Self {
        Self {
            capabilities,
            directory,
            chunk: None,
            label: None,
            pins: pins(directory),
        }
    }

    /// What no other token has: told with the capabilities by most, else the serial number.
    pub fn identity(&self, card: &mut Channel<'_>) -> Result<Option<Vec<u8>>, CardError> {
        if let Some(told) = identity(&self.capabilities) {
            return Ok(Some(told.to_vec()));
        }
        let serial = serial(card);
        let serial = self.unless_lost(card, serial)?;
        Ok(given(card, serial)?.flatten().map(String::into_bytes))
    }

    /// A session from the start, in the directory that was opened: from where the card is,
    /// and else from the root.
    pub fn begin_again(&self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let capabilities = start(card)?;
        if let (Some(before), Some(now)) = (identity(&self.capabilities), identity(&capabilities))
            && before != now
        {
            return Err(CardError::Changed);
        }
        let entered = is_there(card, self.directory)?
            || is_there(card, MASTER_FILE)? && is_there(card, self.directory)?;
        match entered {
            true => Ok(()),
            false => Err(CardError::Changed),
        }
    }

    /// What came of something, with the session in order again should it have been lost over
    /// it. The outer error: it could not be opened again, or the card is gone.
    pub fn unless_lost<T>(
        &self,
        card: &mut Channel<'_>,
        result: Result<T, CardError>,
    ) -> Result<Result<T, CardError>, CardError> {
        match result {
            Err(error @ CardError::Transport(_)) => Err(error),
            result => {
                if card.is_broken() {
                    self.resume(card)?;
                }
                Ok(result)
            }
        }
    }

    /// A session that was lost is opened again, in the directory in which it was. Where that
    /// fails nothing more is sent, since nobody knows to which directory and in which form.
    pub fn resume(&self, card: &mut Channel<'_>) -> Result<(), CardError> {
        match self.begin_again(card) {
            Ok(()) => {
                card.reopened();
                Ok(())
            }
            Err(error) => {
                card.close();
                Err(match error {
                    CardError::Transport(_) => error,
                    _ => CardError::SecureMessaging {
                        during: SELECT,
                        fault: Fault::Lost,
                    },
                })
            }
        }
    }
}

/// What no other token has, where it is told with the capabilities (§1.2).
fn identity(capabilities: &[u8]) -> Option<&[u8]> {
    let told = tlv::find(capabilities, 0x85).ok().flatten();
    told.filter(|told| told.iter().any(|byte| *byte != 0x00))
}

/// Eight bytes, as OpenSC shows them (§1.2).
pub fn serial(card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
    let command = Command::new([0x00, 0xCA, 0x01, 0x80]).answer(Answer::Short);
    let response = card.send("read the serial number", &command)?;
    let usable = response.sw.is_ok() && (1..=16).contains(&response.data.len());
    Ok(usable.then(|| text::hex_upper(&response.data)))
}
