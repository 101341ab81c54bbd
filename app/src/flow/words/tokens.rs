//! The list of tokens, each with how it is.

use securesign_card::profile::Tries;

use super::parts::{button, links, notice, plain};
use crate::flow::Flow;
use crate::flow::tokens::{level, worst};
use crate::language::Language;
use crate::screen::{Action, Kind, Level, Row, Screen};
use crate::words::{Explain, strangers};
use crate::worker::{TokenInfo, TokenState, TokenView};

/// The token window where there are several.
pub fn tokens(flow: &Flow) -> Screen {
    let l = flow.language;
    let listed = flow.listed();
    Screen {
        links: links(flow),
        text: vec![l.say("tokens-text")],
        rows: listed.into_iter().map(|view| row(view, l)).collect(),
        notice: notice(flow),
        buttons: vec![button(Action::Close, l.say("close"))],
        ..plain(Kind::Token, l.say("tokens-title"))
    }
}

fn row(view: &TokenView, l: Language) -> Row {
    let reader = &view.id.reader;
    match &view.state {
        TokenState::Ready(info) => ready(reader, info, l),
        TokenState::Failed(error) => Row {
            title: reader.clone(),
            detail: error.what(l),
            pill: l.say("tokens-unreadable"),
            level: Level::Error,
            action: None,
        },
        TokenState::Unknown { atr, name } => Row {
            title: match name {
                Some(product) => strangers::name(product, l),
                None => reader.clone(),
            },
            detail: format!("{} ATR {atr}", strangers::why(name.as_ref(), l)),
            pill: l.say("tokens-unknown"),
            level: Level::Warning,
            action: None,
        },
        TokenState::Empty => Row {
            title: reader.clone(),
            detail: String::new(),
            pill: String::new(),
            level: Level::Info,
            action: None,
        },
    }
}

fn ready(reader: &str, info: &TokenInfo, l: Language) -> Row {
    let tries = worst(info);
    let holder = info.found.credentials.first();
    let holder = holder.map(|credential| credential.certificate.subject());
    let detail = holder.into_iter().chain([reader.to_owned()]);
    Row {
        title: info.label.clone(),
        detail: detail.collect::<Vec<_>>().join(" · "),
        pill: match tries {
            Tries::Blocked => l.say("tokens-blocked"),
            Tries::Left(left) => l.say_with("tokens-tries", [("left", left.into())]),
            Tries::Unknown => l.say("tokens-tries-unknown"),
        },
        level: level(tries),
        action: Some(l.say("tokens-open")),
    }
}
