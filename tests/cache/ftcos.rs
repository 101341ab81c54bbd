//! That a card of FTCOS has another maintenance key than OpenSC's: kept from start to start.

use super::Memory;
use super::bench::{Bench, Shared};
use super::instead::Instead;
use securesign_card::error::CardError;
use securesign_vendors::emulator::{Emulator, KeyKind};
use securesign_vendors::pkcs15::emulator::{EPASS3000, Object, PinObject, Pkcs15Card};

const PIN: &str = "123456";
const PUK: &str = "12345678";
const NEW: &str = "246802";

const VERIFY: u8 = 0x20;
const WRITE_KEY: u8 = 0xF4;

/// A card that gives this answer to what is protected by the key.
fn refusing(answer: [u8; 2]) -> Shared<Instead<Pkcs15Card>> {
    let card = Pkcs15Card::builder(EPASS3000)
        .seed(b"refusing")
        .pin(PinObject::user(PIN).puk(PUK))
        .object(Object::signing("CN=Asha Sharma", KeyKind::Rsa2048));
    let card = Instead::of(card.build().unwrap(), move |card, command| {
        match command[1] {
            WRITE_KEY => answer.to_vec(),
            _ => card.transmit(command),
        }
    });
    Shared::new(card)
}

/// The key may have tries, like any other: it is used once, and not again after a new start.
#[test]
fn a_key_that_was_refused_is_not_sent_again_after_another_start_and_no_puk_either() {
    for answer in [[0x69, 0x82], [0x69, 0x88], [0x69, 0x83], [0x63, 0xC2]] {
        let card = refusing(answer);
        let cache = Memory::default();
        for start in 1..=3 {
            let bench = Bench::caching(card.clone(), None, cache.clone());
            let (id, _) = bench.token();
            let error = bench.unblock(&id, PUK, NEW).unwrap_err();
            assert!(
                matches!(error, CardError::UnblockOff { .. }),
                "{start}: {error}"
            );
            bench.end();
            assert_eq!(
                [VERIFY, WRITE_KEY].map(|ins| card.card().count(ins)),
                [1, 1],
                "{start}"
            );
        }
    }
}
