//! A file given to the sign window: dropped from another program, and chosen in
//! the desktop's dialog.

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
#[path = "support/desk.rs"]
mod desk;
#[path = "support/drag.rs"]
mod drag;
mod support;

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use atspi::{ENABLED, FOCUSED};
use desk::Desk;
use drag::drop_files;
use support::run::succeed;
use url::Url;
use zbus::blocking::connection::Builder;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

const LIMIT: Duration = Duration::from_secs(30);
/// What the demo's link asks to be signed.
const DOCUMENT: &str = "SecureSign demo document\n";

#[test]
fn a_file_dropped_on_the_window_is_compared() {
    let desk = Desk::open();
    let put = |name: &str, content: &str| {
        let path = desk.home.path().join(name);
        fs::write(&path, content).unwrap();
        Url::from_file_path(path).unwrap().to_string()
    };
    let drop = |list: &str| drop_files(&desk.display.name, desk.display.window(), list);
    let reader = &desk.reader;
    assert!(reader.becomes("password text", "PIN", FOCUSED));
    desk.display.xdotool(&["type", "123456"]);

    assert!(drop(&format!("{}\r\n", put("another one.txt", "abc"))));
    reader.find("notification", "“another one.txt” does not match. ...");
    assert!(drop(&format!("{}\r\n{}\r\n", put("a", "a"), put("b", "b"))));
    reader.find("notification", "Drop only the document ...");
    assert!(drop("https://example.com/contract.pdf\r\n"));
    reader.find("notification", "That file is not on this computer. ...");
    // A pipe that nobody writes into keeps nobody waiting.
    let pipe = desk.home.path().join("pipe");
    succeed(Command::new("mkfifo").arg(&pipe), LIMIT);
    assert!(drop(Url::from_file_path(pipe).unwrap().as_str()));
    reader.find("notification", "“pipe” is a folder or a device. ...");
    reader.find("label", "Document: Not “another one.txt”: ...");
    assert!(drop(&put("the document.txt", DOCUMENT)));
    reader.find("notification", "“the document.txt” is the document ...");

    // What was typed before is still there, and signs: but not at once.
    assert!(reader.becomes("button", "Sign", ENABLED));
    assert!(reader.becomes("password text", "PIN", FOCUSED));
    desk.display.xdotool(&["key", "Return"]);
    reader.find("heading", "Signed");
    // Nothing is to be signed here, so nothing is taken.
    assert!(!drop(&put("more.txt", "more")));
    desk.display.xdotool(&["key", "Escape"]);
    assert_eq!(desk.result()["success"], true);
}

#[test]
fn a_document_that_does_not_match_is_asked_about_before_it_is_signed() {
    let desk = Desk::open();
    let path = desk.home.path().join("another one.txt");
    fs::write(&path, "abc").unwrap();
    let file = Url::from_file_path(path).unwrap().to_string();
    let reader = &desk.reader;
    assert!(reader.becomes("password text", "PIN", FOCUSED));
    let window = desk.display.window();
    assert!(drop_files(&desk.display.name, window, &file));
    reader.find("notification", "“another one.txt” does not match. ...");
    // Return goes to Sign and does not press it; pressed, it asks.
    let sign = || {
        assert!(reader.becomes("button", "Sign", ENABLED));
        assert!(reader.becomes("password text", "PIN", FOCUSED));
        desk.display.xdotool(&["type", "123456"]);
        desk.display.xdotool(&["key", "Return"]);
        assert!(reader.becomes("button", "Sign", FOCUSED));
        assert!(reader.becomes("button", "Sign", ENABLED));
        desk.display.xdotool(&["key", "Return"]);
    };
    // And Return alone goes back.
    for _ in 0..2 {
        sign();
        reader.find("heading", "Sign a different document?");
        assert!(reader.becomes("button", "Back", FOCUSED));
        assert!(reader.becomes("button", "Sign anyway", ENABLED));
        desk.display.xdotool(&["key", "Return"]);
        reader.find("heading", "Sign this document?");
    }
    sign();
    assert!(reader.becomes("button", "Sign anyway", ENABLED));
    desk.display.xdotool(&["key", "Tab"]);
    assert!(reader.becomes("button", "Sign anyway", FOCUSED));
    desk.display.xdotool(&["key", "Return"]);
    reader.find("heading", "Signed");
    desk.display.xdotool(&["key", "Escape"]);
    assert_eq!(desk.result()["success"], true);
}

/// The desktop's file chooser, as a person leaves it who chose this.
struct Portal(Option<String>);

#[zbus::interface(name = "org.freedesktop.portal.FileChooser")]
impl Portal {
    async fn open_file(
        &self,
        parent: String,
        _title: String,
        _options: HashMap<String, OwnedValue>,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &zbus::Connection,
    ) -> zbus::fdo::Result<OwnedObjectPath> {
        assert!(parent.starts_with("x11:"), "{parent}");
        let path: OwnedObjectPath = "/org/freedesktop/portal/desktop/request/1/one"
            .to_owned()
            .try_into()
            .unwrap();
        let asker = header.sender().unwrap().to_owned();
        let (bus, request) = (bus.clone(), path.clone());
        let results = self
            .0
            .iter()
            .map(|file| ("uris", Value::from(vec![file.clone()])));
        let results: HashMap<&str, Value<'static>> = results.collect();
        let code = u32::from(results.is_empty());
        // After the answer, as a person would.
        bus.clone()
            .executor()
            .spawn(
                async move {
                    let emitter = SignalEmitter::new(&bus, request)
                        .unwrap()
                        .set_destination(asker.into());
                    let body = (code, results);
                    emitter
                        .emit("org.freedesktop.portal.Request", "Response", &body)
                        .await
                        .unwrap();
                },
                "a person",
            )
            .detach();
        Ok(path)
    }
}

#[test]
fn a_file_chosen_in_the_desktops_dialog_is_compared() {
    let desk = Desk::open();
    let reader = &desk.reader;
    let compare = reader.find("button", "Drop the document here, ...");
    // No portal yet.
    assert!(reader.click(&compare).unwrap());
    reader.find("notification", "This desktop has no dialog ...");

    let path = desk.home.path().join("contract.txt");
    fs::write(&path, DOCUMENT).unwrap();
    let file = Url::from_file_path(path).unwrap().to_string();
    let _portal = Builder::address(&*desk.bus.address)
        .unwrap()
        .serve_at("/org/freedesktop/portal/desktop", Portal(Some(file)))
        .unwrap()
        .name("org.freedesktop.portal.Desktop")
        .unwrap()
        .build()
        .expect("the bus");
    assert!(reader.focus(&compare).unwrap());
    assert!(reader.becomes("button", &compare.name, FOCUSED));
    // Keys count when the page that has changed could be read.
    assert!(reader.becomes("button", "Sign", ENABLED));
    desk.display.xdotool(&["key", "space"]);
    reader.find("notification", "“contract.txt” is the document ...");
    assert!(reader.becomes("button", "Sign", ENABLED));
    desk.display.xdotool(&["key", "Escape"]);
    assert_eq!(desk.result()["error"], "SS_SIGN_CANCELLED");
}
