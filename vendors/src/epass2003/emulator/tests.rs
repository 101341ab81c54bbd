//! The published vectors, and behaviour as the sheet has it. A host side written here
//! wraps commands; nothing is taken from the emulator's own output.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod vectors;

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
