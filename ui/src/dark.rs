//! Whether the desktop wants dark windows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks once, on a thread of its own: nobody waits for the answer. `changed` is
/// called when it is yes.
pub fn ask(dark: &Arc<AtomicBool>, changed: impl Fn() + Send + 'static) {
    let dark = dark.clone();
    std::thread::spawn(move || {
        if preferred() {
            dark.store(true, Ordering::SeqCst);
            changed();
        }
    });
}

/// The settings portal of the desktop (XDG Desktop Portal, "Settings":
/// `org.freedesktop.appearance color-scheme`, 1 for dark).
#[cfg(target_os = "linux")]
fn preferred() -> bool {
    use zbus::zvariant::{OwnedValue, Value};

    let read = || -> zbus::Result<u32> {
        let bus = zbus::blocking::Connection::session()?;
        let reply = bus.call_method(
            Some("org.freedesktop.portal.Desktop"),
            "/org/freedesktop/portal/desktop",
            Some("org.freedesktop.portal.Settings"),
            "Read",
            &("org.freedesktop.appearance", "color-scheme"),
        )?;
        let value: OwnedValue = reply.body().deserialize()?;
        // A variant in a variant.
        let mut value = Value::from(value);
        while let Value::Value(inner) = value {
            value = *inner;
        }
        Ok(u32::try_from(value)?)
    };
    match read() {
        Ok(scheme) => scheme == 1,
        Err(error) => {
            tracing::debug!("the desktop does not tell its colours: {error}");
            false
        }
    }
}

#[cfg(windows)]
fn preferred() -> bool {
    const KEY: &str = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize";
    winreg::RegKey::predef(winreg::enums::HKEY_CURRENT_USER)
        .open_subkey(KEY)
        .and_then(|key| key.get_value::<u32, _>("AppsUseLightTheme"))
        .is_ok_and(|light| light == 0)
}

/// Not built yet for other systems.
#[cfg(not(any(target_os = "linux", windows)))]
fn preferred() -> bool {
    false
}
