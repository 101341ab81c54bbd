//! Links that are refused, come again, or are given up.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::home::{Home, LIMIT, demo_link, fresh, result};
use super::support::pcscd::Daemon;
use super::support::run::{Finished, feed, run};
use super::support::vpcd::VirtualCard;
use super::{PIN, piv};

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
        with(
            "documentType=hash",
            "documentType=pdf&documentBase64=JVBERg",
        ),
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

    let desktop = include_str!("../../ui/desktop/securesign.desktop");
    assert!(
        desktop
            .lines()
            .any(|line| line == "Exec=securesign open -- %u"),
        "{desktop}"
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
