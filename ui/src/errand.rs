//! What `pin change` and `pin unblock` are about: one PIN of a token, by its name where the
//! token has several, and by that of its application where the token has several of them.

use securesign_app::flow::Flow;
use securesign_app::pin_name;
use securesign_app::screen::{Action, Screen};
use securesign_app::worker::{PinView, TokenInfo};
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;

/// What is done, and to which PIN.
pub struct Errand {
    /// What is done.
    pub task: Task,
    /// The PIN's name, where one was given.
    pub pin: Option<String>,
    /// A part of the application's name, where one was given.
    pub application: Option<String>,
    /// What is to unlock it, where that was said.
    pub with: Option<Secret>,
}

/// What is done with a PIN.
#[derive(Clone, Copy)]
pub enum Task {
    /// It is changed.
    Change,
    /// It is unlocked.
    Unlock,
}

impl Errand {
    /// What opens its form; `None`: no PIN is meant, or which one cannot be told.
    pub fn action(&self, pins: &[PinView]) -> Option<Action> {
        let pin = pin_name::find(pins, self.pin.as_deref())?;
        let is_first = pins.first().is_some_and(|first| first.id == pin.id);
        Some(match (self.task, is_first) {
            (Task::Change, true) => Action::ChangePin,
            (Task::Change, false) => Action::ChangeFurther(pin.id),
            (Task::Unlock, true) => Action::Unlock,
            (Task::Unlock, false) => Action::UnlockFurther(pin.id),
        })
    }

    /// Why nothing unlocks the PIN that is meant, where that is so.
    pub fn dead_end(&self, flow: &Flow, pins: &[PinView]) -> Option<Screen> {
        let pin = pin_name::find(pins, self.pin.as_deref())?;
        match self.task {
            Task::Unlock => flow.dead_end(pin),
            Task::Change => None,
        }
    }

    /// Which of the secrets that unlock its PIN is meant, as [`PinView::ways`] has them; the
    /// first where nothing is said. `None`: there is none like that.
    pub fn way(&self, pins: &[PinView]) -> Option<usize> {
        let Some(with) = self.with else {
            return Some(0);
        };
        let pin = pin_name::find(pins, self.pin.as_deref())?;
        pin.ways().position(|way| way.role == with)
    }

    /// Whether this may be the application that is meant.
    pub fn is_for(&self, info: &TokenInfo) -> bool {
        let Some(wanted) = self.application.as_ref().map(|name| name.to_lowercase()) else {
            return true;
        };
        let names = [&info.family, &info.label];
        names
            .iter()
            .any(|name| name.to_lowercase().contains(&wanted))
    }
}

impl Task {
    /// Why it cannot be done with this PIN.
    pub fn obstacle(self, pin: &PinView) -> Option<CardError> {
        let missing = match self {
            Self::Change => pin.change.err(),
            Self::Unlock => pin.unblock.err(),
        };
        let blocked = match (self, pin.unblock) {
            (Self::Change, _) => (pin.tries == Tries::Blocked).then_some(pin.role),
            (Self::Unlock, Ok(it)) => (it.tries == Tries::Blocked).then_some(it.role),
            (Self::Unlock, Err(_)) => None,
        };
        let missing = missing.map(CardError::Unsupported);
        missing.or(blocked.map(CardError::Blocked))
    }
}

/// The command that unlocks one of a token's PINs; with the application's name where the
/// token has several.
pub fn unlock_command(application: Option<&str>, pins: &[PinView], at: usize) -> String {
    let mut command = "securesign pin unblock".to_owned();
    if let Some(name) = application {
        command.push_str(&format!(" --application \"{name}\""));
    }
    if let Some(name) = pin_name::names(pins).get(at).filter(|_| pins.len() > 1) {
        command.push_str(&format!(" --which {name}"));
    }
    command
}
