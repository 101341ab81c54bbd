//! While the card works, and how it ended.

use securesign_card::error::CardError;
use securesign_card::profile::PinUse;
use securesign_documents::Refusal;

use crate::language::Language;
use crate::words::{Explain, InWords, caution};

use super::parts::{button, close, fact, late, notice, open_file, pin_name, plain, primary};
use crate::flow::{Busy, Flow, Purpose, Refused, Signing, Target, Undelivered};
use crate::screen::{Action, Button, ButtonStyle, Fact, Kind, Screen};

/// The card is at work.
pub fn working(flow: &Flow, busy: &Busy) -> Screen {
    let l = flow.language;
    let pin = |of: &Target| [pin_name(flow.name_of(of), l)];
    let (title, text) = match busy {
        Busy::Signing(_) => (l.say("working-sign"), l.say("working")),
        Busy::Changing(of) => (l.say_with("working-change", pin(of)), l.say("working")),
        Busy::Unlocking(of, _) => (l.say_with("working-unlock", pin(of)), l.say("working")),
        Busy::Abandoned => (l.say("working-abandoned"), l.say("working-abandoned-text")),
    };
    Screen {
        progress: match busy {
            Busy::Signing(signing) => Some(step(signing, l)),
            _ => None,
        },
        text: vec![text],
        ..plain(Kind::Working, title)
    }
}

/// How far a signature is.
fn step(signing: &Signing, l: Language) -> String {
    match (signing.signs, signing.credential.when) {
        (true, _) => l.say("working-sign-signs"),
        (false, PinUse::Never) => l.say("working-sign-begins"),
        (false, _) => l.say("working-sign-pin"),
    }
}

/// The signature is on its way.
pub fn signed(flow: &Flow) -> Screen {
    let l = flow.language;
    let requester = [("requester", requester(flow).into())];
    let mut text = if flow.printed {
        let printed = l.say_with("signed-printed", requester);
        vec![printed, l.say("signed-printed-advice")]
    } else {
        vec![l.say_with("signed", requester), l.say("signed-advice")]
    };
    if flow.factory_pin {
        text.push(match flow.terminal {
            true => l.say_with(
                "factory-pin-terminal",
                [("command", "securesign pin change".into())],
            ),
            false => l.say("factory-pin"),
        });
    }
    if flow.kept_for().is_some() && flow.waiting() == 0 {
        text.push(if flow.terminal {
            l.say("signed-kept-terminal")
        } else {
            l.say("signed-kept")
        });
    }
    let notice = notice(flow);
    Screen {
        text,
        passes: flow.waiting() > 0 && notice.is_none(),
        notice,
        buttons: vec![close(flow)],
        ..plain(Kind::Done, l.say("signed-title"))
    }
}

fn requester(flow: &Flow) -> String {
    match &flow.purpose {
        Purpose::Sign(order) => order.requester(),
        Purpose::Manage => String::new(),
    }
}

/// The service is asked about a portal that nobody has allowed here.
pub fn inquiring(flow: &Flow, refused: &Refused) -> Screen {
    let l = flow.language;
    Screen {
        text: vec![l.say("inquiring")],
        facts: site(refused, l).into_iter().collect(),
        notice: notice(flow),
        buttons: vec![button(Action::Close, l.say("cancel"))],
        ..plain(Kind::Working, l.say("inquiring-title"))
    }
}

/// The link was refused: why, and who is told so.
pub fn refused(flow: &Flow, refused: &Refused) -> Screen {
    let l = flow.language;
    if refused.may_ask_again() {
        return unchecked(flow, refused);
    }
    let (advice, mut buttons) = match refused.denial() {
        // The button stands in place of the lines to write into the settings.
        Some(denial) if refused.can_be_allowed() => {
            let allow = button(Action::AllowPortal, l.say("allow-portal"));
            (caution(denial, l), vec![allow])
        }
        _ if refused.is_unjudged() => (refused.advice(l), vec![open_file(l)]),
        _ => (refused.advice(l), Vec::new()),
    };
    buttons.push(close(flow));
    Screen {
        text: [refused.what(l), advice]
            .into_iter()
            .chain(
                refused
                    .requester()
                    .map(|requester| l.say_with("refused-told", [("requester", requester.into())])),
            )
            .collect(),
        facts: vec![fact(l.say("code"), refused.code().as_str())],
        notice: notice(flow),
        buttons,
        ..plain(Kind::Failed, l.say("refused-title"))
    }
}

/// Nobody has said no: the service was busy, or could not be asked.
fn unchecked(flow: &Flow, refused: &Refused) -> Screen {
    let l = flow.language;
    Screen {
        text: vec![refused.what(l), refused.advice(l)],
        facts: site(refused, l)
            .into_iter()
            .chain([fact(l.say("code"), refused.code().as_str())])
            .collect(),
        notice: notice(flow),
        buttons: vec![
            Button {
                style: ButtonStyle::Plain,
                ..close(flow)
            },
            primary(Action::Retry, l.say("try-again")),
        ],
        ..plain(Kind::Failed, l.say("unchecked-title"))
    }
}

/// Whom the service is asked about.
fn site(refused: &Refused, l: Language) -> Option<Fact> {
    let inquiry = refused.inquiry.as_ref()?;
    Some(fact(l.say("allow-site"), &inquiry.origin_display()))
}

/// It cannot go on.
pub fn failed(flow: &Flow, error: &CardError) -> Screen {
    let l = flow.language;
    Screen {
        text: vec![error.what(l), error.advice(l)],
        notice: late(flow),
        buttons: vec![close(flow)],
        ..plain(Kind::Failed, l.say("failed-title"))
    }
}

/// There is no signed document.
pub fn unfit(flow: &Flow, refusal: &Refusal) -> Screen {
    let l = flow.language;
    Screen {
        text: vec![refusal.in_words(l)],
        notice: late(flow),
        buttons: vec![close(flow)],
        ..plain(Kind::Failed, l.say("failed-title"))
    }
}

/// The portal could not be told.
pub fn undelivered(flow: &Flow, undelivered: &Undelivered) -> Screen {
    let l = flow.language;
    let because = |reason: String| l.say_with("undelivered", [("reason", reason.into())]);
    let again = || l.say("undelivered-advice");
    let (what, advice) = match undelivered {
        Undelivered::Dropped(refused) => (because(refused.what(l)), l.say("undelivered-dropped")),
        Undelivered::Unbuilt(error) => {
            let reason = format!("{} {}", error.what(l), error.advice(l));
            (because(reason), again())
        }
        Undelivered::Unopened(unopened) => {
            let reason = [("reason", unopened.what(l).into())];
            (l.say_with("undelivered-unopened", reason), again())
        }
        Undelivered::Before(recipient, unopened) => (recipient.unanswered(unopened, l), again()),
        Undelivered::Closed(refused) => (because(refused.what(l)), refused.advice(l)),
        Undelivered::Held(held) => return self::held(flow, &held.refused),
    };
    Screen {
        text: vec![what, advice],
        notice: late(flow),
        buttons: vec![close(flow)],
        ..plain(Kind::Failed, l.say("undelivered-title"))
    }
}

/// A signature waits until the settings let it go.
fn held(flow: &Flow, refused: &Refused) -> Screen {
    let l = flow.language;
    let what = [("reason", refused.what(l).into())];
    let mut text = vec![l.say_with("undelivered", what)];
    let mut buttons = vec![button(Action::Close, l.say("cancel"))];
    if refused.is_unjudged() {
        buttons.push(open_file(l));
    } else {
        text.push(refused.advice(l));
    }
    text.push(l.say("undelivered-held"));
    buttons.push(primary(Action::Retry, l.say("try-again")));
    Screen {
        text,
        notice: notice(flow),
        buttons,
        ..plain(Kind::Failed, l.say("undelivered-title"))
    }
}
