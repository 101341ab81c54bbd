//! The program is told to end from outside: Ctrl-C, the end of the desktop
//! session, a terminal that is closed.
//!
//! While a person is served in the terminal, Ctrl-C means what it says there: it gives
//! up, as closing the window does, and the portal hears it. A second one, while that
//! is being done, ends the program.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::clerk::Clerk;
use crate::hand::Hand;

/// Ctrl-C ends the program.
const ENDS: u8 = 0;
/// A person is served: Ctrl-C gives up.
const SERVES: u8 = 1;
/// It was pressed.
const GIVEN_UP: u8 = 2;

static CTRL_C: AtomicU8 = AtomicU8::new(ENDS);
/// The program is about to be ended.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Ctrl-C gives up as long as this lives.
pub struct Served;

impl Served {
    /// From now on.
    pub fn begin() -> Self {
        CTRL_C.store(SERVES, Ordering::SeqCst);
        Self
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        CTRL_C.store(ENDS, Ordering::SeqCst);
    }
}

/// Whether Ctrl-C was pressed, and it is to be given up.
pub fn given_up() -> bool {
    CTRL_C.load(Ordering::SeqCst) == GIVEN_UP
}

/// Does not return once the program is about to be ended: what happens from then on is
/// nobody's word, and must be neither told nor written down.
pub fn stand_still() {
    while ENDING.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

/// The card is logged out and the journal is written before the program goes, both at the
/// same time.
pub fn part(hand: &Hand, clerk: &Clerk) {
    let until = hand.stop();
    let written = clerk.settling();
    hand.ended(until);
    clerk.settled(written, until);
}

/// From now on the card is logged out first, and the journal written; then the program
/// ends as it would have without this. Nothing is called back: nobody has said no to a
/// portal.
#[cfg(unix)]
pub fn heed(hand: Hand, clerk: Clerk) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let mut signals = match Signals::new([SIGHUP, SIGINT, SIGTERM]) {
        Ok(signals) => signals,
        Err(error) => return tracing::debug!("signals end the program at once: {error}"),
    };
    // A terminal that is asked for a PIN just then would stay without echo.
    let modes = crate::prompt::Modes::now();
    std::thread::spawn(move || {
        let gives_up = || {
            let order = Ordering::SeqCst;
            let first = CTRL_C.compare_exchange(SERVES, GIVEN_UP, order, order);
            first.is_ok()
        };
        let Some(signal) = signals
            .forever()
            .find(|signal| *signal != SIGINT || !gives_up())
        else {
            return;
        };
        ENDING.store(true, Ordering::SeqCst);
        part(&hand, &clerk);
        if let Some(modes) = modes {
            modes.restore();
        }
        let _ = emulate_default_handler(signal);
    });
}

/// The same. Windows ends a program by itself where its console is closed, and when the
/// session ends; Ctrl-C ends this one here, which is what it did before.
#[cfg(windows)]
pub fn heed(hand: Hand, clerk: Clerk) {
    /// STATUS_CONTROL_C_EXIT, as a program ends that does not heed it.
    const CONTROL_C: i32 = 0xC000_013A_u32 as i32;
    let end = move || {
        ENDING.store(true, Ordering::SeqCst);
        part(&hand, &clerk);
    };
    crate::guard::windows::at_end(end.clone());
    let heard = ctrlc::try_set_handler(move || {
        end();
        std::process::exit(CONTROL_C);
    });
    if let Err(error) = heard {
        tracing::debug!("Ctrl-C ends the program at once: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::{Duration, Instant};

    use securesign_app::language::Language;

    use super::*;
    use crate::clerk::Task;

    #[test]
    fn a_reader_and_a_disk_that_hang_are_waited_for_at_once_and_once() {
        let (jobs, _queue) = channel();
        let hand = Hand::new(jobs, || {
            loop {
                std::thread::park();
            }
        });
        let clerk = Clerk::new(|_| {
            loop {
                std::thread::park();
            }
        });
        clerk.give(Task::Read(Language::English));
        let start = Instant::now();
        // At the end, and once more when all is dropped.
        for _ in 0..2 {
            part(&hand, &clerk);
        }
        let waited = start.elapsed();
        assert!(waited < Duration::from_secs(7), "{waited:?}");
        assert!(waited > Duration::from_secs(3), "{waited:?}");
    }
}
