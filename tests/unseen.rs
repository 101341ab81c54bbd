//! A request that nobody could see is not used up: displays that cannot be opened,
//! in each way in which that happens (requirement 13).

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;
use std::thread;

use home::{Home, LIMIT, demo_link, fresh, result};
use support::display::Display;
use support::run::{Finished, run};

/// A display number that nobody else has, and its socket.
struct Place {
    name: String,
    socket: String,
}

impl Place {
    fn new(at: u32) -> Self {
        let number = 20_000 + std::process::id() % 10_000 * 4 + at;
        let socket = format!("/tmp/.X11-unix/X{number}");
        fs::create_dir_all("/tmp/.X11-unix").unwrap();
        let _ = fs::remove_file(&socket);
        Self {
            name: format!(":{number}"),
            socket,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
    }
}

fn open(home: &Home, link: &str, display: (&str, &str)) -> Finished {
    let words = ["--reader", "demo", "open", "--print", link];
    let mut command = home.program(&words);
    command.env(display.0, display.1);
    run(&mut command, LIMIT)
}

/// The link is as good as new: a window shows it, and its portal is answered.
fn can_be_opened(home: &Home, link: &str) {
    let display = Display::new();
    let words = ["--reader", "demo", "open", "--print", link];
    let mut command = home.program(&words);
    command.env("DISPLAY", &display.name);
    let program = thread::spawn(move || run(&mut command, LIMIT));
    display.focus();
    display.xdotool(&["key", "Escape"]);
    let done = program.join().unwrap();
    assert_eq!(result(&done.stdout)["error"], "SS_SIGN_CANCELLED");
}

#[test]
fn r13_a_display_that_cannot_be_opened_uses_no_request_up() {
    let stale = Place::new(0);
    drop(UnixListener::bind(&stale.socket).unwrap());
    let table = [
        // The server is gone, and its socket is still there.
        ("DISPLAY", stale.name.as_str(), "cannot be opened"),
        ("DISPLAY", ":19999", "cannot be opened"),
        ("DISPLAY", "nonsense", "cannot be opened"),
        // The window is one of X11.
        ("WAYLAND_DISPLAY", "wayland-0", "no display"),
        ("DISPLAY", "", "no display"),
    ];
    let (home, link) = (Home::new(), fresh(&demo_link()));
    for (name, value, says) in table {
        let done = open(&home, &link, (name, value));
        assert_eq!(done.code, Some(2), "{value}: {}", done.stderr);
        assert!(done.stderr.contains(says), "{value}: {}", done.stderr);
        assert_eq!(done.stdout, "", "{value}");
        let doctor = run(home.program(&["doctor"]).env(name, value), LIMIT);
        assert_eq!(doctor.code, Some(1));
        assert!(
            !doctor.stdout.contains("There is a display"),
            "{}",
            doctor.stdout
        );
    }
    can_be_opened(&home, &link);
}

#[test]
fn r13_a_display_that_turns_us_away_uses_no_request_up() {
    let (home, link) = (Home::new(), fresh(&demo_link()));
    let place = Place::new(1);
    let cookies = home.file("cookies", "");
    let mut xauth = Command::new("xauth");
    xauth.args(["-f", &cookies, "add", &place.name, ".", &"ab".repeat(16)]);
    support::run::succeed(&mut xauth, LIMIT);
    let mut server = Command::new("Xvfb")
        .args([&place.name, "-auth", &cookies, "-nolisten", "tcp"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let there = || UnixStream::connect(&place.socket).is_ok();
    assert!(support::run::eventually(LIMIT, there));
    let done = open(&home, &link, ("DISPLAY", &place.name));
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(done.code, Some(2), "{}", done.stderr);
    assert!(done.stderr.contains("cannot be opened"), "{}", done.stderr);
    can_be_opened(&home, &link);
}

/// The server goes while the program opens its window: at each of its connections,
/// after so many bytes of it. Whatever the program does then, nobody saw a request.
#[test]
fn r13_a_server_that_goes_before_the_window_is_there_uses_no_request_up() {
    let server = Display::new();
    let (home, link) = (Home::new(), fresh(&demo_link()));
    for (at, (passes, bytes)) in [(0, 0), (0, 20), (1, 0), (1, 20)].into_iter().enumerate() {
        let place = Place::new(2 + at as u32 % 2);
        let listener = UnixListener::bind(&place.socket).unwrap();
        let behind = format!("/tmp/.X11-unix/X{}", server.name.trim_start_matches(':'));
        thread::spawn(move || relay(&listener, &behind, passes, bytes));
        let done = open(&home, &link, ("DISPLAY", &place.name));
        assert_ne!(done.code, Some(0), "{passes} {bytes}");
        assert_eq!(done.stdout, "", "{passes} {bytes}");
    }
    can_be_opened(&home, &link);
}

/// Lets so many connections through, and the next one up to so many bytes.
fn relay(listener: &UnixListener, behind: &str, passes: usize, bytes: u64) {
    for (at, front) in listener.incoming().enumerate() {
        let front = front.unwrap();
        let back = UnixStream::connect(behind).unwrap();
        let most = if at < passes { u64::MAX } else { bytes };
        let (mut up, mut down) = (front.try_clone().unwrap(), back.try_clone().unwrap());
        let (mut from, mut to) = (back, front);
        thread::spawn(move || copy(&mut from, &mut to));
        thread::spawn(move || {
            copy(&mut (&mut up).take(most), &mut down);
            // Also what it would have answered.
            let _ = up.shutdown(Shutdown::Both);
        });
    }
}

fn copy(from: &mut dyn Read, to: &mut dyn Write) {
    let mut room = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut room) {
        if to.write_all(&room[..count]).is_err() {
            return;
        }
    }
}
