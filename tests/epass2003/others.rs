//! Tokens that cannot be used, and cards that only look like one.

use crate::bench::{Bench, Shared};
use crate::instead::{Instead, Nothing};
use securesign_app::language::Language;
use securesign_app::words::Explain;
use securesign_app::worker::{Look, TokenState};
use securesign_card::error::CardError;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Epass, Mode};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

use super::token::{READER, token, watched};

#[test]
fn a_blank_token_is_named_and_left_alone() {
    let (bench, card) = watched(Epass::blank(Mode::Aes).seed(b"tests"));
    let view = bench.look(Look::Everything).remove(0);
    match view.state {
        TokenState::Failed(error @ CardError::Unsupported(_)) => {
            assert!(error.tell(Language::English).contains("blank"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    let authentications = card.card().authentications();
    assert_eq!(
        card.card().count(0x82),
        authentications,
        "no PIN, not even a question"
    );
}

/// Feitian's JavaCard with the answer to reset of an ePass2003, and its answer to GET DATA of
/// the capabilities; the rest says the applet of another family, where there is one.
fn java_card<C: Emulator>(applet: C, atr: &[u8], answer: &'static [u8]) -> Instead<C> {
    let card = Instead::of(applet, move |applet, command| match command {
        [0x00, 0xCA, 0x01, 0x86, ..] => answer.to_vec(),
        _ => applet.transmit(command),
    });
    card.with_atr(atr)
}

/// JavaCOS (sheet, §1.1: the false match).
const JAVACOS: [u8; 23] = [
    0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x10, 0x00, 0xFF, 0x71,
    0xDF, 0x00, 0x00, 0x00, 0x00, 0x00, 0xEC,
];

/// A token of the family (sheet, §1.1: complete examples).
const TOKEN: [u8; 23] = [
    0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x10, 0x11, 0x31, 0x71,
    0xDF, 0x00, 0x00, 0x86, 0x00, 0x00, 0xB5,
];

/// What is no answer of an ePass2003 to GET DATA of its capabilities.
const NO_CAPABILITIES: [&[u8]; 9] = [
    &[0x6D, 0x00],
    &[0x6E, 0x00],
    &[0x6A, 0x88],
    &[0x6A, 0x82],
    &[0x6A, 0x81],
    &[0x69, 0x85],
    &[0x69, 0x82],
    &[0x90, 0x00],
    &[0xDE, 0xAD, 0xBE, 0xEF, 0x90, 0x00],
];

#[test]
fn the_javacard_with_the_same_answer_to_reset_is_not_taken_for_one() {
    for (atr, looks_like) in [
        (JAVACOS, "Feitian JavaCOS (Java Card A22 or A40)"),
        (TOKEN, "Feitian ePass2003 (FTCOS/ePass2003)"),
    ] {
        for answer in NO_CAPABILITIES {
            let card = Shared::new(java_card(Nothing, &atr, answer));
            let bench = Bench::new(card.clone(), READER);
            let view = bench.look(Look::Everything).remove(0);
            match view.state {
                TokenState::Unknown { name, .. } => {
                    let name = name.map(|product| product.to_string());
                    assert_eq!(name.as_deref(), Some(looks_like), "{answer:02X?}");
                }
                other => panic!("{answer:02X?}: {other:?}"),
            }
            // GET DATA and SELECT, and nothing else.
            for command in &card.card().seen {
                assert!(matches!(command[1], 0xCA | 0xA4), "{command:02X?}");
            }
        }
    }
}

#[test]
fn a_javacard_with_that_answer_to_reset_is_what_its_applet_is() {
    let endless: &[u8] = &[0x61, 0x10];
    for answer in NO_CAPABILITIES.into_iter().chain([endless]) {
        let applet = PivCard::builder(NIST)
            .seed(b"tests")
            .key(Slot::SIGNATURE, KeyKind::P256)
            .build()
            .unwrap();
        let bench = Bench::new(java_card(applet, &JAVACOS, answer), READER);
        let (id, info) = bench.token();
        assert_eq!(info.family, "PIV", "{answer:02X?}");
        bench
            .sign(&id, &info.found.credentials[0], Some("123456"))
            .unwrap();
    }
}

#[test]
fn a_token_with_other_keys_is_told_from_one_that_is_broken() {
    // Its cryptogram is wrong.
    let stranger = Instead::of(token(Mode::Aes).build().unwrap(), |card, command| {
        let mut answer = card.transmit(command);
        if command[1] == 0x50 {
            let at = answer.len() - 3;
            answer[at] ^= 0x01;
        }
        answer
    });
    let bench = Bench::new(stranger, READER);
    let view = bench.look(Look::Everything).remove(0);
    match view.state {
        TokenState::Failed(error @ CardError::Unsupported(_)) => {
            assert!(
                error.tell(Language::English).contains("published keys"),
                "{error}"
            );
        }
        other => panic!("{other:?}"),
    }
}
