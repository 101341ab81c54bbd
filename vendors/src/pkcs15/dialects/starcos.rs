//! STARCOS of Giesecke+Devrient (sheet STARCOS).

use securesign_card::apdu::{Answer, Command, Data};
use securesign_card::application::RetryCounter;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::Spec;
use securesign_card::tlv;

use super::super::files::Selecting;
use super::super::sign::{AUTHENTICATION, Input, Recipe};
use super::super::{Beginning, Family, Habits, INFERRED, ISO, Unblocking};
use super::{exactly, nothing, puk, signature};

/// STARCOS SPK 2.3 and 2.4. They sign by INTERNAL AUTHENTICATE, and tell nothing of a
/// directory that is selected.
pub static STARCOS_2: Family = Family {
    spec: Spec {
        id: "starcos-2",
        name: "STARCOS 2",
        marks: &[
            exactly(b"\x3B\xB7\x94\x00\xC0\x24\x31\xFE\x65SPK23\x90\x00\xB4"),
            exactly(b"\x3B\xB7\x94\x00\x81\x31\xFE\x65SPK23\x90\x00\xD1"),
            exactly(b"\x3B\xB7\x18\x00\xC0\x3E\x31\xFE\x65SPK24\x90\x00\x25"),
        ],
        aid: &[],
        source: "OpenSC card-starcos.c and starcos.profile, run against a software card",
    },
    habits: Habits {
        selecting: Selecting::Steps {
            directory: [0x00, 0x0C],
            file: [0x00, 0x00],
        },
        chunk: 0x0080,
        form: Some(Form::Padded { len: 8, with: 0x00 }),
        unblocking: puk(8, 0x00, RetryCounter::Unknown),
        confidence: INFERRED,
        rsa: 128,
        curve: 0,
        selects_key: true,
        recipe: |key| {
            Some(Recipe {
                tag: AUTHENTICATION,
                template: vec![0x84, 0x01, key.entry.reference?, 0x80, 0x01, 0x01],
                header: [0x00, 0x88, 0x10, 0x00],
                input: Input::DigestInfo,
            })
        },
        log_out: &[Command {
            data: Data::Plain(&[0x3F, 0x00]),
            ..Command::new([0x00, 0xA4, 0x00, 0x0C])
        }],
        ..ISO
    },
    begin: nothing,
};

/// What all STARCOS 3 have in common. The form of PINs is read from the card.
const STARCOS_3: Habits = Habits {
    selecting: Selecting::Steps {
        directory: [0x01, 0x00],
        file: [0x02, 0x04],
    },
    confidence: INFERRED,
    curve: 0,
    selects_key: true,
    recipe: |key| {
        let local = if key.entry.path.is_some() { 0x80 } else { 0x00 };
        let reference = key.entry.reference? | local;
        let template = vec![0x84, 0x01, reference, 0x89, 0x02, 0x13, 0x23];
        Some(signature(template, Input::DigestInfo))
    },
    ..ISO
};

/// STARCOS 3.4, where EF(PWDD) tells the form of PINs.
pub static STARCOS_34: Family = Family {
    spec: Spec {
        id: "starcos-3.4",
        name: "STARCOS 3.4",
        marks: &[
            exactly(&[
                0x3B, 0xD8, 0x18, 0xFF, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x03, 0x80, 0x64, 0x04, 0x1A,
                0xB4, 0x03, 0x81, 0x05, 0x61,
            ]),
            exactly(&[
                0x3B, 0xD3, 0x96, 0xFF, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x07, 0x80, 0x81, 0x05, 0x2D,
            ]),
            exactly(&[
                0x3B, 0xD0, 0x97, 0xFF, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x07, 0x2B,
            ]),
            exactly(&[
                0x3B, 0xD0, 0x96, 0xFF, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x07, 0x2A,
            ]),
        ],
        aid: &[],
        source: "OpenSC card-starcos.c, run against a software card",
    },
    habits: Habits {
        counter: RetryCounter::EmptyVerify,
        ..STARCOS_3
    },
    begin: |card, beginning, habits| starcos_form(card, beginning, habits, [0x00, 0x15], 0x7B),
};

/// STARCOS 3.5, where EF(KEYD) does.
pub static STARCOS_35: Family = Family {
    spec: Spec {
        id: "starcos-3.5",
        name: "STARCOS 3.5",
        marks: &[
            exactly(&[
                0x3B, 0x9B, 0x96, 0xC0, 0x0A, 0x31, 0xFE, 0x45, 0x80, 0x67, 0x04, 0x1E, 0xB5, 0x01,
                0x00, 0x89, 0x4C, 0x81, 0x05, 0x45,
            ]),
            exactly(&[
                0x3B, 0xDB, 0x96, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x67, 0x05, 0x34, 0xB5, 0x02,
                0x01, 0xC0, 0xA1, 0x81, 0x05, 0x3C,
            ]),
            exactly(&[
                0x3B, 0xD9, 0x96, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x31, 0xB8, 0x73, 0x86, 0x01,
                0xC0, 0x81, 0x05, 0x02,
            ]),
            exactly(&[
                0x3B, 0xD9, 0x96, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x31, 0xB8, 0x73, 0x86, 0x01,
                0xE0, 0x81, 0x05, 0x22,
            ]),
        ],
        aid: &[],
        source: "OpenSC card-starcos.c, run against a software card",
    },
    habits: STARCOS_3,
    begin: |card, beginning, habits| starcos_form(card, beginning, habits, [0x00, 0x13], 0x88),
};

/// Most records of EF(KEYD) that are read.
const RECORDS: u8 = 8;

/// The form of PINs: in the first record that begins with this tag of a file below the root.
/// Where nothing tells, it is that of ISO 9564.
fn starcos_form(
    card: &mut Channel<'_>,
    beginning: &Beginning<'_>,
    habits: &mut Habits,
    file: [u8; 2],
    tag: u8,
) -> Result<(), CardError> {
    if !beginning.is_first {
        return Ok(());
    }
    let during = "read the form of PINs";
    let root = Command::new([0x00, 0xA4, 0x00, 0x00]).data(&[0x3F, 0x00]);
    card.require(during, &root.answer(Answer::Short))?;
    let select = Command::new([0x00, 0xA4, 0x02, 0x04]).data(&file);
    let mut format = None;
    if card.send(during, &select.answer(Answer::Short))?.sw.is_ok() {
        for number in 1..=RECORDS {
            let read = Command::new([0x00, 0xB2, number, 0x04]).answer(Answer::Short);
            let record = card.send(during, &read)?;
            if !record.sw.is_ok() {
                break;
            }
            if record.data.first() == Some(&tag) {
                format = starcos_format(&record.data);
                break;
            }
        }
    }
    match format {
        None | Some(0x11 | 0x12) => {
            habits.form = Some(Form::Iso9564);
            let rules = PinRules {
                min: 4,
                max: 12,
                charset: Charset::Digits,
                form: Form::Iso9564,
            };
            habits.unblocking = Unblocking::Puk(rules, RetryCounter::Unknown);
        }
        Some(0x14 | 0x21) => {}
        // Two digits a byte, and nobody knows how many bytes.
        Some(_) => habits.blind = true,
    }
    Ok(())
}

/// `7B { A4 { 89 format } }`, or without the template between.
fn starcos_format(record: &[u8]) -> Option<u8> {
    let objects = tlv::split(record).ok()?;
    let outer = objects.iter().find(|object| object.tag == 0x7B)?;
    let inner = tlv::find(outer.value, 0xA4).ok()?.unwrap_or(outer.value);
    tlv::find(inner, 0x89).ok()??.first().copied()
}
