//! Commands without secure messaging: in the extended form where card and reader have it,
//! else in the short one, in a chain where they are long.

use super::Channel;
use super::exchange::Form;
use super::extended::{self, Ability, Direction};
use crate::apdu::{Answer, Command, Data, Response, SHORT_MAX};
use crate::error::{CardError, Missing};
use crate::sw::StatusWord;
use crate::transport::TransportError;

impl Channel<'_> {
    pub(super) fn send_plain(&mut self, command: &Command<'_>) -> Result<Response, CardError> {
        // Where the extended form is refused after all, the command was not read; nothing
        // secret is ever sent this way.
        if let Some(direction) = self.extended.wanted(command)
            && let Some(response) = self.send_extended(command, direction)?
        {
            return Ok(response);
        }
        let form = match command.data {
            data if data.bytes().len() <= SHORT_MAX => Form::Short,
            Data::Secret(_) => return Err(CardError::Unsupported(Missing::PinLength)),
            _ => Form::Chain,
        };
        let first = self.transmit(command, form)?;
        self.drain(first)
    }

    /// Finds out whether extended length gets to a card that is trusted with it and back,
    /// where the reader does not say what it takes and nothing was sent yet that tells: by
    /// what reads `known` in the short form too. Whatever else comes of it, short commands
    /// are sent from then on; only a card that is gone is an error.
    ///
    /// # Errors
    ///
    /// [`CardError::Transport`]: the card, or the way to it, is gone.
    pub fn try_extended(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
        known: &[u8],
    ) -> Result<(), CardError> {
        if self.extended.reader.is_some() || self.extended.answer != Ability::Trusted {
            return Ok(());
        }
        self.drop_rest()?;
        self.begin(during, command);
        let command = command.answer(Answer::Long);
        let first = self.transmit(&command, Form::Extended);
        let answer = first.and_then(|first| self.drain(first));
        match answer {
            Ok(Response { data, sw }) if sw.is_ok() && data == known => {
                self.extended.prove(Direction::Answer);
            }
            Err(CardError::Transport(error)) if error.is_final() => return Err(error.into()),
            _ => self.extended.withdraw(Direction::Answer),
        }
        Ok(())
    }

    /// `None`: refused unread, and to be sent in the short form.
    fn send_extended(
        &mut self,
        command: &Command<'_>,
        direction: Direction,
    ) -> Result<Option<Response>, CardError> {
        let response = self.transmit(command, Form::Extended);
        let refused = match &response {
            Err(error) => *error == CardError::Transport(TransportError::NotTransacted),
            // To a signature a card may say 6F00 when it fails.
            Ok(response) if response.sw == StatusWord::UNSPECIFIED => command.repeatable,
            Ok(response) => extended::refuses_form(response.sw),
        };
        if refused {
            self.extended.withdraw(direction);
            if command.repeatable {
                return Ok(None);
            }
        }
        let response = response?;
        if !refused {
            self.extended.prove(direction);
        }
        self.drain(response).map(Some)
    }
}
