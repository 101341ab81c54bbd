//! The whole memory of the running program, as a debugger writes it down: no PIN
//! is in it that is not kept on purpose, and none at all after a lock
//! (requirement 20). The window is worked by a keyboard, as a person would.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "here a panic is a failed test"
)]

#[path = "support/batch.rs"]
mod batch;
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use batch::{Batch, Place};
use memchr::memmem;
use support::display::Display;
use support::run::{Scratch, run, succeed};

const LIMIT: Duration = Duration::from_secs(60);
/// Stands nowhere in the program, and in no number that it computes.
const PIN: &str = "73951846";

/// The forms in which a PIN could lie about: text in three widths, and hex.
fn forms(pin: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide = |order: fn(u16) -> [u8; 2]| pin.encode_utf16().flat_map(order).collect();
    let hex: String = pin.bytes().map(|byte| format!("{byte:02X}")).collect();
    let spaced: Vec<String> = pin.bytes().map(|byte| format!("{byte:02X}")).collect();
    vec![
        ("text", pin.as_bytes().to_vec()),
        ("UTF-16LE", wide(u16::to_le_bytes)),
        ("UTF-16BE", wide(u16::to_be_bytes)),
        (
            "UTF-32LE",
            pin.chars()
                .flat_map(|c| u32::from(c).to_le_bytes())
                .collect(),
        ),
        ("hex", hex.into_bytes()),
        ("hex with spaces", spaced.join(" ").into_bytes()),
    ]
}

/// The forms of the PIN that are in a dump.
fn found(dump: &Path, pin: &str) -> Vec<&'static str> {
    let memory = fs::read(dump).unwrap();
    assert!(memory.len() > 1 << 20, "a dump of {} bytes", memory.len());
    let holds = |form: &[u8]| memmem::find(&memory, form).is_some();
    let forms = forms(pin).into_iter();
    forms
        .filter(|(_, form)| holds(form))
        .map(|(name, _)| name)
        .collect()
}

/// What a dump holds.
#[derive(Clone, Copy)]
enum Depth {
    /// What the system would write at a crash.
    Core,
    /// Really everything: pages that are kept out of dumps too.
    All,
}

fn gcore(depth: Depth, id: u32, into: &Path) -> Command {
    let mut command = Command::new("gcore");
    if let Depth::All = depth {
        command.arg("-a");
    }
    command.arg("-o").arg(into).arg(id.to_string());
    command
}

/// Writes a process down; `None` where this user may not.
fn dump(depth: Depth, id: u32, folder: &Path) -> Option<PathBuf> {
    let into = folder.join("core");
    let done = run(&mut gcore(depth, id, &into), LIMIT);
    let dump = folder.join(format!("core.{id}"));
    dump.exists().then_some(dump).or_else(|| {
        eprintln!("{done:?}");
        None
    })
}

/// Only root reads the memory of a program that has forbidden it.
fn may_look() -> bool {
    let root = succeed(Command::new("id").arg("-u"), LIMIT).stdout.trim() == "0";
    if !root {
        eprintln!("*** SKIPPED: run this test as root; only root can dump the program ***");
    }
    root
}

/// The program with its window, until the test is over.
struct Opened(Child);

impl Drop for Opened {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn r20_a_dump_of_the_program_holds_no_pin_but_the_one_that_is_kept_and_none_after_a_lock() {
    if !may_look() {
        return;
    }
    let display = Display::new();
    let mut place = Place::new(PIN);
    place.environment = vec![("DISPLAY", display.name.clone())];
    let link = place.link();
    let mut command = place.program(&["open", "--print", &link]);
    let spawned = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut program = Opened(spawned);
    let id = program.0.id();
    let seen = |depth, when| {
        let folder = Scratch::new("dump");
        let dump = dump(depth, id, folder.path()).expect("a dump");
        let found = found(&dump, PIN);
        println!("{when}: {found:?}");
        found
    };
    display.focus();
    // Typed and not sent, then corrected and sent.
    display.xdotool(&["type", PIN]);
    assert_eq!(seen(Depth::Core, "typed"), [""; 0]);
    display.xdotool(&["key", "BackSpace"]);
    display.enter(&PIN[PIN.len() - 1..]);
    let mut url = String::new();
    let stdout = program.0.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut url).unwrap();
    assert!(url.contains("ss_result"));
    assert_eq!(place.status(), "SESSION_ACTIVE");

    // While it is kept: on its locked page only, which is kept out of dumps.
    assert_eq!(seen(Depth::Core, "kept"), [""; 0]);
    // That one is found, so the search would find any other.
    assert_eq!(seen(Depth::All, "kept, really all"), ["text"]);
    display.xdotool(&["key", "alt+l"]);
    assert!(place.becomes("ACTIVE"));
    assert_eq!(seen(Depth::All, "locked"), [""; 0]);
}

#[test]
fn r20_the_search_finds_a_pin_in_every_form() {
    let folder = Scratch::new("search");
    for (name, form) in forms(PIN) {
        let dump = folder.path().join("dump");
        let mut memory = vec![b'7'; 2 << 20];
        let middle = memory.len() / 2;
        memory[middle..middle + form.len()].copy_from_slice(&form);
        fs::write(&dump, memory).unwrap();
        assert_eq!(found(&dump, PIN), [name]);
    }
}

/// Core dumps and debuggers are switched off: what a program of the same user
/// gets. Another program of that user is dumped, so that it is not the tool.
#[test]
fn r21_no_program_of_the_same_user_can_dump_the_program() {
    // Root may all the same: as root, both are run as somebody else.
    const NOBODY: &str = "65534";
    let root = succeed(Command::new("id").arg("-u"), LIMIT).stdout.trim() == "0";
    let as_user = |command: &Command| {
        if !root {
            let mut plain = Command::new(command.get_program());
            plain.args(command.get_args());
            return plain;
        }
        let mut other = Command::new("setpriv");
        other
            .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"])
            .arg(command.get_program())
            .args(command.get_args());
        other
    };
    let folder = Scratch::new("dump");
    if root {
        succeed(Command::new("chmod").arg("777").arg(folder.path()), LIMIT);
    }
    let dumped = |id: u32| {
        let into = folder.path().join("core");
        run(&mut as_user(&gcore(Depth::Core, id, &into)), LIMIT);
        folder.path().join(format!("core.{id}")).exists()
    };
    let mut other = Opened(as_user(Command::new("sleep").arg("60")).spawn().unwrap());
    let can = dumped(other.0.id());
    let _ = other.0.kill();
    if !can {
        eprintln!("*** SKIPPED: on this system no program may dump another (ptrace_scope) ***");
        return;
    }
    // The program is at work, with a kept PIN.
    let place = Place::new(PIN);
    let _ = fs::write(place.home.path().join("pin"), PIN);
    let pin = place.home.path().join("pin");
    let mut batch = Batch::start_by(&place, pin.to_str().unwrap(), &|command| {
        if root {
            succeed(
                Command::new("chown")
                    .args(["-R", &format!("{NOBODY}:{NOBODY}")])
                    .arg(place.home.path()),
                LIMIT,
            );
        }
        let mut user = as_user(command);
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => user.env(name, value),
                None => user.env_remove(name),
            };
        }
        user
    });
    assert!(batch.sign(&place.link()).contains("ss_result"));
    assert!(!dumped(batch.id()));
}
