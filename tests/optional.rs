//! Of all that a card is asked, only SELECT (or the session), one certificate, the PIN and
//! the signature are needed. Whatever a card answers to the rest, each dialogue of each
//! family does its job; what is lost is unknown or noted, and no PIN goes where it should
//! not.
//!
//! Longer than most files: one machine that plays every dialogue again, with its rules.

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
use securesign_app::worker::{Job, Look, TokenInfo};
use securesign_card::cache::{Cache, Name};
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::{PinUse, Search, Tries};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Builder, Container, Epass, Mode};
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

/// Some of them: refused, the session lost, nothing, no sense, no end.
const FEW_ANSWERS: [&[u8]; 6] = [
    &[0x69, 0x82],
    &[0x69, 0x85],
    &[0x69, 0x88],
    &[0x90, 0x00],
    &[0xDE, 0xAD, 0xBE, 0xEF, 0x05, 0x90, 0x00],
    &[0x61, 0x10],
];

/// What a card of any kind is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Dialogue {
    Tokens,
    /// With the certificate of this serial number.
    SignWith(String),
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
    fn look(&self) -> Look {
        match self {
            Self::Tokens | Self::SignLater | Self::ChangeLater | Self::UnblockLater => {
                Look::Everything
            }
            Self::Sign => Look::Signing(Search::default()),
            Self::SignWith(serial) => Look::Signing(Search {
                serial: Some(serial.clone()),
                everything: false,
            }),
            Self::Status | Self::Change | Self::Unblock => Look::Tries,
        }
    }

    fn hold(&self, bench: &Bench, secrets: &Secrets) -> Outcome {
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
                        let pin = (credential.when != PinUse::Never).then_some(secrets.pin);
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
    // One note where nothing could be read at all, else one for each.
    let missing = whole.found.credentials.len() - info.found.credentials.len();
    let notes = info
        .found
        .notes
        .len()
        .saturating_sub(whole.found.notes.len());
    let nothing = info.found.credentials.is_empty() && notes > 0;
    if notes < missing && !nothing && !absent {
        return say("nothing is said of what is missing");
    }
    Ok(())
}

/// A cache that keeps nothing: what it takes to know a token again is asked for each time.
struct Nowhere;

impl Cache for Nowhere {
    fn find(&self, _: &Name) -> Option<Vec<u8>> {
        None
    }

    fn keep(&self, _: &Name, _: &[u8]) {}

    fn clear(&self) {}
}

/// A card with secrets that the test knows.
trait Card: Studied + 'static {
    const SECRETS: Secrets;
    const READER: Option<usize>;

    /// Where a PIN that was right is needed once more, it is verified once more.
    const VERIFIES_AGAIN: bool;

    /// Left of the PIN and of the PUK.
    fn tries(&self) -> (u8, u8);

    /// Has its first PIN again; false: another card has to be made.
    fn set_back(&mut self) -> bool;
}

/// What cards do not say of a thing, but of its absence.
type Meant = fn(about: &str, answer: &[u8]) -> bool;

/// A card, and what of its dialogues is what.
struct Stand<'a, C> {
    name: String,
    make: &'a dyn Fn() -> C,
    dialogues: Vec<Dialogue>,
    answers: &'a [&'static [u8]],
    needed: &'a dyn Fn(&[String], usize, &Dialogue) -> bool,
    /// Answers that are no failure to tell, but tell something.
    meant: Meant,
    /// What the card says of a place that has no certificate.
    absent: &'a [[u8; 2]],
}

struct Run {
    outcome: Outcome,
    /// What each command was about.
    log: Vec<String>,
    tries: (u8, u8),
}

const COUNTER: &str = "counter";
const SECRET: &str = "secret";
const SIGN: &str = "sign";

fn secrets(log: &[String]) -> Vec<&String> {
    log.iter().filter(|name| name.starts_with(SECRET)).collect()
}

impl<C: Card> Stand<'_, C> {
    /// A card in one dialogue; afterwards its PIN is what it was.
    fn run(&self, card: &mut Shared<C>, dialogue: &Dialogue, at: At, answer: &'static [u8]) -> Run {
        let between = Shared::new(Between::new(card.clone(), at, answer));
        let bench = Bench::caching(between.clone(), C::READER, Nowhere);
        let outcome = dialogue.hold(&bench, &C::SECRETS);
        bench.end();
        let log = between.card().log.clone();
        let tries = card.card().tries();
        let ready = card.card().set_back();
        if !ready {
            *card = Shared::new((self.make)());
        }
        Run {
            outcome,
            log,
            tries,
        }
    }

    /// Each command that is not needed gets each answer: every time, or only once. What
    /// went wrong.
    fn try_everything(&self, once: bool) -> Vec<String> {
        let mut failures = Vec::new();
        let mut card = Shared::new((self.make)());
        for dialogue in &self.dialogues {
            let whole = self.run(&mut card, dialogue, At::Nowhere, &[]);
            let name = format!("{}, {dialogue:?}", self.name);
            if let Err(error) = &whole.outcome.result {
                panic!("{name}: {error}");
            }
            let places = self.places(&whole.log, dialogue, once);
            assert!(!places.is_empty(), "{name}");
            for (at, about) in places {
                for &answer in self.answers {
                    if (self.meant)(&about, answer) {
                        continue;
                    }
                    let place = format!("{name}, {about} ({at:?}), {answer:02X?}");
                    let run = catch_unwind(AssertUnwindSafe(|| {
                        self.run(&mut card, dialogue, at.clone(), answer)
                    }));
                    let fault = match run {
                        Ok(run) => self.judge(&run, &whole, dialogue, answer),
                        Err(_) => {
                            card = Shared::new((self.make)());
                            Some("the test ended there".to_owned())
                        }
                    };
                    failures.extend(fault.map(|fault| format!("{place}: {fault}")));
                }
            }
        }
        failures
    }

    fn places(&self, log: &[String], dialogue: &Dialogue, once: bool) -> Vec<(At, String)> {
        let mut places: Vec<(At, String)> = Vec::new();
        for (nth, about) in log.iter().enumerate() {
            // What is needed once cannot be missing every time.
            let same = (0..log.len()).filter(|other| !once && log[*other] == *about);
            if same
                .chain([nth])
                .any(|nth| (self.needed)(log, nth, dialogue))
            {
                continue;
            }
            if once {
                places.push((At::Nth(nth), about.clone()));
            } else if !places.iter().any(|(_, other)| other == about) {
                places.push((At::About(about.clone()), about.clone()));
            }
        }
        places
    }

    fn judge(&self, run: &Run, whole: &Run, dialogue: &Dialogue, answer: &[u8]) -> Option<String> {
        if let Err(error) = &run.outcome.result {
            return Some(error.to_string());
        }
        let absent = self.absent.iter().any(|absent| absent == answer);
        if let Err(error) = is_part_of(&run.outcome.info, &whole.outcome.info, absent) {
            return Some(error);
        }
        let mut sent = secrets(&run.log);
        if C::VERIFIES_AGAIN && matches!(dialogue, Dialogue::Change | Dialogue::ChangeLater) {
            sent.dedup();
        }
        if sent != secrets(&whole.log) {
            return Some(format!("sent {:?}", secrets(&run.log)));
        }
        if run.tries != whole.tries {
            return Some(format!("{:?} tries left", run.tries));
        }
        // Twenty retired places, a session or two, and what is asked for in another way;
        // an answer that has no end is left at its bound.
        let drip = if answer == [0x00, 0x61, 0x10] {
            3 * 1024
        } else {
            0
        };
        let most = whole.log.len() + 60 + drip;
        (run.log.len() > most).then(|| format!("{} commands", run.log.len()))
    }
}

fn none(failures: &[String]) {
    let number = failures.len();
    assert!(
        failures.is_empty(),
        "{number} of them:\n{}",
        failures.join("\n")
    );
}

/// What PIV cards say of an object or a slot that is not there (seen on five applets).
const ABSENT: [[u8; 2]; 4] = [[0x6A, 0x82], [0x6A, 0x88], [0x6A, 0x81], [0x6D, 0x00]];

const SELECT: &str = "select";

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

impl Card for PivCard {
    const SECRETS: Secrets = Secrets {
        pin: "123456",
        puk: "12345678",
        new: "654321",
    };
    const READER: Option<usize> = None;
    const VERIFIES_AGAIN: bool = false;

    fn tries(&self) -> (u8, u8) {
        (self.pin_tries(), self.puk_tries())
    }

    /// SELECT, and RESET RETRY COUNTER with the PUK.
    fn set_back(&mut self) -> bool {
        let aid = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00];
        let Secrets { pin, puk, .. } = Self::SECRETS;
        let values = [puk.as_bytes(), pin.as_bytes(), &[0xFF, 0xFF]].concat();
        let select = [&[0x00, 0xA4, 0x04, 0x00, 0x09][..], &aid].concat();
        let unblock = [&[0x00, 0x2C, 0x00, 0x80, 0x10][..], &values].concat();
        self.transmit(&select);
        let done = self.transmit(&unblock) == [0x90, 0x00];
        self.reset();
        done
    }
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

fn every_dialogue(serials: &[String]) -> Vec<Dialogue> {
    let named = serials.iter().cloned().map(Dialogue::SignWith);
    named
        .chain([
            Dialogue::Tokens,
            Dialogue::Sign,
            Dialogue::SignLater,
            Dialogue::Status,
            Dialogue::Change,
            Dialogue::ChangeLater,
            Dialogue::Unblock,
            Dialogue::UnblockLater,
        ])
        .collect()
}

fn piv(personality: Personality, once: bool) -> Vec<String> {
    let needed = |log: &[String], nth: usize, dialogue: &Dialogue| {
        let about = log[nth].as_str();
        // Its serial number is that of its place.
        let wanted = |serial: &str| {
            let reference = u8::from_str_radix(serial, 16).unwrap();
            let slot = Slot::from_reference(reference).unwrap();
            about == format!("object {:06X}", slot.object())
        };
        [SELECT, SIGN].contains(&about)
            || about.starts_with(SECRET)
            || matches!(dialogue, Dialogue::SignWith(serial) if wanted(serial))
    };
    let meant: Meant = |about, answer| match (about, answer) {
        // There is no such PIN, so that none is sent (tests/absent.rs).
        (_, [0x6A, 0x86 | 0x88]) => about.starts_with(COUNTER),
        // Its firmware is an older one, which has another number.
        ("F8 00", [0x6D, 0x00]) => true,
        _ => false,
    };
    // No tries are left, in that product's words.
    let meant_by_neo: Meant = |about, answer| {
        let counter = about.starts_with(COUNTER);
        counter && matches!(answer, [0x63, 0x00] | [0x6A, 0x86 | 0x88])
    };
    let serials: &[&str] = match personality.name {
        // It has no retired keys, although it stores their certificates.
        "openfips201" => &["9C", "9A"],
        _ => &["9C", "9A", "82"],
    };
    let serials: Vec<String> = serials.iter().map(|&serial| serial.to_owned()).collect();
    Stand {
        name: personality.name.to_owned(),
        make: &|| full(personality),
        dialogues: every_dialogue(&serials),
        answers: &ANSWERS,
        needed: &needed,
        meant: if personality.name == "yubikey-neo" {
            meant_by_neo
        } else {
            meant
        },
        absent: &ABSENT,
    }
    .try_everything(once)
}

#[test]
fn no_piv_product_needs_more_than_select_one_certificate_the_pin_and_the_signature() {
    let failures = ALL.iter().flat_map(|personality| piv(*personality, false));
    none(&failures.collect::<Vec<_>>());
}

#[test]
fn what_a_piv_card_refuses_once_stops_nothing() {
    let failures = [NIST, YUBIKEY5]
        .into_iter()
        .flat_map(|personality| piv(personality, true));
    none(&failures.collect::<Vec<_>>());
}

/// The session: its opening, and the directory of the application.
const SESSION: &str = "session";
const CHALLENGE: &str = "challenge";

impl Studied for Epass {
    // Which file is selected shows only then.
    const ACTS_FIRST: bool = true;

    fn about(&self, command: &[u8]) -> String {
        let [cla, ins, p1, p2, rest @ ..] = command else {
            return format!("{command:02X?}");
        };
        // Without data: nothing but the checksum, or nothing at all.
        let empty = matches!(rest, [] | [0x0A, 0x8E, ..]);
        match (*cla, *ins, *p1, *p2) {
            (_, 0xCA, 0x01, 0x86) | (0x80, 0x50, ..) | (0x84, 0x82, 0x03, _) => SESSION.to_owned(),
            (_, 0xCA, ..) => "serial number".to_owned(),
            (_, 0xA4 | 0xB0, ..) => match self.selected() {
                Some(file) => format!("file {file:04X}"),
                None => SESSION.to_owned(),
            },
            (_, 0x84, ..) => CHALLENGE.to_owned(),
            (_, 0x82, _, kid) if empty => format!("{COUNTER} {kid:02X}"),
            (_, 0x82 | 0xE5, _, kid) => format!("{SECRET} {ins:02X} to {kid:02X}"),
            (_, 0x22 | 0x2A, ..) => SIGN.to_owned(),
            _ => format!("{command:02X?}"),
        }
    }
}

impl Card for Epass {
    const SECRETS: Secrets = Secrets {
        pin: "12345678",
        puk: "rockey",
        new: "another one",
    };
    const READER: Option<usize> = Some(2100);
    const VERIFIES_AGAIN: bool = true;

    fn tries(&self) -> (u8, u8) {
        (self.pin_tries(), self.so_tries())
    }

    fn set_back(&mut self) -> bool {
        self.reset();
        false
    }
}

/// One signing certificate, or two.
fn token(layout: fn(Mode) -> Builder, mode: Mode, two: bool) -> Epass {
    let builder = layout(mode)
        .seed(b"tests")
        .certificate(Container::signing("CN=Ada Lovelace,C=IN"));
    let builder = match two {
        true => builder.certificate(Container::signing("CN=Ada Lovelace,C=IN").label("second")),
        false => builder,
    };
    builder.build().unwrap()
}

/// `directory`: the files without which no certificate is found.
fn epass(layout: fn(Mode) -> Builder, directory: &[&str], mode: Mode, once: bool) -> Vec<String> {
    // The files of the first certificate and its key are those that are read of a token
    // that has no other.
    let only = Shared::new(Between::new(
        Shared::new(token(layout, mode, false)),
        At::Nowhere,
        &[],
    ));
    let bench = Bench::caching(only.clone(), Epass::READER, Nowhere);
    let (_, info) = bench.token();
    let serial = info.found.credentials[0].certificate.serial().to_owned();
    drop(bench);
    let its_files = only.card().log.clone();
    let needed = |log: &[String], nth: usize, dialogue: &Dialogue| {
        let about = log[nth].as_str();
        let signs = matches!(dialogue, Dialogue::Sign | Dialogue::SignLater);
        let named = matches!(dialogue, Dialogue::SignWith(_));
        let pin_follows = log
            .get(nth + 1)
            .is_some_and(|next| next.starts_with(SECRET));
        [SESSION, SIGN].contains(&about)
            || about.starts_with(SECRET)
            || about == CHALLENGE && pin_follows
            || signs && directory.contains(&about)
            || named && about.starts_with("file") && its_files.iter().any(|its| its == about)
    };
    // Without protection nothing tells any bytes from a serial number, or from a part of
    // a file.
    let meant: Meant = match mode {
        Mode::Plain if once => |about, answer| {
            let bytes = answer.len() > 2 && answer.ends_with(&[0x90, 0x00]);
            bytes && (about == "serial number" || about.starts_with("file"))
        },
        Mode::Plain => |about, answer| {
            about == "serial number" && answer.len() > 2 && answer.ends_with(&[0x90, 0x00])
        },
        _ => |_, _| false,
    };
    // Under secure messaging every answer that is not protected is the same; what a card
    // refuses once is refused in few ways.
    let answers: &[&[u8]] = match mode {
        Mode::Plain if !once => &ANSWERS,
        _ => &FEW_ANSWERS,
    };
    Stand {
        name: format!("{mode:?}, {}", directory[0]),
        make: &|| token(layout, mode, true),
        dialogues: every_dialogue(&[serial]),
        answers,
        needed: &needed,
        meant,
        absent: &[],
    }
    .try_everything(once)
}

/// The vendor's index of files.
const INDEX: [&str; 1] = ["file 6F01"];
/// EF(ODF), EF(PrKDF) and EF(CDF).
const DIRECTORIES: [&str; 3] = ["file 5031", "file 4402", "file 4404"];

#[test]
fn no_epass2003_needs_more_than_the_session_one_certificate_the_pin_and_the_signature() {
    let mut failures = Vec::new();
    for mode in [Mode::Aes, Mode::Plain] {
        failures.extend(epass(Epass::l2, &INDEX, mode, false));
        failures.extend(epass(Epass::l1, &DIRECTORIES, mode, false));
    }
    for mode in [Mode::Des, Mode::Fips] {
        failures.extend(epass(Epass::l2, &INDEX, mode, false));
    }
    none(&failures);
}

#[test]
fn what_an_epass2003_refuses_once_stops_nothing() {
    let mut failures = Vec::new();
    for mode in [Mode::Aes, Mode::Plain] {
        failures.extend(epass(Epass::l2, &INDEX, mode, true));
        failures.extend(epass(Epass::l1, &DIRECTORIES, mode, true));
    }
    none(&failures);
}

#[test]
fn a_session_lost_before_the_pin_is_opened_again() {
    for (layout, mode) in [
        (Epass::l2 as fn(Mode) -> Builder, Mode::Aes),
        (Epass::l2, Mode::Des),
        (Epass::l2, Mode::Fips),
        (Epass::l1, Mode::Aes),
    ] {
        let sign = |at: At, answer| {
            let card = Shared::new(token(layout, mode, true));
            let between = Shared::new(Between::new(card.clone(), at, answer));
            let bench = Bench::caching(between.clone(), Epass::READER, Nowhere);
            let outcome = Dialogue::Sign.hold(&bench, &Epass::SECRETS);
            bench.end();
            assert_eq!(card.card().pin_tries(), 10);
            let log = between.card().log.clone();
            (outcome.result, log)
        };
        let (_, whole) = sign(At::Nowhere, &[]);
        let pin = whole.iter().position(|about| about.starts_with(SECRET));
        // The opening of the session too, and GET CHALLENGE in front of the PIN.
        for nth in 0..pin.unwrap() {
            for answer in [&[0x69, 0x85], &[0x69, 0x88]] {
                let name = format!("{mode:?}, command {nth}, {answer:02X?}");
                let (result, log) = sign(At::Nth(nth), answer);
                result.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(secrets(&log), secrets(&whole), "{name}");
            }
        }
    }
}
