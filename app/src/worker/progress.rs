//! What the worker is doing at this moment, for whoever waits for it: a call into the
//! PC/SC service cannot be interrupted, and says nothing while it lasts.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use securesign_card::frame::Frame;
use securesign_card::profile::SIGN;
use securesign_card::transport::{Transport, TransportError};

/// Before it is said that another program is waited for.
const OTHERS: Duration = Duration::from_secs(1);

/// Before it is said that the token may wait for a touch. Most sign faster.
const TOUCH: Duration = Duration::from_secs(2);

/// A reader that has not answered by then will not. More than a card may take for one
/// job in all ([`securesign_card::channel`]), so that a slow one is told from a dead one.
const SILENCE: Duration = Duration::from_secs(75);

/// Shared between the worker and who watches over it.
#[derive(Clone, Default)]
pub struct Progress(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    step: Option<(Step, Instant)>,
    ended: bool,
}

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The card is waited for: another program may have a transaction with it.
    Waits,
    /// A dialogue with the card.
    Talks,
    /// The command that makes a signature.
    Signs,
}

/// What takes longer than it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// Another program is waited for.
    Others,
    /// The token may wait for a touch.
    Touch,
    /// The reader does not answer.
    Silence,
}

impl Progress {
    pub(super) fn is(&self, step: Option<Step>) {
        self.lock().step = step.map(|step| (step, Instant::now()));
        self.0.1.notify_all();
    }

    /// The worker has ended.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.0.1.notify_all();
    }

    /// Waits until something takes too long, which is told once each time; `None` when
    /// the worker has ended.
    pub fn overdue(&self) -> Option<Overdue> {
        let mut state = self.lock();
        while !state.ended {
            let Some((step, since)) = state.step else {
                state = self.wait(state, None);
                continue;
            };
            let (limit, overdue, next) = match step {
                Step::Waits => (OTHERS, Overdue::Others, None),
                Step::Talks => (SILENCE, Overdue::Silence, None),
                Step::Signs => (TOUCH, Overdue::Touch, Some((Step::Talks, since))),
            };
            match limit.checked_sub(since.elapsed()) {
                Some(left) => state = self.wait(state, Some(left)),
                None => {
                    state.step = next;
                    return Some(overdue);
                }
            }
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(
        &self,
        state: MutexGuard<'s, State>,
        limit: Option<Duration>,
    ) -> MutexGuard<'s, State> {
        let changed = &self.0.1;
        match limit {
            Some(limit) => {
                let waited = changed.wait_timeout(state, limit);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => changed.wait(state).unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// A transport that tells when the card is asked for a signature.
pub(super) struct Told<'a> {
    pub(super) transport: &'a mut dyn Transport,
    pub(super) progress: &'a Progress,
    /// The frames belong to the command that signs.
    pub(super) signs: bool,
}

impl Transport for Told<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        if !self.signs {
            return self.transport.exchange(frame);
        }
        self.progress.is(Some(Step::Signs));
        let answer = self.transport.exchange(frame);
        self.progress.is(Some(Step::Talks));
        answer
    }

    fn step(&mut self, name: &'static str) {
        self.signs = name == SIGN;
        self.transport.step(name);
    }

    fn elapsed(&self) -> Duration {
        self.transport.elapsed()
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        self.transport.random(bytes)
    }
}
