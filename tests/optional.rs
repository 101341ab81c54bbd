//! Of all that a card is asked, only SELECT (or the session), one certificate, the PIN and
//! the signature are needed. Whatever a card answers to the rest, each dialogue of each
//! family does its job; what is lost is unknown or noted, and no PIN goes where it should
//! not.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/between.rs"]
mod between;

use std::panic::{AssertUnwindSafe, catch_unwind};

use bench::{Bench, Shared};
use between::{At, Between, Studied};
use securesign_core::error::{CardError, Secret};
use securesign_core::profile::{PinUse, Search, Tries};
use securesign_core::worker::{Job, Look, TokenInfo};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::piv::emulator::{ALL, KeyKind, NIST, Personality, PivCard, Slot, YUBIKEY5};

/// What cards say that do not give something. The last ones make no sense, or no end.
const ANSWERS: [&[u8]; 18] = [
    &[0x69, 0x82],
    &[0x69, 0x85],
    &[0x69, 0x88],
    &[0x6F, 0x00],
    &[0x67, 0x00],
    &[0x6E, 0x00],
    &[0x6A, 0x86],
    &[0x6A, 0x88],
    &[0x6A, 0x82],
    &[0x6B, 0x00],
    &[0x69, 0x00],
    &[0x6D, 0x00],
    &[0x63, 0x00],
    &[0x90, 0x00],
    &[0xDE, 0xAD, 0xBE, 0xEF, 0x05, 0x90, 0x00],
    &[0x53, 0x7F, 0x01, 0x90, 0x00],
    &[0x61, 0x10],
    &[0x00, 0x61, 0x10],
];

/// No other name for what a card of any kind can be asked to do.
#[derive(Clone, Copy, Debug)]
enum Dialogue {
    Tokens,
    /// With the certificate of this serial number.
    SignWith(&'static str),
    Sign,
    /// After everything was read, in a dialogue of its own.
    SignLater,
    Status,
    Change,
    ChangeLater,
    Unblock,
    UnblockLater,
}

/// The secrets of a kind of card, and a new PIN for it.
struct Secrets {
    pin: &'static str,
    puk: &'static str,
    new: &'static str,
}

/// What was read, and what came of the job.
struct Outcome {
    info: TokenInfo,
    result: Result<(), CardError>,
}

impl Dialogue {
    fn look(self) -> Look {
        match self {
            Self::Tokens | Self::SignLater | Self::ChangeLater | Self::UnblockLater => {
                Look::Everything
            }
            Self::Sign => Look::Signing(Search::default()),
            Self::SignWith(serial) => Look::Signing(Search {
                serial: Some(serial.to_owned()),
                everything: false,
            }),
            Self::Status | Self::Change | Self::Unblock => Look::Tries,
        }
    }

    fn hold(self, bench: &Bench, secrets: &Secrets) -> Outcome {
        let (id, info) = bench.token_by(self.look());
        if let Self::SignLater | Self::ChangeLater | Self::UnblockLater = self {
            // Another job in between ends the dialogue that lingers.
            bench.send(Job::Check);
        }
        let result = match self {
            Self::Tokens | Self::Status => Ok(()),
            Self::Sign | Self::SignWith(_) | Self::SignLater => {
                let search = match self.look() {
                    Look::Signing(search) => search,
                    _ => Search::default(),
                };
                let mut offered = info.found.credentials.iter();
                match offered.find(|credential| search.wants(&credential.certificate)) {
                    Some(credential) => {
                        let pin = (credential.pin != PinUse::Never).then_some(secrets.pin);
                        bench.sign(&id, credential, pin).map(drop)
                    }
                    None => panic!("nothing to sign with; notes: {:?}", info.found.notes),
                }
            }
            Self::Change | Self::ChangeLater => {
                bench.change(&id, Secret::Pin, secrets.pin, secrets.new)
            }
            Self::Unblock | Self::UnblockLater => bench.unblock(&id, secrets.puk, secrets.new),
        };
        Outcome { info, result }
    }
}

/// What was read with something refused is what there is, or less; and of what is missing
/// the reader is told.
fn is_part_of(info: &TokenInfo, whole: &TokenInfo, absent: bool) -> Result<(), String> {
    let say = |what: &str| Err(format!("{what}: {info:?}"));
    if info.pin != whole.pin && info.pin != Tries::Unknown {
        return say("tries of the PIN");
    }
    if info.puk != whole.puk && info.puk != Tries::Unknown {
        return say("tries of the PUK");
    }
    if info.serial != whole.serial && info.serial.is_some() {
        return say("serial number");
    }
    for credential in &info.found.credentials {
        if !whole.found.credentials.contains(credential) {
            return say("another certificate");
        }
    }
    for credential in &whole.found.credentials {
        let place = &credential.label;
        let noted = info.found.notes.iter().any(|note| note.place == *place);
        if !noted && !absent && !info.found.credentials.contains(credential) {
            return say(&format!("nothing is said of {place}"));
        }
    }
    Ok(())
}

/// What PIV cards say of an object or a slot that is not there (seen on five applets).
const ABSENT: [[u8; 2]; 4] = [[0x6A, 0x82], [0x6A, 0x88], [0x6A, 0x81], [0x6D, 0x00]];

impl Studied for PivCard {
    const ACTS_FIRST: bool = false;

    fn about(&self, command: &[u8]) -> String {
        match command {
            [_, 0xCB, _, _, lc, data @ ..] => {
                // The tag, in short and in extended length.
                let data = if *lc == 0 { &data[2..] } else { data };
                let len = usize::from(data[1]);
                let tag = &data[2..2 + len];
                let hex: String = tag.iter().map(|byte| format!("{byte:02X}")).collect();
                format!("object {hex}")
            }
            [_, 0x20, 0xFF, reference] => format!("log out {reference:02X}"),
            [_, 0x20, _, reference] => format!("{COUNTER} {reference:02X}"),
            [_, 0xF7 | 0xF8, _, reference, ..] => {
                format!("{:02X} {reference:02X}", command[1])
            }
            [_, 0xA4, ..] => SELECT.to_owned(),
            [_, 0x20 | 0x24 | 0x2C, _, reference, ..] => {
                format!("{SECRET} {:02X} to {reference:02X}", command[1])
            }
            [_, 0x87, ..] => SIGN.to_owned(),
            _ => format!("{command:02X?}"),
        }
    }
}

const COUNTER: &str = "counter";
const SELECT: &str = "select";
const SECRET: &str = "secret";
const SIGN: &str = "sign";

struct Run {
    outcome: Outcome,
    /// What each command was about.
    log: Vec<String>,
    tries: (u8, u8),
}

/// A card in one dialogue; afterwards its PIN is what it was.
fn piv(card: &Shared<PivCard>, dialogue: Dialogue, at: At, answer: &'static [u8]) -> Run {
    let between = Shared::new(Between::new(card.clone(), at, answer));
    let bench = Bench::new(between.clone(), None);
    let outcome = dialogue.hold(&bench, &PIV_SECRETS);
    bench.end();
    let log = between.card().log.clone();
    let mut card = card.card();
    let tries = (card.pin_tries(), card.puk_tries());
    set_back(&mut card);
    Run {
        outcome,
        log,
        tries,
    }
}

/// SELECT, and RESET RETRY COUNTER with the PUK.
fn set_back(card: &mut PivCard) {
    let aid = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00];
    let values = [
        PIV_SECRETS.puk.as_bytes(),
        PIV_SECRETS.pin.as_bytes(),
        &[0xFF, 0xFF],
    ]
    .concat();
    for command in [
        [&[0x00, 0xA4, 0x04, 0x00, 0x09][..], &aid].concat(),
        [&[0x00, 0x2C, 0x00, 0x80, 0x10][..], &values].concat(),
    ] {
        let answer = card.transmit(&command);
        assert!(answer.ends_with(&[0x90, 0x00]) || answer[answer.len() - 2] == 0x61);
    }
    card.reset();
}

const PIV_SECRETS: Secrets = Secrets {
    pin: "123456",
    puk: "12345678",
    new: "654321",
};

fn secrets(log: &[String]) -> Vec<&String> {
    log.iter().filter(|name| name.starts_with(SECRET)).collect()
}

/// A card with all that a PIV card can have.
fn full(personality: Personality) -> PivCard {
    PivCard::builder(personality)
        .seed(b"optional")
        .serial(7_654_321)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .key(Slot::KEY_MANAGEMENT, KeyKind::P256)
        .key(Slot::CARD_AUTHENTICATION, KeyKind::P256)
        .key(Slot::retired(1).unwrap(), KeyKind::P256)
        .key_history(1, 0)
        .build()
        .unwrap()
}

/// Which object has the certificate of this serial number, which is that of its place.
fn object(serial: &str) -> String {
    let reference = u8::from_str_radix(serial, 16).unwrap();
    format!(
        "object {:06X}",
        Slot::from_reference(reference).unwrap().object()
    )
}

fn is_needed(name: &str, dialogue: Dialogue) -> bool {
    name == SELECT
        || name == SIGN
        || name.starts_with(SECRET)
        || matches!(dialogue, Dialogue::SignWith(serial) if name == object(serial))
}

const DIALOGUES: [Dialogue; 11] = [
    Dialogue::Tokens,
    Dialogue::SignWith("9C"),
    Dialogue::SignWith("9A"),
    Dialogue::SignWith("82"),
    Dialogue::Sign,
    Dialogue::SignLater,
    Dialogue::Status,
    Dialogue::Change,
    Dialogue::ChangeLater,
    Dialogue::Unblock,
    Dialogue::UnblockLater,
];

/// Each command that is not needed gets each answer: every time, and only once.
fn try_everything(personality: Personality, once: bool) -> Vec<String> {
    let name = personality.name;
    let card = Shared::new(full(personality));
    let mut failures = Vec::new();
    for dialogue in DIALOGUES {
        // It has no retired keys, although it stores their certificates.
        if (name, format!("{dialogue:?}").as_str()) == ("openfips201", "SignWith(\"82\")") {
            continue;
        }
        let whole = piv(&card, dialogue, At::Nowhere, &[]);
        whole
            .outcome
            .result
            .as_ref()
            .unwrap_or_else(|error| panic!("{name}, {dialogue:?}: {error}"));
        let mut places: Vec<(At, &String)> = Vec::new();
        for (nth, about) in whole.log.iter().enumerate() {
            if is_needed(about, dialogue) {
                continue;
            }
            if once {
                places.push((At::Nth(nth), about));
            } else if !places.iter().any(|(_, other)| *other == about) {
                places.push((At::About(about.clone()), about));
            }
        }
        assert!(!places.is_empty(), "{name}, {dialogue:?}");
        for (at, about) in places {
            for answer in ANSWERS {
                if is_meant(about, name, answer) {
                    continue;
                }
                let place = format!("{name}, {dialogue:?}, {about} ({at:?}), {answer:02X?}");
                let run = catch_unwind(AssertUnwindSafe(|| {
                    piv(&card, dialogue, at.clone(), answer)
                }));
                match run {
                    Ok(run) => {
                        let fault = judge(&run, &whole, answer);
                        failures.extend(fault.map(|fault| format!("{place}: {fault}")));
                    }
                    Err(_) => failures.push(format!("{place}: panicked")),
                }
            }
        }
    }
    failures
}

/// Answers that are no failure to tell, but tell something.
fn is_meant(about: &str, product: &str, answer: &[u8]) -> bool {
    match (about, answer) {
        // There is no such PIN, so that none is sent (tests/absent.rs).
        (_, [0x6A, 0x86 | 0x88]) => about.starts_with(COUNTER),
        // No tries are left, in that product's words.
        (_, [0x63, 0x00]) => about.starts_with(COUNTER) && product == "yubikey-neo",
        // Its firmware is an older one, which has another number.
        ("F8 00", [0x6D, 0x00]) => true,
        _ => false,
    }
}

fn judge(run: &Run, whole: &Run, answer: &[u8]) -> Option<String> {
    if let Err(error) = &run.outcome.result {
        return Some(error.to_string());
    }
    let absent = ABSENT.iter().any(|absent| absent == answer);
    if let Err(error) = is_part_of(&run.outcome.info, &whole.outcome.info, absent) {
        return Some(error);
    }
    if secrets(&run.log) != secrets(&whole.log) {
        return Some(format!("sent {:?}", secrets(&run.log)));
    }
    if run.tries != whole.tries {
        return Some(format!("{:?} tries left", run.tries));
    }
    // Twenty retired places, and what is asked for in another way; an answer that has no
    // end is left at its bound.
    let drip = if answer == [0x00, 0x61, 0x10] {
        3 * 1024
    } else {
        0
    };
    let most = whole.log.len() + 30 + drip;
    (run.log.len() > most).then(|| format!("{} commands", run.log.len()))
}

#[test]
fn no_piv_product_needs_more_than_select_one_certificate_the_pin_and_the_signature() {
    let mut failures = Vec::new();
    for personality in ALL {
        failures.extend(try_everything(*personality, false));
    }
    assert!(
        failures.is_empty(),
        "{} of them:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn what_a_piv_card_refuses_once_stops_nothing() {
    let mut failures = Vec::new();
    for personality in [NIST, YUBIKEY5] {
        failures.extend(try_everything(personality, true));
    }
    assert!(
        failures.is_empty(),
        "{} of them:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
