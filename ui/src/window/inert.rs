//! The time for which a page that commits to something does nothing, so that a
//! click or key meant for another window signs nothing (requirement 11).
//!
//! When a key was pressed the toolkit does not tell: one that comes out of the queue may
//! have been there for as long as the program or the whole machine stood still. So the time
//! is read between two turns of the event loop, and what is handled in a turn is judged by
//! what was read before the turn in which the queue was last emptied.

use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use fltk::app;
use fltk::enums::Event;
use fltk::prelude::*;
use fltk::window::DoubleWindow;

use super::eye::Eye;

/// How often to look again whether the window can be seen, while it cannot.
const BLINK: f64 = 0.1;

/// Counts from when a person could first see the page and type into it, and again
/// from whatever they do before it is over. Clones share the clock.
#[derive(Clone)]
pub struct Inert {
    clock: Rc<Clock>,
    /// The form was over once: what is typed into it is meant for it, be it that
    /// the page around it has changed. Pages with the same form share it.
    typing: Rc<Cell<bool>>,
    longest: Duration,
    window: DoubleWindow,
    eye: Rc<Eye>,
}

#[derive(Default)]
struct Clock {
    drawn: Cell<bool>,
    since: Cell<Option<Instant>>,
    /// How often the window had been away then.
    away: Cell<u32>,
    /// It will be looked again.
    blinks: Cell<bool>,
    /// How much time had passed at the end of the last turn of the loop. What a person did
    /// before may still be on its way.
    read: Cell<Duration>,
    /// And of the turn before: what was done by then has been handled.
    passed: Cell<Duration>,
}

impl Clock {
    /// Back at the beginning; whether it had begun.
    fn stop(&self) -> bool {
        self.read.set(Duration::ZERO);
        self.passed.set(Duration::ZERO);
        self.since.take().is_some()
    }
}

impl Inert {
    /// Not begun. `longest` is the longest time any button waits.
    pub fn new(longest: Duration, window: &DoubleWindow, eye: &Rc<Eye>) -> Self {
        Self {
            clock: Rc::default(),
            typing: Rc::default(),
            longest,
            window: window.clone(),
            eye: eye.clone(),
        }
    }

    /// The screen is being drawn: begins, if it has not yet.
    pub fn begin(&self) {
        self.clock.drawn.set(true);
        self.look();
    }

    /// The screen was drawn.
    pub fn begun(&self) -> bool {
        self.clock.drawn.get()
    }

    /// Begins again, for something has changed what the next key would do.
    pub fn again(&self) {
        self.clock.stop();
        self.look();
    }

    /// Takes over how long another page has been seen.
    pub fn carry_on(&self, other: &Inert) {
        self.clock.drawn.set(other.begun());
        let since = other.clock.since.get();
        self.clock.since.set(since);
        self.clock.read.set(other.clock.read.get());
        self.clock.passed.set(other.clock.passed.get());
        self.clock.away.set(other.clock.away.get());
        if let Some(since) = since {
            self.wake_after(self.longest.saturating_sub(since.elapsed()));
        }
    }

    /// The page has the same form as another one: whoever types goes on typing.
    pub fn carry_form(&mut self, other: &Inert) {
        self.typing = other.typing.clone();
    }

    /// Whether a button that waits this long works now.
    pub fn over(&self, wait: Duration) -> bool {
        if wait.is_zero() {
            return true;
        }
        self.look();
        self.clock.passed.get() >= wait
    }

    /// A turn of the event loop is over: everything that had come is handled.
    pub fn turn(&self) {
        let before = self.clock.passed.replace(self.clock.read.get());
        // Also has the server send what it has.
        self.look();
        let since = self.clock.since.get();
        let read = since.map_or(Duration::ZERO, |since| since.elapsed());
        self.clock.read.set(read);
        // What looks different from now on.
        if before < self.longest && self.clock.passed.get() >= self.longest {
            self.window.clone().redraw();
        }
    }

    /// The time is over for what comes after one more turn, which need not wait for anything.
    pub fn wants_turn(&self) -> bool {
        self.clock.passed.get() < self.longest && self.clock.read.get() >= self.longest
    }

    /// Whether a key or click is to be dropped: what somebody does before the time
    /// is over was meant for another window, and it begins again.
    pub fn drops(&self, event: Event) -> bool {
        if !matches!(event, Event::KeyDown | Event::Push) || self.over(self.longest) {
            return false;
        }
        self.again();
        true
    }

    /// As [`Inert::drops`], for what is typed into a box: a page that changes by
    /// itself must not take a character out of the middle.
    pub fn drops_typing(&self) -> bool {
        if self.over(self.longest) {
            self.typing.set(true);
        }
        // Out of sight it was forgotten.
        !self.typing.get() && self.drops(Event::KeyDown)
    }

    /// Whether what is typed is taken.
    pub fn takes_typing(&self) -> bool {
        self.over(self.longest) || self.typing.get()
    }

    /// Begins when the window is seen, and is back at its beginning when it is not.
    pub fn look(&self) {
        if self.longest.is_zero() || !self.clock.drawn.get() {
            return;
        }
        let seen = self.eye.look();
        if seen != Some(self.clock.away.get()) && self.clock.stop() {
            self.typing.set(false);
        }
        match seen {
            None => self.blink(),
            Some(away) if self.clock.since.get().is_none() => {
                self.clock.away.set(away);
                self.clock.since.set(Some(Instant::now()));
                self.wake_after(self.longest);
            }
            Some(_) => {}
        }
    }

    /// Looks again soon, as long as the page is there.
    fn blink(&self) {
        if self.clock.blinks.replace(true) {
            return;
        }
        let clock: Weak<Clock> = Rc::downgrade(&self.clock);
        let (typing, eye) = (self.typing.clone(), self.eye.clone());
        let (longest, window) = (self.longest, self.window.clone());
        app::add_timeout3(BLINK, move |_| {
            let Some(clock) = clock.upgrade() else {
                return;
            };
            clock.blinks.set(false);
            let inert = Self {
                clock,
                typing: typing.clone(),
                longest,
                window: window.clone(),
                eye: eye.clone(),
            };
            inert.look();
        });
    }

    /// Has the loop turn when the time is over, be it that nothing else happens.
    fn wake_after(&self, time: Duration) {
        app::add_timeout3(time.as_secs_f64() + 0.01, |_| {});
    }
}
