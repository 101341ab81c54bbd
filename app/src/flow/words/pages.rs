//! The words of settings, journal and about.

use std::time::Duration;

use jiff::Timestamp;

use securesign_handoff::code::ErrorCode;
use securesign_handoff::policy::{Portal, PortalFault};
use securesign_handoff::service::Base;

use crate::language::Language;
use crate::settings::{Theme, Tongue};
use crate::words::InWords;

use super::details;
use super::parts::{button, copied, danger, fact, notice, open_file, plain, primary};
use crate::flow::Flow;
use crate::flow::pages::{Page, THEMES, TONGUES, idles, scales};
use crate::journal::{Entry, Ledger};
use crate::screen::{Action, Choice, Kind, Level, Line, Notice, Row, Screen, Setting};

/// Longest origin or key that makes sense, in bytes.
const LINE_MAX: usize = 300;

/// The page that is open.
pub fn page(flow: &Flow, page: &Page) -> Screen {
    let l = flow.language;
    let screen = match page {
        Page::Settings => settings(flow),
        Page::Allow(draft) => Screen {
            text: vec![l.say("portal-allow-text"), l.say("portal-allow-easier")],
            lines: vec![
                Line {
                    fault: flow.faults(PortalFault::Origin),
                    ..line(l.say("portal-address"), &draft.origin)
                },
                Line {
                    fault: flow.faults(PortalFault::Key),
                    ..line(l.say("portal-api-key"), &draft.key)
                },
            ],
            buttons: vec![
                button(Action::Back, l.say("back")),
                primary(Action::Submit, l.say("portal-allow-it")),
            ],
            ..plain(Kind::Page, l.say("portal-allow-title"))
        },
        Page::Forbid(portal) => Screen {
            text: vec![
                l.say_with(
                    "portal-remove-text",
                    [("origin", portal.origin.as_str().into())],
                ),
                l.say("portal-remove-advice"),
            ],
            buttons: vec![
                button(Action::Back, l.say("back")),
                danger(Action::Remove, l.say("remove")),
            ],
            ..plain(Kind::Page, l.say("portal-remove-title"))
        },
        Page::Journal(ledger) => journal(flow, ledger.as_ref()),
        Page::About => about(flow),
        Page::Certificate(credential) => details::details(credential, flow),
        Page::Diagnostics(text) => diagnostics(text.as_deref(), l),
        Page::Broken(reason) => Screen {
            text: vec![reason.clone(), l.say("settings-broken")],
            buttons: vec![
                open_file(l),
                primary(Action::Back, l.say("settings-broken-on")),
            ],
            ..plain(Kind::Failed, l.say("settings-broken-title"))
        },
    };
    Screen {
        notice: notice(flow).or_else(|| screen.notice.clone()),
        ..screen
    }
}

fn settings(flow: &Flow) -> Screen {
    let l = flow.language;
    let settings = &flow.context.settings;
    let window = settings.window;
    let idles = idles(settings);
    let scales = scales(window);
    let choice = |setting, label, options, chosen: Option<usize>| Choice {
        setting,
        label,
        options,
        chosen: chosen.unwrap_or_default(),
    };
    let choices = vec![
        choice(
            Setting::Idle,
            l.say("setting-idle"),
            idles.iter().map(|idle| minutes(*idle, l)).collect(),
            idles.iter().position(|idle| *idle == settings.idle),
        ),
        choice(
            Setting::Language,
            l.say("setting-language"),
            TONGUES.map(|one| tongue(one, l)).to_vec(),
            TONGUES.iter().position(|one| *one == window.language),
        ),
        choice(
            Setting::Theme,
            l.say("setting-theme"),
            THEMES.map(|one| theme(one, l)).to_vec(),
            THEMES.iter().position(|one| *one == window.theme),
        ),
        choice(
            Setting::Scale,
            l.say("setting-scale"),
            scales.iter().map(|scale| percent(*scale, l)).collect(),
            scales.iter().position(|one| *one == window.scale),
        ),
    ];
    // Behind those that have a button, which is known by its place.
    let rows: Vec<Row> = settings
        .portals
        .iter()
        .map(|one| portal(one, l))
        .chain(settings.service.as_ref().map(|one| service(one, l)))
        .collect();
    Screen {
        choices,
        heading: Some(if rows.is_empty() {
            l.say("portals-none")
        } else {
            l.say("portals")
        }),
        rows,
        buttons: vec![
            button(Action::AddPortal, l.say("portal-allow")),
            primary(Action::Back, l.say("done")),
        ],
        ..plain(Kind::Page, l.say("settings-title"))
    }
}

/// Who says which other portals may ask: changed in the file, where it is seen among
/// everything else.
fn service(service: &Base, l: Language) -> Row {
    Row {
        title: l.say("setting-service"),
        detail: l.say_with(
            "setting-service-at",
            [("service", service.to_string().into())],
        ),
        pill: String::new(),
        level: Level::Info,
        action: None,
    }
}

fn portal(portal: &Portal, l: Language) -> Row {
    let key = portal.fingerprint.get(..8).unwrap_or_default();
    let key = l.say_with("portal-key-starts", [("key", key.into())]);
    Row {
        title: portal.origin.to_string(),
        detail: match &portal.name {
            Some(name) => format!("{name} · {key}"),
            None => key,
        },
        pill: if portal.test {
            l.say("portal-test")
        } else {
            String::new()
        },
        level: Level::Warning,
        action: Some(l.say("remove")),
    }
}

fn journal(flow: &Flow, ledger: Option<&Result<Ledger, String>>) -> Screen {
    let l = flow.language;
    let back = primary(Action::Back, l.say("back"));
    let screen = plain(Kind::Page, l.say("journal"));
    match ledger {
        None => Screen {
            text: vec![l.say("journal-reading")],
            buttons: vec![back],
            ..screen
        },
        Some(Err(reason)) => Screen {
            notice: Some(Notice {
                level: Level::Error,
                text: l.say_with("journal-unreadable", [("reason", reason.as_str().into())]),
            }),
            buttons: vec![back],
            ..screen
        },
        Some(Ok(ledger)) if ledger.entries.is_empty() && ledger.verdict.is_ok() => Screen {
            text: vec![l.say("journal-empty")],
            buttons: vec![back],
            ..screen
        },
        Some(Ok(ledger)) => Screen {
            notice: Some(verdict(ledger, l)),
            rows: ledger
                .entries
                .iter()
                .map(|entry| row(flow, entry))
                .collect(),
            buttons: vec![button(Action::Export, l.say("export")), back],
            ..screen
        },
    }
}

fn verdict(ledger: &Ledger, l: Language) -> Notice {
    match &ledger.verdict {
        Ok(mark) => Notice {
            level: Level::Success,
            text: l.say_with("journal-whole", [("count", mark.count.into())]),
        },
        Err(fault) => Notice {
            level: Level::Error,
            text: format!("{} {}", fault.what(l), fault.advice(l)),
        },
    }
}

fn row(flow: &Flow, entry: &Entry) -> Row {
    let l = flow.language;
    let digest: String = entry.hash.chars().take(16).collect();
    let request = [("request", entry.request_id.as_str().into())];
    let mut detail = format!(
        "{} · {} · {} {digest}…",
        moment(flow, entry.time),
        l.say_with("journal-request", request),
        entry.hash_algo
    );
    // What a later version wrote is shown as it is, by its code alone.
    if let Some(code) = ErrorCode::named(&entry.outcome) {
        detail = format!("{} · {detail}", code.in_words(l));
    }
    if let Some(used) = &entry.certificate {
        detail.push_str(&format!(" · {} ({})", used.subject, used.serial_number));
    }
    let (pill, level) = if entry.is_signed() {
        (l.say("journal-signed"), Level::Success)
    } else {
        (entry.outcome.clone(), Level::Warning)
    };
    Row {
        title: entry.origin.clone(),
        detail,
        pill,
        level,
        action: None,
    }
}

/// What tells all that the program can do.
const HELP: &str = "securesign --help";

fn about(flow: &Flow) -> Screen {
    let (context, l) = (&flow.context, flow.language);
    Screen {
        text: vec![l.say("about-what"), l.say("about-pin")],
        facts: vec![
            fact(l.say("about-version"), &context.version),
            fact(l.say("about-licence"), &l.say("about-licences")),
            copied(l.say("settings-title"), &context.settings_file, l),
            copied(l.say("journal"), &context.journal_file, l),
            copied(l.say("about-help"), HELP, l),
        ],
        buttons: vec![
            button(Action::OpenFile, l.say("open-settings")),
            button(Action::Diagnose, l.say("diagnostics")),
            primary(Action::Back, l.say("back")),
        ],
        ..plain(Kind::Page, l.say("about-title"))
    }
}

/// All that will be written, before it is.
fn diagnostics(gathered: Option<&str>, l: Language) -> Screen {
    let back = button(Action::Back, l.say("back"));
    let screen = plain(Kind::Page, l.say("diagnostics-title"));
    let Some(gathered) = gathered else {
        return Screen {
            text: vec![l.say("diagnostics-gathering")],
            buttons: vec![back],
            ..screen
        };
    };
    Screen {
        text: vec![l.say("diagnostics-text")],
        verbatim: gathered.lines().map(str::to_owned).collect(),
        copy: Some(gathered.to_owned()),
        buttons: vec![
            back,
            button(Action::Copy, l.say("copy")),
            primary(Action::Export, l.say("diagnostics-save")),
        ],
        ..screen
    }
}

/// `24 Nov 2026, 15:04` in the user's time.
fn moment(flow: &Flow, time: Timestamp) -> String {
    let time = (flow.context.zone)().to_datetime(time);
    let date = time.date().in_words(flow.language);
    format!("{date}, {:02}:{:02}", time.hour(), time.minute())
}

fn minutes(idle: Duration, l: Language) -> String {
    match idle.as_secs() / 60 {
        0 => l.say("never"),
        minutes => l.say_with("minutes", [("minutes", minutes.into())]),
    }
}

fn tongue(tongue: Tongue, l: Language) -> String {
    match tongue {
        Tongue::System => l.say("as-system"),
        // Each in itself, for whoever reads no other.
        Tongue::English => Language::English.name().into(),
        Tongue::Hindi => Language::Hindi.name().into(),
    }
}

fn theme(theme: Theme, l: Language) -> String {
    match theme {
        Theme::System => l.say("as-system"),
        Theme::Light => l.say("theme-light"),
        Theme::Dark => l.say("theme-dark"),
    }
}

fn percent(scale: Option<u16>, l: Language) -> String {
    scale.map_or_else(|| l.say("as-system"), |scale| format!("{scale} %"))
}

fn line(label: String, text: &str) -> Line {
    Line {
        label,
        text: text.into(),
        max: LINE_MAX,
        fault: false,
    }
}
