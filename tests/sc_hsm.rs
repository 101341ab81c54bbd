//! SmartCard-HSM and its relatives, against the emulator, which was written from the sheet by
//! somebody who had not seen the driver, and which OpenSC judges (tests/judge-sc-hsm.sh).

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
#[path = "support/journeys.rs"]
mod journeys;
#[path = "support/openssl.rs"]
mod openssl;

use bench::{Bench, Shared, only};
use between::{ANSWERS, At, Between, Studied};
use securesign_app::worker::Look;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Problem, Tries};
use securesign_card::token::LastTry;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{Fault, KeyKind, Slot};
use securesign_vendors::sc_hsm::emulator::{
    ALL, Builder, PICO_HSM, Product, SMARTCARD_HSM, ScHsmCard,
};

const PIN: &str = "648219";
const WRONG: &str = "654321";
const NEW: &str = "2468-ace";
const SO_PIN: &str = "3537363231383830";
const HOLDER: &str = "CN=Ada Lovelace,C=IN";

/// Most bytes that the reader takes: one that knows extended length.
const READER: Option<usize> = Some(2100);

/// Most commands to see the tries left, and for a cold signature with RSA-2048.
const BOUNDS: (usize, usize) = (6, 9);

fn card(product: Product, key: KeyKind) -> Builder {
    ScHsmCard::builder(product)
        .seed(b"tests")
        .holder(HOLDER)
        .key(1, key)
}

fn watched(builder: Builder) -> (Bench, Shared<ScHsmCard>) {
    watched_in(builder, READER)
}

fn watched_in(builder: Builder, reader: Option<usize>) -> (Bench, Shared<ScHsmCard>) {
    let card = Shared::new(builder.build().unwrap());
    (Bench::new(card.clone(), reader), card)
}

fn tries(card: &Shared<ScHsmCard>) -> [u8; 2] {
    card.card().tries()
}

/// How often a command with this instruction went to the card.
fn sent(card: &Shared<ScHsmCard>, ins: u8) -> usize {
    let card = card.card();
    card.sent().iter().filter(|header| header[1] == ins).count()
}

#[test]
fn every_product_signs_with_each_kind_of_key() {
    for product in ALL {
        for key in [
            KeyKind::Rsa2048,
            KeyKind::P256,
            KeyKind::P384,
            KeyKind::P521,
            KeyKind::BrainpoolP256,
        ] {
            let (bench, hsm) = watched(card(product, key));
            let (id, info) = bench.token();
            assert_eq!(info.family, "SmartCard-HSM");
            assert_eq!(info.pin, Tries::Left(3), "{}", product.name);
            let signature = bench
                .sign(&id, only(&info), Some(PIN))
                .unwrap_or_else(|error| panic!("{} {key:?}: {error}", product.name));
            openssl::judges(only(&info), &signature);
            bench.end();
            assert_eq!(hsm.card().is_verified(), [false, false], "{}", product.name);
        }
    }
}

#[test]
fn the_serial_number_is_that_of_the_cards_own_certificate() {
    for (product, serial) in [(SMARTCARD_HSM, "DECM0101234"), (PICO_HSM, "ESPICOHSMTR")] {
        let (bench, _) = watched(card(product, KeyKind::P256));
        let (_, info) = bench.token_by(Look::Everything);
        assert_eq!(info.serial.as_deref(), Some(serial));
    }
}

#[test]
fn a_card_with_another_answer_to_reset_is_known_by_its_application() {
    let atr = &[0x3B, 0x80, 0x01, 0x81];
    let (bench, _) = watched(card(Product { atr, ..PICO_HSM }, KeyKind::Rsa2048));
    let (id, info) = bench.token();
    bench.sign(&id, only(&info), Some(PIN)).unwrap();
}

/// A file comes in parts of 256 bytes there, and no GET RESPONSE gets more of it.
#[test]
fn a_reader_of_short_commands_reads_all_and_signs_with_curves_alone() {
    for product in ALL {
        for reader in [None, Some(256)] {
            let (bench, hsm) = watched_in(card(product, KeyKind::P256), reader);
            let (id, info) = bench.token();
            let signature = bench.sign(&id, only(&info), Some(PIN)).unwrap();
            openssl::judges(only(&info), &signature);
            assert_eq!(sent(&hsm, 0xC0), 0, "{}", product.name);

            let (bench, hsm) = watched_in(card(product, KeyKind::Rsa2048), reader);
            let (id, info) = bench.token();
            let name = format!("{}, {reader:?}", product.name);
            assert_eq!(only(&info).missing, Some(Missing::Reader), "{name}");
            let error = bench.sign(&id, only(&info), Some(PIN)).unwrap_err();
            assert_eq!(error, CardError::Unsupported(Missing::Reader), "{name}");
            assert_eq!(tries(&hsm)[0], 3);
            let empty = hsm.card().sent().iter().filter(|it| it[1] == 0x68).count();
            assert_eq!(empty, 0);
        }
    }
}

#[test]
fn a_key_without_a_certificate_is_noted_and_the_others_are_offered() {
    for product in ALL {
        let builder = card(product, KeyKind::P256)
            .requested(2, KeyKind::P256)
            .key_only(3, KeyKind::P256)
            .key(4, KeyKind::P256);
        let (bench, _) = watched(builder);
        let (id, info) = bench.token();
        let found = &info.found;
        let labels = found.credentials.iter().map(|found| &found.label[..]);
        assert_eq!(labels.collect::<Vec<_>>(), ["Key 1", "Key 4"]);
        let notes = found
            .notes
            .iter()
            .map(|note| (&note.place[..], &note.problem));
        let expected = [("Key 2", &Problem::Empty), ("Key 3", &Problem::Empty)];
        assert_eq!(notes.collect::<Vec<_>>(), expected);
        for credential in &found.credentials {
            let signature = bench.sign(&id, credential, Some(PIN)).unwrap();
            openssl::judges(credential, &signature);
        }
    }
}

#[test]
fn r24_a_wrong_pin_costs_one_try_and_the_last_one_is_asked_for() {
    for product in ALL {
        let (bench, hsm) = watched(card(product, KeyKind::P256));
        let (id, info) = bench.token();
        let credential = only(&info).clone();
        // As long as no PIN can be: it does not get there.
        let error = bench.sign(&id, &credential, Some("1234")).unwrap_err();
        assert!(matches!(error, CardError::Format { .. }), "{error}");
        assert_eq!(tries(&hsm), [3, 15]);
        let secret = Secret::Pin;
        for left in [2, 1] {
            let error = bench.sign(&id, &credential, Some(WRONG)).unwrap_err();
            let left = Some(left);
            assert_eq!(error, CardError::Wrong { secret, left });
        }
        let error = bench.sign(&id, &credential, Some(PIN)).unwrap_err();
        assert_eq!(error, CardError::LastTry(secret), "{}", product.name);
        assert_eq!(tries(&hsm), [1, 15]);
        let error = bench
            .sign_at(&id, &credential, Some(WRONG), LastTry::Use)
            .unwrap_err();
        assert_eq!(error, CardError::Blocked(secret), "{}", product.name);
        assert_eq!(tries(&hsm), [0, 15]);
    }
}

/// A card whose PIN has no tries left.
fn blocked(builder: Builder) -> (Bench, Shared<ScHsmCard>) {
    let (bench, hsm) = watched(builder);
    let (id, info) = bench.token();
    for _ in 0..3 {
        let result = bench.sign_at(&id, only(&info), Some(WRONG), LastTry::Use);
        result.unwrap_err();
    }
    assert_eq!(tries(&hsm), [0, 15]);
    bench.end();
    (Bench::new(hsm.clone(), READER), hsm)
}

#[test]
fn r25_a_blocked_pin_gets_nothing_and_the_so_pin_unblocks_it() {
    for product in ALL {
        let (bench, hsm) = blocked(card(product, KeyKind::P256));
        let (id, info) = bench.token_by(Look::Everything);
        let credential = only(&info).clone();
        assert_eq!(info.pin, Tries::Blocked);
        assert_eq!(info.puk, Tries::Left(15));
        let before = sent(&hsm, 0x20);
        let error = bench.sign(&id, &credential, Some(PIN)).unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{}", product.name);
        assert!(sent(&hsm, 0x20) <= before + 1, "one question at most");
        // Typed as what it is not.
        let error = bench.unblock(&id, "57621880", NEW).unwrap_err();
        assert!(matches!(error, CardError::Format { .. }), "{error}");
        assert_eq!(tries(&hsm), [0, 15]);
        let error = bench.unblock(&id, "0011223344556677", NEW).unwrap_err();
        let (secret, left) = (Secret::AdminPin, Some(14));
        assert_eq!(error, CardError::Wrong { secret, left }, "{}", product.name);
        bench.unblock(&id, SO_PIN, NEW).unwrap();
        assert_eq!(tries(&hsm), [3, 15], "{}", product.name);
        let signature = bench.sign(&id, &credential, Some(NEW)).unwrap();
        openssl::judges(&credential, &signature);
        bench.end();
        assert_eq!(hsm.card().is_verified(), [false, false]);
    }
}

#[test]
fn where_the_options_forbid_it_no_so_pin_is_asked_for() {
    for product in ALL {
        let (bench, hsm) = blocked(card(product, KeyKind::P256).without_reset());
        let (id, _) = bench.token_by(Look::Everything);
        let error = bench.unblock(&id, SO_PIN, NEW).unwrap_err();
        assert_eq!(error, CardError::Unsupported(Missing::Puk));
        assert_eq!(sent(&hsm, 0x2C), 0);
        assert_eq!(tries(&hsm), [0, 15]);
    }
}

#[test]
fn a_card_that_nobody_has_initialised_gets_no_pin() {
    for product in ALL {
        let (bench, hsm) = watched(ScHsmCard::builder(product).seed(b"tests").blank());
        let view = bench.look(Look::Everything).remove(0);
        let before = sent(&hsm, 0x24);
        let error = bench.change(&view.id, Secret::Pin, PIN, NEW).unwrap_err();
        assert_eq!(error, CardError::Unsupported(Missing::Pin));
        assert_eq!(sent(&hsm, 0x24), before);
    }
}

#[test]
fn a_pin_is_changed_once_and_what_it_cannot_be_costs_nothing() {
    for product in ALL {
        let (bench, hsm) = watched(card(product, KeyKind::P256));
        let (id, info) = bench.token();
        let changes = |old, new| bench.change(&id, Secret::Pin, old, new);
        for new in ["12345", "1234567890123456"] {
            let error = changes(PIN, new).unwrap_err();
            assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
        }
        assert_eq!(sent(&hsm, 0x24), 0);
        let error = changes(WRONG, NEW).unwrap_err();
        let (secret, left) = (Secret::Pin, Some(2));
        assert_eq!(error, CardError::Wrong { secret, left }, "{}", product.name);
        changes(PIN, NEW).unwrap();
        assert_eq!(tries(&hsm), [3, 15]);
        let credential = only(&info).clone();
        bench.sign(&id, &credential, Some(NEW)).unwrap();
        bench.end();
        assert_eq!(hsm.card().is_verified(), [false, false]);
    }
}

/// A PIN for the way only is changed like any other, and nothing else is done with it.
#[test]
fn a_transport_pin_is_changed_before_it_signs() {
    let (bench, hsm) = watched(card(SMARTCARD_HSM, KeyKind::P256).transport_pin());
    let (id, info) = bench.token();
    assert_eq!(info.pin, Tries::Unknown);
    let credential = only(&info).clone();
    bench.sign(&id, &credential, Some(PIN)).unwrap_err();
    assert_eq!(tries(&hsm), [3, 15]);
    bench.change(&id, Secret::Pin, PIN, NEW).unwrap();
    let signature = bench.sign(&id, &credential, Some(NEW)).unwrap();
    openssl::judges(&credential, &signature);
}

#[test]
fn a_card_removed_or_reset_at_any_command_loses_nothing() {
    for product in ALL {
        let (bench, hsm) = watched(card(product, KeyKind::P256));
        bench.cold_signature(PIN).unwrap();
        bench.end();
        let sent = hsm.card().sent().to_vec();
        let steps = 1 + sent.iter().position(|header| header[1] == 0x68).unwrap();
        for error in [TransportError::Removed, TransportError::Reset] {
            for after in 0..steps {
                let (bench, hsm) = watched(card(product, KeyKind::P256));
                let name = format!("{}, {error:?}, {after}", product.name);
                bench.reader.fault(Fault {
                    after,
                    error: error.clone(),
                });
                let result = bench.cold_signature(PIN);
                if error == TransportError::Removed {
                    result.expect_err(&name);
                }
                bench.end();
                assert_eq!(tries(&hsm), [3, 15], "{name}");
                // Out of the reader it has no power, and forgets.
                let verified = hsm.card().is_verified()[0];
                assert!(error == TransportError::Removed || !verified, "{name}");
            }
        }
    }
}

#[test]
fn counts_of_commands_are_within_their_bounds() {
    for product in ALL {
        let (bench, _) = watched(card(product, KeyKind::Rsa2048));
        let (_, status) = bench.count(|| bench.token_by(Look::Tries));
        let (mut bench, _) = watched(card(product, KeyKind::Rsa2048));
        bench.cold_signature(PIN).unwrap();
        bench.stop();
        let cold = bench.reader.commands();
        println!(
            "{}: tries left {status}, cold signature {cold}",
            product.name
        );
        assert!(status <= BOUNDS.0, "{}: {status}", product.name);
        assert!(cold <= BOUNDS.1, "{}: {cold}", product.name);
    }
}

impl Studied for ScHsmCard {
    const ACTS_FIRST: bool = false;

    fn about(&self, command: &[u8]) -> String {
        match command {
            [_, 0xB1, high, low, ..] => format!("file {high:02X}{low:02X}"),
            [_, 0x20, _, reference] => format!("tries {reference:02X}"),
            [_, ins, ..] => format!("{ins:02X}"),
            _ => format!("{command:02X?}"),
        }
    }
}

/// Of all that the card is asked, SELECT, one certificate, the PIN and the signature are
/// needed.
#[test]
fn what_the_card_refuses_and_is_not_needed_stops_nothing() {
    let needed = ["A4", "file CE01", "20", "24", "2C", "68"];
    for product in ALL {
        for job in ["sign", "change", "unblock"] {
            let done = |at: At, answer| {
                let card = Shared::new(card(product, KeyKind::P256).build().unwrap());
                let between = Shared::new(Between::new(card.clone(), at, answer));
                let bench = Bench::new(between.clone(), READER);
                let (id, info) = bench.token_by(match job {
                    "sign" => Look::Everything,
                    _ => Look::Tries,
                });
                let result = match job {
                    "sign" => bench.sign(&id, only(&info), Some(PIN)).map(drop),
                    "change" => bench.change(&id, Secret::Pin, PIN, NEW),
                    _ => bench.unblock(&id, SO_PIN, NEW),
                };
                bench.end();
                assert_eq!(tries(&card), [3, 15]);
                assert_eq!(card.card().is_verified(), [false, false]);
                let log = between.card().log.clone();
                (result, log)
            };
            let (result, mut log) = done(At::Nowhere, &[]);
            result.unwrap();
            log.sort_unstable();
            log.dedup();
            log.retain(|about| !needed.contains(&about.as_str()));
            assert!(log.contains(&"tries 81".to_owned()), "{log:?}");
            for about in log {
                for answer in ANSWERS {
                    let name = format!("{}, {job}: {about}, {answer:02X?}", product.name);
                    let (result, _) = done(At::About(about.clone()), answer);
                    result.unwrap_or_else(|error| panic!("{name}: {error}"));
                }
            }
        }
    }
}

/// Not a test: `cargo test --test sc_hsm -- --ignored`, then read what `git diff` shows.
#[test]
#[ignore = "writes apdu-traces/schsm"]
fn record_the_journeys() {
    let fresh = || {
        // The secrets that tests/traces.rs types.
        let card = ScHsmCard::builder(SMARTCARD_HSM)
            .seed(b"traces")
            .pin("123456")
            .so_pin(*b"12345678")
            .holder("CN=Asha Sharma")
            .key(1, KeyKind::Rsa2048);
        let slot = Slot::new("Recorded", READER);
        slot.insert(Box::new(card.build().unwrap()));
        slot
    };
    journeys::record(&journeys::Subject {
        folder: "schsm",
        profile: "schsm",
        name: SMARTCARD_HSM.name,
        code: "3132333435363738",
        fresh: &fresh,
    });
}
