//! IDPrime tokens that are pulled out, are reset by others, or refuse what is not needed:
//! no try is lost, and a signature needs no more than it must.

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

use bench::{Bench, Shared};
use between::{At, Between, Studied};
use securesign_app::worker::{Look, TokenState};
use securesign_card::application::Confidence;
use securesign_card::error::{CardError, Missing};
use securesign_card::profile::Search;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{Fault, KeyKind};
use securesign_vendors::idprime::emulator::{
    Builder, ETOKEN_5110_CC, ETOKEN_5110_PLUS, ETOKEN_5300, IDPRIME840, IDPRIME930, IDPRIME940,
    IdPrimeCard, MD830, Product,
};

const PIN: &str = "123456";

fn card(product: Product) -> Builder {
    IdPrimeCard::builder(product)
        .seed(b"tests")
        .key(0, KeyKind::Rsa2048)
}

fn watched(builder: Builder) -> (Bench, Shared<IdPrimeCard>) {
    let shared = Shared::new(builder.build().unwrap());
    (Bench::new(shared.clone(), None), shared)
}

/// Reads the token and signs with what it has first; `None`: there is nothing to sign with.
fn journey(bench: &Bench) -> Option<Result<Vec<u8>, CardError>> {
    let view = bench.look(Look::Signing(Search::default())).pop()?;
    let TokenState::Ready(info) = &view.state else {
        return None;
    };
    let credential = info.found.credentials.first()?;
    Some(bench.sign(&view.id, credential, Some(PIN)))
}

#[test]
fn files_that_make_no_sense_are_notes_and_never_a_panic() {
    let garbage: [&[u8]; 6] = [
        &[],
        &[0x00],
        &[0x01, 0x00],
        &[0x30, 0x80],
        &[0x01, 0x00, 0x10, 0x00, 0x78, 0xDA, 0xFF, 0xFF],
        &[0xFF; 300],
    ];
    for product in [MD830, IDPRIME940] {
        for file in [0x0101, 0x0204, 0x0005, 0x0207, 0x0201] {
            for bytes in garbage {
                let built = card(product).file(file, bytes);
                let (bench, card) = watched(built);
                bench.look(Look::Everything);
                assert_eq!(card.card().tries()[0], 5, "{file:04X} {bytes:02X?}");
            }
        }
    }
}

#[test]
fn a_token_removed_or_reset_at_any_command_loses_no_try_and_stays_no_open_card() {
    for product in [MD830, IDPRIME840, ETOKEN_5110_CC] {
        let (bench, _) = watched(card(product));
        let (_, steps) = bench.count(|| journey(&bench).unwrap().unwrap());
        for error in [TransportError::Removed, TransportError::Reset] {
            for after in 0..steps {
                let (bench, card) = watched(card(product));
                let fault = Fault {
                    after,
                    error: error.clone(),
                };
                bench.reader.fault(fault);
                let outcome = journey(&bench);
                bench.end();
                let name = format!("{}, {error:?} after {after}", product.name);
                let [pin, _, puk] = card.card().tries();
                assert_eq!([pin, puk], [5, 5], "{name}");
                match error {
                    // Without power nothing stays verified; the emulator is not asked.
                    TransportError::Removed => assert!(!matches!(outcome, Some(Ok(_))), "{name}"),
                    _ => assert_eq!(card.card().is_verified(), [false, false], "{name}"),
                }
            }
        }
    }
}

#[test]
fn what_wants_secure_messaging_is_told_before_a_pin_is_sent() {
    for product in [ETOKEN_5110_PLUS, ETOKEN_5300, IDPRIME930] {
        let built = card(product).protected_map();
        let (bench, card) = watched(built);
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        assert_eq!(credential.missing, Some(Missing::Session));
        let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
        assert_eq!(error, CardError::Unsupported(Missing::Session));
        assert_eq!(card.card().tries()[0], 5);
        let sent = card.card().sent().to_vec();
        assert!(!sent.iter().any(|it| it[1] == 0x22), "{}", product.name);
    }
}

#[test]
fn a_person_is_asked_before_a_pin_goes_to_a_model_known_by_its_answer_to_reset_alone() {
    for (product, verify) in [
        (ETOKEN_5300, Confidence::Inferred),
        (ETOKEN_5110_PLUS, Confidence::Known),
        (MD830, Confidence::Known),
    ] {
        let (bench, _) = watched(card(product));
        let (_, info) = bench.token();
        assert_eq!(info.verify, verify, "{}", product.name);
        assert_eq!(info.pin_view().change, Ok(verify), "{}", product.name);
    }
}

#[test]
fn a_token_that_takes_no_pin_says_so_and_no_try_is_gone() {
    let built = card(ETOKEN_5300).readable_map().verify_refused();
    let (bench, card) = watched(built);
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
    assert!(matches!(error, CardError::Declined { .. }), "{error}");
    assert_eq!(card.card().tries()[0], 5);
}

const APPLICATION: &str = "application";
const PROOF: &str = "verify";
const SIGNATURE: &str = "sign";

impl Studied for IdPrimeCard {
    const ACTS_FIRST: bool = false;

    fn about(&self, command: &[u8]) -> String {
        match command {
            [_, 0xA4, 0x04, ..] => APPLICATION.to_owned(),
            [_, 0xA4, _, _, _, high, low, ..] => format!("select {high:02X}{low:02X}"),
            [_, 0xB0, ..] => "read".to_owned(),
            [_, 0x20, 0xFF, ..] => "log out".to_owned(),
            [_, 0x20, _, reference] | [_, 0x20, _, reference, 0x00] => {
                format!("counter {reference:02X}")
            }
            [_, 0x20, ..] => PROOF.to_owned(),
            [_, 0x22 | 0x2A, ..] => SIGNATURE.to_owned(),
            _ => format!("{command:02X?}"),
        }
    }
}

/// What cards say that do not give something.
const ANSWERS: [&[u8]; 9] = [
    &[0x69, 0x85],
    &[0x6F, 0x00],
    &[0x67, 0x00],
    &[0x6A, 0x81],
    &[0x6A, 0x82],
    &[0x6D, 0x00],
    &[0x63, 0x00],
    &[0x90, 0x00],
    &[0xDE, 0xAD, 0xBE, 0xEF, 0x05, 0x90, 0x00],
];

#[test]
fn what_is_not_needed_is_refused_and_signing_still_works() {
    for product in [MD830, IDPRIME930, IDPRIME840, IDPRIME940] {
        // Where keys are listed the list is needed, and where they are counted it is not.
        let needed: &[&str] = match product.has_key_map() {
            true => &["select 0101", "select 0207", "select 0005"],
            false => &["select 0101", "select 0207"],
        };
        let run = |at: At, answer| {
            let card = Shared::new(card(product).build().unwrap());
            let between = Shared::new(Between::new(card.clone(), at, answer));
            let bench = Bench::new(between.clone(), None);
            let outcome = journey(&bench);
            bench.end();
            let log = between.card().log.clone();
            (outcome, log, card.card().tries()[0])
        };
        let (outcome, log, _) = run(At::Nowhere, &[]);
        outcome.unwrap().unwrap();
        let verified = log.iter().filter(|about| *about == PROOF).count();
        let mut tried = 0;
        for (nth, about) in log.iter().enumerate() {
            let file = log[..nth].iter().rev().find(|it| it.starts_with("select"));
            let of = if about == "read" {
                file.unwrap()
            } else {
                about
            };
            let essential = [APPLICATION, PROOF, SIGNATURE].contains(&&**of);
            if essential || needed.contains(&&**of) {
                continue;
            }
            for answer in ANSWERS {
                // A map that can be read and has no container is an answer, too.
                if about == "read" && answer.ends_with(&[0x90, 0x00]) {
                    continue;
                }
                tried += 1;
                let name = format!("{}, {about} ({nth}) {answer:02X?}", product.name);
                let (outcome, log, left) = run(At::Nth(nth), answer);
                let outcome = outcome.unwrap_or_else(|| panic!("{name}: nothing to sign with"));
                outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
                let sent = log.iter().filter(|about| *about == PROOF).count();
                assert_eq!((sent, left), (verified, 5), "{name}");
            }
        }
        assert!(tried >= 2 * ANSWERS.len(), "{}: {tried}", product.name);
    }
}
