//! What one signature costs, ours beside the programs of others: the same
//! foreign card, in one run, turn and turn about. `scripts/bench-peers` runs it.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "here a panic is a failed test")]
#![allow(clippy::print_stdout, reason = "the table is what this is for")]

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine;
use support::nitrokey::{Nitrokey, PIN, PUK};
use support::pcscd::Daemon;
use support::run::{Scratch, succeed};
use support::vpcd::Count;

const LIMIT: Duration = Duration::from_secs(30);
const READER: &str = "Yubikey Bench 00 00";

/// A key, and how the programs name what is asked of it.
struct Key {
    slot: &'static str,
    /// As yubico-piv-tool has it.
    algorithm: &'static str,
    hash: &'static str,
    /// OpenSC numbers PIV keys 01 for 9A, 02 for 9C.
    id: &'static str,
    mechanism: &'static str,
}

const RSA: Key = Key {
    slot: "9a",
    algorithm: "RSA2048",
    hash: "SHA256",
    id: "01",
    mechanism: "SHA256-RSA-PKCS",
};
const P384: Key = Key {
    slot: "9a",
    algorithm: "ECCP384",
    hash: "SHA384",
    id: "01",
    mechanism: "ECDSA",
};
const P256: Key = Key {
    slot: "9c",
    algorithm: "ECCP256",
    hash: "SHA256",
    id: "02",
    mechanism: "ECDSA",
};

#[test]
#[ignore = "a measurement: scripts/bench-peers"]
fn a_signature_and_a_new_pin_beside_the_peers() {
    let rounds = std::env::var("BENCH_ROUNDS").map_or(20, |text| text.parse().expect("a number"));
    for keys in [[&RSA, &P256], [&P384, &P256]] {
        let daemon = Daemon::start(&["Yubikey Bench"]);
        let both = keys.map(|key| (key.slot, key.algorithm));
        let card = Nitrokey::provisioned(&daemon, 0, &both);
        assert_eq!(card.reader(), READER);
        let bench = Bench::new(&daemon, &card);
        let [first, second] = keys;
        println!(
            "\nPIV, {} in {}, {} in {}",
            first.algorithm, first.slot, second.algorithm, second.slot
        );
        for key in keys {
            println!("\na cold signature with {}, {rounds} rounds", key.algorithm);
            print(&bench.measure(&bench.signatures(key), rounds));
            bench.check(key);
        }
        println!("\nother things, {rounds} rounds");
        print(&bench.measure(&bench.others(), rounds));
    }
}

struct Bench<'a> {
    daemon: &'a Daemon,
    card: &'a Nitrokey,
    program: Option<PathBuf>,
    scratch: Scratch,
}

/// Its name, and how to start it once more.
type Program<'a> = (String, Box<dyn Fn() -> Command + 'a>);

struct Row {
    name: String,
    count: Count,
    times: Vec<Duration>,
}

impl<'a> Bench<'a> {
    fn new(daemon: &'a Daemon, card: &'a Nitrokey) -> Self {
        let program = std::env::var_os("SECURESIGN").map(PathBuf::from);
        if program.is_none() {
            println!("SECURESIGN is not set: ours is not measured");
        }
        let bench = Self {
            daemon,
            card,
            program,
            scratch: Scratch::new("bench"),
        };
        bench.write("message", "hello");
        bench.write("pin", PIN);
        bench.write("puk", PUK);
        for hash in ["sha256", "sha384"] {
            let file = hash.to_uppercase();
            bench.openssl(&[
                "dgst",
                &format!("-{hash}"),
                "-binary",
                "-out",
                &file,
                "message",
            ]);
        }
        // A test key asks a real token for nothing unless the settings say so.
        let fingerprint = bench.openssl_of("ss_test_demo");
        bench.write(
            "securesign/settings.toml",
            &format!(
                "[[portal]]\norigin = \"http://localhost:8080\"\nkey = \"sha256:{fingerprint}\"\ntest = true\n"
            ),
        );
        bench
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.scratch.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    fn openssl(&self, line: &[&str]) -> String {
        let mut openssl = Command::new("openssl");
        succeed(openssl.current_dir(self.scratch.path()).args(line), LIMIT).stdout
    }

    /// SHA-256 of a text, in hex.
    fn openssl_of(&self, text: &str) -> String {
        self.write("text", text);
        let line = self.openssl(&["dgst", "-sha256", "-r", "text"]);
        line.split(' ').next().expect("a digest").to_owned()
    }

    /// Each program once a round, so that a slow moment is everybody's.
    fn measure(&self, programs: &[Program<'_>], rounds: usize) -> Vec<Row> {
        let mut rows: Vec<Row> = programs
            .iter()
            .map(|(name, _)| Row {
                name: name.clone(),
                count: Count::default(),
                times: Vec::new(),
            })
            .collect();
        for _ in 0..rounds {
            for (row, (_, command)) in rows.iter_mut().zip(programs) {
                let mut command = command();
                // Peers leave the PIN verified, and whoever comes next would have to find
                // out.
                let mut reset = self.daemon.command("opensc-tool");
                succeed(reset.args(["--reader", READER, "--reset"]), LIMIT);
                // And ours knows of no other start.
                let _ = fs::remove_dir_all(self.scratch.path().join(".cache"));
                let before = self.card.count();
                let done = succeed(&mut command, LIMIT);
                row.count = self.card.count() - before;
                row.times.push(done.took);
            }
        }
        rows
    }

    fn signatures<'b>(&'b self, key: &'b Key) -> Vec<Program<'b>> {
        let mut programs: Vec<Program<'_>> = Vec::new();
        if self.program.is_some() {
            let serial = self.serial(key);
            let named = format!("&certSerial={serial}");
            let ours = move || self.sign(key, &named);
            programs.push(("securesign, told its serial number".into(), Box::new(ours)));
            if key.slot == P256.slot {
                let ours = || self.sign(key, "");
                programs.push(("securesign, told nothing".into(), Box::new(ours)));
            }
        }
        let yubico = || self.yubico(key);
        programs.push(("yubico-piv-tool, told its slot".into(), Box::new(yubico)));
        let opensc = || self.opensc(key);
        programs.push((
            "pkcs11-tool (OpenSC), told its key".into(),
            Box::new(opensc),
        ));
        programs
    }

    /// What else people do. Each leaves the PIN as it was.
    fn others(&self) -> Vec<Program<'_>> {
        let mut programs: Vec<Program<'_>> = Vec::new();
        let mut add = |name: &str, line: Vec<&'static str>| {
            if self.program.is_some() {
                let command = move || self.ours(&line);
                programs.push((format!("securesign {name}"), Box::new(command)));
            }
        };
        add("tokens", vec!["tokens"]);
        add("pin status", vec!["pin", "status"]);
        add(
            "pin change",
            vec![
                "pin",
                "change",
                "--pin-file",
                "pin",
                "--new-pin-file",
                "pin",
            ],
        );
        add(
            "pin unblock",
            vec![
                "pin",
                "unblock",
                "--puk-file",
                "puk",
                "--new-pin-file",
                "pin",
            ],
        );
        let tool = |action: &'static str, old: &'static str| {
            move || {
                let mut command = self.command("yubico-piv-tool");
                command.args(["-a", action, "-P", old, "-N", PIN]);
                command
            }
        };
        programs.push((
            "yubico-piv-tool change-pin".into(),
            Box::new(tool("change-pin", PIN)),
        ));
        programs.push((
            "yubico-piv-tool unblock-pin".into(),
            Box::new(tool("unblock-pin", PUK)),
        ));
        programs
    }

    /// A program that is quick because it signed nothing would be no peer.
    fn check(&self, key: &Key) {
        if self.program.is_some() {
            let url = succeed(&mut self.sign(key, ""), LIMIT).stdout;
            assert!(url.contains("ss_result="), "{url}");
        }
        let public = self.card.public_key(key.slot);
        let public = public.to_str().expect("a path");
        let hash = format!("-{}", key.hash.to_lowercase());
        for signature in ["yubico.out", "opensc.out"] {
            let line = [
                "dgst",
                &hash,
                "-verify",
                public,
                "-signature",
                signature,
                "message",
            ];
            self.openssl(&line);
        }
    }

    fn serial(&self, key: &Key) -> String {
        let certificate = self.card.certificate(key.slot);
        let certificate = certificate.to_str().expect("a path");
        let text = self.openssl(&["x509", "-noout", "-serial", "-in", certificate]);
        text.trim().trim_start_matches("serial=").to_owned()
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.daemon.command(program);
        // Nobody's cache and nobody's settings.
        command
            .current_dir(self.scratch.path())
            .env("HOME", self.scratch.path())
            .env("XDG_CONFIG_HOME", self.scratch.path());
        command
    }

    fn ours(&self, line: &[&str]) -> Command {
        let mut command = self.command(self.program.as_ref().expect("SECURESIGN"));
        command.args(["--reader", READER]).args(line);
        command
    }

    fn sign(&self, key: &Key, more: &str) -> Command {
        // A request can be used only once.
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let hash = fs::read(self.scratch.path().join(key.hash)).expect("a digest");
        let hash = base64::engine::general_purpose::STANDARD.encode(hash);
        let mut link = url::Url::parse("securesign://sign").expect("a link");
        link.query_pairs_mut()
            .append_pair(
                "requestId",
                &format!("bench-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
            )
            .append_pair("hashBase64", &hash)
            .append_pair("hashAlgo", key.hash)
            .append_pair("documentType", "hash")
            .append_pair("callbackUrl", "http://localhost:8080/cb")
            .append_pair("apiKey", "ss_test_demo");
        let link = format!("{link}{more}");
        self.ours(&["sign", &link, "--pin-file", "pin", "--print"])
    }

    /// Reads the certificate, verifies the PIN, signs.
    fn yubico(&self, key: &Key) -> Command {
        let mut command = self.command("yubico-piv-tool");
        command.args([
            "-a",
            "read-certificate",
            "-a",
            "verify-pin",
            "-P",
            PIN,
            "--sign",
        ]);
        command.args(["-s", key.slot, "-A", key.algorithm, "-H", key.hash]);
        command.args(["-i", "message", "-o", "yubico.out"]);
        command
    }

    fn opensc(&self, key: &Key) -> Command {
        // ECDSA takes the hash; the RSA mechanism hashes by itself.
        let input = if key.mechanism == "ECDSA" {
            key.hash
        } else {
            "message"
        };
        let mut command = self.command("pkcs11-tool");
        command.args([
            "--module",
            "opensc-pkcs11.so",
            "--login",
            "--pin",
            PIN,
            "--sign",
        ]);
        command.args(["--id", key.id, "--mechanism", key.mechanism]);
        command.args([
            "--signature-format",
            "openssl",
            "-i",
            input,
            "-o",
            "opensc.out",
        ]);
        command
    }
}

fn print(rows: &[Row]) {
    println!(
        "{:36} {:>6} {:>8} {:>8} {:>8}   times the first: APDUs, bytes, time",
        "", "APDUs", "to card", "from", "ms"
    );
    let ours = rows.first();
    for row in rows {
        let Count {
            apdus,
            to_card,
            from_card,
        } = row.count;
        let ms = median(&row.times);
        print!(
            "{:36} {apdus:6} {to_card:8} {from_card:8} {ms:8.1}",
            row.name
        );
        if let Some(ours) = ours {
            let bytes = |row: &Row| (row.count.to_card + row.count.from_card) as f64;
            print!(
                "   {:.1} {:.1} {:.1}",
                apdus as f64 / ours.count.apdus as f64,
                bytes(row) / bytes(ours),
                ms / median(&ours.times)
            );
        }
        println!();
    }
}

fn median(times: &[Duration]) -> f64 {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
