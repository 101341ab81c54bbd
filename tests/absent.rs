//! A PIN is never sent to a reference that the card says it does not have, and places
//! that are rarely used are looked at before a certificate is said to be missing.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/instead.rs"]
mod instead;

use std::sync::{Arc, Mutex};

use bench::{Bench, Shared};
use instead::Instead;
use securesign_app::worker::Look;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{PinUse, Problem, Search, Tries};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot, YUBIKEY5};

const PIN: &str = "123456";

/// A card that has its PIN under the global reference, or under none, and says so of the other
/// with this status word; and the references that a PIN was sent to.
fn bench(absent: u16, global: bool) -> (Bench, Arc<Mutex<Vec<u8>>>) {
    let card = PivCard::builder(NIST)
        .seed(b"absent")
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap();
    let sent: Arc<Mutex<Vec<u8>>> = Arc::default();
    let log = Arc::clone(&sent);
    let card = Instead::of(card, move |card, command| {
        let [_, ins @ (0x20 | 0x24 | 0x2C), p1, reference, rest @ ..] = command else {
            return card.transmit(command);
        };
        if !rest.is_empty() {
            log.lock().unwrap().push(*reference);
        }
        if *reference != 0x00 || !global {
            return absent.to_be_bytes().to_vec();
        }
        card.transmit(&[&[0x00, *ins, *p1, 0x80], rest].concat())
    });
    (Bench::new(card, None), sent)
}

#[test]
fn a_pin_goes_to_no_reference_that_the_card_does_not_have() {
    // The last two may only mean the question: the PIN goes elsewhere where it is.
    for absent in [0x6A86, 0x6A88, 0x6A82, 0x6B00] {
        // The other one is there.
        let (bench, sent) = bench(absent, true);
        let (id, info) = bench.token();
        assert_eq!(info.pin, Tries::Left(3), "{absent:04X}");
        let credential = &info.found.credentials[0];
        bench.sign(&id, credential, Some(PIN)).unwrap();
        bench.change(&id, Secret::Pin, PIN, "654321").unwrap();
        assert_eq!(*sent.lock().unwrap(), [0x00, 0x00]);
        // No PUK resets it, and that is known before one is typed.
        let (_, info) = bench.token_by(Look::Everything);
        assert_eq!((info.puk_rules, info.no_puk), (None, Missing::GlobalPin));
        let error = bench.unblock(&id, "12345678", "222222").unwrap_err();
        assert_eq!(error, CardError::Unsupported(Missing::GlobalPin));
        assert_eq!(sent.lock().unwrap().len(), 2, "{absent:04X}");
    }
    for absent in [0x6A86, 0x6A88] {
        // Neither is.
        let (bench, sent) = self::bench(absent, false);
        let (id, info) = bench.token();
        assert_eq!(info.found.credentials, [], "nothing to sign with");
        assert_eq!(info.found.notes[0].problem, Problem::NoPin);
        let error = bench.change(&id, Secret::Pin, PIN, "654321").unwrap_err();
        assert_eq!(error, CardError::Unsupported(Missing::Pin));
        assert_eq!(sent.lock().unwrap().len(), 0, "{absent:04X}");
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_no_leave_to_send_the_pin() {
    for answer in [&[0x90][..], &[0x6F, 0x00], &[0x67, 0x00]] {
        let card = PivCard::builder(NIST)
            .seed(b"absent")
            .key(Slot::AUTHENTICATION, KeyKind::P256)
            .key(Slot::CARD_AUTHENTICATION, KeyKind::P256)
            .build()
            .unwrap();
        let sent: Arc<Mutex<usize>> = Arc::default();
        let count = Arc::clone(&sent);
        // 80 is denied; what is said of the other reference is nonsense.
        let card = Instead::of(card, move |card, command| match command {
            [_, 0x20, _, 0x80] => vec![0x6A, 0x88],
            [_, 0x20, _, _] => answer.to_vec(),
            [_, 0x20 | 0x24 | 0x2C, ..] => {
                *count.lock().unwrap() += 1;
                vec![0x90, 0x00]
            }
            _ => card.transmit(command),
        });
        let bench = Bench::new(card, None);
        let (id, info) = bench.token_by(Look::Everything);
        // What needs no PIN can still be used.
        let places: Vec<&str> = info.found.credentials.iter().map(|c| &*c.label).collect();
        assert_eq!(places, ["Card authentication (9E)"], "{answer:02X?}");
        bench.change(&id, Secret::Pin, PIN, "654321").unwrap_err();
        assert_eq!(*sent.lock().unwrap(), 0, "{answer:02X?}");
    }
}

/// A card of three tries on which wrong PINs have left so many.
fn with_tries_left(left: u8) -> Shared {
    let card = PivCard::builder(NIST)
        .seed(b"absent")
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .tries(3, 3)
        .build()
        .unwrap();
    let mut card = Shared::new(card);
    card.transmit(&[
        0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00,
    ]);
    for _ in left..3 {
        card.transmit(&[&[0x00, 0x20, 0x00, 0x80, 0x08][..], b"999999\xFF\xFF"].concat());
    }
    card
}

#[test]
fn where_the_card_does_not_tell_which_pin_is_the_holders_no_counter_is_told_as_its() {
    const BLOCKED: Tries = Tries::Blocked;
    // Tries left of the PIV PIN, what the global PIN says, and what is known then.
    for (left, global, told) in [
        // The card has only the one.
        (3, 0x6A88, Tries::Left(3)),
        (3, 0x6A86, Tries::Left(3)),
        // It has both: what holds for either is told.
        (3, 0x63C5, Tries::Unknown),
        (3, 0x6983, Tries::Unknown),
        (3, 0x9000, Tries::Unknown),
        (3, 0x63C3, Tries::Left(3)),
        // What forbids sending a PIN to the one that is taken, in any case.
        (1, 0x63C3, Tries::Left(1)),
        (0, 0x63C3, BLOCKED),
        // The card refuses to tell whether it has it.
        (3, 0x6982, Tries::Unknown),
        (3, 0x6F00, Tries::Unknown),
    ] {
        for refusal in [0x6982, 0x6985, 0x6F00, 0x6E00, 0x6700] {
            let name = format!("{left}, {global:04X}, {refusal:04X}");
            let card = with_tries_left(left);
            let sent: Arc<Mutex<usize>> = Arc::default();
            let count = Arc::clone(&sent);
            // Refuses its discovery object, and has a global PIN that answers a question so.
            let undecided = Instead::of(card, move |card, command| match command {
                [_, 0xCB, _, _, _, 0x5C, 0x01, 0x7E, ..] => u16::to_be_bytes(refusal).to_vec(),
                [_, 0x20, _, 0x00] => u16::to_be_bytes(global).to_vec(),
                [_, 0x20 | 0x24 | 0x2C, _, reference, _, ..] => {
                    *count.lock().unwrap() += 1;
                    assert_eq!(*reference, 0x80);
                    card.transmit(command)
                }
                _ => card.transmit(command),
            });
            let bench = Bench::new(undecided, None);
            for look in [Look::Tries, Look::Everything] {
                let (_, info) = bench.token_by(look);
                assert_eq!(info.pin, told, "{name}");
            }
            let (id, _) = bench.token_by(Look::Tries);
            let changed = bench.change(&id, Secret::Pin, PIN, "654321");
            match told {
                BLOCKED => assert_eq!(changed, Err(CardError::Blocked(Secret::Pin)), "{name}"),
                Tries::Left(1) => assert_eq!(changed, Err(CardError::LastTry(Secret::Pin))),
                _ => changed.unwrap_or_else(|error| panic!("{name}: {error}")),
            }
            let sends = !matches!(told, BLOCKED | Tries::Left(1));
            assert_eq!(*sent.lock().unwrap(), usize::from(sends), "{name}");
        }
    }
}

fn everywhere() -> PivCard {
    let retired = Slot::from_reference(0x82).unwrap();
    PivCard::builder(NIST)
        .seed(b"absent")
        .key(Slot::SIGNATURE, KeyKind::P256)
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .key(Slot::KEY_MANAGEMENT, KeyKind::P256)
        .key(Slot::CARD_AUTHENTICATION, KeyKind::P256)
        .key(retired, KeyKind::P256)
        .key_history(1, 0)
        .build()
        .unwrap()
}

#[test]
fn a_certificate_is_found_wherever_it_is() {
    // Serial numbers are those of the places.
    for serial in ["9C", "9A", "82", "9D", "9E"] {
        let bench = Bench::new(everywhere(), None);
        let (id, info) = bench.token_by(Look::Signing(Search {
            serial: Some(serial.into()),
            everything: false,
        }));
        let wanted = |c: &&securesign_card::profile::Credential| {
            c.certificate.serial().trim_start_matches('0') == serial
        };
        let found = info.found.credentials.iter().find(wanted);
        let credential = found.unwrap_or_else(|| panic!("{serial}"));
        let pin = (credential.when != PinUse::Never).then_some(PIN);
        assert_eq!(pin.is_none(), serial == "9E");
        bench.sign(&id, credential, pin).unwrap();
    }
    let bench = Bench::new(everywhere(), None);
    let (_, info) = bench.token_by(Look::Everything);
    let places: Vec<&str> = info.found.credentials.iter().map(|c| &*c.label).collect();
    assert_eq!(
        places,
        [
            "Digital signature (9C)",
            "Authentication (9A)",
            "Retired (82)",
            "Key management (9D)",
            "Card authentication (9E)"
        ]
    );
}

#[test]
fn a_retired_certificate_is_found_whatever_the_key_history_says() {
    let card = |personality, history: Option<&[u8]>| {
        let last = Slot::retired(20).unwrap();
        let builder = PivCard::builder(personality)
            .seed(b"absent")
            .key(Slot::SIGNATURE, KeyKind::P256)
            .key(last, KeyKind::P256);
        let builder = match history {
            Some(bytes) => builder.raw_object(0x5F_C10C, bytes),
            None => builder,
        };
        Bench::new(builder.build().unwrap(), None)
    };
    // No object; none on the card; three on the card; nothing told; no TLV.
    let histories: [Option<&[u8]>; 5] = [
        None,
        Some(&[0x53, 0x05, 0xC1, 0x01, 0x00, 0xFE, 0x00]),
        Some(&[0x53, 0x05, 0xC1, 0x01, 0x03, 0xFE, 0x00]),
        Some(&[0x53, 0x00]),
        Some(&[0x53, 0x7F, 0x01]),
    ];
    for personality in [NIST, YUBIKEY5] {
        for history in histories {
            let name = format!("{}, {history:02X?}", personality.name);
            let bench = card(personality, history);
            let (id, info) = bench.token_by(Look::Signing(Search {
                serial: Some("95".into()),
                everything: false,
            }));
            let credential = info.found.credentials.last().unwrap();
            assert_eq!(credential.label, "Retired (95)", "{name}");
            bench.sign(&id, credential, Some(PIN)).unwrap();
        }
    }
    // Who looks at everything hears what was not looked at, where nothing says that there
    // is nothing.
    for (personality, history, unsought) in [
        (NIST, histories[0], false),
        (NIST, histories[1], false),
        (NIST, histories[3], true),
        (NIST, histories[4], true),
        (YUBIKEY5, histories[0], true),
        (YUBIKEY5, histories[1], true),
    ] {
        let (_, info) = card(personality, history).token_by(Look::Everything);
        let places: Vec<&str> = info.found.notes.iter().map(|note| &*note.place).collect();
        let expected: &[&str] = if unsought {
            &["Retired (86–95)"]
        } else {
            &[]
        };
        assert_eq!(places, expected, "{}, {history:02X?}", personality.name);
    }
}

#[test]
fn who_asks_for_one_certificate_does_not_wait_for_the_others() {
    for (serial, most) in [("9C", 6), ("9A", 8)] {
        let bench = Bench::new(everywhere(), None);
        let look = Look::Signing(Search {
            serial: Some(serial.into()),
            everything: false,
        });
        let ((_, info), commands) = bench.count(|| bench.token_by(look));
        assert!(commands <= most, "{serial}: {commands}");
        assert_eq!(info.pin, Tries::Left(3));
    }
}
