//! A portal is allowed where it was refused, and the same request goes on.

use securesign_handoff::policy::Policy;

use super::order::Order;
use super::refused::{Denied, Refused};
use super::{Effect, Flow, State};
use crate::settings::{Change, Settings};

impl Denied {
    /// The same request, by the settings as they are now.
    pub fn again(self, policy: &Policy, seen: &dyn Fn(&str) -> bool) -> Result<Order, Refused> {
        // The service was asked before, or is when the link is opened again.
        let order = Order::judge(self.request, policy, self.demo, seen)
            .and_then(|mut order| {
                if let Some(document) = self.document {
                    order.take(document);
                }
                match order.unsignable() {
                    Some(refused) => Err(refused),
                    None => Ok(order),
                }
            })
            .map_err(|refused| refused.asking(None));
        match self.caller {
            Some(caller) => order
                .map(|order| order.called_by(caller.clone()))
                .map_err(|refused| refused.called_by(caller)),
            None => order,
        }
    }
}

impl Flow {
    /// To the question whether this portal may call from now on.
    pub(super) fn ask_to_allow(&mut self) -> Vec<Effect> {
        match std::mem::replace(&mut self.state, State::Ready) {
            State::Refused(refused) if refused.can_be_allowed() => {
                self.show(State::Allow(Box::new(refused)))
            }
            other => self.stay(other),
        }
    }

    /// It is written as the settings window writes it.
    pub(super) fn allow(&self) -> Vec<Effect> {
        let State::Allow(refused) = &self.state else {
            return Vec::new();
        };
        let portal = refused.denial().and_then(|denial| denial.remedy());
        portal
            .map(Change::Allow)
            .map(Effect::Change)
            .into_iter()
            .collect()
    }

    /// The settings are these now. If they allow the portal that is asked about, its request
    /// goes on.
    pub(super) fn go_on_allowed(&mut self, settings: &Settings) -> Vec<Effect> {
        let State::Allow(refused) = &self.state else {
            return Vec::new();
        };
        let wanted = refused.denial().and_then(|denial| denial.remedy());
        let listed = |portal| settings.portals.iter().any(|other| other.covers(&portal));
        if !wanted.is_some_and(listed) {
            return Vec::new();
        }
        match std::mem::replace(&mut self.state, State::Looking) {
            State::Allow(refused) => refused
                .into_denied()
                .map(Effect::Reopen)
                .into_iter()
                .collect(),
            other => self.stay(other),
        }
    }

    /// Whoever does not allow it is where it was refused.
    pub(super) fn do_not_allow(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Ready) {
            State::Allow(refused) => State::Refused(*refused),
            other => other,
        };
    }
}
