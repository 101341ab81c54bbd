//! `securesign learn` on recordings of OpenSC at work on each emulator: the reports name the
//! steps that are known of the family from elsewhere, and nothing in them is the PIN.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
#[path = "learn/others.rs"]
mod others;
#[path = "support/pty.rs"]
mod pty;
#[path = "support/spied.rs"]
mod spied;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use home::{Home, LIMIT};
use pty::Terminal;
use securesign_vendors::emulator::KeyKind;
use securesign_vendors::epass2003::emulator::{Container, Epass, Mode};
use securesign_vendors::gids::emulator::{GIDS_APPLET, GidsCard};
use securesign_vendors::idprime::emulator::{IDPRIME940, IdPrimeCard};
use securesign_vendors::openpgp::emulator::{KeySlot, OPCARD, OpenPgpCard};
use securesign_vendors::piv::emulator::{NIST, PivCard, Slot};
use securesign_vendors::pkcs15::emulator::{ALL, Object, Pkcs15Card};
use securesign_vendors::sc_hsm::emulator::{NITROKEY_HSM, ScHsmCard};
use spied::{Recorded, signed};
use support::run::{feed, run};

const PIN: &str = "593817";

/// What a report is asked for.
struct Expected<'a> {
    recorded: Recorded,
    pin: &'a str,
    /// The application's name, and how it was answered.
    application: Option<&'a str>,
    /// The command that carried the PIN, and its form.
    verify: [&'a str; 2],
    /// How the certificate's holder is called.
    subject: &'a str,
    /// The command that signed, the scheme, and how the digest was given.
    sign: [&'a str; 3],
    counter: Option<&'a str>,
}

/// All three logs of the same run say the same, and what is known.
fn learned(expected: &Expected<'_>) {
    let home = Home::bare();
    let pin = home.file("pin", &format!("{}\n", expected.pin));
    let mut reports = Vec::new();
    for (kind, log) in expected.recorded.logs() {
        let file = home.file(kind, log);
        let words = ["learn", &file, "--full", "--pin-file", &pin];
        let done = run(&mut home.program(&words), LIMIT);
        assert!(done.success, "{kind}: {done:?}");
        let written = fs::read_to_string(format!("{file}.trace")).unwrap();
        assert_eq!(written, done.stdout, "what is printed is what is written");
        without(&written, expected.pin);
        reports.push((kind, report(&written)));
    }
    let (_, first) = &reports[0];
    for (kind, report) in &reports {
        for told in expected.told() {
            assert!(report.contains(told), "{kind}: no {told:?} in {report}");
        }
        assert_eq!(report, first, "{kind}");
    }
}

impl Expected<'_> {
    fn told(&self) -> impl Iterator<Item = &str> {
        let optional = [self.application, self.counter].into_iter().flatten();
        let told = optional.chain(self.verify).chain(self.sign);
        told.chain([self.subject])
    }
}

/// The lines of comment, without those that only one of the logs can have.
fn report(trace: &str) -> String {
    let lines = trace.lines().filter(|line| line.starts_with("# "));
    let apart = [
        "in the reader",
        "answer to reset",
        "looks like",
        "securesign tokens",
    ];
    let common = lines.filter(|line| !apart.iter().any(|word| line.contains(word)));
    common.collect::<Vec<_>>().join("\n")
}

/// In no form that a byte can have: as text, as bytes, in UTF-16, as BCD, and hashed.
fn without(trace: &str, pin: &str) {
    let lines = trace
        .lines()
        .filter(|line| line.starts_with(['>', '<', ' ']));
    let is_byte = |token: &&str| token.len() == 2 && token.bytes().all(|c| c.is_ascii_hexdigit());
    let bytes = lines.flat_map(str::split_whitespace).filter(is_byte);
    let shown = bytes.collect::<Vec<_>>().join(" ");
    let spaced = |digits: &str| {
        let two = digits.as_bytes().chunks(2).map(String::from_utf8_lossy);
        two.collect::<Vec<_>>().join(" ").to_uppercase()
    };
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect::<String>()
    };
    let wide: Vec<u8> = pin.bytes().flat_map(|byte| [byte, 0]).collect();
    let mut forms = vec![hex(pin.as_bytes()), hex(&wide), pin.to_owned()];
    for filled in [0, 8, 16] {
        for with in [0x00, 0xFF] {
            let mut bytes = pin.as_bytes().to_vec();
            bytes.resize(filled.max(pin.len()), with);
            forms.extend(["-sha1", "-sha256"].map(|hash| {
                let mut openssl = Command::new("openssl");
                let done = feed(openssl.args(["dgst", "-r", hash]), &bytes, LIMIT);
                done.stdout[..12].to_owned()
            }));
        }
    }
    for form in forms {
        assert!(!shown.contains(&spaced(&form)), "{form}: {trace}");
    }
    assert!(!trace.contains(pin), "{trace}");
}

#[test]
fn a_piv_card() {
    let card = PivCard::builder(NIST)
        .seed(b"learn")
        .pin(PIN)
        .key(Slot::AUTHENTICATION, KeyKind::Rsa2048)
        .build()
        .unwrap();
    learned(&Expected {
        recorded: signed(Box::new(card), PIN, Some("01"), "SHA256-RSA-PKCS"),
        pin: PIN,
        application: None,
        // SP 800-73-4, part 2, 3.2.1: eight bytes, FF behind the PIN.
        verify: ["00 20 00 80: VERIFY, 8 bytes", "padded with FF to 8 bytes"],
        subject: "issued to PIV Emulator, serial number 9A",
        // The same, 3.2.4: algorithm 07, key 9A; RSA takes the whole block.
        sign: [
            "00 87 07 9A: signed",
            "PKCS#1 v1.5 with SHA-256",
            "the whole PKCS#1 block, 256",
        ],
        counter: Some("00 20 00 80: VERIFY without a PIN: 63C3"),
    });
}

#[test]
fn a_piv_card_with_a_curve() {
    let card = PivCard::builder(NIST)
        .seed(b"learn")
        .pin(PIN)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap();
    learned(&Expected {
        recorded: signed(Box::new(card), PIN, Some("02"), "ECDSA"),
        pin: PIN,
        application: None,
        verify: ["00 20 00 80: VERIFY, 8 bytes", "padded with FF to 8 bytes"],
        subject: "issued to PIV Emulator, serial number 9C",
        sign: [
            "00 87 11 9C: signed",
            "ECDSA, r and s in DER",
            "given in the command itself: the bare digest, 32 bytes",
        ],
        counter: Some("00 20 00 80: VERIFY without a PIN: 63C3"),
    });
}

#[test]
fn an_idprime_of_a_model_that_pads() {
    let card = IdPrimeCard::builder(IDPRIME940)
        .seed(b"learn")
        .pin(PIN)
        .key(0, KeyKind::Rsa2048)
        .build()
        .unwrap();
    learned(&Expected {
        recorded: signed(Box::new(card), PIN, None, "SHA256-RSA-PKCS"),
        pin: PIN,
        application: Some("A0 00 00 00 18 80 00 00 00 06 62"),
        verify: [
            "00 20 00 11: VERIFY, 16 bytes",
            "padded with 00 to 16 bytes",
        ],
        subject: "IDPrime Emulator",
        // Hashed by PSO, with the hash of the program behind 90.
        sign: [
            "00 2A 9E 9A: signed",
            "PKCS#1 v1.5 with SHA-256",
            "given by 00 2A 90 A0 before it: the bare digest, 32 bytes, behind 90 20",
        ],
        counter: Some("00 20 00 11: VERIFY without a PIN: 63C5"),
    });
}

#[test]
fn an_openpgp_card() {
    const PW1: &str = "123456";
    let card = OpenPgpCard::builder(OPCARD)
        .seed(b"learn")
        .key(KeySlot::Authentication, KeyKind::Rsa2048)
        .build()
        .unwrap();
    learned(&Expected {
        recorded: signed(Box::new(card), PW1, Some("03"), "SHA256-RSA-PKCS"),
        pin: PW1,
        application: Some("D2 76 00 01 24 01"),
        // OpenPGP card 3.4, 7.2.2 and 7.2.13: PW1 as 82, as long as it is; INTERNAL
        // AUTHENTICATE takes a DigestInfo.
        verify: [
            "00 20 00 82: VERIFY, 6 bytes",
            "a byte a character, not padded",
        ],
        subject: "issued to OpenPGP Emulator",
        sign: [
            "00 88 00 00: signed",
            "PKCS#1 v1.5 with SHA-256",
            "given in the command itself: a DigestInfo, 51 bytes",
        ],
        counter: Some("00 20 00 82: VERIFY without a PIN: 63C3"),
    });
}

#[test]
fn a_gids_card() {
    let card = GidsCard::builder(GIDS_APPLET)
        .seed(b"learn")
        .pin(PIN)
        .key(0, KeyKind::Rsa2048)
        .build()
        .unwrap();
    learned(&Expected {
        recorded: signed(Box::new(card), PIN, None, "SHA256-RSA-PKCS"),
        pin: PIN,
        application: Some("A0 00 00 03 97 42 54 46 59"),
        verify: [
            "00 20 00 80: VERIFY, 6 bytes",
            "a byte a character, not padded",
        ],
        subject: "issued to",
        sign: [
            "00 2A 9E 9A: signed",
            "PKCS#1 v1.5 with SHA-256",
            "given in the command itself",
        ],
        counter: Some("tag 97 in its answer has 3"),
    });
}

#[test]
fn a_smartcard_hsm() {
    const USER: &str = "648219";
    let card = ScHsmCard::builder(NITROKEY_HSM)
        .seed(b"learn")
        .key(2, KeyKind::P256)
        .build()
        .unwrap();
    learned(&Expected {
        recorded: signed(Box::new(card), USER, None, "ECDSA"),
        pin: USER,
        application: Some("E8 2B 06 01 04 01 81 C3 1F 02 01"),
        verify: [
            "00 20 00 81: VERIFY, 6 bytes",
            "a byte a character, not padded",
        ],
        subject: "issued to",
        // CardContact's own: SIGN, with the key's number and the algorithm (70: plain ECDSA).
        sign: [
            "80 68 02 70: signed",
            "ECDSA, r and s in DER",
            "given in the command itself: the bare digest, 32 bytes",
        ],
        counter: Some("00 20 00 81: VERIFY without a PIN: 63C3"),
    });
}

#[test]
fn a_card_with_pkcs15_files() {
    const DEFAULT: &str = "123456";
    let dialect = |name: &str| *ALL.iter().find(|dialect| dialect.name == name).unwrap();
    let card = Pkcs15Card::builder(dialect("myeid"))
        .seed(b"learn")
        .object(Object::signing("CN=Ada Lovelace", KeyKind::Rsa2048))
        .build()
        .unwrap();
    learned(&Expected {
        recorded: signed(Box::new(card), DEFAULT, None, "SHA256-RSA-PKCS"),
        pin: DEFAULT,
        application: Some("A0 00 00 00 63 50 4B 43 53 2D 31 35"),
        verify: ["00 20 00 01: VERIFY, 8 bytes", "padded with FF to 8 bytes"],
        subject: "Ada Lovelace",
        sign: [
            "00 2A 9E 9A: signed",
            "PKCS#1 v1.5 with SHA-256",
            "given in the command itself",
        ],
        counter: None,
    });
}

/// Of protected commands nothing is shown but their frames, and the report says why. OpenSC
/// opens a session and reads; it does not know the vendor's layout, and stops there.
#[test]
fn an_epass2003_with_secure_messaging() {
    let card = Epass::l2(Mode::Aes)
        .certificate(Container::signing("CN=Ada Lovelace"))
        .seed(b"learn")
        .build()
        .unwrap();
    let home = Home::bare();
    let mut program = Command::new("sh");
    program.args(["-c", "pkcs15-tool --list-certificates; true"]);
    let recorded = spied::of(Box::new(card), program);
    for (kind, log) in recorded.logs() {
        let file = home.file(kind, log);
        let done = run(&mut home.program(&["learn", &file, "--no-pin"]), LIMIT);
        assert!(done.success, "{kind}: {done:?}");
        assert!(!done.stdout.contains("Ada"), "a name: {}", done.stdout);
        for told in [
            "class 0C",
            // GlobalPlatform's INITIALIZE UPDATE and EXTERNAL AUTHENTICATE.
            "opened by 80 50 00 00: 8 bytes, 28 back",
            "opened by 84 82 03 00: 16 bytes",
            "its keys cannot be learned",
            "> 80 50 00 00 | 08 <hidden:8>",
            "< <hidden:28> 90 00",
        ] {
            assert!(
                done.stdout.contains(told),
                "{kind}: no {told:?} in {}",
                done.stdout
            );
        }
    }
}

#[test]
fn nothing_is_overwritten_and_nobody_is_asked_where_nobody_sits() {
    let home = Home::bare();
    let file = home.file(
        "log",
        "00000001 APDU: 00 20 00 01 04 31 32 33 34 \n00000001 SW: 90 00 \n",
    );
    let done = run(&mut home.program(&["learn", &file]), LIMIT);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(done.stderr.contains("--no-pin"), "{done:?}");
    assert!(!Path::new(&format!("{file}.trace")).exists());
    let quiet = ["learn", &file, "--no-pin"];
    let done = run(&mut home.program(&quiet), LIMIT);
    assert!(
        done.success && done.stdout.contains("> 00 20 00 01 | 04 <pin:4>"),
        "{done:?}"
    );
    let first = fs::read_to_string(format!("{file}.trace")).unwrap();
    let done = run(&mut home.program(&quiet), LIMIT);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(done.stderr.contains("exists already"), "{done:?}");
    assert_eq!(fs::read_to_string(format!("{file}.trace")).unwrap(), first);
    // Not even the recording itself.
    let done = run(
        &mut home.program(&["learn", &file, "--no-pin", "--to", &file]),
        LIMIT,
    );
    assert_eq!(done.code, Some(2), "{done:?}");
    let letter = home.file("letter", "Dear Sir or Madam\n");
    let done = run(&mut home.program(&["learn", &letter, "--no-pin"]), LIMIT);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(
        done.stderr.contains("not a recording that can be read"),
        "{done:?}"
    );
}

#[test]
fn the_pin_is_asked_without_echo_and_so_is_a_further_one() {
    let home = Home::bare();
    let log = "1 APDU: 00 24 00 01 0C 35 39 33 38 31 37 37 31 33 38 39 35 \n1 SW: 90 00 \n\
               1 APDU: 80 30 00 00 06 37 31 33 38 39 35 \n1 SW: 90 00 \n";
    let file = home.file("log", log);
    let mut terminal = Terminal::start(&home.program(&["learn", &file, "--full"]));
    terminal.says("The PIN that was typed", 1);
    terminal.types("593817\n");
    terminal.says("Another PIN or PUK", 1);
    terminal.types("713895\n");
    terminal.says("Another PIN or PUK", 2);
    terminal.types("\n");
    let ended = terminal.ended();
    assert_eq!((ended.code, ended.echo), (0, true), "{}", ended.text);
    for pin in [PIN, "713895"] {
        without(&ended.text, pin);
    }
    assert!(
        ended.text.contains("> 80 30 00 00 | 06 <pin:6>"),
        "{}",
        ended.text
    );
    let written = fs::read_to_string(format!("{file}.trace")).unwrap();
    assert!(
        written.contains("CHANGE REFERENCE DATA, 12 bytes"),
        "{written}"
    );
}

/// A command that no standard has, with the PIN in each form.
#[test]
fn a_pin_is_found_wherever_it_stands() {
    let home = Home::bare();
    let pin = home.file("pin", PIN);
    let hash = |name: &str| {
        let mut openssl = Command::new("openssl");
        let done = feed(openssl.args(["dgst", "-r", name]), PIN.as_bytes(), LIMIT);
        done.stdout.split(' ').next().unwrap().to_owned()
    };
    for (form, told) in [
        ("353933383137".to_owned(), "a byte a character, not padded"),
        ("353933383137FFFF".into(), "padded with FF to 8 bytes"),
        ("59381700".into(), "BCD"),
        ("26593817FFFFFFFF".into(), "ISO 9564-1 format 2"),
        ("350039003300380031003700".into(), "UTF-16"),
        (hash("-sha1"), "SHA-1 of it"),
        (hash("-sha256"), "SHA-256 of it"),
    ] {
        let digits = form.as_bytes().chunks(2);
        let bytes: Vec<&str> = digits
            .map(|two| std::str::from_utf8(two).unwrap())
            .collect();
        let (length, bytes) = (bytes.len(), bytes.join(" "));
        let log = format!(
            "1 APDU: 80 30 00 00 {length:02X} {bytes} \n1 SW: 90 00 \n\
             1 APDU: 00 B0 00 00 40 \n1 SW: 01 02 {bytes} 03 90 00 \n"
        );
        let file = home.file(&format!("log-{length}-{}", told.len()), &log);
        let words = ["learn", &file, "--full", "--pin-file", &pin];
        let done = run(&mut home.program(&words), LIMIT);
        assert!(done.success, "{done:?}");
        assert!(done.stdout.contains(told), "{told}: {}", done.stdout);
        assert!(
            done.stdout
                .contains(&format!("> 80 30 00 00 | {length:02X} <pin:{length}>"))
        );
        assert!(
            done.stdout
                .contains(&format!("< <pin:{}> 90 00", length + 3)),
            "{}",
            done.stdout
        );
        assert!(!done.stdout.replace(' ', "").contains(&form.to_uppercase()));
    }
}
