//! The form that changes a PIN, and the questions before something is sent.

use securesign_card::application::Confidence;
use securesign_card::profile::Tries;

use super::parts::{
    button, danger, field, new_pin, notice, pin_and_puk, pin_counter, pin_name, plain, primary,
    puk_counter,
};
use super::request::facts;
use super::unlock::{self, need, other_way, step};
use super::waiting::waiting;
use crate::flow::{Entry, Errand, Flow, Question, Target};
use crate::screen::{Action, Ask, Kind, Screen};

/// The form that changes a PIN.
pub fn change(flow: &Flow, of: &Target) -> Screen {
    let l = flow.language;
    let Some((_, pin)) = flow.aimed(of) else {
        return waiting(flow);
    };
    let (name, max) = ([pin_name(pin.name(), l)], pin.rules.max);
    let secret = |ask, label: String| field(ask, label, max, l);
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

/// What was inferred from documents only is said to be that, before it is used.
pub fn unsure(flow: &Flow, of: &Target, errand: Errand) -> Screen {
    let l = flow.language;
    let Some((info, pin)) = flow.aimed(of) else {
        return waiting(flow);
    };
    let family = || ("family", info.family.as_str().into());
    let name = || pin_name(pin.name(), l);
    let (title, what, confidence) = match errand {
        Errand::Change => (
            l.say_with("unsure-change-title", [name()]),
            l.say_with("unsure-change", [name(), family()]),
            pin.change,
        ),
        Errand::Unlock => (
            l.say("unsure-unlock-title"),
            l.say_with("unsure-unlock", [family()]),
            pin.unblock.map(|unblock| unblock.confidence),
        ),
    };
    let mut text = vec![what];
    if confidence == Ok(Confidence::Doubtful) {
        text.push(l.say_with("unsure-doubtful", [family()]));
    }
    text.push(match errand {
        Errand::Change => l.say_with("unsure-change-advice", [name()]),
        Errand::Unlock => l.say("unsure-unlock-advice"),
    });
    let mut counters = Vec::new();
    let (mut progress, mut figure, mut other) = (None, None, None);
    match (errand, &pin.unblock) {
        (Errand::Change, _) => counters.push(pin_counter(&pin, l)),
        (Errand::Unlock, Ok(puk)) => {
            text.extend(need(&pin, puk, l));
            counters.push(puk_counter(puk, l));
            progress = Some(step(1, l));
            figure = unlock::figure(&pin, puk, l);
            other = other_way(&pin, l);
        }
        (Errand::Unlock, Err(_)) => {}
    }
    Screen {
        text,
        counters,
        progress,
        figure,
        buttons: std::iter::once(button(Action::Back, l.say("back")))
            .chain(other)
            .chain([primary(Action::GoOn, l.say("go-on"))])
            .collect(),
        ..plain(Kind::Form, title)
    }
}

/// What is asked before something that was typed is sent. Whatever cannot be undone is
/// never the main button.
pub fn asked(flow: &Flow, question: Question, entry: &Entry) -> Screen {
    match question {
        Question::Untried => untried(flow),
        Question::OtherDocument => other_document(flow),
        Question::LastTry => last_try(flow, entry),
    }
}

/// May a PIN be sent to a token of a kind that was never tried?
fn untried(flow: &Flow) -> Screen {
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

/// Is something to be signed that is not the document the person has?
fn other_document(flow: &Flow) -> Screen {
    let l = flow.language;
    let name = flow.compared.as_ref().map_or("", |compared| &compared.name);
    let name = [("name", name.to_owned().into())];
    Screen {
        text: vec![
            l.say_with("other-document", name),
            l.say("other-document-advice"),
        ],
        facts: facts(flow),
        buttons: vec![
            button(Action::Back, l.say("back")),
            danger(Action::SignAnyway, l.say("sign-anyway")),
        ],
        ..plain(Kind::Form, l.say("other-document-title"))
    }
}

/// May the last try be used?
fn last_try(flow: &Flow, entry: &Entry) -> Screen {
    let l = flow.language;
    let found = flow.token().and_then(|(_, info)| {
        let pin = entry.pin(info, flow.asked_pin(info))?;
        Some((info, pin))
    });
    let Some((info, pin)) = found else {
        return waiting(flow);
    };
    let names = pin_and_puk(&pin, l);
    let [name, puk] = names.clone();
    let family = ("family", info.family.as_str().into());
    let what = match (entry, pin.unblock) {
        (Entry::Unlock { .. }, _) => l.say_with("last-try-puk", [puk]),
        (_, Ok(unblock)) if unblock.tries == Tries::Blocked => {
            l.say_with("last-try-further", [name])
        }
        (_, Ok(unblock)) if unblock.confidence == Confidence::Doubtful => {
            l.say_with("last-try-doubtful", [name, family])
        }
        (_, Ok(_)) => l.say_with("last-try-pin", names),
        (_, Err(_)) => l.say_with("last-try-further", [name]),
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
