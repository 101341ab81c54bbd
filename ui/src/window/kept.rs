//! The strip at the window's foot while a PIN is kept: how long yet, and the way
//! to be rid of it at once. Quiet on purpose: it is no news and no question.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::button::Button;
use fltk::draw;
use fltk::enums::LabelType;
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::Kept;

use super::ink::{Area, SMALL, STRONG, spoken};
use super::layout::{MARGIN, Setting};
use super::palette::Palette;
use super::quiet;
use super::signal::Signal;

/// Its height.
pub const HEIGHT: i32 = 44;
/// What is underlined, and pressed together with Alt.
const KEY: char = 'L';
const PAD: i32 = 10;
const RADIUS: i32 = 6;

/// The strip's widgets.
pub struct Strip {
    clock: Frame,
    text: Rc<RefCell<String>>,
    lock: Button,
}

impl Strip {
    /// Puts it on the page.
    pub fn new(kept: &Kept, area: Area, setting: &Setting) -> Self {
        let palette = setting.palette;
        let label = kept.lock.label.clone();
        let w = STRONG.width(&label) + 2 * PAD;
        let right = area.x + area.w - MARGIN + PAD;
        let lock = Area {
            x: right - w,
            y: area.y + 8,
            w,
            h: area.h - 15,
        };

        let text = Rc::new(RefCell::new(kept.text.clone()));
        let mut clock = Frame::new(area.x, area.y, lock.x - area.x, area.h, None);
        clock.set_label(&spoken(&kept.text));
        clock.set_label_type(LabelType::None);
        clock.super_draw(false);
        clock.visible_focus(false);
        let shown = text.clone();
        clock.draw(move |widget| draw_clock(Area::of(widget), &shown.borrow(), palette));

        Self {
            clock,
            text,
            lock: place_lock(label, lock, area, kept.lock.action, setting),
        }
    }

    /// Another second has passed.
    pub fn tell(&mut self, kept: &Kept) {
        if *self.text.borrow() != kept.text {
            self.text.borrow_mut().clone_from(&kept.text);
            self.clock.set_label(&spoken(&kept.text));
            self.clock.redraw();
        }
    }

    /// What locks.
    pub fn lock(&self) -> &Button {
        &self.lock
    }
}

fn place_lock(
    label: String,
    area: Area,
    strip: Area,
    action: securesign_app::screen::Action,
    setting: &Setting,
) -> Button {
    let palette = setting.palette;
    let place = Area {
        x: area.x,
        w: strip.x + strip.w - area.x,
        ..strip
    };
    let text = label.clone();
    let signal = Signal::Press(action);
    quiet::plain(
        &label,
        place,
        setting.signals,
        signal,
        move |widget, pointed| {
            draw_ground(Area::of(widget), palette);
            draw_lock(&text, area, palette, pointed, widget.has_focus());
        },
    )
}

fn draw_ground(area: Area, palette: Palette) {
    draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
    draw::draw_rect_fill(area.x, area.y, area.w, 1, palette.line);
}

fn draw_clock(area: Area, text: &str, palette: Palette) {
    draw_ground(area, palette);
    let top = area.y + 1 + (area.h - SMALL.line) / 2;
    // Drawn, because not every system's fonts have a padlock.
    let (x, y) = (area.x + MARGIN + 3, top + 3);
    Area {
        x: x + 2,
        y,
        w: 7,
        h: 9,
    }
    .frame(3, 1, palette.muted, palette.ground);
    Area {
        x,
        y: y + 5,
        w: 11,
        h: 7,
    }
    .fill(2, palette.muted);
    let x = x + 20;
    draw::push_clip(x, area.y, area.x + area.w - x - PAD, area.h);
    SMALL.write(text, x, top, palette.muted);
    draw::pop_clip();
}

fn draw_lock(label: &str, area: Area, palette: Palette, pointed: bool, focused: bool) {
    if focused {
        area.frame(RADIUS, 2, palette.accent, palette.ground);
    } else if pointed {
        area.fill(RADIUS, palette.hover);
    }
    STRONG.write_centred(label, area, palette.accent);
    // The key that does the same, where the word has its letter.
    if let Some(before) = label.find(KEY) {
        let x = area.x + PAD + STRONG.width(&label[..before]);
        let w = STRONG.width(&label[before..before + KEY.len_utf8()]);
        draw::set_draw_color(palette.accent);
        let y = area.y + (area.h + STRONG.line) / 2 - 3;
        draw::draw_rect_fill(x, y, w - 1, 1, palette.accent);
    }
}
