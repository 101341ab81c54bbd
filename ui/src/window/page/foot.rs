//! The lower part of a page, which never scrolls away: secrets, notice, buttons.

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
    let buttons = i32::from(!screen.buttons.is_empty()) * (button::HEIGHT + GAP + MARGIN);
    let rest = if screen.buttons.is_empty() { GAP } else { 0 };
    let boxes = screen.lines.len() + screen.fields.len();
    FIELD_ROW * boxes as i32 + bar.map_or(0, |bar| bar.height + GAP) + buttons + rest
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

/// Puts the buttons on the page, right-aligned.
pub fn place_buttons(
    buttons: &[Button],
    setting: &Setting,
    inert: &Inert,
    y: i32,
) -> Vec<PressButton> {
    // The widget is larger than the button it shows: the focus ring is in it.
    let ring = button::RING;
    let widths: Vec<i32> = buttons
        .iter()
        .map(|button| PressButton::width(button) + 2 * ring)
        .collect();
    let gaps = BUTTON_GAP * (widths.len() as i32 - 1).max(0);
    let mut x = MARGIN + INNER + ring - widths.iter().sum::<i32>() - gaps;
    let mut placed = Vec::new();
    for (button, w) in buttons.iter().zip(widths) {
        let h = button::HEIGHT + 2 * ring;
        let area = Area {
            x,
            y: y - ring,
            w,
            h,
        };
        placed.push(PressButton::new(
            button,
            area,
            setting.palette,
            inert,
            setting.signals,
        ));
        x += w + BUTTON_GAP;
    }
    placed
}
