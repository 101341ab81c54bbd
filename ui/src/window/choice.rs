//! Something to set: its values side by side in one box, the chosen one marked.

use fltk::app;
use fltk::draw;
use fltk::enums::{Event, Key, LabelType};
use fltk::frame::Frame;
use fltk::prelude::*;
use securesign_app::screen::Choice;

use super::ink::{Area, SMALL, STRONG, spoken};
use super::palette::Palette;
use super::signal::{Signal, Signals};

const HEIGHT: i32 = 34;
const RADIUS: i32 = 8;
const GAP: i32 = 6;

/// How high it is with its label.
pub const FULL: i32 = STRONG.line + GAP + HEIGHT;

/// Puts label and box on the page; the box takes the focus, the arrow keys choose.
pub fn place(choice: &Choice, area: Area, palette: Palette, signals: &Signals) -> Frame {
    place_label(&choice.label, area, palette);
    let y = area.y + STRONG.line + GAP;
    let mut widget = Frame::new(area.x, y, area.w, HEIGHT, None);
    let chosen = choice.options.get(choice.chosen);
    let chosen = chosen.map_or("", String::as_str);
    widget.set_label(&spoken(&format!("{}: {chosen}", choice.label)));
    widget.set_label_type(LabelType::None);
    widget.super_draw(false);
    widget.visible_focus(true);
    let drawn = choice.clone();
    widget.draw(move |widget| draw(&drawn, widget, palette));
    let (choice, signals) = (choice.clone(), signals.clone());
    widget.super_handle_first(false);
    widget.handle(move |widget, event| handle(&choice, widget, event, &signals));
    widget
}

fn place_label(label: &str, area: Area, palette: Palette) {
    let mut widget = Frame::new(area.x, area.y, area.w, STRONG.line, None);
    widget.super_draw(false);
    widget.visible_focus(false);
    let label = label.to_owned();
    widget.draw(move |widget| {
        let area = Area::of(widget);
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
        STRONG.write(&label, area.x + 3, area.y, palette.ink);
    });
}

/// What a click or a key does; whether it was one for the box.
fn handle(choice: &Choice, widget: &mut Frame, event: Event, signals: &Signals) -> bool {
    if event == Event::KeyDown && signals.drops(event) {
        return true;
    }
    let set = |at: usize| {
        if at < choice.options.len() && at != choice.chosen {
            signals.send(Signal::Set(choice.setting, at));
        }
    };
    match event {
        Event::Push => {
            widget.take_focus().ok();
        }
        Event::Released if app::event_inside_widget(widget) => {
            let x = app::event_x();
            let hit = |cell: &Area| (cell.x..cell.x + cell.w).contains(&x);
            if let Some(at) = cells(choice, Area::of(widget)).iter().position(hit) {
                set(at);
            }
        }
        Event::KeyDown => match app::event_key() {
            Key::Right | Key::Down => set(choice.chosen + 1),
            Key::Left | Key::Up => set(choice.chosen.wrapping_sub(1)),
            _ => return signals.key(),
        },
        Event::Focus | Event::Unfocus | Event::Drag | Event::Released => {}
        Event::Enter | Event::Leave => {}
        _ => return false,
    }
    widget.redraw();
    true
}

fn draw(choice: &Choice, widget: &Frame, palette: Palette) {
    let area = Area::of(widget);
    draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
    let (edge, thickness) = if widget.has_focus() {
        (palette.accent, 2)
    } else {
        (palette.edge, 1)
    };
    area.frame(RADIUS, thickness, edge, palette.surface);
    for (at, (option, cell)) in choice.options.iter().zip(cells(choice, area)).enumerate() {
        let ink = if at == choice.chosen {
            let inner = cell.inset(3);
            inner.frame(RADIUS - 3, 1, palette.accent, palette.tint);
            palette.ink
        } else {
            palette.muted
        };
        SMALL.write_centred(option, cell, ink);
    }
}

/// Where each value is: as wide as it needs, and what is left shared evenly.
fn cells(choice: &Choice, area: Area) -> Vec<Area> {
    let widths = choice.options.iter().map(|option| SMALL.width(option));
    let widths: Vec<i32> = widths.collect();
    let count = widths.len().max(1) as i32;
    let spare = (area.w - widths.iter().sum::<i32>()).max(0);
    let mut x = area.x;
    let mut cells = Vec::new();
    for (at, width) in (0..).zip(widths) {
        let w = width + spare * (at + 1) / count - spare * at / count;
        cells.push(Area { x, w, ..area });
        x += w;
    }
    cells
}
