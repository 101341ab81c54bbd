//! What the reader passes on and what the card takes are two things, each direction for
//! itself: whatever they are, a signature is made, or refused before the PIN is sent.

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
#[path = "extended/readers.rs"]
mod readers;

use std::sync::Arc;
use std::time::Duration;

use bench::{Bench, Shared, abc, secret};
use readers::{Parts, Probed, Reader, short};
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Fault, Missing};
use securesign_card::known::Known;
use securesign_card::profile::Search;
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Builder, Container, Epass, Mode};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

/// What came of one signature from a cold start, and what the reader saw of it.
fn sign(
    card: &mut dyn Emulator,
    says: Option<usize>,
    limit: usize,
    refusal: Option<u16>,
    pin: &str,
) -> (Result<(), CardError>, usize, usize) {
    let atr = Atr::parse(&card.atr()).unwrap();
    let mut reader = Reader {
        card,
        limit,
        answer: limit,
        refusal,
        rest: Vec::new(),
        secrets: 0,
        longest: 0,
        asked: 0,
    };
    let mut known = Known::new(Extended::of(&atr, says));
    let token = Token::open(&mut reader, &atr, &mut known, securesign_vendors::PROFILES);
    let mut token = token.unwrap().expect("a known card");
    let found = token.credentials(&Search::default()).unwrap();
    let credential = found.credentials.first().expect("a certificate");
    let digest = abc(HashAlgorithm::Sha256);
    let signed = token.sign(
        credential,
        ToSign::Digest(&digest),
        &secret(pin),
        LastTry::Keep,
    );
    drop(token);
    if let Some(says) = says.filter(|says| *says < FULL) {
        // Data and status word.
        let most = says.saturating_sub(2);
        assert!(
            reader.asked <= most,
            "{} bytes asked for in a reader that says {says}",
            reader.asked
        );
    }
    (signed.map(drop), reader.secrets, reader.longest)
}

/// Says and passes on whatever.
const FULL: usize = 0x1_0000;
/// What a reader says, and what it passes on.
const READERS: [(Option<usize>, usize); 10] = [
    (Some(0), 0),
    (Some(261), 261),
    (Some(310), 310),
    (Some(2100), 2100),
    (Some(FULL), FULL),
    // Those that do not say.
    (None, 0),
    (None, 700),
    (None, 2100),
    // Those that say more than is true.
    (Some(FULL), 0),
    (Some(FULL), 261),
];
/// A reader's fault, and four ways in which a reader or a card knows no extended length.
const REFUSALS: [Option<u16>; 5] = [None, Some(0x6700), Some(0x6D00), Some(0x6E00), Some(0x6F00)];

#[test]
fn a_piv_card_signs_in_every_reader_whatever_it_promises() {
    for kind in [KeyKind::P256, KeyKind::Rsa1024, KeyKind::Rsa2048] {
        for promises in [false, true] {
            let card = PivCard::builder(NIST)
                .seed(b"extended")
                .key(Slot::AUTHENTICATION, kind);
            let card = if promises {
                card.extended_capability()
            } else {
                card
            };
            let mut card = card.build().unwrap();
            for (says, limit) in READERS {
                for refusal in REFUSALS {
                    let name = format!("{kind:?}, {promises}, {says:?}, {limit}, {refusal:04X?}");
                    card.reset();
                    let (signed, secrets, longest) =
                        sign(&mut card, says, limit, refusal, "123456");
                    signed.unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_eq!(secrets, 1, "{name}: the PIN is sent once");
                    // An extended answer that was read proves nothing for 275 bytes of data.
                    assert!(longest <= 255, "{name}: {longest}");
                }
            }
        }
    }
}

#[test]
fn an_epass2003_signs_or_is_refused_before_the_pin_in_every_reader_that_is_true_or_silent() {
    let signing = || Container::signing("CN=Ada Lovelace,C=IN");
    for mode in [Mode::Plain, Mode::Aes, Mode::Des, Mode::Fips] {
        for (key, container) in [("RSA 1024", signing().rsa1024()), ("RSA 2048", signing())] {
            let card = Epass::l2(mode).seed(b"extended").certificate(container);
            let mut card = card.build().unwrap();
            for (says, limit) in &READERS[..8] {
                let name = format!("{mode:?}, {key}, {says:?}, {limit}");
                card.reset();
                let (signed, secrets, _) = sign(&mut card, *says, *limit, None, "12345678");
                // The block of RSA-2048 is 256 bytes long, 290 when it is wrapped.
                if key == "RSA 1024" || *limit >= 310 {
                    signed.unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_eq!(secrets, 1, "{name}");
                } else {
                    let missing = CardError::Unsupported(Missing::Reader);
                    assert_eq!(signed, Err(missing), "{name}");
                    assert_eq!(secrets, 0, "{name}: no PIN for what cannot work");
                }
            }
        }
    }
}

#[test]
fn an_epass2003_signs_or_is_refused_before_the_pin_whatever_a_reader_says_to_long_frames() {
    let signing = || Container::signing("CN=Ada Lovelace,C=IN");
    for mode in [Mode::Plain, Mode::Aes, Mode::Des, Mode::Fips] {
        for (key, container) in [("RSA 1024", signing().rsa1024()), ("RSA 2048", signing())] {
            let card = Epass::l2(mode).seed(b"extended").certificate(container);
            let mut card = card.build().unwrap();
            // Silent ones, and those that say more than is true.
            for says in [None, Some(FULL)] {
                for refusal in REFUSALS {
                    let name = format!("{mode:?}, {key}, {says:?}, {refusal:04X?}");
                    card.reset();
                    let (signed, secrets, _) = sign(&mut card, says, 0, refusal, "12345678");
                    // A reader that says that it can is believed, and nothing long is sent
                    // plain before the signature.
                    if key == "RSA 1024" {
                        signed.unwrap_or_else(|error| panic!("{name}: {error}"));
                        assert_eq!(secrets, 1, "{name}");
                    } else if mode != Mode::Plain || says.is_none() {
                        let missing = CardError::Unsupported(Missing::Reader);
                        assert_eq!(signed, Err(missing), "{name}");
                        assert_eq!(secrets, 0, "{name}: no PIN for what cannot work");
                    }
                }
            }
        }
    }
}

/// A certificate comes in one answer where reader and card have room for it, which no reader
/// says of itself for sure.
#[test]
fn an_epass2003_signs_in_a_reader_that_passes_on_some_long_answers_and_not_the_longest() {
    let container = Container::signing("CN=Ada Lovelace,C=IN");
    let layouts: [fn(Mode) -> Builder; 2] = [Epass::l1, Epass::l2];
    for (mode, layout) in [Mode::Aes, Mode::Des, Mode::Fips]
        .into_iter()
        .flat_map(|mode| layouts.map(|layout| (mode, layout)))
    {
        let card = layout(mode)
            .seed(b"extended")
            .certificate(container.clone());
        let mut card = card.build().unwrap();
        for says in [None, Some(FULL)] {
            for refusal in REFUSALS {
                let name = format!("{mode:?}, {says:?}, {refusal:04X?}");
                card.reset();
                let (signed, secrets, _) = sign(&mut card, says, 700, refusal, "12345678");
                signed.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(secrets, 1, "{name}");
            }
        }
    }
}

#[test]
fn a_probe_of_extended_length_may_fail_in_any_way_but_with_the_card() {
    let container = Container::signing("CN=Ada Lovelace,C=IN").rsa1024();
    let card = Epass::l2(Mode::Plain)
        .seed(b"extended")
        .certificate(container);
    let mut card = card.build().unwrap();
    let other = TransportError::Other("Parity error".to_owned());
    let answers: [Result<&[u8], TransportError>; 13] = [
        Err(TransportError::Mute),
        Err(TransportError::NotTransacted),
        Err(other),
        // Nothing, half a status word, nonsense, an answer without an end.
        Ok(&[]),
        Ok(&[0x90]),
        Ok(&[0x90, 0x00]),
        Ok(&[0xDE, 0xAD, 0x90, 0x00]),
        Ok(&[0x61, 0x00]),
        // Refused in any words.
        Ok(&[0x67, 0x00]),
        Ok(&[0x6F, 0x00]),
        Ok(&[0x69, 0x85]),
        Ok(&[0x6A, 0x86]),
        Ok(&[0x6C, 0x10]),
    ];
    for answer in answers {
        let name = format!("{answer:02X?}");
        card.reset();
        let atr = Atr::parse(&card.atr()).unwrap();
        let mut reader = Probed {
            card: &mut card,
            answer: answer.map(<[u8]>::to_vec),
            extended: 0,
            secrets: 0,
        };
        let mut known = Known::new(Extended::of(&atr, None));
        let token = Token::open(&mut reader, &atr, &mut known, securesign_vendors::PROFILES);
        let token = token.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut token = token.expect("a known card");
        let found = token.credentials(&Search::default()).unwrap();
        let digest = abc(HashAlgorithm::Sha256);
        let credential = found.credentials.first().expect("a certificate");
        let what = ToSign::Digest(&digest);
        token
            .sign(credential, what, &secret("12345678"), LastTry::Keep)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        token.close();
        assert_eq!(reader.secrets, 1, "{name}");
        assert!(reader.extended <= 2, "{name}: {}", reader.extended);
    }
    for gone in [
        TransportError::Removed,
        TransportError::NoReader,
        TransportError::NoService,
        TransportError::Reset,
    ] {
        let atr = Atr::parse(&card.atr()).unwrap();
        let mut reader = Probed {
            card: &mut card,
            answer: Err(gone.clone()),
            extended: 0,
            secrets: 0,
        };
        let mut known = Known::new(Extended::of(&atr, None));
        let token = Token::open(&mut reader, &atr, &mut known, securesign_vendors::PROFILES);
        assert_eq!(token.err(), Some(CardError::Transport(gone)));
    }
}

/// A reader's own word stays; what is said in the card's place is a session that was lost.
fn is_given_up(refusal: Option<u16>, error: &CardError) -> bool {
    match (refusal, error) {
        (None, error) => *error == CardError::Transport(TransportError::NotTransacted),
        (Some(_), CardError::SecureMessaging { fault, .. }) => *fault == Fault::Lost,
        _ => false,
    }
}

#[test]
fn a_signature_that_is_too_long_for_the_reader_costs_one_pin_and_is_not_tried_again() {
    let container = Container::signing("CN=Ada Lovelace,C=IN");
    for mode in [Mode::Aes, Mode::Des, Mode::Fips] {
        let card = Epass::l2(mode)
            .seed(b"extended")
            .certificate(container.clone());
        let mut card = card.build().unwrap();
        for says in [None, Some(FULL)] {
            for refusal in REFUSALS {
                let name = format!("{mode:?}, {says:?}, {refusal:04X?}");
                card.reset();
                let atr = Atr::parse(&card.atr()).unwrap();
                let mut reader = Reader {
                    card: &mut card,
                    // Long answers get through, and long commands do not.
                    limit: 255,
                    answer: 2100,
                    refusal,
                    rest: Vec::new(),
                    secrets: 0,
                    longest: 0,
                    asked: 0,
                };
                let mut known = Known::new(Extended::of(&atr, says));
                let token =
                    Token::open(&mut reader, &atr, &mut known, securesign_vendors::PROFILES);
                let mut token = token.unwrap().expect("a known card");
                let found = token.credentials(&Search::default()).unwrap();
                let credential = found.credentials.first().expect("a certificate");
                assert_eq!(credential.missing, None, "{name}");
                let digest = abc(HashAlgorithm::Sha256);
                let mut sign = || {
                    token
                        .sign(
                            credential,
                            ToSign::Digest(&digest),
                            &secret("12345678"),
                            LastTry::Keep,
                        )
                        .unwrap_err()
                };
                let error = sign();
                assert!(is_given_up(refusal, &error), "{name}: {error}");
                assert_eq!(sign(), CardError::Unsupported(Missing::Reader), "{name}");
                drop(token);
                assert_eq!(reader.secrets, 1, "{name}");
                assert_eq!(card.pin_tries(), 10, "{name}");
            }
        }
    }
}

#[test]
fn a_protected_answer_in_parts_is_put_together_before_it_is_opened() {
    for mode in [Mode::Aes, Mode::Des, Mode::Fips] {
        let container = Container::signing("CN=Ada Lovelace,C=IN");
        let card = Epass::l2(mode).seed(b"extended").certificate(container);
        let mut card = card.build().unwrap();
        let mut parts = Parts {
            card: &mut card,
            rest: Vec::new(),
            fetched: 0,
        };
        let (signed, secrets, _) = sign(&mut parts, None, 2100, None, "12345678");
        assert_eq!((signed, secrets), (Ok(()), 1), "{mode:?}");
        assert!(parts.fetched >= 2, "{mode:?}: {}", parts.fetched);
    }
}

#[test]
fn what_was_found_out_of_a_reader_holds_for_the_next_dialogue() {
    let card = Epass::l2(Mode::Aes)
        .seed(b"extended")
        .certificate(Container::signing("CN=Ada Lovelace,C=IN"));
    let card = Shared::new(card.build().unwrap());
    let secrets = Arc::default();
    let short = short(card.clone(), Arc::clone(&secrets));
    let bench = Bench::new(short, Some(FULL));
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    assert_eq!(credential.missing, None);
    let error = bench.sign(&id, credential, Some("12345678")).unwrap_err();
    assert!(is_given_up(Some(0x6700), &error), "{error}");
    for _ in 0..2 {
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        assert_eq!(credential.missing, Some(Missing::Reader));
        let error = bench.sign(&id, credential, Some("12345678")).unwrap_err();
        assert_eq!(error, CardError::Unsupported(Missing::Reader));
        // The dialogue that lingers comes to its end.
        std::thread::sleep(Duration::from_millis(700));
    }
    assert_eq!(*secrets.lock().unwrap(), 1, "one PIN");
    assert_eq!(card.card().pin_tries(), 10);
}
