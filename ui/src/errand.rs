//! What `pin change` and `pin unblock` are about: one PIN of a token, by its name where the
//! token has several.

use securesign_app::pin_name;
use securesign_app::screen::Action;
use securesign_app::worker::PinView;

/// What is done with a PIN, and its name where one was given.
pub enum Errand {
    /// It is changed.
    Change(Option<String>),
    /// It is unlocked.
    Unlock(Option<String>),
}

impl Errand {
    /// What opens its form; `None`: no PIN is meant, or which one cannot be told.
    pub fn action(&self, pins: &[PinView]) -> Option<Action> {
        let (Self::Change(name) | Self::Unlock(name)) = self;
        let pin = pin_name::find(pins, name.as_deref())?;
        let is_first = pins.first().is_some_and(|first| first.id == pin.id);
        Some(match (self, is_first) {
            (Self::Change(_), true) => Action::ChangePin,
            (Self::Change(_), false) => Action::ChangeFurther(pin.id),
            (Self::Unlock(_), true) => Action::Unlock,
            (Self::Unlock(_), false) => Action::UnlockFurther(pin.id),
        })
    }
}

/// The command that unlocks one of a token's PINs.
pub fn unlock_command(pins: &[PinView], at: usize) -> String {
    let command = "securesign pin unblock";
    match pin_name::names(pins).get(at) {
        Some(name) if pins.len() > 1 => format!("{command} --which {name}"),
        _ => command.to_owned(),
    }
}
