//! PW1, PW3 and the reset code (specification 3.4, 4.3 and 7.2.2 to 7.2.4).
//!
//! Status words after a secret differ from card to card, and one says 6982 to everything
//! (§5): whatever is not success, the counter tells.

use securesign_card::apdu::Command;
use securesign_card::application::{Confidence, PinId, PinObject, RetryCounter, Unblock};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Pin, PinRules, Tries};
use securesign_card::sw::StatusWord;
use zeroize::Zeroizing;

use super::kdf::Whose;
use super::related::Status;
use super::{ADMIN_PIN, HOLDERS_PIN, Opened, PW1, PW1_RULES, PW3, PW3_RULES, RESET_CODE, get_data};

/// The step of VERIFY for the card holder's PIN.
const VERIFY: &str = "verify the PIN";
const UNBLOCK: &str = "unblock the PIN";

/// PW status bytes: an empty VERIFY may cost a try on older cards, and revokes a permission on
/// one (§4).
pub fn status(card: &mut Channel<'_>, secret: Secret) -> Result<Status, CardError> {
    let during = match secret {
        Secret::Pin | Secret::SignaturePin => "read the PIN tries left",
        Secret::ResetCode => "read the reset code's tries left",
        Secret::Puk | Secret::AdminPin | Secret::AdminKey => "read the admin PIN's tries left",
    };
    let bytes = card.require(during, &get_data(0xC4))?;
    Status::parse(&bytes).ok_or(CardError::Malformed {
        during,
        at: bytes.len(),
    })
}

impl Status {
    /// Tries left of this one.
    pub fn tries(&self, secret: Secret) -> Tries {
        match secret {
            Secret::Pin | Secret::SignaturePin => self.pw1,
            Secret::ResetCode => self.code,
            Secret::Puk | Secret::AdminPin | Secret::AdminKey => self.pw3,
        }
    }
}

/// PW1, the reset code and PW3, with the greatest lengths that the card tells. PW3 unblocks,
/// and where there is a reset code that goes first: it is meant for the card holder, and can do
/// nothing else.
pub fn objects(status: Option<Status>) -> [PinObject; 3] {
    let [pw1, code, pw3] = status.map_or([0; 3], |status| status.most);
    let (with, otherwise) = match status.map(|status| status.code) {
        Some(Tries::Left(_)) => (RESET_CODE, Some(unblocked_with(ADMIN_PIN))),
        _ => (ADMIN_PIN, None),
    };
    let pin = PinObject {
        id: HOLDERS_PIN,
        role: Secret::Pin,
        reference: PW1,
        rules: up_to(PW1_RULES, pw1),
        counter: RetryCounter::Status,
        change: Ok(Confidence::Known),
        unblock: Ok(unblocked_with(with)),
        otherwise,
    };
    let code = PinObject {
        id: RESET_CODE,
        role: Secret::ResetCode,
        // It is never verified: RESET RETRY COUNTER names PW1.
        reference: PW1,
        rules: up_to(PW3_RULES, code),
        change: Err(Missing::Puk),
        unblock: Err(Missing::Puk),
        otherwise: None,
        ..pin
    };
    let admin = PinObject {
        id: ADMIN_PIN,
        role: Secret::AdminPin,
        reference: PW3,
        rules: up_to(PW3_RULES, pw3),
        ..code
    };
    [pin, code, admin]
}

/// That, as every card can.
pub fn unblocked_with(with: PinId) -> Unblock {
    let confidence = Confidence::Known;
    Unblock { with, confidence }
}

/// With the card's own greatest length, where it makes sense.
fn up_to(rules: PinRules, most: u8) -> PinRules {
    let max = usize::from(most);
    match (rules.min..=rules.max).contains(&max) {
        true => PinRules { max, ..rules },
        false => rules,
    }
}

impl Opened {
    /// VERIFY, under this reference.
    pub(super) fn present(
        &mut self,
        card: &mut Channel<'_>,
        reference: u8,
        pin: &PinObject,
        value: &Pin,
    ) -> Result<(), CardError> {
        let block = self.encode(card, pin, value)?;
        compare(card, reference, pin.role, &block)
    }

    /// CHANGE REFERENCE DATA: the old value and the new one, with nothing between. VERIFY
    /// comes first, as in [`iso::change`].
    pub(super) fn replace(
        &mut self,
        card: &mut Channel<'_>,
        pin: &PinObject,
        old: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let new = self.encode(card, pin, new)?;
        let old = self.encode(card, pin, old)?;
        compare(card, pin.reference, pin.role, &old)?;
        let during = "change the PIN";
        let both = iso::both(&old, &new);
        let command = Command::new([0x00, 0x24, 0x00, pin.reference]).secret(&both);
        let sw = card.send(during, &command)?.sw;
        told(card, pin.role, iso::judge_new(during, pin.role, sw))
    }

    /// RESET RETRY COUNTER with the reset code, and VERIFY after it ([`iso::confirm`]).
    pub(super) fn unblock_by_code(
        &mut self,
        card: &mut Channel<'_>,
        (pin, with): (&PinObject, &PinObject),
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let code = self.encode(card, with, code)?;
        let block = self.encode(card, pin, new)?;
        let both = iso::both(&code, &block);
        let command = Command::new([0x00, 0x2C, 0x00, pin.reference]).secret(&both);
        let sw = card.send(UNBLOCK, &command)?.sw;
        told(card, with.role, iso::judge_new(UNBLOCK, with.role, sw))?;
        let confirmed = compare(card, pin.reference, pin.role, &block);
        iso::confirm(confirmed, with.role)
    }

    /// RESET RETRY COUNTER after PW3 was verified, which is logged out at once: it may do
    /// everything.
    pub(super) fn unblock_by_admin(
        &mut self,
        card: &mut Channel<'_>,
        (pin, with): (&PinObject, &PinObject),
        admin: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let new = self.encode(card, pin, new)?;
        self.present(card, with.reference, with, admin)?;
        let command = Command::new([0x00, 0x2C, 0x02, pin.reference]).secret(&new);
        let set = card.send(UNBLOCK, &command);
        if set.is_ok() && self.related.logs_out() {
            given(card.send("log out", &Command::new([0x00, 0x20, 0xFF, with.reference])))?;
        }
        match set?.sw {
            StatusWord::OK => Ok(()),
            sw @ (StatusWord::WRONG_DATA | StatusWord::WRONG_LENGTH) => {
                Err(CardError::NewPinRefused { sw })
            }
            sw => Err(CardError::Refused {
                during: UNBLOCK,
                sw,
            }),
        }
    }

    /// What goes to the card for a value.
    fn encode(
        &mut self,
        card: &mut Channel<'_>,
        pin: &PinObject,
        value: &Pin,
    ) -> Result<Zeroizing<Vec<u8>>, CardError> {
        let secret = pin.role;
        pin.rules
            .check(value)
            .map_err(|fault| CardError::Format { secret, fault })?;
        self.learn_kdf(card)?;
        // What is sent now may use up a try.
        self.tries = None;
        self.admin_tries = None;
        self.derive(whose(secret), value)
    }
}

/// VERIFY, with what goes to the card for a value.
fn compare(
    card: &mut Channel<'_>,
    reference: u8,
    secret: Secret,
    block: &[u8],
) -> Result<(), CardError> {
    let during = match secret {
        Secret::Pin => VERIFY,
        _ => "verify the admin PIN",
    };
    let command = Command::new([0x00, 0x20, 0x00, reference]).secret(block);
    let sw = card.send(during, &command)?.sw;
    told(card, secret, iso::judge(during, secret, sw))
}

fn whose(secret: Secret) -> Whose {
    match secret {
        Secret::Pin | Secret::SignaturePin => Whose::Pw1,
        Secret::ResetCode => Whose::Code,
        Secret::Puk | Secret::AdminPin | Secret::AdminKey => Whose::Pw3,
    }
}

/// Makes 6982 what it means here, and fetches the tries left where the card kept them to
/// itself. Of the card holder's PIN they are fetched by whoever counts them anyway.
fn told(
    card: &mut Channel<'_>,
    secret: Secret,
    result: Result<(), CardError>,
) -> Result<(), CardError> {
    let wrong = matches!(
        result,
        Err(CardError::Wrong { left: None, .. }
            | CardError::Refused {
                sw: StatusWord::SECURITY_STATUS,
                ..
            })
    );
    if !wrong {
        return result;
    }
    let left = match secret {
        Secret::Pin => None,
        _ => given(status(card, secret))?.and_then(|it| it.tries(secret).count()),
    };
    Err(match left {
        Some(0) => CardError::Blocked(secret),
        left => CardError::Wrong { secret, left },
    })
}
