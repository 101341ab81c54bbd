//! `securesign tokens`, and how a command looks at what is in the readers.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use securesign_app::flow::waits;
use securesign_app::language::Language;
use securesign_app::words::Explain;
use securesign_app::worker::{Job, Look, Report, TokenView, watch_over};
use securesign_card::error::CardError;
use securesign_card::transport::TransportError;
use serde_json::json;

use super::{DONE, NOT_DONE};
use crate::output::{print, print_json, say};
use crate::place::Place;
use crate::report;

/// Lists them.
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

/// One look at all tokens, without a flow.
pub fn look(place: &Place, look: Look) -> Result<Result<Vec<TokenView>, TransportError>, String> {
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

/// The exit code where the readers cannot be asked, which is said.
pub fn no_cards(error: TransportError, as_json: bool, language: Language) -> Result<u8, String> {
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
