//! Not built yet for this system: each start opens a window of its own. A pipe
//! would need its other end's user checked, which the standard library cannot.

use super::{Answer, Start, Wanted};

/// There is none.
pub enum Instance {}

impl Instance {
    /// Never called.
    pub fn listen(&mut self, _take: impl Fn(Call) + Send + Sync + 'static) {
        match *self {}
    }
}

/// Nobody calls.
pub enum Call {}

impl Call {
    /// Never called.
    pub fn wanted(&self) -> &Wanted {
        match *self {}
    }

    /// Never called.
    pub fn waits(&self) -> bool {
        match *self {}
    }

    /// Never called.
    pub fn answer(self, _answer: Answer) {
        match self {}
    }
}

/// Nobody is there to take it.
pub fn hand(_wanted: impl FnOnce() -> Wanted) -> Option<Answer> {
    None
}

/// A window of its own.
pub fn start(_wanted: impl Fn() -> Wanted) -> Start {
    Start::Alone(None)
}
