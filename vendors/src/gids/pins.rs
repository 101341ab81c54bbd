//! The PIN of a card, and what unblocks it.

use securesign_card::application::{Confidence, PinId, PinObject, RetryCounter, Unblock};
use securesign_card::error::{Missing, Secret};
use securesign_card::pin::{Charset, Form, PinRules};

use super::admin;

/// The card holder's PIN.
pub const HOLDERS_PIN: PinId = PinId(1);
pub const PUK: PinId = PinId(2);
const ADMIN_KEY: PinId = PinId(3);

/// GidsApplet takes 4 to 16 bytes (seen); of any other length it says the tries left.
const RULES: PinRules = PinRules {
    min: 4,
    max: 16,
    charset: Charset::Printable,
    form: Form::Exact,
};

const PIN_REFERENCE: u8 = 0x80;

/// By documents alone: no card was seen that has one.
pub fn with_puk() -> Unblock {
    Unblock {
        with: PUK,
        confidence: Confidence::Inferred,
    }
}

/// Seen on GidsApplet.
pub fn with_admin_key() -> Unblock {
    Unblock {
        with: ADMIN_KEY,
        confidence: Confidence::Known,
    }
}

pub fn pins(unblock: Unblock) -> [PinObject; 3] {
    let pin = PinObject {
        id: HOLDERS_PIN,
        role: Secret::Pin,
        reference: PIN_REFERENCE,
        rules: RULES,
        counter: RetryCounter::Status,
        change: Ok(Confidence::Known),
        unblock: Ok(unblock),
        otherwise: None,
    };
    let puk = PinObject {
        id: PUK,
        role: Secret::Puk,
        change: Err(Missing::Puk),
        unblock: Err(Missing::Puk),
        ..pin
    };
    let admin_key = PinObject {
        id: ADMIN_KEY,
        role: Secret::AdminKey,
        rules: admin::RULES,
        counter: RetryCounter::Unknown,
        ..puk
    };
    [pin, puk, admin_key]
}
