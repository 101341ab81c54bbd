//! Cards that OpenSC has personalised, used by the program through a real PC/SC daemon, with
//! OpenSSL as the judge of what they sign.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::process::Command;

use home::{Home, LIMIT, demo_link, fresh, openssl_verifies, result};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::gids::emulator::{ALL, GidsCard};
use securesign_vendors::pkcs15::emulator::{OBERTHUR, Pkcs15Card};
use serde_json::Value;
use support::opensc;
use support::pcscd::Daemon;
use support::run::{Finished, run, succeed};
use support::vpcd::VirtualCard;

const PIN: &str = "123456";
const NEW: &str = "24682468";

/// A card in a reader, the daemon, and a home to use it from.
struct Stand {
    home: Home,
    _card: VirtualCard,
    daemon: Daemon,
}

impl Stand {
    fn new(card: Box<dyn Emulator>) -> Self {
        let daemon = Daemon::start(&["Virtual reader"]);
        let card = VirtualCard::insert(daemon.port(0), card);
        let home = Home::new();
        opensc::configure(home.0.path());
        let stand = Self {
            home,
            _card: card,
            daemon,
        };
        stand.tool("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
        stand.tool("openssl req -new -key ca.key -subj /CN=Asha-Sharma -out request");
        stand
    }

    fn command(&self, line: &str) -> Command {
        let mut words = line.split_whitespace();
        let folder = self.home.0.path();
        let program = self.daemon.command(words.next().unwrap());
        let mut command = opensc::configured(program, folder);
        command.args(words).current_dir(folder);
        command
    }

    /// A tool of others, which has to succeed.
    fn tool(&self, line: &str) -> Finished {
        succeed(&mut self.command(line), LIMIT)
    }

    /// Issues a certificate for the key of this iD, and stores it.
    fn certify(&self, id: &str, more: &str) {
        let public = self.tool(&format!("pkcs15-tool --read-public-key {id}"));
        self.home.file("public.pem", &public.stdout);
        self.tool(
            "openssl x509 -req -in request -signkey ca.key -force_pubkey public.pem \
             -out new.pem -days 30",
        );
        self.tool(&format!(
            "pkcs15-init --store-certificate new.pem --id {id} --pin {PIN} {more}"
        ));
    }

    /// Our program.
    fn ours(&self, line: &[&str]) -> Finished {
        run(&mut self.home.with(&self.daemon, line), LIMIT)
    }

    fn sign(&self, pin: &str) -> Finished {
        let file = self.home.file("pin", &format!("{pin}\n"));
        self.ours(&["sign", &fresh(&demo_link()), "--print", "--pin-file", &file])
    }

    fn signs(&self, pin: &str) {
        let signed = self.sign(pin);
        assert_eq!(signed.code, Some(0), "{signed:?}");
        openssl_verifies(&self.home, &signed.stdout);
    }

    fn tries(&self) -> Value {
        let told = self.ours(&["pin", "status", "--json"]).stdout;
        let told: Value = serde_json::from_str(&told).unwrap();
        told["tokens"][0]["triesLeft"].clone()
    }

    /// One of the PIN's forms with its two secrets.
    fn form(&self, line: &[&str], file: &str, secret: &str) -> Finished {
        let secret = self.home.file("secret", &format!("{secret}\n"));
        let new = self.home.file("new", &format!("{NEW}\n"));
        self.ours(&[line, &[file, &secret, "--new-pin-file", &new]].concat())
    }

    /// As many wrong PINs as there are tries; the last one with a word.
    fn block(&self, tries: u64) {
        for left in (1..tries).rev() {
            let wrong = self.sign("999999");
            assert_eq!(result(&wrong.stdout)["remainingAttempts"], left);
        }
        let file = self.home.file("pin", "999999\n");
        let link = fresh(&demo_link());
        let last = [
            "sign",
            &link,
            "--print",
            "--use-last-try",
            "--pin-file",
            &file,
        ];
        assert_eq!(result(&self.ours(&last).stdout)["error"], "SS_PIN_BLOCKED");
        assert_eq!(self.tries(), 0);
    }
}

const ADMIN_KEY: &str = "1023456789ABCDEF1023456789ABCDEF1023456789ABCDEF";

#[test]
fn a_gids_card_that_opensc_personalised_signs_and_is_unblocked_by_its_admin_key() {
    for product in ALL {
        let card = GidsCard::builder(product).seed(b"personalised").blank();
        let stand = Stand::new(Box::new(card.build().unwrap()));
        stand.tool(&format!(
            "gids-tool --initialize --pin {PIN} --admin-key {ADMIN_KEY} \
             --serial-number 00112233445566778899AABBCCDDEEFF"
        ));
        stand.tool(&format!(
            "pkcs15-init --generate-key rsa:2048 --auth-id 80 --pin {PIN} --verify-pin \
             --key-usage sign,decrypt --label made"
        ));
        stand.certify("00", "--auth-id 80 --verify-pin");

        let tokens = stand.ours(&["tokens"]).stdout;
        assert!(
            tokens.contains("00112233445566778899AABBCCDDEEFF"),
            "{tokens}"
        );
        assert!(tokens.contains("Asha-Sharma"), "{tokens}");
        assert_eq!(stand.tries(), 3);
        stand.signs(PIN);
        stand.block(3);
        let done = stand.form(&["pin", "unblock"], "--puk-file", ADMIN_KEY);
        assert_eq!(done.code, Some(0), "{}: {done:?}", product.name);
        assert_eq!(stand.tries(), 3);
        stand.signs(NEW);
        // OpenSC takes the PIN that we have set.
        let verify = "pkcs15-tool --verify-pin --auth-id 80 --pin";
        stand.tool(&format!("{verify} {NEW}"));
        let old = run(&mut stand.command(&format!("{verify} {PIN}")), LIMIT);
        assert!(!old.success, "{old:?}");
    }
}

/// OpenSC 0.23 cannot sign with such cards: what it personalised signs with us alone.
#[test]
fn an_oberthur_card_that_opensc_personalised_signs() {
    let card = Pkcs15Card::builder(OBERTHUR).seed(b"personalised");
    let stand = Stand::new(Box::new(card.build().unwrap()));
    let officer = "--so-pin 87654321";
    stand.tool(&format!(
        "pkcs15-init --create-pkcs15 {officer} --so-puk= --label Made-by-OpenSC"
    ));
    stand.tool(&format!(
        "pkcs15-init --store-pin --auth-id 53434d --pin {PIN} --puk 12345678 {officer} --label user"
    ));
    stand.tool(&format!(
        "pkcs15-init --generate-key rsa/2048 --auth-id 53434d --pin {PIN} {officer} --id 45 \
         --label rsa"
    ));
    stand.certify("45", &format!("--auth-id 53434d {officer}"));
    stand.signs(PIN);
    let done = stand.form(&["pin", "change", "--unconfirmed"], "--pin-file", PIN);
    assert_eq!(done.code, Some(0), "{done:?}");
    stand.signs(NEW);
}
