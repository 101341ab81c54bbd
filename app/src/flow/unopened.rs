//! Why no browser took an answer.

use crate::language::Language;

/// What stood in the way, with the system's words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unopened {
    /// There is no program that opens web pages.
    NoProgram,
    /// It could not be started.
    Unstarted(String),
    /// The page that posts the answer could not be written.
    Unwritten(String),
    /// The answer was to be printed, and nobody reads.
    Closed(String),
}

impl Unopened {
    /// What happened, without a full stop.
    pub fn what(&self, language: Language) -> String {
        let because = |reason: &String| [("reason", reason.as_str().to_owned().into())];
        match self {
            Self::NoProgram => language.say("unopened-no-program"),
            Self::Unstarted(reason) => language.say_with("unopened-unstarted", because(reason)),
            Self::Unwritten(reason) => language.say_with("unopened-unwritten", because(reason)),
            Self::Closed(reason) => language.say_with("unopened-closed", because(reason)),
        }
    }
}
