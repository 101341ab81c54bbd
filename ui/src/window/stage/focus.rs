//! What has the focus, and where it goes. The toolkit's own Tab does not wrap
//! around in every layout and would not skip what cannot be used.

use fltk::button::Button;
use fltk::prelude::*;
use securesign_app::screen::Input;

use super::super::kept::Strip;
use super::super::stop::Stop;
use super::Stage;

/// Those of the first fact or certificate first.
fn by_place(stops: impl Iterator<Item = (usize, Stop)>) -> Vec<Stop> {
    let mut stops: Vec<(usize, Stop)> = stops.collect();
    stops.sort_by_key(|(at, _)| *at);
    stops.into_iter().map(|(_, stop)| stop).collect()
}

impl Stage {
    /// Everything that can have the focus, in the order of Tab.
    pub(super) fn stops(&self) -> Vec<Stop> {
        let facts = &self.page.widgets.facts;
        let folds = facts.folds.iter().map(|(at, _)| (*at, Stop::Fold(*at)));
        let copies = facts.copies.iter().map(|(at, _)| (*at, Stop::Copy(*at)));
        let facts = by_place(folds.chain(copies));
        let compare = self.page.widgets.compare.iter().map(|_| Stop::Compare);
        let cards = (0..self.page.widgets.cards.len())
            .filter(|&at| self.page.widgets.cards[at].has_visible_focus())
            .map(Stop::Card);
        // The last of all: whoever signs by keys alone does not go through them.
        let details = self
            .page
            .widgets
            .details
            .iter()
            .map(|(at, _)| Stop::Details(*at));
        let choices = (0..self.page.widgets.choices.len()).map(Stop::Choice);
        let rows = (0..self.page.widgets.rows.len()).map(Stop::Row);
        let lines = (0..self.page.widgets.lines.len()).map(Stop::Line);
        let fields = (0..self.page.widgets.fields.len()).map(Stop::Field);
        let buttons = (0..self.page.widgets.buttons.len()).map(Stop::Button);
        let links = (0..self.page.widgets.links.len()).map(Stop::Link);
        let lock = self.page.widgets.strip.iter().map(|_| Stop::Lock);
        let above = facts.into_iter().chain(compare).chain(cards);
        let above = above.chain(choices).chain(rows);
        // Before them, so that Tab leads from a secret to the buttons.
        let reveals = (0..self.page.widgets.reveals.len()).map(Stop::Reveal);
        let below = lines.chain(reveals).chain(fields).chain(buttons);
        let after = links.chain(lock).chain(details);
        above.chain(below).chain(after).collect()
    }

    /// The button beside a fact or on a certificate.
    pub(super) fn quiet(&self, stop: Stop) -> Option<&Button> {
        let (buttons, at) = match stop {
            Stop::Copy(at) => (&self.page.widgets.facts.copies, at),
            Stop::Fold(at) => (&self.page.widgets.facts.folds, at),
            Stop::Details(at) => (&self.page.widgets.details, at),
            _ => return None,
        };
        let found = buttons.iter().find(|(other, _)| *other == at);
        found.map(|(_, button)| button)
    }

    /// What has it.
    pub(super) fn current(&self) -> Option<Stop> {
        self.stops().into_iter().find(|&stop| match stop {
            Stop::Copy(_) | Stop::Fold(_) | Stop::Details(_) => {
                self.quiet(stop).is_some_and(|it| it.has_focus())
            }
            Stop::Compare => self
                .page
                .widgets
                .compare
                .as_ref()
                .is_some_and(|it| it.has_focus()),
            Stop::Card(at) => self.page.widgets.cards[at].has_focus(),
            Stop::Choice(at) => self.page.widgets.choices[at].has_focus(),
            Stop::Row(at) => self.page.widgets.rows[at].has_focus(),
            Stop::Line(at) => self.page.widgets.lines[at].has_focus(),
            Stop::Link(at) => self.page.widgets.links[at].has_focus(),
            Stop::Field(at) => self.page.widgets.fields[at].has_focus(),
            Stop::Reveal(at) => self.page.widgets.reveals[at].has_focus(),
            Stop::Button(at) => self.page.widgets.buttons[at].widget.has_focus(),
            Stop::Lock => self
                .page
                .widgets
                .strip
                .as_ref()
                .is_some_and(Strip::has_focus),
        })
    }

    /// Where something was typed that cannot be right.
    pub(super) fn fault(&self) -> Option<Stop> {
        let at = self.screen.lines.iter().position(|line| line.fault);
        at.map(Stop::Line)
    }

    /// Where the fault is; else the first field; else the main button, unless it waits, for then Enter
    /// must not reach it; else the chosen card; else whatever there is.
    pub(super) fn first_stop(&self) -> Option<Stop> {
        let stops = self.stops();
        let main = self
            .page
            .widgets
            .buttons
            .iter()
            .position(|button| button.is_main() && button.is_prompt());
        [
            self.fault(),
            Some(Stop::Line(0)),
            Some(Stop::Field(0)),
            main.map(Stop::Button),
            self.screen.chosen.map(Stop::Card),
            Some(Stop::Button(0)),
            stops.first().copied(),
        ]
        .into_iter()
        .flatten()
        .find(|stop| stops.contains(stop))
    }

    /// Gives it.
    pub(super) fn focus(&mut self, stop: Option<Stop>) {
        let taken = match stop {
            Some(stop @ (Stop::Copy(_) | Stop::Fold(_) | Stop::Details(_))) => {
                match self.quiet(stop).cloned() {
                    Some(mut button) => button.take_focus(),
                    None => Ok(()),
                }
            }
            Some(Stop::Compare) => match &mut self.page.widgets.compare {
                Some(compare) => compare.take_focus(),
                None => Ok(()),
            },
            Some(Stop::Card(at)) => self.page.widgets.cards[at].take_focus(),
            Some(Stop::Choice(at)) => self.page.widgets.choices[at].take_focus(),
            Some(Stop::Row(at)) => self.page.widgets.rows[at].take_focus(),
            Some(Stop::Line(at)) => self.page.widgets.lines[at].take_focus(),
            Some(Stop::Link(at)) => self.page.widgets.links[at].take_focus(),
            Some(Stop::Field(at)) => self.page.widgets.fields[at].take_focus(),
            Some(Stop::Reveal(at)) => self.page.widgets.reveals[at].take_focus(),
            Some(Stop::Button(at)) => self.page.widgets.buttons[at].widget.take_focus(),
            Some(Stop::Lock) => match &mut self.page.widgets.strip {
                Some(strip) => strip.take_focus(),
                None => Ok(()),
            },
            // Keys then reach the window itself.
            None => self.window.take_focus(),
        };
        // Refused only while the window is not yet shown; it asks again then.
        taken.ok();
        self.window.redraw();
    }

    /// As [`Stage::focus`], by a person's key. Only then the page scrolls: a
    /// new page always begins with who asks and for what.
    pub(super) fn go(&mut self, stop: Option<Stop>) {
        if let Some(button) = stop.and_then(|stop| self.quiet(stop).cloned()) {
            self.page.reel.reveal(&button);
        }
        match (stop, &self.page.widgets.compare) {
            (Some(Stop::Card(at)), _) => self.page.reel.reveal(&self.page.widgets.cards[at]),
            (Some(Stop::Choice(at)), _) => self.page.reel.reveal(&self.page.widgets.choices[at]),
            (Some(Stop::Row(at)), _) => self.page.reel.reveal(&self.page.widgets.rows[at]),
            (Some(Stop::Compare), Some(compare)) => self.page.reel.reveal(compare),
            _ => {}
        }
        self.focus(stop);
    }

    /// Tab: on, or back, and around at the ends.
    pub(super) fn step(&mut self, forward: bool) {
        let stops = self.stops();
        let count = stops.len().max(1);
        let at = self
            .current()
            .and_then(|current| stops.iter().position(|&stop| stop == current));
        let next = match (at, forward) {
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
            (None, true) => 0,
            (None, false) => count - 1,
        };
        self.go(stops.get(next).copied());
    }

    /// To the next certificate, which is chosen at once as radio buttons are. Anywhere else
    /// the page is moved, and the focus stays where it is.
    pub(super) fn arrow(&mut self, down: bool) -> bool {
        let Some(Stop::Card(at)) = self.current() else {
            self.page.reel.notch(down);
            return false;
        };
        let stops = self.stops();
        let mut cards = stops.iter().filter_map(|&stop| match stop {
            Stop::Card(card) => Some(card),
            _ => None,
        });
        let next = if down {
            cards.find(|&card| card > at)
        } else {
            cards.rfind(|&card| card < at)
        };
        let Some(next) = next else {
            return false;
        };
        self.go(Some(Stop::Card(next)));
        self.model.input(Input::Choose(next));
        true
    }
}
