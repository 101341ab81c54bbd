//! Rows of what was seen on GidsApplet and of OpenSC's traffic as expectations; nothing
//! here is taken from the emulator's own output.
#![allow(clippy::unwrap_used)]

mod any;

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::*;
use crate::emulator::KeyKind;

const SELECT: &[u8] = &[
    0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59, 0x00,
];
const STATUS: &[u8] = &[0x00, 0x20, 0x00, 0x80];
const PIN: &[u8] = b"123456";
const WRONG: &[u8] = b"999999";

fn builder(product: Product) -> Builder {
    GidsCard::builder(product).seed(b"gids tests")
}

fn card(product: Product) -> GidsCard {
    let keys = builder(product).key(0, KeyKind::Rsa1024);
    selected(keys.key(1, KeyKind::Rsa1024).signature(1))
}

fn selected(builder: Builder) -> GidsCard {
    let mut card = builder.build().unwrap();
    assert_eq!(sw(&mut card, SELECT), 0x9000);
    card
}

fn split(mut bytes: Vec<u8>) -> (Vec<u8>, u16) {
    let low = bytes.pop().unwrap();
    let high = bytes.pop().unwrap();
    (bytes, u16::from_be_bytes([high, low]))
}

fn sw(card: &mut GidsCard, command: &[u8]) -> u16 {
    split(card.transmit(command)).1
}

fn with(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&header[..], &[data.len() as u8], data].concat()
}

fn verify(card: &mut GidsCard, value: &[u8]) -> u16 {
    sw(card, &with([0x00, 0x20, 0x00, 0x80], value))
}

/// The whole answer to GET DATA, GET RESPONSE included.
fn get(card: &mut GidsCard, file: u16, data: &[u8]) -> (Vec<u8>, u16) {
    let [high, low] = file.to_be_bytes();
    let mut command = with([0x00, 0xCB, high, low], data);
    command.push(0x00);
    let (mut answer, mut status) = split(card.transmit(&command));
    while status >> 8 == 0x61 {
        let (more, next) = split(card.transmit(&[0x00, 0xC0, 0x00, 0x00, status as u8]));
        answer.extend(more);
        status = next;
    }
    (answer, status)
}

fn manage(card: &mut GidsCard, algorithm: u8, reference: u8) -> u16 {
    let environment = [0x80, 0x01, algorithm, 0x84, 0x01, reference];
    sw(card, &with([0x00, 0x22, 0x41, 0xB6], &environment))
}

fn compute(card: &mut GidsCard, data: &[u8]) -> u16 {
    sw(card, &with([0x00, 0x2A, 0x9E, 0x9A], data))
}

#[test]
fn names_that_select_takes() {
    let mut card = card(GIDS_APPLET);
    let (answer, _) = split(card.transmit(SELECT));
    let seen = [
        0x61, 0x12, 0x4F, 0x0B, 0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59, 0x02, 0x01,
        0x73, 0x03, 0x40, 0x01, 0xC0,
    ];
    assert_eq!(answer, seen);
    for (tail, status) in [
        (&[][..], 0x9000),
        (&[0x02], 0x9000),
        (&[0x02, 0x01], 0x9000),
        (&[0x02, 0x01, 0x00], 0x6A82),
        (&[0x01], 0x6A82),
    ] {
        let name = [&AID[..], tail].concat();
        let select = with([0x00, 0xA4, 0x04, 0x00], &name);
        assert_eq!(sw(&mut card, &select), status, "{tail:?}");
    }
    for (header, file, status) in [
        ([0x00, 0xA4, 0x00, 0x0C], [0x3F, 0xFF], 0x9000),
        ([0x00, 0xA4, 0x00, 0x04], [0xB0, 0x81], 0x9000),
        ([0x00, 0xA4, 0x00, 0x04], [0xB0, 0x83], 0x6A82),
        ([0x00, 0xA4, 0x00, 0x00], [0xA0, 0x10], 0x6A86),
        ([0x00, 0xA4, 0x08, 0x00], [0x2F, 0x00], 0x6A86),
        ([0x00, 0xA4, 0x08, 0x0C], [0x50, 0x15], 0x6A86),
    ] {
        assert_eq!(sw(&mut card, &with(header, &file)), status, "{header:X?}");
    }
}

#[test]
fn objects_are_missing_in_two_ways() {
    let mut card = card(GIDS_APPLET);
    let list = |object: u16| {
        let [high, low] = object.to_be_bytes();
        [0x5C, 0x02, high, low]
    };
    assert_eq!(get(&mut card, 0xA010, &list(0xDF77)).1, 0x6A88);
    assert_eq!(get(&mut card, 0xA015, &list(0xDF20)).1, 0x6A82);
    assert_eq!(get(&mut card, 0xA011, &list(0xDF20)).1, 0x6982);
    for other in [0x5F2F, 0x7F70, 0x7F61] {
        assert_eq!(get(&mut card, 0x3FFF, &list(other)).1, 0x6984);
    }
    assert_eq!(get(&mut card, 0x3FFF, &[0x5C, 0x01, 0x7E]).1, 0x6984);
    let state = get(&mut card, 0x3FFF, &list(0x7F71));
    let wanted = [0x7F, 0x71, 0x06, 0x97, 0x01, 0x03, 0x93, 0x01, 0x03];
    assert_eq!(state, (wanted.to_vec(), 0x9000));
    assert_eq!(get(&mut card, 0x3FFF, &list(0x7F73)).1, 0x6A88);
    let mut old = selected(builder(GIDS_V1).puk("87654321").tries(5));
    let (state, _) = get(&mut old, 0x3FFF, &list(0x7F73));
    assert_eq!(state[..7], [0x7F, 0x73, 0x07, 0x9F, 0x17, 0x01, 0x05]);
    let mut blank = selected(builder(GIDS_APPLET).blank());
    assert_eq!(get(&mut blank, 0xA000, &list(0xDF1F)).1, 0x6A82);
}

#[test]
fn files_are_as_the_seen_ones() {
    let mut card = card(GIDS_APPLET);
    let (master, _) = get(&mut card, 0xA000, &[0x5C, 0x02, 0xDF, 0x1F]);
    // Tag, length in two bytes, version.
    assert_eq!(master[..5], [0xDF, 0x1F, 0x81, 1 + 7 * 28, 0x01]);
    let mut first = b"mscp".to_vec();
    first.resize(24, 0x00);
    first.extend([0x00, 0xA0, 0x00, 0x00]);
    assert_eq!(master[5..33], first);
    let certificate = &master[master.len() - 28..];
    let mut wanted = b"mscp\0\0\0\0\0ksc01".to_vec();
    wanted.resize(20, 0x00);
    wanted.extend([0x25, 0xDF, 0x00, 0x00, 0x10, 0xA0, 0x00, 0x00]);
    assert_eq!(certificate, wanted);
    let map = card.object(0xA010, 0xDF23).unwrap();
    assert_eq!(map.len(), 2 * 0x56);
    assert_eq!(map[80..86], [0x03, 0x00, 0x00, 0x00, 0x00, 0x04]);
    assert_eq!(map[166..172], [0x01, 0x00, 0x00, 0x04, 0x00, 0x00]);
    let stored = card.object(0xA010, 0xDF24).unwrap();
    let mut plain = Vec::new();
    let mut stream = ZlibDecoder::new(&stored[4..]);
    stream.read_to_end(&mut plain).unwrap();
    let length = u16::try_from(plain.len()).unwrap().to_le_bytes();
    assert_eq!(stored[..4], [0x01, 0x00, length[0], length[1]]);
}

#[test]
fn tries_count_down_and_a_wrong_length_is_free() {
    let mut card = card(GIDS_APPLET);
    assert_eq!(sw(&mut card, STATUS), 0x63C3);
    assert_eq!(verify(&mut card, b"123"), 0x63C3);
    assert_eq!(verify(&mut card, b"12345678901234567"), 0x63C3);
    assert_eq!(verify(&mut card, PIN), 0x9000);
    assert_eq!(sw(&mut card, STATUS), 0x63C3, "also when it is verified");
    assert_eq!(card.is_verified(), [true, false]);
    assert_eq!(sw(&mut card, &[0x00, 0x20, 0x00, 0x82]), 0x9000);
    assert_eq!(card.is_verified(), [false, false]);
    for status in [0x63C2, 0x63C1, 0x63C0, 0x6983] {
        assert_eq!(verify(&mut card, WRONG), status);
    }
    assert_eq!(verify(&mut card, PIN), 0x6983);
    assert_eq!(sw(&mut card, STATUS), 0x6983);
    let change = [PIN, b"7654321"].concat();
    let change = with([0x00, 0x24, 0x00, 0x80], &change);
    assert_eq!(sw(&mut card, &change), 0x6983);
    assert_eq!(sw(&mut card, &[0x00, 0x20, 0x00, 0x81]), 0x6A88);
    let mut other = super::tests::card(GIDS_APPLET);
    assert_eq!(sw(&mut other, &change), 0x9000);
    assert_eq!(other.is_verified(), [true, false]);
    assert_eq!(sw(&mut other, &change), 0x63C2);
    let plain = with([0x00, 0x24, 0x01, 0x80], PIN);
    assert_eq!(sw(&mut other, &plain), 0x6982);
    assert_eq!(verify(&mut other, b"7654321"), 0x9000);
    assert_eq!(sw(&mut other, &plain), 0x9000);
}

#[test]
fn a_puk_unblocks_where_there_is_one() {
    let unblock = |puk: &[u8]| with([0x00, 0x2C, 0x00, 0x80], &[puk, PIN].concat());
    let mut applet = card(GIDS_APPLET);
    assert_eq!(sw(&mut applet, &unblock(b"87654321")), 0x6A86);
    let mut old = selected(builder(GIDS_V1).puk("87654321"));
    (0..3).for_each(|_| _ = verify(&mut old, WRONG));
    assert_eq!(sw(&mut old, &unblock(b"11111111")), 0x63C2);
    assert_eq!(sw(&mut old, &unblock(b"87654321")), 0x9000);
    assert_eq!(old.tries(), [3, 3]);
    let none = builder(GIDS_APPLET).puk("87654321").build();
    assert_eq!(none.err(), Some(BuildError::Puk));
}

#[test]
fn the_administrator_proves_a_key_and_unblocks() {
    let mut card = card(GIDS_APPLET);
    let unblock = with([0x00, 0x2C, 0x02, 0x80], b"222222");
    assert_eq!(sw(&mut card, &unblock), 0x6982);
    let choose = with([0x00, 0x22, 0xC1, 0xA4], &[0x83, 0x01, 0x80]);
    assert_eq!(sw(&mut card, &choose), 0x9000);
    for (key, status) in [([2; 24], 0x6982), ([0; 24], 0x9000)] {
        let ours = [0x5A; 16];
        let challenge = [&[0x7C, 0x12, 0x81, 0x10][..], &ours].concat();
        let command = with([0x00, 0x87, 0x00, 0x00], &challenge);
        let (answer, _) = split(card.transmit(&command));
        assert_eq!(answer[..4], [0x7C, 0x12, 0x81, 0x10]);
        let plain = [&answer[4..], &ours, &[7; 7], &[0x80]].concat();
        let sealed = admin::Key::new(key).encrypt(&plain).unwrap();
        let response = [&[0x7C, 0x2A, 0x82, 0x28][..], &sealed].concat();
        let command = with([0x00, 0x87, 0x00, 0x00], &response);
        let (answer, answered) = split(card.transmit(&command));
        assert_eq!(answered, status);
        assert_eq!(answer.len(), if status == 0x9000 { 44 } else { 0 });
        assert_ne!(sw(&mut card, &command), 0x9000, "a response serves once");
        if status == 0x9000 {
            assert_eq!(sw(&mut card, &unblock), 0x9000);
        }
    }
    assert_eq!(card.is_verified(), [false, false]);
    assert_eq!(verify(&mut card, b"222222"), 0x9000);
    let challenge = with([0x00, 0x87, 0x00, 0x00], &[0x7C, 0x02, 0x81, 0x00]);
    let (answer, _) = split(card.transmit(&challenge));
    assert_eq!(answer[..4], [0x7C, 0x0A, 0x81, 0x08]);
    let sealed = admin::Key::new([0; 24]).encrypt(&answer[4..]).unwrap();
    let response = [&[0x7C, 0x0A, 0x82, 0x08][..], &sealed].concat();
    let command = with([0x00, 0x87, 0x00, 0x00], &response);
    assert_eq!(sw(&mut card, &command), 0x9000);
    assert!(card.is_verified()[1]);
}

#[test]
fn the_order_of_a_signature() {
    let mut card = card(GIDS_APPLET);
    assert_eq!(manage(&mut card, 0x56, 0x81), 0x6982);
    assert_eq!(compute(&mut card, &[7; 51]), 0x6985);
    assert_eq!(verify(&mut card, PIN), 0x9000);
    assert_eq!(compute(&mut card, &[7; 51]), 0x6985);
    assert_eq!(manage(&mut card, 0x56, 0x83), 0x6984);
    assert_eq!(manage(&mut card, 0x57, 0x81), 0x6984, "the key's size");
    let no_algorithm = with([0x00, 0x22, 0x41, 0xB6], &[0x84, 0x01, 0x81]);
    assert_eq!(sw(&mut card, &no_algorithm), 0x6984);
    assert_eq!(manage(&mut card, 0x56, 0x81), 0x9000);
    assert_eq!(compute(&mut card, &[7; 51]), 0x9000);
    assert_eq!(compute(&mut card, &[7; 51]), 0x9000, "Le may be missing");
    assert_eq!(manage(&mut card, 0x16, 0x82), 0x9000);
    assert_eq!(compute(&mut card, &[7; 51]), 0x6F00);
    let block = [&[0x00; 1][..], &[0x01; 127]].concat();
    assert_eq!(compute(&mut card, &block), 0x9000);
    let (public, _) = get(
        &mut card,
        0x3FFF,
        &[0x70, 0x08, 0x84, 0x01, 0x81, 0xA5, 0x03, 0x7F, 0x49, 0x80],
    );
    assert_eq!(public[..6], [0x7F, 0x49, 0x81, 0x88, 0x81, 0x81]);
    let unknown = [0x70, 0x08, 0x84, 0x01, 0x83, 0xA5, 0x03, 0x7F, 0x49, 0x80];
    assert_eq!(get(&mut card, 0x3FFF, &unknown).1, 0x6984);
    assert_eq!(sw(&mut card, &[0x00, 0x84, 0x00, 0x00, 0x08]), 0x6D00);
}

#[test]
fn a_container_may_lack_what_others_have() {
    let card = builder(GIDS_APPLET)
        .key(0, KeyKind::Rsa1024)
        .without_certificate(0)
        .certificate(3, &[0x30, 0x00])
        .raw(3)
        .without_object(0xA010, 0xDF22)
        .object(0xA012, 0xDF20, b"serial")
        .build()
        .unwrap();
    assert_eq!(card.object(0xA010, 0xDF24), Some(&[0x30, 0x00][..]));
    assert_eq!(card.object(0xA010, 0xDF25), None);
    assert_eq!(card.object(0xA010, 0xDF22), None);
    assert_eq!(card.object(0xA012, 0xDF20), Some(&b"serial"[..]));
    let map = card.object(0xA010, 0xDF23).unwrap();
    assert_eq!(map.len(), 4 * 0x56);
    assert!(map[0x56..].iter().all(|byte| *byte == 0));
    assert!(card.public_key(0).is_some() && card.public_key(3).is_none());
    let kind = builder(GIDS_APPLET).key(0, KeyKind::P256).build().err();
    assert_eq!(kind, Some(BuildError::Kind));
}
