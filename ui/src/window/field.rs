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
//! windowing system has seen every key. Pasting is not offered: a pasted secret
//! would stay in the toolkit's selection buffer, and in the clipboard.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::draw;
use fltk::enums::{Cursor, Event, Key, LabelType};
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::Field;
use securesign_card::memory::OutOfMemory;
use zeroize::Zeroizing;

use super::entry::Entry;
use super::ink::{Area, spoken};
use super::palette::Palette;
use super::signal::{Signal, Signals};

/// Every box's height.
pub const HEIGHT: i32 = 40;
const RADIUS: i32 = 8;
const PAD: i32 = 14;
const DOT: i32 = 7;
const STEP: i32 = 12;

/// What is typed into a field; the widget and the stage share it.
pub type Shared = Rc<RefCell<Entry>>;

/// Puts the box on the page.
pub fn place(
    field: &Field,
    entry: &Shared,
    area: Area,
    palette: Palette,
    signals: &Signals,
) -> Frame {
    let mut widget = Frame::new(area.x, area.y, area.w, area.h, None);
    widget.set_label(&spoken(&field.label));
    widget.set_label_type(LabelType::None);
    widget.super_draw(false);
    widget.visible_focus(true);
    let shown = entry.clone();
    let clock = signals.clone();
    widget.draw(move |widget| {
        let typed = shown.borrow().len();
        draw(widget, typed, clock.takes_typing(), palette);
    });
    let (entry, signals) = (entry.clone(), signals.clone());
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
            Event::Focus | Event::Unfocus | Event::Drag | Event::Released => {}
            _ => return false,
        }
        widget.redraw();
        true
    });
    widget
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

fn draw(widget: &Frame, typed: usize, takes: bool, palette: Palette) {
    let area = Area::of(widget);
    draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
    let (edge, thickness) = if widget.has_focus() && takes {
        (palette.accent, 2)
    } else {
        (palette.edge, 1)
    };
    let ground = if takes {
        palette.surface
    } else {
        palette.hover
    };
    area.frame(RADIUS, thickness, edge, ground);
    // Of a long entry the end is shown, where the caret is.
    let room = ((area.w - 2 * PAD) / STEP) as usize;
    let shown = typed.min(room) as i32;
    let middle = area.y + area.h / 2;
    for at in 0..shown {
        let dot = Area {
            x: area.x + PAD + at * STEP,
            y: middle - DOT / 2,
            w: DOT,
            h: DOT,
        };
        dot.fill(DOT / 2, palette.ink);
    }
    if widget.has_focus() && takes {
        let x = area.x + PAD + shown * STEP - if shown > 0 { 2 } else { 0 };
        draw::draw_rect_fill(x, middle - 10, 2, 20, palette.accent);
    }
}
