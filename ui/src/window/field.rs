//! The box a secret is typed into.
//!
//! It is not the toolkit's secret input: that keeps the text in ordinary memory,
//! in a second, undo, buffer too, frees both without overwriting them and offers
//! no way to do so. Here every character goes from the key event straight into
//! locked memory (see [`Entry`]), and there is nothing that could be selected,
//! copied, cut or dragged out.
//!
//! What remains outside: the last key's text stays in the toolkit's event buffer
//! until the next key (one character, never the whole secret), and the
//! windowing system has seen every key. While a person holds down what shows the
//! secret, it is on the screen, and each of its characters passes the toolkit's text
//! drawing. Pasting is not offered: a pasted secret
//! would stay in the toolkit's selection buffer, and in the clipboard.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button;
use fltk::draw;
use fltk::enums::{Cursor, Event, Key, LabelType};
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::{Field, Level};
use securesign_card::memory::OutOfMemory;
use zeroize::{Zeroize, Zeroizing};

use super::entry::{Entry, Shared};
use super::eye::Eye;
use super::ink::{Area, MONO, PILL, spoken};
use super::layout::Setting;
use super::palette::Palette;
use super::reveal;
use super::signal::{Signal, Signals};

/// Every box's height.
pub const HEIGHT: i32 = 40;
const RADIUS: i32 = 8;
const PAD: i32 = 14;
const DOT: i32 = 7;
const STEP: i32 = 12;
/// From one character to the next, where they are shown.
const WIDE: i32 = 14;
const PILL_HEIGHT: i32 = 21;

/// Puts the box on the page, and beside it what shows the secret.
pub fn place(field: &Field, entry: &Shared, area: Area, setting: &Setting) -> (Frame, Button) {
    let room = Area {
        w: area.w - reveal::WIDTH,
        ..area
    };
    let mut widget = Frame::new(room.x, room.y, room.w, room.h, None);
    widget.set_label(&spoken(&field.label));
    widget.set_label_type(LabelType::None);
    widget.super_draw(false);
    widget.visible_focus(true);
    let shown = Rc::new(Cell::new(false));
    let reveal = reveal::place(&field.show, area, &widget, &shown, setting);
    let drawn = Drawn {
        entry: entry.clone(),
        shown,
        caps_lock: field.caps_lock.clone(),
        palette: setting.palette,
        signals: setting.signals.clone(),
        eye: setting.eye.clone(),
    };
    widget.draw(move |widget| drawn.draw(widget));
    let (entry, signals) = (entry.clone(), setting.signals.clone());
    widget.super_handle_first(false);
    widget.handle(move |widget, event| {
        match event {
            Event::Enter => draw::set_cursor(Cursor::Insert),
            Event::Leave => draw::set_cursor(Cursor::Default),
            Event::Push => {
                widget.take_focus().ok();
            }
            Event::KeyDown => {
                let Ok(taken) = key(&mut entry.borrow_mut(), &signals) else {
                    signals.send(Signal::OutOfMemory);
                    return true;
                };
                widget.redraw();
                return taken;
            }
            // It may have been Caps Lock.
            Event::KeyUp => {}
            Event::Focus | Event::Unfocus | Event::Drag | Event::Released => {}
            _ => return false,
        }
        widget.redraw();
        true
    });
    (widget, reveal)
}

fn key(entry: &mut Entry, signals: &Signals) -> Result<bool, OutOfMemory> {
    let text = Zeroizing::new(app::event_text());
    if signals.drops_typing() {
        // What has a hole in it is no PIN: it would cost a try.
        if !text.is_empty() {
            entry.clear();
        }
        return Ok(true);
    }
    if signals.key() {
        return Ok(true);
    }
    match app::event_key() {
        Key::BackSpace if app::is_event_ctrl() => entry.clear(),
        Key::BackSpace => entry.pop()?,
        Key::Delete => entry.clear(),
        // With Ctrl or Alt alone it is a shortcut; both together are AltGr.
        _ if app::is_event_ctrl() != app::is_event_alt() => return Ok(false),
        _ => {
            for c in text.chars() {
                entry.push(c)?;
            }
            return Ok(!text.is_empty());
        }
    }
    Ok(true)
}

/// What a box is drawn from.
struct Drawn {
    entry: Shared,
    /// The secret itself is to be seen.
    shown: Rc<Cell<bool>>,
    caps_lock: String,
    palette: Palette,
    signals: Signals,
    eye: Rc<Eye>,
}

impl Drawn {
    fn draw(&self, widget: &Frame) {
        let (area, palette) = (Area::of(widget), self.palette);
        let takes = self.signals.takes_typing();
        let active = widget.has_focus() && takes;
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
        let (edge, thickness) = match active {
            true => (palette.accent, 2),
            false => (palette.edge, 1),
        };
        let ground = match takes {
            true => palette.surface,
            false => palette.hover,
        };
        area.frame(RADIUS, thickness, edge, ground);
        let warning = match active && self.eye.sees_caps_lock() {
            true => self.draw_caps_lock(area),
            false => 0,
        };
        let room = area.w - 2 * PAD - warning;
        let end = match self.shown.get() {
            true => draw_text(&self.entry.borrow(), area, room, palette),
            false => draw_dots(self.entry.borrow().len(), area, room, palette),
        };
        if active {
            let middle = area.y + area.h / 2;
            draw::draw_rect_fill(end, middle - 10, 2, 20, palette.accent);
        }
    }

    /// That it is on; gives how wide that is.
    fn draw_caps_lock(&self, area: Area) -> i32 {
        let w = PILL.width(&self.caps_lock) + 16;
        let pill = Area {
            x: area.x + area.w - w - PAD / 2,
            y: area.y + (area.h - PILL_HEIGHT) / 2,
            w,
            h: PILL_HEIGHT,
        };
        let tone = self.palette.tone(Level::Warning);
        pill.fill(PILL_HEIGHT / 2, tone.ground);
        PILL.write_centred(&self.caps_lock, pill, tone.ink);
        w + PAD / 2
    }
}

/// Of a long entry the end is shown, where the caret is: this gives its place.
fn draw_dots(typed: usize, area: Area, room: i32, palette: Palette) -> i32 {
    let shown = typed.min((room / STEP).max(0) as usize) as i32;
    for at in 0..shown {
        let dot = Area {
            x: area.x + PAD + at * STEP,
            y: area.y + area.h / 2 - DOT / 2,
            w: DOT,
            h: DOT,
        };
        dot.fill(DOT / 2, palette.ink);
    }
    area.x + PAD + shown * STEP - if shown > 0 { 2 } else { 0 }
}

/// As [`draw_dots`]. The toolkit gets one character at a time, so that it never has the
/// whole secret.
fn draw_text(entry: &Entry, area: Area, room: i32, palette: Palette) -> i32 {
    let shown = entry.len().min((room / WIDE).max(0) as usize);
    let mut x = area.x + PAD;
    let top = area.y + (area.h - MONO.line) / 2;
    for c in entry.text().chars().skip(entry.len() - shown) {
        let mut bytes = [0; 4];
        let text = c.encode_utf8(&mut bytes);
        MONO.write(text, x, top, palette.ink);
        text.zeroize();
        x += WIDE;
    }
    x
}
