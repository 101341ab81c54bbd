//! A conversation with one card inside one transaction: the form of commands on
//! the wire, `61xx`, `6Cxx`, chaining, falling back from extended length, and the
//! session of secure messaging above these.

mod exchange;
mod extended;
mod plain;
mod secure;

use std::time::Duration;

pub use extended::Extended;

use crate::apdu::{Command, Data, Response, SHORT_MAX};
use crate::cache::Cache;
use crate::error::CardError;
use crate::error::Fault;
use crate::messaging::SecureMessaging;
use crate::sw::StatusWord;
use crate::transport::Transport;
use exchange::Form;
use extended::{Ability, Direction};

/// CHANGE REFERENCE DATA, RESET RETRY COUNTER (ISO 7816-4, 11.5.7 and 11.5.10), and the
/// own ones of the ePass2003 and of FTCOS.
const REPLACING: [u8; 4] = [0x24, 0x2C, 0xE5, 0xF4];

/// How commands go over the wire.
enum Cover {
    Plain,
    Secure(Box<dyn SecureMessaging>),
    /// A session has failed. Nothing is sent until it is decided what now: what
    /// was meant for the session must not go out plain.
    Closed,
}

/// A card in a dialogue.
pub struct Channel<'a> {
    transport: &'a mut dyn Transport,
    cache: Option<&'a dyn Cache>,
    extended: Extended,
    /// A chain of commands was begun and not finished, or a session is out of
    /// step.
    broken: bool,
    cover: Cover,
    /// Of the last answer this many bytes at least were not fetched, in the form of
    /// `61xx`: see [`Channel::peek`].
    rest: Option<u8>,
    /// Nothing has been sent yet.
    fresh: bool,
    /// When the present command was begun.
    begun: Duration,
    /// What the card has taken of [`WORK_MAX`].
    spent: Duration,
    /// The control reference template of the last MANAGE SECURITY ENVIRONMENT.
    environment: Option<Vec<u8>>,
    /// How many frames with a secret went to the card.
    secrets: usize,
    /// How many frames with a new PIN or PUK went to the card.
    replaced: usize,
    /// The present command sets a new PIN or PUK.
    replaces: bool,
    /// What the present command brings back must not be shown, no part of it.
    hides_answer: bool,
    /// A frame with a secret went to the card, and no answer to it came that counts.
    unanswered: bool,
    /// No answer came at all to what was sent last.
    mute: bool,
    /// How many sessions of secure messaging were opened.
    sessions: usize,
}

impl<'a> Channel<'a> {
    /// `extended`: what is known so far about this card in this reader.
    pub fn new(transport: &'a mut dyn Transport, extended: Extended) -> Self {
        Self {
            transport,
            cache: None,
            extended,
            broken: false,
            cover: Cover::Plain,
            rest: None,
            fresh: true,
            begun: Duration::ZERO,
            spent: Duration::ZERO,
            environment: None,
            secrets: 0,
            replaced: 0,
            replaces: false,
            hides_answer: false,
            unanswered: false,
            mute: false,
            sessions: 0,
        }
    }

    /// What was read from this card before may be kept here.
    pub fn remember(&mut self, cache: &'a dyn Cache) {
        self.cache = Some(cache);
    }

    /// Where that is kept, if anywhere.
    pub fn cache(&self) -> Option<&'a dyn Cache> {
        self.cache
    }

    /// Secure messaging from here on.
    pub fn secure(&mut self, session: Box<dyn SecureMessaging>) {
        self.sessions += 1;
        self.cover = Cover::Secure(session);
        self.environment = None;
    }

    /// Plain commands from here on: the card wants no session.
    pub fn plain(&mut self) {
        self.cover = Cover::Plain;
        self.environment = None;
    }

    /// Nothing goes out any more until the application is opened anew.
    pub fn close(&mut self) {
        self.cover = Cover::Closed;
        self.broken = true;
        self.environment = None;
    }

    /// Sends a plain command that opens a session. Whatever the card says to it, nothing
    /// else goes out before [`Channel::secure`] or [`Channel::plain`] tells in which form.
    ///
    /// # Errors
    ///
    /// As [`Channel::send`].
    pub fn send_to_open(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
    ) -> Result<Response, CardError> {
        self.plain();
        let result = self.send(during, command);
        self.cover = Cover::Closed;
        result
    }

    /// Something new begins that a person waits for: what the card took for what went
    /// before is not counted.
    pub fn begin_work(&mut self) {
        self.spent = Duration::ZERO;
        self.unanswered = false;
    }

    /// Time that has passed since any fixed moment, as the transport counts it.
    pub fn elapsed(&self) -> Duration {
        self.transport.elapsed()
    }

    /// Random bytes, recorded in traces: not for secrets.
    ///
    /// # Errors
    ///
    /// [`CardError::Transport`]: the system has none.
    pub fn random(&mut self, bytes: &mut [u8]) -> Result<(), CardError> {
        Ok(self.transport.random(bytes)?)
    }

    /// The control reference template that is in force, as far as this channel
    /// has set it; `None` when that is not known.
    pub fn environment(&mut self) -> &mut Option<Vec<u8>> {
        &mut self.environment
    }

    /// How often a secret was sent. As long as this has not grown, what failed may be
    /// repeated.
    pub fn secrets(&self) -> usize {
        self.secrets
    }

    /// How many frames with a new PIN or PUK went to the card so far: where one did, and
    /// what came after it was lost, nobody knows which value holds.
    pub fn replaced(&self) -> usize {
        self.replaced
    }

    /// Whether the answer to the last secret that was sent is lost: what the card made of
    /// it is not known.
    pub fn unanswered(&self) -> bool {
        self.unanswered
    }

    /// Whether the card, or its reader, gave no answer at all when it was asked last.
    pub fn is_mute(&self) -> bool {
        self.mute
    }

    /// How many sessions of secure messaging were opened. A PIN that was verified counts
    /// in its own session only.
    pub fn sessions(&self) -> usize {
        self.sessions
    }

    /// What has been learned, for the next dialogue with the same card.
    pub fn extended(&self) -> Extended {
        self.extended
    }

    /// The card is known to take extended length although nothing says so. What the
    /// reader takes is not its to say.
    pub fn trust_extended(&mut self) {
        self.extended.trust();
    }

    /// Whether a command with so much data gets to the card: a plain one in one piece.
    pub fn takes(&self, len: usize) -> bool {
        match (&self.cover, self.extended.data) {
            (Cover::Secure(session), _) => {
                session.knows_chaining() || self.extended.sends(session.wrapped(len))
            }
            (Cover::Plain, Ability::Trusted | Ability::Proven) => self.extended.passes(len),
            (Cover::Plain, _) => len <= SHORT_MAX,
            // Nothing is sent before there is a new session.
            (Cover::Closed, _) => true,
        }
    }

    /// Whether an answer with so much data gets back in one piece where it is protected. A
    /// plain one comes in pieces of 256 bytes in any case.
    pub fn answers(&self, len: usize) -> bool {
        match &self.cover {
            Cover::Secure(session) => self.extended.answers(session.wrapped(len)),
            Cover::Plain | Cover::Closed => true,
        }
    }

    /// Whether a protected answer, or a plain one of the extended form, has come back that is
    /// longer than the short form has: whoever refuses one now refuses its length.
    pub fn has_answered_long(&self) -> bool {
        self.extended.has_proven(Direction::Answer)
    }

    /// The application has to be opened anew before anything else is sent. Either
    /// a chain ended in an error: what the card has buffered of it may be joined
    /// to the next command, and a log-out then be compared as a PIN (sheet PIV,
    /// §4: seen on pico-openpgp 4.6). Or an answer was not protected as agreed.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// The application was selected anew.
    pub fn reopened(&mut self) {
        self.broken = false;
    }

    /// Sends a command and returns the whole answer; the status word is data.
    /// `during` names the step for errors and traces. Errors are those of the
    /// transport and of answers beyond all bounds.
    ///
    /// # Errors
    ///
    /// [`CardError::Transport`], [`CardError::Malformed`] for an answer beyond all bounds,
    /// [`CardError::SecureMessaging`] for one that is not protected as it should be.
    pub fn send(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
    ) -> Result<Response, CardError> {
        self.drop_rest()?;
        self.begin(during, command);
        let response = self.send_covered(during, command)?;
        self.unanswered = false;
        Ok(response)
    }

    /// A command begins, with all that belongs to it.
    fn begin(&mut self, during: &'static str, command: &Command<'_>) {
        self.transport.step(during);
        self.begun = self.transport.elapsed();
        self.replaces =
            matches!(command.data, Data::Secret(_)) && REPLACING.contains(&command.header[1]);
        self.hides_answer = command.hides_answer;
    }

    fn send_covered(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
    ) -> Result<Response, CardError> {
        match std::mem::replace(&mut self.cover, Cover::Closed) {
            Cover::Plain => self.cover = Cover::Plain,
            Cover::Secure(session) => return self.send_secure(during, command, session),
            Cover::Closed => {
                let fault = Fault::Lost;
                return Err(CardError::SecureMessaging { during, fault });
            }
        }
        self.send_plain(command)
    }

    /// Sends a command that reads, and fetches the first part of its answer only where the
    /// whole takes more than one: the status word is `61xx` then. [`Channel::complete`]
    /// fetches the rest.
    ///
    /// Some cards keep what was not fetched, and one refuses to sign as long as it does
    /// (sheet PIV, §4). On these too the answer to the next such command takes its place
    /// (OpenFIPS201: `ChainBuffer.setOutgoing`; PivApplet: `sendOutgoing`); before any
    /// other command the rest is fetched and dropped.
    ///
    /// # Errors
    ///
    /// As [`Channel::send`].
    pub fn peek(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
    ) -> Result<Response, CardError> {
        let plain = matches!(self.cover, Cover::Plain);
        if !plain
            || self.extended.wanted(command).is_some()
            || command.data.bytes().len() > SHORT_MAX
        {
            return self.send(during, command);
        }
        self.begin(during, command);
        let response = self.transmit(command, Form::Short)?;
        match response.sw {
            StatusWord::OK => self.rest = None,
            more if more.sw1() == 0x61 => self.rest = Some(more.sw2()),
            // A refusal takes the place of nothing.
            _ => {}
        }
        Ok(response)
    }

    /// What was begun to be read and is not wanted: fetched, so that no card has it left.
    fn drop_rest(&mut self) -> Result<(), CardError> {
        if let Some(le) = self.rest.take() {
            self.begun = self.transport.elapsed();
            let sw = StatusWord(u16::from_be_bytes([0x61, le]));
            self.drain(Response {
                data: Vec::new(),
                sw,
            })?;
        }
        Ok(())
    }

    /// Fetches the rest of what [`Channel::peek`] has begun to read.
    ///
    /// # Errors
    ///
    /// As [`Channel::send`].
    pub fn complete(&mut self, part: Response) -> Result<Response, CardError> {
        self.rest = None;
        self.drain(part)
    }

    /// Sends a command that must succeed.
    ///
    /// # Errors
    ///
    /// As [`Channel::send`]; [`CardError::Refused`] for any other status word than 9000.
    pub fn require(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let response = self.send(during, command)?;
        if response.sw.is_ok() {
            Ok(response.data)
        } else {
            Err(CardError::Refused {
                during,
                sw: response.sw,
            })
        }
    }
}

#[cfg(test)]
mod tests;
