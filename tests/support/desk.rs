//! The demo's sign window, on a display and a bus of the test's own, and an
//! assistive program that listens.

#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::atspi::Reader;
use crate::bus::Bus;
use crate::support::display::Display;
use crate::support::run::{Finished, Scratch, run, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_securesign");
const LIMIT: Duration = Duration::from_secs(30);

/// The demo's sign window, with somebody who listens.
pub struct Desk {
    pub reader: Reader,
    pub display: Display,
    program: JoinHandle<Finished>,
    pub bus: Bus,
    pub home: Scratch,
}

impl Desk {
    pub fn open() -> Self {
        let home = Scratch::new("access");
        let display = Display::new();
        let own = home.path().to_str().unwrap();
        let environment = [
            ("HOME", own),
            ("XDG_CONFIG_HOME", own),
            ("XDG_DATA_HOME", own),
            ("XDG_RUNTIME_DIR", own),
            ("DISPLAY", &display.name),
            ("GSETTINGS_BACKEND", "memory"),
        ];
        let bus = Bus::start_with(&environment);
        let reader = Reader::start(&bus);
        let demo = succeed(Command::new(PROGRAM).args(["demo", "--link"]), LIMIT);
        let mut command = Command::new(PROGRAM);
        command
            .args(["--reader", "demo", "open", "--print", demo.stdout.trim()])
            .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
            .env_remove("AT_SPI_BUS_ADDRESS")
            .env_remove("WAYLAND_DISPLAY")
            .envs(environment);
        let program = thread::spawn(move || run(&mut command, Duration::from_secs(120)));
        display.focus();
        Self {
            reader,
            display,
            program,
            bus,
            home,
        }
    }

    /// What the portal got when the program has ended.
    pub fn result(self) -> Value {
        let done = self.program.join().expect("the program");
        assert_eq!(done.stderr, "");
        let url = url::Url::parse(done.stdout.trim()).expect("a callback");
        let mut pairs = url.query_pairs();
        let (_, value) = pairs.find(|(name, _)| name == "ss_result").unwrap();
        serde_json::from_slice(&STANDARD.decode(value.as_bytes()).unwrap()).unwrap()
    }
}
