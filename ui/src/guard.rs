//! Stands by while a PIN is kept: has it locked when the computer sleeps or its
//! screen is locked, and lets other starts of the program see that it is kept.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use securesign_core::worker::{Job, Report};

#[cfg(target_os = "linux")]
pub mod bus;
mod mark;

use mark::Mark;
pub use mark::kept_by_another;

/// Hears what the worker reports, on the worker's own thread: a face may be
/// waiting for a person.
pub struct Guard {
    alarm: Alarm,
    watching: Cell<bool>,
    mark: RefCell<Option<Mark>>,
}

impl Guard {
    /// Idle until a PIN is kept.
    pub fn new(jobs: Sender<Job>) -> Self {
        let kept = Arc::default();
        Self {
            alarm: Alarm { jobs, kept },
            watching: Cell::new(false),
            mark: RefCell::new(None),
        }
    }

    /// Takes note of a report.
    pub fn hear(&self, report: &Report) {
        let Report::Session(session) = report else {
            return;
        };
        self.alarm.kept.store(session.is_some(), Ordering::SeqCst);
        let reader = session.as_ref().map(|kept| &*kept.binding.token.reader);
        let mut mark = self.mark.borrow_mut();
        if mark.as_ref().map(Mark::reader) != reader {
            *mark = reader.and_then(Mark::set);
        }
        // Programs that never keep a PIN have nothing to do with the bus.
        if session.is_some() && !self.watching.replace(true) {
            watch(&self.alarm);
        }
    }
}

/// How a PIN is locked from elsewhere.
#[derive(Clone)]
pub struct Alarm {
    #[cfg_attr(
        not(target_os = "linux"),
        allow(dead_code, reason = "nothing rings there yet")
    )]
    jobs: Sender<Job>,
    kept: Arc<AtomicBool>,
}

impl Alarm {
    /// Has the worker forget the kept PIN.
    #[cfg(target_os = "linux")]
    pub fn ring(&self) {
        // A worker that has ended keeps nothing.
        let _ = self.jobs.send(Job::Lock);
    }

    /// Whether a PIN is kept.
    #[cfg(target_os = "linux")]
    pub fn is_kept(&self) -> bool {
        self.kept.load(Ordering::SeqCst)
    }
}

#[cfg(target_os = "linux")]
fn watch(alarm: &Alarm) {
    bus::watch(alarm);
}

/// Not built yet for other systems: there a kept PIN ends by time, by hand, with
/// the token and with the program.
#[cfg(not(target_os = "linux"))]
fn watch(_alarm: &Alarm) {}
