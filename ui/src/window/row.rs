//! One of a list: two lines of text, a pill, and at times a quiet button.

use fltk::button::Button;
use fltk::draw;
use fltk::enums::LabelType;
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::Row;

use super::ink::{Area, PILL, SMALL, STRONG, spoken};
use super::palette::Palette;
use super::quiet;
use super::signal::{Signal, Signals};

const PAD: i32 = 9;
const INDENT: i32 = 14;
const RADIUS: i32 = 8;
const PILL_HEIGHT: i32 = 20;

/// A row whose height is known and which can be put on the page.
pub struct Listed {
    row: Row,
    title: Vec<String>,
    detail: Vec<String>,
    pill: i32,
    action: i32,
    /// Its height.
    pub height: i32,
}

impl Listed {
    /// Breaks the texts for the width.
    pub fn new(row: &Row, width: i32) -> Self {
        let room = |text: &str, width: i32| if text.is_empty() { 0 } else { width };
        let pill = room(&row.pill, PILL.width(&row.pill) + 16);
        let action = row.action.as_deref().map_or(0, quiet::width);
        let narrow = width - 2 * INDENT - pill - action - 8;
        let title = STRONG.wrap(&row.title, narrow);
        let detail = SMALL.wrap(&row.detail, narrow);
        Self {
            height: 2 * PAD + STRONG.height(&title) + SMALL.height(&detail) + 1,
            row: row.clone(),
            title,
            detail,
            pill,
            action,
        }
    }

    /// Puts it on the page, and its button if it has one.
    pub fn place(
        self,
        index: usize,
        area: Area,
        palette: Palette,
        signals: &Signals,
    ) -> Option<Button> {
        let label = self.row.action.clone();
        let width = self.action;
        let mut widget = Frame::new(area.x, area.y, area.w, area.h, None);
        let said = [&self.row.title, &self.row.detail, &self.row.pill];
        widget.set_label(&spoken(&said.map(String::as_str).join(", ")));
        widget.set_label_type(LabelType::None);
        widget.super_draw(false);
        widget.visible_focus(false);
        widget.draw(move |widget| self.draw(Area::of(widget), palette));
        let label = label?;
        let button = Area {
            x: area.x + area.w - width - 6,
            y: area.y + (area.h - quiet::HEIGHT) / 2,
            w: width,
            h: quiet::HEIGHT,
        };
        let (ground, signal) = (palette.surface, Signal::Row(index));
        Some(quiet::place(
            &label, button, palette, ground, signals, signal,
        ))
    }

    fn draw(&self, area: Area, palette: Palette) {
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
        area.frame(RADIUS, 1, palette.line, palette.surface);
        let (x, y) = (area.x + INDENT, area.y + PAD);
        STRONG.write_lines(&self.title, x, y, palette.ink);
        let y = y + STRONG.height(&self.title);
        SMALL.write_lines(&self.detail, x, y, palette.muted);
        if self.pill > 0 {
            let tone = palette.tone(self.row.level);
            let pill = Area {
                x: area.x + area.w - self.pill - 12 - self.action,
                y: area.y + (area.h - PILL_HEIGHT) / 2,
                w: self.pill,
                h: PILL_HEIGHT,
            };
            pill.fill(PILL_HEIGHT / 2, tone.ground);
            PILL.write_centred(&self.row.pill, pill, tone.ink);
        }
    }
}
