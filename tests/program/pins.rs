//! A token with two PINs: each is listed, changed and unlocked by its name.

use securesign_vendors::emulator::KeyKind;
use securesign_vendors::pkcs15::emulator::{MYEID, Object, PLAIN, PinObject, Pkcs15Card};
use serde_json::{Value, json};

use super::home::{Home, LIMIT};
use super::support::pcscd::Daemon;
use super::support::run::{Finished, run};
use super::support::vpcd::VirtualCard;

fn card() -> Pkcs15Card {
    Pkcs15Card::builder(MYEID)
        .seed(b"two PINs")
        .pin(PinObject::user("1111").puk("33333333"))
        .pin(PinObject::user("222222").puk("44444444"))
        .object(Object::signing("CN=Asha Sharma", KeyKind::P256))
        .object(Object::signing("CN=Asha Sharma", KeyKind::P256).behind(Some(1)))
        .build()
        .unwrap()
}

/// What `pin status` says of each PIN.
fn pins(home: &Home, daemon: &Daemon) -> Value {
    let done = run(&mut home.with(daemon, &["pin", "status", "--json"]), LIMIT);
    let json: Value = serde_json::from_str(&done.stdout).unwrap();
    json["tokens"][0]["pins"].clone()
}

fn tries(home: &Home, daemon: &Daemon) -> Vec<Value> {
    let pins = pins(home, daemon);
    let all = pins.as_array().unwrap().iter();
    all.map(|pin| pin["tries"].clone()).collect()
}

#[test]
fn each_pin_of_a_token_is_listed_changed_and_unlocked_by_its_name() {
    let daemon = Daemon::start(&["Reader"]);
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let home = Home::new();
    let do_with = |line: &[&str]| -> Finished { run(&mut home.with(&daemon, line), LIMIT) };

    let done = do_with(&["tokens", "--json"]);
    let json: Value = serde_json::from_str(&done.stdout).unwrap();
    let token = &json["readers"][0];
    assert_eq!(token["pin"]["triesLeft"], 3, "{json}");
    assert_eq!(token["puk"]["role"], "puk");
    let roles: Vec<&Value> = token["pins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pin| &pin["role"])
        .collect();
    assert_eq!(roles, ["pin", "signature"]);
    assert_eq!(token["pins"][1]["status"], "ACTIVE");
    assert_eq!(token["pins"][1]["tries"], 3);
    assert_eq!(token["pins"][1]["unblockedBy"]["role"], "puk");
    for line in [&["tokens"][..], &["pin", "status"]] {
        let said = do_with(line).stdout;
        assert!(
            said.contains("Signature PIN: Ready to use (ACTIVE), tries left: 3"),
            "{said}"
        );
    }

    let first = home.file("first", "1111\n");
    let second = home.file("second", "222222\n");
    let new = home.file("new", "555555\n");
    let puk = home.file("puk", "44444444\n");
    // Which one is meant has to be said, and is not guessed.
    let change = |which: &[&str], old: &str| {
        let line = ["pin", "change", "--pin-file", old, "--new-pin-file", &new];
        do_with(&[&line[..], which].concat())
    };
    for which in [&[][..], &["--which", "other"]] {
        let done = change(which, &second);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains("pin, signature"), "{done:?}");
    }
    assert_eq!(tries(&home, &daemon), [3, 3]);

    // What was given for the other one costs this one a try, and no more.
    let signature = ["--which", "signature"];
    let wrong = home.file("wrong", "999999\n");
    assert_eq!(change(&signature, &wrong).code, Some(1));
    assert_eq!(tries(&home, &daemon), [3, 2]);
    let done = change(&signature, &second);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("The Signature PIN is changed"),
        "{done:?}"
    );
    assert_eq!(tries(&home, &daemon), [3, 3]);

    // Blocked, and unlocked by its own PUK.
    for _ in 0..3 {
        change(&[&signature[..], &["--use-last-try"]].concat(), &wrong);
    }
    assert_eq!(tries(&home, &daemon), [3, 0]);
    assert_eq!(pins(&home, &daemon)[1]["status"], "BLOCKED");
    let said = do_with(&["pin", "status"]).stdout;
    assert!(
        said.contains("securesign pin unblock --which signature"),
        "{said}"
    );
    let line = ["pin", "unlock", "--which", "signature", "--json"];
    let done = do_with(&[&line[..], &["--puk-file", &puk, "--new-pin-file", &second]].concat());
    assert_eq!(done.code, Some(0), "{done:?}");
    let json: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(json["success"], json!(true));
    assert_eq!(tries(&home, &daemon), [3, 3]);
    // Both hold their own values.
    let done = change(&["--which", "pin"], &first);
    assert_eq!(done.code, Some(0), "{done:?}");
    let done = change(&signature, &second);
    assert_eq!(done.code, Some(0), "{done:?}");
}

#[test]
fn where_nothing_unlocks_a_pin_it_is_said_why_and_nothing_is_sent() {
    let daemon = Daemon::start(&["Reader"]);
    let card = Pkcs15Card::builder(PLAIN)
        .seed(b"no PUK")
        .pin(PinObject::user("1111"))
        .object(Object::signing("CN=Asha Sharma", KeyKind::P256));
    let card = Box::new(card.build().unwrap());
    let _card = VirtualCard::insert(daemon.port(0), card);
    let home = Home::new();
    let puk = home.file("puk", "33333333\n");
    let line = ["-vv", "pin", "unblock", "--json", "--puk-file", &puk];
    let line = [&line[..], &["--new-pin-file", &puk]].concat();
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(1), "{done:?}");
    // The last page of the window, in words.
    let said = "The PIN cannot be unlocked on this token";
    assert!(done.stderr.contains(said), "{done:?}");
    assert!(done.stderr.contains("it has no PUK"), "{done:?}");
    let json: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(json["success"], json!(false));
    let error = json["error"].as_str().unwrap();
    assert!(error.contains("it has no PUK"), "{error}");
    // What goes to the card is shown, and nothing of it was a secret.
    assert!(done.stderr.contains("00 A4"), "{done:?}");
    assert!(!done.stderr.contains("<pin:"), "{done:?}");
}
