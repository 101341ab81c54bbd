//! Rows of the sheets as expectations; nothing here is taken from the emulator's own output.
#![allow(clippy::unwrap_used)]

mod any;
mod cardos;
mod ftcos;
mod isoapplet;
mod layouts;
mod myeid;
mod oberthur;
mod rutoken;
mod setcos;
mod starcos;
mod starcos2;

use super::{Dialect, Object, Pkcs15Card};
use crate::emulator::{Emulator, KeyKind};

/// A card with an RSA key and one on P-256, ready for commands.
fn card(dialect: Dialect) -> Pkcs15Card {
    let mut card = Pkcs15Card::builder(dialect)
        .seed(b"pkcs15 tests")
        .object(Object::signing("CN=Asha", KeyKind::Rsa2048))
        .object(Object::signing("CN=Asha", KeyKind::P256))
        .build()
        .unwrap();
    card.transmit(&hex("00A404000CF276A288BCFBA69D34F31001"));
    card
}

fn blank(dialect: Dialect) -> Pkcs15Card {
    let mut card = Pkcs15Card::builder(dialect).seed(b"blank").build().unwrap();
    card.transmit(&hex("00A404000CF276A288BCFBA69D34F31001"));
    card
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|b| b.is_ascii_hexdigit())
        .map(|b| (b as char).to_digit(16).unwrap() as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The whole answer to a command in hexadecimal.
fn says(card: &mut Pkcs15Card, command: &str) -> String {
    text(&card.transmit(&hex(command)))
}

/// Plays commands with the answers that the sheet has to them.
fn plays(card: &mut Pkcs15Card, rows: &[(&str, &str)]) {
    for (command, answer) in rows {
        assert_eq!(says(card, command), answer.replace(' ', ""), "{command}");
    }
}

/// The status word alone.
fn sw(card: &mut Pkcs15Card, command: &str) -> String {
    let answer = says(card, command);
    answer[answer.len() - 4..].to_owned()
}
