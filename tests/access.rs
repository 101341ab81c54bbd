//! The window as assistive programs have it, over AT-SPI on busses of the test's
//! own, and with a keyboard alone.

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
mod support;

use std::thread::sleep;
use std::time::Duration;

use atspi::{CHECKED, ENABLED, FOCUSED, Told};
use desk::Desk;
use support::run::eventually;

const LIMIT: Duration = Duration::from_secs(30);
/// The demo token's.
const PIN: &str = "123456";
const COPY: &str = "Copy: Digest (SHA-256)";
const COMPARE: &str = "Drop the document here, or click, to check that it is the same one.";

fn names(tree: &[Told], role: &str) -> Vec<String> {
    let fitting = tree.iter().filter(|node| node.role == role);
    fitting.map(|node| node.name.clone()).collect()
}

#[test]
fn the_sign_window_says_who_asks_for_what_and_what_can_be_done() {
    let desk = Desk::open();
    let reader = &desk.reader;
    assert!(reader.becomes("button", "Sign", ENABLED));
    let tree = reader.tree();
    assert_eq!(names(&tree, "frame"), ["SecureSign"]);
    assert_eq!(names(&tree, "heading"), ["Sign this document?"]);
    assert_eq!(names(&tree, "password text"), ["PIN"]);
    let buttons = names(&tree, "button").into_iter();
    let (details, buttons): (Vec<String>, Vec<String>) =
        buttons.partition(|name| name.starts_with("Details: Demo Holder"));
    assert_eq!(buttons, [COPY, COMPARE, "Show PIN", "Cancel", "Sign"]);
    assert!(
        details.len() == 2 && details[0] != details[1],
        "{details:?}"
    );
    assert_eq!(names(&tree, "notification"), ["3 tries left"]);
    let labels = names(&tree, "label");
    let said = |start: &str, end: &str| {
        let mut labels = labels.iter();
        labels.any(|label| label.starts_with(start) && label.ends_with(end))
    };
    assert!(said("Requested by: http://localhost:", ""), "{labels:?}");
    assert!(said("Digest (SHA-256): ", "(not verified)"), "{labels:?}");
    assert!(said("Request: ", "(not verified)"), "{labels:?}");

    // The certificates are one group to choose from.
    let group = tree
        .iter()
        .position(|node| node.name == "Choose a certificate");
    let cards = tree[group.expect("a group") + 1..].iter();
    let cards: Vec<&Told> = cards.filter(|node| node.role == "radio button").collect();
    assert_eq!(cards.len(), 2);
    // Two of one person do not sound the same.
    assert_ne!(cards[0].name, cards[1].name);
    for (card, chosen) in cards.iter().zip([true, false]) {
        assert!(card.is(ENABLED) && card.is(CHECKED) == chosen, "{card:?}");
        assert!(card.description.contains("Valid until"), "{card:?}");
    }
    assert!(reader.click(cards[1]).unwrap());
    assert!(reader.becomes("radio button", &cards[1].name, CHECKED));

    // The focus goes where the keys go.
    assert!(reader.becomes("password text", "PIN", FOCUSED));
    reader.forget();
    desk.display.xdotool(&["key", "Tab"]);
    assert!(reader.becomes("button", "Cancel", FOCUSED));
    assert!(reader.hears("StateChanged", "focused"));
    let cancel = reader.find("button", "Cancel");
    assert!(reader.click(&cancel).unwrap());
    assert_eq!(desk.result()["error"], "SS_SIGN_CANCELLED");
}

#[test]
fn r20_nothing_that_is_typed_is_in_the_tree_or_in_an_event() {
    const TYPED: &str = "82039571";
    let desk = Desk::open();
    let reader = &desk.reader;
    assert!(reader.becomes("button", "Sign", ENABLED));
    assert!(reader.becomes("password text", "PIN", FOCUSED));
    let before = reader.tree();
    reader.forget();
    desk.display.xdotool(&["type", TYPED]);
    // The window has taken the keys when it has taken the one after them.
    desk.display.xdotool(&["key", "Tab"]);
    assert!(reader.becomes("button", "Cancel", FOCUSED));
    desk.display.xdotool(&["key", "shift+Tab"]);
    assert!(reader.becomes("password text", "PIN", FOCUSED));
    // Not even how much was typed.
    assert_eq!(reader.tree(), before);
    let field = reader.find("password text", "PIN");
    assert_eq!(field.contents, Vec::<String>::new());
    assert!(!field.interfaces.iter().any(|name| name.contains("Text")));

    // A wrong one: said at once, and what was typed not even then.
    desk.display.xdotool(&["key", "Return"]);
    assert!(
        reader.hears("Announcement", "Wrong PIN."),
        "{:?}",
        reader.tree()
    );
    let tree = format!("{:?}", reader.tree());
    assert!(tree.contains("Wrong PIN.") && !tree.contains(TYPED));
    assert!(reader.heard("Wrong PIN.") && !reader.heard(TYPED));
    assert!(reader.becomes("password text", "PIN", FOCUSED));
    // Keys count again when this page could be read.
    assert!(reader.becomes("button", "Sign", ENABLED));
    desk.display.xdotool(&["key", "Escape"]);
    assert_eq!(desk.result()["error"], "SS_PIN_INVALID");
}

#[test]
fn r11_no_other_program_presses_what_signs() {
    let desk = Desk::open();
    let reader = &desk.reader;
    desk.display.xdotool(&["type", PIN]);
    assert!(reader.becomes("button", "Sign", ENABLED));
    let sign = reader.find("button", "Sign");
    assert!(!sign.has_action());
    assert!(reader.click(&sign).is_err());
    // It can be given the focus, and waits anew; then a key presses it.
    reader.forget();
    assert!(reader.focus(&sign).unwrap());
    assert!(reader.becomes("button", "Sign", FOCUSED));
    assert!(reader.hears("StateChanged", "sensitive"));
    assert!(reader.becomes("button", "Sign", ENABLED));
    assert_eq!(names(&reader.tree(), "heading"), ["Sign this document?"]);
    desk.display.xdotool(&["key", "Return"]);
    reader.find("heading", "Signed");

    // The PIN is kept: that is told, but not every second, and can be ended.
    reader.find("status bar", "PIN remembered ...");
    let lock = reader.find("button", "Lock now");
    assert!(lock.description.starts_with("PIN remembered "), "{lock:?}");
    reader.forget();
    sleep(Duration::from_secs(3));
    assert!(!reader.heard("PIN remembered "));
    assert!(reader.click(&lock).unwrap());
    reader.find("notification", "Locked. ...");
    assert!(eventually(LIMIT, || !names(&reader.tree(), "button")
        .contains(&lock.name)));
    let close = reader.find("button", "Close");
    assert!(reader.click(&close).unwrap());
    assert_eq!(desk.result()["success"], true);
}

#[test]
fn tab_goes_through_everything_and_around() {
    let desk = Desk::open();
    let reader = &desk.reader;
    let stops = [
        ("password text", "PIN"),
        ("button", "Cancel"),
        ("button", "Sign"),
        ("button", "Details: Demo Holder, ..."),
        ("button", "Details: Demo Holder (RSA), ..."),
        ("button", COPY),
        ("button", COMPARE),
        ("radio button", "Demo Holder, ..."),
        ("radio button", "Demo Holder (RSA), ..."),
        ("button", "Show PIN"),
        ("password text", "PIN"),
    ];
    assert!(reader.becomes("password text", "PIN", FOCUSED));
    for (role, name) in &stops[1..] {
        desk.display.xdotool(&["key", "Tab"]);
        assert!(reader.becomes(role, name, FOCUSED), "{role} {name}");
    }
    for (role, name) in stops.iter().rev().skip(1) {
        desk.display.xdotool(&["key", "shift+Tab"]);
        assert!(reader.becomes(role, name, FOCUSED), "{role} {name}");
    }
    desk.display.xdotool(&["key", "Escape"]);
    assert_eq!(desk.result()["error"], "SS_SIGN_CANCELLED");
}
