//! What should catch the eye beside the question: kept as what it is, and said in
//! the language of the moment.

use securesign_card::application::PinName;
use securesign_card::error::CardError;
use securesign_handoff::policy::PortalFault;

use crate::language::Language;
use crate::weak::Weak;
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
    Changed(PinName),
    /// This PIN is unlocked.
    Unlocked(PinName),
    /// The token of a form is gone.
    TakenOut,
    /// The certificate that a PIN was typed for is gone, and its token may be there still.
    CertificateGone,
    /// Two entries of a new PIN.
    Differ,
    /// A new PIN that would be guessed.
    Weak(Weak),
    /// Return in an empty field.
    Empty,
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
    /// A certificate was saved in this file.
    Saved(String),
    /// It was not; why.
    Unsaved(String),
    /// The journal was copied to this file.
    Exported(String),
    /// The journal was not copied; why.
    Unexported(String),
    /// What is to be reported was not written; why.
    Unreported(String),
}

impl Remark {
    pub(super) fn notice(&self, l: Language) -> Notice {
        let because = |reason: &str| [("reason", reason.to_owned().into())];
        let named = |name: &str| [("name", name.to_owned().into())];
        let in_file = |file: &str| [("file", file.to_owned().into())];
        let role = |pin: PinName| [("pin", pin.in_words(l).into())];
        let (level, text) = match self {
            Self::Failed(error) => (Level::Error, error.tell(l)),
            Self::Waits(by) => (Level::Info, waits(by.as_deref(), l)),
            Self::Slow => (Level::Info, l.say("token-slow")),
            Self::Touch => (Level::Info, l.say("touch")),
            Self::Changed(pin) => (Level::Success, l.say_with("changed", role(*pin))),
            Self::FileUnopened => (Level::Error, l.say("file-unopened")),
            Self::Unlocked(pin) => (Level::Success, l.say_with("unlocked", role(*pin))),
            Self::TakenOut => (Level::Error, l.say("taken-out")),
            Self::CertificateGone => (Level::Error, l.say("certificate-gone")),
            Self::Differ => (Level::Error, l.say("entries-differ")),
            Self::Weak(weak) => (Level::Error, weak.in_words(l)),
            Self::Empty => (Level::Info, l.say("entry-empty")),
            Self::Compared(Compared { name, same: true }) => {
                (Level::Success, l.say_with("compared-same", named(name)))
            }
            Self::Compared(Compared { name, same: false }) => {
                (Level::Error, l.say_with("compared-other", named(name)))
            }
            Self::Unreadable(error) => (Level::Error, error.tell(l)),
            Self::ManyFiles => (Level::Error, l.say("compare-many")),
            Self::NoDialog => (Level::Error, l.say("compare-no-dialog")),
            Self::Forgotten => (Level::Info, l.say("kept-forgotten")),
            Self::Undelivered(recipient, reason) => (Level::Error, recipient.unanswered(reason, l)),
            Self::StillHeld => (Level::Error, l.say("undelivered-still")),
            Self::NoPortal(PortalFault::Origin) => (Level::Error, l.say("portal-origin")),
            Self::NoPortal(PortalFault::Key) => (Level::Error, l.say("portal-key")),
            Self::Unchanged(why) => (Level::Error, l.say_with("settings-unchanged", because(why))),
            Self::Unrecorded { request, reason } => (Level::Error, unrecorded(request, reason, l)),
            Self::Copied => (Level::Success, l.say("copied")),
            Self::Saved(file) => (
                Level::Success,
                l.say_with("certificate-saved", in_file(file)),
            ),
            Self::Exported(file) => (
                Level::Success,
                l.say_with("journal-exported", in_file(file)),
            ),
            Self::Unreported(reason) => (
                Level::Error,
                l.say_with("diagnostics-unsaved", because(reason)),
            ),
            Self::Unsaved(reason) => (
                Level::Error,
                l.say_with("certificate-unsaved", because(reason)),
            ),
            Self::Unexported(reason) => (
                Level::Error,
                l.say_with("journal-unexported", because(reason)),
            ),
        };
        Notice { level, text }
    }
}

fn unrecorded(request: &str, reason: &str, l: Language) -> String {
    let request = ("request", request.to_owned().into());
    let reason = ("reason", reason.to_owned().into());
    l.say_with("journal-unrecorded", [request, reason])
}

/// That another program has the card to itself; its name where it is known.
pub fn waits(by: Option<&str>, language: Language) -> String {
    match by {
        None => language.say("waits"),
        Some(by) => language.say_with("waits-for", [("program", by.to_owned().into())]),
    }
}
