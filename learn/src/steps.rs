//! Commands as the program meant them: chains put together (ISO 7816-4, 5.3.3), the parts of
//! an answer that the card announced by `61xx`, and the second try after `6Cxx` (5.3.4).

use std::mem;

use securesign_card::sw::StatusWord;
use zeroize::Zeroizing;

use crate::apdu::Apdu;
use crate::recording::{Answer, Conversation, Event, Exchange, LONGEST};
use crate::secret::Secrets;
use crate::shown;

/// Parts of one chain, and of one answer.
const PARTS: usize = 64;

/// GET RESPONSE (11.7.1).
const GET_RESPONSE: u8 = 0xC0;

/// One command with all its data, and all of its answer.
pub struct Step {
    /// CLA without the bit for chaining, INS, P1, P2.
    pub header: [u8; 4],
    /// The data field.
    pub data: Zeroizing<Vec<u8>>,
    /// The answer's data.
    pub answer: Zeroizing<Vec<u8>>,
    /// The last status word; `None` where no answer is known.
    pub sw: Option<StatusWord>,
    /// Numbers of the events that it is made of, in order.
    pub events: Vec<usize>,
    /// The command went in several parts.
    pub chained: bool,
    /// The extended form was used.
    pub extended: bool,
    /// Under secure messaging.
    pub protected: bool,
    /// Reset before this one: what was selected and verified is forgotten.
    pub after_reset: bool,
    /// The reader took a PIN at its own keys before this one.
    pub after_key_pad: bool,
}

impl Step {
    /// INS.
    pub fn instruction(&self) -> u8 {
        self.header[1]
    }

    /// The card did it.
    pub fn succeeded(&self) -> bool {
        self.sw.is_some_and(StatusWord::is_ok)
    }

    /// Its data field, as far as it may be shown.
    pub fn shown(&self, secrets: &Secrets<'_>) -> String {
        shown::command(&self.header, &self.data, secrets).join(" ")
    }

    /// `00 20 00 80`.
    pub fn name(&self) -> String {
        shown::spaced(&self.header)
    }
}

/// All of a conversation.
pub fn of(conversation: &Conversation) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut after_reset = false;
    let mut after_key_pad = false;
    let mut at = 0;
    while let Some(event) = conversation.events.get(at) {
        let Event::Exchange(exchange) = event else {
            after_reset |= matches!(event, Event::Reset(_));
            after_key_pad |= matches!(event, Event::KeyPad(_));
            at += 1;
            continue;
        };
        let Some(first) = Apdu::of(&exchange.command) else {
            at += 1;
            continue;
        };
        let mut step = begun(&first);
        step.after_reset = mem::take(&mut after_reset);
        step.after_key_pad = mem::take(&mut after_key_pad);
        at = step.collect(conversation, at);
        steps.push(step);
    }
    steps
}

fn begun(first: &Apdu) -> Step {
    Step {
        header: first.header,
        data: Zeroizing::new(Vec::new()),
        answer: Zeroizing::new(Vec::new()),
        sw: None,
        events: Vec::new(),
        chained: false,
        extended: false,
        protected: first.is_protected(),
        after_reset: false,
        after_key_pad: false,
    }
}

impl Step {
    /// Takes all that belongs to the command that begins there; where the next one does.
    fn collect(&mut self, conversation: &Conversation, start: usize) -> usize {
        let mut at = start;
        while let Some((exchange, apdu)) = exchange(conversation, at) {
            let more = self.events.len() < PARTS && goes_on(conversation, at, &apdu);
            self.command(at, exchange, &apdu);
            if more {
                self.chained = true;
                self.header[0] = apdu.header[0] & !0x10;
                at += 1;
                continue;
            }
            self.answered(&exchange.answer);
            at += 1;
            // The same command again, with the length that the card has told.
            let again = self.sw.is_some_and(|sw| sw.sw1() == 0x6C);
            if again && self.is_repeated(conversation, at, &exchange.command) {
                let before = self.data.len().saturating_sub(apdu.data.len());
                self.data.truncate(before);
                self.answer.clear();
                continue;
            }
            break;
        }
        while self.events.len() < PARTS
            && self.sw.is_some_and(|sw| sw.sw1() == 0x61)
            && let Some((exchange, apdu)) = exchange(conversation, at)
            && apdu.instruction() == GET_RESPONSE
        {
            self.events.push(at);
            self.answered(&exchange.answer);
            at += 1;
        }
        at
    }

    fn command(&mut self, at: usize, exchange: &Exchange, apdu: &Apdu) {
        self.events.push(at);
        self.extended |= apdu.extended;
        let part = exchange.command.get(apdu.data.clone()).unwrap_or_default();
        if self.data.len() + part.len() <= LONGEST {
            self.data.extend_from_slice(part);
        }
    }

    fn answered(&mut self, answer: &Answer) {
        self.sw = None;
        if let Answer::Bytes(bytes) = answer
            && let Some((data, sw)) = bytes.split_last_chunk()
        {
            self.sw = Some(StatusWord(u16::from_be_bytes(*sw)));
            if self.answer.len() + data.len() <= LONGEST {
                self.answer.extend_from_slice(data);
            }
        }
    }

    fn is_repeated(&self, conversation: &Conversation, at: usize, command: &[u8]) -> bool {
        let next = exchange(conversation, at);
        self.events.len() < PARTS
            && next.is_some_and(|(next, _)| next.command.get(..4) == command.get(..4))
    }
}

fn exchange(conversation: &Conversation, at: usize) -> Option<(&Exchange, Apdu)> {
    match conversation.events.get(at)? {
        Event::Exchange(exchange) => Apdu::of(&exchange.command).map(|apdu| (exchange, apdu)),
        Event::Reset(_) | Event::KeyPad(_) => None,
    }
}

/// A part of a chain: the card took it without a word, and the next command is the same.
/// (In classes of a card's own the bit may mean something else.)
fn goes_on(conversation: &Conversation, at: usize, apdu: &Apdu) -> bool {
    let Some((this, _)) = exchange(conversation, at) else {
        return false;
    };
    let taken = matches!(&this.answer, Answer::Bytes(bytes) if ***bytes == [0x90, 0x00]);
    let next = exchange(conversation, at + 1);
    apdu.is_chained()
        && !apdu.data.is_empty()
        && taken
        && next.is_some_and(|(_, next)| {
            next.header[0] & !0x10 == apdu.header[0] & !0x10 && next.header[1..] == apdu.header[1..]
        })
}
