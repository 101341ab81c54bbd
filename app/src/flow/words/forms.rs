//! The forms that change a PIN or unlock it, and the questions before them.

use securesign_card::application::Confidence;
use securesign_card::error::Secret;
use securesign_card::profile::Tries;

use crate::language::Language;
use crate::words::InWords;

use super::parts::{
    CONSENT_INERT_MS, button, danger, field, notice, pin_and_puk, pin_counter, pin_name, plain,
    primary, puk_counter, puk_name,
};
use super::token::token;
use super::waiting::waiting;
use crate::flow::{Entry, Errand, Flow, Step, Target};
use crate::screen::{Action, Ask, Button, Counter, Kind, Screen};
use crate::worker::{PinView, UnblockView};

/// The form that changes a PIN.
pub fn change(flow: &Flow, of: &Target) -> Screen {
    let l = flow.language;
    let Some((_, pin)) = flow.aimed(of) else {
        return waiting(flow);
    };
    let (name, max) = ([pin_name(pin.role, l)], pin.rules.max);
    let secret = |ask, label| field(ask, label, max, l);
    Screen {
        text: vec![new_pin(&pin, l)],
        counters: vec![pin_counter(&pin, l)],
        fields: vec![
            secret(Ask::Pin, l.say_with("pin-present", name.clone())),
            secret(Ask::NewPin, l.say_with("pin-new", name.clone())),
            secret(Ask::NewPinAgain, l.say_with("pin-new-again", name.clone())),
        ],
        notice: notice(flow),
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::Submit, l.say_with("change-pin", name.clone())),
        ],
        ..plain(Kind::Form, l.say_with("change-title", name))
    }
}

/// The steps of unlocking.
pub fn unlock(flow: &Flow, of: &Target, step: &Step) -> Screen {
    let l = flow.language;
    let Some((_, pin)) = flow.aimed(of) else {
        return waiting(flow);
    };
    let Ok(puk) = pin.unblock else {
        return token(flow);
    };
    let counters = vec![puk_counter(&puk, l)];
    if puk.tries == Tries::Blocked {
        return puk_blocked(&pin, counters, l);
    }
    let form = match step {
        Step::Need => unlock_need(&pin, &puk, l),
        Step::Puk => unlock_puk(&pin, &puk, l),
        Step::NewPin(..) => unlock_new_pin(&pin, l),
    };
    Screen {
        counters,
        notice: notice(flow),
        ..form
    }
}

fn unlock_need(pin: &PinView, puk: &UnblockView, l: Language) -> Screen {
    let have = l.say_with("unlock-have-puk", [puk_name(puk.role, l)]);
    Screen {
        text: need(pin, puk, l),
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::Next, have),
        ],
        ..plain(
            Kind::Form,
            l.say_with("unlock-need-title", pin_and_puk(pin, l)),
        )
    }
}

fn unlock_puk(pin: &PinView, puk: &UnblockView, l: Language) -> Screen {
    let shape = ("shape", puk.rules.in_words(l).into());
    Screen {
        text: vec![l.say_with("unlock-puk", [puk_name(puk.role, l), shape])],
        fields: vec![field(Ask::Puk, puk.role.in_words(l), puk.rules.max, l)],
        buttons: vec![
            button(Action::Back, l.say("back")),
            // It takes a secret, so it waits as what sends one does.
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

fn unlock_new_pin(pin: &PinView, l: Language) -> Screen {
    let name = [pin_name(pin.role, l)];
    let new = l.say_with("pin-new", name.clone());
    let again = l.say_with("pin-new-again", name.clone());
    let sent = match pin.unblock {
        Ok(it) if it.role == Secret::AdminKey => {
            l.say_with("unlock-key-together", pin_and_puk(pin, l))
        }
        _ => l.say_with("unlock-together", pin_and_puk(pin, l)),
    };
    Screen {
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

/// Nothing unlocks it any more, or nothing that is asked for here.
fn puk_blocked(pin: &PinView, counters: Vec<Counter>, l: Language) -> Screen {
    let [name, puk] = pin_and_puk(pin, l);
    let is_code = pin.unblock.is_ok_and(|it| it.role == Secret::ResetCode);
    Screen {
        text: vec![match pin.tries {
            _ if is_code => l.say("blocked-reset-code-advice"),
            Tries::Blocked => l.say_with("puk-blocked-both", [name, puk.clone()]),
            _ => l.say_with("puk-blocked-pin-works", [name]),
        }],
        counters,
        buttons: vec![primary(Action::Back, l.say("back"))],
        ..plain(Kind::Failed, l.say_with("puk-blocked-title", [puk]))
    }
}

/// Which secret unlocking takes, what it looks like, and whose tries it spends.
fn need(pin: &PinView, puk: &UnblockView, l: Language) -> Vec<String> {
    let shape = ("shape", puk.rules.in_words(l).into());
    if puk.role == Secret::AdminKey {
        return vec![
            l.say_with("unlock-need-key", [puk_name(puk.role, l), shape]),
            l.say_with("unlock-key-spends", pin_and_puk(pin, l)),
        ];
    }
    vec![
        l.say_with("unlock-need", [puk_name(puk.role, l), shape]),
        match pin.tries {
            Tries::Blocked => l.say_with("unlock-spends-blocked", pin_and_puk(pin, l)),
            _ => l.say_with("unlock-spends", pin_and_puk(pin, l)),
        },
        match puk.role {
            Secret::ResetCode => l.say("unlock-spends-code-advice"),
            _ => l.say("unlock-spends-advice"),
        },
    ]
}

fn new_pin(pin: &PinView, l: Language) -> String {
    let shape = ("shape", pin.rules.in_words(l).into());
    l.say_with("new-pin-shape", [pin_name(pin.role, l), shape])
}

/// What was inferred from documents only is said to be that, before it is used.
pub fn unsure(flow: &Flow, of: &Target, errand: Errand) -> Screen {
    let l = flow.language;
    let Some((info, pin)) = flow.aimed(of) else {
        return waiting(flow);
    };
    let family = ("family", info.family.as_str().into());
    let name = || pin_name(pin.role, l);
    let (title, what, confidence) = match errand {
        Errand::Change => (
            l.say_with("unsure-change-title", [name()]),
            l.say_with("unsure-change", [name(), family]),
            pin.change,
        ),
        Errand::Unlock => (
            l.say("unsure-unlock-title"),
            l.say_with("unsure-unlock", [family]),
            pin.unblock.map(|unblock| unblock.confidence),
        ),
    };
    let mut text = vec![what];
    if confidence == Ok(Confidence::Doubtful) {
        text.push(l.say("unsure-doubtful"));
    }
    text.push(match errand {
        Errand::Change => l.say_with("unsure-change-advice", [name()]),
        Errand::Unlock => l.say("unsure-unlock-advice"),
    });
    let mut counters = Vec::new();
    match (errand, &pin.unblock) {
        (Errand::Change, _) => counters.push(pin_counter(&pin, l)),
        (Errand::Unlock, Ok(puk)) => {
            text.extend(need(&pin, puk, l));
            counters.push(puk_counter(puk, l));
        }
        (Errand::Unlock, Err(_)) => {}
    }
    Screen {
        text,
        counters,
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::GoOn, l.say("go-on")),
        ],
        ..plain(Kind::Form, title)
    }
}

/// May a PIN be sent to a token of a kind that was never tried?
pub fn untried(flow: &Flow) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let family = [("family", info.family.as_str().into())];
    Screen {
        text: vec![l.say_with("untried", family), l.say("untried-advice")],
        counters: vec![pin_counter(&flow.asked_pin(info), l)],
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::GoOn, l.say("go-on")),
        ],
        ..plain(Kind::Form, l.say("untried-title"))
    }
}

/// May the last try be used?
pub fn last_try(flow: &Flow, entry: &Entry) -> Screen {
    let l = flow.language;
    let pin = flow.token().and_then(|(_, info)| {
        let pin = entry.pin(info, flow.asked_pin(info))?;
        Some((pin, pin.id == info.first))
    });
    let Some((pin, is_first)) = pin else {
        return waiting(flow);
    };
    let names = pin_and_puk(&pin, l);
    let [name, puk] = names.clone();
    let what = match entry {
        Entry::Unlock { .. } => l.say_with("last-try-puk", [puk]),
        _ if is_first || pin.unblock.is_ok() => l.say_with("last-try-pin", names),
        _ => l.say_with("last-try-further", [name]),
    };
    Screen {
        text: vec![what, l.say("last-try-unsent")],
        buttons: vec![
            button(Action::Back, l.say("back")),
            danger(Action::UseLastTry, l.say("use-last-try")),
        ],
        ..plain(Kind::Form, l.say("last-try-title"))
    }
}
