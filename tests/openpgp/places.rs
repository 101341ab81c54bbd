//! The decryption key in the place of the authentication key, and curves that are longer than
//! every hash.

use super::instead::Instead;
use super::*;

const DECRYPTION: &str = "Decryption key (OpenPGP 2)";

/// With a key in each place, and the serial number of the decryption key's certificate.
fn three(product: Product) -> (OpenPgpCard, String) {
    let builder = keys(product).key(KeySlot::Decryption, KeyKind::Rsa2048);
    let card = builder.several().build().unwrap();
    let der = card.certificate(KeySlot::Decryption).unwrap();
    let serial = Certificate::parse(der).unwrap().serial();
    (card, serial)
}

fn named(serial: &str) -> Look {
    Look::Signing(Search {
        serial: Some(serial.to_owned()),
        everything: false,
    })
}

fn credential<'i>(info: &'i TokenInfo, label: &str) -> Option<&'i Credential> {
    let mut found = info.found.credentials.iter();
    found.find(|credential| credential.label == label)
}

#[test]
fn the_decryption_key_signs_for_who_asks_for_its_certificate_where_the_card_lets_it() {
    for product in readable() {
        let name = product.name;
        let (card, serial) = three(product);
        let bench = Bench::new(card, None);
        let (id, info) = bench.token_by(named(&serial));
        let wanted = credential(&info, DECRYPTION);
        assert_eq!(wanted.is_some(), product.manages_environment, "{name}");
        let Some(wanted) = wanted.cloned() else {
            continue;
        };
        let (_, all) = bench.token_by(Look::Everything);
        let own = credential(&all, "Authentication key (OpenPGP 3)").unwrap();
        // Each signature is compared with the certificate of its key.
        for credential in [&wanted, own, &wanted, &wanted, own, own] {
            bench.sign(&id, credential, Some(PW1)).unwrap();
        }
    }
}

#[test]
fn a_card_that_only_says_that_it_swaps_keys_gives_no_signature_of_another_key() {
    let (card, serial) = three(OPCARD);
    let card = Shared::new(card);
    // Says yes and does nothing, as pico-openpgp does.
    let liar = Instead::of(card.clone(), |card, command| match command {
        [_, 0x22, ..] => vec![0x90, 0x00],
        _ => card.transmit(command),
    });
    let bench = Bench::new(liar, None);
    let (id, info) = bench.token_by(named(&serial));
    let wanted = credential(&info, DECRYPTION).unwrap();
    let refused = bench.sign(&id, wanted, Some(PW1));
    // The keys are of two kinds: the card may notice, and else we do.
    assert!(
        matches!(
            refused,
            Err(CardError::BadSignature | CardError::Refused { .. } | CardError::Declined { .. })
        ),
        "{refused:?}"
    );
    assert_eq!(card.card().tries(), [3, 0, 3]);
}

#[test]
fn a_card_that_wants_an_input_as_long_as_the_curve_gets_it_at_once_from_then_on() {
    // Its PIN is good for one signature: what is refused uses that up.
    let (bench, card) = watched(card(OPCARD).key(KeySlot::Signature, KeyKind::P521));
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    assert_eq!(credential.when, PinUse::Always);
    bench.sign(&id, credential, Some(PW1)).unwrap_err();
    assert_eq!(secrets(&card), 1, "nothing is sent again by itself");
    for sent in [2, 3] {
        bench.sign(&id, credential, Some(PW1)).unwrap();
        assert_eq!(secrets(&card), sent);
    }
}
