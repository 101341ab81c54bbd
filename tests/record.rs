//! Records the traces of `apdu-traces/` anew, from a card that others wrote,
//! with the program itself. Not a test: `cargo test -p securesign --test record
//! -- --ignored`, then read what `git diff` shows.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a panic ends the recording"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use home::{Home, demo_link};
use securesign_vendors::emulator::KeyKind;
use securesign_vendors::epass2003::emulator::{Container, Epass, Mode};
use securesign_vendors::idprime::emulator::{IDPRIME940, IdPrimeCard};
use support::local::{DEMO, allow};
use support::nitrokey::Nitrokey;
use support::pcscd::Daemon;
use support::run::{Scratch, run};
use support::vpcd::VirtualCard;

const LIMIT: Duration = Duration::from_secs(30);
const SOURCE: &str = "recorded from Nitrokey piv-authenticator 0.7.0 over a virtual reader";

#[test]
#[ignore = "writes apdu-traces/piv"]
fn record_the_journeys_of_piv() {
    let daemon = Daemon::start(&["Recorded"]);
    let card = Nitrokey::provisioned(&daemon, 0, &[("9c", "ECCP256")]);
    let scratch = Scratch::new("record");
    allow(scratch.path(), DEMO);
    let write = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let right = write("right", "123456\n");
    let wrong = write("wrong", "999999\n");
    let puk = write("puk", "12345678\n");
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
        keep(&PIV, name, comment, doing, expect, &text);
    };
    let links: [String; 5] = std::array::from_fn(|_| demo_link());
    let sign = |at: usize, pin| ["sign", &*links[at], "--print", "--pin-file", pin];

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
        &sign(0, &right),
    );
    record(
        "wrong-pin",
        "A wrong PIN costs one try.",
        "sign",
        "wrong, 2 left",
        &sign(1, &wrong),
    );
    let unblock = [
        "pin",
        "unblock",
        "--puk-file",
        &puk,
        "--new-pin-file",
        &right,
    ];
    for at in 2..4 {
        let mut program = daemon.command(env!("CARGO_BIN_EXE_securesign"));
        program.args(sign(at, &wrong)).arg("--use-last-try");
        run(program.env("HOME", scratch.path()), LIMIT);
    }
    record(
        "blocked",
        "At no tries the PIN is not sent.",
        "sign",
        "blocked",
        &sign(4, &right),
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

#[test]
#[ignore = "writes apdu-traces/epass2003"]
fn record_the_journeys_of_the_epass2003() {
    let daemon = Daemon::start(&["Recorded"]);
    // The secrets that tests/traces.rs types.
    let card = Epass::l2(Mode::Aes)
        .seed(b"traces")
        .pin("123456")
        .so_pin("12345678")
        .tries(3, 3)
        .certificate(Container::signing("CN=Asha Sharma").size(900))
        .build()
        .unwrap();
    let card = VirtualCard::insert(daemon.port(0), Box::new(card));
    let home = Home::new();
    let right = home.file("right", "123456\n");
    let wrong = home.file("wrong", "999999\n");
    let puk = home.file("puk", "12345678\n");
    let run = |line: &[&str]| run(&mut home.with(&daemon, line), LIMIT);
    let record = |name: &str, comment: &str, doing: &str, expect: &str, line: &[&str]| {
        let text = traced(&home, &daemon, line);
        keep(&EPASS2003, name, comment, doing, expect, &text);
        text
    };
    record(
        "status",
        "The PIN tries left; spends none.",
        "status",
        "3 tries",
        &["pin", "status"],
    );
    let link = demo_link();
    let text = record(
        "sign",
        "Sign one digest; right PIN at the first try.",
        "sign",
        "signed",
        &["sign", &link, "--print", "--pin-file", &right],
    );
    // The log-out is tried, twice, and reaches nobody either.
    let after = "== read the capabilities\n> 00 CA 01 86 | 00\n< !removed\n".repeat(2);
    // The same as far as the response to the challenge of the PIN.
    let at = text.find("<pin:").expect("a PIN is sent");
    let end = at + text[at..].find("\n<").expect("an answer");
    keep(
        &EPASS2003,
        "removed",
        "The token is pulled out while the PIN is sent.",
        "sign",
        "removed, tries unknown",
        &format!("{}\n< !removed\n{after}", &text[..end]),
    );
    let link = demo_link();
    let sign = [
        "sign",
        &link,
        "--print",
        "--pin-file",
        &wrong,
        "--use-last-try",
    ];
    record(
        "wrong-pin",
        "A wrong PIN costs one try.",
        "sign",
        "wrong, 2 left",
        &sign,
    );
    for _ in 0..2 {
        run(&[
            "sign",
            &demo_link(),
            "--print",
            "--pin-file",
            &wrong,
            "--use-last-try",
        ]);
    }
    record(
        "blocked",
        "At no tries the PIN is not sent.",
        "sign",
        "blocked",
        &["sign", &demo_link(), "--print", "--pin-file", &right],
    );
    record(
        "unblock",
        "The PUK sets a new PIN.",
        "unblock",
        "done",
        &[
            "pin",
            "unblock",
            "--unconfirmed",
            "--puk-file",
            &puk,
            "--new-pin-file",
            &right,
        ],
    );
    record(
        "change",
        "The PIN is changed.",
        "change",
        "done",
        &[
            "pin",
            "change",
            "--unconfirmed",
            "--pin-file",
            &right,
            "--new-pin-file",
            &wrong,
        ],
    );
    drop(card);
}

#[test]
#[ignore = "writes apdu-traces/openpgp"]
fn record_the_journeys_of_the_openpgp_card() {
    let daemon = Daemon::start(&["Recorded"]);
    // The answer to reset of a card that has nothing else.
    let atr = "3BDA18FF81B1FE751F030031F573C001600090001C";
    let card = Nitrokey::openpgp(&daemon, 0, &["--openpgp", "--atr", atr]);
    let home = Home::new();
    let right = home.file("right", "123456\n");
    let wrong = home.file("wrong", "999999\n");
    let admin = home.file("admin", "12345678\n");
    let run = |line: &[&str]| run(&mut home.with(&daemon, line), LIMIT);
    let record = |name: &str, comment: &str, doing: &str, expect: &str, line: &[&str]| {
        let text = traced(&home, &daemon, line);
        keep(&OPENPGP, name, comment, doing, expect, &text);
        text
    };
    let links: [String; 5] = std::array::from_fn(|_| demo_link());
    let sign = |at: usize, pin| ["sign", &*links[at], "--print", "--pin-file", pin];

    record(
        "status",
        "The tries left of PW1, from the application related data; spends none.",
        "status",
        "3 tries",
        &["pin", "status"],
    );
    let text = record(
        "sign",
        "Sign one digest with the signature key; right PW1 at the first try.",
        "sign",
        "signed",
        &sign(0, &right),
    );
    // The same as far as the PIN. The log-outs reach nobody either.
    let at = text.find("<pin:").expect("a PIN is sent");
    let end = at + text[at..].find("\n<").expect("an answer");
    let after = "== log out\n> 00 20 FF 81\n< !removed\n";
    keep(
        &OPENPGP,
        "removed",
        "The token is pulled out while PW1 is sent.",
        "sign",
        "removed, tries unknown",
        &format!("{}\n< !removed\n{after}", &text[..end]),
    );
    record(
        "wrong-pin",
        "A wrong PW1 costs one try.",
        "sign",
        "wrong, 2 left",
        &sign(1, &wrong),
    );
    for at in 2..4 {
        run(&[&sign(at, &wrong)[..], &["--use-last-try"]].concat());
    }
    record(
        "blocked",
        "At no tries PW1 is not sent.",
        "sign",
        "blocked",
        &sign(4, &right),
    );
    record(
        "unblock",
        "Without a reset code PW3 sets a new PW1.",
        "unblock",
        "done",
        &[
            "pin",
            "unblock",
            "--puk-file",
            &admin,
            "--new-pin-file",
            &right,
        ],
    );
    record(
        "change",
        "PW1 is changed.",
        "change",
        "done",
        &[
            "pin",
            "change",
            "--pin-file",
            &right,
            "--new-pin-file",
            &wrong,
        ],
    );
    drop(card);
}

#[test]
#[ignore = "writes apdu-traces/idprime"]
fn record_the_journeys_of_the_idprime() {
    let daemon = Daemon::start(&["Recorded"]);
    // The secrets that tests/traces.rs types.
    let card = IdPrimeCard::builder(IDPRIME940)
        .seed(b"traces")
        .puk("12345678")
        .tries(3)
        .holder("CN=Asha Sharma")
        .key(0, KeyKind::P256);
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card.build().unwrap()));
    let home = Home::new();
    let right = home.file("right", "123456\n");
    let wrong = home.file("wrong", "999999\n");
    let puk = home.file("puk", "12345678\n");
    let links: [String; 5] = std::array::from_fn(|_| demo_link());
    let sign = |at: usize, pin| ["sign", &*links[at], "--print", "--pin-file", pin];
    let unblock = ["pin", "unblock", "--unconfirmed", "--puk-file", &puk];
    let unblock = [&unblock[..], &["--new-pin-file", &right]].concat();
    let change = ["pin", "change", "--pin-file", &right];
    let change = [&change[..], &["--new-pin-file", &wrong]].concat();
    let record = |[name, comment, doing, expect]: [&str; 4], line: &[&str]| {
        let text = traced(&home, &daemon, line);
        keep(&IDPRIME, name, comment, doing, expect, &text);
        text
    };

    let comment = "The PIN tries left; spends none.";
    record(["status", comment, "status", "3 tries"], &["pin", "status"]);
    let comment = "Sign one digest; right PIN at the first try.";
    let text = record(["sign", comment, "sign", "signed"], &sign(0, &right));
    // The same as far as the PIN. The log-out reaches nobody either.
    let at = text.find("<pin:").expect("a PIN is sent");
    let end = at + text[at..].find("\n<").expect("an answer");
    let text = format!(
        "{}\n< !removed\n== log out\n> 00 20 FF 11\n< !removed\n",
        &text[..end]
    );
    let comment = "The token is pulled out while the PIN is sent.";
    let expect = "removed, tries unknown";
    keep(&IDPRIME, "removed", comment, "sign", expect, &text);
    let comment = "A wrong PIN costs one try.";
    record(
        ["wrong-pin", comment, "sign", "wrong, 2 left"],
        &sign(1, &wrong),
    );
    for at in 2..4 {
        let line = [&sign(at, &wrong)[..], &["--use-last-try"]].concat();
        run(&mut home.with(&daemon, &line), LIMIT);
    }
    let comment = "At no tries the PIN is not sent.";
    record(["blocked", comment, "sign", "blocked"], &sign(4, &right));
    let comment = "The PUK sets a new PIN.";
    record(["unblock", comment, "unblock", "done"], &unblock);
    let comment = "The PIN is changed.";
    record(["change", comment, "change", "done"], &change);
}

/// Where traces of a family go, and what their headings say.
struct Family {
    folder: &'static str,
    product: &'static str,
    profile: &'static str,
    source: &'static str,
    /// The first step of a dialogue.
    begins: &'static str,
}

const PIV: Family = Family {
    folder: "piv",
    product: "nitrokey",
    profile: "piv-nitrokey",
    source: SOURCE,
    begins: "select the application",
};

const EPASS2003: Family = Family {
    folder: "epass2003",
    product: "emulator",
    profile: "epass2003",
    source: "recorded from the project's own emulator over a virtual reader",
    begins: "read the capabilities",
};

const OPENPGP: Family = Family {
    folder: "openpgp",
    product: "opcard",
    profile: "openpgp",
    source: "recorded from Nitrokey opcard 1.11.0 over a virtual reader",
    begins: "select the application",
};

const IDPRIME: Family = Family {
    folder: "idprime",
    product: "emulator",
    profile: "idprime-940",
    source: "recorded from the project's own emulator over a virtual reader",
    begins: "select the application",
};

/// The trace of one start of the program.
fn traced(home: &Home, daemon: &Daemon, line: &[&str]) -> String {
    let file = home.0.path().join("trace");
    let trace = ["trace", "record", "--full", file.to_str().unwrap(), "--"];
    let finished = run(&mut home.with(daemon, &[&trace, line].concat()), LIMIT);
    let text = fs::read_to_string(&file);
    assert!(text.is_ok(), "{line:?}: {finished:?}");
    text.unwrap()
}

/// The first dialogue with the card, under the headings of the project's traces.
fn keep(family: &Family, name: &str, comment: &str, doing: &str, expect: &str, text: &str) {
    let body = text.split_once("\natr:").expect("a card was seen").1;
    // What follows a finished form is a new look at the card: not this journey.
    let body = body.split("\n\natr:").next().unwrap();
    let atr = body.lines().next().unwrap().trim();
    let steps = body.split_once('\n').unwrap().1;
    let (begins, opened) = (
        format!("\n== {}", family.begins),
        "\n== select the application",
    );
    // A dialogue begins with that step and opens the application; a log-out may
    // begin with it as well.
    let steps = match steps
        .match_indices(opened)
        .nth(usize::from(!begins.starts_with(opened)))
    {
        Some((second, _)) => {
            &steps[..=steps[..second + 1 + opened.len()]
                .rfind(&begins)
                .unwrap_or(second)]
        }
        None => steps,
    };
    let text = format!(
        "# {comment}\nprofile: {}\natr:     {atr}\nsource:  {}\ndo:      {doing}\nexpect:  {expect}\n\n{}\n",
        family.profile,
        family.source,
        steps.trim_end()
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../apdu-traces")
        .join(family.folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join(format!("{}-{name}.trace", family.product)),
        text,
    )
    .unwrap();
}
