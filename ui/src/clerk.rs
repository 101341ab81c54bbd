//! Keeps the journal, one thing after the other, while nobody waits for the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use securesign_app::flow::Event;
use securesign_app::journal::Entry;
use securesign_app::language::Language;

use crate::diagnostics;
use crate::store::journal::{self, Journal};
use crate::store::{own, used};

/// The journal's thread. Clones reach the same.
#[derive(Clone)]
pub struct Clerk {
    tasks: Sender<Task>,
    /// It was waited for in vain.
    hangs: Arc<AtomicBool>,
}

/// What is to be done with the journal. A language is for the reason why it was not.
pub enum Task {
    /// Add a line; [`Event::Unrecorded`] where that fails.
    Append(Box<Entry>, Language),
    /// Note that this request of this origin was signed.
    Spend(String, String),
    /// Read it, for [`Event::Journal`].
    Read(Language),
    /// Copy it to where the user finds it, for [`Event::Exported`].
    Export(Language),
    /// Save this certificate, of this serial number, to where the user finds it, for
    /// [`Event::Saved`].
    Save(String, String, Language),
    /// Write this report to where the user finds it, for [`Event::Exported`].
    Report(String, Language),
    /// Nothing: what came before is done when this is dropped.
    Settle(Sender<()>),
}

impl Clerk {
    /// `report` takes what comes of each.
    pub fn new(report: impl Fn(Event) -> bool + Send + 'static) -> Self {
        let (tasks, queue) = channel();
        std::thread::spawn(move || work(&queue, &report));
        let hangs = Arc::default();
        Self { tasks, hangs }
    }

    /// Will be done after what came before.
    pub fn give(&self, task: Task) {
        let _ = self.tasks.send(task);
    }

    /// Waits until all that was given is done, but not for ever for a disk that hangs, and
    /// not a second time.
    pub fn settle(&self) {
        const PATIENCE: Duration = Duration::from_secs(5);
        self.settled(self.settling(), Instant::now() + PATIENCE);
    }

    /// Nothing comes of it until all that was given so far is done.
    pub fn settling(&self) -> Receiver<()> {
        let (sender, done) = channel();
        self.give(Task::Settle(sender));
        done
    }

    /// Waits for that, unless the disk has made others wait in vain before.
    pub fn settled(&self, done: Receiver<()>, until: Instant) {
        let patience = match self.hangs.load(Ordering::SeqCst) {
            true => Duration::ZERO,
            false => until.saturating_duration_since(Instant::now()),
        };
        // An error either way: the sender was dropped, or the time is over.
        let over = done.recv_timeout(patience) == Err(RecvTimeoutError::Timeout);
        self.hangs.store(over, Ordering::SeqCst);
    }
}

fn work(queue: &Receiver<Task>, report: &dyn Fn(Event) -> bool) {
    for task in queue {
        let event = match task {
            Task::Append(entry, language) => {
                let written = journal::of_user().and_then(|journal| journal.append(&entry));
                written.err().map(|error| Event::Unrecorded {
                    request: entry.request_id.clone(),
                    reason: own::explain(&error, language),
                })
            }
            Task::Spend(origin, id) => {
                used::signed(&origin, &id);
                None
            }
            Task::Read(language) => {
                let read = journal::of_user().and_then(|journal| journal.read(journal::SHOWN));
                let read = read.map_err(|error| own::explain(&error, language));
                Some(Event::Journal(read))
            }
            Task::Export(language) => {
                let copied = journal::of_user().and_then(Journal::export_for_user);
                let copied = copied.map_err(|error| own::explain(&error, language));
                Some(Event::Exported(copied))
            }
            Task::Save(serial, pem, language) => {
                let saved = own::save_for_user(&format!("certificate-{serial}"), "pem", &|file| {
                    own::write_new(file, pem.as_bytes())
                });
                let saved = saved.map_err(|error| own::explain(&error, language));
                Some(Event::Saved(saved))
            }
            Task::Report(text, language) => {
                let saved = diagnostics::save(&text);
                let saved = saved.map_err(|error| own::explain(&error, language));
                Some(Event::Exported(saved))
            }
            Task::Settle(done) => {
                drop(done);
                None
            }
        };
        event.map(report);
    }
}
