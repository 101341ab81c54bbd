//! What is asked of one card: to select its application, its two PINs, its keys.

use securesign_card::application::{Application, PinId, PinObject};
use securesign_card::channel::Channel;
use securesign_card::error::{self, CardError, Missing, Secret};
use securesign_card::pin::{Pin, Tries};
use securesign_card::profile::{Credential, Found, Note, Problem, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;

use super::messaging::{self, Mode};
use super::opened::{Opened, serial};
use super::{EPASS2003, OPENSC_DIRECTORY, espk, files, given, opensc, pin, sign, start};

/// Most tries on the vendor's layout, as its minidriver sets them: ten (§4.3). Inferred:
/// nothing on the card tells them.
const MOST_TRIES: u8 = 10;

/// No PIN is made with fewer tries: what is below is what wrong ones have left.
const LEAST_TRIES: u8 = 3;

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
            OPENSC_DIRECTORY => opensc::credentials(card, self, search)?,
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

impl Opened {
    /// Most tries, 1 to 15, which go with every new value; OpenSC keeps them in a
    /// file. `None`: not told.
    fn most_tries(
        &mut self,
        card: &mut Channel<'_>,
        pin: &PinObject,
    ) -> Result<Option<u8>, CardError> {
        if self.directory != OPENSC_DIRECTORY {
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
