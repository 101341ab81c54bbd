//! What `tokens` and `pin status` print, for people and as JSON.

use securesign_core::language::Language;
use securesign_core::pin::Status;
use securesign_core::profile::{Credential, Tries};
use securesign_core::worker::{TokenInfo, TokenState, TokenView};
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
            let mut value = json!({ "reader": view.id.reader });
            let more = match &view.state {
                TokenState::Empty => json!({ "state": "empty" }),
                TokenState::Unknown { atr, name } => {
                    json!({ "state": "unsupported", "atr": atr.to_string(), "looksLike": name })
                }
                TokenState::Failed(error) => {
                    json!({ "state": "failed", "error": error.what(Language::English), "advice": error.advice(Language::English) })
                }
                TokenState::Ready(info) => json!({
                    "state": "ready",
                    "family": info.family,
                    "label": info.label,
                    "serialNumber": info.serial,
                    "pin": { "status": status(&view.id.reader, info.pin, kept), "triesLeft": info.pin.count() },
                    "puk": { "triesLeft": info.puk.count() },
                    "certificates": info.found.credentials.iter().map(certificate).collect::<Vec<_>>(),
                    "notes": info.found.notes,
                }),
            };
            merge(&mut value, more);
            value
        })
        .collect();
    json!({ "readers": readers })
}

/// The PIN of each usable token as JSON.
pub fn pins_json(views: &[TokenView], kept: Kept<'_>) -> Value {
    let tokens: Vec<Value> = ready(views)
        .map(|(reader, info)| {
            json!({
                "reader": reader,
                "family": info.family,
                "status": status(reader, info.pin, kept),
                "triesLeft": info.pin.count(),
            })
        })
        .collect();
    json!({ "tokens": tokens })
}

/// All readers for people.
pub fn tokens_text(views: &[TokenView], kept: Kept<'_>) -> String {
    let mut text = String::new();
    for view in views {
        text.push_str(&format!("{}\n", view.id.reader));
        match &view.state {
            TokenState::Empty => text.push_str("  empty\n"),
            TokenState::Unknown { atr, name } => {
                let name = name.as_deref().unwrap_or("unknown");
                text.push_str(&format!(
                    "  Not supported: {name}\n  Answer to reset: {atr}\n"
                ));
            }
            TokenState::Failed(error) => text.push_str(&format!("  {error}\n")),
            TokenState::Ready(info) => {
                text.push_str(&token_text(info, status(&view.id.reader, info.pin, kept)));
            }
        }
    }
    text
}

/// The PIN of each usable token for people.
pub fn pins_text(views: &[TokenView], kept: Kept<'_>) -> String {
    ready(views)
        .map(|(reader, info)| {
            format!(
                "{reader}\n  {} – PIN {}, tries left: {}{}\n",
                info.label,
                status(reader, info.pin, kept),
                tries(info.pin),
                hint(info.pin)
            )
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

fn token_text(info: &TokenInfo, status: &str) -> String {
    let mut text = if info.label == info.family {
        format!("  {}", info.family)
    } else {
        format!("  {} ({})", info.label, info.family)
    };
    if let Some(serial) = &info.serial {
        text.push_str(&format!(", serial number {serial}"));
    }
    text.push_str(&format!(
        "\n  PIN {status}, tries left: {}{}\n  PUK tries left: {}\n",
        tries(info.pin),
        hint(info.pin),
        tries(info.puk)
    ));
    for credential in &info.found.credentials {
        let certificate = &credential.certificate;
        let (_, until) = certificate.validity();
        text.push_str(&format!(
            "  {}: {} [{}]\n    issued by {}, serial {}, valid until {}{}\n",
            credential.label,
            certificate.subject(),
            certificate.key().display(),
            certificate.issuer(),
            certificate.serial(),
            day(until),
            if certificate.may_sign() {
                ""
            } else {
                ", not for signatures"
            },
        ));
    }
    for note in &info.found.notes {
        text.push_str(&format!("  {note}\n"));
    }
    text
}

/// What to do about a blocked PIN.
fn hint(pin: Tries) -> &'static str {
    if pin == Tries::Blocked {
        " (to unlock it: securesign pin unblock)"
    } else {
        ""
    }
}

fn tries(tries: Tries) -> String {
    match tries.count() {
        Some(count) => count.to_string(),
        None => "unknown".into(),
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

fn day(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
