//! Sheet Oberthur.

use super::{plays, says, sw};
use crate::emulator::KeyKind;
use crate::pkcs15::emulator::{OBERTHUR, Object, Pkcs15Card};

/// A PIN as it is sent.
fn padded(pin: &str) -> String {
    let digits: String = pin.bytes().map(|byte| format!("{byte:02X}")).collect();
    format!("{digits:F<128}")
}

fn card() -> Pkcs15Card {
    Pkcs15Card::builder(OBERTHUR)
        .seed(b"oberthur")
        .object(Object::signing("CN=Asha", KeyKind::Rsa2048))
        .build()
        .unwrap()
}

#[test]
fn it_answers_what_is_asked_first() {
    let mut card = card();
    plays(
        &mut card,
        &[
            ("00A4040C07 A0000000030000", "9000"),
            ("00A4040C10 A0000000770103030000 00F100000002", "9000"),
            ("00A40400 05 A000000001", "6A82"),
            ("00A40000022F0000", "6A82"),
            ("00A40000025015 00", "6A82"),
            ("00A40800025011 00", "6A86"),
        ],
    );
    assert!(says(&mut card, "80CA9F7F2D").starts_with("9F7F2A"));
    let answer = says(&mut card, "00A4000002501100");
    assert!(
        answer.starts_with("6F") && answer.contains("82023800"),
        "{answer}"
    );
    let answer = says(&mut card, "00A4000002300000");
    assert!(
        answer.starts_with("6F1C800114820504 01008D01".replace(' ', "").as_str()),
        "{answer}"
    );
}

#[test]
fn pins_are_asked_verified_changed_and_unblocked() {
    let mut card = card();
    let [right, wrong, new] = ["123456", "999999", "222222"].map(padded);
    plays(
        &mut card,
        &[
            ("00200081", "63C5"),
            ("00200004", "63C5"),
            (&format!("0020008140 {wrong}"), "63C4"),
            (&format!("0020008140 {right}"), "9000"),
            ("00200081", "9000"),
            ("802E0021", "9000"),
            ("00200081", "63C5"),
            (&format!("0024000180 {right}{new}"), "9000"),
            (&format!("0020008140 {new}"), "9000"),
            (
                &format!("002C000150 30313233343536373839414243444546{right}"),
                "9000",
            ),
            (&format!("0020008140 {right}"), "9000"),
        ],
    );
}

#[test]
fn the_key_that_is_selected_signs_a_digest_info() {
    let mut card = card();
    let info = "3031300D060960864801650304020105000420".to_owned() + &"AB".repeat(32);
    for file in ["5011", "9002", "3001"] {
        assert_eq!(sw(&mut card, &format!("00A4000002{file}00")), "9000");
    }
    plays(
        &mut card,
        &[
            ("002241B603 800111", "9000"),
            (&format!("002A9E9A33 {info} 00"), "6982"),
            (&format!("0020008140 {}", padded("123456")), "9000"),
        ],
    );
    assert_eq!(says(&mut card, &format!("002A9E9A33 {info} 00")).len(), 516);
}
