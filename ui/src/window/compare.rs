//! Where the document may be dropped. Quiet on purpose: most people have none.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button;
use fltk::draw::{self, LineStyle};
use fltk::enums::{Event, LabelType};
use fltk::prelude::*;
use securesign_core::screen;

use super::ink::{Area, SMALL, spoken};
use super::page::Setting;
use super::signal::{Signal, is_press};

/// Its height.
pub const HEIGHT: i32 = 32;
const RADIUS: i32 = 8;

/// Puts it on the page.
pub fn place(button: &screen::Button, area: Area, setting: &Setting) -> Button {
    let palette = setting.palette;
    let mut widget = Button::new(area.x, area.y, area.w, area.h, None);
    widget.set_label(&spoken(&button.label));
    widget.set_label_type(LabelType::None);
    widget.super_draw(false);
    let pointed = Rc::new(Cell::new(false));
    let (hover, drag, label) = (pointed.clone(), setting.drag.clone(), button.label.clone());
    widget.draw(move |widget| {
        let area = Area::of(widget);
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
        let ink = if drag.is_over() || widget.has_focus() {
            area.frame(RADIUS, 2, palette.accent, palette.tint);
            palette.accent
        } else {
            let fill = if hover.get() {
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
    });
    let (action, signals) = (button.action, setting.signals.clone());
    let mut armed = false;
    widget.super_handle_first(false);
    widget.handle(move |widget, event| {
        match event {
            Event::Enter | Event::Leave => pointed.set(event == Event::Enter),
            Event::Push => armed = true,
            Event::Released => {
                if std::mem::take(&mut armed) && app::event_inside_widget(widget) {
                    signals.send(Signal::Press(action));
                }
            }
            Event::KeyDown if is_press(app::event_key()) => signals.send(Signal::Press(action)),
            Event::KeyDown => return signals.key(),
            Event::Focus | Event::Unfocus | Event::Drag => {}
            _ => return false,
        }
        widget.redraw();
        true
    });
    widget
}
