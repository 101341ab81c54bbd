//! `securesign sign -`, fed with links one by one: the program as it runs while
//! a PIN is kept. Its card stands in a virtual reader.

#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use securesign_vendors::piv::emulator::personality::Selection;
use securesign_vendors::piv::emulator::{KeyKind, NIST, Personality, PivCard, Slot};

use crate::support::local::{DEMO, allow};
use crate::support::pcscd::Daemon;
use crate::support::run::{Scratch, eventually, run, succeed};
use crate::support::vpcd::VirtualCard;

const PROGRAM: &str = env!("CARGO_BIN_EXE_securesign");
const LIMIT: Duration = Duration::from_secs(30);

/// A home, a PC/SC service, and a card with this PIN.
pub struct Place {
    pub home: Scratch,
    pub daemon: Daemon,
    pub card: Arc<Mutex<PivCard>>,
    pub inserted: Option<VirtualCard>,
    /// More of the environment that every start gets.
    pub environment: Vec<(&'static str, String)>,
}

impl Place {
    /// The card stays logged in across a reset, so that only a log-out counts.
    pub fn new(pin: &str) -> Self {
        let personality = Personality {
            selection: Selection {
                reset_keeps_verified: true,
                ..NIST.selection
            },
            ..NIST
        };
        let card = PivCard::builder(personality)
            .seed(b"kept")
            .pin(pin)
            .key(Slot::AUTHENTICATION, KeyKind::P256)
            .build()
            .expect("a card");
        let daemon = Daemon::start(&["Reader"]);
        let card = Arc::new(Mutex::new(card));
        let inserted = VirtualCard::insert_shared(daemon.port(0), card.clone());
        let home = Scratch::new("kept");
        allow(home.path(), DEMO);
        Self {
            home,
            daemon,
            card,
            inserted: Some(inserted),
            environment: Vec::new(),
        }
    }

    /// The program, with nothing of the real user's.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.daemon.command(PROGRAM);
        self.dress(&mut command);
        command.args(arguments);
        command
    }

    /// Gives a command this place's environment.
    pub fn dress(&self, command: &mut Command) {
        command
            .env("HOME", self.home.path())
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE");
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"] {
            command.env(name, self.home.path());
        }
        for name in [
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
            "DBUS_SYSTEM_BUS_ADDRESS",
        ] {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    pub fn link(&self) -> String {
        let line = ["demo", "--link"];
        let demo = succeed(&mut self.program(&line), LIMIT);
        demo.stdout.trim().to_owned()
    }

    /// What another start of the program says of the PIN.
    pub fn status(&self) -> String {
        let said = run(&mut self.program(&["pin", "status"]), LIMIT).stdout;
        let words = ["SESSION_ACTIVE", "ACTIVE", "BLOCKED"];
        let word = words.iter().find(|word| said.contains(*word));
        word.unwrap_or_else(|| panic!("no status in {said:?}"))
            .to_string()
    }

    /// Whether the status comes to be this one.
    pub fn becomes(&self, status: &str) -> bool {
        eventually(LIMIT, || self.status() == status)
    }

    /// Whether a program that sends no PIN would get a signature now.
    pub fn is_open(&self) -> bool {
        self.card
            .lock()
            .expect("no panic in the card")
            .is_verified()
    }
}

/// The program at work on links.
pub struct Batch {
    child: Child,
    links: Option<ChildStdin>,
    results: BufReader<ChildStdout>,
    log: Receiver<String>,
}

impl Batch {
    pub fn start(place: &Place, pin_file: &str) -> Self {
        Self::launch(place.program(&line(pin_file)))
    }

    /// As somebody else starts it.
    pub fn start_by(place: &Place, pin_file: &str, starter: &dyn Fn(&Command) -> Command) -> Self {
        Self::launch(starter(&place.program(&line(pin_file))))
    }

    fn launch(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let results = BufReader::new(child.stdout.take().expect("piped"));
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let (sender, log) = channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self {
            links: child.stdin.take(),
            child,
            results,
            log,
        }
    }

    /// Hands in a link; the callback URL.
    pub fn sign(&mut self, link: &str) -> String {
        let links = self.links.as_mut().expect("still open");
        writeln!(links, "{link}").expect("the program reads");
        let mut url = String::new();
        self.results.read_line(&mut url).expect("a line");
        url
    }

    /// Waits for a line of the program's log.
    pub fn says(&self, what: &str) {
        loop {
            match self.log.recv_timeout(LIMIT) {
                Ok(line) if line.contains(what) => return,
                Ok(_) => {}
                Err(_) => panic!("the program never said {what:?}"),
            }
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end of a program that was told to end: it may still be
    /// waiting for a link.
    pub fn ended(mut self) -> ExitStatus {
        let mut rest = String::new();
        let _ = self.results.read_to_string(&mut rest);
        self.child.wait().expect("a child")
    }

    /// Waits for the program's end; no more links come.
    pub fn end(mut self) -> ExitStatus {
        drop(self.links.take());
        let mut rest = String::new();
        let _ = self.results.read_to_string(&mut rest);
        self.child.wait().expect("a child")
    }
}

fn line(pin_file: &str) -> [&str; 6] {
    ["-v", "sign", "-", "--print", "--pin-file", pin_file]
}

impl Drop for Batch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
