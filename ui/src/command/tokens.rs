//! `securesign tokens` and `securesign pin`.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use securesign_app::flow::{Flow, waits};
use securesign_app::language::Language;
use securesign_app::words::Explain;
use securesign_app::worker::{Job, Look, Report, TokenView, watch_over};
use securesign_card::error::CardError;
use securesign_card::transport::TransportError;
use serde_json::json;

use super::{DONE, NOT_DONE, print, print_json};
use crate::args::SecretFiles;
use crate::desk::{Delivery, Desk};
use crate::errand::Errand;
use crate::place::Place;
use crate::report;
use crate::secrets::Secrets;
use crate::store::seen::Seen;
use crate::terminal::{Terminal, say};

pub fn tokens(place: &Place, as_json: bool) -> Result<u8, String> {
    let views = match look(place, Look::Everything)? {
        Ok(views) => views,
        Err(error) => return no_cards(error, as_json, place.language),
    };
    if as_json {
        print_json(&report::tokens_json(&views, place.kept()))?;
    } else if views.is_empty() {
        say(&place.language.say("no-readers"));
    } else {
        print(&report::tokens_text(&views, place.kept(), place.language))?;
    }
    Ok(if report::ready(&views).next().is_some() {
        DONE
    } else {
        NOT_DONE
    })
}

pub fn pin_status(place: &Place, as_json: bool) -> Result<u8, String> {
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

pub fn pin_form(
    place: &Place,
    open: Errand,
    files: SecretFiles,
    as_json: bool,
) -> Result<u8, String> {
    let mut secrets = Secrets::read(files, place.language)?;
    let mut flow = Flow::form(Timestamp::now(), as_json);
    flow.0.speak(place.language);
    flow.0.in_terminal();
    let worker = place.worker(Duration::ZERO);
    let mut desk = Desk::start(flow, worker, Delivery::Print, Seen::load(), None);
    let patience = Some(Duration::ZERO);
    let mut terminal = Terminal {
        desk: &mut desk,
        secrets: &mut secrets,
        patience,
        chosen: false,
        abandoned: false,
    };
    terminal.form(open);
    // The token window may be closed at leisure; a command has a task.
    let done = desk.flow().achieved();
    if as_json {
        let failure = desk.flow().failure();
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

/// What the cards in the readers are, as far as they can be looked at.
pub fn cards(place: &Place) -> Vec<TokenView> {
    let views = look(place, Look::Tries);
    views.unwrap_or_else(|_| Ok(Vec::new())).unwrap_or_default()
}

/// One look at all tokens, without a flow.
fn look(place: &Place, look: Look) -> Result<Result<Vec<TokenView>, TransportError>, String> {
    let worker = place.worker(Duration::ZERO);
    let progress = worker.progress.clone();
    let (jobs, queue) = channel();
    let (sender, reports) = channel();
    let late = sender.clone();
    let thread =
        std::thread::spawn(move || worker.run(&queue, &|report| drop(sender.send(report))));
    std::thread::spawn(move || watch_over(&progress, &|report| drop(late.send(report))));
    let _ = jobs.send(Job::Look(look));
    let _ = jobs.send(Job::Stop);
    // No token needs this long; a reader that hangs, or another program that
    // does not let a card go, would have us wait for ever.
    const PATIENCE: Duration = Duration::from_secs(60);
    let end = Instant::now() + PATIENCE;
    loop {
        match reports.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(Report::Tokens(tokens)) => {
                let _ = thread.join();
                return Ok(tokens);
            }
            Ok(Report::Waits(by)) => say(&waits(by.as_deref(), place.language)),
            _ => return Err(place.language.say("reader-hangs")),
        }
    }
}

fn no_cards(error: TransportError, as_json: bool, language: Language) -> Result<u8, String> {
    let error = CardError::Transport(error);
    if as_json {
        print_json(&json!({
            "error": error.what(Language::English),
            "advice": error.advice(Language::English),
        }))?;
    } else {
        say(&error.tell(language));
    }
    Ok(NOT_DONE)
}
