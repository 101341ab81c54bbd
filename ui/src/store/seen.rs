//! The origins seen before.

use std::io::Read;

use super::own::{self, Absent};

/// Origins that a signature was made for on this computer, one a line.
pub struct Seen {
    origins: Vec<String>,
}

/// More lines than anybody's portals; the oldest go first.
const MAX: usize = 1000;
const NAME: &str = "seen-origins";

impl Seen {
    /// Reads the list; without one every origin is new.
    pub fn load() -> Self {
        let mut text = String::new();
        let read = own::data(Absent::Leave)
            .and_then(|folder| folder.read(NAME))
            .and_then(|mut file| file.read_to_string(&mut text));
        if let Err(error) = read {
            tracing::debug!("{NAME} is not read: {error}");
        }
        Self {
            origins: text.lines().map(str::to_owned).collect(),
        }
    }

    /// Whether an origin is on it.
    pub fn contains(&self, origin: &str) -> bool {
        self.origins.iter().any(|seen| seen == origin)
    }

    /// Adds an origin. A list that cannot be written only means that the origin
    /// is called new again.
    pub fn remember(&mut self, origin: &str) {
        if self.contains(origin) {
            return;
        }
        self.origins.push(origin.to_owned());
        let surplus = self.origins.len().saturating_sub(MAX);
        self.origins.drain(..surplus);
        let text = self.origins.join("\n") + "\n";
        let written =
            own::data(Absent::Make).and_then(|folder| folder.replace(NAME, text.as_bytes()));
        if let Err(error) = written {
            tracing::debug!("{NAME} cannot be written: {error}");
        }
    }
}
