//! One screen as widgets: where everything is.

use std::time::Duration;

use fltk::button::{Button, RadioButton};
use fltk::frame::Frame;
use fltk::input::Input;
use fltk::prelude::*;
use securesign_app::screen::{Kind, Screen};

use super::button::PressButton;
use super::card::{Card, Role};
use super::choice;
use super::compare;
use super::facts::{self, COUNTER_HEIGHT, Facts};
use super::inert::Inert;
use super::ink::{Area, BODY, STRONG, TITLE};
use super::kept::{self, Strip};
use super::layout::{GAP, INNER, MARGIN, Setting, WIDTH, place_text, row, set_height};
use super::notice::Bar;
use super::quiet;
use super::row::Listed;
use super::scroll::Reel;
use super::signal::Signal;
use super::symbol::{self, Symbol};

mod foot;

use foot::{WAITING_HEIGHT, foot_height, place_buttons, place_fields, place_lines, place_waiting};

/// Between the rows of a list.
const ROW_GAP: i32 = 8;

/// The upper part is never lower than this.
const LEAST: i32 = 120;

/// The widgets of one screen.
pub struct Page {
    /// The certificates, in their order.
    pub cards: Vec<RadioButton>,
    /// Things to set, in their order.
    pub choices: Vec<Frame>,
    /// The buttons of those rows that have one.
    pub rows: Vec<Button>,
    /// The boxes for plain texts, in their order.
    pub lines: Vec<Input>,
    /// Ways to other pages.
    pub links: Vec<Button>,
    /// The boxes for secrets, in their order.
    pub fields: Vec<Frame>,
    /// The buttons, in their order.
    pub buttons: Vec<PressButton>,
    /// Where the document may be dropped.
    pub compare: Option<fltk::button::Button>,
    /// The countdown of a kept PIN.
    pub strip: Option<Strip>,
    /// The part with the certificates.
    pub reel: Reel,
    /// The clock of the buttons that wait.
    pub inert: Inert,
    _symbol: Option<Symbol>,
}

/// What is above the fields, measured.
struct Upper {
    title: Vec<String>,
    paragraphs: Vec<Vec<String>>,
    facts: Option<Facts>,
    heading: Option<String>,
    cards: Vec<Card>,
    rows: Vec<Listed>,
}

/// What is above the fields and can have the focus.
#[derive(Default)]
struct Placed {
    cards: Vec<RadioButton>,
    choices: Vec<Frame>,
    rows: Vec<Button>,
    links: Vec<Button>,
    compare: Option<Button>,
    symbol: Option<Symbol>,
}

impl Page {
    /// Replaces the window's content and sets the window's height.
    pub fn new(screen: &Screen, setting: &Setting) -> Self {
        let mut window = setting.window.clone();
        let bar = screen.notice.as_ref().map(|notice| Bar::new(notice, INNER));
        let upper = Upper::measure(screen);
        let content = upper.height(screen);
        let strip = i32::from(screen.kept.is_some()) * kept::HEIGHT;
        let waiting = i32::from(screen.waiting.is_some()) * WAITING_HEIGHT;
        let foot = foot_height(screen, bar.as_ref()) + waiting + strip;
        let mut head = content;
        let mut gap = 0;
        if content > setting.tallest - foot {
            gap = GAP;
            head = (setting.tallest - foot - gap).max(LEAST);
        }

        window.clear();
        set_height(&mut window, head + gap + foot);
        window.begin();
        let area = Area {
            x: 0,
            y: 0,
            w: WIDTH,
            h: head,
        };
        let reel = Reel::begin(area, content, setting.palette);
        let upper = upper.place(screen, setting);
        reel.end();

        let longest = screen.buttons.iter().map(|button| button.inert_ms).max();
        let longest = Duration::from_millis(longest.unwrap_or_default().into());
        let inert = Inert::new(longest, &window, setting.eye);
        let mut y = head + gap;
        let lines = place_lines(screen, setting, &mut y);
        let fields = place_fields(screen, setting, &mut y);
        if let Some(bar) = bar {
            let height = bar.height;
            bar.place(row(y, height), setting.palette);
            y += height + GAP;
        }
        let buttons = place_buttons(&screen.buttons, setting, &inert, y + GAP);
        if let Some(text) = &screen.waiting {
            place_waiting(text, setting, head + gap + foot - strip - waiting);
        }
        let area = Area {
            x: 0,
            y: head + gap + foot - strip,
            w: WIDTH,
            h: strip,
        };
        let strip = screen
            .kept
            .as_ref()
            .map(|kept| Strip::new(kept, area, setting));
        window.end();
        window.redraw();
        Self {
            cards: upper.cards,
            choices: upper.choices,
            rows: upper.rows,
            lines,
            links: upper.links,
            fields,
            buttons,
            compare: upper.compare,
            strip,
            reel,
            inert,
            _symbol: upper.symbol,
        }
    }
}

/// Most counters beside one another.
const BESIDE: usize = 2;

impl Upper {
    fn measure(screen: &Screen) -> Self {
        let symbol = title_indent(screen.kind);
        let text = INNER - 6;
        let choosable = screen.is_choice();
        Self {
            title: TITLE.wrap(&screen.title, text - symbol - links_width(screen)),
            paragraphs: screen
                .text
                .iter()
                .map(|paragraph| BODY.wrap(paragraph, text))
                .collect(),
            facts: (!screen.facts.is_empty()).then(|| Facts::new(&screen.facts, INNER)),
            heading: screen.heading.clone(),
            cards: screen
                .certificates
                .iter()
                .enumerate()
                .map(|(at, card)| {
                    let chosen = screen.chosen == Some(at);
                    Card::new(card, Role { choosable, chosen }, INNER)
                })
                .collect(),
            rows: screen
                .rows
                .iter()
                .map(|row| Listed::new(row, INNER))
                .collect(),
        }
    }

    /// Must agree with [`Upper::place`].
    fn height(&self, screen: &Screen) -> i32 {
        let paragraphs: i32 = self
            .paragraphs
            .iter()
            .map(|lines| BODY.height(lines) + GAP / 2)
            .sum();
        let facts = self.facts.as_ref().map_or(0, |facts| facts.height + GAP);
        let compare = i32::from(screen.compare.is_some()) * (compare::HEIGHT + GAP);
        let counters = screen.counters.len().div_ceil(BESIDE) as i32 * (COUNTER_HEIGHT + GAP);
        let heading = i32::from(self.heading.is_some()) * (STRONG.line + GAP);
        let cards: i32 = self.cards.iter().map(|card| card.height + GAP).sum();
        let choices = screen.choices.len() as i32 * (choice::FULL + GAP);
        let rows: i32 = self.rows.iter().map(|row| row.height + ROW_GAP).sum();
        MARGIN
            + TITLE.height(&self.title)
            + GAP
            + paragraphs
            + GAP / 2
            + facts
            + compare
            + counters
            + choices
            + heading
            + cards
            + rows
    }

    fn place(self, screen: &Screen, setting: &Setting) -> Placed {
        let palette = setting.palette;
        let mut y = MARGIN;
        let symbol = Symbol::exists(screen.kind).then(|| Symbol::place(screen, MARGIN, y, palette));
        let indent = title_indent(screen.kind);
        place_text(self.title, TITLE, indent, &mut y, palette.ink, palette);
        // After the title, whose frame would cover them.
        let links = place_links(screen, setting);
        y += GAP;
        for paragraph in self.paragraphs {
            place_text(paragraph, BODY, 0, &mut y, palette.muted, palette);
            y += GAP / 2;
        }
        y += GAP / 2;
        if let Some(facts) = self.facts {
            let height = facts.height;
            facts.place(row(y, height), palette);
            y += height + GAP;
        }
        let compare = screen.compare.as_ref().map(|button| {
            let area = row(y, compare::HEIGHT);
            y += compare::HEIGHT + GAP;
            compare::place(button, area, setting)
        });
        for counters in screen.counters.chunks(BESIDE) {
            let count = screen.counters.len().min(BESIDE) as i32;
            let w = (INNER - GAP * (count - 1)) / count;
            for (at, counter) in counters.iter().enumerate() {
                let x = MARGIN + at as i32 * (w + GAP);
                let area = Area {
                    x,
                    w,
                    ..row(y, COUNTER_HEIGHT)
                };
                facts::place_counter(counter, area, palette);
            }
            y += COUNTER_HEIGHT + GAP;
        }
        let mut choices = Vec::new();
        for choice in &screen.choices {
            let area = row(y, choice::FULL);
            choices.push(choice::place(choice, area, palette, setting.signals));
            y += choice::FULL + GAP;
        }
        if let Some(heading) = self.heading {
            place_text(vec![heading], STRONG, 0, &mut y, palette.ink, palette);
            y += GAP;
        }
        let mut cards = Vec::new();
        for (at, card) in self.cards.into_iter().enumerate() {
            let height = card.height;
            cards.push(card.place(at, row(y, height), palette, setting.signals));
            y += height + GAP;
        }
        let mut rows = Vec::new();
        for (at, strip) in self.rows.into_iter().enumerate() {
            let height = strip.height;
            rows.extend(strip.place(at, row(y, height), palette, setting.signals));
            y += height + ROW_GAP;
        }
        Placed {
            cards,
            choices,
            rows,
            links,
            compare,
            symbol,
        }
    }
}

/// Ways to other pages, right of the title.
fn place_links(screen: &Screen, setting: &Setting) -> Vec<Button> {
    let mut x = MARGIN + INNER - links_width(screen);
    let y = MARGIN + (TITLE.line - quiet::HEIGHT) / 2;
    let mut links = Vec::new();
    for link in &screen.links {
        let area = Area {
            x,
            y,
            w: quiet::width(&link.label),
            h: quiet::HEIGHT,
        };
        let palette = setting.palette;
        let signal = Signal::Press(link.action);
        let signals = setting.signals;
        links.push(quiet::place(
            &link.label,
            area,
            palette,
            palette.ground,
            signals,
            signal,
        ));
        x += area.w;
    }
    links
}

fn links_width(screen: &Screen) -> i32 {
    let widths = screen.links.iter().map(|link| quiet::width(&link.label));
    widths.sum()
}

fn title_indent(kind: Kind) -> i32 {
    if Symbol::exists(kind) {
        symbol::SIZE + 9
    } else {
        0
    }
}
