//! What the worker is doing at this moment, for whoever waits for it: a call into the
//! PC/SC service cannot be interrupted, and says nothing while it lasts.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use securesign_card::frame::Frame;
use securesign_card::profile::SIGN;
use securesign_card::transport::{Transport, TransportError};

/// Before it is said that another program is waited for.
const OTHERS: Duration = Duration::from_secs(1);

/// Before it is said that the token is slow, or may wait for a touch. Most are faster.
const SLOW: Duration = Duration::from_secs(2);

/// A reader that has not answered by then will not. More than a card may take for one
/// job in all ([`securesign_card::channel`]), so that a slow one is told from a dead one.
const SILENCE: Duration = Duration::from_secs(75);

/// Shared between the worker and who watches over it.
#[derive(Clone, Default)]
pub struct Progress(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    step: Option<Since>,
    /// When it is looked at in any case; `None`: not before somebody is woken.
    looked_at: Option<Instant>,
    ended: bool,
}

/// A step, since when, and how much of what it may come to was told.
struct Since {
    step: Step,
    start: Instant,
    told: usize,
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

impl Step {
    /// What it may come to, and after which time, in order.
    fn outlook(self) -> &'static [(Duration, News)] {
        match self {
            Self::Waits => &[(OTHERS, News::Others)],
            Self::Talks => &[(SLOW, News::Slow), (SILENCE, News::Silence)],
            Self::Signs => &[
                (Duration::ZERO, News::Signs),
                (SLOW, News::Touch),
                (SILENCE, News::Silence),
            ],
        }
    }
}

/// What a person wants to know of a job that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Another program is waited for.
    Others,
    /// The token takes its time.
    Slow,
    /// All else is done: the token makes the signature now.
    Signs,
    /// It takes its time for that, and may wait for a touch.
    Touch,
    /// The reader does not answer.
    Silence,
}

impl Progress {
    /// Most steps are over before there is anything to tell of them: nobody is woken who
    /// looks in time.
    pub(super) fn is(&self, step: Option<Step>) {
        let start = Instant::now();
        let first = step.and_then(|step| step.outlook().first());
        let due = first.map(|(limit, _)| start + *limit);
        let mut state = self.lock();
        let in_time = match (due, state.looked_at) {
            (Some(due), Some(at)) => at <= due,
            (Some(_), None) => false,
            (None, _) => true,
        };
        let told = 0;
        state.step = step.map(|step| Since { step, start, told });
        if !in_time {
            self.0.1.notify_all();
        }
    }

    /// The worker has ended.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.0.1.notify_all();
    }

    /// Waits until there is something to tell, each once for a step; `None` when the
    /// worker has ended.
    pub fn news(&self) -> Option<News> {
        let mut state = self.lock();
        while !state.ended {
            let next = state.step.as_mut().and_then(|since| {
                let &(limit, news) = since.step.outlook().get(since.told)?;
                Some((limit.saturating_sub(since.start.elapsed()), news, since))
            });
            match next {
                None => state = self.wait(state, None),
                Some((Duration::ZERO, news, since)) => {
                    since.told += 1;
                    return Some(news);
                }
                Some((left, ..)) => state = self.wait(state, Some(left)),
            }
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(
        &self,
        mut state: MutexGuard<'s, State>,
        limit: Option<Duration>,
    ) -> MutexGuard<'s, State> {
        let changed = &self.0.1;
        state.looked_at = limit.map(|limit| Instant::now() + limit);
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
