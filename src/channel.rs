//! A conversation with one card inside one transaction: the form of commands on
//! the wire, `61xx`, `6Cxx`, chaining, falling back from extended length, and the
//! secure messaging that it wears.

use std::time::Duration;

use crate::apdu::{Answer, Command, Data, Response, SHORT_ANSWER_MAX, SHORT_MAX};
use crate::armor::{Armor, Fault};
use crate::atr::Atr;
use crate::cache::Cache;
use crate::error::{CardError, Lack};
use crate::frame::Frame;
use crate::sw::StatusWord;
use crate::transport::{Transport, TransportError};

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

/// CHANGE REFERENCE DATA, RESET RETRY COUNTER (ISO 7816-4, 11.5.7 and 11.5.10), and the
/// ePass2003's own.
const REPLACING: [u8; 3] = [0x24, 0x2C, 0xE5];

/// Header, extended Lc and Le: what a reader's limit on the APDU's data has to
/// leave room for (PC/SC part 10, some readers count these too).
const EXTENDED_OVERHEAD: usize = 9;

/// What is known of commands and answers that are longer than the short form takes. The
/// reader's limit and the card's abilities are two things, and an ability is one of each
/// direction: who reads a long answer has not shown that long commands get through.
///
/// Plain commands do without: short ones with chaining work on every card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extended {
    /// Most bytes of data that the reader passes on in one command; `None`: it does not say.
    reader: Option<usize>,
    /// Commands with more than [`SHORT_MAX`] bytes of data.
    data: Ability,
    /// Answers of more than [`SHORT_ANSWER_MAX`] bytes, asked for by a Le of two bytes.
    answer: Ability,
}

/// What is known of a card, behind its reader, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ability {
    /// Nothing.
    Unsaid,
    /// It was refused.
    Refused,
    /// Card and reader say that they can.
    Promised,
    /// The card's family is known for it, and the reader does not say no.
    Trusted,
    /// It has worked.
    Proven,
}

/// What makes a command an extended one.
#[derive(Clone, Copy)]
enum Direction {
    Data,
    Answer,
}

/// Most bytes of data in an extended command where the reader does not say: enough for one
/// block of RSA-4096, and below the 2100 bytes that small readers have.
const SILENT_READER: usize = 0x0400;

impl Extended {
    /// Nothing is known of card and reader.
    pub const UNKNOWN: Self = Self {
        reader: None,
        data: Ability::Unsaid,
        answer: Ability::Unsaid,
    };

    /// What the card's capabilities promise, where the reader says that it can too.
    /// `reader_max`: largest data field that it passes on; up to 256: short ones only.
    pub fn of(atr: &Atr, reader_max: Option<usize>) -> Self {
        let reader = reader_max.map(|max| match max {
            ..=0x100 => SHORT_MAX,
            max => (max.min(0xFFFF) - EXTENDED_OVERHEAD).max(SHORT_MAX),
        });
        let both = atr.extended_length() && reader.is_some_and(|max| max > SHORT_MAX);
        let ability = if both {
            Ability::Promised
        } else {
            Ability::Unsaid
        };
        Self {
            reader,
            data: ability,
            answer: ability,
        }
    }

    /// Whether the reader passes on a command with so much data.
    fn passes(self, len: usize) -> bool {
        len <= SHORT_MAX || len <= self.reader.unwrap_or(SILENT_READER)
    }

    /// Whether an armored command with so much data gets to the card: secure messaging has
    /// a form of its own, and the cards that want it take extended length.
    pub fn sends(self, len: usize) -> bool {
        len <= SHORT_MAX || self.data != Ability::Refused && self.passes(len)
    }

    /// Whether an armored answer with so much data gets back.
    pub fn answers(self, len: usize) -> bool {
        len <= SHORT_ANSWER_MAX || self.answer != Ability::Refused && self.passes(len)
    }

    /// In which direction a plain command is better sent in the extended form; `None`: short.
    fn wanted(self, command: &Command<'_>) -> Option<Direction> {
        let len = command.data.bytes().len();
        let (direction, ability) = match (command.data, command.answer) {
            (Data::Secret(_), _) => return None,
            _ if len > SHORT_MAX => (Direction::Data, self.data),
            (_, Answer::Long) => (Direction::Answer, self.answer),
            _ => return None,
        };
        let allowed = match ability {
            Ability::Unsaid | Ability::Refused => false,
            // A command that must not be sent twice may not be the one that finds out.
            Ability::Promised => command.repeatable,
            Ability::Trusted | Ability::Proven => true,
        };
        let passes = self.passes(len.max(SHORT_MAX + 1));
        (allowed && passes).then_some(direction)
    }

    fn prove(&mut self, direction: Direction) {
        match direction {
            Direction::Data => self.data = Ability::Proven,
            Direction::Answer => self.answer = Ability::Proven,
        }
    }

    /// It was refused. Who refuses the form in the harmless direction is believed in the
    /// other one only where that has worked.
    fn withdraw(&mut self, direction: Direction) {
        if let Direction::Answer = direction {
            self.answer = Ability::Refused;
            if self.data == Ability::Proven {
                return;
            }
        }
        self.data = Ability::Refused;
    }

    fn trust(&mut self) {
        for ability in [&mut self.data, &mut self.answer] {
            if let Ability::Unsaid | Ability::Promised = ability {
                *ability = Ability::Trusted;
            }
        }
    }
}

/// How commands go over the wire.
enum Cover {
    Plain,
    Armored(Box<dyn Armor>),
    /// A session has failed. Nothing is sent until it is decided what now: what
    /// was meant for the armor must not go out plain.
    Torn,
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
    pub fn wear(&mut self, armor: Box<dyn Armor>) {
        self.sessions += 1;
        self.cover = Cover::Armored(armor);
        self.environment = None;
    }

    /// Plain commands from here on: the card wants no session.
    pub fn bare(&mut self) {
        self.cover = Cover::Plain;
        self.environment = None;
    }

    /// Nothing goes out any more until the application is opened anew.
    pub fn tear(&mut self) {
        self.cover = Cover::Torn;
        self.broken = true;
        self.environment = None;
    }

    /// Sends a plain command that opens a session. Whatever the card says to it, nothing
    /// else goes out before [`Channel::wear`] or [`Channel::bare`] tells in which form.
    pub fn send_bare(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
    ) -> Result<Response, CardError> {
        self.bare();
        let result = self.send(during, command);
        self.cover = Cover::Torn;
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

    /// Nothing but the trust in the card's family speaks for extended length: the reader
    /// does not say what it takes, and nothing was sent yet that tells.
    pub fn is_extended_untried(&self) -> bool {
        self.extended.reader.is_none() && self.extended.answer == Ability::Trusted
    }

    /// Whether a command with so much data gets to the card in one piece.
    pub fn takes(&self, len: usize) -> bool {
        match (&self.cover, self.extended.data) {
            (Cover::Armored(armor), _) => self.extended.sends(armor.wrapped(len)),
            (Cover::Plain, Ability::Trusted | Ability::Proven) => self.extended.passes(len),
            (Cover::Plain, _) => len <= SHORT_MAX,
            // Nothing is sent before there is a new session.
            (Cover::Torn, _) => true,
        }
    }

    /// Whether an answer with so much data gets back in one piece where it is armored. A
    /// plain one comes in pieces of 256 bytes in any case.
    pub fn answers(&self, len: usize) -> bool {
        match &self.cover {
            Cover::Armored(armor) => self.extended.answers(armor.wrapped(len)),
            Cover::Plain | Cover::Torn => true,
        }
    }

    /// The application has to be opened anew before anything else is sent. Either
    /// a chain ended in an error: what the card has buffered of it may be joined
    /// to the next command, and a log-out then be compared as a PIN (sheet PIV,
    /// §4: seen on pico-openpgp 4.6). Or an answer was not protected as agreed.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// The application was selected anew.
    pub fn mended(&mut self) {
        self.broken = false;
    }

    /// Sends a command and returns the whole answer; the status word is data.
    /// `during` names the step for errors and traces. Errors are those of the
    /// transport and of answers beyond all bounds.
    pub fn send(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
    ) -> Result<Response, CardError> {
        self.drop_rest()?;
        self.transport.step(during);
        self.begun = self.transport.elapsed();
        self.replaces =
            matches!(command.data, Data::Secret(_)) && REPLACING.contains(&command.header[1]);
        let response = self.send_covered(during, command)?;
        self.unanswered = false;
        Ok(response)
    }

    fn send_covered(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
    ) -> Result<Response, CardError> {
        match std::mem::replace(&mut self.cover, Cover::Torn) {
            Cover::Plain => self.cover = Cover::Plain,
            Cover::Armored(armor) => return self.send_armored(during, command, armor),
            Cover::Torn => {
                let fault = Fault::Lost;
                return Err(CardError::Armor { during, fault });
            }
        }
        // Where the extended form is refused after all, the command was not read; nothing
        // secret is ever sent this way.
        if let Some(direction) = self.extended.wanted(command)
            && let Some(response) = self.send_extended(command, direction)?
        {
            return Ok(response);
        }
        if command.data.bytes().len() > SHORT_MAX {
            if let Data::Secret(_) = command.data {
                return Err(CardError::Unsupported(Lack::PinLength));
            }
            return self.send_chain(command);
        }
        let first = self.exchange(&command.short(None))?;
        if first.sw.sw1() == 0x6C && command.answer != Answer::Nothing {
            // A command refused for its Le was not executed (ISO 7816-4, 5.3.4), so
            // this repeats nothing. Once only: a card that says 6Cxx twice will
            // not stop.
            let second = self.exchange(&command.short(Some(first.sw.sw2())))?;
            return self.drain(second);
        }
        self.drain(first)
    }

    /// Sends a command that reads, and fetches the first part of its answer only where the
    /// whole takes more than one: the status word is `61xx` then. [`Channel::complete`]
    /// fetches the rest.
    ///
    /// Some cards keep what was not fetched, and one refuses to sign as long as it does
    /// (sheet PIV, §4). On these too the answer to the next such command takes its place
    /// (OpenFIPS201: `ChainBuffer.setOutgoing`; PivApplet: `sendOutgoing`); before any
    /// other command the rest is fetched and dropped.
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
        self.transport.step(during);
        self.begun = self.transport.elapsed();
        let mut response = self.exchange(&command.short(None))?;
        if response.sw.sw1() == 0x6C {
            response = self.exchange(&command.short(Some(response.sw.sw2())))?;
        }
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
    pub fn complete(&mut self, part: Response) -> Result<Response, CardError> {
        self.rest = None;
        self.drain(part)
    }

    /// Sends a command that must succeed.
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

    /// One wrapped command. After an error of any kind the session is over.
    fn send_armored(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
        mut armor: Box<dyn Armor>,
    ) -> Result<Response, CardError> {
        let mut command = *command;
        let mut again = command.answer != Answer::Nothing;
        self.broken = true;
        let response = loop {
            let frame = armor.wrap(&command, self.extended)?;
            let answer = match self.exchange(&frame) {
                Err(error) => return Err(self.unwrapped(during, &command, &frame, error)),
                // An answer without an end is none that is protected.
                Ok(first) => self.drain(first).map_err(|error| match error {
                    CardError::Malformed { .. } => {
                        let fault = Fault::Malformed;
                        CardError::Armor { during, fault }
                    }
                    other => other,
                })?,
            };
            let response = armor
                .open(answer)
                .map_err(|fault| CardError::Armor { during, fault })?;
            // As without armor: refused for its Le, so not executed; once.
            if response.sw.sw1() != 0x6C || !again {
                break response;
            }
            again = false;
            command.answer = match response.sw.sw2() {
                0x00 => Answer::Exact(0x100),
                le => Answer::Exact(u16::from(le)),
            };
        };
        self.broken = false;
        self.cover = Cover::Armored(armor);
        Ok(response)
    }

    /// What it means that an armored command was not passed on. A reader that does not say
    /// what it takes may take short commands only: the session is lost over it, and what is
    /// sent in the next one is short.
    fn unwrapped(
        &mut self,
        during: &'static str,
        command: &Command<'_>,
        frame: &Frame,
        error: CardError,
    ) -> CardError {
        let not_passed = error == CardError::Transport(TransportError::NotTransacted);
        if !(not_passed && frame.is_extended() && self.extended.reader.is_none()) {
            return error;
        }
        self.extended.withdraw(Direction::Answer);
        if !command.repeatable {
            return error;
        }
        let fault = Fault::Lost;
        CardError::Armor { during, fault }
    }

    /// `None`: refused unread, and to be sent in the short form.
    fn send_extended(
        &mut self,
        command: &Command<'_>,
        direction: Direction,
    ) -> Result<Option<Response>, CardError> {
        let response = self.exchange(&command.extended());
        let refused = match &response {
            Err(error) => *error == CardError::Transport(TransportError::NotTransacted),
            Ok(response) => matches!(
                response.sw,
                StatusWord::WRONG_LENGTH | StatusWord::UNKNOWN_INS | StatusWord::UNKNOWN_CLA
            ),
        };
        if refused {
            self.extended.withdraw(direction);
            if command.repeatable {
                return Ok(None);
            }
        }
        let response = response?;
        if !refused {
            self.extended.prove(direction);
        }
        self.drain(response).map(Some)
    }

    fn send_chain(&mut self, command: &Command<'_>) -> Result<Response, CardError> {
        let frames = command.chain();
        let last = frames.len().saturating_sub(1);
        self.broken = true;
        for frame in &frames[..last] {
            let response = self.exchange(frame)?;
            if !response.sw.is_ok() {
                return Ok(response);
            }
        }
        let mut response = self.exchange(&frames[last])?;
        if response.sw.sw1() == 0x6C && command.answer != Answer::Nothing {
            // As for a single command: refused for its Le, so not executed. Once.
            response = self.exchange(&command.last_block(response.sw.sw2()))?;
        }
        self.broken = !(response.sw.is_ok() || response.sw.sw1() == 0x61);
        self.drain(response)
    }

    /// GET RESPONSE (ISO 7816-4, 7.6.1) until nothing is left. A card may keep
    /// an undrained rest and hand it out later, so the end is always reached.
    fn drain(&mut self, first: Response) -> Result<Response, CardError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// Answers in order, and keeps what was sent.
    struct Script {
        answers: VecDeque<Vec<u8>>,
        sent: Vec<String>,
    }

    impl Transport for Script {
        fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
            self.sent.push(frame.to_string());
            self.answers.pop_front().ok_or(TransportError::Mute)
        }
    }

    fn run(
        answers: &[&[u8]],
        extended: Extended,
        command: &Command<'_>,
    ) -> (Result<Response, CardError>, Vec<String>, Extended) {
        let mut script = Script {
            answers: answers.iter().map(|a| a.to_vec()).collect(),
            sent: Vec::new(),
        };
        let mut channel = Channel::new(&mut script, extended);
        let result = channel.send("test", command);
        let learned = channel.extended();
        (result, script.sent, learned)
    }

    /// A reader that passes on 1000 bytes.
    fn known(ability: Ability) -> Extended {
        Extended {
            reader: Some(1000),
            data: ability,
            answer: ability,
        }
    }

    fn read() -> Command<'static> {
        Command::new([0x00, 0xCB, 0x3F, 0xFF])
            .data(&[0x5C, 0x01, 0x7E])
            .answer(Answer::Long)
    }

    #[test]
    fn parts_are_put_together_and_6c_is_repeated_once() {
        let (result, sent, _) = run(
            &[&[1, 2, 0x61, 0x02], &[3, 4, 0x90, 0x00]],
            Extended::UNKNOWN,
            &read(),
        );
        assert_eq!(result.unwrap().data, [1, 2, 3, 4]);
        assert_eq!(sent[1], "00 C0 00 00 02");
        let (result, sent, _) = run(
            &[&[0x6C, 0x02], &[3, 4, 0x90, 0x00]],
            Extended::UNKNOWN,
            &read(),
        );
        assert_eq!(result.unwrap().data, [3, 4]);
        assert_eq!(sent[1], "00 CB 3F FF 03 5C 01 7E 02");
        let (result, sent, _) = run(&[&[0x6C, 0x02], &[0x6C, 0x02]], Extended::UNKNOWN, &read());
        assert_eq!(result.unwrap().sw, StatusWord(0x6C02));
        assert_eq!(sent.len(), 2);
    }

    #[test]
    fn what_was_begun_to_be_read_is_completed_or_dropped_before_anything_else() {
        let verify = Command::new([0x00, 0x20, 0x00, 0x80]).secret(&[0x31; 8]);
        let script = |answers: &[&[u8]]| Script {
            answers: answers.iter().map(|answer| answer.to_vec()).collect(),
            sent: Vec::new(),
        };
        let part: &[u8] = &[1, 2, 0x61, 0x02];
        // Completed.
        let mut card = script(&[part, &[3, 4, 0x90, 0x00], &[0x90, 0x00]]);
        let mut channel = Channel::new(&mut card, Extended::UNKNOWN);
        let begun = channel.peek("test", &read()).unwrap();
        assert_eq!(
            (begun.data.as_slice(), begun.sw),
            (&[1, 2][..], StatusWord(0x6102))
        );
        assert_eq!(channel.complete(begun).unwrap().data, [1, 2, 3, 4]);
        channel.send("test", &verify).unwrap();
        assert_eq!(card.sent[1..], ["00 C0 00 00 02", "00 20 00 80 08 <pin:8>"]);
        // Another answer of the kind takes its place.
        let mut card = script(&[part, &[5, 0x90, 0x00], &[0x90, 0x00]]);
        let mut channel = Channel::new(&mut card, Extended::UNKNOWN);
        channel.peek("test", &read()).unwrap();
        assert_eq!(channel.peek("test", &read()).unwrap().data, [5]);
        channel.send("test", &verify).unwrap();
        assert_eq!(card.sent.len(), 3);
        // Anything else waits until nothing is left.
        let mut card = script(&[part, &[3, 0x61, 0x01], &[4, 0x90, 0x00], &[0x90, 0x00]]);
        let mut channel = Channel::new(&mut card, Extended::UNKNOWN);
        channel.peek("test", &read()).unwrap();
        assert!(channel.send("test", &verify).unwrap().data.is_empty());
        let expected = ["00 C0 00 00 02", "00 C0 00 00 01", "00 20 00 80 08 <pin:8>"];
        assert_eq!(card.sent[1..], expected);
    }

    #[test]
    fn the_last_block_of_a_chain_is_repeated_with_the_le_that_the_card_wants() {
        let data = [0x5A; 300];
        let command = Command::new([0x00, 0x2A, 0x80, 0x86])
            .data(&data)
            .answer(Answer::Short)
            .once();
        let answers: [&[u8]; 3] = [&[0x90, 0x00], &[0x6C, 0x02], &[1, 2, 0x90, 0x00]];
        let (result, sent, _) = run(&answers, Extended::UNKNOWN, &command);
        assert_eq!(result.unwrap().data, [1, 2]);
        assert!(sent[0].starts_with("10 2A 80 86 FF"), "{sent:?}");
        assert!(sent[1].starts_with("00 2A 80 86 2D") && sent[1].ends_with("5A 00"));
        assert!(sent[2].starts_with("00 2A 80 86 2D") && sent[2].ends_with("5A 02"));
        // Once only, and nothing before the last block.
        let answers: [&[u8]; 3] = [&[0x90, 0x00], &[0x6C, 0x02], &[0x6C, 0x03]];
        let (result, sent, _) = run(&answers, Extended::UNKNOWN, &command);
        assert_eq!((result.unwrap().sw, sent.len()), (StatusWord(0x6C03), 3));
    }

    #[test]
    fn r27_an_endless_answer_is_cut_off() {
        let (result, sent, _) = run(&[&[0x61, 0x00], &[0x61, 0x00]], Extended::UNKNOWN, &read());
        assert!(matches!(result, Err(CardError::Malformed { .. })));
        assert_eq!(sent.len(), 2);
        let mut part = vec![0; 256];
        part.extend([0x61, 0x00]);
        let endless: Vec<&[u8]> = vec![&part; 400];
        let (result, sent, _) = run(&endless, Extended::UNKNOWN, &read());
        assert!(matches!(result, Err(CardError::Malformed { .. })));
        assert!(sent.len() < 300);
        let (result, ..) = run(&[&[0x90]], Extended::UNKNOWN, &read());
        assert!(matches!(result, Err(CardError::Malformed { .. })));
    }

    #[test]
    fn extended_length_is_left_for_good_when_refused() {
        let (result, sent, learned) = run(
            &[&[0x67, 0x00], &[0x90, 0x00]],
            known(Ability::Promised),
            &read(),
        );
        assert!(result.unwrap().sw.is_ok());
        assert_eq!(
            sent,
            [
                "00 CB 3F FF 00 00 03 5C 01 7E 00 00",
                "00 CB 3F FF 03 5C 01 7E 00"
            ]
        );
        assert_eq!(learned, known(Ability::Refused));
        let (_, sent, learned) = run(&[&[0x90, 0x00]], known(Ability::Promised), &read());
        assert_eq!(sent.len(), 1);
        let data = Ability::Promised;
        let answer = Ability::Proven;
        assert_eq!(
            learned,
            Extended {
                data,
                answer,
                ..learned
            }
        );
    }

    #[test]
    fn what_must_not_be_repeated_waits_until_extended_length_is_proven() {
        let sign = read().once();
        let (_, sent, _) = run(&[&[0x90, 0x00]], known(Ability::Promised), &sign);
        assert_eq!(sent, ["00 CB 3F FF 03 5C 01 7E 00"]);
        let (result, sent, _) = run(&[&[0x67, 0x00]], known(Ability::Proven), &sign);
        assert_eq!(result.unwrap().sw, StatusWord::WRONG_LENGTH);
        assert_eq!(sent.len(), 1);
    }

    /// A card that takes so many seconds for each answer.
    struct Slow {
        seconds: u64,
        now: Duration,
        answer: Vec<u8>,
        sent: usize,
    }

    impl Transport for Slow {
        fn exchange(&mut self, _: &Frame) -> Result<Vec<u8>, TransportError> {
            self.now += Duration::from_secs(self.seconds);
            self.sent += 1;
            Ok(self.answer.clone())
        }

        fn elapsed(&self) -> Duration {
            self.now
        }
    }

    #[test]
    fn r27_a_card_that_is_slower_than_any_does_not_hold_the_dialogue() {
        let slow = Some(CardError::Transport(TransportError::Slow));
        let card = |seconds, answer: &[u8]| Slow {
            seconds,
            now: Duration::from_secs(1000),
            answer: answer.to_vec(),
            sent: 0,
        };
        // A byte a second, and always one more.
        let mut drip = card(1, &[0x00, 0x61, 0x01]);
        let mut channel = Channel::new(&mut drip, Extended::UNKNOWN);
        assert_eq!(channel.send("test", &read()).err(), slow);
        assert!(drip.sent <= 42, "{}", drip.sent);
        // Many commands, each a little too slow.
        let mut lame = card(5, &[0x90, 0x00]);
        let mut channel = Channel::new(&mut lame, Extended::UNKNOWN);
        let answers = (0..100).map_while(|_| channel.send("test", &read()).ok());
        assert_eq!(answers.count(), 13);
        // The next thing that a person asks for has its own time.
        channel.begin_work();
        assert!(channel.send("test", &read()).is_ok());
        // A person who does not touch the key at once is no slow card.
        let mut touched = card(20, &[0x90, 0x00]);
        let mut channel = Channel::new(&mut touched, Extended::UNKNOWN);
        assert!(channel.send("test", &read()).is_ok());
    }

    #[test]
    fn a_new_value_counts_as_sent_when_its_frame_goes_out_and_not_before() {
        let mut slow = Slow {
            seconds: 61,
            now: Duration::ZERO,
            answer: vec![0x90, 0x00],
            sent: 0,
        };
        let mut channel = Channel::new(&mut slow, Extended::UNKNOWN);
        let change = Command::new([0x00, 0x24, 0x00, 0x80]).secret(&[0x31; 16]);
        channel.send("test", &read()).unwrap();
        // The person has waited long enough: it stays here.
        let error = CardError::Transport(TransportError::Slow);
        assert_eq!(channel.send("test", &change).err(), Some(error));
        assert_eq!((channel.replaced(), channel.unanswered()), (0, false));
        channel.begin_work();
        channel.send("test", &change).unwrap();
        assert_eq!((channel.replaced(), channel.unanswered()), (1, false));
    }

    #[test]
    fn the_first_word_after_a_reset_is_asked_for_once_more() {
        let unspecified: &[u8] = &[0x6F, 0x00];
        let (result, sent, _) = run(&[unspecified, &[0x90, 0x00]], Extended::UNKNOWN, &read());
        assert!(result.unwrap().sw.is_ok());
        assert_eq!(sent.len(), 2);
        let (result, sent, _) = run(&[unspecified, unspecified], Extended::UNKNOWN, &read());
        assert_eq!(result.unwrap().sw, StatusWord::UNSPECIFIED);
        assert_eq!(sent.len(), 2);
        // Not later, and above all not what carries a PIN.
        let mut script = Script {
            answers: [vec![0x90, 0x00], vec![0x6F, 0x00]].into(),
            sent: Vec::new(),
        };
        let mut channel = Channel::new(&mut script, Extended::UNKNOWN);
        channel.send("test", &read()).unwrap();
        let verify = Command::new([0x00, 0x20, 0x00, 0x80]).secret(&[0x31; 8]);
        assert_eq!(
            channel.send("test", &verify).unwrap().sw,
            StatusWord::UNSPECIFIED
        );
        assert_eq!(script.sent.len(), 2);
    }

    #[test]
    fn a_secret_is_always_short() {
        let verify = Command::new([0x00, 0x20, 0x00, 0x80]).secret(&[0x31; 8]);
        let (_, sent, _) = run(&[&[0x90, 0x00]], known(Ability::Proven), &verify);
        assert_eq!(sent, ["00 20 00 80 08 <pin:8>"]);
    }
}
