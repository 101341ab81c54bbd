//! What `tokens` and `pin status` print, for people and as JSON.

use jiff::Timestamp;
use securesign_app::language::Language;
use securesign_app::pin_name;
use securesign_app::pin_status::Status;
use securesign_app::screen::ValidityState;
use securesign_app::validity;
use securesign_app::words::{Explain, InWords, strangers};
use securesign_app::worker::{PinView, TokenId, TokenInfo, TokenState, TokenView, UnblockView};
use securesign_card::certificate::day;
use securesign_card::product::{Confidence, Evidence, Obstacle, Product};
use securesign_card::profile::{Credential, Note, Tries};
use serde_json::{Value, json};

use crate::errand::unlock_command;

/// Tells whether a PIN of a token is kept.
pub type Kept<'a> = &'a dyn Fn(&TokenId) -> bool;

fn status(token: &TokenId, pin: Tries, kept: Kept<'_>) -> &'static str {
    Status::of(pin, kept(token)).as_str()
}

/// All readers as JSON.
pub fn tokens_json(views: &[TokenView], kept: Kept<'_>) -> Value {
    let readers: Vec<Value> = views
        .iter()
        .map(|view| {
            state_json(view, |info| {
                json!({
                    "family": info.family,
                    "label": info.label,
                    "serialNumber": info.serial,
                    "pin": { "status": status(&view.id, info.pin, kept), "triesLeft": info.pin.count() },
                    "puk": { "role": pin_name::role(info.unblocker), "triesLeft": info.puk.count() },
                    "pins": pins(&view.id, info, kept),
                    "certificates": info.found.credentials.iter().map(certificate).collect::<Vec<_>>(),
                    "notes": info.found.notes.iter().map(Note::to_string).collect::<Vec<_>>(),
                })
            })
        })
        .collect();
    json!({ "readers": readers })
}

/// The PIN of each token as JSON; one that cannot be used is there as well.
pub fn pins_json(views: &[TokenView], kept: Kept<'_>) -> Value {
    let tokens: Vec<Value> = views
        .iter()
        .filter(|view| !matches!(view.state, TokenState::Empty))
        .map(|view| {
            state_json(view, |info| {
                json!({
                    "family": info.family,
                    "status": status(&view.id, info.pin, kept),
                    "triesLeft": info.pin.count(),
                    "pins": pins(&view.id, info, kept),
                })
            })
        })
        .collect();
    json!({ "tokens": tokens })
}

/// Each PIN of a token. That one is kept is said of the first: for which one that is so, the
/// program that keeps it does not tell.
fn pins(token: &TokenId, info: &TokenInfo, kept: Kept<'_>) -> Vec<Value> {
    let pins = info.pins();
    let named = pins.iter().zip(pin_name::names(&pins));
    named
        .map(|(pin, name)| {
            let unblocked = pin.unblock.ok().map(|unblock| {
                json!({ "role": pin_name::role(unblock.role), "tries": unblock.tries.count() })
            });
            json!({
                "name": name,
                "role": pin_name::role(pin.role),
                "called": pin.called,
                "status": match pin.id == info.first {
                    true => status(token, pin.tries, kept),
                    false => Status::of(pin.tries, false).as_str(),
                },
                "tries": pin.tries.count(),
                "unblockedBy": unblocked,
            })
        })
        .collect()
}

/// What is in a reader: its state, and of a token that can be used what `ready` says.
fn state_json(view: &TokenView, ready: impl Fn(&TokenInfo) -> Value) -> Value {
    let (state, more) = match &view.state {
        TokenState::Empty => ("empty", json!({})),
        TokenState::Unknown { atr, name } => (
            "unsupported",
            json!({
                "atr": atr.to_string(),
                "looksLike": name.map(|product| product.to_string()),
                "product": name.as_ref().map(product_json),
            }),
        ),
        TokenState::Failed(error) => (
            "failed",
            json!({ "error": error.what(Language::English), "advice": error.advice(Language::English) }),
        ),
        TokenState::Ready(info) => ("ready", ready(info)),
    };
    let mut value = json!({ "reader": view.id.reader, "state": state });
    merge(&mut value, more);
    value
}

/// What is known of a token that cannot be used.
fn product_json(product: &Product) -> Value {
    json!({
        "family": product.family,
        "name": product.name,
        "model": product.model,
        "maker": product.maker,
        "worksWith": product.software.and_then(|software| software.name()),
        "obstacle": match product.obstacle {
            Obstacle::Unpublished => "commandsNotPublic",
            Obstacle::NotYet => "commandsNotKnownYet",
            Obstacle::SecureMessaging => "secureMessagingNotKnownYet",
            Obstacle::NoApplication => "noKnownApplication",
        },
        "recognisedBy": match product.evidence {
            Evidence::Atr => "atr",
            Evidence::Historical => "historicalBytes",
            Evidence::Reader => "readerName",
        },
        "confidence": match product.confidence {
            Confidence::Several => "severalSources",
            Confidence::One => "oneSource",
            Confidence::Guess => "guess",
        },
        "source": product.source,
    })
}

/// All readers for people.
pub fn tokens_text(views: &[TokenView], kept: Kept<'_>, language: Language) -> String {
    let l = language;
    let mut text = String::new();
    let mut line = |indent: &str, line: String| text.push_str(&format!("{indent}{line}\n"));
    for view in views {
        line("", view.id.reader.clone());
        match &view.state {
            TokenState::Empty => line("  ", l.say("report-empty")),
            TokenState::Unknown { atr, name } => {
                line(
                    "  ",
                    match name {
                        Some(product) => {
                            let name = strangers::name(product, l);
                            l.say_with("report-unsupported", [("name", name.into())])
                        }
                        None => l.say("report-unsupported-unknown"),
                    },
                );
                line("  ", strangers::why(name.as_ref(), l));
                let atr = [("atr", atr.to_string().into())];
                line("  ", l.say_with("report-atr", atr));
                line("  ", l.say("report-help"));
            }
            TokenState::Failed(error) => line("  ", error.tell(l)),
            TokenState::Ready(info) => {
                let (id, kept) = (&view.id, kept(&view.id));
                line("  ", name(info, l));
                for said in secrets(application(views, id, info), info, kept, l) {
                    line("  ", said);
                }
                for credential in &info.found.credentials {
                    line("  ", place(credential, l));
                    line("    ", issued(credential, l));
                }
                for note in &info.found.notes {
                    line("  ", note.in_words(l));
                }
            }
        }
    }
    text
}

/// The PIN of each usable token for people.
pub fn pins_text(views: &[TokenView], kept: Kept<'_>, language: Language) -> String {
    ready(views)
        .map(|(id, info)| {
            let pins = info.pins();
            let application = application(views, id, info);
            let called = match application {
                Some(_) => name(info, language),
                None => info.label.clone(),
            };
            let said = |at| pin(application, &pins, at, at == 0 && kept(id), language);
            let further = (1..pins.len()).map(|at| format!("  {}\n", said(at)));
            let further: String = further.collect();
            format!("{}\n  {called} – {}\n{further}", id.reader, said(0))
        })
        .collect()
}

/// Tokens that can be used.
pub fn ready(views: &[TokenView]) -> impl Iterator<Item = (&TokenId, &TokenInfo)> {
    views.iter().filter_map(|view| match &view.state {
        TokenState::Ready(info) => Some((&view.id, info)),
        _ => None,
    })
}

/// The name of an application, where its token has several.
fn application<'a>(views: &[TokenView], id: &TokenId, info: &'a TokenInfo) -> Option<&'a str> {
    let several = views.iter().any(|view| view.id.is_beside(id));
    several.then_some(&*info.family)
}

fn name(info: &TokenInfo, l: Language) -> String {
    let token = if info.label == info.family {
        info.family.clone()
    } else {
        l.say_with(
            "report-token",
            [
                ("label", info.label.as_str().into()),
                ("family", info.family.as_str().into()),
            ],
        )
    };
    match &info.serial {
        Some(serial) => l.say_with(
            "report-serial",
            [("token", token.into()), ("serial", serial.as_str().into())],
        ),
        None => token,
    }
}

/// The tries left of each PIN and of what unlocks it, and why a PIN cannot be changed or
/// unlocked where there are several.
fn secrets(application: Option<&str>, info: &TokenInfo, kept: bool, l: Language) -> Vec<String> {
    let pins = info.pins();
    let mut said = Vec::new();
    for (at, view) in pins.iter().enumerate() {
        said.push(pin(application, &pins, at, at == 0 && kept, l));
        let name = ("pin", view.name().in_words(l).into());
        let alone = pins.len() == 1;
        match (view.unblock, alone) {
            (_, true) => {
                let puk = ("puk", info.unblocker.in_words(l).into());
                let tries = ("tries", tries(info.puk, l).into());
                said.push(l.say_with("report-puk", [puk, tries]));
            }
            (Ok(unblock), false) => {
                let puk = ("puk", unblock.role.in_words(l).into());
                let tries = ("tries", tries(unblock.tries, l).into());
                said.push(l.say_with("report-puk-of", [puk, name, tries]));
            }
            (Err(missing), false) => {
                let missing = ("missing", missing.in_words(l).into());
                said.push(l.say_with("no-unlock-of", [name, missing]));
            }
        }
    }
    said
}

/// How a PIN stands, and what to do when it is blocked.
fn pin(application: Option<&str>, pins: &[PinView], at: usize, kept: bool, l: Language) -> String {
    let pin = &pins[at];
    let name = ("pin", pin.name().in_words(l).into());
    let status = ("status", Status::of(pin.tries, kept).in_words(l).into());
    let tries = ("tries", tries(pin.tries, l).into());
    // What unlocks it is said only where something does.
    let spent = |unblock: UnblockView| unblock.tries == Tries::Blocked;
    if pin.tries == Tries::Blocked && !pin.unblock.map_or(true, spent) {
        let command = ("command", unlock_command(application, pins, at).into());
        l.say_with("report-pin-blocked", [name, status, tries, command])
    } else {
        l.say_with("report-pin", [name, status, tries])
    }
}

fn place(credential: &Credential, l: Language) -> String {
    let certificate = &credential.certificate;
    l.say_with(
        "report-certificate",
        [
            ("place", credential.label.as_str().into()),
            ("subject", certificate.subject().into()),
            ("key", certificate.key().display().into()),
        ],
    )
}

fn issued(credential: &Credential, l: Language) -> String {
    let certificate = &credential.certificate;
    let on = |time| [("date", day(time).into())];
    let (from, to) = certificate.validity();
    let until = match validity::state(certificate, Timestamp::now()) {
        ValidityState::NotYet => l.say_with("report-not-before", on(from)),
        ValidityState::Expired => l.say_with("report-expired", on(to)),
        ValidityState::Valid | ValidityState::Expiring => match certificate.expires() {
            Some(time) => l.say_with("report-until", on(time)),
            None => l.say("report-endless"),
        },
    };
    let said = [
        ("issuer", certificate.issuer().into()),
        ("serial", certificate.serial().into()),
        ("until", until.into()),
    ];
    if certificate.may_sign() {
        l.say_with("report-issued", said)
    } else {
        l.say_with("report-issued-not-for-signatures", said)
    }
}

fn tries(tries: Tries, l: Language) -> String {
    match tries.count() {
        Some(count) => count.to_string(),
        None => l.say("tries-unknown"),
    }
}

fn certificate(credential: &Credential) -> Value {
    let certificate = &credential.certificate;
    let (from, until) = certificate.validity();
    json!({
        "label": credential.label,
        "subjectCN": certificate.subject(),
        "issuerCN": certificate.issuer(),
        "serialNumber": certificate.serial(),
        "validFrom": day(from),
        "validTo": day(until),
        "validity": validity::word(validity::state(certificate, Timestamp::now())),
        "key": certificate.key().display(),
        "forSignatures": certificate.may_sign(),
    })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
