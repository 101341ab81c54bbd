//! From the click on a portal's page to the verified signature, as a person has it:
//! Chromium or Firefox, the package's desktop entry, our window and its keys, a card behind a
//! PC/SC service, and back into the same browser, where the portal asks OpenSSL.
//!
//! What went wrong can be looked at afterwards, in target/desktop.
//!
//! Longer than most files: one stand with a browser, and the stories that need all of it.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "here a panic is a failed test"
)]

#[path = "support/browser.rs"]
mod browser;
#[path = "support/chromium.rs"]
mod chromium;
#[path = "support/firefox.rs"]
mod firefox;
#[path = "support/package.rs"]
mod package;
#[path = "support/portal.rs"]
mod portal;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use browser::Browser;
use chromium::{Chromium, Question};
use firefox::Firefox;
use package::Package;
use portal::Portal;
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use serde_json::Value;
use support::nitrokey::{Nitrokey, PIN, PUK};
use support::pcscd::Daemon;
use support::run::{eventually, run};
use support::vpcd::VirtualCard;
use x11rb::protocol::xproto::{ConnectionExt, ImageFormat};
use x11rb::rust_connection::RustConnection;

const LIMIT: Duration = Duration::from_secs(40);
/// Longer than the consent button is inert, and than a dialogue with the card
/// lingers after its last work.
const CALM: Duration = Duration::from_millis(750);
/// Our window's class.
const OURS: &str = "^securesign$";
/// On the page's button, and beside our window wherever that is.
const BUTTON: [&str; 2] = ["110", "800"];

/// A person's desk: the token, the portal's page in the browser, and hands.
struct Desk {
    browser: Browser,
    screen: RustConnection,
    portal: Portal,
    token: Token,
    daemon: Daemon,
}

enum Token {
    /// Written by others; it cannot be taken out without losing its keys.
    Nitrokey(Nitrokey),
    /// Ours; it is in the reader while there is a second value.
    Emulated(Arc<Mutex<PivCard>>, Option<VirtualCard>),
}

impl Token {
    fn nitrokey(daemon: &Daemon) -> Self {
        Self::Nitrokey(Nitrokey::provisioned(daemon, 0, &[("9c", "ECCP256")]))
    }

    fn emulated(daemon: &Daemon) -> Self {
        let card = PivCard::builder(NIST)
            .seed(b"browser")
            .pin(PIN)
            .key(Slot::AUTHENTICATION, KeyKind::P256)
            .build();
        let mut token = Self::Emulated(Arc::new(Mutex::new(card.unwrap())), None);
        token.insert(daemon);
        token
    }

    fn insert(&mut self, daemon: &Daemon) {
        match self {
            Self::Nitrokey(_) => panic!("it is in"),
            Self::Emulated(card, inserted) => {
                *inserted = Some(VirtualCard::insert_shared(daemon.port(0), card.clone()));
            }
        }
    }

    fn pull(&mut self) {
        match self {
            Self::Nitrokey(_) => panic!("it would lose its keys"),
            Self::Emulated(_, inserted) => *inserted = None,
        }
    }

    /// How often it was asked anything.
    fn exchanges(&self) -> u64 {
        match self {
            Self::Nitrokey(card) => card.count().apdus,
            Self::Emulated(card, _) => card.lock().unwrap().log().len() as u64,
        }
    }
}

impl Desk {
    /// `None` where there is no browser for tests.
    fn new(question: Question, token: fn(&Daemon) -> Token) -> Option<Self> {
        if !Chromium::is_expected() {
            eprintln!("*** SKIPPED: this test needs Debian's chromium ***");
            return None;
        }
        Some(Self::open(token, |origin, environment| {
            let package = Package::there();
            Browser::Chromium(Chromium::open(origin, question, package, environment))
        }))
    }

    /// The same with the other browser.
    fn with_firefox(token: fn(&Daemon) -> Token) -> Option<Self> {
        if !Firefox::is_expected() {
            eprintln!("*** SKIPPED: this test needs Debian's firefox-esr ***");
            return None;
        }
        Some(Self::open(token, |origin, environment| {
            Browser::Firefox(Firefox::open(origin, Package::there(), environment))
        }))
    }

    fn open(
        token: fn(&Daemon) -> Token,
        browser: impl FnOnce(&str, &[(&str, &Path)]) -> Browser,
    ) -> Self {
        let daemon = Daemon::start(&["Reader"]);
        let token = token(&daemon);
        let portal = Portal::open();
        let socket = daemon.socket();
        let environment = [("PCSCLITE_CSOCK_NAME", socket.as_path())];
        let browser = browser(&portal.origin(), &environment);
        let (screen, _) = x11rb::connect(Some(&browser.display().name)).expect("the display");
        let desk = Self {
            browser,
            screen,
            portal,
            token,
            daemon,
        };
        assert_eq!(desk.page(), "Tender 4711");
        desk
    }

    /// Waits for a page; its title.
    fn page(&self) -> String {
        let shown = self.portal.hears("shown");
        shown["title"].as_str().unwrap().to_owned()
    }

    /// Clicks "Sign with DSC"; again where the browser was not ready for it.
    fn ask(&self) {
        let [x, y] = BUTTON;
        let clicked = eventually(LIMIT, || {
            let display = self.browser.display();
            display.xdotool(&["mousemove", x, y, "click", "1"]);
            self.portal.hears_soon("clicked")
        });
        assert!(clicked, "the page's button cannot be clicked");
    }

    /// Says yes to the browser's question. Where it was deaf to that, no, and clicks anew.
    fn confirm(&self) {
        let confirmed = eventually(3 * LIMIT, || {
            self.portal.hears("left");
            // The browser, too, is deaf to clicks that may have been meant for
            // something else.
            thread::sleep(2 * CALM);
            for key in self.browser.yes() {
                self.browser.display().xdotool(&["key", key]);
            }
            if eventually(LIMIT, || self.shown().is_some()) {
                return true;
            }
            self.refuse("Escape");
            self.ask();
            false
        });
        assert!(confirmed, "the browser's question is still there");
    }

    /// Says no to the browser's question; again where the browser was not ready for it.
    fn decline(&self, key: &str) {
        self.portal.hears("left");
        thread::sleep(2 * CALM);
        self.refuse(key);
    }

    fn refuse(&self, key: &str) {
        let back = eventually(LIMIT, || {
            self.browser.display().xdotool(&["key", key]);
            self.portal.hears_soon("back")
        });
        assert!(back, "the browser's question is still there");
    }

    /// Waits until our window is there, in front, and has read the token.
    fn window(&self) -> u32 {
        assert!(eventually(LIMIT, || self.shown().is_some()), "no window");
        let window = self.shown().unwrap();
        self.in_front();
        self.calm();
        window
    }

    /// Waits until our window has the keyboard.
    fn in_front(&self) {
        let ours = || self.shown().is_some() && self.shown() == self.active();
        assert!(eventually(LIMIT, ours), "the window is not in front");
    }

    fn shown(&self) -> Option<u32> {
        self.browser.display().visible(OURS)
    }

    /// The window that has the keyboard.
    fn active(&self) -> Option<u32> {
        let asked = run(
            Command::new("xdotool")
                .env("DISPLAY", &self.browser.display().name)
                .arg("getactivewindow"),
            LIMIT,
        );
        asked.stdout.trim().parse().ok()
    }

    /// Presses a key that changes what is seen, and waits until that is over.
    fn key(&self, key: &str) {
        let before = self.seen();
        self.in_front();
        self.browser.display().xdotool(&["key", key]);
        self.changed(before);
    }

    /// Presses a key, for a callback to come.
    fn press(&self, key: &str) {
        self.in_front();
        self.browser.display().xdotool(&["key", key]);
    }

    fn types(&self, text: &str) {
        let before = self.seen();
        self.in_front();
        self.browser.display().xdotool(&["type", text]);
        self.changed(before);
    }

    fn pull(&mut self) {
        let before = self.seen();
        self.token.pull();
        self.changed(before);
    }

    fn insert(&mut self) {
        let before = self.seen();
        self.token.insert(&self.daemon);
        self.changed(before);
    }

    fn changed(&self, before: Option<Vec<u8>>) {
        assert!(
            eventually(LIMIT, || self.seen() != before),
            "nothing happened on the screen"
        );
        self.calm();
    }

    /// Waits until neither the window nor the token has anything new to say.
    fn calm(&self) {
        let sample = || (self.seen(), self.token.exchanges());
        let (mut last, mut since) = (sample(), Instant::now());
        let end = Instant::now() + LIMIT;
        while since.elapsed() < CALM {
            assert!(Instant::now() < end, "the window never comes to rest");
            thread::sleep(Duration::from_millis(20));
            let now = sample();
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
    }

    /// What our window looks like, but for the column on the left with the ring
    /// that turns while it waits.
    fn seen(&self) -> Option<Vec<u8>> {
        const COLUMN: u16 = 60;
        let window = self.shown()?;
        let place = self.screen.get_geometry(window).ok()?.reply().ok()?;
        let (width, height) = (place.width.checked_sub(COLUMN)?, place.height);
        let form = ImageFormat::Z_PIXMAP;
        let asked = self
            .screen
            .get_image(form, window, COLUMN as i16, 0, width, height, !0);
        Some(asked.ok()?.reply().ok()?.data)
    }

    /// Waits for the callback; the result in it. It comes back into the browser
    /// that it was asked in, and there is no other.
    fn called_back(&self) -> Callback {
        let event = self.portal.hears("callback");
        assert_eq!(event["same_browser"], true, "{event}");
        let one = eventually(LIMIT, || self.browser.browsers() == 1);
        assert!(one, "{} browsers", self.browser.browsers());
        let verified = event["verified"] == true;
        let page = self.page();
        assert_eq!(page, if verified { "Verified" } else { "Not signed" });
        // It comes to the front, and takes the keyboard, a moment later.
        let in_front = || {
            self.active()
                .is_some_and(|window| Some(window) != self.shown())
        };
        assert!(eventually(LIMIT, in_front), "the browser is not in front");
        Callback {
            verified,
            result: event["result"].clone(),
        }
    }

    /// Closes our window, whichever window is in front, and sees the program go.
    fn close(&self) {
        let window = self.shown().expect("our window").to_string();
        let display = self.browser.display();
        display.xdotool(&["windowactivate", "--sync", &window]);
        display.xdotool(&["key", "Escape"]);
        self.gone();
    }

    fn gone(&self) {
        let gone = eventually(LIMIT, || self.shown().is_none());
        assert!(gone, "the window is still there");
        assert!(!self.portal.heard("callback"), "a second callback");
    }
}

/// What the portal got.
struct Callback {
    /// OpenSSL said so, over the portal's own copy of the document.
    verified: bool,
    result: Value,
}

impl Callback {
    fn is_signed(&self) {
        assert!(self.verified, "{}", self.result);
    }

    fn is(&self, error: &str) {
        assert_eq!(self.result["success"], false, "{}", self.result);
        assert_eq!(self.result["error"], error, "{}", self.result);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        let folder = package::results();
        let name = thread::current().name().unwrap_or("test").to_owned();
        let _ = fs::create_dir_all(&folder);
        for (whose, log) in [
            ("portal", self.portal.log()),
            ("browser", self.browser.log()),
            ("pcscd", self.daemon.log()),
        ] {
            let _ = fs::write(folder.join(format!("{name}.{whose}")), log);
        }
        let picture = folder.join(format!("{name}.png"));
        let _ = Command::new("import")
            .args(["-display", &self.browser.display().name, "-window", "root"])
            .arg(&picture)
            .status();
        eprintln!("What was on the screen: {}", picture.display());
    }
}

#[test]
fn a_click_on_the_page_comes_back_signed() {
    let Some(desk) = Desk::new(Question::Silenced, Token::nitrokey) else {
        return;
    };
    desk.ask();
    desk.window();
    desk.types(PIN);
    desk.press("Return");
    let callback = desk.called_back();
    callback.is_signed();
    let Token::Nitrokey(card) = &desk.token else {
        panic!("another token");
    };
    let certificate = fs::read_to_string(card.certificate("9c")).unwrap();
    assert_eq!(
        callback.result["certificate"]["certificatePem"]
            .as_str()
            .unwrap()
            .trim(),
        certificate.trim()
    );
    desk.close();
}

#[test]
fn r30_with_the_package_the_browser_asks_and_a_yes_is_enough() {
    let Some(desk) = Desk::new(Question::Asked, Token::nitrokey) else {
        return;
    };
    desk.ask();
    desk.confirm();
    desk.window();
    desk.types(PIN);
    desk.press("Return");
    desk.called_back().is_signed();
    desk.close();
}

#[test]
fn r30_with_the_package_the_browser_asks_and_a_no_starts_nothing() {
    let Some(desk) = Desk::new(Question::Asked, Token::emulated) else {
        return;
    };
    let before = desk.token.exchanges();
    desk.ask();
    desk.decline("Return");
    thread::sleep(CALM);
    assert_eq!(desk.shown(), None);
    assert_eq!(desk.token.exchanges(), before);
}

#[test]
fn r30_firefox_asks_too_and_the_answer_comes_back_into_it() {
    let Some(desk) = Desk::with_firefox(Token::nitrokey) else {
        return;
    };
    desk.ask();
    desk.confirm();
    desk.window();
    desk.types(PIN);
    desk.press("Return");
    desk.called_back().is_signed();
    desk.close();
}

#[test]
fn r30_firefox_asks_too_and_a_no_starts_nothing() {
    let Some(desk) = Desk::with_firefox(Token::emulated) else {
        return;
    };
    let before = desk.token.exchanges();
    desk.ask();
    desk.decline("Escape");
    thread::sleep(CALM);
    assert_eq!(desk.shown(), None);
    assert_eq!(desk.token.exchanges(), before);
}

#[test]
fn who_cancels_is_back_on_the_page() {
    let Some(desk) = Desk::new(Question::Silenced, Token::nitrokey) else {
        return;
    };
    desk.ask();
    desk.window();
    desk.press("Escape");
    desk.called_back().is("SS_SIGN_CANCELLED");
    desk.gone();
}

#[test]
fn who_gives_up_after_a_wrong_pin_is_told_the_tries_left() {
    let Some(desk) = Desk::new(Question::Silenced, Token::nitrokey) else {
        return;
    };
    desk.ask();
    desk.window();
    desk.types("999999");
    desk.key("Return");
    desk.press("Escape");
    let callback = desk.called_back();
    callback.is("SS_PIN_INVALID");
    assert_eq!(callback.result["remainingAttempts"], 2);
    desk.gone();
}

#[test]
fn a_pin_blocked_is_unlocked_and_signs() {
    let Some(desk) = Desk::new(Question::Silenced, Token::nitrokey) else {
        return;
    };
    desk.ask();
    desk.window();
    for _ in 0..3 {
        desk.types("999999");
        desk.key("Return");
    }
    // The last try is asked for once more, and Return alone is no answer.
    desk.key("Tab");
    desk.key("Return");
    // Blocked: the main button unlocks, and says first what that needs.
    desk.key("Return");
    desk.key("Return");
    desk.types(PUK);
    desk.key("Return");
    desk.types("482915");
    desk.key("Tab");
    desk.types("482915");
    desk.key("Return");
    desk.types("482915");
    desk.press("Return");
    desk.called_back().is_signed();
    desk.close();
}

#[test]
fn a_token_pulled_out_and_put_back_signs_and_what_was_typed_is_gone() {
    let Some(mut desk) = Desk::new(Question::Silenced, Token::emulated) else {
        return;
    };
    desk.ask();
    desk.window();
    // Left in the field, it would make the PIN a wrong one.
    desk.types("99");
    desk.pull();
    desk.insert();
    desk.types(PIN);
    desk.press("Return");
    desk.called_back().is_signed();
    let Token::Emulated(card, _) = &desk.token else {
        panic!("another token");
    };
    assert_eq!(card.lock().unwrap().pin_tries(), 3);
    desk.close();
}

#[test]
fn r11_five_requests_in_a_row_take_one_pin_and_a_click_each() {
    let Some(desk) = Desk::new(Question::Silenced, Token::nitrokey) else {
        return;
    };
    desk.ask();
    let window = desk.window();
    desk.types(PIN);
    desk.press("Return");
    desk.called_back().is_signed();
    for _ in 1..5 {
        // On the page that the callback has opened; our window is behind it.
        desk.ask();
        assert_eq!(desk.window(), window, "another window");
        // Return is no consent, and from the certificate it is two steps to it.
        desk.press("Return");
        desk.calm();
        assert!(!desk.portal.heard("callback"), "Return signs");
        desk.key("Tab");
        desk.key("Tab");
        desk.press("Return");
        desk.called_back().is_signed();
    }
    desk.close();
}
