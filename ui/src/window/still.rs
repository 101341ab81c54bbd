//! What only shows something: large counters and plain paragraphs.

use fltk::draw;
use fltk::enums::{Color, LabelType};
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::{Counter, Level};

use super::ink::{Area, BODY, LARGE, Style, spoken};
use super::palette::Palette;

/// A counter's height.
pub const COUNTER_HEIGHT: i32 = 88;

const PAD: i32 = 16;

/// How wide its texts want it to be.
pub fn counter_width(counter: &Counter) -> i32 {
    let text = BODY
        .width(&counter.caption)
        .max(LARGE.width(&counter.value));
    text + 2 * PAD
}

/// Puts one counter on the page.
pub fn place_counter(counter: &Counter, area: Area, palette: Palette) {
    let counter = counter.clone();
    let label = format!("{} {}", counter.value, counter.caption);
    still(&label, area, palette.ground, move |area| {
        let tone = palette.tone(counter.level);
        let (fill, edge, ink) = match counter.level {
            Level::Info => (palette.surface, palette.line, palette.ink),
            _ => (tone.ground, tone.ground, tone.ink),
        };
        area.frame(8, 1, edge, fill);
        LARGE.write(&counter.value, area.x + PAD, area.y + 12, ink);
        let second = if counter.level == Level::Info {
            palette.muted
        } else {
            tone.ink
        };
        BODY.write(&counter.caption, area.x + PAD, area.y + 54, second);
    });
}

/// Puts broken lines on the page.
pub fn place_lines(lines: Vec<String>, style: Style, area: Area, color: Color, ground: Color) {
    let label = lines.join(" ");
    still(&label, area, ground, move |area| {
        style.write_lines(&lines, area.x, area.y, color);
    });
}

/// A widget that only shows something and never takes the focus.
pub fn still(label: &str, area: Area, ground: Color, paint: impl Fn(Area) + 'static) {
    let mut widget = Frame::new(area.x, area.y, area.w, area.h, None);
    widget.set_label(&spoken(label));
    widget.set_label_type(LabelType::None);
    widget.super_draw(false);
    widget.visible_focus(false);
    widget.draw(move |widget| {
        let area = Area::of(widget);
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, ground);
        paint(area);
    });
}
