//! Puts another screen into the window: what was typed and what has the focus stay where
//! it is the same form.

use fltk::app;
use fltk::prelude::*;
use securesign_app::screen::{Action, Screen};

use super::super::ink;
use super::super::layout::{usual_width, work_area};
use super::super::notify;
use super::super::page::Page;
use super::super::palette::Palette;
use super::super::signal::Signal;
use super::super::stop::Stop;
use super::same::Same;
use super::{Stage, begin_inert, entries, setting};

/// How long a page is seen that gives way by itself, in seconds.
const MOMENT: f64 = 1.5;

impl Stage {
    /// Says in the desktop's way what is asked for, where nobody sees the window.
    pub(super) fn notify(&self) {
        let asks = self.screen.facts.first();
        notify::tell(&self.screen.title, asks.map(|fact| fact.value.as_str()));
    }

    /// Shows what the model shows, where that is something else.
    pub(super) fn update(&mut self) {
        let next = self.model.screen();
        let restyled = self.restyle();
        if next != self.screen || restyled {
            self.redraw(next, restyled);
        }
    }

    /// Shows this screen. `anew`: also what looks the same.
    pub(super) fn redraw(&mut self, next: Screen, anew: bool) {
        let same = Same::of(&self.screen, &next);
        // A second has passed, and that is all: what a person points at stays.
        if let (Some(strip), Some(kept)) = (&mut self.page.widgets.strip, &next.kept)
            && same.all_but_time
            && !anew
        {
            strip.tell(kept);
            self.screen = next;
            return;
        }
        let stop = self.current();
        // Whoever goes through the certificates goes on, also to those of another token.
        let cards = next.kind == self.screen.kind && matches!(stop, Some(Stop::Card(_)));
        let stop = stop.filter(|_| same.form || same.settings || cards);
        let kept = stop.and_then(|stop| stop.carried(&self.screen, &next));
        if !same.form {
            self.wipe();
            self.entries = entries(&next);
        }
        self.replace(next, same);
        let kept = kept.filter(|stop| self.stops().contains(stop));
        self.focus(self.fault().or(kept).or(self.first_stop()));
    }

    /// Puts another screen in the place of this one.
    fn replace(&mut self, next: Screen, same: Same) {
        let scrolled = self.page.reel.position();
        let inert = self.page.inert.clone();
        let count = |screen: &Screen| screen.waiting.as_ref().map(|waiting| waiting.count);
        if let Some(waiting) = &next.waiting
            && count(&next) > count(&self.screen)
            && self.eye.is_hidden()
        {
            notify::tell(&next.title, Some(&waiting.text));
        }
        if next.passes {
            let signals = self.signals.clone();
            app::add_timeout3(MOMENT, move |_| signals.send(Signal::Passes));
        }
        self.drag.want(next.offers(Action::Compare));
        let setting = setting(
            &self.window,
            self.palette,
            &self.signals,
            &self.entries,
            &self.drag,
            &self.eye,
            self.wishes,
        );
        let earlier = self.page.size;
        self.page = Page::new(&next, &setting);
        self.asked.note(earlier);
        self.screen = next;
        if same.form {
            self.page.inert.carry_form(&inert);
        }
        if same.request {
            self.page.inert.carry_on(&inert);
        } else {
            self.signals.clear();
        }
        if same.request || same.settings {
            self.page.reel.to(scrolled);
        }
        begin_inert(&mut self.window, &self.page, &self.signals);
    }

    /// Other colours or another size; true when there are any.
    fn restyle(&mut self) -> bool {
        let look = self.model.look();
        if look == self.look {
            return false;
        }
        if look.scale != self.look.scale {
            let scale = look
                .scale
                .map_or(self.system, |scale| f32::from(scale) / 100.0);
            app::set_screen_scale(0, scale);
            // Where it was, measured in the new units, may be off the display.
            let place = work_area();
            let width = self.wishes.width.unwrap_or_else(usual_width);
            let height = self.window.h();
            self.asked.note((width, height));
            self.window.resize(
                place.x + (place.w - width).max(0) / 2,
                place.y + (place.h - height).max(0) / 2,
                width,
                height,
            );
        }
        ink::set_larger(look.larger);
        self.look = look;
        self.palette = Palette::of(look.theme);
        self.window.set_color(self.palette.ground);
        true
    }
}
