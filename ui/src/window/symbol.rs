//! The symbol beside the title: something turning, a tick, a cross, a word of warning.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::draw::{self, LineStyle};
use fltk::enums::{Color, LabelType};
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::{Kind, Level, Screen};

use super::ink::Area;
use super::palette::{Palette, Tone};

/// Its width and height.
pub const SIZE: i32 = 30;
const TICK: f64 = 0.06;
const STEP: i32 = 14;

/// A symbol; it stops turning when dropped.
pub struct Symbol(Option<app::TimeoutHandle>);

impl Symbol {
    /// Whether screens of this kind have one.
    pub fn exists(kind: Kind) -> bool {
        !matches!(kind, Kind::Sign | Kind::Token | Kind::Form | Kind::Page)
    }

    /// Puts it on the page.
    pub fn place(screen: &Screen, x: i32, y: i32, palette: Palette) -> Self {
        let (kind, settled) = (screen.kind, screen.settled);
        let mut widget = Frame::new(x, y, SIZE, SIZE, None);
        widget.set_label_type(LabelType::None);
        widget.super_draw(false);
        widget.visible_focus(false);
        let angle = Rc::new(Cell::new(0));
        let turned = angle.clone();
        widget.draw(move |widget| {
            let area = Area::of(widget);
            draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
            match kind {
                Kind::Done => mark(area, palette.tone(Level::Success), &TICK_MARK),
                Kind::Failed => mark(area, palette.tone(Level::Error), &CROSS),
                _ if settled => mark(area, palette.tone(Level::Warning), &EXCLAMATION),
                _ => wheel(area, palette, turned.get()),
            }
        });
        if settled || matches!(kind, Kind::Done | Kind::Failed) {
            return Self(None);
        }
        Self(Some(app::add_timeout3(TICK, move |handle| {
            angle.set((angle.get() + 360 - STEP) % 360);
            widget.redraw();
            app::repeat_timeout3(TICK, handle);
        })))
    }
}

impl Drop for Symbol {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take() {
            app::remove_timeout3(handle);
        }
    }
}

type Stroke = &'static [(i32, i32)];
const TICK_MARK: [Stroke; 1] = [&[(9, 15), (13, 20), (21, 10)]];
const EXCLAMATION: [Stroke; 2] = [&[(15, 8), (15, 17)], &[(15, 22), (15, 22)]];
const CROSS: [Stroke; 2] = [&[(10, 10), (20, 20)], &[(20, 10), (10, 20)]];

fn mark(area: Area, tone: Tone, strokes: &[Stroke]) {
    area.fill(SIZE / 2, tone.ground);
    stroke(tone.ink, 3, || {
        for points in strokes {
            draw::begin_line();
            for &(x, y) in *points {
                draw::vertex(f64::from(area.x + x), f64::from(area.y + y));
            }
            draw::end_line();
        }
    });
}

fn wheel(area: Area, palette: Palette, from: i32) {
    let Area { x, y, w, h } = area.inset(3);
    stroke(palette.line, 3, || draw::draw_arc(x, y, w, h, 0.0, 360.0));
    let from = f64::from(from);
    stroke(palette.accent, 3, || {
        draw::draw_arc(x, y, w, h, from, from + 100.0);
    });
}

fn stroke(color: Color, width: i32, paint: impl FnOnce()) {
    draw::set_draw_color(color);
    draw::set_line_style(LineStyle::CapRound | LineStyle::JoinRound, width);
    paint();
    draw::set_line_style(LineStyle::Solid, 0);
}
