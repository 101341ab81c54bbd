//! Of all that an ePass2003 is asked, only the session, one certificate, the PIN and the
//! signature are needed. Whatever a card answers to the rest, the job is done.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use bench::{Bench, Shared};
use securesign_core::cache::{Cache, Name};
use securesign_core::error::Secret;
use securesign_core::profile::{Search, Tries};
use securesign_core::worker::Look;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Builder, Container, Epass, Mode};

const PIN: &str = "12345678";
const READER: Option<usize> = Some(2100);
const INDEX: u16 = 0x6F01;
const SECURED: [Mode; 3] = [Mode::Aes, Mode::Des, Mode::Fips];

/// What cards say that do not give something; the last three make no sense, or no end.
const ANSWERS: [&[u8]; 14] = [
    &[0x69, 0x82],
    &[0x69, 0x85],
    &[0x69, 0x88],
    &[0x6F, 0x00],
    &[0x67, 0x00],
    &[0x6E, 0x00],
    &[0x6A, 0x86],
    &[0x6A, 0x88],
    &[0x6B, 0x00],
    &[0x69, 0x00],
    &[0x6D, 0x00],
    &[0xDE, 0xAD, 0xBE, 0xEF, 0x90, 0x00],
    &[0x90, 0x00],
    &[0x61, 0x10],
];

/// Two signing certificates as Indian tokens have them.
fn token(mode: Mode) -> Builder {
    two_certificates(Epass::l2(mode))
}

fn two_certificates(builder: Builder) -> Builder {
    builder
        .seed(b"tests")
        .certificate(Container::signing("CN=Ada Lovelace,C=IN"))
        .certificate(Container::signing("CN=Ada Lovelace,C=IN").label("second"))
}

/// Which commands are answered with something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    Nowhere,
    /// How many tries are left of the secret with this reference.
    Counter(u8),
    /// The serial number, plain or not.
    Serial,
    /// Reading this file.
    File(u16),
    /// The command of this number, once.
    Nth(usize),
}

struct Stubborn {
    card: Shared<Epass>,
    at: Where,
    answer: &'static [u8],
    seen: usize,
    /// GET RESPONSE goes on where the card was begun with.
    draining: bool,
    files: Vec<u16>,
}

impl Stubborn {
    fn is_meant(&mut self, command: &[u8]) -> bool {
        self.seen += 1;
        let [cla, ins, p1, p2, rest @ ..] = command else {
            return false;
        };
        if *ins == 0xC0 && std::mem::take(&mut self.draining) {
            return true;
        }
        let selected = self.card.card().selected();
        if *ins == 0xB0 {
            self.files.extend(selected);
        }
        // Without data: nothing but the checksum, or nothing at all.
        let empty = matches!(rest, [] | [0x0A, 0x8E, ..]);
        match self.at {
            Where::Nowhere => false,
            Where::Counter(kid) => {
                (*ins, *p1, *p2) == (0x82, 0x01, 0x80 | kid) && *cla != 0x84 && empty
            }
            Where::Serial => (*ins, *p1, *p2) == (0xCA, 0x01, 0x80),
            Where::File(file) => *ins == 0xB0 && selected == Some(file),
            Where::Nth(nth) => self.seen == nth,
        }
    }
}

impl Emulator for Stubborn {
    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        if self.is_meant(command) {
            self.draining = self.answer[0] == 0x61;
            return self.answer.to_vec();
        }
        self.card.transmit(command)
    }
}

/// Keeps nothing.
struct Nowhere;

impl Cache for Nowhere {
    fn find(&self, _: &Name) -> Option<Vec<u8>> {
        None
    }

    fn keep(&self, _: &Name, _: &[u8]) {}

    fn clear(&self) {}
}

struct Stand {
    bench: Bench,
    card: Shared<Epass>,
    between: Shared<Stubborn>,
}

/// With a cache, so that what it takes to know a token again is asked for too.
fn stand(builder: Builder, at: Where, answer: &'static [u8]) -> Stand {
    let card = Shared::new(builder.build().unwrap());
    let between = Shared::new(Stubborn {
        card: card.clone(),
        at,
        answer,
        seen: 0,
        draining: false,
        files: Vec::new(),
    });
    Stand {
        bench: Bench::caching(between.clone(), READER, Nowhere),
        card,
        between,
    }
}

/// Lists everything, signs and changes the PIN.
fn whole_job(stand: &Stand, name: &str) {
    let (_, info) = stand.bench.token_by(Look::Everything);
    assert!(!info.found.credentials.is_empty(), "{name}");
    let (id, info) = stand.bench.token_by(Look::Signing(Search::default()));
    let credential = info.found.credentials.first();
    let credential = credential.unwrap_or_else(|| panic!("{name}: nothing to sign with"));
    stand
        .bench
        .sign(&id, credential, Some(PIN))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    stand
        .bench
        .change(&id, Secret::Pin, PIN, "another one")
        .unwrap_or_else(|error| panic!("{name}, changing: {error}"));
    assert_eq!(stand.card.card().pin_tries(), 10, "{name}");
}

#[test]
fn counters_and_the_serial_number_that_are_refused_are_unknown() {
    for mode in SECURED.into_iter().chain([Mode::Plain]) {
        for at in [Where::Counter(1), Where::Counter(2), Where::Serial] {
            for answer in ANSWERS {
                let name = format!("{mode:?}, {at:?}, {answer:02X?}");
                let stand = stand(token(mode), at, answer);
                let (_, info) = stand.bench.token_by(Look::Everything);
                match at {
                    Where::Counter(1) => assert_eq!(info.pin, Tries::Unknown, "{name}"),
                    Where::Counter(_) => assert_eq!(info.puk, Tries::Unknown, "{name}"),
                    // Without protection any bytes are a serial number.
                    _ if mode == Mode::Plain && answer.len() > 2 => {}
                    _ => assert_eq!(info.serial, None, "{name}"),
                }
                whole_job(&stand, &name);
            }
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other() {
    // A layout, the files without which there is nothing to be found, and how many others
    // there are at least.
    type Layout = (fn(Mode) -> Builder, &'static [u16], usize);
    let layouts: [Layout; 2] = [
        (Epass::l2, &[INDEX], 4),
        (Epass::l1, &[0x5031, 0x4402, 0x4404], 3),
    ];
    for (mode, (layout, needed, others)) in [Mode::Aes, Mode::Plain]
        .into_iter()
        .flat_map(|mode| layouts.map(|layout| (mode, layout)))
    {
        let token = |mode| two_certificates(layout(mode));
        let whole = stand(token(mode), Where::Nowhere, &[]);
        whole.bench.token_by(Look::Everything);
        let mut files = whole.between.card().files.clone();
        files.sort_unstable();
        files.dedup();
        files.retain(|file| !needed.contains(file));
        assert!(files.len() >= others, "{files:04X?}");
        for file in files {
            for answer in ANSWERS {
                let name = format!("{mode:?}, {file:04X}, {answer:02X?}");
                whole_job(&stand(token(mode), Where::File(file), answer), &name);
            }
        }
    }
}

#[test]
fn a_session_lost_before_the_pin_is_opened_again() {
    for mode in SECURED {
        let whole = stand(token(mode), Where::Nowhere, &[]);
        let look = || Look::Signing(Search::default());
        whole.bench.token_by(look());
        let listing = whole.between.card().seen;
        let sign = |stand: &Stand| {
            let (id, info) = stand.bench.token_by(look());
            stand
                .bench
                .sign(&id, &info.found.credentials[0], Some(PIN))
                .map(drop)
        };
        // And GET CHALLENGE in front of the PIN.
        for nth in 1..=listing + 1 {
            for answer in [&[0x69, 0x85], &[0x69, 0x88]] {
                let name = format!("{mode:?}, command {nth}, {answer:02X?}");
                let stand = stand(token(mode), Where::Nth(nth), answer);
                sign(&stand).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(stand.card.card().pin_tries(), 10, "{name}");
            }
        }
    }
}
