//! Who asks, and what is signed: on every page that a request has.

use securesign_card::text;

use super::parts::{copying, fact};
use crate::flow::{Compared, Flow, Order, Purpose};
use crate::language::Language;
use crate::original::{Found, Original};
use crate::screen::Fact;
use crate::words::InWords;

/// Who asks, and what is signed.
pub fn facts(flow: &Flow) -> Vec<Fact> {
    let l = flow.language;
    let Purpose::Sign(order) = &flow.purpose else {
        return Vec::new();
    };
    let digest = order.digest();
    let page = |label: String, value: &str| Fact {
        label,
        value: value.into(),
        mark: Some(l.say("from-page")),
        ..Fact::default()
    };
    let algorithm = digest.algorithm().display();
    let label = l.say_with("digest", [("algorithm", algorithm.into())]);
    let digested = match order.original().and_then(Original::found) {
        // It was computed here.
        Some(_) => fact(label, &digest.grouped()),
        None => page(label, &digest.grouped()),
    };
    let mut facts = vec![
        fact(l.say("requested-by"), &order.requester()),
        fact(l.say("document"), &document(flow, order)),
    ];
    if let Some([reason, location]) = order.original().map(Original::said) {
        let reason = reason.map(|said| page(l.say("document-reason"), said));
        let location = location.map(|said| page(l.say("document-location"), said));
        facts.extend(reason.into_iter().chain(location));
    }
    facts.push(Fact {
        copy: copying(text::hex_lower(digest.bytes()), l),
        folds: true,
        ..digested
    });
    facts.push(page(l.say("request"), order.request_id()));
    facts
}

/// What is to be known of a document that is signed itself.
pub fn enclosed(flow: &Flow) -> Vec<String> {
    let l = flow.language;
    let Some(original) = flow.order().and_then(Order::original) else {
        return Vec::new();
    };
    let Some(found) = original.found() else {
        return vec![match flow.terminal {
            true => l.say("document-wanted-terminal"),
            false => l.say("document-wanted-text"),
        }];
    };
    let mut said = vec![match original.came() {
        true => l.say("document-enclosed"),
        false => l.say("document-enclosed-given"),
    }];
    if found.earlier > 0 {
        said.push(l.say_with("document-earlier", [("count", found.earlier.into())]));
    }
    if let Some(fault) = found.fault {
        let fault = [("fault", fault.in_words(l).into())];
        said.push(l.say_with("document-earlier-bad", fault));
    }
    if found.pages.is_none() && has_curve(flow) {
        said.push(l.say("document-xml-curve"));
    }
    said
}

/// The key of the chosen certificate is on a curve.
fn has_curve(flow: &Flow) -> bool {
    let key = flow
        .credential()
        .map(|credential| credential.certificate.key());
    key.is_some_and(|key| key.curve_len().is_some())
}

/// "PDF, 3 pages, 120 kB".
fn kind(found: &Found, l: Language) -> String {
    let size = ("size", found.size.div_ceil(1000).into());
    match found.pages {
        Some(pages) => l.say_with("document-pdf", [("pages", pages.into()), size]),
        None => l.say_with("document-xml-kind", [size]),
    }
}

/// What is known of the document: a file that was compared is named until the end.
fn document(flow: &Flow, order: &Order) -> String {
    let l = flow.language;
    let named = |name: &str| [("name", name.to_owned().into())];
    if let Some(found) = order.original().and_then(Original::found) {
        return kind(found, l);
    }
    match (&flow.reading, &flow.compared) {
        (Some(reading), _) => l.say_with("document-comparing", named(&reading.name)),
        (None, Some(Compared { name, same: true })) => l.say_with("document-same", named(name)),
        (None, Some(Compared { name, same: false })) => l.say_with("document-not", named(name)),
        (None, None) if order.original().is_some() => l.say("document-wanted"),
        (None, None) if order.document().is_some() => l.say("document-given"),
        (None, None) => l.say("document-digest-only"),
    }
}
