//! The upper part of a page, which scrolls where it is too high: who asks and for what,
//! and what there is to choose.

use fltk::button::Button;
use securesign_app::screen::{Kind, Screen};

use super::super::card::{Card, Role};
use super::super::choice;
use super::super::compare;
use super::super::facts::{Facts, Fold};
use super::super::figure;
use super::super::ink::{Area, BODY, MONO, SMALL, STRONG, TITLE};
use super::super::layout::{GAP, MARGIN, Setting, place_text};
use super::super::quiet;
use super::super::row::Listed;
use super::super::signal::Signal;
use super::super::still::{COUNTER_HEIGHT, counter_width, place_counter, still};
use super::super::symbol::{self, Symbol};
use super::column::Column;

/// Between the rows of a list.
const ROW_GAP: i32 = 8;
/// Around lines that stand as they are written.
const VERBATIM_PAD: i32 = 12;
/// Most counters beside one another, where they are no wider.
const BESIDE: usize = 2;

/// All of it.
pub fn column<'a>(screen: &'a Screen, setting: &'a Setting, fold: Fold) -> Column<'a> {
    let mut column = Column::default();
    column.gap(MARGIN);
    progress(&mut column, screen, setting);
    title(&mut column, screen, setting);
    paragraphs(&mut column, screen, setting);
    verbatim(&mut column, screen, setting);
    facts(&mut column, screen, setting, fold);
    figure(&mut column, screen, setting);
    counters(&mut column, screen, setting);
    choices(&mut column, screen, setting);
    cards(&mut column, screen, setting);
    rows(&mut column, screen, setting);
    column
}

fn progress<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    let palette = setting.palette;
    if let Some(progress) = &screen.progress {
        let lines = SMALL.wrap(progress, setting.text());
        column.add(SMALL.height(&lines), move |area, _| {
            place_text(lines, SMALL, area, palette.muted, palette);
        });
    }
}

/// With the symbol before it and the ways to other pages behind it.
fn title<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    let palette = setting.palette;
    let has_symbol = Symbol::exists(screen.kind);
    let indent = title_indent(screen.kind);
    let lines = TITLE.wrap(&screen.title, setting.text() - indent - links_width(screen));
    column.add(TITLE.height(&lines), move |area, widgets| {
        let symbol = || Symbol::place(screen, area.x, area.y, palette);
        widgets._symbol = has_symbol.then(symbol);
        let beside = Area {
            x: area.x + indent,
            w: area.w - indent,
            ..area
        };
        place_text(lines, TITLE, beside, palette.ink, palette);
        // After the title, whose frame would cover them.
        widgets.links = place_links(screen, setting, area);
    });
    column.gap(GAP);
}

/// Where somebody is about to do something they are cautions, and not quiet.
fn paragraphs<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    let palette = setting.palette;
    let ink = match screen.kind {
        Kind::Sign | Kind::Token | Kind::Form => palette.ink,
        _ => palette.muted,
    };
    for paragraph in &screen.text {
        let lines = BODY.wrap(paragraph, setting.text());
        column.add(BODY.height(&lines), move |area, _| {
            place_text(lines, BODY, area, ink, palette);
        });
        column.gap(GAP / 2);
    }
    column.gap(GAP / 2);
}

/// In a box of its own, in type of one width.
fn verbatim<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    if screen.verbatim.is_empty() {
        return;
    }
    let broken = |line: &String| MONO.break_line(line, setting.inner() - 2 * VERBATIM_PAD);
    let lines: Vec<String> = screen.verbatim.iter().flat_map(broken).collect();
    let palette = setting.palette;
    column.add(MONO.height(&lines) + 2 * VERBATIM_PAD, move |area, _| {
        still(&lines.join("\n"), area, palette.ground, move |area| {
            area.frame(8, 1, palette.line, palette.surface);
            let (x, y) = (area.x + VERBATIM_PAD, area.y + VERBATIM_PAD);
            MONO.write_lines(&lines, x, y, palette.ink);
        });
    });
    column.gap(GAP);
}

/// And where the document may be dropped.
fn facts<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting, fold: Fold) {
    if !screen.facts.is_empty() {
        let facts = Facts::new(&screen.facts, setting.inner(), fold);
        column.add(facts.height, |area, widgets| {
            widgets.facts = facts.place(area, setting);
        });
        column.gap(GAP);
    }
    if let Some(button) = &screen.compare {
        column.add(compare::HEIGHT, |area, widgets| {
            widgets.compare = Some(compare::place(button, area, setting));
        });
        column.gap(GAP);
    }
}

fn figure<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    if let Some(figure) = &screen.figure {
        column.add(figure::HEIGHT, |area, _| {
            figure::place(figure, area, setting.palette);
        });
        column.gap(GAP);
    }
}

fn counters<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    let half = (setting.inner() - GAP) / 2;
    let fit = screen.counters.iter().all(|it| counter_width(it) <= half);
    let beside = if fit { BESIDE } else { 1 };
    let count = screen.counters.len().min(beside) as i32;
    for counters in screen.counters.chunks(beside) {
        column.add(COUNTER_HEIGHT, move |area, _| {
            let w = (area.w - GAP * (count - 1)) / count;
            for (at, counter) in (0..).zip(counters) {
                let x = area.x + at * (w + GAP);
                place_counter(counter, Area { x, w, ..area }, setting.palette);
            }
        });
        column.gap(GAP);
    }
}

fn choices<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    for choice in &screen.choices {
        column.add(choice::FULL, |area, widgets| {
            let placed = choice::place(choice, area, setting.palette, setting.signals);
            widgets.choices.push(placed);
        });
        column.gap(GAP);
    }
}

/// Under their heading, which rows may have as well.
fn cards<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    let palette = setting.palette;
    if let Some(heading) = &screen.heading {
        column.add(STRONG.line, move |area, _| {
            let heading = vec![heading.clone()];
            place_text(heading, STRONG, area, palette.ink, palette);
        });
        column.gap(GAP);
    }
    let choosable = screen.is_choice();
    for (at, card) in screen.certificates.iter().enumerate() {
        let chosen = screen.chosen == Some(at);
        let card = Card::new(card, Role { choosable, chosen }, setting.inner());
        column.add(card.height, move |area, widgets| {
            let (card, details) = card.place(at, area, palette, setting.signals);
            widgets.cards.push(card);
            widgets.details.extend(details.map(|details| (at, details)));
        });
        column.gap(GAP);
    }
}

fn rows<'a>(column: &mut Column<'a>, screen: &'a Screen, setting: &'a Setting) {
    for (at, row) in screen.rows.iter().enumerate() {
        let listed = Listed::new(row, setting.inner());
        column.add(listed.height, move |area, widgets| {
            let button = listed.place(at, area, setting.palette, setting.signals);
            widgets.rows.extend(button);
        });
        column.gap(ROW_GAP);
    }
}

/// Ways to other pages, right of the title.
fn place_links(screen: &Screen, setting: &Setting, title: Area) -> Vec<Button> {
    let mut x = title.x + title.w - links_width(screen);
    let y = title.y + (TITLE.line - quiet::HEIGHT) / 2;
    let (palette, signals) = (setting.palette, setting.signals);
    let mut links = Vec::new();
    for link in &screen.links {
        let area = Area {
            x,
            y,
            w: quiet::width(&link.label),
            h: quiet::HEIGHT,
        };
        let (ground, signal) = (palette.ground, Signal::Press(link.action));
        let placed = quiet::place(&link.label, area, palette, ground, signals, signal);
        links.push(placed);
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
