//! The PC/SC service as it is and as it comes and goes, under a running program.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/batch.rs"]
mod batch;
mod support;

use std::fs;
use std::time::Duration;

use batch::{Batch, Place};
use support::run::{eventually, run, succeed};
use support::vpcd::VirtualCard;

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
    shown.contains("\"success\": true")
}

fn apdus(place: &Place) -> u64 {
    place.inserted.as_ref().unwrap().count().apdus
}

#[test]
fn a_card_that_is_there_from_the_start_is_read_once() {
    // One link: nobody waits for anything, and so nothing can be read twice.
    let (place, pin) = place();
    let sign = || {
        let link = place.link();
        let one = ["sign", &link, "--print", "--pin-file", &pin];
        let url = succeed(&mut place.program(&one), LIMIT).stdout;
        assert!(is_signed(&place, &url));
        apdus(&place)
    };
    // What the first start kept of the card spares the next ones a command.
    let first = sign();
    let second = sign();
    let once = second - first;
    // Links from standard input: the readers are watched.
    let link = place.link();
    let mut batch = Batch::start(&place, &pin);
    let url = batch.sign(&link);
    assert!(is_signed(&place, &url));
    batch.end();
    assert_eq!(apdus(&place) - second, once);
}

#[test]
fn a_running_program_outlives_a_restart_of_the_service() {
    let (mut place, pin) = place();
    let mut batch = Batch::start(&place, &pin);
    let url = batch.sign(&place.link());
    assert!(is_signed(&place, &url), "{url}");

    drop(place.inserted.take());
    place.daemon.restart();
    let port = place.daemon.port(0);
    place.inserted = Some(VirtualCard::insert_shared(port, place.card.clone()));
    let seen = eventually(LIMIT, || place.status() == "ACTIVE");
    assert!(seen, "the card is there again");
    // The kept PIN went with the card, and nobody is there to be asked for it again: a
    // card that is not found would be another error.
    let url = batch.sign(&place.link());
    let shown = succeed(&mut place.program(&["result", url.trim()]), LIMIT).stdout;
    assert!(shown.contains("SS_SIGN_CANCELLED"), "{shown}");
    assert!(apdus(&place) > 2, "it was read");
    batch.end();
}

#[test]
fn a_program_that_waits_for_a_token_sees_it_after_a_restart_of_the_service() {
    let (mut place, pin) = place();
    drop(place.inserted.take());
    let link = place.link();
    let line = ["sign", &link, "--print", "--wait", "25", "--pin-file", &pin];
    let mut command = place.program(&line);
    let waiting = std::thread::spawn(move || run(&mut command, LIMIT * 2));
    // It has looked, and found nothing.
    std::thread::sleep(Duration::from_secs(1));
    place.daemon.restart();
    let port = place.daemon.port(0);
    place.inserted = Some(VirtualCard::insert_shared(port, place.card.clone()));
    let done = waiting.join().unwrap();
    assert!(is_signed(&place, &done.stdout), "{done:?}");
}

#[test]
fn it_is_said_after_a_second_that_another_program_has_the_card() {
    let (place, pin) = place();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/support/hold.py");
    let reader = place.daemon.reader(0);
    let link = place.link();
    for arguments in [
        vec!["tokens"],
        vec!["pin", "status", "--json"],
        vec!["sign", &link, "--print", "--pin-file", &pin],
    ] {
        let mut holder = place.daemon.command("python3");
        let mut holder = holder
            .args([script, &reader, "transaction", "4"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut word = [0; 4];
        let mut said = holder.stdout.take().unwrap();
        std::io::Read::read_exact(&mut said, &mut word).unwrap();
        let done = run(&mut place.program(&arguments), LIMIT);
        assert_eq!(done.code, Some(0), "{arguments:?} {done:?}");
        // Others that have the library loaded may be named as well, this test among them.
        let waits = "Waiting for ";
        assert_eq!(
            done.stderr.matches(waits).count(),
            1,
            "{arguments:?} {done:?}"
        );
        assert!(done.stderr.contains("python3"), "{arguments:?} {done:?}");
        holder.wait().unwrap();
    }
}
