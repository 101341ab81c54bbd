//! The PINs of a card.

use securesign_card::application::{Confidence, PinId, PinObject, RetryCounter, Unblock};
use securesign_card::error::{Missing, Secret};
use securesign_card::pin::{Charset, Form, PinRules};

use super::IdPrime;

/// The card holder's PIN.
pub const HOLDERS_PIN: PinId = PinId(1);
/// The PIN of keys for qualified signatures.
pub const SIGNATURE_PIN: PinId = PinId(2);
const PUK: PinId = PinId(3);

/// Its references (§4).
const PIN_REFERENCE: u8 = 0x11;
const SIGNATURE_PIN_REFERENCE: u8 = 0x83;

pub fn pins(product: &IdPrime) -> Vec<PinObject> {
    let known = product.form.ok_or(Missing::PinForm);
    let pin = PinObject {
        id: HOLDERS_PIN,
        role: Secret::Pin,
        reference: PIN_REFERENCE,
        rules: PinRules {
            min: 4,
            max: 16,
            charset: Charset::Printable,
            form: product.form.unwrap_or(Form::Exact),
        },
        counter: RetryCounter::EmptyVerify,
        change: known.map(|_| product.confidence),
        // The command of ISO 7816, which nobody has confirmed; some models have no PUK but an
        // administrator's key, whose commands are not published.
        unblock: known.map(|_| Unblock {
            with: PUK,
            confidence: Confidence::Doubtful,
        }),
        otherwise: None,
    };
    let signature_pin = PinObject {
        id: SIGNATURE_PIN,
        role: Secret::SignaturePin,
        reference: SIGNATURE_PIN_REFERENCE,
        change: known.map(|_| Confidence::Inferred),
        unblock: Err(Missing::Puk),
        ..pin
    };
    let puk = PinObject {
        id: PUK,
        role: Secret::Puk,
        counter: RetryCounter::Unknown,
        change: Err(Missing::Puk),
        unblock: Err(Missing::Puk),
        ..pin
    };
    match product.lists_its_keys() {
        true => vec![pin, signature_pin, puk],
        false => vec![pin, puk],
    }
}
