//! The bar that should catch the eye.

use fltk::draw;
use fltk::enums::LabelType;
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::Notice;

use super::ink::{Area, STRONG, spoken};
use super::layout::measured;
use super::mark;
use super::palette::Palette;

const PAD: i32 = 8;
const INDENT: i32 = 36;

/// The bar with its lines broken.
pub struct Bar {
    notice: Notice,
    lines: Vec<String>,
    /// Its height.
    pub height: i32,
}

impl Bar {
    /// Breaks the text for the width.
    pub fn new(notice: &Notice, width: i32) -> Self {
        let lines = STRONG.wrap(&notice.text, measured(width) - INDENT - 12);
        Self {
            height: STRONG.height(&lines) + 2 * PAD,
            notice: notice.clone(),
            lines,
        }
    }

    /// Puts it on the page.
    pub fn place(self, area: Area, palette: Palette) {
        let mut widget = Frame::new(area.x, area.y, area.w, area.h, None);
        widget.set_label(&spoken(&self.notice.text));
        widget.set_label_type(LabelType::None);
        widget.super_draw(false);
        widget.visible_focus(false);
        let tone = palette.tone(self.notice.level);
        widget.draw(move |widget| {
            let area = Area::of(widget);
            draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
            area.fill(8, tone.ground);
            let symbol = Area {
                x: area.x + 12,
                y: area.y + PAD + 2,
                w: mark::SIZE,
                h: mark::SIZE,
            };
            mark::draw(self.notice.level, symbol, tone.ink, tone.ground);
            STRONG.write_lines(&self.lines, area.x + INDENT, area.y + PAD, tone.ink);
        });
    }
}
