//! The way to a card: bytes out, bytes in.

use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::atr::Atr;
use crate::frame::Frame;

/// One command in, one response (data, SW1, SW2) out. Decorators (recording,
/// counting) wrap it; the PC/SC reader and the emulators implement it.
pub trait Transport {
    /// Sends `frame` and returns everything that came back, at least 2 bytes.
    ///
    /// # Errors
    ///
    /// [`TransportError`]: no answer came. What the card made of the command is then unknown.
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError>;

    /// The name of the step that the next frames belong to, for traces.
    fn step(&mut self, _name: &'static str) {}

    /// Time that has passed since any fixed moment; bounds how long a card may take.
    fn elapsed(&self) -> Duration {
        static BEGIN: OnceLock<Instant> = OnceLock::new();
        BEGIN.get_or_init(Instant::now).elapsed()
    }

    /// Random bytes for the dialogue. They come this way so that a recording
    /// has them and its replay sends the same commands.
    ///
    /// # Errors
    ///
    /// [`TransportError::Other`]: the system has no random bytes.
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        getrandom::fill(bytes).map_err(|error| TransportError::Other(crate::text::reason(&error)))
    }
}

/// A connected card, of which one dialogue at a time can be had.
pub trait Card {
    /// Its answer to reset.
    fn atr(&self) -> &Atr;

    /// Largest data field that the reader passes on (PC/SC part 10,
    /// `dwMaxAPDUDataSize`): 0, short APDUs only; `None` where it does not say.
    fn max_data(&self) -> Option<usize>;

    /// Begins a transaction that no other program can enter. The card may have been reset, or
    /// used by others, since the last one.
    ///
    /// # Errors
    ///
    /// [`TransportError::Removed`]: the card that was connected is gone.
    fn begin(&mut self) -> Result<Box<dyn Dialogue + '_>, TransportError>;
}

/// One transaction with a card. Whoever drops it without ending it resets the card.
pub trait Dialogue: Transport {
    /// Ends it. `ending` says how the card is left.
    fn end(self: Box<Self>, ending: Ending);
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// The PC/SC service does not run.
    NoService,
    /// There is no reader of that name (any more).
    NoReader,
    /// No card in the reader, or pulled out meanwhile.
    Removed,
    /// Another program reset the card: PIN state and selection are gone.
    Reset,
    /// Another program holds the card for itself; its name where the system tells.
    Busy {
        /// Program name.
        by: Option<String>,
    },
    /// It answers more slowly than any card does, or not at all.
    Slow,
    /// The card does not answer, or not in a way that makes sense.
    Mute,
    /// The reader refused the command (often: extended length).
    NotTransacted,
    /// The system forbids access to the reader.
    Forbidden,
    /// Anything else, in the words of the PC/SC service.
    Other(String),
}

impl TransportError {
    /// Whether nothing more can be had from the card, or not as it was: it is gone, or the
    /// way to it, or the time. Else it is one answer that did not come.
    pub fn is_final(&self) -> bool {
        match self {
            Self::NoService
            | Self::NoReader
            | Self::Removed
            | Self::Reset
            | Self::Busy { .. }
            | Self::Slow
            | Self::Forbidden => true,
            Self::Mute | Self::NotTransacted | Self::Other(_) => false,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoService => "the PC/SC service does not run",
            Self::NoReader => "the reader is gone",
            Self::Removed => "the card is gone",
            Self::Reset => "another program has reset the card",
            Self::Busy { by: None } => "another program holds the card",
            Self::Busy { by: Some(by) } => {
                return write!(f, "another program holds the card: {by}");
            }
            Self::Slow => "the card answers too slowly, or not at all",
            Self::Mute => "the card does not answer in a way that makes sense",
            Self::NotTransacted => "the reader refused the command",
            Self::Forbidden => "the system forbids access to the reader",
            Self::Other(reason) => return write!(f, "the PC/SC service reports: {reason}"),
        })
    }
}

impl std::error::Error for TransportError {}
