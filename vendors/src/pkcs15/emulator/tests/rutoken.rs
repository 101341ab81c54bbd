//! Sheet Rutoken.

use super::{blank, plays, says, sw};
use crate::emulator::KeyKind;
use crate::pkcs15::emulator::{Object, Pkcs15Card, RUTOKEN};

const RIGHT: &str = "0020000206 313233343536";
const WRONG: &str = "0020000206 393939393939";
const OFFICER: &str = "0020000108 3837363534333231";

fn card() -> Pkcs15Card {
    Pkcs15Card::builder(RUTOKEN)
        .seed(b"rutoken")
        .object(Object::signing("CN=Asha", KeyKind::Rsa2048))
        .build()
        .unwrap()
}

#[test]
fn a_wrong_pin_is_6300_and_the_counter_is_asked() {
    let mut card = card();
    plays(
        &mut card,
        &[
            ("00200002", "63C3"),
            (WRONG, "6300"),
            ("00200002", "63C2"),
            (RIGHT, "9000"),
            ("00200002", "9000"),
            // Once more is an error of its own until it is logged out.
            (RIGHT, "6F86"),
            ("80400000", "9000"),
            (RIGHT, "9000"),
            ("80400000", "9000"),
            (WRONG, "6300"),
            (WRONG, "6300"),
            (WRONG, "6300"),
            (RIGHT, "6983"),
            ("00200002", "6983"),
        ],
    );
}

#[test]
fn the_officer_unblocks_and_sets_a_new_pin() {
    let mut card = card();
    for _ in 0..3 {
        sw(&mut card, WRONG);
    }
    plays(
        &mut card,
        &[
            ("002C0302", "6982"),
            (OFFICER, "9000"),
            ("002C0302", "9000"),
            ("00200002", "63C3"),
            ("002401020A 80020005 A50431313131", "6A80"),
            ("002401020A 80020004 A50431313131", "9000"),
            ("80400000", "9000"),
            ("0020000204 31313131", "9000"),
        ],
    );
}

#[test]
fn selection_is_by_path_or_identifier_and_always_tells() {
    let mut card = card();
    assert!(
        says(&mut card, "00A40800022F0000")
            .contains("82020100830 22F00860F43".replace(' ', "").as_str())
    );
    plays(
        &mut card,
        &[
            ("00A4080C022F00", "6A86"),
            ("00A404000CA000000063504B43532D313500", "6A86"),
            ("00A4090002500000", "6A86"),
        ],
    );
    assert_eq!(sw(&mut card, "00A40800081000100060020001 00"), "9000");
}

#[test]
fn blocks_and_signatures_are_reversed() {
    let mut card = card();
    let block = format!("0001{}00{}", "FF".repeat(221), "AB".repeat(32));
    let reversed = format!("{}00{}0100", "AB".repeat(32), "FF".repeat(221));
    let send = |card: &mut Pkcs15Card, block: &str| {
        assert_eq!(sw(card, &format!("102A9E9AFF {}", &block[..510])), "9000");
        says(card, &format!("002A9E9A01 {} 00", &block[510..]))
    };
    plays(&mut card, &[(RIGHT, "9000"), ("002241B603 840101", "9000")]);
    let signature = send(&mut card, &reversed);
    assert_eq!(signature.len(), 2 * 258);
    assert_ne!(send(&mut card, &block), signature);
}

#[test]
fn after_erasing_there_is_no_master_file() {
    let mut card = blank(RUTOKEN);
    plays(
        &mut card,
        &[
            ("808A0000", "9000"),
            ("00A40000023F0000", "6A82"),
            (
                "00E000001F 6F1D 80020000 82023800 83023F00 860F470202010000 00FF00000000000000",
                "9000",
            ),
        ],
    );
    assert_eq!(sw(&mut card, "00A40000023F0000"), "9000");
}
