//! National identity cards with RSA keys: the key that OpenSC 0.23 can sign with is the one of
//! authentication, and its PIN the first one.

use securesign_vendors::eid::emulator::{
    BELEID_17, CAC_CONTAINER, CNS_11, EidCard, JPKI, PTEID, Product,
};

use super::{HOLDER, Row, SEED, judge};

fn row(name: &'static str, product: Product, id: &'static str) -> Row {
    let card = EidCard::builder(product).seed(SEED).holder(HOLDER);
    Row::new(name, card.build().unwrap(), id)
}

#[test]
fn belgian_cards() {
    judge([row("Belgian eID 1.7", BELEID_17, "02")]);
}

#[test]
fn italian_cards() {
    judge([row("Italian CNS", CNS_11, "01")]);
}

#[test]
fn japanese_cards() {
    judge([Row {
        pin: "1234",
        ..row("Japanese My Number", JPKI, "01")
    }]);
}

#[test]
fn american_cards() {
    judge([row("CAC with a container", CAC_CONTAINER, "0001")]);
}

#[test]
fn portuguese_cards() {
    judge([row("Portuguese Cartão", PTEID, "45")]);
}
