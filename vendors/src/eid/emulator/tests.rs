//! The emulators against what their sheets say, commands and answers as recorded.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

use super::*;

fn card(product: Product) -> EidCard {
    EidCard::builder(product).seed(b"eid").build().unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// Each command in hex, and its answer.
fn plays(card: &mut EidCard, exchanges: &[(&str, &str)]) {
    for (command, answer) in exchanges {
        let got = card.transmit(&bytes(command));
        assert_eq!(got, bytes(answer), "{}: {command}", card.product.name);
    }
}

/// Sheet EstEID, A3: the answer is that of a real card.
#[test]
fn idemia_tells_the_tries_left_as_a_recorded_card() {
    let mut card = card(ESTEID_COSMO8);
    let pin1 = "00CB3FFF0A 4D087006BF810102A080 00";
    let pin2 = "00CB3FFF0A 4D087006BF810502A080 00";
    let told = |number: &str, left: &str, condition: &str| {
        format!(
            "701E BF81{number}1A A018 9A0103 9B01{left} \
             A110 8C06F3000073{condition}00 9C06F3000073{condition}00 9000"
        )
    };
    plays(
        &mut card,
        &[
            ("00A4040C10 A000000077010800070000FE00000100", "9000"),
            (pin1, &told("01", "03", "43")),
            (pin2, "6A88"),
            ("00A4040C10 51534344204170706C69636174696F6E", "9000"),
            (pin2, &told("05", "03", "FF")),
            ("002000850C 393939393939FFFFFFFFFFFF", "63C2"),
            (pin2, &told("05", "02", "FF")),
            ("0020008508 3132333435360000", "6700"),
        ],
    );
}

/// Sheet LatEID, §3: files of a real card.
#[test]
fn latvian_files_are_those_of_a_recorded_card() {
    let mut card = card(LATEID_RSA);
    plays(
        &mut card,
        &[
            ("00A4040C0D E828BD080FF2504F5420415750", "9000"),
            ("00A40204025031 00", "6204 8002 0010 9000"),
            ("00B0000000", "A406300404027005 A006300404027001 9000"),
            ("00A40204027005 00", "6204 8002 000C 9000"),
            ("00B0000000", "300AA1083006300404023401 9000"),
            ("00A40204027001 00", "6204 8002 000A 9000"),
            ("00B0000000", "3008300030040202 0081 9000"),
            ("00B0000A00", "6B00"),
        ],
    );
}

#[test]
fn idemia_signs_once_with_pin2_and_only_in_its_own_part() {
    let mut card = card(ESTEID_COSMOX);
    let hash = "AA".repeat(48);
    let sign = format!("002A9E9A30 {hash} 00");
    let verify = "002000850C 313233343536FFFFFFFFFFFF";
    plays(
        &mut card,
        &[
            ("00A4040C10 51534344204170706C69636174696F6E", "9000"),
            (verify, "9000"),
            (&sign, "6985"),
            ("002241B606 800154 84019F", "9000"),
        ],
    );
    // The one before has used it up.
    assert_eq!(card.transmit(&bytes(&sign)), bytes("6982"));
    plays(&mut card, &[(verify, "9000")]);
    assert_eq!(card.transmit(&bytes(&sign)).len(), 96 + 2);
    plays(
        &mut card,
        &[
            (&sign, "6982"),
            (verify, "9000"),
            ("00A4040C0D E828BD080FF2504F5420415750", "9000"),
            (&sign, "6985"),
        ],
    );
}
