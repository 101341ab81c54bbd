//! What the flow takes in and gives out.

use securesign_handoff::callback::Answer;
use securesign_handoff::policy::{Inquiry, Unapproved};

use crate::settings::{Change, Settings};

use super::{Denied, Reading, Recipient, Unopened};
use crate::document::{Document, Unreadable};
use crate::journal::{Entry as Record, Ledger};
use crate::screen::Input;
use crate::worker::{Job, Report};

/// What happens to the flow.
pub enum Event {
    /// A person did something.
    Input(Input),
    /// The worker reports.
    Report(Report),
    /// A file that was given was read, or could not be.
    Read(Reading, Result<Document, Unreadable>),
    /// The service has answered [`Effect::Inquire`] of this number: the settings know by now
    /// what it has allowed.
    Answered(u32, Result<(), Unapproved>),
    /// No browser took this answer.
    OpenFailed(Recipient, Unopened),
    /// The settings were changed, or why they were not.
    Settings(Result<Settings, String>),
    /// The journal was read, or why it cannot be.
    Journal(Result<Ledger, String>),
    /// This request was not written into the journal; the reason.
    Unrecorded {
        /// As in its link.
        request: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The journal was copied to this file, or why it was not.
    Exported(Result<String, String>),
    /// A certificate was saved in this file, or why it was not.
    Saved(Result<String, String>),
    /// What is to be reported, as it is written where that is wanted.
    Diagnosed(String),
    /// No program has opened the settings file.
    FileUnopened,
    /// The computer goes to sleep or its screen is locked. The worker has heard it by
    /// itself.
    Locked,
    /// Time has passed: while a PIN is kept, the front ends say so every second.
    Tick,
}

/// What the front ends have to carry out.
pub enum Effect {
    /// For the worker.
    Job(Job),
    /// Open this callback in the browser (or print it). It was validated.
    Open(Answer, Recipient),
    /// Ask the service this, without making anybody wait, for [`Event::Answered`] with the
    /// same number.
    Inquire(u32, Box<Inquiry>),
    /// Read this file, without making anybody wait, for [`Event::Read`].
    Read(Reading),
    /// Remember that this origin has been served, for the first-seen note.
    Remember(String),
    /// This request id of this origin may be used again: it was given up, and nothing
    /// was signed.
    Release {
        /// The origin.
        origin: String,
        /// As in the link.
        request_id: String,
    },
    /// This request id of this origin was signed: whoever sends it again hears so.
    Spend {
        /// The origin.
        origin: String,
        /// As in the link.
        request_id: String,
    },
    /// Write this into the journal.
    Record(Box<Record>),
    /// Read the journal; answered by [`Event::Journal`].
    ReadJournal,
    /// Copy the journal to where the user finds it; answered by
    /// [`Event::Exported`].
    Export,
    /// Save this certificate to where the user finds it; answered by [`Event::Saved`].
    Save {
        /// Its serial number in hex, for the file's name.
        serial: String,
        /// PEM.
        pem: String,
    },
    /// Gather what is to be reported, for [`Event::Diagnosed`].
    Diagnose,
    /// Write this report to where the user finds it, for [`Event::Exported`].
    SaveReport(String),
    /// Open the settings file for the user to correct; [`Event::FileUnopened`] where
    /// that fails.
    OpenFile,
    /// Change the settings; answered by [`Event::Settings`].
    Change(Change),
    /// The portal of this request may call by now: ask the settings again, and go on with
    /// [`super::Flow::reopened`].
    Reopen(Box<Denied>),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Signed, or the PIN was changed or unblocked; exit code 0.
    Done,
    /// Not done; what could be said to the portal was said; exit code 1.
    NotDone,
    /// Refused before anything was done, and nobody was told; exit code 2.
    Refused,
}
