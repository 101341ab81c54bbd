//! The service is asked whether a portal may call, while the token is read. Until it has
//! said yes nothing invites a PIN, and nothing is sent to the portal.

use securesign_handoff::policy::{Inquiry, Unapproved};

use super::reason::Reason;
use super::refused::Refused;
use super::{Effect, Flow, State};

impl Refused {
    /// With the question for the service, where that may know better.
    pub(super) fn asking(mut self, inquiry: Option<Inquiry>) -> Self {
        self.inquiry = inquiry.map(Box::new);
        self
    }

    /// The service is asked before this is the last word.
    pub fn asks(&self) -> bool {
        self.inquiry.is_some() && !matches!(self.reason, Reason::Unapproved(..))
    }

    /// The service may answer otherwise by now.
    pub(super) fn may_ask_again(&self) -> bool {
        matches!(&self.reason, Reason::Unapproved(_, why) if why.may_pass())
            && self.inquiry.is_some()
    }

    /// The service has not allowed it.
    fn unapproved(mut self, why: Unapproved) -> Self {
        if let Some(inquiry) = &self.inquiry {
            self.reason = Reason::Unapproved(inquiry.origin_display(), why);
        }
        self
    }
}

impl Flow {
    /// Has the service asked, and the tokens read meanwhile.
    pub(super) fn inquire(&mut self, refused: Refused) -> Vec<Effect> {
        let inquiry = refused.inquiry.clone();
        self.remark = None;
        self.state = State::Inquiring(Box::new(refused));
        let ask = inquiry.map(|inquiry| Effect::Inquire(self.number, inquiry));
        let look = self.look();
        ask.into_iter().chain([look]).collect()
    }

    /// The service has answered this request's question.
    pub(super) fn answered_by_service(
        &mut self,
        number: u32,
        answer: Result<(), Unapproved>,
    ) -> Vec<Effect> {
        if number != self.number {
            return Vec::new();
        }
        match (std::mem::replace(&mut self.state, State::Looking), answer) {
            (State::Inquiring(refused), Err(why)) => {
                self.state = State::Refused(refused.unapproved(why));
                Vec::new()
            }
            (State::Inquiring(refused), Ok(())) => {
                let denied = refused.denied().cloned().map(Box::new);
                self.state = State::Inquiring(refused);
                denied.map(Effect::Reopen).into_iter().collect()
            }
            (other, _) => self.stay(other),
        }
    }

    /// Once more, after the service was busy or could not be reached.
    pub(super) fn ask_again(&mut self) -> Vec<Effect> {
        match std::mem::replace(&mut self.state, State::Looking) {
            State::Refused(refused) if refused.may_ask_again() => self.inquire(refused),
            other => self.stay(other),
        }
    }
}
