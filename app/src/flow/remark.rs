//! What should catch the eye beside the question: kept as what it is, and said in
//! the language of the moment.

use securesign_card::error::{CardError, Secret};
use securesign_handoff::policy::PortalFault;

use crate::language::Language;
use crate::words::{Explain, InWords};

use super::{Compared, Recipient, Unopened};
use crate::document::Unreadable;
use crate::screen::{Level, Notice};

/// What happened last.
pub(super) enum Remark {
    /// It did not work, and may be tried again.
    Failed(CardError),
    /// Another program has the card, by this name where it is known.
    Waits(Option<String>),
    /// The token takes its time.
    Slow,
    /// The token may wait for a touch.
    Touch,
    /// This PIN is another one now.
    Changed(Secret),
    /// This PIN is unlocked.
    Unlocked(Secret),
    /// The token of a form is gone.
    TakenOut,
    /// Two entries of a new PIN.
    Differ,
    /// A file was given, and compared.
    Compared(Compared),
    /// A file was given that cannot be compared.
    Unreadable(Unreadable),
    /// Several files were given.
    ManyFiles,
    /// The desktop has no dialog to choose a file.
    NoDialog,
    /// A kept PIN was forgotten, for whatever reason.
    Forgotten,
    /// No browser took the result of a request before; why.
    Undelivered(Recipient, Unopened),
    /// The settings still do not let a signature go.
    StillHeld,
    /// What was typed is no portal.
    NoPortal(PortalFault),
    /// The settings were not changed; why.
    Unchanged(String),
    /// This request was not written into the journal; why.
    Unrecorded { request: String, reason: String },
    /// No program has opened the settings file.
    FileUnopened,
    /// Something that a person passes on was copied.
    Copied,
    /// The journal was copied to this file.
    Exported(String),
    /// The journal was not copied; why.
    Unexported(String),
}

impl Remark {
    pub(super) fn notice(&self, language: Language) -> Notice {
        let because = |reason: &str| [("reason", reason.to_owned().into())];
        let named = |name: &str| [("name", name.to_owned().into())];
        let role = |pin: Secret| [("pin", pin.in_words(language).into())];
        let (level, text) = match self {
            Self::Failed(error) => (Level::Error, error.tell(language)),
            Self::Waits(by) => (Level::Info, waits(by.as_deref(), language)),
            Self::Slow => (Level::Info, language.say("token-slow")),
            Self::Touch => (Level::Info, language.say("touch")),
            Self::Changed(pin) => (Level::Success, language.say_with("changed", role(*pin))),
            Self::FileUnopened => (Level::Error, language.say("file-unopened")),
            Self::Unlocked(pin) => (Level::Success, language.say_with("unlocked", role(*pin))),
            Self::TakenOut => (Level::Error, language.say("taken-out")),
            Self::Differ => (Level::Error, language.say("entries-differ")),
            Self::Compared(Compared { name, same: true }) => (
                Level::Success,
                language.say_with("compared-same", named(name)),
            ),
            Self::Compared(Compared { name, same: false }) => (
                Level::Error,
                language.say_with("compared-other", named(name)),
            ),
            Self::Unreadable(error) => (Level::Error, error.tell(language)),
            Self::ManyFiles => (Level::Error, language.say("compare-many")),
            Self::NoDialog => (Level::Error, language.say("compare-no-dialog")),
            Self::Forgotten => (Level::Info, language.say("kept-forgotten")),
            Self::Undelivered(recipient, reason) => {
                (Level::Error, recipient.unanswered(reason, language))
            }
            Self::StillHeld => (Level::Error, language.say("undelivered-still")),
            Self::NoPortal(PortalFault::Origin) => (Level::Error, language.say("portal-origin")),
            Self::NoPortal(PortalFault::Key) => (Level::Error, language.say("portal-key")),
            Self::Unchanged(reason) => {
                let text = language.say_with("settings-unchanged", because(reason));
                (Level::Error, text)
            }
            Self::Unrecorded { request, reason } => {
                let request = ("request", request.as_str().into());
                let reason = ("reason", reason.as_str().into());
                let text = language.say_with("journal-unrecorded", [request, reason]);
                (Level::Error, text)
            }
            Self::Copied => (Level::Success, language.say("copied")),
            Self::Exported(file) => {
                let file = [("file", file.as_str().into())];
                (Level::Success, language.say_with("journal-exported", file))
            }
            Self::Unexported(reason) => {
                let text = language.say_with("journal-unexported", because(reason));
                (Level::Error, text)
            }
        };
        Notice { level, text }
    }
}

/// That another program has the card to itself; its name where it is known.
pub fn waits(by: Option<&str>, language: Language) -> String {
    match by {
        None => language.say("waits"),
        Some(by) => language.say_with("waits-for", [("program", by.to_owned().into())]),
    }
}
