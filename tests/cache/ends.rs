//! Cards whose certificates are known again by their end: what was kept spares reading them,
//! and decides nothing.

use std::collections::BTreeMap;

use super::bench::Bench;
use super::{HOLDER, Memory, READER};
use securesign_app::worker::Look;
use securesign_card::certificate::Certificate;
use securesign_card::profile::Search;
use securesign_vendors::emulator::{Emulator, KeyKind};
use securesign_vendors::idprime::emulator::{self as idprime, IdPrimeCard};
use securesign_vendors::pkcs15::emulator::{self as pkcs15, Dialect, Object, Pkcs15Card};
use securesign_vendors::sc_hsm::emulator::{self as sc_hsm, ScHsmCard};

const PIN: &str = "123456";
const RSA: KeyKind = KeyKind::Rsa2048;

/// A kind of card, and how many bytes of a certificate one command brings; 0: that is not
/// looked at.
type Kind = (&'static str, fn(&[u8]) -> Box<dyn Emulator>, usize);

fn described(dialect: Dialect, seed: &[u8], kind: KeyKind) -> Box<dyn Emulator> {
    let object = || Object::signing(HOLDER, kind);
    let card = Pkcs15Card::builder(dialect).seed(seed);
    let card = card.object(object()).object(object());
    Box::new(card.build().unwrap())
}

fn idprime_card(product: idprime::Product, seed: &[u8]) -> Box<dyn Emulator> {
    let card = IdPrimeCard::builder(product).seed(seed).holder(HOLDER);
    let card = card.key(0, RSA).key(1, RSA).exchange(1);
    Box::new(card.build().unwrap())
}

fn hsm(seed: &[u8]) -> Box<dyn Emulator> {
    let card = ScHsmCard::builder(sc_hsm::PICO_HSM).seed(seed);
    let card = card.holder(HOLDER).pin(PIN).key(1, RSA).key(2, RSA);
    Box::new(card.build().unwrap())
}

const KINDS: [Kind; 8] = [
    ("MyEID", |seed| described(pkcs15::MYEID, seed, RSA), 256),
    ("CardOS", |seed| described(pkcs15::CARDOS53, seed, RSA), 256),
    (
        "SetCOS",
        |seed| described(pkcs15::SETCOS441, seed, RSA),
        256,
    ),
    (
        "STARCOS 2",
        |seed| described(pkcs15::STARCOS23, seed, KeyKind::Rsa1024),
        128,
    ),
    (
        "eSign",
        |seed| described(pkcs15::STARCOS34_ESIGN, seed, RSA),
        0,
    ),
    (
        "MyEID with a curve",
        |seed| described(pkcs15::MYEID, seed, KeyKind::P256),
        256,
    ),
    ("IDPrime", |seed| idprime_card(idprime::IDPRIME940, seed), 0),
    ("pico-hsm", hsm, 0),
];

/// Certificates as they are offered.
type Offered = Vec<Certificate>;

/// A start of the program: what is offered, and the commands of that and of a signature.
fn start(card: Box<dyn Emulator>, cache: &Memory, serial: Option<&str>) -> (Offered, usize) {
    let mut bench = Bench::caching(card, READER, cache.clone());
    let search = Search {
        serial: serial.map(str::to_owned),
        everything: false,
    };
    let (id, info) = bench.token_by(Look::Signing(search.clone()));
    let mut offered = info.found.credentials.into_iter();
    let credential = offered.rfind(|it| search.wants(&it.certificate)).unwrap();
    bench.sign(&id, &credential, Some(PIN)).unwrap();
    bench.stop();
    let offered = offered.chain([credential]).map(|it| it.certificate);
    (offered.collect(), bench.reader.commands())
}

fn all(card: Box<dyn Emulator>) -> Offered {
    let (_, info) = Bench::new(card, READER).token();
    let offered = info.found.credentials.into_iter();
    offered.map(|it| it.certificate).collect()
}

/// Not in so many bytes.
fn same(name: &str, some: &[Certificate], others: &[Certificate]) {
    assert!(some == others, "{name}: other certificates");
}

/// SELECT and one READ BINARY for each certificate, however long it is; and nothing of the
/// others where one is asked for.
#[test]
fn a_certificate_that_was_read_once_takes_two_commands() {
    for (name, card, piece) in KINDS {
        let offered = all(card(b"one"));
        let pieces = |at: usize| offered[at].der().len().div_ceil(piece);
        let cache = Memory::default();
        let cold = start(card(b"one"), &cache, None);
        let warm = start(card(b"one"), &cache, None);
        for it in [&cold, &warm] {
            same(name, &it.0, &offered);
        }
        if piece > 0 {
            assert_eq!(cold.1 - warm.1, pieces(0) + pieces(1) - 2, "{name}");
        }
        let cache = Memory::default();
        let (last, _) = offered.split_last().unwrap();
        let serial = last.serial();
        let cold = start(card(b"one"), &cache, Some(&serial));
        let warm = start(card(b"one"), &cache, Some(&serial));
        for it in [&cold, &warm] {
            same(name, &it.0, std::slice::from_ref(last));
        }
        assert!(warm.1 < cold.1, "{name}: {} and {}", warm.1, cold.1);
        if piece > 0 {
            assert_eq!(cold.1 - warm.1, 2 + pieces(1) - 1, "{name}");
        }
    }
}

#[test]
fn a_card_that_has_other_certificates_in_the_same_places_offers_its_own() {
    for (name, card, _) in KINDS {
        let cache = Memory::default();
        start(card(b"one"), &cache, None);
        let other = all(card(b"two"));
        assert!(other != all(card(b"one")), "{name}");
        same(name, &start(card(b"two"), &cache, None).0, &other);
        // By now its own are kept.
        same(name, &start(card(b"two"), &cache, None).0, &other);
    }
}

#[test]
fn whatever_is_kept_the_certificates_are_those_of_the_card() {
    type Junk = fn(&[u8]) -> Vec<u8>;
    let junk: [Junk; 6] = [
        |_| Vec::new(),
        |_| vec![0x00; 20_480],
        |_| vec![0xFF; 0x100],
        |file| file[..file.len() / 2].to_vec(),
        |file| file.iter().map(|byte| byte ^ 0x55).collect(),
        |file| [file, &[0x01; 0x100]].concat(),
    ];
    for (name, card, _) in KINDS {
        let offered = all(card(b"one"));
        let (last, _) = offered.split_last().unwrap();
        let serial = last.serial();
        for (at, junk) in junk.into_iter().enumerate() {
            let cache = Memory::default();
            start(card(b"one"), &cache, None);
            cache
                .files()
                .values_mut()
                .for_each(|file| *file = junk(file));
            let place = format!("{name}, junk {at}");
            let named = start(card(b"one"), &cache, Some(&serial));
            same(&place, &named.0, std::slice::from_ref(last));
            same(&place, &start(card(b"one"), &cache, None).0, &offered);
        }
    }
}

#[test]
fn who_looks_at_the_card_itself_sees_what_is_on_it_and_corrects_what_was_kept() {
    for (name, card, _) in KINDS {
        let cache = Memory::default();
        start(card(b"one"), &cache, None);
        let right: BTreeMap<_, _> = cache.files().clone();
        assert_eq!(right.len(), 2, "{name}");
        cache.files().values_mut().for_each(Vec::clear);
        let bench = Bench::caching(card(b"one"), READER, cache.clone());
        bench.token_by(Look::Everything);
        assert!(*cache.files() == right, "{name}");
    }
}
