//! A card that others wrote: Nitrokey's PIV applet, in a process of its own,
//! with keys and certificates that other people's tools put there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::pcscd::Daemon;
use super::run::{Scratch, eventually, succeed};
use super::vpcd::Count;

pub const PIN: &str = "123456";
pub const PUK: &str = "12345678";

/// RSA-2048 in 9A, P-256 in 9C: what a person would have there.
pub const KEYS: [(&str, &str); 2] = [("9a", "RSA2048"), ("9c", "ECCP256")];

const SOON: Duration = Duration::from_secs(20);
/// An RSA key takes as long as the primes need.
const KEY_GENERATION: Duration = Duration::from_secs(120);
const BUILD: Duration = Duration::from_secs(1200);

/// The card in its reader. It is removed with the value.
pub struct Nitrokey {
    process: Child,
    reader: String,
    scratch: Scratch,
}

impl Nitrokey {
    /// A factory-new card in the daemon's reader: no keys, PIN and PUK as above.
    pub fn insert(daemon: &Daemon, reader: usize) -> Self {
        Self::insert_with(daemon, reader, &[])
    }

    /// The same with more options for the card, such as `--no-extended`.
    pub fn insert_with(daemon: &Daemon, reader: usize, options: &[&str]) -> Self {
        let scratch = Scratch::new("nitrokey");
        let process = Command::new(program())
            .arg(daemon.port(reader).to_string())
            .arg("--count")
            .arg(scratch.path().join("count"))
            .args(options)
            .stdin(Stdio::null())
            .spawn()
            .expect("the card starts");
        let card = Self {
            process,
            reader: daemon.reader(reader),
            scratch,
        };
        let there = eventually(Duration::from_secs(10), || card.is_listed(daemon));
        assert!(
            there,
            "the card did not appear in {}: {}",
            card.reader,
            daemon.log()
        );
        card
    }

    /// A card with these keys and a certificate for each.
    pub fn provisioned(daemon: &Daemon, reader: usize, keys: &[(&str, &str)]) -> Self {
        let card = Self::insert(daemon, reader);
        for (slot, algorithm) in keys {
            card.provision(daemon, slot, algorithm);
        }
        card
    }

    /// Makes a key and certifies it. The certificate is signed by a throw-away
    /// key: yubico-piv-tool's own `selfsign-certificate` fails on this card.
    pub fn provision(&self, daemon: &Daemon, slot: &str, algorithm: &str) {
        let dir = self.scratch.path();
        let tool = |arguments: &[&str]| {
            let mut tool = daemon.command("yubico-piv-tool");
            tool.current_dir(dir)
                .args(["-r", &self.reader, "-s", slot])
                .args(arguments);
            tool
        };
        let openssl = |line: &str| {
            let mut openssl = Command::new("openssl");
            openssl.current_dir(dir).args(line.split_whitespace());
            openssl
        };
        let public = format!("{slot}.public.pem");
        let certificate = format!("{slot}.pem");
        succeed(
            &mut tool(&["-a", "generate", "-A", algorithm, "-o", &public]),
            KEY_GENERATION,
        );
        succeed(
            &mut openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out issuer.key"),
            SOON,
        );
        succeed(
            &mut openssl(&format!(
                "req -new -key issuer.key -subj /CN=Test-{slot} -out {slot}.csr"
            )),
            SOON,
        );
        succeed(
            &mut openssl(&format!(
                "x509 -req -in {slot}.csr -force_pubkey {public} -signkey issuer.key -days 100 -out {certificate}"
            )),
            SOON,
        );
        succeed(
            &mut tool(&["-a", "import-certificate", "-i", &certificate]),
            SOON,
        );
    }

    /// The certificate in a slot, as PEM.
    pub fn certificate(&self, slot: &str) -> PathBuf {
        self.scratch.path().join(format!("{slot}.pem"))
    }

    /// The public key in a slot, as PEM.
    pub fn public_key(&self, slot: &str) -> PathBuf {
        self.scratch.path().join(format!("{slot}.public.pem"))
    }

    /// The reader's name as PC/SC tells it.
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// What passed between host and card since it was inserted.
    pub fn count(&self) -> Count {
        let text = fs::read_to_string(self.scratch.path().join("count")).expect("the count");
        let mut numbers = text
            .split_whitespace()
            .map(|word| word.parse().expect("a number"));
        let mut next = || numbers.next().expect("three numbers");
        Count {
            apdus: next(),
            to_card: next(),
            from_card: next(),
        }
    }

    /// Takes the card out, and with it all its keys.
    pub fn remove(self) {}

    fn is_listed(&self, daemon: &Daemon) -> bool {
        succeed(daemon.command("opensc-tool").arg("-l"), SOON)
            .stdout
            .lines()
            .any(|line| line.contains(&self.reader) && line.contains("Yes"))
    }
}

impl Drop for Nitrokey {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Builds the card once per test process. Cargo's own lock on the target
/// directory keeps test processes apart.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // Tests of the root package and of ui/ both use this.
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .find(|dir| dir.join("tests/cards").is_dir())
            .expect("the folder of the workspace");
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |dir| root.join(dir))
            .join("cards");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        succeed(
            Command::new(cargo)
                .args(["build", "--release", "--locked", "--manifest-path"])
                .arg(root.join("tests/cards/nitrokey/Cargo.toml"))
                .arg("--target-dir")
                .arg(&target),
            BUILD,
        );
        target.join("release/nitrokey-card")
    })
}
