//! The stage towards assistive programs: what it tells them, what it does for
//! them.

use fltk::app;
use fltk::prelude::*;
use securesign::front::WindowError;
use securesign_app::screen::Action;

use super::super::ink::Area;
use super::super::signal::Signal;
pub use super::super::speech::Speech;
use super::super::speech::{View, Wish, node};
use super::super::stop::Stop;
use super::Stage;

impl Stage {
    /// Tells them what has changed.
    pub(super) fn speak(&mut self) {
        if self.page.inert.begun() {
            self.speech.begin();
        }
        if self.speech.is_heard() {
            let view = self.view();
            self.speech.tell(view);
        }
    }

    /// Does what they ask for, one after the other, until the model was told
    /// something: true. The next wish may be for another page then.
    pub(super) fn hear(&mut self) -> Result<bool, WindowError> {
        while let Some(wish) = self.speech.wish() {
            let stops = self.stops().into_iter();
            let mut meant = stops.filter(|&stop| node(&self.screen, stop) == Some(wish.node));
            if let Some(stop) = meant.next()
                && self.grant(&wish, stop)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What commits is never pressed in this way (requirement 11): an assistive
    /// program is any program of the same user. It can move the focus there, and
    /// then the button waits anew, so that a key on its way to something else
    /// does not press it.
    fn grant(&mut self, wish: &Wish, stop: Stop) -> Result<bool, WindowError> {
        let action = match stop {
            Stop::Button(at) if wish.press && !self.page.widgets.buttons[at].is_live() => {
                return Ok(false);
            }
            Stop::Button(at) => Some(self.page.widgets.buttons[at].action),
            Stop::Compare => self.screen.compare.as_ref().map(|button| button.action),
            Stop::Lock => self.screen.kept.as_ref().map(|kept| kept.lock.action),
            Stop::Link(at) => self.screen.links.get(at).map(|link| link.action),
            Stop::Copy(_) | Stop::Fold(_) | Stop::Details(_) => None,
            Stop::Card(_) | Stop::Choice(_) | Stop::Row(_) | Stop::Line(_) | Stop::Field(_) => None,
            // What it shows is for who holds it down, and for nobody else to show.
            Stop::Reveal(_) => None,
        };
        let commits = action.is_some_and(Action::commits);
        match (stop, action) {
            (Stop::Card(at), _) if wish.press => self.on(Signal::Choose(at)),
            (Stop::Details(at), _) if wish.press => self.on(Signal::Details(at)),
            (Stop::Copy(at), _) if wish.press => self.on(Signal::Copy(at)),
            (Stop::Fold(_), _) if wish.press => self.on(Signal::Fold),
            // What follows is a question of its own.
            (Stop::Row(at), _) if wish.press => {
                let mut rows = self.screen.rows.iter().enumerate();
                let of_button = rows
                    .by_ref()
                    .filter(|(_, row)| row.action.is_some())
                    .nth(at);
                match of_button.map(|(row, _)| row) {
                    Some(row) => self.on(Signal::Row(row)),
                    None => Ok(false),
                }
            }
            (_, Some(action)) if wish.press && !commits => self.on(Signal::Press(action)),
            _ if wish.press => Ok(false),
            _ => {
                if commits {
                    self.page.inert.again();
                }
                self.go(Some(stop));
                Ok(false)
            }
        }
    }

    pub(super) fn view(&self) -> View {
        let stops = self.stops().into_iter();
        View {
            screen: self.screen.clone(),
            stops: stops.map(|stop| (stop, self.place(stop))).collect(),
            focus: self.current(),
            live: self
                .page
                .widgets
                .buttons
                .iter()
                .map(|b| b.is_live())
                .collect(),
            active: app::focus().is_some(),
            caps_lock: !self.screen.fields.is_empty() && self.eye.sees_caps_lock(),
            place: Area::of(&self.window),
            scale: app::screen_scale(self.window.screen_num()),
        }
    }

    /// Where it is; the whole window where there is no such thing.
    pub(super) fn place(&self, stop: Stop) -> Area {
        let widget = self.page.widgets.at(stop);
        widget.map_or_else(|| Area::of(&self.window), |widget| Area::of(&widget))
    }
}
