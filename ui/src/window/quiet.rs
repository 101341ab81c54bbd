//! A button that is only a word: for ways to other pages and for what is done
//! with one row. Quiet on purpose: the page has one main button.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button;
use fltk::draw;
use fltk::enums::{Cursor, Event, Key, LabelType};
use fltk::prelude::*;

use super::ink::{Area, STRONG, spoken};
use super::palette::Palette;
use super::signal::{Signal, Signals, is_press};

/// Its height.
pub const HEIGHT: i32 = 28;
const PAD: i32 = 10;
const RADIUS: i32 = 6;

/// How wide its word wants it to be.
pub fn width(label: &str) -> i32 {
    STRONG.width(label) + 2 * PAD
}

/// Puts it on the page. `ground` is what is behind it.
pub fn place(
    label: &str,
    area: Area,
    palette: Palette,
    ground: fltk::enums::Color,
    signals: &Signals,
    signal: Signal,
) -> Button {
    let text = label.to_owned();
    plain(label, area, signals, signal, move |widget, pointed| {
        let area = Area::of(widget);
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, ground);
        if widget.has_focus() {
            area.frame(RADIUS, 2, palette.accent, ground);
        } else if pointed {
            area.fill(RADIUS, palette.hover);
        }
        STRONG.write_centred(&text, area, palette.accent);
    })
}

/// Ctrl and C, on what copies.
fn copies(signal: &Signal) -> bool {
    let pressed = app::is_event_ctrl() && app::event_key() == Key::from_char('c');
    pressed && matches!(signal, Signal::Copy(_))
}

/// A button that never waits and draws itself; `paint` hears whether the mouse
/// points at it.
pub fn plain(
    label: &str,
    area: Area,
    signals: &Signals,
    signal: Signal,
    mut paint: impl FnMut(&mut Button, bool) + 'static,
) -> Button {
    let mut widget = Button::new(area.x, area.y, area.w, area.h, None);
    widget.set_label(&spoken(label));
    widget.set_label_type(LabelType::None);
    widget.super_draw(false);
    let pointed = Rc::new(Cell::new(false));
    let hover = pointed.clone();
    widget.draw(move |widget| paint(widget, hover.get()));
    let signals = signals.clone();
    let mut armed = false;
    widget.super_handle_first(false);
    widget.handle(move |widget, event| {
        if event == Event::KeyDown && signals.drops(event) {
            return true;
        }
        match event {
            Event::Enter | Event::Leave => {
                let enters = event == Event::Enter;
                pointed.set(enters);
                draw::set_cursor(if enters {
                    Cursor::Hand
                } else {
                    Cursor::Default
                });
            }
            Event::Push => armed = true,
            Event::Released => {
                if std::mem::take(&mut armed) && app::event_inside_widget(widget) {
                    signals.send(signal.clone());
                }
            }
            Event::KeyDown if is_press(app::event_key()) || copies(&signal) => {
                signals.send(signal.clone())
            }
            Event::KeyDown => return signals.key(),
            Event::Focus | Event::Unfocus | Event::Drag => {}
            _ => return false,
        }
        widget.redraw();
        true
    });
    widget
}
