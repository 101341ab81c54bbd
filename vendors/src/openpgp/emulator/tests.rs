//! Rows of the specification and of cards that were seen (sheet, §15) as expectations;
//! nothing here is taken from the emulator's own output.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::emulator::key::KeyKind;
use crate::emulator::tlv;

const SELECT: &[u8] = &[
    0x00, 0xA4, 0x04, 0x00, 0x06, 0xD2, 0x76, 0x00, 0x01, 0x24, 0x01, 0x00,
];
const C4: &[u8] = &[0x00, 0xCA, 0x00, 0xC4, 0x00];
const RIGHT: &[u8] = b"123456";
const WRONG: &[u8] = b"654321";
/// S, C, O, N of the sheet.
const SEEN: [Product; 4] = [SMARTPGP, CANOKEY, PICO, OPCARD];

fn card(product: Product) -> OpenPgpCard {
    let mut card = OpenPgpCard::builder(product)
        .seed(b"openpgp tests")
        .key(KeySlot::Signature, KeyKind::P256)
        .key(KeySlot::Authentication, KeyKind::P384)
        .build()
        .unwrap();
    assert_eq!(sw(&mut card, SELECT), 0x9000);
    card
}

fn split(mut bytes: Vec<u8>) -> (Vec<u8>, u16) {
    let low = bytes.pop().unwrap();
    let high = bytes.pop().unwrap();
    (bytes, u16::from_be_bytes([high, low]))
}

fn sw(card: &mut OpenPgpCard, command: &[u8]) -> u16 {
    split(card.transmit(command)).1
}

/// The whole answer, GET RESPONSE included.
fn drained(card: &mut OpenPgpCard, command: &[u8]) -> (Vec<u8>, u16) {
    let (mut data, mut status) = split(card.transmit(command));
    while status >> 8 == 0x61 {
        let (more, next) = split(card.transmit(&[0x00, 0xC0, 0x00, 0x00, 0x00]));
        data.extend(more);
        status = next;
    }
    (data, status)
}

fn with(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&header[..], &[data.len() as u8], data].concat()
}

fn verify(card: &mut OpenPgpCard, reference: u8, value: &[u8]) -> u16 {
    sw(card, &with([0x00, 0x20, 0x00, reference], value))
}

fn sign(card: &mut OpenPgpCard) -> u16 {
    sw(card, &with([0x00, 0x2A, 0x9E, 0x9A], &[7; 32]))
}

#[test]
fn three_wrong_ones_and_the_right_one_when_it_is_blocked() {
    let rows: [[u16; 4]; 4] = [
        [0x6982, 0x6982, 0x6982, 0x6982],
        [0x6982, 0x6982, 0x6983, 0x6983],
        [0x63C2, 0x63C1, 0x6983, 0x6983],
        [0x63C2, 0x63C1, 0x63C0, 0x63C0],
    ];
    for (product, row) in SEEN.into_iter().zip(rows) {
        let mut card = card(product);
        for (at, wanted) in row.into_iter().enumerate() {
            let value = if at == 3 { RIGHT } else { WRONG };
            assert_eq!(
                verify(&mut card, 0x81, value),
                wanted,
                "{} {at}",
                product.name
            );
            let left = split(card.transmit(C4)).0[4];
            assert_eq!(left, [2, 1, 0, 0][at], "{} {at}", product.name);
        }
    }
}

#[test]
fn a_length_that_cannot_be_is_free_only_where_the_card_looks_at_it() {
    for (product, status, left) in [
        (SMARTPGP, 0x6700, 3),
        (CANOKEY, 0x6700, 3),
        (PICO, 0x63C2, 2),
        (OPCARD, 0x63C2, 2),
    ] {
        let mut card = card(product);
        assert_eq!(verify(&mut card, 0x81, b"1"), status, "{}", product.name);
        assert_eq!(card.tries()[0], left, "{}", product.name);
    }
}

#[test]
fn pw1_serves_one_signature_or_several() {
    for (product, second) in [
        (SMARTPGP, 0x6982),
        (CANOKEY, 0x6982),
        (PICO, 0x9000),
        (OPCARD, 0x6982),
    ] {
        let mut card = card(product);
        assert_eq!(sign(&mut card), 0x6982);
        assert_eq!(verify(&mut card, 0x82, RIGHT), 0x9000);
        assert_eq!(sign(&mut card), 0x6982, "82 never serves CDS");
        assert_eq!(verify(&mut card, 0x81, RIGHT), 0x9000);
        assert_eq!(sign(&mut card), 0x9000);
        assert_eq!(sign(&mut card), second, "{}", product.name);
        // PUT C4=01 with PW3, then twice.
        assert_eq!(verify(&mut card, 0x83, b"12345678"), 0x9000);
        assert_eq!(sw(&mut card, &with([0x00, 0xDA, 0x00, 0xC4], &[1])), 0x9000);
        assert_eq!(verify(&mut card, 0x81, RIGHT), 0x9000);
        assert_eq!((sign(&mut card), sign(&mut card)), (0x9000, 0x9000));
    }
}

#[test]
fn an_empty_verify_revokes_on_canokey_and_costs_where_that_is_said() {
    for (product, after) in [(SMARTPGP, 0x9000), (CANOKEY, 0x6982), (OPCARD, 0x9000)] {
        let mut card = card(product);
        assert_eq!(sw(&mut card, &[0x00, 0x20, 0x00, 0x81]), 0x63C3);
        assert_eq!(verify(&mut card, 0x81, RIGHT), 0x9000);
        assert_eq!(sw(&mut card, &[0x00, 0x20, 0x00, 0x81]), 0x9000);
        assert_eq!(sign(&mut card), after, "{}", product.name);
    }
    let mut card = card(OVERCHARGED);
    sw(&mut card, &[0x00, 0x20, 0x00, 0x81]);
    assert_eq!(card.tries(), [2, 0, 3]);
}

#[test]
fn unblocking_by_code_and_by_pw3() {
    for (product, unset, wrong, by_code) in [
        (SMARTPGP, 0x6982, 0x6982, 0x9000),
        (CANOKEY, 0x6982, 0x6982, 0x9000),
        (PICO, 0x6400, 0x6400, 0x6400),
        (OPCARD, 0x6982, 0x63C2, 0x9000),
    ] {
        let mut card = card(product);
        (0..3).for_each(|_| _ = verify(&mut card, 0x81, WRONG));
        let code = |code: &[u8]| with([0x00, 0x2C, 0x00, 0x81], &[code, b"222222"].concat());
        assert_eq!(sw(&mut card, &code(b"87654321")), unset, "{}", product.name);
        assert_eq!(
            sw(&mut card, &with([0x00, 0x2C, 0x02, 0x81], b"222222")),
            0x6982
        );
        assert_eq!(verify(&mut card, 0x83, b"12345678"), 0x9000);
        assert_eq!(
            sw(&mut card, &with([0x00, 0xDA, 0x00, 0xD3], b"87654321")),
            0x9000
        );
        assert_eq!(sw(&mut card, &code(b"99999999")), wrong, "{}", product.name);
        assert_eq!(
            sw(&mut card, &code(b"87654321")),
            by_code,
            "{}",
            product.name
        );
        assert_eq!(
            sw(&mut card, &with([0x00, 0x2C, 0x02, 0x81], b"333333")),
            0x9000
        );
        assert_eq!(card.tries()[0], 3);
        assert_eq!(
            verify(&mut card, 0x81, b"333333"),
            0x9000,
            "{}",
            product.name
        );
    }
}

#[test]
fn application_data_has_its_tag_or_not() {
    for (product, begins) in [
        (SMARTPGP, &[0x6E][..]),
        (CANOKEY, &[0x6E]),
        (PICO, &[0x4F, 0x10]),
        (OPCARD, &[0x4F, 0x10]),
    ] {
        let mut card = card(product);
        let (data, status) = drained(&mut card, &[0x00, 0xCA, 0x00, 0x6E, 0x00]);
        assert_eq!(status, 0x9000);
        assert!(data.starts_with(begins), "{}", product.name);
        assert_eq!(sw(&mut card, &[0x00, 0xCA, 0x7E, 0x7E, 0x00]), 0x6A88);
        let (id, _) = split(card.transmit(&[0x00, 0xCA, 0x00, 0x4F, 0x00]));
        assert_eq!((id.len(), &id[..6]), (16, &AID[..]));
    }
}

#[test]
fn three_certificates_by_occurrence_and_the_choice_holds_for_one_command() {
    let path = [0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21];
    let get = &[0x00, 0xCA, 0x7F, 0x21, 0x00];
    let mut card = card(CANOKEY);
    for (occurrence, slot) in [(0, KeySlot::Authentication), (2, KeySlot::Signature)] {
        assert_eq!(
            sw(&mut card, &with([0x00, 0xA5, occurrence, 0x04], &path)),
            0x9000
        );
        let (der, _) = drained(&mut card, get);
        assert_eq!(Some(&der[..]), card.certificate(slot));
    }
    assert_eq!(sw(&mut card, &with([0x00, 0xA5, 2, 0x04], &path)), 0x9000);
    sw(&mut card, C4);
    let (der, _) = drained(&mut card, get);
    assert_eq!(Some(&der[..]), card.certificate(KeySlot::Authentication));
    // The YubiKey's extra byte.
    let longer = [&[0x06], &path[..]].concat();
    assert_eq!(sw(&mut card, &with([0x00, 0xA5, 2, 0x04], &longer)), 0x6A80);
    let mut other = super::tests::card(YUBIKEY52);
    assert_eq!(sw(&mut other, &with([0x00, 0xA5, 2, 0x04], &path)), 0x6A80);
    assert_eq!(
        sw(&mut other, &with([0x00, 0xA5, 2, 0x04], &longer)),
        0x9000
    );
}

#[test]
fn inputs_to_ecdsa_and_the_length_of_its_answers() {
    for (product, accepted) in [
        (SMARTPGP, &[20, 32, 48, 64][..]),
        (CANOKEY, &[20, 32]),
        (PICO, &[20, 31, 32, 48, 64]),
        (OPCARD, &[32]),
    ] {
        for len in [20, 31, 32, 48, 64] {
            let mut card = card(product);
            assert_eq!(verify(&mut card, 0x81, RIGHT), 0x9000);
            let input = vec![7; len];
            let answer = card.transmit(&with([0x00, 0x2A, 0x9E, 0x9A], &input));
            let (signature, status) = split(answer);
            let taken = accepted.contains(&len) || (product.name == "canokey" && len < 32);
            assert_eq!(status == 0x9000, taken, "{} {len}", product.name);
            if taken {
                assert!([64, 66].contains(&signature.len()));
                assert!(product.name == "smartpgp" || signature.len() == 64);
            }
        }
    }
    // r begins with a set bit: both halves a byte more.
    let number = |first: u8| tlv::element(0x02, &[&[0x00][..], &[first], &[1; 31]].concat());
    let small = tlv::element(0x02, &[1; 32]);
    let der = tlv::element(0x30, &[number(0x80), small].concat());
    assert_eq!(sign::wide(&der, KeyKind::P256).unwrap().len(), 66);
}

#[test]
fn names_that_select_takes() {
    let full = card(SMARTPGP).aid();
    for (product, five, eight, whole) in [
        (SMARTPGP, 0x9000, 0x9000, 0x9000),
        (CANOKEY, 0x6A82, 0x6A82, 0x6A82),
        (PICO, 0x6A82, 0x9000, 0x9000),
    ] {
        let mut card = card(product);
        let own = [&card.aid()[..], &[]].concat();
        for (name, wanted) in [(&own[..5], five), (&own[..8], eight), (&own, whole)] {
            let command = with([0x00, 0xA4, 0x04, 0x00], name);
            assert_eq!(sw(&mut card, &command), wanted, "{}", product.name);
        }
    }
    assert_eq!(full[..6], AID);
}

#[test]
fn no_bytes_make_it_panic() {
    for product in ALL {
        let mut card = card(product);
        for byte in 0..=0xFF {
            for tail in [&[][..], &[0x00], &[0xFF], &[0x02, 0x01, 0x02], &[0, 0, 0]] {
                card.transmit(&[&[0x00, byte, byte, 0x81], tail].concat());
                card.transmit(&[&[byte, 0x2A, 0x9E, 0x9A], tail].concat());
                card.transmit(tail);
            }
        }
    }
}
