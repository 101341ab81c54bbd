//! The forms that change a PIN or unlock it, and the questions before them.

use securesign_card::application::Confidence;
use securesign_card::error::Secret;
use securesign_card::pin::PinRules;
use securesign_card::profile::Tries;

use crate::language::Language;
use crate::words::InWords;

use super::parts::{
    CONSENT_INERT_MS, button, counter, field, notice, plain, primary, puk_name, puk_of,
};
use super::token::token;
use super::waiting::waiting;
use crate::flow::{Entry, Errand, Flow, Step};
use crate::screen::{Action, Ask, Button, Counter, Kind, Screen};
use crate::worker::TokenInfo;

/// The form that changes the PIN.
pub fn change(flow: &Flow) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let max = info.pin_rules.max;
    Screen {
        text: vec![new_pin(info, l)],
        counters: vec![counter(info.pin, l.say("tries-pin"), l)],
        fields: vec![
            field(Ask::Pin, l.say("pin-present"), max),
            field(Ask::NewPin, l.say("pin-new"), max),
            field(Ask::NewPinAgain, l.say("pin-new-again"), max),
        ],
        notice: notice(flow),
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::Submit, l.say("change-pin")),
        ],
        ..plain(Kind::Form, l.say("change-title"))
    }
}

/// The steps of unlocking.
pub fn unlock(flow: &Flow, step: &Step) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let Some(puk) = info.puk_rules else {
        return token(flow);
    };
    let counters = vec![counter(
        info.puk,
        l.say_with("tries-puk", puk_of(info, l)),
        l,
    )];
    if info.puk == Tries::Blocked {
        return puk_blocked(info, counters, l);
    }
    let notice = notice(flow);
    let back = button(Action::Back, l.say("back"));
    match step {
        Step::Need => Screen {
            text: need(info, puk, l),
            counters,
            notice,
            buttons: vec![
                back,
                primary(Action::Next, l.say_with("unlock-have-puk", puk_of(info, l))),
            ],
            ..plain(Kind::Form, l.say("unlock-need-title"))
        },
        Step::Puk => Screen {
            text: vec![l.say_with(
                "unlock-puk",
                [puk_name(info, l), ("shape", puk.in_words(l).into())],
            )],
            counters,
            fields: vec![field(Ask::Puk, info.unblocker.in_words(l), puk.max)],
            notice,
            // It takes a secret, so it waits as what sends one does.
            buttons: vec![
                back,
                Button {
                    inert_ms: CONSENT_INERT_MS,
                    ..primary(Action::Next, l.say("next"))
                },
            ],
            ..plain(Kind::Form, l.say_with("unlock-puk-title", puk_of(info, l)))
        },
        Step::NewPin(_) => Screen {
            text: vec![
                new_pin(info, l),
                l.say_with("unlock-together", puk_of(info, l)),
            ],
            counters,
            fields: vec![
                field(Ask::NewPin, l.say("pin-new"), info.pin_rules.max),
                field(Ask::NewPinAgain, l.say("pin-new-again"), info.pin_rules.max),
            ],
            notice,
            buttons: vec![back, primary(Action::Submit, l.say("unlock"))],
            ..plain(Kind::Form, l.say("unlock-pin-title"))
        },
    }
}

/// Nothing unlocks it any more, or nothing that is asked for here.
fn puk_blocked(info: &TokenInfo, counters: Vec<Counter>, l: Language) -> Screen {
    Screen {
        text: vec![match info.pin {
            _ if info.unblocker == Secret::ResetCode => l.say("blocked-reset-code-advice"),
            Tries::Blocked => l.say_with("puk-blocked-both", puk_of(info, l)),
            _ => l.say("puk-blocked-pin-works"),
        }],
        counters,
        buttons: vec![primary(Action::Back, l.say("back"))],
        ..plain(
            Kind::Failed,
            l.say_with("puk-blocked-title", puk_of(info, l)),
        )
    }
}

/// Which secret unlocking takes, what it looks like, and whose tries it spends.
fn need(info: &TokenInfo, puk: PinRules, l: Language) -> Vec<String> {
    vec![
        l.say_with(
            "unlock-need",
            [puk_name(info, l), ("shape", puk.in_words(l).into())],
        ),
        match info.pin {
            Tries::Blocked => l.say_with("unlock-spends-blocked", puk_of(info, l)),
            _ => l.say_with("unlock-spends", puk_of(info, l)),
        },
        match info.unblocker {
            Secret::ResetCode => l.say("unlock-spends-code-advice"),
            _ => l.say("unlock-spends-advice"),
        },
    ]
}

fn new_pin(info: &TokenInfo, l: Language) -> String {
    l.say_with(
        "new-pin-shape",
        [("shape", info.pin_rules.in_words(l).into())],
    )
}

/// What was inferred from documents only is said to be that, before it is used.
pub fn unsure(flow: &Flow, errand: Errand) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let family = [("family", info.family.as_str().into())];
    let (title, what, confidence) = match errand {
        Errand::Change => (
            l.say("unsure-change-title"),
            l.say_with("unsure-change", family),
            info.change,
        ),
        Errand::Unlock => (
            l.say("unsure-unlock-title"),
            l.say_with("unsure-unlock", family),
            info.unblock,
        ),
    };
    let mut text = vec![what];
    if confidence == Confidence::Doubtful {
        text.push(l.say("unsure-doubtful"));
    }
    text.push(match errand {
        Errand::Change => l.say("unsure-change-advice"),
        Errand::Unlock => l.say("unsure-unlock-advice"),
    });
    if let (Errand::Unlock, Some(puk)) = (errand, info.puk_rules) {
        text.extend(need(info, puk, l));
    }
    Screen {
        text,
        counters: match errand {
            Errand::Change => vec![counter(info.pin, l.say("tries-pin"), l)],
            Errand::Unlock => vec![counter(
                info.puk,
                l.say_with("tries-puk", puk_of(info, l)),
                l,
            )],
        },
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
        counters: vec![counter(info.pin, l.say("tries-pin"), l)],
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
    let unblocker = flow.token().map_or(Secret::Puk, |(_, info)| info.unblocker);
    let puk = [("puk", unblocker.in_words(l).into())];
    let asked = flow.token().map(|(_, info)| flow.asked_pin(info).role);
    let further = asked.filter(|role| *role != Secret::Pin);
    let what = match (entry, further) {
        (Entry::Sign(_), Some(pin)) => {
            l.say_with("last-try-further", [("pin", pin.in_words(l).into())])
        }
        (Entry::Sign(_) | Entry::Change { .. }, _) => l.say_with("last-try-pin", puk),
        (Entry::Unlock { .. }, _) => l.say_with("last-try-puk", puk),
    };
    Screen {
        text: vec![what, l.say("last-try-unsent")],
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::UseLastTry, l.say("use-last-try")),
        ],
        ..plain(Kind::Form, l.say("last-try-title"))
    }
}
