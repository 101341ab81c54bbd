//! Secure messaging (ISO 7816-4, 10), from the moment that card and program have
//! authenticated each other.

use zeroize::Zeroizing;

use crate::apdu::{Answer, Command, Data, Response};
use crate::error::{CardError, Fault};

/// One session: makes another command of every command, and of what comes back the card's
/// answer. In which form the one goes over the wire, and of how many parts the other is put
/// together, is the channel's.
pub trait SecureMessaging: Send {
    /// The command that is sent in place of this one. `wide`: a Le of two bytes gets to the
    /// card, and an answer of more than 256 bytes gets back.
    ///
    /// The card counts commands, and so does this. What is wrapped and not sent is therefore
    /// the end of the session, as an error is.
    ///
    /// # Errors
    ///
    /// [`CardError`]: it cannot be wrapped, being too long for one.
    fn wrap(&mut self, command: &Command<'_>, wide: bool) -> Result<Wrapped, CardError>;

    /// The answer to the command wrapped last. What a card says without
    /// protection can be an error, never a success.
    ///
    /// # Errors
    ///
    /// [`Fault`]: it is not protected as it should be, or the card knows no session.
    fn unwrap(&mut self, response: Response) -> Result<Response, Fault>;

    /// Most bytes of data that a command or an answer has when so many are wrapped.
    fn wrapped(&self, len: usize) -> usize;

    /// Whether the cards of this family take a wrapped command in a chain (ISO 7816-4,
    /// 5.3.3) that is too long for the reader, or for themselves.
    fn knows_chaining(&self) -> bool {
        false
    }
}

/// A command as secure messaging makes it.
pub struct Wrapped {
    /// CLA INS P1 P2.
    pub header: [u8; 4],
    /// Data field: the objects of secure messaging.
    pub data: Zeroizing<Vec<u8>>,
    /// It carries a secret. Where the keys of the session can be computed by anybody, all
    /// of it is as good as the secret, its checksum too.
    pub is_secret: bool,
    /// Expected answer, with the objects of secure messaging.
    pub answer: Answer,
}

impl Wrapped {
    /// As every other command. It must not be sent twice: the card counts.
    pub fn command(&self) -> Command<'_> {
        let data = match self.is_secret {
            true => Data::Secret(&self.data),
            false => Data::Plain(&self.data),
        };
        Command {
            header: self.header,
            data,
            answer: self.answer,
            repeatable: false,
            hides_answer: false,
        }
    }
}
