//! The mark that says how serious a line is: drawn, because not every system's fonts
//! have such a one.

use fltk::draw::{self, LineStyle};
use fltk::enums::Color;
use securesign_app::screen::Level;

use super::ink::Area;

/// Its width and height.
pub const SIZE: i32 = 15;

/// A triangle for warnings, a disc for the rest; in it an i, a tick or an exclamation
/// mark in the colour of the ground.
pub fn draw(level: Level, area: Area, ink: Color, ground: Color) {
    if level == Level::Warning {
        draw_triangle(area, ink);
    } else {
        area.fill(area.w / 2, ink);
    }
    let (stroke, dot) = match level {
        Level::Success => return draw_tick(area, ground),
        Level::Info => ((6, 5), 3),
        Level::Warning => ((5, 4), 11),
        Level::Error => ((3, 5), 10),
    };
    let middle = area.x + area.w / 2;
    draw::draw_rect_fill(middle, area.y + stroke.0, 2, stroke.1, ground);
    draw::draw_rect_fill(middle, area.y + dot, 2, 2, ground);
}

fn draw_triangle(area: Area, ink: Color) {
    draw::set_draw_color(ink);
    draw::begin_polygon();
    for (x, y) in [(0.5, 0.02), (1.0, 0.92), (0.0, 0.92)] {
        draw::vertex(
            f64::from(area.x) + x * f64::from(area.w),
            f64::from(area.y) + y * f64::from(area.h),
        );
    }
    draw::end_polygon();
}

fn draw_tick(area: Area, ground: Color) {
    draw::set_draw_color(ground);
    draw::set_line_style(LineStyle::CapRound | LineStyle::JoinRound, 2);
    draw::begin_line();
    for (x, y) in [(4, 8), (7, 10), (11, 5)] {
        draw::vertex(f64::from(area.x + x), f64::from(area.y + y));
    }
    draw::end_line();
    draw::set_line_style(LineStyle::Solid, 0);
}
