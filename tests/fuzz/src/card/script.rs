//! A card whose answers are an input, and an input made of a card's answers.

use securesign_card::frame::Frame;
use securesign_card::transport::{Transport, TransportError};

/// A length with this bit is no length, but a failure of the transport.
const FAILURE: u16 = 0x8000;
/// So often is the last answer given again, before the card falls silent.
const ECHOES: usize = 400;

/// Gives answers one after the other, whatever it is asked: two bytes of length
/// (big-endian), then the answer; too long is cut.
pub struct Script<'a> {
    left: &'a [u8],
    last: Result<&'a [u8], TransportError>,
    echoes: usize,
}

impl<'a> Script<'a> {
    /// From the bytes of an input.
    pub fn new(answers: &'a [u8]) -> Self {
        Self {
            left: answers,
            last: Err(TransportError::Mute),
            echoes: ECHOES,
        }
    }

    /// One answer as it stands in an input.
    pub fn written(answer: &[u8]) -> Vec<u8> {
        let len = answer.len().min(usize::from(FAILURE - 1));
        [&(len as u16).to_be_bytes(), &answer[..len]].concat()
    }

    fn next(&mut self) -> Option<Result<&'a [u8], TransportError>> {
        let (head, rest) = self.left.split_first_chunk()?;
        let head = u16::from_be_bytes(*head);
        if head & FAILURE != 0 {
            self.left = rest;
            return Some(Err(match head & 0x03 {
                0 => TransportError::NotTransacted,
                1 => TransportError::Removed,
                2 => TransportError::Reset,
                _ => TransportError::Mute,
            }));
        }
        let (answer, rest) = rest.split_at(usize::from(head).min(rest.len()));
        self.left = rest;
        Some(Ok(answer))
    }
}

impl Transport for Script<'_> {
    fn exchange(&mut self, _frame: &Frame) -> Result<Vec<u8>, TransportError> {
        match self.next() {
            Some(answer) => self.last = answer,
            None if self.echoes == 0 => self.last = Err(TransportError::Mute),
            None => self.echoes -= 1,
        }
        self.last.clone().map(<[u8]>::to_vec)
    }
}
