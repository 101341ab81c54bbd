//! A settings file with a mistake in it: the window says where, and opens it.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/atspi.rs"]
mod atspi;
#[path = "support/bus.rs"]
mod bus;
#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread::{self, JoinHandle, sleep};

use atspi::Reader;
use bus::Bus;
use home::{Home, LIMIT, demo_link, fresh, result};
use support::display::{Display, PAUSE};
use support::run::{Finished, eventually, run};

/// A desktop whose program for text files says what it was given.
struct Stand {
    home: Home,
    display: Display,
    bus: Bus,
}

impl Stand {
    fn new() -> Self {
        let home = Home::new();
        let display = Display::new();
        let own = home.0.path().to_str().unwrap().to_owned();
        let environment = [
            ("HOME", own.as_str()),
            ("XDG_RUNTIME_DIR", &own),
            ("DISPLAY", &display.name),
            ("GSETTINGS_BACKEND", "memory"),
        ];
        let bus = Bus::start_with(&environment);
        let script = format!("#!/bin/sh\nprintf '%s' \"$1\" > '{own}/opened'\n");
        fs::create_dir(home.0.path().join("bin")).unwrap();
        let opener = home.0.path().join("bin/xdg-open");
        fs::write(&opener, script).unwrap();
        fs::set_permissions(&opener, PermissionsExt::from_mode(0o755)).unwrap();
        Self { home, display, bus }
    }

    fn settings(&self) -> PathBuf {
        let folder = self.home.0.path().join("XDG_CONFIG_HOME/securesign");
        fs::create_dir_all(&folder).unwrap();
        folder.join("settings.toml")
    }

    fn start(&self, words: &[&str]) -> JoinHandle<Finished> {
        let mut command = self.home.program(words);
        let bin = self.home.0.path().join("bin");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        command
            .env("DISPLAY", &self.display.name)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus.address)
            .env("XDG_RUNTIME_DIR", self.home.0.path())
            .env_remove("AT_SPI_BUS_ADDRESS")
            .env("PATH", path);
        let program = thread::spawn(move || run(&mut command, LIMIT));
        self.display.focus();
        program
    }

    /// The window says this file and line, and opens it.
    fn tells(&self, reader: &Reader, heading: &str) {
        reader.find("heading", heading);
        let said = format!("{:?}", reader.tree());
        let file = self.settings().display().to_string();
        assert!(said.contains(&file) && said.contains("line 2"), "{said}");
        self.opens(reader, "Open the file");
    }

    /// This button hands the settings file to the system.
    fn opens(&self, reader: &Reader, button: &str) {
        let file = self.settings().display().to_string();
        let button = reader.find("button", button);
        assert!(reader.click(&button).unwrap());
        let opened = self.home.0.path().join("opened");
        let given = || fs::read_to_string(&opened).is_ok_and(|given| given == file);
        assert!(eventually(LIMIT, given));
        fs::remove_file(opened).unwrap();
    }
}

#[test]
fn a_clicked_link_shows_what_is_wrong_with_the_settings_and_is_not_used_up() {
    let stand = Stand::new();
    let reader = Reader::start(&stand.bus);
    let link = fresh(&demo_link());
    for settings in ["[[portal]]\norigin = 7\n", "# fine\nnonsense\n"] {
        fs::write(stand.settings(), settings).unwrap();
        let program = stand.start(&["open", "--print", &link]);
        stand.tells(&reader, "This request was refused");
        let close = reader.find("button", "Close");
        assert!(reader.click(&close).unwrap());
        let done = program.join().unwrap();
        assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""));
        assert!(done.stderr.contains("settings.toml"), "{}", done.stderr);
    }
    // Put right, the same link is shown.
    fs::remove_file(stand.settings()).unwrap();
    let program = stand.start(&["--reader", "demo", "open", "--print", &link]);
    reader.find("heading", "Sign this document?");
    sleep(PAUSE);
    stand.display.xdotool(&["key", "Escape"]);
    let done = program.join().unwrap();
    assert_eq!(result(&done.stdout)["error"], "SS_SIGN_CANCELLED");
}

#[test]
fn the_token_window_opens_and_says_what_is_wrong_with_the_settings() {
    let stand = Stand::new();
    let reader = Reader::start(&stand.bus);
    fs::write(stand.settings(), "[session]\nidle_minutes = 9999999\n").unwrap();
    let program = stand.start(&["--reader", "demo"]);
    stand.tells(&reader, "The settings are not understood");
    let on = reader.find("button", "Go on without them");
    assert!(reader.click(&on).unwrap());
    reader.find("button", "Change PIN");
    stand.display.xdotool(&["key", "Escape"]);
    assert_eq!(program.join().unwrap().code, Some(0));
}

#[test]
fn about_opens_the_settings_file_and_makes_it_where_it_is_not_there() {
    let stand = Stand::new();
    let reader = Reader::start(&stand.bus);
    fs::remove_file(stand.settings()).unwrap();
    let program = stand.start(&["--reader", "demo"]);
    for says in [
        "# What can be set here: securesign-settings(5), or README.md.\n",
        "# mine\n",
    ] {
        let about = reader.find("button", "About");
        assert!(reader.click(&about).unwrap());
        stand.opens(&reader, "Open the settings file");
        assert_eq!(fs::read_to_string(stand.settings()).unwrap(), says);
        // What a person wrote stays.
        fs::write(stand.settings(), "# mine\n").unwrap();
        let back = reader.find("button", "Back");
        assert!(reader.click(&back).unwrap());
    }
    stand.display.xdotool(&["key", "Escape"]);
    assert_eq!(program.join().unwrap().code, Some(0));
}
