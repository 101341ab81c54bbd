//! Nitrokey's OpenPGP applet with keys that GnuPG's scdaemon has made, used by the program
//! through a real PC/SC daemon, with OpenSSL and scdaemon as the judges.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "support/home.rs"]
mod home;
mod support;

use home::{Home, LIMIT, demo_link, fresh, openssl_verifies, result};
use serde_json::Value;
use support::nitrokey::Nitrokey;
use support::pcscd::Daemon;
use support::run::{Finished, run};

/// The answer to reset of a card that has nothing else.
const ALONE: [&str; 3] = [
    "--openpgp",
    "--atr",
    "3BDA18FF81B1FE751F030031F573C001600090001C",
];

struct Stand {
    home: Home,
    card: Nitrokey,
    daemon: Daemon,
}

impl Stand {
    fn new(options: &[&str]) -> Self {
        let daemon = Daemon::start(&["Opcard"]);
        let card = Nitrokey::openpgp(&daemon, 0, options);
        let home = Home::new();
        Self { home, card, daemon }
    }

    fn ours(&self, line: &[&str]) -> Finished {
        run(&mut self.home.with(&self.daemon, line), LIMIT)
    }

    fn json(&self, line: &[&str]) -> Value {
        serde_json::from_str(&self.ours(line).stdout).unwrap()
    }

    fn sign(&self, pin: &str, more: &[&str]) -> Finished {
        self.open(&demo_link(), pin, more)
    }

    fn open(&self, link: &str, pin: &str, more: &[&str]) -> Finished {
        let file = self.home.file("pin", &format!("{pin}\n"));
        self.ours(&[&["sign", link, "--print", "--pin-file", &file], more].concat())
    }

    fn tries(&self) -> Value {
        self.json(&["pin", "status", "--json"])["tokens"][0]["triesLeft"].clone()
    }

    fn form(&self, form: &str, option: &str, secret: &str, new: &str) -> Finished {
        let secret = self.home.file("secret", &format!("{secret}\n"));
        let new = self.home.file("new", &format!("{new}\n"));
        self.ours(&["pin", form, option, &secret, "--new-pin-file", &new])
    }
}

#[test]
fn keys_that_gnupg_made_sign_and_openssl_agrees() {
    let stand = Stand::new(&ALONE);
    let tokens = stand.json(&["tokens", "--json"]);
    let reader = &tokens["readers"][0];
    assert_eq!(reader["family"], "OpenPGP card", "{tokens:#}");
    let certificates = reader["certificates"].as_array().unwrap();
    assert_eq!(certificates.len(), 2, "{tokens:#}");
    let before = stand.card.count().apdus;
    let signed = stand.sign("123456", &[]);
    let cost = stand.card.count().apdus - before;
    println!("a cold signature, the log-outs and both certificates: {cost} commands");
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&stand.home, &signed.stdout);
    // The authentication key too, where its certificate is asked for.
    let serial = certificates[1]["serialNumber"].as_str().unwrap();
    let link = format!("{}&certSerial={serial}", demo_link());
    let signed = stand.open(&link, "123456", &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&stand.home, &signed.stdout);
    assert_eq!(stand.tries(), 3);
}

#[test]
fn a_wrong_pin_costs_one_try_and_a_blocked_card_is_unlocked_by_the_code_that_gnupg_set() {
    let stand = Stand::new(&ALONE);
    stand.card.scdaemon(
        &stand.daemon,
        "PASSWD --reset 2\nD 12345678%00\nEND\nD 99887766%00\nEND\n",
    );
    let text = stand.ours(&["tokens"]).stdout;
    assert!(text.contains("Reset code tries left: 3"), "{text}");
    for left in [2, 1, 0] {
        let refused = stand.sign("999999", &["--use-last-try"]);
        assert_ne!(refused.code, Some(0), "{refused:?}");
        assert_eq!(stand.tries(), left);
    }
    let refused = stand.sign("123456", &["--use-last-try"]);
    assert_ne!(refused.code, Some(0), "{refused:?}");
    let done = stand.form("unblock", "--puk-file", "99887766", "654321");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(stand.tries(), 3);
    let done = stand.form("change", "--pin-file", "654321", "abcdefgh");
    assert_eq!(done.code, Some(0), "{done:?}");
    let signed = stand.sign("abcdefgh", &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&stand.home, &signed.stdout);
    // GnuPG finds the card as it should be.
    let said = stand.card.scdaemon(&stand.daemon, "GETATTR CHV-STATUS\n");
    assert!(said.contains("+3+3+3"), "{said}");
}

#[test]
fn without_a_reset_code_the_admin_pin_unlocks_and_is_named() {
    let stand = Stand::new(&ALONE);
    let text = stand.ours(&["tokens"]).stdout;
    assert!(text.contains("Admin PIN tries left: 3"), "{text}");
    for _ in 0..3 {
        stand.sign("999999", &["--use-last-try"]);
    }
    assert_eq!(stand.tries(), 0);
    let refused = stand.form("unblock", "--puk-file", "00000000", "654321");
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert!(refused.stderr.contains("Admin PIN"), "{refused:?}");
    let done = stand.form("unblock", "--puk-file", "12345678", "654321");
    assert_eq!(done.code, Some(0), "{done:?}");
    let signed = stand.sign("654321", &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
}

#[test]
fn a_token_with_piv_and_openpgp_is_shown_as_both_and_piv_goes_first() {
    let stand = Stand::new(&["--both"]);
    stand.card.provision(&stand.daemon, "9c", "ECCP256");
    let tokens = stand.json(&["tokens", "--json"]);
    let [piv, openpgp, _empty] = &tokens["readers"].as_array().unwrap()[..] else {
        panic!("{tokens:#}");
    };
    assert_eq!(piv["family"], "Nitrokey PIV", "{tokens:#}");
    assert_eq!(openpgp["family"], "OpenPGP card", "{tokens:#}");
    assert_eq!(piv["reader"], openpgp["reader"]);
    for (application, certificates) in [(piv, 1), (openpgp, 2)] {
        let found = application["certificates"].as_array().unwrap();
        assert_eq!(found.len(), certificates, "{tokens:#}");
    }
    let certificate = signed_with(&stand, &demo_link(), "123456");
    assert_eq!(certificate, piv["certificates"][0]["serialNumber"]);
    // What the OpenPGP application has is found by its serial number.
    let serial = openpgp["certificates"][1]["serialNumber"].as_str().unwrap();
    let link = format!("{}&certSerial={serial}", fresh(&demo_link()));
    assert_eq!(signed_with(&stand, &link, "123456"), serial);
}

#[test]
fn a_token_whose_piv_is_empty_signs_with_openpgp_and_each_counts_its_own_tries() {
    let stand = Stand::new(&["--both"]);
    let tries = || {
        let tokens = stand.json(&["tokens", "--json"]);
        let readers = tokens["readers"].as_array().unwrap().clone();
        let left = readers[..2].iter().map(|it| &it["pin"]["triesLeft"]);
        left.cloned().collect::<Vec<_>>()
    };
    let full = tries();
    let before = stand.card.count().apdus;
    let refused = stand.sign("999999", &[]);
    let cost = stand.card.count().apdus - before;
    println!("a wrong PIN for the second application: {cost} commands");
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert_eq!(tries(), [full[0].clone(), Value::from(2)]);
    let before = stand.card.count().apdus;
    signed_with(&stand, &fresh(&demo_link()), "123456");
    let cost = stand.card.count().apdus - before;
    println!("a cold signature with the second application: {cost} commands");
    // 13 of them are those of a card that has OpenPGP alone; PIV is found to be empty.
    assert!(cost <= 20, "{cost}");
    assert_eq!(tries(), full);
}

/// The serial number of the certificate that has signed.
fn signed_with(stand: &Stand, link: &str, pin: &str) -> String {
    let signed = stand.open(link, pin, &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&stand.home, &signed.stdout);
    let certificate = &result(&signed.stdout)["certificate"];
    certificate["serialNumber"].as_str().unwrap().to_owned()
}
