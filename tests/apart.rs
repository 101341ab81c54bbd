//! Two executables: the terminal's loads nothing of the window's, and what needs a window
//! is done by the one beside it, as if it were the same program.

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
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use home::{Home, LIMIT, PROGRAM, demo_link, fresh, result};
use support::display::Display;
use support::run::{Finished, Scratch, eventually, run, succeed};

const WINDOW: &str = env!("CARGO_BIN_EXE_securesign-window");

/// A file that anybody may start.
fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// The libraries that an executable names.
fn libraries(program: &str) -> String {
    let dynamic = succeed(Command::new("readelf").args(["-d", program]), LIMIT).stdout;
    let needed = dynamic.lines().filter(|line| line.contains("(NEEDED)"));
    needed.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_terminal_loads_no_library_of_the_window() {
    let of_window = [
        "libX",
        "libpango",
        "libcairo",
        "libgobject",
        "libfontconfig",
    ];
    let terminal = libraries(PROGRAM);
    assert!(terminal.contains("libpcsclite"), "{terminal}");
    for library in of_window {
        assert!(!terminal.contains(library), "{terminal}");
    }
    // Nor by way of another one.
    let loaded = succeed(Command::new("ldd").arg(PROGRAM), LIMIT).stdout;
    for library in of_window {
        assert!(!loaded.contains(library), "{loaded}");
    }
    let window = libraries(WINDOW);
    assert!(
        window.contains("libX11") && window.contains("libpango"),
        "{window}"
    );
}

/// A copy of the terminal's executable, in a folder of its own.
struct Copy {
    home: Home,
    place: Scratch,
}

impl Copy {
    fn new() -> Self {
        let place = Scratch::new("apart");
        fs::copy(PROGRAM, place.path().join("securesign")).unwrap();
        Self {
            home: Home::new(),
            place,
        }
    }

    fn beside(&self) -> PathBuf {
        self.place.path().join("securesign-window")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.place.path().join("securesign"));
        self.home.dress(&mut command);
        command
            .env("PCSCLITE_CSOCK_NAME", "/nonexistent")
            .args(words);
        command
    }

    fn refuses(&self, link: &str, display: &Display) -> Finished {
        let mut command = self.command(&["--reader", "demo", "open", "--print", link]);
        let done = run(command.env("DISPLAY", &display.name), LIMIT);
        assert_eq!(done.code, Some(2), "{done:?}");
        assert_eq!(done.stdout, "");
        let named = self.beside();
        assert!(done.stderr.contains(named.to_str().unwrap()), "{done:?}");
        assert!(done.stderr.contains("Install SecureSign again"), "{done:?}");
        assert!(!done.stderr.contains("securesign://"), "{done:?}");
        assert!(!done.stderr.contains("requestId"), "{done:?}");
        done
    }
}

#[test]
fn r13_a_window_that_is_missing_or_cannot_be_started_uses_no_request_up() {
    let copy = Copy::new();
    let (display, link) = (Display::new(), fresh(&demo_link()));
    let missing = "is missing, so there is no window";
    assert!(copy.refuses(&link, &display).stderr.contains(missing));
    // One that is found by PATH is none.
    let path = copy.place.path().join("path");
    fs::create_dir(&path).unwrap();
    script(&path.join("securesign-window"), "echo started");
    let mut command = copy.command(&["open", &link]);
    let done = run(command.env("PATH", &path).current_dir(&path), LIMIT);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert_eq!(done.stdout, "");
    // Nor is a link, or a folder.
    symlink(WINDOW, copy.beside()).unwrap();
    assert!(copy.refuses(&link, &display).stderr.contains(missing));
    fs::remove_file(copy.beside()).unwrap();
    fs::create_dir(copy.beside()).unwrap();
    assert!(copy.refuses(&link, &display).stderr.contains(missing));
    fs::remove_dir(copy.beside()).unwrap();
    // A file that may not be started.
    fs::write(copy.beside(), "").unwrap();
    let done = copy.refuses(&link, &display);
    assert!(done.stderr.contains("cannot be started"), "{done:?}");

    // The real one has it, and its portal is answered.
    fs::remove_file(copy.beside()).unwrap();
    fs::copy(WINDOW, copy.beside()).unwrap();
    let mut command = copy.command(&["--reader", "demo", "open", "--print", &link]);
    command.env("DISPLAY", &display.name);
    let program = std::thread::spawn(move || run(&mut command, LIMIT));
    display.focus();
    display.xdotool(&["key", "Escape"]);
    let done = program.join().unwrap();
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(result(&done.stdout)["error"], "SS_SIGN_CANCELLED");
}

#[test]
fn what_shows_a_window_goes_to_the_other_one_as_it_came() {
    let copy = Copy::new();
    let answer = "printf '%s\\n' \"$@\"; cat; printf '%s' \"$MARK\"; echo heard >&2; exit 7";
    script(&copy.beside(), answer);
    // By a link to the program too.
    let link = copy.home.0.path().join("link");
    symlink(copy.place.path().join("securesign"), &link).unwrap();
    let lines: [&[&str]; 6] = [
        &[],
        &["-v", "--theme", "dark"],
        &[
            "--reader",
            "none",
            "open",
            "--",
            "securesign://sign?a=b&$(touch x) \"",
        ],
        &["open", "--print", "x"],
        &["trace", "record", "file", "--", "open", "x"],
        &["trace", "record", "file", "--", "-v"],
    ];
    for line in lines {
        let mut command = Command::new(&link);
        copy.home.dress(&mut command);
        command.args(line).env("MARK", "environment");
        let done = support::run::feed(&mut command, b"input\n", LIMIT);
        let words: String = line.iter().map(|word| format!("{word}\n")).collect();
        let words = if line.is_empty() { "\n" } else { &words };
        assert_eq!(
            done.stdout,
            format!("{words}input\nenvironment"),
            "{line:?}"
        );
        assert!(done.stderr.ends_with("heard\n"), "{done:?}");
        assert_eq!(done.code, Some(7), "{line:?}");
    }
    // Nothing else does.
    let done = run(&mut copy.command(&["demo", "--link"]), LIMIT);
    assert!(done.stdout.starts_with("securesign://"), "{done:?}");
    let done = run(&mut copy.command(&["open"]), LIMIT);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(!done.stderr.contains("heard"), "{done:?}");
}

/// A program with its window, until the test is over.
struct Opened(Child);

impl Drop for Opened {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn r21_the_window_gives_up_core_dumps_and_debuggers_and_keeps_the_limit_for_browsers() {
    let (home, display) = (Home::new(), Display::new());
    let bin = home.0.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let said = home.0.path().join("said");
    let opener = format!(
        "(ulimit -Sc; ulimit -Hc) > '{0}.new'; mv '{0}.new' '{0}'",
        said.display()
    );
    script(&bin.join("xdg-open"), &opener);
    // Root's programs show nothing of it: as root, it is run as somebody else.
    let root = fs::metadata(home.0.path()).unwrap().uid() == 0;
    let user = if root {
        "65534".to_owned()
    } else {
        succeed(Command::new("id").arg("-u"), LIMIT).stdout
    };
    let mut command = if root {
        let give = ["-R", "65534:65534"];
        succeed(Command::new("chown").args(give).arg(home.0.path()), LIMIT);
        let mut other = Command::new("setpriv");
        other.args([
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            "--",
            "sh",
        ]);
        other
    } else {
        Command::new("sh")
    };
    home.dress(&mut command);
    let line = "ulimit -Sc 17; ulimit -Hc 100; exec \"$@\"";
    command
        .args(["-c", line, "sh", PROGRAM, "--reader", "demo", "open"])
        .arg(fresh(&demo_link()))
        .env("DISPLAY", &display.name)
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .stderr(Stdio::null());
    let mut program = Opened(command.spawn().unwrap());
    let about = PathBuf::from(format!("/proc/{}", program.0.id()));
    display.focus();
    // It took the first one's place, and has its number.
    let name = fs::read_to_string(about.join("cmdline")).unwrap();
    assert!(name.starts_with(WINDOW), "{name}");
    let limits = fs::read_to_string(about.join("limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let core: Vec<&str> = core.unwrap().split_whitespace().collect();
    assert_eq!(core[4], "0", "{core:?}");
    // What a debugger would need is root's, as for no other program of this user.
    let status = fs::read_to_string(about.join("status")).unwrap();
    let user = user.trim();
    assert!(status.contains(&format!("Uid:\t{user}\t")), "{status}");
    assert_eq!(fs::metadata(about.join("mem")).unwrap().uid(), 0);

    display.xdotool(&["key", "Escape"]);
    assert!(eventually(LIMIT, || program
        .0
        .try_wait()
        .unwrap()
        .is_some()));
    assert!(eventually(LIMIT, || said.exists()));
    let limit = fs::read_to_string(said).unwrap();
    let mut limit = limit.lines();
    assert_eq!(limit.next(), Some("17"));
    assert_eq!(limit.next(), Some("100"));
}

#[test]
fn r19_a_link_goes_to_the_open_window_and_nothing_of_another_is_loaded() {
    let (copy, display) = (Copy::new(), Display::new());
    let run_folder = copy.home.0.path().join("run");
    fs::create_dir(&run_folder).unwrap();
    let dress = |mut command: Command| {
        command.env("DISPLAY", &display.name);
        command.env("XDG_RUNTIME_DIR", &run_folder);
        command
    };
    let mut window = dress(copy.home.program(&[]));
    let window = Opened(window.stderr(Stdio::null()).spawn().unwrap());
    display.focus();
    // This one has no window beside it, and needs none.
    let links = [fresh(&demo_link()), fresh(&demo_link())];
    let done = run(&mut dress(copy.command(&["open", &links[0]])), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    let done = run(&mut dress(copy.command(&["open", &links[1]])), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("this request is waiting there"),
        "{done:?}"
    );
    let done = run(&mut dress(copy.command(&[])), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    drop(window);
    let done = run(&mut dress(copy.command(&["open", &links[0]])), LIMIT);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(done.stderr.contains("is missing"), "{done:?}");
}

#[test]
fn doctor_tells_programs_the_same() {
    let (copy, display) = (Copy::new(), Display::new());
    fs::copy(WINDOW, copy.beside()).unwrap();
    let doctor = |words: &[&str]| {
        let mut command = copy.command(words);
        let done = run(command.env("DISPLAY", &display.name), LIMIT);
        assert_eq!(done.code, Some(1), "{done:?}");
        done.stdout
    };
    let json: serde_json::Value = serde_json::from_str(&doctor(&["doctor", "--json"])).unwrap();
    assert_eq!(json["well"], false);
    let findings = json["findings"].as_array().unwrap();
    // A line for each, and one more where something is to be done.
    let text = doctor(&["doctor"]);
    let mut lines = text.lines();
    for finding in findings {
        let (well, what) = (&finding["well"], finding["what"].as_str().unwrap());
        let mark = if *well == true { "ok" } else { "MISSING" };
        assert_eq!(lines.next(), Some(&*format!("{mark:<7}  {what}")));
        if let Some(advice) = finding["advice"].as_str() {
            assert_eq!(*well, false);
            assert_eq!(lines.next(), Some(&*format!("         → {advice}")));
        }
    }
    assert_eq!(lines.next(), None);
    let last = findings.last().unwrap();
    assert_eq!(last["what"], "There is a display for the window");
}

#[test]
fn doctor_says_whether_the_window_is_there_and_starts() {
    let (copy, display) = (Copy::new(), Display::new());
    let doctor = || {
        let mut command = copy.command(&["doctor"]);
        let done = run(command.env("DISPLAY", &display.name), LIMIT);
        // There is no card service, so all is never well here.
        assert_eq!(done.code, Some(1), "{done:?}");
        done.stdout
    };
    let said = doctor();
    let file = copy.beside().display().to_string();
    let words = format!("MISSING  The window is not installed: {file} is missing");
    assert!(said.contains(&words), "{said}");
    assert!(said.contains("Install SecureSign again"), "{said}");
    // As the system does where a library is missing.
    script(
        &copy.beside(),
        "echo 'libX11.so.6: cannot open' >&2; exit 127",
    );
    let said = doctor();
    let words = "MISSING  The window cannot be started: libX11.so.6: cannot open";
    assert!(said.contains(words), "{said}");
    assert!(!said.contains("The window is installed"), "{said}");
    fs::remove_file(copy.beside()).unwrap();
    fs::copy(WINDOW, copy.beside()).unwrap();
    let said = doctor();
    assert!(
        said.contains("ok       The window is installed\n"),
        "{said}"
    );
    assert!(
        said.contains("ok       There is a display for the window\n"),
        "{said}"
    );
}

#[test]
fn the_windows_executable_does_nothing_else() {
    let home = Home::new();
    for line in [
        &["tokens"][..],
        &["--reader", "demo", "sign", "securesign://sign"],
        &["register"],
        &["trace", "record", "file", "--", "pin", "status"],
    ] {
        let mut command = Command::new(WINDOW);
        home.dress(&mut command);
        command
            .env("PCSCLITE_CSOCK_NAME", "/nonexistent")
            .current_dir(home.0.path())
            .args(line);
        let done = run(&mut command, LIMIT);
        assert_eq!(done.code, Some(2), "{done:?}");
        let words = "This program only shows the window. For everything else use securesign.";
        assert!(done.stderr.contains(words), "{done:?}");
        assert_eq!(done.stdout, "");
    }
}
