//! PW1, PW3 and the reset code (specification 3.4, 4.3 and 7.2.2 to 7.2.4).
//!
//! Status words after a secret differ from card to card, and one says 6982 to everything
//! (§5): whatever is not success, the counter tells.

use securesign_card::apdu::Command;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Pin, PinRules, Tries};
use securesign_card::profile::Application;
use securesign_card::sw::StatusWord;
use zeroize::Zeroizing;

use super::kdf::{self, Whose};
use super::related::{Related, Status};
use super::{PW1, PW3, PW3_RULES, get_data};

/// The step of VERIFY for the card holder's PIN.
const VERIFY: &str = "verify the PIN";
const UNBLOCK: &str = "unblock the PIN";

/// Tries left, from the PW status bytes: an empty VERIFY may cost a try on older cards, and
/// revokes a permission on one (§4).
pub fn tries(card: &mut Channel<'_>, secret: Secret) -> Result<Tries, CardError> {
    let during = match secret {
        Secret::Pin => "read the PIN tries left",
        Secret::ResetCode => "read the reset code's tries left",
        Secret::Puk | Secret::AdminPin => "read the admin PIN's tries left",
    };
    let bytes = card.require(during, &get_data(0xC4))?;
    let status = Status::parse(&bytes).ok_or(CardError::Malformed {
        during,
        at: bytes.len(),
    })?;
    Ok(match secret {
        Secret::Pin => status.pw1,
        Secret::ResetCode => status.code,
        Secret::Puk | Secret::AdminPin => status.pw3,
    })
}

/// VERIFY, under this reference.
pub fn verify(
    card: &mut Channel<'_>,
    app: &Application,
    (reference, secret): (u8, Secret),
    value: &Pin,
) -> Result<(), CardError> {
    let (during, rules, whose) = match secret {
        Secret::Pin => (VERIFY, app.pin, Whose::Pw1),
        _ => (
            "verify the admin PIN",
            app.puk.unwrap_or(PW3_RULES),
            Whose::Pw3,
        ),
    };
    let block = encode(card, app, (secret, &rules, whose), value)?;
    let command = Command::new([0x00, 0x20, 0x00, reference]).secret(&block);
    let sw = card.send(during, &command)?.sw;
    told(card, secret, iso::judge(during, secret, sw))
}

/// CHANGE REFERENCE DATA of PW1: the old value and the new one, with nothing between.
pub fn change(
    card: &mut Channel<'_>,
    app: &Application,
    old: &Pin,
    new: &Pin,
) -> Result<(), CardError> {
    let app = &kdf::learned(card, app)?;
    let kind = (Secret::Pin, &app.pin, Whose::Pw1);
    let old = encode(card, app, kind, old)?;
    let new = encode(card, app, kind, new)?;
    let during = "change the PIN";
    let both = joined(&old, &new);
    let command = Command::new([0x00, 0x24, 0x00, PW1]).secret(&both);
    let sw = card.send(during, &command)?.sw;
    told(card, Secret::Pin, iso::judge_new(during, Secret::Pin, sw))
}

/// RESET RETRY COUNTER with the reset code.
pub fn unblock_by_code(
    card: &mut Channel<'_>,
    app: &Application,
    code: &Pin,
    new: &Pin,
) -> Result<(), CardError> {
    let app = &kdf::learned(card, app)?;
    let secret = Secret::ResetCode;
    let rules = app.puk.unwrap_or(PW3_RULES);
    let code = encode(card, app, (secret, &rules, Whose::Code), code)?;
    let new = encode(card, app, (Secret::Pin, &app.pin, Whose::Pw1), new)?;
    let both = joined(&code, &new);
    let command = Command::new([0x00, 0x2C, 0x00, PW1]).secret(&both);
    let sw = card.send(UNBLOCK, &command)?.sw;
    told(card, secret, iso::judge_new(UNBLOCK, secret, sw))
}

/// RESET RETRY COUNTER after PW3 was verified, which is logged out at once: it may do
/// everything.
pub fn unblock_by_admin(
    card: &mut Channel<'_>,
    app: &Application,
    admin: &Pin,
    new: &Pin,
) -> Result<(), CardError> {
    let app = &kdf::learned(card, app)?;
    let new = encode(card, app, (Secret::Pin, &app.pin, Whose::Pw1), new)?;
    verify(card, app, (PW3, Secret::AdminPin), admin)?;
    let command = Command::new([0x00, 0x2C, 0x02, PW1]).secret(&new);
    let set = card.send(UNBLOCK, &command);
    if set.is_ok() && Related::known(app).logs_out() {
        given(card.send("log out", &Command::new([0x00, 0x20, 0xFF, PW3])))?;
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
        _ => given(tries(card, secret))?.and_then(Tries::count),
    };
    Err(match left {
        Some(0) => CardError::Blocked(secret),
        left => CardError::Wrong { secret, left },
    })
}

fn encode(
    card: &mut Channel<'_>,
    app: &Application,
    (secret, rules, whose): (Secret, &PinRules, Whose),
    value: &Pin,
) -> Result<Zeroizing<Vec<u8>>, CardError> {
    rules
        .check(value)
        .map_err(|fault| CardError::Format { secret, fault })?;
    kdf::derive(card, app, whose, value)
}

fn joined(first: &[u8], second: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut both = Zeroizing::new(Vec::with_capacity(first.len() + second.len()));
    both.extend_from_slice(first);
    both.extend_from_slice(second);
    both
}
