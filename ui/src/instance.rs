//! One window for each user: a second start hands its link to the first one and
//! ends. They meet at a socket in a folder of this user alone.

use securesign_app::flow::{Arrival, WAITING_MAX};
use securesign_app::language::Language;

#[cfg(not(unix))]
mod absent;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod wire;

#[cfg(not(unix))]
pub use absent::{Call, Instance, hand, start};
#[cfg(unix)]
pub use socket::{Call, Instance, hand, start};

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
