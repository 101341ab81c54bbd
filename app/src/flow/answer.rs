//! What the worker says, and what comes of it.

use securesign_card::application::{PinId, PinName};
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::{PinUse, Tries};
use securesign_card::transport::TransportError;

use crate::worker::{PinView, Report, TokenState, TokenView};

use super::{Busy, Effect, Event, Flow, Page, Remark, State, Step, Target};

impl Flow {
    pub(super) fn report(&mut self, report: Report) -> Vec<Effect> {
        if matches!(
            self.remark,
            Some(Remark::Waits(_) | Remark::Slow | Remark::Touch)
        ) {
            self.remark = None;
        }
        match report {
            Report::Slow => {
                if matches!(self.state, State::Looking | State::Busy(_)) {
                    self.remark = Some(Remark::Slow);
                }
                Vec::new()
            }
            Report::Signs => {
                if let State::Busy(Busy::Signing(signing)) = &mut self.state {
                    signing.signs = true;
                }
                Vec::new()
            }
            Report::Touch => {
                if matches!(self.state, State::Busy(Busy::Signing(_))) {
                    self.remark = Some(Remark::Touch);
                }
                Vec::new()
            }
            Report::Waits(by) => {
                if matches!(self.state, State::Looking | State::Busy(_)) {
                    self.remark = Some(Remark::Waits(by));
                }
                Vec::new()
            }
            Report::Silent => self.despair(),
            Report::Session(kept) => self.kept(kept),
            Report::Tokens(tokens) => {
                self.looked(tokens);
                Vec::new()
            }
            Report::ReadersChanged if self.reads_again() => vec![self.look()],
            Report::ReadersChanged => Vec::new(),
            _ if matches!(self.state, State::Busy(Busy::Abandoned)) => {
                self.state = State::Ready;
                self.advance()
            }
            // An answer counts only while it is waited for.
            answer => match std::mem::replace(&mut self.state, State::Ready) {
                State::Busy(busy) => self.answered(busy, answer),
                other => self.stay(other),
            },
        }
    }

    /// A dialogue notices by itself; an ended flow does not care.
    fn reads_again(&self) -> bool {
        matches!(
            self.state,
            State::Ready
                | State::Looking
                | State::Inquiring(_)
                | State::Page(Page::Certificate(_))
                | State::Change(_)
                | State::Unlock(..)
                | State::Unsure(..)
                | State::Asked(..)
        )
    }

    /// The card's answer to what it was busy with.
    fn answered(&mut self, busy: Busy, answer: Report) -> Vec<Effect> {
        match (busy, answer) {
            (Busy::Signing(signing), Report::Signed(result)) => match result {
                Ok(signature) => {
                    self.factory_pin |= signing.factory_pin;
                    self.signed(*signing, signature)
                }
                Err(error) => {
                    let effects = self.rejected(signing.credential.pin, error);
                    // The tokens may have changed while it was busy.
                    self.choose_again();
                    effects
                }
            },
            (Busy::Changing(of), Report::Changed(result)) => match result {
                Ok(()) => self.achieve(Remark::Changed(self.name_of(&of))),
                Err(error) => {
                    let pin = of.pin;
                    self.state = State::Change(of);
                    self.rejected(pin, error)
                }
            },
            (Busy::Unlocking(of, with), Report::Unblocked(result)) => match result {
                Ok(()) => {
                    self.puk_told = None;
                    self.achieve(Remark::Unlocked(self.name_of(&of)))
                }
                Err(error) => {
                    let off = matches!(error, CardError::UnblockOff { .. });
                    self.unblock_off = off.then(|| of.clone()).or(self.unblock_off.take());
                    self.state = State::Unlock(of, Step::Puk);
                    let effects = self.rejected(with, error);
                    if off {
                        self.learn_off();
                        // The page itself says it.
                        self.remark = None;
                    }
                    effects
                }
            },
            (busy, _) => self.stay(State::Busy(busy)),
        }
    }

    /// A look has its answer.
    fn looked(&mut self, tokens: Result<Vec<TokenView>, TransportError>) {
        self.looks = self.looks.saturating_sub(1);
        match self.stale.checked_sub(1) {
            // Those that this request has asked for are still to come.
            Some(stale) => self.stale = stale,
            None => self.take_in(tokens),
        }
    }

    /// The reader does not answer. What it may still say is not waited for, and must not
    /// be taken for an answer to something else.
    pub(super) fn despair(&mut self) -> Vec<Effect> {
        let error = CardError::Transport(TransportError::Slow);
        let busy = match std::mem::replace(&mut self.state, State::Ready) {
            State::Busy(Busy::Abandoned) => {
                self.owed += 1;
                return self.advance();
            }
            State::Busy(busy) => Some(busy),
            State::Looking => None,
            other => return self.stay(other),
        };
        // What was sent may have been taken.
        let error = match &busy {
            Some(Busy::Changing(of) | Busy::Unlocking(of, _)) => {
                CardError::Unclear(self.name_of(of).role)
            }
            Some(Busy::Signing(signing)) if signing.credential.when != PinUse::Never => {
                CardError::Unanswered {
                    secret: signing.info.pin_for(&signing.credential).role,
                    cause: Box::new(error),
                }
            }
            _ => error,
        };
        self.owed += u32::from(busy.is_some());
        self.hung = busy;
        self.failed = Some(error.clone());
        self.obstacle = Some(error.clone());
        self.state = State::Failed(Box::new(error));
        Vec::new()
    }

    /// Tokens as they are now. What was typed for one that is gone is dropped.
    pub(super) fn take_in(&mut self, mut tokens: Result<Vec<TokenView>, TransportError>) {
        if let (Ok(tokens), Some((id, puk, told))) = (&mut tokens, &self.puk_told) {
            let untold = |pin: &PinView| {
                let mut ways = pin.ways();
                ways.any(|it| it.id == *puk && it.tries == Tries::Unknown)
            };
            for view in tokens.iter_mut().filter(|view| view.id == *id) {
                if let TokenState::Ready(info) = &mut view.state
                    && info.pins().iter().any(untold)
                {
                    info.learn(*puk, *told);
                }
            }
        }
        self.tokens = Some(tokens);
        self.learn_off();
        if let State::Busy(_) = self.state {
            // The choice belongs to the answer that is waited for.
            return;
        }
        if matches!(self.state, State::Looking) {
            self.state = State::Ready;
        }
        self.choose_again();
        let meant = match &self.state {
            State::Change(of) | State::Unlock(of, _) | State::Unsure(of, _) => of.token.clone(),
            State::Asked(_, id, _) => id.clone(),
            _ => return,
        };
        if self.token_id() != Some(meant) {
            self.state = State::Ready;
            self.remark = Some(Remark::TakenOut);
        }
    }

    pub(super) fn achieve(&mut self, what: Remark) -> Vec<Effect> {
        self.achieved = true;
        self.failed = None;
        self.obstacle = None;
        self.remark = Some(what);
        if self.ends {
            // It is done, and nothing is shown that could be another now.
            return self.stay(State::Ready);
        }
        self.state = State::Looking;
        vec![self.look()]
    }

    /// The card has not done what was to be done with this PIN, or with what unlocks one.
    fn rejected(&mut self, pin: PinId, error: CardError) -> Vec<Effect> {
        self.learn(pin, &error);
        self.stumble(error)
    }

    /// How the PIN is named that a form was for.
    pub(super) fn name_of(&self, of: &Target) -> PinName {
        let (id, pin) = (&of.token, of.pin);
        let mut ready = self.ready().filter(|(token, _)| *token == id);
        let view = ready.find_map(|(_, info)| info.pin_of(pin));
        let unknown = PinName {
            role: Secret::Pin,
            called: None,
        };
        view.map_or(unknown, |view| view.name())
    }

    /// Shows what went wrong and lets the person go on where that makes sense.
    pub(super) fn stumble(&mut self, error: CardError) -> Vec<Effect> {
        self.failed = Some(error.clone());
        self.obstacle = Some(error.clone());
        self.remark = Some(Remark::Failed(error.clone()));
        match &error {
            CardError::BadSignature => {
                self.state = State::Failed(Box::new(error));
                Vec::new()
            }
            // What is left of the tries is read before anybody types again.
            CardError::Unclear(_) | CardError::Unanswered { .. } | CardError::OtherPin(_) => {
                self.state = State::Looking;
                vec![self.look()]
            }
            // Whatever was known of the token may be wrong now.
            CardError::Transport(_)
            | CardError::Changed
            | CardError::Refused { .. }
            | CardError::Declined { .. }
            | CardError::Malformed { .. }
            | CardError::SecureMessaging { .. } => {
                self.state = State::Ready;
                vec![self.look()]
            }
            CardError::Blocked(_) | CardError::Wrong { left: Some(0), .. } => {
                if matches!(self.state, State::Change(_)) {
                    self.state = State::Ready;
                }
                vec![self.look()]
            }
            _ => Vec::new(),
        }
    }

    /// Tries left of this PIN, or of what unlocks one, as the refusal told them.
    fn learn(&mut self, pin: PinId, error: &CardError) {
        let (secret, tries) = match error {
            CardError::Wrong { secret, left } => {
                (*secret, left.map_or(Tries::Unknown, Tries::from_count))
            }
            CardError::Blocked(secret) => (*secret, Tries::Blocked),
            CardError::LastTry(secret) => (*secret, Tries::Left(1)),
            CardError::Unanswered { secret, .. } => (*secret, Tries::Unknown),
            _ => return,
        };
        let Some(id) = self.token().map(|(id, _)| id.clone()) else {
            return;
        };
        if !secret.is_pin() {
            self.puk_told = Some((id.clone(), pin, tries));
        }
        let Some(Ok(tokens)) = &mut self.tokens else {
            return;
        };
        for view in tokens.iter_mut().filter(|view| view.id == id) {
            if let TokenState::Ready(info) = &mut view.state {
                info.learn(pin, tries);
            }
        }
    }
}

impl Flow {
    /// Unlocking that the card has refused for good is offered no more.
    fn learn_off(&mut self) {
        let (Some(of), Some(Ok(tokens))) = (&self.unblock_off, &mut self.tokens) else {
            return;
        };
        for view in tokens.iter_mut().filter(|view| view.id == of.token) {
            if let TokenState::Ready(info) = &mut view.state {
                info.learn_unblock_off(of.pin);
            }
        }
    }
}

/// An answer to a job that a person waits for; each job has one.
pub(super) fn is_answer(event: &Event) -> bool {
    matches!(
        event,
        Event::Report(Report::Signed(_) | Report::Changed(..) | Report::Unblocked(_))
    )
}
