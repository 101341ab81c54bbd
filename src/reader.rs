//! Readers, whatever is behind them: PC/SC, or the demo token.

use std::time::Duration;

use crate::transport::{Card, TransportError};

/// A reader and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Its name as it can be shown: PC/SC's, without what deceives or breaks a terminal.
    /// No two readers have the same.
    pub name: String,
    /// What is in it.
    pub presence: Presence,
    /// Grows with every insertion and removal, so that a card that was changed
    /// meanwhile is noticed.
    pub insertion: u64,
}

/// What is in a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing.
    Empty,
    /// A card that answers.
    Card,
    /// A card that does not answer.
    Mute,
}

/// All readers of a kind.
pub trait Readers: Send {
    /// Now. No reader at all is an empty list, not an error.
    ///
    /// # Errors
    ///
    /// [`TransportError`]: the service does not answer.
    fn list(&mut self) -> Result<Vec<Reader>, TransportError>;

    /// Connects to the card that was put into a reader with this insertion, shared with
    /// other programs. Its dialogues begin only while it is that card.
    ///
    /// # Errors
    ///
    /// [`TransportError::Removed`]: the card, or this insertion of it, is gone; any other where
    /// the service or the reader refuses.
    fn connect(&mut self, name: &str, insertion: u64) -> Result<Box<dyn Card>, TransportError>;

    /// Something that waits for changes, for a thread of its own.
    ///
    /// # Errors
    ///
    /// [`TransportError`]: the service does not answer.
    fn watcher(&mut self) -> Result<Box<dyn Watcher>, TransportError>;
}

/// Waits for readers and cards to come and go.
pub trait Watcher: Send {
    /// True when something has changed, false after `timeout`.
    ///
    /// # Errors
    ///
    /// [`TransportError`]: the service has gone; the watcher is of no more use.
    fn wait(&mut self, timeout: Duration) -> Result<bool, TransportError>;
}
