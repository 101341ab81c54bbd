//! One window for each user: a second start hands its link to the first one and
//! ends. They meet at a socket in a folder of this user alone, on Windows at a pipe.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use securesign_app::flow::{Arrival, WAITING_MAX};
use securesign_app::language::Language;
use securesign_card::text;

mod folder;
#[cfg(windows)]
mod pipe;
#[cfg(windows)]
mod process;
#[cfg(unix)]
mod socket;
mod wire;

use folder::Folder;
#[cfg(windows)]
use pipe::hand_over;
#[cfg(windows)]
pub use pipe::{Call, Instance};
#[cfg(unix)]
use socket::hand_over;
#[cfg(unix)]
pub use socket::{Call, Instance};

/// How long a second start tries. The first may be about to open its window, or
/// to close it.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a call may take to arrive, and an answer to leave.
const WIRE: Duration = Duration::from_secs(2);
/// So many calls at once, each with a link in memory. Further ones are hung up on,
/// and try again.
const CALLS_MAX: usize = 8;

/// What a start finds.
pub enum Start {
    /// An instance that took over; this start is done.
    Handed(Answer),
    /// No other: it is the instance now, for as long as the value lives.
    First(Instance),
    /// One that cannot be reached; the reason. No link is lost by that: this start
    /// opens a window of its own.
    Alone(Option<String>),
}

/// What the instance says to a second start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is on the screen.
    Shown,
    /// It is this one of those that wait.
    Waiting(u8),
    /// The same request is shown or waits already.
    AlreadyThere,
    /// Too many wait.
    Full,
    /// It was refused; the window says why.
    Refused,
}

impl Answer {
    /// What became of a link; `None` where nothing is taken any more.
    pub fn of(arrival: Arrival, refused: bool) -> Option<Self> {
        match arrival {
            Arrival::Closing => None,
            Arrival::Full => Some(Self::Full),
            Arrival::AlreadyThere => Some(Self::AlreadyThere),
            Arrival::Shown | Arrival::Waiting(_) if refused => Some(Self::Refused),
            Arrival::Shown => Some(Self::Shown),
            Arrival::Waiting(place) => Some(Self::Waiting(place.try_into().unwrap_or(u8::MAX))),
        }
    }

    /// What a person at a terminal should hear of it.
    pub fn text(self, language: Language) -> Option<String> {
        Some(match self {
            Self::Shown => return None,
            Self::Waiting(place) => {
                language.say_with("instance-waiting", [("place", place.into())])
            }
            Self::AlreadyThere => language.say("instance-there"),
            Self::Full => language.say_with("instance-full", [("count", WAITING_MAX.into())]),
            Self::Refused => language.say("instance-refused"),
        })
    }
}

/// What a start of the program wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// To have this link followed; `None`: only to see the window.
    pub link: Option<Vec<u8>>,
    /// For the browser that has called, as in [`crate::browser::Caller::id`]; may be
    /// empty.
    pub caller: String,
}

/// Hands what is wanted to the instance, where one is there and takes it at once. Else
/// whoever opens a window tries with more patience.
pub fn hand(wanted: impl FnOnce() -> Wanted) -> Option<Answer> {
    let folder = Folder::own().ok()?;
    match folder.lock() {
        Ok(None) => hand_over(&folder, &wanted(), Instant::now() + WIRE).ok(),
        Ok(Some(_)) | Err(_) => None,
    }
}

/// Hands what is wanted to the instance, or becomes it. `wanted` is asked only where
/// there is one.
pub fn start(wanted: impl Fn() -> Wanted) -> Start {
    let alone = |reason: String| Start::Alone(Some(reason));
    let folder = match Folder::own() {
        Ok(folder) => folder,
        Err(reason) => return alone(reason),
    };
    let until = Instant::now() + PATIENCE;
    let (ask, mut wanted) = (wanted, None);
    loop {
        let lock = folder.lock().transpose();
        if let Some(lock) = lock {
            return match lock.and_then(|lock| Instance::begin(folder, lock)) {
                Ok(instance) => Start::First(instance),
                Err(error) => alone(format!(
                    "Further links will open windows of their own: {}.",
                    text::reason(&error)
                )),
            };
        }
        match hand_over(&folder, wanted.get_or_insert_with(&ask), until) {
            Ok(answer) => return Start::Handed(answer),
            Err(error) if is_final(&error) || Instant::now() >= until => {
                return alone(format!(
                    "SecureSign is open, but does not take this link ({}). Close its other window.",
                    text::reason(&error)
                ));
            }
            Err(_) => sleep(Duration::from_millis(20)),
        }
    }
}

/// Trying again would not help.
fn is_final(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, PermissionDenied};
    matches!(error.kind(), InvalidData | InvalidInput | PermissionDenied)
}
