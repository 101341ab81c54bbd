//! GIDS cards, against the emulator, which was written from the sheet by somebody who had not
//! seen the driver, and which OpenSC judges (tests/judge-gids.sh).

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

mod refused;

use bench::{Bench, Shared, only, wrong};
use securesign_app::worker::{Look, TokenState};
use securesign_card::application::Confidence;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::{Problem, Search, Tries};
use securesign_card::token::LastTry;
use securesign_vendors::emulator::{Emulator, KeyKind, Slot};
use securesign_vendors::gids::emulator::{ALL, Builder, GIDS_APPLET, GIDS_V1, GidsCard, Product};

const PIN: &str = "123456";
const WRONG: &str = "999999";
const NEW: &str = "2468-ace";
const PUK: &str = "87654321";
const ADMIN_KEY: &str = "000102030405060708090A0B0C0D0E0F1011121314151617";
const AID: &[u8] = &[0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59];
const OTHER_KEY: &str = "100102030405060708090A0B0C0D0E0F1011121314151617";

/// INS of CHANGE REFERENCE DATA, RESET RETRY COUNTER, GENERAL AUTHENTICATE, PSO.
const CHANGE: u8 = 0x24;
const UNBLOCK: u8 = 0x2C;
const AUTHENTICATE: u8 = 0x87;
const PSO: u8 = 0x2A;

/// Most commands to see the tries left, and for a cold signature with RSA-2048.
const BOUNDS: (usize, usize) = (7, 16);

fn card(product: Product) -> Builder {
    let key = (0..24).collect::<Vec<u8>>();
    let card = GidsCard::builder(product).seed(b"tests");
    card.admin_key(key.try_into().unwrap())
}

fn with_key(product: Product) -> Builder {
    card(product).key(0, KeyKind::Rsa2048)
}

fn with_puk() -> Builder {
    with_key(GIDS_V1).puk(PUK)
}

fn watched(builder: Builder) -> (Bench, Shared<GidsCard>) {
    let card = Shared::new(builder.build().unwrap());
    (Bench::new(card.clone(), None), card)
}

/// Of the PIN, and of the PUK.
fn tries(card: &Shared<GidsCard>) -> [u8; 2] {
    card.card().tries()
}

/// How often a command with this instruction went to the card.
fn sent(card: &Shared<GidsCard>, ins: u8) -> usize {
    let card = card.card();
    card.sent().iter().filter(|header| header[1] == ins).count()
}

#[test]
fn every_product_signs_with_each_length_of_key() {
    for product in ALL {
        for key in [KeyKind::Rsa1024, KeyKind::Rsa2048, KeyKind::Rsa3072] {
            let (bench, gids) = watched(card(product).key(0, key));
            let (id, info) = bench.token();
            assert_eq!(info.family, "GIDS card");
            assert_eq!(info.pin, Tries::Left(3), "{}", product.name);
            let signature = bench
                .sign(&id, only(&info), Some(PIN))
                .unwrap_or_else(|error| panic!("{} {key:?}: {error}", product.name));
            openssl::judges(only(&info), &signature);
            bench.end();
            assert_eq!(
                gids.card().is_verified(),
                [false, false],
                "{}",
                product.name
            );
        }
    }
}

#[test]
fn keys_of_both_kinds_sign_with_certificates_as_they_are_and_compressed() {
    for product in ALL {
        let built = card(product)
            .key(0, KeyKind::Rsa1024)
            .raw(0)
            .key(2, KeyKind::Rsa1024)
            .signature(2)
            .key(12, KeyKind::Rsa1024);
        let (bench, _) = watched(built);
        let (id, info) = bench.token_by(Look::Everything);
        let labels: Vec<_> = info.found.credentials.iter().map(|it| &*it.label).collect();
        let expected = [
            "Container 0 (kxc00)",
            "Container 2 (ksc02)",
            "Container 12 (kxc0C)",
        ];
        assert_eq!(labels, expected, "{}: {:?}", product.name, info.found.notes);
        for credential in &info.found.credentials {
            let signature = bench.sign(&id, credential, Some(PIN)).unwrap();
            openssl::judges(credential, &signature);
        }
    }
}

#[test]
fn what_has_no_key_or_no_certificate_is_not_offered() {
    let (bench, _) = watched(with_key(GIDS_APPLET));
    let der = bench.token().1.found.credentials[0]
        .certificate
        .der()
        .to_vec();
    // The map lists its container no more: the key was deleted.
    let built = card(GIDS_APPLET)
        .key(0, KeyKind::Rsa1024)
        .certificate(0, &der)
        .object(0xA010, 0xDF23, &[0; 86]);
    let (bench, _) = watched(built);
    let (_, info) = bench.token();
    assert!(info.found.credentials.is_empty());
    let [note] = &info.found.notes[..] else {
        panic!("{:?}", info.found.notes);
    };
    assert_eq!(note.place, "Container 0 (kxc00)");
    assert!(matches!(note.problem, Problem::NoKey(Some(_))), "{note:?}");

    let built = with_key(GIDS_APPLET).key(1, KeyKind::Rsa1024);
    let (bench, _) = watched(built.without_certificate(1));
    let (_, info) = bench.token();
    assert_eq!(only(&info).label, "Container 0 (kxc00)");
}

#[test]
fn the_serial_number_is_the_cards_own() {
    let serial: [u8; 16] = [0x5A; 16];
    let (bench, _) = watched(with_key(GIDS_APPLET).object(0xA012, 0xDF20, &serial));
    let (_, info) = bench.token_by(Look::Everything);
    assert_eq!(info.serial, Some("5A".repeat(16)));
}

#[test]
fn one_certificate_of_many_is_asked_for_by_its_number_and_the_others_are_not_read_whole() {
    let numbered = (0..4).fold(card(GIDS_APPLET), |card, at| card.key(at, KeyKind::Rsa2048));
    let (bench, _) = watched(numbered);
    let (_, all) = bench.token();
    let named = |serial: String| {
        Look::Signing(Search {
            serial: Some(serial),
            everything: false,
        })
    };
    let (_, whole) = bench.count(|| bench.token());
    for wanted in &all.found.credentials {
        let look = named(wanted.certificate.serial());
        let ((_, info), cost) = bench.count(|| bench.token_by(look));
        assert_eq!(only(&info), wanted);
        assert!(cost < whole, "{}: {cost} of {whole}", wanted.label);
    }
    let (_, none) = bench.token_by(named("DEAD".into()));
    assert_eq!(none.found.credentials.len(), 4);
}

#[test]
fn r24_a_wrong_pin_costs_one_try_and_the_last_one_is_asked_for() {
    for product in ALL {
        let (bench, gids) = watched(with_key(product));
        let (id, info) = bench.token();
        let credential = only(&info).clone();
        let before = tries(&gids);
        for pin in ["123", "12345678901234567", "1234\u{e4}"] {
            let error = bench.sign(&id, &credential, Some(pin)).unwrap_err();
            assert!(matches!(error, CardError::Format { .. }), "{error}");
        }
        assert_eq!(tries(&gids), before);
        for left in [2, 1] {
            let error = bench.sign(&id, &credential, Some(WRONG)).unwrap_err();
            assert_eq!(error, wrong(Secret::Pin, Some(left)), "{}", product.name);
        }
        let error = bench.sign(&id, &credential, Some(PIN)).unwrap_err();
        assert_eq!(error, CardError::LastTry(Secret::Pin), "{}", product.name);
        assert_eq!(tries(&gids)[0], 1);
        let error = bench
            .sign_at(&id, &credential, Some(WRONG), LastTry::Use)
            .unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{}", product.name);
        let signed = sent(&gids, PSO);
        let error = bench
            .sign_at(&id, &credential, Some(PIN), LastTry::Use)
            .unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{}", product.name);
        assert_eq!((tries(&gids)[0], sent(&gids, PSO)), (0, signed));
    }
}

/// A card whose PIN has no tries left.
fn blocked(builder: Builder) -> (Bench, Shared<GidsCard>) {
    let (bench, gids) = watched(builder);
    let (id, info) = bench.token();
    for _ in 0..3 {
        let result = bench.sign_at(&id, only(&info), Some(WRONG), LastTry::Use);
        result.unwrap_err();
    }
    assert_eq!(tries(&gids)[0], 0);
    bench.end();
    (Bench::new(gids.clone(), None), gids)
}

#[test]
fn r25_the_admin_key_unblocks_where_there_is_no_puk_and_is_named() {
    for product in ALL {
        let name = product.name;
        let (bench, gids) = blocked(with_key(product));
        let (id, info) = bench.token_by(Look::Everything);
        let credential = only(&info).clone();
        assert_eq!(
            (info.pin, info.unblocker),
            (Tries::Blocked, Secret::AdminKey)
        );
        assert_eq!(
            (info.puk, info.unblock),
            (Tries::Unknown, Confidence::Known)
        );
        // Typed as what it is not.
        for code in [PUK, &ADMIN_KEY[1..], &ADMIN_KEY.replace('A', "G")] {
            let error = bench.unblock(&id, code, NEW).unwrap_err();
            assert!(matches!(error, CardError::Format { .. }), "{error}");
        }
        let error = bench.unblock(&id, ADMIN_KEY, "123").unwrap_err();
        assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
        assert_eq!(sent(&gids, AUTHENTICATE), 0, "{name}");
        let error = bench.unblock(&id, OTHER_KEY, NEW).unwrap_err();
        assert_eq!(error, wrong(Secret::AdminKey, None), "{name}");
        assert_eq!((sent(&gids, UNBLOCK), tries(&gids)[0]), (0, 0), "{name}");
        bench.unblock(&id, ADMIN_KEY, NEW).unwrap();
        assert_eq!(tries(&gids)[0], 3, "{name}");
        let signature = bench.sign(&id, &credential, Some(NEW)).unwrap();
        openssl::judges(&credential, &signature);
        bench.end();
        assert_eq!(gids.card().is_verified(), [false, false]);
    }
}

#[test]
fn r25_a_puk_unblocks_where_the_card_has_one_and_the_admin_key_when_it_is_used_up() {
    let (bench, gids) = blocked(with_puk());
    let (id, info) = bench.token_by(Look::Everything);
    let credential = only(&info).clone();
    assert_eq!((info.puk, info.unblocker), (Tries::Left(3), Secret::Puk));
    assert_eq!(info.unblock, Confidence::Inferred);
    let error = bench.unblock(&id, WRONG, NEW).unwrap_err();
    assert_eq!(error, wrong(Secret::Puk, Some(2)));
    bench.unblock(&id, PUK, NEW).unwrap();
    assert_eq!(tries(&gids), [3, 3]);
    bench.sign(&id, &credential, Some(NEW)).unwrap();

    let (bench, gids) = blocked(with_puk().tries(2));
    let (id, _) = bench.token_by(Look::Everything);
    bench.unblock(&id, WRONG, NEW).unwrap_err();
    let error = bench.unblock(&id, PUK, NEW).unwrap_err();
    assert_eq!(error, CardError::LastTry(Secret::Puk));
    // Another program spends it.
    let select = [&[0x00, 0xA4, 0x04, 0x00, 0x09][..], AID, &[0x00]].concat();
    let unblock = [
        &[0x00, 0x2C, 0x00, 0x80, 0x0C][..],
        WRONG.as_bytes(),
        b"123456",
    ]
    .concat();
    for command in [select, unblock] {
        gids.clone().transmit(&command);
    }
    assert_eq!(tries(&gids), [0, 0]);
    let (id, info) = bench.token_by(Look::Everything);
    assert_eq!(info.unblocker, Secret::AdminKey);
    bench.unblock(&id, ADMIN_KEY, NEW).unwrap();
    bench.sign(&id, &credential, Some(NEW)).unwrap();
}

#[test]
fn a_pin_is_changed_once_and_what_it_cannot_be_costs_nothing() {
    for product in ALL {
        let (bench, gids) = watched(with_key(product));
        let (id, info) = bench.token();
        let changes = |old, new| bench.change(&id, Secret::Pin, old, new);
        for new in ["123", "12345678901234567"] {
            let error = changes(PIN, new).unwrap_err();
            assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
        }
        assert_eq!(sent(&gids, CHANGE), 0);
        let error = changes(WRONG, NEW).unwrap_err();
        assert_eq!(error, wrong(Secret::Pin, Some(2)), "{}", product.name);
        changes(PIN, NEW).unwrap();
        assert_eq!(tries(&gids)[0], 3);
        let credential = only(&info).clone();
        bench.sign(&id, &credential, Some(NEW)).unwrap();
        bench.end();
        assert_eq!(gids.card().is_verified(), [false, false]);
    }
}

/// The card knows where the old value ends and takes the rest for the new one's beginning.
#[test]
fn what_is_typed_behind_a_right_value_never_becomes_the_beginning_of_the_new_pin() {
    for product in ALL {
        let name = product.name;
        let (bench, gids) = watched(with_key(product));
        let (id, info) = bench.token();
        let longer = format!("{PIN}7");
        let error = bench.change(&id, Secret::Pin, &longer, NEW).unwrap_err();
        assert_eq!(error, wrong(Secret::Pin, Some(2)), "{name}");
        assert_eq!(sent(&gids, CHANGE), 0, "{name}");
        bench.sign(&id, only(&info), Some(PIN)).unwrap();
    }
    // The PUK is compared together with the new PIN only: what the card has made of them is said.
    let (bench, gids) = blocked(with_puk());
    let (id, info) = bench.token_by(Look::Everything);
    let longer = format!("{PUK}7");
    let error = bench.unblock(&id, &longer, NEW).unwrap_err();
    assert_eq!(error, CardError::OtherPin(Secret::Puk));
    assert_eq!(tries(&gids), [2, 3]);
    bench.unblock(&id, PUK, NEW).unwrap();
    bench.sign(&id, only(&info), Some(NEW)).unwrap();
}

/// What such a card tells of tries, no source says; the emulator has none.
#[test]
fn a_card_that_nobody_has_personalised_shows_nothing_and_gets_no_pin() {
    for product in ALL {
        let (bench, gids) = watched(GidsCard::builder(product).seed(b"tests").blank());
        let view = bench.look(Look::Everything).remove(0);
        if let TokenState::Ready(info) = &view.state {
            assert!(info.found.credentials.is_empty(), "{info:?}");
        }
        bench.change(&view.id, Secret::Pin, PIN, NEW).unwrap_err();
        assert_eq!(sent(&gids, CHANGE), 0, "{}", product.name);
    }
}

#[test]
fn counts_of_commands_are_within_their_bounds() {
    for product in ALL {
        let (bench, _) = watched(with_key(product));
        let (_, status) = bench.count(|| bench.token_by(Look::Tries));
        let (mut bench, _) = watched(with_key(product));
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

/// What is asked beyond its own SELECT until it is known what the card is.
#[test]
fn a_card_is_known_by_two_commands_of_its_own() {
    for product in ALL {
        let (bench, gids) = watched(with_key(product));
        bench.token_by(Look::Tries);
        let sent = gids.card().sent().to_vec();
        let reads = sent.iter().filter(|it| it[1] != 0xA4 && it[1] != 0xC0);
        let reads: Vec<_> = reads.collect();
        // Whether there is a PUK, and the tries left.
        assert_eq!(reads, [&[0x00, 0xCB, 0x3F, 0xFF]; 2], "{}", product.name);
    }
}

/// Not a test: `cargo test --test gids -- --ignored`, then read what `git diff` shows.
#[test]
#[ignore = "writes apdu-traces/gids"]
fn record_the_journeys() {
    let fresh = || {
        // The secrets that tests/traces.rs types.
        let card = GidsCard::builder(GIDS_APPLET)
            .seed(b"traces")
            .pin("123456")
            .admin_key(*b"123456781234567812345678")
            .holder("CN=Asha Sharma")
            .key(0, KeyKind::Rsa2048);
        let slot = Slot::new("Recorded", None);
        slot.insert(Box::new(card.build().unwrap()));
        slot
    };
    journeys::record(&journeys::Subject {
        folder: "gids",
        profile: "gids",
        name: GIDS_APPLET.name,
        code: &"3132333435363738".repeat(3),
        fresh: &fresh,
    });
}
