//! Requests that are signed, or are not, from the command line.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use serde_json::Value;

use super::home::{Home, LIMIT, demo_link, fresh, openssl_verifies, result};
use super::piv;
use super::support::pcscd::Daemon;
use super::support::run::{feed, run, succeed};
use super::support::vpcd::VirtualCard;

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
    assert!(said.contains("no try was used"), "{said}");
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
