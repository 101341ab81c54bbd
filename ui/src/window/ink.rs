//! Drawing: areas, text styles and rounded boxes.

use std::cell::Cell;

use fltk::draw;
use fltk::enums::{Color, Font};
use fltk::prelude::*;

use super::wrap::{break_line, wrap};

/// A rectangle in toolkit units.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Left.
    pub x: i32,
    /// Top.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}

impl Area {
    /// Where a widget is. What is drawn begins with this.
    pub fn of(widget: &impl WidgetExt) -> Self {
        let area = Self {
            x: widget.x(),
            y: widget.y(),
            w: widget.w(),
            h: widget.h(),
        };
        #[cfg(test)]
        WITHIN.set(area);
        area
    }

    /// Smaller by `by` on every side.
    pub fn inset(self, by: i32) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            w: self.w - 2 * by,
            h: self.h - 2 * by,
        }
    }

    /// A filled box with round corners.
    pub fn fill(self, radius: i32, color: Color) {
        draw::set_draw_color(color);
        draw::draw_rounded_rectf(self.x, self.y, self.w, self.h, radius);
    }

    /// The same with an edge. Two fills: a stroke would lie between pixels.
    pub fn frame(self, radius: i32, thickness: i32, edge: Color, fill: Color) {
        self.fill(radius, edge);
        self.inset(thickness).fill(radius - thickness, fill);
    }
}

/// A text style.
#[derive(Clone, Copy)]
pub struct Style {
    font: Font,
    size: i32,
    /// From one baseline to the next.
    pub line: i32,
}

/// A text that was drawn.
#[cfg(test)]
pub struct Written {
    /// One line.
    pub text: String,
    /// Where it is.
    pub area: Area,
    /// The widget that it is in.
    pub within: Area,
}

#[cfg(test)]
thread_local! {
    /// What was drawn since somebody looked.
    pub static WRITTEN: std::cell::RefCell<Vec<Written>> = const { std::cell::RefCell::new(Vec::new()) };
    static WITHIN: Cell<Area> = const { Cell::new(Area { x: 0, y: 0, w: 0, h: 0 }) };
}

thread_local! {
    static LARGER: Cell<i32> = const { Cell::new(0) };
}

/// All type is a size larger from now on, on the same lines; or it is not any more.
pub fn set_larger(larger: bool) {
    LARGER.set(larger.into());
}

const fn style(font: Font, size: i32, line: i32) -> Style {
    Style { font, size, line }
}

/// The screen's title.
pub const TITLE: Style = style(Font::HelveticaBold, 22, 30);
/// Paragraphs, values.
pub const BODY: Style = style(Font::Helvetica, 13, 20);
/// The part of a value that decides.
pub const BOLD: Style = style(Font::HelveticaBold, 13, 20);
/// Labels of facts, second lines of cards.
pub const SMALL: Style = style(Font::Helvetica, 12, 18);
/// Headings, notices.
pub const STRONG: Style = style(Font::HelveticaBold, 13, 19);
/// First lines of cards, plain text of buttons.
pub const CARD: Style = style(Font::HelveticaBold, 15, 20);
/// Plain buttons.
pub const PRESS: Style = style(Font::Helvetica, 14, 20);
/// The main button.
pub const PRESS_MAIN: Style = style(Font::HelveticaBold, 14, 20);
/// Pills and tags.
pub const PILL: Style = style(Font::HelveticaBold, 11, 14);
/// Digests.
pub const MONO: Style = style(Font::Courier, 13, 20);
/// The large number.
pub const LARGE: Style = style(Font::HelveticaBold, 32, 40);

impl Style {
    fn size(self) -> i32 {
        self.size + LARGER.get()
    }

    fn use_font(self) {
        draw::set_font(self.font, self.size());
    }

    /// How wide a text is.
    pub fn width(self, text: &str) -> i32 {
        self.use_font();
        draw::width(text).ceil() as i32
    }

    /// The lines of a text that may be `width` wide.
    pub fn wrap(self, text: &str, width: i32) -> Vec<String> {
        self.use_font();
        wrap(text, width, |line| draw::width(line).ceil() as i32)
    }

    /// The same of a line whose spaces are a part of it, such as one of a table.
    pub fn break_line(self, line: &str, width: i32) -> Vec<String> {
        self.use_font();
        break_line(line, width, |line| draw::width(line).ceil() as i32)
    }

    /// One line, its box starting at `top`. Never interprets `@` or `&`: the
    /// text may come from a page.
    pub fn write(self, text: &str, x: i32, top: i32, color: Color) {
        #[cfg(test)]
        self.record(text, x, top);
        self.use_font();
        draw::set_draw_color(color);
        // From the size, not the font's own measures: these differ between
        // scripts, and lines of a list should not dance.
        let baseline = top + (self.line + self.size() * 7 / 10) / 2;
        draw::draw_text(text, x, baseline);
    }

    #[cfg(test)]
    fn record(self, text: &str, x: i32, top: i32) {
        let area = Area {
            x,
            y: top,
            w: self.width(text),
            h: self.line,
        };
        let written = Written {
            text: text.to_owned(),
            area,
            within: WITHIN.get(),
        };
        WRITTEN.with_borrow_mut(|all| all.push(written));
    }

    /// Several lines, one below the other.
    pub fn write_lines(self, lines: &[String], x: i32, top: i32, color: Color) {
        let mut y = top;
        for line in lines {
            self.write(line, x, y, color);
            y += self.line;
        }
    }

    /// One line in the middle of an area.
    pub fn write_centred(self, text: &str, area: Area, color: Color) {
        let x = area.x + (area.w - self.width(text)) / 2;
        self.write(text, x, area.y + (area.h - self.line) / 2, color);
    }

    /// The height of so many lines.
    pub fn height(self, lines: &[String]) -> i32 {
        self.line * lines.len() as i32
    }
}

/// A label for assistive programs, where the toolkit reads `&` as a shortcut.
pub fn spoken(label: &str) -> String {
    label.replace('&', "&&")
}
