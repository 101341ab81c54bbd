//! The fuzz targets of `tests/fuzz` without libFuzzer: their seeds, what becomes
//! of a seed that is cut, bent or doubled, and bytes of no kind at all.

#![allow(clippy::expect_used, reason = "here a panic is a failed test")]
#![allow(clippy::panic, reason = "as above")]

#[path = "fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::path::{Path, PathBuf};

use fuzz::card::{self, Errand, Reached, Script};
use fuzz::{Run, TARGETS, epass};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::{Channel, Extended};
use securesign_card::frame::Frame;
use securesign_card::tlv;
use securesign_card::transport::{Transport, TransportError};
use securesign_handoff::link;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Container, Epass};
use securesign_vendors::piv::emulator::{
    Builder, Form, KeyKind, NIST, Personality, PivCard, Slot, YUBIKEY_NEO, YUBIKEY5,
};

/// Of each seed, at places spread over it: enough to meet every field.
const PLACES: usize = 40;

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(target)
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(corpus(target))
        .expect("every target has seeds")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    let read = |path: &PathBuf| fs::read(path).expect("a seed is readable");
    paths.iter().map(read).collect()
}

#[test]
fn r27_every_seed_is_stood() {
    for (target, run) in TARGETS {
        for seed in seeds(target) {
            run(&seed);
        }
        run(&[]);
    }
}

/// Else all the rules about PINs would be kept by never sending one.
#[test]
fn r27_the_seeds_of_cards_reach_what_is_watched() {
    for (name, secrets, done) in [
        ("p256-always", 2, 2),
        ("rsa-chained", 1, 2),
        ("rsa-extended", 1, 2),
        ("wrong-then-last", 2, 0),
        ("last-try-kept", 0, 0),
        ("last-try-spent", 1, 0),
        ("wrong-neo", 2, 0),
        ("change", 1, 1),
        ("change-puk", 1, 1),
        ("unblock", 1, 1),
    ] {
        let seed = fs::read(corpus("card").join(name)).expect("a seed");
        assert_eq!(card::reached(&seed), Reached { secrets, done }, "{name}");
    }
}

/// Else no callback would be built of any.
#[test]
fn r27_the_seeds_of_links_are_requests() {
    for seed in seeds("link") {
        let parsed = link::parse_bytes(&seed);
        assert!(parsed.is_ok(), "{parsed:?}");
    }
}

#[test]
fn r27_seeds_cut_bent_and_doubled_are_stood() {
    for (target, run) in TARGETS {
        for seed in seeds(target) {
            for at in (0..seed.len()).step_by((seed.len() / PLACES).max(1)) {
                run(&seed[..at]);
                run(&seed[at..]);
                for bits in [0x01, 0x80, 0xFF] {
                    let mut bent = seed.clone();
                    bent[at] ^= bits;
                    run(&bent);
                }
                let end = seed.len().min(at + 16);
                run(&[&seed[..end], &seed[at..]].concat());
            }
        }
    }
}

/// One place of a seed: its share of the length, what is done, and with what.
type Change = (prop::sample::Index, u8, u8);

fn changed(seed: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (index, kind, value) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = index.index(bytes.len());
        match kind % 5 {
            0 => bytes.truncate(at),
            1 => bytes[at] = *value,
            2 => bytes.insert(at, *value),
            3 => drop(bytes.drain(at..bytes.len().min(at + usize::from(*value)))),
            _ => {
                let part = bytes[at..bytes.len().min(at + usize::from(*value))].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

fn check(target: &str, run: Run, strategy: impl Strategy<Value = Vec<u8>>) {
    let config = Config {
        cases: 128,
        failure_persistence: None,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&strategy, |bytes| {
        run(&bytes);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{target}: {error}");
    }
}

#[test]
fn r27_seeds_changed_at_random_are_stood() {
    for (target, run) in TARGETS {
        let changes = prop::collection::vec(any::<Change>(), 1..6);
        let strategy = (prop::sample::select(seeds(target)), changes)
            .prop_map(|(seed, changes)| changed(&seed, &changes));
        check(target, run, strategy);
    }
}

#[test]
fn r27_any_bytes_are_stood() {
    for (target, run) in TARGETS {
        check(target, run, prop::collection::vec(any::<u8>(), 0..700));
        // Text gets further where text is read.
        let text = prop::string::string_regex("[ -~\r\n\t|é]{0,200}").expect("a pattern");
        check(target, run, text.prop_map(String::into_bytes));
    }
}

/// A card that hands out its answer byte by byte is cut off too, wherever it
/// begins to do so.
#[test]
fn r27_a_card_that_drips_comes_to_an_end() {
    struct Drip {
        from: usize,
        frames: usize,
    }
    impl Transport for Drip {
        fn exchange(&mut self, _frame: &Frame) -> Result<Vec<u8>, TransportError> {
            self.frames += 1;
            Ok(match self.frames > self.from {
                true => vec![0x00, 0x61, 0x01],
                false => vec![0x90, 0x00],
            })
        }
    }
    for from in [0, 1, 3] {
        card::drive(Errand::sign(0), &mut Drip { from, frames: 0 });
    }
}

fn emulated(personality: Personality) -> Builder {
    PivCard::builder(personality)
        .seed(b"fuzz")
        .guid([0x42; 16])
        .pin(card::PIN)
        .puk(card::PUK)
        .holder("CN=Ada Lovelace")
}

/// Writes down what the emulator answers.
struct Writing {
    card: PivCard,
    bytes: Vec<u8>,
}

impl Transport for Writing {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.transmit(frame.expose());
        self.bytes.extend(Script::written(&answer));
        Ok(answer)
    }
}

fn object(card: PivCard, tag: &[u8]) -> Vec<u8> {
    let bytes = Vec::new();
    let mut card = Writing { card, bytes };
    let mut channel = Channel::new(&mut card, Extended::UNKNOWN);
    let list = [&[0x5C, tag.len() as u8], tag].concat();
    let select = Command::new([0x00, 0xA4, 0x04, 0x00])
        .data(&[0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00])
        .answer(Answer::Short);
    let read = Command::new([0x00, 0xCB, 0x3F, 0xFF])
        .data(&list)
        .answer(Answer::Long);
    channel.require("select", &select).expect("PIV");
    channel.require("read", &read).expect("an object")
}

/// The same of the ePass2003, in each of its modes.
#[test]
fn r27_the_seeds_of_an_epass2003_reach_what_is_watched() {
    for (name, _, secrets) in EPASS_SEEDS {
        let seed = fs::read(corpus("epass").join(name)).expect("a seed");
        assert_eq!(epass::reached(&seed), (secrets, true), "{name}");
    }
}

/// Name, errand, and how often a PIN or PUK, or a key made of one, is sent.
const EPASS_SEEDS: [(&str, u8, u32); 8] = [
    ("sign-plain", 0x00, 1),
    ("sign-aes", 0x01, 1),
    ("sign-des", 0x02, 1),
    ("sign-fips", 0x03, 1),
    ("everything-aes", 0x21, 1),
    ("document-plain", 0x18, 1),
    ("change-fips", 0x0B, 2),
    ("unblock-plain", 0x10, 3),
];

/// Passes everything on, and keeps the answers as an input has them.
struct WritingEpass {
    card: Epass,
    bytes: Vec<u8>,
}

impl Transport for WritingEpass {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.transmit(frame.expose());
        if !epass::opens(frame.expose()) {
            self.bytes.extend(Script::written(&answer));
        }
        Ok(answer)
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        epass::fixed(bytes)
    }
}

/// `cargo test --test fuzzed -- --ignored` makes the seeds that are not text.
#[test]
#[ignore = "writes into tests/fuzz/corpus"]
fn seeds_are_made_by_the_emulator() {
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = corpus(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("a seed is writable");
    };
    let converse = |name: &str, errand: Errand, builder: Builder| {
        let card = builder.build().expect("a card");
        let mut card = Writing {
            card,
            bytes: errand.bytes().to_vec(),
        };
        card::drive(errand, &mut card);
        write("card", name, &card.bytes);
    };
    let p256 = |personality| emulated(personality).key(Slot::SIGNATURE, KeyKind::P256);
    let rsa = |personality| emulated(personality).key(Slot::AUTHENTICATION, KeyKind::Rsa2048);
    converse("p256-always", Errand::sign(0), p256(NIST));
    converse("rsa-chained", Errand::sign(1), rsa(YUBIKEY5));
    let extended = rsa(YUBIKEY5).extended_capability();
    converse("rsa-extended", Errand::sign(1).extended(), extended);
    let wrong = |personality| p256(personality).pin("111222").tries(2, 2);
    converse("wrong-then-last", Errand::sign(0), wrong(NIST));
    let last = || p256(NIST).pin("111222").tries(1, 1);
    converse("last-try-kept", Errand::sign(0).keep(), last());
    converse("last-try-spent", Errand::sign(0), last());
    converse("wrong-neo", Errand::sign(2), wrong(YUBIKEY_NEO));
    converse("change", Errand::sign(0).change(), p256(NIST));
    converse("change-puk", Errand::sign(1).change_puk(), p256(YUBIKEY5));
    converse("unblock", Errand::sign(1).unblock(), p256(YUBIKEY5));

    for (name, errand, _) in EPASS_SEEDS {
        let errand = epass::Errand(errand);
        let mut card = Epass::l2(errand.mode())
            .seed(b"seeds")
            .certificate(Container::signing("CN=Ada").rsa1024().size(700))
            .build()
            .expect("a card");
        card.inject_random(&epass::CHALLENGE);
        let bytes = vec![errand.0];
        let mut card = WritingEpass { card, bytes };
        epass::drive(errand, &mut card);
        write("epass", name, &card.bytes);
    }

    const SIGNATURE: &[u8] = &[0x5F, 0xC1, 0x0A];
    let make = |builder: Builder| builder.build().expect("a card");
    for (name, form) in [
        ("plain", Form::Plain),
        ("gzip", Form::Gzip),
        ("zlib", Form::Zlib),
        ("net-id", Form::NetId),
        ("bare", Form::Bare),
    ] {
        let card = make(p256(NIST).form(Slot::SIGNATURE, form));
        write("object", name, &object(card, SIGNATURE));
    }
    let card = || make(p256(NIST).key_history(3, 0));
    write("object", "chuid", &object(card(), &[0x5F, 0xC1, 0x02]));
    write("object", "history", &object(card(), &[0x5F, 0xC1, 0x0C]));
    write("tlv", "certificate", &object(card(), SIGNATURE));
    for (name, kind) in [
        ("p256", KeyKind::P256),
        ("p384", KeyKind::P384),
        ("rsa2048", KeyKind::Rsa2048),
        ("ed25519", KeyKind::Ed25519),
    ] {
        let builder = emulated(NIST)
            .key(Slot::SIGNATURE, kind)
            .bare(Slot::SIGNATURE);
        let object = object(make(builder), SIGNATURE);
        let der = tlv::expect(&object, 0x53).expect("an object");
        write("certificate", name, der);
    }
}
