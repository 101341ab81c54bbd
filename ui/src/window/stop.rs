//! Where the focus can be.

use securesign_app::screen::Screen;

/// What has the focus, in terms of the screen, so that it outlives the widgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What copies the value of the fact with this index.
    Copy(usize),
    /// What shows all of the fact with this index, or its ends only.
    Fold(usize),
    /// Where the document may be dropped.
    Compare,
    /// A certificate that can be chosen.
    Card(usize),
    /// What tells more of the certificate with this index.
    Details(usize),
    /// Something to set.
    Choice(usize),
    /// The button of a row.
    Row(usize),
    /// A box for a plain text.
    Line(usize),
    /// A box for a secret.
    Field(usize),
    /// What shows the secret of the field with this index.
    Reveal(usize),
    /// A button.
    Button(usize),
    /// A way to another page.
    Link(usize),
    /// What locks a kept PIN.
    Lock,
}

impl Stop {
    /// It is in the part of a page that scrolls.
    pub fn scrolls(self) -> bool {
        match self {
            Self::Copy(_) | Self::Fold(_) | Self::Compare | Self::Card(_) => true,
            Self::Details(_) | Self::Choice(_) | Self::Row(_) | Self::Link(_) => true,
            Self::Line(_) | Self::Field(_) | Self::Reveal(_) => false,
            Self::Button(_) | Self::Lock => false,
        }
    }

    /// The place on the next screen that means the same; a button by what it does, wherever
    /// it stands then. `None`: there is none.
    pub fn carried(self, before: &Screen, next: &Screen) -> Option<Self> {
        let Self::Button(at) = self else {
            return Some(self);
        };
        let action = before.buttons.get(at)?.action;
        let mut buttons = next.buttons.iter();
        buttons.position(|it| it.action == action).map(Self::Button)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use securesign_app::flow::Flow;
    use securesign_app::screen::{Action, Button};

    use super::*;

    fn with(actions: &[Action]) -> Screen {
        let screen = Flow::manage(Timestamp::UNIX_EPOCH).0.screen();
        let button = |action: &Action| Button {
            action: *action,
            ..screen.buttons[0].clone()
        };
        Screen {
            buttons: actions.iter().map(button).collect(),
            ..screen.clone()
        }
    }

    #[test]
    fn the_focus_follows_what_a_button_does() {
        let before = with(&[Action::Close, Action::Unlock]);
        let next = with(&[Action::Close, Action::ChangePin, Action::Unlock]);
        let carried = |stop: Stop| stop.carried(&before, &next);
        assert_eq!(carried(Stop::Button(1)), Some(Stop::Button(2)));
        assert_eq!(carried(Stop::Button(0)), Some(Stop::Button(0)));
        assert_eq!(carried(Stop::Card(1)), Some(Stop::Card(1)));
        assert_eq!(Stop::Button(1).carried(&next, &before), None);
    }
}
