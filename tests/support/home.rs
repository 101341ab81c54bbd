//! The program in a home of its own, and what it answers to portals.
#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::local::{DEMO, allow};
use crate::support::pcscd::Daemon;
use crate::support::run::{Scratch, succeed};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_securesign");
pub const LIMIT: Duration = Duration::from_secs(60);

/// A home of its own, with files for secrets.
pub struct Home(pub Scratch);

impl Home {
    /// Of somebody who tries the demo's link with tokens.
    pub fn new() -> Self {
        let home = Self::bare();
        home.allow(DEMO);
        home
    }

    /// Without settings.
    pub fn bare() -> Self {
        Self(Scratch::new("home"))
    }

    /// Lists a portal on this computer.
    pub fn allow(&self, portal: (&str, &str)) {
        allow(&self.0.path().join("XDG_CONFIG_HOME"), portal);
    }

    /// The program with nothing of the real user's and no PC/SC service.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        self.dress(&mut command);
        command
            .env("PCSCLITE_CSOCK_NAME", self.0.path().join("no-such-socket"))
            .args(arguments);
        command
    }

    /// The program with a daemon.
    pub fn with(&self, daemon: &Daemon, arguments: &[&str]) -> Command {
        let mut command = daemon.command(PROGRAM);
        self.dress(&mut command);
        command.args(arguments);
        command
    }

    pub fn dress(&self, command: &mut Command) {
        let home = self.0.path();
        command
            .env("HOME", home)
            // In English, whatever the tester speaks.
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        for folder in [
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
        ] {
            command.env(folder, home.join(folder));
        }
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

pub fn demo_link() -> String {
    let home = Home::new();
    succeed(&mut home.program(&["demo", "--link"]), LIMIT)
        .stdout
        .trim()
        .to_owned()
}

/// The same link with a request id of its own: each can be used only once.
pub fn fresh(link: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    link.replacen("requestId=demo-", &format!("requestId=demo-{number}-"), 1)
}

/// The result in a callback URL, as the portal reads it.
pub fn result(url: &str) -> Value {
    let url = url::Url::parse(url.trim()).unwrap();
    let (_, value) = url
        .query_pairs()
        .find(|(name, _)| name == "ss_result")
        .expect("a result");
    serde_json::from_slice(&STANDARD.decode(value.as_bytes()).unwrap()).unwrap()
}

/// OpenSSL's word on a result.
pub fn openssl_verifies(home: &Home, url: &str) {
    let folder = home.0.path().join("result");
    let folder = folder.to_str().unwrap();
    succeed(
        &mut home.program(&["result", url.trim(), "--save", folder]),
        LIMIT,
    );
    let openssl = |arguments: &[&str]| {
        succeed(
            Command::new("openssl").current_dir(folder).args(arguments),
            LIMIT,
        )
    };
    let public = openssl(&["x509", "-in", "certificate.pem", "-noout", "-pubkey"]).stdout;
    fs::write(Path::new(folder).join("public.pem"), public).unwrap();
    let verify = "pkeyutl -verify -pubin -inkey public.pem -in digest.bin -sigfile signature.bin -pkeyopt digest:sha256";
    let said = openssl(&verify.split(' ').collect::<Vec<_>>()).stdout;
    assert!(said.contains("Signature Verified Successfully"), "{said}");
}
