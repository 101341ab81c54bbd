//! The desktop's notifications (org.freedesktop.Notifications), for a request that comes
//! while nobody sees the window.

use std::collections::HashMap;

use zbus::blocking::Connection;
use zbus::zvariant::Value;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// As long as the desktop thinks right.
const USUAL: i32 = -1;

/// Says it, on a thread of its own: the desktop may take its time. Without a desktop that
/// has notifications nothing is said.
pub fn tell(title: &str, more: Option<&str>) {
    let title = title.to_owned();
    // The desktop may read markup in it.
    let more = html_escape::encode_text(more.unwrap_or_default()).into_owned();
    std::thread::spawn(move || {
        if let Err(error) = call(&title, &more) {
            tracing::debug!("no notification: {error}");
        }
    });
}

fn call(title: &str, more: &str) -> zbus::Result<()> {
    const NEW: u32 = 0;
    let no_actions: &[&str] = &[];
    let hints = HashMap::from([("desktop-entry", Value::from("securesign"))]);
    let body = (
        "SecureSign",
        NEW,
        "securesign",
        title,
        more,
        no_actions,
        hints,
        USUAL,
    );
    let bus = Connection::session()?;
    bus.call_method(Some(NAME), PATH, Some(NAME), "Notify", &body)?;
    Ok(())
}
