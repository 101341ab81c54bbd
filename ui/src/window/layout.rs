//! What all parts of a page share: its measures, what they are made with, and how a text
//! or a row finds its place. The height of the window follows from the page's, until a
//! person has made the window larger or smaller.

use std::ops::RangeInclusive;
use std::rc::Rc;

use fltk::app;
use fltk::prelude::*;
use fltk::window::DoubleWindow;

use super::drag::Drag;
use super::entry::Shared;
use super::eye::Eye;
use super::ink::{Area, Style};
use super::palette::Palette;
use super::signal::Signals;
use super::still::place_lines;

/// The window's width, until a person chooses another one.
pub const WIDTH: i32 = 560;
/// The narrowest and the widest that a person can make it.
pub const WIDTHS: RangeInclusive<i32> = 480..=900;
/// The lowest that it can be made before a page has said how much it needs.
pub const LOWEST: i32 = 120;
/// Left and right of everything.
pub const MARGIN: i32 = 24;
/// Between two elements.
pub const GAP: i32 = 12;
/// The widest that a line of text is read with ease, and that a box to type in is useful.
const MEASURE: i32 = 580;
/// Text starts a little to the right of the boxes' edges.
const INDENT: i32 = 3;

/// Room that a window manager's title bar may take.
pub const TITLE_BAR: i32 = 40;

/// What a page is made with.
pub struct Setting<'a> {
    /// Where the widgets go.
    pub window: &'a DoubleWindow,
    /// The colours.
    pub palette: Palette,
    /// Where the widgets leave their notes.
    pub signals: &'a Signals,
    /// What is dragged over the window.
    pub drag: &'a Drag,
    /// Whether the window can be seen.
    pub eye: &'a Rc<Eye>,
    /// What is typed, a share for each field.
    pub entries: &'a [Shared],
    /// The page's width.
    pub width: i32,
    /// The highest a page may be: on this display, or as a person has made the window.
    pub tallest: i32,
    /// A person has.
    pub chosen_height: bool,
    /// A person wants to see all of what folds.
    pub unfolded: bool,
}

impl Setting<'_> {
    /// Between the margins.
    pub fn inner(&self) -> i32 {
        self.width - 2 * MARGIN
    }

    /// How wide a text may be there.
    pub fn text(&self) -> i32 {
        measured(self.inner()) - 2 * INDENT
    }
}

/// As much of this width as is of use for a text, or for a box to type in.
pub fn measured(width: i32) -> i32 {
    width.min(MEASURE)
}

/// Puts lines of text on the page, `area` being their row from margin to margin.
pub fn place_text(
    lines: Vec<String>,
    style: Style,
    area: Area,
    color: fltk::enums::Color,
    palette: Palette,
) {
    let area = Area {
        x: area.x + INDENT,
        y: area.y,
        w: area.w - 2 * INDENT,
        h: style.height(&lines),
    };
    place_lines(lines, style, area, color, palette.ground);
}

/// What the window may cover of the display.
pub fn work_area() -> fltk::draw::Rect {
    app::screen_work_area(0).into()
}

/// The usual width, or what the display has of it.
pub fn usual_width() -> i32 {
    WIDTH.min(work_area().w).max(*WIDTHS.start())
}

/// Changes the size and keeps the window on the display. A person can make it no lower than
/// `lowest`.
pub fn set_size(window: &mut DoubleWindow, width: i32, height: i32, lowest: i32) {
    window.size_range(*WIDTHS.start(), lowest, *WIDTHS.end(), 0);
    if (window.w(), window.h()) == (width, height) {
        return;
    }
    let place = work_area();
    let last = |from: i32, size: i32, taken: i32| (from + size - taken).max(from);
    let x = window.x().min(last(place.x, place.w, width));
    let y = window
        .y()
        .min(last(place.y, place.h, height + TITLE_BAR / 2));
    window.resize(x, y, width, height);
}
