//! What a person does before they can have read the window does nothing in it
//! (requirement 11), whatever it was: clicks, keys, a PIN for another program.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/bus.rs"]
mod bus;
mod support;

use std::process::Command;
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bus::Bus;
use serde_json::Value;
use support::display::{Display, PAUSE};
use support::run::{Finished, Scratch, eventually, run, succeed};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, CreateWindowAux, InputFocus, WindowClass};
use x11rb::rust_connection::RustConnection;

const PROGRAM: &str = env!("CARGO_BIN_EXE_securesign");
const LIMIT: Duration = Duration::from_secs(30);
const PIN: &str = "123456";
/// Shorter than the window is inert.
const QUICK: Duration = Duration::from_millis(120);

/// The demo's sign window, just opened: nobody has given it the focus yet.
struct Opened {
    display: Display,
    program: JoinHandle<Finished>,
    _home: Scratch,
}

impl Opened {
    fn new() -> Self {
        Self::on(None)
    }

    fn on(bus: Option<&Bus>) -> Self {
        let line = ["--reader", "demo", "open", "--print", &demo_link()];
        Self::with(&line, bus)
    }

    fn with(line: &[&str], bus: Option<&Bus>) -> Self {
        let home = Scratch::new("inert");
        let display = Display::new();
        let mut command = Command::new(PROGRAM);
        command
            .args(line)
            .env("PCSCLITE_CSOCK_NAME", home.path().join("no-such-socket"))
            .env("DISPLAY", &display.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path())
            .env("XDG_DATA_HOME", home.path());
        if let Some(bus) = bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
        }
        let program = std::thread::spawn(move || run(&mut command, Duration::from_secs(90)));
        let seen = || display.visible("securesign").is_some();
        assert!(eventually(LIMIT, seen), "there is no window");
        Self {
            display,
            program,
            _home: home,
        }
    }

    /// Gives the window the focus, and waits until it takes what is done.
    fn ready() -> Self {
        let opened = Self::new();
        opened.display.focus();
        opened
    }

    fn focus(&self) {
        let window = self.display.window().to_string();
        self.display.xdotool(&["windowfocus", "--sync", &window]);
    }

    /// The window goes out of sight and comes back: everything begins again.
    fn vanish(&self) {
        let window = self.display.window();
        self.hide(window);
        self.reappear(window);
    }

    fn hide(&self, window: u32) {
        let words = ["windowunmap", "--sync", &window.to_string()];
        self.display.xdotool(&words);
        sleep(PAUSE);
    }

    fn reappear(&self, window: u32) {
        let window = window.to_string();
        let words = [
            "windowmap",
            "--sync",
            &window,
            "windowfocus",
            "--sync",
            &window,
        ];
        self.display.xdotool(&words);
    }

    fn key(&self, key: &str) {
        self.display.xdotool(&["key", key]);
    }

    /// Clicks the main button: at the right, above the strip of a kept PIN if any.
    fn click(&self, from_bottom: i32) {
        let window = self.display.window().to_string();
        let shape = succeed(
            Command::new("xdotool")
                .env("DISPLAY", &self.display.name)
                .args(["getwindowgeometry", "--shell", &window]),
            LIMIT,
        );
        let number = |name: &str| -> i32 {
            let line = shape.stdout.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                (key == name).then(|| value.parse().unwrap())
            });
            line.expect("a number")
        };
        let x = (number("WIDTH") - 80).to_string();
        let y = (number("HEIGHT") - from_bottom).to_string();
        self.display
            .xdotool(&["mousemove", "--window", &window, &x, &y, "click", "1"]);
    }

    fn process(&self) -> String {
        let window = self.display.window().to_string();
        let mut asked = Command::new("xdotool");
        asked.env("DISPLAY", &self.display.name);
        let number = succeed(asked.args(["getwindowpid", &window]), LIMIT);
        number.stdout.trim().to_owned()
    }

    fn has_ended(&self) -> bool {
        self.program.is_finished()
    }

    /// What the portal got.
    fn result(self) -> Value {
        let done = self.program.join().expect("the program");
        let url = url::Url::parse(done.stdout.trim()).expect("a callback");
        let mut pairs = url.query_pairs();
        let (_, value) = pairs.find(|(name, _)| name == "ss_result").unwrap();
        serde_json::from_slice(&STANDARD.decode(value.as_bytes()).unwrap()).unwrap()
    }
}

/// Stops a process, or has it go on.
fn signal(process: &str, signal: &str) {
    succeed(Command::new("kill").args([signal, process]), LIMIT);
}

fn demo_link() -> String {
    let demo = succeed(Command::new(PROGRAM).args(["demo", "--link"]), LIMIT);
    demo.stdout.trim().to_owned()
}

/// How far the main button is above the lower edge.
const MAIN: i32 = 40;

/// Another program's window, above everything and with the keyboard.
fn another(display: &Display) -> RustConnection {
    let (line, screen) = x11rb::connect(Some(&display.name)).unwrap();
    let root = line.setup().roots[screen].root;
    let window = line.generate_id().unwrap();
    let aux = CreateWindowAux::new();
    let class = WindowClass::INPUT_OUTPUT;
    line.create_window(0, window, root, 0, 0, 1000, 1000, 0, class, 0, &aux)
        .unwrap();
    line.map_window(window).unwrap();
    line.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)
        .unwrap()
        .check()
        .unwrap();
    line
}

#[test]
fn r11_clicks_in_a_row_keep_what_signs_inert() {
    let opened = Opened::ready();
    // The PIN is typed: a click is all that it takes.
    opened.display.xdotool(&["type", PIN]);
    opened.vanish();
    let end = Instant::now() + 4 * PAUSE;
    while Instant::now() < end {
        opened.click(MAIN);
        sleep(QUICK);
    }
    assert!(!opened.has_ended());
    sleep(PAUSE);
    opened.click(MAIN);
    sleep(2 * PAUSE);
    opened.key("Escape");
    assert_eq!(opened.result()["success"], true);
}

#[test]
fn r11_a_pin_typed_for_another_program_is_not_taken() {
    let opened = loop {
        let opened = Opened::new();
        opened.focus();
        // In the middle of typing, as the window comes up. One process types all of it: to
        // start another may take longer than the window waits for the next key.
        let typing = ["type", "--args", "1", "--delay", "60", PIN, "key", "Return"];
        opened.display.xdotool(&typing.repeat(6));
        if !opened.has_ended() {
            break opened;
        }
        // While the keys of the demo token are still being made, Return is on Cancel, and
        // that page signs nothing: it may be left at once.
        assert_eq!(opened.result()["error"], "SS_TOKEN_NOT_FOUND");
    };
    sleep(PAUSE);
    // Nothing of it is in the box: six more digits are a PIN, and the right one.
    opened.display.enter(PIN);
    sleep(PAUSE);
    opened.key("Escape");
    let result = opened.result();
    assert_eq!(result["success"], true, "{result}");
}

#[test]
fn r11_what_gives_up_does_nothing_at_once_either() {
    let opened = Opened::ready();
    opened.vanish();
    for _ in 0..20 {
        opened.key("Escape");
        sleep(QUICK);
    }
    assert!(!opened.has_ended());
    sleep(PAUSE);
    opened.key("Escape");
    assert_eq!(opened.result()["error"], "SS_SIGN_CANCELLED");
}

/// Escape before the time would be over does nothing on a page that has one, and the time
/// begins again: once is not enough there.
#[test]
fn a_page_with_nothing_to_commit_is_left_at_once() {
    const DEMO: &[&str] = &["--reader", "demo"];
    let link = demo_link();
    let pages: [(&str, &[&str], &[&str]); 7] = [
        ("the token window", DEMO, &[]),
        ("unlocking, what it needs", DEMO, &["shift+Tab", "Return"]),
        ("the first link", DEMO, &["Tab", "Return"]),
        ("the second link", DEMO, &["Tab", "Tab", "Return"]),
        ("the third link", DEMO, &["Tab", "Tab", "Tab", "Return"]),
        (
            "a link that is refused",
            &["open", "--", "securesign://sign?x=1"],
            &[],
        ),
        ("no token to sign with", &["open", "--print", &link], &[]),
    ];
    for (page, line, way) in pages {
        let opened = Opened::with(line, None);
        opened.focus();
        if !way.is_empty() {
            // The token has been read.
            sleep(PAUSE);
            let keys: Vec<&str> = ["key"].iter().chain(way).copied().collect();
            opened.display.xdotool(&keys);
            sleep(QUICK);
            opened.key("Escape");
            // Back on the page before.
            sleep(PAUSE);
            assert!(!opened.has_ended(), "{page} was not there");
        }
        opened.key("Escape");
        assert!(eventually(LIMIT, || opened.has_ended()), "{page}");
    }
    // One with something to commit, for comparison: the form of a new PIN.
    let opened = Opened::with(DEMO, None);
    opened.focus();
    sleep(PAUSE);
    opened.key("Return");
    sleep(QUICK);
    opened.key("Escape");
    sleep(PAUSE);
    for _ in 0..2 {
        assert!(!opened.has_ended());
        opened.key("Escape");
        sleep(PAUSE);
    }
    assert!(opened.has_ended());
}

#[test]
fn r11_the_time_begins_when_the_window_has_the_focus() {
    let opened = Opened::ready();
    let other = another(&opened.display);
    sleep(PAUSE);
    drop(other);
    // Somebody types there, and all at once it is typed here.
    opened.focus();
    opened.display.xdotool(&["type", "--delay", "30", "999999"]);
    opened.key("Return");
    sleep(PAUSE);
    opened.display.enter(PIN);
    sleep(PAUSE);
    opened.key("Escape");
    let result = opened.result();
    assert_eq!(result["success"], true, "{result}");
}

/// A program that stands still has its keys waiting for it, however long that lasts.
#[test]
fn r11_what_is_typed_while_the_program_stands_still_comes_too_early() {
    const SOON: Duration = Duration::from_millis(400);
    let opened = Opened::ready();
    let (window, process) = (opened.display.window(), opened.process());
    let stopped_in_time = || {
        opened.hide(window);
        let shown = Instant::now();
        opened.reappear(window);
        signal(&process, "-STOP");
        let in_time = shown.elapsed() < SOON;
        if !in_time {
            // The machine is busy: nothing would be shown by what comes.
            signal(&process, "-CONT");
        }
        in_time
    };
    assert!(eventually(4 * LIMIT, stopped_in_time));
    opened.display.xdotool(&["type", PIN]);
    opened.key("Return");
    sleep(PAUSE);
    signal(&process, "-CONT");
    sleep(PAUSE);
    // Had it been signed, this would not be said of it.
    opened.key("Escape");
    assert_eq!(opened.result()["error"], "SS_SIGN_CANCELLED");
}

#[test]
fn what_is_typed_on_a_page_that_was_read_waits_for_a_program_that_stands_still() {
    let opened = Opened::ready();
    let process = opened.process();
    signal(&process, "-STOP");
    opened.display.xdotool(&["type", PIN]);
    opened.key("Return");
    sleep(PAUSE);
    signal(&process, "-CONT");
    sleep(PAUSE);
    opened.key("Escape");
    assert_eq!(opened.result()["success"], true);
}

#[test]
fn a_pin_that_was_interrupted_is_never_sent_with_a_hole_in_it() {
    let opened = Opened::ready();
    opened.display.xdotool(&["type", "12"]);
    opened.vanish();
    opened.display.xdotool(&["type", "34"]);
    sleep(PAUSE);
    // With the first two still there this would be 123456.
    opened.display.enter("3456");
    opened.display.enter(PIN);
    sleep(PAUSE);
    opened.key("Escape");
    let result = opened.result();
    assert_eq!(result["success"], true, "{result}");
}

#[test]
fn r26_what_is_half_typed_is_gone_when_the_screen_was_locked() {
    let bus = Bus::start();
    let opened = Opened::on(Some(&bus));
    opened.display.focus();
    opened.display.xdotool(&["type", "1234"]);
    bus.emit(
        "/org/freedesktop/ScreenSaver",
        "org.freedesktop.ScreenSaver.ActiveChanged",
        Some("boolean:true"),
    );
    sleep(PAUSE);
    // With the first four still there this would be the right PIN.
    opened.display.enter("56");
    opened.display.enter("999999");
    opened.key("Escape");
    let result = opened.result();
    assert_eq!(result["error"], "SS_PIN_INVALID", "{result}");
}
