//! Links that were pasted before they were asked for: `sign -` takes them in their turn.
//! Whatever else was typed before a question is no answer to it, and dropped.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::sync::{Mutex, MutexGuard, PoisonError};

static AHEAD: Mutex<Ahead> = Mutex::new(Ahead {
    wanted: false,
    links: VecDeque::new(),
    ended: false,
});

struct Ahead {
    /// Links come from the terminal that questions are asked at.
    wanted: bool,
    links: VecDeque<OsString>,
    /// The end of input stood there: no link follows.
    ended: bool,
}

/// The next link of the terminal.
pub enum Next {
    /// It was pasted before.
    Link(OsString),
    /// It is not there yet.
    Unread,
    /// None follows.
    End,
}

/// From now on links that come before a question are kept.
pub fn want() {
    ahead().wanted = true;
}

/// The next one that was kept.
pub fn next() -> Next {
    let mut ahead = ahead();
    match ahead.links.pop_front() {
        Some(link) => Next::Link(link),
        None if ahead.ended => Next::End,
        None => Next::Unread,
    }
}

/// How many were kept and not taken.
pub fn left() -> usize {
    ahead().links.len()
}

/// A line that was typed before a question; false where it is not kept.
pub(super) fn keep(line: &[u8]) -> bool {
    let mut ahead = ahead();
    let line = line.trim_ascii();
    let kept = ahead.wanted && !ahead.ended && is_link(line);
    if kept {
        let link = String::from_utf8_lossy(line).into_owned();
        ahead.links.push_back(link.into());
    }
    kept
}

/// The end of input was typed before a question.
pub(super) fn end() {
    let mut ahead = ahead();
    ahead.ended = ahead.wanted;
}

/// Whether a line is no answer to anything, because it begins as a link.
pub(super) fn is_link(line: &[u8]) -> bool {
    let scheme = line.get(..SCHEME.len());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
}

/// How a link begins.
pub(super) const SCHEME: &[u8] = b"securesign:";

fn ahead() -> MutexGuard<'static, Ahead> {
    AHEAD.lock().unwrap_or_else(PoisonError::into_inner)
}
