//! The two PINs of a card.

use securesign_card::application::{Confidence, PinId, PinObject, RetryCounter, Unblock};
use securesign_card::error::{Missing, Secret};
use securesign_card::pin::{Charset, Form, PinRules};

/// The card holder's.
pub const HOLDERS_PIN: PinId = PinId(1);
/// The security officer's.
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

/// First part of the firmware's number on pico-hsm, where unblocking was seen to work. Those
/// of CardContact's cards are below it.
const PICO: u8 = 6;

/// Whether the SO-PIN unblocks the PIN. The first cards tell their firmware alone. A SO-PIN
/// that is used up is the end of the card: a person is asked where it was never seen.
pub fn unblock(attributes: &[u8]) -> Result<Unblock, Missing> {
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

pub fn pins(unblock: Result<Unblock, Missing>) -> [PinObject; 2] {
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
