//! OpenSC at work on a card in a virtual reader, recorded in the three ways that a Linux
//! computer has: libpcscspy between OpenSC and the service, the same log as `pcsc-spy` prints
//! it, and the service's own log.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use securesign_vendors::emulator::Emulator;

use crate::support::opensc;
use crate::support::pcscd::Daemon;
use crate::support::run::{Scratch, run, succeed};
use crate::support::vpcd::VirtualCard;

const LIMIT: Duration = Duration::from_secs(120);

const MISSING: &str = "install libpcsclite-dev and opensc-pkcs11 (scripts/install-deps --tests)";

/// The logs of one run.
pub struct Recorded {
    pub spy: String,
    pub printed: String,
    pub daemon: String,
}

impl Recorded {
    /// Those that there are.
    pub fn logs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("spy", &*self.spy),
            ("printed", &self.printed),
            ("daemon", &self.daemon),
        ];
        all.into_iter().filter(|(_, log)| !log.is_empty())
    }
}

/// pkcs11-tool reads the certificates and signs with the key that it is told, or with the
/// first one. It is one process of one thread: `pcsc-spy` prints several in no certain order.
pub fn signed(card: Box<dyn Emulator>, pin: &str, id: Option<&str>, mechanism: &str) -> Recorded {
    let spy = Spy::new();
    let message = spy.0.path().join("message");
    // ECDSA without a hash takes a digest.
    fs::write(&message, [0xA5; 32]).unwrap();
    let (module, message) = (library("opensc-pkcs11.so"), message.to_str().unwrap());
    let mut words = vec!["--module", module.to_str().unwrap()];
    words.extend(["--login", "--pin", pin, "--sign", "--mechanism", mechanism]);
    words.extend(["--input-file", message, "--output-file", "/dev/null"]);
    words.extend(id.into_iter().flat_map(|id| ["--id", id]));
    let mut pkcs11 = Command::new("pkcs11-tool");
    pkcs11.args(words);
    recorded(&spy, card, pkcs11)
}

/// Another program at work on the card.
pub fn of(card: Box<dyn Emulator>, program: Command) -> Recorded {
    recorded(&Spy::new(), card, program)
}

/// A program that libpcscspy takes down (1.9.9 does GnuPG's scdaemon and yubico-piv-tool): what
/// the service logs of it is all.
pub fn by_the_daemon(card: Box<dyn Emulator>, mut program: Command) -> Recorded {
    let home = Scratch::new("unspied");
    let daemon = Daemon::logging_commands(&["Learn"]);
    let _card = VirtualCard::insert(daemon.port(0), card);
    program.env("PCSCLITE_CSOCK_NAME", daemon.socket());
    succeed(program.env("HOME", home.path()), LIMIT);
    Recorded {
        spy: String::new(),
        printed: String::new(),
        daemon: daemon.log(),
    }
}

fn recorded(spy: &Spy, card: Box<dyn Emulator>, mut program: Command) -> Recorded {
    let daemon = Daemon::logging_commands(&["Learn"]);
    let _card = VirtualCard::insert(daemon.port(0), card);
    program.env("PCSCLITE_CSOCK_NAME", daemon.socket());
    let spied = spy.on(program);
    let file = spy.0.path().join("log");
    fs::write(&file, &spied).unwrap();
    Recorded {
        printed: succeed(Command::new("pcsc-spy").arg(&file), LIMIT).stdout,
        spy: spied,
        daemon: daemon.log(),
    }
}

/// Stands between a program and PC/SC.
struct Spy(Scratch);

impl Spy {
    fn new() -> Self {
        let scratch = Scratch::new("spy");
        // What the program takes for PC/SC's library is the spy, which looks for the real one
        // by this other name.
        let link = |name: &str, to: &str| symlink(library(to), scratch.path().join(name)).unwrap();
        link("libpcsclite.so.1", "libpcscspy.so.0");
        link("libpcsclite_nospy.so.1", "libpcsclite.so.1");
        opensc::configure(scratch.path());
        Self(scratch)
    }

    /// Runs a program to its end; what was logged of it.
    fn on(&self, program: Command) -> String {
        let folder = self.0.path();
        let pipe = folder.join("pcsc-spy");
        succeed(Command::new("mkfifo").arg(&pipe), LIMIT);
        let source = pipe.clone();
        let log = thread::spawn(move || fs::read_to_string(source).unwrap());
        let mut program = opensc::configured(program, folder);
        let done = run(program.env("LD_LIBRARY_PATH", folder), LIMIT);
        // A program that never opened it would leave the reader waiting for ever. Opened for
        // both, a pipe waits for nobody.
        let both = fs::OpenOptions::new().read(true).write(true).open(&pipe);
        drop(both.unwrap());
        let log = log.join().unwrap();
        fs::remove_file(&pipe).unwrap();
        assert!(done.success && log.contains("SCardTransmit"), "{done:?}");
        log
    }
}

/// Wherever the distribution puts it.
fn library(name: &str) -> PathBuf {
    let folders = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
    ];
    let mut places = folders.iter().map(|folder| Path::new(folder).join(name));
    places
        .find(|place| place.exists())
        .unwrap_or_else(|| panic!("no {name} here; {MISSING}"))
}
