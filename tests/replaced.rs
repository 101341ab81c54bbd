//! What is written back into a card when a PIN is replaced: nothing that an untrue
//! answer could make harmful.

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

use bench::{Bench, Shared};
use instead::Instead;
use securesign_app::worker::Look;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;
use securesign_card::token::LastTry;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Container, Epass, Mode};

const PIN: &str = "12345678";
const NEW: &str = "another one";
const MODES: [Mode; 3] = [Mode::Aes, Mode::Des, Mode::Fips];

fn bench(mode: Mode, tries: u8, answer: u16, from: usize) -> (Bench, Shared<Epass>) {
    let card = Epass::l2(mode)
        .seed(b"replaced")
        .tries(tries, 10)
        .certificate(Container::signing("CN=Ada Lovelace"))
        .build()
        .unwrap();
    let card = Shared::new(card);
    let mut queries = 0;
    // Its counter queries are answered by somebody else, from the n-th on.
    let liar = Instead::of(card.clone(), move |card, command| {
        let own = card.transmit(command);
        // EXTERNAL AUTHENTICATE that carries a checksum and no cryptogram.
        if matches!(command, [0x0C, 0x82, 0x01, 0x81 | 0x82, _, 0x8E, ..]) {
            queries += 1;
            if queries >= from {
                return answer.to_be_bytes().to_vec();
            }
        }
        own
    });
    (Bench::new(liar, Some(2100)), card)
}

#[test]
fn an_unprotected_counter_is_never_written_into_the_card() {
    for mode in MODES {
        for answer in [0x63C0, 0x63C1, 0x63CF, 0x6983, 0x6300, 0x6F00, 0x6A88] {
            // The first query is the one before the PIN is sent; the second comes when
            // it was verified.
            for (from, least) in [(1, 1), (2, 7)] {
                let (bench, card) = bench(mode, 7, answer, from);
                let (id, info) = bench.token_by(Look::Tries);
                let name = format!("{mode:?} {answer:04X} from {from}");
                if from == 1 {
                    assert_eq!(info.pin, Tries::Unknown, "{name}");
                }
                bench
                    .change(&id, Secret::Pin, PIN, NEW)
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                let left = card.card().pin_tries();
                assert!((least..=15).contains(&left), "{name}: {left}");
                bench.end();
            }
        }
    }
}

#[test]
fn unlocking_takes_no_tries_away_and_gives_no_more_than_there_were() {
    // Tries of the PIN when it was made, wrong PINs, and tries afterwards: where nothing or
    // next to nothing is left, ten, as the vendor's program sets them.
    for (made, wrong, left) in [
        (15, 0, 15),
        (12, 0, 12),
        (12, 1, 11),
        (7, 0, 7),
        (5, 0, 5),
        (3, 0, 3),
        (3, 1, 10),
        (3, 2, 10),
        (3, 3, 10),
        (10, 10, 10),
    ] {
        for mode in MODES {
            let name = format!("{mode:?}, {wrong} wrong ones of {made}");
            let (bench, card) = bench(mode, made, 0, usize::MAX);
            let (id, info) = bench.token();
            for _ in 0..wrong {
                let credential = &info.found.credentials[0];
                let _ = bench.sign_at(&id, credential, Some("wrong"), LastTry::Use);
            }
            assert_eq!(card.card().pin_tries(), made - wrong, "{name}");
            bench
                .unblock(&id, "rockey", NEW)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(card.card().pin_tries(), left, "{name}");
            bench.end();
        }
    }
}

#[test]
fn unlocking_does_without_the_counter() {
    for mode in MODES {
        for answer in [0x63C0, 0x63C1, 0x6983, 0x6985, 0x6988, 0x6F00, 0x6A88] {
            let name = format!("{mode:?} {answer:04X}");
            let (bench, card) = bench(mode, 7, answer, 1);
            let (id, _) = bench.token();
            bench
                .unblock(&id, "rockey", NEW)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(card.card().pin_tries(), 10, "{name}");
            assert_eq!(card.card().so_tries(), 10, "{name}");
            bench.end();
        }
    }
}

#[test]
fn an_unprotected_refusal_of_the_pin_tells_no_tries() {
    let card = Epass::l2(Mode::Aes)
        .seed(b"replaced")
        .certificate(Container::signing("CN=Ada Lovelace"))
        .build()
        .unwrap();
    // 63C0 in the clear to EXTERNAL AUTHENTICATE with the PIN: wrong, perhaps; but
    // whether any are left says the protected counter.
    let refusing = Instead::of(card, |card, command| {
        let answer = card.transmit(command);
        match command {
            [0x0C, 0x82, 0x01, 0x81, _, 0x87, ..] => vec![0x63, 0xC0],
            _ => answer,
        }
    });
    let bench = Bench::new(refusing, Some(2100));
    let (id, _) = bench.token();
    let error = bench.change(&id, Secret::Pin, "87654321", NEW).unwrap_err();
    assert_eq!(
        error,
        CardError::Wrong {
            secret: Secret::Pin,
            left: Some(9)
        }
    );
}
