//! One command in any of its forms, and all the parts of its answer: within bounds of size
//! and time.

use std::time::Duration;

use super::Channel;
use crate::apdu::{Answer, Command, Data, Response};
use crate::error::CardError;
use crate::frame::Frame;
use crate::sw::StatusWord;
use crate::transport::TransportError;

/// Longest answer that is put together from `61xx` parts, in bytes.
const ANSWER_MAX: usize = 0x1_0000;

/// Most parts of one answer. 64 KiB in full parts are 256; a card that drips a
/// byte at a time would hold the reader for minutes.
const PARTS_MAX: usize = 1024;

/// How long one command may take with all its parts. A key that waits for a touch takes
/// fifteen seconds, an RSA signature of 4096 bits on a slow card less.
const COMMAND_MAX: Duration = Duration::from_secs(40);

/// How long a card may keep us in all for one thing that a person waits for: a list, a
/// signature, a new PIN.
const WORK_MAX: Duration = Duration::from_secs(60);

/// Always plain, also in a session of secure messaging: it carries on with an answer and is
/// no command of its own.
const GET_RESPONSE: Command<'static> = Command::new([0x00, 0xC0, 0x00, 0x00]);

/// The forms of a command (ISO 7816-4, 5.1 and 5.3.3).
#[derive(Clone, Copy)]
pub(super) enum Form {
    Short,
    Extended,
    Chain,
}

impl Channel<'_> {
    /// Sends a command in this form; what comes may be the first part of the answer. Also of a
    /// wrapped command and of GET RESPONSE the answer is hidden where the present one's is.
    pub(super) fn transmit(
        &mut self,
        command: &Command<'_>,
        form: Form,
    ) -> Result<Response, CardError> {
        let hides_answer = self.hides_answer;
        let command = Command {
            hides_answer,
            ..*command
        };
        let most = self.extended.most();
        match form {
            Form::Short => self.exchange_for(&command, |command| command.short()),
            Form::Extended => self.exchange_for(&command, |command| command.extended(most)),
            Form::Chain => self.transmit_chain(&command),
        }
    }

    fn transmit_chain(&mut self, command: &Command<'_>) -> Result<Response, CardError> {
        self.broken = true;
        let mut blocks = command.chain();
        blocks.pop();
        for block in &blocks {
            let response = self.exchange(block)?;
            if !response.sw.is_ok() {
                return Ok(response);
            }
        }
        let response = self.exchange_for(command, |command| command.last_block())?;
        self.broken = !(response.sw.is_ok() || response.sw.sw1() == 0x61);
        Ok(response)
    }

    /// Sends a frame of a command, and once more with the Le that the card wants. A command
    /// refused for its Le was not executed (ISO 7816-4, 5.3.4), so this repeats nothing.
    /// Once only: a card that says 6Cxx twice will not stop. A secret is not sent again.
    fn exchange_for(
        &mut self,
        command: &Command<'_>,
        frame: impl Fn(&Command<'_>) -> Frame,
    ) -> Result<Response, CardError> {
        let first = self.exchange(&frame(command))?;
        let may_ask = command.answer != Answer::Nothing && !matches!(command.data, Data::Secret(_));
        // With data it is protected, and said of the command inside.
        let is_refused = first.sw.sw1() == 0x6C && first.data.is_empty();
        if is_refused && may_ask {
            let again = command.answer(Answer::told(first.sw.sw2()));
            return self.exchange(&frame(&again));
        }
        Ok(first)
    }

    /// GET RESPONSE (ISO 7816-4, 7.6.1) until nothing is left. A card may keep
    /// an undrained rest and hand it out later, so the end is always reached.
    pub(super) fn drain(&mut self, first: Response) -> Result<Response, CardError> {
        let mut whole = first;
        let mut parts = 0;
        while whole.sw.sw1() == 0x61 {
            parts += 1;
            let le = whole.sw.sw2();
            let command = GET_RESPONSE.answer(Answer::told(le));
            let part = self.transmit(&command, Form::Short)?;
            let stuck = part.data.is_empty() && part.sw.sw1() == 0x61;
            if stuck || parts > PARTS_MAX || whole.data.len() + part.data.len() > ANSWER_MAX {
                return Err(CardError::Malformed {
                    during: "get response",
                    at: whole.data.len(),
                });
            }
            whole.data.extend_from_slice(&part.data);
            whole.sw = part.sw;
        }
        Ok(whole)
    }

    /// The first answer after a reset is at times nothing but 6F00. What is sent first
    /// in a dialogue is a probe that reads only: it is sent once more.
    fn exchange(&mut self, frame: &Frame) -> Result<Response, CardError> {
        let response = self.exchange_once(frame)?;
        let first = std::mem::take(&mut self.fresh) && !frame.is_secret();
        if first && response.sw == StatusWord::UNSPECIFIED {
            return self.exchange_once(frame);
        }
        Ok(response)
    }

    fn exchange_once(&mut self, frame: &Frame) -> Result<Response, CardError> {
        let before = self.transport.elapsed();
        if before.saturating_sub(self.begun) > COMMAND_MAX || self.spent > WORK_MAX {
            return Err(TransportError::Slow.into());
        }
        if frame.is_secret() {
            self.secrets += 1;
            self.replaced += usize::from(self.replaces);
            self.unanswered = true;
        }
        let answer = self.transport.exchange(frame);
        self.mute = answer.is_err();
        self.spent += self.transport.elapsed().saturating_sub(before);
        match &answer {
            // A frame shows no PIN; of the answer only the status word is logged.
            Ok(bytes) => tracing::trace!(
                ">> {frame} << {} bytes, status word {:02X?}",
                bytes.len(),
                &bytes[bytes.len().saturating_sub(2)..]
            ),
            Err(error) => tracing::trace!(">> {frame} << {error}"),
        }
        let mut data = answer?;
        let at = data.len();
        match (data.pop(), data.pop()) {
            (Some(sw2), Some(sw1)) if at <= ANSWER_MAX + 2 => Ok(Response {
                data,
                sw: StatusWord(u16::from_be_bytes([sw1, sw2])),
            }),
            _ => Err(CardError::Malformed {
                during: "read the status word",
                at,
            }),
        }
    }
}
