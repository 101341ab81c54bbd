//! Buttons.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use fltk::app;
use fltk::enums::{Event, LabelType};
use fltk::prelude::*;
use securesign_app::screen::{Action, Button};

use super::inert::Inert;
use super::ink::{Area, PRESS, PRESS_MAIN, Style, spoken};
use super::palette::Palette;
use super::signal::{Signal, Signals, is_press};

/// Every button's height.
pub const HEIGHT: i32 = 40;
const RADIUS: i32 = 8;

/// A button on the page.
pub struct PressButton {
    /// What it means.
    pub action: Action,
    /// Whether it is the main one.
    pub primary: bool,
    /// The widget, for the focus.
    pub widget: fltk::button::Button,
    wait: Duration,
    inert: Inert,
}

impl PressButton {
    /// How wide its label wants it to be.
    pub fn width(button: &Button) -> i32 {
        let least = if button.primary { 140 } else { 112 };
        least.max(face(button).width(&button.label) + 36)
    }

    /// Draws itself at `area` and sends `Press` while it is not inert.
    pub fn new(
        button: &Button,
        area: Area,
        palette: Palette,
        inert: &Inert,
        signals: &Signals,
    ) -> Self {
        let mut widget = fltk::button::Button::new(area.x, area.y, area.w, area.h, None);
        widget.set_label(&spoken(&button.label));
        widget.set_label_type(LabelType::None);
        widget.super_draw(false);
        widget.set_color(palette.ground);
        let wait = Duration::from_millis(button.inert_ms.into());
        let hover = Rc::new(Cell::new(false));

        let drawn = button.clone();
        let (clock, pointed) = (inert.clone(), hover.clone());
        widget.draw(move |widget| {
            let live = clock.over(wait);
            draw(&drawn, widget, palette, live, pointed.get());
        });

        let action = button.action;
        let (clock, signals) = (inert.clone(), signals.clone());
        let mut armed = false;
        widget.super_handle_first(false);
        widget.handle(move |widget, event| {
            if event == Event::KeyDown && signals.drops(event) {
                return true;
            }
            match event {
                Event::Enter | Event::Leave => hover.set(event == Event::Enter),
                // A press counts only when it began on the live button.
                Event::Push => armed = clock.over(wait),
                Event::Released => {
                    if std::mem::take(&mut armed) && app::event_inside_widget(widget) {
                        signals.send(Signal::Press(action));
                    }
                }
                Event::KeyDown if is_press(app::event_key()) => {
                    if clock.over(wait) {
                        signals.send(Signal::Press(action));
                    }
                }
                Event::KeyDown => return signals.key(),
                Event::Focus | Event::Unfocus | Event::Drag => {}
                _ => return false,
            }
            widget.redraw();
            true
        });
        Self {
            action: button.action,
            primary: button.primary,
            widget,
            wait,
            inert: inert.clone(),
        }
    }

    /// It works now.
    pub fn is_live(&self) -> bool {
        self.inert.over(self.wait)
    }

    /// It never waits, so that it may be the default.
    pub fn is_prompt(&self) -> bool {
        self.wait.is_zero()
    }
}

fn face(button: &Button) -> Style {
    if button.primary { PRESS_MAIN } else { PRESS }
}

fn draw(
    button: &Button,
    widget: &fltk::button::Button,
    palette: Palette,
    live: bool,
    pointed: bool,
) {
    let outer = Area::of(widget);
    fltk::draw::draw_rect_fill(outer.x, outer.y, outer.w, outer.h, palette.ground);
    let area = outer.inset(RING);
    let (fill, edge, ink) = match (button.primary, live, pointed) {
        (_, false, _) => (palette.hover, palette.edge, palette.faint),
        (true, true, false) => (palette.accent, palette.accent, palette.on_accent),
        (true, true, true) => (
            palette.accent_hover,
            palette.accent_hover,
            palette.on_accent,
        ),
        (false, true, false) => (palette.surface, palette.edge, palette.ink),
        (false, true, true) => (palette.hover, palette.edge, palette.ink),
    };
    if widget.has_focus() {
        outer.fill(RADIUS + RING, palette.accent);
        outer.inset(2).fill(RADIUS + RING - 2, palette.ground);
    }
    area.frame(RADIUS, 1, edge, fill);
    face(button).write_centred(&button.label, area, ink);
}

/// Room around the button for the focus ring and a gap.
pub const RING: i32 = 4;
