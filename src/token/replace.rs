//! New PINs and PUKs.

use crate::application::PinObject;
use crate::error::{CardError, Missing, Secret};
use crate::pin::Pin;

use super::{LastTry, Token, check_format};

impl Token<'_> {
    /// Replaces PIN or PUK.
    ///
    /// # Errors
    ///
    /// As [`Token::sign`]; [`CardError::Unclear`]: nobody knows which value holds.
    pub fn change(
        &mut self,
        secret: Secret,
        old: &Pin,
        new: &Pin,
        last: LastTry,
    ) -> Result<(), CardError> {
        let pin = self.replaceable(secret)?;
        check_format(&pin, old)?;
        as_new(check_format(&pin, new))?;
        self.channel.begin_work();
        let left = self.allow(&pin, last)?;
        // Counting may have told that the PIN is another one than was thought.
        let pin = self.replaceable(secret)?;
        self.touched = true;
        let replaced = self.channel.replaced();
        let result = self.in_session(|app, channel| app.change(channel, pin.id, old, new, left));
        let result = result.map_err(|error| self.unless_lost(replaced, (secret, secret), error));
        // Whether a changed PIN counts as verified differs from card to card.
        self.void();
        self.settle(&pin, result)
    }

    fn replaceable(&self, secret: Secret) -> Result<PinObject, CardError> {
        let pin = match self.with_role(secret) {
            Some(pin) => pin,
            None => {
                let missing = self.pin()?.unblock.err();
                return Err(CardError::Unsupported(missing.unwrap_or(Missing::Puk)));
            }
        };
        pin.change.map_err(CardError::Unsupported)?;
        Ok(pin)
    }

    /// Sets a new PIN with the PUK. Spends no PIN try first.
    ///
    /// # Errors
    ///
    /// As [`Token::change`].
    pub fn unblock(&mut self, puk: &Pin, new: &Pin, last: LastTry) -> Result<(), CardError> {
        let (pin, with) = (self.pin()?, self.unblocker()?);
        check_format(&with, puk)?;
        as_new(check_format(&pin, new))?;
        self.channel.begin_work();
        self.allow(&with, last)?;
        let secret = with.role;
        if self.unblocker()?.id != with.id {
            // It is used up. What was typed must not be sent for the other one.
            return Err(CardError::Blocked(secret));
        }
        self.touched = true;
        let replaced = self.channel.replaced();
        let result =
            self.in_session(|app, channel| app.unblock(channel, pin.id, with.id, puk, new));
        let sent = (secret, pin.role);
        let result = result.map_err(|error| self.unless_lost(replaced, sent, error));
        self.void();
        self.state(pin.id).tries = None;
        self.settle(&with, result)
    }

    /// After a new value was sent, only a status word of the card tells whether it has
    /// taken it. `present` and `new`: what was sent for it, and what it sets.
    fn unless_lost(
        &self,
        replaced: usize,
        (present, new): (Secret, Secret),
        error: CardError,
    ) -> CardError {
        if self.channel.replaced() > replaced && leaves_open(&error) {
            return CardError::Unclear(new);
        }
        self.unless_answered(present, error)
    }
}

/// Whether a new value may hold in spite of the error: what came is no status word of the
/// card, or one that says that memory was changed or failed, or nothing precise (ISO 7816-4,
/// 5.6), and not that the old value is wrong.
fn leaves_open(error: &CardError) -> bool {
    match error {
        CardError::Transport(_)
        | CardError::SecureMessaging { .. }
        | CardError::Malformed { .. } => true,
        CardError::Refused { sw, .. } => match sw.0.to_be_bytes() {
            [0x65 | 0x6F, _] => true,
            [0x63, more] => more >= 0x10 && more >> 4 != 0x0C,
            _ => false,
        },
        _ => false,
    }
}

/// A fault of the form, said of the new value and not of the present one.
fn as_new(result: Result<(), CardError>) -> Result<(), CardError> {
    result.map_err(|error| match error {
        CardError::Format { fault, .. } => CardError::NewPinFormat(fault),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sw::StatusWord;

    /// The meaning of each: ISO 7816-4, tables 5 and 6.
    #[test]
    fn what_a_card_says_to_a_new_value_may_leave_open_whether_it_holds() {
        let open = |sw| {
            leaves_open(&CardError::Refused {
                during: "test",
                sw: StatusWord(sw),
            })
        };
        for sw in [0x6500, 0x6581, 0x6F00, 0x6F01, 0x6381] {
            assert!(open(sw), "{sw:04X}");
        }
        // The old value is wrong, or nothing was looked at.
        for sw in [
            0x6300, 0x6303, 0x63C0, 0x63C2, 0x6982, 0x6983, 0x6A80, 0x6700, 0x6D00,
        ] {
            assert!(!open(sw), "{sw:04X}");
        }
    }
}
