//! A card that others wrote: Nitrokey's PIV applet, in a process of its own,
//! with keys and certificates that other people's tools put there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::pcscd::Daemon;
use super::run::{Scratch, eventually, feed, run, succeed};
use super::vpcd::Count;

pub const PIN: &str = "123456";
pub const PUK: &str = "12345678";

/// RSA-2048 in 9A, P-256 in 9C: what a person would have there.
pub const KEYS: [(&str, &str); 2] = [("9a", "RSA2048"), ("9c", "ECCP256")];

const SELECT_OPENPGP: &str = "00A4040006D2760001240100";

/// SubjectPublicKeyInfo of P-256 up to the point (RFC 5480, 2).
const P256_SPKI: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A,
    0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

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

    /// A card whose OpenPGP application has a P-256 key to sign and one to authenticate,
    /// made by GnuPG's scdaemon, and a certificate for each. `options`: `--openpgp` or
    /// `--both`, and others.
    pub fn openpgp(daemon: &Daemon, reader: usize, options: &[&str]) -> Self {
        let card = Self::insert_with(daemon, reader, options);
        // It asks for PW3 before each.
        let steps = [
            "SETATTR KEY-ATTR --force 1 19 nistp256",
            "SETATTR KEY-ATTR --force 3 19 nistp256",
            "GENKEY --force 1",
            "GENKEY --force 3",
        ];
        let script: String = steps
            .iter()
            .map(|step| format!("{step}\nD {PUK}%00\nEND\n"))
            .collect();
        let said = card.scdaemon(daemon, &script);
        let made = said.matches("KEY-CREATED-AT").count();
        assert_eq!(made, 2, "scdaemon: {said}");
        for (key, occurrence) in [("01", "02"), ("03", "00")] {
            card.certify_openpgp(daemon, key, occurrence);
        }
        card
    }

    /// What GnuPG's scdaemon says to these lines of its protocol, Assuan: commands, each
    /// with the answers to what it will ask for.
    pub fn scdaemon(&self, daemon: &Daemon, lines: &str) -> String {
        let dir = self.scratch.path();
        fs::write(dir.join("scdaemon.conf"), "disable-ccid\n").expect("a file");
        let mut scdaemon = daemon.command("/usr/lib/gnupg/scdaemon");
        scdaemon.arg("--homedir").arg(dir).arg("--server");
        let lines = format!("SERIALNO openpgp\n{lines}BYE\n");
        let said = feed(&mut scdaemon, lines.as_bytes(), KEY_GENERATION).stdout;
        // It had the card to itself, and the service lets go of it a moment later.
        let mut connects = daemon.command("opensc-tool");
        connects.args(["--reader", &self.reader, "--atr"]);
        assert!(eventually(SOON, || run(&mut connects, SOON).success));
        said
    }

    /// Puts a certificate beside a key: scdaemon knows one place only, so it is written with
    /// commands to the card.
    fn certify_openpgp(&self, daemon: &Daemon, key: &str, occurrence: &str) {
        let dir = self.scratch.path();
        // Only raw: OpenSC shows no public key of this kind.
        let template = if key == "01" { "B6" } else { "A4" };
        let mut reads = daemon.command("opensc-tool");
        reads.args(["--card-driver", "default", "--reader", &self.reader]);
        reads.args(["-s", SELECT_OPENPGP]);
        reads.args(["-s", &format!("0047810002{template}0000")]);
        let mut said = String::new();
        // The service may be a moment late to let go of whoever had the card before.
        let answered = eventually(SOON, || {
            let done = run(&mut reads, SOON);
            said = done.stdout;
            done.success
        });
        assert!(answered, "opensc-tool does not get to the card");
        // 7F49 43 { 86 41 point }: a dump of 16 bytes a line, and what they are as text.
        let (_, dump) = said
            .rsplit_once("SW2=0x00):\n")
            .unwrap_or_else(|| panic!("opensc-tool: {said}"));
        let columns = dump.lines().map(|line| line.get(..47).unwrap_or(line));
        let point: Vec<u8> = columns
            .flat_map(|line| line.split_whitespace().take(16))
            .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
            .skip(5)
            .take(65)
            .collect();
        let spki = [P256_SPKI, &point].concat();
        fs::write(dir.join("spki"), spki).expect("a file");
        let public = format!("{key}.public.pem");
        let mut converts = Command::new("openssl");
        converts.current_dir(dir);
        converts.args([
            "pkey", "-pubin", "-inform", "DER", "-in", "spki", "-out", &public,
        ]);
        succeed(&mut converts, SOON);
        self.certify(key, &public);
        let mut converts = Command::new("openssl");
        converts.current_dir(dir);
        converts.args(["x509", "-outform", "DER", "-in", &format!("{key}.pem")]);
        converts.args(["-out", "der"]);
        succeed(&mut converts, SOON);
        let der = fs::read(dir.join("der")).expect("the certificate");
        let hex = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|it| format!("{it:02X}"))
                .collect::<String>()
        };
        let mut commands = vec![
            SELECT_OPENPGP.to_owned(),
            format!("0020008308{}", hex(PUK.as_bytes())),
            format!("00A5{occurrence}040660045C027F21"),
        ];
        let blocks: Vec<&[u8]> = der.chunks(254).collect();
        for (at, block) in blocks.iter().enumerate() {
            let class = if at + 1 < blocks.len() { "10" } else { "00" };
            commands.push(format!("{class}DA7F21{:02X}{}", block.len(), hex(block)));
        }
        let mut writes = daemon.command("opensc-tool");
        // Its own driver for PIV would select that in between.
        writes.args(["--card-driver", "default", "--reader", &self.reader]);
        for command in &commands {
            writes.args(["-s", command]);
        }
        let said = succeed(&mut writes, SOON).stdout;
        let good = said.matches("SW1=0x90, SW2=0x00").count();
        assert_eq!(good, commands.len(), "opensc-tool: {said}");
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
        let public = format!("{slot}.public.pem");
        let certificate = format!("{slot}.pem");
        succeed(
            &mut tool(&["-a", "generate", "-A", algorithm, "-o", &public]),
            KEY_GENERATION,
        );
        self.certify(slot, &public);
        succeed(
            &mut tool(&["-a", "import-certificate", "-i", &certificate]),
            SOON,
        );
    }

    /// A certificate for a public key, signed by a throw-away key.
    fn certify(&self, slot: &str, public: &str) {
        let dir = self.scratch.path();
        let openssl = |line: &str| {
            let mut openssl = Command::new("openssl");
            openssl.current_dir(dir).args(line.split_whitespace());
            openssl
        };
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
                "x509 -req -in {slot}.csr -force_pubkey {public} -signkey issuer.key -days 100 -out {slot}.pem"
            )),
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
