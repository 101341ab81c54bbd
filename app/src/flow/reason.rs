//! Why a link is not followed.

use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::LinkError;
use securesign_handoff::policy::{Denial, Unapproved};

use crate::language::Language;
use crate::original::Unsignable;
use crate::words::{Explain, unapproved, unapproved_advice};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The link itself.
    Link(LinkError),
    /// Whoever asks may not.
    Denied(Box<Denial>),
    /// The service has not allowed this origin.
    Unapproved(String, Unapproved),
    /// A live key at the demo token.
    DemoOnly,
    /// The document in the link, or what the link wants to have done with it.
    Unsignable(Box<Unsignable>),
    /// The request of this portal was opened before.
    Used(String),
    /// Whether it was opened before cannot be found out; the reason.
    Unclaimed(String),
    /// Whether it may be followed cannot be found out; what is wrong with the
    /// settings.
    Unjudged(String),
}

impl Reason {
    /// Error code of the handoff protocol, §4.
    pub(super) fn code(&self) -> ErrorCode {
        match self {
            Self::Link(error) => error.code(),
            Self::Denied(denial) => denial.code(),
            Self::Unapproved(_, why) => why.code(),
            Self::DemoOnly => ErrorCode::ApiKeyInvalid,
            Self::Unsignable(_) | Self::Used(_) => ErrorCode::RequestInvalid,
            Self::Unclaimed(_) | Self::Unjudged(_) => ErrorCode::Internal,
        }
    }

    /// What happened.
    pub(super) fn what(&self, language: Language) -> String {
        match self {
            Self::Link(error) => error.what(language),
            Self::Denied(denial) => denial.what(language),
            Self::Unapproved(origin, why) => unapproved(origin, *why, language),
            Self::DemoOnly => language.say("demo-live"),
            Self::Unsignable(why) => why.what(language),
            Self::Used(requester) => {
                language.say_with("used", [("requester", requester.as_str().into())])
            }
            Self::Unclaimed(reason) => {
                language.say_with("unclaimed", [("reason", reason.as_str().into())])
            }
            Self::Unjudged(reason) => reason.clone(),
        }
    }

    /// What to do.
    pub(super) fn advice(&self, language: Language) -> String {
        match self {
            Self::Link(error) => error.advice(language),
            Self::Denied(denial) => denial.advice(language),
            Self::Unapproved(_, why) => unapproved_advice(*why, language),
            Self::DemoOnly => language.say("demo-live-advice"),
            Self::Unsignable(why) => why.advice(language),
            Self::Used(_) => language.say("used-advice"),
            Self::Unclaimed(_) => language.say("unclaimed-advice"),
            Self::Unjudged(_) => language.say("unjudged-advice"),
        }
    }
}
