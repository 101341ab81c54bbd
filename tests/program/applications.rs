//! A token with two applications: each has its PIN, which is listed, changed and unlocked by
//! the application's name.

use securesign_vendors::openpgp::emulator::{self as openpgp, OpenPgpCard};
use securesign_vendors::piv::emulator::{PivCard, YUBIKEY5};
use serde_json::{Value, json};

use super::home::{Home, LIMIT};
use super::pair::Pair;
use super::support::pcscd::Daemon;
use super::support::run::{Finished, run};
use super::support::vpcd::VirtualCard;

fn card() -> Pair {
    let piv = PivCard::builder(YUBIKEY5).pin("111111").puk("33333333");
    let openpgp = OpenPgpCard::builder(openpgp::YUBIKEY5).pw1("222222");
    Pair::new(
        piv.build().unwrap(),
        openpgp.reset_code("44444444").build().unwrap(),
    )
}

#[test]
fn the_pin_of_each_application_is_listed_changed_and_unlocked_by_its_name() {
    let daemon = Daemon::start(&["Reader"]);
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let home = Home::new();
    let do_with = |line: &[&str]| -> Finished { run(&mut home.with(&daemon, line), LIMIT) };
    let tries = || -> Vec<Value> {
        let done = do_with(&["pin", "status", "--json"]);
        let json: Value = serde_json::from_str(&done.stdout).unwrap();
        let tokens = json["tokens"].as_array().unwrap().iter();
        let told = tokens.map(|token| json!([token["family"], token["triesLeft"]]));
        told.collect()
    };
    let left = |piv: u8, openpgp: u8| {
        [
            json!(["YubiKey PIV", piv]),
            json!(["OpenPGP card", openpgp]),
        ]
    };
    assert_eq!(tries(), left(3, 3));
    let said = do_with(&["pin", "status"]).stdout;
    for name in ["YubiKey PIV", "OpenPGP card"] {
        assert!(said.contains(name), "{said}");
    }

    let second = home.file("second", "222222\n");
    let new = home.file("new", "555555\n");
    let wrong = home.file("wrong", "999999\n");
    let change = |old: &str, more: &[&str]| {
        let line = ["pin", "change", "--pin-file", old, "--new-pin-file", &new];
        do_with(&[&line[..], more].concat())
    };
    // Which one is meant has to be said, and is not guessed.
    for application in [&[][..], &["--application", "GIDS"], &["--application", ""]] {
        let done = change(&second, application);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(
            done.stderr.contains("YubiKey PIV, OpenPGP card"),
            "{done:?}"
        );
    }
    assert_eq!(tries(), left(3, 3));

    // A part of the name will do. What was given for one costs the other nothing.
    let openpgp = ["--application", "openpgp"];
    assert_eq!(change(&wrong, &openpgp).code, Some(1));
    assert_eq!(tries(), left(3, 2));
    let done = change(&second, &openpgp);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(tries(), left(3, 3));

    // Blocked, and unlocked with its own code, by the command that is named.
    for _ in 0..3 {
        change(&wrong, &[&openpgp[..], &["--use-last-try"]].concat());
    }
    assert_eq!(tries(), left(3, 0));
    let said = do_with(&["pin", "status"]).stdout;
    let command = "securesign pin unblock --application \"OpenPGP card\"";
    assert!(said.contains(command), "{said}");
    let code = home.file("code", "44444444\n");
    let line = ["pin", "unblock", "--application", "OpenPGP card"];
    let secrets = ["--puk-file", &code, "--new-pin-file", &second];
    let done = do_with(&[&line[..], &secrets].concat());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(tries(), left(3, 3));
    // The first one still has its own.
    let first = home.file("first", "111111\n");
    let done = change(&first, &["--application", "piv"]);
    assert_eq!(done.code, Some(0), "{done:?}");
}
