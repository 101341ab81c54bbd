//! The token window.

use securesign_card::error::Secret;
use securesign_card::profile::Tries;

use crate::language::Language;
use crate::words::InWords;

use super::certificates::{certificates, chosen_index, heading};
use super::parts::{
    button, counters, fact, links, no_puk, notice, pin_status, plain, primary, puk_of,
};
use super::waiting::waiting;
use crate::flow::Flow;
use crate::screen::{Action, Button, Kind, Level, Notice, Screen};
use crate::worker::{TokenId, TokenInfo};

/// The token window.
pub fn token(flow: &Flow) -> Screen {
    let l = flow.language;
    let Some((id, info)) = flow.token() else {
        return waiting(flow);
    };
    let mut facts = vec![
        fact(l.say("token"), &info.label),
        fact(l.say("reader"), &id.reader),
    ];
    if let Some(serial) = &info.serial {
        facts.push(fact(l.say("serial-number"), serial));
    }
    facts.push(pin_status(flow.pin_status(id), l));
    let mut buttons = vec![button(Action::Close, l.say("close"))];
    if info.puk_rules.is_some() && info.puk != Tries::Blocked {
        buttons.push(Button {
            primary: info.pin == Tries::Blocked,
            ..button(
                Action::Unlock,
                l.say_with("unlock-with-puk", puk_of(info, l)),
            )
        });
    }
    if info.pin != Tries::Blocked {
        buttons.push(primary(Action::ChangePin, l.say("change-pin")));
    }
    let mut text: Vec<String> = info
        .found
        .notes
        .iter()
        .map(|note| note.in_words(l))
        .collect();
    text.extend(no_puk(info, l));
    text.extend(empty_ones(flow, id));
    // With one token there is nothing to choose in this window.
    let chosen = match flow.ready().count() {
        0 | 1 => None,
        _ => chosen_index(flow),
    };
    let certificates = certificates(flow);
    Screen {
        links: links(flow),
        text,
        facts,
        counters: counters(info, l),
        heading: heading(&certificates, chosen.is_some(), l),
        certificates,
        chosen,
        notice: notice(flow).or_else(|| blocked_notice(info, l)),
        buttons,
        ..plain(Kind::Token, l.say("token-title"))
    }
}

/// Applications of the same token that have no certificate to choose them by.
fn empty_ones(flow: &Flow, token: &TokenId) -> Vec<String> {
    let l = flow.language;
    let others = flow.ready().filter(|(id, _)| id.is_beside(token));
    let empty = others.filter(|(_, info)| info.found.credentials.is_empty());
    let said = |(_, info): (_, &TokenInfo)| {
        let tries = match info.pin.count() {
            Some(count) => count.to_string(),
            None => l.say("tries-unknown"),
        };
        let application = ("application", info.label.as_str().into());
        l.say_with("application-empty", [application, ("tries", tries.into())])
    };
    empty.map(said).collect()
}

fn blocked_notice(info: &TokenInfo, l: Language) -> Option<Notice> {
    let text = match (info.pin, info.puk) {
        (Tries::Blocked, Tries::Blocked) if info.unblocker != Secret::ResetCode => {
            l.say_with("both-blocked", puk_of(info, l))
        }
        (Tries::Blocked, _) => l.say_with("pin-blocked", puk_of(info, l)),
        _ => return None,
    };
    Some(Notice {
        level: Level::Error,
        text,
    })
}
