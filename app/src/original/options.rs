//! What the parameters of a link mean for the document that it brings (handoff protocol, §7).
//! What is not made here is refused by its name rather than left out: the portal would get
//! another document than it asked for.

use securesign_documents::{pdf, xml};

use super::Unsignable;

/// The highest number at the end of a field's name; nobody counts further.
const INDEX: u32 = 9_999;

type Given = [(&'static str, String)];

/// Of a PDF. Where it is to be seen is of no account where nothing is to be seen.
pub(super) fn pdf(given: &Given) -> Result<pdf::Options, Unsignable> {
    for name in ["visible", "timestamp"] {
        if flag(given, name)? {
            return Err(Unsignable::NotYet(name));
        }
    }
    let index = match value(given, "signatureIndex") {
        Some(text) => Some(
            text.parse()
                .ok()
                .filter(|index| (1..=INDEX).contains(index))
                .ok_or(Unsignable::Value("signatureIndex"))?,
        ),
        None => None,
    };
    Ok(pdf::Options {
        reason: value(given, "reason").map(str::to_owned),
        location: value(given, "location").map(str::to_owned),
        index,
        ..pdf::Options::default()
    })
}

/// Of an XML document.
pub(super) fn xml(given: &Given) -> Result<xml::Options, Unsignable> {
    Ok(xml::Options {
        form: match value(given, "signatureType") {
            None | Some("enveloped") => xml::Form::Enveloped,
            Some("enveloping") => xml::Form::Enveloping,
            Some("detached") => xml::Form::Detached,
            Some(_) => return Err(Unsignable::Value("signatureType")),
        },
        id: value(given, "signatureId").map(str::to_owned),
        reference: value(given, "referenceUri").map(str::to_owned),
        ..xml::Options::default()
    })
}

fn value<'a>(given: &'a Given, name: &str) -> Option<&'a str> {
    let mut found = given.iter().filter(|(other, _)| *other == name);
    found.next().map(|(_, value)| value.trim())
}

/// As JavaScript writes it, or PHP's `http_build_query`.
fn flag(given: &Given, name: &'static str) -> Result<bool, Unsignable> {
    match value(given, name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(Unsignable::Value(name)),
    }
}
