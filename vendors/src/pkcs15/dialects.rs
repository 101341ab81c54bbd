//! The kinds of cards: each in what it differs.

mod cardos;
mod ftcos;
mod rutoken;
mod setcos;
mod starcos;

use securesign_card::apdu::{Answer, Command, Data};
use securesign_card::application::RetryCounter;
use securesign_card::atr::AtrPattern;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::{Mark, Spec};

use crate::known;

use super::files::Selecting;
use super::sign::{COMPUTE, Input, Recipe, SIGNATURE};
use super::{Beginning, Family, Habits, Home, ISO, Serial, UNTRIED, Unblocking};

pub use cardos::{CARDOS_4, CARDOS_5, CARDOS_50};
pub use ftcos::FTCOS;
pub use rutoken::RUTOKEN;
pub use setcos::SETCOS;
pub use starcos::{STARCOS_2, STARCOS_34, STARCOS_35, STARCOS_35_ESIGN};

/// Nothing tells more than the answer to reset, or nothing has to be selected.
fn nothing(_: &mut Channel<'_>, _: &Beginning<'_>, _: &mut Habits) -> Result<(), CardError> {
    Ok(())
}

/// A PUK that goes in the form of the PIN: text, filled.
const fn puk(len: usize, with: u8, counter: RetryCounter) -> Unblocking {
    Unblocking::Puk(printable(len, Form::Padded { len, with }), counter)
}

/// Text of at most so many characters.
const fn printable(max: usize, form: Form) -> PinRules {
    PinRules {
        min: 4,
        max,
        charset: Charset::Printable,
        form,
    }
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

/// The whole answer to reset.
const fn exactly(value: &'static [u8]) -> Mark {
    Mark::Atr(AtrPattern { value, mask: &[] })
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
            data: Data::Plain(ISOAPPLET_AID),
            answer: Answer::Short,
            ..Command::new([0x00, 0xA4, 0x04, 0x00])
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

/// A card of no known kind: by its directory, wherever that is. It is read and shown; how a
/// PIN goes to it and how it signs is as the standards say, which was tried on no card.
///
/// A card that a kind above has by its answer to reset and did not open is none: what is
/// known of that kind would be forgotten, and its PIN sent in another form.
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
    begin: |_, beginning, habits| {
        if DEDICATED.iter().any(|kind| kind.has(beginning.atr)) {
            return Err(CardError::Unsupported(Missing::Setup));
        }
        let product = known::name(beginning.atr, "");
        habits.blind |= product.is_some_and(|it| OWN_CODING.contains(&it.family));
        Ok(())
    },
};

/// Families whose directory does not say how a PIN is sent: they have a form of their own,
/// or want a secure channel first. Where a card of one that is served got here, it did not
/// open as what it is.
const OWN_CODING: [&str; 5] = ["belgium", "spain", "epass2003", "entersafe", "idprime"];

/// The kinds that an answer to reset tells.
static DEDICATED: [&Family; 10] = [
    &MYEID,
    &CARDOS_4,
    &CARDOS_50,
    &CARDOS_5,
    &RUTOKEN,
    &STARCOS_2,
    &STARCOS_34,
    &STARCOS_35,
    &STARCOS_35_ESIGN,
    &SETCOS,
];
