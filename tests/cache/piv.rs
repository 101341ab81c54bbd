//! What is remembered of a PIV card under its certificate spares two questions, and is not
//! believed against a PIN that was refused.

use std::sync::{Arc, Mutex};

use securesign_app::worker::{Look, TokenInfo};
use securesign_card::cache::Cache;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::{Search, Tries};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::piv::emulator::{
    CANOKEY, KeyKind, NIST, OPENFIPS201, PIVAPPLET, PivCard, Slot,
};

use super::Memory;
use crate::bench::Bench;
use crate::instead::Instead;

const PIN: &str = "123456";

fn card(personality: securesign_vendors::piv::emulator::Personality, seed: &[u8]) -> PivCard {
    PivCard::builder(personality)
        .seed(seed)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap()
}

/// A start of the program that looks, and how many commands that takes.
fn look(card: PivCard, cache: &Memory, look: Look) -> (TokenInfo, usize) {
    let bench = Bench::caching(card, None, cache.clone());
    let ((_, info), commands) = bench.count(|| bench.token_by(look));
    (info, commands)
}

#[test]
fn which_pin_is_the_holders_and_that_nothing_tells_of_the_puk_is_asked_once_for_a_certificate() {
    // How many commands fewer a further signature and a further list take.
    for (product, signature, list) in [
        (NIST, 1, 2),
        (OPENFIPS201, 1, 2),
        // It tells the tries left of the PUK.
        (CANOKEY, 1, 1),
        // It is known to have one PIN, and tells these too.
        (PIVAPPLET, 0, 0),
    ] {
        let name = product.name;
        for (what, spared) in [
            (Look::Signing(Search::default()), signature),
            (Look::Everything, list),
        ] {
            let cache = Memory::default();
            let start = || look(card(product, b"cache"), &cache, what.clone());
            let (first, before) = start();
            let (second, after) = start();
            assert_eq!(second, first, "{name}");
            assert_eq!(before - after, spared, "{name}, {what:?}");
            // Of another card nothing is known.
            let other = look(card(product, b"another"), &cache, what);
            assert_eq!(other.1, before, "{name}");
        }
    }
}

/// A card that has a PIN for itself and a global one, which its issuer has made the holder's
/// after the certificate was issued; `sent`: references that a PIN was sent to.
fn reissued(sent: &Arc<Mutex<Vec<u8>>>) -> Instead<PivCard> {
    let sent = Arc::clone(sent);
    Instead::of(card(NIST, b"cache"), move |card, command| match command {
        [_, 0xCB, 0x3F, 0xFF, 0x03, 0x5C, 0x01, 0x7E, ..] => {
            let policy = [0x7E, 0x05, 0x5F, 0x2F, 0x02, 0x60, 0x20];
            [&policy[..], &[0x90, 0x00]].concat()
        }
        [_, 0x20, _, 0x80] => vec![0x63, 0xC5],
        [_, 0x20 | 0x24, _, 0x80, ..] => {
            sent.lock().unwrap().push(0x80);
            vec![0x63, 0xC4]
        }
        [_, ins @ (0x20 | 0x24), p1, 0x00, rest @ ..] => {
            if !rest.is_empty() {
                sent.lock().unwrap().push(0x00);
            }
            let own = [&[0x00, *ins, *p1, 0x80], rest].concat();
            card.transmit(&own)
        }
        other => card.transmit(other),
    })
}

#[test]
fn a_refused_pin_has_the_card_asked_again_which_pin_is_the_holders() {
    let cache = Memory::default();
    look(card(NIST, b"cache"), &cache, Look::Everything);
    let sent: Arc<Mutex<Vec<u8>>> = Arc::default();
    let start = || Bench::caching(reissued(&sent), None, cache.clone());
    let bench = start();
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    bench.sign(&id, credential, Some(PIN)).unwrap_err();
    let (id, info) = bench.token();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
    assert_eq!(*sent.lock().unwrap(), [0x80, 0x00]);
    // And from now on, at once.
    drop(bench);
    let bench = start();
    let (id, info) = bench.token();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
    assert_eq!(*sent.lock().unwrap(), [0x80, 0x00, 0x00]);
}

#[test]
fn a_pin_that_was_refused_when_it_was_changed_has_the_card_asked_again_too() {
    let cache = Memory::default();
    look(card(NIST, b"cache"), &cache, Look::Everything);
    let sent: Arc<Mutex<Vec<u8>>> = Arc::default();
    let bench = Bench::caching(reissued(&sent), None, cache);
    let (id, _) = bench.token();
    bench.change(&id, Secret::Pin, PIN, "654321").unwrap_err();
    let (id, _) = bench.token();
    bench.change(&id, Secret::Pin, PIN, "654321").unwrap();
    assert_eq!(*sent.lock().unwrap(), [0x80, 0x00]);
}

/// The key may be on two cards, of which one tells the tries left of its PUK.
#[test]
fn r24_the_last_try_of_a_puk_is_asked_for_whatever_another_card_with_the_certificate_told() {
    let with_one_try = |personality| {
        let card = PivCard::builder(personality).seed(b"cache");
        let card = card.key(Slot::SIGNATURE, KeyKind::P256).tries(3, 1);
        card.puk("12345678").build().unwrap()
    };
    let cache = Memory::default();
    let certificate = |info: &TokenInfo| info.found.credentials[0].certificate.der().to_vec();
    let (first, _) = look(card(NIST, b"cache"), &cache, Look::Everything);
    let bench = Bench::caching(with_one_try(CANOKEY), None, cache.clone());
    let (id, info) = bench.token_by(Look::Everything);
    assert_eq!(certificate(&info), certificate(&first));
    let kept = bench.unblock(&id, "87654321", "654321").unwrap_err();
    assert_eq!(kept, CardError::LastTry(Secret::Puk));
    let (id, info) = bench.token_by(Look::Everything);
    assert_eq!(info.puk, Tries::Left(1));
    let kept = bench.unblock(&id, "87654321", "654321").unwrap_err();
    assert_eq!(kept, CardError::LastTry(Secret::Puk));
}

#[test]
fn whatever_is_kept_of_a_card_it_signs() {
    for junk in [&[][..], &[0xFF], &[0x00], &[0x01, 0x02], &[0x5A; 300]] {
        let cache = Memory::default();
        look(card(NIST, b"cache"), &cache, Look::Everything);
        let names: Vec<_> = cache.files().keys().copied().collect();
        assert!(!names.is_empty());
        for name in names {
            cache.keep(&name, junk);
        }
        let bench = Bench::caching(card(NIST, b"cache"), None, cache);
        let (id, info) = bench.token();
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
    }
}
