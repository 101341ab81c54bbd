//! A kept PIN in the running program: what ends it from outside, and what another
//! start of the program sees. Against a real PC/SC daemon and real busses.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/batch.rs"]
mod batch;
#[path = "support/bus.rs"]
mod bus;
mod support;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

use batch::{Batch, Place};
use bus::Bus;
use support::run::{eventually, run, succeed};

const LIMIT: Duration = Duration::from_secs(30);
const PIN: &str = "123456";

fn place() -> (Place, String) {
    let place = Place::new(PIN);
    let file = place.home.path().join("pin");
    fs::write(&file, format!("{PIN}\n")).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (place, file)
}

fn is_signed(place: &Place, url: &str) -> bool {
    let shown = succeed(&mut place.program(&["result", url.trim()]), LIMIT).stdout;
    assert!(shown.contains("\"success\": "), "{shown}");
    shown.contains("\"success\": true")
}

#[test]
fn r26_sleep_and_the_screen_lock_end_a_kept_pin_and_log_the_card_out() {
    const LOGIN: &str = "/org/freedesktop/login1";
    const SLEEP: &str = "org.freedesktop.login1.Manager.PrepareForSleep";
    const LOCK: &str = "org.freedesktop.login1.Session.Lock";
    let (login, desktop) = (Bus::start(), Bus::start());
    let (no, yes) = (Some("boolean:false"), Some("boolean:true"));
    let ends: [(&Bus, &str, &str, Option<&str>); 4] = [
        (&login, LOGIN, SLEEP, yes),
        (&login, "/org/freedesktop/login1/session/_31", LOCK, None),
        (
            &desktop,
            "/org/freedesktop/ScreenSaver",
            "org.freedesktop.ScreenSaver.ActiveChanged",
            yes,
        ),
        (
            &desktop,
            "/org/gnome/ScreenSaver",
            "org.gnome.ScreenSaver.ActiveChanged",
            yes,
        ),
    ];
    for (bus, path, signal, argument) in ends {
        let (mut place, pin) = place();
        place.environment = vec![
            ("DBUS_SYSTEM_BUS_ADDRESS", login.address.clone()),
            ("DBUS_SESSION_BUS_ADDRESS", desktop.address.clone()),
        ];
        let mut batch = Batch::start(&place, &pin);
        assert!(is_signed(&place, &batch.sign(&place.link())));
        batch.says("listening to");
        batch.says("listening to");
        // The same signals also say that it is over, and others say other things.
        login.emit(LOGIN, SLEEP, no);
        desktop.emit(path, "org.gnome.ScreenSaver.ActiveChanged", no);
        desktop.emit(path, "org.example.Other.ActiveChanged", yes);
        assert!(is_signed(&place, &batch.sign(&place.link())), "{signal}");
        assert_eq!(place.status(), "SESSION_ACTIVE");

        bus.emit(path, signal, argument);
        assert!(place.becomes("ACTIVE"), "{signal}");
        batch.says("the kept PIN is forgotten");
        assert!(eventually(LIMIT, || !place.is_open()), "{signal}");
        // Nobody is there to be asked for the PIN: not signed.
        assert!(!is_signed(&place, &batch.sign(&place.link())), "{signal}");
        batch.end();
    }
}

#[test]
fn without_a_bus_a_pin_is_kept_all_the_same() {
    let (mut place, pin) = place();
    place.environment = vec![
        ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere".into()),
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere".into()),
    ];
    let mut batch = Batch::start(&place, &pin);
    assert!(is_signed(&place, &batch.sign(&place.link())));
    batch.says("a bus is not listened to");
    assert!(is_signed(&place, &batch.sign(&place.link())));
    assert_eq!(place.status(), "SESSION_ACTIVE");
    assert_eq!(batch.end().code(), Some(0));
    assert_eq!(place.status(), "ACTIVE");
    let doctor = run(&mut place.program(&["doctor"]), LIMIT);
    assert!(doctor.stdout.contains("by time alone"), "{}", doctor.stdout);
}

#[test]
fn r26_a_token_that_is_taken_out_takes_its_kept_pin_along() {
    let (mut place, pin) = place();
    let mut batch = Batch::start(&place, &pin);
    assert!(is_signed(&place, &batch.sign(&place.link())));
    assert_eq!(place.status(), "SESSION_ACTIVE");
    // The program waits for a link: nobody has it look.
    drop(place.inserted.take());
    batch.says("the kept PIN is forgotten");
    batch.end();
}

/// The card of this test stays logged in across the reset that the service does
/// for a program that is gone: only a log-out helps.
#[test]
fn r26_a_program_that_is_told_to_end_logs_the_card_out_first() {
    for (name, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        let (place, pin) = place();
        let mut batch = Batch::start(&place, &pin);
        assert!(is_signed(&place, &batch.sign(&place.link())));
        assert_eq!(place.status(), "SESSION_ACTIVE");
        // Told to end while it is logged in; it hears of it when it goes on.
        let id = held(&place, &mut batch);
        signal(name, &id);
        signal("CONT", &id);
        assert_eq!(batch.ended().signal(), Some(number), "{name}");
        assert!(!place.is_open(), "{name}");
        assert_eq!(place.status(), "ACTIVE");
    }
}

/// The control of the test above.
#[test]
fn r26_a_program_that_is_killed_would_leave_such_a_card_logged_in() {
    let (place, pin) = place();
    let mut batch = Batch::start(&place, &pin);
    let id = held(&place, &mut batch);
    signal("KILL", &id);
    batch.end();
    assert!(place.is_open());
}

/// Signs, and holds the program while its dialogue lingers with the card logged
/// in. On a busy machine the first attempt may come too late.
fn held(place: &Place, batch: &mut Batch) -> String {
    let id = batch.id().to_string();
    for _ in 0..20 {
        batch.sign(&place.link());
        signal("STOP", &id);
        if place.is_open() {
            return id;
        }
        signal("CONT", &id);
    }
    panic!("the card is never found logged in");
}

fn signal(name: &str, id: &str) {
    succeed(Command::new("kill").args(["-s", name, id]), LIMIT);
}
