//! The words of every screen. English only so far; translations replace this
//! file, not the flow.

use jiff::Timestamp;

use super::{Busy, Compared, Entry, Errand, Flow, Order, Purpose, State};
use crate::error::{CardError, Secret};
use crate::pin::Status;
use crate::profile::{Standing, Tries};
use crate::screen::{
    Action, Ask, Button, CertificateCard, Counter, Fact, Field, Kept, Kind, Level, Notice, Screen,
};
use crate::transport::TransportError;
use crate::worker::{TokenInfo, TokenState};

/// A click meant for another window must not sign (requirement 11).
const CONSENT_INERT_MS: u32 = 500;

/// After a kept PIN was forgotten, for whatever reason.
pub const FORGOTTEN: &str = "Locked. The PIN will be asked for again.";

/// Where the desktop has no dialog to choose a file.
pub const NO_DIALOG: &str =
    "This desktop has no dialog to choose a file. Drop the document on this window.";

/// Several files at once.
pub const ONE_DOCUMENT: &str =
    "These are several files, and one document is to be signed. Give that one alone.";

/// What is to be seen.
pub fn screen(flow: &Flow) -> Screen {
    let token = flow
        .token()
        .map(|(id, _)| format!("{} {} {}", id.insertion, flow.forgotten, id.reader));
    Screen {
        token,
        kept: kept(flow),
        ..unbound(flow)
    }
}

/// A PIN is kept: for how long yet, and for whom if not for this request.
fn kept(flow: &Flow) -> Option<Kept> {
    let left = clock(flow.seconds_left()?);
    let origin = &flow.kept_for()?.origin;
    let text = match &flow.purpose {
        Purpose::Sign(order) if order.origin() == origin => format!("PIN kept for {left}"),
        _ => format!("PIN kept for {left}, for {origin}"),
    };
    Some(Kept {
        text,
        lock: button(Action::Lock, "Lock now"),
    })
}

/// `14:32`, from an hour on `1:14:32`.
fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

fn unbound(flow: &Flow) -> Screen {
    match &flow.state {
        State::Looking => looking(flow),
        State::Ready => match &flow.purpose {
            _ if flow.ready().next().is_none() => waiting(flow),
            Purpose::Sign(_) => sign(flow),
            Purpose::Manage => token(flow),
        },
        State::Change(_) => change(flow),
        State::Unlock(_) => unlock(flow),
        State::Unsure(_, errand) => unsure(flow, *errand),
        State::LastTry(_, entry) => last_try(entry),
        State::Busy(busy) => Screen {
            text: vec!["Leave the token where it is.".into()],
            ..plain(
                Kind::Working,
                match busy {
                    Busy::Signing(_) => "Signing …",
                    Busy::Changing(_) => "Changing the PIN …",
                    Busy::Unlocking(_) => "Unlocking the PIN …",
                },
            )
        },
        State::Signed => Screen {
            text: vec![
                format!("The signature goes back to {}.", requester(flow)),
                "If no page of it opens in your browser, start again from there.".into(),
            ],
            notice: flow.notice.clone(),
            buttons: vec![primary(Action::Close, "Close")],
            ..plain(Kind::Done, "Signed")
        },
        State::Refused(refused) => Screen {
            text: vec![refused.what.clone(), refused.advice.clone()],
            facts: vec![fact("Code", refused.code)],
            buttons: vec![primary(Action::Close, "Close")],
            ..plain(Kind::Failed, "This request was refused")
        },
        State::Failed(error) => Screen {
            text: vec![error.what(), error.advice().into()],
            buttons: vec![primary(Action::Close, "Close")],
            ..plain(Kind::Failed, "It did not work")
        },
        State::Undelivered(reason) => Screen {
            text: vec![
                format!("The result could not be handed to the portal: {reason}"),
                "Go back to the portal and start again; if it stays so, send it this text.".into(),
            ],
            buttons: vec![primary(Action::Close, "Close")],
            ..plain(Kind::Failed, "Not delivered")
        },
    }
}

/// `14 Mar 2028`, in UTC as certificates have it.
pub fn date(time: Timestamp) -> String {
    time.strftime("%-d %b %Y").to_string()
}

fn plain(kind: Kind, title: &str) -> Screen {
    Screen {
        kind,
        title: title.into(),
        text: Vec::new(),
        facts: Vec::new(),
        compare: None,
        counters: Vec::new(),
        certificates: Vec::new(),
        chosen: None,
        token: None,
        fields: Vec::new(),
        notice: None,
        buttons: Vec::new(),
        kept: None,
    }
}

fn looking(flow: &Flow) -> Screen {
    Screen {
        facts: facts(flow),
        notice: flow.notice.clone(),
        buttons: vec![leave(flow)],
        ..plain(Kind::Working, "Looking for your token …")
    }
}

/// No token that can be used: which of the reasons it is, and what to do.
fn waiting(flow: &Flow) -> Screen {
    let (title, mut text) = match &flow.tokens {
        Some(Err(error)) => {
            let error = CardError::Transport(error.clone());
            let title = match &flow.tokens {
                Some(Err(TransportError::NoService)) => "The smart-card service is missing",
                _ => "No access to smart cards",
            };
            (title, vec![error.what(), error.advice().to_owned()])
        }
        _ => strangers(flow),
    };
    if flow.tokens().is_empty() && text.is_empty() {
        text = vec![
            "No reader is connected.".into(),
            "Plug in your USB token. This window notices by itself.".into(),
        ];
    }
    Screen {
        text,
        facts: facts(flow),
        notice: flow.notice.clone(),
        buttons: vec![leave(flow), primary(Action::Retry, "Look again")],
        ..plain(Kind::Waiting, title)
    }
}

/// Readers without a token, and tokens that cannot be used.
fn strangers(flow: &Flow) -> (&'static str, Vec<String>) {
    let mut text = Vec::new();
    let mut title = "Connect your token";
    for view in flow.tokens() {
        match &view.state {
            TokenState::Empty | TokenState::Ready(_) => {}
            TokenState::Unknown { atr, name } => {
                title = "This token is not supported yet";
                text.push(match name {
                    Some(name) => format!("The token in {} looks like {name}.", view.id.reader),
                    None => format!("The token in {} is unknown.", view.id.reader),
                });
                text.push(format!(
                    "Nothing was written to it, and no PIN was sent. Its answer to reset, for a report: {atr}."
                ));
            }
            TokenState::Failed(error) => {
                title = "The token cannot be read";
                text.push(format!("{}: {}", view.id.reader, error.what()));
                text.push(error.advice().into());
            }
        }
    }
    if text.is_empty() && !flow.tokens().is_empty() {
        text.push("The reader is empty.".into());
        text.push("Put your token in. This window notices by itself.".into());
    }
    (title, text)
}

fn sign(flow: &Flow) -> Screen {
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let cards = certificates(flow);
    let blocked = info.pin == Tries::Blocked;
    let usable = flow.chosen.is_some();
    let mut screen = Screen {
        facts: facts(flow),
        chosen: chosen_index(flow),
        text: first_seen(flow),
        ..plain(Kind::Sign, "Sign this document?")
    };
    if cards.is_empty() {
        screen.notice = Some(Notice {
            level: Level::Error,
            text: no_certificate(flow),
        });
    } else if blocked {
        screen.notice = Some(Notice {
            level: Level::Error,
            text: "The PIN is blocked: no tries are left. Unlock it with the PUK.".into(),
        });
    } else {
        screen.notice = flow.notice.clone().or_else(|| tries_notice(info.pin));
    }
    screen.certificates = cards;
    screen.buttons.push(button(Action::Cancel, "Cancel"));
    if blocked {
        if info.puk_rules.is_some() {
            screen
                .buttons
                .push(primary(Action::Unlock, "Unlock with PUK"));
        }
    } else if usable {
        screen.compare = Some(button(
            Action::Compare,
            "Do you have the document? Drop it here or choose it to compare it.",
        ));
        if flow.in_session() {
            screen.facts.push(pin_status(Status::SessionActive));
            screen
                .text
                .push("The PIN was accepted a moment ago and is not asked again.".into());
            screen.notice = flow.notice.clone();
        } else {
            screen
                .fields
                .push(field(Ask::Pin, "PIN", info.pin_rules.max));
        }
        screen.buttons.push(Button {
            inert_ms: CONSENT_INERT_MS,
            ..primary(Action::Sign, "Sign")
        });
    } else {
        screen.buttons.push(primary(Action::Retry, "Look again"));
    }
    screen
}

fn token(flow: &Flow) -> Screen {
    let Some((id, info)) = flow.token() else {
        return waiting(flow);
    };
    let mut facts = vec![fact("Token", &info.label), fact("Reader", &id.reader)];
    if let Some(serial) = &info.serial {
        facts.push(fact("Serial number", serial));
    }
    facts.push(pin_status(flow.pin_status(id)));
    let mut buttons = vec![button(Action::Close, "Close")];
    if info.puk_rules.is_some() && info.puk != Tries::Blocked {
        buttons.push(Button {
            primary: info.pin == Tries::Blocked,
            ..button(Action::Unlock, "Unlock with PUK")
        });
    }
    if info.pin != Tries::Blocked {
        buttons.push(primary(Action::ChangePin, "Change PIN"));
    }
    let notes = info.found.notes.clone();
    Screen {
        text: notes,
        facts,
        counters: counters(info),
        certificates: certificates(flow),
        // With one token there is nothing to choose in this window.
        chosen: if flow.ready().count() > 1 {
            chosen_index(flow)
        } else {
            None
        },
        notice: flow.notice.clone().or_else(|| blocked_notice(info)),
        buttons,
        ..plain(Kind::Token, "Your token")
    }
}

fn change(flow: &Flow) -> Screen {
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    Screen {
        text: vec![format!("The new PIN must have {}.", shape(info.pin_rules))],
        counters: vec![counter(info.pin, "PIN tries left")],
        fields: vec![
            field(Ask::Pin, "Present PIN", info.pin_rules.max),
            field(Ask::NewPin, "New PIN", info.pin_rules.max),
            field(Ask::NewPinAgain, "New PIN again", info.pin_rules.max),
        ],
        notice: flow.notice.clone(),
        buttons: vec![
            button(Action::Back, "Back"),
            primary(Action::Submit, "Change PIN"),
        ],
        ..plain(Kind::Form, "Change the PIN")
    }
}

fn unlock(flow: &Flow) -> Screen {
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let Some(puk) = info.puk_rules else {
        return token(flow);
    };
    if info.puk == Tries::Blocked {
        return Screen {
            text: vec![match info.pin {
                Tries::Blocked => {
                    "No tries of the PIN and of the PUK are left. Only the issuer of the token can help now. Do not reset the token yourself: that erases its certificates.".into()
                }
                _ => {
                    "Your PIN still works: use it with care, for it cannot be unlocked any more.".into()
                }
            }],
            counters: vec![counter(info.puk, "PUK tries left")],
            buttons: vec![primary(Action::Back, "Back")],
            ..plain(Kind::Failed, "The PUK is blocked")
        };
    }
    Screen {
        text: vec![
            "Type the PUK from the letter or mail that came with the token, then a new PIN of your choice.".into(),
            format!("The new PIN must have {}.", shape(info.pin_rules)),
        ],
        counters: vec![counter(info.puk, "PUK tries left")],
        fields: vec![
            field(Ask::Puk, "PUK", puk.max),
            field(Ask::NewPin, "New PIN", info.pin_rules.max),
            field(Ask::NewPinAgain, "New PIN again", info.pin_rules.max),
        ],
        notice: flow.notice.clone(),
        buttons: vec![button(Action::Back, "Back"), primary(Action::Submit, "Unlock")],
        ..plain(Kind::Form, "Unlock the PIN")
    }
}

/// What was inferred from documents only is said to be that, before it is used.
fn unsure(flow: &Flow, errand: Errand) -> Screen {
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let (title, what, standing) = match errand {
        Errand::Change => (
            "Change the PIN of this token?",
            "Changing the PIN",
            info.change,
        ),
        Errand::Unlock => ("Unlock this token?", "Unlocking", info.unblock),
    };
    let mut text = vec![format!(
        "{what} is unconfirmed on tokens of this kind ({}): how it works was inferred from documents and was not tried on a real one.",
        info.family
    )];
    if standing == Standing::Doubtful {
        text.push("In India tokens sold since 2023 have unlocking switched off. Then only initialising the token anew helps, and the certificate on it is lost.".into());
    }
    text.push(match errand {
        Errand::Change => {
            "If it fails, the present PIN most likely still works. Have the number of your issuer at hand.".into()
        }
        Errand::Unlock => {
            "A wrong PUK costs one of its tries. If you are not sure, ask the issuer of the certificate first.".into()
        }
    });
    Screen {
        text,
        counters: match errand {
            Errand::Change => vec![counter(info.pin, "PIN tries left")],
            Errand::Unlock => vec![counter(info.puk, "PUK tries left")],
        },
        buttons: vec![
            button(Action::Back, "Back"),
            Button {
                inert_ms: CONSENT_INERT_MS,
                ..primary(Action::GoOn, "Go on")
            },
        ],
        ..plain(Kind::Form, title)
    }
}

fn last_try(entry: &Entry) -> Screen {
    let (secret, then) = match entry {
        Entry::Sign(_) | Entry::Change { .. } => (
            Secret::Pin,
            "the PIN is blocked and can only be unlocked with the PUK",
        ),
        Entry::Unlock { .. } => (Secret::Puk, "the PUK is blocked for ever"),
    };
    Screen {
        text: vec![
            format!("One try of the {secret} is left. If what you typed is wrong, {then}."),
            "Nothing was sent yet.".into(),
        ],
        buttons: vec![
            button(Action::Back, "Back"),
            Button {
                inert_ms: CONSENT_INERT_MS,
                ..primary(Action::UseLastTry, "Use the last try")
            },
        ],
        ..plain(Kind::Form, "Use the last try?")
    }
}

fn pin_status(status: Status) -> Fact {
    fact("PIN status", status.as_str())
}

/// Who asks, and what is signed.
fn facts(flow: &Flow) -> Vec<Fact> {
    let Purpose::Sign(order) = &flow.purpose else {
        return Vec::new();
    };
    let digest = order.digest();
    let page = |label: String, value: &str| Fact {
        label,
        value: value.into(),
        from_page: true,
    };
    vec![
        fact("Requested by", &order.requester()),
        fact("Document", &document(flow, order)),
        page(
            format!("Digest ({})", digest.algorithm().display()),
            &digest.grouped(),
        ),
        page("Request".into(), order.request_id()),
    ]
}

/// What is known of the document: a file that was compared is named until the end.
fn document(flow: &Flow, order: &Order) -> String {
    match (&flow.reading, &flow.compared) {
        (Some(reading), _) => format!("“{}” is being compared …", reading.name),
        (None, Some(Compared { name, same: true })) => {
            format!("“{name}”: its digest is the one below")
        }
        (None, Some(Compared { name, same: false })) => {
            format!("not “{name}”: the digest of that file is another one")
        }
        (None, None) if order.document().is_some() => {
            "the file that you gave: its digest is the one below".into()
        }
        (None, None) => "its digest only; the document stays with the portal".into(),
    }
}

/// What came out, at once.
pub fn compared(compared: &Compared) -> (Level, String) {
    let name = &compared.name;
    if compared.same {
        let text =
            format!("“{name}” is the document that is to be signed: its digest is the same.");
        (Level::Info, text)
    } else {
        let text = format!(
            "“{name}” is not the document that the portal asks to be signed: its digest is another one. Sign only if you know why."
        );
        (Level::Error, text)
    }
}

fn first_seen(flow: &Flow) -> Vec<String> {
    match &flow.purpose {
        Purpose::Sign(order) if order.first_seen() => {
            vec!["This is the first signature for this site on this computer.".into()]
        }
        _ => Vec::new(),
    }
}

fn requester(flow: &Flow) -> String {
    match &flow.purpose {
        Purpose::Sign(order) => order.requester(),
        Purpose::Manage => String::new(),
    }
}

fn certificates(flow: &Flow) -> Vec<CertificateCard> {
    flow.offers()
        .iter()
        .map(|offer| {
            let certificate = &offer.credential.certificate;
            CertificateCard {
                title: certificate.subject(),
                detail: format!(
                    "Issued by {} · expires {}",
                    certificate.issuer(),
                    date(certificate.validity().1)
                ),
                pill: certificate.key().display(),
                unusable: flow.unusable(offer.credential),
            }
        })
        .collect()
}

fn chosen_index(flow: &Flow) -> Option<usize> {
    let (token, index) = flow.chosen.as_ref()?;
    flow.offers()
        .iter()
        .position(|offer| offer.token == token && offer.index == *index)
}

fn no_certificate(flow: &Flow) -> String {
    match &flow.purpose {
        Purpose::Sign(order) if order.serial().is_some() => {
            "The portal asks for a certificate that is not on this token. Connect the right token."
                .into()
        }
        _ => "There is no certificate on this token that could sign. Ask the issuer of the token."
            .into(),
    }
}

fn tries_notice(tries: Tries) -> Option<Notice> {
    let (level, text) = match tries {
        Tries::Left(1) => (
            Level::Warning,
            "1 try left before the token locks".to_owned(),
        ),
        Tries::Left(left @ 2) => (
            Level::Warning,
            format!("{left} tries left before the token locks"),
        ),
        Tries::Left(left) => (Level::Info, format!("{left} tries left")),
        Tries::Blocked => return None,
        Tries::Unknown => (
            Level::Warning,
            "Tries left: unknown, the token does not tell".into(),
        ),
    };
    Some(Notice { level, text })
}

fn blocked_notice(info: &TokenInfo) -> Option<Notice> {
    let text = match (info.pin, info.puk) {
        (Tries::Blocked, Tries::Blocked) => {
            "PIN and PUK are blocked. Only the issuer of the token can help."
        }
        (Tries::Blocked, _) => "The PIN is blocked. Unlock it with the PUK.",
        _ => return None,
    };
    Some(Notice {
        level: Level::Error,
        text: text.into(),
    })
}

fn counters(info: &TokenInfo) -> Vec<Counter> {
    let mut counters = vec![counter(info.pin, "PIN tries left")];
    if info.puk_rules.is_some() {
        counters.push(counter(info.puk, "PUK tries left"));
    }
    counters
}

fn counter(tries: Tries, caption: &str) -> Counter {
    let (value, level) = match tries {
        Tries::Left(1) => ("1".into(), Level::Warning),
        Tries::Left(left) => (left.to_string(), Level::Info),
        Tries::Blocked => ("0".into(), Level::Error),
        Tries::Unknown => ("unknown".into(), Level::Info),
    };
    Counter {
        value,
        caption: caption.into(),
        level,
    }
}

fn shape(rules: crate::pin::PinRules) -> String {
    let kind = match rules.charset {
        crate::pin::Charset::Digits => "digits",
        crate::pin::Charset::Printable => "characters",
    };
    format!("{} to {} {kind}", rules.min, rules.max)
}

fn fact(label: &str, value: &str) -> Fact {
    Fact {
        label: label.into(),
        value: value.into(),
        from_page: false,
    }
}

fn field(ask: Ask, label: &str, max: usize) -> Field {
    Field {
        ask,
        label: label.into(),
        max,
    }
}

fn leave(flow: &Flow) -> Button {
    match flow.purpose {
        Purpose::Sign(_) => button(Action::Cancel, "Cancel"),
        Purpose::Manage => button(Action::Close, "Close"),
    }
}

fn button(action: Action, label: &str) -> Button {
    Button {
        action,
        label: label.into(),
        primary: false,
        inert_ms: 0,
    }
}

fn primary(action: Action, label: &str) -> Button {
    Button {
        primary: true,
        ..button(action, label)
    }
}
