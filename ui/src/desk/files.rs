//! Files that are read, opened and gathered while no window waits for them.

use securesign_app::document::Document;
use securesign_app::flow::{Event, Reading};
use securesign_card::text;
#[cfg(feature = "window")]
use securesign_card::trace::Recording;

use super::{Desk, reporter};
use crate::store::settings;
use crate::{browser, diagnostics, file};

impl Desk {
    /// What went to cards is kept there, for a report.
    #[cfg(feature = "window")]
    pub fn records(&mut self, recent: Recording) {
        self.recent = recent;
    }

    /// Gathers what is to be reported, without making a window wait for it.
    pub(super) fn diagnose(&self) {
        let report = reporter(&self.sender, &self.wake);
        let (tokens, recent) = (self.flow.tokens().to_vec(), self.recent.clone());
        std::thread::spawn(move || report(Event::Diagnosed(diagnostics::text(&tokens, &recent))));
    }

    /// Reads a file without making a window wait for it, or for the disk.
    pub(super) fn read(&self, reading: Reading) {
        let report = reporter(&self.sender, &self.wake);
        std::thread::spawn(move || {
            let document = file::read(&reading.path, &reading.name)
                .map(|content| Document::new(reading.algorithm, content));
            report(Event::Read(reading, document));
        });
    }

    /// Has the settings file opened, and made before where it is not there, without making a window wait for it.
    pub(super) fn open_file(&self) {
        let report = reporter(&self.sender, &self.wake);
        std::thread::spawn(move || {
            let opened = match settings::to_be_edited() {
                Ok(path) => browser::open_file(&path).map_err(|reason| format!("{reason:?}")),
                Err(reason) => Err(text::reason(&reason)),
            };
            if let Err(reason) = opened {
                tracing::debug!("the settings are not opened: {reason}");
                report(Event::FileUnopened);
            }
        });
    }
}
