//! What `tokens` and `pin status` print, for people and as JSON.

use securesign_app::language::Language;
use securesign_app::pin_status::Status;
use securesign_app::words::{Explain, InWords, strangers};
use securesign_app::worker::{TokenInfo, TokenState, TokenView};
use securesign_card::certificate::day;
use securesign_card::product::{Confidence, Evidence, Obstacle, Product};
use securesign_card::profile::{Credential, Note, Tries};
use serde_json::{Value, json};

/// Tells whether a PIN is kept for the token in a reader.
pub type Kept<'a> = &'a dyn Fn(&str) -> bool;

fn status(reader: &str, pin: Tries, kept: Kept<'_>) -> &'static str {
    Status::of(pin, kept(reader)).as_str()
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
                    "pin": { "status": status(&view.id.reader, info.pin, kept), "triesLeft": info.pin.count() },
                    "puk": { "triesLeft": info.puk.count() },
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
                    "status": status(&view.id.reader, info.pin, kept),
                    "triesLeft": info.pin.count(),
                })
            })
        })
        .collect();
    json!({ "tokens": tokens })
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
                let kept = kept(&view.id.reader);
                line("  ", name(info, l));
                line("  ", pin(info, kept, l));
                let puk = ("puk", info.unblocker.in_words(l).into());
                let tries = ("tries", tries(info.puk, l).into());
                line("  ", l.say_with("report-puk", [puk, tries]));
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
        .map(|(reader, info)| {
            let pin = pin(info, kept(reader), language);
            format!("{reader}\n  {} – {pin}\n", info.label)
        })
        .collect()
}

/// Tokens that can be used, with their readers.
pub fn ready(views: &[TokenView]) -> impl Iterator<Item = (&str, &TokenInfo)> {
    views.iter().filter_map(|view| match &view.state {
        TokenState::Ready(info) => Some((view.id.reader.as_str(), info)),
        _ => None,
    })
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

/// How its PIN stands, and what to do when it is blocked.
fn pin(info: &TokenInfo, kept: bool, l: Language) -> String {
    let said = [
        ("status", Status::of(info.pin, kept).in_words(l).into()),
        ("tries", tries(info.pin, l).into()),
    ];
    if info.pin == Tries::Blocked {
        l.say_with("report-pin-blocked", said)
    } else {
        l.say_with("report-pin", said)
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
    let until = match certificate.expires() {
        Some(time) => l.say_with("report-until", [("date", day(time).into())]),
        None => l.say("certificate-endless"),
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
        "key": certificate.key().display(),
        "forSignatures": certificate.may_sign(),
    })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
