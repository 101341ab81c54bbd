//! The worker's thread, as those see it who give it work.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use securesign_app::worker::{Job, Progress, Report, watch_over};

/// Has it told how the worker is getting on, by a thread of its own.
pub fn tell_of(progress: &Progress, tell: impl Fn(Report) + Send + 'static) {
    let progress = progress.clone();
    std::thread::spawn(move || watch_over(&progress, &tell));
}

/// Clones reach the same worker.
#[derive(Clone)]
pub struct Hand {
    jobs: Sender<Job>,
    /// Nothing comes of it until the thread has ended.
    end: Arc<Mutex<Receiver<()>>>,
    /// Until when its end is waited for.
    until: Arc<OnceLock<Instant>>,
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
        let until = Arc::default();
        Self { jobs, end, until }
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

    /// Has the PIN forgotten and the card logged out before the program goes. Gives until
    /// when that is waited for, the same however often it is asked for: a reader that hangs,
    /// or another program that does not let the card go, must not keep it for ever.
    pub fn stop(&self) -> Instant {
        const PATIENCE: Duration = Duration::from_secs(5);
        self.give(Job::Stop);
        *self.until.get_or_init(|| Instant::now() + PATIENCE)
    }

    /// Waits for the end of the thread, which was told to stop.
    pub fn ended(&self, until: Instant) {
        if let Ok(end) = self.end.lock() {
            // An error either way: it has ended, or the time is over.
            let _ = end.recv_timeout(until.saturating_duration_since(Instant::now()));
        }
    }
}
