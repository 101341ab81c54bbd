//! How soon a window is there and what it keeps in memory, ours beside the
//! programs of others: the same screen, in one run, turn and turn about.
//! `scripts/bench-window` runs it.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the table is what this is for")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use support::local::{DEMO, allow};
use support::run::{Scratch, succeed};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt, CreateWindowAux, EventMask, WindowClass,
};
use x11rb::rust_connection::RustConnection;

const LIMIT: Duration = Duration::from_secs(30);
/// Long enough for a program to have settled after its window is shown.
const SETTLED: Duration = Duration::from_secs(2);

/// A program, and what was measured of it.
struct Row<'a> {
    name: &'static str,
    start: Box<dyn Fn() -> Command + 'a>,
    /// What it has to read before it shows a window.
    input: &'static str,
    times: Vec<Duration>,
    /// Resident set in KiB.
    memory: Vec<u64>,
}

#[test]
#[ignore = "a measurement: scripts/bench-window"]
fn first_window_and_memory_beside_the_peers() {
    let rounds = std::env::var("BENCH_ROUNDS").map_or(10, |text| text.parse().expect("a number"));
    let program = std::env::var("SECURESIGN").expect("scripts/bench-window names the binary");
    let size = |name: &str| {
        fs::metadata(Path::new(&program).with_file_name(name))
            .unwrap()
            .len()
    };
    let home = Scratch::new("bench-window");
    // The open window serves real tokens: it takes the demo's link if it is listed.
    allow(home.path(), DEMO);
    let display = Display::new();
    let bus = Bus::new();
    let environment = |command: &mut Command| {
        command
            .env("DISPLAY", &display.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
            .env("QT_QPA_PLATFORM", "xcb")
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env("XDG_CONFIG_HOME", home.path())
            .env("XDG_DATA_HOME", home.path())
            .env("XDG_STATE_HOME", home.path());
    };
    let ours = |line: &[&str]| {
        // A request can be used only once.
        let link = succeed(Command::new(&program).args(["demo", "--link"]), LIMIT);
        let mut command = Command::new(&program);
        command.args(line).arg(link.stdout.trim());
        command
    };
    let mut rows = vec![
        Row::new("securesign", "", || {
            ours(&["--reader", "demo", "open", "--print"])
        }),
        Row::new("AusweisApp2", "", || Command::new("AusweisApp2")),
        Row::new("kleopatra", "", || Command::new("kleopatra")),
        Row::new("pinentry-qt", "GETPIN\n", || Command::new("pinentry-qt")),
    ];
    rows.retain(|row| row.is_installed());
    for round in 0..=rounds {
        for row in &mut rows {
            let (time, memory) = measure(&display, row, &environment);
            // The first time everybody's libraries come from the disk.
            if round > 0 {
                row.times.push(time);
                row.memory.push(memory);
            }
        }
    }
    let mut handed: Vec<Duration> = (0..=rounds)
        .map(|_| {
            let mut window = Command::new(&program);
            let mut second = ours(&["open"]);
            environment(&mut window);
            environment(&mut second);
            handed(&display, &mut window, &mut second)
        })
        .collect();
    handed.sort_unstable();
    let handed = handed[handed.len() / 2].as_secs_f64();
    println!("\n{rounds} rounds, medians; exec to first mapped window, resident set after 2 s");
    let ours = (rows[0].time(), rows[0].resident());
    for row in &rows {
        println!(
            "{:12} {:>6.0} ms  {:>6.1} MB   {:>5.1} times ours, {:>5.1} times ours",
            row.name,
            row.time() * 1e3,
            row.resident() / 1024.0,
            row.time() / ours.0,
            row.resident() / ours.1,
        );
    }
    println!(
        "a link to the window that is open: {:.0} ms until it comes up",
        handed * 1e3
    );
    assert!(handed < ours.0, "a cold start is faster");
    for name in ["securesign", "securesign-window"] {
        let size = size(name);
        println!("{name}, stripped: {:.1} MB", size as f64 / 1e6);
        assert!(size < 8_000_000, "{size}");
    }
    if let Some(peer) = rows.iter().find(|row| row.name == "AusweisApp2") {
        assert!(peer.time() >= 7.0 * ours.0, "not within a seventh");
        assert!(peer.resident() >= 8.0 * ours.1, "not within an eighth");
    } else {
        println!("AusweisApp2 is not installed: nothing to hold against it");
    }
}

impl<'a> Row<'a> {
    fn new(name: &'static str, input: &'static str, start: impl Fn() -> Command + 'a) -> Self {
        Self {
            name,
            start: Box::new(start),
            input,
            times: Vec::new(),
            memory: Vec::new(),
        }
    }

    fn is_installed(&self) -> bool {
        let program = (self.start)().get_program().to_owned();
        let installed = Command::new("sh")
            .args(["-c", "command -v \"$0\" > /dev/null"])
            .arg(program)
            .status()
            .is_ok_and(|status| status.success());
        if !installed {
            println!("{} is not installed: left out", self.name);
        }
        installed
    }

    /// Median in seconds.
    fn time(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    }

    /// Median in KiB.
    fn resident(&self) -> f64 {
        let mut memory = self.memory.clone();
        memory.sort_unstable();
        memory[memory.len() / 2] as f64
    }
}

/// From exec to the first mapped window of some size, and the resident set a
/// while later.
fn measure(
    display: &Display,
    row: &Row<'_>,
    environment: &dyn Fn(&mut Command),
) -> (Duration, u64) {
    let mut command = (row.start)();
    environment(&mut command);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    display.forget();
    let begin = Instant::now();
    let mut child = command.spawn().expect("the program");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(row.input.as_bytes()).unwrap();
    display.mapped(row.name, begin);
    let time = begin.elapsed();
    sleep(SETTLED);
    let memory = resident(child.id());
    let _ = child.kill();
    let _ = child.wait();
    drop(stdin);
    (time, memory)
}

/// From exec of a second start to the moment in which the window, which another
/// one covers, comes up with its link.
fn handed(display: &Display, window: &mut Command, second: &mut Command) -> Duration {
    display.forget();
    let mut first = window.spawn().expect("the program");
    display.mapped("the window", Instant::now());
    sleep(SETTLED);
    let cover = display.cover();
    let begin = Instant::now();
    let mut second = second.spawn().expect("the program");
    display.raised(begin);
    let time = begin.elapsed();
    assert!(second.wait().unwrap().success());
    display.watcher.destroy_window(cover).unwrap();
    let _ = first.kill();
    let _ = first.wait();
    time
}

fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let value = line.and_then(|line| line.split_whitespace().nth(1));
    value.expect("a resident set").parse().unwrap()
}

/// A session bus of their own: kleopatra shows nothing without one.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn new() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon, of the package dbus");
        let mut address = String::new();
        let stdout = daemon.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut address).unwrap();
        Self {
            daemon,
            address: address.trim().into(),
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// An X server that nobody sees, and a connection that is told of every window.
struct Display {
    server: Child,
    name: String,
    watcher: RustConnection,
}

impl Display {
    fn new() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1400x1000x24"])
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb; scripts/install-deps --tests installs it");
        let mut number = String::new();
        let stdout = server.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        let (watcher, screen) = x11rb::connect(Some(&name)).expect("a connection");
        let root = watcher.setup().roots[screen].root;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        watcher
            .change_window_attributes(root, &events)
            .unwrap()
            .check()
            .unwrap();
        Self {
            server,
            name,
            watcher,
        }
    }

    /// What happened so far does not count.
    fn forget(&self) {
        while self.watcher.poll_for_event().unwrap().is_some() {}
    }

    /// Puts a window over all others.
    fn cover(&self) -> u32 {
        let id = self.watcher.generate_id().unwrap();
        let root = self.watcher.setup().roots[0].root;
        let (class, look) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        let (w, h) = (1400, 1000);
        self.watcher
            .create_window(0, id, root, 0, 0, w, h, 0, class, 0, &look)
            .unwrap();
        self.watcher.map_window(id).unwrap().check().unwrap();
        self.forget();
        id
    }

    /// Waits for a window to be put above another one; there is none below before.
    fn raised(&self, begin: Instant) {
        loop {
            assert!(begin.elapsed() < LIMIT, "no window comes up");
            match self.watcher.poll_for_event().unwrap() {
                Some(Event::ConfigureNotify(moved)) if moved.above_sibling != 0 => return,
                Some(_) => {}
                None => sleep(Duration::from_micros(200)),
            }
        }
    }

    /// Waits for a window that a person could see.
    fn mapped(&self, name: &str, begin: Instant) {
        loop {
            assert!(begin.elapsed() < LIMIT, "{name} shows no window");
            let Some(event) = self.watcher.poll_for_event().unwrap() else {
                sleep(Duration::from_micros(200));
                continue;
            };
            if let Event::MapNotify(mapped) = event
                && let Ok(cookie) = self.watcher.get_geometry(mapped.window)
                && let Ok(geometry) = cookie.reply()
                && geometry.width > 100
                && geometry.height > 50
            {
                return;
            }
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
