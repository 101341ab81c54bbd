//! The application of one card, and its two PINs.

use securesign_card::apdu::Command;
use securesign_card::application::{
    Application, Confidence, PinId, PinObject, RetryCounter, Unblock,
};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules, Tries};
use securesign_card::profile::{Credential, Found, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;

use super::{SC_HSM, files, select, sign, trust};

pub const HOLDERS_PIN: PinId = PinId(1);
const SO_PIN: PinId = PinId(2);

/// A value of another length costs a try (seen), so that none is sent.
const PIN_RULES: PinRules = PinRules {
    min: 6,
    max: 15,
    charset: Charset::Printable,
    form: Form::Exact,
};

/// Eight bytes, which people know as sixteen digits.
const SO_PIN_RULES: PinRules = PinRules {
    min: 16,
    max: 16,
    charset: Charset::Hex,
    form: Form::Packed,
};

/// Among the options: the SO-PIN sets a new PIN.
const RESET_ALLOWED: u8 = 0x01;

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

/// First part of the firmware's number on pico-hsm, where unblocking was seen to work. Those
/// of CardContact's cards are below it.
const PICO: u8 = 6;

/// Whether the SO-PIN unblocks the PIN. The first cards tell their firmware alone. A SO-PIN
/// that is used up is the end of the card: a person is asked where it was never seen.
fn unblock(attributes: &[u8]) -> Result<Unblock, Missing> {
    let confidence = match attributes {
        [_, options, _, _, _, ..] if options & RESET_ALLOWED == 0 => return Err(Missing::Puk),
        [_, _, _, .., PICO, _] => Confidence::Known,
        _ => Confidence::Inferred,
    };
    Ok(Unblock {
        with: SO_PIN,
        confidence,
    })
}

fn pins(unblock: Result<Unblock, Missing>) -> [PinObject; 2] {
    let pin = PinObject {
        id: HOLDERS_PIN,
        role: Secret::Pin,
        reference: 0x81,
        rules: PIN_RULES,
        counter: RetryCounter::EmptyVerify,
        change: Ok(Confidence::Known),
        unblock,
        otherwise: None,
    };
    let so_pin = PinObject {
        id: SO_PIN,
        role: Secret::AdminPin,
        reference: 0x88,
        rules: SO_PIN_RULES,
        unblock: Err(Missing::Puk),
        ..pin
    };
    [pin, so_pin]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unblocking_is_known_of_the_software_that_it_was_seen_on_and_of_no_other() {
        let confidence = |attributes: &[u8]| unblock(attributes).map(|it| it.confidence);
        let known = confidence(&[0x00, 0x01, 0xFF, 0x06, 0x06]);
        assert_eq!(known, Ok(Confidence::Known));
        for other in [&[0x00, 0x01, 0xFF, 0x03, 0x06][..], &[0x06, 0x06]] {
            assert_eq!(confidence(other), Ok(Confidence::Inferred), "{other:02X?}");
        }
        let off = confidence(&[0x00, 0x10, 0xFF, 0x06, 0x06]);
        assert_eq!(off, Err(Missing::Puk));
    }
}
