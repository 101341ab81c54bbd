//! Where the document may be dropped. Quiet on purpose: most people have none.

use fltk::button::Button;
use fltk::draw::{self, LineStyle};
use fltk::prelude::*;
use securesign_app::screen;

use super::ink::{Area, SMALL};
use super::layout::Setting;
use super::quiet;
use super::signal::Signal;

/// Its height.
pub const HEIGHT: i32 = 32;
const RADIUS: i32 = 8;

/// Puts it on the page.
pub fn place(button: &screen::Button, area: Area, setting: &Setting) -> Button {
    let palette = setting.palette;
    let (drag, label) = (setting.drag.clone(), button.label.clone());
    let signal = Signal::Press(button.action);
    quiet::plain(
        &button.label,
        area,
        setting.signals,
        signal,
        move |widget, pointed| {
            let area = Area::of(widget);
            draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
            let ink = if drag.is_over() || widget.has_focus() {
                area.frame(RADIUS, 2, palette.accent, palette.tint);
                palette.accent
            } else {
                let fill = if pointed {
                    palette.hover
                } else {
                    palette.ground
                };
                area.fill(RADIUS, fill);
                draw::set_draw_color(palette.edge);
                draw::set_line_style(LineStyle::Dash, 1);
                draw::draw_rect(area.x, area.y, area.w, area.h);
                draw::set_line_style(LineStyle::Solid, 0);
                palette.muted
            };
            SMALL.write_centred(&label, area, ink);
        },
    )
}
