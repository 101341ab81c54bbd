//! What has the focus, and where it goes. The toolkit's own Tab does not wrap
//! around in every layout and would not skip what cannot be used.

use fltk::prelude::*;
use securesign_app::screen::Input;

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

    /// What has it.
    pub(super) fn current(&self) -> Option<Stop> {
        let has_focus = |stop: &Stop| {
            let widget = self.page.widgets.at(*stop);
            widget.is_some_and(|widget| widget.has_focus())
        };
        self.stops().into_iter().find(has_focus)
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
        let taken = match stop.and_then(|stop| self.page.widgets.at(stop)) {
            Some(mut widget) => widget.take_focus(),
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
        let scrolls = stop.filter(|stop| stop.scrolls());
        if let Some(widget) = scrolls.and_then(|stop| self.page.widgets.at(stop)) {
            self.page.reel.reveal(&widget);
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
