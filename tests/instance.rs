//! One window: what a second start of the program does while it is open, under a
//! screen, a home and a browser of the test's own.
//!
//! Longer than most files: one stand with two starts, and all that a second one can meet.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::sleep;

use home::{Home, LIMIT, demo_link, fresh, result};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use support::display::{Display, PAUSE};
use support::local::DEMO;
use support::pcscd::Daemon;
use support::run::{Finished, eventually, run, succeed};
use support::vpcd::VirtualCard;

/// A start of the program that has a window, until the test is over.
struct Opened(Child);

impl Opened {
    /// Its exit code and what it said, once it has ended by itself.
    fn ended(mut self) -> (Option<i32>, String) {
        assert!(eventually(LIMIT, || self.0.try_wait().unwrap().is_some()));
        let code = self.0.wait().unwrap().code();
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        (code, said)
    }

    fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        succeed(Command::new("kill").args(["-s", name, &id]), LIMIT);
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A desktop with nothing open yet.
struct Stand {
    home: Home,
    display: Display,
    daemon: Option<Daemon>,
}

impl Stand {
    fn new() -> Self {
        Self::of(Home::new())
    }

    fn of(home: Home) -> Self {
        let folder = home.0.path();
        fs::create_dir(folder.join("run")).unwrap();
        fs::create_dir(folder.join("bin")).unwrap();
        // The browser, as the system's opener starts it.
        let opener = folder.join("bin/xdg-open");
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n",
            folder.join("browser").display()
        );
        fs::write(&opener, script).unwrap();
        fs::set_permissions(&opener, PermissionsExt::from_mode(0o755)).unwrap();
        Self {
            home,
            display: Display::new(),
            daemon: None,
        }
    }

    /// Puts a token into a reader of this desktop.
    fn insert(&mut self) -> (Arc<Mutex<PivCard>>, VirtualCard) {
        let daemon = Daemon::start(&["Reader"]);
        let card = PivCard::builder(NIST)
            .seed(b"instance")
            .pin("123456")
            .key(Slot::SIGNATURE, KeyKind::P256)
            .build()
            .unwrap();
        let card = Arc::new(Mutex::new(card));
        let inserted = VirtualCard::insert_shared(daemon.port(0), card.clone());
        self.daemon = Some(daemon);
        (card, inserted)
    }

    fn program(&self, line: &[&str]) -> Command {
        let mut command = match &self.daemon {
            Some(daemon) => self.home.with(daemon, line),
            None => self.home.program(line),
        };
        let folder = self.home.0.path();
        let bin = folder.join("bin");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        command
            .env("DISPLAY", &self.display.name)
            .env("XDG_RUNTIME_DIR", folder.join("run"))
            .env("PATH", path);
        command
    }

    /// Where the starts meet.
    fn folder(&self) -> PathBuf {
        self.home.0.path().join("run/securesign/instance")
    }

    fn spawn(&self, line: &[&str]) -> Opened {
        let mut command = self.program(line);
        Opened(command.stderr(Stdio::piped()).spawn().unwrap())
    }

    /// The first start, with its window on the screen.
    fn open(&self, line: &[&str]) -> Opened {
        let opened = self.spawn(line);
        self.display.focus();
        opened
    }

    /// A further start, which ends by itself.
    fn second(&self, line: &[&str]) -> Finished {
        run(&mut self.program(line), LIMIT)
    }

    fn windows(&self) -> usize {
        let search = ["search", "--onlyvisible", "--name", "^SecureSign$"];
        let mut xdotool = Command::new("xdotool");
        xdotool.env("DISPLAY", &self.display.name).args(search);
        run(&mut xdotool, LIMIT).stdout.lines().count()
    }

    /// Gives up what is on the screen. The portal of each hears of it in turn.
    fn escape(&self) {
        let before = self.answers().len();
        self.display.xdotool(&["key", "Escape"]);
        assert!(eventually(LIMIT, || self.answers().len() > before));
    }

    /// Leaves a screen of which no portal hears.
    fn leave(&self) {
        self.display.xdotool(&["key", "Escape"]);
        sleep(PAUSE);
    }

    /// Which requests were answered, in turn, and how.
    fn answers(&self) -> Vec<(String, String)> {
        let log = fs::read_to_string(self.home.0.path().join("browser")).unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("signed").to_owned();
        log.lines()
            .map(result)
            .map(|result| (text(&result["requestId"]), text(&result["error"])))
            .collect()
    }
}

/// GENERAL AUTHENTICATE.
fn signatures(card: &Mutex<PivCard>) -> usize {
    card.lock().unwrap().count(0x87)
}

fn id(link: &str) -> String {
    let url = url::Url::parse(link).unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(name, _)| name == "requestId")
        .unwrap()
        .1
        .into()
}

fn no_token(links: &[String]) -> Vec<(String, String)> {
    let end = |link: &String| (id(link), "SS_TOKEN_NOT_FOUND".to_owned());
    links.iter().map(end).collect()
}

fn links(count: usize) -> Vec<String> {
    let link = demo_link();
    (0..count).map(|_| fresh(&link)).collect()
}

#[test]
fn r19_a_second_start_hands_its_link_over_and_r14_the_sixth_that_waits_is_turned_away() {
    let stand = Stand::new();
    let links = links(7);
    let first = stand.open(&["open", "--", &links[0]]);
    for (place, link) in links[1..6].iter().enumerate() {
        let done = stand.second(&["open", link]);
        assert_eq!(done.code, Some(0), "{done:?}");
        let number = format!("number {}", place + 1);
        assert!(done.stderr.contains(&number), "{done:?}");
    }
    let full = stand.second(&["open", &links[6]]);
    assert_eq!((full.code, &*full.stdout), (Some(2), ""));
    assert!(
        full.stderr.contains("already has 5 requests waiting"),
        "{full:?}"
    );
    for link in [&links[0], &links[4]] {
        let again = stand.second(&["open", link]);
        assert_eq!(again.code, Some(0), "{again:?}");
        assert!(again.stderr.contains("already"), "{again:?}");
    }
    assert_eq!(stand.windows(), 1);
    assert_eq!(stand.answers(), []);
    for _ in 0..6 {
        stand.escape();
    }
    assert_eq!(first.ended().0, Some(1));
    assert_eq!(stand.answers(), no_token(&links[..6]));
    // The one that was turned away is not used up, and opens a window now.
    let next = stand.open(&["open", &links[6]]);
    stand.escape();
    assert_eq!(next.ended().0, Some(1));
    assert_eq!(stand.answers(), no_token(&links));
}

#[test]
fn r13_a_link_that_was_used_or_is_bad_is_refused_in_the_window_that_is_open() {
    let stand = Stand::new();
    let links = links(2);
    let pin = stand.home.file("pin", "123456\n");
    let line = ["sign", &links[0], "--print", "--pin-file", &pin];
    let line = [&["--reader", "demo"], &line[..]].concat();
    succeed(&mut stand.home.program(&line), LIMIT);
    let first = stand.open(&["open", &links[1]]);
    for bad in [&links[0], "securesign://sign?x=1"] {
        let done = stand.second(&["open", bad]);
        assert_eq!(done.code, Some(2), "{done:?}");
        assert!(done.stderr.contains("refused this link"), "{done:?}");
    }
    stand.escape();
    stand.leave();
    stand.leave();
    // As the last one ended.
    assert_eq!(first.ended().0, Some(2));
    // The portal that may call has heard of the used one too, when it was closed.
    let mut expected = no_token(&links[1..]);
    expected.push((id(&links[0]), "SS_REQUEST_INVALID".to_owned()));
    assert_eq!(stand.answers(), expected);
}

/// Any page can make up a test key, and any program listen on this computer: with a real
/// token in the reader the settings have to name who may, however the link comes in.
#[test]
fn a_test_key_gets_nothing_of_a_real_token_in_the_window_by_hand_over_or_from_the_queue() {
    let unlisted = |link: &String| link.replace("8080", "9090");
    // Nothing is listed: in a window of its own, and handed over to one that is open.
    let mut stand = Stand::of(Home::bare());
    let (card, _inserted) = stand.insert();
    let links = links(4);
    let alone = stand.open(&["open", &links[0]]);
    stand.display.enter("123456");
    stand.leave();
    let (code, said) = alone.ended();
    assert_eq!(code, Some(2), "{said}");
    let first = stand.open(&[]);
    let handed = stand.second(&["open", &links[0]]);
    assert_eq!(handed.code, Some(2), "{handed:?}");
    assert!(handed.stderr.contains("refused this link"), "{handed:?}");
    stand.display.enter("123456");
    stand.leave();
    stand.leave();
    assert_eq!(first.ended().0, Some(2));
    assert_eq!((signatures(&card), stand.answers()), (0, Vec::new()));

    // Behind a request of a portal that may call: one that may not, and one that may not
    // any more when its turn comes.
    stand.home.allow(DEMO);
    let first = stand.open(&["open", &links[1]]);
    assert_eq!(stand.second(&["open", &links[2]]).code, Some(0));
    let other = stand.second(&["open", &unlisted(&links[3])]);
    assert_eq!(other.code, Some(2), "{other:?}");
    let settings = stand
        .home
        .0
        .path()
        .join("XDG_CONFIG_HOME/securesign/settings.toml");
    let without = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, without.replace("test = true", "test = false")).unwrap();
    // Not even the one on the screen is answered now.
    stand.leave();
    for _ in 0..2 {
        sleep(PAUSE);
        stand.display.enter("123456");
        stand.leave();
    }
    assert_eq!(first.ended().0, Some(2));
    assert_eq!((signatures(&card), stand.answers()), (0, Vec::new()));
    assert!(!card.lock().unwrap().is_verified());
}

#[test]
fn private_starts_neither_hand_over_nor_take_anything() {
    let stand = Stand::new();
    let links = links(4);
    let starts: [&[&str]; 3] = [
        &["open", "--print", &links[0]],
        &["--reader", "demo", "open", &links[1]],
        &["-v", "open", &links[2]],
    ];
    for line in starts {
        let private = stand.open(line);
        assert!(!stand.folder().join("lock").exists());
        stand.leave();
        assert_eq!(private.ended().0, Some(1), "{line:?}");
    }
    let first = stand.open(&["open", &links[3]]);
    let private = stand.spawn(&["open", "--print", &fresh(&links[0])]);
    assert!(eventually(LIMIT, || stand.windows() == 2));
    drop(private);
    drop(first);
}

#[test]
fn r19_of_many_starts_at_once_one_opens_a_window_and_no_link_is_lost() {
    let stand = Stand::new();
    let links = links(6);
    let starts: Vec<Opened> = links
        .iter()
        .map(|link| stand.spawn(&["open", link]))
        .collect();
    stand.display.focus();
    let mut open = starts;
    assert!(eventually(LIMIT, || {
        open.retain_mut(|start| match start.0.try_wait().unwrap() {
            None => true,
            Some(status) => {
                assert_eq!(status.code(), Some(0));
                false
            }
        });
        open.len() == 1
    }));
    assert_eq!(stand.windows(), 1);
    for _ in &links {
        stand.escape();
    }
    assert_eq!(open.remove(0).ended().0, Some(1));
    let mut answered = stand.answers();
    answered.sort();
    let mut expected = no_token(&links);
    expected.sort();
    assert_eq!(answered, expected);
}

#[test]
fn r19_what_a_crash_left_behind_is_taken_over() {
    let stand = Stand::new();
    let links = links(3);
    let first = stand.open(&["open", &links[0]]);
    first.signal("KILL");
    drop(first);
    assert!(stand.folder().join("socket").exists());
    let next = stand.open(&["open", &links[1]]);
    assert_eq!(stand.second(&["open", &links[2]]).code, Some(0));
    stand.escape();
    stand.escape();
    assert_eq!(next.ended(), (Some(1), String::new()));
    assert_eq!(stand.answers(), no_token(&links[1..]));
}

#[test]
fn r19_a_folder_that_others_may_write_to_is_not_used() {
    let stand = Stand::new();
    let link = demo_link();
    fs::create_dir_all(stand.folder()).unwrap();
    fs::set_permissions(stand.folder(), PermissionsExt::from_mode(0o770)).unwrap();
    let alone = stand.open(&["open", &link]);
    assert_eq!(fs::read_dir(stand.folder()).unwrap().count(), 0);
    stand.escape();
    let (code, said) = alone.ended();
    assert_eq!(code, Some(1));
    assert!(
        said.contains("is not a folder of this user alone"),
        "{said}"
    );
    assert_eq!(stand.answers(), no_token(&[link]));
}

/// A start that hangs loses no link, and finds none when it goes on.
#[test]
fn r19_where_the_instance_hangs_the_link_gets_a_window_of_its_own() {
    let stand = Stand::new();
    let links = links(2);
    let hung = stand.open(&["open", &links[0]]);
    hung.signal("STOP");
    let own = stand.spawn(&["open", &links[1]]);
    assert!(eventually(LIMIT, || stand.windows() == 2));
    hung.signal("CONT");
    // It goes on by itself: whatever had come in would be taken in first.
    assert_eq!(stand.second(&[]).code, Some(0));
    for left in [1, 0] {
        stand.display.focus();
        stand.escape();
        assert!(eventually(LIMIT, || stand.windows() == left));
    }
    // Each had its own and nothing else.
    assert_eq!(hung.ended(), (Some(1), String::new()));
    let (code, said) = own.ended();
    assert_eq!(code, Some(1));
    assert!(said.contains("does not take this link"), "{said}");
    let (mut answered, mut expected) = (stand.answers(), no_token(&links));
    answered.sort();
    expected.sort();
    assert_eq!(answered, expected);
}

#[test]
fn r19_silent_and_hostile_calls_keep_nobody_from_being_heard() {
    let stand = Stand::new();
    let links = links(2);
    let first = stand.open(&["open", &links[0]]);
    let socket = stand.folder().join("socket");
    let call = |bytes: &[u8]| {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // Hung up on is answered too.
        let _ = stream.read_to_end(&mut answer);
        answer
    };
    // That of another version, one that is too long, and one that is cut short.
    assert_eq!(call(&[1, 0, 0, 0, 0]), [2, 0, 0]);
    assert!(call(&[2, 0xFF, 0xFF, 0xFF, 0xFF]).is_empty());
    let silent: Vec<UnixStream> = (0..40)
        .map(|at| {
            let mut stream = UnixStream::connect(&socket).unwrap();
            let _ = stream.write_all(&[2, 0, 0, 0, 9, b's'][..at % 7]);
            stream
        })
        .collect();
    let done = stand.second(&["open", &links[1]]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("number 1"), "{done:?}");
    drop(silent);
    stand.escape();
    stand.escape();
    first.ended();
    assert_eq!(stand.answers(), no_token(&links));
}

/// Both ends look who is at the other one. Told apart only as root, who can be
/// somebody else too.
#[test]
fn r19_another_user_is_neither_heard_nor_told_anything() {
    const NOBODY: &str = "65534";
    let root = succeed(Command::new("id").arg("-u"), LIMIT).stdout.trim() == "0";
    if !root {
        eprintln!("*** SKIPPED: only root can be another user as well ***");
        return;
    }
    let stand = Stand::new();
    let first = stand.open(&["open", &demo_link()]);
    let socket = stand.folder().join("socket");
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/support/peer.py");
    let call = |user: &str| {
        let line = [python, "call", socket.to_str().unwrap(), user];
        succeed(Command::new("python3").args(line), LIMIT).stdout
    };
    // As if the folder had kept nobody out.
    for folder in socket.ancestors().skip(1) {
        if folder.starts_with(stand.home.0.path()) {
            fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
        }
    }
    fs::set_permissions(&socket, PermissionsExt::from_mode(0o777)).unwrap();
    assert_eq!(call("0"), "020100\n");
    assert_eq!(call(NOBODY), "\n");
    first.signal("TERM");
    first.ended();

    // Somebody else listens there, and says that all is well.
    fs::set_permissions(stand.folder(), PermissionsExt::from_mode(0o700)).unwrap();
    let serve = |user: &str| {
        let folder = stand.folder();
        let line = [python, "serve", folder.to_str().unwrap(), user];
        let mut child = Command::new("python3")
            .args(line)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = [0; 6];
        let stdout = child.stdout.as_mut().unwrap();
        stdout.read_exact(&mut ready).unwrap();
        Opened(child)
    };
    let heard = |mut server: Opened| {
        let _ = server.0.kill();
        let mut heard = String::new();
        let mut stdout = server.0.stdout.take().unwrap();
        stdout.read_to_string(&mut heard).unwrap();
        heard
    };
    let link = demo_link();
    // The same by this user is believed, so the difference is the user.
    let server = serve("0");
    assert_eq!(stand.second(&["open", &link]).code, Some(0));
    assert!(heard(server).contains("73656375726573"));
    let server = serve(NOBODY);
    let own = stand.open(&["open", &link]);
    assert_eq!(heard(server), "");
    stand.escape();
    let (_, said) = own.ended();
    assert!(said.contains("does not take this link"), "{said}");
    assert_eq!(stand.answers(), no_token(&[link]));
}

/// Numbers of the sockets in these tables of the kernel, or of those that a
/// process holds.
fn listed(tables: &[&str]) -> Vec<String> {
    let rows = |table: &&str| fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
    let number = |row: &str| row.split_whitespace().nth(9).map(str::to_owned);
    let text: String = tables.iter().map(rows).collect();
    text.lines().filter_map(number).collect()
}

fn held(process: u32) -> std::io::Result<Vec<String>> {
    let files = fs::read_dir(format!("/proc/{process}/fd"))?;
    let target = |file: fs::DirEntry| fs::read_link(file.path()).ok();
    Ok(files
        .flatten()
        .filter_map(target)
        .filter_map(|path| {
            let text = path.to_str()?.strip_prefix("socket:[")?;
            Some(text.trim_end_matches(']').to_owned())
        })
        .collect())
}

#[test]
fn r19_no_socket_of_the_network_is_ever_open() {
    let network = |process| -> std::io::Result<usize> {
        let tables = ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"];
        let held = held(process)?;
        assert!(!held.is_empty());
        let listed = listed(&tables);
        Ok(held.iter().filter(|one| listed.contains(one)).count())
    };
    // The search finds one of our own.
    let ours = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(network(std::process::id()).unwrap() > 0);
    drop(ours);
    let stand = Stand::new();
    let links = links(2);
    let first = stand.open(&["open", &links[0]]);
    if held(first.0.id()).is_err() {
        eprintln!("*** SKIPPED: only root may look into the program ***");
        return;
    }
    assert_eq!(network(first.0.id()).unwrap(), 0);
    assert_eq!(stand.second(&["open", &links[1]]).code, Some(0));
    assert_eq!(network(first.0.id()).unwrap(), 0);
}

/// What another program has put over everything.
struct Cover(x11rb::rust_connection::RustConnection, u32);

impl Cover {
    fn new(display: &Display) -> Self {
        use x11rb::connection::Connection as _;
        use x11rb::protocol::xproto::{ConnectionExt as _, CreateWindowAux, WindowClass};
        let (x, screen) = x11rb::connect(Some(&display.name)).unwrap();
        let root = x.setup().roots[screen].root;
        let id = x.generate_id().unwrap();
        let class = WindowClass::INPUT_OUTPUT;
        let look = CreateWindowAux::new().override_redirect(1);
        x.create_window(0, id, root, 0, 0, 1000, 1000, 0, class, 0, &look)
            .unwrap();
        x.map_window(id).unwrap();
        x.flush().unwrap();
        Self(x, id)
    }

    fn is_on_top(&self) -> bool {
        use x11rb::connection::Connection as _;
        use x11rb::protocol::xproto::ConnectionExt as _;
        let root = self.0.setup().roots[0].root;
        let tree = self.0.query_tree(root).unwrap().reply().unwrap();
        tree.children.last() == Some(&self.1)
    }
}

#[test]
fn r14_a_request_that_is_shown_brings_the_window_up_once_and_one_that_waits_does_not() {
    let stand = Stand::new();
    let links = links(2);
    let first = stand.open(&[]);
    let cover = Cover::new(&stand.display);
    assert!(cover.is_on_top());
    let shown = stand.second(&["open", &links[0]]);
    assert_eq!((shown.code, &*shown.stderr), (Some(0), ""));
    assert!(eventually(LIMIT, || !cover.is_on_top()));
    drop(cover);
    let cover = Cover::new(&stand.display);
    for link in [&links[1], &links[1], &links[0], "securesign://bad"] {
        stand.second(&["open", link]);
    }
    sleep(PAUSE);
    assert!(cover.is_on_top());
    // By hand, it comes up.
    assert_eq!(stand.second(&[]).code, Some(0));
    assert!(eventually(LIMIT, || !cover.is_on_top()));
    assert_eq!(stand.windows(), 1);
    drop(first);
}

#[test]
fn r11_in_a_session_each_request_needs_its_own_word_and_return_alone_is_none() {
    let mut stand = Stand::new();
    let (card, _inserted) = stand.insert();
    let signatures = || signatures(&card);
    let links = links(3);
    let first = stand.open(&["open", &links[0]]);
    stand.display.enter("123456");
    assert!(eventually(LIMIT, || stand.answers().len() == 1));
    assert_eq!(signatures(), 1);
    for (at, link) in links[1..].iter().enumerate() {
        assert_eq!(stand.second(&["open", link]).code, Some(0));
        // No PIN is asked; what is typed by habit, and Return, are no word.
        stand.display.enter("");
        stand.display.enter("123456");
        stand.display.enter("");
        assert_eq!((signatures(), stand.answers().len()), (at + 1, at + 1));
        // Return may have begun the time anew in which the page takes nothing.
        sleep(PAUSE);
        // From the certificate to Cancel, and on to Sign.
        stand.display.xdotool(&["key", "Tab", "Tab", "Return"]);
        assert!(eventually(LIMIT, || stand.answers().len() == at + 2));
        assert_eq!(signatures(), at + 2);
    }
    sleep(PAUSE);
    stand.leave();
    assert_eq!(first.ended().0, Some(0));
    let signed = |link: &String| (id(link), "signed".to_owned());
    assert_eq!(
        stand.answers(),
        links.iter().map(signed).collect::<Vec<_>>()
    );
}

/// All keys at once, faster than anybody reads: the first gives one request up and
/// brings the next, which the others would sign.
#[test]
fn r11_keys_meant_for_one_request_sign_no_other() {
    let mut stand = Stand::new();
    let (card, _inserted) = stand.insert();
    let links = links(4);
    let first = stand.open(&["open", &links[0]]);
    stand.display.enter("123456");
    assert!(eventually(LIMIT, || stand.answers().len() == 1));
    for link in &links[1..] {
        assert_eq!(stand.second(&["open", link]).code, Some(0));
    }
    sleep(PAUSE);
    let line = ["key", "--delay", "0", "Escape", "Tab", "Tab", "Return"];
    stand
        .display
        .xdotool(&[&line[..], &["Return", "Return"]].concat());
    assert!(eventually(LIMIT, || stand.answers().len() == 2));
    sleep(PAUSE);
    assert_eq!((signatures(&card), stand.answers().len()), (1, 2));
    stand.escape();
    // The next page takes no key at once, not even this one.
    sleep(PAUSE);
    stand.escape();
    assert_eq!(first.ended().0, Some(1));
    assert_eq!(signatures(&card), 1);
    let ends = ["signed"].into_iter().chain(["SS_SIGN_CANCELLED"; 3]);
    let expected = links
        .iter()
        .map(|link| id(link))
        .zip(ends.map(str::to_owned));
    assert_eq!(stand.answers(), expected.collect::<Vec<_>>());
}
