//! How a request ends, and what its portal hears.

use securesign_card::error::{CardError, Reason, Secret};
use securesign_card::profile::Tries;
use securesign_card::transport::TransportError;
use securesign_handoff::callback::{self, CallbackError, Outcome};
use securesign_handoff::code::ErrorCode;
use securesign_handoff::policy::Permit;

use crate::screen::ValidityState;
use crate::worker::{TokenInfo, TokenState};

use super::way::Way;
use super::{
    Effect, Exit, Flow, Purpose, Recipient, Refused, Remark, Signing, State, Unopened, offers,
};

/// Why a callback could not be delivered.
pub(super) enum Undelivered {
    /// There is none.
    Unbuilt(CallbackError),
    /// No browser took it.
    Unopened(Unopened),
    /// No browser took that of a request before.
    Before(Recipient, Unopened),
    /// The portal may not call any more, or nobody can tell.
    Closed(Box<Refused>),
    /// The same of a signature, which waits until the settings let it go.
    Held(Box<Held>),
    /// It was given up.
    Dropped(Box<Refused>),
}

/// A signature that could not go out by the settings as they were.
pub(super) struct Held {
    /// Why not.
    pub(super) refused: Refused,
    way: Way,
    signed: Outcome,
}

impl Flow {
    /// No browser took a result: that of the request on the screen, or of one before it.
    pub(super) fn undelivered(&mut self, recipient: Recipient, reason: Unopened) -> Vec<Effect> {
        let own = recipient.number == self.number;
        // Who is not told was not told.
        self.exit = self.exit.map(|_| match self.state {
            State::Refused(_) if own => Exit::Refused,
            _ => Exit::NotDone,
        });
        if own && (self.exit.is_some() || matches!(self.state, State::Signed)) {
            self.state = State::Undelivered(Undelivered::Unopened(reason));
            return Vec::new();
        }
        if self.exit.is_some() {
            // Nothing else comes that it could be said beside.
            self.state = State::Undelivered(Undelivered::Before(recipient, reason));
            return Vec::new();
        }
        self.late(Remark::Undelivered(recipient, reason))
    }

    pub(super) fn signed(&mut self, signing: Signing, signature: Vec<u8>) -> Vec<Effect> {
        let Purpose::Sign(order) = &self.purpose else {
            return Vec::new();
        };
        let finished = signing.prepared.map(|prepared| prepared.finish(&signature));
        let document = match finished.transpose() {
            Ok(document) => document,
            Err(refusal) => return self.show(State::Unfit(refusal)),
        };
        let original = order.original();
        let document = original
            .zip(document)
            .map(|(it, signed)| it.product(signed));
        let made = (signature, document);
        let outcome = order.signed(&signing.credential, &signing.info, made, self.now);
        let record = order.record(self.now, Ok(&signing.credential));
        let way = order.way().clone();
        let spend = Effect::Spend {
            origin: way.origin().to_owned(),
            request_id: way.request_id().to_owned(),
        };
        let mut effects = vec![Effect::Record(Box::new(record)), spend];
        effects.extend(self.hand_over(way, outcome));
        effects
    }

    /// Once more, by the settings as they are by now.
    pub(super) fn hand_over_again(&mut self, held: Held) -> Vec<Effect> {
        let effects = self.hand_over(held.way, held.signed);
        // Else the page looks as if nothing had been done.
        self.remark = effects.is_empty().then_some(Remark::StillHeld);
        effects
    }

    /// The signature on its way to the portal; kept where the settings do not let it go.
    fn hand_over(&mut self, way: Way, signed: Outcome) -> Vec<Effect> {
        let mut effects = self.deliver(&way, &signed);
        match std::mem::replace(&mut self.state, State::Signed) {
            State::Undelivered(Undelivered::Closed(refused)) => {
                let refused = *refused;
                let held = Held {
                    refused,
                    way,
                    signed,
                };
                self.state = State::Undelivered(Undelivered::Held(Box::new(held)));
            }
            State::Undelivered(undelivered) => self.state = State::Undelivered(undelivered),
            _ => {
                let origin = way.origin().to_owned();
                self.served(&origin);
                effects.push(Effect::Remember(origin));
                self.obstacle = None;
                self.achieved = true;
            }
        }
        effects
    }

    /// The callback with an outcome, or a screen that says why it cannot be. Where the
    /// portal may not call any more, nothing goes to it.
    pub(super) fn deliver(&mut self, way: &Way, outcome: &Outcome) -> Vec<Effect> {
        let built = match self.permit(way) {
            Ok(permit) => callback::build(&permit, outcome, callback::platform_limit())
                .map_err(Undelivered::Unbuilt),
            Err(refused) => Err(Undelivered::Closed(Box::new(refused))),
        };
        match built {
            Ok(answer) => vec![Effect::Open(answer, Recipient::new(self.number, way))],
            Err(undelivered) => {
                self.state = State::Undelivered(undelivered);
                Vec::new()
            }
        }
    }

    /// The permission by the settings as they are now.
    pub(super) fn permit(&self, way: &Way) -> Result<Permit, Refused> {
        Ok(match &self.judge {
            Some(judge) => way.judged(&judge().map_err(Refused::unjudged)?)?,
            None => way.permit().clone(),
        })
    }

    /// Gives up, or goes after all is done. A portal whose origin was validated
    /// hears of it; nobody else does.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        if self.exit.is_some() {
            return Vec::new();
        }
        self.drop_held();
        self.do_not_allow();
        let (exit, effects) = match (&self.purpose, &self.state) {
            (_, State::Refused(refused)) => match (refused.way(), refused.outcome()) {
                (Some(way), Some(outcome)) => {
                    let way = way.clone();
                    let told = self.deliver(&way, &outcome);
                    let exit = if told.is_empty() {
                        Exit::Refused
                    } else {
                        Exit::NotDone
                    };
                    (exit, told)
                }
                _ => (Exit::Refused, Vec::new()),
            },
            // Nobody has said that its portal may hear of it.
            (_, State::Inquiring(_)) => (Exit::Refused, Vec::new()),
            (_, State::Undelivered(_)) => (Exit::NotDone, Vec::new()),
            (Purpose::Sign(_), State::Signed) => (Exit::Done, Vec::new()),
            (Purpose::Sign(order), state) => {
                let (code, remaining) = self.give_up();
                let outcome = order.failed(code, remaining);
                let mut effects = vec![Effect::Record(Box::new(order.record(self.now, Err(code))))];
                // A token that is still at work may sign yet.
                if !matches!(state, State::Busy(_)) && self.owed == 0 {
                    effects.push(order.release());
                }
                let way = order.way().clone();
                effects.extend(self.deliver(&way, &outcome));
                (Exit::NotDone, effects)
            }
            // To look is enough in the token window.
            (Purpose::Manage, _) if self.failed.is_none() || self.achieved => {
                (Exit::Done, Vec::new())
            }
            (Purpose::Manage, _) => (Exit::NotDone, Vec::new()),
        };
        self.exit = Some(exit);
        self.hung = None;
        effects
    }

    /// A signature that the settings hold up goes with its page.
    fn drop_held(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Ready) {
            State::Undelivered(Undelivered::Held(held)) => {
                State::Undelivered(Undelivered::Dropped(Box::new(held.refused)))
            }
            other => other,
        };
    }

    /// Which error code the portal hears (handoff protocol, §4): the obstacle
    /// at which the person gave up.
    pub(super) fn give_up(&self) -> (ErrorCode, Option<u8>) {
        if matches!(self.state, State::Unfit(_)) {
            return (ErrorCode::Internal, None);
        }
        let obstacle = match &self.obstacle {
            Some(CardError::Unanswered { cause, .. }) => Some(&**cause),
            other => other.as_ref(),
        };
        let code = match obstacle {
            Some(CardError::Wrong { left: Some(0), .. } | CardError::Blocked(_)) => {
                ErrorCode::PinBlocked
            }
            Some(CardError::Wrong {
                secret: Secret::Pin | Secret::SignaturePin,
                left,
            }) => {
                return (ErrorCode::PinInvalid, *left);
            }
            Some(CardError::Transport(TransportError::Removed | TransportError::NoReader)) => {
                ErrorCode::TokenRemoved
            }
            // The person could have gone on.
            Some(
                CardError::Transport(TransportError::Reset)
                | CardError::Declined {
                    reason: Reason::NoTouch | Reason::PinForgotten,
                    ..
                },
            ) => ErrorCode::SignCancelled,
            // None that answers.
            Some(CardError::Transport(_)) => ErrorCode::TokenNotFound,
            Some(CardError::Declined {
                reason: Reason::NoKey,
                ..
            }) => ErrorCode::CertNotFound,
            Some(
                CardError::Declined { .. }
                | CardError::Refused { .. }
                | CardError::Malformed { .. }
                | CardError::SecureMessaging { .. }
                | CardError::RawRsa
                | CardError::Unsupported(_),
            ) => ErrorCode::TokenUnsupported,
            // Whose fault it is cannot be told: it may be ours.
            Some(CardError::BadSignature) => ErrorCode::Internal,
            _ => self.standing_obstacle(),
        };
        (code, None)
    }

    /// Whether a token is there that no profile serves.
    fn has_strangers(&self) -> bool {
        let mut views = self.tokens().iter();
        views.any(|view| matches!(view.state, TokenState::Unknown { .. }))
    }

    /// What stands in the way on the screen that is shown, if anything.
    pub(super) fn standing_obstacle(&self) -> ErrorCode {
        let ready: Vec<&TokenInfo> = self.ready().map(|(_, info)| info).collect();
        if ready.is_empty() {
            return if self.has_strangers() {
                ErrorCode::TokenUnsupported
            } else {
                ErrorCode::TokenNotFound
            };
        }
        let offers = self.offers();
        if offers.is_empty() {
            return ErrorCode::CertNotFound;
        }
        if self.chosen.is_none() {
            // Of one that is not valid yet the portal must not hear that it has expired.
            let expired = |offer: &offers::Offer<'_>| {
                self.validity_of(offer.credential) == ValidityState::Expired
            };
            return if offers.iter().all(expired) {
                ErrorCode::CertExpired
            } else {
                ErrorCode::CertNotFound
            };
        }
        if self
            .token()
            .is_some_and(|(_, info)| self.asked_pin(info).tries == Tries::Blocked)
        {
            return ErrorCode::PinBlocked;
        }
        ErrorCode::SignCancelled
    }
}
