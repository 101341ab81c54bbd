//! A display for the window, and a keyboard that xdotool presses.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::run::{eventually, run, succeed};

const LIMIT: Duration = Duration::from_secs(30);
/// Longer than the consent button is inert, and than the card works.
pub const PAUSE: Duration = Duration::from_millis(1500);

/// An X server that nobody sees.
pub struct Display {
    server: Child,
    pub name: String,
}

impl Display {
    pub fn new() -> Self {
        Self::sized("1000x1000x24")
    }

    /// Of this width, height and depth.
    pub fn sized(size: &str) -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                size,
                // Else it begins anew whenever the last program leaves, and turns away
                // whoever comes meanwhile.
                "-noreset",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb; scripts/install-deps --tests installs it");
        let mut number = String::new();
        let stdout = server.stdout.as_mut().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut number)
            .expect("a number");
        Self {
            server,
            name: format!(":{}", number.trim()),
        }
    }

    pub fn xdotool(&self, words: &[&str]) {
        succeed(
            Command::new("xdotool")
                .env("DISPLAY", &self.name)
                .args(words),
            LIMIT,
        );
    }

    /// The window of a program that can be seen, by its class.
    pub fn visible(&self, class: &str) -> Option<u32> {
        let found = run(
            Command::new("xdotool").env("DISPLAY", &self.name).args([
                "search",
                "--onlyvisible",
                "--class",
                class,
            ]),
            LIMIT,
        );
        found.stdout.lines().next()?.parse().ok()
    }

    /// The window's number.
    pub fn window(&self) -> u32 {
        let mut command = Command::new("xdotool");
        command.env("DISPLAY", &self.name);
        command.args(["search", "--onlyvisible", "--name", "^SecureSign$"]);
        let found = succeed(&mut command, LIMIT).stdout;
        found.trim().parse().expect("one window")
    }

    pub fn focus(&self) {
        let words = [
            "search",
            "--onlyvisible",
            "--name",
            "^SecureSign$",
            "windowfocus",
        ];
        // A window that goes while xdotool looks around is an error to it.
        let found = || {
            let mut command = Command::new("xdotool");
            run(command.env("DISPLAY", &self.name).args(words), LIMIT).success
        };
        assert!(eventually(LIMIT, found), "there is no window");
        sleep(PAUSE);
    }

    /// Types into whatever has the focus, then Return.
    pub fn enter(&self, text: &str) {
        self.xdotool(&["type", text]);
        self.xdotool(&["key", "Return"]);
        sleep(PAUSE);
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
