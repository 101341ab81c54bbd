//! Waiting for a token that can be used: why, and what to do.

use securesign_card::transport::TransportError;

use super::parts::{copied, leave, links, notice, plain, primary};
use super::request::facts;
use crate::flow::Flow;
use crate::screen::{Action, Fact, Kind, Screen};
use crate::words::{Explain, strangers};
use crate::worker::TokenState;

/// While the tokens are read.
pub fn looking(flow: &Flow) -> Screen {
    Screen {
        facts: facts(flow),
        notice: notice(flow),
        buttons: vec![leave(flow)],
        ..plain(Kind::Working, flow.language.say("looking-title"))
    }
}

/// No token that can be used: which of the reasons it is, and what to do.
pub fn waiting(flow: &Flow) -> Screen {
    let l = flow.language;
    let (title, mut text) = match &flow.tokens {
        Some(Err(error)) => {
            let title = match error {
                // A USB token is its own reader, and Windows stops the service with the last.
                TransportError::NoService if cfg!(windows) => l.say("waiting-title"),
                TransportError::NoService => l.say("waiting-no-service-title"),
                _ => l.say("waiting-no-access-title"),
            };
            (title, vec![error.what(l), error.advice(l)])
        }
        _ => strangers(flow),
    };
    if flow.tokens().is_empty() && text.is_empty() {
        text = vec![
            l.say("waiting-no-reader"),
            l.say("waiting-no-reader-advice"),
        ];
    }
    let atrs = atrs(flow);
    let settled = !atrs.is_empty();
    Screen {
        settled,
        links: links(flow),
        text,
        facts: facts(flow)
            .into_iter()
            .chain(atrs)
            .chain(commands(flow))
            .collect(),
        notice: notice(flow),
        buttons: vec![leave(flow), primary(Action::Retry, l.say("look-again"))],
        ..plain(Kind::Waiting, title)
    }
}

/// The answers to reset of the tokens that no profile serves, to be reported.
fn atrs(flow: &Flow) -> Vec<Fact> {
    let l = flow.language;
    let atrs = flow.tokens().iter().filter_map(|view| match &view.state {
        TokenState::Unknown { atr, .. } => Some(copied(l.say("atr"), &atr.to_string(), l)),
        _ => None,
    });
    atrs.collect()
}

/// What is typed in a terminal where the PC/SC service is not there.
fn commands(flow: &Flow) -> Vec<Fact> {
    let l = flow.language;
    match &flow.tokens {
        Some(Err(TransportError::NoService)) if cfg!(target_os = "linux") => vec![
            copied(
                l.say("command-start"),
                "sudo systemctl start pcscd.socket",
                l,
            ),
            copied(l.say("command-install"), "sudo apt install pcscd", l),
        ],
        _ => Vec::new(),
    }
}

/// Readers without a token, and tokens that cannot be used.
fn strangers(flow: &Flow) -> (String, Vec<String>) {
    let l = flow.language;
    let mut text = Vec::new();
    let mut title = l.say("waiting-title");
    for view in flow.tokens() {
        let reader = ("reader", view.id.reader.as_str().into());
        match &view.state {
            TokenState::Empty | TokenState::Ready(_) => {}
            TokenState::Unknown { name, .. } => {
                title = l.say("unknown-title");
                text.push(strangers::what(name.as_ref(), &view.id.reader, l));
                text.push(strangers::why(name.as_ref(), l));
                text.push(l.say("unknown-advice"));
            }
            TokenState::Failed(error) => {
                title = l.say("unreadable-title");
                text.push(l.say_with("unreadable", [reader, ("what", error.what(l).into())]));
                text.push(error.advice(l));
            }
        }
    }
    if text.is_empty() && !flow.tokens().is_empty() {
        text.push(l.say("waiting-empty"));
        text.push(l.say("waiting-empty-advice"));
    }
    (title, text)
}
