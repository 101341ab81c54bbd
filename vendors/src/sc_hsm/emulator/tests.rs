//! Rows of what was seen on pico-hsm and of OpenSC's traffic as expectations; nothing here
//! is taken from the emulator's own output.
#![allow(clippy::unwrap_used)]

mod any;

use super::*;
use crate::emulator::KeyKind;

const SELECT: &[u8] = &[
    0x00, 0xA4, 0x04, 0x00, 0x0B, 0xE8, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x02, 0x01,
    0x00,
];
const STATUS: &[u8] = &[0x00, 0x20, 0x00, 0x81];
const SO_STATUS: &[u8] = &[0x00, 0x20, 0x00, 0x88];
const PIN: &[u8] = b"648219";
const WRONG: &[u8] = b"999999";
const SO_PIN: [u8; 8] = [0x35, 0x37, 0x36, 0x32, 0x31, 0x38, 0x38, 0x30];

fn builder(product: Product) -> Builder {
    ScHsmCard::builder(product).seed(b"sc-hsm tests")
}

fn card(product: Product) -> ScHsmCard {
    let keys = builder(product).key(1, KeyKind::Rsa1024);
    selected(keys.key(2, KeyKind::P256))
}

fn selected(builder: Builder) -> ScHsmCard {
    let mut card = builder.build().unwrap();
    assert_eq!(sw(&mut card, SELECT), 0x9000);
    card
}

fn split(mut bytes: Vec<u8>) -> (Vec<u8>, u16) {
    let low = bytes.pop().unwrap();
    let high = bytes.pop().unwrap();
    (bytes, u16::from_be_bytes([high, low]))
}

fn sw(card: &mut ScHsmCard, command: &[u8]) -> u16 {
    split(card.transmit(command)).1
}

fn with(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&header[..], &[data.len() as u8], data].concat()
}

fn verify(card: &mut ScHsmCard, value: &[u8]) -> u16 {
    sw(card, &with([0x00, 0x20, 0x00, 0x81], value))
}

/// SIGN with a short command and Le = 00.
fn sign(card: &mut ScHsmCard, key: u8, algorithm: u8, data: &[u8]) -> (Vec<u8>, u16) {
    let mut command = with([0x80, 0x68, key, algorithm], data);
    command.push(0x00);
    split(card.transmit(&command))
}

#[test]
fn the_application_tells_options_and_version() {
    let mut card = card(PICO_HSM);
    let (answer, _) = split(card.transmit(SELECT));
    let seen = [
        0x62, 0x22, 0x81, 0x02, 0x00, 0x00, 0x82, 0x01, 0x01, 0x83, 0x02, 0x00, 0x00, 0x84, 0x0B,
        0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x02, 0x01, 0x00, 0x8A, 0x01, 0x05, 0x85,
        0x05, 0x00, 0x01, 0xFF, 0x06, 0x06,
    ];
    assert_eq!(answer, seen);
    assert_eq!(sw(&mut card, &SELECT[..16]), 0x6124, "without Le");
    let mut silent = SELECT.to_vec();
    silent[3] = 0x0C;
    assert_eq!(sw(&mut card, &silent), 0x6A86);
}

#[test]
fn tries_count_down_and_a_wrong_value_ends_the_login() {
    let mut changed = card(NITROKEY_HSM);
    let change = with([0x00, 0x24, 0x00, 0x81], &[PIN, b"1234567"].concat());
    assert_eq!(verify(&mut changed, PIN), 0x9000);
    assert_eq!(sw(&mut changed, &change), 0x9000);
    assert_eq!(sw(&mut changed, STATUS), 0x63C3);
    assert_eq!(verify(&mut changed, b"1234567"), 0x9000);
    assert_eq!(sw(&mut changed, &change), 0x63C2);
    assert_eq!(sw(&mut changed, STATUS), 0x63C2);

    let mut card = card(PICO_HSM);
    assert_eq!(sw(&mut card, STATUS), 0x63C3);
    assert_eq!(verify(&mut card, PIN), 0x9000);
    assert_eq!(sw(&mut card, STATUS), 0x9000);
    assert_eq!(verify(&mut card, b"1234"), 0x63C2, "a wrong length");
    assert_eq!(sw(&mut card, STATUS), 0x63C2);
    assert_eq!(verify(&mut card, PIN), 0x9000);
    assert_eq!(sw(&mut card, SELECT), 0x9000);
    assert_eq!(sw(&mut card, STATUS), 0x63C3);
    for status in [0x63C2, 0x63C1, 0x6983] {
        assert_eq!(verify(&mut card, WRONG), status);
    }
    assert_eq!(verify(&mut card, PIN), 0x6983);
    let change = [PIN, b"1234567"].concat();
    assert_eq!(
        sw(&mut card, &with([0x00, 0x24, 0x00, 0x81], &change)),
        0x6983
    );
    assert_eq!(
        sw(&mut card, &with([0x00, 0x24, 0x01, 0x81], &change)),
        0x6B00
    );
    for other in [0x85, 0x86] {
        assert_eq!(sw(&mut card, &[0x00, 0x20, 0x00, other]), 0x6A88);
    }
}

#[test]
fn the_so_pin_unblocks_where_it_may() {
    let unblock = |officer: &[u8]| with([0x00, 0x2C, 0x00, 0x81], &[officer, b"234567"].concat());
    for (product, alone) in [(PICO_HSM, 0x6986), (SMARTCARD_HSM, 0x9000)] {
        let mut card = card(product);
        (0..3).for_each(|_| _ = verify(&mut card, WRONG));
        assert_eq!(sw(&mut card, SO_STATUS), 0x63CF);
        assert_eq!(sw(&mut card, &unblock(&[0; 8])), 0x63CE);
        let plain = with([0x00, 0x2C, 0x02, 0x81], b"222222");
        assert_eq!(sw(&mut card, &plain), 0x6982);
        assert_eq!(sw(&mut card, &unblock(&SO_PIN)), 0x9000);
        assert_eq!(card.tries(), [3, 15]);
        assert_eq!(sw(&mut card, SO_STATUS), 0x9000);
        assert_eq!(sw(&mut card, &plain), 0x9000);
        assert_eq!(verify(&mut card, b"222222"), 0x9000);
        let counter = with([0x00, 0x2C, 0x01, 0x81], &SO_PIN);
        assert_eq!(sw(&mut card, &counter), alone, "{}", product.name);
    }
    for (product, status) in [(PICO_HSM, 0x6986), (NITROKEY_HSM, 0x6985)] {
        let mut card = selected(builder(product).without_reset());
        assert_eq!(sw(&mut card, &unblock(&SO_PIN)), status);
        assert_eq!(card.tries(), [3, 15]);
    }
}

#[test]
fn a_card_that_nobody_initialised_or_whose_pin_is_for_the_way() {
    let mut card = selected(builder(NITROKEY_HSM).blank());
    assert_eq!(sw(&mut card, STATUS), 0x6A88);
    assert_eq!(verify(&mut card, PIN), 0x6A88);
    let (answer, _) = split(card.transmit(SELECT));
    assert_eq!(answer[31..33], [0x00, 0x11]);
    let mut card = selected(builder(NITROKEY_HSM).transport_pin());
    assert_eq!(sw(&mut card, STATUS), 0x6984);
    assert_eq!(verify(&mut card, PIN), 0x6984);
    let change = [PIN, b"1234567"].concat();
    assert_eq!(
        sw(&mut card, &with([0x00, 0x24, 0x00, 0x81], &change)),
        0x9000
    );
    assert_eq!(verify(&mut card, b"1234567"), 0x9000);
}

#[test]
fn files_are_read_with_and_without_select() {
    let mut card = card(PICO_HSM);
    let (information, _) =
        split(card.transmit(&[0x00, 0xB1, 0x2F, 0x03, 0x04, 0x54, 0x02, 0x00, 0x00, 0x00]));
    let mut seen = vec![0x30, 0x2A, 0x02, 0x01, 0x01, 0x04, 0x08];
    seen.extend([0; 8]);
    seen.extend(b"\x0C\x0DPol Henarejos\x80\x08Pico-HSM\x03\x02\x04\x30");
    assert_eq!(information, seen);
    let length = card.file(0xCE01).unwrap().len();
    let (fcp, _) = split(card.transmit(&[0x00, 0xA4, 0x00, 0x00, 0x02, 0xCE, 0x01, 0x00]));
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    let wanted = [
        0x62, 0x0E, 0x81, 0x02, high, low, 0x82, 0x01, 0x01, 0x83, 0x02, 0xCE, 0x01, 0x8A, 0x01,
        0x05,
    ];
    assert_eq!(fcp, wanted);
    let read = |offset: usize| {
        let [high, low] = u16::try_from(offset).unwrap().to_be_bytes();
        vec![0x00, 0xB1, 0x00, 0x00, 0x04, 0x54, 0x02, high, low, 0x00]
    };
    let (first, status) = split(card.transmit(&read(0)));
    assert_eq!(
        (first.len(), status >> 8),
        (256, 0x61),
        "more is announced here"
    );
    let rest = [0x00, 0xC0, 0x00, 0x00, 0x00];
    assert_eq!(sw(&mut card, &rest), 0x6985, "... and must not be fetched");
    let (rest, status) = split(card.transmit(&read(256)));
    assert_eq!(status, 0x9000);
    assert_eq!([first, rest].concat(), card.file(0xCE01).unwrap());
    assert_eq!(split(card.transmit(&read(length))), (vec![], 0x9000));
    assert_eq!(sw(&mut card, &read(length + 1)), 0x6B00);
    let key = [0x00, 0xB1, 0xCC, 0x01, 0x04, 0x54, 0x02, 0x00, 0x00, 0x00];
    assert_eq!(sw(&mut card, &key), 0x6982);
    let (list, _) = split(card.transmit(&[0x80, 0x58, 0x00, 0x00, 0x00, 0x00, 0x00]));
    let seen = [
        0xC4, 0x00, 0xC4, 0x01, 0xC4, 0x02, 0xCC, 0x00, 0xCC, 0x01, 0xCC, 0x02,
    ];
    assert_eq!(list, seen);
    let mut genuine = super::tests::card(NITROKEY_HSM);
    sw(
        &mut genuine,
        &[0x00, 0xA4, 0x00, 0x00, 0x02, 0xCE, 0x01, 0x00],
    );
    assert_eq!(sw(&mut genuine, &read(0)), 0x9000);
}

#[test]
fn descriptions_of_keys_are_as_the_seen_ones() {
    let rsa = [
        &[0x30, 0x2A, 0x30, 0x10, 0x0C, 0x07][..],
        b"RSA2048",
        &[
            0x03, 0x02, 0x06, 0xC0, 0x04, 0x01, 0x01, 0x30, 0x0A, 0x04, 0x01,
        ],
        &[
            0x10, 0x03, 0x02, 0x04, 0x70, 0x02, 0x01, 0x10, 0xA1, 0x0A, 0x30,
        ],
        &[0x08, 0x30, 0x02, 0x04, 0x00, 0x02, 0x02, 0x08, 0x00],
    ];
    let made = certificate::description("RSA2048", 0x10, KeyKind::Rsa2048);
    assert_eq!(made, rsa.concat());
    let made = certificate::description("EC256", 0x11, KeyKind::P256);
    assert_eq!(made[..2], [0xA0, 0x29]);
    assert_eq!(made[made.len() - 4..], [0x02, 0x02, 0x01, 0x00]);
}

#[test]
fn algorithms_and_what_is_refused() {
    let message = b"judged";
    for (product, info, wrong) in [(PICO_HSM, 0x6400, 0x6400), (SMARTCARD_HSM, 0x9000, 0x6985)] {
        let mut card = card(product);
        assert_eq!(sign(&mut card, 1, 0x33, message).1, 0x6982);
        assert_eq!(verify(&mut card, PIN), 0x9000);
        for (key, algorithm, length, wanted) in [
            (1, 0x20, 128, 0x9000),
            (1, 0x20, 127, wrong),
            (1, 0x30, 51, info),
            (1, 0x31, 6, 0x9000),
            (1, 0x33, 6, 0x9000),
            (1, 0x40, 20, 0x9000),
            (1, 0x43, 6, 0x9000),
            (2, 0x70, 32, 0x9000),
            (2, 0x73, 6, 0x9000),
            (2, 0x75, 6, 0x9000),
            (1, 0x73, 6, wrong),
            (2, 0x33, 6, wrong),
            (3, 0x73, 6, 0x6A82),
        ] {
            // Below every modulus.
            let mut data = vec![0x01; length];
            data[0] = 0x00;
            let status = sign(&mut card, key, algorithm, &data).1;
            assert_eq!(status, wanted, "{} {key} {algorithm:X}", product.name);
        }
        assert_eq!(sign(&mut card, 2, 0x73, message).0[0], 0x30, "DER");
    }
}

#[test]
fn chains_are_known_to_one_only() {
    for (product, status) in [(PICO_HSM, 0x9000), (NITROKEY_HSM, 0x6884)] {
        let mut card = card(product);
        let first = with([0x90, 0x68, 0x01, 0x20], &[0x00; 64]);
        assert_eq!(sw(&mut card, &first), status, "{}", product.name);
    }
}

#[test]
fn writing_wants_the_pin_and_keeps_what_was_written() {
    let mut card = card(PICO_HSM);
    let create = with(
        [0x00, 0xD7, 0xCF, 0x00],
        &[0x54, 0x02, 0x00, 0x00, 0x53, 0x00],
    );
    let write = with(
        [0x00, 0xD7, 0x00, 0x00],
        &[0x54, 0x02, 0x00, 0x00, 0x53, 0x02, 0xAA, 0xBB],
    );
    let delete = with([0x00, 0xE4, 0x02, 0x00], &[0xCF, 0x00]);
    assert_eq!(sw(&mut card, &create), 0x6982);
    assert_eq!(sw(&mut card, &delete), 0x6982);
    assert_eq!(verify(&mut card, PIN), 0x9000);
    assert_eq!(sw(&mut card, &create), 0x9000);
    assert_eq!(sw(&mut card, &write), 0x9000);
    assert_eq!(card.file(0xCF00), Some(&[0xAA, 0xBB][..]));
    assert_eq!(sw(&mut card, &delete), 0x9000);
    assert_eq!(sw(&mut card, &delete), 0x6A82);
}

#[test]
fn what_lies_in_a_key_s_place_can_be_another_thing() {
    let card = builder(NITROKEY_HSM)
        .requested(1, KeyKind::P256)
        .key_only(2, KeyKind::P256)
        .key(3, KeyKind::P256)
        .without_file(0xC403)
        .file(0xCE02, &[0xFF])
        .build()
        .unwrap();
    assert_eq!(card.file(0xCE01).unwrap()[0], 0x67);
    assert_eq!(card.file(0xCE02), Some(&[0xFF][..]));
    assert_eq!(card.file(0xCE03).unwrap()[0], 0x30);
    assert!(card.file(0xC403).is_none());
}
