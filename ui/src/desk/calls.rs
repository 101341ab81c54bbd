//! What other starts of the program hand over to this one.

use std::cell::Cell;
use std::sync::mpsc::{Receiver, channel};

use jiff::Timestamp;
use securesign_app::flow::Arrival;

use super::{Desk, rouse};
use crate::instance::{Answer, Call, Instance};
use crate::store::{settings, used};

/// Calls that have come in, and whether the window should come up.
#[derive(Default)]
pub struct Calls {
    queue: Option<Receiver<Call>>,
    called: bool,
}

impl Calls {
    /// Whether the window should come up; asked once for each time.
    pub fn called(&mut self) -> bool {
        std::mem::take(&mut self.called)
    }

    fn next(&self) -> Option<Call> {
        self.queue.as_ref()?.try_recv().ok()
    }
}

impl Desk {
    /// Takes in what other starts hand over, from now on.
    pub fn listen(&mut self, instance: &mut Instance) {
        let (sender, queue) = channel();
        let wake = self.wake.clone();
        self.calls.queue = Some(queue);
        instance.listen(move |call| {
            // Where nobody is left to take it, the other start hears that.
            let _ = sender.send(call);
            rouse(&wake);
        });
    }

    /// True if anybody called.
    pub(super) fn hear(&mut self) -> bool {
        let mut any = false;
        while let Some(call) = self.calls.next() {
            self.take(call);
            any = true;
        }
        any
    }

    fn take(&mut self, call: Call) {
        // Who has given up has opened a window, and one that is closed cannot come
        // up any more.
        if !call.waits() || self.exit().is_some() {
            return;
        }
        let wanted = call.wanted();
        let Some(link) = &wanted.link else {
            self.calls.called = true;
            return call.answer(Answer::Shown);
        };
        let language = self.flow.language();
        let order = settings::accept(link, false, &self.seen, language)
            .map(|order| order.called_by(wanted.caller.clone()))
            .map_err(|refused| refused.called_by(wanted.caller.clone()));
        let refused = Cell::new(order.as_ref().is_err_and(|refused| !refused.asks()));
        let claim = |origin: &str, id: &str| {
            let claimed = used::claim(origin, id, language);
            refused.set(claimed.is_err());
            claimed
        };
        let (arrival, effects) = self.flow.arrive(order, &claim, Timestamp::now());
        self.carry_out(effects);
        // One that waits leaves the person where they are.
        self.calls.called |= arrival == Arrival::Shown;
        if let Some(answer) = Answer::of(arrival, refused.get()) {
            call.answer(answer);
        }
    }
}
