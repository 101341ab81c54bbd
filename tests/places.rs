//! Where the program writes: through no link, in nobody else's folder, readable by
//! this user alone; and a lock that somebody holds keeps nothing for ever.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use home::{Home, LIMIT, PROGRAM, demo_link, fresh, result};
use support::run::{Finished, run};

const NOBODY: u32 = 65534;
/// As one of our pages is called.
const PAGE: &str = "0123456789abcdef0123456789abcdef.html";

struct User {
    home: Home,
    link: String,
}

impl User {
    fn new() -> Self {
        let user = Self {
            home: Home::new(),
            link: demo_link(),
        };
        user.folder("run");
        user
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.0.path().join(name)
    }

    fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn link(&self, to: &str, at: &str) {
        fs::create_dir_all(self.path(at).parent().unwrap()).unwrap();
        symlink(self.path(to), self.path(at)).unwrap();
    }

    /// A file of a year ago.
    fn old(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = File::create(&path).unwrap();
        let then = SystemTime::now() - Duration::from_secs(365 * 86400);
        let times = FileTimes::new().set_modified(then).set_accessed(then);
        file.set_times(times).unwrap();
        path
    }

    /// Signs, as a shell with this umask would have it.
    fn sign_masked(&self, umask: &str) -> (Finished, String) {
        let pin = self.home.file("pin", "123456\n");
        let link = fresh(&self.link);
        let mut command = Command::new("sh");
        self.home.dress(&mut command);
        let script = format!("umask {umask}; exec \"$@\"");
        command
            .args(["-c", &script, "sh", PROGRAM, "--reader", "demo", "sign"])
            .args([&*link, "--print", "--pin-file", &pin])
            .env("XDG_RUNTIME_DIR", self.path("run"));
        (run(&mut command, LIMIT), link)
    }

    fn sign(&self) -> Finished {
        self.sign_masked("022").0
    }

    fn signs(&self) {
        let done = self.sign();
        assert_eq!(done.code, Some(0), "{done:?}");
    }

    fn data(&self, name: &str) -> PathBuf {
        self.path("XDG_DATA_HOME/securesign").join(name)
    }

    fn journal(&self) -> usize {
        fs::read_to_string(self.data("journal.jsonl")).map_or(0, |text| text.lines().count())
    }
}

fn is_root() -> bool {
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !root {
        eprintln!("*** SKIPPED: only root can make folders of another user ***");
    }
    root
}

#[test]
fn a_folder_of_pages_that_is_a_link_is_not_swept() {
    for at in [
        "snap/surfer/common/securesign-pages",
        "snap/surfer/common",
        "snap/surfer",
        "run/securesign/securesign-pages",
        "run/securesign",
    ] {
        let user = User::new();
        let mut kept = Vec::new();
        for below in ["", "securesign-pages/", "common/securesign-pages/"] {
            kept.push(user.old(&format!("documents/{below}{PAGE}")));
            kept.push(user.old(&format!("documents/{below}will.odt")));
        }
        user.link("documents", at);
        user.signs();
        for file in kept {
            assert!(file.exists(), "{at}: {}", file.display());
        }
    }
}

#[test]
fn r13_a_link_to_our_own_folder_removes_neither_used_requests_nor_the_journal() {
    let user = User::new();
    let (done, link) = user.sign_masked("022");
    assert_eq!(done.code, Some(0), "{done:?}");
    for name in ["used-requests", "journal.jsonl", "journal.mark"] {
        let then = SystemTime::now() - Duration::from_secs(3600);
        let file = File::options().append(true).open(user.data(name)).unwrap();
        file.set_modified(then).unwrap();
    }
    for at in ["snap/surfer/common/securesign-pages", "run/securesign"] {
        user.link("XDG_DATA_HOME/securesign", at);
    }
    user.signs();
    let pin = user.home.file("pin", "123456\n");
    let line = [
        "--reader",
        "demo",
        "sign",
        &link,
        "--print",
        "--pin-file",
        &pin,
    ];
    let again = run(&mut user.home.program(&line), LIMIT);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("SS_REQUEST_INVALID"), "{again:?}");
    assert_eq!(user.journal(), 2);
}

#[test]
fn only_old_files_named_as_pages_are_are_swept() {
    let user = User::new();
    let stays = [
        "notes.html",
        "0123456789ABCDEF0123456789abcdef.html",
        "0123456789abcdef0123456789abcde.html",
        "0123456789abcdef0123456789abcdef0.html",
        "g123456789abcdef0123456789abcdef.html",
        "0123456789abcdef0123456789abcdef.htm",
        "x0123456789abcdef0123456789abcdef.html",
    ];
    // The user's own folders may be on another disk.
    user.folder("disk");
    user.link("disk", "snap");
    for folder in ["snap/surfer/common", "run/securesign"] {
        let folder = format!("{folder}/securesign-pages");
        user.old(&format!("{folder}/{PAGE}"));
        for name in stays {
            user.old(&format!("{folder}/{name}"));
        }
        // A link of that name is none of ours, and neither is a folder.
        let other = "fedcba9876543210fedcba9876543210.html";
        user.link("pin", &format!("{folder}/{other}"));
        user.folder(&format!("{folder}/{}", other.replace('f', "0")));
    }
    user.signs();
    for folder in ["snap/surfer/common", "run/securesign"] {
        let folder = user.path(folder).join("securesign-pages");
        assert!(!folder.join(PAGE).exists());
        assert_eq!(fs::read_dir(folder).unwrap().count(), stays.len() + 2);
    }
}

#[test]
fn our_files_are_not_opened_through_links() {
    for name in ["used-requests", "used-requests.lock", "journal.jsonl"] {
        let user = User::new();
        user.folder("XDG_DATA_HOME/securesign");
        let document = user.home.file("document", "dear diary");
        symlink(&document, user.data(name)).unwrap();
        let done = user.sign();
        assert_eq!(fs::read_to_string(&document).unwrap(), "dear diary");
        assert!(done.stderr.contains(name), "{done:?}");
        assert!(done.stderr.contains("is a link"), "{done:?}");
        // Where it cannot be noted nothing is signed; the journal is said to lack it.
        let signed = name == "journal.jsonl";
        assert_eq!(done.code, Some(if signed { 0 } else { 2 }), "{done:?}");
        assert_eq!(result_of(&done), signed);
    }
    // What is only replaced takes the place of the link.
    let user = User::new();
    user.folder("XDG_DATA_HOME/securesign");
    for name in ["seen-origins", "journal.mark"] {
        let _ = fs::remove_file(user.data(name));
        let document = user.home.file("document", "dear diary");
        symlink(&document, user.data(name)).unwrap();
        user.signs();
        assert_eq!(fs::read_to_string(&document).unwrap(), "dear diary");
        assert!(user.data(name).symlink_metadata().unwrap().is_file());
    }
    // And all of our data is nowhere else.
    let user = User::new();
    user.link("elsewhere", "XDG_DATA_HOME/securesign");
    user.folder("elsewhere");
    assert_eq!(user.sign().code, Some(2));
    assert_eq!(fs::read_dir(user.path("elsewhere")).unwrap().count(), 0);
}

fn result_of(done: &Finished) -> bool {
    !done.stdout.is_empty() && result(&done.stdout)["success"] == true
}

#[test]
fn pipes_in_place_of_our_files_are_not_waited_for() {
    for name in [
        "used-requests",
        "used-requests.lock",
        "journal.jsonl",
        "seen-origins",
    ] {
        let user = User::new();
        user.folder("XDG_DATA_HOME/securesign");
        let made = Command::new("mkfifo").arg(user.data(name)).status();
        assert!(made.unwrap().success());
        let start = Instant::now();
        let done = user.sign();
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{name}: {done:?}"
        );
        let signed = !name.starts_with("used");
        assert_eq!(result_of(&done), signed, "{name}: {done:?}");
    }
}

#[test]
fn a_user_whose_folders_are_links_signs_as_others_do() {
    let user = User::new();
    fs::remove_dir_all(user.path("XDG_CONFIG_HOME")).unwrap();
    for (at, folder) in [
        ("XDG_DATA_HOME", "dots/data"),
        ("XDG_CONFIG_HOME", "dots/config"),
    ] {
        user.folder(folder);
        user.link(folder, at);
    }
    // Some of these programs link each folder, or each file.
    user.folder("dots/securesign");
    user.link("dots/securesign", "dots/config/securesign");
    let settings = user.home.file("mine.toml", "[session]\nidle_minutes = 3\n");
    symlink(settings, user.path("dots/securesign/settings.toml")).unwrap();
    user.home.allow(support::local::DEMO);
    user.signs();
    assert_eq!(user.journal(), 1);
}

#[test]
fn whatever_the_umask_is_and_was_only_this_user_reads_our_files() {
    for umask in ["0", "022", "077", "0277", "0777"] {
        let user = User::new();
        for _ in 0..2 {
            let (done, _) = user.sign_masked(umask);
            assert_eq!(done.code, Some(0), "{umask}: {done:?}");
            let mut files = 0;
            let folder = user.data("");
            assert_eq!(mode(&folder), 0o700, "{umask}");
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                assert_eq!(mode(&path), 0o600, "{umask}: {}", path.display());
                // As an older version left it.
                fs::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
                files += 1;
            }
            assert_eq!(files, 5, "{umask}");
            fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
        }
    }
}

#[test]
fn what_a_person_has_written_to_a_file_is_theirs_alone_too() {
    let user = User::new();
    user.signs();
    let old = user.home.file("export-of-old", "");
    fs::set_permissions(&old, PermissionsExt::from_mode(0o666)).unwrap();
    let copy = user.path("copy").display().to_string();
    for line in [
        vec!["journal", "export", &copy],
        vec!["trace", "record", &old, "--", "--reader", "demo", "tokens"],
    ] {
        let done = run(&mut user.home.program(&line), LIMIT);
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    for file in [&old, &copy] {
        assert_eq!(mode(Path::new(file)), 0o600, "{file}");
    }
    // A device is not replaced by a file.
    let null = user.path("null");
    symlink("/dev/null", &null).unwrap();
    let line = ["trace", "record", null.to_str().unwrap(), "--", "tokens"];
    let done = run(&mut user.home.program(&line), LIMIT);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(null.symlink_metadata().unwrap().is_symlink());
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

/// After su or sudo the variables may name another user's folders.
#[test]
fn another_users_folders_are_left_alone() {
    if !is_root() {
        return;
    }
    let user = User::new();
    let kept = user.old(&format!("run/securesign/securesign-pages/{PAGE}"));
    for folder in kept.ancestors().skip(1).take(3) {
        chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    user.signs();
    assert!(kept.exists());
    assert_eq!(
        fs::read_dir(user.path("run/securesign")).unwrap().count(),
        1
    );

    // The data is needed: nothing is signed.
    for theirs in ["XDG_DATA_HOME", "XDG_DATA_HOME/securesign"] {
        let user = User::new();
        user.folder(theirs);
        chown(user.path(theirs), Some(NOBODY), Some(NOBODY)).unwrap();
        let done = user.sign();
        assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
        assert!(done.stderr.contains("belongs to another user"), "{done:?}");
        assert_eq!(fs::read_dir(user.path(theirs)).unwrap().count(), 0);
    }
}

#[test]
fn a_lock_that_is_held_keeps_no_signature_from_the_portal() {
    let user = User::new();
    user.signs();
    let journal = File::open(user.data("journal.jsonl")).unwrap();
    journal.lock().unwrap();
    let start = Instant::now();
    let done = user.sign();
    assert!(start.elapsed() < Duration::from_secs(30), "{done:?}");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(result(&done.stdout)["success"], true);
    assert!(
        done.stderr.contains("not written into the journal"),
        "{done:?}"
    );
    assert!(done.stderr.contains("locked"), "{done:?}");
    let listed = run(&mut user.home.program(&["journal"]), LIMIT);
    assert!(listed.stderr.contains("locked"), "{listed:?}");
    drop(journal);
    assert_eq!(user.journal(), 1);
    user.signs();
    assert_eq!(user.journal(), 2);
}

#[test]
fn r13_a_lock_that_is_held_on_the_used_requests_is_told_and_nothing_signed() {
    let user = User::new();
    user.signs();
    let lock = File::open(user.data("used-requests.lock")).unwrap();
    lock.lock().unwrap();
    let done = user.sign();
    assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
    assert!(done.stderr.contains("locked"), "{done:?}");
}

#[test]
fn what_is_in_the_journal_is_not_said_to_be_missing() {
    let user = User::new();
    user.signs();
    // The mark cannot be written; the line can.
    fs::remove_file(user.data("journal.mark")).unwrap();
    user.folder("XDG_DATA_HOME/securesign/journal.mark");
    let done = user.sign();
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(!done.stderr.contains("journal"), "{done:?}");
    assert_eq!(user.journal(), 2);
}

#[test]
fn a_browser_has_the_limit_of_core_files_that_its_user_has() {
    for limit in ["0", "17", "unlimited"] {
        let user = User::new();
        let (bin, said) = (user.folder("bin"), user.path("said"));
        let opener = bin.join("xdg-open");
        let script = format!(
            "#!/bin/sh\n(ulimit -Sc; ulimit -Hc) > '{0}.new'; mv '{0}.new' '{0}'\n",
            said.display()
        );
        fs::write(&opener, script).unwrap();
        fs::set_permissions(&opener, PermissionsExt::from_mode(0o755)).unwrap();
        let pin = user.home.file("pin", "123456\n");
        let mut command = Command::new("sh");
        user.home.dress(&mut command);
        let script = format!("ulimit -Sc {limit}; (ulimit -Sc; ulimit -Hc) >&2; exec \"$@\"");
        command
            .args(["-c", &script, "sh", PROGRAM, "--reader", "demo", "sign"])
            .args([&*fresh(&user.link), "--pin-file", &pin])
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
        let done = run(&mut command, LIMIT);
        assert_eq!(done.code, Some(0), "{done:?}");
        let expected: Vec<&str> = done.stderr.lines().take(2).collect();
        let said = fs::read_to_string(said).unwrap();
        assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    }
}
