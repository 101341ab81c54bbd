//! One browser or the other, for a story that is the same with both.

use crate::chromium::Chromium;
use crate::firefox::Firefox;
use crate::support::display::Display;

pub enum Browser {
    Chromium(Chromium),
    Firefox(Firefox),
}

impl Browser {
    pub fn display(&self) -> &Display {
        match self {
            Self::Chromium(browser) => &browser.display,
            Self::Firefox(browser) => &browser.display,
        }
    }

    /// The keys that say yes to its question.
    pub fn yes(&self) -> &'static [&'static str] {
        match self {
            // Cancel is chosen.
            Self::Chromium(_) => &["Tab", "Return"],
            // Another application, always, Cancel, Open Link.
            Self::Firefox(_) => &["Tab", "Tab", "Tab", "Return"],
        }
    }

    pub fn log(&self) -> String {
        match self {
            Self::Chromium(browser) => browser.log(),
            Self::Firefox(browser) => browser.log(),
        }
    }

    /// How many there are of it: one, whoever opens whatever page.
    pub fn browsers(&self) -> usize {
        match self {
            Self::Chromium(browser) => browser.browsers(),
            Self::Firefox(browser) => browser.browsers(),
        }
    }
}
