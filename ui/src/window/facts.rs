//! Labelled values, large counters and plain paragraphs.

use fltk::draw;
use fltk::enums::{Color, LabelType};
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::{Counter, Fact, Level};

use super::ink::{Area, BODY, LARGE, MONO, PILL, SMALL, Style, spoken};
use super::palette::Palette;

const PAD: i32 = 12;
const GAP: i32 = 6;
const TAG_HEIGHT: i32 = 19;

/// All facts in one box, labels left, values right.
pub struct Facts {
    rows: Vec<Row>,
    column: i32,
    /// The box's height.
    pub height: i32,
}

struct Row {
    fact: Fact,
    label: Vec<String>,
    value: Vec<String>,
    style: Style,
}

impl Facts {
    /// Breaks the texts for the width.
    pub fn new(facts: &[Fact], width: i32) -> Self {
        let widest = facts.iter().map(|fact| SMALL.width(&fact.label)).max();
        let column = widest.unwrap_or_default().min(width / 3);
        let rows: Vec<Row> = facts
            .iter()
            .map(|fact| {
                let style = if is_digest(&fact.value) { MONO } else { BODY };
                let tag = |mark: &String| PILL.width(mark) + 16 + 8;
                let taken = fact.mark.as_ref().map_or(0, tag);
                Row {
                    label: SMALL.wrap(&fact.label, column),
                    value: style.wrap(&fact.value, width - column - 3 * PAD - 4 - taken),
                    style,
                    fact: fact.clone(),
                }
            })
            .collect();
        let height = rows.iter().map(|row| row.height() + GAP).sum::<i32>() - GAP + 2 * PAD;
        Self {
            rows,
            column,
            height,
        }
    }

    /// Puts the box on the page.
    pub fn place(self, area: Area, palette: Palette) {
        let label: Vec<String> = self.rows.iter().map(Row::spoken).collect();
        still(&label.join("; "), area, palette.ground, move |area| {
            area.frame(8, 1, palette.edge, palette.surface);
            let mut y = area.y + PAD;
            for row in &self.rows {
                row.draw(area, y, self.column, palette);
                y += row.height() + GAP;
            }
        });
    }
}

impl Row {
    fn height(&self) -> i32 {
        SMALL
            .height(&self.label)
            .max(self.style.height(&self.value))
    }

    fn spoken(&self) -> String {
        let mark = self.fact.mark.as_deref().unwrap_or_default();
        format!("{}: {} {mark}", self.fact.label, self.fact.value)
    }

    fn draw(&self, area: Area, y: i32, column: i32, palette: Palette) {
        let x = area.x + PAD + 4;
        SMALL.write_lines(&self.label, x, y + 1, palette.muted);
        self.style
            .write_lines(&self.value, x + column + PAD, y, palette.ink);
        if let Some(mark) = &self.fact.mark {
            let w = PILL.width(mark) + 16;
            let tag = Area {
                x: area.x + area.w - PAD - w,
                y: y + (self.style.line - TAG_HEIGHT) / 2 + 1,
                w,
                h: TAG_HEIGHT,
            };
            let tone = palette.tone(Level::Warning);
            tag.fill(TAG_HEIGHT / 2, tone.ground);
            PILL.write_centred(mark, tag, tone.ink);
        }
    }
}

/// Hex digits in groups; even widths let two of them be compared by eye.
fn is_digest(value: &str) -> bool {
    value.len() >= 16
        && value
            .chars()
            .all(|c| c.is_ascii_hexdigit() || c == ' ' || c == ':' || c == '\n')
}

/// A counter's height.
pub const COUNTER_HEIGHT: i32 = 88;

/// Puts one counter on the page.
pub fn place_counter(counter: &Counter, area: Area, palette: Palette) {
    let counter = counter.clone();
    let label = format!("{} {}", counter.value, counter.caption);
    still(&label, area, palette.ground, move |area| {
        let tone = palette.tone(counter.level);
        let (fill, edge, ink) = match counter.level {
            Level::Info => (palette.surface, palette.edge, palette.ink),
            _ => (tone.ground, tone.ground, tone.ink),
        };
        area.frame(8, 1, edge, fill);
        LARGE.write(&counter.value, area.x + 16, area.y + 12, ink);
        let second = if counter.level == Level::Info {
            palette.muted
        } else {
            tone.ink
        };
        BODY.write(&counter.caption, area.x + 16, area.y + 54, second);
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
fn still(label: &str, area: Area, ground: Color, paint: impl Fn(Area) + 'static) {
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

#[cfg(test)]
mod tests {
    use super::is_digest;

    #[test]
    fn digests_are_told_from_words() {
        assert!(is_digest("9F86 D081 884C 7D65"));
        assert!(!is_digest("portal.example.gov.in"));
        assert!(!is_digest("2026"));
    }
}
