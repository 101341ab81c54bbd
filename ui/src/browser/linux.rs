//! The browser that started this program, by the processes above it and by the
//! unit that the desktop put it into. It is only ever one of the installed
//! browsers that is started, by its own desktop entry; who started us merely
//! says which.

mod exec;
mod installed;
mod trail;

pub use installed::Installed;
use trail::Trail;

/// The browser that a link came from, as far as the system tells.
#[derive(Clone, Default)]
pub struct Caller(Hint);

#[derive(Clone, Default)]
enum Hint {
    #[default]
    Nothing,
    Trail(Trail),
    Entry(String),
}

impl Caller {
    /// Takes down who started this program, which is quick and cannot wait: they
    /// may be gone later. The installed browsers are read when one is needed.
    pub fn find() -> Self {
        Self(Hint::Trail(Trail::here()))
    }

    /// What another start of the program found: the id of a desktop entry, which
    /// has to be that of an installed browser here too.
    pub fn from_id(id: &str) -> Self {
        Self(Hint::Entry(id.to_owned()))
    }

    /// What to tell another start; `None` if no browser called.
    #[cfg(feature = "window")]
    pub fn id(&self) -> Option<String> {
        self.browser().map(|browser| browser.id)
    }

    pub(super) fn browser(&self) -> Option<Installed> {
        match &self.0 {
            Hint::Nothing => None,
            Hint::Trail(trail) => trail.first_of(Installed::all()),
            Hint::Entry(id) => Installed::named(id),
        }
    }
}
