//! What a person does with a token.

use crate::bench::{abc, secret};
use securesign_app::language::Language;
use securesign_app::words::{Explain, InWords};
use securesign_app::worker::Look;
use securesign_card::application::Confidence;
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::{CardError, Secret};
use securesign_card::known::Known;
use securesign_card::profile::{Search, Tries};
use securesign_card::signature::ToSign;
use securesign_card::token::LastTry;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{
    Builder, Container, Epass, Id, LastChunk, Mode, Tail,
};

use super::token::{HOLDER, Line, MODES, PIN, PUK, WRONG, open, subjects, token, watched};

#[test]
fn every_mode_lists_signs_and_logs_out() {
    for mode in MODES {
        let (bench, card) = watched(token(mode));
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.family, "ePass2003");
        assert_eq!((info.pin, info.puk), (Tries::Left(10), Tries::Left(10)));
        assert_eq!(info.label, "HYP2003");
        assert!(info.serial.is_some());
        assert_eq!(info.change, Ok(Confidence::Inferred));
        assert_eq!(info.unblock, Confidence::Doubtful);
        let credential = &info.found.credentials[0];
        let signature = bench.sign(&id, credential, Some(PIN)).unwrap();
        let digest = abc(HashAlgorithm::Sha256);
        let key = credential.certificate.key();
        assert!(key.verify(ToSign::Digest(&digest), &signature), "{mode:?}");
        assert!(card.card().is_verified());
        bench.end();
        assert!(!card.card().is_verified(), "{mode:?}");
    }
}

#[test]
fn habits_of_single_products() {
    type Habit = fn(Builder) -> Builder;
    let habits: [(&str, Habit); 7] = [
        ("lengths in one byte", Builder::one_byte_length),
        ("SELECT wants Le", Builder::select_needs_length),
        ("plain commands 6982", |b| b.plain_refusal(0x6982)),
        ("the last chunk 6Cxx", |b| {
            b.last_chunk(LastChunk::WrongLength)
        }),
        ("the last chunk short", |b| {
            b.last_chunk(LastChunk::Shortened)
        }),
        ("a hole in the index", Builder::hole),
        ("an MF in the ATR", |b| b.atr_tail(Tail::Status)),
    ];
    for (name, habit) in habits {
        for mode in [Mode::Aes, Mode::Des] {
            let (bench, _) = watched(habit(token(mode)));
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            bench
                .sign(&id, credential, Some(PIN))
                .unwrap_or_else(|error| panic!("{name}, {mode:?}: {error}"));
        }
    }
}

#[test]
fn of_several_certificates_the_signing_ones_are_offered_with_their_own_keys() {
    // As a public description of an Indian token has it: two authorities, pairs
    // of one subject, CKA_ID as text on one of them, and the chain.
    let builder = Epass::l2(Mode::Aes)
        .seed(b"tests")
        .certificate(Container::encryption(HOLDER).label("first encryption"))
        .certificate(Container::signing(HOLDER).label("first signing"))
        .certificate(
            Container::signing(HOLDER)
                .label("second signing")
                .id(Id::Bytes(
                    b"le-Ada Lovelace's 2nd Capital Signing Key 2025-03-04".to_vec(),
                )),
        )
        .certificate(
            Container::signing(HOLDER)
                .label("by modulus")
                .id(Id::Missing),
        )
        .certificate(Container::signing(HOLDER).label("protected").protected())
        .certificate(Container::signing(HOLDER).label("no key").without_key())
        .certificate(Container::authority("CN=Sub CA for Individual DSC"));
    let (bench, _) = watched(builder);
    assert_eq!(
        subjects(&bench),
        [
            "first signing / Ada Lovelace",
            "second signing / Ada Lovelace",
            "by modulus / Ada Lovelace",
            "protected / Ada Lovelace",
        ]
    );
    let (id, info) = bench.token_by(Look::Everything);
    let notes: Vec<String> = info
        .found
        .notes
        .iter()
        .map(|note| note.in_words(Language::English))
        .collect();
    let notes = notes.join("\n");
    assert!(notes.contains("for encryption only"), "{notes}");
    assert!(notes.contains("without its private key"), "{notes}");
    for credential in &info.found.credentials {
        // Checked against this very certificate before it is returned.
        bench
            .sign(&id, credential, Some(PIN))
            .unwrap_or_else(|error| panic!("{}: {error}", credential.label));
    }
}

#[test]
fn a_wrong_pin_costs_one_try_and_the_last_one_is_asked_for() {
    for mode in MODES {
        let (bench, card) = watched(token(mode).tries(3, 10));
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        for left in [2, 1] {
            let error = bench.sign(&id, credential, Some(WRONG)).unwrap_err();
            let wrong = CardError::Wrong {
                secret: Secret::Pin,
                left: Some(left),
            };
            assert_eq!(error, wrong, "{mode:?}");
            assert_eq!(card.card().pin_tries(), left, "{mode:?}");
        }
        let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
        assert_eq!(error, CardError::LastTry(Secret::Pin));
        assert_eq!(card.card().pin_tries(), 1);
        let error = bench
            .sign_at(&id, credential, Some(WRONG), LastTry::Use)
            .unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{mode:?}");
        // At no tries nothing is sent.
        let (result, _) = bench.count(|| bench.sign_at(&id, credential, Some(PIN), LastTry::Use));
        assert_eq!(result.unwrap_err(), CardError::Blocked(Secret::Pin));
        assert_eq!(card.card().pin_tries(), 0);
    }
}

#[test]
fn a_blocked_token_is_unlocked_and_its_pin_changed() {
    for mode in MODES {
        for blocked in [0x63C0, 0x6983] {
            let (bench, card) = watched(token(mode).tries(2, 5).blocked_status(blocked));
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            for _ in 0..2 {
                let _ = bench.sign_at(&id, credential, Some(WRONG), LastTry::Use);
            }
            let (id, info) = bench.token_by(Look::Everything);
            assert_eq!((info.pin, info.puk), (Tries::Blocked, Tries::Left(5)));

            let error = bench.unblock(&id, "nonsense", "newpin").unwrap_err();
            assert_eq!(
                error,
                CardError::Wrong {
                    secret: Secret::Puk,
                    left: Some(4)
                }
            );
            bench.unblock(&id, PUK, "newpin").unwrap();
            assert_eq!(card.card().so_tries(), 5);
            let (id, info) = bench.token();
            assert_eq!(info.pin, Tries::Left(10), "ten, as inferred");
            let credential = &info.found.credentials[0];
            bench.sign(&id, credential, Some("newpin")).unwrap();
            bench
                .change(&id, Secret::Pin, "newpin", "another one")
                .unwrap();
            let (id, info) = bench.token();
            assert_eq!(info.pin, Tries::Left(10));
            bench
                .sign(&id, &info.found.credentials[0], Some("another one"))
                .unwrap();
            let error = bench.change(&id, Secret::Pin, PIN, "12345").unwrap_err();
            assert!(
                matches!(error, CardError::Wrong { left: Some(9), .. }),
                "{error}"
            );
        }
    }
}

#[test]
fn a_change_keeps_the_number_of_tries() {
    let (bench, card) = watched(token(Mode::Aes).tries(7, 10));
    let (id, _) = bench.token();
    bench.change(&id, Secret::Pin, PIN, "1234567890").unwrap();
    assert_eq!(card.card().pin_tries(), 7);
    let error = bench.change(&id, Secret::Pin, WRONG, "x").unwrap_err();
    assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
    assert_eq!(card.card().pin_tries(), 7);
}

#[test]
fn where_unlocking_is_switched_off_that_is_what_the_error_says() {
    let (bench, card) = watched(token(Mode::Aes).without_pin_reset());
    let (id, _) = bench.token();
    let error = bench.unblock(&id, PUK, "newpin").unwrap_err();
    assert!(matches!(error, CardError::UnblockOff { .. }), "{error:?}");
    assert!(
        error.tell(Language::English).contains("PUK was right"),
        "{error}"
    );
    assert!(
        error
            .advice(Language::English)
            .contains("certificate is lost"),
        "{error}"
    );
    assert_eq!(card.card().pin_tries(), 10);
    assert_eq!(card.card().so_tries(), 10);
}

#[test]
fn a_token_that_refuses_bare_rsa_signs_where_the_document_is_at_hand() {
    let (bench, _) = watched(token(Mode::Fips).refuses_raw_rsa());
    let (id, info) = bench.token();
    let error = bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap_err();
    assert_eq!(error, CardError::RawRsa);
    drop(bench);

    for mode in MODES {
        let mut card = token(mode).refuses_raw_rsa().build().unwrap();
        let atr = Atr::parse(&card.atr()).unwrap();
        for len in [1, 55, 63, 64, 65, 128, 2_900] {
            card.reset();
            let document: Vec<u8> = (0..len).map(|at| at as u8).collect();
            let digest = Digest::of(HashAlgorithm::Sha256, &document);
            let mut line = Line(&mut card);
            let mut known = Known::new(Extended::UNKNOWN);
            let mut token = open(&mut line, &atr, &mut known);
            let found = token.credentials(&Search::default()).unwrap();
            let what = ToSign::Message(&digest, &document);
            token
                .sign(&found.credentials[0], what, &secret(PIN), LastTry::Keep)
                .unwrap_or_else(|error| panic!("{mode:?}, {len} bytes: {error}"));
            token.close();
        }
        assert_eq!(card.pin_tries(), 10);
    }
}
