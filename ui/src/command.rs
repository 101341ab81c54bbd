//! What the command line asks for, one file each; what they share stands here.

mod demo;
mod doctor;
mod journal;
mod learn;
mod pin;
mod result;
mod sign;
mod sign_file;
mod tokens;
mod trace;
mod verify;
mod verify_result;
#[cfg(feature = "window")]
mod window;

use std::ffi::OsStr;
use std::path::Path;

use securesign_app::flow::{Exit, Judge, Order, Refused};
use securesign_app::language::Language;
use securesign_card::text;

#[cfg(not(feature = "window"))]
use crate::desk::Delivery;
use crate::place::Place;
use crate::store::seen::Seen;
use crate::store::{settings, used};

pub use demo::demo;
pub use doctor::doctor;
pub use journal::journal;
pub use learn::learn;
pub use pin::pin;
pub use result::result;
pub use sign::sign;
pub use sign_file::sign_file;
pub use tokens::tokens;
pub use trace::trace;
pub use verify::verify;
pub use verify_result::verify_result;
#[cfg(feature = "window")]
pub use window::{show, window};

/// Of this build: there is none.
#[cfg(not(feature = "window"))]
pub fn window(place: &Place, link: Option<&OsStr>, _delivery: Delivery) -> Result<u8, String> {
    let instead = if link.is_some() {
        "securesign sign LINK"
    } else {
        "securesign tokens"
    };
    let instead = ("instead", instead.into());
    Err(place.language.say_with("no-window", [instead]))
}

/// Exit codes.
pub const DONE: u8 = 0;
pub const NOT_DONE: u8 = 1;
pub const REFUSED: u8 = 2;

fn code(exit: Exit) -> u8 {
    match exit {
        Exit::Done => DONE,
        Exit::NotDone => NOT_DONE,
        Exit::Refused => REFUSED,
    }
}

fn order(
    link: &OsStr,
    policy: &securesign_handoff::policy::Policy,
    place: &Place,
    seen: &Seen,
) -> Result<Order, Refused> {
    Order::accept(
        link.as_encoded_bytes(),
        policy,
        place.is_demo(),
        &|origin| seen.contains(origin),
    )
}

/// The settings as they are when it is asked.
fn judge(language: Language) -> Judge {
    Box::new(move || settings::load(language).map(|(_, policy)| policy))
}

/// Last of all checks: from now on the request's id is used.
fn claimed(order: Order, language: Language) -> Result<Order, Refused> {
    order.claimed(&|origin, id| used::claim(origin, id, language))
}

fn refusal(refused: &Refused, language: Language) -> String {
    language.say_with(
        "refusal",
        [
            ("code", refused.code().as_str().into()),
            ("what", refused.what(language).into()),
            ("advice", refused.advice(language).into()),
        ],
    )
}

/// A file that was named cannot be read.
pub fn unreadable(path: &Path, error: &std::io::Error, language: Language) -> String {
    let file = text::path(path).into();
    let reason = text::reason(error).into();
    language.say_with("file-unreadable", [("file", file), ("reason", reason)])
}
