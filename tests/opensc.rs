//! An ePass2003 that OpenSC has personalised, used by the program through a real
//! PC/SC daemon, with OpenSSL and OpenSC as the judges; and what it costs beside
//! OpenSC on the same card.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use home::{Home, LIMIT, demo_link, fresh, openssl_verifies, result};
use securesign_vendors::epass2003::emulator::{Builder, Container, Epass, Mode};
use serde_json::Value;
use support::opensc;
use support::pcscd::Daemon;
use support::run::{Finished, run, succeed};
use support::vpcd::VirtualCard;

const PIN: &str = "123456";
const PUK: &str = "87654321";
/// Another user, where the tests run as root.
const NOBODY: u32 = 65534;
/// OpenSC's profile gives each six tries.
const TRIES: u8 = 6;

/// A token in a reader, the daemon, and a home to use it from.
struct Stand {
    home: Home,
    token: Arc<Mutex<Epass>>,
    card: VirtualCard,
    daemon: Daemon,
}

impl Stand {
    fn new(builder: Builder) -> Self {
        let daemon = Daemon::start(&["Feitian ePass2003"]);
        let token = Arc::new(Mutex::new(builder.seed(b"opensc").build().unwrap()));
        let card = VirtualCard::insert_shared(daemon.port(0), token.clone());
        let home = Home::new();
        opensc::configure(home.0.path());
        Self {
            home,
            token,
            card,
            daemon,
        }
    }

    /// A token with an RSA and an EC key and their certificates, all by OpenSC.
    fn personalised(builder: Builder) -> Self {
        let stand = Self::initialised(builder);
        for (id, kind) in [("45", "rsa/2048"), ("46", "ec/prime256v1")] {
            stand.key(id, kind);
            stand.certificate(id);
        }
        stand
    }

    /// A token with a PIN and no keys, and an authority that issues certificates.
    fn initialised(builder: Builder) -> Self {
        let stand = Self::new(builder);
        stand.init(&["--erase-card"]);
        #[rustfmt::skip]
        stand.init(&[
            "--create-pkcs15", "--so-pin", "12345678", "--so-puk", PUK, "--pin", PIN,
            "--puk", PUK, "--label", "Made by OpenSC",
        ]);
        stand.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
        stand.openssl("req -new -key ca.key -subj /CN=Asha-Sharma -out request");
        stand.openssl("req -new -x509 -key ca.key -subj /CN=Sub-CA -out authority.pem");
        stand
    }

    fn init(&self, more: &[&str]) {
        let init = ["pkcs15-init", "--profile", "pkcs15+onepin"];
        self.tool(&[&init, more].concat());
    }

    /// Generates a key of this kind.
    fn key(&self, id: &str, kind: &str) {
        #[rustfmt::skip]
        self.init(&["--generate-key", kind, "--auth-id", "01", "--pin", PIN, "--id", id]);
    }

    /// Issues a certificate for a key of the token, and stores it.
    fn certificate(&self, id: &str) {
        self.issue(id, "");
        self.store(&["--store-certificate", "new.pem", "--id", id]);
    }

    /// Issues a certificate for a key of the token, with a comment that fills it.
    fn issue(&self, id: &str, comment: &str) {
        let public = self.tool(&["pkcs15-tool", "--read-public-key", id]).stdout;
        self.home.file("public.pem", &public);
        self.home
            .file("extensions", &format!("nsComment={comment}\n"));
        self.openssl(
            "x509 -req -in request -signkey ca.key -force_pubkey public.pem -out new.pem \
             -days 30 -extfile extensions",
        );
    }

    fn store(&self, more: &[&str]) {
        self.init(&[more, &["--auth-id", "01", "--pin", PIN]].concat());
    }

    fn command(&self, program: &str) -> Command {
        let folder = self.home.0.path();
        let mut command = opensc::configured(self.daemon.command(program), folder);
        command.current_dir(folder);
        command
    }

    /// A tool of others, which has to succeed.
    fn tool(&self, line: &[&str]) -> Finished {
        succeed(self.command(line[0]).args(&line[1..]), LIMIT)
    }

    fn openssl(&self, line: &str) {
        succeed(self.command("openssl").args(line.split(' ')), LIMIT);
    }

    /// Our program.
    fn ours(&self, line: &[&str]) -> Finished {
        run(&mut self.home.with(&self.daemon, line), LIMIT)
    }

    fn json(&self, line: &[&str]) -> Value {
        serde_json::from_str(&self.ours(line).stdout).unwrap()
    }

    fn sign(&self, link: &str, pin: &str, more: &[&str]) -> Finished {
        let file = self.home.file("pin", &format!("{pin}\n"));
        self.ours(&[&["sign", link, "--print", "--pin-file", &file], more].concat())
    }

    fn tries(&self) -> Value {
        self.json(&["pin", "status", "--json"])["tokens"][0]["triesLeft"].clone()
    }

    /// One of the PIN's forms with its two secrets.
    fn form(&self, form: &str, secret: &str, new: &str) -> Finished {
        let which = if form == "unblock" {
            "--puk-file"
        } else {
            "--pin-file"
        };
        let secret = self.home.file("secret", &format!("{secret}\n"));
        let new = self.home.file("new", &format!("{new}\n"));
        self.ours(&["pin", form, which, &secret, "--new-pin-file", &new])
    }

    /// How many commands a good signature takes.
    fn signs(&self, link: &str) -> u64 {
        let (signed, commands) = self.count(|| self.sign(&fresh(link), PIN, &[]));
        assert_eq!(signed.code, Some(0), "{signed:?}");
        openssl_verifies(&self.home, &signed.stdout);
        commands
    }

    /// How many commands pkcs15-crypt and pkcs11-tool take for an RSA signature with the key
    /// of this iD.
    fn opensc_signs(&self, id: &str) -> [u64; 2] {
        let public = self.tool(&["pkcs15-tool", "--read-public-key", id]).stdout;
        self.home.file("public.pem", &public);
        self.home.file("message", "SecureSign demo document\n");
        self.openssl("dgst -sha256 -binary -out hash message");
        #[rustfmt::skip]
        let crypt = [
            "pkcs15-crypt", "--sign", "--pkcs1", "--sha-256", "--key", id, "--pin", PIN,
            "--input", "hash", "--output", "signature",
        ];
        #[rustfmt::skip]
        let pkcs11 = [
            "pkcs11-tool", "--module", "opensc-pkcs11.so", "--login", "--pin", PIN, "--sign",
            "--id", id, "--mechanism", "SHA256-RSA-PKCS", "-i", "message", "-o", "signature",
        ];
        [&crypt[..], &pkcs11[..]].map(|line| {
            let (_, commands) = self.count(|| self.tool(line));
            // What signed nothing would be no peer.
            self.openssl("dgst -sha256 -verify public.pem -signature signature message");
            fs::remove_file(self.home.0.path().join("signature")).unwrap();
            commands
        })
    }

    /// Where certificates are kept.
    fn cache(&self) -> PathBuf {
        self.home.0.path().join("XDG_CACHE_HOME/securesign")
    }

    /// How many commands `work` sends to the card.
    fn count<T>(&self, work: impl FnOnce() -> T) -> (T, u64) {
        let before = self.card.count().apdus;
        let value = work();
        (value, self.card.count().apdus - before)
    }
}

fn the_whole_life(builder: Builder) {
    let stand = Stand::personalised(builder);

    // Lists.
    let tokens = stand.json(&["tokens", "--json"]);
    let reader = &tokens["readers"][0];
    let keys: Vec<&str> = reader["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|certificate| certificate["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["RSA 2048", "ECDSA P-256"], "{tokens:#}");
    let text = stand.ours(&["tokens"]).stdout;
    assert!(text.contains("Made by OpenSC"), "{text}");
    assert_eq!(stand.tries(), TRIES);

    // Signs with both, and OpenSSL verifies.
    for certificate in reader["certificates"].as_array().unwrap() {
        let serial = certificate["serialNumber"].as_str().unwrap();
        let link = format!("{}&certSerial={serial}", demo_link());
        let signed = stand.sign(&link, PIN, &[]);
        assert_eq!(signed.code, Some(0), "{signed:?}");
        openssl_verifies(&stand.home, &signed.stdout);
        assert!(!stand.token.lock().unwrap().is_verified(), "logged out");
    }

    // Wrong PINs, down to nothing.
    for left in (1..TRIES).rev() {
        let wrong = stand.sign(&demo_link(), "999999", &[]);
        assert_eq!(result(&wrong.stdout)["remainingAttempts"], left);
        assert_eq!(stand.tries(), left);
    }
    let kept = stand.sign(&demo_link(), PIN, &[]);
    assert_eq!(result(&kept.stdout)["error"], "SS_SIGN_CANCELLED");
    assert_eq!(stand.tries(), 1, "not without a word");
    let last = stand.sign(&demo_link(), "999999", &["--use-last-try"]);
    assert_eq!(result(&last.stdout)["error"], "SS_PIN_BLOCKED");
    assert_eq!(stand.tries(), 0);

    // Unlocked with the PUK: what OpenSC 0.23 fails to do on these tokens.
    let wrong = stand.form("unblock", "00000000", "24682468");
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert_eq!(stand.token.lock().unwrap().so_tries(), TRIES - 1);
    let done = stand.form("unblock", PUK, "24682468");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(stand.tries(), TRIES);
    let signed = stand.sign(&demo_link(), "24682468", &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&stand.home, &signed.stdout);

    // Changed by us; OpenSC takes the new one and not the old one.
    let done = stand.form("change", "24682468", "13571357");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(stand.tries(), TRIES);
    let verify = ["pkcs15-tool", "--verify-pin", "--auth-id", "01", "--pin"];
    stand.tool(&[&verify[..], &["13571357"]].concat());
    let old = run(
        stand.command(verify[0]).args(&verify[1..]).arg("24682468"),
        LIMIT,
    );
    assert!(!old.success, "{old:?}");
    assert_eq!(stand.tries(), TRIES - 1);

    // Changed by OpenSC; we take the new one.
    #[rustfmt::skip]
    stand.tool(&[
        "pkcs15-tool", "--verify-pin", "--change-pin", "--auth-id", "01", "--pin", "13571357",
        "--new-pin", "97539753",
    ]);
    let signed = stand.sign(&demo_link(), "97539753", &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
}

#[test]
fn a_token_that_opensc_personalised_serves_us_its_whole_life_with_aes() {
    the_whole_life(Epass::blank(Mode::Aes));
}

#[test]
fn a_token_that_opensc_personalised_serves_us_its_whole_life_with_des_and_short_lengths() {
    the_whole_life(Epass::blank(Mode::Des).one_byte_length());
}

#[test]
fn a_token_that_opensc_personalised_serves_us_its_whole_life_in_fips_mode() {
    // OpenSC 0.23 sums its question for the tries in a way that real tokens of
    // this mode refuse: the switch lets it in.
    the_whole_life(Epass::blank(Mode::Fips).any_query_code());
}

#[test]
fn a_token_that_opensc_personalised_serves_us_its_whole_life_unprotected() {
    the_whole_life(Epass::blank(Mode::Plain));
}

#[test]
fn the_vendors_layout_signs_through_the_daemon() {
    let builder = Epass::l2(Mode::Aes)
        .certificate(Container::signing("CN=Asha Sharma,C=IN"))
        .certificate(Container::encryption("CN=Asha Sharma,C=IN"));
    let stand = Stand::new(builder);
    let tokens = stand.json(&["tokens", "--json"]);
    let certificates = tokens["readers"][0]["certificates"].as_array().unwrap();
    assert_eq!(certificates.len(), 1, "{tokens:#}");
    let signed = stand.sign(&demo_link(), "12345678", &[]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&stand.home, &signed.stdout);
    // Unconfirmed there: not without a word, and nothing is sent before it.
    let (asked, commands) = stand.count(|| stand.form("change", "12345678", "87654321"));
    assert_eq!(asked.code, Some(1), "{asked:?}");
    assert!(asked.stderr.contains("unconfirmed"), "{asked:?}");
    assert!(asked.stderr.contains("--unconfirmed"), "{asked:?}");
    assert!(commands > 0);
    let secret = stand.home.file("secret", "12345678\n");
    let new = stand.home.file("new", "87654321\n");
    #[rustfmt::skip]
    let done = stand.ours(&[
        "pin", "change", "--pin-file", &secret, "--new-pin-file", &new, "--unconfirmed",
    ]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(stand.sign(&demo_link(), "87654321", &[]).code, Some(0));
}

#[test]
fn a_document_at_hand_signs_where_the_token_refuses_digests() {
    let builder = Epass::l2(Mode::Fips)
        .refuses_raw_rsa()
        .certificate(Container::signing("CN=Asha Sharma,C=IN"));
    let stand = Stand::new(builder);
    let refused = stand.sign(&demo_link(), "12345678", &[]);
    assert!(refused.stderr.contains("6F83"), "{refused:?}");
    assert!(refused.stderr.contains("--document"), "{refused:?}");
    // What the demo's link asks to sign.
    let right = stand.home.file("right", "SecureSign demo document\n");
    let wrong = stand.home.file("wrong", "another document\n");
    let (other, commands) =
        stand.count(|| stand.sign(&demo_link(), "12345678", &["--document", &wrong]));
    assert!(other.stderr.contains("does not match"), "{other:?}");
    assert_eq!((other.code, commands), (Some(2), 0), "nothing was sent");
    let signed = stand.sign(&demo_link(), "12345678", &["--document", &right]);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&stand.home, &signed.stdout);
}

/// The same card, the same task, in one run: ours never above half of OpenSC's.
#[test]
fn ours_takes_at_most_half_of_the_commands_that_opensc_takes() {
    let stand = Stand::personalised(Epass::blank(Mode::Aes));
    let (_, theirs) = stand.count(|| stand.tool(&["pkcs15-tool", "--list-pins"]));
    let (_, ours) = stand.count(|| assert_eq!(stand.tries(), TRIES));
    println!("tries left: ours {ours}, OpenSC {theirs} commands (and it does not tell them)");
    assert!(2 * ours <= theirs, "{ours} and {theirs}");

    let [_, theirs] = stand.opensc_signs("45");
    let (signed, ours) = stand.count(|| stand.sign(&demo_link(), PIN, &[]));
    assert_eq!(signed.code, Some(0), "{signed:?}");
    openssl_verifies(&stand.home, &signed.stdout);
    println!("a cold signature: ours {ours}, OpenSC {theirs} commands");
    assert!(2 * ours <= theirs, "{ours} and {theirs}");
}

/// One certificate, two, three and an authority's, of the size that Indian authorities
/// issue; whoever asks names the last. At the card of the whole program, with the tries
/// left shown and the log-out. A second time takes no more than the directory.
#[test]
fn a_cold_signature_keeps_within_its_bounds_however_many_certificates_opensc_has_stored() {
    let stand = Stand::initialised(Epass::blank(Mode::Aes));
    for (id, bound) in [("45", 28), ("46", 32), ("47", 36)] {
        stand.key(id, "rsa/2048");
        stand.issue(id, &"x".repeat(900));
        stand.store(&["--store-certificate", "new.pem", "--id", id]);
        if id == "47" {
            #[rustfmt::skip]
            stand.store(&["--store-certificate", "authority.pem", "--authority", "--id", "50"]);
        }
        let tokens = stand.json(&["tokens", "--json"]);
        let certificates = tokens["readers"][0]["certificates"].as_array().unwrap();
        let serial = certificates.last().unwrap()["serialNumber"].as_str();
        let link = format!("{}&certSerial={}", demo_link(), serial.unwrap());
        settle();
        let _ = fs::remove_dir_all(stand.cache());
        let [cold, warm] = [(); 2].map(|()| stand.signs(&link));
        let [crypt, pkcs11] = stand.opensc_signs(id);
        let certificates = certificates.len();
        println!(
            "ePass2003, OpenSC's layout, RSA-2048, signing certificates: {certificates}. Commands: \
             ours {cold} cold, {warm} warm; pkcs15-crypt {crypt}, pkcs11-tool {pkcs11}"
        );
        assert!(cold <= bound, "{cold}, not {bound}: {tokens:#}");
        assert!(cold < crypt.min(pkcs11), "{cold}: {crypt} and {pkcs11}");
        assert_eq!(warm, 18);
    }
}

#[test]
fn a_certificate_that_opensc_renews_in_its_place_is_the_one_that_signs() {
    let stand = Stand::initialised(Epass::blank(Mode::Aes));
    stand.key("45", "rsa/2048");
    stand.issue("45", &"x".repeat(900));
    stand.store(&["--store-certificate", "new.pem", "--id", "45"]);
    let serial = || {
        let signed = stand.sign(&demo_link(), PIN, &[]);
        openssl_verifies(&stand.home, &signed.stdout);
        result(&signed.stdout)["certificate"]["serialNumber"].clone()
    };
    // The one before was read at once, perhaps within the second in which it was stored;
    // then when it could be kept.
    for wait in [|| (), settle as fn()] {
        wait();
        let before = serial();
        assert!(before.is_string(), "{before}");
        assert_eq!(serial(), before);
        stand.issue("45", &"y".repeat(900));
        stand.store(&["--update-certificate", "new.pem", "--id", "45"]);
        assert_ne!(serial(), before);
    }
    assert!(stand.cache().exists(), "nothing was kept");
}

/// lastUpdate has whole seconds: until one is over, a change may not show in it.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(2100));
}

#[test]
fn a_cache_that_is_damaged_foreign_or_cannot_be_written_only_means_a_cold_start() {
    let stand = Stand::initialised(Epass::blank(Mode::Aes));
    stand.key("45", "rsa/2048");
    stand.issue("45", &"x".repeat(900));
    stand.store(&["--store-certificate", "new.pem", "--id", "45"]);
    let sign = || stand.signs(&demo_link());
    let cache = stand.cache();
    // The daemon knows the answer to reset of the token as it is now only after that.
    sign();
    settle();
    let _ = fs::remove_dir_all(&cache);
    let [cold, warm] = [(); 2].map(|()| sign());
    assert_eq!([cold, warm], [22, 18]);
    let files = || fs::read_dir(&cache).unwrap().map(|it| it.unwrap().path());
    // The object directory's and the certificate's.
    assert_eq!(files().count(), 2);

    // Damaged; and mended by that.
    files().for_each(|file| fs::write(file, "nonsense").unwrap());
    assert_eq!([sign(), sign()], [cold, warm]);
    // Of somebody else, file and folder: as root only.
    if files().all(|file| chown(file, Some(NOBODY), None).is_ok()) {
        assert_eq!([sign(), sign()], [cold, warm]);
        chown(&cache, Some(NOBODY), None).unwrap();
        assert_eq!([sign(), sign()], [cold, cold]);
    }
    // A link, to where it would serve.
    let moved = stand.home.0.path().join("moved");
    fs::rename(&cache, &moved).unwrap();
    symlink(&moved, &cache).unwrap();
    assert_eq!([sign(), sign()], [cold, cold]);
    // Not a folder.
    fs::remove_file(&cache).unwrap();
    fs::write(&cache, "").unwrap();
    assert_eq!([sign(), sign()], [cold, cold]);
    // Gone: that is how it is emptied.
    fs::remove_file(&cache).unwrap();
    assert_eq!([sign(), sign()], [cold, warm]);
}
