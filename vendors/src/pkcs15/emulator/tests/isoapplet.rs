//! Sheet IsoApplet: what was seen on the running applet.

use super::{blank, card, hex, plays, says, sw};
use crate::emulator::Emulator;
use crate::pkcs15::emulator::{ISOAPPLET0, ISOAPPLET1};

const RIGHT: &str = "0020000106 313233343536";
const WRONG: &str = "0020000106 393939393939";
const PUK16: &str = "31323334353637383930313233343536";

#[test]
fn the_version_is_told_by_select_or_by_get_data() {
    let mut old = card(ISOAPPLET0);
    plays(
        &mut old,
        &[("00A404000CF276A288BCFBA69D34F31001", "000606 9000")],
    );
    assert_ne!(sw(&mut old, "00CA010100"), "9000");
    let mut new = card(ISOAPPLET1);
    plays(
        &mut new,
        &[
            ("00A404000CF276A288BCFBA69D34F31001", "9000"),
            ("00CA010100", "01002F 9000"),
        ],
    );
}

#[test]
fn nothing_is_served_before_the_applet_is_selected() {
    let mut card = card(ISOAPPLET0);
    card.reset();
    plays(
        &mut card,
        &[("00200001", "6D00"), ("00A40800022F0000", "6A82")],
    );
    assert_eq!(card.tries(1), Some(3));
}

#[test]
fn the_counter_is_told_also_after_a_right_pin_and_never_as_6983() {
    let mut card = card(ISOAPPLET0);
    plays(
        &mut card,
        &[
            ("00200001", "63C3"),
            (RIGHT, "9000"),
            ("00200001", "63C3"),
            ("00200080", "6A86"),
            ("00200002", "6A86"),
            ("0020000103313233", "6700"),
            ("002000011131323334353637383930313233343536 37", "6700"),
            (WRONG, "63C2"),
            (WRONG, "63C1"),
            (WRONG, "63C0"),
            (RIGHT, "63C0"),
            ("00200001", "63C0"),
        ],
    );
}

#[test]
fn a_pin_may_be_padded_and_need_not() {
    let mut card = card(ISOAPPLET0);
    plays(
        &mut card,
        &[
            ("0020000110 31323334353600000000000000000000", "9000"),
            (RIGHT, "9000"),
        ],
    );
}

#[test]
fn a_change_of_the_pin_takes_the_login_for_keys() {
    let mut card = card(ISOAPPLET0);
    let environment = "002241B606 800111 840100";
    let change = "0024000120 31323334353600000000000000000000 32323232323200000000000000000000";
    plays(
        &mut card,
        &[
            (environment, "6982"),
            (RIGHT, "9000"),
            (environment, "9000"),
            ("002400010C 313233343536 323232323232", "6700"),
            (change, "9000"),
            (environment, "6982"),
            ("0020000106 323232323232", "9000"),
            (environment, "9000"),
        ],
    );
}

#[test]
fn the_puk_has_five_tries_and_logs_nobody_in() {
    let mut card = card(ISOAPPLET0);
    let wrong = "002C000116 39393939393939393939393939393939 363534333231";
    plays(
        &mut card,
        &[
            (wrong, "63C4"),
            (&format!("002C000116 {PUK16} 363534333231"), "9000"),
            ("00200001", "63C3"),
            ("002241B606 800111 840100", "6982"),
            ("002C010110 31323334353637383930313233343536", "6A86"),
            (wrong, "63C4"),
            (wrong, "63C3"),
            (wrong, "63C2"),
            (wrong, "63C1"),
            (wrong, "63C0"),
            (&format!("002C000116 {PUK16} 363534333231"), "63C0"),
        ],
    );
    assert_eq!(card.unblocking_tries(1), Some(0));
}

#[test]
fn a_blank_card_gets_its_puk_and_then_its_pin() {
    let mut card = blank(ISOAPPLET0);
    plays(
        &mut card,
        &[
            ("00A40800045015494600", "6A82"),
            ("00A40000023F0000", "6F07 820138 83023F00 9000"),
            ("00200001", "9000"),
            (
                "002C000114 31313131313131313131313131313131 31313131",
                "6986",
            ),
            ("002401020F 313131313131313131313131313131", "6700"),
            (&format!("0024010210 {PUK16}"), "9000"),
            (&format!("0024010210 {PUK16}"), "6A86"),
            ("0024010106 313233343536", "9000"),
            ("00200001", "63C3"),
            (
                "00E0000017 6F15 81021388 820138 83025015 8608FF00000000000090",
                "9000",
            ),
            (
                "00E0000017 6F15 81020100 820101 83024401 8608FF90909090909000",
                "9000",
            ),
            (
                "00E0000017 6F15 81020100 820101 83024401 8608FF90909090909000",
                "6984",
            ),
            ("00D60000 02 3000", "6982"),
            (RIGHT, "9000"),
            (
                "00A40000024401",
                "6F15 81020100 820101 83024401 8608FF90909090909000 9000",
            ),
            ("00D60000 02 3000", "9000"),
            ("00B0000002", "3000 9000"),
            ("00B0010001", "6B00"),
            ("00A404000CA000000063504B43532D313500", "6A82"),
        ],
    );
}

#[test]
fn environments_are_checked_as_seen() {
    let mut card = card(ISOAPPLET0);
    plays(
        &mut card,
        &[
            (RIGHT, "9000"),
            ("002241B603 840100", "6984"),
            ("002241B603 800111", "6984"),
            ("002241B606 800177 840100", "6A81"),
            ("002241B606 800112 840100", "6A81"),
            ("002241B606 800121 840100", "6984"),
            ("002241B606 800111 84010A", "6F00"),
            ("002241B60A 800111 81025015 840100", "9000"),
            ("002A9E9A02 3000", "6C00"),
            ("102A9E9A02 3000", "9000"),
        ],
    );
}

#[test]
fn version_one_takes_a_hash_and_no_chain() {
    let mut card = card(ISOAPPLET1);
    let hash = "AB".repeat(32);
    plays(
        &mut card,
        &[
            (RIGHT, "9000"),
            ("102A9E9A02 3000", "6884"),
            ("002241B606 800121 840101", "9000"),
        ],
    );
    let signature = says(&mut card, &format!("002A9E9A20 {hash} 00"));
    assert!(signature.starts_with("30") && signature.ends_with("9000"));
    plays(&mut card, &[("002241B606 800112 840100", "9000")]);
    assert_eq!(
        hex(&says(&mut card, &format!("002A9E9A20 {hash} 00"))).len(),
        258
    );
    assert_eq!(sw(&mut card, "002A9E9A03 303132 00"), "6700");
}
