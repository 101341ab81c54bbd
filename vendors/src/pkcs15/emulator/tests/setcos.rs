//! Sheet SetCOS, 4.4.1.

use super::{blank, plays, says, sw};
use crate::emulator::KeyKind;
use crate::pkcs15::emulator::{Object, Pkcs15Card, SETCOS441};

const RIGHT: &str = "0020000208 3132333435360000";

fn card() -> Pkcs15Card {
    Pkcs15Card::builder(SETCOS441)
        .seed(b"setcos")
        .object(Object::signing("CN=Asha", KeyKind::Rsa1024))
        .build()
        .unwrap()
}

#[test]
fn a_signature_names_the_file_of_its_key() {
    let mut card = card();
    let info = "3031300D060960864801650304020105000420".to_owned() + &"AB".repeat(32);
    let answer = says(&mut card, "00A40800045015510000");
    assert!(
        answer.contains("820111") && answer.contains("8A0107"),
        "{answer}"
    );
    plays(
        &mut card,
        &[
            ("00200002", "63C3"),
            ("002241B60A 800102 81025100 840100", "9000"),
            (&format!("002A9E9A33 {info} 00"), "6982"),
            (RIGHT, "9000"),
        ],
    );
    assert_eq!(says(&mut card, &format!("002A9E9A33 {info} 00")).len(), 260);
    plays(&mut card, &[("002241B607 800112 81025100", "9000")]);
    assert_eq!(
        says(&mut card, &format!("002A9E9A14 {} 00", "AB".repeat(20))).len(),
        260
    );
    assert_eq!(
        sw(&mut card, &format!("002A9E9A20 {} 00", "AB".repeat(32))),
        "6700"
    );
}

#[test]
fn a_pin_is_a_record_with_its_puk() {
    let mut card = blank(SETCOS441);
    let record = "01 3837363534333231 3131323233333434 0202F400000000";
    plays(
        &mut card,
        &[
            ("00A40000023F0000", "6A82"),
            (
                "00E0000025 6F23 8102002A 820138 83023F00 84023F00 8605017902 0601 8A0101 \
                 A508C10481828384C200",
                "9000",
            ),
            (
                "00E0000019 6F17 81020070 82050A41001C04 83020080 8603020601 8A0101",
                "9000",
            ),
            (&format!("00DA010118 {record}"), "9000"),
            ("00440000", "9000"),
            // From now on the officer's PIN is wanted.
            (&format!("00DA010118 {record}"), "6982"),
            ("00200001", "63C2"),
            ("0020000108 3837363534333231", "9000"),
            (&format!("00DA010118 {record}"), "9000"),
            ("002C000110 3131323233333434 3131313131313131", "9000"),
            ("0020000108 3131313131313131", "9000"),
        ],
    );
    assert_eq!(card.unblocking_tries(1), Some(4));
}
