//! `securesign pin`.

use std::time::Duration;

use jiff::Timestamp;
use securesign_app::flow::Flow;
use securesign_app::language::Language;
use securesign_app::pin_name;
use securesign_app::words::Explain;
use securesign_app::worker::Look;
use securesign_card::error::CardError;
use serde_json::json;

use super::tokens::{look, no_cards};
use super::{DONE, NOT_DONE};
use crate::args::{Pin, SecretFiles, With};
use crate::desk::{Delivery, Desk};
use crate::errand::{Errand, Task};
use crate::output::{print, print_json, say};
use crate::place::Place;
use crate::report;
use crate::secrets::Secrets;
use crate::store::seen::Seen;
use crate::terminal::Terminal;

/// Carries out one of its commands.
pub fn pin(place: &Place, command: Pin) -> Result<u8, String> {
    match command {
        Pin::Status { json } => status(place, json),
        Pin::Change {
            which: pin,
            application,
            secrets,
            json,
        } => {
            let task = Task::Change;
            let errand = Errand {
                task,
                pin,
                application,
                with: None,
            };
            form(place, errand, secrets.into(), json)
        }
        Pin::Unblock {
            which: pin,
            with,
            application,
            secrets,
            json,
        } => {
            let task = Task::Unlock;
            let errand = Errand {
                task,
                pin,
                application,
                with: with.map(With::secret),
            };
            form(place, errand, secrets.into(), json)
        }
    }
}

/// The tries left of each PIN; none is spent.
fn status(place: &Place, as_json: bool) -> Result<u8, String> {
    let views = match look(place, Look::Pins)? {
        Ok(views) => views,
        Err(error) => return no_cards(error, as_json, place.language),
    };
    if as_json {
        print_json(&report::pins_json(&views, place.kept()))?;
    } else {
        print(&report::pins_text(&views, place.kept(), place.language))?;
    }
    let any = report::ready(&views).next().is_some();
    if !any && !as_json {
        let text = report::tokens_text(&views, place.kept(), place.language);
        say(&format!(
            "{}\n{text}",
            place.language.say("no-usable-token")
        ));
    }
    Ok(if any { DONE } else { NOT_DONE })
}

/// A PIN is changed or unlocked, with the questions that this takes.
fn form(place: &Place, errand: Errand, files: SecretFiles, as_json: bool) -> Result<u8, String> {
    let mut secrets = Secrets::read(files, place.language)?;
    let mut flow = Flow::form(Timestamp::now(), as_json);
    flow.0.speak(place.language);
    flow.0.in_terminal();
    if secrets.has_new_pin() {
        flow.0.takes_any_new_pin();
    }
    let worker = place.worker(Duration::ZERO);
    let mut desk = Desk::start(flow, worker, Delivery::Print, Seen::load(), None);
    let patience = Some(Duration::ZERO);
    let mut terminal = Terminal {
        desk: &mut desk,
        secrets: &mut secrets,
        patience,
        chosen: false,
        way_chosen: false,
        abandoned: false,
        follows: false,
    };
    let (task, wanted) = (errand.task, errand.pin.clone());
    terminal.form(errand);
    // The token window may be closed at leisure; a command has a task.
    let done = desk.flow().achieved();
    if as_json {
        let obstacle = obstacle(desk.flow(), task, wanted.as_deref()).filter(|_| !done);
        let failure = desk.flow().failure().or(obstacle.as_ref());
        let views = desk.flow().tokens();
        let mut value = report::pins_json(views, place.kept());
        if let Some(value) = value.as_object_mut() {
            let undone = || (!done).then(|| "Nothing was changed: see standard error.".to_owned());
            let error = failure
                .map(|error| error.what(Language::English))
                .or_else(undone);
            let unclear = matches!(failure, Some(CardError::Unclear(_)));
            // Nobody knows.
            let success = if unclear { json!(null) } else { json!(done) };
            value.insert("success".into(), success);
            value.insert("error".into(), json!(error));
            value.insert(
                "advice".into(),
                json!(failure.map(|error| error.advice(Language::English))),
            );
        }
        print_json(&value)?;
    }
    Ok(if done { DONE } else { NOT_DONE })
}

/// Why nothing came of it where no card was asked, as far as that lies in the token.
fn obstacle(flow: &Flow, task: Task, wanted: Option<&str>) -> Option<CardError> {
    let pins = flow.pins();
    let pin = pin_name::find(&pins, wanted).filter(|_| flow.candidates() == 1)?;
    task.obstacle(pin)
}
