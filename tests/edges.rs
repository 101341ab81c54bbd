//! Where things do not go as planned, worked by real keys on a display of its own: a portal
//! that nobody has allowed, a certificate that is too old, a token that nothing unlocks.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use home::{Home, demo_link, result};
use securesign_vendors::piv::emulator::{Builder, KeyKind, NIST, PivCard, Slot};
use support::display::{Display, PAUSE};
use support::pcscd::Daemon;
use support::run::{Finished, run};
use support::vpcd::VirtualCard;

const PIN: &str = "123456";

fn card() -> Builder {
    PivCard::builder(NIST)
        .seed(b"edges")
        .pin(PIN)
        .key(Slot::SIGNATURE, KeyKind::P256)
}

/// Opens a link with this card, lets `person` act, and gives what came of it.
fn open(home: &Home, card: Builder, link: &str, person: impl FnOnce(&Display)) -> Finished {
    let daemon = Daemon::start(&["Reader"]);
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card.build().unwrap()));
    let display = Display::new();
    let mut command = home.with(&daemon, &["open", "--print", link]);
    command.env("DISPLAY", &display.name);
    let program = std::thread::spawn(move || run(&mut command, Duration::from_secs(90)));
    display.focus();
    sleep(PAUSE);
    person(&display);
    program.join().expect("the program")
}

fn press(display: &Display, keys: &[&str]) {
    for key in keys {
        display.xdotool(&["key", key]);
    }
    sleep(PAUSE);
}

#[test]
fn a_portal_is_allowed_where_it_was_refused_and_its_request_is_signed() {
    let home = Home::bare();
    let settings = home
        .0
        .path()
        .join("XDG_CONFIG_HOME/securesign/settings.toml");
    // A portal somewhere else, with a key that is no test key.
    let link = demo_link();
    let mut url = url::Url::parse(&link).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let other = pairs.into_iter().map(|(name, value)| match name.as_str() {
        "callbackUrl" => (name, "https://services.gst.gov.in/signed".to_owned()),
        "apiKey" => (name, "ss_live_edges".to_owned()),
        _ => (name, value),
    });
    let other: Vec<(String, String)> = other.collect();
    url.query_pairs_mut().clear().extend_pairs(other);
    let done = open(&home, card(), url.as_str(), |display| {
        // Close is where the focus is; the way to allow it stands before it.
        press(display, &["shift+Tab", "Return"]);
        // Whoever only presses Return is back where it was refused.
        press(display, &["Return"]);
        assert!(!settings.exists());
        press(display, &["shift+Tab", "Return"]);
        press(display, &["Tab", "Return"]);
        // The same request, and who asked for it.
        sleep(PAUSE);
        display.enter(PIN);
        press(display, &["Escape"]);
    });
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stdout
            .starts_with("https://services.gst.gov.in/signed?")
    );
    assert_eq!(result(&done.stdout)["success"], true);
    let written = fs::read_to_string(&settings).unwrap();
    assert!(written.contains("origin = \"https://services.gst.gov.in\""));
    assert!(!written.contains("ss_live_edges"), "{written}");
}

#[test]
fn a_portal_that_is_not_allowed_hears_nothing() {
    let home = Home::bare();
    let done = open(&home, card(), &demo_link(), |display| {
        press(display, &["shift+Tab", "Return"]);
        press(display, &["Escape"]);
        press(display, &["Escape"]);
    });
    assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""), "{done:?}");
}

#[test]
fn with_an_expired_certificate_no_key_signs_and_the_portal_hears_why() {
    let home = Home::new();
    let (from, to) = (0, 1_700_000_000);
    let old = card().validity(Duration::from_secs(from), Duration::from_secs(to));
    let done = open(&home, old, &demo_link(), |display| {
        display.enter(PIN);
        press(display, &["Return"]);
        press(display, &["Escape"]);
    });
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(result(&done.stdout)["error"], "SS_CERT_EXPIRED");
}

#[test]
fn a_token_that_nothing_unlocks_any_more_ends_on_a_page_that_return_closes() {
    let home = Home::new();
    let done = open(&home, card().tries(1, 1), &demo_link(), |display| {
        // The last try of the PIN, and the question before it.
        display.enter("999999");
        press(display, &["Tab", "Return"]);
        // Blocked: what unlocking needs, then a wrong PUK and a new PIN.
        press(display, &["Return"]);
        press(display, &["Return"]);
        display.enter("99999999");
        display.xdotool(&["type", "482915"]);
        display.xdotool(&["key", "Tab"]);
        display.enter("482915");
        // Nothing is asked for any more: what is typed goes nowhere.
        display.enter("12345678");
    });
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(result(&done.stdout)["error"], "SS_PIN_BLOCKED");
}
