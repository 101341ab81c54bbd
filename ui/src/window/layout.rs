//! What all parts of a page share: its measures, what they are made with, and how a text
//! or a row finds its place. The height of the window follows from the page's.

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

/// Every page's width.
pub const WIDTH: i32 = 560;
/// Left and right of everything.
pub const MARGIN: i32 = 24;
/// Between the margins.
pub const INNER: i32 = WIDTH - 2 * MARGIN;
/// Text starts a little to the right of the boxes' edges.
pub const TEXT: i32 = MARGIN + 3;
/// Between two elements.
pub const GAP: i32 = 12;

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
    /// The highest a page may be: on this display, or as a person has made the window.
    pub tallest: i32,
    /// A person has.
    pub chosen_height: bool,
    /// A person wants to see all of what folds.
    pub unfolded: bool,
}

/// A row of this height, from margin to margin.
pub fn row(y: i32, h: i32) -> Area {
    Area {
        x: MARGIN,
        y,
        w: INNER,
        h,
    }
}

/// Puts lines of text on the page.
pub fn place_text(
    lines: Vec<String>,
    style: Style,
    indent: i32,
    y: i32,
    color: fltk::enums::Color,
    palette: Palette,
) {
    let h = style.height(&lines);
    let area = Area {
        x: TEXT + indent,
        y,
        w: INNER - 6 - indent,
        h,
    };
    place_lines(lines, style, area, color, palette.ground);
}

/// What the window may cover of the display.
pub fn work_area() -> fltk::draw::Rect {
    app::screen_work_area(0).into()
}

/// The lowest that a window can be made.
pub const LOWEST: i32 = 120;

/// Changes the height and keeps the window on the display.
pub fn set_height(window: &mut DoubleWindow, height: i32) {
    if window.h() == height {
        return;
    }
    let place = work_area();
    let lowest = (place.y + place.h - height - TITLE_BAR / 2).max(place.y);
    let y = window.y().min(lowest);
    window.resize(window.x(), y, WIDTH, height);
}
