//! The way back: which browser gets the answer, as what, and the page that posts
//! what no URL can hold, in the real Chromium.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
#[allow(dead_code, reason = "the program uses all of it")]
#[path = "../ui/src/browser/page.rs"]
mod page;
#[path = "post/posted.rs"]
mod posted;
#[allow(dead_code, reason = "the program uses all of it")]
#[path = "../ui/src/store"]
mod store {
    pub mod folders;
    pub mod own;
}
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use home::{Home, LIMIT, demo_link, fresh, result};
use sha2::{Digest as _, Sha256};
use support::run::{Finished, eventually, run};
use url::form_urlencoded;

/// A user with browsers that only write down how they are called.
struct Desk {
    home: Home,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { home: Home::new() };
        for folder in [
            "opt",
            "bin",
            "shared/applications",
            "XDG_DATA_HOME/applications",
        ] {
            fs::create_dir_all(desk.path(folder)).unwrap();
        }
        desk.script("log", &desk.writing("called"));
        desk.script("bin/xdg-open", &desk.writing("default"));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.0.path().join(name)
    }

    /// Writes down how many arguments there are, and each.
    fn writing(&self, file: &str) -> String {
        let file = self.path(file);
        format!(
            "printf '%s\\n' $# \"$@\" > '{0}.new'; mv '{0}.new' '{0}'",
            file.display()
        )
    }

    fn script(&self, name: &str, text: &str) {
        let file = self.path(name);
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A program of this name that does what it is told, as bash would.
    fn browser(&self, name: &str) -> PathBuf {
        let file = self.path("opt").join(name);
        fs::copy("/bin/bash", &file).unwrap();
        file
    }

    fn entry(&self, folder: &str, name: &str, lines: &str) {
        let file = self.path(folder).join("applications").join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let text = format!("[Desktop Entry]\nType=Application\nName=Surfer\n{lines}\n");
        fs::write(file, text).unwrap();
    }

    fn surfer(&self, exec: &str) {
        let lines = format!("Exec={exec}\nMimeType=text/html;x-scheme-handler/https;");
        self.entry("shared", "surfer.desktop", &lines);
    }

    /// Signs, started by `parent`, a command whose last words are the program's.
    fn sign(&self, parent: &Path, words: &[&str], link: &str) -> Finished {
        let pin = self.home.file("pin", "123456\n");
        let link = &fresh(link);
        let mut command = Command::new(parent);
        self.home.dress(&mut command);
        command
            .args(words)
            .args([
                home::PROGRAM,
                "--reader",
                "demo",
                "sign",
                link,
                "--pin-file",
                &pin,
            ])
            .env("XDG_DATA_DIRS", self.path("shared"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", self.path("bin").display()),
            );
        let done = run(&mut command, LIMIT);
        assert_eq!(done.code, Some(0), "{done:?}");
        done
    }

    /// How the browser of an entry, and how the system's default one was called.
    fn called(&self) -> (Option<Vec<String>>, Option<Vec<String>>) {
        let read = |name: &str| {
            let text = fs::read_to_string(self.path(name)).ok()?;
            fs::remove_file(self.path(name)).unwrap();
            Some(text.lines().map(str::to_owned).collect())
        };
        assert!(eventually(LIMIT, || {
            self.path("called").exists() || self.path("default").exists()
        }));
        (read("called"), read("default"))
    }
}

/// Two commands, so that the shell stays to be the parent.
const CALL: [&str; 3] = ["-c", "\"$@\"; exit $?", "x"];

#[test]
fn r17_the_answer_goes_to_the_browser_that_called() {
    let desk = Desk::new();
    let link = demo_link();
    let opt = desk.path("opt").display().to_string();
    let log = desk.path("log").display().to_string();
    let surfer = desk.browser("surfer");
    let got = |what: &str| {
        let (called, default) = desk.called();
        assert_eq!(default, None, "{what}");
        called.expect(what)
    };

    desk.surfer(&format!("{opt}/surfer {log} --tab %u"));
    desk.sign(&surfer, &CALL, &link);
    let words = got("itself");
    assert_eq!(words[..2], ["2", "--tab"]);
    assert_eq!(result(&words[2])["success"], true);

    // Launchers in between.
    let words = [&CALL[..], &["sh", "-c", "\"$@\"; exit $?", "x"]].concat();
    desk.sign(&surfer, &words, &link);
    got("through a shell");

    // What the entry names is a link, and what runs is the same program.
    std::os::unix::fs::symlink(&surfer, desk.path("bin/surf")).unwrap();
    desk.surfer(&format!("env A=b surf {log} %U"));
    desk.sign(&surfer, &CALL, &link);
    assert_eq!(got("a link, from PATH")[0], "1");

    // What the entry names is a script that starts the program.
    desk.script("bin/surfer", &desk.writing("called"));
    desk.surfer("surfer %u");
    desk.sign(&surfer, &CALL, &link);
    got("a wrapper of that name");

    // The browser is a script itself.
    let write = desk.writing("called");
    desk.script(
        "bin/scripted",
        &format!("case $1 in *://*) {write};; *) \"$@\"; exit $?;; esac"),
    );
    desk.surfer("scripted %u");
    desk.sign(&desk.path("bin/scripted"), &[], &link);
    got("a script");
}

#[test]
fn r17_who_is_no_installed_browser_is_never_started() {
    let desk = Desk::new();
    let link = demo_link();
    let surfer = desk.browser("surfer");
    let log = desk.path("log").display().to_string();
    let exec = format!("{} {log} %u", surfer.display());
    let browser = format!("Exec={exec}\nCategories=Network;WebBrowser;");
    let goes_to_default = |what: &str| {
        desk.sign(&surfer, &CALL, &link);
        let (called, default) = desk.called();
        assert_eq!(called, None, "{what}");
        let words = default.expect(what);
        assert_eq!(words[0], "1", "{what}");
        assert_eq!(result(&words[1])["success"], true, "{what}");
    };
    goes_to_default("no entry");
    for (lines, what) in [
        (
            format!("Exec={exec}\nCategories=Utility;\nMimeType=x-scheme-handler/ssh;"),
            "no browser",
        ),
        (
            format!("{browser}\nHidden=true"),
            "an entry that is taken back",
        ),
        (format!("{browser}\nTerminal=true"), "one for a terminal"),
        (browser.replace(" %u", ""), "one that takes no address"),
        (
            browser.replace("Exec=", "Exec=/no/such/"),
            "one that is gone",
        ),
        (browser.replace("Exec=", "Exec=sh -c 'exit 0' "), "a shell"),
    ] {
        desk.entry("shared", "surfer.desktop", &lines);
        goes_to_default(what);
    }
    desk.entry("shared", "surfer.desktop", &browser);
    desk.sign(&surfer, &CALL, &link);
    assert!(desk.called().0.is_some(), "with all of it, it is one");
    // A shell script is the parent now, and there is a browser that is one.
    desk.entry(
        "shared",
        "a.desktop",
        &browser.replace(&exec, &format!("/bin/sh {log} %u")),
    );
    desk.sign(Path::new("/bin/sh"), &CALL, &link);
    assert_eq!(desk.called().0, None);
    // The user's own entry hides the one of that name.
    desk.entry(
        "XDG_DATA_HOME",
        "surfer.desktop",
        &format!("{browser}\nHidden=true"),
    );
    goes_to_default("hidden by the user");
    // A browser that does not start must not swallow the answer.
    fs::remove_file(desk.path("XDG_DATA_HOME/applications/surfer.desktop")).unwrap();
    desk.entry(
        "shared",
        "surfer.desktop",
        &browser.replace(&log, "-c 'exit 3'"),
    );
    goes_to_default("one that fails");
}

#[test]
fn r17_nothing_in_a_url_adds_an_argument() {
    let desk = Desk::new();
    let surfer = desk.browser("surfer");
    let log = desk.path("log").display().to_string();
    desk.surfer(&format!(
        "{} {log} \"two words\" --at=%u 100%% %i",
        surfer.display()
    ));
    let touched = desk.path("touched");
    let evil = format!(
        "http://localhost:8080/--x %u %% \"\n?a=$(touch {0})&b=`touch {0}`&c=;touch {0};' --y",
        touched.display()
    )
    .replace('\n', "%0A");
    let encoded: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
    let link = demo_link().replace("http%3A%2F%2Flocalhost%3A8080%2Fsign%2Fcallback", &encoded);
    desk.sign(&surfer, &CALL, &link);
    let words = desk.called().0.expect("the browser");
    assert_eq!(words.len(), 4, "{words:?}");
    assert_eq!(
        [&words[0], &words[1], &words[3]],
        ["3", "two words", "100%"]
    );
    let url = words[2].strip_prefix("--at=").unwrap();
    assert!(url.starts_with("http://localhost:8080/"), "{url}");
    assert_eq!(result(url)["success"], true);
    assert!(!touched.exists());
}

/// An entry that a page could run commands by is left to the system's launcher.
#[test]
fn r17_no_url_gets_into_a_shell() {
    let desk = Desk::new();
    let surfer = desk.browser("surfer");
    let touched = desk.path("touched");
    let evil = format!(
        "http://localhost:8080/cb?a=$(touch {0})&b=`touch {0}`&c=;touch {0};",
        touched.display()
    );
    let encoded: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
    let link = demo_link().replace("http%3A%2F%2Flocalhost%3A8080%2Fsign%2Fcallback", &encoded);
    let log = desk.path("log").display().to_string();
    std::os::unix::fs::symlink("/bin/bash", desk.path("bin/renamed")).unwrap();
    for exec in [
        format!("sh -c \"exec {log} %u\""),
        format!("env A=b bash -c \"{log} %u\""),
        format!("nice -n 1 sh -c '{log} %u'"),
        "sh -c %u".to_owned(),
        format!("{} -c \"{log} %u\"", surfer.display()),
        format!("renamed {log} %u"),
        format!("{log} \"x %u\""),
    ] {
        desk.surfer(&exec);
        // The entry's own program, so that it is the one that calls.
        let words = [&CALL[..], &["sh", "-c", "\"$@\"; exit $?", "x"]].concat();
        desk.sign(&surfer, &words, &link);
        let (called, default) = desk.called();
        assert_eq!(called, None, "{exec}");
        assert_eq!(result(&default.expect(&exec)[1])["success"], true);
        assert!(!touched.exists(), "{exec}");
    }
}

#[test]
fn what_is_for_an_app_goes_to_the_system_and_not_to_the_browser() {
    let desk = Desk::new();
    let surfer = desk.browser("surfer");
    let log = desk.path("log").display().to_string();
    desk.surfer(&format!("{} {log} %u", surfer.display()));
    let folder = desk.path("XDG_CONFIG_HOME/securesign");
    fs::create_dir_all(&folder).unwrap();
    let demo = demo_link();
    let url = url::Url::parse(&demo).unwrap();
    let (_, key) = url
        .query_pairs()
        .find(|(name, _)| name == "apiKey")
        .unwrap();
    let hash: String = Sha256::digest(key.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let settings = format!(
        "[callback]\nschemes = [\"myapp\"]\n[[portal]]\norigin = \"https://portal.example\"\n\
         key = \"sha256:{hash}\"\ntest = true\n"
    );
    fs::write(folder.join("settings.toml"), settings).unwrap();
    let web = "http%3A%2F%2Flocalhost%3A8080%2Fsign%2Fcallback";
    desk.sign(&surfer, &CALL, &demo.replace(web, "myapp%3A%2F%2Fdone"));
    let (called, default) = desk.called();
    assert_eq!(called, None);
    let words = default.expect("the system");
    assert!(words[1].starts_with("myapp://done?"), "{words:?}");
    assert_eq!(result(&words[1])["success"], true);
    // What is for the web still goes to the browser.
    desk.sign(&surfer, &CALL, &demo);
    assert!(desk.called().0.is_some());
}
