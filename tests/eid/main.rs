//! National identity cards, against emulators that were written from their sheets. OpenSC judges
//! those for which it has a driver (tests/judge-eid.sh).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "../support/bench.rs"]
mod bench;
#[path = "../support/between.rs"]
mod between;
#[path = "../support/journeys.rs"]
mod journeys;
#[path = "../support/openssl.rs"]
mod openssl;

mod kinds;
mod refused;

use bench::{Bench, Shared, only, secret, wrong};
use kinds::{KINDS, Kind};
use securesign_app::worker::{Job, Look, Report, TokenId, TokenInfo};
use securesign_card::application::PinId;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Search, Tries};
use securesign_card::token::LastTry;
use securesign_vendors::eid::emulator::{ALL, EidCard};
use securesign_vendors::emulator::Slot;

/// INS of CHANGE REFERENCE DATA, RESET RETRY COUNTER.
const CHANGE: u8 = 0x24;
const UNBLOCK: u8 = 0x2C;

fn watched(kind: &Kind) -> (Bench, Shared<EidCard>) {
    let card = EidCard::builder(kind.product).seed(b"tests");
    let card = Shared::new(card.build().unwrap());
    (Bench::new(card.clone(), None), card)
}

/// How often a command with this instruction went to the card.
fn sent(card: &Shared<EidCard>, ins: u8) -> usize {
    let card = card.card();
    card.sent().iter().filter(|header| header[1] == ins).count()
}

/// Tries left of every PIN and PUK, by their references.
fn tries(card: &Shared<EidCard>, kind: &Kind) -> Vec<u8> {
    let pins = kind.product.pins.iter();
    pins.map(|pin| card.card().tries(pin.reference).unwrap())
        .collect()
}

/// What the kind's cards tell of so many tries left.
fn told(kind: &Kind, left: u8) -> Tries {
    match kind.tells_tries {
        true => Tries::from_count(left),
        false => Tries::Unknown,
    }
}

fn named(serial: String) -> Look {
    Look::Signing(Search {
        serial: Some(serial),
        everything: false,
    })
}

#[test]
fn every_product_is_tried() {
    let tried: Vec<&str> = KINDS.iter().map(|kind| kind.product.name).collect();
    let all: Vec<&str> = ALL.iter().map(|product| product.name).collect();
    assert_eq!(tried, all);
}

#[test]
fn each_key_signs_with_its_own_pin_and_the_qualified_one_is_offered_first() {
    for kind in KINDS {
        let name = kind.product.name;
        let (bench, card) = watched(kind);
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.family, kind.family, "{name}");
        assert_eq!(info.serial.as_deref(), kind.serial, "{name}");
        let labels: Vec<_> = info.found.credentials.iter().map(|it| &*it.label).collect();
        assert_eq!(labels, kind.labels, "{name}: {:?}", info.found.notes);
        for (credential, key) in info.found.credentials.iter().zip(kind.keys()) {
            let pin = kind.value(key.pin);
            let signature = bench
                .sign(&id, credential, Some(pin))
                .unwrap_or_else(|error| panic!("{name}, {}: {error}", credential.label));
            openssl::judges(credential, &signature);
        }
        bench.end();
        assert!(!card.card().is_verified(), "{name}");
        let most: Vec<u8> = kind.product.pins.iter().map(|pin| pin.tries).collect();
        assert_eq!(tries(&card, kind), most, "{name}");
    }
}

#[test]
fn a_portal_may_ask_for_the_other_certificate_by_its_number() {
    for kind in KINDS {
        let (bench, _) = watched(kind);
        let (_, all) = bench.token();
        for (wanted, key) in all.found.credentials.iter().zip(kind.keys()) {
            let (bench, _) = watched(kind);
            let (id, info) = bench.token_by(named(wanted.certificate.serial()));
            assert_eq!(only(&info), wanted, "{}", kind.product.name);
            let pin = kind.value(key.pin);
            let signature = bench.sign(&id, wanted, Some(pin)).unwrap();
            openssl::judges(wanted, &signature);
        }
        let (_, none) = bench.token_by(named("DEAD".into()));
        assert_eq!(none.found.credentials.len(), kind.labels.len());
    }
}

#[test]
fn r24_a_wrong_pin_costs_one_try_of_its_own_and_the_last_one_is_asked_for() {
    for kind in KINDS {
        for (at, key) in kind.keys().iter().enumerate() {
            let name = format!("{}, key {:02X}", kind.product.name, key.reference);
            let (bench, card) = watched(kind);
            let (id, info) = bench.token_by(Look::Everything);
            let credential = info.found.credentials[at].clone();
            let role = kind.role(key.pin);
            for pin in ["123", "12345678901234567", "1234\u{e4}"] {
                let error = bench.sign(&id, &credential, Some(pin)).unwrap_err();
                assert!(matches!(error, CardError::Format { .. }), "{name}: {error}");
            }
            assert_eq!(card.card().compared(), 0, "{name}");
            let bad = kind.wrong(key.pin);
            let most = card.card().tries(key.pin).unwrap();
            for left in (1..most).rev() {
                let error = bench.sign(&id, &credential, Some(bad)).unwrap_err();
                assert_eq!(error, wrong(role, Some(left)), "{name}");
            }
            let right = kind.value(key.pin);
            let error = bench.sign(&id, &credential, Some(right)).unwrap_err();
            assert_eq!(error, CardError::LastTry(role), "{name}");
            assert_eq!(card.card().tries(key.pin), Some(1), "{name}");
            let error = bench.sign_at(&id, &credential, Some(bad), LastTry::Use);
            assert_eq!(error.unwrap_err(), CardError::Blocked(role), "{name}");
            let before = card.card().compared();
            let error = bench.sign_at(&id, &credential, Some(right), LastTry::Use);
            assert_eq!(error.unwrap_err(), CardError::Blocked(role), "{name}");
            assert_eq!(card.card().compared(), before, "{name}");
            // The others have all of theirs.
            for pin in kind.product.pins {
                let left = card.card().tries(pin.reference).unwrap();
                let own = pin.reference == key.pin;
                assert_eq!(left, if own { 0 } else { pin.tries }, "{name}");
            }
        }
    }
}

/// The one for this reference, as the token shows it.
fn shown(info: &TokenInfo, kind: &Kind, reference: u8) -> securesign_app::worker::PinView {
    let role = kind.role(reference);
    let pins = info.pins();
    *pins.iter().find(|pin| pin.role == role).unwrap()
}

fn unblock(
    bench: &Bench,
    id: &TokenId,
    pins: (PinId, PinId),
    code: &str,
    new: &str,
) -> Result<(), CardError> {
    bench.send(Job::Unblock {
        token: id.clone(),
        pin: pins.0,
        with: pins.1,
        puk: secret(code),
        new: secret(new),
        last: LastTry::Keep,
    });
    match bench.report() {
        Report::Unblocked(result) => result,
        other => panic!("an unblocking expected, got {other:?}"),
    }
}

/// A card of which one PIN is blocked.
fn blocked(kind: &Kind, at: usize) -> (Bench, Shared<EidCard>) {
    let (bench, card) = watched(kind);
    let (id, info) = bench.token();
    let key = kind.product.keys[at];
    let most = card.card().tries(key.pin).unwrap();
    for _ in 0..most {
        let credential = &info.found.credentials[at];
        let result = bench.sign_at(&id, credential, Some(kind.wrong(key.pin)), LastTry::Use);
        result.unwrap_err();
    }
    assert_eq!(card.card().tries(key.pin), Some(0));
    bench.end();
    (Bench::new(card.clone(), None), card)
}

#[test]
fn r25_the_puk_unblocks_each_pin_where_the_holder_has_one() {
    for kind in KINDS {
        for (at, key) in kind.keys().iter().enumerate() {
            let name = format!("{}, key {:02X}", kind.product.name, key.reference);
            let (bench, card) = blocked(kind, at);
            let (id, info) = bench.token_by(Look::Everything);
            let credential = info.found.credentials[at].clone();
            let pin = shown(&info, kind, key.pin);
            let unblocks = sent(&card, UNBLOCK);
            let Some(puk) = kind.puk(key.pin) else {
                assert_eq!(pin.unblock, Err(kind.no_puk), "{name}");
                let error = unblock(
                    &bench,
                    &id,
                    (pin.id, PinId(99)),
                    "12345678",
                    kind.other(key.pin),
                );
                assert_eq!(error, Err(CardError::Unsupported(kind.no_puk)), "{name}");
                assert_eq!(sent(&card, UNBLOCK), unblocks, "{name}");
                continue;
            };
            let pins = (pin.id, pin.unblock.unwrap().id);
            let new = kind.other(key.pin);
            let error = unblock(&bench, &id, pins, "1234", new).unwrap_err();
            assert!(matches!(error, CardError::Format { .. }), "{name}: {error}");
            let error = unblock(&bench, &id, pins, puk.value, "123").unwrap_err();
            assert!(
                matches!(error, CardError::NewPinFormat(_)),
                "{name}: {error}"
            );
            assert_eq!(card.card().tries(puk.reference), Some(puk.tries), "{name}");
            let error = unblock(&bench, &id, pins, "99999999", new).unwrap_err();
            assert_eq!(error, wrong(Secret::Puk, Some(puk.tries - 1)), "{name}");
            assert_eq!(card.card().tries(key.pin), Some(0), "{name}");
            unblock(&bench, &id, pins, puk.value, new)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(card.card().tries(puk.reference), Some(puk.tries), "{name}");
            let signature = bench.sign(&id, &credential, Some(new)).unwrap();
            openssl::judges(&credential, &signature);
            bench.end();
            assert!(!card.card().is_verified(), "{name}");
        }
    }
}

#[test]
fn each_pin_is_changed_once_and_what_it_cannot_be_costs_nothing() {
    for kind in KINDS {
        for (at, key) in kind.keys().iter().enumerate() {
            let name = format!("{}, key {:02X}", kind.product.name, key.reference);
            let (bench, card) = watched(kind);
            let (id, info) = bench.token_by(Look::Everything);
            let role = kind.role(key.pin);
            let changes = |old: &str, new: &str| bench.change(&id, role, old, new);
            let (old, new) = (kind.value(key.pin), kind.other(key.pin));
            if kind.shared.contains(&key.pin) {
                let error = changes(old, new).unwrap_err();
                assert_eq!(error, CardError::Unsupported(Missing::SharedPin), "{name}");
                assert_eq!(card.card().compared(), 0, "{name}");
                continue;
            }
            for new in ["123", "12345678901234567"] {
                let error = changes(old, new).unwrap_err();
                assert!(
                    matches!(error, CardError::NewPinFormat(_)),
                    "{name}: {error}"
                );
            }
            assert_eq!(card.card().compared(), 0, "{name}");
            let left = card.card().tries(key.pin).unwrap() - 1;
            let error = changes(kind.wrong(key.pin), new).unwrap_err();
            assert_eq!(error, wrong(role, Some(left)), "{name}");
            changes(old, new).unwrap_or_else(|error| panic!("{name}: {error}"));
            let credential = &info.found.credentials[at];
            let signature = bench.sign(&id, credential, Some(new)).unwrap();
            openssl::judges(credential, &signature);
            bench.end();
            assert!(!card.card().is_verified(), "{name}");
        }
    }
}

#[test]
fn what_is_shown_of_tries_is_what_is_left() {
    for kind in KINDS {
        let name = kind.product.name;
        let (bench, card) = watched(kind);
        let (id, info) = bench.token_by(Look::Everything);
        for pin in kind.keys().iter().map(|key| key.pin) {
            let left = card.card().tries(pin).unwrap();
            let shown = shown(&info, kind, pin);
            assert_eq!(shown.tries, told(kind, left), "{name}");
            assert_eq!(shown.called, kind.called(pin), "{name}");
        }
        assert_eq!(card.card().compared(), 0, "{name}");
        let key = kind.product.keys[0];
        let credential = &info.found.credentials[0];
        bench
            .sign(&id, credential, Some(kind.wrong(key.pin)))
            .unwrap_err();
        let (_, info) = bench.token_by(Look::Everything);
        let left = card.card().tries(key.pin).unwrap();
        // What it has said to a wrong PIN is remembered where it can be asked for nothing.
        let shown = shown(&info, kind, key.pin).tries;
        assert_eq!(shown, Tries::Left(left), "{name}");
    }
}

/// Put in its place while the reader was not looked at: it gets nothing that was typed.
#[test]
fn another_card_of_the_same_kind_gets_no_pin() {
    for kind in KINDS.iter().filter(|kind| kind.serial.is_some()) {
        let build = |number: &str| {
            let card = EidCard::builder(kind.product).seed(b"tests").number(number);
            card.build().unwrap()
        };
        let card = Shared::new(build(kind.numbers[0]));
        let bench = Bench::new(card.clone(), None);
        let (id, info) = bench.token_by(Look::Everything);
        bench.send(Job::Check);
        *card.card() = build(kind.numbers[1]);
        let pin = kind.value(kind.product.keys[0].pin);
        let result = bench.sign(&id, &info.found.credentials[0], Some(pin));
        assert_eq!(result, Err(CardError::Changed), "{}", kind.product.name);
        assert_eq!(card.card().compared(), 0, "{}", kind.product.name);
    }
}

#[test]
fn counts_of_commands_are_as_they_are_told() {
    let mut counted = Vec::new();
    for kind in KINDS {
        let (bench, _) = watched(kind);
        let (_, status) = bench.count(|| bench.token_by(Look::Tries));
        let (mut bench, _) = watched(kind);
        let pin = kind.value(kind.product.keys[0].pin);
        bench.cold_signature(pin).unwrap();
        bench.stop();
        let cold = bench.reader.commands();
        let name = kind.product.name;
        println!("{name}: tries left {status}, cold signature {cold}");
        counted.push((name, (status, cold)));
    }
    let told = KINDS.iter().map(|kind| (kind.product.name, kind.counts));
    assert_eq!(counted, told.collect::<Vec<_>>());
}

/// Not a test: `cargo test --workspace --test eid -- --ignored`, then read what `git diff` shows.
#[test]
#[ignore = "writes apdu-traces"]
fn record_the_journeys() {
    for kind in KINDS {
        let fresh = || {
            let card = EidCard::builder(kind.product)
                .seed(b"traces")
                .holder("CN=Asha Sharma");
            let slot = Slot::new("Recorded", None);
            slot.insert(Box::new(card.build().unwrap()));
            slot
        };
        journeys::record(&journeys::Subject {
            folder: kind.product.family,
            profile: kind.profile,
            name: kind.product.name,
            code: "12345678",
            fresh: &fresh,
        });
    }
}
