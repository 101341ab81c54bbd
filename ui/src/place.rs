//! Where cards are, and whether they are recorded.

use std::time::Duration;

use securesign_app::language::Language;
use securesign_app::worker::{Progress, Worker};
use securesign_card::cache::Cache;
use securesign_card::pcsc::PcscReaders;
use securesign_card::reader::Readers;
use securesign_card::trace::{RecordedReaders, Recording};

#[cfg(feature = "window")]
use crate::args;
use crate::args::Arguments;
#[cfg(feature = "window")]
use crate::front::Theme;
use crate::store::{cache, mark};
use crate::{demo, report};

/// Where cards are, and whether they are recorded.
pub struct Place {
    pub language: Language,
    pub only: Option<String>,
    pub recording: Option<Recording>,
    /// What it does is for whoever started it to see.
    #[cfg(feature = "window")]
    pub private: bool,
    #[cfg(feature = "window")]
    pub theme: Option<Theme>,
}

impl Place {
    /// As the command line names it. A reader's name is whole by now.
    pub fn of(arguments: &Arguments, language: Language, recording: Option<Recording>) -> Self {
        Self {
            language,
            only: arguments.reader.clone(),
            recording,
            #[cfg(feature = "window")]
            private: arguments.verbose > 0,
            #[cfg(feature = "window")]
            theme: arguments.theme.map(|theme| match theme {
                args::Theme::Light => Theme::Light,
                args::Theme::Dark => Theme::Dark,
            }),
        }
    }

    pub fn is_demo(&self) -> bool {
        self.only.as_deref() == Some(demo::READER)
    }

    pub fn readers(&self) -> Box<dyn Readers> {
        let readers: Box<dyn Readers> = if self.is_demo() {
            Box::new(demo::Demo::default())
        } else {
            Box::new(PcscReaders::new())
        };
        match &self.recording {
            Some(recording) => Box::new(RecordedReaders {
                readers,
                recording: recording.clone(),
            }),
            None => readers,
        }
    }

    pub fn worker(&self, session: Duration) -> Worker {
        Worker {
            readers: self.readers(),
            profiles: securesign_vendors::PROFILES,
            name: securesign_vendors::known::name,
            only: self.only.clone(),
            session,
            cache: self.cache(),
            progress: Progress::default(),
        }
    }

    /// A demo token is another one each time, and a recording shows all that there is.
    pub fn cache(&self) -> Option<Box<dyn Cache>> {
        let real = !self.is_demo() && self.recording.is_none();
        real.then(|| Box::new(cache::Certificates) as Box<dyn Cache>)
    }

    /// Neither takes links of other starts nor hands its own to another.
    #[cfg(feature = "window")]
    pub fn is_private(&self) -> bool {
        self.private || self.only.is_some() || self.recording.is_some()
    }

    /// Who keeps PINs of the tokens here; each start has a demo token of its own.
    pub fn kept(&self) -> report::Kept<'static> {
        if self.is_demo() {
            &|_| false
        } else {
            &mark::kept_by_another
        }
    }

    /// Where hot plug is to be noticed; nothing is ever plugged into the demo.
    pub fn watched(&self) -> Option<Box<dyn Readers>> {
        let readers = || Box::new(PcscReaders::new()) as Box<dyn Readers>;
        (!self.is_demo()).then(readers)
    }
}

/// The reader that is meant: its name, or a part of it that only one has. Where
/// no reader is connected yet, the name is taken as it is.
pub fn known_reader(name: String, language: Language) -> Result<String, String> {
    // Its reader is in no service.
    if name == demo::READER {
        return Ok(name);
    }
    let Ok(readers) = PcscReaders::new().list() else {
        return Ok(name);
    };
    if readers.is_empty() || readers.iter().any(|reader| reader.name == name) {
        return Ok(name);
    }
    let part = name.to_lowercase();
    let meant: Vec<String> = readers
        .iter()
        .map(|reader| reader.name.clone())
        .filter(|full| full.to_lowercase().contains(&part))
        .collect();
    match <[String; 1]>::try_from(meant) {
        Ok([one]) => Ok(one),
        Err(none_or_many) => {
            let names: Vec<&str> = readers.iter().map(|reader| reader.name.as_str()).collect();
            let said = [("name", name.into()), ("readers", names.join(", ").into())];
            Err(if none_or_many.is_empty() {
                language.say_with("reader-none", said)
            } else {
                language.say_with("reader-many", said)
            })
        }
    }
}
