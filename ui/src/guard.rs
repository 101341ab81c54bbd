//! Stands by while a PIN is typed or kept: has it forgotten when the computer sleeps
//! or its screen is locked, and lets other starts of the program see that it is kept.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use securesign_app::worker::{Job, Report};

#[cfg(target_os = "linux")]
pub mod bus;
#[cfg(windows)]
pub mod windows;

use crate::store::mark::Mark;

/// Hears what the worker reports, on the worker's own thread: a front end may be
/// waiting for a person.
pub struct Guard {
    alarm: Alarm,
    mark: RefCell<Option<Mark>>,
}

impl Guard {
    /// Idle until a PIN is kept, or somebody may type one.
    pub fn new(alarm: Alarm) -> Self {
        Self {
            alarm,
            mark: RefCell::new(None),
        }
    }

    /// Takes note of a report.
    pub fn hear(&self, report: &Report) {
        let Report::Session(session) = report else {
            return;
        };
        self.alarm.kept.store(session.is_some(), Ordering::SeqCst);
        let token = session.as_ref().map(|kept| &kept.binding.token);
        let mut mark = self.mark.borrow_mut();
        if mark.as_ref().map(Mark::token) != token {
            *mark = token.and_then(Mark::set);
        }
        // Programs that never keep a PIN have nothing to do with the bus.
        if session.is_some() {
            self.alarm.stand_by();
        }
    }
}

/// How a PIN is locked from elsewhere.
#[derive(Clone)]
pub struct Alarm {
    #[cfg_attr(
        target_os = "macos",
        allow(dead_code, reason = "nothing rings there yet")
    )]
    jobs: Sender<Job>,
    /// Tells the flow.
    #[cfg_attr(
        target_os = "macos",
        allow(dead_code, reason = "nothing rings there yet")
    )]
    tell: Arc<dyn Fn() + Send + Sync>,
    kept: Arc<AtomicBool>,
    watching: Arc<AtomicBool>,
}

/// How often it rang, for a question at which a PIN is half typed.
static RUNG: AtomicU32 = AtomicU32::new(0);

/// How often the computer went to sleep or was locked while somebody stood by.
#[cfg(unix)]
pub fn rung() -> u32 {
    RUNG.load(Ordering::SeqCst)
}

impl Alarm {
    /// `jobs` go to the worker, and `tell` lets the flow know.
    pub fn new(jobs: Sender<Job>, tell: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            jobs,
            tell: Arc::new(tell),
            kept: Arc::default(),
            watching: Arc::default(),
        }
    }

    /// Listens from now on.
    pub fn stand_by(&self) {
        if !self.watching.swap(true, Ordering::SeqCst) {
            watch(self);
        }
    }

    /// Has the worker forget the kept PIN, and everybody what was typed.
    #[cfg(not(target_os = "macos"))]
    pub fn ring(&self) {
        RUNG.fetch_add(1, Ordering::SeqCst);
        // A worker that has ended keeps nothing.
        let _ = self.jobs.send(Job::Lock);
        (self.tell)();
    }

    /// Whether a PIN is kept.
    #[cfg(not(target_os = "macos"))]
    pub fn is_kept(&self) -> bool {
        self.kept.load(Ordering::SeqCst)
    }
}

#[cfg(target_os = "linux")]
fn watch(alarm: &Alarm) {
    bus::watch(alarm);
}

#[cfg(windows)]
fn watch(alarm: &Alarm) {
    windows::watch(alarm);
}

/// Not built yet for other systems: there a kept PIN ends by time, by hand, with
/// the token and with the program.
#[cfg(not(any(target_os = "linux", windows)))]
fn watch(_alarm: &Alarm) {}
