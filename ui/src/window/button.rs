//! Buttons.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use fltk::app;
use fltk::enums::{Event, LabelType};
use fltk::prelude::*;
use securesign_app::screen::{Action, Button, ButtonStyle, Level};

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
    /// What it is on its page.
    pub style: ButtonStyle,
    /// The widget, for the focus.
    pub widget: fltk::button::Button,
    wait: Duration,
    inert: Inert,
}

impl PressButton {
    /// How wide its label wants it to be.
    pub fn width(button: &Button) -> i32 {
        let least = if button.is_main() { 140 } else { 112 };
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
            style: button.style,
            widget,
            wait,
            inert: inert.clone(),
        }
    }

    /// Return presses it.
    pub fn is_main(&self) -> bool {
        self.style == ButtonStyle::Main
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
    match button.style {
        ButtonStyle::Main | ButtonStyle::Danger => PRESS_MAIN,
        ButtonStyle::Plain => PRESS,
    }
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
    let fill = if pointed && live {
        palette.hover
    } else {
        palette.surface
    };
    let main = if pointed {
        palette.accent_hover
    } else {
        palette.accent
    };
    let error = palette.tone(Level::Error).ink;
    let (fill, edge, ink) = match button.style {
        _ if !live => (palette.hover, palette.edge, palette.faint),
        ButtonStyle::Main => (main, main, palette.on_accent),
        ButtonStyle::Plain => (fill, palette.edge, palette.ink),
        ButtonStyle::Danger => (fill, error, error),
    };
    let thickness = if button.style == ButtonStyle::Danger {
        2
    } else {
        1
    };
    if widget.has_focus() {
        outer.fill(RADIUS + RING, palette.accent);
        outer.inset(2).fill(RADIUS + RING - 2, palette.ground);
    }
    area.frame(RADIUS, thickness, edge, fill);
    face(button).write_centred(&button.label, area, ink);
}

/// Room around the button for the focus ring and a gap.
pub const RING: i32 = 4;
