//! The PIN of a card, and what unblocks it.

use securesign_card::application::{Confidence, PinId, PinObject, RetryCounter, Unblock};
use securesign_card::error::{Missing, Secret};
use securesign_card::pin::{Charset, Form, PinRules};

/// The card holder's PIN.
pub const HOLDERS_PIN: PinId = PinId(1);
pub const PUK: PinId = PinId(2);

const RULES: PinRules = PinRules {
    min: 4,
    max: 64,
    charset: Charset::Printable,
    form: Form::Padded {
        len: 64,
        with: 0xFF,
    },
};

pub fn pins() -> [PinObject; 2] {
    let pin = PinObject {
        id: HOLDERS_PIN,
        role: Secret::Pin,
        reference: 0x81,
        rules: RULES,
        counter: RetryCounter::EmptyVerify,
        change: Ok(Confidence::Inferred),
        unblock: Ok(Unblock {
            with: PUK,
            confidence: Confidence::Inferred,
        }),
        otherwise: None,
    };
    // Unconfirmed: on some of these cards this may be the security officer's PIN, which OpenSC
    // looks for at 04 and then here.
    let puk = PinObject {
        id: PUK,
        role: Secret::Puk,
        reference: 0x84,
        change: Err(Missing::Puk),
        unblock: Err(Missing::Puk),
        ..pin
    };
    [pin, puk]
}
