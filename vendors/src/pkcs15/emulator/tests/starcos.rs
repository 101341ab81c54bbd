//! Sheet STARCOS, 3.4 and 3.5.

use super::{card, plays, says, sw};
use crate::emulator::KeyKind;
use crate::pkcs15::emulator::{
    Object, Pkcs15Card, STARCOS34, STARCOS34_ESIGN, STARCOS35, STARCOS35_ESIGN,
};

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

/// A card with eSign and two keys, and the reference of its PIN.
fn esign() -> [(Pkcs15Card, &'static str); 2] {
    [(STARCOS34_ESIGN, "01"), (STARCOS35_ESIGN, "06")].map(|(dialect, pin)| {
        let mut builder = Pkcs15Card::builder(dialect).seed(b"esign");
        for _ in 0..2 {
            builder = builder.object(Object::signing("CN=Asha", KeyKind::Rsa2048));
        }
        (builder.build().unwrap(), pin)
    })
}

#[test]
fn an_application_of_its_own_has_two_certificates_at_fixed_places() {
    let select = "00A4040C09 A0000002455369676E";
    plays(&mut card(STARCOS34), &[(select, "6A82")]);
    for (mut card, _) in esign() {
        plays(&mut card, &[(select, "9000")]);
        for certificate in ["43F1", "4301"] {
            assert_eq!(sw(&mut card, "00A40000023F0000"), "9000");
            assert_eq!(sw(&mut card, "00A4010002060800"), "9000");
            plays(&mut card, &[("00B0000001", "6986")]);
            let select = format!("00A4020402{certificate}00");
            assert!(says(&mut card, &select).starts_with("62"), "{certificate}");
            assert!(says(&mut card, "00B0000004").starts_with("3082"));
        }
        assert_eq!(sw(&mut card, "00A40000023F0000"), "9000");
        plays(
            &mut card,
            &[("00A4010002501500", "6A82"), ("00A4020402 2F0000", "6A82")],
        );
        assert_eq!(sw(&mut card, "00A40204022F0200"), "9000");
        assert!(says(&mut card, "00B0000000").starts_with("5A0A"));
    }
}

#[test]
fn of_its_two_keys_one_signs_and_one_deciphers() {
    let info = "3031300D060960864801650304020105000420".to_owned() + &"AB".repeat(32);
    for (mut card, pin) in esign() {
        let other = if pin == "01" { "06" } else { "01" };
        plays(
            &mut card,
            &[
                (&format!("002000{other}08 26123456FFFFFFFF"), "6A88"),
                (&format!("002000{pin}08 26123456FFFFFFFF"), "9000"),
                ("002241B607 840183 89021323", "6600"),
                ("002241B607 840181 89021323", "9000"),
            ],
        );
        let signature = says(&mut card, &format!("002A9E9A000033 {info} 0200"));
        assert_eq!(signature.len(), 516);
        // To decipher, each generation has its own algorithm.
        let (own, others) = if pin == "01" {
            ("30", "31")
        } else {
            ("31", "30")
        };
        let decipher = format!("002A80860001 0181{} 0200", "01".repeat(256));
        plays(
            &mut card,
            &[
                (&format!("002241B807 840183 890211{others}"), "9000"),
                (&decipher, "6A80"),
                (&format!("002241B807 840181 890211{own}"), "9000"),
                (&decipher, "6985"),
            ],
        );
    }
}
