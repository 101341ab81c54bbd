//! The application of one card, and its two PINs.

use securesign_card::apdu::Command;
use securesign_card::application::{Application, PinId, PinObject};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::pin::{Pin, Tries};
use securesign_card::profile::{Credential, Found, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;

use super::pins::{pins, unblock};
use super::{SC_HSM, files, select, sign, trust};

/// The application of one card.
pub struct Opened {
    /// Options and firmware, as SELECT told them.
    attributes: Vec<u8>,
    pins: [PinObject; 2],
}

impl Opened {
    pub fn new(attributes: Vec<u8>) -> Self {
        Self {
            pins: pins(unblock(&attributes)),
            attributes,
        }
    }
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &SC_HSM.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        if select(card)? != self.attributes {
            return Err(CardError::Changed);
        }
        trust(card);
        Ok(())
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        files::credentials(card, search)
    }

    fn missing(&self, card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        sign::missing(card, key)
    }

    fn serial(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        files::serial(card)
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let pin = self.pin(pin)?;
        let during = "read the PIN tries left";
        let sw = card
            .send(during, &Command::new([0x00, 0x20, 0x00, pin.reference]))?
            .sw;
        match (sw.counter(), sw) {
            (Some(count), _) => Ok(Tries::from_count(count)),
            (None, StatusWord::BLOCKED) => Ok(Tries::Blocked),
            // It was never initialised, and has no PIN yet.
            (None, StatusWord::NO_REFERENCE) => Err(CardError::Unsupported(Missing::Pin)),
            _ => Ok(Tries::Unknown),
        }
    }

    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let result = iso::unblock(card, (&self.pin(pin)?, &self.pin(with)?), code, new);
        match result {
            // The card's options forbid it, in one of three ways.
            Err(
                CardError::NewPinRefused {
                    sw: sw @ StatusWord::CONDITIONS,
                }
                | CardError::Refused {
                    sw: sw @ StatusWord(0x6986 | 0x6900),
                    ..
                },
            ) => Err(CardError::UnblockOff { sw }),
            other => other,
        }
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        sign::sign(card, credential, what)
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        select(card).map(drop)
    }
}
