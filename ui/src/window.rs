//! The window. It draws whatever [`Screen`] the model shows and reports what a
//! person does; it knows no card, no error and no protocol.

#![cfg_attr(
    not(target_os = "linux"),
    allow(
        dead_code,
        reason = "assistive programs are served on Linux only so far"
    )
)]

use fltk::app;
use securesign_app::language::Language;
use securesign_app::screen::{Input, Screen};
use securesign_app::words::InWords;
use securesign_card::memory::OutOfMemory;
use securesign_card::text;

mod button;
mod card;
mod choice;
mod chooser;
mod compare;
mod drag;
mod entry;
#[cfg(all(unix, not(target_os = "macos")))]
mod eye;
#[cfg(not(all(unix, not(target_os = "macos"))))]
#[path = "window/eye/blind.rs"]
mod eye;
mod facts;
mod field;
mod inert;
mod ink;
mod kept;
mod line;
mod notice;
mod page;
mod palette;
mod quiet;
mod row;
mod scroll;
mod signal;
#[cfg(target_os = "linux")]
mod speech;
mod stage;
mod symbol;
mod wrap;

/// What a face shows and what it tells. The window knows nothing else.
pub trait Model {
    /// What is to be seen now.
    fn screen(&self) -> Screen;
    /// A person did something.
    fn input(&mut self, input: Input);
    /// Takes in what the card worker has reported meanwhile; true when the
    /// screen may have changed. Called on the window's thread after a wake-up,
    /// and every second while a PIN is kept.
    fn poll(&mut self) -> bool;
    /// The window should come up now, once: a request was handed over.
    fn called(&mut self) -> bool {
        false
    }
    /// The window should close now.
    fn finished(&self) -> bool;
    /// How it looks now; asked again whenever the screen is.
    fn look(&self) -> Look;
    /// Hands over how the worker thread wakes the window.
    fn on_wake(&mut self, wake: Box<dyn Fn() + Send + Sync>);
}

/// Light or dark; the caller decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on a light ground.
    #[default]
    Light,
    /// Light text on a dark ground.
    Dark,
}

/// How the window looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Its colours.
    pub theme: Theme,
    /// Its size in per cent; `None`: as the system has it.
    pub scale: Option<u16>,
}

/// Why there is no window (any more).
#[derive(Debug)]
pub enum WindowError {
    /// No display is named.
    NoDisplay,
    /// The display that is named cannot be opened; why.
    Unreachable(String),
    /// The system gave no memory for what was typed.
    Memory(OutOfMemory),
    /// The toolkit could not start or go on.
    Toolkit(fltk::prelude::FltkError),
}

impl WindowError {
    /// What happened, and what to do.
    pub fn tell(&self, language: Language) -> String {
        match self {
            Self::NoDisplay => language.say("no-display"),
            Self::Unreachable(reason) => {
                language.say_with("display-unreachable", [("reason", reason.clone().into())])
            }
            Self::Memory(error) => error.in_words(language),
            Self::Toolkit(error) => {
                language.say_with("window-failed", [("reason", text::reason(error).into())])
            }
        }
    }
}

impl From<OutOfMemory> for WindowError {
    fn from(error: OutOfMemory) -> Self {
        Self::Memory(error)
    }
}

impl From<fltk::prelude::FltkError> for WindowError {
    fn from(error: fltk::prelude::FltkError) -> Self {
        Self::Toolkit(error)
    }
}

/// A window on the screen with nothing in it yet.
pub struct Opened(stage::Blank);

/// Opens the window. Must be called on the main thread.
pub fn open(look: Look) -> Result<Opened, WindowError> {
    let eye = eye::Eye::open().map_err(unreachable)?;
    let _app = app::App::default();
    app::set_visible_focus(true);
    palette::set_fonts();
    let blank = stage::Blank::open(look, eye);
    blank.map(Opened).map_err(WindowError::Unreachable)
}

impl Opened {
    /// Shows the model's screens until it has finished; returns when the window is
    /// closed.
    pub fn run(self, model: Box<dyn Model>) -> Result<(), WindowError> {
        stage::Stage::new(model, self.0).play()
    }
}

/// Whether there can be a window, found out by asking the display.
pub fn look_for_display() -> Result<(), WindowError> {
    eye::Eye::open().map(drop).map_err(unreachable)
}

fn unreachable(reason: String) -> WindowError {
    match std::env::var_os("DISPLAY") {
        Some(name) if !name.is_empty() => WindowError::Unreachable(reason),
        _ => WindowError::NoDisplay,
    }
}
