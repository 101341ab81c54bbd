//! Whether a person can see the window: not told on this system yet.

use fltk::app;
use fltk::enums::Shortcut;
use fltk::window::DoubleWindow;

/// Sees it always.
pub struct Eye;

impl Eye {
    /// The display is always there.
    pub fn open() -> Result<Self, String> {
        Ok(Self)
    }

    /// Any window will do.
    pub fn watch(&self, _window: &DoubleWindow) -> Result<(), String> {
        Ok(())
    }

    /// Never, as far as is known.
    pub fn is_hidden(&self) -> bool {
        false
    }

    /// As of the last event.
    pub fn sees_caps_lock(&self) -> bool {
        app::event_state().contains(Shortcut::CapsLock)
    }

    /// What cannot be told is no reason against it.
    pub fn look(&self) -> Option<u32> {
        Some(0)
    }
}
