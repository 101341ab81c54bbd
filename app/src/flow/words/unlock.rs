//! The steps of unlocking, and the page where nothing unlocks any more.

use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::Tries;

use crate::language::Language;
use crate::words::{Explain, InWords};

use super::parts::{
    CONSENT_INERT_MS, button, copied, fact, field, new_pin, notice, pin_and_puk, pin_name, plain,
    primary, puk_counter, puk_name,
};
use super::waiting::waiting;
use crate::flow::{Flow, Purpose, Step, Target};
use crate::screen::{Action, Ask, Button, Fact, Figure, Kind, Screen};
use crate::worker::{PinView, UnblockView};

/// The steps of unlocking.
pub fn unlock(flow: &Flow, of: &Target, step: &Step) -> Screen {
    let l = flow.language;
    let Some((_, pin)) = flow.aimed(of) else {
        return waiting(flow);
    };
    let end = dead_end(flow, &pin);
    let (Ok(puk), None) = (pin.unblock, &end) else {
        return end.unwrap_or_else(|| waiting(flow));
    };
    let screen = match step {
        Step::Need => start(&pin, &puk, l),
        Step::Puk => ask_puk(&pin, &puk, l),
        Step::NewPin(..) => ask_new(&pin, l),
    };
    Screen {
        counters: vec![puk_counter(&puk, l)],
        notice: notice(flow),
        ..screen
    }
}

/// The line above the title: which of the three steps it is.
pub fn step(number: u8, l: Language) -> String {
    l.say_with("unlock-step", [("step", number.into())])
}

fn start(pin: &PinView, puk: &UnblockView, l: Language) -> Screen {
    Screen {
        progress: Some(step(1, l)),
        text: need(pin, puk, l),
        figure: figure(pin, puk, l),
        buttons: std::iter::once(button(Action::Back, l.say("back")))
            .chain(other_way(pin, l))
            .chain([primary(
                Action::Next,
                l.say_with("unlock-have-puk", [puk_name(puk.role, l)]),
            )])
            .collect(),
        ..plain(
            Kind::Form,
            l.say_with("unlock-need-title", pin_and_puk(pin, l)),
        )
    }
}

fn ask_puk(pin: &PinView, puk: &UnblockView, l: Language) -> Screen {
    let shape = ("shape", puk.rules.in_words(l).into());
    let name = puk.role.in_words(l);
    Screen {
        progress: Some(step(2, l)),
        text: vec![l.say_with("unlock-puk", [puk_name(puk.role, l), shape])],
        fields: vec![field(Ask::Puk, name, puk.rules.max, l)],
        // It takes a secret, so it waits as what sends one does.
        buttons: vec![
            button(Action::Back, l.say("back")),
            Button {
                inert_ms: CONSENT_INERT_MS,
                ..primary(Action::Next, l.say("next"))
            },
        ],
        ..plain(
            Kind::Form,
            l.say_with("unlock-puk-title", pin_and_puk(pin, l)),
        )
    }
}

fn ask_new(pin: &PinView, l: Language) -> Screen {
    let name = [pin_name(pin.name(), l)];
    let new = l.say_with("pin-new", name.clone());
    let again = l.say_with("pin-new-again", name.clone());
    let sent = match pin.unblock {
        Ok(it) if it.role == Secret::AdminKey => {
            l.say_with("unlock-key-together", pin_and_puk(pin, l))
        }
        _ => l.say_with("unlock-together", pin_and_puk(pin, l)),
    };
    Screen {
        progress: Some(step(3, l)),
        text: vec![new_pin(pin, l), sent],
        fields: vec![
            field(Ask::NewPin, new, pin.rules.max, l),
            field(Ask::NewPinAgain, again, pin.rules.max, l),
        ],
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::Submit, l.say("unlock")),
        ],
        ..plain(Kind::Form, l.say_with("unlock-pin-title", name))
    }
}

/// In this order: that the PIN works, where it does; what is needed, and what else it is
/// called; where people find it; its tries left; what happens if it fails.
pub fn need(pin: &PinView, puk: &UnblockView, l: Language) -> Vec<String> {
    let shape = ("shape", puk.rules.in_words(l).into());
    let mut text = Vec::new();
    if let Tries::Left(left) = pin.tries {
        text.push(l.say_with(
            "unlock-works",
            [pin_name(pin.name(), l), ("left", left.into())],
        ));
    }
    if puk.role == Secret::AdminKey {
        text.push(l.say_with("unlock-need-key", [puk_name(puk.role, l), shape]));
        text.push(l.say_with("unlock-key-spends", pin_and_puk(pin, l)));
        return text;
    }
    let needed = l.say_with("unlock-need", [puk_name(puk.role, l), shape]);
    let names = match puk.role {
        Secret::ResetCode => l.say("unlock-names-code"),
        Secret::AdminPin => l.say("unlock-names-admin"),
        _ => l.say("unlock-names-puk"),
    };
    text.push(format!("{needed} {names}"));
    text.push(l.say("unlock-where"));
    text.push(match puk.tries {
        Tries::Left(left) => l.say_with(
            "unlock-tries",
            [puk_name(puk.role, l), ("left", left.into())],
        ),
        _ => l.say_with("unlock-tries-unknown", [puk_name(puk.role, l)]),
    });
    text.push(match puk.role {
        Secret::ResetCode => l.say("unlock-spends-code-advice"),
        _ => l.say("unlock-spends-advice"),
    });
    text
}

/// The token, and the letter that both codes usually came in. What sets up many tokens is in
/// no letter.
pub fn figure(pin: &PinView, puk: &UnblockView, l: Language) -> Option<Figure> {
    (puk.role != Secret::AdminKey).then(|| Figure {
        token: l.say("token-title"),
        letter: l.say("unlock-letter"),
        codes: vec![pin.name().in_words(l), puk.role.in_words(l)],
    })
}

/// The reset code has no tries left: there may be another way, which the token tells when it
/// is looked at again.
fn code_blocked(pin: &PinView, puk: &UnblockView, l: Language) -> Screen {
    let back = primary(Action::Back, l.say("back"));
    Screen {
        text: vec![l.say("blocked-reset-code-advice")],
        counters: vec![puk_counter(puk, l)],
        buttons: other_way(pin, l).into_iter().chain([back]).collect(),
        ..plain(
            Kind::Failed,
            l.say_with("puk-blocked-title", [puk_name(puk.role, l)]),
        )
    }
}

/// Why nothing unlocks this PIN now; `None` where something does.
pub fn dead_end(flow: &Flow, pin: &PinView) -> Option<Screen> {
    match &pin.unblock {
        _ if pin.can_be_unblocked() => None,
        Ok(puk) if puk.role == Secret::ResetCode => Some(code_blocked(pin, puk, flow.language)),
        _ => Some(no_way(flow, pin)),
    }
}

/// To the page of the other secret that unlocks it, where that has tries left.
pub fn other_way(pin: &PinView, l: Language) -> Option<Button> {
    let other = pin.otherwise.filter(|it| it.tries != Tries::Blocked)?;
    let label = l.say_with("unlock-otherwise", [puk_name(other.role, l)]);
    Some(button(Action::OtherWay, label))
}

/// The last page: nothing that a person has unlocks this PIN. Why, what the issuer must do,
/// what is lost, and what to pass on. No field asks for anything.
pub fn no_way(flow: &Flow, pin: &PinView) -> Screen {
    let l = flow.language;
    let names = pin_and_puk(pin, l);
    let [name, puk] = names.clone();
    let blocked = pin.tries == Tries::Blocked;
    let title = match (&pin.unblock, blocked) {
        (Ok(_), _) => l.say_with("puk-blocked-title", [puk]),
        (Err(_), true) => l.say("no-way-title"),
        (Err(_), false) => l.say_with("no-way-works-title", [name.clone()]),
    };
    let why = match (&pin.unblock, &flow.failed) {
        (_, Some(error @ CardError::UnblockOff { .. })) => error.what(l),
        (Ok(_), _) if blocked => l.say_with("puk-blocked-both", names),
        (Ok(_), _) => l.say_with("puk-blocked", names),
        (Err(missing), _) => {
            l.say_with("no-way-because", [("missing", missing.in_words(l).into())])
        }
    };
    let mut text = vec![why];
    match (blocked, &pin.unblock) {
        (true, Err(Missing::Issuer)) => text.push(l.say("no-way-office")),
        (true, _) => text.extend([l.say("no-way-issuer"), l.say("no-way-lost")]),
        (false, _) => text.push(l.say_with("puk-blocked-pin-works", [name])),
    }
    let facts = details(flow, l);
    let lines = facts.iter().map(|it| format!("{}: {}", it.label, it.value));
    let report: Vec<String> = lines.chain(text.first().cloned()).collect();
    let leave = match (&flow.purpose, blocked) {
        (_, false) => primary(Action::Back, l.say("back")),
        (Purpose::Sign(_), true) => primary(Action::Cancel, l.say("close")),
        (Purpose::Manage, true) => primary(Action::Close, l.say("close")),
    };
    Screen {
        text,
        facts,
        notice: notice(flow),
        copy: Some(report.join("\n")),
        buttons: vec![button(Action::Copy, l.say("copy-details")), leave],
        ..plain(Kind::Failed, title)
    }
}

/// Which token it is, for its issuer.
fn details(flow: &Flow, l: Language) -> Vec<Fact> {
    let Some((id, info)) = flow.token() else {
        return Vec::new();
    };
    let serial = info.serial.as_ref();
    let serial = serial.map(|serial| copied(l.say("serial-number"), serial, l));
    let mut facts = vec![fact(l.say("token"), &info.label)];
    facts.extend(serial);
    facts.push(fact(l.say("reader"), &id.reader));
    facts
}
