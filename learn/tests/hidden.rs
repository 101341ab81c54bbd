//! What a recording has that is secret, or may be, is not shown, and one that has more than is
//! searched is refused.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use securesign_card::trace::Detail;
use securesign_learn::{About, Refused, learn, read};

fn told(log: &str, detail: Detail) -> Result<String, Refused> {
    let recording = read(log.as_bytes()).expect("a log of pcscd");
    let about = About {
        product: &|_, _| None,
        application: &|_| None,
        detail,
    };
    learn(&recording, &[], &about).map(|trace| trace.to_string())
}

fn exchange(command: &str, answer: &str) -> String {
    format!("1 APDU: {command} \n1 SW: {answer} \n")
}

const SECRET: &str = "DE AD BE EF 01 02 03 04 05 06 07 08";

#[test]
fn data_of_commands_that_may_carry_secrets_is_a_length() {
    for header in [
        "00 46 01 00",
        "00 47 00 00",
        "00 DB 3F FF",
        "00 DA 01 00",
        "00 D6 00 00",
        "00 D0 00 00",
        "00 DC 01 04",
        "00 2A 90 80",
        "00 2A 9E 9A",
        "00 87 03 9B",
        "80 A4 00 00",
        "80 B0 00 00",
        "80 CA 00 00",
        "80 30 00 00",
        "00 FB 00 00",
        "00 22 41 B6",
        "84 F4 0B 01",
        "0C D6 00 00",
    ] {
        let log = exchange(&format!("{header} 0C {SECRET}"), &format!("{SECRET} 90 00"));
        for detail in [Detail::Short, Detail::Full] {
            let shown = told(&log, detail).expect("a report");
            assert!(shown.contains("| 0C <hidden:12>"), "{shown}");
            let answered = ["00 22 41 B6", "84 F4 0B 01"].contains(&header);
            assert!(answered || shown.contains("< <hidden:12> 90 00"), "{shown}");
            assert!(!shown.contains("DE AD"), "{shown}");
        }
    }
}

/// The cryptogram of FTCOS begins with what looks like a tag and a length.
#[test]
fn a_cryptogram_is_not_taken_for_objects() {
    let log = exchange(
        "84 F4 0B 01 1C 24 01 EC 68 03 02 7F DE B3 8B E2 BE 63 D3 CE 63 DD A7 ED E3 4C 07 BF 3F 01 02 03 04",
        "90 00",
    );
    let shown = told(&log, Detail::Full).expect("a report");
    assert!(shown.contains("> 84 F4 0B 01 | 1C <hidden:28>"), "{shown}");
    let log = exchange(
        "0C B0 00 00 0D 97 01 10 8E 08 01 02 03 04 05 06 07 08 00",
        "90 00",
    );
    let shown = told(&log, Detail::Short).expect("a report");
    assert!(
        shown.contains("| 0D 97 01 10 8E 08 <hidden:8> 00"),
        "{shown}"
    );
}

#[test]
fn what_is_read_after_a_login_or_stood_in_an_unblocking_is_hidden() {
    let code = "6F 47 D9 88 4B 6F 9D C5 78 33 79 8F 5B 7D E1 A5";
    let read = exchange("00 B0 00 00 10", &format!("{code} 90 00"));
    let verify = exchange("00 20 00 84 04 38 37 36 35", "90 00");
    let shown = told(&format!("{verify}{read}"), Detail::Full).expect("a report");
    assert!(shown.contains("< <hidden:16> 90 00"), "{shown}");
    let unblock = exchange(
        &format!("00 2C 00 01 18 {code} 34 38 32 39 31 35 FF FF"),
        "90 00",
    );
    let shown = told(&format!("{read}{unblock}"), Detail::Full).expect("a report");
    assert!(shown.contains("< <pin:16> 90 00"), "{shown}");
    assert!(!shown.contains("6F 47"), "{shown}");
}

#[test]
fn more_pins_than_are_searched_for_are_refused() {
    let verify = |n: u32| {
        let pin: Vec<String> = n.to_string().bytes().map(|b| format!("{b:02X}")).collect();
        exchange(&format!("00 20 00 80 08 {}", pin.join(" ")), "63 C2")
    };
    let log = |count: u32| {
        (0..count)
            .map(|n| verify(10_564_411 + n * 7_919))
            .collect::<String>()
    };
    assert!(told(&log(60), Detail::Short).is_ok());
    assert!(matches!(
        told(&log(70), Detail::Short),
        Err(Refused::TooMuch)
    ));
}

/// Reads of a file from its beginning, in parts of at most 256 bytes.
fn reads(file: u16, content: &[u8]) -> String {
    let [high, low] = file.to_be_bytes();
    let select = exchange(&format!("00 A4 00 00 02 {high:02X} {low:02X}"), "90 00");
    let parts = content.chunks(0x0100).enumerate().map(|(number, part)| {
        let part: Vec<String> = part.iter().map(|byte| format!("{byte:02X}")).collect();
        let command = format!("00 B0 {number:02X} 00 00");
        exchange(&command, &format!("{} 90 00", part.join(" ")))
    });
    [select].into_iter().chain(parts).collect()
}

#[test]
fn more_beginnings_of_streams_than_are_unpacked_are_refused() {
    let log = |files: u16| -> String {
        let streams = [0x78, 0x9C].repeat(0x1000);
        (1..=files).map(|file| reads(file, &streams)).collect()
    };
    assert!(told(&log(2), Detail::Short).is_ok());
    assert!(matches!(
        told(&log(20), Detail::Short),
        Err(Refused::TooMuch)
    ));
}

#[test]
fn more_answers_as_long_as_a_signature_than_are_checked_are_refused() {
    let certificate = include_bytes!("../../tests/certificates/cn_empty.der");
    let answer = ["FF"; 0x0100].join(" ");
    let answers =
        |count: usize| exchange("00 2A 9E 9A 01 00", &format!("{answer} 90 00")).repeat(count);
    let log = |count: usize| reads(1, certificate) + &answers(count);
    assert!(told(&log(100), Detail::Short).is_ok());
    assert!(matches!(
        told(&log(5_000), Detail::Short),
        Err(Refused::TooMuch)
    ));
}
