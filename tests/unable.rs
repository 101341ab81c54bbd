//! What a card cannot sign with is known before the PIN is asked for: it is listed with
//! its reason, and costs no try.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use std::process::Command;

use bench::{Bench, Shared};
use securesign_card::certificate::Certificate;
use securesign_card::error::{CardError, Missing};
use securesign_vendors::epass2003::emulator::{Container, Epass, Mode};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

const PIN: &str = "12345678";
const USB: Option<usize> = Some(2100);

fn openssl(args: &[&str]) -> Vec<u8> {
    let done = Command::new("openssl").args(args).output().unwrap();
    assert!(done.status.success(), "{args:?}: {done:?}");
    done.stdout
}

/// A certificate of a key of this kind, DER.
fn certificate(kind: &[&str]) -> Vec<u8> {
    let usage = "keyUsage=critical,digitalSignature,nonRepudiation";
    #[rustfmt::skip]
    let mut line = vec![
        "req", "-x509", "-nodes", "-subj", "/CN=Ada Lovelace", "-days", "3650", "-addext", usage,
        "-addext", "basicConstraints=CA:FALSE", "-outform", "DER", "-keyout", "/dev/null",
    ];
    line.extend_from_slice(kind);
    openssl(&line)
}

#[test]
fn a_key_that_an_epass2003_cannot_sign_with_costs_no_try() {
    let table: [(&[&str], Missing); 4] = [
        (
            &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
            Missing::KeyKind,
        ),
        (&["-newkey", "ed25519"], Missing::KeyKind),
        (&["-newkey", "rsa:3072"], Missing::KeyLength),
        (&["-newkey", "rsa:4096"], Missing::KeyLength),
    ];
    for (kind, missing) in table {
        for mode in [Mode::Aes, Mode::Plain] {
            let container = Container::signing("CN=Ada Lovelace,C=IN");
            let card = Epass::l2(mode).seed(b"tests").certificate(container);
            let card = Shared::new(card.build().unwrap());
            let bench = Bench::new(card.clone(), USB);
            let (id, info) = bench.token();
            let mut credential = info.found.credentials[0].clone();
            credential.certificate = Certificate::parse(&certificate(kind)).unwrap();
            let challenges = card.card().count(0x84);
            let error = bench.sign(&id, &credential, Some(PIN)).unwrap_err();
            let expected = match kind {
                [_, "ed25519"] => Missing::Ed25519,
                _ => missing,
            };
            assert_eq!(error, CardError::Unsupported(expected), "{kind:?}");
            assert_eq!(card.card().count(0x84), challenges, "{kind:?}");
            assert!(!card.card().is_verified());
        }
    }
}

#[test]
fn an_rsa_key_of_a_length_that_piv_has_no_name_for_costs_no_try() {
    let card = PivCard::builder(NIST)
        .seed(b"tests")
        .key(Slot::SIGNATURE, KeyKind::Rsa2048)
        .certificate(Slot::SIGNATURE, &certificate(&["-newkey", "rsa:1536"]));
    let bench = Bench::new(card.build().unwrap(), USB);
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    assert_eq!(credential.missing, Some(Missing::KeyLength));
    let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
    assert_eq!(error, CardError::Unsupported(Missing::KeyLength));
    assert_eq!(bench.token().1.pin, info.pin);
}

/// Without chaining a block for RSA-2048 needs a reader that takes it in one piece, with
/// what secure messaging adds to it.
#[test]
fn a_block_that_is_too_long_for_the_reader_costs_no_try() {
    for (reader, plain, wrapped) in [
        (None, false, false),
        (Some(0x100), false, false),
        (Some(261), false, false),
        (Some(265), true, false),
        (Some(310), true, true),
        (USB, true, true),
    ] {
        for (mode, fits) in [(Mode::Plain, plain), (Mode::Aes, wrapped)] {
            let container = Container::signing("CN=Ada Lovelace,C=IN");
            let card = Epass::l2(mode).seed(b"tests").certificate(container);
            let card = Shared::new(card.build().unwrap());
            let bench = Bench::new(card.clone(), reader);
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            let challenges = card.card().count(0x84);
            let signed = bench.sign(&id, credential, Some(PIN));
            if fits {
                assert_eq!(credential.missing, None, "{reader:?}");
                signed.unwrap_or_else(|error| panic!("{reader:?}: {error}"));
            } else {
                assert_eq!(credential.missing, Some(Missing::Reader), "{reader:?}");
                let error = CardError::Unsupported(Missing::Reader);
                assert_eq!(signed.unwrap_err(), error, "{reader:?}");
                assert_eq!(card.card().count(0x84), challenges, "{reader:?}");
            }
        }
    }
}
