//! One frame and its answer, and all the parts of an answer: within bounds of size and time.

use std::time::Duration;

use super::Channel;
use crate::apdu::{Answer, Command, Response};
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

impl Channel<'_> {
    /// GET RESPONSE (ISO 7816-4, 7.6.1) until nothing is left. A card may keep
    /// an undrained rest and hand it out later, so the end is always reached.
    pub(super) fn drain(&mut self, first: Response) -> Result<Response, CardError> {
        let mut whole = first;
        let mut parts = 0;
        while whole.sw.sw1() == 0x61 {
            parts += 1;
            let le = whole.sw.sw2();
            let command = Command::new([0x00, 0xC0, 0x00, 0x00]).answer(Answer::Short);
            let mut part = self.exchange(&command.short(Some(le)))?;
            if part.sw.sw1() == 0x6C {
                part = self.exchange(&command.short(Some(part.sw.sw2())))?;
            }
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
    pub(super) fn exchange(&mut self, frame: &Frame) -> Result<Response, CardError> {
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
