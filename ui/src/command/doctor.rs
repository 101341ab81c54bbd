//! `securesign doctor`: what is missing on this computer, and what to do.

use securesign_app::language::Language;
use securesign_app::worker::Look;
#[cfg(feature = "window")]
use securesign_card::text;
use serde_json::{Value, json};

use super::tokens::look;
use super::{DONE, NOT_DONE};
#[cfg(feature = "window")]
use crate::beside;
use crate::findings::{Finding, examine, tell};
#[cfg(feature = "window")]
use crate::findings::{bad, good};
#[cfg(feature = "window")]
use crate::front::{FrontEnd, WindowError};
use crate::output::{print, print_json};
use crate::place::Place;

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
