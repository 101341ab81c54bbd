//! New PINs on cards that want them in an object, after VERIFY (sheet Rutoken).

use securesign_card::apdu::Command;
use securesign_card::application::PinObject;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Secret};
use securesign_card::iso;
use securesign_card::pin::Pin;
use zeroize::Zeroizing;

const UNBLOCK: &str = "unblock the PIN";

/// CHANGE REFERENCE DATA after VERIFY with the present value.
pub fn change(
    card: &mut Channel<'_>,
    pin: &PinObject,
    old: &Pin,
    new: &Pin,
) -> Result<(), CardError> {
    let object = object(pin, new)?;
    iso::verify(card, pin, old)?;
    set(card, "change the PIN", pin, &object)
}

/// RESET RETRY COUNTER and CHANGE REFERENCE DATA after VERIFY with what unblocks the PIN.
pub fn unblock(
    card: &mut Channel<'_>,
    (pin, with): (&PinObject, &PinObject),
    code: &Pin,
    new: &Pin,
) -> Result<(), CardError> {
    let object = object(pin, new)?;
    iso::verify(card, with, code)?;
    card.require(UNBLOCK, &Command::new([0x00, 0x2C, 0x03, pin.reference]))?;
    set(card, UNBLOCK, pin, &object)
}

fn set(
    card: &mut Channel<'_>,
    during: &'static str,
    pin: &PinObject,
    object: &[u8],
) -> Result<(), CardError> {
    let command = Command::new([0x00, 0x24, 0x01, pin.reference]).secret(object);
    iso::judge_new(during, pin.role, card.send(during, &command)?.sw)
}

/// `80` the length, `A5` the value.
fn object(pin: &PinObject, value: &Pin) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let fault = |fault| CardError::Format {
        secret: Secret::Pin,
        fault,
    };
    let value = pin.rules.encode(value).map_err(fault)?;
    let len = value.len() as u8;
    let mut object = Zeroizing::new(Vec::with_capacity(6 + value.len()));
    object.extend_from_slice(&[0x80, 0x02, 0x00, len, 0xA5, len]);
    object.extend_from_slice(&value);
    Ok(object)
}
