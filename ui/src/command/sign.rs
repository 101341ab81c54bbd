//! `securesign sign`: the flow in a terminal, for one link or for many.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, IsTerminal, Read};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use securesign_app::document::Document;
use securesign_app::flow::{Flow, Order, Refused};
use securesign_app::language::Language;
use securesign_app::screen::Input;

use super::{DONE, REFUSED, claimed, code, judge, order, refusal, unreadable};
use crate::args::SecretFiles;
use crate::browser::Caller;
use crate::desk::{Delivery, Desk};
use crate::place::Place;
use crate::prompt::ahead::{self, Next};
use crate::secrets::Secrets;
use crate::settings::{self, Seen};
use crate::terminal::{self, Terminal, say};
use crate::{prompt, used};

pub fn sign(
    place: &Place,
    link: &OsStr,
    document: Option<&Path>,
    files: SecretFiles,
    delivery: Delivery,
    wait: Option<u64>,
) -> Result<u8, String> {
    let (settings, policy) = settings::load(place.language)?;
    let seen = Seen::load();
    let mut secrets = Secrets::read(files, place.language)?;
    let many = link == "-";
    if many && secrets.takes_standard_input() {
        return Err(place.language.say("secret-both"));
    }
    if many && std::io::stdin().is_terminal() {
        ahead::want();
    }
    let first = if many { next() } else { Some(link.to_owned()) };
    let Some(first) = first else {
        return Err(place.language.say("no-link"));
    };

    let patience = match wait {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None if prompt::can_ask() => None,
        None => Some(Duration::ZERO),
    };
    let mut first = order(&first, &policy, place, &seen);
    if let (Some(path), Ok(order)) = (document, &mut first) {
        if many {
            return Err(place.language.say("one-document"));
        }
        let bytes =
            std::fs::read(path).map_err(|error| unreadable(path, &error, place.language))?;
        let document = Document::new(order.digest().algorithm(), bytes);
        order
            .attach(document)
            .map_err(|other| other.tell(place.language))?;
    }
    let first = first.and_then(|order| claimed(order, place.language));
    let told_refusal = |refused: &Refused| {
        let text = refusal(refused, place.language);
        match refused.requester() {
            Some(requester) => {
                let requester = [("requester", requester.into())];
                let told = place.language.say_with("refusal-told", requester);
                format!("{text} {told}")
            }
            None => text,
        }
    };
    let mut worst = DONE;
    let mut refused = first.as_ref().err().map(told_refusal);
    let mut request = first.as_ref().ok().map(name);
    let mut flow = Flow::sign(first, Timestamp::now());
    flow.0.speak(place.language);
    flow.0.in_terminal();
    flow.0.judged_by(judge(place.language));
    let session = if many { settings.idle } else { Duration::ZERO };
    // Not for what is refused: the PC/SC client frees what its threads are still
    // setting up when a program ends at once.
    let waits = many || patience != Some(Duration::ZERO);
    let watched = || place.watched().filter(|_| waits);
    let worker = place.worker(session);
    let at_once = if refused.is_none() { watched() } else { None };
    let mut desk = Desk::start(flow, worker, delivery, seen, at_once);
    if delivery == Delivery::Browser {
        desk.called_by(Caller::find());
    }
    loop {
        if let Some(text) = refused.take() {
            say(&text);
            // A portal that may call hears why; to nobody else is anything sent.
            let before = desk.screen();
            desk.input(Input::Closed);
            desk.delivered();
            let screen = desk.screen();
            if screen != before {
                // Why it does not hear it.
                terminal::print(&screen, place.language);
            }
            worst = worst.max(desk.exit().map_or(REFUSED, code));
        } else {
            let mut terminal = Terminal {
                desk: &mut desk,
                secrets: &mut secrets,
                patience,
                chosen: false,
                abandoned: false,
            };
            worst = worst.max(code(terminal.sign()));
            if let (true, Some((origin, id))) = (terminal.abandoned, &request) {
                used::release(origin, id);
            }
            if desk.is_stuck() {
                // What is still at work may not be taken for the next link's answer.
                tell_left(place.language);
                return Ok(worst);
            }
        }
        let Some(link) = (if many { next() } else { None }) else {
            return Ok(worst);
        };
        // Settings may have changed since the last one.
        let link = link.as_encoded_bytes();
        let order = settings::accept(link, place.is_demo(), desk.seen(), place.language)
            .and_then(|order| claimed(order, place.language));
        refused = order.as_ref().err().map(told_refusal);
        request = order.as_ref().ok().map(name);
        if let (Ok(_), false, Some(readers)) = (&order, desk.is_watching(), watched()) {
            desk.watch(readers);
        }
        desk.next(order);
    }
}

/// What it is known by: origin and id.
fn name(order: &Order) -> (String, String) {
    (order.origin().to_owned(), order.request_id().to_owned())
}

/// The next link of standard input, or of those that were pasted before a question.
fn next() -> Option<OsString> {
    match ahead::next() {
        Next::Link(link) => Some(link),
        Next::Unread => next_link(&mut std::io::stdin().lock()),
        Next::End => None,
    }
}

/// Those that were pasted and will not be opened.
fn tell_left(language: Language) {
    let left = ahead::left();
    if left > 0 {
        say(&language.say_with("terminal-links-left", [("count", left.into())]));
    }
}

/// The next line that is not empty. A line longer than any link is cut one byte
/// past the limit, so that it is refused for its length.
fn next_link(input: &mut dyn BufRead) -> Option<OsString> {
    loop {
        let mut line = Vec::new();
        let limit = securesign_handoff::link::LINK_LIMIT as u64 + 1;
        input
            .take(limit)
            .read_until(b'\n', &mut line)
            .ok()
            .filter(|read| *read > 0)?;
        if line.len() as u64 == limit && !line.ends_with(b"\n") {
            input.skip_until(b'\n').ok()?;
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            return Some(bytes_to_os(text));
        }
    }
}

#[cfg(unix)]
fn bytes_to_os(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn bytes_to_os(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
