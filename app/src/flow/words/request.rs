//! Who asks, and what is signed: on every page that a request has.

use securesign_card::text;

use super::parts::{copying, fact};
use crate::flow::{Compared, Flow, Order, Purpose};
use crate::screen::Fact;

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
    vec![
        fact(l.say("requested-by"), &order.requester()),
        fact(l.say("document"), &document(flow, order)),
        Fact {
            copy: copying(text::hex_lower(digest.bytes()), l),
            folds: true,
            ..page(
                l.say_with("digest", [("algorithm", algorithm.into())]),
                &digest.grouped(),
            )
        },
        page(l.say("request"), order.request_id()),
    ]
}

/// What is known of the document: a file that was compared is named until the end.
fn document(flow: &Flow, order: &Order) -> String {
    let l = flow.language;
    let named = |name: &str| [("name", name.to_owned().into())];
    match (&flow.reading, &flow.compared) {
        (Some(reading), _) => l.say_with("document-comparing", named(&reading.name)),
        (None, Some(Compared { name, same: true })) => l.say_with("document-same", named(name)),
        (None, Some(Compared { name, same: false })) => l.say_with("document-not", named(name)),
        (None, None) if order.document().is_some() => l.say("document-given"),
        (None, None) => l.say("document-digest-only"),
    }
}
