//! The window, on a screen of its own, worked by a keyboard that xdotool presses.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use support::display::{Display, PAUSE};
use support::run::{Scratch, run, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_securesign");
const LIMIT: Duration = Duration::from_secs(30);

/// Opens the window for the demo's link, lets `person` act, and gives the exit
/// code and the result that went to the portal.
fn open(person: impl FnOnce(&Display)) -> (Option<i32>, Value) {
    open_at(|display, _| person(display))
}

/// The same for a person who goes to the settings file meanwhile.
fn open_at(person: impl FnOnce(&Display, &Path)) -> (Option<i32>, Value) {
    let home = Scratch::new("window");
    let display = Display::new();
    let demo = succeed(Command::new(PROGRAM).args(["demo", "--link"]), LIMIT);
    let mut command = Command::new(PROGRAM);
    command
        .args(["--reader", "demo", "open", "--print", demo.stdout.trim()])
        .env("DISPLAY", &display.name)
        .env_remove("WAYLAND_DISPLAY")
        .env("LC_ALL", "C")
        .env_remove("LANGUAGE")
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env("XDG_DATA_HOME", home.path());
    let program = std::thread::spawn(move || run(&mut command, Duration::from_secs(60)));
    display.focus();
    person(&display, &home.path().join("securesign/settings.toml"));
    let done = program.join().expect("the program");
    let url = url::Url::parse(done.stdout.trim()).expect("a callback");
    let (_, value) = url
        .query_pairs()
        .find(|(name, _)| name == "ss_result")
        .unwrap();
    (
        done.code,
        serde_json::from_slice(&STANDARD.decode(value.as_bytes()).unwrap()).unwrap(),
    )
}

#[test]
fn a_pin_typed_into_the_window_signs_after_a_wrong_one() {
    let (code, result) = open(|display| {
        display.enter("999999");
        display.enter("123456");
        display.xdotool(&["key", "Escape"]);
    });
    assert_eq!(result["success"], true, "{result}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_pin_blocked_in_the_window_is_unlocked_there_and_signs() {
    let (code, result) = open(|display| {
        display.enter("999999");
        display.enter("999999");
        // One try is left: typed, then confirmed on a screen of its own, where
        // Return alone must not do it.
        display.enter("999999");
        display.xdotool(&["key", "Tab"]);
        display.xdotool(&["key", "Return"]);
        sleep(PAUSE);
        // Blocked: the main button unlocks, and says first what that needs.
        for _ in 0..2 {
            display.xdotool(&["key", "Return"]);
            sleep(PAUSE);
        }
        display.enter("12345678");
        display.xdotool(&["type", "482915"]);
        display.xdotool(&["key", "Tab"]);
        display.enter("482915");
        display.enter("482915");
        display.xdotool(&["key", "Escape"]);
    });
    assert_eq!(result["success"], true, "{result}");
    assert_eq!(code, Some(0));
}

#[test]
fn closing_the_window_tells_the_portal() {
    let (code, result) = open(|display| display.xdotool(&["key", "Escape"]));
    assert_eq!(result["error"], "SS_SIGN_CANCELLED");
    assert_eq!(code, Some(1));
}

#[test]
fn a_signature_that_the_settings_hold_up_is_sent_from_the_window_when_they_are_mended() {
    let (code, result) = open_at(|display, settings| {
        fs::create_dir_all(settings.parent().unwrap()).unwrap();
        fs::write(settings, "[[portal").unwrap();
        display.enter("123456");
        sleep(PAUSE);
        // Nothing has changed yet; then it has.
        display.xdotool(&["key", "Return"]);
        sleep(PAUSE);
        fs::remove_file(settings).unwrap();
        display.xdotool(&["key", "Return"]);
        sleep(PAUSE);
        display.xdotool(&["key", "Escape"]);
    });
    assert_eq!(result["success"], true, "{result}");
    assert_eq!(code, Some(0));
}
