//! A message bus of the test's own.

#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::run::succeed;

const LIMIT: Duration = Duration::from_secs(30);

/// Ends with its daemon.
pub struct Bus {
    daemon: Child,
    pub address: String,
}

impl Bus {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// What it starts when it is asked for gets this environment.
    pub fn start_with(environment: &[(&str, &str)]) -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon; scripts/install-deps --tests installs it");
        let mut address = String::new();
        let stdout = daemon.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut address).unwrap();
        Self {
            daemon,
            address: address.trim().to_owned(),
        }
    }

    pub fn emit(&self, path: &str, signal: &str, argument: Option<&str>) {
        let mut command = Command::new("dbus-send");
        command
            .arg(format!("--bus={}", self.address))
            .args(["--type=signal", path, signal])
            .args(argument);
        succeed(&mut command, LIMIT);
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
