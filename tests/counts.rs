//! How many commands each thing costs at the card, of the program itself, through the
//! real PC/SC daemon. Two certificates are on each card, both longer than one answer.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::path::Path;
use std::process::Command;

use home::{Home, LIMIT, demo_link, fresh, result};
use securesign_vendors::piv::emulator::{
    KeyKind, NIST, OPENFIPS201, PIVAPPLET, Personality, PivCard, Slot,
};
use support::nitrokey::{KEYS, Nitrokey, PIN, PUK};
use support::pcscd::Daemon;
use support::run::{Finished, Scratch, run, succeed};
use support::vpcd::VirtualCard;

/// So long that the object with a P-256 certificate takes four answers of 256 bytes, one
/// with P-384 four, and one with RSA-2048 six.
const SUBJECT: &str = "CN=Asha Sharma,OU=Department of Registers and of Certificates That Do \
    Not Fit Into Two Answers of a Card,O=Ministry of Long Names and of the Longest Addresses \
    in the Land,STREET=Plot 17 and 18 of the Second Road Behind the Old Post Office,L=New \
    Delhi,ST=Delhi,C=IN";
const P256: u64 = 4;
const P384: u64 = 4;
const RSA: u64 = 6;

/// SELECT, the question for the tries left, VERIFY, the signature, the log-out.
const SIGNATURE: u64 = 5;
/// The block goes in two, and the signature comes in two.
const RSA_MORE: u64 = 2;
/// Which PIN is the card holder's: not of software that is known to have one only.
const DISCOVERY: u64 = 1;
/// The first bytes of a certificate, which tell that it is not the one.
const PASSED: u64 = 1;

/// A card with these keys in 9A and 9C, in a reader.
struct Stand {
    daemon: Daemon,
    card: VirtualCard,
    home: Home,
    pin: String,
}

impl Stand {
    fn new(personality: Personality, authentication: KeyKind, signature: KeyKind) -> Self {
        Self::named(personality, authentication, signature, SUBJECT)
    }

    fn named(
        personality: Personality,
        authentication: KeyKind,
        signature: KeyKind,
        subject: &str,
    ) -> Self {
        let daemon = Daemon::start(&["Reader"]);
        let card = PivCard::builder(personality)
            .seed(b"counts")
            .pin(PIN)
            .puk(PUK)
            .subject(Slot::AUTHENTICATION, subject)
            .subject(Slot::SIGNATURE, subject)
            .key(Slot::AUTHENTICATION, authentication)
            .key(Slot::SIGNATURE, signature)
            .build()
            .unwrap();
        let card = VirtualCard::insert(daemon.port(0), Box::new(card));
        let home = Home::new();
        let pin = home.file("pin", &format!("{PIN}\n"));
        Self {
            daemon,
            card,
            home,
            pin,
        }
    }

    /// Runs the program; what it said, and its commands.
    fn cost(&self, line: &[&str]) -> (Finished, u64) {
        let before = self.card.count().apdus;
        let done = run(&mut self.home.with(&self.daemon, line), LIMIT);
        assert_eq!(done.code, Some(0), "{done:?}");
        (done, self.card.count().apdus - before)
    }

    fn sign(&self, more: &str) -> u64 {
        let link = fresh(&demo_link()) + more;
        let line = ["sign", &link, "--print", "--pin-file", &self.pin];
        let (done, cost) = self.cost(&line);
        assert_eq!(result(&done.stdout)["success"], true);
        cost
    }

    /// What yubico-piv-tool takes for the same, told the slot.
    fn peer(&self, slot: &str, algorithm: &str) -> u64 {
        let scratch = Scratch::new("counts");
        std::fs::write(scratch.path().join("message"), "hello").unwrap();
        let mut tool = self.daemon.command("yubico-piv-tool");
        tool.current_dir(scratch.path());
        tool.args(["-r", "Reader", "-a", "read-certificate", "-a", "verify-pin"]);
        tool.args(["-P", PIN, "--sign", "-s", slot, "-A", algorithm]);
        tool.args(["-H", "SHA256", "-i", "message", "-o", "signature"]);
        let before = self.card.count().apdus;
        succeed(&mut tool, LIMIT);
        self.card.count().apdus - before
    }

    /// With the serial number of the certificate in this slot.
    fn sign_with(&self, slot: &str) -> u64 {
        let scratch = Scratch::new("counts");
        let file = scratch.path().join("certificate");
        let mut tool = self.daemon.command("yubico-piv-tool");
        tool.args(["-r", "Reader", "-a", "read-certificate", "-s", slot, "-o"]);
        succeed(tool.arg(&file), LIMIT);
        self.sign(&format!("&certSerial={}", serial(&file)))
    }
}

fn serial(certificate: &Path) -> String {
    let mut openssl = Command::new("openssl");
    openssl.args(["x509", "-noout", "-serial", "-in"]);
    let text = succeed(openssl.arg(certificate), LIMIT).stdout;
    text.trim().trim_start_matches("serial=").to_owned()
}

/// yubico-piv-tool, told its slot, takes six commands, the certificate, and two more for
/// RSA. Who is told a serial number has to look which slot has it.
#[test]
fn a_cold_signature_with_a_serial_number_reads_no_other_certificate() {
    for (product, discovery) in [(PIVAPPLET, 0), (NIST, DISCOVERY), (OPENFIPS201, DISCOVERY)] {
        let name = product.name;
        let stand = Stand::new(product, KeyKind::Rsa2048, KeyKind::P256);
        let expected = SIGNATURE + discovery + P256;
        assert_eq!(stand.sign_with("9c"), expected, "{name}");
        assert!(expected <= stand.peer("9c", "ECCP256"), "{name}");
        let expected = SIGNATURE + discovery + PASSED + RSA + RSA_MORE;
        assert_eq!(stand.sign_with("9a"), expected, "{name}");
        // The next time it is known where to begin, and which PIN is the holder's.
        let again = expected - PASSED - discovery;
        assert_eq!(stand.sign_with("9a"), again, "{name}");
        // One more than who is told the slot, the first time and where nobody knows of the
        // PIN: its tries left are not shown before the card has said which one it is, and
        // nothing else that it says tells that.
        assert!(
            expected - discovery <= stand.peer("9a", "RSA2048"),
            "{name}"
        );
    }
    for (product, discovery) in [(PIVAPPLET, 0), (NIST, DISCOVERY)] {
        let stand = Stand::new(product, KeyKind::P384, KeyKind::P256);
        let expected = SIGNATURE + discovery + PASSED + P384;
        assert_eq!(stand.sign_with("9a"), expected, "{}", product.name);
    }
}

#[test]
fn a_cold_signature_with_all_to_choose_from_reads_each_certificate_once() {
    for (product, discovery) in [(PIVAPPLET, 0), (NIST, DISCOVERY)] {
        let name = product.name;
        let base = SIGNATURE + discovery;
        let stand = Stand::new(product, KeyKind::Rsa2048, KeyKind::P256);
        assert_eq!(stand.sign(""), base + P256 + RSA, "{name}");
        let stand = Stand::new(product, KeyKind::P256, KeyKind::Rsa2048);
        assert_eq!(stand.sign(""), base + P256 + RSA + RSA_MORE, "{name}");
        let stand = Stand::new(product, KeyKind::P256, KeyKind::P384);
        assert_eq!(stand.sign(""), base + P256 + P384, "{name}");
    }
}

#[test]
fn the_tokens_are_read_once_and_a_new_pin_costs_what_it_must() {
    // SELECT and the tries left.
    const STATUS: u64 = 2;
    // The key history, 9D, 9E, the serial number, the tries left of the PUK.
    const REST: u64 = 5;
    // The new PIN, and the log-out.
    const CHANGE: u64 = 2;
    // Where the tries left of the PUK are told.
    const PUK_TRIES: u64 = 1;
    for (product, discovery) in [(PIVAPPLET, 0), (NIST, DISCOVERY)] {
        let name = product.name;
        let stand = Stand::new(product, KeyKind::Rsa2048, KeyKind::P256);
        let status = STATUS + discovery;
        assert_eq!(stand.cost(&["pin", "status"]).1, status, "{name}");
        let all = status + P256 + RSA + REST;
        assert_eq!(stand.cost(&["tokens"]).1, all, "{name}");
        // Once its certificates are known, it is known which PIN is the holder's and, of
        // NIST's card, that it does not tell the tries left of the PUK.
        let known = 2 * discovery;
        assert_eq!(stand.cost(&["tokens"]).1, all - known, "{name}");
        let new = stand.home.file("new", "654321\n");
        let line = ["pin", "change", "--pin-file", &stand.pin];
        let line = [&line[..], &["--new-pin-file", &new]].concat();
        assert_eq!(stand.cost(&line).1, status + CHANGE, "{name}");
        let puk = stand.home.file("puk", &format!("{PUK}\n"));
        let line = ["pin", "unblock", "--puk-file", &puk];
        let line = [&line[..], &["--new-pin-file", &stand.pin]].concat();
        let expected = status + PUK_TRIES + CHANGE;
        assert_eq!(stand.cost(&line).1, expected, "{name}");
        assert!(expected <= 6);
    }
}

/// Two certificates of four and of five answers: 15 commands are the bound. The first time it
/// takes two more, of a card of which nothing is known: that none but its own PIN is the
/// holder's, and that it tells no tries left of the PUK, it has to say once. That 9D, 9E and
/// the key history are empty is asked each time: nothing on a card changes with them.
#[test]
fn the_token_window_reads_two_certificates_with_fifteen_commands() {
    const WINDOW: u64 = 15;
    let subject = SUBJECT.replace("and of the Longest Addresses in the Land", "");
    let (authentication, signature) = (KeyKind::Rsa2048, KeyKind::P256);
    let stand = Stand::named(NIST, authentication, signature, &subject);
    let costs = [(); 3].map(|()| stand.cost(&["tokens"]).1);
    assert_eq!(costs, [WINDOW + 2, WINDOW, WINDOW]);
}

/// The same on a card that others wrote.
#[test]
fn a_card_that_others_wrote_is_asked_no_more() {
    let daemon = Daemon::start(&["Reader"]);
    let card = Nitrokey::provisioned(&daemon, 0, &KEYS);
    let home = Home::new();
    let pin = home.file("pin", &format!("{PIN}\n"));
    for (slot, passed, more) in [("9c", 0, 0), ("9a", PASSED, RSA_MORE)] {
        let serial = serial(&card.certificate(slot));
        let link = format!("{}&certSerial={serial}", fresh(&demo_link()));
        let line = ["sign", &link, "--print", "--pin-file", &pin];
        let before = card.count().apdus;
        let done = run(&mut home.with(&daemon, &line), LIMIT);
        assert_eq!(result(&done.stdout)["success"], true, "{done:?}");
        // Its certificates are short: two answers each.
        let expected = SIGNATURE + passed + 2 + more;
        assert_eq!(card.count().apdus - before, expected, "{slot}");
    }
}
