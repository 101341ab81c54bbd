//! Sheet FTCOS. Checksums and cryptograms are OpenSSL's (`openssl enc -nopad`): `-des-cbc`,
//! for the last block of a key of two halves `-des-ede-cbc`, and `-des-ede`.

use super::{hex, plays, says, sw, text};
use crate::emulator::KeyKind;
use crate::pkcs15::emulator::dialects::ftcos::protection::{decipher, mac};
use crate::pkcs15::emulator::{EJAVA, EPASS3000, Object, Pkcs15Card};

const CHALLENGE: &str = "0011223344556677";
/// Sheet, 6.1.
const EPASS_TRANSPORT: &str = "0102030405060708";
const TRANSPORT: &str = "92342EEF23404FD1";
const INIT: &str = "0102030405060708090A0B0C0D0E0F10";
const MAINTENANCE: &str = "12345678214365871122AABB3344CDEF";
/// PINs as they are sent.
const PIN: &str = "31323334353600000000000000000000";
const WRONG: &str = "39393939393900000000000000000000";
const PUK: &str = "31323334353637380000000000000000";
const NEW: &str = "37363534333200000000000000000000";
/// `12 33 00`, the PIN, `80` and zeros under the maintenance key.
const PIN_CRYPTOGRAM: &str = "13A40B0B7E5D4614B38BE2BE63D3CE63DDA7EDE34C07BF3F";

fn card() -> Pkcs15Card {
    let builder = Pkcs15Card::builder(EPASS3000).seed(b"ftcos");
    let builder = builder.object(Object::signing("CN=Asha", KeyKind::Rsa2048));
    builder.build().unwrap()
}

fn blank() -> Pkcs15Card {
    Pkcs15Card::builder(EJAVA).seed(b"blank").build().unwrap()
}

/// Asks for a challenge and sends a command with its checksum.
fn protected(card: &mut Pkcs15Card, key: &str, header: &str, data: &str) -> String {
    let answer = says(card, "0084000008");
    let challenge = hex(&answer[..16]);
    let data = hex(data);
    let mut frame = [&hex(header)[..], &[data.len() as u8 + 4], &data].concat();
    frame.extend(mac(&hex(key), &challenge, &frame).unwrap());
    says(card, &text(&frame))
}

#[test]
fn a_checksum_is_what_openssl_makes_of_it() {
    let rows = [
        // To erase, with a single key.
        (TRANSPORT, "84EE000006 3F00".to_owned(), "B2ABAF1E"),
        // To make the master file: several blocks.
        (
            TRANSPORT,
            format!("84E000002D 3F000411030010C010 {} {INIT}", "AA".repeat(16)),
            "D4F0DDE1",
        ),
        // To make a file, with both halves: a whole block of padding.
        (
            INIT,
            format!("84E0020017 2F000080000000 {} 0000", "10".repeat(10)),
            "F757A9C8",
        ),
        // To write a PIN: not the only block.
        (
            MAINTENANCE,
            format!("84F40B011C {PIN_CRYPTOGRAM}"),
            "C552146D",
        ),
    ];
    for (key, message, expected) in rows {
        let mac = mac(&hex(key), &hex(CHALLENGE), &hex(&message)).unwrap();
        assert_eq!(text(&mac), expected, "{message}");
    }
}

#[test]
fn a_cryptogram_is_what_openssl_makes_of_it() {
    let plain = decipher(&hex(MAINTENANCE), &hex(PIN_CRYPTOGRAM)).unwrap();
    assert_eq!(text(&plain), format!("3300{PIN}"));
    // 22 bytes: a whole block of zeros behind them.
    let long = "127D638BA826345E2482AF3CD2C32396A61A0FAE22622787867F0DCDDF95E913";
    let plain = decipher(&hex(MAINTENANCE), &hex(long)).unwrap();
    assert_eq!(text(&plain), "55".repeat(22));
    // Without that block it is not whole.
    assert!(decipher(&hex(MAINTENANCE), &hex(&long[..48])).is_none());
    assert!(decipher(&hex(INIT), &hex(PIN_CRYPTOGRAM)).is_none());
}

#[test]
fn files_tell_of_themselves_as_the_sheet_has_it() {
    let mut card = card();
    let read = |from: &str| format!("00B0{from}E0");
    plays(
        &mut card,
        &[
            ("00A40000023F00E0", "6F0B 820138 83023F00 84023F00 9000"),
            (
                "00A40000025015E0",
                "6F15 820138 83025015 840CA000000063504B43532D3135 9000",
            ),
            ("00A4000002777700", "6A82"),
            ("00A4000C023F00", "6A86"),
            ("00A4080004 3F002F00", "6A86"),
        ],
    );
    let answer = says(&mut card, "00A40000025031E0");
    assert!(answer.starts_with("6F0B8002"), "{answer}");
    assert!(answer.ends_with("820101830250319000"), "{answer}");
    // A certificate comes in pieces of 224 bytes.
    assert_eq!(sw(&mut card, "00A40000023101E0"), "9000");
    assert_eq!(says(&mut card, "00B0000000").len(), 2 * 0xE0 + 4);
    assert_ne!(
        says(&mut card, &read("0000")),
        says(&mut card, &read("00E0"))
    );
    // Above 7FFF the class is another, and there the offset is one too.
    let head = says(&mut card, &read("0000"));
    assert_eq!(says(&mut card, "80B00000E0"), head);
    plays(&mut card, &[("80B08000E0", "6B00"), ("00B08000E0", "6A86")]);
}

#[test]
fn a_blank_card_has_nothing_to_select() {
    let mut card = blank();
    plays(
        &mut card,
        &[
            ("00A40000022F00E0", "6A82"),
            ("00A40000025015E0", "6A82"),
            ("80EA000008", "0102030405060708 9000"),
        ],
    );
}

#[test]
fn pins_have_sixteen_bytes_and_three_tries() {
    let mut card = card();
    plays(
        &mut card,
        &[
            (&format!("0020000110 {WRONG}"), "63C2"),
            (&format!("0020000110 {PIN}"), "9000"),
            // Nobody knows what these do on a real card: here they cost a try.
            ("00200001", "63C2"),
            ("0020000106 313233343536", "63C1"),
            (&format!("0020000110 {PIN}"), "9000"),
            (&format!("0024000110 {NEW}"), "6700"),
            (&format!("0024000120 {WRONG}{NEW}"), "63C2"),
            (&format!("0024000120 {PIN}{NEW}"), "9000"),
            (&format!("0020000110 {PIN}"), "63C2"),
            (&format!("0020000110 {NEW}"), "9000"),
            ("0020000310 31323334353600000000000000000000", "6A88"),
            (&format!("002C000120 {PUK}{NEW}"), "6D00"),
        ],
    );
}

#[test]
fn the_puk_and_a_protected_command_unblock() {
    let mut card = card();
    for left in ["63C2", "63C1", "63C0", "6983"] {
        plays(&mut card, &[(&format!("0020000110 {WRONG}"), left)]);
    }
    plays(&mut card, &[(&format!("0020000110 {PIN}"), "6983")]);
    let set = |card: &mut Pkcs15Card, key: &str| protected(card, key, "84F40B01", PIN_CRYPTOGRAM);
    assert_eq!(set(&mut card, MAINTENANCE), "6982");
    plays(
        &mut card,
        &[
            (&format!("0020000210 {WRONG}"), "63C9"),
            (&format!("0020000210 {PUK}"), "9000"),
        ],
    );
    assert_eq!(set(&mut card, INIT), "6982");
    assert_eq!(card.tries(0x01), Some(0));
    assert_eq!(set(&mut card, MAINTENANCE), "9000");
    plays(&mut card, &[(&format!("0020000110 {PIN}"), "9000")]);
    assert_eq!(card.tries(0x01), Some(3));
    // Nobody writes the PUK anew.
    assert_eq!(
        protected(&mut card, MAINTENANCE, "84F40B02", PIN_CRYPTOGRAM),
        "6982"
    );
}

#[test]
fn a_challenge_is_for_the_next_command_alone() {
    let mut card = card();
    plays(&mut card, &[(&format!("0020000210 {PUK}"), "9000")]);
    plays(
        &mut card,
        &[(
            "84F40B011C 13A40B0B7E5D4614B38BE2BE63D3CE63DDA7EDE34C07BF3F C552146D",
            "6985",
        )],
    );
    let challenge = hex(&says(&mut card, "0084000008")[..16]);
    let head = hex(&format!("84F40B011C {PIN_CRYPTOGRAM}"));
    let frame = [
        &head[..],
        &mac(&hex(MAINTENANCE), &challenge, &head).unwrap(),
    ]
    .concat();
    plays(
        &mut card,
        &[("00A40000023F0000", "6F0B82013883023F0084023F009000")],
    );
    plays(&mut card, &[(&text(&frame), "6985")]);
}

#[test]
fn a_block_of_2048_bits_comes_in_two_commands() {
    let mut card = card();
    let block = format!("0001{}00{}", "FF".repeat(202), "AB".repeat(51));
    let (head, rest) = block.split_at(128);
    let choose = format!("002241B849 800180 83020122 8940{head}");
    let sign = format!("002A8680C0 {rest} 00");
    plays(
        &mut card,
        &[
            (&sign, "6985"),
            (&choose, "9000"),
            (&sign, "6982"),
            (&format!("0020000110 {PIN}"), "9000"),
            (&choose, "9000"),
        ],
    );
    assert_eq!(says(&mut card, &sign).len(), 516);
    plays(
        &mut card,
        &[
            // What came with MSE is used up.
            (&sign, "6700"),
            ("002241B807 800180 83020122", "9000"),
            (&sign, "6700"),
            ("002241B807 800180 83020522", "9000"),
            (&sign, "6A88"),
            ("002241B807 800102 83020122", "6A80"),
            ("002241B804 83020122", "6A80"),
            ("002241B807 800180 84020122", "6A80"),
            ("002241B607 800180 83020122", "6A86"),
            ("002A9E9A20", "6A86"),
        ],
    );
}

#[test]
fn a_generated_key_is_given_little_endian() {
    let mut card = card();
    let (choose, make) = ("002201B804 8302022A", "0046000002 0400");
    plays(
        &mut card,
        &[
            (choose, "9000"),
            (make, "6982"),
            ("80E62A0200", "6A88"),
            (&format!("0020000110 {PIN}"), "9000"),
            (make, "9000"),
            // Of the chosen half the others are not parts.
            ("0046010002 0400", "6A86"),
            ("0046000002 0500", "6A80"),
        ],
    );
    let answer = says(&mut card, "80E62A0200");
    assert!(
        answer.starts_with("4503010001 4E820080".replace(' ', "").as_str()),
        "{answer}"
    );
    // The modulus is odd, and its first bit is set: here first and last byte.
    let modulus = hex(&answer[18..answer.len() - 4]);
    assert_eq!(modulus.len(), 128);
    assert!(modulus[0] & 1 == 1 && modulus[127] & 0x80 != 0, "{answer}");
}

#[test]
fn the_first_files_are_made_under_the_right_keys() {
    let mut card = blank();
    let master = format!("3F000411030010C010 {} {INIT}", "AA".repeat(16));
    let file = format!("2F000080000000 {} 0000", "10".repeat(10));
    // ePass3000 has another transport key.
    assert_eq!(
        protected(&mut card, EPASS_TRANSPORT, "84E00000", &master),
        "6982"
    );
    assert_eq!(protected(&mut card, TRANSPORT, "84E00000", &master), "9000");
    assert_eq!(protected(&mut card, TRANSPORT, "84E00000", &master), "6A89");
    assert_eq!(protected(&mut card, TRANSPORT, "84E00200", &file), "6982");
    assert_eq!(protected(&mut card, INIT, "84E00200", &file), "9000");
    plays(
        &mut card,
        &[
            ("00B0000004", "00000000 9000"),
            ("00D6000002 ABCD", "9000"),
            ("00B0000004", "ABCD0000 9000"),
            ("00A40000022F00E0", "6F0B 80020080 820101 83022F00 9000"),
        ],
    );
    assert_eq!(protected(&mut card, TRANSPORT, "84EE0000", "3F00"), "9000");
    plays(&mut card, &[("00A40000022F00E0", "6A82")]);
}
