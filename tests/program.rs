//! The program itself, run as its users run it: on the demo token, and through a
//! real PC/SC daemon on emulated and on foreign cards.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use home::{Home, LIMIT, demo_link, fresh, openssl_verifies, result};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use serde_json::Value;
use support::nitrokey::{KEYS, Nitrokey};
use support::pcscd::Daemon;
use support::run::{Finished, feed, run, succeed};
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
fn the_demo_signs_and_openssl_agrees() {
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    let line = [
        "--reader",
        "demo",
        "sign",
        &link,
        "--print",
        "--pin-file",
        &pin,
    ];
    let done = run(&mut home.program(&line), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(result(&done.stdout)["success"], true);
    openssl_verifies(&home, &done.stdout);
    // The PIN on standard input does the same.
    let link = demo_link();
    let line = [
        "--reader",
        "demo",
        "sign",
        &link,
        "--print",
        "--pin-file",
        "-",
    ];
    let done = feed(&mut home.program(&line), b"123456\n", LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
}

#[test]
fn a_wrong_pin_is_told_to_the_portal_and_one_that_cannot_be_right_is_not_sent() {
    let home = Home::new();
    let link = demo_link();
    let sign = |pin: &str| {
        let pin = home.file("pin", pin);
        let link = fresh(&link);
        let line = [
            "--reader",
            "demo",
            "sign",
            &link,
            "--print",
            "--pin-file",
            &pin,
        ];
        let done = run(&mut home.program(&line), LIMIT);
        assert_eq!(done.code, Some(1), "{done:?}");
        (result(&done.stdout), done.stderr)
    };
    let (wrong, _) = sign("999999");
    assert_eq!(wrong["error"], "SS_PIN_INVALID");
    assert_eq!(wrong["remainingAttempts"], 2);
    let (impossible, said) = sign("12345");
    assert_eq!(impossible["error"], "SS_SIGN_CANCELLED");
    assert!(said.contains("no try is lost"), "{said}");
}

#[test]
fn several_links_are_signed_in_one_run_with_one_pin() {
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    let links = format!("{link}\n\n{}\n", link.replace("=demo-", "=second-"));
    let line = [
        "--reader",
        "demo",
        "sign",
        "-",
        "--print",
        "--pin-file",
        &pin,
    ];
    let done = feed(&mut home.program(&line), links.as_bytes(), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    let results: Vec<Value> = done.stdout.lines().map(result).collect();
    assert_eq!(results.len(), 2);
    let id = |at: usize| results[at]["requestId"].as_str().unwrap();
    assert!(id(0).starts_with("demo-") && id(1).starts_with("second-"));
    assert_eq!(id(0)[5..], id(1)[7..]);
    assert!(results.iter().all(|result| result["success"] == true));
    // Another origin asks again; here nobody can be asked.
    let link = demo_link();
    let links = format!("{link}\n{}\n", link.replace("8080", "9090"));
    let done = feed(&mut home.program(&line), links.as_bytes(), LIMIT);
    assert_eq!(done.code, Some(1));
    assert_eq!(
        result(done.stdout.lines().nth(1).unwrap())["error"],
        "SS_SIGN_CANCELLED"
    );
}

#[test]
fn what_is_said_in_a_terminal_speaks_of_no_window_and_of_no_browser_that_there_is_none_of() {
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    // Two that are signed, one that deceives.
    let links = format!(
        "{link}\n{}\n{link}&requestId=b\n",
        link.replace("=demo-", "=second-")
    );
    let words = ["--reader", "demo", "sign", "-", "--print", "--pin-file"];
    let line = [&words[..], &[&pin]].concat();
    for language in ["C", "hi_IN.UTF-8"] {
        let home = Home::new();
        let mut program = home.program(&line);
        program.env("LC_ALL", language);
        let done = feed(&mut program, links.as_bytes(), LIMIT);
        assert_eq!(done.stdout.lines().count(), 2, "{done:?}");
        let said = done.stderr.to_lowercase();
        for wrong in [
            "browser",
            "window",
            "ब्राउज़र",
            "विंडो",
            "appear here",
            "यहीं दिखेगा",
        ] {
            assert!(!said.contains(wrong), "{wrong}: {said}");
        }
        if language == "C" {
            assert!(said.contains("standard output"), "{said}");
            assert!(said.contains("when this command ends"), "{said}");
        }
    }
    // No token, no service.
    let waits = ["sign", "--print", "--wait", "0", &link];
    let done = run(&mut home.program(&waits), LIMIT);
    assert!(!done.stderr.contains("window"), "{}", done.stderr);
    let daemon = Daemon::start(&["Reader"]);
    let link = fresh(&link);
    let waits = ["sign", "--print", "--wait", "0", &link];
    let done = run(&mut home.with(&daemon, &waits), LIMIT);
    assert!(done.stderr.contains("reader is empty"), "{}", done.stderr);
    assert!(!done.stderr.contains("window"), "{}", done.stderr);
}

#[test]
fn a_certificate_that_only_one_of_two_tokens_has_says_which_token_is_meant() {
    let daemon = Daemon::start(&["First", "Second"]);
    let card = |slot, pin: &str| {
        let card = PivCard::builder(NIST)
            .seed(b"two")
            .pin(pin)
            .key(slot, KeyKind::P256)
            .key(Slot::KEY_MANAGEMENT, KeyKind::P256);
        Arc::new(Mutex::new(card.build().unwrap()))
    };
    // Serial numbers are those of the places: 9D is on both.
    let cards = [
        card(Slot::SIGNATURE, "111111"),
        card(Slot::AUTHENTICATION, "222222"),
    ];
    let inserted = [0, 1].map(|at| VirtualCard::insert_shared(daemon.port(at), cards[at].clone()));
    let home = Home::new();
    let link = demo_link();
    for (serial, pin, signs) in [
        ("&certSerial=9C", "111111", true),
        ("&certSerial=9A", "222222", true),
        ("&certSerial=9D", "111111", false),
        ("", "111111", false),
    ] {
        let pin = home.file("pin", pin);
        let line = ["sign", "-", "--print", "--pin-file", &pin];
        let link = format!("{}{serial}", fresh(&link));
        let done = feed(&mut home.with(&daemon, &line), link.as_bytes(), LIMIT);
        let asked = done.stderr.contains("which one is meant");
        assert_eq!(
            (done.code, asked),
            (Some(if signs { 0 } else { 1 }), !signs),
            "{serial}: {done:?}"
        );
        assert_eq!(result(&done.stdout)["success"], signs, "{serial}");
        for card in &cards {
            assert_eq!(card.lock().unwrap().pin_tries(), 3, "{serial}");
        }
    }
    drop(inserted);
}

/// Each with its own text, on standard error, and no command sent to the card that is
/// there. Where request id, callback and key are good the portal hears of it, exit code
/// 1; else nothing is called back, exit code 2.
#[test]
fn bad_links_each_have_their_own_text_and_sign_nothing() {
    let daemon = Daemon::start(&["Reader"]);
    let card = VirtualCard::insert(daemon.port(0), Box::new(piv(PIN, "12345678")));
    let before = card.count();
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let good = demo_link();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let id = &good[good.find("requestId=").unwrap()..good.find("&hashBase64").unwrap()];
    let callback = "http%3A%2F%2Flocalhost%3A8080%2Fsign%2Fcallback";
    let hash = "R8oR7POoWbDau4yE34%2Fc7jQBowv5%2BLFy%2FSi%2F%2BtKFs2c%3D";
    let told = [
        with("&hashAlgo=SHA256", ""),
        with(hash, "AAAA"),
        with(hash, "R8oR7POoWbDau4y*****"),
        with("hashAlgo=SHA256", "hashAlgo=MD5"),
        with("documentType=hash", "documentType=pdf"),
    ];
    let untold = [
        with(&format!("{id}&"), ""),
        with("documentType=hash", "documentType=hash&documentType=hash"),
        with(callback, "http%3A%2F%2Fportal.example%2Fcb"),
        with(callback, "javascript%3Aalert(1)"),
        with(callback, "https%3A%2F%2Fa.example%40b.example%2Fcb"),
        with(callback, "https%3A%2F%2Fportal.example%2Fcb"),
        with("apiKey=ss_test_demo", "apiKey=demo"),
        with("securesign://sign", "securesign://login"),
        with("=demo-", "=demo%ZZ1"),
        with("=demo-", "=demo%001"),
        good[..good.len() / 2].to_owned(),
        format!("{good}&more={}", "A".repeat(3 << 20)),
        "A".repeat(3 << 20),
        "mailto:somebody".into(),
    ];
    let mut texts = Vec::new();
    for (link, is_told) in told
        .iter()
        .map(|link| (link, true))
        .chain(untold.iter().map(|link| (link, false)))
    {
        // Over standard input, because no argument can be that long.
        let line = ["sign", "-", "--print", "--pin-file", &pin];
        let done = feed(&mut home.with(&daemon, &line), link.as_bytes(), LIMIT);
        let shown: String = link.chars().take(200).collect();
        if is_told {
            assert_eq!(done.code, Some(1), "{shown}: {done:?}");
            assert_eq!(result(&done.stdout)["error"], "SS_REQUEST_INVALID");
        } else {
            assert_eq!(done.code, Some(2), "{shown}: {done:?}");
            assert_eq!(done.stdout, "", "{shown}");
        }
        assert!(done.stderr.len() < 2000, "{shown}: {}", done.stderr);
        texts.push(done.stderr);
    }
    assert_eq!(card.count(), before);
    // The two that are too long, and the two other addresses, may read alike.
    let mut distinct = texts.clone();
    distinct.sort();
    distinct.dedup();
    assert!(distinct.len() >= texts.len() - 2, "{texts:#?}");
}

#[test]
fn r01_one_argument_is_a_link_and_a_link_sets_no_option() {
    let home = Home::new();
    let link = demo_link();
    let refused = |line: &[&str]| {
        let done = run(&mut home.program(line), LIMIT);
        assert_eq!(done.code, Some(2), "{line:?}: {done:?}");
        assert_eq!(done.stdout, "", "{line:?}");
    };
    for command in ["open", "sign"] {
        refused(&[command]);
        refused(&[command, &link, &link]);
        refused(&[command, &link, "--pin", "123456"]);
        refused(&[command, "--reader=demo"]);
        refused(&[command, "--no-such-option"]);
        refused(&[command, "-verbose"]);
    }
    // As desktop entry and registry have it: nothing after the dashes is an option.
    refused(&["open", "--", "--print"]);
    refused(&["open", "--", &link, "--print"]);
    // Not without the command, and not where no link belongs.
    refused(&[&link]);
    refused(&["tokens", &link]);
    refused(&["pin", "status", &link]);
    // What looks like an option inside a link is nothing but text.
    let sly = format!("{link}&reader=demo&print=1&--reader=demo");
    let done = run(
        &mut home.program(&["sign", &sly, "--print", "--wait", "0"]),
        LIMIT,
    );
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(result(&done.stdout)["error"], "SS_TOKEN_NOT_FOUND");

    let desktop = include_str!("../ui/desktop/securesign.desktop");
    assert!(
        desktop
            .lines()
            .any(|line| line == "Exec=securesign open -- %u"),
        "{desktop}"
    );
}

#[test]
fn r17_the_browser_gets_the_whole_url_as_one_argument_and_no_shell_sees_it() {
    let home = Home::new();
    let bin = home.0.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let log = home.0.path().join("browser");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" > '{}'\n",
        log.display()
    );
    let opener = bin.join("xdg-open");
    fs::write(&opener, script).unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let touched = home.0.path().join("touched");
    let evil = format!(
        "http://localhost:8080/cb?a=$(touch {0})&b=`touch {0}`&c=;touch {0};'\"",
        touched.display()
    );
    let encoded: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
    let link = demo_link().replace("http%3A%2F%2Flocalhost%3A8080%2Fsign%2Fcallback", &encoded);
    let pin = home.file("pin", "123456\n");
    let mut program = home.program(&["--reader", "demo", "sign", &link, "--pin-file", &pin]);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let done = run(program.env("PATH", path), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.stdout, "");
    let seen = fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "1"), "{seen}");
    assert_eq!(result(lines[1])["success"], true);
    assert!(!touched.exists());
}

#[test]
fn an_answer_that_no_browser_took_is_told_and_not_called_done() {
    // None is there; one fails, but only when all else has been done.
    for opener in [None, Some("#!/bin/sh\n/bin/sleep 1\nexit 4\n")] {
        let home = Home::new();
        let pin = home.file("pin", "123456\n");
        if let Some(script) = opener {
            let opener = home.file("xdg-open", script);
            fs::set_permissions(opener, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let link = demo_link();
        let words = ["--reader", "demo", "sign", "--pin-file", &pin, &link];
        let mut program = home.program(&words);
        program
            .env("PATH", home.0.path())
            .env("XDG_DATA_DIRS", home.0.path());
        let done = run(&mut program, LIMIT);
        let said = &done.stderr;
        assert!(said.contains("Not delivered"), "{said}");
        assert_eq!(done.code, Some(1), "{said}");
    }
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
    assert!(done.stderr.contains("पिन गलत था।"), "{done:?}");
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
fn a_blocked_token_is_unlocked_and_signs_again_through_the_daemon() {
    let daemon = Daemon::start(&["Reader"]);
    let card = Nitrokey::provisioned(&daemon, 0, &KEYS);
    let home = Home::new();
    let (right, wrong) = (
        home.file("right", "123456\n"),
        home.file("wrong", "999999\n"),
    );
    let new = home.file("new", "654321\n");
    let puk = home.file("puk", "12345678\n");
    let link = demo_link();
    let sign = |pin: &str, more: &[&str]| {
        let link = fresh(&link);
        let mut line = vec!["sign", &link, "--print", "--pin-file", pin];
        line.extend(more);
        run(&mut home.with(&daemon, &line), LIMIT)
    };
    let tries = || {
        let done = run(&mut home.with(&daemon, &["pin", "status", "--json"]), LIMIT);
        serde_json::from_str::<Value>(&done.stdout).unwrap()["tokens"][0]["triesLeft"].clone()
    };
    assert_eq!(tries(), 3);
    assert_eq!(result(&sign(&wrong, &[]).stdout)["remainingAttempts"], 2);
    assert_eq!(result(&sign(&wrong, &[]).stdout)["remainingAttempts"], 1);
    assert_eq!(tries(), 1);
    // Not without a word, which nobody is there to give.
    let kept = sign(&right, &[]);
    assert_eq!(
        result(&kept.stdout)["error"],
        "SS_SIGN_CANCELLED",
        "{kept:?}"
    );
    assert_eq!(tries(), 1);
    assert_eq!(
        result(&sign(&wrong, &["--use-last-try"]).stdout)["error"],
        "SS_PIN_BLOCKED"
    );
    assert_eq!(tries(), 0);
    let before = card.count().to_card;
    let blocked = sign(&right, &["--use-last-try"]);
    assert_eq!(result(&blocked.stdout)["error"], "SS_PIN_BLOCKED");
    assert!(card.count().to_card > before);
    let unblock = [
        "pin",
        "unblock",
        "--json",
        "--puk-file",
        &puk,
        "--new-pin-file",
        &new,
    ];
    let done = run(&mut home.with(&daemon, &unblock), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(tries(), 3);
    let signed = sign(&new, &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&home, &signed.stdout);
    let change = [
        "pin",
        "change",
        "--pin-file",
        &new,
        "--new-pin-file",
        &right,
    ];
    assert_eq!(run(&mut home.with(&daemon, &change), LIMIT).code, Some(0));
    let serial = {
        let done = run(&mut home.with(&daemon, &["tokens", "--json"]), LIMIT);
        let json: Value = serde_json::from_str(&done.stdout).unwrap();
        let certificates = json["readers"][0]["certificates"]
            .as_array()
            .unwrap()
            .clone();
        let rsa = certificates
            .iter()
            .find(|c| c["key"] == "RSA 2048")
            .unwrap();
        rsa["serialNumber"].as_str().unwrap().to_owned()
    };
    // The portal may name the certificate.
    let link = fresh(&format!("{link}&certSerial={serial}"));
    let line = ["sign", &link, "--print", "--pin-file", &right];
    let signed = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(
        result(&signed.stdout)["signatureAlgorithm"],
        "SHA256withRSA",
        "{signed:?}"
    );
    openssl_verifies(&home, &signed.stdout);
    // Nobody inherits the PIN: another program's signature is refused.
    let mut tool = daemon.command("yubico-piv-tool");
    fs::write(home.0.path().join("data"), "x").unwrap();
    let foreign = run(
        tool.args([
            "-r",
            card.reader(),
            "-a",
            "test-signature",
            "-s",
            "9a",
            "-i",
        ])
        .arg(card.certificate("9a")),
        LIMIT,
    );
    assert!(!foreign.success, "{foreign:?}");
}

#[test]
fn a_token_that_comes_late_is_noticed_and_one_that_leaves_is_told() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    let line = ["sign", &link, "--print", "--pin-file", &pin, "--wait", "40"];
    let mut command = home.with(&daemon, &line);
    let port = daemon.port(0);
    let inserted = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(1500));
        VirtualCard::insert(port, Box::new(piv(PIN, "12345678")))
    });
    let done = run(&mut command, LIMIT);
    let card = inserted.join().unwrap();
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("Connect your token"),
        "{}",
        done.stderr
    );
    card.remove_before(5);
    let link = demo_link();
    let line = ["sign", &link, "--print", "--pin-file", &pin];
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(1), "{done:?}");
    let error = result(&done.stdout)["error"].as_str().unwrap().to_owned();
    assert!(
        ["SS_TOKEN_REMOVED", "SS_TOKEN_NOT_FOUND"].contains(&error.as_str()),
        "{done:?}"
    );
}

#[test]
fn r23_a_card_reset_by_another_program_costs_no_try_and_is_not_sent_the_pin_again() {
    let daemon = Daemon::start(&["Reader"]);
    let shared = Arc::new(Mutex::new(piv(PIN, "12345678")));
    let card = VirtualCard::insert_shared(daemon.port(0), shared.clone());
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    let sign = || {
        let line = ["sign", &fresh(&link), "--print", "--pin-file", &pin];
        run(&mut home.with(&daemon, &line), LIMIT)
    };
    let whole = {
        let before = card.count().apdus;
        assert_eq!(sign().code, Some(0));
        card.count().apdus - before
    };
    println!("cold signature through PC/SC: {whole} commands");
    assert!(whole <= 10, "{whole}");
    let verifies = |shared: &Arc<Mutex<PivCard>>| shared.lock().unwrap().count(0x20);
    for nth in 1..whole {
        let before = verifies(&shared);
        card.reset_before(nth);
        let done = sign();
        let sent = verifies(&shared) - before;
        // The status query, one VERIFY at most, and the log-out.
        assert!(sent <= 4, "at {nth}: {sent} of INS 20, {done:?}");
        assert_eq!(shared.lock().unwrap().pin_tries(), 3, "at {nth}");
        assert!(matches!(done.code, Some(0 | 1)), "{done:?}");
    }
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
        &["No token", "empty"],
    );

    struct Stranger;
    impl Emulator for Stranger {
        fn atr(&self) -> Vec<u8> {
            // An ePass2003, as OpenSC's card-epass2003.c knows it.
            vec![
                0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x01, 0x00,
                0x11, 0x71, 0xDF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            ]
        }
        fn reset(&mut self) {}
        fn transmit(&mut self, _: &[u8]) -> Vec<u8> {
            vec![0x6A, 0x82]
        }
    }
    let stranger = VirtualCard::insert(daemon.port(0), Box::new(Stranger));
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

/// Another start knows what was used, and asks no card for anything.
#[test]
fn r13_a_replayed_link_is_refused_after_a_restart_with_no_command_to_the_card() {
    let daemon = Daemon::start(&["Reader"]);
    let card = VirtualCard::insert(daemon.port(0), Box::new(piv(PIN, "12345678")));
    let home = Home::new();
    home.allow(("http://localhost:9090", "ss_test_demo"));
    let pin = home.file("pin", "123456\n");
    let sign = |link: &str| {
        let line = ["sign", link, "--print", "--pin-file", &pin];
        run(&mut home.with(&daemon, &line), LIMIT)
    };
    let link = demo_link();
    assert_eq!(sign(&link).code, Some(0));
    let before = card.count();
    let refused = |done: &Finished, times: usize| {
        assert_eq!(done.code, Some(1), "{done:?}");
        let said = done.stderr.matches("SS_REQUEST_INVALID").count();
        assert_eq!(said, times, "{done:?}");
        // Its portal may call, and hears why; there is no signature.
        assert_eq!(done.stdout.lines().count(), times);
        for line in done.stdout.lines() {
            let told = result(line);
            assert_eq!(told["error"], "SS_REQUEST_INVALID");
            assert!(told.get("signatureBase64").is_none());
        }
    };
    refused(&sign(&link), 1);
    // Whatever else the link says now.
    refused(&sign(&link.replace("%2Fcallback", "%2Felsewhere")), 1);
    // One of many on standard input too.
    let line = ["sign", "-", "--print", "--pin-file", &pin];
    let links = format!("{link}\n{link}\n");
    let done = feed(&mut home.with(&daemon, &line), links.as_bytes(), LIMIT);
    refused(&done, 2);
    assert_eq!(card.count(), before);
    // The same id of another portal is another request.
    assert_eq!(sign(&link.replace("8080", "9090")).code, Some(0));

    // What cannot be noted is not signed either.
    let list = home.0.path().join("XDG_DATA_HOME/securesign/used-requests");
    let mode = fs::metadata(&list).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::remove_file(&list).unwrap();
    fs::create_dir(&list).unwrap();
    let before = card.count();
    let blind = sign(&demo_link());
    assert_eq!((blind.code, &*blind.stdout), (Some(2), ""), "{blind:?}");
    assert!(blind.stderr.contains("used-requests"), "{blind:?}");
    assert_eq!(card.count(), before);
}

#[test]
fn r13_a_request_that_was_given_up_may_be_opened_again() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    let line = ["sign", &link, "--print", "--pin-file", &pin];
    // No token is there, and nobody waits for one.
    for _ in 0..2 {
        let done = run(&mut home.with(&daemon, &line), LIMIT);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert_eq!(result(&done.stdout)["error"], "SS_TOKEN_NOT_FOUND");
    }
    let _card = VirtualCard::insert(daemon.port(0), Box::new(piv(PIN, "12345678")));
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
}

#[test]
fn r08_a_portal_that_is_taken_out_of_the_settings_gets_nothing_from_a_run_that_goes_on() {
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let daemon = Daemon::start(&["Reader"]);
    let _card = VirtualCard::insert(daemon.port(0), Box::new(piv(PIN, "12345678")));
    let line = ["sign", "-", "--print", "--pin-file", &pin];
    let mut program = home.with(&daemon, &line);
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = program.stderr(Stdio::piped()).spawn().unwrap();
    let mut links = program.stdin.take().unwrap();
    let mut answers = BufReader::new(program.stdout.take().unwrap()).lines();
    let link = demo_link();
    writeln!(links, "{link}").unwrap();
    let first = answers.next().unwrap().unwrap();
    assert_eq!(result(&first)["success"], true);
    let settings = home
        .0
        .path()
        .join("XDG_CONFIG_HOME/securesign/settings.toml");
    fs::write(&settings, "").unwrap();
    writeln!(links, "{}", fresh(&link)).unwrap();
    drop(links);
    let done = program.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(2), "{done:?}");
    assert!(answers.next().is_none());
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("SS_DOMAIN_NOT_ALLOWED"), "{said}");
}

#[test]
fn settings_that_are_being_written_cost_no_signature_where_nobody_can_be_asked() {
    for mended in [true, false] {
        let home = Home::new();
        let folder = home.0.path().join("XDG_CONFIG_HOME/securesign");
        let settings = folder.join("settings.toml");
        let whole = fs::read(&settings).unwrap();
        let pin = home.0.path().join("pin");
        succeed(Command::new("mkfifo").arg(&pin), LIMIT);
        let link = demo_link();
        let words = ["--reader", "demo", "sign", "--print", "--pin-file"];
        let line = [&words[..], &[pin.to_str().unwrap(), &link]].concat();
        let mut program = home.program(&line);
        program.stdout(Stdio::piped()).stderr(Stdio::piped());
        let program = program.stdin(Stdio::null()).spawn().unwrap();
        // Opened when the program reads it: then it has its settings, and asks again later.
        let mut typed = fs::File::options().write(true).open(&pin).unwrap();
        fs::write(&settings, "[[portal").unwrap();
        typed.write_all(b"123456\n").unwrap();
        drop(typed);
        if mended {
            std::thread::sleep(Duration::from_millis(700));
            fs::write(&settings, &whole).unwrap();
        }
        let done = program.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        let answer = String::from_utf8(done.stdout).unwrap();
        if mended {
            assert_eq!(done.status.code(), Some(0), "{said}");
            assert_eq!(result(&answer)["success"], true);
        } else {
            assert_eq!((done.status.code(), &*answer), (Some(1), ""), "{said}");
            assert!(said.contains("was dropped, and nobody was told"), "{said}");
        }
    }
}

/// Nobody has said no to the portal: it hears a signature, or nothing.
#[test]
fn a_program_that_is_ended_from_outside_tells_nobody_and_writes_no_cancellation() {
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    for after in (0..30).map(|n| Duration::from_millis(10 + 5 * n)) {
        let link = fresh(&link);
        let line = ["--reader", "demo", "sign", &link, "--print", "--pin-file"];
        let mut program = home.program(&[&line[..], &[&pin]].concat());
        program.stdin(Stdio::null()).stdout(Stdio::piped());
        let program = program.stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(after);
        let id = program.id().to_string();
        let _ = Command::new("kill").args(["-s", "TERM", &id]).status();
        let done = program.wait_with_output().unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        for line in said.lines() {
            assert_eq!(result(line)["success"], true, "{after:?}: {line}");
        }
    }
    let journal = home.0.path().join("XDG_DATA_HOME/securesign/journal.jsonl");
    let journal = fs::read_to_string(journal).unwrap_or_default();
    assert!(!journal.contains("SS_"), "{journal}");
}

/// Everything that is written anywhere, at the highest level of detail, is
/// searched for the PINs, the PUK and the API key.
#[test]
fn r22_no_secret_is_in_anything_written() {
    const RIGHT: &str = "80517364";
    const WRONG: &str = "71935284";
    const NEW: &str = "62849175";
    const UNLOCK: &str = "97531846";
    const KEY: &str = "ss_test_s3nt1nelK3yAbC";
    let daemon = Daemon::start(&["Reader"]);
    let card = VirtualCard::insert(daemon.port(0), Box::new(piv(RIGHT, UNLOCK)));
    let home = Home::new();
    home.allow(("http://localhost:8080", KEY));
    // The files with the secrets lie outside what is searched.
    let secrets = Home::new();
    let [right, wrong, new, puk] = [
        ("right", RIGHT),
        ("wrong", WRONG),
        ("new", NEW),
        ("puk", UNLOCK),
    ]
    .map(|(name, value)| secrets.file(name, &format!("{value}\n")));
    let link = demo_link().replace("ss_test_demo", KEY);
    let cut = link[..link.len() - KEY.len() - 30].to_owned() + &format!("&apiKey={KEY}");
    let elsewhere = link.replace("localhost%3A8080", "portal.example");
    let sign = |link: &str, pin: &str| -> Vec<String> {
        ["sign", link, "--print", "--pin-file", pin]
            .map(str::to_owned)
            .to_vec()
    };
    let words = |line: &[&str]| -> Vec<String> { line.iter().map(|w| (*w).to_owned()).collect() };
    let runs = [
        words(&["tokens"]),
        words(&["tokens", "--json"]),
        words(&["pin", "status"]),
        sign(&link, &right),
        sign(&link, &wrong),
        sign(&cut, &right),
        sign(&elsewhere, &right),
        words(&[
            "pin",
            "change",
            "--json",
            "--pin-file",
            &right,
            "--new-pin-file",
            &new,
        ]),
        words(&[
            "pin",
            "change",
            "--pin-file",
            &wrong,
            "--new-pin-file",
            &right,
        ]),
        words(&[
            "pin",
            "unblock",
            "--puk-file",
            &wrong,
            "--new-pin-file",
            &right,
        ]),
        words(&[
            "pin",
            "unblock",
            "--json",
            "--puk-file",
            &puk,
            "--new-pin-file",
            &right,
        ]),
        sign(&link, &right),
        words(&["doctor"]),
    ];
    let mut written = String::new();
    let mut codes = Vec::new();
    for (at, line) in runs.iter().enumerate() {
        for detail in ["", "--full"] {
            let file = home.0.path().join(format!("trace-{at}{detail}"));
            let file = file.to_str().unwrap().to_owned();
            let mut all = vec!["-vv".to_owned(), "trace".into(), "record".into()];
            all.extend((!detail.is_empty()).then(|| detail.to_owned()));
            all.extend([file, "--".into()]);
            all.extend(line.iter().map(|word| fresh(word)));
            let done = run(home.with(&daemon, &[]).args(&all), LIMIT);
            codes.push(done.code);
            written += &done.stdout;
            written += &done.stderr;
        }
    }
    assert!(codes.contains(&Some(0)) && codes.contains(&Some(1)) && codes.contains(&Some(2)));
    assert!(
        written.contains("<pin:8>") && written.contains("<pin:16>"),
        "nothing was traced"
    );
    written += &files_below(home.0.path());
    written += &daemon.log();
    for sentinel in [RIGHT, WRONG, NEW, UNLOCK, KEY] {
        for form in forms(sentinel) {
            assert!(!written.contains(&form), "{sentinel} is written as {form}");
        }
    }
    drop(card);
}

/// Plain, hex in its usual dresses, and base64 at each of its three alignments.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let hex = |upper: bool, between: &str| {
        let each: Vec<String> = bytes
            .iter()
            .map(|b| {
                if upper {
                    format!("{b:02X}")
                } else {
                    format!("{b:02x}")
                }
            })
            .collect();
        each.join(between)
    };
    let decimal: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let mut forms = vec![secret.to_owned(), decimal.join(", ")];
    for between in ["", " ", ":", ", 0x", ", "] {
        forms.extend([hex(true, between), hex(false, between)]);
    }
    for shift in 0..3 {
        let mut shifted = vec![0; shift];
        shifted.extend_from_slice(bytes);
        let encoded = STANDARD.encode(&shifted);
        // Without the characters that its neighbours have a part in.
        let start = [0, 2, 3][shift];
        let end = shifted.len() * 8 / 6;
        forms.push(encoded[start..end].to_owned());
    }
    forms
}

fn files_below(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        text += path.to_str().unwrap();
        if path.is_dir() {
            text += &files_below(&path);
        } else {
            text += &String::from_utf8_lossy(&fs::read(&path).unwrap());
        }
    }
    text
}

#[test]
fn r22_the_search_would_find_a_secret() {
    let secret = "80517364";
    let all = forms(secret);
    let dumped = |bytes: &[u8]| STANDARD.encode(bytes);
    for around in ["", "x", "xy"] {
        let text = dumped(format!("{around}{secret}xyz").as_bytes());
        assert!(
            all.iter().any(|form| text.contains(form)),
            "{around}: {text}"
        );
    }
    let apdu = "00 20 00 80 08 38 30 35 31 37 33 36 34";
    assert!(all.iter().any(|form| apdu.contains(form)));
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

#[test]
fn a_test_key_asks_a_real_token_for_nothing_unless_the_settings_say_so() {
    let daemon = Daemon::start(&["Reader"]);
    let card = VirtualCard::insert(daemon.port(0), Box::new(piv("123456", "12345678")));
    let home = Home::bare();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    let line = ["sign", &link, "--print", "--pin-file", &pin];
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
    assert!(done.stderr.contains("SS_DOMAIN_NOT_ALLOWED"), "{done:?}");
    assert!(
        done.stderr.contains("origin = \"http://localhost:8080\""),
        "{done:?}"
    );
    let line = ["sign", "-", "--print", "--pin-file", &pin];
    let links = format!("{link}\n");
    let done = feed(&mut home.with(&daemon, &line), links.as_bytes(), LIMIT);
    assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
    assert_eq!(card.count().apdus, 0);
    // The demo token signs for whoever asks.
    let line = [
        "--reader",
        "demo",
        "sign",
        &link,
        "--print",
        "--pin-file",
        &pin,
    ];
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    // Whoever builds a portal adds the lines that were advised, and is told who may listen.
    let link = fresh(&link);
    home.allow(("http://localhost:8080", "ss_test_demo"));
    let line = ["sign", &link, "--print", "--pin-file", &pin];
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("Any program on this computer"),
        "{done:?}"
    );
}
