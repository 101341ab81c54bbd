//! The PIN of the card holder, and what unblocks it.

use securesign_card::application::{Confidence, PinId, PinObject, RetryCounter, Unblock};
use securesign_card::error::{Missing, Secret};
use securesign_card::pin::{Charset, Form, PinRules};

use super::Piv;

/// PIV Card Application PIN.
pub const PIN: u8 = 0x80;
/// PIN Unblocking Key.
pub const PIN_UNBLOCKING_KEY: u8 = 0x81;
/// Global PIN.
pub const GLOBAL_PIN: u8 = 0x00;

/// The PIN of the card holder: one of the two.
pub const HOLDERS_PIN: PinId = PinId(1);
pub const PUK: PinId = PinId(2);

/// The standard allows any eight bytes; issuers hand out text, and PivApplet
/// takes digits only. Shorter ones are filled (Yubico).
const PUK_RULES: PinRules = PinRules {
    min: 6,
    max: 8,
    charset: Charset::Printable,
    form: Form::Padded { len: 8, with: 0xFF },
};

/// What belongs to the PIN of this reference.
pub fn pins(product: &Piv, reference: u8) -> Vec<PinObject> {
    let pin = PinObject {
        id: HOLDERS_PIN,
        role: Secret::Pin,
        reference,
        rules: product.extras.pin,
        counter: RetryCounter::EmptyVerify,
        change: Ok(Confidence::Known),
        // SP 800-73-4, part 2, 3.2.3: only the PIV PIN can be reset.
        unblock: Err(Missing::GlobalPin),
        otherwise: None,
    };
    if reference == GLOBAL_PIN {
        return vec![pin];
    }
    let with_puk = Unblock {
        with: PUK,
        confidence: Confidence::Known,
    };
    let puk = PinObject {
        id: PUK,
        role: Secret::Puk,
        reference: PIN_UNBLOCKING_KEY,
        rules: PUK_RULES,
        counter: RetryCounter::Status,
        unblock: Err(Missing::Puk),
        ..pin
    };
    let pin = PinObject {
        unblock: Ok(with_puk),
        ..pin
    };
    vec![pin, puk]
}
