//! The application of one card: its session, its directory, and its two PINs.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{
    Application, Confidence, PinId, PinObject, RetryCounter, Unblock,
};
use securesign_card::channel::Channel;
use securesign_card::error::{self, CardError, Fault, Missing, Secret};
use securesign_card::pin::{Charset, Form, Pin, PinRules, Tries};
use securesign_card::profile::{Credential, Found, Note, Problem, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;
use securesign_card::text;
use securesign_card::tlv;

use super::messaging::{self, Mode};
use super::{
    EPASS2003, MASTER_FILE, SELECT, espk, files, given, is_there, opensc, pin, sign, start,
};

/// Most tries on the vendor's layout, as its minidriver sets them: ten (§4.3). Inferred:
/// nothing on the card tells them.
const MOST_TRIES: u8 = 10;

/// No PIN is made with fewer tries: what is below is what wrong ones have left.
const LEAST_TRIES: u8 = 3;

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
    capabilities: Vec<u8>,
    /// File identifier of its directory.
    directory: u16,
    /// Most bytes that one READ BINARY asks for; `None`: none was refused yet.
    pub chunk: Option<u16>,
    /// Label that the card gives itself.
    pub label: Option<String>,
    /// The user's PIN and the PUK.
    pins: [PinObject; 2],
}

/// The user's PIN.
pub const PIN: PinId = PinId(1);
const PUK: PinId = PinId(2);

/// PIN and PUK of the layout with this directory.
fn pins(directory: u16) -> [PinObject; 2] {
    let by_opensc = directory == opensc::DIRECTORY;
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
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &EPASS2003.spec
    }

    /// The vendor's, as tokens are sold (sheet ePass2003); OpenSC has a person choose one.
    fn factory_pins(&self) -> &'static [&'static str] {
        &["12345678"]
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        match self.begin_again(card) {
            // Nothing secret was sent yet: once more.
            Err(CardError::SecureMessaging { .. }) => self.begin_again(card),
            other => other,
        }
    }

    fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let mut found = match self.directory {
            opensc::DIRECTORY => opensc::credentials(card, self, search)?,
            _ => espk::credentials(card, self, search)?,
        };
        // A directory that names nothing, not even what is of no use, may be no directory.
        if search.serial.is_none() && found == Found::default() {
            found.notes.push(Note {
                place: format!("{:04X}", self.directory),
                problem: Problem::Empty,
            });
        }
        Ok(found)
    }

    fn missing(&self, card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        sign::missing(card, key)
    }

    fn serial(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        serial(card)
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        pin::tries(card, &self.pin(pin)?)
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        pin::verify(card, "verify the PIN", &self.pin(credential.pin)?, value)
    }

    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        left: Option<u8>,
    ) -> Result<(), CardError> {
        let pin = self.pin(pin)?;
        let during = match pin.role {
            Secret::Pin => "change the PIN",
            _ => "change the PUK",
        };
        let most = self.most_tries(card, &pin)?;
        pin::verify(card, during, &pin, old)?;
        let full = match (most, left) {
            (Some(most), _) => Some(most),
            // It was not told before, and is not asked for again.
            (None, None) => None,
            (None, Some(_)) => self.full_counter(card, &pin, old)?,
        };
        let most = tries_to_write(full, left);
        written(during, pin::replace(card, &pin, most, new)?)
    }

    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let (pin, with) = (self.pin(pin)?, self.pin(with)?);
        let during = "unblock the PIN";
        let most = match self.most_tries(card, &pin)? {
            Some(most) => most,
            None => tries_to_give_back(self.tries_left(card, &pin)?),
        };
        pin::verify(card, during, &with, code)?;
        let sw = pin::replace(card, &pin, most, new)?;
        if !sw.is_ok() {
            return Err(CardError::UnblockOff { sw });
        }
        // The card took it; whether it works is told by using it. It is the value
        // just written, so no try of the user's is at stake.
        match pin::verify(card, "check the new PIN", &pin, new) {
            Err(CardError::Refused { .. }) => Err(CardError::Unclear(Secret::Pin)),
            other => other,
        }
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        sign::sign(card, self.directory, credential, what)
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        // A new mutual authentication ends what was verified (§2.2). Without
        // secure messaging only the reset does.
        match Mode::of(&self.capabilities) {
            Some(mode) => messaging::authenticate(card, mode),
            None => start(card).map(drop),
        }
    }
}

/// What no other token has, where it is told with the capabilities (§1.2).
fn identity(capabilities: &[u8]) -> Option<&[u8]> {
    let told = tlv::find(capabilities, 0x85).ok().flatten();
    told.filter(|told| told.iter().any(|byte| *byte != 0x00))
}

/// Eight bytes, as OpenSC shows them (§1.2).
fn serial(card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
    let command = Command::new([0x00, 0xCA, 0x01, 0x80]).answer(Answer::Short);
    let response = card.send("read the serial number", &command)?;
    let usable = response.sw.is_ok() && (1..=16).contains(&response.data.len());
    Ok(usable.then(|| text::hex_upper(&response.data)))
}

impl Opened {
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
    fn begin_again(&self, card: &mut Channel<'_>) -> Result<(), CardError> {
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
    fn resume(&self, card: &mut Channel<'_>) -> Result<(), CardError> {
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

    /// Most tries, 1 to 15, which go with every new value; OpenSC keeps them in a
    /// file. `None`: not told.
    fn most_tries(
        &mut self,
        card: &mut Channel<'_>,
        pin: &PinObject,
    ) -> Result<Option<u8>, CardError> {
        if self.directory != opensc::DIRECTORY {
            return Ok(None);
        }
        let during = "read the most tries";
        let bytes = files::read(card, self, during, opensc::MOST_TRIES, Some(2));
        let Some(bytes) = given(card, bytes)? else {
            return Ok(None);
        };
        let most = match pin.role {
            Secret::Pin => bytes.first(),
            _ => bytes.get(1),
        };
        Ok(most.copied().filter(|most| (1..=15).contains(most)))
    }

    /// Tries left of the PIN that is to be unlocked, where the card tells them; nothing secret
    /// was sent yet.
    fn tries_left(&self, card: &mut Channel<'_>, pin: &PinObject) -> Result<Option<u8>, CardError> {
        let tries = pin::tries(card, pin);
        let tries = self.unless_lost(card, tries)?;
        Ok(given(card, tries)?.and_then(Tries::count))
    }

    /// The counter after a right value, when it is full. Where the card does not tell it,
    /// the session may be gone over the question, and what was verified in it: the value,
    /// known to be right, is verified in a new one.
    fn full_counter(
        &self,
        card: &mut Channel<'_>,
        pin: &PinObject,
        right: &Pin,
    ) -> Result<Option<u8>, CardError> {
        let tries = error::given(pin::tries(card, pin))?.and_then(Tries::count);
        if tries.is_none() {
            self.resume(card)?;
            pin::verify(card, "verify the PIN again", pin, right)?;
        }
        Ok(tries)
    }
}

/// The number of tries that goes with a new value: what the card says, but never fewer
/// than there were `before`, which would take tries away, and never none, which would
/// block it for good.
fn tries_to_write(full: Option<u8>, before: Option<u8>) -> u8 {
    let full = full.filter(|full| *full > 0).unwrap_or(MOST_TRIES);
    full.max(before.unwrap_or(1)).clamp(1, 15)
}

/// The number of tries that goes with a PIN that is unlocked, where nothing tells the most
/// it may have: what it had left, which may be all there ever were. Where that is next to
/// nothing, or not told, it is what the vendor's program sets (§4.3, §4.4).
fn tries_to_give_back(left: Option<u8>) -> u8 {
    let all = left.filter(|left| *left >= LEAST_TRIES);
    tries_to_write(all, left)
}

/// What the answer to a new value says; the old one was right.
fn written(during: &'static str, sw: StatusWord) -> Result<(), CardError> {
    match sw {
        StatusWord::OK => Ok(()),
        StatusWord::WRONG_DATA | StatusWord::CONDITIONS => Err(CardError::NewPinRefused { sw }),
        sw => Err(CardError::Refused { during, sw }),
    }
}
