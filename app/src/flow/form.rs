//! What a person types: the PIN for a signature, and the forms that change and unlock it.
//! What can never be right, and the last try, go no further without a word.

use securesign_card::application::{Confidence, PinId};
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::pin::{Pin, PinFormat, PinRules};
use securesign_card::profile::{PinUse, Tries};
use securesign_card::token::LastTry;
use securesign_documents::Refusal;

use crate::original::Prepared;
use crate::worker::{Job, PinView, TokenId, TokenInfo};

use super::{Busy, Effect, Flow, Order, Question, Remark, Signing, State};
use crate::screen::Action;
use crate::weak;

/// How far the form that unlocks a token is.
pub(super) enum Step {
    /// It says what is needed.
    Need,
    /// It asks for the PUK.
    Puk,
    /// It asks for the new PIN; what was typed for this secret waits in locked memory.
    NewPin(PinId, Pin),
}

/// A PIN of a token.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) token: TokenId,
    pub(super) pin: PinId,
    /// What is to unlock it; `None`: it is not to be unlocked.
    pub(super) with: Option<PinId>,
}

impl Target {
    pub(super) fn new(token: &TokenId, pin: PinId, with: Option<PinId>) -> Self {
        let token = token.clone();
        Self { token, pin, with }
    }
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
    Change {
        pin: PinId,
        old: Pin,
        new: Pin,
    },
    Unlock {
        pin: PinId,
        /// What `puk` is a value of.
        with: PinId,
        puk: Pin,
        new: Pin,
    },
}

impl Flow {
    /// One page back: of a form, of the token window, or to what is asked for.
    pub(super) fn back(&mut self) -> Vec<Effect> {
        match std::mem::replace(&mut self.state, State::Ready) {
            State::Unlock(of, Step::NewPin(..)) => self.show(State::Unlock(of, Step::Puk)),
            State::Allow(refused) => self.show(State::Refused(*refused)),
            left => {
                if matches!(left, State::Ready) {
                    self.opened = None;
                }
                self.show(State::Ready);
                self.give_way()
            }
        }
    }

    /// The question on the screen is answered with yes; each yes answers one question alone.
    pub(super) fn agree(&mut self, yes: Action) -> Vec<Effect> {
        match (yes, std::mem::replace(&mut self.state, State::Ready)) {
            // What is needed has been said with the question.
            (Action::GoOn, State::Unsure(of, Errand::Unlock)) => {
                self.show(State::Unlock(of, Step::Puk))
            }
            (Action::GoOn, State::Unsure(of, errand)) => self.show(errand.form(of)),
            (Action::GoOn, State::Asked(Question::Untried, id, entry)) => {
                self.agreed = Some(id);
                self.enter(entry, LastTry::Keep)
            }
            (Action::SignAnyway, State::Asked(Question::OtherDocument, _, entry)) => {
                self.insists = true;
                self.enter(entry, LastTry::Keep)
            }
            (Action::UseLastTry, State::Asked(Question::LastTry, _, entry)) => {
                self.enter(entry, LastTry::Use)
            }
            (_, other) => self.stay(other),
        }
    }

    /// To the form for this PIN, `None`: the first one, or before that to the question whether
    /// it is wanted.
    pub(super) fn set_out(&mut self, errand: Errand, pin: Option<PinId>) -> Vec<Effect> {
        let Some((id, info)) = self.token() else {
            return Vec::new();
        };
        let Some(pin) = info.pin_of(pin.unwrap_or(info.first)) else {
            return Vec::new();
        };
        let way = pin
            .unblock
            .ok()
            .filter(|_| matches!(errand, Errand::Unlock));
        let of = Target::new(id, pin.id, way.map(|way| way.id));
        self.open_form(errand, of)
    }

    /// To where it is said what the other secret is that unlocks the PIN too.
    pub(super) fn take_other_way(&mut self) -> Vec<Effect> {
        let (State::Unlock(of, _) | State::Unsure(of, Errand::Unlock)) = &self.state else {
            return Vec::new();
        };
        let other = self.aimed(of).and_then(|(_, pin)| pin.otherwise);
        let of = Target {
            with: other.map(|way| way.id).or(of.with),
            ..of.clone()
        };
        self.open_form(Errand::Unlock, of)
    }

    fn open_form(&mut self, errand: Errand, of: Target) -> Vec<Effect> {
        let Some((_, pin)) = self.aimed(&of) else {
            return Vec::new();
        };
        let confidence = match errand {
            Errand::Change => pin.change,
            Errand::Unlock => pin.unblock.map(|unblock| unblock.confidence),
        };
        match confidence {
            Ok(Confidence::Known) => self.show(errand.form(of)),
            Ok(Confidence::Inferred | Confidence::Doubtful) => self.show(State::Unsure(of, errand)),
            Err(_) => Vec::new(),
        }
    }

    /// The PIN that a form is for, as the token shows it now.
    pub(super) fn aimed(&self, of: &Target) -> Option<(&TokenInfo, PinView)> {
        let (_, info) = self.token().filter(|(id, _)| **id == of.token)?;
        let pin = info.pin_of(of.pin)?;
        Some((info, of.with.map_or(pin, |with| pin.by(with))))
    }

    /// The next step of unlocking. What cannot be the PUK goes no further.
    pub(super) fn step(&mut self, secrets: Vec<Pin>) -> Vec<Effect> {
        let State::Unlock(of, step) = &self.state else {
            return Vec::new();
        };
        let of = of.clone();
        let next = match (step, secrets.into_iter().next()) {
            (Step::Need, _) => Step::Puk,
            (Step::Puk, Some(puk)) => {
                let unblock = self.aimed(&of).map(|(_, pin)| pin.unblock);
                let fits = unblock.unwrap_or(Err(Missing::Puk));
                let fits = fits.map_err(CardError::Unsupported).and_then(|unblock| {
                    check(unblock.role, &unblock.rules, &puk).map(|()| unblock.id)
                });
                match fits {
                    Ok(with) => Step::NewPin(with, puk),
                    Err(error) => return self.stumble(error),
                }
            }
            _ => return Vec::new(),
        };
        self.show(State::Unlock(of, next))
    }

    pub(super) fn submit(&mut self, mut secrets: Vec<Pin>) -> Vec<Effect> {
        let (Some(again), Some(new)) = (secrets.pop(), secrets.pop()) else {
            return Vec::new();
        };
        if !new.same(&again) {
            self.remark = Some(Remark::Differ);
            return Vec::new();
        }
        let of = match &self.state {
            State::Change(of) | State::Unlock(of, _) => self.aimed(of),
            _ => None,
        };
        if let Some(Err(fault)) = of.map(|(_, pin)| pin.rules.check(&new)) {
            return self.stumble(CardError::NewPinFormat(fault));
        }
        let factory = of.map_or(&[][..], |(info, _)| info.factory_pins);
        if !self.any_new_pin
            && let Some(weak) = weak::weakness(&new, secrets.last(), factory)
        {
            self.remark = Some(Remark::Weak(weak));
            return Vec::new();
        }
        let entry = match (
            std::mem::replace(&mut self.state, State::Ready),
            secrets.pop(),
        ) {
            (State::Change(of), Some(old)) => {
                let pin = of.pin;
                self.state = State::Change(of);
                Entry::Change { pin, old, new }
            }
            (State::Unlock(of, Step::NewPin(with, puk)), None) => {
                let pin = of.pin;
                self.state = State::Unlock(of, Step::Puk);
                Entry::Unlock {
                    pin,
                    with,
                    puk,
                    new,
                }
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
        let tries = entry.tries(info, asked);
        let untried = info.verify != Confidence::Known && self.agreed.as_ref() != Some(token);
        let token = token.clone();
        let question = if untried && matches!(entry, Entry::Sign(Some(_))) {
            Some(Question::Untried)
        } else if matches!(entry, Entry::Sign(_)) && self.is_other_document() && !self.insists {
            Some(Question::OtherDocument)
        } else if tries == Tries::Left(1) && last == LastTry::Keep {
            Some(Question::LastTry)
        } else {
            None
        };
        if let Some(question) = question {
            return self.show(State::Asked(question, token, entry));
        }
        let prepared = match self.prepared(&entry) {
            Ok(prepared) => prepared,
            Err(refusal) => return self.show(State::Unfit(refusal)),
        };
        let Some((busy, job)) = self.job(token, entry, prepared, last) else {
            return Vec::new();
        };
        self.remark = None;
        self.failed = None;
        self.state = State::Busy(busy);
        vec![Effect::Job(job)]
    }

    /// The document with everything but the signature, where it is signed itself.
    fn prepared(&self, entry: &Entry) -> Result<Option<Prepared>, Refusal> {
        match (
            entry,
            self.order().and_then(Order::original),
            self.credential(),
        ) {
            (Entry::Sign(_), Some(original), Some(credential)) => {
                original.prepare(credential.certificate.clone(), self.now)
            }
            _ => Ok(None),
        }
    }

    /// What the worker has to do, and what belongs to its answer.
    fn job(
        &self,
        token: TokenId,
        entry: Entry,
        prepared: Option<Prepared>,
        last: LastTry,
    ) -> Option<(Busy, Job)> {
        Some(match entry {
            Entry::Sign(pin) => return self.sign_job(token, pin, prepared, last),
            Entry::Change { pin, old, new } => {
                let busy = Busy::Changing(Target::new(&token, pin, None));
                let job = Job::Change {
                    token,
                    pin,
                    old,
                    new,
                    last,
                };
                (busy, job)
            }
            Entry::Unlock {
                pin,
                with,
                puk,
                new,
            } => {
                let of = Target::new(&token, pin, Some(with));
                let busy = Busy::Unlocking(of, with);
                let job = Job::Unblock {
                    token,
                    pin,
                    with,
                    puk,
                    new,
                    last,
                };
                (busy, job)
            }
        })
    }
}

impl Flow {
    /// A signature: over what the document's format has signed, or over the digest in the link.
    fn sign_job(
        &self,
        token: TokenId,
        pin: Option<Pin>,
        prepared: Option<Prepared>,
        last: LastTry,
    ) -> Option<(Busy, Job)> {
        let order = self.order()?;
        let credential = self.credential()?.clone();
        let info = self.token()?.1.clone();
        let factory = |pin: &Pin| weak::is_factory(pin, info.factory_pins);
        let (digest, document) = match &prepared {
            Some(prepared) => {
                let (message, digest) = prepared.to_sign();
                (digest, Some(message.into()))
            }
            // The digest of a document that is not here is not signed in its place.
            None if order.original().is_some() => return None,
            None => (order.digest().clone(), order.document().cloned()),
        };
        let signing = Signing {
            factory_pin: pin.as_ref().is_some_and(factory),
            info,
            credential: credential.clone(),
            signs: false,
            prepared,
        };
        let job = Job::Sign {
            token,
            credential: Box::new(credential),
            digest,
            document,
            origin: order.origin().to_owned(),
            pin,
            last,
        };
        Some((Busy::Signing(Box::new(signing)), job))
    }
}

impl Errand {
    pub(super) fn form(self, of: Target) -> State {
        match self {
            Self::Change => State::Change(of),
            Self::Unlock => State::Unlock(of, Step::Need),
        }
    }
}

impl Entry {
    /// The PIN that it is for; `asked`: the one for a signature.
    pub(super) fn pin(&self, info: &TokenInfo, asked: PinView) -> Option<PinView> {
        match self {
            Entry::Sign(_) => Some(asked),
            Entry::Change { pin, .. } => info.pin_of(*pin),
            Entry::Unlock { pin, with, .. } => info.pin_of(*pin).map(|pin| pin.by(*with)),
        }
    }

    /// Tries left of what was typed.
    fn tries(&self, info: &TokenInfo, asked: PinView) -> Tries {
        let pin = self.pin(info, asked);
        match self {
            Entry::Sign(None) => None,
            Entry::Sign(_) | Entry::Change { .. } => pin.map(|pin| pin.tries),
            Entry::Unlock { .. } => pin.and_then(|pin| pin.unblock.ok()).map(|it| it.tries),
        }
        .unwrap_or(Tries::Unknown)
    }

    /// What can never be right is not even handed to the worker.
    /// `asked`: the PIN for a signature.
    fn check(&self, info: &TokenInfo, asked: PinView) -> Result<(), CardError> {
        let gone = CardError::Unsupported(Missing::Pin);
        let pin = self.pin(info, asked).ok_or(gone)?;
        let fresh = |value: &Pin| pin.rules.check(value).map_err(CardError::NewPinFormat);
        match self {
            Entry::Sign(None) => Ok(()),
            Entry::Sign(Some(value)) => check(pin.role, &pin.rules, value),
            Entry::Change { old, new, .. } => {
                check(pin.role, &pin.rules, old).and_then(|()| fresh(new))
            }
            Entry::Unlock { with, puk, new, .. } => {
                let unblock = pin.unblock.map_err(CardError::Unsupported)?;
                if unblock.id != *with {
                    // Another secret unlocks it by now, and the worker sends this one for none.
                    return fresh(new);
                }
                check(unblock.role, &unblock.rules, puk).and_then(|()| fresh(new))
            }
        }
    }
}

fn check(secret: Secret, rules: &PinRules, value: &Pin) -> Result<(), CardError> {
    rules
        .check(value)
        .map_err(|fault: PinFormat| CardError::Format { secret, fault })
}
