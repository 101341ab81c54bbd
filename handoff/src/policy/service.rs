//! The second authority: the service that the settings name is asked about those who are not
//! listed.

use crate::code::ErrorCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::link::{ApiKey, CallbackKind, Origin, ReplyTo, RequestId, Session};
use crate::service::{Answer, Base, Question, SessionFault, Shown, Trouble};

use super::{Permit, Policy, display, permit};

/// The service's word that a key may use an origin. Only [`Inquiry::answered`] makes one; it
/// counts as long as the settings name the same service. One that a session was used up for
/// counts for that request alone, and no other counts for a request that has a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    service: Base,
    origin: Origin,
    fingerprint: String,
    subject: Option<Subject>,
}

/// A question for the service, about the key and the origin of one request, and its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    service: Base,
    origin: Origin,
    key: ApiKey,
    subject: Option<Subject>,
}

/// A session, and the request that it is for.
type Subject = (RequestId, Session);

/// Why the service's answer allows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unapproved {
    /// It does not know the key.
    Key,
    /// The key may not use the origin.
    Origin,
    /// Its session does not permit the request.
    Session(SessionFault),
    /// Later perhaps; in how many seconds, where it is known.
    Busy(Option<u32>),
    /// The same, because it was asked too often.
    Limited(Option<u32>),
    /// It has not said.
    Unreachable(Trouble),
}

impl Unapproved {
    /// A code of the handoff protocol, §4. Whatever it is, the portal does not hear it: nothing
    /// goes to an origin that the service has not allowed, and of a session that was used the
    /// portal has heard, or hears, from whoever used it.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Key => ErrorCode::ApiKeyInvalid,
            Self::Origin => ErrorCode::DomainNotAllowed,
            Self::Session(SessionFault::Expired | SessionFault::Used | SessionFault::Over) => {
                ErrorCode::SessionExpired
            }
            Self::Session(SessionFault::Altered | SessionFault::Absent) => {
                ErrorCode::RequestInvalid
            }
            Self::Limited(_) => ErrorCode::RateLimited,
            Self::Busy(_) | Self::Unreachable(_) => ErrorCode::ServiceUnreachable,
        }
    }

    /// The next answer may be another one.
    pub fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Busy(_) | Self::Limited(_) | Self::Unreachable(_)
        )
    }
}

impl Inquiry {
    /// What is asked; the claim is to be added by whoever asks.
    pub fn question(&self) -> Question {
        Question {
            service: self.service.to_string(),
            key: self.key.expose().to_owned(),
            origin: self.origin.to_string(),
            session: self.subject.as_ref().map(|(request, session)| Shown {
                session_id: session.id.as_str().to_owned(),
                request_id: request.to_string(),
                document_type: session.document_type.to_owned(),
                hash_base64: STANDARD.encode(session.digest.bytes()),
                hash_algo: session.digest.algorithm().name().to_owned(),
                callback_url: session.callback_url.clone(),
                claim: None,
            }),
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
                subject: self.subject.clone(),
            }),
            Answer::Session { fault } => Err(Unapproved::Session(*fault)),
            Answer::Limited { after } => Err(Unapproved::Limited(*after)),
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
    pub fn inquiry(&self, to: &ReplyTo, demo: bool) -> Option<Inquiry> {
        let service = self.service.as_ref()?;
        let key = &to.api_key;
        let local = to.callback.kind() == CallbackKind::Localhost;
        let may_ask = key.is_test() == demo && (key.is_test() || !local && !service.is_plain());
        let session = to.session.as_deref();
        may_ask.then(|| Inquiry {
            service: service.clone(),
            origin: to.callback.origin().clone(),
            key: key.clone(),
            subject: session.map(|session| (to.request_id.clone(), session.clone())),
        })
    }

    /// The permission that an answer of the service has given, if any.
    pub(super) fn approved(&self, to: &ReplyTo, demo: bool) -> Option<Permit> {
        let inquiry = self.inquiry(to, demo)?;
        let fingerprint = to.api_key.fingerprint();
        let approval = self.approvals.iter().find(|it| {
            it.service == inquiry.service
                && it.origin == inquiry.origin
                && it.fingerprint == fingerprint
                && it.subject == inquiry.subject
        })?;
        Some(Permit {
            approval: Some(approval.clone()),
            ..permit(&to.callback, &to.api_key, None)
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
