//! An answer to a PIN that is lost, under the running program: it says that it is not known,
//! reads the counter again, and sends nothing twice.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/batch.rs"]
mod batch;
#[path = "support/instead.rs"]
mod instead;
mod support;

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch::{Batch, Place};
use instead::Instead;
use securesign_vendors::emulator::Emulator;
use serde_json::Value;
use support::run::{Finished, eventually, run, succeed};
use support::vpcd::VirtualCard;

const LIMIT: Duration = Duration::from_secs(30);
const PIN: &str = "123456";
const NEW: &str = "654321";
/// As the emulator has it.
const PUK: &str = "12345678";

/// A card stands in the reader that does what this instruction says, and of its answer the last
/// byte is lost; and how often that came with a secret.
fn place(instruction: u8) -> (Place, Arc<Mutex<usize>>) {
    let mut place = Place::new(PIN);
    place.inserted = None;
    let sent: Arc<Mutex<usize>> = Arc::default();
    let (card, count) = (place.card.clone(), Arc::clone(&sent));
    let cut = Instead::of(card, move |card, command| {
        let mut answer = card.transmit(command);
        if command[1] == instruction && command.len() > 5 {
            *count.lock().unwrap() += 1;
            answer.pop();
        }
        answer
    });
    let port = place.daemon.port(0);
    place.inserted = Some(VirtualCard::insert(port, Box::new(cut)));
    // A busy daemon may call a card mute that it has only just powered.
    let is_read = || {
        let told = run(&mut place.program(&["tokens", "--json"]), LIMIT).stdout;
        let told: Value = serde_json::from_str(&told).unwrap();
        told["readers"][0]["certificates"].is_array()
    };
    assert!(eventually(LIMIT, is_read), "the card does not answer");
    (place, sent)
}

/// A file with a secret in it.
fn file(place: &Place, name: &str, secret: &str) -> String {
    let path = place.home.path().join(name);
    fs::write(&path, format!("{secret}\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_new_pin_whose_answer_is_lost_is_neither_done_nor_failed_in_json() {
    for (words, instruction, old) in [
        (["pin", "change", "--pin-file"], 0x24, PIN),
        (["pin", "unblock", "--puk-file"], 0x2C, PUK),
    ] {
        let (place, sent) = place(instruction);
        let (old, new) = (file(&place, "old", old), file(&place, "new", NEW));
        let rest = [old.as_str(), "--new-pin-file", &new, "--json"];
        let done: Finished = run(&mut place.program(&[&words[..], &rest].concat()), LIMIT);
        assert_eq!(done.code, Some(1), "{done:#?}");
        let told: Value = serde_json::from_str(&done.stdout).unwrap();
        assert_eq!(told["success"], Value::Null, "{told:#}");
        let error = told["error"].as_str().unwrap();
        assert!(
            error.contains("not known whether the new PIN is in force"),
            "{error}"
        );
        let advice = told["advice"].as_str().unwrap();
        assert!(advice.contains("Try the new PIN first"), "{advice}");
        // Read after it was lost.
        assert_eq!(told["tokens"][0]["triesLeft"], 3, "{told:#}");
        assert_eq!(*sent.lock().unwrap(), 1);
    }
}

#[test]
fn a_pin_whose_answer_is_lost_is_said_and_not_sent_again() {
    let (place, sent) = place(0x20);
    // A wrong one, so that a try is gone.
    let pin = file(&place, "pin", NEW);
    let link = place.link();
    let mut batch = Batch::start(&place, &pin);
    let url = batch.sign(&link);
    batch.says("not known whether a try was used");
    batch.end();
    let shown = succeed(&mut place.program(&["result", url.trim()]), LIMIT).stdout;
    assert!(shown.contains("\"success\": false"), "{shown}");
    assert!(shown.contains("SS_TOKEN_NOT_FOUND"), "{shown}");
    assert_eq!(*sent.lock().unwrap(), 1);
    assert_eq!(place.card.lock().unwrap().pin_tries(), 2);
}
