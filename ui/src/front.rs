//! What a window is to the program: something that shows a [`Screen`] and tells what a
//! person does. The toolkit that draws it stands in another executable, so that the
//! terminal's loads none of its libraries.

use securesign_app::language::Language;
use securesign_app::screen::{Input, Screen};
use securesign_app::words::InWords;
use securesign_card::memory::OutOfMemory;

/// What draws windows.
pub trait FrontEnd {
    /// Opens a window. Must be called on the main thread.
    fn open(&self, look: Look) -> Result<Box<dyn Opened>, WindowError>;
    /// Whether there can be a window, found out by asking the display.
    fn look_for_display(&self) -> Result<(), WindowError>;
}

/// A window on the screen with nothing in it yet.
pub trait Opened {
    /// Shows the model's screens until it has finished; returns when the window is
    /// closed.
    fn run(self: Box<Self>, model: Box<dyn Model>) -> Result<(), WindowError>;
}

/// What a front end shows and what it tells. The window knows nothing else.
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
    /// Its type is a size larger than usual, for a script with finer strokes.
    pub larger: bool,
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
    /// The toolkit could not start or go on; why.
    Toolkit(String),
}

impl WindowError {
    /// What happened, and what to do.
    pub fn tell(&self, language: Language) -> String {
        let reason = |reason: &String| [("reason", reason.clone().into())];
        match self {
            Self::NoDisplay => language.say("no-display"),
            Self::Unreachable(why) => language.say_with("display-unreachable", reason(why)),
            Self::Memory(error) => error.in_words(language),
            Self::Toolkit(why) => language.say_with("window-failed", reason(why)),
        }
    }
}

impl From<OutOfMemory> for WindowError {
    fn from(error: OutOfMemory) -> Self {
        Self::Memory(error)
    }
}
