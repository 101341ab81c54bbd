//! The time for which a consent button does nothing, so that a click or key
//! meant for another window signs nothing (requirement 11).

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use fltk::app;
use fltk::prelude::*;
use fltk::window::DoubleWindow;

/// Counts from when the screen was first drawn; clones share the clock.
#[derive(Clone)]
pub struct Inert {
    since: Rc<Cell<Option<Instant>>>,
    longest: Duration,
    window: DoubleWindow,
}

impl Inert {
    /// Not begun. `longest` is the longest time any button waits.
    pub fn new(longest: Duration, window: &DoubleWindow) -> Self {
        Self {
            since: Rc::default(),
            longest,
            window: window.clone(),
        }
    }

    /// The screen is being drawn: begins, if it has not yet.
    pub fn begin(&self) {
        if self.since.get().is_none() {
            self.restart();
        }
    }

    /// The screen was drawn.
    pub fn begun(&self) -> bool {
        self.since.get().is_some()
    }

    /// Begins anew, for something has changed what the next key would do.
    pub fn again(&self) {
        self.restart();
    }

    /// Takes over how long another page has been seen.
    pub fn carry_on(&self, other: &Inert) {
        if !other.over(other.longest) {
            self.restart();
        }
        self.since.set(other.since.get());
    }

    /// Begins anew while it still lasts: a key that is held down, or typing
    /// that was meant for another window, keeps the buttons inert until it ends.
    pub fn disturbed(&self) {
        if !self.over(self.longest) {
            self.restart();
        }
    }

    /// Whether a button that waits this long works now.
    pub fn over(&self, wait: Duration) -> bool {
        wait.is_zero()
            || self
                .since
                .get()
                .is_some_and(|since| since.elapsed() >= wait)
    }

    fn restart(&self) {
        self.since.set(Some(Instant::now()));
        if !self.longest.is_zero() {
            let mut window = self.window.clone();
            app::add_timeout3(self.longest.as_secs_f64() + 0.01, move |_| window.redraw());
        }
    }
}
