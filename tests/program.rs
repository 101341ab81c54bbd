//! The program itself, run as its users run it: on the demo token, and through a
//! real PC/SC daemon on emulated and on foreign cards.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "program/applications.rs"]
mod applications;
#[path = "program/demo.rs"]
mod demo;
#[path = "support/home.rs"]
mod home;
#[path = "support/instead.rs"]
mod instead;
#[path = "program/links.rs"]
mod links;
#[path = "support/pair.rs"]
mod pair;
#[path = "program/pins.rs"]
mod pins;
#[path = "program/sign.rs"]
mod sign;
#[path = "program/stranger.rs"]
mod stranger;
mod support;
#[path = "program/token.rs"]
mod token;
#[path = "program/written.rs"]
mod written;

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use home::{Home, LIMIT, demo_link, result};
use instead::Instead;
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use serde_json::Value;
use support::pcscd::Daemon;
use support::run::{Finished, run, succeed};
use support::vpcd::VirtualCard;

const PIN: &str = "123456";

fn piv(pin: &str, puk: &str) -> PivCard {
    PivCard::builder(NIST)
        .seed(b"program")
        .pin(pin)
        .puk(puk)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap()
}

#[test]
fn tokens_and_pins_are_listed_for_people_and_for_programs() {
    let home = Home::new();
    let done = succeed(
        &mut home.program(&["--reader", "demo", "tokens", "--json"]),
        LIMIT,
    );
    let json: Value = serde_json::from_str(&done.stdout).unwrap();
    let token = &json["readers"][0];
    assert_eq!(token["state"], "ready");
    assert_eq!(token["pin"]["triesLeft"], 3);
    assert_eq!(token["pin"]["status"], "ACTIVE");
    assert_eq!(token["puk"]["triesLeft"], Value::Null);
    assert_eq!(token["certificates"].as_array().unwrap().len(), 2);
    let done = succeed(
        &mut home.program(&["--reader", "demo", "pin", "status", "--json"]),
        LIMIT,
    );
    let json: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(json["tokens"][0]["triesLeft"], 3);
    let done = succeed(&mut home.program(&["--reader", "demo", "tokens"]), LIMIT);
    assert!(
        done.stdout.contains("PUK tries left: unknown"),
        "{}",
        done.stdout
    );
}

/// The program where the system speaks Hindi.
fn in_hindi(mut program: Command) -> Finished {
    run(program.env("LC_ALL", "hi_IN.UTF-8"), LIMIT)
}

#[test]
fn the_terminal_speaks_the_systems_language_and_json_and_results_never_do() {
    let devanagari = |text: &str| text.chars().any(|c| ('\u{900}'..='\u{97f}').contains(&c));
    let home = Home::new();
    let tokens = ["--reader", "demo", "tokens"];
    let done = in_hindi(home.program(&tokens));
    assert!(done.stdout.contains("शेष प्रयास: 3"), "{done:?}");
    let done = in_hindi(home.program(&["--reader", "demo", "tokens", "--json"]));
    assert!(done.success && !devanagari(&done.stdout), "{done:?}");
    // Nobody there to ask: the prompt's words are in the reason.
    let link = demo_link();
    let sign = ["--reader", "demo", "sign", "--print", &link];
    let done = in_hindi(home.program(&sign));
    assert!(done.stderr.contains("पिन पूछने के लिए"), "{done:?}");
    let wrong = home.file("wrong", "654321\n");
    let sign = [&sign[..], &["--pin-file", &wrong]].concat();
    let done = in_hindi(home.program(&sign));
    assert!(done.stderr.contains("पिन गलत है।"), "{done:?}");
    let result = result(&done.stdout);
    assert_eq!(result["message"], "The PIN was wrong.");
    let done = in_hindi(home.program(&["sign", "securesign://sign?"]));
    assert!(done.stderr.contains("अस्वीकृत (SS_"), "{done:?}");
    let done = in_hindi(home.program(&["doctor"]));
    assert!(done.stdout.contains("स्मार्ट कार्ड सेवा"), "{done:?}");
    // The first of several that the program speaks; C is English.
    let languages = |all: &str, list: &str| {
        let mut program = home.program(&tokens);
        program.env("LC_ALL", all).env("LANGUAGE", list);
        devanagari(&run(&mut program, LIMIT).stdout)
    };
    assert!(languages("ta_IN.UTF-8", "ta:hi:en"));
    assert!(!languages("hi_IN.UTF-8", "en:hi"));
    assert!(!languages("C", ""));
}

#[test]
fn every_trouble_with_readers_and_tokens_has_its_own_text() {
    let home = Home::new();
    let says = |command: &mut Command, expected: &[&str]| {
        let done = run(command, LIMIT);
        assert_eq!(done.code, Some(1), "{done:?}");
        let said = done.stdout + &done.stderr;
        for words in expected {
            assert!(said.contains(words), "{words:?} is missing: {said}");
        }
    };
    says(
        &mut home.program(&["tokens"]),
        &["smart-card service is not running", "pcscd"],
    );
    says(
        &mut home.program(&["doctor"]),
        &["MISSING", "pcscd", "securesign://"],
    );
    let daemon = Daemon::start(&["Reader"]);
    says(&mut home.with(&daemon, &["tokens"]), &["empty"]);
    says(
        &mut home.with(&daemon, &["pin", "status"]),
        &["No usable token", "empty"],
    );

    // An ePass2003, as OpenSC's card-epass2003.c knows it.
    let epass = [
        0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x01, 0x00, 0x11,
        0x71, 0xDF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ];
    let stranger = Instead::of_nothing(&epass, |_| vec![0x6A, 0x82]);
    let stranger = VirtualCard::insert(daemon.port(0), Box::new(stranger));
    says(
        &mut home.with(&daemon, &["tokens"]),
        &["ePass2003", "3B 9F 95 81"],
    );
    // Programs hear that it is there, and in the same words.
    let json = |line: &[&str]| -> Value {
        let done = run(&mut home.with(&daemon, line), LIMIT);
        assert_eq!(done.code, Some(1), "{done:?}");
        serde_json::from_str(&done.stdout).unwrap()
    };
    let tokens = json(&["pin", "status", "--json"])["tokens"].clone();
    assert_eq!(tokens[0]["state"], "unsupported", "{tokens}");
    assert_eq!(tokens[0], json(&["tokens", "--json"])["readers"][0]);
    assert_eq!(tokens.as_array().unwrap().len(), 1, "the empty reader");
    stranger.remove();

    let card = VirtualCard::insert(daemon.port(0), Box::new(piv(PIN, "12345678")));
    // Held only once the service has taken in that the card is another one.
    assert_eq!(
        run(&mut home.with(&daemon, &["tokens"]), LIMIT).code,
        Some(0)
    );
    let reader = daemon.reader(0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/support/hold.py");
    let mut holder = daemon
        .command("python3")
        .args([script, &reader])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    let mut word = [0; 4];
    // Kept open: it would end at a closed pipe.
    let mut said = holder.stdout.take().unwrap();
    said.read_exact(&mut word).unwrap();
    says(
        &mut home.with(&daemon, &["tokens"]),
        &["in use by", "python3"],
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(
        run(&mut home.with(&daemon, &["tokens"]), LIMIT).code,
        Some(0)
    );
    drop(card);
}

#[test]
fn the_portal_in_the_settings_may_call_and_others_are_told_how_to() {
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let callback: String =
        url::form_urlencoded::byte_serialize(b"https://portal.example.gov.in/cb?x=1#part")
            .collect();
    let link = demo_link()
        .replace("http%3A%2F%2Flocalhost%3A8080%2Fsign%2Fcallback", &callback)
        .replace("ss_test_demo", "ss_live_abcdefgh");
    let daemon = Daemon::start(&["Reader"]);
    let _card = VirtualCard::insert(daemon.port(0), Box::new(piv(PIN, "12345678")));
    let line = ["sign", &link, "--print", "--pin-file", &pin];
    let refused = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(
        (refused.code, refused.stdout.as_str()),
        (Some(2), ""),
        "{refused:?}"
    );
    // What the refusal says is what makes it work.
    let lines: Vec<&str> = refused.stderr.lines().collect();
    let start = lines
        .iter()
        .position(|line| line.contains("[[portal]]"))
        .expect("the lines to add");
    let add: Vec<&str> = lines[start..]
        .iter()
        .copied()
        .take(3)
        .map(|l| l.trim())
        .collect();
    let add = add.join("\n");
    let add = &add[add.find("[[portal]]").unwrap()..];
    let folder = home.0.path().join("XDG_CONFIG_HOME/securesign");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("settings.toml"), add).unwrap();
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}\n{add}");
    assert!(
        done.stdout
            .starts_with("https://portal.example.gov.in/cb?x=1&ss_result=")
    );
    // The demo token serves no live key, whoever is listed.
    let line = [
        "--reader",
        "demo",
        "sign",
        &link,
        "--print",
        "--pin-file",
        &pin,
    ];
    let demo = run(&mut home.program(&line), LIMIT);
    assert_eq!((demo.code, demo.stdout.as_str()), (Some(2), ""), "{demo:?}");
    // Settings that are not understood refuse everything, and say which line.
    fs::write(folder.join("settings.toml"), "[[portal]]\norigin = 7\n").unwrap();
    let line = ["sign", &link, "--print", "--pin-file", &pin];
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(2));
    assert!(
        done.stderr.contains("settings.toml") && done.stderr.contains("line"),
        "{}",
        done.stderr
    );
}

#[test]
fn traces_are_played_with_their_drivers_and_it_is_said_where_they_part() {
    let home = Home::new();
    let own = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../apdu-traces/esteid/esteid8-sign.trace"
    );
    let text = fs::read_to_string(own).unwrap();
    let other = home.file("other", &text.replace("00 20 00 85", "00 20 00 01"));
    let ends = home.file("ends", &text.replace("expect:  signed", "expect:  blocked"));
    let play = |files: &[&str]| {
        let line = [&["trace", "check"], files].concat();
        run(&mut home.program(&line), LIMIT)
    };
    let all = play(&[own]);
    assert_eq!(all.code, Some(0), "{all:?}");
    assert!(all.stdout.ends_with("commands agree: signed\n"), "{all:?}");
    let parted = play(&[own, &other, &ends]);
    assert_eq!(parted.code, Some(1), "{parted:?}");
    let lines: Vec<&str> = parted.stdout.lines().collect();
    assert_eq!(lines[0], all.stdout.trim_end());
    assert!(
        lines[1].contains("parts after") && lines[1].contains("00 20 00 85"),
        "{lines:?}"
    );
    assert!(
        lines[2].contains("ends otherwise: signed (expected: blocked)"),
        "{lines:?}"
    );
    let unknown = home.file("unknown", "profile: nothing\n");
    assert_eq!(play(&[&unknown]).code, Some(1));
    let none = home.file("none", "nonsense\n");
    assert_eq!(play(&[&none]).code, Some(2));
}

#[test]
fn a_trace_is_recorded_and_shown() {
    let home = Home::new();
    let file = home.0.path().join("trace");
    let file = file.to_str().unwrap();
    let line = ["trace", "record", file, "--", "--reader", "demo", "tokens"];
    let done = succeed(&mut home.program(&line), LIMIT);
    assert!(done.stdout.contains("Demo Holder"));
    let text = fs::read_to_string(file).unwrap();
    assert!(
        text.contains("== select the application") && text.contains("<hidden:"),
        "{text}"
    );
    // "Demo Holder" as bytes: certificates are not in it.
    assert!(!text.contains("44 65 6D 6F 20 48 6F 6C 64 65 72"));
    let shown = succeed(&mut home.program(&["trace", "show", file]), LIMIT);
    assert!(shown.stdout.contains("tries left: 3") && shown.stdout.contains("bytes to the card"));
    let bad = home.file("bad", "nonsense\n");
    assert_eq!(
        run(&mut home.program(&["trace", "show", &bad]), LIMIT).code,
        Some(2)
    );
}

#[test]
fn usage_errors_are_exit_code_2_and_help_is_0() {
    let home = Home::new();
    let code = |line: &[&str]| -> (Option<i32>, Finished) {
        let done = run(&mut home.program(line), LIMIT);
        (done.code, done)
    };
    assert_eq!(code(&["--help"]).0, Some(0));
    assert_eq!(code(&["no-such-command"]).0, Some(2));
    assert_eq!(
        code(&["sign", "x", "--pin-file", "/no/such/file"]).0,
        Some(2)
    );
    assert_eq!(code(&["sign", "-", "--pin-file", "-"]).0, Some(2));
    // Nobody to ask: the request is not spent.
    let link = demo_link();
    let (exit, done) = code(&["--reader", "demo", "sign", &link, "--print"]);
    assert_eq!((exit, done.stdout.as_str()), (Some(2), ""), "{done:?}");
    assert!(done.stderr.contains("--pin-file"), "{}", done.stderr);
    let pin = home.file("pin", "123456\n");
    let line = ["--reader", "demo", "sign", &link, "--print", "--pin-file"];
    assert_eq!(code(&[&line[..], &[&pin]].concat()).0, Some(0));
    assert_eq!(code(&["result", "http://localhost/"]).0, Some(2));
}
