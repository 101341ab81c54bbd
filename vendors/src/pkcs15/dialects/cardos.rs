//! CardOS of Siemens and Atos (sheet CardOS).

use securesign_card::apdu::{Answer, Command, Data};
use securesign_card::application::RetryCounter;
use securesign_card::atr::AtrPattern;
use securesign_card::error::CardError;
use securesign_card::profile::{Mark, Spec};
use securesign_card::sw::StatusWord;

use super::super::sign::{CONFIDENTIALITY, DECIPHER, Input, Key, RSA_PKCS, RSA_RAW, Recipe};
use super::super::{Family, Habits, INFERRED, ISO, Serial};
use super::{exactly, nothing, puk, signature};

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
        rsa: |len| len <= 256,
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
