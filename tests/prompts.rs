//! Questions in a real terminal: how they are answered, and how a person gives up at
//! each moment there is.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/bus.rs"]
mod bus;
#[path = "support/home.rs"]
mod home;
#[path = "support/pair.rs"]
mod pair;
#[path = "support/pty.rs"]
mod pty;
mod support;
#[path = "prompts/ways.rs"]
mod ways;

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use bus::Bus;
use home::{Home, LIMIT, demo_link, fresh, result};
use pair::Pair;
use pty::{Ended, Terminal};
use securesign_vendors::openpgp::emulator::{self as openpgp, OpenPgpCard};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot, YUBIKEY5};
use serde_json::Value;
use support::pcscd::Daemon;
use support::run::{eventually, run, succeed};
use support::vpcd::VirtualCard;

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";
const CTRL_BACKSLASH: &str = "\x1c";
const CERTIFICATE: &str = "Certificate number";
const ASKS: &str = "PIN (Enter cancels):";
const SURE: &str = "[y/N]";
const PIN: &str = "123456";

/// The demo's link in a terminal.
fn demo(home: &Home) -> Terminal {
    let link = fresh(&demo_link());
    let words = ["--reader", "demo", "sign", "--print", &link];
    Terminal::start(&home.program(&words))
}

/// At the question for the PIN.
fn asked(home: &Home) -> Terminal {
    let mut terminal = demo(home);
    terminal.says(CERTIFICATE, 1);
    terminal.types("\n");
    terminal.says(ASKS, 1);
    terminal
}

/// What the portal got.
fn told(ended: &Ended) -> Value {
    let mut lines = ended.text.lines().map(str::trim);
    let url = lines.find(|line| line.contains("ss_result="));
    result(url.unwrap_or_else(|| panic!("nothing was sent: {}", ended.text)))
}

/// The person gave up: the portal hears it, the journal says so, the terminal is as it
/// was.
fn gave_up(home: &Home, ended: &Ended, code: &str) {
    assert_eq!(told(ended)["error"], code, "{}", ended.text);
    assert_eq!((ended.code, ended.echo), (1, true), "{}", ended.text);
    let journal = succeed(&mut home.program(&["journal", "--json"]), LIMIT).stdout;
    assert!(journal.contains(code), "{journal}");
}

#[test]
fn ctrl_c_gives_up_at_each_question_and_the_portal_is_told() {
    type Way = fn(&Home) -> Terminal;
    let last_try: Way = |home| {
        let mut terminal = asked(home);
        for times in 1..=2 {
            terminal.types("999999\n");
            terminal.says(ASKS, times + 1);
        }
        terminal.types("999999\n");
        terminal.says(SURE, 1);
        terminal
    };
    let half: Way = |home| {
        let mut terminal = asked(home);
        terminal.types("1234");
        sleep(Duration::from_millis(200));
        terminal
    };
    let chooses: Way = |home| {
        let terminal = demo(home);
        terminal.says(CERTIFICATE, 1);
        terminal
    };
    let table: [(&str, Way, &str); 4] = [
        ("the certificate", chooses, "SS_SIGN_CANCELLED"),
        ("the PIN", asked, "SS_SIGN_CANCELLED"),
        ("the PIN, half typed", half, "SS_SIGN_CANCELLED"),
        ("the last try", last_try, "SS_PIN_INVALID"),
    ];
    for (moment, way, code) in table {
        for key in [CTRL_C, CTRL_D] {
            // In the middle of a line the end of input only hands over what there is.
            if key == CTRL_D && moment.contains("half") {
                continue;
            }
            let home = Home::new();
            let mut terminal = way(&home);
            terminal.types(key);
            let ended = terminal.ended();
            gave_up(&home, &ended, code);
        }
    }
}

#[test]
fn an_empty_line_gives_up_too() {
    let home = Home::new();
    let mut terminal = asked(&home);
    terminal.types("\n");
    gave_up(&home, &terminal.ended(), "SS_SIGN_CANCELLED");
}

#[test]
fn ctrl_c_while_a_token_is_waited_for_tells_the_portal_that_there_was_none() {
    let home = Home::new();
    let link = fresh(&demo_link());
    let mut terminal = Terminal::start(&home.program(&["sign", "--print", &link]));
    terminal.says("Press Ctrl-C to cancel", 1);
    terminal.types(CTRL_C);
    gave_up(&home, &terminal.ended(), "SS_TOKEN_NOT_FOUND");
}

#[test]
fn ctrl_c_while_the_card_works_tells_the_portal_and_a_second_one_ends_the_program() {
    let home = Home::new();
    let daemon = Daemon::start(&["Reader"]);
    let card = PivCard::builder(NIST)
        .seed(b"prompts")
        .pin(PIN)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap();
    let card = Arc::new(Mutex::new(card));
    let _inserted = VirtualCard::insert_shared(daemon.port(0), card.clone());
    let link = fresh(&demo_link());
    let mut terminal = Terminal::start(&home.with(&daemon, &["sign", "--print", &link]));
    terminal.says(ASKS, 1);
    let held = card.lock().unwrap();
    terminal.types("123456\n");
    sleep(Duration::from_millis(700));
    terminal.types(CTRL_C);
    terminal.says("ss_result=", 1);
    terminal.types(CTRL_C);
    drop(held);
    let ended = terminal.ended();
    assert_eq!(told(&ended)["error"], "SS_SIGN_CANCELLED");
    assert!([1, -2].contains(&ended.code) && ended.echo, "{ended:?}");
}

#[test]
fn ctrl_c_in_a_form_sends_nothing() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home.program(&["--reader", "demo", "pin", "change"]));
    terminal.says(ASKS, 1);
    terminal.types("123456\n");
    terminal.says("New PIN (Enter cancels):", 1);
    terminal.types(CTRL_C);
    let ended = terminal.ended();
    assert_eq!((ended.code, ended.echo), (1, true), "{}", ended.text);
    assert!(ended.text.contains("Cancelled."), "{}", ended.text);
}

#[test]
fn r20_a_pin_is_never_shown_whatever_is_pressed_beside_it() {
    let home = Home::new();
    let mut terminal = asked(&home);
    // Escape takes no other key along, and what has it is no PIN: it is not sent.
    terminal.types("\x1b123456\n");
    terminal.says(ASKS, 2);
    // Neither of these ends or stops the program with the echo off.
    terminal.types(&format!("{CTRL_Z}{CTRL_BACKSLASH}123456\n"));
    terminal.says(ASKS, 3);
    terminal.types("12x\x7f3456\n");
    let ended = terminal.ended();
    assert_eq!(told(&ended)["success"], true, "{}", ended.text);
    assert_eq!((ended.code, ended.echo), (0, true));
    for typed in [PIN, "12x", "3456\r"] {
        assert!(!ended.text.contains(typed), "{}", ended.text);
    }
}

#[test]
fn what_is_typed_before_the_question_is_no_answer() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.types("1\n999999\n");
    terminal.says(CERTIFICATE, 1);
    terminal.types("\n");
    terminal.says(ASKS, 1);
    terminal.types("123456\n");
    let ended = terminal.ended();
    assert_eq!(told(&ended)["success"], true, "{}", ended.text);
    assert!(!ended.text.contains("Wrong PIN"), "{}", ended.text);
}

#[test]
fn the_terminal_is_as_it_was_when_the_program_is_ended_from_outside() {
    for (name, number) in [("TERM", 15), ("HUP", 1)] {
        let home = Home::new();
        let mut terminal = asked(&home);
        terminal.types("123");
        let id = terminal.id();
        succeed(Command::new("kill").args(["-s", name, &id]), LIMIT);
        let ended = terminal.ended();
        assert_eq!((ended.code, ended.echo), (-number, true), "{}", ended.text);
        assert!(!ended.text.contains("ss_result="), "{}", ended.text);
    }
}

#[test]
fn r20_a_program_that_was_stopped_and_goes_on_shows_no_pin() {
    let home = Home::new();
    let mut terminal = asked(&home);
    let id = terminal.id();
    let signal = |name: &str| succeed(Command::new("kill").args(["-s", name, &id]), LIMIT);
    signal("STOP");
    // As a shell does when it has its terminal back.
    let tty = format!("/proc/{id}/fd/2");
    succeed(Command::new("stty").args(["-F", &tty, "sane"]), LIMIT);
    signal("CONT");
    sleep(Duration::from_millis(500));
    terminal.types("123456\n");
    let ended = terminal.ended();
    assert_eq!(told(&ended)["success"], true, "{}", ended.text);
    assert!(!ended.text.contains(PIN), "{}", ended.text);
}

#[test]
fn r26_what_is_half_typed_when_the_screen_is_locked_is_forgotten() {
    let bus = Bus::start();
    let home = Home::new();
    let link = fresh(&demo_link());
    let mut command = home.program(&["--reader", "demo", "sign", "--print", &link]);
    command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let mut terminal = Terminal::start(&command);
    terminal.says(CERTIFICATE, 1);
    terminal.types("\n");
    terminal.says(ASKS, 1);
    terminal.types("1234");
    sleep(Duration::from_millis(300));
    bus.emit(
        "/org/freedesktop/ScreenSaver",
        "org.freedesktop.ScreenSaver.ActiveChanged",
        Some("boolean:true"),
    );
    terminal.says(ASKS, 2);
    // With the first four this would be the right PIN; alone it is none.
    terminal.types("56\n");
    terminal.says(ASKS, 3);
    terminal.types(CTRL_C);
    let ended = terminal.ended();
    assert!(ended.text.contains("Locked."), "{}", ended.text);
    gave_up(&home, &ended, "SS_SIGN_CANCELLED");
}

#[test]
fn where_nobody_sits_an_interrupt_ends_the_program_and_nothing_is_sent() {
    let home = Home::new();
    let link = fresh(&demo_link());
    let mut command = home.program(&["sign", "--wait", "60", "--print", &link]);
    let child = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    sleep(Duration::from_secs(1));
    let id = child.id().to_string();
    let sent = || run(Command::new("kill").args(["-s", "INT", &id]), LIMIT).success;
    assert!(eventually(LIMIT, sent));
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), None);
    assert!(done.stdout.is_empty());
}

#[test]
fn a_signature_that_the_settings_hold_up_goes_when_they_are_mended_or_is_dropped() {
    let settings = |home: &Home| {
        let folder = home.0.path().join("XDG_CONFIG_HOME/securesign");
        folder.join("settings.toml")
    };
    let held = |home: &Home| {
        let mut terminal = asked(home);
        // As an editor leaves them while it writes.
        std::fs::write(settings(home), "[[portal").unwrap();
        terminal.types("123456\n");
        terminal.says("Try again? [y/N]", 1);
        assert!(!terminal.text().contains("ss_result="));
        terminal
    };
    let home = Home::new();
    let whole = std::fs::read(settings(&home)).unwrap();
    let mut terminal = held(&home);
    terminal.types("y\n");
    terminal.says("nothing has changed", 1);
    terminal.says("Try again? [y/N]", 2);
    std::fs::write(settings(&home), whole).unwrap();
    terminal.types("y\n");
    let ended = terminal.ended();
    assert_eq!(told(&ended)["success"], true, "{}", ended.text);
    assert_eq!((ended.code, ended.echo), (0, true));

    for key in ["n\n", "\n", CTRL_C] {
        let home = Home::new();
        let mut terminal = held(&home);
        terminal.types(key);
        let ended = terminal.ended();
        assert!(!ended.text.contains("ss_result="), "{}", ended.text);
        assert!(ended.text.contains("nobody was told"), "{}", ended.text);
        assert_eq!((ended.code, ended.echo), (1, true), "{}", ended.text);
    }
}

const TOO: &str = "Sign this one too? [y/N]";
const DROPPED: &str = "was dropped";

/// Several links in a terminal.
fn several(home: &Home) -> Terminal {
    let words = ["--reader", "demo", "sign", "--print", "-"];
    Terminal::start(&home.program(&words))
}

/// How each request ended, in turn, by the end of its id.
fn outcomes(ended: &Ended) -> Vec<String> {
    let lines = ended.text.lines().map(str::trim);
    let told = lines.filter(|line| line.starts_with("http") && line.contains("ss_result="));
    told.map(|url| {
        let result = result(url);
        let end = match result["success"].as_bool() {
            Some(true) => "signed",
            _ => result["error"].as_str().unwrap(),
        };
        end.to_owned()
    })
    .collect()
}

#[test]
fn links_that_were_pasted_before_a_question_come_after_its_answer() {
    let home = Home::new();
    let link = demo_link();
    // More than a terminal holds at once; what is no link is not kept.
    let count = 24;
    let mut paste = String::new();
    for _ in 0..count {
        paste.push_str(&fresh(&link));
        paste.push('\n');
    }
    assert!(paste.len() > 5_000);
    let mut terminal = several(&home);
    sleep(Duration::from_millis(300));
    terminal.types(&paste);
    terminal.says(CERTIFICATE, 1);
    terminal.types("\n");
    terminal.says(ASKS, 1);
    terminal.types("123456\n");
    for place in 1..count {
        terminal.says(TOO, place);
        terminal.types("y\n");
    }
    terminal.says("Signed", count);
    terminal.types(CTRL_D);
    let ended = terminal.ended();
    assert_eq!(outcomes(&ended), vec!["signed"; count], "{}", ended.text);
    assert!(!ended.text.contains(DROPPED), "{}", ended.text);
    assert_eq!((ended.code, ended.echo), (0, true));
}

#[test]
fn r20_a_link_in_place_of_an_answer_is_dropped_with_a_word_and_no_pin_goes_along() {
    let home = Home::new();
    let (first, second) = (fresh(&demo_link()), fresh(&demo_link()));
    let mut terminal = several(&home);
    terminal.types(&format!("{first}\n"));
    terminal.says(CERTIFICATE, 1);
    terminal.types("\n");
    terminal.says(ASKS, 1);
    // The end of a pasted line, which nobody sees, and a PIN behind it.
    terminal.types(&format!("{second}123456\n"));
    terminal.says(DROPPED, 1);
    terminal.says(ASKS, 2);
    terminal.types("123456\n");
    terminal.says("Signed", 1);
    terminal.types(CTRL_D);
    let ended = terminal.ended();
    assert_eq!(outcomes(&ended), ["signed"], "{}", ended.text);
    // It cost no try, and is no answer to the question for a certificate either.
    assert!(!ended.text.contains("Wrong PIN"), "{}", ended.text);
    assert!(!ended.text.contains(PIN), "{}", ended.text);
    let mut terminal = demo(&home);
    terminal.says(CERTIFICATE, 1);
    terminal.types(&format!("{second}\n"));
    terminal.says(DROPPED, 1);
    terminal.says(CERTIFICATE, 2);
    terminal.types("\n");
    terminal.says(ASKS, 1);
    terminal.types(CTRL_C);
    terminal.ended();
}

#[test]
fn what_was_typed_before_a_question_and_is_no_link_is_dropped_with_a_word() {
    for (ahead, said) in [("1\n999999\n", true), ("12", true), ("\n", false)] {
        let home = Home::new();
        let mut terminal = demo(&home);
        terminal.types(ahead);
        terminal.says(CERTIFICATE, 1);
        terminal.types("\n");
        terminal.says(ASKS, 1);
        terminal.types("123456\n");
        let ended = terminal.ended();
        assert_eq!(told(&ended)["success"], true, "{}", ended.text);
        assert_eq!(ended.text.contains(DROPPED), said, "{}", ended.text);
    }
}

#[test]
fn a_person_is_asked_which_application_of_a_token_is_meant() {
    const EACH: &str = "(Enter cancels):";
    let daemon = Daemon::start(&["Reader"]);
    let piv = PivCard::builder(YUBIKEY5).pin("111111").build().unwrap();
    let openpgp = OpenPgpCard::builder(openpgp::YUBIKEY5).pw1("222222");
    let pair = Pair::new(piv, openpgp.build().unwrap());
    let _card = VirtualCard::insert(daemon.port(0), Box::new(pair));
    let home = Home::new();
    let mut terminal = Terminal::start(&home.with(&daemon, &["pin", "change"]));
    terminal.says("Token number", 1);
    assert!(
        terminal.text().contains("2  OpenPGP"),
        "{}",
        terminal.text()
    );
    // There are two.
    terminal.types("3\n");
    terminal.says("Token number", 2);
    terminal.types("2\n");
    for (at, typed) in [(1, "222222\n"), (2, "482915\n"), (3, "482915\n")] {
        terminal.says(EACH, at);
        terminal.types(typed);
    }
    let ended = terminal.ended();
    assert_eq!(ended.code, 0, "{}", ended.text);

    // It was the second one's that was changed.
    let (old, new) = (home.file("old", "482915\n"), home.file("new", "666666\n"));
    let line = [
        "pin",
        "change",
        "--application",
        "OpenPGP",
        "--pin-file",
        &old,
    ];
    let line = [&line[..], &["--new-pin-file", &new]].concat();
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    // Nobody chooses: nothing is sent.
    let mut terminal = Terminal::start(&home.with(&daemon, &["pin", "change"]));
    terminal.says("Token number", 1);
    terminal.types(CTRL_C);
    assert_eq!(terminal.ended().code, 1);
}
