//! Certificates as cards.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::button::RadioButton;
use fltk::draw;
use fltk::enums::{Event, Key, LabelType};
use fltk::prelude::*;
use securesign_app::screen::{CertificateCard, Level};

use super::ink::{Area, CARD, PILL, SMALL, spoken};
use super::palette::Palette;
use super::signal::{Signal, Signals, is_press};

const RADIUS: i32 = 8;
const PAD: i32 = 9;
const PILL_HEIGHT: i32 = 21;

/// What a card looks like at a given width.
struct Drawing {
    card: CertificateCard,
    choosable: bool,
    chosen: bool,
    title: Vec<String>,
    detail: Vec<String>,
    reason: Vec<String>,
    indent: i32,
    pill: i32,
}

/// Whether it is one of several to choose from.
#[derive(Clone, Copy)]
pub struct Role {
    /// Shows a radio dot and takes clicks, unless the card is unusable.
    pub choosable: bool,
    /// It is the chosen one.
    pub chosen: bool,
}

/// A card whose height is known and which can be put on the page.
pub struct Card {
    drawing: Drawing,
    /// Its height.
    pub height: i32,
}

impl Card {
    /// Breaks the texts for the width.
    pub fn new(card: &CertificateCard, role: Role, width: i32) -> Self {
        let indent = if role.choosable { 46 } else { 16 };
        let pill = PILL.width(&card.pill) + 16;
        let narrow = width - indent - pill - 24;
        let title = CARD.wrap(&card.title, narrow);
        let detail = SMALL.wrap(&card.detail, narrow);
        let reason = card
            .unusable
            .as_ref()
            .map(|reason| SMALL.wrap(reason, width - indent - 14))
            .unwrap_or_default();
        let height = 2 * PAD + CARD.height(&title) + SMALL.height(&detail) + SMALL.height(&reason);
        Self {
            drawing: Drawing {
                card: card.clone(),
                choosable: role.choosable,
                chosen: role.chosen,
                title,
                detail,
                reason,
                indent,
                pill,
            },
            height: height + 1,
        }
    }

    /// Puts it on the page; the widget takes the focus when it can be chosen.
    pub fn place(
        self,
        index: usize,
        area: Area,
        palette: Palette,
        signals: &Signals,
    ) -> RadioButton {
        let mut widget = RadioButton::new(area.x, area.y, area.w, area.h, None);
        widget.set_label(&spoken(&self.drawing.spoken()));
        widget.set_label_type(LabelType::None);
        widget.super_draw(false);
        widget.set_value(self.drawing.chosen);
        let live = self.drawing.choosable && self.drawing.card.unusable.is_none();
        widget.visible_focus(live);
        let hover = Rc::new(Cell::new(false));
        let pointed = hover.clone();
        let drawing = self.drawing;
        widget.draw(move |widget| drawing.draw(widget, palette, live && pointed.get()));
        let signals = signals.clone();
        widget.super_handle_first(false);
        widget.handle(move |widget, event| {
            if event == Event::KeyDown && signals.drops(event) {
                return true;
            }
            match event {
                Event::Enter | Event::Leave => hover.set(event == Event::Enter),
                Event::Push | Event::Drag | Event::Released if !live => return true,
                Event::Push => {
                    widget.take_focus().ok();
                }
                Event::Released => {
                    if app::event_inside_widget(widget) {
                        signals.send(Signal::Choose(index));
                    }
                }
                Event::KeyDown => match app::event_key() {
                    key if is_press(key) => signals.send(Signal::Choose(index)),
                    Key::Up | Key::Left => signals.send(Signal::Arrow { down: false }),
                    Key::Down | Key::Right => signals.send(Signal::Arrow { down: true }),
                    _ => return signals.key(),
                },
                Event::Focus => {
                    widget.redraw();
                    return live;
                }
                Event::Unfocus | Event::Drag => {}
                _ => return false,
            }
            widget.redraw();
            true
        });
        widget
    }
}

impl Drawing {
    fn spoken(&self) -> String {
        let mut label = format!(
            "{}, {}, {}",
            self.card.title, self.card.detail, self.card.pill
        );
        if let Some(reason) = &self.card.unusable {
            label.push_str(", ");
            label.push_str(reason);
        }
        label
    }

    fn draw(&self, widget: &RadioButton, palette: Palette, pointed: bool) {
        let area = Area::of(widget);
        let usable = self.card.unusable.is_none();
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
        let fill = match (self.chosen, usable, pointed) {
            (true, ..) => palette.tint,
            (_, false, _) => palette.ground,
            (_, _, true) => palette.hover,
            _ => palette.surface,
        };
        let (edge, thickness) = match (widget.has_focus(), self.chosen) {
            (true, _) => (palette.accent, 2),
            (_, true) => (palette.accent, 1),
            _ => (palette.edge, 1),
        };
        area.frame(RADIUS, thickness, edge, fill);
        if self.choosable {
            self.draw_dot(area, palette, fill, usable);
        }
        let (first, second) = if usable {
            (palette.ink, palette.muted)
        } else {
            (palette.faint, palette.faint)
        };
        let x = area.x + self.indent;
        let mut y = area.y + PAD;
        CARD.write_lines(&self.title, x, y, first);
        y += CARD.height(&self.title);
        SMALL.write_lines(&self.detail, x, y, second);
        y += SMALL.height(&self.detail);
        SMALL.write_lines(&self.reason, x, y, palette.muted);
        if !self.card.pill.is_empty() {
            let pill = Area {
                x: area.x + area.w - self.pill - 12,
                y: area.y + PAD + (CARD.line + SMALL.line - PILL_HEIGHT) / 2,
                w: self.pill,
                h: PILL_HEIGHT,
            };
            let (ground, ink) = if usable {
                (palette.tint, palette.tone(Level::Info).ink)
            } else {
                (palette.hover, palette.faint)
            };
            pill.fill(PILL_HEIGHT / 2, ground);
            PILL.write_centred(&self.card.pill, pill, ink);
        }
    }

    fn draw_dot(&self, area: Area, palette: Palette, fill: fltk::enums::Color, usable: bool) {
        let dot = Area {
            x: area.x + 16,
            y: area.y + PAD + (CARD.line + SMALL.line) / 2 - 8,
            w: 16,
            h: 16,
        };
        let edge = match (self.chosen, usable) {
            (true, _) => palette.accent,
            (_, true) => palette.muted,
            _ => palette.faint,
        };
        dot.frame(8, 1, edge, fill);
        if self.chosen {
            dot.inset(4).fill(4, palette.accent);
        }
    }
}
