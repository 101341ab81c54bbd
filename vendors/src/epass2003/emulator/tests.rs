//! The published vectors, and behaviour as the sheet has it. A host side written here
//! wraps commands; nothing is taken from the emulator's own output.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod any;
mod files;
mod host;
mod image;
mod mishaps;
mod pins;
mod signing;
mod vectors;

use super::{Builder, Epass, Mode};
use host::Host;

const MODES: [Mode; 4] = [Mode::Aes, Mode::Des, Mode::Fips, Mode::Plain];
const RIGHT: &[u8] = b"12345678";
const WRONG: &[u8] = b"87654321";
const OFFICER: &[u8] = b"rockey";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|d| u8::try_from(d).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// A vendor's token, secure messaging up, its directory selected.
fn vendor(builder: Builder) -> (Host, Epass) {
    let mut card = builder.seed(b"emulator tests").build().unwrap();
    let mut host = Host::open(&mut card);
    assert_eq!(host.select(&mut card, 0x3F00), 0x9000);
    assert_eq!(host.select(&mut card, 0x2003), 0x9000);
    (host, card)
}
