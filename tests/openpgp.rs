//! The OpenPGP profile against the emulator, which GnuPG's and OpenSC's tools judge
//! (tests/judge-openpgp.sh), with the habits of nine products.
//!
//! Longer than most files: nine products go through each test of one family.

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
#[path = "openpgp/places.rs"]
mod places;
#[path = "openpgp/ways.rs"]
mod ways;

use bench::{Bench, Shared, abc, wrong};
use securesign_app::worker::{Job, Look, Report, TokenInfo};
use securesign_card::certificate::Certificate;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Credential, PinUse, Problem, Search, Tries};
use securesign_card::signature::ToSign;
use securesign_card::token::LastTry;
use securesign_vendors::emulator::{Emulator, KeyKind};
use securesign_vendors::openpgp::emulator::{
    ALL, Builder, CANOKEY, GNUK, KeySlot, OPCARD, OpenPgpCard, PICO, Product, SMARTPGP, YUBIKEY5,
    ZEITCONTROL,
};

const PW1: &str = "123456";
const PW3: &str = "12345678";
const CODE: &str = "reset-code";
const WRONG: &str = "999999";
/// What a reader says that passes on extended APDUs in full.
const EXTENDED: Option<usize> = Some(0x1_0000);

/// INS of VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.
const SECRET_INS: [u8; 3] = [0x20, 0x24, 0x2C];

fn card(product: Product) -> Builder {
    OpenPgpCard::builder(product).seed(b"tests")
}

/// With a key in both places that sign.
fn keys(product: Product) -> Builder {
    card(product)
        .key(KeySlot::Signature, KeyKind::P256)
        .key(KeySlot::Authentication, KeyKind::P384)
}

fn watched(builder: Builder) -> (Bench, Shared<OpenPgpCard>) {
    let shared = Shared::new(builder.build().unwrap());
    (Bench::new(shared.clone(), None), shared)
}

/// Those that give a certificate back.
fn readable() -> impl Iterator<Item = Product> {
    ALL.into_iter().filter(|product| product.name != PICO.name)
}

fn labels(info: &TokenInfo) -> Vec<&str> {
    let credentials = info.found.credentials.iter();
    credentials.map(|credential| &*credential.label).collect()
}

#[test]
fn every_product_signs_with_both_keys_and_every_signature_fits_its_certificate() {
    for product in readable() {
        let name = product.name;
        let (bench, _) = watched(keys(product));
        let (id, info) = bench.token();
        let expected: &[&str] = match product.version[0] {
            0x02 => &["Authentication key (OpenPGP 3)"],
            _ => &[
                "Signature key (OpenPGP 1)",
                "Authentication key (OpenPGP 3)",
            ],
        };
        assert_eq!(labels(&info), expected, "{name}: {:?}", info.found.notes);
        for credential in &info.found.credentials {
            for _ in 0..2 {
                let signature = bench
                    .sign(&id, credential, Some(PW1))
                    .unwrap_or_else(|error| panic!("{name}, {}: {error}", credential.label));
                let digest = abc(HashAlgorithm::Sha256);
                let key = credential.certificate.key();
                assert!(key.verify(ToSign::Digest(&digest), &signature), "{name}");
            }
        }
    }
}

#[test]
fn every_kind_of_key_signs_in_both_places_but_ed25519_which_is_only_listed() {
    for slot in [KeySlot::Signature, KeySlot::Authentication] {
        for kind in [
            KeyKind::Rsa2048,
            KeyKind::Rsa3072,
            KeyKind::P256,
            KeyKind::P384,
            KeyKind::P521,
            KeyKind::BrainpoolP256,
            KeyKind::BrainpoolP384,
            KeyKind::Ed25519,
        ] {
            let (bench, card) = watched(card(YUBIKEY5).key(slot, kind));
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            let result = bench.sign(&id, credential, Some(PW1));
            if kind == KeyKind::Ed25519 {
                assert_eq!(credential.missing, Some(Missing::KeyKind));
                assert!(
                    matches!(result, Err(CardError::Unsupported(_))),
                    "{result:?}"
                );
                assert!(!sent(&card, 0x20), "no PIN for what cannot work");
            } else {
                let signature = result.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
                let digest = abc(HashAlgorithm::Sha256);
                let key = credential.certificate.key();
                assert!(key.verify(ToSign::Digest(&digest), &signature));
            }
        }
    }
}

fn sent(card: &Shared<OpenPgpCard>, instruction: u8) -> bool {
    card.card().sent().iter().any(|it| it[1] == instruction)
}

#[test]
fn pw1_goes_to_the_reference_of_the_key_that_signs_and_the_counter_is_never_asked_by_verify() {
    for product in readable() {
        let (bench, card) = watched(keys(product));
        let (id, info) = bench.token();
        for credential in &info.found.credentials {
            let before = card.card().sent().len();
            bench.sign(&id, credential, Some(PW1)).unwrap();
            let sent = card.card().sent()[before..].to_vec();
            let verified: Vec<_> = sent.iter().filter(|it| it[1] == 0x20).collect();
            let (reference, signs) = match credential.label.starts_with("Signature") {
                true => (0x81, [0x00, 0x2A, 0x9E, 0x9A]),
                false => (0x82, [0x00, 0x88, 0x00, 0x00]),
            };
            assert_eq!(verified, [&[0x00, 0x20, 0x00, reference]]);
            assert_eq!(sent.last(), Some(&signs), "{}", product.name);
        }
        assert_eq!(card.card().tries()[0], 3, "{}", product.name);
    }
}

#[test]
fn a_pw1_for_one_signature_is_sent_before_each_and_one_for_several_once() {
    let (bench, _) = watched(keys(OPCARD));
    let (id, info) = bench.token();
    let [signature, authentication] = &info.found.credentials[..] else {
        panic!("two certificates");
    };
    assert_eq!(signature.when, PinUse::Always);
    assert_eq!(authentication.when, PinUse::Once);
    bench.sign(&id, signature, Some(PW1)).unwrap();
    let (_, further) = bench.count(|| bench.sign(&id, signature, None).unwrap());
    assert_eq!(further, 2, "VERIFY and the signature");
    bench.sign(&id, authentication, Some(PW1)).unwrap();
    let (_, further) = bench.count(|| bench.sign(&id, authentication, None).unwrap());
    assert_eq!(further, 1);

    let (bench, _) = watched(keys(OPCARD).several());
    let (id, info) = bench.token();
    let signature = &info.found.credentials[0];
    assert_eq!(signature.when, PinUse::Once);
    bench.sign(&id, signature, Some(PW1)).unwrap();
    let (_, further) = bench.count(|| bench.sign(&id, signature, None).unwrap());
    assert_eq!(further, 1);
}

#[test]
fn counts_of_commands_are_within_their_bounds() {
    let (bench, _) = watched(keys(OPCARD));
    for _ in 0..2 {
        let (_, tries) = bench.count(|| bench.token_by(Look::Tries));
        assert!(tries <= 2, "tries left: {tries}");
    }
    for product in [CANOKEY, OPCARD, ZEITCONTROL, GNUK] {
        let slot = match product.version[0] {
            0x02 => KeySlot::Authentication,
            _ => KeySlot::Signature,
        };
        for (max_data, bound) in [(None, 9), (EXTENDED, 9)] {
            let built = card(product).key(slot, KeyKind::P256).build().unwrap();
            let bench = Bench::new(built, max_data);
            let (_, cold) = bench.count(|| {
                let (id, info) = bench.token();
                assert_eq!(info.pin, Tries::Left(3));
                let credential = &info.found.credentials[0];
                assert!(credential.certificate.der().len() <= 1024);
                bench.sign(&id, credential, Some(PW1)).unwrap();
            });
            println!("cold signature, {}, {max_data:?}: {cold}", product.name);
            assert!(cold <= bound, "{}: {cold}", product.name);
        }
    }
}

#[test]
fn a_wrong_pw1_costs_exactly_one_try_on_every_product_and_all_tell_what_is_left() {
    for product in readable() {
        let name = product.name;
        let (bench, card) = watched(keys(product));
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        let error = bench.sign(&id, credential, Some(WRONG)).unwrap_err();
        assert_eq!(card.card().tries()[0], 2, "{name}");
        assert_eq!(error, wrong(Secret::Pin, 2), "{name}");
        bench.sign(&id, credential, Some(PW1)).unwrap();
        assert_eq!(card.card().tries()[0], 3, "{name}");
    }
}

#[test]
fn a_pw1_of_impossible_form_costs_nothing_and_reaches_no_card() {
    for product in readable() {
        let (bench, card) = watched(keys(product));
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        let long = "1".repeat(usize::from(product.longest[0]) + 1);
        for pin in ["12345", &long, "12345\u{e4}"] {
            let error = bench.sign(&id, credential, Some(pin)).unwrap_err();
            assert!(matches!(error, CardError::Format { .. }), "{error}");
        }
        assert!(!sent(&card, 0x20), "{}", product.name);
        assert_eq!(card.card().tries()[0], 3);
    }
}

#[test]
fn r24_the_last_try_wants_a_word_and_no_try_sends_nothing() {
    for product in readable() {
        let name = product.name;
        let (bench, card) = watched(keys(product));
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        for _ in 0..2 {
            bench.sign(&id, credential, Some(WRONG)).unwrap_err();
        }
        assert_eq!(card.card().tries()[0], 1);
        let kept = bench.sign(&id, credential, Some(WRONG)).unwrap_err();
        assert_eq!(kept, CardError::LastTry(Secret::Pin), "{name}");
        assert_eq!(card.card().tries()[0], 1, "{name}");
        let error = bench
            .sign_at(&id, credential, Some(WRONG), LastTry::Use)
            .unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{name}");
        let before = secrets(&card);
        let error = bench
            .sign_at(&id, credential, Some(PW1), LastTry::Use)
            .unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{name}");
        assert_eq!(secrets(&card), before, "{name}: nothing was sent");
    }
}

/// How often a secret was sent; a log-out carries none.
fn secrets(card: &Shared<OpenPgpCard>) -> usize {
    let card = card.card();
    let secret = |it: &&[u8; 4]| SECRET_INS.contains(&it[1]) && it[2] != 0xFF;
    card.sent().iter().filter(secret).count()
}

#[test]
fn r25_a_card_without_a_reset_code_asks_for_the_admin_pin_and_is_unlocked_by_it() {
    for product in ALL.into_iter().filter(|product| product.name != PICO.name) {
        let name = product.name;
        let (bench, card) = watched(keys(product));
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.unblocker, Secret::AdminPin, "{name}");
        assert_eq!(info.puk, Tries::Left(3), "{name}");
        let error = bench.unblock(&id, "00000000", "abcdef").unwrap_err();
        assert_eq!(error, wrong(Secret::AdminPin, 2), "{name}");
        assert_eq!(card.card().tries(), [3, 0, 2], "{name}: no try of PW1");
        bench
            .unblock(&id, PW3, "abcdef")
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(card.card().tries(), [3, 0, 3], "{name}");
        bench
            .sign(&id, &info.found.credentials[0], Some("abcdef"))
            .unwrap();
    }
}

#[test]
fn r25_a_reset_code_unlocks_where_there_is_one_and_a_used_up_one_leaves_the_admin_pin() {
    for product in readable() {
        let name = product.name;
        let (bench, card) = watched(keys(product).reset_code(CODE));
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.unblocker, Secret::ResetCode, "{name}");
        assert_eq!(info.puk, Tries::Left(3), "{name}");
        let error = bench.unblock(&id, "00000000", "abcdef").unwrap_err();
        assert_eq!(error, wrong(Secret::ResetCode, 2), "{name}");
        assert_eq!(card.card().tries(), [3, 2, 3], "{name}");
        bench.unblock(&id, CODE, "abcdef").unwrap();
        assert_eq!(card.card().tries(), [3, 3, 3], "{name}");
        let credential = &info.found.credentials[0];
        bench.sign(&id, credential, Some("abcdef")).unwrap();

        for left in [2, 1] {
            let error = bench.unblock(&id, "00000000", "abcdef").unwrap_err();
            assert_eq!(error, wrong(Secret::ResetCode, left), "{name}");
        }
        let kept = bench.unblock(&id, "00000000", "abcdef").unwrap_err();
        assert_eq!(kept, CardError::LastTry(Secret::ResetCode), "{name}");
        assert_eq!(card.card().tries(), [3, 1, 3], "{name}");

        // Somebody else uses it up. What was typed for it is not sent as the admin PIN.
        let mut raw = vec![0x00, 0x2C, 0x00, 0x81, 14];
        raw.extend(b"00000000abcdef");
        card.card().transmit(&raw);
        assert_eq!(card.card().tries(), [3, 0, 3], "{name}");
        let before = secrets(&card);
        let gone = bench.unblock(&id, CODE, "ghijkl").unwrap_err();
        assert_eq!(gone, CardError::Blocked(Secret::ResetCode), "{name}");
        assert_eq!(secrets(&card), before, "{name}");
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.unblocker, Secret::AdminPin, "{name}");
        bench.unblock(&id, PW3, "ghijkl").unwrap();
    }
}

#[test]
fn a_new_pin_of_impossible_form_reaches_no_card_not_even_one_that_would_take_it() {
    for product in ALL {
        let (bench, card) = watched(keys(product));
        let (id, _) = bench.token();
        let short = bench.change(&id, Secret::Pin, PW1, "12345").unwrap_err();
        assert!(matches!(short, CardError::NewPinFormat(_)), "{short}");
        let short = bench.unblock(&id, PW3, "12345").unwrap_err();
        assert!(matches!(short, CardError::NewPinFormat(_)), "{short}");
        assert_eq!(secrets(&card), 0, "{}", product.name);
    }
}

#[test]
fn pw1_is_changed_on_every_product_and_a_wrong_old_one_costs_one_try() {
    for product in ALL {
        let name = product.name;
        let (bench, card) = watched(keys(product));
        let (id, info) = bench.token();
        let error = bench.change(&id, Secret::Pin, WRONG, "abcdef").unwrap_err();
        assert_eq!(error, wrong(Secret::Pin, 2), "{name}");
        bench
            .change(&id, Secret::Pin, PW1, "abcdef")
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(card.card().tries()[0], 3, "{name}");
        if let Some(credential) = info.found.credentials.first() {
            bench.sign(&id, credential, Some("abcdef")).unwrap();
        }
    }
}

/// The card knows where the old value ends and takes the rest for the new one's beginning.
#[test]
fn what_is_typed_behind_a_right_value_never_becomes_the_beginning_of_pw1() {
    for product in readable() {
        let name = product.name;
        let (bench, card) = watched(keys(product).reset_code(CODE));
        let (id, info) = bench.token_by(Look::Everything);
        let credential = &info.found.credentials[0];
        let longer = format!("{PW1}7");
        let error = bench
            .change(&id, Secret::Pin, &longer, "abcdef")
            .unwrap_err();
        assert_eq!(error, wrong(Secret::Pin, 2), "{name}");
        bench.sign(&id, credential, Some(PW1)).unwrap();
        let longer = format!("{CODE}7");
        let error = bench.unblock(&id, &longer, "abcdef").unwrap_err();
        assert_eq!(error, CardError::OtherPin(Secret::ResetCode), "{name}");
        assert_eq!(card.card().tries(), [2, 3, 3], "{name}");
        bench.unblock(&id, CODE, "abcdef").unwrap();
        bench.sign(&id, credential, Some("abcdef")).unwrap();
    }
}

#[test]
fn with_key_derivation_every_secret_is_hashed_and_one_wrong_entry_costs_one_try() {
    for product in [SMARTPGP, OPCARD, YUBIKEY5] {
        for wide in [false, true] {
            let name = product.name;
            // 100,000 is no multiple of salt and PIN: the last round is cut.
            let (bench, card) = watched(keys(product).reset_code(CODE).kdf(100_000, wide));
            let (id, info) = bench.token_by(Look::Everything);
            let credential = &info.found.credentials[0];
            let error = bench.sign(&id, credential, Some(WRONG)).unwrap_err();
            assert_eq!(error, wrong(Secret::Pin, 2), "{name}");
            bench
                .sign(&id, credential, Some(PW1))
                .unwrap_or_else(|error| panic!("{name}, {wide}: {error}"));
            bench.change(&id, Secret::Pin, PW1, "abcdef").unwrap();
            bench.sign(&id, credential, Some("abcdef")).unwrap();
            bench.unblock(&id, CODE, "ghijkl").unwrap();
            bench.sign(&id, credential, Some("ghijkl")).unwrap();
            assert_eq!(card.card().tries(), [3, 3, 3], "{name}");
        }
    }
    let (bench, _) = watched(keys(OPCARD).kdf(100_000, true));
    // Nothing was read but the tries: the terminal's form.
    let (id, _) = bench.token_by(Look::Tries);
    bench.unblock(&id, PW3, "abcdef").unwrap();
    bench.change(&id, Secret::Pin, "abcdef", PW1).unwrap();
}

#[test]
fn a_certificate_that_is_asked_for_by_its_number_is_found_in_both_places() {
    for product in readable().filter(|product| product.version[0] == 0x03) {
        let (bench, _) = watched(keys(product));
        let (_, all) = bench.token();
        for wanted in &all.found.credentials {
            let serial = Some(wanted.certificate.serial());
            let (_, info) = bench.token_by(Look::Signing(Search {
                serial,
                everything: false,
            }));
            let found = &info.found.credentials;
            assert!(
                found.iter().any(|it| it.label == wanted.label),
                "{}, {}: {found:?}",
                product.name,
                wanted.label
            );
        }
        let (_, none) = bench.token_by(Look::Signing(Search {
            serial: Some("DEAD".into()),
            everything: false,
        }));
        assert_eq!(none.found.credentials.len(), 2, "{}", product.name);
    }
}

#[test]
fn the_decryption_key_is_told_and_not_offered() {
    let (bench, _) = watched(keys(OPCARD).key(KeySlot::Decryption, KeyKind::Rsa2048));
    let (_, info) = bench.token_by(Look::Everything);
    assert_eq!(info.found.credentials.len(), 2);
    let [note] = &info.found.notes[..] else {
        panic!("{:?}", info.found.notes);
    };
    assert_eq!(note.place, "Decryption key (OpenPGP 2)");
    assert!(matches!(note.problem, Problem::Encryption(_)), "{note:?}");
}

#[test]
fn a_card_that_keeps_its_certificates_to_itself_is_a_token_without_certificates() {
    let (bench, card) = watched(keys(PICO));
    let (_, info) = bench.token_by(Look::Everything);
    assert!(info.found.credentials.is_empty(), "{:?}", info.found);
    assert_eq!(info.pin, Tries::Left(3));
    assert_eq!(secrets(&card), 0);
}

#[test]
fn the_serial_number_is_manufacturer_and_number_as_gnupg_shows_it() {
    for product in ALL {
        let (bench, _) = watched(keys(product));
        let (_, info) = bench.token_by(Look::Everything);
        let serial = info.serial.unwrap();
        assert_eq!(serial.len(), 12, "{serial}");
        assert!(
            serial.starts_with(&format!("{:04X}", product.manufacturer)),
            "{serial}"
        );
    }
}

#[test]
fn both_permissions_of_pw1_are_gone_when_the_dialogue_ends() {
    for product in readable() {
        let (mut bench, card) = watched(keys(product).several());
        let (id, info) = bench.token();
        for credential in &info.found.credentials {
            bench.sign(&id, credential, Some(PW1)).unwrap();
        }
        bench.stop();
        assert_eq!(card.card().is_verified(), [false, false]);
        assert_eq!(bench.reader.resets(), 1, "{}", product.name);
        let logged_out = card.card().sent().contains(&[0x00, 0x20, 0xFF, 0x81]);
        assert_eq!(logged_out, product.version[0] == 0x03, "{}", product.name);
    }
}

#[test]
fn openssl_agrees_with_p521_whose_hashes_are_all_shorter_than_its_curve() {
    // A card that wants the curve's length has its input filled; with a PIN for one signature
    // the first refusal would have used that up.
    for product in [YUBIKEY5, CANOKEY, SMARTPGP, OPCARD] {
        let built = card(product).key(KeySlot::Signature, KeyKind::P521);
        let (bench, _) = watched(built.several());
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        for algorithm in [
            HashAlgorithm::Sha256,
            HashAlgorithm::Sha384,
            HashAlgorithm::Sha512,
        ] {
            bench.send(Job::Sign {
                token: id.clone(),
                credential: Box::new(credential.clone()),
                digest: abc(algorithm),
                document: None,
                origin: bench::ORIGIN.into(),
                pin: Some(bench::secret(PW1)),
                last: LastTry::Keep,
            });
            let Report::Signed(signature) = bench.report() else {
                panic!("a signature");
            };
            let signature = signature.unwrap_or_else(|error| panic!("{}: {error}", product.name));
            let hash = algorithm.name().to_lowercase();
            let certificate = credential.certificate.der();
            assert!(openssl::verifies(certificate, &hash, &signature));
            assert!(!openssl::verifies(certificate, "sha224", &signature));
        }
    }
}
