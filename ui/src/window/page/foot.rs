//! The lower part of a page, which never scrolls away: secrets, notice, buttons.

use std::ops::Range;

use fltk::frame::Frame;
use fltk::input::Input;
use securesign_app::screen::{Button, Line, Screen};

use super::super::button::{self, PressButton};
use super::super::field;
use super::super::inert::Inert;
use super::super::ink::{Area, SMALL, STRONG};
use super::super::layout::{GAP, INNER, MARGIN, Setting, place_text, row};
use super::super::line;
use super::super::notice::Bar;

const BUTTON_GAP: i32 = 4;
const FIELD_ROW: i32 = STRONG.line + 6 + field::HEIGHT + GAP;

/// The line about requests that wait.
pub const WAITING_HEIGHT: i32 = SMALL.line + GAP;

/// How high this part is, but for that line.
pub fn foot_height(screen: &Screen, bar: Option<&Bar>) -> i32 {
    let lines = button_lines(&screen.buttons).len() as i32;
    let margin = if lines == 0 { GAP } else { MARGIN };
    let buttons = lines * (button::HEIGHT + GAP) + margin;
    let boxes = screen.lines.len() + screen.fields.len();
    FIELD_ROW * boxes as i32 + bar.map_or(0, |bar| bar.height + GAP) + buttons
}

/// Puts the boxes for plain texts on the page, each under its label.
pub fn place_lines(screen: &Screen, setting: &Setting, y: &mut i32) -> Vec<Input> {
    let mut place = |line: &Line| {
        let area = place_label(&line.label, setting, y);
        line::place(line, area, setting.palette, setting.signals)
    };
    screen.lines.iter().map(&mut place).collect()
}

/// Puts the boxes for secrets on the page, each under its label.
pub fn place_fields(screen: &Screen, setting: &Setting, y: &mut i32) -> Vec<Frame> {
    let mut fields = Vec::new();
    for (field, entry) in screen.fields.iter().zip(setting.entries) {
        let area = place_label(&field.label, setting, y);
        let (palette, signals) = (setting.palette, setting.signals);
        fields.push(field::place(field, entry, area, palette, signals));
    }
    fields
}

/// The label of a box, and where the box goes.
fn place_label(label: &str, setting: &Setting, y: &mut i32) -> Area {
    let palette = setting.palette;
    let mut top = *y;
    let label = vec![label.to_owned()];
    place_text(label, STRONG, 0, &mut top, palette.ink, palette);
    *y += FIELD_ROW;
    row(top + 6, field::HEIGHT)
}

/// Puts the line about requests that wait below the buttons, which must not move
/// under a hand that is about to press one.
pub fn place_waiting(text: &str, setting: &Setting, mut y: i32) {
    let (palette, line) = (setting.palette, vec![text.to_owned()]);
    place_text(line, SMALL, 0, &mut y, palette.muted, palette);
}

/// How wide a button's widget is. It is larger than the button it shows: the focus ring is
/// in it.
fn width(button: &Button) -> i32 {
    PressButton::width(button) + 2 * button::RING
}

/// Which buttons stand beside one another, from above. The last line is filled first, so that
/// the main button has its place whatever else there is.
fn button_lines(buttons: &[Button]) -> Vec<Range<usize>> {
    let room = INNER + 2 * button::RING;
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

/// Puts the buttons on the page, right-aligned, in as many lines as they need.
pub fn place_buttons(
    buttons: &[Button],
    setting: &Setting,
    inert: &Inert,
    y: i32,
) -> Vec<PressButton> {
    let ring = button::RING;
    let mut placed = Vec::new();
    for (line, range) in button_lines(buttons).into_iter().enumerate() {
        let buttons = &buttons[range];
        let gaps = BUTTON_GAP * (buttons.len() as i32 - 1);
        let mut x = MARGIN + INNER + ring - buttons.iter().map(width).sum::<i32>() - gaps;
        let y = y + line as i32 * (button::HEIGHT + GAP) - ring;
        for button in buttons {
            let (w, h) = (width(button), button::HEIGHT + 2 * ring);
            let area = Area { x, y, w, h };
            let (palette, signals) = (setting.palette, setting.signals);
            placed.push(PressButton::new(button, area, palette, inert, signals));
            x += w + BUTTON_GAP;
        }
    }
    placed
}
