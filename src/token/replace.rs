//! New PINs and PUKs, and what unblocks a PIN.

use crate::application::{PinId, PinObject};
use crate::error::{CardError, Secret};
use crate::pin::{Pin, Tries};

use super::{LastTry, Token, check_format};

impl Token<'_> {
    /// What unblocks the card holder's PIN: a PUK, a reset code or the administrator's PIN; or
    /// why nothing does. Where there are two, the one that is meant for the card holder.
    ///
    /// # Errors
    ///
    /// [`CardError::Unsupported`]: why there is none.
    pub fn unblocker(&self) -> Result<PinObject, CardError> {
        self.unblocker_of(self.pin()?.id)
    }

    /// As [`Token::unblocker`], of any PIN.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn unblocker_of(&self, pin: PinId) -> Result<PinObject, CardError> {
        let unblock = self.app.pin(pin)?.unblock;
        self.app.pin(unblock.map_err(CardError::Unsupported)?.with)
    }

    /// What unblocks this PIN as well ([`PinObject::otherwise`]).
    pub fn other_unblocker_of(&self, pin: PinId) -> Option<PinObject> {
        let other = self.app.pin(pin).ok()?.otherwise?;
        self.app.pin(other.with).ok()
    }

    /// Tries left of what unblocks this PIN as well.
    ///
    /// # Errors
    ///
    /// As [`Token::puk_tries`].
    pub fn other_unblocker_tries(&mut self, pin: PinId) -> Result<Tries, CardError> {
        match self.other_unblocker_of(pin) {
            Some(other) => self.count(other.id),
            None => Ok(Tries::Unknown),
        }
    }

    /// Tries left of what unblocks the card holder's PIN. Where that is used up and the card
    /// has another, it becomes the other one.
    ///
    /// # Errors
    ///
    /// [`CardError::Transport`] or [`CardError::Changed`]: the card is gone.
    pub fn puk_tries(&mut self) -> Result<Tries, CardError> {
        match self.pin() {
            Ok(pin) => self.unblocker_tries(pin.id),
            Err(_) => Ok(Tries::Unknown),
        }
    }

    /// As [`Token::puk_tries`], of what unblocks this PIN.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn unblocker_tries(&mut self, pin: PinId) -> Result<Tries, CardError> {
        let Ok(puk) = self.unblocker_of(pin) else {
            return Ok(Tries::Unknown);
        };
        let tries = self.count(puk.id)?;
        match self.unblocker_of(pin) {
            Ok(other) if other.id != puk.id => self.count(other.id),
            _ => Ok(tries),
        }
    }

    /// Replaces a PIN, or what unblocks one.
    ///
    /// # Errors
    ///
    /// As [`Token::sign`]; [`CardError::Unclear`]: nobody knows which value holds.
    pub fn change(
        &mut self,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        last: LastTry,
    ) -> Result<(), CardError> {
        let pin = self.replaceable(pin)?;
        check_format(&pin, old)?;
        as_new(check_format(&pin, new))?;
        self.channel.begin_work();
        let left = self.allow(&pin, last)?;
        // Counting may have told that the PIN is another one than was thought.
        let pin = self.replaceable(pin.id)?;
        let secret = pin.role;
        self.touched = true;
        let replaced = self.channel.replaced();
        let result = self.in_session(|app, channel| app.change(channel, pin.id, old, new, left));
        let result = result.map_err(|error| self.unless_lost(replaced, (secret, secret), error));
        // Whether a changed PIN counts as verified differs from card to card.
        self.void();
        self.settle(&pin, result)
    }

    fn replaceable(&self, pin: PinId) -> Result<PinObject, CardError> {
        let pin = self.app.pin(pin)?;
        pin.change.map_err(CardError::Unsupported)?;
        Ok(pin)
    }

    /// Sets a new value for `pin` with `code`, which was asked for as that of `with`
    /// ([`Token::unblocker_of`] or [`Token::other_unblocker_of`]) and is sent as nothing else. Spends no PIN try first.
    ///
    /// # Errors
    ///
    /// As [`Token::change`]. [`CardError::Blocked`]: another secret unblocks it by now.
    pub fn unblock(
        &mut self,
        (pin, with): (PinId, PinId),
        code: &Pin,
        new: &Pin,
        last: LastTry,
    ) -> Result<(), CardError> {
        let pin = self.app.pin(pin)?;
        let with = self.unblocks(pin.id, with)?;
        check_format(&with, code)?;
        as_new(check_format(&pin, new))?;
        self.channel.begin_work();
        self.allow(&with, last)?;
        let with = self.unblocks(pin.id, with.id)?;
        let secret = with.role;
        self.touched = true;
        let replaced = self.channel.replaced();
        let result =
            self.in_session(|app, channel| app.unblock(channel, pin.id, with.id, code, new));
        let sent = (secret, pin.role);
        let result = result.map_err(|error| self.unless_lost(replaced, sent, error));
        self.void();
        self.state(pin.id).tries = None;
        // With another new value than was meant, its tries are full all the same.
        if matches!(result, Ok(()) | Err(CardError::OtherPin(_))) {
            self.told.remove(&pin.id);
        }
        self.settle(&with, result)
    }

    /// `with`, if that unblocks `pin` still. Else it is used up: what was typed for it must not
    /// be sent for another one.
    fn unblocks(&self, pin: PinId, with: PinId) -> Result<PinObject, CardError> {
        let first = self.unblocker_of(pin)?;
        let ways = std::iter::once(first).chain(self.other_unblocker_of(pin));
        let with = self.app.pin(with)?;
        let unblocks = ways.into_iter().any(|it| it.id == with.id);
        unblocks
            .then_some(with)
            .ok_or(CardError::Blocked(with.role))
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
