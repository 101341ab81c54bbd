//! AuthentIC cards of Oberthur, against the emulator, which was written from the sheet by
//! somebody who had not seen the driver, and which OpenSC personalises and reads
//! (tests/judge-pkcs15.sh). OpenSC 0.23 cannot sign with such cards: nobody else judges that.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/between.rs"]
mod between;
#[path = "support/instead.rs"]
mod instead;
#[path = "support/journeys.rs"]
mod journeys;
#[path = "support/openssl.rs"]
mod openssl;

use bench::{Bench, Shared, only, wrong};
use between::{ANSWERS, At, Between, Studied};
use instead::Instead;
use securesign_app::worker::{Job, Look};
use securesign_card::application::Confidence;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Search, Tries};
use securesign_card::token::LastTry;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{Emulator, Fault, KeyKind, Slot};
use securesign_vendors::pkcs15::emulator::{Builder, OBERTHUR, Object, PinObject, Pkcs15Card};

const PIN: &str = "123456";
const WRONG: &str = "999999";
const NEW: &str = "2468-ace";
/// What the emulator has under the reference that unblocks.
const PUK: &str = "87654321";
const HOLDER: &str = "CN=Ada Lovelace,C=IN";

/// References of VERIFY.
const PIN_REFERENCE: u8 = 0x81;
const PUK_REFERENCE: u8 = 0x84;

/// INS of VERIFY, CHANGE REFERENCE DATA, PSO.
const VERIFY: u8 = 0x20;
const CHANGE: u8 = 0x24;
const PSO: u8 = 0x2A;

/// Most commands to see the tries left, and for a cold signature with RSA-2048.
const BOUNDS: (usize, usize) = (4, 21);

fn card(key: KeyKind) -> Builder {
    Pkcs15Card::builder(OBERTHUR)
        .seed(b"tests")
        .pin(PinObject::user(PIN))
        .object(Object::signing(HOLDER, key))
}

fn watched(builder: Builder) -> (Bench, Shared<Pkcs15Card>) {
    let card = Shared::new(builder.build().unwrap());
    (Bench::new(card.clone(), None), card)
}

/// Of the PIN, and of what unblocks it.
fn tries(card: &Shared<Pkcs15Card>) -> [u8; 2] {
    [PIN_REFERENCE, PUK_REFERENCE].map(|reference| card.card().tries(reference).unwrap())
}

fn is_verified(card: &Shared<Pkcs15Card>) -> bool {
    let verified = |reference| card.card().is_verified(reference);
    verified(PIN_REFERENCE) || verified(PUK_REFERENCE)
}

/// A card that is exchanged behind the reader's back for one that keeps its number to itself.
#[test]
fn a_card_that_tells_no_number_any_more_is_not_taken_for_the_one_that_did() {
    let card = Shared::new(card(KeyKind::Rsa2048).build().unwrap());
    let is_silent = Shared::new(false);
    let refuses = is_silent.clone();
    let refusing = Instead::of(card.clone(), move |card, command| {
        match *refuses.card() && command.starts_with(&[0x80, 0xCA]) {
            true => vec![0x6A, 0x88],
            false => card.transmit(command),
        }
    });
    let bench = Bench::new(refusing, None);
    let (id, info) = bench.token_by(Look::Everything);
    // Another job in between ends the dialogue that lingers.
    bench.send(Job::Check);
    let asked = sent(&card, VERIFY);
    *is_silent.card() = true;
    let error = bench.sign(&id, only(&info), Some(PIN)).unwrap_err();
    assert_eq!(error, CardError::Changed);
    assert_eq!(sent(&card, VERIFY), asked);
}

/// How often a command with this instruction went to the card.
fn sent(card: &Shared<Pkcs15Card>, ins: u8) -> usize {
    let card = card.card();
    card.sent().iter().filter(|header| header[1] == ins).count()
}

#[test]
fn it_signs_with_both_lengths_of_key() {
    for key in [KeyKind::Rsa1024, KeyKind::Rsa2048] {
        let (bench, card) = watched(card(key));
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.family, "Oberthur AuthentIC");
        assert_eq!(info.pin, Tries::Left(3));
        assert_eq!(info.serial.as_deref().map(str::len), Some(8));
        assert_eq!(only(&info).label, "Certificate 2001");
        let signature = bench
            .sign(&id, only(&info), Some(PIN))
            .unwrap_or_else(|error| panic!("{key:?}: {error}"));
        openssl::judges(only(&info), &signature);
        // A second one, with the PIN that was accepted.
        let signature = bench.sign(&id, only(&info), None).unwrap();
        openssl::judges(only(&info), &signature);
        bench.end();
        assert!(!is_verified(&card), "{key:?}");
    }
}

#[test]
fn one_certificate_of_many_is_asked_for_by_its_number_and_each_signs_with_its_own_key() {
    let look = |look| {
        let more = (0..2).fold(card(KeyKind::Rsa1024), |card, _| {
            card.object(Object::signing(HOLDER, KeyKind::Rsa1024))
        });
        let (bench, _) = watched(more);
        let (seen, cost) = bench.count(|| bench.token_by(look));
        (bench, seen, cost)
    };
    let named = |serial: String| {
        Look::Signing(Search {
            serial: Some(serial),
            everything: false,
        })
    };
    let (_, (_, all), whole) = look(Look::Signing(Search::default()));
    assert_eq!(all.found.credentials.len(), 3);
    for wanted in &all.found.credentials {
        let (bench, (id, info), cost) = look(named(wanted.certificate.serial()));
        assert_eq!(only(&info), wanted);
        assert!(cost < whole, "{}: {cost} of {whole}", wanted.label);
        let signature = bench.sign(&id, wanted, Some(PIN)).unwrap();
        openssl::judges(wanted, &signature);
    }
    let (_, (_, none), _) = look(named("DEAD".into()));
    assert_eq!(none.found.credentials.len(), 3);
}

#[test]
fn a_card_as_it_comes_from_the_maker_shows_nothing_and_gets_no_pin() {
    let (bench, card) = watched(Pkcs15Card::builder(OBERTHUR));
    let (id, info) = bench.token_by(Look::Pins);
    assert!(info.found.credentials.is_empty());
    let error = bench.change(&id, Secret::Pin, PIN, NEW).unwrap_err();
    assert_eq!(error, CardError::Unsupported(Missing::Pin));
    assert_eq!(sent(&card, CHANGE), 0);
}

#[test]
fn what_answers_so_to_reset_and_has_no_such_application_is_none_of_the_family() {
    let atr = b"\x3B\x7B\x18\0\0\0\x31\xC0\x64\x77\xE3\x03\0\x82\x90\0";
    let other = Instead::of_nothing(atr, |command| {
        assert!([0xA4, 0xCA, 0xB0, 0xB2].contains(&command[1]));
        vec![0x6A, 0x82]
    });
    let bench = Bench::new(other, None);
    let view = bench.look(Look::Everything).remove(0);
    let state = format!("{:?}", view.state);
    assert!(state.starts_with("Unknown"), "{state}");
}

#[test]
fn r24_a_wrong_pin_costs_one_try_and_the_last_one_is_asked_for() {
    let (bench, card) = watched(card(KeyKind::Rsa1024));
    let (id, info) = bench.token();
    let credential = only(&info).clone();
    let before = tries(&card);
    for pin in ["123", &"1".repeat(65), "1234\u{e4}"] {
        let error = bench.sign(&id, &credential, Some(pin)).unwrap_err();
        assert!(matches!(error, CardError::Format { .. }), "{error}");
    }
    assert_eq!(tries(&card), before);
    for left in [2, 1] {
        let error = bench.sign(&id, &credential, Some(WRONG)).unwrap_err();
        assert_eq!(error, wrong(Secret::Pin, left));
    }
    let error = bench.sign(&id, &credential, Some(PIN)).unwrap_err();
    assert_eq!(error, CardError::LastTry(Secret::Pin));
    assert_eq!(tries(&card)[0], 1);
    let error = bench
        .sign_at(&id, &credential, Some(WRONG), LastTry::Use)
        .unwrap_err();
    assert_eq!(error, CardError::Blocked(Secret::Pin));
    let signed = sent(&card, PSO);
    let error = bench
        .sign_at(&id, &credential, Some(PIN), LastTry::Use)
        .unwrap_err();
    assert_eq!(error, CardError::Blocked(Secret::Pin));
    assert_eq!((tries(&card)[0], sent(&card, PSO)), (0, signed));
}

#[test]
fn r25_a_blocked_pin_is_unblocked_with_the_puk_after_a_question() {
    let (bench, card) = watched(card(KeyKind::Rsa1024));
    let (id, info) = bench.token();
    let credential = only(&info).clone();
    for _ in 0..3 {
        let result = bench.sign_at(&id, &credential, Some(WRONG), LastTry::Use);
        result.unwrap_err();
    }
    let (id, info) = bench.token_by(Look::Everything);
    assert_eq!((info.pin, info.unblocker), (Tries::Blocked, Secret::Puk));
    assert_eq!(
        (info.puk, info.unblock),
        (Tries::Left(5), Confidence::Inferred)
    );
    let error = bench.unblock(&id, WRONG, NEW).unwrap_err();
    assert_eq!(error, wrong(Secret::Puk, 4));
    bench.unblock(&id, PUK, NEW).unwrap();
    assert_eq!(tries(&card), [3, 5]);
    let signature = bench.sign(&id, &credential, Some(NEW)).unwrap();
    openssl::judges(&credential, &signature);
    bench.end();
    assert!(!is_verified(&card));
}

#[test]
fn a_pin_is_changed_once_and_what_it_cannot_be_costs_nothing() {
    let (bench, card) = watched(card(KeyKind::Rsa1024));
    let (id, info) = bench.token();
    let changes = |old, new: &str| bench.change(&id, Secret::Pin, old, new);
    for new in ["123", &"1".repeat(65)] {
        let error = changes(PIN, new).unwrap_err();
        assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
    }
    assert_eq!(sent(&card, CHANGE), 0);
    assert_eq!(changes(WRONG, NEW).unwrap_err(), wrong(Secret::Pin, 2));
    changes(PIN, NEW).unwrap();
    assert_eq!(tries(&card)[0], 3);
    let credential = only(&info).clone();
    bench.sign(&id, &credential, Some(NEW)).unwrap();
    bench.end();
    assert!(!is_verified(&card));
}

#[test]
fn a_card_removed_or_reset_at_any_command_loses_nothing() {
    let (bench, whole) = watched(card(KeyKind::Rsa1024));
    bench.cold_signature(PIN).unwrap();
    bench.end();
    let sent = whole.card().sent().to_vec();
    let steps = 1 + sent.iter().position(|header| header[1] == PSO).unwrap();
    for error in [TransportError::Removed, TransportError::Reset] {
        for after in 0..steps {
            let (bench, card) = watched(card(KeyKind::Rsa1024));
            let before = tries(&card);
            let name = format!("{error:?}, {after}");
            bench.reader.fault(Fault {
                after,
                error: error.clone(),
            });
            let result = bench.cold_signature(PIN);
            if error == TransportError::Removed {
                result.expect_err(&name);
            }
            bench.end();
            assert_eq!(tries(&card), before, "{name}");
            // Out of the reader it has no power, and forgets.
            let verified = is_verified(&card);
            assert!(error == TransportError::Removed || !verified, "{name}");
        }
    }
}

#[test]
fn counts_of_commands_are_within_their_bounds() {
    let (bench, _) = watched(card(KeyKind::Rsa2048));
    let (_, status) = bench.count(|| bench.token_by(Look::Tries));
    let (mut bench, _) = watched(card(KeyKind::Rsa2048));
    bench.cold_signature(PIN).unwrap();
    bench.stop();
    let cold = bench.reader.commands();
    println!("tries left {status}, cold signature {cold}");
    assert!(status <= BOUNDS.0, "{status}");
    assert!(cold <= BOUNDS.1, "{cold}");
}

impl Studied for Pkcs15Card {
    const ACTS_FIRST: bool = false;

    fn about(&self, command: &[u8]) -> String {
        match command {
            [_, 0xA4, 0x04, _, len, ..] => format!("application of {len:02X}"),
            [_, 0x20, _, reference] => format!("tries {reference:02X}"),
            [_, ins, ..] => format!("{ins:02X}"),
            _ => format!("{command:02X?}"),
        }
    }
}

/// The card manager, the serial number, the counters and the log-out are not needed.
#[test]
fn what_the_card_refuses_and_is_not_needed_stops_nothing() {
    let optional = ["application of 07", "CA", "tries 81", "tries 84", "2E"];
    for job in ["sign", "change", "unblock"] {
        let done = |at: At, answer| {
            let card = Shared::new(card(KeyKind::Rsa1024).build().unwrap());
            let between = Shared::new(Between::new(card.clone(), at, answer));
            let bench = Bench::new(between.clone(), None);
            let (id, info) = bench.token_by(match job {
                "sign" => Look::Everything,
                _ => Look::Tries,
            });
            let result = match job {
                "sign" => bench.sign(&id, only(&info), Some(PIN)).map(drop),
                "change" => bench.change(&id, Secret::Pin, PIN, NEW),
                _ => bench.unblock(&id, PUK, NEW),
            };
            bench.end();
            assert_eq!(tries(&card), [3, 5]);
            assert!(!is_verified(&card));
            let log = between.card().log.clone();
            (result, log)
        };
        let (result, mut log) = done(At::Nowhere, &[]);
        result.unwrap();
        log.retain(|about| optional.contains(&about.as_str()));
        log.sort_unstable();
        log.dedup();
        assert!(log.len() >= 4, "{log:?}");
        for about in log {
            for answer in ANSWERS {
                let name = format!("{job}: {about}, {answer:02X?}");
                let (result, _) = done(At::About(about.clone()), answer);
                result.unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
    }
}

#[test]
fn lists_that_make_no_sense_are_no_panic_and_cost_no_try() {
    for answer in ANSWERS {
        for about in ["A4", "B0", "B2"] {
            let card = Shared::new(card(KeyKind::Rsa1024).build().unwrap());
            let at = At::About(about.to_owned());
            let between = Shared::new(Between::new(card.clone(), at, answer));
            let bench = Bench::new(between, None);
            bench.look(Look::Everything);
            bench.end();
            assert_eq!(tries(&card), [3, 5], "{about} {answer:02X?}");
            let secrets = card
                .card()
                .sent()
                .iter()
                .filter(|it| it[1] == VERIFY)
                .count();
            assert!(secrets <= 2, "{about} {answer:02X?}: the counters alone");
        }
    }
}

/// Not a test: `cargo test --test oberthur -- --ignored`, then read what `git diff` shows.
#[test]
#[ignore = "writes apdu-traces/oberthur"]
fn record_the_journeys() {
    let fresh = || {
        let card = Pkcs15Card::builder(OBERTHUR)
            .seed(b"traces")
            .pin(PinObject::user(PIN))
            .object(Object::signing("CN=Asha Sharma", KeyKind::Rsa2048));
        let slot = Slot::new("Recorded", None);
        slot.insert(Box::new(card.build().unwrap()));
        slot
    };
    journeys::record(&journeys::Subject {
        folder: "oberthur",
        profile: "oberthur",
        name: OBERTHUR.name,
        code: PUK,
        fresh: &fresh,
    });
}
