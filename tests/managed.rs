//! The window on a desktop: a window manager that frames and moves it, at the size of a small
//! notebook's display, and a bus with the desktop's notifications.

#![cfg(all(target_os = "linux", feature = "window"))]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/bus.rs"]
mod bus;
#[path = "support/home.rs"]
mod home;
mod support;

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bus::Bus;
use home::{Home, demo_link, fresh};
use support::display::Display;
use support::run::{eventually, run, succeed};
use url::Url;
use x11rb::connection::Connection;
use x11rb::properties::WmSizeHints;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, Window};
use x11rb::rust_connection::RustConnection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::OwnedValue;

const LIMIT: Duration = Duration::from_secs(60);

/// A notification: its title, and what is said below.
type Told = (String, String);

/// The desktop's notifications (org.freedesktop.Notifications 1.2).
struct Notifications(Sender<Told>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[allow(clippy::too_many_arguments, reason = "the interface is theirs")]
    fn notify(
        &self,
        program: String,
        _replaces: u32,
        _icon: String,
        title: String,
        more: String,
        _actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        assert_eq!(program, "SecureSign");
        let entry = hints["desktop-entry"].try_clone().unwrap();
        assert_eq!(String::try_from(entry).unwrap(), "securesign");
        self.0.send((title, more)).unwrap();
        1
    }
}

/// A display of this size with openbox on it, a bus, and the program's window.
struct Desk {
    display: Display,
    manager: Child,
    bus: Bus,
    home: Home,
    told: Receiver<Told>,
    server: RustConnection,
    _notifications: zbus::blocking::Connection,
}

impl Desk {
    fn new(size: &str) -> Self {
        let home = Home::new();
        fs::create_dir(home.0.path().join("run")).unwrap();
        let display = Display::sized(size);
        let mut manager = Command::new("openbox");
        home.dress(&mut manager);
        let manager = manager
            .arg("--sm-disable")
            .env("DISPLAY", &display.name)
            .stderr(Stdio::null())
            .spawn()
            .expect("openbox; scripts/install-deps --tests installs it");
        let bus = Bus::start();
        let (sender, told) = channel();
        let notifications = Builder::address(&*bus.address)
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", Notifications(sender))
            .unwrap()
            .name("org.freedesktop.Notifications")
            .unwrap()
            .build()
            .expect("the bus");
        let (server, _) = x11rb::connect(Some(&display.name)).expect("the display");
        Self {
            display,
            manager,
            bus,
            home,
            told,
            server,
            _notifications: notifications,
        }
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut command = self.home.program(words);
        command
            .env("DISPLAY", &self.display.name)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus.address)
            .env("XDG_RUNTIME_DIR", self.home.0.path().join("run"));
        command
    }

    fn start(&self, words: &[&str]) -> Program {
        let mut command = self.program(words);
        let null = Stdio::null;
        command.stdin(null()).stdout(null()).stderr(null());
        let program = Program(command.spawn().expect("the program"));
        self.display.focus();
        program
    }

    fn size(&self) -> (u16, u16) {
        let asked = self.server.get_geometry(self.display.window()).unwrap();
        let size = asked.reply().unwrap();
        (size.width, size.height)
    }

    /// Left, top, right and bottom, with what the manager has put around it.
    fn frame(&self) -> [i32; 4] {
        let (window, root) = (self.display.window(), self.server.setup().roots[0].root);
        let asked = self.server.translate_coordinates(window, root, 0, 0);
        let place = asked.unwrap().reply().unwrap();
        let (w, h) = self.size();
        let [left, right, top, bottom] = self.property::<4>(window, "_NET_FRAME_EXTENTS");
        let (x, y) = (i32::from(place.dst_x), i32::from(place.dst_y));
        [
            x - left as i32,
            y - top as i32,
            x + i32::from(w) + right as i32,
            y + i32::from(h) + bottom as i32,
        ]
    }

    /// The first numbers of a property.
    fn property<const N: usize>(&self, window: Window, name: &str) -> [u32; N] {
        let atom = self.server.intern_atom(false, name.as_bytes()).unwrap();
        let (atom, any, many) = (atom.reply().unwrap().atom, AtomEnum::ANY, u32::MAX / 4);
        let asked = self.server.get_property(false, window, atom, any, 0, many);
        let answer = asked.unwrap().reply().unwrap();
        let mut numbers = answer.value32().expect("32 bits each");
        [(); N].map(|()| numbers.next().expect(name))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.manager.kill();
        let _ = self.manager.wait();
    }
}

/// Ends with the value.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_window_manager_hears_icon_and_bounds_and_the_page_follows_the_window() {
    let desk = Desk::new("1400x1000x24");
    let link = demo_link();
    let mut program = desk.start(&["--reader", "demo", "open", "--print", &link]);
    let window = desk.display.window();
    // Width and height of the first picture, and its corner, which is round.
    assert_eq!(desk.property(window, "_NET_WM_ICON"), [24, 24, 0]);
    let hints = WmSizeHints::get_normal_hints(&desk.server, window).unwrap();
    let hints = hints.reply().unwrap().expect("size hints");
    let (least, most) = (hints.min_size.unwrap(), hints.max_size.unwrap());
    assert_eq!((least.0, most.0), (480, 900));
    // What is pressed needs more than that, and a page is no higher than it has to be.
    assert!(
        least.1 > 200 && least.1 < i32::from(desk.size().1),
        "{least:?}"
    );

    let first = desk.size();
    for (width, height) in [(880, 760), (500, 640)] {
        let (w, h) = (width.to_string(), height.to_string());
        let number = window.to_string();
        desk.display.xdotool(&["windowsize", &number, &w, &h]);
        assert!(eventually(LIMIT, || desk.size() == (width, height)));
    }
    assert_ne!(first, desk.size());
    // It is worked as before, and the next page keeps the size that was chosen.
    desk.display.focus();
    desk.display.enter("123456");
    assert_eq!(desk.size(), (500, 640));
    desk.display.xdotool(&["key", "Escape"]);
    let ended = eventually(LIMIT, || program.0.try_wait().unwrap().is_some());
    assert!(ended && program.0.wait().unwrap().success());
}

#[test]
fn on_a_small_notebook_at_150_per_cent_all_of_the_window_is_on_the_display() {
    let desk = Desk::new("1366x768x24");
    let settings = desk
        .home
        .0
        .path()
        .join("XDG_CONFIG_HOME/securesign/settings.toml");
    let mut settings = OpenOptions::new().append(true).open(settings).unwrap();
    writeln!(settings, "[window]\nscale = 150").unwrap();
    let _program = desk.start(&["--reader", "demo", "open", "--print", &demo_link()]);
    // The height of the page is known when the fonts are. It uses the height there is.
    let fits = || {
        let [left, top, right, bottom] = desk.frame();
        left >= 0 && top >= 0 && right <= 1366 && bottom <= 768 && bottom - top > 600
    };
    assert!(eventually(LIMIT, fits), "{:?}", desk.frame());
    assert_eq!(desk.size().0, 840, "560 at 150 %");
}

#[test]
fn a_first_page_that_was_there_before_the_window_has_its_height() {
    let desk = Desk::new("900x1000x24");
    let pdf = fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/documents/minimal.pdf"
    ));
    let mut link = Url::parse(&demo_link()).unwrap();
    let hash: Vec<(String, String)> = link.query_pairs().into_owned().collect();
    let kept = hash
        .iter()
        .filter(|(name, _)| !["documentType", "hashBase64"].contains(&name.as_str()));
    link.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair("documentType", "pdf")
        .append_pair("documentBase64", &STANDARD.encode(pdf.unwrap()));
    let _program = desk.start(&["--reader", "demo", "open", "--print", link.as_str()]);
    // Who asks, what is signed, both certificates and the PIN.
    let high = || desk.size().1 > 600;
    assert!(eventually(LIMIT, high), "{:?}", desk.size());
}

#[test]
fn a_request_that_comes_while_the_window_is_minimized_is_a_notification() {
    let desk = Desk::new("1000x1000x24");
    let link = demo_link();
    let _program = desk.start(&["open", &link]);
    // While it is seen, nothing is told beside it.
    let done = succeed(&mut desk.program(&["open", &fresh(&link)]), LIMIT);
    assert!(done.stderr.contains("waiting there"), "{done:?}");
    let window = desk.display.window().to_string();
    desk.display.xdotool(&["windowminimize", "--sync", &window]);
    assert_eq!(desk.display.visible("securesign"), None);
    assert!(desk.told.try_recv().is_err());
    let done = run(&mut desk.program(&["open", &fresh(&link)]), LIMIT);
    assert_eq!(done.code, Some(0), "{done:?}");
    let (title, more) = desk.told.recv_timeout(LIMIT).expect("a notification");
    assert!(!title.is_empty());
    assert!(
        more.contains("2 more requests are waiting."),
        "{title}: {more}"
    );
}
