//! Sheet STARCOS, 3.5.

use super::{card, plays, says, sw};
use crate::pkcs15::emulator::STARCOS35;

#[test]
fn a_directory_is_known_by_what_reading_it_says() {
    let mut card = card(STARCOS35);
    assert_eq!(sw(&mut card, "00A40000023F0000"), "9000");
    assert_eq!(sw(&mut card, "00A4010002501500"), "9000");
    plays(&mut card, &[("00B0000001", "6986")]);
    let answer = says(&mut card, "00A4020402503100");
    assert!(
        answer.starts_with("62") && answer.contains("820141"),
        "{answer}"
    );
    assert_eq!(sw(&mut card, "00B0000001"), "9000");
    plays(&mut card, &[("00A4020402777700", "6A82")]);
}

#[test]
fn pins_are_in_format_2_as_a_record_says() {
    let mut card = card(STARCOS35);
    assert_eq!(sw(&mut card, "00A40000023F0000"), "9000");
    assert!(
        says(&mut card, "00A4020402001300").contains("8205424100400 2".replace(' ', "").as_str())
    );
    plays(
        &mut card,
        &[
            ("00B2010400", "8801017B05A403890112 9000"),
            ("00B2020400", "6A83"),
            ("00200001", "63C3"),
            ("0020000108 3132333435360000", "63C2"),
            ("0020000108 26123456FFFFFFFF", "9000"),
            ("00200001", "9000"),
            ("0024000110 26123456FFFFFFFF 26654321FFFFFFFF", "9000"),
            ("002C000110 2812345678FFFFFF 26123456FFFFFFFF", "9000"),
        ],
    );
}

#[test]
fn the_card_pads_what_do_89_says() {
    let mut card = card(STARCOS35);
    let info = "3031300D060960864801650304020105000420".to_owned() + &"AB".repeat(32);
    plays(
        &mut card,
        &[
            ("002241B607 840181 89021323", "9000"),
            (&format!("002A9E9A000033 {info} 0200"), "6982"),
            ("0020000108 26123456FFFFFFFF", "9000"),
        ],
    );
    assert_eq!(
        says(&mut card, &format!("002A9E9A000033 {info} 0200")).len(),
        516
    );
    plays(&mut card, &[("002241B608 840181 8903133330", "9000")]);
    let hash = "AB".repeat(32);
    assert_eq!(says(&mut card, &format!("002A9E9A20 {hash} 00")).len(), 516);
}
