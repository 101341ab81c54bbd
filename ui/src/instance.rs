//! One window for each user: a second start hands its link to the first one and
//! ends. They meet at a socket in a folder of this user alone.

use securesign_core::flow::Arrival;

#[cfg(not(unix))]
mod absent;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod wire;

#[cfg(not(unix))]
pub use absent::{Call, Instance, start};
#[cfg(unix)]
pub use socket::{Call, Instance, start};

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
    pub fn text(self) -> Option<String> {
        Some(match self {
            Self::Shown => return None,
            Self::Waiting(place) => {
                format!("SecureSign is open: this request waits there, as number {place}.")
            }
            Self::AlreadyThere => "SecureSign has this request already: see its window.".into(),
            Self::Full => "SecureSign has as many requests as may wait. Answer one in its window, then open the link again.".into(),
            Self::Refused => "SecureSign refused this link. Its window says why.".into(),
        })
    }
}
