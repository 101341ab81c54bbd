//! What the program does, whatever shows it: the flow from a link to its answer, the screens
//! and their words, the one thread that talks to cards, the journal, the settings. No window
//! and no card family in here.

pub mod class;
pub mod document;
pub mod flow;
pub mod journal;
pub mod language;
pub mod original;
pub mod pin_name;
pub mod pin_status;
pub mod screen;
pub mod settings;
pub mod validity;
pub mod weak;
pub mod words;
pub mod worker;
