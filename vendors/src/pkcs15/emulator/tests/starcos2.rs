//! Sheet STARCOS, SPK 2.3.

use super::{blank, plays, says, sw};
use crate::emulator::KeyKind;
use crate::pkcs15::emulator::{Object, Pkcs15Card, STARCOS23};

fn card() -> Pkcs15Card {
    Pkcs15Card::builder(STARCOS23)
        .seed(b"starcos2")
        .object(Object::signing("CN=Asha", KeyKind::Rsa1024))
        .build()
        .unwrap()
}

#[test]
fn directories_have_no_control_information() {
    let mut card = card();
    plays(
        &mut card,
        &[
            ("00A40000023F0000", "6284"),
            ("00A4000C023F00", "9000"),
            ("00A4000002501500", "6284"),
            ("00A4000C025015", "9000"),
            ("00A4000002777700", "6A82"),
        ],
    );
    let answer = says(&mut card, "00A4000002503100");
    assert!(
        answer.starts_with("6F") && answer.contains("820101"),
        "{answer}"
    );
}

#[test]
fn a_digest_info_is_signed_by_internal_authenticate() {
    let mut card = card();
    let info = "3031300D060960864801650304020105000420".to_owned() + &"AB".repeat(32);
    let sign = format!("0088100033 {info} 00");
    plays(
        &mut card,
        &[
            (&sign, "6985"),
            ("002241A406 840191 800101", "9000"),
            (&sign, "6982"),
            ("0020008308 3939393939390000", "63C2"),
            ("0020008308 3132333435360000", "9000"),
        ],
    );
    assert_eq!(says(&mut card, &sign).len(), 260);
    plays(
        &mut card,
        &[
            ("002241B606 840191 800112", "9000"),
            ("002A9E9A00", "6985"),
            (&format!("002A908114 {}", "AB".repeat(20)), "9000"),
        ],
    );
    assert_eq!(says(&mut card, "002A9E9A00").len(), 260);
    assert_eq!(sw(&mut card, "002A9E9A00"), "6985");
}

#[test]
fn pins_and_their_states_are_made_before_the_card_is_finished() {
    let mut card = blank(STARCOS23);
    plays(
        &mut card,
        &[
            ("80E40000023F00", "6985"),
            (
                "80E0000013 0102030405060708 0300 0100 01010101 000000",
                "9000",
            ),
            ("80F400000E C10C 0100089F019F2200000D0081", "9000"),
            ("80F400000D C20B 010000 3837363534333231", "9000"),
            ("80F400000E C10C 0200089F0D01AA0000000002", "9000"),
            ("80F400000D C20B 020000 3131323233333434", "9000"),
            ("80E00200023F00", "9000"),
            ("80E0020002 5015", "9000"),
            ("80E0020002 5015", "69F0"),
            ("00200001", "63C2"),
            // Files are the officer's now.
            ("80E003001044009F0E0E5F5F5F5F0000000000810100", "6982"),
            ("0020000108 3837363534333231", "9000"),
            ("80E003001044009F0E0E5F5F5F5F0000000000810100", "9000"),
            // Its state is the user's, who is not there.
            ("00D600000100", "6982"),
            ("002C000110 3131323233333434 3131313131313131", "9000"),
        ],
    );
    assert_eq!(card.unblocking_tries(1), Some(10));
}
