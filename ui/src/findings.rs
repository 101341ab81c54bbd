//! What is missing on this computer, and what to do.

use std::path::PathBuf;

use securesign_app::language::Language;
use securesign_app::words::{Explain, InWords, strangers, unapproved_advice};
use securesign_app::worker::{TokenState, TokenView};
use securesign_card::memory::Locked;
use securesign_card::pcsc::PcscReaders;
use securesign_card::product::Product;
use securesign_card::reader::{Presence, Readers};
use securesign_card::text;
use securesign_card::transport::TransportError;
use securesign_handoff::policy::Unapproved;

use crate::scheme::{self, Owner, Sandbox};
use crate::service;
use crate::store::settings;

/// One thing that was looked at.
pub struct Finding {
    /// Fine, or else what to do.
    pub advice: Option<String>,
    pub what: String,
}

pub fn good(what: impl Into<String>) -> Finding {
    Finding {
        advice: None,
        what: what.into(),
    }
}

pub fn bad(what: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding {
        advice: Some(advice.into()),
        what: what.into(),
    }
}

/// Everything but the window. `tokens` is what the cards in the readers are, as far as they
/// were looked at.
pub fn examine(tokens: &[TokenView], l: Language) -> Vec<Finding> {
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

/// The text to print, and whether all is well.
pub fn tell(findings: &[Finding], l: Language) -> (String, bool) {
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

#[cfg(windows)]
fn sleep(l: Language) -> Finding {
    good(l.say("doctor-sleep-unseen"))
}

#[cfg(not(any(target_os = "linux", windows)))]
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
