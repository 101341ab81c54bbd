//! What one signature costs, ours beside the programs of others: the same
//! foreign card, in one run, turn and turn about. `scripts/bench-peers` runs it.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "here a panic is a failed test")]
#![allow(clippy::print_stdout, reason = "the table is what this is for")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use support::nitrokey::{KEYS, Nitrokey, PIN};
use support::pcscd::Daemon;
use support::run::{Scratch, succeed};
use support::vpcd::Count;

const LIMIT: Duration = Duration::from_secs(30);
const READER: &str = "Yubikey Bench 00 00";

/// Base64 of the SHA-256 of "hello", as it stands in a link.
const HASH: &str = "LPJNul%2Bwow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ%3D";

#[test]
#[ignore = "a measurement: scripts/bench-peers"]
fn one_signature_beside_the_peers() {
    let rounds = std::env::var("BENCH_ROUNDS").map_or(20, |text| text.parse().expect("a number"));
    for (slot, algorithm) in KEYS {
        // A card with this key only, so that nobody has to choose.
        let daemon = Daemon::start(&["Yubikey Bench"]);
        let card = Nitrokey::provisioned(&daemon, 0, &[(slot, algorithm)]);
        assert_eq!(card.reader(), READER);
        let bench = Bench::new(&daemon, slot, algorithm);
        println!("\nPIV, {algorithm}, slot {slot}, {rounds} rounds");
        print(&bench.measure(&card, rounds));
    }
}

struct Bench<'a> {
    daemon: &'a Daemon,
    slot: &'a str,
    algorithm: &'a str,
    scratch: Scratch,
}

/// Its name, and how to start it once more.
type Program<'a> = (&'static str, Box<dyn Fn() -> Command + 'a>);

struct Row {
    name: &'static str,
    count: Count,
    times: Vec<Duration>,
}

impl<'a> Bench<'a> {
    fn new(daemon: &'a Daemon, slot: &'a str, algorithm: &'a str) -> Self {
        let scratch = Scratch::new("bench");
        fs::write(scratch.path().join("message"), "hello").expect("a file");
        fs::write(scratch.path().join("pin"), PIN).expect("a file");
        succeed(
            Command::new("openssl")
                .current_dir(scratch.path())
                .args(["dgst", "-sha256", "-binary", "-out", "hash", "message"]),
            LIMIT,
        );
        Self {
            daemon,
            slot,
            algorithm,
            scratch,
        }
    }

    /// Each program once a round, so that a slow moment is everybody's.
    fn measure(&self, card: &Nitrokey, rounds: usize) -> Vec<Row> {
        let programs = self.programs();
        let mut rows: Vec<Row> = programs
            .iter()
            .map(|(name, _)| Row {
                name,
                count: Count::default(),
                times: Vec::new(),
            })
            .collect();
        for _ in 0..rounds {
            for (row, (_, command)) in rows.iter_mut().zip(&programs) {
                let before = card.count();
                let done = succeed(&mut command(), LIMIT);
                let after = card.count();
                row.count = Count {
                    apdus: after.apdus - before.apdus,
                    to_card: after.to_card - before.to_card,
                    from_card: after.from_card - before.from_card,
                };
                row.times.push(done.took);
            }
        }
        let mut signatures = vec!["yubico.out", "opensc.out"];
        if let Some(program) = std::env::var_os("SECURESIGN") {
            self.save(Path::new(&program));
            signatures.push("signature.bin");
        }
        for signature in signatures {
            self.check(&card.public_key(self.slot), signature);
        }
        rows
    }

    /// Our signature out of one more callback.
    fn save(&self, program: &Path) {
        let url = succeed(&mut self.ours(program), LIMIT).stdout;
        let mut result = self.command(program);
        succeed(result.args(["result", url.trim(), "--save", "."]), LIMIT);
    }

    /// A program that is quick because it signed nothing would be no peer.
    fn check(&self, key: &Path, signature: &str) {
        let mut openssl = Command::new("openssl");
        openssl
            .current_dir(self.scratch.path())
            .args(["dgst", "-sha256", "-verify"]);
        succeed(
            openssl.arg(key).args(["-signature", signature, "message"]),
            LIMIT,
        );
    }

    fn programs(&self) -> Vec<Program<'_>> {
        let mut programs: Vec<Program<'_>> = Vec::new();
        match std::env::var_os("SECURESIGN").map(PathBuf::from) {
            Some(path) => programs.push(("securesign", Box::new(move || self.ours(&path)))),
            None => println!("SECURESIGN is not set: ours is not measured"),
        }
        programs.push(("yubico-piv-tool", Box::new(|| self.yubico())));
        programs.push(("pkcs11-tool (OpenSC)", Box::new(|| self.opensc())));
        programs
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

    fn ours(&self, program: &Path) -> Command {
        // A request can be used only once.
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let link = format!(
            "securesign://sign?requestId=bench-{}&hashBase64={HASH}&hashAlgo=SHA256&documentType=hash\
             &callbackUrl=http%3A%2F%2Flocalhost%3A8080%2Fcb&apiKey=ss_test_demo",
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let mut command = self.command(program);
        command.args([
            "sign",
            &link,
            "--pin-file",
            "pin",
            "--print",
            "--reader",
            READER,
        ]);
        command
    }

    /// Reads the certificate, verifies the PIN, signs.
    fn yubico(&self) -> Command {
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
        command.args(["-s", self.slot, "-A", self.algorithm, "-H", "SHA256"]);
        command.args(["-i", "message", "-o", "yubico.out"]);
        command
    }

    fn opensc(&self) -> Command {
        // OpenSC numbers PIV keys 01 for 9A, 02 for 9C.
        let (id, mechanism) = match self.slot {
            "9a" => ("01", "SHA256-RSA-PKCS"),
            _ => ("02", "ECDSA"),
        };
        // ECDSA takes the hash; the RSA mechanism hashes by itself.
        let input = if mechanism == "ECDSA" {
            "hash"
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
        command.args(["--id", id, "--mechanism", mechanism]);
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
        "{:22} {:>6} {:>8} {:>8} {:>8}   times ours: APDUs, bytes, time",
        "", "APDUs", "to card", "from", "ms"
    );
    let ours = rows.iter().find(|row| row.name == "securesign");
    for row in rows {
        let Count {
            apdus,
            to_card,
            from_card,
        } = row.count;
        let ms = median(&row.times);
        print!(
            "{:22} {apdus:6} {to_card:8} {from_card:8} {ms:8.1}",
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
