//! Tries left: what is asked before a PIN or PUK is sent, and what is learned from the answer.

use crate::application::{PinId, PinObject};
use crate::error::CardError;
use crate::pin::Tries;

use super::{LastTry, Token};

impl Token<'_> {
    /// Asks the card; where it does not tell, what it has told with a wrong value.
    pub(super) fn count(&mut self, pin: PinId) -> Result<Tries, CardError> {
        let tries = self.ask(pin)?;
        Ok(match tries {
            Tries::Unknown => self.told.get(&pin).copied().unwrap_or(tries),
            tries => {
                self.told.remove(&pin);
                tries
            }
        })
    }

    /// Asks the card.
    fn ask(&mut self, pin: PinId) -> Result<Tries, CardError> {
        self.optional(Tries::Unknown, |app, channel| app.tries(channel, pin))
    }

    /// Nothing is sent at no tries, nor at one without the user's word. How many are
    /// left at least, where that is known.
    pub(super) fn allow(
        &mut self,
        pin: &PinObject,
        last: LastTry,
    ) -> Result<Option<u8>, CardError> {
        let tries = match self.state(pin.id).at_least {
            // More than one is certain: nothing to ask the card for.
            Some(left) if left > 1 => return Ok(Some(left)),
            _ if pin.role.is_pin() => self.tries(pin.id)?,
            _ => self.count(pin.id)?,
        };
        match tries {
            Tries::Blocked => Err(CardError::Blocked(pin.role)),
            Tries::Left(1) if last == LastTry::Keep => Err(CardError::LastTry(pin.role)),
            tries => Ok(tries.count()),
        }
    }

    /// What came of a PIN or PUK that was sent, as [`Token::settled`] has it. What it says of
    /// the tries left is kept.
    pub(super) fn settle(
        &mut self,
        pin: &PinObject,
        result: Result<(), CardError>,
    ) -> Result<(), CardError> {
        let result = self.settled(pin, result);
        self.hear(pin, &result);
        result
    }

    /// Keeps the tries left that this answer to a PIN or PUK tells.
    pub(super) fn hear(&mut self, pin: &PinObject, result: &Result<(), CardError>) {
        let tries = match result {
            Ok(()) => {
                self.told.remove(&pin.id);
                return;
            }
            Err(CardError::Blocked(secret)) if *secret == pin.role => Tries::Blocked,
            Err(CardError::Wrong { secret, left }) if *secret == pin.role => {
                match (left, self.told.get(&pin.id)) {
                    (Some(left), _) => Tries::from_count(*left),
                    (None, Some(told)) => one_less(*told),
                    (None, None) => return,
                }
            }
            Err(CardError::Unclear(_) | CardError::Unanswered { .. }) => {
                match self.told.get(&pin.id) {
                    Some(told) => one_less(*told),
                    None => return,
                }
            }
            // It cost no try.
            Err(_) => return,
        };
        self.told.insert(pin.id, tries);
    }

    /// Turns an answer that does not tell the tries left, or one that was lost, into one
    /// that does, by asking the counter. Nothing is repeated.
    fn settled(&mut self, pin: &PinObject, result: Result<(), CardError>) -> Result<(), CardError> {
        let secret = pin.role;
        let before = self.state(pin.id).tries.take();
        let error = match result {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !secret.is_pin() || !self.counter_tells(&error) {
            if let CardError::Wrong {
                secret: wrong,
                left: Some(left),
            } = error
                && secret.is_pin()
                && secret == wrong
            {
                self.state(pin.id).tries = Some(Tries::from_count(left));
            }
            return Err(error);
        }
        let is_lost = matches!(error, CardError::Unclear(_) | CardError::Unanswered { .. });
        let now = match self.ask(pin.id) {
            // What was lost is what the person has to know.
            Err(_) if is_lost => return Err(error),
            other => other?,
        };
        self.state(pin.id).tries = Some(now).filter(|now| *now != Tries::Unknown);
        let was = before.and_then(Tries::count);
        Err(match (now, error) {
            (Tries::Blocked, _) => CardError::Blocked(secret),
            (Tries::Left(left), CardError::Wrong { .. }) => CardError::Wrong {
                secret,
                left: Some(left),
            },
            (Tries::Left(left), _) if was.is_some_and(|was| left < was) => CardError::Wrong {
                secret,
                left: Some(left),
            },
            // No try is gone, so that it is a plain failure.
            (Tries::Left(_), CardError::Unanswered { cause, .. }) if was.is_some() => *cause,
            (_, error) => error,
        })
    }

    /// Whether the counter says more than the error, and can be asked: a card that is gone
    /// is read anew by whoever opens it again.
    fn counter_tells(&self, error: &CardError) -> bool {
        match error {
            CardError::Wrong { left: None, .. }
            | CardError::Refused { .. }
            | CardError::SecureMessaging { .. } => true,
            CardError::Unclear(_) | CardError::Unanswered { .. } => !self.channel.is_mute(),
            _ => false,
        }
    }
}

/// After what may have cost a try. Whether the last one is gone, the card alone can say.
fn one_less(tries: Tries) -> Tries {
    match tries {
        Tries::Left(left) => Tries::Left(left.saturating_sub(1).max(1)),
        other => other,
    }
}
