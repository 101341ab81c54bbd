//! The worker's thread, as those see it who give it work.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use securesign_core::worker::Job;

/// Clones reach the same worker.
#[derive(Clone)]
pub struct Hand {
    jobs: Sender<Job>,
    thread: Arc<JoinHandle<()>>,
}

impl Hand {
    /// Of a thread that takes these jobs.
    pub fn new(jobs: Sender<Job>, thread: JoinHandle<()>) -> Self {
        let thread = Arc::new(thread);
        Self { jobs, thread }
    }

    /// Gives it a job. One that cannot be given has nobody left to wait for it.
    pub fn give(&self, job: Job) {
        let _ = self.jobs.send(job);
    }

    /// Whether it lives and answers.
    pub fn works(&self) -> bool {
        !self.thread.is_finished()
    }

    /// The PIN is forgotten and the card is logged out before the program goes. A
    /// reader that hangs, or another program that does not let the card go, must
    /// not keep it for ever.
    pub fn dismiss(&self) {
        const PATIENCE: Duration = Duration::from_secs(5);
        self.give(Job::Stop);
        let end = Instant::now() + PATIENCE;
        while self.works() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
