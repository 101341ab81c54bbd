//! Commands in a session of secure messaging.

use super::exchange::Form;
use super::extended::{self, Direction};
use super::{Channel, Cover};
use crate::apdu::{Answer, Command, Data, Response, SHORT_ANSWER_MAX, SHORT_MAX};
use crate::error::{CardError, Fault, Missing};
use crate::messaging::SecureMessaging;
use crate::transport::TransportError;

impl Channel<'_> {
    /// Sends a command in the session. After an error of any kind the session is over.
    pub(super) fn send_secure(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
        mut session: Box<dyn SecureMessaging>,
    ) -> Result<Response, CardError> {
        let result = self.send_wrapped(during, command, &mut *session);
        match result {
            Ok(_) => self.cover = Cover::Secure(session),
            Err(_) => self.broken = true,
        }
        result
    }

    fn send_wrapped(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
        session: &mut dyn SecureMessaging,
    ) -> Result<Response, CardError> {
        let (response, is_protected) = self.send_wrapped_once(during, command, session)?;
        // Refused for its Le, so not executed (ISO 7816-4, 5.3.4); once. What is not
        // protected is said of the wrapped command, and was heeded below.
        let is_refused = response.sw.sw1() == 0x6C && is_protected;
        if !is_refused || command.answer == Answer::Nothing {
            return Ok(response);
        }
        let again = command.answer(Answer::told(response.sw.sw2()));
        Ok(self.send_wrapped_once(during, &again, session)?.0)
    }

    /// The answer, and whether it was protected.
    fn send_wrapped_once(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
        session: &mut dyn SecureMessaging,
    ) -> Result<(Response, bool), CardError> {
        let wrapped = session.wrap(command, self.extended.answers(SHORT_ANSWER_MAX + 1))?;
        let wrapped = wrapped.command();
        let form = self.form_of(&wrapped, session)?;
        self.broken = false;
        let first = self.transmit(&wrapped, form);
        let direction = direction_of(&wrapped, form);
        if let Some(direction) = direction
            && self.is_form_refused(direction, &first)
        {
            // Where long answers have come it is the length, and others may come again.
            if !self.has_answered_long() || matches!(direction, Direction::Data) {
                self.extended.withdraw(direction);
            }
            return Err(form_refused(during, command, first));
        }
        // An answer without an end is none that is protected.
        let answer = self.drain(first?).map_err(|error| match error {
            CardError::Malformed { .. } => {
                let fault = Fault::Malformed;
                CardError::SecureMessaging { during, fault }
            }
            other => other,
        })?;
        let len = answer.data.len();
        let response = session
            .unwrap(answer)
            .map_err(|fault| CardError::SecureMessaging { during, fault })?;
        let is_protected = len > 0;
        if let Some(direction) = direction.filter(|_| is_protected) {
            self.prove(direction, len);
        }
        Ok((response, is_protected))
    }

    /// The form that a wrapped command needs and the reader passes on. Where there is none,
    /// [`Channel::takes`] has said so before.
    fn form_of(
        &self,
        wrapped: &Command<'_>,
        session: &dyn SecureMessaging,
    ) -> Result<Form, CardError> {
        let is_secret = matches!(wrapped.data, Data::Secret(_));
        if !wrapped.needs_extended() {
            Ok(Form::Short)
        } else if self.extended.sends(wrapped.data.bytes().len()) {
            Ok(Form::Extended)
        } else if session.knows_chaining() && !is_secret {
            Ok(Form::Chain)
        } else {
            Err(CardError::Unsupported(Missing::Reader))
        }
    }

    /// Whether a wrapped command in the extended form was refused unread. A reader that
    /// does not pass it on says so, or answers in the card's place; what it answers is not
    /// protected. Where the form has worked, such an answer is the card's own.
    fn is_form_refused(&self, direction: Direction, first: &Result<Response, CardError>) -> bool {
        match first {
            // Readers have words of their own for an answer that has no room in them.
            Err(CardError::Transport(error))
                if matches!(direction, Direction::Answer) && self.has_answered_long() =>
            {
                !error.is_final()
            }
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

/// In which direction a wrapped command is an extended one; `None`: it is not.
fn direction_of(wrapped: &Command<'_>, form: Form) -> Option<Direction> {
    match form {
        Form::Extended if wrapped.data.bytes().len() > SHORT_MAX => Some(Direction::Data),
        Form::Extended => Some(Direction::Answer),
        Form::Short | Form::Chain => None,
    }
}

/// What it means that a wrapped command in the extended form was refused unread: it was
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
            CardError::SecureMessaging { during, fault }
        }
    }
}
