//! The worker's thread, as those see it who give it work.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use securesign_app::worker::Job;

/// Clones reach the same worker.
#[derive(Clone)]
pub struct Hand {
    jobs: Sender<Job>,
    /// Nothing comes of it until the thread has ended.
    end: Arc<Mutex<Receiver<()>>>,
}

impl Hand {
    /// Of a thread of its own, that takes jobs by this channel.
    pub fn new(jobs: Sender<Job>, work: impl FnOnce() + Send + 'static) -> Self {
        let (alive, end) = channel::<()>();
        std::thread::spawn(move || {
            let _alive = alive;
            work();
        });
        let end = Arc::new(Mutex::new(end));
        Self { jobs, end }
    }

    /// Gives it a job. One that cannot be given has nobody left to wait for it.
    pub fn give(&self, job: Job) {
        let _ = self.jobs.send(job);
    }

    /// Whether it lives and answers.
    pub fn works(&self) -> bool {
        let end = self.end.lock();
        end.is_ok_and(|end| end.try_recv() == Err(TryRecvError::Empty))
    }

    /// The PIN is forgotten and the card is logged out before the program goes. A
    /// reader that hangs, or another program that does not let the card go, must
    /// not keep it for ever.
    pub fn dismiss(&self) {
        const PATIENCE: Duration = Duration::from_secs(5);
        self.give(Job::Stop);
        if let Ok(end) = self.end.lock() {
            // An error either way: it has ended, or the time is over.
            let _ = end.recv_timeout(PATIENCE);
        }
    }
}
