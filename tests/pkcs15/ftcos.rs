//! FTCOS: what it gets, and what stays unsaid.

use securesign_app::worker::Look;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::Tries;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{Emulator, Fault, KeyKind};
use securesign_vendors::piv::emulator::{NIST, PivCard};
use securesign_vendors::pkcs15::emulator::{Object, PinObject, Pkcs15Card};

use crate::bench::{Bench, Shared};
use crate::instead::Instead;
use crate::{HOLDER, KINDS, Kind, NEW, PIN, PUK, reference, sent, tries, unblocking_tries};

fn kinds() -> impl Iterator<Item = &'static Kind> {
    let kinds = KINDS.iter().filter(|kind| kind.family == "EnterSafe");
    assert_eq!(kinds.clone().count(), 3);
    kinds
}

const VERIFY: u8 = 0x20;
const GET_CHALLENGE: u8 = 0x84;
const WRITE_KEY: u8 = 0xF4;

/// Nobody knows what a PIN without data costs: the tries left are told by a wrong one alone.
#[test]
fn r24_a_pin_is_never_asked_for_its_tries() {
    for kind in kinds() {
        let card = Shared::new(kind.card(KeyKind::Rsa2048).build().unwrap());
        let between = Instead::of(card.clone(), |card, command| card.transmit(command));
        let between = Shared::new(between);
        let bench = Bench::new(between.clone(), kind.reader);
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.pin, Tries::Unknown);
        assert_eq!(sent(&card, VERIFY), 0);
        bench.unblock(&id, PUK, NEW).unwrap();
        bench.change(&id, Secret::Pin, NEW, PIN).unwrap();
        bench.cold_signature(PIN).unwrap();
        bench.end();
        // Each with sixteen bytes.
        let seen = between.card().seen.clone();
        let verified: Vec<&Vec<u8>> = seen.iter().filter(|it| it[1] == VERIFY).collect();
        assert_eq!(verified.len(), 2, "{}", kind.name());
        assert!(verified.iter().all(|it| it.len() == 5 + 16 && it[4] == 16));
    }
}

#[test]
fn a_wrong_puk_is_all_that_is_sent() {
    for kind in kinds() {
        let (bench, card) = kind.watched(kind.card(KeyKind::Rsa2048));
        let (id, _) = bench.token();
        let left = unblocking_tries(&card).unwrap();
        let error = bench.unblock(&id, "87654321", NEW).unwrap_err();
        let wrong = CardError::Wrong {
            secret: Secret::Puk,
            left: Some(left - 1),
        };
        assert_eq!(error, wrong, "{}", kind.name());
        assert_eq!(unblocking_tries(&card), Some(left - 1));
        // What can be no new PIN costs nothing.
        let error = bench.unblock(&id, PUK, "12345678901234567").unwrap_err();
        assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
        assert_eq!(sent(&card, VERIFY), 1);
        assert_eq!(sent(&card, GET_CHALLENGE), 0);
        assert_eq!(sent(&card, WRITE_KEY), 0);
    }
}

/// Where the directory says what has the reference after the PIN's, or lists a PUK anywhere,
/// nothing that was typed for a PUK is tried there.
#[test]
fn r24_what_the_directory_lists_otherwise_is_never_taken_for_a_puk() {
    let kind = kinds().next().unwrap();
    let reference = reference(&Shared::new(kind.card(KeyKind::Rsa2048).build().unwrap()));
    for other in [
        PinObject::officer("87654321").reference(reference + 1),
        PinObject::user("87654321").reference(reference + 1),
        PinObject::unblocking("87654321").reference(reference + 5),
    ] {
        let card = Pkcs15Card::builder(kind.dialect)
            .seed(b"tests")
            .pin(PinObject::user(PIN).reference(reference))
            .pin(other)
            .object(Object::signing(HOLDER, KeyKind::Rsa2048).behind(Some(0)));
        let (bench, card) = kind.watched(card);
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.no_puk, Missing::Puk);
        assert_eq!(info.puk_id, None);
        bench.unblock(&id, PUK, NEW).unwrap_err();
        assert_eq!(sent(&card, VERIFY), 0);
    }
}

/// The key that writes PINs is OpenSC's: on a card with another one the PUK does nothing.
#[test]
fn a_card_with_another_key_says_that_it_does_not_unblock() {
    for (answer, is_off) in [
        ([0x69, 0x82], true),
        ([0x69, 0x85], true),
        ([0x69, 0x88], true),
        ([0x6D, 0x00], false),
    ] {
        let kind = kinds().next().unwrap();
        let card = Shared::new(kind.card(KeyKind::Rsa2048).build().unwrap());
        let between = Instead::of(card.clone(), move |card, command| {
            match command.starts_with(&[0x84, WRITE_KEY]) {
                true => answer.to_vec(),
                false => card.transmit(command),
            }
        });
        let bench = Bench::new(between, kind.reader);
        let (id, _) = bench.token();
        let error = bench.unblock(&id, PUK, NEW).unwrap_err();
        let told = matches!(error, CardError::UnblockOff { .. });
        assert_eq!(told, is_off, "{answer:02X?}: {error}");
        assert_eq!(tries(&card), Some(3));
        bench.cold_signature(PIN).unwrap();
    }
}

#[test]
fn r25_a_card_removed_or_reset_while_it_unblocks_says_what_is_not_known() {
    let kind = kinds().next().unwrap();
    let (bench, card) = kind.watched(kind.card(KeyKind::Rsa2048));
    let (id, _) = bench.token_by(Look::Tries);
    let before = bench.reader.commands();
    bench.unblock(&id, PUK, NEW).unwrap();
    bench.end();
    let own = card.card().sent()[before..].to_vec();
    let writes = own.iter().position(|it| it[1] == WRITE_KEY).unwrap();
    for error in [TransportError::Removed, TransportError::Reset] {
        for after in 0..=writes {
            let (bench, card) = kind.watched(kind.card(KeyKind::Rsa2048));
            let (id, _) = bench.token_by(Look::Tries);
            bench.reader.fault(Fault {
                after,
                error: error.clone(),
            });
            let result = bench.unblock(&id, PUK, NEW);
            let name = format!("{error:?}, {after} of {writes}: {result:?}");
            let is_unclear = result == Err(CardError::Unclear(Secret::Pin));
            assert_eq!(is_unclear, after == writes, "{name}");
            bench.end();
            assert_eq!(tries(&card), Some(3), "{name}");
            assert!(sent(&card, WRITE_KEY) <= 1, "{name}");
        }
    }
}

#[test]
fn a_key_of_another_length_is_refused_before_a_pin_is_typed() {
    let kind = kinds().next().unwrap();
    let (bench, card) = kind.watched(kind.card(KeyKind::Rsa3072));
    let (id, info) = bench.token();
    let credential = crate::only(&info);
    assert_eq!(credential.missing, Some(Missing::KeyLength));
    let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
    assert_eq!(error, CardError::Unsupported(Missing::KeyLength));
    assert_eq!(sent(&card, VERIFY), 0);
}

#[test]
fn a_java_card_with_the_same_answer_to_reset_is_what_it_carries() {
    let ejava = kinds().last().unwrap();
    let atr = ejava.card(KeyKind::Rsa2048).build().unwrap().atr();
    let piv = PivCard::builder(NIST).seed(b"tests").build().unwrap();
    let card = Instead::of(piv, |piv, command| piv.transmit(command));
    let card = Shared::new(card.with_atr(&atr));
    let bench = Bench::new(card.clone(), None);
    let (_, info) = bench.token_by(Look::Tries);
    assert_eq!(info.family, "PIV");
    bench.end();
    let seen = card.card().seen.clone();
    let by_name = |it: &Vec<u8>| it.starts_with(&[0x00, 0xA4, 0x04]);
    let before = seen.iter().position(by_name).unwrap();
    assert!(before <= 3, "{seen:02X?}");
    assert!(seen[..before].iter().all(|it| it[1] == 0xA4), "{seen:02X?}");
}
