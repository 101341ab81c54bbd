//! The token window.

use securesign_card::error::{CardError, Secret};
use securesign_card::profile::{Problem, Tries};

use crate::language::Language;
use crate::words::{Explain, InWords};

use super::certificates::{certificates, heading};
use super::parts::{
    button, copied, counters, fact, links, no_change, no_unlock, notice, pin_and_puk, pin_name,
    pin_status, plain, puk_name,
};
use super::waiting::waiting;
use crate::flow::Flow;
use crate::screen::{Action, Button, ButtonStyle, Kind, Level, Notice, Screen};
use crate::worker::{PinView, TokenInfo};

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
        facts.push(copied(l.say("serial-number"), serial, l));
    }
    let pins = info.pins();
    for pin in &pins {
        facts.push(pin_status(flow.status_of(id, pin), pin.name(), l));
    }
    let mut text: Vec<String> = info
        .found
        .notes
        .iter()
        .filter(|note| !matches!(note.problem, Problem::Encryption(_)))
        .map(|note| note.in_words(l))
        .collect();
    for pin in &pins {
        text.extend(no_change(pin, l));
        text.extend(no_unlock(pin, pins.len() == 1, l));
    }
    let certificates = certificates(flow);
    Screen {
        links: links(flow),
        text,
        facts,
        counters: counters(info, l),
        heading: heading(&certificates, false, l),
        certificates,
        notice: notice(flow).or_else(|| blocked_notice(info, l)),
        buttons: buttons(flow, info, l),
        ..plain(Kind::Token, l.say("token-title"))
    }
}

/// Change and unlock, of each PIN that can be; those of the first one come last, where the
/// main button is, but for one that is blocked.
fn buttons(flow: &Flow, info: &TokenInfo, l: Language) -> Vec<Button> {
    let pins = info.pins();
    // Whoever has changed a PIN has done what they came for.
    let done = flow.has_achieved();
    let leave = match flow.opened() {
        Some(_) if !flow.lean => button(Action::Back, l.say("back")),
        _ => button(Action::Close, l.say("close")),
    };
    let mut buttons = vec![Button {
        style: style(done),
        ..leave
    }];
    // What is blocked is what people come for.
    let is_blocked = |pin: &PinView| pin.tries == Tries::Blocked;
    let mut in_order: Vec<&PinView> = pins.iter().rev().collect();
    in_order.sort_by_key(|pin| is_blocked(pin));
    let last = in_order.last().map(|pin| pin.id);
    for pin in in_order {
        let main = last == Some(pin.id) && !done;
        buttons.extend(unlocking(info, pin, main && is_blocked(pin), l));
        if !is_blocked(pin) && pin.change.is_ok() {
            let action = match pin.id == info.first {
                true => Action::ChangePin,
                false => Action::ChangeFurther(pin.id),
            };
            buttons.push(Button {
                style: style(main),
                ..button(action, l.say_with("change-pin", [pin_name(pin.name(), l)]))
            });
        }
    }
    buttons
}

/// The way to unlock a PIN, where there is one that has tries left. It is named where there
/// are several.
pub fn unlocking(info: &TokenInfo, pin: &PinView, main: bool, l: Language) -> Option<Button> {
    let unblock = pin.unblock.ok().filter(|_| pin.can_be_unblocked())?;
    let action = match pin.id == info.first {
        true => Action::Unlock,
        false => Action::UnlockFurther(pin.id),
    };
    let label = match info.further.is_empty() {
        true => l.say_with("unlock-with-puk", [puk_name(unblock.role, l)]),
        false => l.say_with("unlock-pin-with-puk", pin_and_puk(pin, l)),
    };
    Some(Button {
        style: style(main),
        ..button(action, label)
    })
}

fn style(main: bool) -> ButtonStyle {
    match main {
        true => ButtonStyle::Main,
        false => ButtonStyle::Plain,
    }
}

/// Which PINs are blocked, and whether they can be unlocked.
fn blocked_notice(info: &TokenInfo, l: Language) -> Option<Notice> {
    let pins = info.pins();
    let blocked = pins.iter().filter(|pin| pin.tries == Tries::Blocked);
    let said = blocked.map(|pin| match &pin.unblock {
        Ok(unblock) if unblock.tries == Tries::Blocked && unblock.role != Secret::ResetCode => {
            l.say_with("both-blocked", pin_and_puk(pin, l))
        }
        Err(_) => CardError::Blocked(pin.role).what(l),
        _ => l.say_with("pin-blocked", pin_and_puk(pin, l)),
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| Notice {
        level: Level::Error,
        text: said.join(" "),
    })
}
