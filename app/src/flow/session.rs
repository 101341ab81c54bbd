//! A PIN that is kept for the next request: what the flow knows of it. The PIN
//! itself is with the worker, in locked memory.

use jiff::Timestamp;

use securesign_card::error::CardError;
use securesign_card::profile::Credential;

use crate::pin_status::Status;

use super::{Effect, Entry, Flow, Purpose, Remark, State, Step, Target};
use crate::worker::{Binding, Job, Kept, PinView, TokenId};

/// A kept PIN and its time. The worker counts it too, by a clock that stands
/// still while the computer sleeps; this one goes on.
pub(super) struct Session {
    pub(super) binding: Binding,
    since: Timestamp,
    until: Timestamp,
}

impl Flow {
    /// How the first PIN of a token stands.
    pub fn pin_status(&self, token: &TokenId) -> Status {
        let info = self.ready().find(|(id, _)| *id == token);
        info.map_or(Status::Active, |(_, info)| {
            self.status_of(token, &info.pin_view())
        })
    }

    /// How a PIN of a token stands.
    pub(super) fn status_of(&self, token: &TokenId, pin: &PinView) -> Status {
        let kept = self.kept_for();
        let kept = kept.is_some_and(|kept| kept.token == *token && kept.pin == pin.id);
        let status = Status::of(pin.tries, kept);
        let wrong =
            matches!(self.failed, Some(CardError::Wrong { secret, .. }) if secret == pin.role);
        if status == Status::Active && wrong && self.token_id().as_ref() == Some(token) {
            return Status::Invalid;
        }
        status
    }

    /// What a PIN is kept for; `None`: none is.
    pub fn kept_for(&self) -> Option<&Binding> {
        self.session.as_ref().map(|session| &session.binding)
    }

    /// Seconds until it is forgotten.
    pub(super) fn seconds_left(&self) -> Option<u64> {
        let session = self.session.as_ref()?;
        let left = session.until.as_second() - self.now.as_second();
        Some(left.try_into().unwrap_or_default())
    }

    /// The clock says `now`. A PIN whose time is over is asked for again, and so
    /// is one whose clock was set back: nobody can tell its age.
    pub(super) fn expire(&mut self, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        match &self.session {
            Some(session) if now >= session.until || now < session.since => self.lock(),
            _ => Vec::new(),
        }
    }

    /// Has the worker forget the kept PIN and log its card out.
    pub(super) fn lock(&mut self) -> Vec<Effect> {
        self.locked();
        vec![Effect::Job(Job::Lock)]
    }

    /// Whoever comes back finds nothing that was typed: neither what is kept nor what
    /// was not sent yet. What is still in a front end's fields is for this flow no more.
    pub(super) fn locked(&mut self) {
        let asks = !self.screen().fields.is_empty();
        let waited = match std::mem::replace(&mut self.state, State::Ready) {
            State::Asked(_, id, entry) => {
                self.state = match entry {
                    Entry::Sign(_) => State::Ready,
                    Entry::Change { pin, .. } => State::Change(Target::new(&id, pin, None)),
                    Entry::Unlock { pin, with, .. } => {
                        State::Unlock(Target::new(&id, pin, Some(with)), Step::Puk)
                    }
                };
                true
            }
            State::Unlock(of, Step::NewPin(..)) => {
                self.state = State::Unlock(of, Step::Puk);
                true
            }
            other => {
                self.state = other;
                false
            }
        };
        if self.session.is_some() {
            self.forgotten();
        } else if asks || waited {
            self.forgotten += 1;
            self.remark = Some(Remark::Forgotten);
        }
    }

    /// The worker keeps a PIN from now on, or keeps none any more.
    pub(super) fn kept(&mut self, kept: Option<Kept>) -> Vec<Effect> {
        match kept {
            Some(kept) => {
                // More than there are years is as good as for ever.
                let until = self.now.checked_add(kept.idle);
                self.session = Some(Session {
                    binding: kept.binding,
                    since: self.now,
                    until: until.unwrap_or(Timestamp::MAX),
                });
            }
            None => self.forgotten(),
        }
        Vec::new()
    }

    fn forgotten(&mut self) {
        if self.session.take().is_none() {
            return;
        }
        self.forgotten += 1;
        if !matches!(self.state, State::Busy(_)) {
            self.remark = Some(Remark::Forgotten);
        }
    }

    /// The token of a session that covers this request.
    pub(super) fn session_token(&self) -> Option<&TokenId> {
        let Purpose::Sign(order) = &self.purpose else {
            return None;
        };
        let binding = self.kept_for()?;
        let present = self.ready().any(|(id, _)| *id == binding.token);
        (present && binding.origin == order.origin()).then_some(&binding.token)
    }

    /// The request and the chosen certificate need no PIN.
    pub(super) fn in_session(&self) -> bool {
        match (&self.chosen, self.credential()) {
            (Some(chosen), Some(credential)) => self.is_kept_for(&chosen.token, credential),
            _ => false,
        }
    }

    /// A PIN is kept for this request with this certificate.
    pub(super) fn is_kept_for(&self, token: &TokenId, credential: &Credential) -> bool {
        let is_same = |kept: &Binding| {
            kept.pin == credential.pin && kept.certificate == credential.certificate.der()
        };
        self.session_token() == Some(token) && self.kept_for().is_some_and(is_same)
    }
}
