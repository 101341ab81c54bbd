//! The second authority: the service that the settings name is asked about those who are not
//! listed.

use crate::code::ErrorCode;
use crate::link::{ApiKey, Callback, CallbackKind, Origin};
use crate::service::{Answer, Base, Question, Trouble};

use super::{Permit, Policy, display, permit};

/// The service's word that a key may use an origin. Only [`Inquiry::answered`] makes one; it
/// counts as long as the settings name the same service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    service: Base,
    origin: Origin,
    fingerprint: String,
}

/// A question for the service, about the key and the origin of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    service: Base,
    origin: Origin,
    key: ApiKey,
}

/// Why the service's answer allows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unapproved {
    /// It does not know the key.
    Key,
    /// The key may not use the origin.
    Origin,
    /// Later perhaps; in how many seconds, where it is known.
    Busy(Option<u32>),
    /// It has not said.
    Unreachable(Trouble),
}

impl Unapproved {
    /// `SS_API_KEY_INVALID`, `SS_DOMAIN_NOT_ALLOWED` or `SS_SERVICE_UNREACHABLE`.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Key => ErrorCode::ApiKeyInvalid,
            Self::Origin => ErrorCode::DomainNotAllowed,
            Self::Busy(_) | Self::Unreachable(_) => ErrorCode::ServiceUnreachable,
        }
    }

    /// The next answer may be another one.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unreachable(_))
    }
}

impl Inquiry {
    /// What is asked.
    pub fn question(&self) -> Question {
        Question {
            service: self.service.to_string(),
            key: self.key.expose().to_owned(),
            origin: self.origin.to_string(),
        }
    }

    /// Who is asked about, as [`super::Denial::origin_display`].
    pub fn origin_display(&self) -> String {
        display(&self.origin)
    }

    /// What comes of the answer to it: whatever is not a clear yes allows nothing.
    ///
    /// # Errors
    ///
    /// [`Unapproved`]: why not.
    pub fn answered(&self, answer: &Answer) -> Result<Approval, Unapproved> {
        match answer {
            Answer::Allowed { .. } => Ok(Approval {
                service: self.service.clone(),
                origin: self.origin.clone(),
                fingerprint: self.key.fingerprint(),
            }),
            Answer::Refused { code } => Err(match ErrorCode::named(code) {
                Some(ErrorCode::ApiKeyInvalid) => Unapproved::Key,
                Some(ErrorCode::DomainNotAllowed) => Unapproved::Origin,
                _ => Unapproved::Unreachable(Trouble::Answer),
            }),
            Answer::Busy { after } => Err(Unapproved::Busy(*after)),
            Answer::Unreachable { trouble } => Err(Unapproved::Unreachable(*trouble)),
        }
    }
}

impl Policy {
    /// What the service is to be asked about a request that the list does not allow; `None`
    /// where that is the last word. `demo`: only the demo token can sign.
    ///
    /// Test keys are for the demo token: at a real one they pass only where a person has
    /// listed them. A live key goes to no service that anybody on this computer could be.
    pub fn inquiry(&self, callback: &Callback, key: &ApiKey, demo: bool) -> Option<Inquiry> {
        let service = self.service.as_ref()?;
        let local = callback.kind() == CallbackKind::Localhost;
        let may_ask = key.is_test() == demo && (key.is_test() || !local && !service.is_plain());
        may_ask.then(|| Inquiry {
            service: service.clone(),
            origin: callback.origin().clone(),
            key: key.clone(),
        })
    }

    /// The permission that an answer of the service has given, if any.
    pub(super) fn approved(&self, callback: &Callback, key: &ApiKey, demo: bool) -> Option<Permit> {
        let inquiry = self.inquiry(callback, key, demo)?;
        let fingerprint = key.fingerprint();
        let approval = self.approvals.iter().find(|it| {
            it.service == inquiry.service
                && it.origin == inquiry.origin
                && it.fingerprint == fingerprint
        })?;
        Some(Permit {
            approval: Some(approval.clone()),
            ..permit(callback, key, None)
        })
    }

    /// A permission that the service has given for a request stays until the request ends,
    /// unless the settings name another service by then, or none: how long an answer serves
    /// other requests has nothing to do with how long a person takes for this one.
    pub fn renewed(&self, given: &Permit) -> Option<Permit> {
        let approval = given.approval.as_ref()?;
        (self.service.as_ref() == Some(&approval.service)).then(|| given.clone())
    }
}
