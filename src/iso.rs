//! The commands as ISO 7816-4 has them; a profile writes only the difference.

use zeroize::Zeroizing;

use crate::apdu::{Answer, Command, Response};
use crate::channel::Channel;
use crate::error::{CardError, Secret};
use crate::pin::{Pin, Tries};
use crate::pin_object::PinObject;
use crate::sw::StatusWord;

/// SELECT by DF name, first occurrence, FCI (ISO 7816-4, 11.2.2). Always short:
/// Java Card hosts refuse an extended one.
///
/// # Errors
///
/// [`CardError::Transport`]: no answer came; [`CardError::Refused`]: the card says no.
pub fn select(card: &mut Channel<'_>, aid: &[u8]) -> Result<Vec<u8>, CardError> {
    *card.environment() = None;
    card.require(
        "select the application",
        &Command::new([0x00, 0xA4, 0x04, 0x00])
            .data(aid)
            .answer(Answer::Short),
    )
}

/// GET CHALLENGE (ISO 7816-4, 11.5.3), 8 bytes. Some cards give more.
///
/// # Errors
///
/// [`CardError::Transport`]: no answer came; [`CardError::Refused`]: the card says no;
/// [`CardError::Malformed`]: it gives less.
pub fn challenge(card: &mut Channel<'_>, during: &'static str) -> Result<[u8; 8], CardError> {
    let command = Command::new([0x00, 0x84, 0x00, 0x00]).answer(Answer::Exact(8));
    let answer = card.require(during, &command)?;
    answer.first_chunk().copied().ok_or(CardError::Malformed {
        during,
        at: answer.len(),
    })
}

/// Tries left by a VERIFY without data (ISO 7816-4, 11.5.6). Only for cards on
/// which it is known to be free. `9000` means that somebody has verified the
/// PIN already: the counter is then not told.
///
/// # Errors
///
/// [`CardError::Unsupported`]: there is no PIN under this reference; [`CardError::Transport`].
pub fn pin_tries(card: &mut Channel<'_>, reference: u8) -> Result<Tries, CardError> {
    let response = card.send(
        "read the PIN tries left",
        &Command::new([0x00, 0x20, 0x00, reference]),
    )?;
    Ok(tries_told(response.sw))
}

/// The tries left, as a status word tells them after a command that costs none.
pub fn tries_told(sw: StatusWord) -> Tries {
    match (sw.counter(), sw) {
        (Some(count), _) => Tries::from_count(count),
        (None, StatusWord::BLOCKED) => Tries::Blocked,
        _ => Tries::Unknown,
    }
}

/// VERIFY (ISO 7816-4, 11.5.6).
///
/// # Errors
///
/// [`CardError::Format`] before anything is sent; then as [`judge`].
pub fn verify(card: &mut Channel<'_>, pin: &PinObject, value: &Pin) -> Result<(), CardError> {
    let block = encode(pin, value)?;
    let command = Command::new([0x00, 0x20, 0x00, pin.reference]).secret(&block);
    let response = card.send("verify the PIN", &command)?;
    judge("verify the PIN", pin.role, response.sw)
}

/// CHANGE REFERENCE DATA, old and new value (ISO 7816-4, 11.5.7). Nothing stands between them:
/// where their lengths differ from value to value, the card knows that of its own, and takes
/// what was typed after it for the beginning of the new one. VERIFY, which takes the old value
/// whole or not at all, is therefore sent first; where that cannot be, [`confirm`] follows.
///
/// # Errors
///
/// [`CardError::Format`] and [`CardError::NewPinFormat`] before anything is sent; then as
/// [`judge_new`].
pub fn change(
    card: &mut Channel<'_>,
    pin: &PinObject,
    old: &Pin,
    new: &Pin,
) -> Result<(), CardError> {
    let during = match pin.role {
        Secret::Pin => "change the PIN",
        _ => "change the PUK",
    };
    let block = both(&encode(pin, old)?, &encode(pin, new)?);
    let mut is_certain = pin.rules.has_one_length();
    if pin.role.is_pin() && !is_certain {
        is_certain = match verify(card, pin, old) {
            // A transport PIN, which can be nothing but changed (seen on the SmartCard-HSM).
            Err(CardError::Refused {
                sw: StatusWord::NOT_USABLE,
                ..
            }) => false,
            other => other.map(|()| true)?,
        };
    }
    let command = Command::new([0x00, 0x24, 0x00, pin.reference]).secret(&block);
    judge_new(during, pin.role, card.send(during, &command)?.sw)?;
    match is_certain {
        true => Ok(()),
        false => confirm(verify(card, pin, new), pin.role),
    }
}

/// RESET RETRY COUNTER with resetting code and new value (ISO 7816-4, 11.5.10). Where more may
/// have been typed than the code, [`confirm`] follows.
///
/// # Errors
///
/// As [`change`]; as [`confirm`].
pub fn unblock(
    card: &mut Channel<'_>,
    (pin, with): (&PinObject, &PinObject),
    code: &Pin,
    new: &Pin,
) -> Result<(), CardError> {
    let block = both(&encode(with, code)?, &encode(pin, new)?);
    let command = Command::new([0x00, 0x2C, 0x00, pin.reference]).secret(&block);
    let during = "unblock the PIN";
    judge_new(during, with.role, card.send(during, &command)?.sw)?;
    match with.rules.has_one_length() {
        true => Ok(()),
        false => confirm(verify(card, pin, new), with.role),
    }
}

/// What VERIFY with the new value tells of the resetting code before it, which cannot be
/// verified alone: refused right after it was set, with all its tries, the new value begins
/// with what was typed behind the code.
///
/// # Errors
///
/// [`CardError::OtherPin`]: it is wrong; [`CardError::Transport`]. A card that does not say
/// whether it is right has taken it all the same.
pub fn confirm(result: Result<(), CardError>, code: Secret) -> Result<(), CardError> {
    match result {
        Err(CardError::Wrong { .. } | CardError::Blocked(_)) => Err(CardError::OtherPin(code)),
        Err(CardError::Refused { .. }) => Ok(()),
        other => other,
    }
}

/// MANAGE SECURITY ENVIRONMENT, SET for computation (ISO 7816-4, 11.5.11), unless
/// this template is in force already. False: nothing was sent.
///
/// # Errors
///
/// [`CardError::Transport`]: no answer came; [`CardError::Refused`]: the card says no.
pub fn set_environment(
    card: &mut Channel<'_>,
    tag: u8,
    template: &[u8],
) -> Result<bool, CardError> {
    let wanted = [&[tag], template].concat();
    if card.environment().as_ref() == Some(&wanted) {
        return Ok(false);
    }
    *card.environment() = None;
    card.require(
        "choose the key",
        &Command::new([0x00, 0x22, 0x41, tag]).data(template),
    )?;
    *card.environment() = Some(wanted);
    Ok(true)
}

/// The data of an answer, or `None` where the card has no such object. Cards
/// say "absent" in five ways (seen on five PIV applets).
///
/// # Errors
///
/// [`CardError::Refused`]: for another reason than that there is none.
pub fn present(during: &'static str, response: Response) -> Result<Option<Vec<u8>>, CardError> {
    match response.sw {
        StatusWord::OK => Ok(Some(response.data)),
        StatusWord::NOT_FOUND
        | StatusWord::WRONG_DATA
        | StatusWord::FUNCTION
        | StatusWord::NO_REFERENCE
        | StatusWord::UNKNOWN_INS => Ok(None),
        sw => Err(CardError::Refused { during, sw }),
    }
}

fn encode(pin: &PinObject, value: &Pin) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let secret = pin.role;
    pin.rules
        .encode(value)
        .map_err(|fault| CardError::Format { secret, fault })
}

/// Two values, with nothing between.
pub fn both(first: &[u8], second: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut block = Zeroizing::new(Vec::with_capacity(first.len() + second.len()));
    block.extend_from_slice(first);
    block.extend_from_slice(second);
    block
}

/// As [`judge`], for commands that also carry a new value: data that the card
/// does not like is then the new PIN, because the old one was checked here.
///
/// # Errors
///
/// As [`judge`]; [`CardError::NewPinRefused`].
pub fn judge_new(during: &'static str, secret: Secret, sw: StatusWord) -> Result<(), CardError> {
    match sw {
        StatusWord::WRONG_DATA | StatusWord::CONDITIONS => Err(CardError::NewPinRefused { sw }),
        _ => judge(during, secret, sw),
    }
}

/// As [`judge_new`], where a command before this one has verified the PUK: it was right, and is
/// not what was refused.
///
/// # Errors
///
/// As [`judge_new`]; [`CardError::UnblockOff`] in place of a wrong or blocked PUK.
pub fn judge_reset(during: &'static str, code: Secret, sw: StatusWord) -> Result<(), CardError> {
    match judge_new(during, code, sw) {
        Err(CardError::Wrong { .. } | CardError::Blocked(_)) => Err(CardError::UnblockOff { sw }),
        other => other,
    }
}

/// What a status word says after a command that carried a PIN or PUK. What is
/// not understood stays [`CardError::Refused`]: the caller then asks the counter
/// whether a try is gone, and never repeats the command.
///
/// # Errors
///
/// [`CardError::Wrong`], [`CardError::Blocked`] or [`CardError::Refused`].
pub fn judge(during: &'static str, secret: Secret, sw: StatusWord) -> Result<(), CardError> {
    match (sw, sw.counter()) {
        (StatusWord::OK, _) => Ok(()),
        (StatusWord::BLOCKED, _) | (_, Some(0)) => Err(CardError::Blocked(secret)),
        (_, left @ Some(_)) => Err(CardError::Wrong { secret, left }),
        (StatusWord::VERIFY_FAILED, _) => Err(CardError::Wrong { secret, left: None }),
        _ => Err(CardError::Refused { during, sw }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_words_after_a_pin() {
        let judge = |sw| judge("verify the PIN", Secret::Pin, StatusWord(sw));
        let wrong = |left| {
            Err(CardError::Wrong {
                secret: Secret::Pin,
                left,
            })
        };
        assert_eq!(judge(0x9000), Ok(()));
        assert_eq!(judge(0x63C2), wrong(Some(2)));
        assert_eq!(judge(0x63C0), Err(CardError::Blocked(Secret::Pin)));
        assert_eq!(judge(0x6983), Err(CardError::Blocked(Secret::Pin)));
        assert_eq!(judge(0x6300), wrong(None));
        assert!(matches!(judge(0x6982), Err(CardError::Refused { .. })));
    }
}
