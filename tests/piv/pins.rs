//! PINs and PUKs: what is sent, what it costs, what is told.

use crate::bench::{Bench, Shared};
use crate::instead::Instead;
use securesign_app::worker::Look;
use securesign_card::error::{CardError, Secret};
use securesign_card::pin::Charset;
use securesign_card::profile::Tries;
use securesign_card::token::LastTry;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::piv::emulator::{ALL, KeyKind, NIST, Slot, YUBIKEY5};

use super::card::{PIN, PUK, SECRET_INS, SELECT, WRONG, card, p256, watched};
use crate::bench::wrong;

#[test]
fn a_wrong_pin_costs_exactly_one_try_on_every_product() {
    for personality in ALL {
        let name = personality.name;
        let (bench, card) = watched(*personality);
        let (id, info) = bench.token();
        let before = card.card().pin_tries();
        let error = bench
            .sign(&id, &info.found.credentials[0], Some(WRONG))
            .unwrap_err();
        assert_eq!(card.card().pin_tries(), before - 1, "{name}");
        let told = match error {
            CardError::Wrong {
                secret: Secret::Pin,
                left,
            } => left,
            other => panic!("{name}: {other}"),
        };
        assert!(
            told.is_none_or(|left| left == before - 1),
            "{name}: {told:?}"
        );
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
    }
}

#[test]
fn a_pin_of_impossible_form_costs_nothing_and_reaches_no_card() {
    for personality in ALL {
        let (bench, card) = watched(*personality);
        let (id, info) = bench.token();
        let before = card.card().pin_tries();
        // Yubico's take letters; the others do not, and three of them count one as wrong.
        let letters = bench.token().1.pin_rules.charset == Charset::Printable;
        for impossible in ["", "12345", "123456789", "12345a", "१२३४५६"] {
            if letters && impossible == "12345a" {
                continue;
            }
            let sent = |card: &Shared| SECRET_INS.map(|ins| card.card().count(ins));
            let counted = sent(&card);
            let error = bench
                .sign(&id, &info.found.credentials[0], Some(impossible))
                .unwrap_err();
            assert!(
                matches!(
                    error,
                    CardError::Format {
                        secret: Secret::Pin,
                        ..
                    }
                ),
                "{error}"
            );
            let error = bench.unblock(&id, PUK, impossible).unwrap_err();
            assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
            let error = bench.change(&id, Secret::Pin, PIN, impossible).unwrap_err();
            assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
            assert_eq!(sent(&card), counted, "{}", personality.name);
        }
        assert_eq!(card.card().pin_tries(), before);
    }
}

#[test]
fn r24_the_last_try_wants_a_word_and_no_try_sends_nothing() {
    let (bench, card) = watched(NIST);
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    assert_eq!(
        bench.sign(&id, credential, Some(WRONG)).unwrap_err(),
        wrong(Secret::Pin, 2)
    );
    assert_eq!(
        bench.sign(&id, credential, Some(WRONG)).unwrap_err(),
        wrong(Secret::Pin, 1)
    );
    let verifies = card.card().count(0x20);
    assert_eq!(
        bench.sign(&id, credential, Some(PIN)).unwrap_err(),
        CardError::LastTry(Secret::Pin)
    );
    assert_eq!(card.card().count(0x20), verifies);
    assert_eq!(card.card().pin_tries(), 1);
    let blocked = CardError::Blocked(Secret::Pin);
    let error = bench
        .sign_at(&id, credential, Some(WRONG), LastTry::Use)
        .unwrap_err();
    assert_eq!(error, blocked);
    let (id, info) = bench.token();
    assert_eq!(info.pin, Tries::Blocked);
    let verifies = card.card().count(0x20);
    let error = bench
        .sign_at(&id, credential, Some(PIN), LastTry::Use)
        .unwrap_err();
    assert_eq!(error, blocked);
    assert_eq!(card.card().count(0x20), verifies);
}

#[test]
fn r24_an_unknown_counter_is_called_unknown() {
    use securesign_vendors::piv::emulator::NO_EMPTY_VERIFY;
    let (bench, _) = watched(NO_EMPTY_VERIFY);
    assert_eq!(bench.token().1.pin, Tries::Unknown);
}

#[test]
fn r25_unlocking_spends_no_pin_try_and_one_puk_try_a_click() {
    for personality in ALL {
        let name = personality.name;
        let (bench, card) = watched(*personality);
        let (id, _) = bench.token_by(Look::Everything);
        let pins = card.card().pin_tries();
        let puks = card.card().puk_tries();
        let error = bench.unblock(&id, "87654321", "654321").unwrap_err();
        assert!(
            matches!(
                error,
                CardError::Wrong {
                    secret: Secret::Puk,
                    ..
                }
            ),
            "{name}: {error}"
        );
        assert_eq!(card.card().pin_tries(), pins, "{name}");
        assert_eq!(card.card().puk_tries(), puks - 1, "{name}");
        bench
            .unblock(&id, PUK, "654321")
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let (id, info) = bench.token();
        bench
            .sign(&id, &info.found.credentials[0], Some("654321"))
            .unwrap();
    }
}

#[test]
fn a_blocked_pin_is_unlocked_on_every_product() {
    for personality in ALL {
        let name = personality.name;
        let (bench, card) = watched(*personality);
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        while card.card().pin_tries() > 0 {
            let error = bench
                .sign_at(&id, credential, Some(WRONG), LastTry::Use)
                .unwrap_err();
            assert!(
                matches!(
                    error,
                    CardError::Wrong { .. } | CardError::Blocked(Secret::Pin)
                ),
                "{name}: {error}"
            );
        }
        let (id, info) = bench.token();
        assert!(
            matches!(info.pin, Tries::Blocked | Tries::Unknown),
            "{name}: {:?}",
            info.pin
        );
        bench
            .unblock(&id, PUK, "654321")
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let (id, info) = bench.token();
        bench
            .sign(&id, &info.found.credentials[0], Some("654321"))
            .unwrap();
    }
}

#[test]
fn r25_the_counter_of_the_puk_is_told_where_the_card_tells_and_a_blocked_one_is_not_sent() {
    let (bench, card) = watched(YUBIKEY5);
    let (id, info) = bench.token_by(Look::Everything);
    assert_eq!(info.puk, Tries::Left(3));
    assert_eq!(
        bench.unblock(&id, "87654321", "654321").unwrap_err(),
        wrong(Secret::Puk, 2)
    );
    assert_eq!(
        bench.unblock(&id, "87654321", "654321").unwrap_err(),
        wrong(Secret::Puk, 1)
    );
    let error = bench.unblock(&id, "87654321", "654321").unwrap_err();
    assert_eq!(error, CardError::LastTry(Secret::Puk));
    assert_eq!(card.card().puk_tries(), 1);
    // Others do not tell.
    let (bench, _) = watched(NIST);
    assert_eq!(bench.token_by(Look::Everything).1.puk, Tries::Unknown);
}

#[test]
fn pin_and_puk_are_changed_and_a_wrong_one_costs_one_try() {
    for personality in ALL {
        let name = personality.name;
        let (bench, card) = watched(*personality);
        let (id, info) = bench.token();
        let before = card.card().pin_tries();
        let error = bench.change(&id, Secret::Pin, WRONG, "654321").unwrap_err();
        assert!(
            matches!(
                error,
                CardError::Wrong {
                    secret: Secret::Pin,
                    ..
                }
            ),
            "{name}: {error}"
        );
        assert_eq!(card.card().pin_tries(), before - 1, "{name}");
        bench.change(&id, Secret::Pin, PIN, "654321").unwrap();
        bench
            .sign(&id, &info.found.credentials[0], Some("654321"))
            .unwrap();
        bench.change(&id, Secret::Puk, PUK, "11223344").unwrap();
        bench
            .unblock(&id, "11223344", PIN)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// Longer than a dialogue lingers.
const LATER: std::time::Duration = std::time::Duration::from_millis(900);

#[test]
fn r24_a_counter_that_others_have_lowered_meanwhile_is_noticed() {
    let mut shared = Shared::new(p256(NIST));
    let bench = Bench::new(shared.clone(), None);
    let (id, info) = bench.token();
    assert_eq!(info.pin, Tries::Left(3));
    std::thread::sleep(LATER);
    shared.transmit(SELECT);
    for _ in 0..2 {
        shared.transmit(b"\x00\x20\x00\x80\x08999999\xFF\xFF");
    }
    let error = bench
        .sign(&id, &info.found.credentials[0], Some(WRONG))
        .unwrap_err();
    assert_eq!(error, CardError::LastTry(Secret::Pin));
    assert_eq!(shared.card().pin_tries(), 1);
}

#[test]
fn a_pin_typed_anew_is_verified_even_while_another_was_accepted() {
    let card = card(NIST)
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap();
    let bench = Bench::new(card, None);
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    bench.sign(&id, credential, Some(PIN)).unwrap();
    assert_eq!(
        bench.sign(&id, credential, Some(WRONG)).unwrap_err(),
        wrong(Secret::Pin, 2)
    );
    assert_eq!(
        bench.sign(&id, credential, None).unwrap_err(),
        CardError::SessionOver
    );
}

/// SP 800-73-4, part 1, 3.3.2: where the global PIN is primary, references 00 and 80 are two PINs.
#[test]
fn a_global_pin_goes_to_its_own_reference_in_every_dialogue() {
    let card = Instead::of(p256(NIST), |card, command| {
        match (command[1], command.get(7)) {
            (0xCB, Some(0x7E)) => vec![
                0x7E, 0x12, 0x4F, 0x0B, 0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0, 0x5F, 0x2F, 2, 0x60,
                0x20, 0x90, 0x00,
            ],
            (0x20 | 0x24 | 0x2C, _) if command[3] == 0x00 => vec![0x63, 0xC3],
            _ => card.transmit(command),
        }
    });
    let card = Shared::new(card);
    let bench = Bench::new(card.clone(), None);
    let (id, info) = bench.token();
    std::thread::sleep(LATER);
    let _ = bench.sign(&id, &info.found.credentials[0], Some(PIN));
    std::thread::sleep(LATER);
    let _ = bench.change(&id, Secret::Pin, PIN, "654321");
    assert!(matches!(
        bench.unblock(&id, PUK, "654321"),
        Err(CardError::Unsupported(_))
    ));
    let seen = card.card().seen.clone();
    let secret_bearing: Vec<&Vec<u8>> = seen
        .iter()
        .filter(|command| SECRET_INS.contains(&command[1]))
        .collect();
    assert!(secret_bearing.iter().any(|command| command[1] == 0x24));
    assert!(
        secret_bearing.iter().all(|command| command[3] == 0x00),
        "{secret_bearing:02X?}"
    );
}
