//! What several screens are made of.

use securesign_card::application::{PinId, PinName};
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::Tries;

use crate::language::{Language, Value};
use crate::pin_status::Status;
use crate::words::{Explain, InWords};

use crate::flow::remark::Remark;
use crate::flow::{Flow, Purpose};
use crate::screen::{
    Action, Ask, Button, ButtonStyle, Copying, Counter, Fact, Field, Kind, Level, Notice, Screen,
};
use crate::worker::{PinView, TokenInfo, UnblockView};

/// A click meant for another window must not sign (requirement 11).
pub const CONSENT_INERT_MS: u32 = 500;

/// A screen with a title and nothing else yet.
pub fn plain(kind: Kind, title: String) -> Screen {
    Screen {
        kind,
        settled: false,
        progress: None,
        title,
        links: Vec::new(),
        text: Vec::new(),
        verbatim: Vec::new(),
        facts: Vec::new(),
        compare: None,
        figure: None,
        counters: Vec::new(),
        heading: None,
        certificates: Vec::new(),
        chosen: None,
        choices: Vec::new(),
        rows: Vec::new(),
        lines: Vec::new(),
        signing_as: None,
        token: None,
        fields: Vec::new(),
        notice: None,
        buttons: Vec::new(),
        copy: None,
        kept: None,
        waiting: None,
        turned_away: None,
        passes: false,
    }
}

/// For settings that are not understood.
pub fn open_file(l: Language) -> Button {
    button(Action::OpenFile, l.say("open-file"))
}

/// What closing means: the next request comes, or a kept PIN goes.
pub fn close(flow: &Flow) -> Button {
    let l = flow.language;
    let label = match flow.kept_for() {
        _ if flow.waiting() > 0 => l.say("next-request"),
        Some(_) => l.say("close-and-lock"),
        None => l.say("close"),
    };
    primary(Action::Close, label)
}

/// What is to be told beside everything else, if anything.
pub fn notice(flow: &Flow) -> Option<Notice> {
    let Some(remark) = &flow.remark else {
        return late(flow);
    };
    let mut notice = remark.notice(flow.language);
    // The next step is on the same page.
    if let Remark::Failed(error @ CardError::RawRsa) = remark
        && !flow.terminal
    {
        let what = error.what(flow.language);
        notice.text = format!("{what} {}", flow.language.say("raw-rsa-here"));
    }
    // Whether a try is gone was not told; how many are left may be by now.
    if let Remark::Failed(CardError::Unanswered { secret, .. }) = remark
        && let Some((_, info)) = flow.token()
        && let asked = std::iter::once(flow.asked_pin(info))
        && let Some(pin) = asked.chain(info.pins()).find(|pin| pin.role == *secret)
        && let Tries::Left(_) = pin.tries
    {
        let tries = tries_notice(pin.tries, flow.language);
        notice
            .text
            .extend(tries.map(|tries| format!(" {}", tries.text)));
    }
    Some(with_late(flow, notice))
}

/// A notice, and what came late behind it.
pub fn with_late(flow: &Flow, notice: Notice) -> Notice {
    match late(flow) {
        Some(late) => both(&notice, &late),
        None => notice,
    }
}

/// What came late and is about nothing on this screen.
pub fn late(flow: &Flow) -> Option<Notice> {
    let notices = flow.late.iter();
    notices
        .map(|(_, remark)| remark.notice(flow.language))
        .reduce(|all, one| both(&all, &one))
}

fn both(one: &Notice, other: &Notice) -> Notice {
    Notice {
        level: one.level.max(other.level),
        text: format!("{} {}", one.text, other.text),
    }
}

/// How it stands with a PIN; it is named where there are several.
pub fn pin_status(status: Status, pin: PinName, l: Language) -> Fact {
    fact(
        l.say_with("pin-status", [pin_name(pin, l)]),
        &status.in_words(l),
    )
}

/// How many tries are left; nothing where the PIN is blocked.
pub fn tries_notice(tries: Tries, l: Language) -> Option<Notice> {
    let (level, text) = match tries {
        Tries::Left(left @ (1 | 2)) => (
            Level::Warning,
            l.say_with("tries-few", [("left", left.into())]),
        ),
        Tries::Left(left) => (
            Level::Info,
            l.say_with("tries-left", [("left", left.into())]),
        ),
        Tries::Blocked => return None,
        Tries::Unknown => (Level::Warning, l.say("tries-not-told")),
    };
    Some(Notice { level, text })
}

/// A PIN by its name.
pub fn pin_name(pin: PinName, l: Language) -> (&'static str, Value<'static>) {
    ("pin", pin.in_words(l).into())
}

/// What unlocks a PIN, by its name.
pub fn puk_name(puk: Secret, l: Language) -> (&'static str, Value<'static>) {
    ("puk", puk.in_words(l).into())
}

/// Both of them; where nothing unlocks the PIN, what usually does.
pub fn pin_and_puk(pin: &PinView, l: Language) -> [(&'static str, Value<'static>); 2] {
    let puk = pin.unblock.map_or(Secret::Puk, |unblock| unblock.role);
    [pin_name(pin.name(), l), puk_name(puk, l)]
}

/// Why nothing unlocks a PIN, said before anything is typed. `alone`: it is the only one.
pub fn no_unlock(pin: &PinView, alone: bool, l: Language) -> Option<String> {
    let missing = ("missing", pin.unblock.err()?.in_words(l).into());
    Some(match alone {
        true => l.say_with("no-unlock", [missing]),
        false => l.say_with("no-unlock-of", [pin_name(pin.name(), l), missing]),
    })
}

/// Why a PIN cannot be changed.
pub fn no_change(pin: &PinView, l: Language) -> Option<String> {
    let name = pin_name(pin.name(), l);
    Some(match pin.change.err()? {
        Missing::Change => l.say_with("no-change", [name]),
        missing => {
            let missing = ("missing", missing.in_words(l).into());
            l.say_with("no-change-because", [name, missing])
        }
    })
}

/// The counters of a token's secrets, each once.
pub fn counters(info: &TokenInfo, l: Language) -> Vec<Counter> {
    let pins = info.pins();
    let mut unblockers: Vec<PinId> = Vec::new();
    let mut counters = Vec::new();
    for pin in &pins {
        counters.push(pin_counter(pin, l));
        for way in pin.ways() {
            if unblockers.contains(&way.id) {
                continue;
            }
            unblockers.push(way.id);
            let same = |pin: &&PinView| pin.ways().any(|other| other.id == way.id);
            // That it is for one of them only has to be said.
            counters.push(match pins.iter().filter(same).count() == pins.len() {
                true => puk_counter(&way, l),
                false => {
                    let names = [pin_name(pin.name(), l), puk_name(way.role, l)];
                    counter(way.tries, l.say_with("tries-puk-of", names), l)
                }
            });
        }
    }
    counters
}

/// The tries left of a PIN.
pub fn pin_counter(pin: &PinView, l: Language) -> Counter {
    counter(
        pin.tries,
        l.say_with("tries-pin", [pin_name(pin.name(), l)]),
        l,
    )
}

/// The tries left of what unlocks one.
pub fn puk_counter(unblock: &UnblockView, l: Language) -> Counter {
    let caption = l.say_with("tries-puk", [puk_name(unblock.role, l)]);
    counter(unblock.tries, caption, l)
}

/// One of them.
pub fn counter(tries: Tries, caption: String, l: Language) -> Counter {
    let (value, level) = match tries {
        Tries::Left(1) => ("1".into(), Level::Warning),
        Tries::Left(left) => (left.to_string(), Level::Info),
        Tries::Blocked => ("0".into(), Level::Error),
        Tries::Unknown => (l.say("tries-unknown"), Level::Info),
    };
    Counter {
        value,
        caption,
        level,
    }
}

/// What this program knows itself; what a page says is marked.
pub fn fact(label: String, value: &str) -> Fact {
    Fact {
        label,
        value: value.into(),
        ..Fact::default()
    }
}

/// One that a person may have to pass on: it can be copied.
pub fn copied(label: String, value: &str, l: Language) -> Fact {
    Fact {
        copy: copying(value.into(), l),
        ..fact(label, value)
    }
}

/// The button that copies this.
pub fn copying(text: String, l: Language) -> Option<Copying> {
    let label = l.say("copy");
    Some(Copying { label, text })
}

/// What a new PIN must look like.
pub fn new_pin(pin: &PinView, l: Language) -> String {
    let shape = ("shape", pin.rules.in_words(l).into());
    l.say_with("new-pin-shape", [pin_name(pin.name(), l), shape])
}

/// A place to type a secret.
pub fn field(ask: Ask, label: String, max: usize, l: Language) -> Field {
    Field {
        show: l.say_with("show-secret", [("secret", label.as_str().into())]),
        ask,
        label,
        max,
        caps_lock: l.say("caps-lock"),
    }
}

/// From the token window to the pages; a request is not to be left for them.
pub fn links(flow: &Flow) -> Vec<Button> {
    let l = flow.language;
    match flow.purpose {
        Purpose::Sign(_) => Vec::new(),
        Purpose::Manage => vec![
            button(Action::Journal, l.say("journal")),
            button(Action::Settings, l.say("settings-title")),
            button(Action::About, l.say("about")),
        ],
    }
}

/// What leads away from a screen on which nothing was done yet.
pub fn leave(flow: &Flow) -> Button {
    match flow.purpose {
        Purpose::Sign(_) => button(Action::Cancel, flow.language.say("cancel")),
        Purpose::Manage => button(Action::Close, flow.language.say("close")),
    }
}

/// A button; one that commits is inert at first.
pub fn button(action: Action, label: String) -> Button {
    Button {
        action,
        label,
        style: ButtonStyle::Plain,
        inert_ms: if action.commits() {
            CONSENT_INERT_MS
        } else {
            0
        },
    }
}

/// The button that Return presses.
pub fn primary(action: Action, label: String) -> Button {
    Button {
        style: ButtonStyle::Main,
        ..button(action, label)
    }
}

/// What cannot be undone, or should be done by few: Return never presses it by itself.
pub fn danger(action: Action, label: String) -> Button {
    Button {
        style: ButtonStyle::Danger,
        ..button(action, label)
    }
}
