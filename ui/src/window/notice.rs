//! The bar that should catch the eye.

use fltk::draw;
use fltk::enums::LabelType;
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::{Level, Notice};

use super::ink::{Area, STRONG, spoken};
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
        let lines = STRONG.wrap(&notice.text, width - INDENT - 12);
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
                w: 15,
                h: 15,
            };
            draw_symbol(self.notice.level, symbol, tone.ink, tone.ground);
            STRONG.write_lines(&self.lines, area.x + INDENT, area.y + PAD, tone.ink);
        });
    }
}

/// A triangle for warnings, a disc for the rest; drawn, because not every
/// system's fonts have them.
fn draw_symbol(level: Level, area: Area, ink: fltk::enums::Color, ground: fltk::enums::Color) {
    let Area { x, y, w, h } = area;
    let middle = x + w / 2;
    let (stroke, dot) = if level == Level::Warning {
        draw::set_draw_color(ink);
        draw::begin_polygon();
        for (px, py) in [(0.5, 0.02), (1.0, 0.92), (0.0, 0.92)] {
            draw::vertex(
                f64::from(x) + px * f64::from(w),
                f64::from(y) + py * f64::from(h),
            );
        }
        draw::end_polygon();
        ((y + 5, 4), y + 11)
    } else {
        area.fill(w / 2, ink);
        if level == Level::Info {
            ((y + 6, 5), y + 3)
        } else {
            ((y + 3, 5), y + 10)
        }
    };
    draw::draw_rect_fill(middle, stroke.0, 2, stroke.1, ground);
    draw::draw_rect_fill(middle, dot, 2, 2, ground);
}
