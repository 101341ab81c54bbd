//! The cards that PKCS#15 describes, against the emulator, which was written from the sheets
//! by somebody who had not seen the driver, and which OpenSC judges (tests/judge-pkcs15.sh).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "../support/bench.rs"]
mod bench;
mod counts;
mod ftcos;
#[path = "../support/instead.rs"]
mod instead;
#[path = "../support/journeys.rs"]
mod journeys;
mod kinds;
#[path = "../support/openssl.rs"]
mod openssl;
mod optional;
#[cfg(target_os = "linux")]
mod personalised;
mod record;
mod starcos;
#[cfg(target_os = "linux")]
#[path = "../support/mod.rs"]
mod support;
mod unknown;

use bench::{Bench, Shared, only};
use securesign_app::worker::Look;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;
use securesign_card::token::LastTry;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{Fault, KeyKind};
use securesign_vendors::pkcs15::emulator::{Builder, Object, Pkcs15Card};

use kinds::{KINDS, Kind, iso_9564, with_a_puk, with_an_officer};

const PIN: &str = "123456";
const PUK: &str = "12345678";
const WRONG: &str = "654321";
const NEW: &str = "246802";
const HOLDER: &str = "CN=Ada Lovelace,C=IN";

impl Kind {
    fn builder(&self) -> Builder {
        let builder = Pkcs15Card::builder(self.dialect).seed(b"tests");
        (self.pins)().into_iter().fold(builder, Builder::pin)
    }

    fn card(&self, key: KeyKind) -> Builder {
        self.builder().object(Object::signing(HOLDER, key))
    }

    fn watched(&self, builder: Builder) -> (Bench, Shared<Pkcs15Card>) {
        let card = Shared::new(builder.build().unwrap());
        (Bench::new(card.clone(), self.reader), card)
    }

    fn left(&self, tries: u8) -> Tries {
        match self.counts {
            true => Tries::from_count(tries),
            false => Tries::Unknown,
        }
    }

    fn name(&self) -> &'static str {
        self.dialect.name
    }
}

#[test]
fn every_kind_signs_with_each_key_that_it_has() {
    for kind in KINDS {
        for &key in kind.keys {
            let (bench, card) = kind.watched(kind.card(key));
            let (id, info) = bench.token();
            assert_eq!(info.family, kind.family);
            assert_eq!(info.pin, kind.left(3), "{}", kind.name());
            let signature = bench
                .sign(&id, only(&info), Some(PIN))
                .unwrap_or_else(|error| panic!("{} {key:?}: {error}", kind.name()));
            openssl::judges(only(&info), &signature);
            bench.end();
            assert!(!is_verified(&card), "{}", kind.name());
        }
    }
}

/// How often a command with this instruction went to the card, and whether it had data
/// nobody tells: only where the count is compared.
fn sent(card: &Shared<Pkcs15Card>, ins: u8) -> usize {
    let card = card.card();
    card.sent().iter().filter(|header| header[1] == ins).count()
}

#[test]
fn r24_a_wrong_pin_costs_one_try_and_the_last_one_is_asked_for() {
    for kind in KINDS {
        let (bench, card) = kind.watched(kind.card(kind.keys[0]));
        let (id, info) = bench.token();
        let credential = only(&info).clone();
        let mut tells = kind.counts;
        for left in [2, 1] {
            let error = bench.sign(&id, &credential, Some(WRONG)).unwrap_err();
            let secret = Secret::Pin;
            let left_told = kind.counts.then_some(left);
            match error {
                CardError::Wrong { left: told, .. } if !kind.counts => {
                    assert!(told.is_none() || told == Some(left), "{}", kind.name());
                    tells = told.is_some();
                }
                error => assert_eq!(
                    error,
                    CardError::Wrong {
                        secret,
                        left: left_told
                    },
                    "{}",
                    kind.name()
                ),
            }
            assert_eq!(tries(&card), Some(left), "{}", kind.name());
        }
        // A card that cannot be asked may have told it with the wrong ones.
        if tells {
            let verified = sent(&card, 0x20);
            let error = bench.sign(&id, &credential, Some(PIN)).unwrap_err();
            assert_eq!(error, CardError::LastTry(Secret::Pin), "{}", kind.name());
            assert_eq!(tries(&card), Some(1));
            assert!(sent(&card, 0x20) <= verified + 1, "one question at most");
        }
        println!("{}: tells the last try: {tells}", kind.name());
        let error = bench
            .sign_at(&id, &credential, Some(WRONG), LastTry::Use)
            .unwrap_err();
        assert_eq!(tries(&card), Some(0));
        if kind.counts {
            assert_eq!(error, CardError::Blocked(Secret::Pin), "{}", kind.name());
        }
    }
}

/// What names the PIN of the card holder.
fn reference(card: &Shared<Pkcs15Card>) -> u8 {
    let card = card.card();
    let has_puk = |reference: &u8| card.unblocking_tries(*reference).is_some();
    (0x00..=0xFF).find(has_puk).unwrap()
}

fn tries(card: &Shared<Pkcs15Card>) -> Option<u8> {
    let reference = reference(card);
    card.card().tries(reference)
}

fn unblocking_tries(card: &Shared<Pkcs15Card>) -> Option<u8> {
    let reference = reference(card);
    card.card().unblocking_tries(reference)
}

fn is_verified(card: &Shared<Pkcs15Card>) -> bool {
    let reference = reference(card);
    card.card().is_verified(reference)
}

/// A card whose PIN has no tries left.
fn blocked(kind: &Kind) -> (Bench, Shared<Pkcs15Card>) {
    let (bench, card) = kind.watched(kind.card(kind.keys[0]));
    let (id, info) = bench.token();
    for _ in 0..3 {
        let credential = only(&info);
        let result = bench.sign_at(&id, credential, Some(WRONG), LastTry::Use);
        result.unwrap_err();
    }
    assert_eq!(tries(&card), Some(0), "{}", kind.name());
    bench.end();
    (Bench::new(card.clone(), kind.reader), card)
}

#[test]
fn r25_a_blocked_pin_gets_nothing_and_is_unblocked_by_what_the_kind_has() {
    for kind in KINDS {
        let (bench, card) = blocked(kind);
        let (id, info) = bench.token_by(Look::Everything);
        let credential = only(&info).clone();
        if kind.counts {
            assert_eq!(info.pin, Tries::Blocked, "{}", kind.name());
            let before = sent(&card, 0x20);
            let error = bench.sign(&id, &credential, Some(PIN)).unwrap_err();
            assert_eq!(error, CardError::Blocked(Secret::Pin), "{}", kind.name());
            assert!(sent(&card, 0x20) <= before + 1);
        }
        let left = unblocking_tries(&card).unwrap();
        let error = bench.unblock(&id, "87654321", NEW).unwrap_err();
        assert!(
            matches!(error, CardError::Wrong { secret, .. } if secret == kind.unblocker),
            "{}: {error}",
            kind.name()
        );
        assert_eq!(unblocking_tries(&card), Some(left - 1));
        bench.unblock(&id, PUK, NEW).unwrap();
        assert_eq!(tries(&card), Some(3), "{}", kind.name());
        let signature = bench.sign(&id, &credential, Some(NEW)).unwrap();
        openssl::judges(&credential, &signature);
    }
}

#[test]
fn a_pin_is_changed_once_and_what_it_cannot_be_costs_nothing() {
    for kind in KINDS {
        let (bench, card) = kind.watched(kind.card(kind.keys[0]));
        let (id, info) = bench.token();
        let changes = |bench: &Bench, old, new| bench.change(&id, Secret::Pin, old, new);
        let long = "1".repeat(40);
        let error = changes(&bench, PIN, &long).unwrap_err();
        assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
        assert_eq!(sent(&card, 0x24), 0);
        let error = changes(&bench, WRONG, NEW).unwrap_err();
        assert!(
            matches!(error, CardError::Wrong { .. }),
            "{}: {error}",
            kind.name()
        );
        assert_eq!(tries(&card), Some(2));
        changes(&bench, PIN, NEW).unwrap();
        assert_eq!(tries(&card), Some(3));
        let credential = only(&info).clone();
        bench.sign(&id, &credential, Some(NEW)).unwrap();
        bench.end();
        assert!(!is_verified(&card), "{}", kind.name());
    }
}

#[test]
fn a_card_removed_or_reset_at_any_command_loses_nothing() {
    for kind in KINDS {
        let (bench, card) = kind.watched(kind.card(kind.keys[0]));
        bench.cold_signature(PIN).unwrap();
        bench.end();
        let sent = card.card().sent().to_vec();
        // What follows the signature is the log-out.
        let is_last = |header: &[u8; 4]| [0x2A, 0x88, 0xC0].contains(&header[1]);
        let steps = 1 + sent.iter().rposition(is_last).unwrap();
        for error in [TransportError::Removed, TransportError::Reset] {
            for after in 0..steps {
                let (bench, card) = kind.watched(kind.card(kind.keys[0]));
                let name = format!("{}, {error:?}, {after}", kind.name());
                bench.reader.fault(Fault {
                    after,
                    error: error.clone(),
                });
                let result = bench.cold_signature(PIN);
                if error == TransportError::Removed {
                    result.expect_err(&name);
                }
                bench.end();
                assert_eq!(tries(&card), Some(3), "{name}");
                // Out of the reader it has no power, and forgets.
                let verified = is_verified(&card);
                assert!(error == TransportError::Removed || !verified, "{name}");
            }
        }
    }
}
