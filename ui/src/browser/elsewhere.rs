//! Systems that do not tell which browser a link came from: the default one serves.

use std::path::PathBuf;
use std::process::Command;

/// The browser that a link came from: nothing is known of it here.
#[derive(Clone, Default)]
pub struct Caller {}

impl Caller {
    /// Nothing is looked for.
    pub fn find() -> Self {
        Self {}
    }

    /// What another start found.
    pub fn from_id(_id: &str) -> Self {
        Self {}
    }

    /// What to tell another start.
    #[cfg(feature = "window")]
    pub fn id(&self) -> Option<String> {
        None
    }

    pub(super) fn browser(&self) -> Option<Installed> {
        None
    }
}

/// A browser that is known by more than its being the default. There is none.
pub enum Installed {}

impl Installed {
    pub fn preferred() -> Option<Self> {
        None
    }

    pub fn command(&self, _address: &str) -> Command {
        match *self {}
    }

    pub fn readable(&self) -> Option<PathBuf> {
        match *self {}
    }
}
