//! Certificates and signatures of every kind of key.

use crate::bench::{Bench, abc, secret};
use securesign_app::worker::Look;
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::CardError;
use securesign_card::known::Known;
use securesign_card::profile::{PinUse, Search};
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::piv::emulator::{ALL, Builder, KeyKind, NIST, PivCard, Slot, YUBIKEY5};
use std::path::Path;
use std::process::Command;

use super::card::{Breaking, EXTENDED, PIN, card, p256};

#[test]
fn every_product_signs_with_every_kind_of_key() {
    for personality in ALL {
        let name = personality.name;
        let builder = card(*personality)
            .key(Slot::SIGNATURE, KeyKind::P256)
            .key(Slot::AUTHENTICATION, KeyKind::P384);
        let bench = Bench::new(builder.build().unwrap(), None);
        let (id, info) = bench.token();
        assert_eq!(
            info.found.credentials.len(),
            2,
            "{name}: {:?}",
            info.found.notes
        );
        for credential in &info.found.credentials {
            let signature = bench
                .sign(&id, credential, Some(PIN))
                .unwrap_or_else(|error| panic!("{name}, {}: {error}", credential.label));
            let digest = abc(HashAlgorithm::Sha256);
            assert!(
                credential
                    .certificate
                    .key()
                    .verify(ToSign::Digest(&digest), &signature)
            );
        }
        assert!(bench.reader.resets() <= 1);
    }
}

#[test]
fn rsa_of_every_length_signs_every_digest() {
    let kinds = [KeyKind::Rsa1024, KeyKind::Rsa2048];
    for (at, kind) in kinds.into_iter().enumerate() {
        for (max_data, extended) in [(None, false), (EXTENDED, true)] {
            let builder = card(NIST).key(Slot::AUTHENTICATION, kind);
            let builder = if extended {
                builder.extended_capability()
            } else {
                builder
            };
            let bench = Bench::new(builder.build().unwrap(), max_data);
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            assert_eq!(credential.when, PinUse::Once);
            let signature = bench.sign(&id, credential, Some(PIN)).unwrap();
            assert_eq!(signature.len(), 128 << at);
        }
    }
}

#[test]
fn compressed_and_odd_certificate_objects_are_read() {
    let forms: [fn(Builder, Slot) -> Builder; 4] = [
        Builder::gzip_certificate,
        Builder::zlib_certificate,
        Builder::net_id_certificate,
        Builder::bare,
    ];
    for form in forms {
        let builder = form(
            card(NIST).key(Slot::SIGNATURE, KeyKind::P256),
            Slot::SIGNATURE,
        );
        let bench = Bench::new(builder.build().unwrap(), None);
        let (id, info) = bench.token();
        assert_eq!(info.found.notes, Vec::new());
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
    }
}

#[test]
fn an_empty_object_is_no_certificate_and_a_broken_one_is_a_note() {
    let builder = card(NIST)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .raw_object(0x5FC105, &[0x53, 0x05, 0x70, 0x03, 0x30, 0x82, 0x01]);
    let bench = Bench::new(builder.build().unwrap(), None);
    let (_, info) = bench.token();
    assert_eq!(info.found.credentials.len(), 1);
    assert_eq!(info.found.notes.len(), 1, "{:?}", info.found.notes);
    let bench = Bench::new(
        card(NIST)
            .empty_object(Slot::AUTHENTICATION)
            .build()
            .unwrap(),
        None,
    );
    let (_, info) = bench.token();
    assert_eq!(
        (info.found.credentials.len(), info.found.notes.len()),
        (0, 0)
    );
}

#[test]
fn retired_keys_are_found_through_the_key_history() {
    let retired = Slot::retired(1).unwrap();
    let build = || {
        let builder = card(NIST)
            .key(Slot::SIGNATURE, KeyKind::P256)
            .key(retired, KeyKind::P384)
            .key_history(1, 0);
        Bench::new(builder.build().unwrap(), None)
    };
    let bench = build();
    // Not read as long as the usual places have what is wanted.
    assert_eq!(bench.token().1.found.credentials.len(), 1);
    let (id, info) = bench.token_by(Look::Everything);
    assert_eq!(info.found.credentials.len(), 2);
    let wanted = info.found.credentials[1].clone();
    assert_eq!(wanted.label, "Retired (82)");
    bench.sign(&id, &wanted, Some(PIN)).unwrap();
    let bench = build();
    let search = Search {
        serial: Some(wanted.certificate.serial()),
        everything: false,
    };
    let (_, info) = bench.token_by(Look::Signing(search));
    assert!(info.found.credentials.contains(&wanted));
}

/// A private key as PKCS#8, made by OpenSSL: quick for lengths that take minutes here.
fn openssl_key(folder: &Path, bits: u32) -> Vec<u8> {
    let openssl = |line: &str| {
        let mut openssl = Command::new("openssl");
        let made = openssl
            .current_dir(folder)
            .args(line.split(' '))
            .output()
            .expect("openssl");
        assert!(made.status.success(), "{line}");
    };
    openssl(&format!(
        "genpkey -algorithm RSA -out pem -pkeyopt rsa_keygen_bits:{bits}"
    ));
    openssl("pkcs8 -topk8 -nocrypt -in pem -outform DER -out der");
    std::fs::read(folder.join("der")).unwrap()
}

/// OpenSSL's word on a signature by a key (SubjectPublicKeyInfo).
fn openssl_verifies(folder: &Path, key: &[u8], digest: &Digest, signature: &[u8]) -> bool {
    for (name, bytes) in [
        ("key", key),
        ("digest", digest.bytes()),
        ("signature", signature),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let name = digest.algorithm().name().to_lowercase();
    let mut openssl = Command::new("openssl");
    openssl
        .current_dir(folder)
        .args(["pkeyutl", "-verify", "-pubin", "-keyform", "DER"]);
    openssl.args([
        "-inkey",
        "key",
        "-in",
        "digest",
        "-sigfile",
        "signature",
        "-pkeyopt",
    ]);
    openssl
        .arg(format!("digest:{name}"))
        .output()
        .expect("openssl")
        .status
        .success()
}

#[test]
fn every_kind_of_key_signs_every_digest_and_openssl_agrees() {
    let folder = std::env::temp_dir().join(format!("securesign-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let slot = Slot::AUTHENTICATION;
    let cards = [
        card(NIST).key(slot, KeyKind::Rsa1024),
        card(NIST).key(slot, KeyKind::Rsa2048),
        card(NIST).pkcs8(slot, &openssl_key(&folder, 3072)),
        card(NIST).pkcs8(slot, &openssl_key(&folder, 4096)),
        card(NIST).key(slot, KeyKind::P256),
        card(NIST).key(slot, KeyKind::P384),
    ];
    for builder in cards {
        let mut piv = builder.extended_capability().build().unwrap();
        let key = piv.public_key(slot).unwrap();
        let atr = Atr::parse(&piv.atr()).unwrap();
        for extended in [Extended::UNKNOWN, Extended::of(&atr, EXTENDED)] {
            let mut line = Breaking {
                card: &mut piv,
                whole: false,
            };
            let mut known = Known::new(extended);
            let token = Token::open(&mut line, &atr, &mut known, securesign_vendors::PROFILES);
            let mut token = token.unwrap().unwrap();
            let credential = token
                .credentials(&Search::default())
                .unwrap()
                .credentials
                .remove(0);
            let name = credential.certificate.key().display();
            for algorithm in HashAlgorithm::ALL {
                let digest = abc(algorithm);
                let what = ToSign::Digest(&digest);
                let signature = token
                    .sign(&credential, what, &secret(PIN), LastTry::Keep)
                    .unwrap_or_else(|error| panic!("{name}, {}: {error}", algorithm.name()));
                let good = openssl_verifies(&folder, &key, &digest, &signature);
                assert!(good, "{name}, {}", algorithm.name());
                // The judge does not agree with everything.
                let other = Digest::of(algorithm, b"abd");
                assert!(
                    !openssl_verifies(&folder, &key, &other, &signature),
                    "{name}"
                );
            }
            token.close();
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_ed25519_key_signs_messages_and_is_not_asked_for_a_digest() {
    let slot = Slot::AUTHENTICATION;
    let mut piv = card(YUBIKEY5).key(slot, KeyKind::Ed25519).build().unwrap();
    let atr = Atr::parse(&piv.atr()).unwrap();
    let mut line = Breaking {
        card: &mut piv,
        whole: false,
    };
    let mut known = Known::new(Extended::UNKNOWN);
    let token = Token::open(&mut line, &atr, &mut known, securesign_vendors::PROFILES);
    let mut token = token.unwrap().unwrap();
    let credential = token
        .credentials(&Search::default())
        .unwrap()
        .credentials
        .remove(0);
    assert_eq!(
        credential
            .certificate
            .key()
            .signature_algorithm(HashAlgorithm::Sha256),
        None
    );
    let digest = Digest::of(HashAlgorithm::Sha256, b"a whole message");
    let message = ToSign::Message(&digest, b"a whole message");
    let signature = token
        .sign(&credential, message, &secret(PIN), LastTry::Keep)
        .unwrap();
    assert_eq!(signature.len(), 64);
    let digest = abc(HashAlgorithm::Sha256);
    let error = token.sign(
        &credential,
        ToSign::Digest(&digest),
        &secret(PIN),
        LastTry::Keep,
    );
    assert!(matches!(error, Err(CardError::Unsupported(_))));
    token.close();
}

/// A card whose certificate belongs to another key than the one that signs.
#[test]
fn a_signature_that_does_not_fit_the_certificate_is_thrown_away() {
    let other = p256(YUBIKEY5);
    let foreign = other.certificate(Slot::SIGNATURE).unwrap().to_vec();
    let piv = PivCard::builder(NIST)
        .seed(b"another seed")
        .key(Slot::SIGNATURE, KeyKind::P256)
        .certificate(Slot::SIGNATURE, &foreign)
        .build()
        .unwrap();
    let bench = Bench::new(piv, None);
    let (id, info) = bench.token();
    let error = bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap_err();
    assert_eq!(error, CardError::BadSignature);
}
