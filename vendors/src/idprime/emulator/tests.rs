//! Rows of what was recorded of real cards and of OpenSC's traffic as expectations;
//! nothing here is taken from the emulator's own output.
#![allow(clippy::unwrap_used)]

mod any;

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::*;
use crate::emulator::KeyKind;

const SELECT: &[u8] = &[
    0x00, 0xA4, 0x04, 0x0C, 0x0B, 0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62,
];
const STATUS: &[u8] = &[0x00, 0x20, 0x00, 0x11];
const COMPUTE: &[u8] = &[0x00, 0x2A, 0x9E, 0x9A, 0x00];

fn builder(product: Product) -> Builder {
    IdPrimeCard::builder(product).seed(b"idprime tests")
}

fn card(product: Product) -> IdPrimeCard {
    let kind = KeyKind::Rsa1024;
    selected(builder(product).key(0, kind).key(1, kind))
}

fn selected(builder: Builder) -> IdPrimeCard {
    let mut card = builder.build().unwrap();
    assert_eq!(sw(&mut card, SELECT), 0x9000);
    card
}

fn split(mut bytes: Vec<u8>) -> (Vec<u8>, u16) {
    let low = bytes.pop().unwrap();
    let high = bytes.pop().unwrap();
    (bytes, u16::from_be_bytes([high, low]))
}

fn sw(card: &mut IdPrimeCard, command: &[u8]) -> u16 {
    split(card.transmit(command)).1
}

fn with(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&header[..], &[data.len() as u8], data].concat()
}

fn padded(pin: &[u8]) -> Vec<u8> {
    let mut pin = pin.to_vec();
    pin.resize(16, 0x00);
    pin
}

fn verify(card: &mut IdPrimeCard, reference: u8, value: &[u8]) -> u16 {
    sw(card, &with([0x00, 0x20, 0x00, reference], value))
}

/// In the product's form.
fn log_in(card: &mut IdPrimeCard, reference: u8, pin: &[u8]) -> u16 {
    let value = match card.product.pin_form {
        PinForm::Padded => padded(pin),
        PinForm::Bare => pin.to_vec(),
    };
    verify(card, reference, &value)
}

/// MANAGE SECURITY ENVIRONMENT, the hash, the signature: the first that fails.
fn sign(card: &mut IdPrimeCard, algorithm: u8, reference: u8, hash: &[u8]) -> u16 {
    let environment = [0x80, 0x01, algorithm, 0x84, 0x01, reference];
    let hash = [&[0x90, hash.len() as u8], hash].concat();
    for command in [
        with([0x00, 0x22, 0x41, 0xB6], &environment),
        [with([0x00, 0x2A, 0x90, 0xA0], &hash), vec![0x00]].concat(),
    ] {
        match sw(card, &command) {
            0x9000 => {}
            status => return status,
        }
    }
    sw(card, COMPUTE)
}

#[test]
fn the_wrong_form_of_a_pin_is_free_or_costs_a_try() {
    for product in ALL {
        let mut card = card(product);
        let (wrong, status, left) = match product.pin_form {
            PinForm::Padded => (b"123456".to_vec(), 0x6700, 5),
            PinForm::Bare => (padded(b"123456"), 0x63C4, 4),
        };
        assert_eq!(verify(&mut card, 0x11, &wrong), status, "{}", product.name);
        assert_eq!(card.tries()[0], left, "{}", product.name);
        assert_eq!(log_in(&mut card, 0x11, b"123456"), 0x9000);
        assert_eq!(sw(&mut card, STATUS), 0x9000);
        // Log-out, and the other instruction that software of the maker sends.
        assert_eq!(sw(&mut card, &[0x00, 0x20, 0xFF, 0x11]), 0x9000);
        assert_eq!(sw(&mut card, &[0x00, 0x21, 0x00, 0x11]), 0x63C5);
        assert_eq!(sw(&mut card, &[0x00, 0x20, 0x00, 0x11, 0x00]), 0x63C5);
    }
}

#[test]
fn tries_count_down_to_blocked_and_the_puk_restores_them() {
    let mut card = selected(builder(MD830).tries(3).puk("00000000"));
    for status in [0x63C2, 0x63C1, 0x6983, 0x6983] {
        assert_eq!(verify(&mut card, 0x11, b"999999"), status);
    }
    assert_eq!(verify(&mut card, 0x11, b"123456"), 0x6983);
    assert_eq!(sw(&mut card, STATUS), 0x6983);
    let unblock = |puk: &[u8]| with([0x00, 0x2C, 0x00, 0x11], &[puk, b"4321"].concat());
    assert_eq!(sw(&mut card, &unblock(b"11111111")), 0x63C2);
    assert_eq!(sw(&mut card, &unblock(b"00000000")), 0x9000);
    assert_eq!(card.tries(), [3, 0, 3]);
    assert_eq!(verify(&mut card, 0x11, b"4321"), 0x9000);
    let change = with([0x00, 0x24, 0x00, 0x11], b"4321654321");
    assert_eq!(sw(&mut card, &change), 0x9000);
    assert_eq!(verify(&mut card, 0x11, b"654321"), 0x9000);
    let mut card = selected(builder(MD830).without_puk());
    assert_eq!(sw(&mut card, &unblock(b"00000000")), 0x6A88);
}

#[test]
fn the_order_of_a_signature() {
    let mut card = card(MD830);
    assert_eq!(sw(&mut card, COMPUTE), 0x6985);
    assert_eq!(sign(&mut card, 0x42, 0x41, &[7; 32]), 0x6982);
    assert_eq!(verify(&mut card, 0x11, b"123456"), 0x9000);
    assert_eq!(sign(&mut card, 0x42, 0x40, &[7; 32]), 0x6A88);
    assert_eq!(sign(&mut card, 0x12, 0x41, &[7; 20]), 0x6A80, "no SHA-1");
    assert_eq!(sign(&mut card, 0x42, 0x41, &[7; 31]), 0x6A80);
    assert_eq!(sign(&mut card, 0x44, 0x41, &[7; 32]), 0x6A80, "no EC key");
    for (algorithm, length) in [(0x42, 32), (0x52, 48), (0x62, 64), (0x45, 32), (0x02, 51)] {
        assert_eq!(sign(&mut card, algorithm, 0x41, &vec![7; length]), 0x9000);
        assert_eq!(sw(&mut card, COMPUTE), 0x6985, "one hash, one signature");
    }
    // Either order of the parts.
    let turned = [0x84, 0x01, 0x42, 0x80, 0x01, 0x42];
    assert_eq!(
        sw(&mut card, &with([0x00, 0x22, 0x41, 0xB6], &turned)),
        0x9000
    );
    // Selecting the application again logs out.
    assert_eq!(sw(&mut card, SELECT), 0x9000);
    assert_eq!(sw(&mut card, STATUS), 0x63C5);
}

#[test]
fn keys_are_called_as_the_product_counts_them() {
    for (product, references) in [
        (MD3810, [0x31, 0x32]),
        (MD830, [0x41, 0x42]),
        (IDPRIME930, [0x11, 0x13]),
        (IDPRIME840, [0xF7, 0xF8]),
        (IDPRIME940, [0x56, 0x57]),
        (ETOKEN_5110_PLUS, [0x10, 0x12]),
    ] {
        let mut card = card(product);
        log_in(&mut card, 0x11, b"123456");
        for reference in 0..=0xFF {
            let known = references.contains(&reference);
            let status = sign(&mut card, 0x42, reference, &[7; 32]);
            assert_eq!(status == 0x9000, known, "{} {reference:X}", product.name);
        }
    }
}

#[test]
fn the_signature_pin_is_good_for_one_signature() {
    let kind = KeyKind::P256;
    let mut card = selected(builder(IDPRIME940).key(0, kind).key(1, kind).consent(1));
    let map = card.file(0x0005).unwrap();
    assert_eq!(map[..8], [0x01, 0x56, 0, 0, 0, 0, 0, 0x01]);
    assert_eq!(map[8..16], [0x01, 0x57, 1, 0, 0, 0, 0, 0x02]);
    assert_eq!((map.len(), map[16]), (64, 0));
    assert_eq!(log_in(&mut card, 0x11, b"123456"), 0x9000);
    assert_eq!(sign(&mut card, 0x44, 0x57, &[7; 32]), 0x6982);
    assert_eq!(log_in(&mut card, 0x83, b"654321"), 0x9000);
    assert_eq!(sign(&mut card, 0x44, 0x57, &[7; 32]), 0x9000);
    assert_eq!(sign(&mut card, 0x44, 0x57, &[7; 32]), 0x6982);
    assert_eq!(sign(&mut card, 0x44, 0x56, &[7; 32]), 0x9000);
    assert_eq!(sign(&mut card, 0x44, 0x56, &[7; 32]), 0x9000);
    assert_eq!(log_in(&mut card, 0x83, b"123456"), 0x63C4);
    assert_eq!(card.tries(), [5, 4, 5]);
    let mut card = super::tests::card(MD830);
    assert_eq!(sw(&mut card, &[0x00, 0x20, 0x00, 0x83]), 0x6A88);
}

#[test]
fn files_are_as_the_worked_ones_and_are_not_read_beyond_their_end() {
    let mut card = card(IDPRIME940);
    let index = card.file(0x0101).unwrap().to_vec();
    assert_eq!(index.len(), 1 + 21 * usize::from(index[0]));
    let first = [
        0x02, 0x02, 0x00, 0x06, b'c', b'a', b'r', b'd', b'c', b'f', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
    ];
    assert_eq!(index[1..22], first);
    let (fci, _) = split(card.transmit(&[0x00, 0xA4, 0x08, 0x00, 0x02, 0x01, 0x01, 0x00]));
    let length = index.len() as u8;
    assert_eq!(
        fci,
        [0x6F, 0x07, 0x80, 0x02, 0x00, length, 0x82, 0x01, 0x01]
    );
    let (read, _) = split(card.transmit(&[0x00, 0xB0, 0x00, 0x00, length]));
    assert_eq!(read, index);
    let beyond = [0x00, 0xB0, 0x00, 0x00, length + 1];
    assert_eq!(sw(&mut card, &beyond), 0x6C00 | u16::from(length));
    let mut token = super::tests::card(ETOKEN_5110_CC);
    sw(
        &mut token,
        &[0x00, 0xA4, 0x08, 0x00, 0x02, 0x01, 0x01, 0x00],
    );
    assert_eq!(sw(&mut token, &beyond), 0x6B00);
    for absent in [[0x2F, 0x00], [0x50, 0x15], [0x50, 0x31]] {
        let select = with([0x00, 0xA4, 0x08, 0x0C], &absent);
        assert_eq!(sw(&mut card, &select), 0x6A82);
    }
    let map = card.file(0x0204).unwrap();
    assert_eq!(map.len(), 0x050A);
    assert_eq!(map[..4], [0x7B, 0x00, 0x30, 0x00]);
    assert_eq!(map[80..86], [0x03, 0x00, 0x00, 0x04, 0x00, 0x00]);
    assert_eq!(map[172], 0x00);
    let certificate = card.file(0x0207).unwrap();
    let mut plain = Vec::new();
    ZlibDecoder::new(&certificate[4..])
        .read_to_end(&mut plain)
        .unwrap();
    assert_eq!(certificate[..2], [0x01, 0x00]);
    assert_eq!(
        certificate[2..4],
        u16::try_from(plain.len()).unwrap().to_le_bytes()
    );
}

#[test]
fn without_le_what_there_is_waits() {
    let mut card = card(IDPRIME840);
    let select = [0x00, 0xA4, 0x08, 0x00, 0x02, 0x01, 0x01];
    assert_eq!(sw(&mut card, &select), 0x6109);
    let (fci, status) = split(card.transmit(&[0x00, 0xC0, 0x00, 0x00, 0x09]));
    assert_eq!((fci.len(), status), (9, 0x9000));
    assert_eq!(sw(&mut card, &[0x00, 0xC0, 0x00, 0x00, 0x09]), 0x6985);
    assert_eq!(sw(&mut card, &[0x00, 0xCA, 0xDF, 0x30, 0x2D]), 0x6C0A);
    let (version, _) = split(card.transmit(&[0x00, 0xCA, 0xDF, 0x30, 0x0A]));
    assert_eq!(version, b"\xDF\x30\x074.3.5.D");
}

#[test]
fn a_container_may_lack_what_others_have() {
    let kind = KeyKind::P256;
    let given = builder(IDPRIME940).key(3, kind).build().unwrap();
    let given = given.file(0x0207).unwrap().to_vec();
    let card = builder(IDPRIME940)
        .key(0, kind)
        .without_certificate(0)
        .certificate(2, &given)
        .key(3, kind)
        .raw(3)
        .file(0x0204, &[0; 0x050A])
        .without_file(0x0202)
        .build()
        .unwrap();
    let index = card.file(0x0101).unwrap();
    let names: Vec<&[u8]> = index[1..].chunks(21).map(|entry| &entry[4..9]).collect();
    assert!(names.contains(&&b"ksc02"[..]) && names.contains(&&b"ksc03"[..]));
    assert!(!names.contains(&&b"ksc00"[..]));
    assert!(card.file(0x0208).unwrap().starts_with(&[0x30]));
    assert!(card.file(0x0202).is_none());
    let kind = builder(MD830).key(0, KeyKind::P256).build().err();
    assert_eq!(kind, Some(BuildError::Kind));
    let consent = builder(MD830).key(0, KeyKind::Rsa1024).consent(0);
    assert_eq!(consent.build().err(), Some(BuildError::Container));
}

#[test]
fn a_protected_map_is_refused_and_so_may_be_every_pin() {
    let mut card = card(ETOKEN_5300);
    let map = [0x00, 0xA4, 0x08, 0x00, 0x02, 0x02, 0x04, 0x00];
    assert_eq!(sw(&mut card, &map), 0x9000);
    assert_eq!(sw(&mut card, &[0x00, 0xB0, 0x00, 0x00, 0x56]), 0x6982);
    let mut card = selected(builder(ETOKEN_5300).verify_refused());
    assert_eq!(verify(&mut card, 0x11, b"123456"), 0x6982);
    assert_eq!(card.tries()[0], 5);
}
