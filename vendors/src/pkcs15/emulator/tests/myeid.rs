//! Sheet MyEID: what was seen on OsEID.

use super::{blank, card, plays, says, sw};
use crate::pkcs15::emulator::MYEID;

const RIGHT: &str = "0020000108 313233343536FFFF";
const WRONG: &str = "0020000108 393939393939FFFF";

#[test]
fn it_says_what_it_is() {
    let mut card = blank(MYEID);
    assert!(says(&mut card, "00CA01A014").starts_with("4D79454944"));
    assert_eq!(says(&mut card, "00CA01A014").len(), 2 * 22);
    plays(
        &mut card,
        &[
            ("00CA01A0", "6700"),
            ("00CA01AA0B", "01 000F 0800 00C0 0100 0209 9000"),
            ("00CA01AC00", "0000 9000"),
            ("00CA01B100", "FFFFFFFFFFFFFFFFFF 9000"),
            (
                "00A404000CA000000063504B43532D313500",
                "6F25 81027FFF 820138 83025015 8603111FFF 85020002 8A0101 \
                 840CA000000063504B43532D3135 9000",
            ),
            (
                "00A40000023F0000",
                "6F17 81027FFF 820138 83023F00 8603113FFF 85020002 8A0101 9000",
            ),
        ],
    );
}

#[test]
fn both_counters_are_told_for_nothing() {
    let mut card = card(MYEID);
    plays(
        &mut card,
        &[
            ("00CA01B100", "03 0A 03 0A 000000 0404 9000"),
            (WRONG, "63C2"),
            (WRONG, "63C1"),
            (WRONG, "6983"),
            ("00200001", "6983"),
            ("002C000110 3939393939393939 313131313131FFFF", "63C9"),
            ("00CA01B100", "00 09 03 0A 000000 0404 9000"),
            ("002C000110 3132333435363738 313131313131FFFF", "9000"),
            // The PUK's own counter stays where it was.
            ("00CA01B100", "03 09 03 0A 000000 0404 9000"),
        ],
    );
}

#[test]
fn a_wrong_length_costs_a_try_and_a_wrong_pin_logs_nobody_out() {
    let mut card = card(MYEID);
    plays(
        &mut card,
        &[
            ("0020000106 313233343536", "63C2"),
            (RIGHT, "9000"),
            (WRONG, "63C2"),
            ("00200001", "9000"),
            ("00200081", "6A86"),
            ("00200005", "6983"),
            ("002E0001", "9000"),
            ("00200001", "63C2"),
            (RIGHT, "9000"),
            ("002E0000", "9000"),
            ("00200001", "63C3"),
        ],
    );
}

#[test]
fn a_key_is_a_file_and_its_lack_of_a_pin_6985() {
    let mut card = card(MYEID);
    let info = "3031300D060960864801650304020105000420".to_owned() + &"AB".repeat(32);
    plays(
        &mut card,
        &[
            (
                "00A40800045015 4B01 00",
                "6F17 81020800 820111 83024B01 86031111FF 85020000 8A0107 9000",
            ),
            (
                "00A40800045015 4B02 00",
                "6F17 81020100 820122 83024B02 86031111FF 85020000 8A0107 9000",
            ),
            ("002241B60A 800102 81024B09 840100", "6A88"),
            ("002241B60A 800102 81024B01 840100", "9000"),
            (&format!("002A9E9A33 {info} 00"), "6985"),
            (RIGHT, "9000"),
            // Without Le nothing comes.
            (&format!("002A9E9A33 {info}"), "9000"),
            ("002241B607 800100 81024B01", "9000"),
            (&format!("002A9E9A33 {info} 00"), "6985"),
            ("002241B607 800104 81024B02", "9000"),
            (&format!("002A9E9A21 {} 00", "AB".repeat(33)), "6700"),
        ],
    );
    assert!(says(&mut card, &format!("002A9E9A20 {} 00", "AB".repeat(32))).starts_with("30"));
}

#[test]
fn files_that_were_never_written_are_full_of_ones() {
    let mut card = blank(MYEID);
    let create = "00E0000019 6217 80020010 820101 83024402 8603013FFF 85020000 8A0100";
    plays(
        &mut card,
        &[
            ("00A4080C025015", "9000"),
            (create, "9000"),
            (create, "6A89"),
            ("00B0000004", "FFFFFFFF 9000"),
            ("00B0001004", "6282"),
            ("00B0810004", "6A86"),
            ("00B2010400", "6D00"),
            ("00E40000", "6985"),
            ("A0E40000", "9000"),
            ("00A40800045015440200", "6A82"),
        ],
    );
    assert_eq!(
        sw(&mut card, "00440400 0C A000000063504B43532D3135"),
        "9000"
    );
    assert!(says(&mut card, "00A40000023F0000").contains("8A0107"));
    // Now the conditions count.
    assert_eq!(sw(&mut card, create), "6982");
}
