//! Rows of the standard and of observed cards as expectations; nothing here is taken
//! from the emulator's own output.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::personality::{More, Personality, Transport};
use super::*;
use crate::emulator::Emulator;

mod certificates;
mod pins;
mod protocol;
mod signing;

const SELECT: &[u8] = &[
    0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x00,
];
const STATUS: &[u8] = &[0x00, 0x20, 0x00, 0x80];
const LOG_OUT: &[u8] = &[0x00, 0x20, 0xFF, 0x80];
const RIGHT: &str = "123456";
const WRONG: &str = "654321";
const PUK: &str = "12345678";
const WRONG_PUK: &str = "87654321";

/// P-256 in 9A, 9C, 9D and 9E, selected.
fn card(personality: Personality) -> PivCard {
    let mut card = PivCard::builder(personality)
        .seed(b"emulator tests")
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .key(Slot::KEY_MANAGEMENT, KeyKind::P384)
        .key(Slot::CARD_AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap();
    assert_eq!(status(&mut card, SELECT), 0x9000);
    card
}

fn status(card: &mut PivCard, command: &[u8]) -> u16 {
    split(&card.transmit(command)).1
}

fn split(response: &[u8]) -> (Vec<u8>, u16) {
    let (data, status) = response.split_last_chunk::<2>().unwrap();
    (data.to_vec(), u16::from_be_bytes(*status))
}

fn eight(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(8, 0xFF);
    bytes
}

fn short(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&header[..], &[data.len() as u8], data].concat()
}

fn verify(card: &mut PivCard, pin: &str) -> u16 {
    status(card, &short([0x00, 0x20, 0x00, 0x80], &eight(pin)))
}

fn change(card: &mut PivCard, old: &str, new: &str) -> u16 {
    let data = [eight(old), eight(new)].concat();
    status(card, &short([0x00, 0x24, 0x00, 0x80], &data))
}

fn unblock(card: &mut PivCard, puk: &str, new: &str) -> u16 {
    let data = [eight(puk), eight(new)].concat();
    status(card, &short([0x00, 0x2C, 0x00, 0x80], &data))
}

/// GET DATA for a three-byte tag, short, Le = 00.
fn read(tag: [u8; 3]) -> Vec<u8> {
    let mut command = short(
        [0x00, 0xCB, 0x3F, 0xFF],
        &[0x5C, 0x03, tag[0], tag[1], tag[2]],
    );
    command.push(0x00);
    command
}

/// Sends and follows 61xx to the end.
fn drain(card: &mut PivCard, command: &[u8]) -> (Vec<u8>, u16) {
    let (mut data, mut status) = split(&card.transmit(command));
    while status >> 8 == 0x61 {
        let (more, next) = split(&card.transmit(&[0x00, 0xC0, 0x00, 0x00, status as u8]));
        assert!(!more.is_empty());
        data.extend(more);
        status = next;
    }
    (data, status)
}

/// GENERAL AUTHENTICATE with P-256 and a 32-byte hash: `7C 24 82 00 81 20 …`.
fn sign_p256(slot: u8) -> Vec<u8> {
    let mut data = vec![0x7C, 0x24, 0x82, 0x00, 0x81, 0x20];
    data.extend([0x5A; 32]);
    let mut command = short([0x00, 0x87, 0x11, slot], &data);
    command.push(0x00);
    command
}
