//! A small picture of a token and of the letter that its PIN and PUK came in: people know
//! these by sight rather than by name. It shows no code of anybody's.

use fltk::draw::{self, LineStyle};
use fltk::enums::Color;
use securesign_app::screen::Figure;

use super::ink::{Area, PILL, SMALL};
use super::palette::Palette;
use super::still::still;

/// Its height.
pub const HEIGHT: i32 = 112;
const PAD: i32 = 14;
const RADIUS: i32 = 8;
/// The part with the token.
const TOKEN: i32 = 150;
/// From one line of the letter to the next.
const LINE: i32 = 20;
/// What stands for a character of a code, and from one to the next.
const DOT: i32 = 5;
const STEP: i32 = 9;
/// So many characters are shown of each code.
const DOTS: i32 = 6;

/// Puts it on the page.
pub fn place(figure: &Figure, area: Area, palette: Palette) {
    let figure = figure.clone();
    let said = format!(
        "{}; {}: {}",
        figure.token,
        figure.letter,
        figure.codes.join(", ")
    );
    still(&said, area, palette.ground, move |area| {
        area.frame(RADIUS, 1, palette.line, palette.surface);
        let left = Area { w: TOKEN, ..area };
        let right = Area {
            x: area.x + TOKEN,
            w: area.w - TOKEN,
            ..area
        };
        draw_token(left, palette);
        draw_letter(&figure.codes, right, palette);
        for (text, area) in [(&figure.token, left), (&figure.letter, right)] {
            let lines = SMALL.wrap(text, area.w - PAD);
            let top = area.y + HEIGHT - PAD / 2 - SMALL.height(&lines);
            for (line, text) in (0..).zip(&lines) {
                let (y, h) = (top + line * SMALL.line, SMALL.line);
                SMALL.write_centred(text, Area { y, h, ..area }, palette.muted);
            }
        }
    });
}

/// Body, plug with its two contacts, and a lamp.
fn draw_token(area: Area, palette: Palette) {
    let middle = area.x + area.w / 2;
    let y = area.y + PAD + 12;
    let plug = Area {
        x: middle + 22,
        y: y + 7,
        w: 26,
        h: 22,
    };
    plug.frame(2, 2, palette.edge, palette.surface);
    for contact in [5, 12] {
        let contact = Area {
            x: plug.x + 12,
            y: plug.y + contact,
            w: 8,
            h: 4,
        };
        contact.fill(0, palette.edge);
    }
    let body = Area {
        x: middle - 48,
        y,
        w: 74,
        h: 36,
    };
    body.fill(10, palette.accent);
    let eye = Area {
        x: body.x + 9,
        y: y + 13,
        w: 10,
        h: 10,
    };
    eye.fill(5, palette.surface);
    let lamp = Area {
        x: body.x + body.w - 16,
        y: y + 15,
        w: 6,
        h: 6,
    };
    lamp.fill(3, palette.on_accent);
}

/// A sheet with a folded corner, and a line for each code.
fn draw_letter(codes: &[String], area: Area, palette: Palette) {
    let names = codes.iter().map(|code| PILL.width(code)).max();
    let names = names.unwrap_or_default();
    let sheet = Area {
        x: area.x + (area.w - names - DOTS * STEP - 3 * PAD) / 2,
        y: area.y + PAD - 2,
        w: names + DOTS * STEP + 3 * PAD,
        h: LINE * codes.len() as i32 + 2 * PAD - 6,
    };
    sheet.frame(2, 1, palette.edge, palette.ground);
    draw_corner(sheet, palette.edge, palette.surface);
    for (line, code) in (0..).zip(codes) {
        let (x, y) = (sheet.x + PAD, sheet.y + PAD + line * LINE);
        PILL.write(code, x, y, palette.ink);
        for dot in 0..DOTS {
            let dot = Area {
                x: x + names + PAD + dot * STEP,
                y: y + (PILL.line - DOT) / 2 + 1,
                w: DOT,
                h: DOT,
            };
            dot.fill(DOT / 2, palette.muted);
        }
    }
}

fn draw_corner(sheet: Area, edge: Color, behind: Color) {
    const FOLD: i32 = 10;
    let (right, top) = (f64::from(sheet.x + sheet.w), f64::from(sheet.y));
    let fold = f64::from(FOLD);
    draw::set_draw_color(behind);
    draw::begin_polygon();
    for (x, y) in [(right - fold, top), (right, top), (right, top + fold)] {
        draw::vertex(x, y);
    }
    draw::end_polygon();
    draw::set_draw_color(edge);
    draw::set_line_style(LineStyle::CapRound | LineStyle::JoinRound, 1);
    draw::begin_line();
    for (x, y) in [
        (right - fold, top),
        (right - fold, top + fold),
        (right - 1.0, top + fold),
        (right - fold, top),
    ] {
        draw::vertex(x, y);
    }
    draw::end_line();
    draw::set_line_style(LineStyle::Solid, 0);
}
