//! STARCOS of Giesecke+Devrient (sheet STARCOS).

mod esign;

use securesign_card::apdu::{Answer, Command, Data};
use securesign_card::application::RetryCounter;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::Spec;
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

use super::super::files::{Selecting, Steps, select_root};
use super::super::sign::{AUTHENTICATION, Input, Recipe};
use super::super::{Beginning, Family, Habits, INFERRED, ISO, Unblocking};
use super::{exactly, nothing, puk, signature};
use esign::{ESIGN_34, ESIGN_35};

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
        selecting: Selecting::InSteps(Steps {
            directory: [0x00, 0x0C],
            ..Steps::PLAIN
        }),
        chunk: 0x0080,
        form: Some(Form::Padded { len: 8, with: 0x00 }),
        unblocking: puk(8, 0x00, RetryCounter::Unknown),
        confidence: INFERRED,
        rsa: |len| len <= 128,
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
    selecting: Selecting::InSteps(Steps {
        directory: [0x01, 0x00],
        file: [0x02, 0x04],
        ..Steps::PLAIN
    }),
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

/// STARCOS 3.4, where EF(PWDD) tells the form of PINs. One without a directory of PKCS#15 may
/// have the eSign application.
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
        given: Some(&ESIGN_34),
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
            exactly(b"\x3B\xDF\x96\xFF\x81\x31\xFE\x45\x80[DE.BNOTK111\x81\x05\xA0"),
            exactly(b"\x3B\xDF\x96\xFF\x81\x31\xFE\x45\x80[DE.BNOTK100\x81\x05\xA0"),
            exactly(&[
                0x3B, 0xD9, 0x96, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x31, 0xB8, 0x73, 0x86, 0x01,
                0xE0, 0x81, 0x05, 0x22,
            ]),
        ],
        aid: &[],
        source: "OpenSC card-starcos.c, run against a software card",
    },
    habits: STARCOS_3,
    begin: starcos_35,
};

/// STARCOS 3.5 with the eSign application.
pub static STARCOS_35_ESIGN: Family = Family {
    spec: Spec {
        id: "starcos-3.5-esign",
        name: "STARCOS 3.5 eSign",
        marks: &[exactly(
            b"\x3B\xDF\x96\xFF\x81\x31\xFE\x45\x80[DE.BA_SC352\x81\x05\xB5",
        )],
        aid: &[],
        source: "OpenSC card-starcos.c and pkcs15-starcos-esign.c, run against a software card",
    },
    habits: Habits {
        given: Some(&ESIGN_35),
        ..STARCOS_3
    },
    begin: starcos_35,
};

fn starcos_35(
    card: &mut Channel<'_>,
    beginning: &Beginning<'_>,
    habits: &mut Habits,
) -> Result<(), CardError> {
    starcos_form(card, beginning, habits, [0x00, 0x13], 0x88)
}

/// The historical bytes of the card of the German chamber of notaries: nobody has written
/// how its PINs are sent.
const NOTARIES: &[u8] = b"DE.BNOTK";

/// The step in which the form of PINs is read.
const FORM_STEP: &str = "read the form of PINs";

/// Most records of EF(KEYD) that are read.
const RECORDS: u8 = 8;

/// ISO 9564, format 2.
const ISO_9564: u8 = 0x12;

/// The form of PINs. Where the card does not tell it clearly, none is sent.
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
    let historical = beginning.atr.historical();
    if historical.windows(NOTARIES.len()).any(|it| it == NOTARIES) {
        habits.blind = true;
        return Ok(());
    }
    select_root(card, FORM_STEP, 0x00, Answer::Short)?;
    match starcos_told(card, file, tag)? {
        Some(0x11 | ISO_9564) => {
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
        // Nothing that is known, or two digits a byte, and nobody knows how many bytes.
        _ => habits.blind = true,
    }
    Ok(())
}

/// The number of the form: in the first record that begins with this tag of a file below the
/// root, and that of ISO 9564 where there is no such file or record.
fn starcos_told(card: &mut Channel<'_>, file: [u8; 2], tag: u8) -> Result<Option<u8>, CardError> {
    let select = Command::new([0x00, 0xA4, 0x02, 0x04]).data(&file);
    let mut sw = card.send(FORM_STEP, &select.answer(Answer::Short))?.sw;
    for number in 1..=RECORDS {
        if !sw.is_ok() {
            let is_absent = matches!(sw, StatusWord::NOT_FOUND | StatusWord::NO_RECORD);
            return Ok(is_absent.then_some(ISO_9564));
        }
        let read = Command::new([0x00, 0xB2, number, 0x04]).answer(Answer::Short);
        let record = card.send(FORM_STEP, &read)?;
        sw = record.sw;
        if sw.is_ok() {
            match record.data.first() {
                Some(first) if *first == tag => return Ok(starcos_format(&record.data)),
                Some(_) if tlv::split(&record.data).is_ok() => {}
                _ => return Ok(None),
            }
        }
    }
    Ok(None)
}

/// `7B { A4 { 89 format } }`, or without the template between.
fn starcos_format(record: &[u8]) -> Option<u8> {
    let objects = tlv::split(record).ok()?;
    let outer = objects.iter().find(|object| object.tag == 0x7B)?;
    let inner = tlv::find(outer.value, 0xA4).ok()?.unwrap_or(outer.value);
    tlv::find(inner, 0x89).ok()??.first().copied()
}
