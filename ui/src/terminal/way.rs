//! Which of two secrets is to unlock a PIN: as the command line says, or the person there.

use securesign_app::screen::{Action, Screen};

use super::{Terminal, Word, confirm, has, print};
use crate::errand::Errand;
use crate::output::say;
use crate::prompt::can_ask;

impl Terminal<'_> {
    /// Opens a form, at the secret that the command line names.
    pub(super) fn set_out(&mut self, action: Action, errand: &Errand) {
        let way = errand.way(&self.desk.flow().pins());
        self.way_chosen = errand.with.is_some();
        self.press(action, Vec::new());
        let screen = self.desk.screen();
        match way {
            Some(0) => {}
            Some(_) if has(&screen, Action::OtherWay) => self.press(Action::OtherWay, Vec::new()),
            _ => {
                say(&self.desk.flow().language().say("terminal-not-offered"));
                print(&screen, self.desk.flow().language());
                self.leave();
            }
        }
    }

    /// Whether the person is still to be asked which one they have.
    pub(super) fn asks_way(&self, screen: &Screen) -> bool {
        let attended = can_ask() && !self.secrets.has_any();
        attended && !self.way_chosen && has(screen, Action::OtherWay)
    }

    /// Asks that, once.
    pub(super) fn choose_way(&mut self, screen: &Screen) {
        let l = self.desk.flow().language();
        let mut buttons = screen.buttons.iter();
        let Some(other) = buttons.find(|it| it.action == Action::OtherWay) else {
            return;
        };
        let label = ("label", other.label.as_str().into());
        self.way_chosen = true;
        match confirm(&l.say_with("terminal-other-way", [label]), l) {
            Word::Yes => self.press(Action::OtherWay, Vec::new()),
            Word::No => {}
            Word::Locked => self.way_chosen = false,
        }
    }
}
