//! Tokens that are blocked, come late, leave, or are reset.

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use securesign_vendors::piv::emulator::PivCard;
use serde_json::Value;

use super::home::{Home, LIMIT, demo_link, fresh, openssl_verifies, result};
use super::support::nitrokey::{KEYS, Nitrokey};
use super::support::pcscd::Daemon;
use super::support::run::run;
use super::support::vpcd::VirtualCard;
use super::{PIN, piv};

#[test]
fn a_blocked_token_is_unlocked_and_signs_again_through_the_daemon() {
    let daemon = Daemon::start(&["Reader"]);
    let card = Nitrokey::provisioned(&daemon, 0, &KEYS);
    let home = Home::new();
    let (right, wrong) = (
        home.file("right", "123456\n"),
        home.file("wrong", "999999\n"),
    );
    let new = home.file("new", "654321\n");
    let puk = home.file("puk", "12345678\n");
    let link = demo_link();
    let sign = |pin: &str, more: &[&str]| {
        let link = fresh(&link);
        let mut line = vec!["sign", &link, "--print", "--pin-file", pin];
        line.extend(more);
        run(&mut home.with(&daemon, &line), LIMIT)
    };
    let tries = || {
        let done = run(&mut home.with(&daemon, &["pin", "status", "--json"]), LIMIT);
        serde_json::from_str::<Value>(&done.stdout).unwrap()["tokens"][0]["triesLeft"].clone()
    };
    assert_eq!(tries(), 3);
    assert_eq!(result(&sign(&wrong, &[]).stdout)["remainingAttempts"], 2);
    assert_eq!(result(&sign(&wrong, &[]).stdout)["remainingAttempts"], 1);
    assert_eq!(tries(), 1);
    // Not without a word, which nobody is there to give.
    let kept = sign(&right, &[]);
    assert_eq!(
        result(&kept.stdout)["error"],
        "SS_SIGN_CANCELLED",
        "{kept:?}"
    );
    assert_eq!(tries(), 1);
    assert_eq!(
        result(&sign(&wrong, &["--use-last-try"]).stdout)["error"],
        "SS_PIN_BLOCKED"
    );
    assert_eq!(tries(), 0);
    let before = card.count().to_card;
    let blocked = sign(&right, &["--use-last-try"]);
    assert_eq!(result(&blocked.stdout)["error"], "SS_PIN_BLOCKED");
    assert!(card.count().to_card > before);
    let unblock = [
        "pin",
        "unblock",
        "--json",
        "--puk-file",
        &puk,
        "--new-pin-file",
        &new,
    ];
    let done = run(&mut home.with(&daemon, &unblock), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(tries(), 3);
    let signed = sign(&new, &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&home, &signed.stdout);
    let change = [
        "pin",
        "change",
        "--pin-file",
        &new,
        "--new-pin-file",
        &right,
    ];
    assert_eq!(run(&mut home.with(&daemon, &change), LIMIT).code, Some(0));
    let serial = {
        let done = run(&mut home.with(&daemon, &["tokens", "--json"]), LIMIT);
        let json: Value = serde_json::from_str(&done.stdout).unwrap();
        let certificates = json["readers"][0]["certificates"]
            .as_array()
            .unwrap()
            .clone();
        let rsa = certificates
            .iter()
            .find(|c| c["key"] == "RSA 2048")
            .unwrap();
        rsa["serialNumber"].as_str().unwrap().to_owned()
    };
    // The portal may name the certificate.
    let link = fresh(&format!("{link}&certSerial={serial}"));
    let line = ["sign", &link, "--print", "--pin-file", &right];
    let signed = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(
        result(&signed.stdout)["signatureAlgorithm"],
        "SHA256withRSA",
        "{signed:?}"
    );
    openssl_verifies(&home, &signed.stdout);
    // Nobody inherits the PIN: another program's signature is refused.
    let mut tool = daemon.command("yubico-piv-tool");
    fs::write(home.0.path().join("data"), "x").unwrap();
    let foreign = run(
        tool.args([
            "-r",
            card.reader(),
            "-a",
            "test-signature",
            "-s",
            "9a",
            "-i",
        ])
        .arg(card.certificate("9a")),
        LIMIT,
    );
    assert!(!foreign.success, "{foreign:?}");
}

#[test]
fn a_token_that_comes_late_is_noticed_and_one_that_leaves_is_told() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    let line = ["sign", &link, "--print", "--pin-file", &pin, "--wait", "40"];
    let mut command = home.with(&daemon, &line);
    let port = daemon.port(0);
    let inserted = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(1500));
        VirtualCard::insert(port, Box::new(piv(PIN, "12345678")))
    });
    let done = run(&mut command, LIMIT);
    let card = inserted.join().unwrap();
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("Connect your token"),
        "{}",
        done.stderr
    );
    card.remove_before(5);
    let link = demo_link();
    let line = ["sign", &link, "--print", "--pin-file", &pin];
    let done = run(&mut home.with(&daemon, &line), LIMIT);
    assert_eq!(done.code, Some(1), "{done:?}");
    let error = result(&done.stdout)["error"].as_str().unwrap().to_owned();
    assert!(
        ["SS_TOKEN_REMOVED", "SS_TOKEN_NOT_FOUND"].contains(&error.as_str()),
        "{done:?}"
    );
}

#[test]
fn r23_a_card_reset_by_another_program_costs_no_try_and_is_not_sent_the_pin_again() {
    let daemon = Daemon::start(&["Reader"]);
    let shared = Arc::new(Mutex::new(piv(PIN, "12345678")));
    let card = VirtualCard::insert_shared(daemon.port(0), shared.clone());
    let home = Home::new();
    let pin = home.file("pin", "123456\n");
    let link = demo_link();
    let sign = || {
        let line = ["sign", &fresh(&link), "--print", "--pin-file", &pin];
        run(&mut home.with(&daemon, &line), LIMIT)
    };
    let whole = {
        let before = card.count().apdus;
        assert_eq!(sign().code, Some(0));
        card.count().apdus - before
    };
    println!("cold signature through PC/SC: {whole} commands");
    assert!(whole <= 10, "{whole}");
    let verifies = |shared: &Arc<Mutex<PivCard>>| shared.lock().unwrap().count(0x20);
    for nth in 1..whole {
        let before = verifies(&shared);
        card.reset_before(nth);
        let done = sign();
        let sent = verifies(&shared) - before;
        // The status query, one VERIFY at most, and the log-out.
        assert!(sent <= 4, "at {nth}: {sent} of INS 20, {done:?}");
        assert_eq!(shared.lock().unwrap().pin_tries(), 3, "at {nth}");
        assert!(matches!(done.code, Some(0 | 1)), "{done:?}");
    }
}
