//! The kinds of cards: each in what it differs.

use securesign_card::apdu::{Answer, Command, Data};
use securesign_card::application::RetryCounter;
use securesign_card::atr::AtrPattern;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::{Mark, Spec};
use securesign_card::sw::StatusWord;

use super::files::Selecting;
use super::sign::{
    COMPUTE, CONFIDENTIALITY, DECIPHER, Input, Key, RSA_PKCS, RSA_RAW, Recipe, SIGNATURE,
};
use super::{
    Beginning, Family, Habits, Home, INFERRED, ISO, Replacing, Serial, UNTRIED, Unblocking,
};

/// Nothing tells more than the answer to reset, or nothing has to be selected.
fn nothing(_: &mut Channel<'_>, _: &Beginning<'_>, _: &mut Habits) -> Result<(), CardError> {
    Ok(())
}

/// A PUK that goes in the form of the PIN: text, filled.
const fn puk(len: usize, with: u8, counter: RetryCounter) -> Unblocking {
    let rules = PinRules {
        min: 4,
        max: len,
        charset: Charset::Printable,
        form: Form::Padded { len, with },
    };
    Unblocking::Puk(rules, counter)
}

/// What has a key by its reference or by its file: `80` algorithm, `81` file, `84` reference.
fn signature(template: Vec<u8>, input: Input) -> Recipe {
    Recipe {
        tag: SIGNATURE,
        template,
        header: COMPUTE,
        input,
    }
}

/// IsoApplet, by its name: API 00.06 tells its version when it is selected, API 01.00
/// answers nothing. Curves of the former sign SHA-1 of what they get, which is no signature
/// that anybody asks for here.
pub static ISOAPPLET: Family = Family {
    spec: Spec {
        id: "isoapplet",
        name: "IsoApplet",
        marks: &[Mark::Application],
        aid: ISOAPPLET_AID,
        source: "IsoApplet, API 00.06 and 01.00, both run; OpenSC card-isoApplet.c",
    },
    habits: Habits {
        counter: RetryCounter::EmptyVerify,
        unblocking: puk(16, 0x00, RetryCounter::Unknown),
        recipe: |key| {
            let algorithm = if key.is_rsa() { 0x11 } else { 0x21 };
            let slot = key.entry.reference?;
            let template = vec![0x80, 0x01, algorithm, 0x84, 0x01, slot];
            Some(signature(template, Input::DigestInfo))
        },
        log_out: &[Command {
            header: [0x00, 0xA4, 0x04, 0x00],
            data: Data::Plain(ISOAPPLET_AID),
            answer: Answer::Short,
            repeatable: true,
        }],
        ..ISO
    },
    begin: |card, _, habits| {
        let version = iso::select(card, ISOAPPLET_AID)?;
        if version.len() >= 3 {
            habits.curve = 0;
        }
        Ok(())
    },
};

const ISOAPPLET_AID: &[u8] = &[
    0xF2, 0x76, 0xA2, 0x88, 0xBC, 0xFB, 0xA6, 0x9D, 0x34, 0xF3, 0x10, 0x01,
];

/// MyEID of Aventra and the free OsEID, by the end of their historical bytes. Values are
/// always filled: one of another length costs OsEID a try. A PUK belongs to its PIN.
pub static MYEID: Family = Family {
    spec: Spec {
        id: "myeid",
        name: "MyEID",
        marks: &[Mark::Historical(b"MyEID"), Mark::Historical(b"OsEID")],
        aid: &[],
        source: "OsEID 4.5.2, run; OpenSC card-myeid.c; Aventra's reference manual",
    },
    habits: Habits {
        counter: RetryCounter::EmptyVerify,
        form: Some(Form::Padded { len: 8, with: 0xFF }),
        unblocking: puk(8, 0xFF, RetryCounter::Unknown),
        recipe: |key| {
            let algorithm = if key.is_rsa() { 0x02 } else { 0x04 };
            let [high, low] = key.file()?;
            let template = vec![
                0x80, 0x01, algorithm, 0x81, 0x02, high, low, 0x84, 0x01, 0x00,
            ];
            Some(signature(template, Input::DigestInfo))
        },
        log_out: &[Command::new([0x00, 0x2E, 0x00, 0x00])],
        serial: Serial::Data(
            Command {
                answer: Answer::Exact(0x14),
                ..Command::new([0x00, 0xCA, 0x01, 0xA0])
            },
            8..18,
        ),
        ..ISO
    },
    begin: nothing,
};

const fn exactly(value: &'static [u8]) -> Mark {
    Mark::Atr(AtrPattern { value, mask: &[] })
}

/// Log-out of CardOS: the root, and a command of its own.
const CARDOS_LOG_OUT: &[Command<'static>] = &[
    Command {
        data: Data::Plain(&[0x3F, 0x00]),
        ..Command::new([0x00, 0xA4, 0x00, 0x0C])
    },
    Command::new([0x80, 0xEA, 0x00, 0x00]),
];

/// GET DATA, what CardOS says of itself.
const fn cardos_data(what: u8, answer: Answer) -> Command<'static> {
    Command {
        answer,
        ..Command::new([0x00, 0xCA, 0x01, what])
    }
}

/// What all generations of CardOS have in common.
const CARDOS: Habits = Habits {
    fills: true,
    reference: 0x80,
    unblocking: puk(8, 0x00, RetryCounter::Unknown),
    confidence: INFERRED,
    algorithms: true,
    log_out: CARDOS_LOG_OUT,
    ..ISO
};

/// CardOS 4.x and eToken PRO. Those from 4.2 on tell two bytes of their answer to reset once
/// more; longer data fields than the short ones are told too.
pub static CARDOS_4: Family = Family {
    spec: Spec {
        id: "cardos-4",
        name: "CardOS 4",
        marks: &[
            exactly(&[
                0x3B, 0xE2, 0x00, 0xFF, 0xC1, 0x10, 0x31, 0xFE, 0x55, 0xC8, 0x02, 0x9C,
            ]),
            exactly(&[
                0x3B, 0xD2, 0x18, 0x02, 0xC1, 0x0A, 0x31, 0xFE, 0x58, 0xC8, 0x0D, 0x51,
            ]),
            Mark::Atr(AtrPattern {
                value: &[
                    0x3B, 0xF2, 0x18, 0x00, 0xFF, 0xC1, 0x0A, 0x31, 0xFE, 0x55, 0xC8, 0x06, 0x8A,
                ],
                mask: &[
                    0xFF, 0xFF, 0x0F, 0xFF, 0x00, 0xFF, 0x00, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
                ],
            }),
        ],
        aid: &[],
        source: "OpenSC card-cardos.c and pkcs15-cardos.c, run against an emulator",
    },
    habits: Habits {
        rsa: 256,
        curve: 0,
        recipe: cardos_4,
        serial: Serial::Data(cardos_data(0x81, Answer::Short), 10..16),
        ..CARDOS
    },
    begin: |card, beginning, _| {
        if !beginning.is_first {
            return Ok(());
        }
        let during = "recognise the card";
        let atr = beginning.atr.bytes();
        if atr.len() == 13 {
            let told = card.require(during, &cardos_data(0x82, Answer::Short))?;
            if told.get(..2) != atr.get(10..12) {
                let sw = StatusWord::NOT_FOUND;
                return Err(CardError::Refused { during, sw });
            }
        }
        let longest = card.send(during, &cardos_data(0x8D, Answer::Exact(2)))?;
        if longest.sw.is_ok() && matches!(longest.data[..], [high, _] if high > 0) {
            card.trust_extended();
        }
        Ok(())
    },
};

/// A key that deciphers too signs by that; of the others EF(TokenInfo) tells whether the card
/// pads.
fn cardos_4(key: &Key<'_>) -> Option<Recipe> {
    const PADS: [u8; 2] = [0x86, 0x88];
    let template = vec![0x83, 0x01, key.entry.reference?];
    if key.entry.decrypts {
        return Some(Recipe {
            tag: CONFIDENTIALITY,
            template,
            header: DECIPHER,
            input: Input::Deciphered,
        });
    }
    let mut signing = key.algorithms.iter().filter(|algorithm| algorithm.signs);
    let pads = signing.any(|it| it.reference.is_some_and(|it| PADS.contains(&it)));
    let input = if pads {
        Input::DigestInfo
    } else {
        Input::Block
    };
    Some(signature(template, input))
}

/// CardOS 5.0: the card pads.
pub static CARDOS_50: Family = Family {
    spec: Spec {
        id: "cardos-5.0",
        name: "CardOS 5",
        marks: &[exactly(&[
            0x3B, 0xD2, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x58, 0xC9, 0x01, 0x14,
        ])],
        ..CARDOS_5_SPEC
    },
    habits: Habits {
        recipe: |key| cardos_5(key, Input::DigestInfo),
        ..CARDOS_5_HABITS
    },
    begin: nothing,
};

/// CardOS 5.3 and 5.4.
pub static CARDOS_5: Family = Family {
    spec: CARDOS_5_SPEC,
    habits: Habits {
        recipe: |key| cardos_5(key, Input::Block),
        ..CARDOS_5_HABITS
    },
    begin: nothing,
};

const CARDOS_5_SPEC: Spec = Spec {
    id: "cardos-5",
    name: "CardOS 5",
    marks: &[
        exactly(&[
            0x3B, 0xD2, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x58, 0xC9, 0x02, 0x17,
        ]),
        exactly(&[
            0x3B, 0xD2, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x58, 0xC9, 0x03, 0x16,
        ]),
        exactly(&[
            0x3B, 0xD2, 0x18, 0x00, 0x81, 0x31, 0xFE, 0x58, 0xC9, 0x04, 0x11,
        ]),
    ],
    aid: &[],
    source: "OpenSC card-cardos.c and pkcs15-cardos.c, run against an emulator",
};

const CARDOS_5_HABITS: Habits = Habits {
    counter: RetryCounter::EmptyVerify,
    serial: Serial::Data(cardos_data(0x81, Answer::Short), 0..8),
    ..CARDOS
};

/// The reference of a key has that of its algorithm in the higher nibble. `unsaid`: what the
/// card takes where EF(TokenInfo) lists no algorithm of the key's kind.
fn cardos_5(key: &Key<'_>, unsaid: Input) -> Option<Recipe> {
    let reference = key.entry.reference?;
    let (algorithm, key_number) = (reference & 0xF0, reference & 0x0F);
    let input = match (key.algorithm(RSA_PKCS), key.algorithm(RSA_RAW)) {
        (Some(_), _) => Input::DigestInfo,
        (None, Some(_)) => Input::Block,
        (None, None) => unsaid,
    };
    let algorithm = match (algorithm, key.is_rsa(), input) {
        (0x00, false, _) => Some(0x30),
        (0x00, true, Input::DigestInfo) => Some(0x10),
        (0x00, ..) => None,
        (algorithm, ..) => Some(algorithm),
    };
    let mut template = vec![0x84, 0x01, key_number, 0x95, 0x01, 0x40];
    template.extend(algorithm.iter().flat_map(|it| [0x80, 0x01, *it]));
    Some(signature(template, input))
}

/// Rutoken ECP by its answers to reset; Rutoken Lite has no keys. Numbers have their last
/// byte first, and what replaces a PIN is an object.
pub static RUTOKEN: Family = Family {
    spec: Spec {
        id: "rutoken",
        name: "Rutoken ECP",
        marks: &[
            exactly(b"\x3B\x8B\x01Rutoken ECP\xA0"),
            exactly(b"\x3B\x8B\x01Rutoken DS \xC1"),
            Mark::Historical(b"RutokenECPsc"),
            Mark::Historical(b"RtSC"),
        ],
        aid: &[],
        source: "OpenSC card-rtecp.c and rutoken_ecp.profile, run against a software card",
    },
    habits: Habits {
        home: Home::Listed,
        selecting: Selecting::Path { directory: 0x00 },
        counter: RetryCounter::EmptyVerify,
        form: Some(Form::Exact),
        unblocking: Unblocking::Officer,
        replacing: Replacing::Verified,
        confidence: INFERRED,
        rsa: 256,
        curve: 0,
        selects_key: true,
        recipe: |key| {
            let file = key.file().map(|[_, low]| low);
            let template = vec![0x84, 0x01, key.entry.reference.or(file)?];
            Some(signature(template, Input::Reversed))
        },
        log_out: &[Command::new([0x80, 0x40, 0x00, 0x00])],
        ..ISO
    },
    begin: nothing,
};

/// A card of no known kind: by its directory, wherever that is. It is read and shown; how a
/// PIN goes to it and how it signs is as the standards say, which was tried on no card.
pub static ANY: Family = Family {
    spec: Spec {
        id: "pkcs15",
        name: "PKCS#15",
        marks: &[Mark::Application],
        aid: &[],
        source: "PKCS#15 v1.1; ISO/IEC 7816-4:2013, 7816-8 and 7816-15:2016",
    },
    habits: Habits {
        home: Home::Sought,
        selecting: Selecting::Either,
        confidence: UNTRIED,
        algorithms: true,
        ..ISO
    },
    begin: nothing,
};
