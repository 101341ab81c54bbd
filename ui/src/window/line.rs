//! The box a plain text is typed into: an address, never a secret.

use fltk::app;
use fltk::draw;
use fltk::enums::{Event, Font, FrameType, Key, LabelType};
use fltk::frame::Frame;
use fltk::input::Input;
use fltk::prelude::*;
use securesign_app::screen::{Level, Line};

use super::field::HEIGHT;
use super::ink::{Area, spoken};
use super::palette::Palette;
use super::signal::Signals;

const RADIUS: i32 = 8;

/// Moves the caret.
fn is_within(key: Key) -> bool {
    matches!(key, Key::Left | Key::Right)
}

/// Puts the box on the page; what is typed is the widget's value.
pub fn place(line: &Line, area: Area, palette: Palette, signals: &Signals) -> Input {
    let mut back = Frame::new(area.x, area.y, area.w, area.h, None);
    back.super_draw(false);
    back.visible_focus(false);

    let inner = Area {
        x: area.x + 10,
        y: area.y + 5,
        w: area.w - 20,
        h: HEIGHT - 10,
    };
    let mut widget = Input::new(inner.x, inner.y, inner.w, inner.h, None);
    widget.set_label(&spoken(&line.label));
    widget.set_label_type(LabelType::None);
    widget.set_frame(FrameType::FlatBox);
    widget.set_color(palette.surface);
    widget.set_text_color(palette.ink);
    widget.set_cursor_color(palette.accent);
    widget.set_selection_color(palette.tint);
    widget.set_text_font(Font::Helvetica);
    widget.set_text_size(14);
    widget.set_maximum_size(i32::try_from(line.max).unwrap_or(i32::MAX));
    widget.set_value(&line.text);
    widget.visible_focus(true);

    let inside = widget.clone();
    let fault = line.fault;
    back.draw(move |widget| {
        let area = Area::of(widget);
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
        let (edge, thickness) = if fault {
            (palette.tone(Level::Error).ink, 2)
        } else if inside.has_focus() {
            (palette.accent, 2)
        } else {
            (palette.edge, 1)
        };
        area.frame(RADIUS, thickness, edge, palette.surface);
    });

    let signals = signals.clone();
    // Tab, Return and Escape mean the same as everywhere; the rest is typed.
    widget.super_handle_first(false);
    widget.handle(move |_, event| match event {
        Event::KeyDown => signals.drops_typing() || (!is_within(app::event_key()) && signals.key()),
        Event::Focus | Event::Unfocus => {
            back.redraw();
            false
        }
        _ => false,
    });
    widget
}
