//! Sheet CardOS.

use super::{card, plays, sw};
use crate::pkcs15::emulator::{CARDOS44, CARDOS53};

#[test]
fn four_tells_no_counter() {
    let mut card = card(CARDOS44);
    plays(
        &mut card,
        &[
            ("00CA018D02", "0401 9000"),
            ("00CA018300", "10 9000"),
            ("80100000", "9000"),
            ("00CA018300", "20 9000"),
            ("0020008308 3939393939390000", "6300"),
            ("0020008308 3132333435360000", "9000"),
        ],
    );
    assert_eq!(card.tries(0x83), Some(3));
    // Asking without a PIN is a wrong one.
    assert_eq!(sw(&mut card, "00200083"), "6300");
    assert_eq!(card.tries(0x83), Some(2));
}

#[test]
fn five_tells_its_counter() {
    let mut card = card(CARDOS53);
    plays(
        &mut card,
        &[
            ("00200083", "63C3"),
            ("0020008308 3939393939390000", "63C2"),
            ("00200083", "63C2"),
            ("0020008308 3132333435360000", "9000"),
            ("00200083", "9000"),
            ("80EA0000", "9000"),
            ("00200083", "63C3"),
        ],
    );
}

#[test]
fn unblocking_names_the_pin_and_spends_of_the_puk() {
    let mut card = card(CARDOS53);
    for _ in 0..3 {
        sw(&mut card, "0020008308 3939393939390000");
    }
    plays(
        &mut card,
        &[
            ("00200083", "6983"),
            ("002C008310 3939393939393939 3131313131310000", "63C9"),
            ("002C008310 3132333435363738 3131313131310000", "9000"),
            ("0020008308 3131313131310000", "9000"),
        ],
    );
    assert_eq!(card.tries(0x84), Some(10));
}

#[test]
fn keys_of_four_want_a_whole_block() {
    let mut card = card(CARDOS44);
    let block = format!("0001{}00{}", "FF".repeat(221), "AB".repeat(32));
    plays(
        &mut card,
        &[
            ("002241B603 830110", "9000"),
            (&format!("102A9E9AFF {}", &block[..510]), "9000"),
            (&format!("002A9E9A01 {} 00", &block[510..]), "6982"),
            ("0020008308 3132333435360000", "9000"),
            (
                "002A9E9A20 ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB 00",
                "6985",
            ),
            (&format!("102A9E9AFF {}", &block[..510]), "9000"),
        ],
    );
    assert_eq!(
        sw(&mut card, &format!("002A9E9A01 {} 00", &block[510..])),
        "9000"
    );
}
