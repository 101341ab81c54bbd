//! The button beside a secret's box that shows the secret for as long as it is held
//! down, with the mouse or the space bar.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button;
use fltk::draw::{self, LineStyle};
use fltk::enums::{Event, Key, LabelType};
use fltk::frame::Frame;
use fltk::prelude::*;

use super::ink::{Area, spoken};
use super::layout::Setting;
use super::palette::Palette;

/// Its width, with the gap before it.
pub const WIDTH: i32 = 46;
const GAP: i32 = 6;
const RADIUS: i32 = 8;

/// Puts it at the end of `area`. `shown` is what `field` is drawn by.
pub fn place(
    label: &str,
    area: Area,
    field: &Frame,
    shown: &Rc<Cell<bool>>,
    setting: &Setting,
) -> Button {
    let x = area.x + area.w - WIDTH + GAP;
    let mut widget = Button::new(x, area.y, WIDTH - GAP, area.h, None);
    widget.set_label(&spoken(label));
    widget.set_label_type(LabelType::None);
    widget.super_draw(false);
    let palette = setting.palette;
    let held = shown.clone();
    widget.draw(move |widget| draw(widget, held.get(), palette));
    let (mut field, shown, signals) = (field.clone(), shown.clone(), setting.signals.clone());
    widget.super_handle_first(false);
    widget.handle(move |widget, event| {
        if event == Event::KeyDown && signals.drops(event) {
            return true;
        }
        let space = app::event_key() == Key::from_char(' ');
        let show = match event {
            Event::Push => true,
            Event::KeyDown if space => true,
            Event::KeyDown => return signals.key(),
            // Whoever leaves it with the button down may not come back to let go.
            Event::Released | Event::Leave | Event::Unfocus | Event::Hide => false,
            Event::KeyUp if space => false,
            Event::Drag => app::event_inside_widget(widget) && shown.get(),
            Event::Enter | Event::Focus => shown.get(),
            _ => return false,
        };
        shown.set(show);
        field.redraw();
        widget.redraw();
        true
    });
    widget
}

fn draw(widget: &Button, held: bool, palette: Palette) {
    let area = Area::of(widget);
    draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
    let (edge, thickness) = match widget.has_focus() {
        true => (palette.accent, 2),
        false => (palette.edge, 1),
    };
    let (fill, ink) = match held {
        true => (palette.tint, palette.accent),
        false => (palette.surface, palette.muted),
    };
    area.frame(RADIUS, thickness, edge, fill);
    draw_eye(area, ink, !held);
}

/// An eye; struck through while nothing is shown.
fn draw_eye(area: Area, ink: fltk::enums::Color, struck: bool) {
    let (x, y) = (area.x + area.w / 2, area.y + area.h / 2);
    draw::set_draw_color(ink);
    draw::set_line_style(LineStyle::CapRound | LineStyle::JoinRound, 2);
    draw::draw_arc(x - 11, y - 5, 22, 22, 35.0, 145.0);
    draw::draw_arc(x - 11, y - 17, 22, 22, 215.0, 325.0);
    draw::draw_arc(x - 3, y - 3, 6, 6, 0.0, 360.0);
    if struck {
        draw::draw_line(x - 8, y + 8, x + 8, y - 8);
    }
    draw::set_line_style(LineStyle::Solid, 0);
}
