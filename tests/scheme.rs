//! Who opens `securesign://` links: taken, given back, and told by `doctor`, with
//! the real xdg-utils in folders that are nobody's.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use support::run::{Finished, Scratch, eventually, run, succeed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_securesign");
const LIMIT: Duration = Duration::from_secs(60);
const SCHEME: &str = "x-scheme-handler/securesign";
const OTHER: &str = "[Desktop Entry]\nType=Application\nName=Other Signer\nExec=true %u\nMimeType=x-scheme-handler/securesign;\n";

/// One user's folders, and those that all users share.
struct Desk(Scratch);

impl Desk {
    fn new() -> Self {
        let desk = Self(Scratch::new("scheme"));
        for folder in ["data/applications", "shared/applications", "config", "etc"] {
            fs::create_dir_all(desk.path(folder)).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A program with this desk's folders and no desktop session.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.0.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_DATA_DIRS", self.path("shared"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CONFIG_DIRS", self.path("etc"))
            .env("PCSCLITE_CSOCK_NAME", self.path("no-such-socket"));
        command
    }

    fn securesign(&self, word: &str) -> Finished {
        run(self.command(PROGRAM).arg(word), LIMIT)
    }

    /// Runs a command that must succeed; what it says.
    fn done(&self, word: &str) -> String {
        let done = self.securesign(word);
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stdout
    }

    /// What xdg-utils, whom browsers ask, say.
    fn handler(&self) -> String {
        let mut ask = self.command("xdg-mime");
        let said = succeed(ask.args(["query", "default", SCHEME]), LIMIT).stdout;
        said.trim().to_owned()
    }

    /// Another program that opens the links, for all users.
    fn with_other(&self) {
        self.shared("other.desktop", OTHER);
    }

    fn shared(&self, name: &str, text: &str) {
        let folder = self.path("shared/applications");
        fs::write(folder.join(name), text).unwrap();
        let mut refresh = self.command("update-desktop-database");
        succeed(refresh.arg(folder), LIMIT);
    }

    fn defaults(&self) -> PathBuf {
        self.path("config/mimeapps.list")
    }

    /// Every file of the user's, and what is in it.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for folder in ["data", "config"] {
            collect(&self.path(folder), &mut files);
        }
        files.sort();
        files
    }

    fn names(&self) -> Vec<String> {
        let name = |path: &Path| {
            path.strip_prefix(self.0.path())
                .unwrap()
                .display()
                .to_string()
        };
        self.files().iter().map(|(path, _)| name(path)).collect()
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn r30_registering_writes_these_files_and_nothing_that_silences_a_browser() {
    let desk = Desk::new();
    let said = desk.done("register");
    assert!(said.contains("open this program now"), "{said}");
    assert_eq!(desk.handler(), "securesign.desktop");
    assert_eq!(
        desk.names(),
        [
            "config/mimeapps.list",
            "data/applications/mimeinfo.cache",
            "data/applications/securesign-token.desktop",
            "data/applications/securesign.desktop",
            "data/icons/hicolor/scalable/apps/securesign.svg",
        ]
    );
    for (path, content) in desk.files() {
        let text = String::from_utf8_lossy(&content);
        for policy in ["AutoLaunchProtocolsFromOrigins", "policies", "prefs"] {
            assert!(!text.contains(policy), "{path:?}");
        }
    }
    let entries = ["securesign.desktop", "securesign-token.desktop"]
        .map(|name| desk.path("data/applications").join(name));
    succeed(desk.command("desktop-file-validate").args(&entries), LIMIT);
    let entry = fs::read_to_string(&entries[0]).unwrap();
    let exec = format!("\nExec={PROGRAM} open -- %u\n");
    assert!(entry.contains(&exec), "{entry}");
    // Once more changes nothing.
    let before = desk.files();
    desk.done("register");
    assert_eq!(desk.files(), before);
}

#[test]
fn r30_removing_gives_the_scheme_back_to_the_one_that_had_it() {
    let desk = Desk::new();
    desk.with_other();
    assert_eq!(desk.handler(), "other.desktop");
    let said = desk.done("register");
    assert!(
        said.contains("they opened Other Signer (other.desktop)"),
        "{said}"
    );
    assert_eq!(desk.handler(), "securesign.desktop");
    let said = desk.done("unregister");
    assert!(said.contains("but Other Signer (other.desktop)"), "{said}");
    assert_eq!(desk.handler(), "other.desktop");
    let left = ["config/mimeapps.list", "data/applications/mimeinfo.cache"];
    assert_eq!(desk.names(), left);
}

#[test]
fn r30_other_defaults_stay_byte_for_byte_and_one_named_before_comes_back() {
    let desk = Desk::new();
    desk.with_other();
    let text = "# by hand\r\n[Added Associations]\nx-scheme-handler/securesign=other.desktop;\n\n\
                [Default Applications]\ntext/html=é.desktop \n\
                x-scheme-handler/securesign=other.desktop;more.desktop;\nimage/png=viewer.desktop\n\n\n[broken";
    // As those have it who keep such files elsewhere, and keep them to themselves.
    let file = desk.path("kept");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&file, desk.defaults()).unwrap();

    desk.done("register");
    desk.done("register");
    let changed = fs::read_to_string(&file).unwrap();
    let ours = "\nx-scheme-handler/securesign=securesign.desktop\n";
    assert_eq!(
        changed,
        text.replace(
            "\nx-scheme-handler/securesign=other.desktop;more.desktop;\n",
            ours
        )
    );
    assert_eq!(desk.handler(), "securesign.desktop");

    desk.done("unregister");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(desk.defaults().is_symlink());
}

#[test]
fn what_the_user_chose_meanwhile_is_left_alone() {
    let desk = Desk::new();
    desk.with_other();
    desk.done("register");
    let mut choose = desk.command("xdg-mime");
    succeed(choose.args(["default", "other.desktop", SCHEME]), LIMIT);
    let chosen = fs::read(desk.defaults()).unwrap();
    desk.done("unregister");
    assert_eq!(fs::read(desk.defaults()).unwrap(), chosen);
    assert_eq!(desk.handler(), "other.desktop");
}

#[test]
fn what_cannot_be_written_is_told_and_nothing_is_half_there() {
    let desk = Desk::new();
    // A folder where a file belongs; root may write anywhere else.
    fs::create_dir(desk.defaults()).unwrap();
    let done = desk.securesign("register");
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("mimeapps.list cannot be"), "{done:?}");
    assert!(done.stderr.contains("Check its rights"), "{done:?}");
    let names = desk.names();
    assert!(
        !names.iter().any(|name| name.ends_with(".new")),
        "{names:?}"
    );
}

#[test]
fn r01_the_program_starts_with_the_link_as_one_argument() {
    let desk = Desk::new();
    let register = |folder: &str| {
        let folder = desk.path(folder);
        fs::create_dir_all(&folder).unwrap();
        let program = folder.join("securesign");
        fs::copy(PROGRAM, &program).unwrap();
        run(desk.command(&program).arg("register"), LIMIT)
    };
    let done = register("bin");
    assert_eq!(done.code, Some(0), "{done:?}");

    // In its place, what writes down its arguments.
    let program = desk.path("bin/securesign");
    let heard = desk.path("heard");
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > {}\n", heard.display());
    fs::remove_file(&program).unwrap();
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let link = "securesign://sign?a=b&--print;$(touch%20x)%22";
    let entry = desk.path("data/applications/securesign.desktop");
    let mut glib = desk.command("gio");
    glib.arg("launch").arg(&entry).arg(link);
    let mut xdg = desk.command("xdg-open");
    // Without a display it would look for browsers in the terminal only.
    xdg.arg(link).env("DISPLAY", ":no-such-display");
    for mut opener in [glib, xdg] {
        let _ = fs::remove_file(&heard);
        succeed(&mut opener, LIMIT);
        let wanted = format!("open\n--\n{link}\n");
        assert!(
            eventually(LIMIT, || {
                fs::read_to_string(&heard).is_ok_and(|args| args == wanted)
            }),
            "{opener:?}: {:?}",
            fs::read_to_string(&heard)
        );
    }

    let before = desk.files();
    for odd in ["two words", "with $(touch x)"] {
        let done = register(odd);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains("plain name"), "{done:?}");
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn r30_doctor_tells_who_opens_the_links() {
    let desk = Desk::new();
    let says = |words: &[&str]| {
        let done = desk.securesign("doctor");
        // There is no reader, so all is never well here.
        assert_eq!(done.code, Some(1), "{done:?}");
        for words in words {
            assert!(done.stdout.contains(words), "{words}: {}", done.stdout);
        }
    };
    says(&[
        "MISSING  No program opens securesign:// links",
        "securesign register",
    ]);
    desk.with_other();
    says(&[
        "MISSING  securesign:// links open another program: Other Signer (other.desktop)",
        "If you did not choose it: securesign register",
    ]);
    desk.done("register");
    says(&["ok       securesign:// links open this program"]);
    let entry = desk.path("data/applications/securesign.desktop");
    let text = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, text.replace(PROGRAM, "/opt/old/securesign")).unwrap();
    says(&[
        "MISSING  securesign:// links open another SecureSign, or an older one",
        entry.to_str().unwrap(),
    ]);
    desk.done("unregister");
    // As the package has it.
    let packaged = include_str!("../ui/desktop/securesign.desktop");
    fs::remove_file(desk.path("shared/applications/other.desktop")).unwrap();
    desk.shared("securesign.desktop", packaged);
    says(&["ok       securesign:// links open this program"]);
}

#[test]
fn doctor_tells_of_a_browser_that_links_do_not_come_out_of() {
    let desk = Desk::new();
    let browser = |more: &str| {
        let text = format!(
            "[Desktop Entry]\nType=Application\nName=Surfer\nExec=true %u\nMimeType=x-scheme-handler/https;\n{more}\n"
        );
        desk.shared("surfer.desktop", &text);
        desk.securesign("doctor").stdout
    };
    assert!(!browser("").contains("Surfer"));
    let shut = [
        ("X-Flatpak=org.surfer", "Flatpak"),
        ("X-SnapInstanceName=surfer", "Snap"),
    ];
    for (more, kind) in shut {
        let said = browser(more);
        let words = format!(
            "MISSING  Surfer is a {kind}, and without a desktop portal no link comes out of it"
        );
        assert!(said.contains(&words), "{said}");
        assert!(said.contains("Install xdg-desktop-portal"), "{said}");
    }
    let services = desk.path("shared/dbus-1/services");
    fs::create_dir_all(&services).unwrap();
    fs::write(services.join("io.snapcraft.Launcher.service"), "").unwrap();
    assert!(browser("X-SnapInstanceName=surfer").contains("ok       Surfer is a Snap"));
    assert!(browser("X-Flatpak=org.surfer").contains("MISSING  Surfer is a Flatpak"));
    fs::write(services.join("org.freedesktop.portal.Desktop.service"), "").unwrap();
    assert!(browser("X-Flatpak=org.surfer").contains("ok       Surfer is a Flatpak"));
}

#[test]
fn doctor_tells_when_nobody_can_be_asked() {
    let desk = Desk::new();
    let mut doctor = desk.command(PROGRAM);
    let done = run(doctor.env("PATH", desk.path("empty")).arg("doctor"), LIMIT);
    assert!(
        done.stdout
            .contains("MISSING  Which program opens securesign:// links cannot be asked"),
        "{done:?}"
    );
    assert!(done.stdout.contains("Install xdg-utils"), "{done:?}");
}
