//! The sign window: who asks, and what is signed.

use securesign_card::error::CardError;
use securesign_card::profile::Tries;

use crate::language::Language;
use crate::pin_status::Status;

use super::certificates::{
    all_expired, certificates, chosen_index, heading, missed, no_certificate, slow_clock,
};
use super::parts::{
    button, danger, field, no_unlock, notice, pin_and_puk, pin_status, plain, primary,
    tries_notice, with_late,
};
use super::request::{enclosed, facts};
use super::token::unlocking;
use super::unlock::no_way;
use super::waiting::waiting;
use crate::flow::{Compared, Flow, Order, Purpose};
use crate::screen::{Action, Ask, Kind, Level, Line, Notice, Screen};
use crate::words::{Explain, InWords};
use crate::worker::TokenInfo;

/// Longest path that makes sense, in bytes (PATH_MAX of Linux).
const PATH_MAX: usize = 4096;

/// The sign window.
pub fn sign(flow: &Flow) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let cards = certificates(flow);
    let pinless = flow.is_pinless();
    let pin = flow.asked_pin(info);
    let blocked = pin.tries == Tries::Blocked && !pinless;
    let usable = flow.chosen.is_some();
    if usable && blocked && !pin.can_be_unblocked() && !flow.has_another() {
        return no_way(flow, &pin);
    }
    let mut screen = Screen {
        facts: facts(flow),
        chosen: chosen_index(flow),
        text: enclosed(flow)
            .into_iter()
            .chain(result_local(flow))
            .chain(first_seen(flow))
            .collect(),
        ..plain(Kind::Sign, l.say("sign-title"))
    };
    screen.notice = if flow.offers().is_empty() {
        Some(in_the_way(flow, no_certificate(flow)))
    } else if let Some(text) = all_expired(flow) {
        Some(in_the_way(flow, text))
    } else if blocked {
        let text = match pin.can_be_unblocked() {
            true => l.say_with("pin-blocked-unlock", pin_and_puk(&pin, l)),
            false => CardError::Blocked(pin.role).what(l),
        };
        Some(in_the_way(flow, text))
    } else {
        notice(flow)
            .or_else(|| slow_clock(flow))
            .or_else(|| tries_notice(pin.tries, l).filter(|_| !pinless))
    };
    screen.text.extend(missed(flow));
    let choosable = cards.iter().any(|card| card.unusable.is_none());
    screen.heading = heading(&cards, choosable, l);
    screen.certificates = cards;
    screen.buttons.push(button(Action::Cancel, l.say("cancel")));
    if blocked {
        let alone = info.pins().len() == 1;
        screen.text.extend(no_unlock(&pin, alone, l));
        screen.buttons.extend(unlocking(info, &pin, true, l));
    } else if usable && !blocked {
        ready(flow, info, &mut screen);
    } else {
        screen
            .buttons
            .push(primary(Action::Retry, l.say("look-again")));
    }
    screen
}

/// It can be signed: with a PIN, unless one is kept or none is wanted.
fn ready(flow: &Flow, info: &TokenInfo, screen: &mut Screen) {
    let l = flow.language;
    let original = flow.order().and_then(Order::original);
    let compare = match flow.wants_document() {
        true => l.say("compare-wanted"),
        false if original.is_some() => l.say("compare-original"),
        false => l.say("compare"),
    };
    let wanted = original.is_some_and(|original| original.found().is_none());
    // A document that came with the link has nothing to be compared with.
    if original.is_none_or(|original| !original.came()) {
        screen.compare = Some(button(Action::Compare, compare));
    }
    screen.lines.extend(flow.path.as_ref().map(|path| Line {
        label: l.say("compare-path"),
        text: path.clone(),
        max: PATH_MAX,
        fault: false,
    }));
    if wanted {
        // Nothing can be signed yet.
        return;
    }
    if flow.in_session() {
        let pin = flow.asked_pin(info).name();
        screen.facts.push(pin_status(Status::SessionActive, pin, l));
        screen.text.push(l.say("pin-accepted"));
        screen.notice = notice(flow);
    } else if flow.is_pinless() {
        screen.text.push(l.say("pin-not-wanted"));
    } else {
        let pin = flow.asked_pin(info);
        let (label, max) = (pin.name().in_words(l), pin.rules.max);
        screen.fields.push(field(Ask::Pin, label, max, l));
        screen.signing_as = signing_as(screen, l);
    }
    screen.text.extend(goes_along(flow));
    // Once a document did not match, Return alone does not sign.
    let differs = matches!(flow.compared, Some(Compared { same: false, .. }));
    screen.buttons.push(match differs {
        true => danger(Action::Sign, l.say("sign")),
        false => primary(Action::Sign, l.say("sign")),
    });
}

/// What a portal learns of whoever signs. The demo's page is no portal.
fn goes_along(flow: &Flow) -> Option<String> {
    let Purpose::Sign(order) = &flow.purpose else {
        return None;
    };
    (!order.is_demo()).then(|| flow.language.say("goes-along"))
}

/// Whose certificate is chosen, said beside the PIN.
fn signing_as(screen: &Screen, l: Language) -> Option<String> {
    let card = screen.certificates.get(screen.chosen?)?;
    let said = [
        ("name", card.title.as_str().into()),
        ("key", card.pill.as_str().into()),
    ];
    Some(l.say_with("signing-as", said))
}

/// What keeps it from being signed, and what came late.
fn in_the_way(flow: &Flow, text: String) -> Notice {
    let level = Level::Error;
    with_late(flow, Notice { level, text })
}

/// On a computer anybody may listen. The demo's signature is of no use to anybody.
fn result_local(flow: &Flow) -> Option<String> {
    let Purpose::Sign(order) = &flow.purpose else {
        return None;
    };
    let origin = ("origin", order.permit().origin_display().into());
    let local = order.permit().is_local() && !order.is_demo();
    local.then(|| flow.language.say_with("result-local", [origin]))
}

fn first_seen(flow: &Flow) -> Vec<String> {
    match &flow.purpose {
        Purpose::Sign(order) if order.first_seen() => vec![flow.language.say("first-seen")],
        _ => Vec::new(),
    }
}
