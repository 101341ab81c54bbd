//! What a person types: the PIN for a signature, and the forms that change and unlock it.
//! What can never be right, and the last try, go no further without a word.

use securesign_card::application::Confidence;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::pin::{Pin, PinFormat, PinRules};
use securesign_card::profile::{PinUse, Tries};
use securesign_card::token::LastTry;

use crate::worker::{Job, PinView, TokenId, TokenInfo};

use super::{Busy, Effect, Flow, Purpose, Remark, Signing, State};

/// How far the form that unlocks a token is.
pub(super) enum Step {
    /// It says what is needed.
    Need,
    /// It asks for the PUK.
    Puk,
    /// It asks for the new PIN; the PUK waits in locked memory.
    NewPin(Pin),
}

/// What the token window's forms are for.
#[derive(Clone, Copy)]
pub(super) enum Errand {
    Change,
    Unlock,
}

/// Secrets that were typed, and what for.
pub(super) enum Entry {
    Sign(Option<Pin>),
    Change { old: Pin, new: Pin },
    Unlock { puk: Pin, new: Pin },
}

impl Flow {
    /// To the form, or first to the question whether it is wanted.
    pub(super) fn set_out(&mut self, errand: Errand) -> Vec<Effect> {
        let Some((id, info)) = self.token() else {
            return Vec::new();
        };
        let confidence = match errand {
            Errand::Change => info.change,
            Errand::Unlock => info.unblock,
        };
        let id = id.clone();
        self.show(match confidence {
            Confidence::Known => errand.form(id),
            Confidence::Inferred | Confidence::Doubtful => State::Unsure(id, errand),
        })
    }

    /// The next step of unlocking. What cannot be the PUK goes no further.
    pub(super) fn step(&mut self, secrets: Vec<Pin>) -> Vec<Effect> {
        let State::Unlock(id, step) = &self.state else {
            return Vec::new();
        };
        let id = id.clone();
        let next = match (step, secrets.into_iter().next()) {
            (Step::Need, _) => Step::Puk,
            (Step::Puk, Some(puk)) => {
                let info = self
                    .token()
                    .map(|(_, info)| (info.unblocker, info.puk_rules));
                let (secret, rules) = info.unwrap_or((Secret::Puk, None));
                match check(secret, rules.as_ref(), &puk) {
                    Ok(()) => Step::NewPin(puk),
                    Err(error) => return self.stumble(error),
                }
            }
            _ => return Vec::new(),
        };
        self.show(State::Unlock(id, next))
    }

    pub(super) fn submit(&mut self, mut secrets: Vec<Pin>) -> Vec<Effect> {
        let (Some(again), Some(new)) = (secrets.pop(), secrets.pop()) else {
            return Vec::new();
        };
        if !new.same(&again) {
            self.remark = Some(Remark::Differ);
            return Vec::new();
        }
        let fits = |info: &TokenInfo| info.pin_rules.check(&new).map_err(CardError::NewPinFormat);
        if let Some(Err(error)) = self.token().map(|(_, info)| fits(info)) {
            return self.stumble(error);
        }
        let entry = match (
            std::mem::replace(&mut self.state, State::Ready),
            secrets.pop(),
        ) {
            (State::Change(id), Some(old)) => {
                self.state = State::Change(id);
                Entry::Change { old, new }
            }
            (State::Unlock(id, Step::NewPin(puk)), None) => {
                self.state = State::Unlock(id, Step::Puk);
                Entry::Unlock { puk, new }
            }
            (other, _) => return self.stay(other),
        };
        self.enter(entry, LastTry::Keep)
    }

    /// Whether the chosen key signs without a PIN. It needs a click all the same.
    pub(super) fn is_pinless(&self) -> bool {
        self.credential()
            .is_some_and(|credential| credential.when == PinUse::Never)
    }

    /// The PIN that the chosen key wants.
    pub(super) fn asked_pin(&self, info: &TokenInfo) -> PinView {
        match self.credential() {
            Some(credential) => info.pin_for(credential),
            None => info.pin_view(),
        }
    }

    /// Sends what was typed, unless it can never be right or is the last try.
    pub(super) fn enter(&mut self, entry: Entry, last: LastTry) -> Vec<Effect> {
        let Some((token, info)) = self.token() else {
            return Vec::new();
        };
        if matches!(entry, Entry::Sign(None)) && !self.in_session() && !self.is_pinless() {
            return Vec::new();
        }
        let asked = self.asked_pin(info);
        if let Err(error) = entry.check(info, asked) {
            return self.stumble(error);
        }
        let tries = match entry {
            Entry::Sign(None) => Tries::Unknown,
            Entry::Sign(_) => asked.tries,
            Entry::Change { .. } => info.pin,
            Entry::Unlock { .. } => info.puk,
        };
        let untried = info.verify != Confidence::Known && self.agreed.as_ref() != Some(token);
        if untried && matches!(entry, Entry::Sign(Some(_))) {
            let token = token.clone();
            return self.show(State::Untried(token, entry));
        }
        if tries == Tries::Left(1) && last == LastTry::Keep {
            let token = token.clone();
            return self.show(State::LastTry(token, entry));
        }
        let token = token.clone();
        let Some((busy, job)) = self.job(token, entry, last) else {
            return Vec::new();
        };
        self.remark = None;
        self.failed = None;
        self.state = State::Busy(busy);
        vec![Effect::Job(job)]
    }

    /// What the worker has to do, and what belongs to its answer.
    fn job(&self, token: TokenId, entry: Entry, last: LastTry) -> Option<(Busy, Job)> {
        Some(match entry {
            Entry::Sign(pin) => {
                let Purpose::Sign(order) = &self.purpose else {
                    return None;
                };
                let credential = self.credential()?.clone();
                let signing = Signing {
                    info: self.token()?.1.clone(),
                    credential: credential.clone(),
                };
                let job = Job::Sign {
                    token,
                    credential: Box::new(credential),
                    digest: order.digest().clone(),
                    document: order.document().cloned(),
                    origin: order.origin().to_owned(),
                    pin,
                    last,
                };
                (Busy::Signing(Box::new(signing)), job)
            }
            Entry::Change { old, new } => {
                let busy = Busy::Changing(token.clone());
                let job = Job::Change {
                    token,
                    secret: Secret::Pin,
                    old,
                    new,
                    last,
                };
                (busy, job)
            }
            Entry::Unlock { puk, new } => {
                let busy = Busy::Unlocking(token.clone());
                let job = Job::Unblock {
                    token,
                    puk,
                    new,
                    last,
                };
                (busy, job)
            }
        })
    }
}

impl Errand {
    pub(super) fn form(self, token: TokenId) -> State {
        match self {
            Self::Change => State::Change(token),
            Self::Unlock => State::Unlock(token, Step::Need),
        }
    }
}

impl Entry {
    /// What can never be right is not even handed to the worker.
    /// `asked`: the PIN for a signature.
    pub(super) fn check(&self, info: &TokenInfo, asked: PinView) -> Result<(), CardError> {
        let pin = |value| check(Secret::Pin, Some(&info.pin_rules), value);
        let fresh = |value: &Pin| info.pin_rules.check(value).map_err(CardError::NewPinFormat);
        match self {
            Entry::Sign(None) => Ok(()),
            Entry::Sign(Some(value)) => check(asked.role, Some(&asked.rules), value),
            Entry::Change { old, new } => pin(old).and_then(|()| fresh(new)),
            Entry::Unlock { puk, new } => {
                check(info.unblocker, info.puk_rules.as_ref(), puk).and_then(|()| fresh(new))
            }
        }
    }
}

fn check(secret: Secret, rules: Option<&PinRules>, value: &Pin) -> Result<(), CardError> {
    let rules = rules.ok_or(CardError::Unsupported(Missing::Puk))?;
    rules
        .check(value)
        .map_err(|fault: PinFormat| CardError::Format { secret, fault })
}
