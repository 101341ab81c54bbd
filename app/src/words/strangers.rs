//! What is said of a token that no profile serves.

use securesign_card::product::{Evidence, Obstacle, Product, Software};

use crate::language::Language;

/// What it is, as far as that is known.
pub fn what(product: Option<&Product>, reader: &str, l: Language) -> String {
    let reader = ("reader", reader.into());
    let Some(product) = product else {
        return l.say_with("unknown-unnamed", [reader]);
    };
    let name = ("name", product.to_string().into());
    match product.evidence {
        Evidence::Atr | Evidence::Historical => l.say_with("unknown-named", [reader, name]),
        Evidence::Reader => l.say_with("unknown-guessed", [reader, name]),
    }
}

/// Its name for a list: a guess is called one.
pub fn name(product: &Product, l: Language) -> String {
    let name = product.to_string();
    match product.evidence {
        Evidence::Atr | Evidence::Historical => name,
        Evidence::Reader => l.say_with("unknown-guess", [("name", name.into())]),
    }
}

/// Why it cannot be used, and what it works with today.
pub fn why(product: Option<&Product>, l: Language) -> String {
    let Some(product) = product else {
        return l.say("unknown-not-yet");
    };
    let obstacle = match product.obstacle {
        Obstacle::Unpublished => l.say("unknown-unpublished"),
        Obstacle::NotYet => l.say("unknown-not-yet"),
        Obstacle::SecureMessaging => l.say("unknown-secure-messaging"),
        Obstacle::NoApplication => l.say("unknown-no-application"),
    };
    match product.software.map(|software| works(product, software, l)) {
        Some(works) => format!("{obstacle} {works}"),
        None => obstacle,
    }
}

fn works(product: &Product, software: Software, l: Language) -> String {
    let own = |name: Option<&'static str>| {
        let Some(maker) = product.maker else {
            return l.say("unknown-own");
        };
        let maker = ("maker", maker.into());
        match name {
            Some(name) => l.say_with("unknown-own-named", [maker, ("software", name.into())]),
            None => l.say_with("unknown-own-maker", [maker]),
        }
    };
    match software {
        Software::Own(name) => own(name),
        Software::Other(name) => l.say_with("unknown-others", [("software", name.into())]),
    }
}
