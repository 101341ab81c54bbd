//! The lower part of a page, which never scrolls away: secrets, notice, buttons.

use std::ops::Range;

use securesign_app::screen::{Button, Level, Notice, Screen};

use super::super::button::{self, PressButton};
use super::super::facts::Fold;
use super::super::field;
use super::super::inert::Inert;
use super::super::ink::{Area, BODY, SMALL, STRONG};
use super::super::kept::{self, Strip};
use super::super::layout::{GAP, MARGIN, Setting, measured, place_text};
use super::super::line;
use super::super::notice::Bar;
use super::column::Column;

const BUTTON_GAP: i32 = 4;
/// Between a box and its label.
const LABEL_GAP: i32 = 6;

/// All of it.
pub fn column<'a>(
    screen: &'a Screen,
    setting: &'a Setting,
    inert: &'a Inert,
    fold: Fold,
) -> Column<'a> {
    let mut column = Column::default();
    if fold != Fold::Whole {
        signing_as(&mut column, screen, setting);
    }
    boxes(&mut column, screen, setting);
    if let Some(notice) = &screen.notice {
        let bar = Bar::new(notice, setting.inner());
        column.add(bar.height, |area, _| bar.place(area, setting.palette));
        column.gap(GAP);
    }
    buttons(&mut column, screen, setting, inert);
    // Below the buttons, which must not move under a hand that is about to press one.
    if let Some(waiting) = &screen.waiting {
        column.add(SMALL.line, |area, _| {
            let (palette, line) = (setting.palette, vec![waiting.text.clone()]);
            place_text(line, SMALL, area, palette.muted, palette);
        });
        column.gap(GAP);
    }
    if let Some(text) = &screen.turned_away {
        let bar = Bar::new(&warning(text), setting.inner());
        column.add(bar.height, |area, _| bar.place(area, setting.palette));
        column.gap(GAP);
    }
    if let Some(kept) = &screen.kept {
        column.add(kept::HEIGHT, |area, widgets| {
            let whole = Area {
                x: 0,
                w: setting.width,
                ..area
            };
            widgets.strip = Some(Strip::new(kept, whole, setting));
        });
    }
    column
}

fn warning(text: &str) -> Notice {
    Notice {
        level: Level::Warning,
        text: text.to_owned(),
    }
}

/// Whose certificate is chosen, where the certificates may be out of sight.
fn signing_as<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    let palette = setting.palette;
    if let Some(text) = &screen.signing_as {
        let lines = BODY.wrap(text, setting.text());
        column.add(BODY.height(&lines), move |area, _| {
            place_text(lines, BODY, area, palette.ink, palette);
        });
        column.gap(LABEL_GAP);
    }
}

/// Boxes for plain texts and for secrets, each under its label.
fn boxes<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    let (palette, signals) = (setting.palette, setting.signals);
    for line in &screen.lines {
        label(column, &line.label, setting);
        column.add(field::HEIGHT, move |area, widgets| {
            let line = line::place(line, box_in(area), palette, signals);
            widgets.lines.push(line);
        });
        column.gap(GAP);
    }
    for (field, entry) in screen.fields.iter().zip(setting.entries) {
        label(column, &field.label, setting);
        column.add(field::HEIGHT, move |area, widgets| {
            let (field, reveal) = field::place(field, entry, box_in(area), setting);
            widgets.fields.push(field);
            widgets.reveals.push(reveal);
        });
        column.gap(GAP);
    }
}

/// Where something is typed, in its row.
fn box_in(area: Area) -> Area {
    Area {
        w: measured(area.w),
        ..area
    }
}

fn label<'a>(column: &mut Column<'a>, label: &'a str, setting: &'a Setting) {
    let palette = setting.palette;
    column.add(STRONG.line, move |area, _| {
        let label = vec![label.to_owned()];
        place_text(label, STRONG, area, palette.ink, palette);
    });
    column.gap(LABEL_GAP);
}

/// In as many lines as they need.
fn buttons<'a>(
    column: &mut Column<'a>,
    screen: &'a Screen,
    setting: &'a Setting,
    inert: &'a Inert,
) {
    column.gap(GAP);
    let lines = button_lines(&screen.buttons, setting.inner());
    let below = if lines.is_empty() { 0 } else { MARGIN - GAP };
    for line in lines {
        let buttons = &screen.buttons[line];
        column.add(button::HEIGHT, move |area, widgets| {
            let placed = place_line(buttons, area, setting, inert);
            widgets.buttons.extend(placed);
        });
        column.gap(GAP);
    }
    column.gap(below);
}

/// How wide a button's widget is. It is larger than the button it shows: the focus ring is
/// in it.
fn width(button: &Button) -> i32 {
    PressButton::width(button) + 2 * button::RING
}

/// Which buttons stand beside one another, from above. The last line is filled first, so that
/// the main button has its place whatever else there is.
fn button_lines(buttons: &[Button], inner: i32) -> Vec<Range<usize>> {
    let room = inner + 2 * button::RING;
    let mut lines = Vec::new();
    let mut end = buttons.len();
    while end > 0 {
        let (mut start, mut taken) = (end - 1, width(&buttons[end - 1]));
        while start > 0 && taken + BUTTON_GAP + width(&buttons[start - 1]) <= room {
            start -= 1;
            taken += BUTTON_GAP + width(&buttons[start]);
        }
        lines.insert(0, start..end);
        end = start;
    }
    lines
}

/// Puts buttons on the page beside one another, the last one at the right margin.
fn place_line(
    buttons: &[Button],
    area: Area,
    setting: &Setting,
    inert: &Inert,
) -> Vec<PressButton> {
    let ring = button::RING;
    let gaps = BUTTON_GAP * (buttons.len() as i32 - 1);
    let mut x = area.x + area.w + ring - buttons.iter().map(width).sum::<i32>() - gaps;
    let mut placed = Vec::new();
    for button in buttons {
        let (w, h) = (width(button), area.h + 2 * ring);
        let y = area.y - ring;
        let (palette, signals) = (setting.palette, setting.signals);
        let area = Area { x, y, w, h };
        placed.push(PressButton::new(button, area, palette, inert, signals));
        x += w + BUTTON_GAP;
    }
    placed
}
