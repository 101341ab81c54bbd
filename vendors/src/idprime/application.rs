//! The application of one card: its PINs, and what it is asked.

use std::collections::BTreeSet;

use securesign_card::apdu::Command;
use securesign_card::application::{Application, Confidence, PinId, PinObject, RetryCounter};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::pin::{Pin, Tries};
use securesign_card::profile::{Credential, Found, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;
use securesign_card::text;

use super::pins::pins;
use super::{AID, IdPrime, certificates, files, sign};

/// Length of the number that the card has.
const CARD_ID_LEN: usize = 16;

/// The application of one card.
pub struct Opened {
    product: &'static IdPrime,
    pins: Vec<PinObject>,
    label: Option<String>,
    /// PINs that went to the card since its application was selected.
    sent: BTreeSet<PinId>,
    /// Nothing but secure messaging is listened to, which is not published.
    protected: bool,
}

impl Opened {
    pub fn new(product: &'static IdPrime) -> Self {
        Self {
            product,
            pins: pins(product),
            label: None,
            sent: BTreeSet::new(),
            protected: false,
        }
    }
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &self.product.spec
    }

    /// As the makers' manuals quote them, for cards and for tokens (sheet IDPrime).
    fn factory_pins(&self) -> &'static [&'static str] {
        &["0000", "1234567890"]
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        self.sent.clear();
        iso::select(card, AID).map(drop)
    }

    fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    fn confidence(&self) -> Confidence {
        self.product.confidence
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let index = certificates::index(card)?;
        if search.everything {
            self.label = index.label(card)?;
        }
        let map = index.map(card, self.product)?;
        self.protected = map.is_none();
        let map = map.unwrap_or(certificates::Map::Unknown);
        index.find(card, self.product, &map, search)
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        if self.product.form.is_none() {
            return Some(Missing::PinForm);
        }
        match self.protected {
            true => Some(Missing::Session),
            false => sign::missing(self.product, key),
        }
    }

    fn serial(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        let during = "read the serial number";
        let id = files::read(card, during, files::CARD_ID, CARD_ID_LEN)?;
        let told = id.len() == CARD_ID_LEN && id.iter().any(|byte| *byte != 0);
        Ok(told.then(|| text::hex_upper(&id)))
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let pin = self.pin(pin)?;
        if pin.counter != RetryCounter::EmptyVerify {
            return Ok(Tries::Unknown);
        }
        let command = Command::new([0x00, 0x20, 0x00, pin.reference]);
        let sw = card.send("read the PIN tries left", &command)?.sw;
        match (sw.counter(), sw) {
            (Some(count), _) => Ok(Tries::from_count(count)),
            (None, StatusWord::BLOCKED) => Ok(Tries::Blocked),
            (None, StatusWord::NO_REFERENCE | StatusWord::WRONG_P1P2) => {
                Err(CardError::Unsupported(Missing::Pin))
            }
            // Somebody has verified it before us, or the card does not tell.
            _ => Ok(Tries::Unknown),
        }
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        self.sent.insert(credential.pin);
        iso::verify(card, &self.pin(credential.pin)?, value)
    }

    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        _left: Option<u8>,
    ) -> Result<(), CardError> {
        self.sent.insert(pin);
        iso::change(card, &self.pin(pin)?, old, new)
    }

    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        self.sent.insert(pin);
        iso::unblock(card, (&self.pin(pin)?, &self.pin(with)?), code, new)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        sign::sign(card, credential, what)
    }

    /// Of the PINs that went to the card; where none did, somebody else may have sent either.
    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let any = self.sent.is_empty();
        let sent = |pin: &&PinObject| any || self.sent.contains(&pin.id);
        let pins = self.pins.iter().filter(|pin| pin.role.is_pin());
        for pin in pins.filter(sent) {
            card.send("log out", &Command::new([0x00, 0x20, 0xFF, pin.reference]))?;
        }
        Ok(())
    }
}
