//! The words of settings, journal and about.

use std::time::Duration;

use jiff::Timestamp;

use super::{button, fact, plain, primary};
use crate::flow::Flow;
use crate::flow::pages::{Page, THEMES, TONGUES, idles, scales};
use crate::journal::{Entry, Ledger};
use crate::policy::{Portal, Theme, Tongue};
use crate::screen::{Action, Button, Choice, Kind, Level, Line, Notice, Row, Screen, Setting};

/// The ways to the pages, from the token window.
pub fn links() -> Vec<Button> {
    vec![
        button(Action::Journal, "Journal"),
        button(Action::Settings, "Settings"),
        button(Action::About, "About"),
    ]
}

/// The page that is open.
pub fn page(flow: &Flow, page: &Page) -> Screen {
    let screen = match page {
        Page::Settings => settings(flow),
        Page::Allow(draft) => Screen {
            text: vec![
                "The portal tells you its address and its API key. Only allow portals that you know: they may then ask you for signatures.".into(),
            ],
            lines: vec![
                line("Address of the portal", &draft.origin, 300),
                line("API key", &draft.key, 300),
            ],
            buttons: vec![
                button(Action::Back, "Back"),
                primary(Action::Submit, "Allow"),
            ],
            ..plain(Kind::Page, "Allow a portal")
        },
        Page::Forbid(portal) => Screen {
            text: vec![
                format!("{} can then ask for no signature any more.", portal.origin),
                "To allow it again you need its API key.".into(),
            ],
            buttons: vec![
                button(Action::Back, "Back"),
                primary(Action::Remove, "Remove"),
            ],
            ..plain(Kind::Page, "Remove this portal?")
        },
        Page::Journal(ledger) => journal(flow, ledger.as_ref()),
        Page::About => about(flow),
    };
    Screen {
        notice: flow.notice.clone().or(screen.notice.clone()),
        ..screen
    }
}

fn settings(flow: &Flow) -> Screen {
    let settings = &flow.home.settings;
    let window = settings.window;
    let at = |found: Option<usize>| found.unwrap_or_default();
    let idles = idles(settings);
    let scales = scales(window);
    let choice = |setting, label: &str, options: Vec<String>, chosen| Choice {
        setting,
        label: label.into(),
        options,
        chosen: at(chosen),
    };
    let choices = vec![
        choice(
            Setting::Idle,
            "Keep an accepted PIN for",
            idles.iter().map(|idle| minutes(*idle)).collect(),
            idles.iter().position(|idle| *idle == settings.idle),
        ),
        choice(
            Setting::Language,
            "Language",
            TONGUES.map(tongue).to_vec(),
            TONGUES.iter().position(|one| *one == window.language),
        ),
        choice(
            Setting::Theme,
            "Colours",
            THEMES.map(theme).to_vec(),
            THEMES.iter().position(|one| *one == window.theme),
        ),
        choice(
            Setting::Scale,
            "Size",
            scales.iter().map(|scale| percent(*scale)).collect(),
            scales.iter().position(|one| *one == window.scale),
        ),
    ];
    Screen {
        choices,
        text: vec![if settings.portals.is_empty() {
            "No portal is allowed yet. One on this computer may call with a test key.".into()
        } else {
            "These portals may ask for signatures:".into()
        }],
        rows: settings.portals.iter().map(portal).collect(),
        buttons: vec![
            button(Action::AddPortal, "Allow a portal"),
            primary(Action::Back, "Done"),
        ],
        ..plain(Kind::Page, "Settings")
    }
}

fn portal(portal: &Portal) -> Row {
    let key = portal.fingerprint.get(..8).unwrap_or_default();
    let key = format!("Key sha256:{key}…");
    Row {
        title: portal.origin.to_string(),
        detail: match &portal.name {
            Some(name) => format!("{name} · {key}"),
            None => key,
        },
        pill: if portal.test {
            "test".into()
        } else {
            String::new()
        },
        level: Level::Warning,
        action: Some("Remove".into()),
    }
}

fn journal(flow: &Flow, ledger: Option<&Result<Ledger, String>>) -> Screen {
    let back = primary(Action::Back, "Back");
    let screen = plain(Kind::Page, "Journal");
    match ledger {
        None => Screen {
            text: vec!["It is being read …".into()],
            buttons: vec![back],
            ..screen
        },
        Some(Err(reason)) => Screen {
            notice: Some(error(reason.clone())),
            buttons: vec![back],
            ..screen
        },
        Some(Ok(ledger)) if ledger.entries.is_empty() && ledger.verdict.is_ok() => Screen {
            text: vec!["Nothing was signed on this computer yet.".into()],
            buttons: vec![back],
            ..screen
        },
        Some(Ok(ledger)) => Screen {
            notice: Some(match &ledger.verdict {
                Ok(mark) if mark.count == 1 => info("1 line. It is as it was written.".into()),
                Ok(mark) => info(format!(
                    "{} lines. All are as they were written.",
                    mark.count
                )),
                Err(fault) => error(format!("{} {}", fault.what(), fault.advice())),
            }),
            rows: ledger
                .entries
                .iter()
                .map(|entry| row(flow, entry))
                .collect(),
            buttons: vec![button(Action::Export, "Export"), back],
            ..screen
        },
    }
}

fn row(flow: &Flow, entry: &Entry) -> Row {
    let digest: String = entry.hash.chars().take(16).collect();
    let mut detail = format!(
        "{} · {} {digest}…",
        moment(flow, entry.time),
        entry.hash_algo
    );
    if let Some(used) = &entry.certificate {
        detail.push_str(&format!(" · {} ({})", used.subject, used.serial_number));
    }
    Row {
        title: entry.origin.clone(),
        detail,
        pill: if entry.is_signed() {
            "signed".into()
        } else {
            entry.outcome.clone()
        },
        level: if entry.is_signed() {
            Level::Info
        } else {
            Level::Warning
        },
        action: None,
    }
}

fn about(flow: &Flow) -> Screen {
    let home = &flow.home;
    Screen {
        text: vec![
            "Signs with the certificate on your USB token, with no vendor driver.".into(),
            "Your PIN goes to the token and nowhere else. Private keys never leave it.".into(),
        ],
        facts: vec![
            fact("Version", &home.version),
            fact("Licence", "MIT or Apache-2.0, as you like"),
            fact("Settings", &home.settings_file),
            fact("Journal", &home.journal_file),
        ],
        buttons: vec![primary(Action::Back, "Back")],
        ..plain(Kind::Page, "SecureSign Desktop")
    }
}

/// `24 Nov 2026, 15:04` in the user's time.
fn moment(flow: &Flow, time: Timestamp) -> String {
    let time = time.to_zoned_datetime(flow.home.zone.clone());
    time.strftime("%-d %b %Y, %H:%M").to_string()
}

fn minutes(idle: Duration) -> String {
    match idle.as_secs() / 60 {
        0 => "never".into(),
        minutes => format!("{minutes} min"),
    }
}

fn tongue(tongue: Tongue) -> String {
    match tongue {
        Tongue::System => "As the system",
        // Each in itself, for whoever reads no other.
        Tongue::English => "English",
        Tongue::Hindi => "हिन्दी",
    }
    .into()
}

fn theme(theme: Theme) -> String {
    match theme {
        Theme::System => "As the system",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
    .into()
}

fn percent(scale: Option<u16>) -> String {
    scale.map_or_else(|| "As the system".into(), |scale| format!("{scale} %"))
}

fn line(label: &str, text: &str, max: usize) -> Line {
    Line {
        label: label.into(),
        text: text.into(),
        max,
    }
}

fn info(text: String) -> Notice {
    Notice {
        level: Level::Info,
        text,
    }
}

fn error(text: String) -> Notice {
    Notice {
        level: Level::Error,
        text,
    }
}
