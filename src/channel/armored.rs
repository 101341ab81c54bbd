//! Commands in a session of secure messaging.

use super::extended::{self, Direction};
use super::{Channel, Cover};
use crate::apdu::{Answer, Command, Response, SHORT_ANSWER_MAX, SHORT_MAX};
use crate::armor::{Armor, Fault};
use crate::error::CardError;
use crate::frame::Frame;
use crate::transport::TransportError;

impl Channel<'_> {
    /// One wrapped command. After an error of any kind the session is over.
    pub(super) fn send_armored(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
        mut armor: Box<dyn Armor>,
    ) -> Result<Response, CardError> {
        let mut command = *command;
        let mut again = command.answer != Answer::Nothing;
        self.broken = true;
        let response = loop {
            let frame = armor.wrap(&command, self.extended)?;
            let first = self.exchange(&frame);
            let form = form_of(&frame);
            if let Some(direction) = form
                && self.is_form_refused(direction, &first)
            {
                self.extended.withdraw(direction);
                return Err(form_refused(during, &command, first));
            }
            // An answer without an end is none that is protected.
            let answer = self.drain(first?).map_err(|error| match error {
                CardError::Malformed { .. } => {
                    let fault = Fault::Malformed;
                    CardError::Armor { during, fault }
                }
                other => other,
            })?;
            let (protected, len) = (!answer.data.is_empty(), answer.data.len());
            let response = armor
                .open(answer)
                .map_err(|fault| CardError::Armor { during, fault })?;
            if let Some(direction) = form.filter(|_| protected) {
                self.prove(direction, len);
            }
            // As without armor: refused for its Le, so not executed; once.
            if response.sw.sw1() != 0x6C || !again {
                break response;
            }
            again = false;
            command.answer = Answer::told(response.sw.sw2());
        };
        self.broken = false;
        self.cover = Cover::Armored(armor);
        Ok(response)
    }

    /// Whether an armored command in the extended form was refused unread. A reader that
    /// does not pass it on says so, or answers in the card's place; what it answers is not
    /// protected. Where the form has worked, such an answer is the card's own.
    fn is_form_refused(&self, direction: Direction, first: &Result<Response, CardError>) -> bool {
        match first {
            Err(error) => *error == CardError::Transport(TransportError::NotTransacted),
            Ok(Response { data, sw }) => {
                let bare = data.is_empty() && extended::refuses_form(*sw);
                bare && !self.extended.has_proven(direction)
            }
        }
    }

    /// A protected answer of `len` bytes came to a command in the extended form.
    fn prove(&mut self, direction: Direction, len: usize) {
        if let Direction::Data = direction {
            self.extended.prove(Direction::Data);
        }
        if len > SHORT_ANSWER_MAX {
            self.extended.prove(Direction::Answer);
        }
    }
}

/// In which direction an armored command is an extended one; `None`: it is short.
fn form_of(frame: &Frame) -> Option<Direction> {
    let is_long = frame.len() > SHORT_MAX + extended::OVERHEAD;
    frame.is_extended().then_some(match is_long {
        true => Direction::Data,
        false => Direction::Answer,
    })
}

/// What it means that an armored command in the extended form was refused unread: it was
/// counted here and not there, so that the session is lost over it. What must not be sent
/// twice is over: a reader's own word for it stays.
fn form_refused(
    during: &'static str,
    command: &Command<'_>,
    first: Result<Response, CardError>,
) -> CardError {
    match first {
        Err(error) if !command.repeatable => error,
        _ => {
            let fault = Fault::Lost;
            CardError::Armor { during, fault }
        }
    }
}
