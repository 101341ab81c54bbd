//! What others wrote (a reader, a link, a file, the system, another program) is printed
//! without what could pose as our words: no escape sequence, no turned text, no line of
//! its own, no flood.

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
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use home::{Home, LIMIT, demo_link, fresh};
use jiff::Timestamp;
use securesign_app::journal::{Entry, Mark, Used};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use serde_json::json;
use support::pcscd::Daemon;
use support::run::{Finished, feed, run, succeed};
use support::vpcd::VirtualCard;

/// Clears the screen, names the window, turns what follows, hides, ends, and begins a
/// line of its own.
const HOSTILE: &str =
    "Evil\u{1B}[2J\u{1B}]0;Evil\u{7}\u{9B}31m\u{202E}\u{2066}\u{200B}\u{7F}\r\nForged line";

/// Longer than anything that is printed on purpose.
fn flood() -> String {
    format!("{HOSTILE}{}", "A".repeat(10_000))
}

/// What was printed is lines of plain text, ours, and no more than a person reads.
fn assert_calm(what: &str, done: &Finished) {
    for text in [&done.stdout, &done.stderr] {
        for c in text.chars() {
            // Unicode: Cc, the bidi controls of UAX #9, and what has no width.
            let turns = matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
            let calm = c == '\n' || !(c.is_control() || turns);
            assert!(calm, "{what}: U+{:04X} in {text:?}", u32::from(c));
        }
        let forged = text.lines().any(|line| line.trim().starts_with("Forged"));
        assert!(!forged, "{what}: {text}");
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest.unwrap_or_default() < 3_000, "{what}: {text}");
    }
}

/// Calm, and it was there: a test that never met it would prove nothing.
fn assert_met(what: &str, done: &Finished) {
    assert_calm(what, done);
    let text = format!("{}{}", done.stdout, done.stderr);
    assert!(text.contains("Evil"), "{what}: {done:?}");
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// As a TOML string.
fn quoted(text: &str) -> String {
    let escaped = |c: char| format!("\\U{:08X}", u32::from(c));
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

#[test]
fn settings_with_a_mistake_are_told_in_plain_lines() {
    for text in [
        format!("{} = 1\n", quoted(&flood())),
        format!("[window]\ntheme = {}\n", quoted(&flood())),
        format!("[callback]\nschemes = [{}]\n", quoted(&flood())),
        format!("[[portal]]\nkey = \"\"\norigin = {}\n", quoted(&flood())),
    ] {
        let home = Home::new();
        let file = home
            .0
            .path()
            .join("XDG_CONFIG_HOME/securesign/settings.toml");
        fs::write(&file, text).unwrap();
        let link = demo_link();
        let done = run(&mut home.program(&["sign", &link]), LIMIT);
        assert_eq!(done.code, Some(2), "{done:?}");
        assert_calm("settings", &done);
        assert!(done.stderr.contains("settings.toml"), "{done:?}");
        let doctor = run(&mut home.program(&["doctor"]), LIMIT);
        assert_calm("doctor", &doctor);
    }
}

#[test]
fn what_a_link_says_is_refused_in_plain_lines() {
    let home = Home::new();
    let link = demo_link();
    let short: String = HOSTILE.chars().filter(|c| !c.is_control()).collect();
    for (name, value) in [
        ("hashAlgo", "Evil<>"),
        ("documentType", "Evil<>"),
        ("hashAlgo", HOSTILE),
        ("hashAlgo", &short),
        ("hashBase64", &flood()),
        ("requestId", HOSTILE),
        ("apiKey", HOSTILE),
        ("callbackUrl", HOSTILE),
        ("certSerial", HOSTILE),
        (HOSTILE, "1"),
    ] {
        let (head, query) = link.split_once('?').unwrap();
        let begin = format!("{name}=");
        let others = query.split('&').filter(|part| !part.starts_with(&begin));
        let others: Vec<&str> = others.collect();
        let (name, value) = (encoded(name), encoded(value));
        let link = format!("{head}?{name}={value}&{}", others.join("&"));
        let done = run(&mut home.program(&["sign", "--print", &link]), LIMIT);
        assert!(!done.success, "{done:?}");
        assert_calm(&link, &done);
        // As it is: what no browser would hand over, and a shell does.
        let raw = format!("{head}?x={HOSTILE}&{query}");
        let done = run(&mut home.program(&["sign", "--print", &raw]), LIMIT);
        assert_calm(&raw, &done);
        let done = feed(
            &mut home.program(&["sign", "--print", "-"]),
            raw.as_bytes(),
            LIMIT,
        );
        assert_calm(&raw, &done);
    }
}

#[test]
fn names_of_files_and_arguments_are_plain_lines() {
    let home = Home::new();
    let link = demo_link();
    let file = |name: &str| home.0.path().join(name).to_str().unwrap().to_owned();
    let evil = file(HOSTILE);
    let flood = file(&flood());
    for path in [&evil, &flood] {
        for line in [
            vec![
                "--reader",
                "demo",
                "sign",
                &fresh(&link),
                "--pin-file",
                path,
            ],
            vec![
                "--reader",
                "demo",
                "sign",
                &fresh(&link),
                "--document",
                path,
            ],
            vec!["pin", "change", "--pin-file", path],
            vec!["journal", "verify", path],
            vec!["trace", "show", path],
            vec!["trace", "record", path, "--", "doctor"],
            vec!["--reader", path, "tokens"],
            vec![path.as_str()],
            vec!["tokens", path],
            vec!["result", path],
        ] {
            let done = run(&mut home.program(&line), LIMIT);
            assert_calm(&format!("{line:?}"), &done);
        }
    }
    let missing = file(&format!("{HOSTILE}, which is not there"));
    let done = run(&mut home.program(&["journal", "verify", &missing]), LIMIT);
    assert_met("journal verify", &done);
    let done = run(&mut home.program(&["tokens", HOSTILE]), LIMIT);
    assert!(
        done.code == Some(2) && done.stderr.contains("Evil"),
        "{done:?}"
    );
}

#[test]
fn a_folder_of_settings_is_named_in_one_plain_line() {
    let home = Home::bare();
    let folder = home.0.path().join(HOSTILE);
    fs::create_dir_all(folder.join("securesign")).unwrap();
    let link = demo_link();
    let mut sign = home.program(&["sign", &link]);
    let done = run(sign.env("XDG_CONFIG_HOME", &folder), LIMIT);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert_met("advice", &done);
    // A folder in place of the file: the system's words.
    fs::create_dir_all(folder.join("securesign/settings.toml")).unwrap();
    let mut sign = home.program(&["sign", &link]);
    assert_met(
        "unreadable",
        &run(sign.env("XDG_CONFIG_HOME", &folder), LIMIT),
    );
    let mut doctor = home.program(&["doctor"]);
    assert_met(
        "doctor",
        &run(doctor.env("XDG_CONFIG_HOME", &folder), LIMIT),
    );
}

#[test]
fn a_result_is_shown_to_programs_as_the_same_value_and_to_a_terminal_as_plain_text() {
    let home = Home::bare();
    let result = json!({ "requestId": HOSTILE, "success": true, HOSTILE: ["\u{E0041}", "आशा"] });
    let packed = encoded(&STANDARD.encode(result.to_string()));
    let url = format!("https://portal.example.in/cb?ss_result={packed}");
    let done = run(&mut home.program(&["result", &url]), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_met("result", &done);
    let read: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(read, result);
}

#[test]
fn a_journal_that_others_wrote_is_listed_in_plain_lines() {
    let home = Home::bare();
    let entry = Entry {
        time: Timestamp::UNIX_EPOCH,
        origin: flood(),
        request_id: HOSTILE.into(),
        hash_algo: HOSTILE.into(),
        hash: HOSTILE.into(),
        certificate: Some(Used {
            subject: HOSTILE.into(),
            serial_number: HOSTILE.into(),
            sha256: HOSTILE.into(),
        }),
        outcome: HOSTILE.into(),
    };
    let folder = home.0.path().join("XDG_DATA_HOME/securesign");
    fs::create_dir_all(&folder).unwrap();
    let (line, mark) = Mark::start().append(&entry);
    fs::write(folder.join("journal.jsonl"), line).unwrap();
    fs::write(folder.join("journal.mark"), mark.to_string()).unwrap();
    for line in [vec!["journal"], vec!["journal", "--json"]] {
        let done = run(&mut home.program(&line), LIMIT);
        assert_met(&format!("{line:?}"), &done);
    }
}

#[test]
fn the_program_that_opens_links_is_named_in_one_plain_line() {
    let home = Home::bare();
    let shared = home.0.path().join("shared");
    let entries = shared.join("applications");
    fs::create_dir_all(&entries).unwrap();
    // One line, as everything in such a file.
    let name = flood().replace(['\r', '\n'], "\\n");
    let entry = format!(
        "[Desktop Entry]\nType=Application\nName={name}\nExec=true %u\n\
         MimeType=x-scheme-handler/securesign;\n"
    );
    fs::write(entries.join("other.desktop"), entry).unwrap();
    succeed(Command::new("update-desktop-database").arg(&entries), LIMIT);
    for word in ["doctor", "register", "unregister"] {
        let mut program = home.program(&[word]);
        let done = run(program.env("XDG_DATA_DIRS", &shared), LIMIT);
        if word == "doctor" {
            assert_met(word, &done);
        } else {
            assert_calm(word, &done);
        }
    }
}

#[test]
fn names_of_readers_and_portals_are_plain_lines_in_the_log_too() {
    let name = "Evil\u{1B}[2J\u{202E}\u{7} Reader\u{9B}";
    let daemon = Daemon::start(&[name]);
    let card = PivCard::builder(NIST)
        .seed(b"outside")
        .pin("123456")
        .puk("12345678")
        .key(Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap();
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card));
    let home = Home::new();
    for line in [
        vec!["tokens"],
        vec!["-v", "tokens"],
        vec!["tokens", "--json"],
        vec!["pin", "status"],
        vec!["--reader", "nobody", "tokens"],
        vec!["doctor"],
    ] {
        let mut program = home.with(&daemon, &line);
        let done = run(&mut program, LIMIT);
        assert_calm(&format!("{line:?}"), &done);
        if line != ["doctor"] {
            assert_met(&format!("{line:?}"), &done);
        }
    }
    // And the name that a portal has in the settings.
    let file = home
        .0
        .path()
        .join("XDG_CONFIG_HOME/securesign/settings.toml");
    let settings = fs::read_to_string(&file).unwrap();
    let name = quoted(&flood());
    fs::write(&file, format!("{settings}name = {name}\n")).unwrap();
    let (link, pin) = (demo_link(), home.file("pin", "123456\n"));
    let sign = ["sign", "--print", &link, "--pin-file", &pin];
    let mut done = run(&mut home.with(&daemon, &sign), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    // A whole result, in the one URL that it is.
    done.stdout.clear();
    assert_met("portal", &done);
}
