//! The way to a card: bytes out, bytes in.

use crate::atr::Atr;
use crate::frame::Frame;

/// One command in, one response (data, SW1, SW2) out. Decorators (recording,
/// counting) wrap it; the PC/SC reader and the emulators implement it.
pub trait Transport {
    /// Sends `frame` and returns everything that came back, at least 2 bytes.
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError>;

    /// The name of the step that the next frames belong to, for traces.
    fn step(&mut self, _name: &'static str) {}

    /// Random bytes for the dialogue. They come this way so that a recording
    /// has them and its replay sends the same commands.
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        getrandom::fill(bytes).map_err(|error| TransportError::Other(error.to_string()))
    }
}

/// A connected card, of which one dialogue at a time can be had.
pub trait Card {
    /// Its answer to reset.
    fn atr(&self) -> &Atr;

    /// Largest data field that the reader passes on (PC/SC part 10,
    /// `dwMaxAPDUDataSize`); `None` where it does not say: short APDUs then.
    fn max_data(&self) -> Option<usize>;

    /// Runs `work` in one transaction that no other program can enter. The card
    /// may have been reset, or used by others, since the last one. `Ending`
    /// says how the card is left.
    fn dialogue(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Transport) -> Ending,
    ) -> Result<(), TransportError>;
}

/// How a card is left at the end of a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As it is; no PIN was given.
    Leave,
    /// Reset, because a PIN was given: nobody inherits it.
    Reset,
}

/// Why no answer came. What the card made of the command is then unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The PC/SC service does not run.
    #[error("the smart-card service is not running")]
    NoService,
    /// There is no reader of that name (any more).
    #[error("the reader is not connected")]
    NoReader,
    /// No card in the reader, or pulled out meanwhile.
    #[error("the token was removed")]
    Removed,
    /// Another program reset the card: PIN state and selection are gone.
    #[error("the token was reset by another program")]
    Reset,
    /// Another program holds the card for itself; its name where the system tells.
    #[error("the token is in use by {}", .by.as_deref().unwrap_or("another program"))]
    Busy {
        /// Program name.
        by: Option<String>,
    },
    /// The card does not answer, or not in a way that makes sense.
    #[error("the token does not answer")]
    Mute,
    /// The reader refused the command (often: extended length).
    #[error("the reader refused the command")]
    NotTransacted,
    /// The system forbids access to the reader.
    #[error("this user may not use the reader")]
    Forbidden,
    /// Anything else, in the words of the PC/SC service.
    #[error("the smart-card service reports: {0}")]
    Other(String),
}
