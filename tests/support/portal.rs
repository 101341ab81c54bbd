//! The portal: portal.py, and what it saw.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::run::Scratch;

const LIMIT: Duration = Duration::from_secs(40);

/// A portal on this computer. It closes with the value.
pub struct Portal {
    process: Child,
    events: Receiver<Value>,
    port: u64,
    scratch: Scratch,
}

impl Portal {
    pub fn open() -> Self {
        let scratch = Scratch::new("portal");
        let script = scratch.path().join("portal.py");
        fs::write(&script, include_str!("portal.py")).expect("a file");
        let log = File::create(scratch.path().join("log")).expect("a file");
        let mut process = Command::new("python3")
            .args([&script, scratch.path()])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("python3; scripts/install-deps --tests installs it");
        let stdout = BufReader::new(process.stdout.take().expect("piped"));
        let (sender, events) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("an event");
                let _ = sender.send(event);
            }
        });
        let mut portal = Self {
            process,
            events,
            port: 0,
            scratch,
        };
        portal.port = portal.hears("listening")["port"].as_u64().expect("a port");
        portal
    }

    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The next event of this name. What no browser of ours should do fails.
    pub fn hears(&self, name: &str) -> Value {
        loop {
            let event = self.events.recv_timeout(LIMIT);
            let event = event.unwrap_or_else(|_| panic!("no {name}: {}", self.log()));
            assert_ne!(event["event"], "strange", "{event}");
            if event["event"] == name {
                return event;
            }
            assert_ne!(event["event"], "callback", "instead of {name}: {event}");
        }
    }

    /// Whether an event of this name comes soon, whatever comes before it.
    pub fn hears_soon(&self, name: &str) -> bool {
        let end = Instant::now() + Duration::from_secs(8);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) if event["event"] == name => return true,
                Ok(event) => assert_ne!(event["event"], "callback", "instead of {name}: {event}"),
                Err(_) => return false,
            }
        }
    }

    /// Whether an event of this name was heard meanwhile and not asked for yet.
    pub fn heard(&self, name: &str) -> bool {
        self.events.try_iter().any(|event| event["event"] == name)
    }

    /// Every request, and what became of it.
    pub fn log(&self) -> String {
        fs::read_to_string(self.scratch.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
