//! The IDPrime profile against the emulator, which OpenSC judges (tests/judge-idprime.sh), with
//! the habits of nine products.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/instead.rs"]
mod instead;
#[path = "support/openssl.rs"]
mod openssl;

use bench::{Bench, ORIGIN, Shared, abc, secret, wrong};
use instead::Instead;
use securesign_app::worker::{Job, Look, Report, TokenState};
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Credential, PinUse, Problem, Search, Tries};
use securesign_card::token::LastTry;
use securesign_vendors::emulator::{Emulator, KeyKind};
use securesign_vendors::idprime::emulator::{
    ALL, Builder, ETOKEN_5110_CC, IDPRIME930, IDPRIME940, IdPrimeCard, MD830, PinForm, Product,
};

const PIN: &str = "123456";
const SIGNATURE_PIN: &str = "654321";
const PUK: &str = "000000";
const WRONG: &str = "999999";
const NEW: &str = "abcdef";

/// INS of VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.
const SECRET_INS: [u8; 3] = [0x20, 0x24, 0x2C];

fn card(product: Product) -> Builder {
    IdPrimeCard::builder(product).seed(b"tests").readable_map()
}

fn watched(builder: Builder) -> (Bench, Shared<IdPrimeCard>) {
    let shared = Shared::new(builder.build().unwrap());
    (Bench::new(shared.clone(), None), shared)
}

/// Tries left of PIN, signature PIN and PUK.
fn tries(card: &Shared<IdPrimeCard>) -> [u8; 3] {
    card.card().tries()
}

fn sent(card: &Shared<IdPrimeCard>, instruction: u8) -> usize {
    let card = card.card();
    card.sent().iter().filter(|it| it[1] == instruction).count()
}

fn sign_with(
    bench: &Bench,
    credential: &Credential,
    algorithm: HashAlgorithm,
    pin: &str,
) -> Result<Vec<u8>, CardError> {
    let (id, _) = bench.token();
    bench.send(Job::Sign {
        token: id,
        credential: Box::new(credential.clone()),
        digest: abc(algorithm),
        document: None,
        origin: ORIGIN.into(),
        pin: Some(secret(pin)),
        last: LastTry::Keep,
    });
    match bench.report() {
        Report::Signed(result) => result,
        other => panic!("a signature expected, got {other:?}"),
    }
}

#[test]
fn every_product_signs_with_every_key_that_it_makes_and_openssl_agrees() {
    for product in ALL {
        let name = product.name;
        // Keys of one kind for each product are made once: RSA-4096 takes its time.
        let kinds = product.kinds.iter().filter(|kind| match kind {
            KeyKind::Rsa4096 => name == ETOKEN_5110_CC.name,
            KeyKind::Rsa1024 => false,
            _ => true,
        });
        let numbered = kinds.zip(0..);
        let built = numbered
            .clone()
            .fold(card(product), |card, (kind, at)| card.key(at, *kind));
        let (bench, card) = watched(built);
        let (_, info) = bench.token();
        let found = &info.found;
        assert_eq!(
            found.credentials.len(),
            numbered.count(),
            "{name}: {found:?}"
        );
        for credential in &found.credentials {
            let place = format!("{name}, {}", credential.label);
            for algorithm in [
                HashAlgorithm::Sha256,
                HashAlgorithm::Sha384,
                HashAlgorithm::Sha512,
            ] {
                let signature = sign_with(&bench, credential, algorithm, PIN)
                    .unwrap_or_else(|error| panic!("{place}: {error}"));
                let hash = algorithm.name().to_lowercase();
                let der = credential.certificate.der();
                assert!(openssl::verifies(der, &hash, &signature), "{place}");
                let other = openssl::verifies(der, "sha224", &signature);
                assert!(!other, "{place}");
            }
        }
        assert_eq!(tries(&card)[0], 5, "{name}");
    }
}

#[test]
fn a_certificate_is_read_as_it_is_and_compressed_and_of_either_kind_of_key() {
    for product in [MD830, IDPRIME930, IDPRIME940] {
        let built = card(product)
            .key(0, KeyKind::Rsa2048)
            .key(1, KeyKind::Rsa2048)
            .raw(1)
            .key(12, KeyKind::Rsa2048)
            .exchange(12)
            .label("Asha's token");
        let (bench, _) = watched(built);
        let (id, info) = bench.token_by(Look::Everything);
        let labels: Vec<_> = info.found.credentials.iter().map(|it| &*it.label).collect();
        let expected = [
            "Container 0 (ksc00)",
            "Container 1 (ksc01)",
            "Container 12 (kxc12)",
        ];
        assert_eq!(labels, expected, "{}: {:?}", product.name, info.found.notes);
        assert_eq!(info.label, "Asha's token");
        assert_eq!(info.serial.unwrap().len(), 32);
        for credential in &info.found.credentials {
            bench.sign(&id, credential, Some(PIN)).unwrap();
        }
    }
}

#[test]
fn counts_of_commands_are_within_their_bounds() {
    for product in ALL {
        let name = product.name;
        let (bench, _) = watched(card(product).key(0, KeyKind::Rsa2048));
        let (_, status) = bench.count(|| bench.token_by(Look::Tries));
        assert!(status <= 3, "{name}, status: {status}");

        let built = card(product).key(0, KeyKind::Rsa2048).build().unwrap();
        let bench = Bench::new(built, None);
        let (length, cold) = bench.count(|| {
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            bench.sign(&id, credential, Some(PIN)).unwrap();
            credential.certificate.der().len()
        });
        println!("{name}: status {status}, cold signature {cold} ({length} bytes)");
        // The application, its index (and that it is there), the map, the certificate in
        // three parts, the tries, VERIFY, and the signature in three; T=0 fetches answers.
        assert!(cold <= 18, "{name}: {cold}");
    }
}

#[test]
fn one_certificate_of_many_is_asked_for_by_its_number_and_the_others_are_not_read_whole() {
    let numbered = (0..4).fold(card(IDPRIME940), |card, at| card.key(at, KeyKind::Rsa2048));
    let (bench, _) = watched(numbered);
    let (_, all) = bench.token();
    let named = |serial: String| {
        Look::Signing(Search {
            serial: Some(serial),
            everything: false,
        })
    };
    let (_, whole) = bench.count(|| bench.token());
    for wanted in &all.found.credentials {
        let look = named(wanted.certificate.serial());
        let ((_, info), cost) = bench.count(|| bench.token_by(look));
        assert!(info.found.credentials.contains(wanted));
        assert_eq!(info.found.credentials.len(), 1);
        assert!(cost < whole, "{}: {cost} of {whole}", wanted.label);
    }
    let (_, none) = bench.token_by(named("DEAD".into()));
    assert_eq!(none.found.credentials.len(), 4);
}

#[test]
fn a_wrong_pin_costs_exactly_one_try_and_a_form_that_cannot_be_right_none() {
    for product in ALL {
        let name = product.name;
        let (bench, card) = watched(card(product).key(0, KeyKind::Rsa2048));
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        for pin in ["123", "12345678901234567", "1234\u{e4}"] {
            let error = bench.sign(&id, credential, Some(pin)).unwrap_err();
            assert!(matches!(error, CardError::Format { .. }), "{error}");
        }
        assert_eq!(tries(&card)[0], 5, "{name}");
        let error = bench.sign(&id, credential, Some(WRONG)).unwrap_err();
        assert_eq!(error, wrong(Secret::Pin, 4), "{name}");
        assert_eq!(tries(&card)[0], 4, "{name}");
        bench.sign(&id, credential, Some(PIN)).unwrap();
        assert_eq!(tries(&card)[0], 5, "{name}");
    }
}

#[test]
fn r24_the_last_try_wants_a_word_and_no_try_sends_nothing() {
    for product in [MD830, IDPRIME940] {
        let name = product.name;
        let (bench, card) = watched(card(product).tries(2).key(0, KeyKind::Rsa2048));
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        let at = |pin, last| bench.sign_at(&id, credential, Some(pin), last);
        at(WRONG, LastTry::Keep).unwrap_err();
        let kept = at(WRONG, LastTry::Keep).unwrap_err();
        assert_eq!(kept, CardError::LastTry(Secret::Pin), "{name}");
        assert_eq!(tries(&card)[0], 1, "{name}");
        let error = at(WRONG, LastTry::Use).unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{name}");
        let signed = sent(&card, 0x2A);
        let error = at(PIN, LastTry::Use).unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{name}");
        assert_eq!(sent(&card, 0x2A), signed, "{name}");

        // A card that has a PUK.
        bench.unblock(&id, PUK, NEW).unwrap();
        let credential = &info.found.credentials[0];
        bench.sign(&id, credential, Some(NEW)).unwrap();
        assert_eq!(tries(&card), [2, tries(&card)[1], 2], "{name}");
    }
}

#[test]
fn r25_a_wrong_puk_costs_one_try_of_its_own_and_a_card_without_one_says_so() {
    for product in ALL {
        let name = product.name;
        let (bench, card) = watched(card(product).key(0, KeyKind::Rsa2048));
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!((info.unblocker, info.puk), (Secret::Puk, Tries::Unknown));
        let error = bench.unblock(&id, WRONG, NEW).unwrap_err();
        assert_eq!(error, wrong(Secret::Puk, 4), "{name}");
        assert_eq!([tries(&card)[0], tries(&card)[2]], [5, 4], "{name}");
    }
    let (bench, card) = watched(card(MD830).without_puk().key(0, KeyKind::Rsa2048));
    let (id, info) = bench.token();
    bench.unblock(&id, PUK, NEW).unwrap_err();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
    assert_eq!(tries(&card)[0], 5);
}

#[test]
fn the_pin_is_changed_on_every_product_and_a_wrong_old_one_costs_one_try() {
    for product in ALL {
        let name = product.name;
        let (bench, card) = watched(card(product).key(0, KeyKind::Rsa2048));
        let (id, info) = bench.token();
        let error = bench.change(&id, Secret::Pin, WRONG, NEW).unwrap_err();
        assert_eq!(error, wrong(Secret::Pin, 4), "{name}");
        bench
            .change(&id, Secret::Pin, PIN, NEW)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let credential = &info.found.credentials[0];
        bench.sign(&id, credential, Some(NEW)).unwrap();
        assert_eq!(tries(&card)[0], 5, "{name}");
        let short = bench.change(&id, Secret::Pin, NEW, "abc").unwrap_err();
        assert!(matches!(short, CardError::NewPinFormat(_)), "{short}");
    }
}

#[test]
fn a_key_under_the_signature_pin_gets_that_one_before_each_signature() {
    let built = card(IDPRIME940)
        .key(0, KeyKind::Rsa2048)
        .key(1, KeyKind::P256)
        .consent(1);
    let (bench, card) = watched(built);
    let (id, info) = bench.token();
    let [plain, qualified] = &info.found.credentials[..] else {
        panic!("two certificates: {:?}", info.found);
    };
    assert_eq!((plain.when, qualified.when), (PinUse::Once, PinUse::Always));
    assert_eq!(info.further.len(), 1);
    assert_eq!(info.further[0].role, Secret::SignaturePin);
    assert_eq!(info.further[0].tries, Tries::Left(5));
    bench.sign(&id, qualified, Some(SIGNATURE_PIN)).unwrap();
    bench.sign(&id, qualified, None).unwrap();
    let error = bench.sign(&id, qualified, Some(WRONG)).unwrap_err();
    assert_eq!(error, wrong(Secret::SignaturePin, 4));
    assert_eq!(tries(&card), [5, 4, 5]);
    bench.sign(&id, plain, Some(PIN)).unwrap();
    bench
        .change(&id, Secret::SignaturePin, SIGNATURE_PIN, NEW)
        .unwrap();
    bench.sign(&id, qualified, Some(NEW)).unwrap();
    assert_eq!(tries(&card), [5, 5, 5]);
}

#[test]
fn a_certificate_without_a_key_is_told_and_not_offered() {
    for product in [MD830, IDPRIME940] {
        let (bench, _) = watched(card(product).key(0, KeyKind::Rsa2048));
        let (_, info) = bench.token();
        let der = info.found.credentials[0].certificate.der().to_vec();
        let built = card(product).key(0, KeyKind::Rsa2048).certificate(3, &der);
        let (bench, _) = watched(built);
        let (_, info) = bench.token();
        assert_eq!(info.found.credentials.len(), 1, "{}", product.name);
        let [note] = &info.found.notes[..] else {
            panic!("{:?}", info.found.notes);
        };
        assert_eq!(note.place, "Container 3 (ksc03)");
        assert!(matches!(note.problem, Problem::NoKey(Some(_))), "{note:?}");
    }
}

/// eToken Fusion.
const FUSION: &[u8] = &[
    0x3B, 0xFF, 0x96, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x88, 0x66,
    0x6B, 0x39, 0x12, 0x01, 0x78, 0x82, 0x90, 0x00, 0x45,
];

/// The chip of the 930 with T=1, which OpenSC's mask takes for a 940.
const IDPRIME930_T1: &[u8] = &[
    0x3B, 0xFF, 0x94, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x84, 0x61,
    0x60, 0xFB, 0x12, 0x0F, 0xFD, 0x82, 0x90, 0x00, 0x0E,
];

/// A card that answers to reset as another model, and how many commands carried a secret.
fn posing(product: Product, atr: &'static [u8]) -> (Bench, Shared<usize>) {
    let built = card(product).key(0, KeyKind::Rsa2048).build().unwrap();
    let secrets = Shared::new(0);
    let count = secrets.clone();
    let card = Instead::of(built, move |card, command| {
        if SECRET_INS.contains(&command[1]) && command.len() > 5 {
            *count.card() += 1;
        }
        card.transmit(command)
    });
    (Bench::new(card.with_atr(atr), None), secrets)
}

#[test]
fn a_model_that_is_not_known_shows_its_certificates_and_gets_no_pin() {
    let (bench, secrets) = posing(IDPRIME940, FUSION);
    let (id, info) = bench.token_by(Look::Everything);
    assert_eq!(info.family, "IDPrime");
    assert_eq!(info.pin, Tries::Left(5));
    let credential = &info.found.credentials[0];
    assert_eq!(credential.missing, Some(Missing::PinForm));
    let refused = CardError::Unsupported(Missing::PinForm);
    let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
    assert_eq!(error, refused);
    let error = bench.change(&id, Secret::Pin, PIN, NEW).unwrap_err();
    assert_eq!(error, refused);
    let error = bench.unblock(&id, PUK, NEW).unwrap_err();
    assert_eq!(error, refused);
    assert_eq!(*secrets.card(), 0);
}

#[test]
fn a_930_gets_its_pin_unpadded_in_every_reader() {
    let (bench, secrets) = posing(IDPRIME930, IDPRIME930_T1);
    let (id, info) = bench.token();
    assert_eq!(info.family, "IDPrime 930");
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
    assert_eq!(*secrets.card(), 1);
}

#[test]
fn each_products_pin_has_the_form_of_the_model() {
    for product in ALL {
        let (bench, _) = watched(card(product).key(0, KeyKind::Rsa2048));
        let (_, info) = bench.token();
        let padded = info.pin_rules.encode(&secret(PIN)).unwrap().len() == 16;
        assert_eq!(
            padded,
            product.pin_form == PinForm::Padded,
            "{}",
            product.name
        );
    }
}

#[test]
fn a_blank_token_has_no_certificates_and_what_lacks_the_index_is_none_of_the_family() {
    let (bench, _) = watched(card(IDPRIME940));
    let (_, info) = bench.token_by(Look::Everything);
    assert!(info.found.credentials.is_empty());
    assert!(info.found.notes.is_empty(), "{:?}", info.found.notes);
    assert_eq!(info.pin, Tries::Left(5));
    let (bench, card) = watched(card(IDPRIME940).without_file(0x0101));
    let view = bench.look(Look::Everything).remove(0);
    assert!(
        !matches!(view.state, TokenState::Ready(_)),
        "{:?}",
        view.state
    );
    assert_eq!(sent(&card, 0x20), 0, "nothing is asked of a stranger's PIN");
}

#[test]
fn every_pin_is_gone_when_the_dialogue_ends() {
    for product in ALL {
        let (mut bench, card) = watched(card(product).key(0, KeyKind::Rsa2048));
        let (id, info) = bench.token();
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
        bench.stop();
        assert_eq!(card.card().is_verified(), [false, false]);
        assert_eq!(bench.reader.resets(), 1, "{}", product.name);
        let logged_out = card.card().sent().contains(&[0x00, 0x20, 0xFF, 0x11]);
        assert!(logged_out, "{}", product.name);
    }
}
