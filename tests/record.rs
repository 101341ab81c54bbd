//! Records the traces of `apdu-traces/` anew, from a card that others wrote,
//! with the program itself. Not a test: `cargo test -p securesign --test record
//! -- --ignored`, then read what `git diff` shows.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a panic ends the recording"
)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use support::nitrokey::Nitrokey;
use support::pcscd::Daemon;
use support::run::{Scratch, run, succeed};

const LIMIT: Duration = Duration::from_secs(30);
const SOURCE: &str = "recorded from Nitrokey piv-authenticator 0.7.0 over a virtual reader";

#[test]
#[ignore = "writes apdu-traces/piv"]
fn record_the_journeys_of_piv() {
    let daemon = Daemon::start(&["Recorded"]);
    let card = Nitrokey::provisioned(&daemon, 0, &[("9c", "ECCP256")]);
    let scratch = Scratch::new("record");
    let write = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let right = write("right", "123456\n");
    let wrong = write("wrong", "999999\n");
    let puk = write("puk", "12345678\n");
    let link = succeed(
        Command::new(env!("CARGO_BIN_EXE_securesign")).args(["demo", "--link"]),
        LIMIT,
    )
    .stdout
    .trim()
    .to_owned();
    let file = scratch.path().join("trace");
    let record = |name: &str, comment: &str, doing: &str, expect: &str, command: &[&str]| {
        let mut program = daemon.command(env!("CARGO_BIN_EXE_securesign"));
        program
            .env("HOME", scratch.path())
            .env("XDG_CONFIG_HOME", scratch.path());
        program
            .args(["trace", "record", "--full"])
            .arg(&file)
            .arg("--")
            .args(command);
        let finished = run(&mut program, LIMIT);
        let text = fs::read_to_string(&file)
            .unwrap_or_else(|_| panic!("{name}: {}{}", finished.stdout, finished.stderr));
        keep(name, comment, doing, expect, &text);
    };
    let sign = |pin: &str| {
        ["sign", &link, "--print", "--pin-file", pin]
            .map(str::to_owned)
            .to_vec()
    };
    let words = |line: &[String]| line.to_vec();
    let line = words(&sign(&right));
    let right_line: Vec<&str> = line.iter().map(String::as_str).collect();
    let line = words(&sign(&wrong));
    let wrong_line: Vec<&str> = line.iter().map(String::as_str).collect();

    record(
        "status",
        "The PIN tries left; spends none.",
        "status",
        "3 tries",
        &["pin", "status"],
    );
    record(
        "sign",
        "Sign one digest; right PIN at the first try.",
        "sign",
        "signed",
        &right_line,
    );
    record(
        "wrong-pin",
        "A wrong PIN costs one try.",
        "sign",
        "wrong, 2 left",
        &wrong_line,
    );
    let unblock = [
        "pin",
        "unblock",
        "--puk-file",
        &puk,
        "--new-pin-file",
        &right,
    ];
    let mut last = wrong_line.clone();
    last.push("--use-last-try");
    for _ in 0..2 {
        run(
            daemon.command(env!("CARGO_BIN_EXE_securesign")).args(&last),
            LIMIT,
        );
    }
    record(
        "blocked",
        "At no tries the PIN is not sent.",
        "sign",
        "blocked",
        &right_line,
    );
    record(
        "unblock",
        "The PUK sets a new PIN.",
        "unblock",
        "done",
        &unblock,
    );
    let change = [
        "pin",
        "change",
        "--pin-file",
        &right,
        "--new-pin-file",
        &wrong,
    ];
    record("change", "The PIN is changed.", "change", "done", &change);
    drop(card);
}

/// The first dialogue with the card, under the headings of the project's traces.
fn keep(name: &str, comment: &str, doing: &str, expect: &str, text: &str) {
    let body = text.split_once("\natr:").expect("a card was seen").1;
    // What follows a finished form is a new look at the card: not this journey.
    let body = body.split("\n\natr:").next().unwrap();
    let atr = body.lines().next().unwrap().trim();
    let steps = body.split_once('\n').unwrap().1;
    let steps = match steps.find("\n== select the application") {
        Some(second) => &steps[..=second],
        None => steps,
    };
    let text = format!(
        "# {comment}\nprofile: piv-nitrokey\natr:     {atr}\nsource:  {SOURCE}\ndo:      {doing}\nexpect:  {expect}\n\n{}\n",
        steps.trim_end()
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../apdu-traces/piv");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("nitrokey-{name}.trace")), text).unwrap();
}
