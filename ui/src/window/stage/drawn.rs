//! Every screen of the gallery as it is really drawn, on a display of the test's own: no
//! text leaves its box or covers another one, Tab goes through all there is, and assistive
//! programs are told all that is to be seen.

#![allow(clippy::expect_used, reason = "here a panic is a failed test")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use fltk::app;
use fltk::prelude::*;
use securesign::front::{Look, Model, Theme};
use securesign_app::flow::{Event, Flow};
use securesign_app::language::Language;
use securesign_app::screen::{Input, Screen};

use super::super::eye::Eye;
use super::super::ink::{Area, WRITTEN, Written};
use super::super::layout::{WIDTH, WIDTHS};
use super::super::palette;
use super::super::speech::{node, tree};
use super::super::stop::Stop;
use super::{Blank, Stage};

mod keys;
#[path = "../../../examples/gallery/scenes.rs"]
mod scenes;

use scenes::{SCREENS, Studio};

/// Names the display in the process that draws.
const DRAWS: &str = "SECURESIGN_DRAWS";

/// A display that nobody sees.
struct Display(Child);

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs this test in a process with a display of this size; true: this is that process.
fn draws(test: &str, size: &str) -> bool {
    if std::env::var_os(DRAWS).is_some() {
        return true;
    }
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp"])
        .args(["-screen", "0", size])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb; scripts/install-deps --tests installs it");
    let stdout = server.stdout.take().expect("piped");
    let _server = Display(server);
    let mut number = String::new();
    let mut stdout = BufReader::new(stdout);
    stdout.read_line(&mut number).expect("a number");
    let program = std::env::current_exe().expect("this program");
    let drawn = Command::new(program)
        .args(["--exact", &format!("stage::drawn::{test}"), "--nocapture"])
        .env(DRAWS, "1")
        .env("DISPLAY", format!(":{}", number.trim()))
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("itself");
    let said = String::from_utf8_lossy(&drawn.stdout) + String::from_utf8_lossy(&drawn.stderr);
    assert!(drawn.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    false
}

/// Shows whatever flow it is given.
struct Player {
    flow: Rc<RefCell<Flow>>,
    look: Rc<Cell<Look>>,
}

impl Model for Player {
    fn screen(&self) -> Screen {
        self.flow.borrow().screen()
    }

    fn input(&mut self, input: Input) {
        let done = Event::Input(input);
        self.flow.borrow_mut().on(done, scenes::now());
    }

    fn poll(&mut self) -> bool {
        false
    }

    fn finished(&self) -> bool {
        false
    }

    fn look(&self) -> Look {
        self.look.get()
    }

    fn on_wake(&mut self, _: Box<dyn Fn() + Send + Sync>) {}
}

/// A window that shows whatever is put into its flow, in whatever look.
fn open() -> (Stage, Rc<RefCell<Flow>>, Rc<Cell<Look>>, app::App) {
    let eye = Eye::open().expect("a display");
    let app = app::App::default();
    app::set_visible_focus(true);
    palette::set_fonts();
    let first = Look {
        theme: Theme::Light,
        scale: Some(100),
        larger: false,
    };
    let blank = Blank::open(first, eye).expect("a window");
    let flow = Studio::new(Language::English).show(SCREENS[0].0);
    let flow = Rc::new(RefCell::new(flow.expect("a scene")));
    let look = Rc::new(Cell::new(first));
    let model = Player {
        flow: flow.clone(),
        look: look.clone(),
    };
    (Stage::new(Box::new(model), blank), flow, look, app)
}

/// Draws all screens at these scales, in windows of these widths, in both languages, and has
/// each looked at.
fn draw_all(sizes: &[(u16, i32)], look_at: impl Fn(&mut Stage, &[Written]) -> Vec<String>) {
    let (mut stage, flow, look, _app) = open();
    let mut complaints = Vec::new();
    for language in Language::ALL {
        let studio = Studio::new(language);
        for &(scale, width) in sizes {
            stage.wishes.width = Some(width);
            look.set(Look {
                scale: Some(scale),
                larger: language.is_fine(),
                ..look.get()
            });
            for (name, make) in SCREENS {
                flow.replace(make(&studio));
                stage.update();
                WRITTEN.take();
                stage.window.redraw();
                app::flush();
                app::check();
                let written = WRITTEN.take();
                assert!(!written.is_empty(), "{name} was not drawn");
                let found = look_at(&mut stage, &written).into_iter();
                let at = format!("{name}, {}, {scale} %, {width} wide", language.tag());
                complaints.extend(found.map(|what| format!("{at}: {what}")));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn holds(outer: Area, inner: Area) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.w <= outer.x + outer.w
        && inner.y + inner.h <= outer.y + outer.h
}

fn cover(one: Area, other: Area) -> bool {
    one.x < other.x + other.w
        && other.x < one.x + one.w
        && one.y < other.y + other.h
        && other.y < one.y + one.h
}

/// Texts that leave their box, or the window, or cover one another.
fn misplaced(written: &[Written], width: i32) -> Vec<String> {
    let mut found = Vec::new();
    let window = |text: &Written| text.area.x >= 0 && text.area.x + text.area.w <= width;
    for text in written {
        if !holds(text.within, text.area) || !window(text) {
            found.push(format!("{:?} leaves its box", text.text));
        }
    }
    for (at, one) in written.iter().enumerate() {
        for other in &written[at + 1..] {
            // Some widgets are drawn twice.
            let same = one.area == other.area && one.text == other.text;
            if !same && cover(one.area, other.area) {
                found.push(format!("{:?} covers {:?}", other.text, one.text));
            }
        }
    }
    found
}

/// What is wrong with the way that Tab takes.
fn astray(stage: &mut Stage) -> Vec<String> {
    let stops = stage.stops();
    let mut found = Vec::new();
    let first = stage.first_stop();
    if first.is_none() && !stops.is_empty() {
        found.push("nothing has the focus".to_owned());
    }
    stage.focus(first);
    let mut way = Vec::new();
    for _ in &stops {
        way.extend(stage.current());
        stage.step(true);
    }
    if stage.current() != first || !stops.iter().all(|stop| way.contains(stop)) {
        found.push(format!("Tab goes {way:?} of {stops:?}"));
    }
    stage.step(false);
    if stage.current() != way.last().copied() {
        found.push("the way back is another one".to_owned());
    }
    // As people read; what shows a secret comes before the secret, so that Tab leads from
    // that to the buttons, and ways to other pages come last.
    let is_details = |stop: &Stop| matches!(stop, Stop::Details(_));
    let is_apart = |stop: &Stop| matches!(stop, Stop::Reveal(_) | Stop::Link(_) | Stop::Lock);
    let is_in_order = |stop: &Stop| !is_apart(stop) && !is_details(stop);
    let last = stops.iter().rposition(is_in_order);
    if stops.iter().position(is_details) < last && stops.iter().any(is_details) {
        found.push(format!(
            "details come before what they are details of: {stops:?}"
        ));
    }
    let places = stops.iter().filter(|stop| is_in_order(stop));
    let places: Vec<(i32, i32)> = places
        .map(|&stop| stage.place(stop))
        .map(|area| (area.y, area.x))
        .collect();
    if !places.is_sorted() {
        found.push(format!("Tab jumps: {stops:?} at {places:?}"));
    }
    found
}

/// What is to be seen, and assistive programs are not told.
fn untold(stage: &Stage, written: &[Written]) -> Vec<String> {
    let view = stage.view();
    let told = tree(&view);
    let bare = |text: &str| -> String { text.split_whitespace().collect() };
    let mut all = String::new();
    for (_, node) in &told.nodes {
        let texts = [node.label(), node.value(), node.description()];
        for text in texts.into_iter().flatten() {
            all.push_str(&bare(text));
            all.push('\n');
        }
    }
    let mut found = Vec::new();
    for text in written {
        if !all.contains(&bare(&text.text)) {
            found.push(format!("{:?} is not told", text.text));
        }
    }
    let mut names = BTreeSet::new();
    for (stop, _) in &view.stops {
        let id = node(&view.screen, *stop);
        let node = told.nodes.iter().find(|(other, _)| Some(*other) == id);
        let Some((_, node)) = node else {
            found.push(format!("{stop:?} is not told"));
            continue;
        };
        let name = node.label().unwrap_or_default().to_owned();
        if name.is_empty() || node.bounds().is_none() {
            found.push(format!("{stop:?} has no name or no place"));
        }
        let more = node.description().unwrap_or_default().to_owned();
        if !names.insert((name.clone(), more)) {
            found.push(format!("{name:?} is the name of two"));
        }
    }
    found
}

#[test]
fn every_screen_fits_and_is_told_and_tab_goes_through_it() {
    // So large that nothing scrolls.
    if draws(
        "every_screen_fits_and_is_told_and_tab_goes_through_it",
        "1400x5000x24",
    ) {
        let (least, most) = (*WIDTHS.start(), *WIDTHS.end());
        let scaled = [100, 125, 150, 175, 200].map(|scale| (scale, WIDTH));
        let sizes = [&scaled[..], &[(100, least), (100, most)]].concat();
        draw_all(&sizes, |stage, written| {
            let mut found = misplaced(written, stage.window.w());
            found.extend(untold(stage, written));
            found.extend(astray(stage));
            found
        });
    }
}

#[test]
fn on_a_small_display_what_is_pressed_and_whose_certificate_it_is_stay_in_sight() {
    // What is left of 1366 by 768 below a panel.
    let test = "on_a_small_display_what_is_pressed_and_whose_certificate_it_is_stay_in_sight";
    if draws(test, "1366x728x24") {
        draw_all(&[(100, WIDTH), (150, WIDTH)], |stage, written| {
            let mut found = Vec::new();
            let area = Area::of(&stage.window);
            let window = Area { x: 0, y: 0, ..area };
            for stop in stage.stops() {
                let fixed = matches!(stop, Stop::Field(_) | Stop::Line(_) | Stop::Button(_));
                if fixed && !holds(window, stage.place(stop)) {
                    found.push(format!("{stop:?} is out of sight"));
                }
            }
            let seen = |text: &str| {
                let text = text.split_whitespace().next().unwrap_or_default();
                written.iter().any(|it| it.text.contains(text))
            };
            let scrolls = stage.page.reel.scrolls();
            if let Some(signing) = stage.screen.signing_as.as_ref().filter(|_| scrolls)
                && !seen(signing)
            {
                found.push("whose certificate it is cannot be seen".to_owned());
            }
            let bottom = stage.window.y() + stage.window.h();
            let display = super::work_area();
            if bottom > display.y + display.h {
                found.push(format!("the window ends at {bottom} of {}", display.h));
            }
            found
        });
    }
}

#[test]
fn a_text_that_leaves_its_box_or_covers_another_is_found() {
    let area = |x, w| Area { x, y: 0, w, h: 18 };
    let text = |text: &str, x, w| Written {
        text: text.to_owned(),
        area: area(x, w),
        within: area(0, 100),
    };
    let misplaced = |written: &[Written]| misplaced(written, WIDTH).len();
    assert_eq!(misplaced(&[text("a", 0, 50), text("b", 50, 50)]), 0);
    assert_eq!(misplaced(&[text("a", 0, 101)]), 1);
    assert_eq!(misplaced(&[text("a", 0, 51), text("b", 50, 50)]), 1);
}
