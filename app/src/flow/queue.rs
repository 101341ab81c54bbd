//! Links that come while the program runs: one request is shown at a time, a few
//! wait for their turn.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{Busy, Effect, Flow, Order, Page, Purpose, Refused, Spent, State, Undelivered};

/// How many requests may wait.
pub const WAITING_MAX: usize = 5;

/// What became of a link that came while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is on the screen.
    Shown,
    /// It is this one of those that wait, counted from one.
    Waiting(usize),
    /// The same request is shown or waits already.
    AlreadyThere,
    /// Too many wait.
    Full,
    /// The program is about to end and takes nothing any more.
    Closing,
}

/// Requests that come one after the other without a pause.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Result<Order, Refused>>,
    /// Which of them is shown, counted from one.
    pub(super) place: usize,
    /// How many found no room.
    pub(super) turned_away: usize,
}

impl Flow {
    /// Another link has come. `claim` is as in [`Order::claimed`], and asked last:
    /// a request that finds no room now may come again.
    pub fn arrive(
        &mut self,
        order: Result<Order, Refused>,
        claim: &dyn Fn(&str, &str) -> Result<(), Spent>,
        now: Timestamp,
    ) -> (Arrival, Vec<Effect>) {
        let mut effects = self.expire(now);
        if self.exit.is_some() {
            return (Arrival::Closing, effects);
        }
        if self.is_there(&order) {
            return (Arrival::AlreadyThere, effects);
        }
        if self.queue.waiting.len() == WAITING_MAX {
            self.queue.turned_away += 1;
            return (Arrival::Full, effects);
        }
        let order = order.and_then(|order| order.claimed(claim));
        if self.is_there(&order) {
            return (Arrival::AlreadyThere, effects);
        }
        let at_once = self.queue.waiting.is_empty() && self.is_at_rest();
        if at_once {
            self.queue = Queue::default();
        }
        self.queue.waiting.push_back(order);
        if at_once {
            effects.extend(self.part());
        }
        let arrival = match self.queue.waiting.len() {
            0 => Arrival::Shown,
            place => Arrival::Waiting(place),
        };
        (arrival, effects)
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.queue.waiting.len()
    }

    /// Which of how many is shown, where there are several.
    pub(super) fn place(&self) -> Option<(usize, usize)> {
        let all = self.queue.place + self.waiting();
        (all > 1).then_some((self.queue.place, all))
    }

    /// Leaves what is shown. The next request that waits takes its place; without
    /// one this is the end.
    pub(super) fn part(&mut self) -> Vec<Effect> {
        let told = matches!(self.state, State::Undelivered(_));
        let busy = match self.state {
            State::Busy(Busy::Abandoned) => return self.dissolve(),
            State::Busy(_) => true,
            _ => false,
        };
        let mut effects = self.leave();
        if self.queue.waiting.is_empty() {
            return effects;
        }
        self.exit = None;
        if busy {
            // The card's answer must not be taken for one to the next request.
            self.state = State::Busy(Busy::Abandoned);
        } else if told || !matches!(self.state, State::Undelivered(_)) {
            effects.extend(self.advance());
        }
        effects
    }

    /// A signature was made for this origin.
    pub(super) fn served(&mut self, origin: &str) {
        for order in self.queue.waiting.iter_mut().flatten() {
            order.served(origin);
        }
    }

    /// A form of the token window was all that they waited for.
    pub(super) fn give_way(&mut self) -> Vec<Effect> {
        match self.purpose {
            Purpose::Manage => self.advance(),
            Purpose::Sign(_) => Vec::new(),
        }
    }

    /// The next request that waits, if any. One whose portal may not call any more is
    /// refused, and nobody has seen it; one whose portal may call by now goes on.
    pub(super) fn advance(&mut self) -> Vec<Effect> {
        let Some(order) = self.queue.waiting.pop_front() else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        let order = order.and_then(|order| {
            let permit = self.permit(order.way());
            let permit = permit.inspect_err(|_| effects.push(order.release()))?;
            Ok(order.permitted(permit))
        });
        let refused = order.as_ref().err().filter(|refused| !refused.asks());
        let denied = refused.and_then(Refused::denied);
        let reopen = denied.cloned().map(Box::new).map(Effect::Reopen);
        effects.extend(self.next(order));
        effects.extend(reopen);
        effects
    }

    /// The card does not let go of a request that was given up, and whoever waits
    /// for it has had enough: all are given up.
    fn dissolve(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(order) = self.queue.waiting.pop_front() {
            self.next(order);
            effects.extend(self.leave());
        }
        effects
    }

    /// Nobody is in the middle of anything.
    fn is_at_rest(&self) -> bool {
        match &self.state {
            State::Looking | State::Ready => matches!(self.purpose, Purpose::Manage),
            // A certificate of a request that is being read.
            State::Page(Page::Certificate(_)) => matches!(self.purpose, Purpose::Manage),
            // What is being typed or asked there would be lost.
            State::Page(page) => !matches!(page, Page::Allow(_) | Page::Forbid(_)),
            // A signature is given up by a person only.
            State::Undelivered(Undelivered::Held(_)) => false,
            State::Signed | State::Failed(_) | State::Undelivered(_) => true,
            // A portal is told when a person closes the page, and not because another
            // link has come.
            State::Refused(refused) => refused.way().is_none(),
            _ => false,
        }
    }

    /// Whether the same is shown or waits.
    fn is_there(&self, order: &Result<Order, Refused>) -> bool {
        let waits = |other| same(order, other);
        let shown = match (order, &self.purpose, &self.state) {
            (Ok(new), Purpose::Sign(shown), _) => new.is_same(shown),
            (Err(new), _, State::Refused(shown)) => new == shown,
            (Err(new), _, State::Allow(shown) | State::Inquiring(shown)) => *new == **shown,
            _ => false,
        };
        shown || self.queue.waiting.iter().any(waits)
    }
}

fn same(one: &Result<Order, Refused>, other: &Result<Order, Refused>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => one.is_same(other),
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}
