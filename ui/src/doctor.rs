//! `securesign doctor`: what is missing on this computer, and what to do.

use std::path::PathBuf;

use securesign_core::error::CardError;
use securesign_core::language::Language;
use securesign_core::memory::Locked;
use securesign_core::reader::{Presence, Readers};
use securesign_core::transport::TransportError;

use crate::scheme::{self, Owner, Sandbox};
use crate::settings;

/// One thing that was looked at.
struct Finding {
    /// Fine, or else what to do.
    advice: Option<String>,
    what: String,
}

fn good(what: impl Into<String>) -> Finding {
    Finding {
        advice: None,
        what: what.into(),
    }
}

fn bad(what: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding {
        advice: Some(advice.into()),
        what: what.into(),
    }
}

/// Looks at everything; the text to print, and whether all is well.
pub fn examine(readers: &mut dyn Readers) -> (String, bool) {
    let mut findings = cards(readers);
    findings.push(memory());
    findings.push(sleep());
    findings.push(handler());
    findings.extend(browser());
    findings.push(launcher());
    findings.push(portals());
    #[cfg(feature = "window")]
    findings.push(display());
    let mut text = String::new();
    for finding in &findings {
        let mark = if finding.advice.is_none() {
            "ok     "
        } else {
            "MISSING"
        };
        text.push_str(&format!("{mark}  {}\n", finding.what));
        if let Some(advice) = &finding.advice {
            text.push_str(&format!("         → {advice}\n"));
        }
    }
    (
        text,
        findings.iter().all(|finding| finding.advice.is_none()),
    )
}

fn cards(readers: &mut dyn Readers) -> Vec<Finding> {
    let list = match readers.list() {
        Ok(list) => list,
        Err(error) => return vec![failed("Smart-card service", error)],
    };
    let mut findings = vec![good("Smart-card service (PC/SC) answers")];
    if list.is_empty() {
        findings.push(bad(
            "No card reader or USB token is connected",
            "Plug it in. If it is, its reader needs the CCID driver (on Debian and Ubuntu: sudo apt install libccid).",
        ));
    }
    for reader in &list {
        let name = &reader.name;
        findings.push(match reader.presence {
            Presence::Empty => good(format!("Reader {name}, empty")),
            Presence::Mute => failed(name, TransportError::Mute),
            Presence::Card => match readers.connect(name) {
                Ok(card) => good(format!("Token in {name}, answer to reset {}", card.atr())),
                Err(error) => failed(name, error),
            },
        });
    }
    findings
}

fn failed(what: &str, error: TransportError) -> Finding {
    let error = CardError::Transport(error);
    bad(
        format!("{what}: {}", error.what(Language::English)),
        error.advice(Language::English),
    )
}

fn memory() -> Finding {
    match Locked::new() {
        Ok(locked) if locked.is_locked() => good("Memory for the PIN can be locked"),
        _ => bad(
            "Memory for the PIN cannot be locked, so it might be written to the swap space",
            "Raise the limit of locked memory (ulimit -l) to at least 64 kB.",
        ),
    }
}

#[cfg(target_os = "linux")]
fn sleep() -> Finding {
    if crate::guard::bus::is_there() {
        good("Suspend and the screen lock are noticed, and lock a kept PIN")
    } else {
        bad(
            "Suspend and the screen lock are not noticed: a kept PIN is locked by time alone, or by hand",
            "Sign in to a desktop with D-Bus, or write idle_minutes = 0 under [session] in the settings.",
        )
    }
}

#[cfg(not(target_os = "linux"))]
fn sleep() -> Finding {
    bad(
        "Suspend and the screen lock are not noticed on this system yet: a kept PIN is locked by time alone, or by hand",
        "Write idle_minutes = 0 under [session] in the settings if that is not enough.",
    )
}

fn handler() -> Finding {
    match scheme::owner() {
        Owner::Ours => good("securesign:// links open this program"),
        Owner::Copy(place) => bad(
            format!("securesign:// links open another SecureSign, or an older one ({place})"),
            "To have them open this one: securesign register",
        ),
        Owner::Other(name) => bad(
            format!("securesign:// links open another program: {name}"),
            "It sees what portals ask you to sign. If you did not choose it: securesign register",
        ),
        Owner::Nobody => bad(
            "No program opens securesign:// links",
            "To have this program open them: securesign register",
        ),
        Owner::Unknown if cfg!(target_os = "linux") => bad(
            "Which program opens securesign:// links cannot be asked",
            "Install xdg-utils (on Debian and Ubuntu: sudo apt install xdg-utils).",
        ),
        Owner::Unknown => bad(
            "Which program opens securesign:// links cannot be asked here",
            "Try a link. If it does not open this program: securesign register",
        ),
    }
}

/// Whether links come out of a browser that is kept apart.
fn browser() -> Option<Finding> {
    let Sandbox {
        browser,
        kind,
        portal,
    } = scheme::sandbox()?;
    Some(if portal {
        good(format!(
            "{browser} is a {kind} and asks the desktop's portal to open links. If none opens: use a browser that is no {kind}, or securesign sign LINK"
        ))
    } else {
        bad(
            format!("{browser} is a {kind}, and without a desktop portal no link comes out of it"),
            format!(
                "Install xdg-desktop-portal and sign in again, or use a browser that is no {kind}."
            ),
        )
    })
}

fn launcher() -> Finding {
    if !cfg!(target_os = "linux") {
        return good("The system opens web pages");
    }
    let programs = ["xdg-open", "gio", "gnome-open", "kde-open"];
    match programs.into_iter().find(|program| in_path(program)) {
        Some(program) => good(format!("Results go to the browser through {program}")),
        None => bad(
            "No program opens web pages",
            "Install xdg-utils (on Debian and Ubuntu: sudo apt install xdg-utils).",
        ),
    }
}

fn in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder: PathBuf| folder.join(program))
        .any(|p| p.is_file())
}

fn portals() -> Finding {
    let path = settings::path();
    match settings::load() {
        Err(reason) => bad("The settings file cannot be used", reason),
        Ok((settings, _)) if settings.portals.is_empty() => bad(
            "No portal may call: only test keys with a callback on this computer work",
            format!(
                "Open a link of your portal: the refusal says which lines to add to {}.",
                path.display()
            ),
        ),
        Ok((settings, _)) => good(match settings.portals.len() {
            1 => "One portal may call".to_owned(),
            count => format!("{count} portals may call"),
        }),
    }
}

#[cfg(feature = "window")]
fn display() -> Finding {
    let there = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "linux") || there("DISPLAY") || there("WAYLAND_DISPLAY") {
        good("There is a display for the window")
    } else {
        bad(
            "There is no display for the window",
            "Use securesign sign LINK in the terminal.",
        )
    }
}
