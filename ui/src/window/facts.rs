//! Labelled values in one box, and what a person does with one: has it copied, or sees
//! all of a long one.

use std::ops::Range;

use fltk::button::Button;
use fltk::draw::{self, LineStyle};
use fltk::prelude::*;
use securesign_app::screen::{Fact, Level};

use super::ink::{Area, BODY, BOLD, MONO, PILL, SMALL, Style};
use super::layout::Setting;
use super::palette::Palette;
use super::quiet;
use super::signal::Signal;
use super::still::still;

const PAD: i32 = 12;
const GAP: i32 = 6;
const TAG_HEIGHT: i32 = 19;
const TAG_GAP: i32 = 8;
/// From what is pressed to the edge of the box.
const EDGE: i32 = PAD / 2;
/// The button that shows all of a value, or its ends only.
const CHEVRON: i32 = 24;

/// How the long values are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// In full; there is room.
    Whole,
    /// Their ends only.
    Folded,
    /// In full, because a person wanted it.
    Unfolded,
}

/// All facts in one box, labels left, values right.
pub struct Facts {
    rows: Vec<Row>,
    column: i32,
    fold: Fold,
    /// The box's height.
    pub height: i32,
}

/// Where the focus can be in them; each with the index of its fact.
#[derive(Default)]
pub struct Placed {
    /// What copies.
    pub copies: Vec<(usize, Button)>,
    /// What folds and unfolds.
    pub folds: Vec<(usize, Button)>,
}

struct Row {
    fact: Fact,
    label: Vec<String>,
    value: Vec<String>,
    style: Style,
    /// How wide what is pressed right of the value is, and the mark.
    buttons: i32,
    tag: i32,
}

impl Facts {
    /// Breaks the texts for the width.
    pub fn new(facts: &[Fact], width: i32, fold: Fold) -> Self {
        let widest = facts.iter().map(|fact| SMALL.width(&fact.label)).max();
        let column = widest.unwrap_or_default().min(width / 3);
        let room = width - column - 3 * PAD - 4;
        let rows: Vec<Row> = facts
            .iter()
            .map(|fact| Row::new(fact, column, room, fold))
            .collect();
        let height = rows.iter().map(|row| row.height() + GAP).sum::<i32>() - GAP + 2 * PAD;
        Self {
            rows,
            column,
            fold,
            height,
        }
    }

    /// Puts the box on the page.
    pub fn place(self, area: Area, setting: &Setting) -> Placed {
        let palette = setting.palette;
        let (fold, column) = (self.fold, self.column);
        let label: Vec<String> = self.rows.iter().map(Row::spoken).collect();
        let mut y = area.y + PAD;
        let mut buttons = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            buttons.push((at, y, row.fact.clone()));
            y += row.height() + GAP;
        }
        still(&label.join("; "), area, palette.ground, move |area| {
            area.frame(8, 1, palette.line, palette.surface);
            let mut y = area.y + PAD;
            for row in &self.rows {
                row.draw(area, y, column, palette);
                y += row.height() + GAP;
            }
        });
        // After the box, which would cover them.
        let mut placed = Placed::default();
        for (at, y, fact) in buttons {
            let right = area.x + area.w - EDGE;
            let width = copy_width(&fact);
            if let Some(copying) = &fact.copy {
                let place = beside(right - width, width, y);
                let (signals, signal) = (setting.signals, Signal::Copy(at));
                let ground = palette.surface;
                let button = quiet::place(&copying.label, place, palette, ground, signals, signal);
                placed.copies.push((at, button));
            }
            if fact.folds && fold != Fold::Whole {
                let place = beside(right - width - CHEVRON, CHEVRON, y);
                placed
                    .folds
                    .push((at, chevron(&fact, place, fold, setting)));
            }
        }
        placed
    }
}

/// A button as high as a line of text allows, beside one.
fn beside(x: i32, w: i32, y: i32) -> Area {
    let h = BODY.line + GAP - 2;
    Area {
        x,
        y: y + (BODY.line - h) / 2,
        w,
        h,
    }
}

fn chevron(fact: &Fact, area: Area, fold: Fold, setting: &Setting) -> Button {
    let palette = setting.palette;
    let (signals, signal) = (setting.signals, Signal::Fold);
    quiet::plain(
        &fact.label,
        area,
        signals,
        signal,
        move |widget, pointed| {
            let area = Area::of(widget);
            draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.surface);
            if widget.has_focus() {
                area.frame(6, 2, palette.accent, palette.surface);
            } else if pointed {
                area.fill(6, palette.hover);
            }
            let (x, y) = (area.x + area.w / 2, area.y + area.h / 2);
            let tip = if fold == Fold::Folded { 2 } else { -2 };
            draw::set_draw_color(palette.accent);
            draw::set_line_style(LineStyle::CapRound | LineStyle::JoinRound, 2);
            draw::begin_line();
            for (dx, dy) in [(-4, -tip), (0, tip), (4, -tip)] {
                draw::vertex(f64::from(x + dx), f64::from(y + dy));
            }
            draw::end_line();
            draw::set_line_style(LineStyle::Solid, 0);
        },
    )
}

impl Row {
    fn new(fact: &Fact, column: i32, room: i32, fold: Fold) -> Self {
        let style = if fact.copy.is_some() { MONO } else { BODY };
        let widest = match &fact.strong {
            Some(_) => BOLD,
            None => style,
        };
        let tag = fact.mark.as_ref().map_or(0, |mark| PILL.width(mark) + 16);
        let chevron = i32::from(fact.folds && fold != Fold::Whole) * CHEVRON;
        let buttons = copy_width(fact) + chevron;
        let text = match fold {
            Fold::Folded if fact.folds => &ends(&fact.value),
            _ => &fact.value,
        };
        let gap = if buttons + tag > 0 { TAG_GAP } else { 0 };
        let beside = widest.wrap(text, room - buttons - tag - gap);
        // Where the value has more lines than one, the mark is below what is pressed.
        let value = match beside.len() {
            1 => beside,
            _ => widest.wrap(text, room - buttons.max(tag) - gap),
        };
        Self {
            label: SMALL.wrap(&fact.label, column),
            value,
            style,
            buttons,
            tag,
            fact: fact.clone(),
        }
    }

    fn height(&self) -> i32 {
        let value = self.style.height(&self.value);
        SMALL.height(&self.label).max(value)
    }

    fn spoken(&self) -> String {
        let mark = self.fact.mark.as_deref().unwrap_or_default();
        format!("{}: {} {mark}", self.fact.label, self.fact.value)
    }

    fn draw(&self, area: Area, y: i32, column: i32, palette: Palette) {
        let x = area.x + PAD + 4;
        SMALL.write_lines(&self.label, x, y + 1, palette.muted);
        self.draw_value(x + column + PAD, y, palette);
        if let Some(mark) = &self.fact.mark {
            let line = self.style.line;
            let (right, y) = match self.value.len() {
                1 if self.buttons > 0 => (EDGE + self.buttons + TAG_GAP, y),
                2.. if self.buttons > 0 => (PAD, y + line + 2),
                _ => (PAD, y),
            };
            let tag = Area {
                x: area.x + area.w - right - self.tag,
                y: y + (line - TAG_HEIGHT) / 2 + 1,
                w: self.tag,
                h: TAG_HEIGHT,
            };
            let tone = palette.tone(Level::Warning);
            tag.fill(TAG_HEIGHT / 2, tone.ground);
            PILL.write_centred(mark, tag, tone.ink);
        }
    }

    fn draw_value(&self, x: i32, mut y: i32, palette: Palette) {
        let strong = self.fact.strong.as_deref().unwrap_or_default();
        for (line, bold) in emphasis(&self.value, strong) {
            let mut x = x;
            let parts = [
                (self.style, &line[..bold.start]),
                (BOLD, &line[bold.clone()]),
                (self.style, &line[bold.end..]),
            ];
            for (style, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
                style.write(part, x, y, palette.ink);
                x += style.width(part);
            }
            y += self.style.line;
        }
    }
}

fn copy_width(fact: &Fact) -> i32 {
    let copy = fact.copy.as_ref();
    copy.map_or(0, |copying| quiet::width(&copying.label))
}

/// The first and the last group of a long value.
fn ends(value: &str) -> String {
    let mut groups = value.split(' ');
    match (groups.next(), groups.next_back()) {
        (Some(first), Some(last)) => format!("{first} … {last}"),
        _ => value.to_owned(),
    }
}

/// Each line with the part of it that is in bold. A value that is broken into lines
/// loses nothing but spaces, and what is in bold has none.
fn emphasis<'a>(lines: &'a [String], strong: &str) -> Vec<(&'a str, Range<usize>)> {
    let found = match strong {
        "" => None,
        _ => lines.concat().rfind(strong),
    };
    let bold = found.map_or(0..0, |at| at..at + strong.len());
    let mut start = 0;
    let mut all = Vec::new();
    for line in lines {
        let end = start + line.len();
        let within = |at: usize| at.clamp(start, end) - start;
        all.push((line.as_str(), within(bold.start)..within(bold.end)));
        start = end;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{emphasis, ends};

    fn bold(lines: &[&str], strong: &str) -> Vec<String> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let parts = emphasis(&lines, strong).into_iter();
        parts.map(|(line, bold)| line[bold].to_owned()).collect()
    }

    #[test]
    fn what_decides_is_in_bold_on_each_line_it_is_on() {
        let domain = "example.gov.in";
        assert_eq!(bold(&["https://a.example.gov.in:8443"], domain), [domain]);
        // A name that begins with another's is no reason to believe it.
        let lines = ["https://example.gov.in.exam", "ple.gov.in"];
        assert_eq!(bold(&lines, domain), ["exam", "ple.gov.in"]);
        assert_eq!(bold(&lines, "elsewhere.in"), ["", ""]);
        assert_eq!(bold(&lines, ""), ["", ""]);
    }

    #[test]
    fn of_a_long_value_both_ends_are_shown() {
        assert_eq!(ends("ba7816bf 8f01cfea f20015ad"), "ba7816bf … f20015ad");
        assert_eq!(ends("ba7816bf"), "ba7816bf");
    }
}
