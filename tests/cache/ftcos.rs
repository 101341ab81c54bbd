//! That a card of FTCOS has another maintenance key than OpenSC's: kept from start to start.

use std::sync::{Arc, Mutex};

use super::Memory;
use super::bench::Bench;
use securesign_card::error::CardError;
use securesign_vendors::emulator::{Emulator, KeyKind};
use securesign_vendors::pkcs15::emulator::{EPASS3000, Object, PinObject, Pkcs15Card};

const PIN: &str = "123456";
const PUK: &str = "12345678";
const NEW: &str = "246802";

const VERIFY: u8 = 0x20;
const WRITE_KEY: u8 = 0xF4;

/// A card that gives this answer to what is protected by the key, and keeps what it gets.
#[derive(Clone)]
struct Refusing {
    card: Arc<Mutex<Pkcs15Card>>,
    answer: [u8; 2],
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Refusing {
    fn new(answer: [u8; 2]) -> Self {
        let card = Pkcs15Card::builder(EPASS3000).seed(b"refusing");
        let card = card
            .pin(PinObject::user(PIN).puk(PUK))
            .object(Object::signing("CN=Asha Sharma", KeyKind::Rsa2048));
        Self {
            card: Arc::new(Mutex::new(card.build().unwrap())),
            answer,
            seen: Arc::default(),
        }
    }

    fn sent(&self, instruction: u8) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|ins| **ins == instruction).count()
    }
}

impl Emulator for Refusing {
    fn atr(&self) -> Vec<u8> {
        self.card.lock().unwrap().atr()
    }

    fn reset(&mut self) {
        self.card.lock().unwrap().reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.seen.lock().unwrap().push(command[1]);
        match command[1] {
            WRITE_KEY => self.answer.to_vec(),
            _ => self.card.lock().unwrap().transmit(command),
        }
    }
}

/// The key may have tries, like any other: it is used once, and not again after a new start.
#[test]
fn a_key_that_was_refused_is_not_sent_again_after_another_start_and_no_puk_either() {
    for answer in [[0x69, 0x82], [0x69, 0x88], [0x69, 0x83], [0x63, 0xC2]] {
        let card = Refusing::new(answer);
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
                [VERIFY, WRITE_KEY].map(|ins| card.sent(ins)),
                [1, 1],
                "{start}"
            );
        }
    }
}
