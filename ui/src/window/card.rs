//! Certificates as cards.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::button::{Button, RadioButton};
use fltk::draw;
use fltk::enums::{Color, Event, Key, LabelType};
use fltk::prelude::*;
use securesign_app::screen::{CertificateCard, Level};

use super::ink::{Area, CARD, PILL, SMALL, spoken};
use super::mark;
use super::palette::Palette;
use super::quiet;
use super::signal::{Signal, Signals, is_press};

const RADIUS: i32 = 8;
const PAD: i32 = 9;
const PILL_HEIGHT: i32 = 21;
/// The mark before a line, and the gap behind it.
const MARK: i32 = mark::SIZE + 5;

/// What a card looks like at a given width.
struct Drawing {
    card: CertificateCard,
    choosable: bool,
    chosen: bool,
    title: Vec<String>,
    detail: Vec<String>,
    validity: Vec<String>,
    reason: Vec<String>,
    indent: i32,
    pill: i32,
    /// How wide the button is that tells more.
    details: i32,
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
        let details = card.details.as_deref().map_or(0, quiet::width);
        let narrow = width - indent - pill - 24;
        let title = CARD.wrap(&card.title, narrow);
        let detail = SMALL.wrap(&card.detail, narrow);
        let lines = |text: Option<&String>, width| {
            text.map(|text| SMALL.wrap(text, width)).unwrap_or_default()
        };
        let validity = card.validity.as_ref().map(|validity| &validity.text);
        let validity = lines(validity, width - indent - 14 - MARK - details);
        let reason = lines(card.unusable.as_ref(), width - indent - 14 - details);
        let small = [&detail, &validity, &reason].map(|lines| SMALL.height(lines));
        let height = 2 * PAD + CARD.height(&title) + small.iter().sum::<i32>();
        Self {
            drawing: Drawing {
                card: card.clone(),
                choosable: role.choosable,
                chosen: role.chosen,
                title,
                detail,
                validity,
                reason,
                indent,
                pill,
                details,
            },
            height: height + 1,
        }
    }

    /// Puts it on the page, and its button if it has one; the card takes the focus when
    /// it can be chosen.
    pub fn place(
        self,
        index: usize,
        area: Area,
        palette: Palette,
        signals: &Signals,
    ) -> (RadioButton, Option<Button>) {
        let mut widget = RadioButton::new(area.x, area.y, area.w, area.h, None);
        widget.set_label(&spoken(&self.drawing.spoken()));
        widget.set_label_type(LabelType::None);
        widget.super_draw(false);
        widget.set_value(self.drawing.chosen);
        let live = self.drawing.choosable && self.drawing.card.unusable.is_none();
        widget.visible_focus(live);
        let hover = Rc::new(Cell::new(false));
        let pointed = hover.clone();
        let drawing = Rc::new(self.drawing);
        let drawn = drawing.clone();
        widget.draw(move |widget| drawn.draw(widget, palette, live && pointed.get()));
        let details = place_details(&drawing, index, area, palette, signals);
        let (signals, mut above) = (signals.clone(), details.clone());
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
            // It goes before the card does, which hears of the focus then.
            if let Some(details) = above.as_mut().filter(|it| !it.was_deleted()) {
                details.redraw();
            }
            true
        });
        (widget, details)
    }
}

/// The quiet button in a card's lower right corner.
fn place_details(
    drawing: &Rc<Drawing>,
    index: usize,
    card: Area,
    palette: Palette,
    signals: &Signals,
) -> Option<Button> {
    let label = drawing.card.details.clone()?;
    let area = Area {
        x: card.x + card.w - drawing.details - 4,
        y: card.y + card.h - quiet::HEIGHT - 5,
        w: drawing.details,
        h: quiet::HEIGHT,
    };
    let ground = drawing.fill(palette, false);
    let signal = Signal::Details(index);
    Some(quiet::place(&label, area, palette, ground, signals, signal))
}

impl Drawing {
    fn fill(&self, palette: Palette, pointed: bool) -> Color {
        match (self.chosen, self.card.unusable.is_none(), pointed) {
            (true, ..) => palette.tint,
            (_, false, _) => palette.ground,
            (_, _, true) => palette.hover,
            _ => palette.surface,
        }
    }

    fn spoken(&self) -> String {
        let mut label = format!(
            "{}, {}, {}",
            self.card.title, self.card.detail, self.card.pill
        );
        let validity = self.card.validity.iter().map(|validity| &validity.text);
        for more in validity.chain(&self.card.unusable) {
            label.push_str(", ");
            label.push_str(more);
        }
        label
    }

    fn draw(&self, widget: &RadioButton, palette: Palette, pointed: bool) {
        let area = Area::of(widget);
        let usable = self.card.unusable.is_none();
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, palette.ground);
        let fill = self.fill(palette, pointed);
        let (edge, thickness) = match (widget.has_focus(), self.chosen) {
            (true, _) => (palette.accent, 2),
            (_, true) => (palette.accent, 1),
            // What cannot be chosen is only read.
            _ if self.choosable && usable => (palette.edge, 1),
            _ => (palette.line, 1),
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
        if let Some(validity) = &self.card.validity {
            let level = validity.state.level();
            let tone = palette.tone(level).ink;
            let mark = Area {
                x,
                y: y + 2,
                w: mark::SIZE,
                h: mark::SIZE,
            };
            mark::draw(level, mark, tone, fill);
            SMALL.write_lines(&self.validity, x + MARK, y, tone);
            y += SMALL.height(&self.validity);
        }
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

    fn draw_dot(&self, area: Area, palette: Palette, fill: Color, usable: bool) {
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
