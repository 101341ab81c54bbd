//! The PIV profile against the emulator, which other people's tools judge
//! (tests/judge-piv.sh), with the habits of ten products.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "support/bench.rs"]
mod bench;

use std::path::Path;
use std::process::Command;

use bench::{Bench, Shared, abc, secret};
use securesign_app::worker::{Look, TokenState};
use securesign_card::application::Known;
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::{CardError, Secret};
use securesign_card::frame::Frame;
use securesign_card::pin::Charset;
use securesign_card::profile::{PinUse, Search, Tries};
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::{Emulator, Fault};
use securesign_vendors::piv::emulator::{
    ALL, Builder, KeyKind, NIST, PICO, PIV_AUTHENTICATOR, PIVAPPLET, Personality, PivCard, Slot,
    YUBIKEY5,
};

const PIN: &str = "123456";
const PUK: &str = "12345678";
const WRONG: &str = "999999";
/// What a reader says that passes on extended APDUs in full.
const EXTENDED: Option<usize> = Some(0x1_0000);

fn card(personality: Personality) -> Builder {
    PivCard::builder(personality)
        .seed(b"tests")
        .pin(PIN)
        .puk(PUK)
}

fn p256(personality: Personality) -> PivCard {
    card(personality)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap()
}

#[test]
fn counts_of_commands_are_within_their_bounds() {
    let ask = Bench::new(p256(NIST), None);
    // Any PIV card may have a global PIN: which counter is asked has to be read once.
    let (_, tries) = ask.count(|| ask.token_by(Look::Tries));
    println!("tries left: {tries} commands");
    assert!(tries <= 3, "{tries}");
    let (_, tries) = ask.count(|| ask.token_by(Look::Tries));
    println!("tries left, once more: {tries} commands");
    assert!(tries <= 2, "{tries}");
    let ask = Bench::new(p256(YUBIKEY5), None);
    let (_, tries) = ask.count(|| ask.token_by(Look::Tries));
    assert!(tries <= 2, "{tries}");

    for (name, max_data, extended, cold_bound) in
        [("short", None, false, 9), ("extended", EXTENDED, true, 7)]
    {
        let builder = card(NIST).key(Slot::SIGNATURE, KeyKind::P256);
        let builder = if extended {
            builder.extended_capability()
        } else {
            builder
        };
        let bench = Bench::new(builder.build().unwrap(), max_data);
        let (_, cold) = bench.count(|| {
            let (id, info) = bench.token();
            assert_eq!(info.pin, Tries::Left(3));
            bench
                .sign(&id, &info.found.credentials[0], Some(PIN))
                .unwrap();
        });
        println!("cold signature, {name}: {cold} commands");
        assert!(cold <= cold_bound, "{cold}");
        let (id, info) = {
            // Look again would close the dialogue: what is known serves on.
            let (_, more) = bench.count(|| ());
            assert_eq!(more, 0);
            bench.token()
        };
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
        let (_, further) =
            bench.count(|| bench.sign(&id, &info.found.credentials[0], None).unwrap());
        println!("further signature, PIN always, {name}: {further} commands");
        assert!(further <= 2, "{further}");
    }

    let once = card(NIST)
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap();
    let bench = Bench::new(once, None);
    let (id, info) = bench.token();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
    let (_, further) = bench.count(|| bench.sign(&id, &info.found.credentials[0], None).unwrap());
    println!("further signature, PIN once: {further} commands");
    assert!(further <= 1, "{further}");
}

#[test]
fn every_product_signs_with_every_kind_of_key() {
    for personality in ALL {
        let name = personality.name;
        let builder = card(*personality)
            .key(Slot::SIGNATURE, KeyKind::P256)
            .key(Slot::AUTHENTICATION, KeyKind::P384);
        let bench = Bench::new(builder.build().unwrap(), None);
        let (id, info) = bench.token();
        assert_eq!(
            info.found.credentials.len(),
            2,
            "{name}: {:?}",
            info.found.notes
        );
        for credential in &info.found.credentials {
            let signature = bench
                .sign(&id, credential, Some(PIN))
                .unwrap_or_else(|error| panic!("{name}, {}: {error}", credential.label));
            let digest = abc(HashAlgorithm::Sha256);
            assert!(
                credential
                    .certificate
                    .key()
                    .verify(ToSign::Digest(&digest), &signature)
            );
        }
        assert!(bench.reader.resets() <= 1);
    }
}

/// INS of VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.
const SECRET_INS: [u8; 3] = [0x20, 0x24, 0x2C];

/// A bench whose card the test can look into.
fn watched(personality: Personality) -> (Bench, Shared) {
    let shared = Shared::new(p256(personality));
    (Bench::new(shared.clone(), None), shared)
}

fn wrong(secret: Secret, left: u8) -> CardError {
    CardError::Wrong {
        secret,
        left: Some(left),
    }
}

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

#[test]
fn rsa_of_every_length_signs_every_digest() {
    let kinds = [KeyKind::Rsa1024, KeyKind::Rsa2048];
    for (at, kind) in kinds.into_iter().enumerate() {
        for (max_data, extended) in [(None, false), (EXTENDED, true)] {
            let builder = card(NIST).key(Slot::AUTHENTICATION, kind);
            let builder = if extended {
                builder.extended_capability()
            } else {
                builder
            };
            let bench = Bench::new(builder.build().unwrap(), max_data);
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            assert_eq!(credential.when, PinUse::Once);
            let signature = bench.sign(&id, credential, Some(PIN)).unwrap();
            assert_eq!(signature.len(), 128 << at);
        }
    }
}

#[test]
fn compressed_and_odd_certificate_objects_are_read() {
    let forms: [fn(Builder, Slot) -> Builder; 4] = [
        Builder::gzip_certificate,
        Builder::zlib_certificate,
        Builder::net_id_certificate,
        Builder::bare,
    ];
    for form in forms {
        let builder = form(
            card(NIST).key(Slot::SIGNATURE, KeyKind::P256),
            Slot::SIGNATURE,
        );
        let bench = Bench::new(builder.build().unwrap(), None);
        let (id, info) = bench.token();
        assert_eq!(info.found.notes, Vec::new());
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
    }
}

#[test]
fn an_empty_object_is_no_certificate_and_a_broken_one_is_a_note() {
    let builder = card(NIST)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .raw_object(0x5FC105, &[0x53, 0x05, 0x70, 0x03, 0x30, 0x82, 0x01]);
    let bench = Bench::new(builder.build().unwrap(), None);
    let (_, info) = bench.token();
    assert_eq!(info.found.credentials.len(), 1);
    assert_eq!(info.found.notes.len(), 1, "{:?}", info.found.notes);
    let bench = Bench::new(
        card(NIST)
            .empty_object(Slot::AUTHENTICATION)
            .build()
            .unwrap(),
        None,
    );
    let (_, info) = bench.token();
    assert_eq!(
        (info.found.credentials.len(), info.found.notes.len()),
        (0, 0)
    );
}

#[test]
fn retired_keys_are_found_through_the_key_history() {
    let retired = Slot::retired(1).unwrap();
    let build = || {
        let builder = card(NIST)
            .key(Slot::SIGNATURE, KeyKind::P256)
            .key(retired, KeyKind::P384)
            .key_history(1, 0);
        Bench::new(builder.build().unwrap(), None)
    };
    let bench = build();
    // Not read as long as the usual places have what is wanted.
    assert_eq!(bench.token().1.found.credentials.len(), 1);
    let (id, info) = bench.token_by(Look::Everything);
    assert_eq!(info.found.credentials.len(), 2);
    let wanted = info.found.credentials[1].clone();
    assert_eq!(wanted.label, "Retired (82)");
    bench.sign(&id, &wanted, Some(PIN)).unwrap();
    let bench = build();
    let search = Search {
        serial: Some(wanted.certificate.serial()),
        everything: false,
    };
    let (_, info) = bench.token_by(Look::Signing(search));
    assert!(info.found.credentials.contains(&wanted));
}

#[test]
fn r23_a_reset_in_the_middle_asks_for_the_pin_again_and_repeats_nothing() {
    let (bench, card) = watched(NIST);
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    // At VERIFY, at VERIFY after the counter was asked, and between VERIFY and the
    // signature.
    for after in [0, 1, 2] {
        let verifies = card.card().count(0x20);
        bench.reader.fault(Fault {
            after,
            error: TransportError::Reset,
        });
        let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
        let reset = CardError::Transport(TransportError::Reset);
        let expected = match after {
            // What the card made of the PIN that was sent to it nobody knows.
            0 | 1 => CardError::Unanswered {
                secret: Secret::Pin,
                cause: Box::new(reset),
            },
            _ => reset,
        };
        assert_eq!(error, expected);
        assert_eq!(card.card().count(0x20) - verifies, after);
        assert!(!card.card().is_verified());
        // The session is forgotten too.
        assert_eq!(
            bench.sign(&id, credential, None).unwrap_err(),
            CardError::SessionOver
        );
    }
    bench.sign(&id, credential, Some(PIN)).unwrap();
}

#[test]
fn r23_a_pin_accepted_earlier_is_forgotten_at_its_first_refusal() {
    let (bench, card) = watched(NIST);
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    bench.sign(&id, credential, Some(PIN)).unwrap();
    // Another program changes the PIN.
    let mut change = vec![0x00, 0x24, 0x00, 0x80, 0x10];
    change.extend(b"123456\xFF\xFF654321\xFF\xFF");
    let answer = securesign_vendors::emulator::Emulator::transmit(&mut *card.card(), &change);
    assert_eq!(answer, [0x90, 0x00]);
    let before = card.card().pin_tries();
    assert!(bench.sign(&id, credential, None).is_err());
    assert_eq!(card.card().pin_tries(), before - 1);
    assert_eq!(
        bench.sign(&id, credential, None).unwrap_err(),
        CardError::SessionOver
    );
    assert_eq!(card.card().pin_tries(), before - 1);
}

#[test]
fn removal_in_the_middle_is_told_and_another_card_is_not_taken_for_it() {
    let (bench, _) = watched(NIST);
    let (id, info) = bench.token();
    bench.reader.fault(Fault {
        after: 1,
        error: TransportError::Removed,
    });
    let error = bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap_err();
    assert_eq!(error, CardError::Transport(TransportError::Removed));
    assert_eq!(bench.look(Look::Tries)[0].state, TokenState::Empty);
    let other = Shared::new(p256(PIVAPPLET));
    bench.reader.insert(Box::new(other.clone()));
    assert!(
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .is_err()
    );
    assert_eq!(other.card().log().len(), 0);
}

#[test]
fn the_card_is_logged_out_and_reset_when_the_dialogue_ends() {
    for personality in [NIST, PIV_AUTHENTICATOR, PICO] {
        let (bench, card) = watched(personality);
        let reader = bench.reader.clone();
        let (id, info) = bench.token();
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
        bench.end();
        assert_eq!(reader.resets(), 1);
        assert!(!card.card().is_verified());
    }
}

#[test]
fn r28_an_unrecognised_card_gets_select_and_nothing_else() {
    struct Stranger(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);
    impl securesign_vendors::emulator::Emulator for Stranger {
        fn atr(&self) -> Vec<u8> {
            vec![0x3B, 0x04, 0x11, 0x22, 0x33, 0x44]
        }
        fn reset(&mut self) {}
        fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
            self.0.lock().unwrap().push(command[1]);
            vec![0x6A, 0x82]
        }
    }
    let log = std::sync::Arc::default();
    let bench = Bench::new(Stranger(std::sync::Arc::clone(&log)), EXTENDED);
    for look in [
        Look::Tries,
        Look::Signing(Search::default()),
        Look::Everything,
    ] {
        let view = bench.look(look).remove(0);
        assert!(matches!(view.state, TokenState::Unknown { .. }));
        let (pin, puk) = (secret(PIN), secret(PUK));
        bench.send(securesign_app::worker::Job::Unblock {
            token: view.id,
            puk,
            new: pin,
            last: LastTry::Use,
        });
        assert_eq!(
            bench.report(),
            securesign_app::worker::Report::Unblocked(Err(CardError::Changed))
        );
    }
    let sent = log.lock().unwrap().clone();
    assert!(!sent.is_empty());
    assert!(sent.iter().all(|ins| *ins == 0xA4), "{sent:02X?}");
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

const SELECT: &[u8] = &[
    0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x00,
];

/// A card on a line that breaks once, at the last block of a chained signature.
struct Breaking<'a> {
    card: &'a mut PivCard,
    whole: bool,
}

impl Transport for Breaking<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let bytes = frame.expose();
        if self.whole && bytes[..2] == [0x00, 0x87] {
            self.whole = false;
            return Err(TransportError::Mute);
        }
        Ok(self.card.transmit(bytes))
    }
}

#[test]
fn nothing_but_select_follows_a_chain_that_broke_off() {
    // On this card a log-out inside the chain would be compared as a PIN.
    let mut piv = card(PICO)
        .key(Slot::AUTHENTICATION, KeyKind::Rsa2048)
        .build()
        .unwrap();
    let atr = Atr::parse(&piv.atr()).unwrap();
    let mut line = Breaking {
        card: &mut piv,
        whole: true,
    };
    let mut known = Known::new(Extended::UNKNOWN);
    let token = Token::open(&mut line, &atr, &mut known, securesign_vendors::PROFILES);
    let mut token = token.unwrap().unwrap();
    let found = token.credentials(&Search::default()).unwrap();
    let digest = abc(HashAlgorithm::Sha256);
    let what = ToSign::Digest(&digest);
    assert!(
        token
            .sign(&found.credentials[0], what, &secret(PIN), LastTry::Keep)
            .is_err()
    );
    token.close();
    piv.reset();
    piv.transmit(SELECT);
    assert_eq!(piv.transmit(&[0x00, 0x20, 0x00, 0x80]), [0x63, 0xC3]);
}

/// A card that takes a minute and more for a signature.
struct Patient<'a> {
    card: &'a mut PivCard,
    now: std::time::Duration,
}

impl Transport for Patient<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        if frame.expose()[1] == 0x87 {
            self.now += std::time::Duration::from_secs(61);
        }
        Ok(self.card.transmit(frame.expose()))
    }

    fn elapsed(&self) -> std::time::Duration {
        self.now
    }
}

#[test]
fn r23_however_long_a_signature_took_the_card_is_logged_out() {
    let mut piv = p256(NIST);
    let atr = Atr::parse(&piv.atr()).unwrap();
    let mut line = Patient {
        card: &mut piv,
        now: std::time::Duration::ZERO,
    };
    let profiles = securesign_vendors::PROFILES;
    let mut known = Known::new(Extended::UNKNOWN);
    let token = Token::open(&mut line, &atr, &mut known, profiles);
    let mut token = token.unwrap().unwrap();
    let found = token.credentials(&Search::default()).unwrap();
    let digest = abc(HashAlgorithm::Sha256);
    let what = ToSign::Digest(&digest);
    token
        .sign(&found.credentials[0], what, &secret(PIN), LastTry::Keep)
        .unwrap();
    token.close();
    // Not by a reset, which comes on top.
    assert!(!piv.is_verified());
}

#[test]
fn a_card_that_ignores_the_log_out_is_logged_out_for_programs_that_do_not_select() {
    let piv = card(PICO)
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap();
    let mut shared = Shared::new(piv);
    let bench = Bench::new(shared.clone(), None);
    let (id, info) = bench.token();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
    bench.end();
    assert_ne!(shared.transmit(&[0x00, 0x20, 0x00, 0x80]), [0x90, 0x00]);
}

/// A card whose global PIN is primary (SP 800-73-4, part 1, 3.3.2): references
/// 00 and 80 are two PINs.
struct GlobalPin {
    log: std::sync::Arc<std::sync::Mutex<Vec<[u8; 4]>>>,
    inner: PivCard,
}

impl Emulator for GlobalPin {
    fn atr(&self) -> Vec<u8> {
        self.inner.atr()
    }

    fn reset(&mut self) {
        self.inner.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let header: [u8; 4] = command[..4].try_into().unwrap();
        self.log.lock().unwrap().push(header);
        match (header[1], command.get(7)) {
            (0xCB, Some(0x7E)) => vec![
                0x7E, 0x12, 0x4F, 0x0B, 0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0, 0x5F, 0x2F, 2, 0x60,
                0x20, 0x90, 0x00,
            ],
            (0x20 | 0x24 | 0x2C, _) if header[3] == 0x00 => vec![0x63, 0xC3],
            _ => self.inner.transmit(command),
        }
    }
}

#[test]
fn a_global_pin_goes_to_its_own_reference_in_every_dialogue() {
    let log = std::sync::Arc::default();
    let card = GlobalPin {
        log: std::sync::Arc::clone(&log),
        inner: p256(NIST),
    };
    let bench = Bench::new(card, None);
    let (id, info) = bench.token();
    std::thread::sleep(LATER);
    let _ = bench.sign(&id, &info.found.credentials[0], Some(PIN));
    std::thread::sleep(LATER);
    let _ = bench.change(&id, Secret::Pin, PIN, "654321");
    assert!(matches!(
        bench.unblock(&id, PUK, "654321"),
        Err(CardError::Unsupported(_))
    ));
    let secret_bearing: Vec<[u8; 4]> = log
        .lock()
        .unwrap()
        .iter()
        .copied()
        .filter(|h| SECRET_INS.contains(&h[1]))
        .collect();
    assert!(secret_bearing.iter().any(|header| header[1] == 0x24));
    assert!(
        secret_bearing.iter().all(|header| header[3] == 0x00),
        "{secret_bearing:02X?}"
    );
}

/// A private key as PKCS#8, made by OpenSSL: quick for lengths that take minutes here.
fn openssl_key(folder: &Path, bits: u32) -> Vec<u8> {
    let openssl = |line: &str| {
        let mut openssl = Command::new("openssl");
        let made = openssl
            .current_dir(folder)
            .args(line.split(' '))
            .output()
            .expect("openssl");
        assert!(made.status.success(), "{line}");
    };
    openssl(&format!(
        "genpkey -algorithm RSA -out pem -pkeyopt rsa_keygen_bits:{bits}"
    ));
    openssl("pkcs8 -topk8 -nocrypt -in pem -outform DER -out der");
    std::fs::read(folder.join("der")).unwrap()
}

/// OpenSSL's word on a signature by a key (SubjectPublicKeyInfo).
fn openssl_verifies(folder: &Path, key: &[u8], digest: &Digest, signature: &[u8]) -> bool {
    for (name, bytes) in [
        ("key", key),
        ("digest", digest.bytes()),
        ("signature", signature),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let name = digest.algorithm().name().to_lowercase();
    let mut openssl = Command::new("openssl");
    openssl
        .current_dir(folder)
        .args(["pkeyutl", "-verify", "-pubin", "-keyform", "DER"]);
    openssl.args([
        "-inkey",
        "key",
        "-in",
        "digest",
        "-sigfile",
        "signature",
        "-pkeyopt",
    ]);
    openssl
        .arg(format!("digest:{name}"))
        .output()
        .expect("openssl")
        .status
        .success()
}

#[test]
fn every_kind_of_key_signs_every_digest_and_openssl_agrees() {
    let folder = std::env::temp_dir().join(format!("securesign-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let slot = Slot::AUTHENTICATION;
    let cards = [
        card(NIST).key(slot, KeyKind::Rsa1024),
        card(NIST).key(slot, KeyKind::Rsa2048),
        card(NIST).pkcs8(slot, &openssl_key(&folder, 3072)),
        card(NIST).pkcs8(slot, &openssl_key(&folder, 4096)),
        card(NIST).key(slot, KeyKind::P256),
        card(NIST).key(slot, KeyKind::P384),
    ];
    for builder in cards {
        let mut piv = builder.extended_capability().build().unwrap();
        let key = piv.public_key(slot).unwrap();
        let atr = Atr::parse(&piv.atr()).unwrap();
        for extended in [Extended::UNKNOWN, Extended::of(&atr, EXTENDED)] {
            let mut line = Breaking {
                card: &mut piv,
                whole: false,
            };
            let mut known = Known::new(extended);
            let token = Token::open(&mut line, &atr, &mut known, securesign_vendors::PROFILES);
            let mut token = token.unwrap().unwrap();
            let credential = token
                .credentials(&Search::default())
                .unwrap()
                .credentials
                .remove(0);
            let name = credential.certificate.key().display();
            for algorithm in HashAlgorithm::ALL {
                let digest = abc(algorithm);
                let what = ToSign::Digest(&digest);
                let signature = token
                    .sign(&credential, what, &secret(PIN), LastTry::Keep)
                    .unwrap_or_else(|error| panic!("{name}, {}: {error}", algorithm.name()));
                let good = openssl_verifies(&folder, &key, &digest, &signature);
                assert!(good, "{name}, {}", algorithm.name());
                // The judge does not agree with everything.
                let other = Digest::of(algorithm, b"abd");
                assert!(
                    !openssl_verifies(&folder, &key, &other, &signature),
                    "{name}"
                );
            }
            token.close();
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_ed25519_key_signs_messages_and_is_not_asked_for_a_digest() {
    let slot = Slot::AUTHENTICATION;
    let mut piv = card(YUBIKEY5).key(slot, KeyKind::Ed25519).build().unwrap();
    let atr = Atr::parse(&piv.atr()).unwrap();
    let mut line = Breaking {
        card: &mut piv,
        whole: false,
    };
    let mut known = Known::new(Extended::UNKNOWN);
    let token = Token::open(&mut line, &atr, &mut known, securesign_vendors::PROFILES);
    let mut token = token.unwrap().unwrap();
    let credential = token
        .credentials(&Search::default())
        .unwrap()
        .credentials
        .remove(0);
    assert_eq!(
        credential
            .certificate
            .key()
            .signature_algorithm(HashAlgorithm::Sha256),
        None
    );
    let digest = Digest::of(HashAlgorithm::Sha256, b"a whole message");
    let message = ToSign::Message(&digest, b"a whole message");
    let signature = token
        .sign(&credential, message, &secret(PIN), LastTry::Keep)
        .unwrap();
    assert_eq!(signature.len(), 64);
    let digest = abc(HashAlgorithm::Sha256);
    let error = token.sign(
        &credential,
        ToSign::Digest(&digest),
        &secret(PIN),
        LastTry::Keep,
    );
    assert!(matches!(error, Err(CardError::Unsupported(_))));
    token.close();
}

/// A card whose certificate belongs to another key than the one that signs.
#[test]
fn a_signature_that_does_not_fit_the_certificate_is_thrown_away() {
    let other = p256(YUBIKEY5);
    let foreign = other.certificate(Slot::SIGNATURE).unwrap().to_vec();
    let piv = PivCard::builder(NIST)
        .seed(b"another seed")
        .key(Slot::SIGNATURE, KeyKind::P256)
        .certificate(Slot::SIGNATURE, &foreign)
        .build()
        .unwrap();
    let bench = Bench::new(piv, None);
    let (id, info) = bench.token();
    let error = bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap_err();
    assert_eq!(error, CardError::BadSignature);
}
