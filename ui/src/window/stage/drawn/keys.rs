//! Keys that are really pressed, in pages that are really drawn.

use std::time::{Duration, Instant};

use securesign_app::screen::Kind;

use super::*;

const LIMIT: Duration = Duration::from_secs(30);

/// A page, and a keyboard.
struct Desk {
    stage: Stage,
    flow: Rc<RefCell<Flow>>,
    /// What the toolkit needs for as long as there is a window.
    _app: app::App,
}

impl Desk {
    /// The scene of this name, as soon as it takes what is done.
    fn with(name: &str, scale: u16) -> Self {
        let (stage, flow, look, app) = open();
        let scene = Studio::new(Language::English).show(name);
        flow.replace(scene.expect("a scene"));
        look.set(Look {
            scale: Some(scale),
            ..look.get()
        });
        let mut desk = Self {
            stage,
            flow,
            _app: app,
        };
        desk.stage.update();
        desk.stage.focus(desk.stage.first_stop());
        xdotool(&[
            "search",
            "--sync",
            "--onlyvisible",
            "--name",
            "^SecureSign$",
            "windowfocus",
        ]);
        desk.until("the page takes nothing", |desk| {
            desk.stage
                .page
                .widgets
                .buttons
                .iter()
                .all(|button| button.is_live())
        });
        desk
    }

    /// One turn of the window's loop.
    fn turn(&mut self) {
        app::wait_for(0.02).expect("events");
        self.stage.page.inert.turn();
        while let Some(signal) = self.stage.signals.next() {
            if self.stage.on(signal).expect("memory") {
                self.stage.update();
            }
        }
    }

    fn until(&mut self, why_not: &str, is: impl Fn(&Self) -> bool) {
        let end = Instant::now() + LIMIT;
        while !is(self) {
            assert!(Instant::now() < end, "{why_not}: {:?}", self.stage.screen);
            self.turn();
        }
    }

    fn keys(&mut self, keys: &[&str]) {
        for key in keys {
            xdotool(&["key", key]);
            self.settle();
        }
    }

    /// All that was done has been taken in.
    fn settle(&mut self) {
        for _ in 0..5 {
            self.turn();
        }
    }

    fn becomes(&mut self, stop: Stop) {
        self.until(&format!("the focus is not on {stop:?}"), |desk| {
            desk.stage.current() == Some(stop)
        });
    }

    fn screen(&self) -> Screen {
        self.flow.borrow().screen()
    }

    /// What is drawn, anew.
    fn texts(&mut self) -> Vec<String> {
        self.settle();
        WRITTEN.take();
        self.stage.window.redraw();
        app::flush();
        let written = WRITTEN.take().into_iter();
        written.map(|written| written.text).collect()
    }
}

fn xdotool(words: &[&str]) {
    let done = Command::new("xdotool").args(words).output();
    let done = done.expect("xdotool; scripts/install-deps --tests installs it");
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn keys_open_one_of_several_tokens_and_come_back() {
    let test = "keys::keys_open_one_of_several_tokens_and_come_back";
    if !draws(test, "1400x1400x24") {
        return;
    }
    let mut desk = Desk::with("tokens", 100);
    let list = desk.screen().rows;
    assert_eq!(list[0].pill, "PIN blocked");
    desk.becomes(Stop::Button(0));
    desk.keys(&["shift+Tab"]);
    desk.becomes(Stop::Row(1));
    desk.keys(&["shift+Tab"]);
    desk.becomes(Stop::Row(0));
    desk.keys(&["Return"]);
    desk.until("its page is not there", |desk| {
        desk.screen().rows.is_empty()
    });
    assert_eq!(desk.screen().certificates[0].title, "Asha Sharma");
    desk.keys(&["Escape"]);
    desk.until("the list is not there", |desk| desk.screen().rows == list);
}

#[test]
fn on_a_small_display_a_certificate_is_chosen_and_signed_with_by_keys_alone() {
    let test = "keys::on_a_small_display_a_certificate_is_chosen_and_signed_with_by_keys_alone";
    if !draws(test, "1366x728x24") {
        return;
    }
    let mut desk = Desk::with("sign", 150);
    assert!(desk.stage.page.reel.scrolls());
    desk.becomes(Stop::Field(0));
    desk.keys(&["shift+Tab"]);
    desk.becomes(Stop::Reveal(0));
    desk.keys(&["shift+Tab"]);
    desk.becomes(Stop::Card(1));
    // Up and down between the certificates, and nowhere else.
    for (key, card) in [("Up", 0), ("Up", 0), ("Down", 1), ("Down", 1), ("Right", 1)] {
        desk.keys(&[key]);
        desk.becomes(Stop::Card(card));
        assert_eq!(desk.screen().chosen, Some(card), "{key}");
    }
    // Which one it is stays beside the PIN.
    let signing = desk.screen().signing_as.expect("a certificate is chosen");
    assert!(signing.contains("आशा शर्मा"), "{signing}");
    assert!(desk.texts().contains(&signing));
    desk.keys(&["Tab", "Tab"]);
    desk.becomes(Stop::Field(0));
    for key in ["Up", "Down", "Left", "Right"] {
        desk.keys(&[key]);
        desk.becomes(Stop::Field(0));
    }
    // All of the digest, and its ends only again.
    let whole = desk.screen().facts[2].value.clone();
    let seen = |texts: Vec<String>| {
        let texts: String = texts.concat().split_whitespace().collect();
        texts.contains(&whole.replace(' ', ""))
    };
    assert!(!seen(desk.texts()));
    desk.stage.go(Some(Stop::Fold(2)));
    desk.keys(&["space"]);
    assert!(seen(desk.texts()));
    desk.becomes(Stop::Fold(2));
    desk.keys(&["space"]);
    assert!(!seen(desk.texts()));
    desk.stage.go(Some(Stop::Field(0)));
    xdotool(&["type", "123456"]);
    desk.until("the PIN is not there", |desk| {
        desk.stage.entries[0].borrow().len() == 6
    });
    desk.keys(&["Return"]);
    desk.until("nothing is signed", |desk| {
        desk.screen().kind == Kind::Working
    });
}

#[test]
fn a_secret_is_seen_while_its_button_is_held_and_never_as_a_whole() {
    let test = "keys::a_secret_is_seen_while_its_button_is_held_and_never_as_a_whole";
    if !draws(test, "1400x1400x24") {
        return;
    }
    const TYPED: &str = "73951";
    let mut desk = Desk::with("sign", 100);
    xdotool(&["type", TYPED]);
    desk.until("the PIN is not there", |desk| {
        desk.stage.entries[0].borrow().len() == TYPED.len()
    });
    let digits = |texts: Vec<String>| -> String {
        let single = texts.iter().filter(|text| text.chars().count() == 1);
        single.map(String::as_str).collect()
    };
    assert_eq!(digits(desk.texts()), "");
    desk.keys(&["shift+Tab"]);
    desk.becomes(Stop::Reveal(0));
    xdotool(&["keydown", "space"]);
    desk.settle();
    let texts = desk.texts();
    assert!(!texts.iter().any(|text| text.contains(TYPED)));
    assert_eq!(digits(texts), TYPED);
    // Assistive programs hear nothing of it.
    let told = format!("{:?}", tree(&desk.stage.view()).nodes);
    assert!(!told.contains(TYPED));
    xdotool(&["keyup", "space"]);
    assert_eq!(digits(desk.texts()), "");
    // Nor is it seen when the focus goes with the key still down.
    xdotool(&["keydown", "space"]);
    desk.settle();
    desk.stage.go(Some(Stop::Field(0)));
    assert_eq!(digits(desk.texts()), "");
    xdotool(&["keyup", "space"]);
}

#[test]
fn caps_lock_is_told_where_a_secret_is_typed() {
    if !draws(
        "keys::caps_lock_is_told_where_a_secret_is_typed",
        "1400x1400x24",
    ) {
        return;
    }
    const SAID: &str = "Caps Lock is on";
    let mut desk = Desk::with("sign", 100);
    let says = |desk: &mut Desk| desk.texts().iter().any(|text| text == SAID);
    assert!(!says(&mut desk));
    desk.keys(&["Caps_Lock"]);
    assert!(says(&mut desk));
    let field = node(&desk.stage.screen, Stop::Field(0));
    let told = tree(&desk.stage.view());
    let told = told.nodes.iter().find(|(id, _)| Some(*id) == field);
    assert_eq!(told.expect("a field").1.description(), Some(SAID));
    desk.keys(&["Caps_Lock"]);
    assert!(!says(&mut desk));
}

#[test]
fn a_window_that_is_made_wider_or_narrower_is_used_whole() {
    let test = "keys::a_window_that_is_made_wider_or_narrower_is_used_whole";
    if !draws(test, "1400x1400x24") {
        return;
    }
    let mut desk = Desk::with("sign", 100);
    xdotool(&["type", "123"]);
    for (width, height) in [(900, 800), (480, 900), (620, 700)] {
        let (w, h) = (width.to_string(), height.to_string());
        xdotool(&["search", "--name", "^SecureSign$", "windowsize", &w, &h]);
        desk.until("the page keeps its size", |desk| {
            desk.stage.page.size == (width, height)
        });
        let button = Area::of(&desk.stage.page.widgets.buttons[1].widget);
        let (right, bottom) = (button.x + button.w, button.y + button.h);
        assert!((width - 24..=width).contains(&right), "{right} of {width}");
        assert!(bottom > height - 60, "{bottom} of {height}");
        // What was typed stays, and the next page has the size that was chosen.
        assert_eq!(desk.stage.entries[0].borrow().len(), 3);
    }
    desk.keys(&["Escape"]);
    assert_eq!(desk.stage.page.size, (620, 700));
}
