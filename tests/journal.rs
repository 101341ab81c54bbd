//! What was signed is in the journal, and what is done to the journal shows.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::path::PathBuf;

use home::{Home, LIMIT, demo_link, fresh, result};
use serde_json::Value;
use support::run::{Finished, run, succeed};

impl Home {
    fn sign(&self, pin: &str) -> (Finished, String) {
        let link = fresh(&demo_link());
        let pin = self.file("pin", pin);
        let words = [
            "--reader",
            "demo",
            "sign",
            "--print",
            "--pin-file",
            &pin,
            &link,
        ];
        let done = run(&mut self.program(&words), LIMIT);
        (done, link)
    }

    fn journal(&self, words: &[&str]) -> Finished {
        run(&mut self.program(&[&["journal"], words].concat()), LIMIT)
    }

    fn journal_file(&self) -> PathBuf {
        self.0.path().join("XDG_DATA_HOME/securesign/journal.jsonl")
    }
}

#[test]
fn r16_what_was_signed_and_what_was_not_is_in_the_journal_and_no_secret_with_it() {
    let home = Home::new();
    assert!(home.journal(&["verify"]).success, "an empty one");
    let (signed, link) = home.sign("123456\n");
    assert!(signed.success, "{signed:?}");
    let (refused, _) = home.sign("999999\n");
    assert_eq!(refused.code, Some(1), "{refused:?}");

    let listed = home.journal(&["--json"]);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed["holdsTogether"], true);
    let entries = listed["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    // The newest first.
    assert_eq!(entries[0]["outcome"], "SS_PIN_INVALID");
    assert_eq!(entries[0]["certificate"], Value::Null);
    let told = result(&signed.stdout);
    assert_eq!(entries[1]["outcome"], "signed");
    assert_eq!(entries[1]["requestId"], told["requestId"]);
    assert_eq!(
        entries[1]["certificate"]["serialNumber"],
        told["certificate"]["serialNumber"]
    );

    let text = fs::read_to_string(home.journal_file()).unwrap();
    let link = url::Url::parse(&link).unwrap();
    let key = link.query_pairs().find(|(name, _)| name == "apiKey");
    let signature = told["signatureBase64"].as_str().unwrap();
    let secrets = [&key.unwrap().1, signature, "123456", "999999", "BEGIN"];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[test]
fn an_altered_journal_is_told_by_its_line_and_a_copy_is_checked_too() {
    let home = Home::new();
    for _ in 0..3 {
        assert!(home.sign("123456\n").0.success);
    }
    let copy = home.0.path().join("copy.jsonl");
    let copy = copy.to_str().unwrap();
    succeed(&mut home.program(&["journal", "export", copy]), LIMIT);
    assert!(home.journal(&["verify", copy]).success);
    assert_eq!(home.journal(&["export", copy]).code, Some(2), "twice");

    let text = fs::read_to_string(home.journal_file()).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (done, said) in [
        (text.replacen("localhost", "elsewhere", 2), "Entry 1"),
        ([lines[0], lines[2]].concat(), "Entry 2"),
        ([lines[0], lines[1]].concat(), "before entry 3"),
    ] {
        fs::write(home.journal_file(), done).unwrap();
        let verified = home.journal(&["verify"]);
        assert_eq!(verified.code, Some(1), "{verified:?}");
        assert!(verified.stderr.contains(said), "{verified:?}");
    }
    // What was exported is as good as it was.
    assert!(home.journal(&["verify", copy]).success);
}

#[test]
fn the_list_for_people_has_what_the_readme_promises() {
    let home = Home::new();
    let (signed, link) = home.sign("123456\n");
    assert!(signed.success, "{signed:?}");
    let listed = home.journal(&[]).stdout;
    let link = url::Url::parse(&link).unwrap();
    let asked = |name: &str| {
        let value = link.query_pairs().find(|(it, _)| it == name);
        value.unwrap().1.into_owned()
    };
    let told = result(&signed.stdout);
    let promised = [
        "signed".to_owned(),
        "http://localhost:8080".to_owned(),
        asked("requestId"),
        asked("hashAlgo"),
        told["certificate"]["serialNumber"].as_str().unwrap().into(),
    ];
    for promised in promised {
        assert!(listed.contains(&promised), "{promised}: {listed}");
    }
}

/// What helps is said, and nothing that does not: nobody's rights are wrong there, and
/// no disk is full.
#[test]
fn a_journal_that_another_program_holds_is_told_with_what_helps() {
    let home = Home::new();
    assert!(home.sign("123456\n").0.success);
    let file = fs::File::open(home.journal_file()).unwrap();
    file.lock().unwrap();
    let copy = home.0.path().join("copy.jsonl");
    let copy = copy.to_str().unwrap();
    let told = [
        home.sign("123456\n").0,
        home.journal(&[]),
        home.journal(&["verify"]),
        home.journal(&["export", copy]),
    ];
    for told in &told {
        let said = &told.stderr;
        assert!(said.contains("keeps the file locked"), "{said}");
        assert!(said.contains("which program it is"), "{said}");
        assert!(!said.contains("rights") && !said.contains("room"), "{said}");
    }
    // The answer has gone out all the same, and it is said that the line is lost.
    assert!(told[0].success, "{:?}", told[0]);
    assert!(told[0].stderr.contains("will not be added later"));
    drop(file);
    assert!(home.journal(&["verify"]).success);
}
