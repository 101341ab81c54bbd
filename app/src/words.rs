//! What a person reads of what the card library and the handoff protocol say, in their
//! language. Those have a text in English for logs; these are the ones for people.

mod card;
mod date;
mod documents;
mod handoff;
pub mod strangers;
mod verify;

use crate::language::Language;

pub use card::meaning;
pub use date::date;
pub use handoff::{caution, lines, unapproved, unapproved_advice};

/// An error, in two sentences.
pub trait Explain {
    /// What happened.
    fn what(&self, language: Language) -> String;

    /// What to do.
    fn advice(&self, language: Language) -> String;

    /// Both sentences.
    fn tell(&self, language: Language) -> String {
        format!("{} {}", self.what(language), self.advice(language))
    }
}

/// What has one text: a name, a reason, a part of a sentence.
pub trait InWords {
    /// The text.
    fn in_words(&self, language: Language) -> String;
}
