//! Secure messaging (ISO 7816-4, 10): what a channel wears from the moment that
//! card and program have authenticated each other.

use std::fmt;

use crate::apdu::{Command, Response};
use crate::channel::Extended;
use crate::error::CardError;
use crate::frame::Frame;

/// Wraps every command and opens every answer of one session.
pub trait Armor: Send {
    /// The whole command as it goes over the wire. A secret stays one: where the
    /// keys of the session can be computed by anybody, all of the wrapped body
    /// is to be marked, its checksum too.
    /// [`Lack::Reader`](crate::error::Lack::Reader): it is longer than what `extended`
    /// lets through. As after every error, the session is over.
    fn wrap(&mut self, command: &Command<'_>, extended: Extended) -> Result<Frame, CardError>;

    /// Most bytes of data that a command or an answer has when so many are wrapped.
    fn wrapped(&self, len: usize) -> usize;

    /// The answer to the command wrapped last. What a card says without
    /// protection can be an error, never a success.
    fn open(&mut self, response: Response) -> Result<Response, Fault>;
}

/// What is wrong with a protected answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The card says that it knows no session (any more), or none in which this
    /// command came: another program's, a reset, or a lost count. Or the command did not get
    /// to it, and was counted on one side only.
    Lost,
    /// The checksum is not the one of this answer to this command.
    Checksum,
    /// No protection where there must be some, or objects that make no sense.
    Malformed,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "the protected session was lost",
            Self::Checksum => "the checksum of the answer is wrong",
            Self::Malformed => "the answer is not protected as it should be",
        })
    }
}
