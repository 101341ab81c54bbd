//! `securesign doctor`: what is missing on this computer, and what to do.

use std::path::PathBuf;

use securesign_app::language::Language;
use securesign_app::words::{Explain, InWords, strangers, unapproved_advice};
use securesign_app::worker::{Look, TokenState, TokenView};
use securesign_card::memory::Locked;
use securesign_card::pcsc::PcscReaders;
use securesign_card::product::Product;
use securesign_card::reader::{Presence, Readers};
use securesign_card::text;
use securesign_card::transport::TransportError;
use securesign_handoff::policy::Unapproved;
use serde_json::{Value, json};

use super::tokens::look;
use super::{DONE, NOT_DONE};
#[cfg(feature = "window")]
use crate::beside;
#[cfg(feature = "window")]
use crate::front::{FrontEnd, WindowError};
use crate::output::{print, print_json};
use crate::place::Place;
use crate::scheme::{self, Owner, Sandbox};
use crate::service;
use crate::store::settings;

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

/// Looks at everything, and prints what it finds.
pub fn doctor(place: &Place, json: bool) -> Result<u8, String> {
    let tokens = look(place, Look::Tries);
    let tokens = tokens
        .unwrap_or_else(|_| Ok(Vec::new()))
        .unwrap_or_default();
    if json {
        let all = as_json(&examine(&tokens, Language::English));
        #[cfg(feature = "window")]
        let all = [all, window_json()].concat();
        return print_all(all);
    }
    let l = place.language;
    let (text, well) = tell(&examine(&tokens, l), l);
    #[cfg(feature = "window")]
    let (text, well) = {
        let (window, there) = window(l);
        (text + &window, well && there)
    };
    print(&text)?;
    Ok(done(well))
}

fn done(well: bool) -> u8 {
    if well { DONE } else { NOT_DONE }
}

/// What was looked at, without the window, in English: for a report.
pub fn findings(tokens: &[TokenView]) -> String {
    let l = Language::English;
    tell(&examine(tokens, l), l).0
}

/// Everything but the window. `tokens` is what the cards in the readers are, as far as they
/// were looked at.
fn examine(tokens: &[TokenView], l: Language) -> Vec<Finding> {
    let mut findings = cards(&mut PcscReaders::new(), tokens, l);
    findings.push(memory(l));
    findings.push(sleep(l));
    findings.push(handler(l));
    findings.extend(browser(l));
    findings.push(launcher(l));
    findings.push(portals(l));
    findings.extend(authentication(l));
    findings
}

/// What `securesign-window` looks at.
#[cfg(feature = "window")]
pub fn display(front_end: &dyn FrontEnd, json: bool, l: Language) -> Result<u8, String> {
    let l = if json { Language::English } else { l };
    let advice = || l.say("doctor-no-display-advice");
    let finding = match front_end.look_for_display() {
        Ok(()) => good(l.say("doctor-display")),
        Err(WindowError::Unreachable(reason)) => {
            let reason = [("reason", reason.into())];
            bad(l.say_with("doctor-display-unreachable", reason), advice())
        }
        Err(_) => bad(l.say("doctor-no-display"), advice()),
    };
    if json {
        return print_all(as_json(&[finding]));
    }
    let (text, well) = tell(&[finding], l);
    print(&text)?;
    Ok(done(well))
}

/// `advice` is null where nothing is to be done.
fn as_json(findings: &[Finding]) -> Vec<Value> {
    let finding = |it: &Finding| {
        let well = it.advice.is_none();
        json!({ "well": well, "what": it.what, "advice": it.advice })
    };
    findings.iter().map(finding).collect()
}

/// Prints findings as JSON, with the version of the program.
fn print_all(findings: Vec<Value>) -> Result<u8, String> {
    let well = findings.iter().all(|finding| finding["well"] == true);
    print_json(&json!({
        "version": env!("CARGO_PKG_VERSION"),
        "well": well,
        "findings": findings,
    }))?;
    Ok(done(well))
}

/// The text to print, and whether all is well.
fn tell(findings: &[Finding], l: Language) -> (String, bool) {
    let mut text = String::new();
    for finding in findings {
        let mark = if finding.advice.is_none() {
            l.say("doctor-ok")
        } else {
            l.say("doctor-missing")
        };
        text.push_str(&format!("{mark:<7}  {}\n", finding.what));
        if let Some(advice) = &finding.advice {
            text.push_str(&format!("         → {advice}\n"));
        }
    }
    (
        text,
        findings.iter().all(|finding| finding.advice.is_none()),
    )
}

fn cards(readers: &mut dyn Readers, tokens: &[TokenView], l: Language) -> Vec<Finding> {
    let list = match readers.list() {
        Ok(list) => list,
        Err(error) => return vec![failed(&l.say("doctor-service"), &error, l)],
    };
    let mut findings = vec![good(l.say("doctor-service-answers"))];
    if list.is_empty() {
        findings.push(bad(
            l.say("doctor-no-reader"),
            l.say("doctor-no-reader-advice"),
        ));
    }
    for reader in &list {
        let name = &reader.name;
        let said = ("reader", name.as_str().into());
        findings.push(match reader.presence {
            Presence::Empty => good(l.say_with("doctor-reader-empty", [said])),
            Presence::Mute => failed(name, &TransportError::Mute, l),
            Presence::Card => match readers.connect(name, reader.insertion) {
                Ok(card) => {
                    let atr = card.atr().to_string();
                    let mut views = tokens.iter().filter(|view| view.id.reader == *name);
                    match views.next().map(|view| &view.state) {
                        Some(TokenState::Unknown { name, .. }) => {
                            stranger(&reader.name, &atr, name.as_ref(), l)
                        }
                        _ => good(l.say_with("doctor-token", [said, ("atr", atr.into())])),
                    }
                }
                Err(error) => failed(name, &error, l),
            },
        });
    }
    findings
}

/// A token that no profile serves.
fn stranger(reader: &str, atr: &str, product: Option<&Product>, l: Language) -> Finding {
    let (reader, atr) = (("reader", reader.into()), ("atr", atr.into()));
    let what = match product {
        Some(product) => {
            let name = ("name", strangers::name(product, l).into());
            l.say_with("doctor-unsupported", [reader, name, atr])
        }
        None => l.say_with("doctor-unsupported-unknown", [reader, atr]),
    };
    let why = strangers::why(product, l);
    bad(what, format!("{why} {}", l.say("report-help")))
}

fn failed(what: &str, error: &TransportError, l: Language) -> Finding {
    bad(format!("{what}: {}", error.what(l)), error.advice(l))
}

fn memory(l: Language) -> Finding {
    match Locked::new() {
        Ok(locked) if locked.is_locked() => good(l.say("doctor-memory")),
        _ => bad(
            l.say("doctor-memory-open"),
            l.say("doctor-memory-open-advice"),
        ),
    }
}

#[cfg(target_os = "linux")]
fn sleep(l: Language) -> Finding {
    if crate::guard::bus::is_there() {
        good(l.say("doctor-sleep"))
    } else {
        bad(l.say("doctor-no-sleep"), l.say("doctor-no-sleep-advice"))
    }
}

#[cfg(not(target_os = "linux"))]
fn sleep(l: Language) -> Finding {
    bad(
        l.say("doctor-no-sleep-yet"),
        l.say("doctor-no-sleep-yet-advice"),
    )
}

fn handler(l: Language) -> Finding {
    match scheme::owner() {
        Owner::Ours => good(l.say("doctor-links-ours")),
        Owner::Copy(place) => bad(
            l.say_with("doctor-links-copy", [("place", place.into())]),
            l.say("doctor-links-copy-advice"),
        ),
        Owner::Other(name) => bad(
            l.say_with("doctor-links-other", [("program", name.into())]),
            l.say("doctor-links-other-advice"),
        ),
        Owner::Nobody => bad(
            l.say("doctor-links-nobody"),
            l.say("doctor-links-nobody-advice"),
        ),
        Owner::Unknown if cfg!(target_os = "linux") => {
            bad(l.say("doctor-links-unasked"), l.say("doctor-xdg-advice"))
        }
        Owner::Unknown => bad(
            l.say("doctor-links-unknown"),
            l.say("doctor-links-unknown-advice"),
        ),
    }
}

/// Whether links come out of a browser that is kept apart.
fn browser(l: Language) -> Option<Finding> {
    let Sandbox {
        browser,
        kind,
        portal,
    } = scheme::sandbox()?;
    let kind = || ("kind", kind.into());
    let browser = ("browser", browser.into());
    Some(if portal {
        good(l.say_with("doctor-browser-portal", [browser, kind()]))
    } else {
        bad(
            l.say_with("doctor-browser", [browser, kind()]),
            l.say_with("doctor-browser-advice", [kind()]),
        )
    })
}

fn launcher(l: Language) -> Finding {
    if !cfg!(target_os = "linux") {
        return good(l.say("doctor-launcher-system"));
    }
    let programs = ["xdg-open", "gio", "gnome-open", "kde-open"];
    match programs.into_iter().find(|program| in_path(program)) {
        Some(program) => good(l.say_with("doctor-launcher", [("program", program.into())])),
        None => bad(l.say("doctor-no-launcher"), l.say("doctor-xdg-advice")),
    }
}

fn in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder: PathBuf| folder.join(program))
        .any(|p| p.is_file())
}

fn portals(l: Language) -> Finding {
    let path = settings::path();
    match settings::load(l) {
        Err(reason) => bad(l.say("doctor-settings"), reason),
        Ok((settings, _)) if settings.portals.is_empty() && settings.service.is_none() => bad(
            l.say("doctor-no-portal"),
            l.say_with(
                "doctor-no-portal-advice",
                [("file", text::path(&path).into())],
            ),
        ),
        Ok((settings, _)) => {
            let count = settings.portals.len().into();
            good(l.say_with("doctor-portals", [("count", count)]))
        }
    }
}

/// Whether the service that the settings name answers.
fn authentication(l: Language) -> Option<Finding> {
    let (settings, _) = settings::load(l).ok()?;
    let base = settings.service?;
    let name = ("service", base.to_string().into());
    Some(match service::probe(&base) {
        Ok(()) => good(l.say_with("doctor-service-on", [name])),
        Err(trouble) => {
            let reason = ("reason", trouble.in_words(l).into());
            let advice = unapproved_advice(Unapproved::Unreachable(trouble), l);
            bad(l.say_with("doctor-service-silent", [name, reason]), advice)
        }
    })
}

/// The executable that has the window, and what it says itself.
#[cfg(feature = "window")]
fn window(l: Language) -> (String, bool) {
    match ask_window(false, l) {
        Ok((more, well)) => {
            let (installed, _) = tell(&[good(l.say("doctor-window"))], l);
            (installed + &more, well)
        }
        Err(finding) => tell(&[finding], l),
    }
}

/// The same for programs.
#[cfg(feature = "window")]
fn window_json() -> Vec<Value> {
    let l = Language::English;
    let said = ask_window(true, l).and_then(|(said, _)| {
        let said = serde_json::from_str::<Value>(&said);
        said.map_err(|error| unstarted(text::reason(&error), l))
    });
    match said {
        Ok(mut said) => {
            let findings = said["findings"].as_array_mut().map(std::mem::take);
            let mut all = as_json(&[good(l.say("doctor-window"))]);
            all.extend(findings.into_iter().flatten());
            all
        }
        Err(finding) => as_json(&[finding]),
    }
}

/// What it says, in words or as JSON, and whether all is well there; else what is wrong with it.
#[cfg(feature = "window")]
fn ask_window(json: bool, l: Language) -> Result<(String, bool), Finding> {
    let path = beside::path(beside::WINDOW).map_err(|missing| {
        let file = [("file", text::path(&missing).into())];
        let what = l.say_with("doctor-no-window", file);
        bad(what, l.say("doctor-no-window-advice"))
    })?;
    beside::doctor(path, json).map_err(|reason| unstarted(reason, l))
}

#[cfg(feature = "window")]
fn unstarted(reason: String, l: Language) -> Finding {
    let reason = [("reason", reason.into())];
    let what = l.say_with("doctor-window-unstarted", reason);
    bad(what, l.say("doctor-no-window-advice"))
}
