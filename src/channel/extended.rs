//! What is known of commands and answers that are longer than the short form takes.

use crate::apdu::{Answer, Command, Data, EXTENDED_ANSWER_MAX, SHORT_ANSWER_MAX, SHORT_MAX};
use crate::atr::Atr;
use crate::sw::StatusWord;

/// Header, extended Lc and Le: what a reader's limit on the APDU's data has to
/// leave room for (PC/SC part 10, some readers count these too).
pub(super) const OVERHEAD: usize = 9;

/// Largest data field of an extended command (ISO 7816-4, 5.1).
const DATA_MAX: usize = 0xFFFF;

/// What a reader's limit has to leave room for behind the data of an answer.
const STATUS_WORD: usize = 2;

/// What is known of commands and answers that are longer than the short form takes. The
/// reader's limit and the card's abilities are two things, and an ability is one of each
/// direction: who reads a long answer has not shown that long commands get through.
///
/// Plain commands do without: short ones with chaining work on every card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extended {
    /// Longest APDU that the reader says it passes on, in bytes of data; `None`: it does not
    /// say.
    pub(super) reader: Option<usize>,
    /// Commands with more than [`SHORT_MAX`] bytes of data.
    pub(super) data: Ability,
    /// Answers of more than [`SHORT_ANSWER_MAX`] bytes, asked for by a Le of two bytes.
    pub(super) answer: Ability,
}

/// What is known of a card, behind its reader, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ability {
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
pub(super) enum Direction {
    /// More than [`SHORT_MAX`] bytes of data.
    Data,
    /// Nothing but a Le of two bytes.
    Answer,
}

/// What those say to a command in the extended form who do not know it: readers and cards
/// refuse it unread, by a length that is wrong in their eyes, an instruction or a class that
/// is unknown, or without a reason.
pub(super) fn refuses_form(sw: StatusWord) -> bool {
    matches!(
        sw,
        StatusWord::WRONG_LENGTH
            | StatusWord::UNKNOWN_INS
            | StatusWord::UNKNOWN_CLA
            | StatusWord::UNSPECIFIED
    )
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
        let mut extended = Self {
            reader: reader_max,
            ..Self::UNKNOWN
        };
        if atr.extended_length() && reader_max.is_some() && extended.passes(SHORT_MAX + 1) {
            extended.data = Ability::Promised;
            extended.answer = Ability::Promised;
        }
        extended
    }

    /// Whether the reader passes on a command with so much data.
    pub(super) fn passes(self, len: usize) -> bool {
        let most = match self.reader {
            Some(max) => max.min(DATA_MAX).saturating_sub(OVERHEAD),
            None => SILENT_READER,
        };
        len <= SHORT_MAX || len <= most
    }

    /// Most bytes of data that one answer may have: together with the status word the reader
    /// passes them on. One that does not say is asked for everything.
    pub fn most(self) -> usize {
        match self.reader {
            Some(max) if max < EXTENDED_ANSWER_MAX => max.saturating_sub(STATUS_WORD),
            _ => EXTENDED_ANSWER_MAX,
        }
    }

    /// Whether a protected command with so much data gets to the card: secure messaging has
    /// a form of its own, and the cards that want it take extended length.
    pub fn sends(self, len: usize) -> bool {
        len <= SHORT_MAX || self.data != Ability::Refused && self.passes(len)
    }

    /// Whether a protected answer with so much data gets back. Of a reader that has given long
    /// ones and does not say how long, that is found out.
    pub fn answers(self, len: usize) -> bool {
        match self.answer {
            _ if len <= SHORT_ANSWER_MAX => true,
            Ability::Refused => false,
            Ability::Proven if self.reader.is_none() => true,
            _ => self.passes(len),
        }
    }

    /// In which direction a plain command is better sent in the extended form; `None`: short.
    pub(super) fn wanted(self, command: &Command<'_>) -> Option<Direction> {
        let len = command.data.bytes().len();
        let (direction, ability) = match (command.data, command.answer) {
            (Data::Secret(_), _) => return None,
            _ if len > SHORT_MAX => (Direction::Data, self.data),
            (_, Answer::Long) => (Direction::Answer, self.answer),
            _ => return None,
        };
        let allowed = match (ability, direction) {
            (Ability::Unsaid | Ability::Refused, _) => false,
            // A command that must not be sent twice may not be the one that finds out, where
            // the short form does as well.
            (Ability::Promised, _) | (Ability::Trusted, Direction::Answer) => command.repeatable,
            (Ability::Trusted | Ability::Proven, _) => true,
        };
        let passes = self.passes(len.max(SHORT_MAX + 1));
        (allowed && passes).then_some(direction)
    }

    /// Whether it has worked in this direction.
    pub(super) fn has_proven(self, direction: Direction) -> bool {
        let ability = match direction {
            Direction::Data => self.data,
            Direction::Answer => self.answer,
        };
        ability == Ability::Proven
    }

    /// It has worked in this direction.
    pub(super) fn prove(&mut self, direction: Direction) {
        match direction {
            Direction::Data => self.data = Ability::Proven,
            Direction::Answer => self.answer = Ability::Proven,
        }
    }

    /// It was refused. Who refuses the form in the harmless direction is believed in the
    /// other one only where that has worked.
    pub(super) fn withdraw(&mut self, direction: Direction) {
        if let Direction::Answer = direction {
            self.answer = Ability::Refused;
            if self.data == Ability::Proven {
                return;
            }
        }
        self.data = Ability::Refused;
    }

    pub(super) fn trust(&mut self) {
        for ability in [&mut self.data, &mut self.answer] {
            if let Ability::Unsaid | Ability::Promised = ability {
                *ability = Ability::Trusted;
            }
        }
    }
}
