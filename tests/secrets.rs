//! A PIN in this process: no copy of it is left behind (requirement 20). Alone in
//! its test binary, so that no other test's memory is searched.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use std::fmt::{Debug, Display};
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::marker::PhantomData;

use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::known::Known;
use securesign_card::memory::Locked;
use securesign_card::pin::Pin;
use securesign_card::profile::Search;
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::trace::{Detail, Recorder, Recording, Replay, Trace};

/// Whether a type has a trait, found out by which constant the compiler takes:
/// the inherent one where the bound holds, else the one of the fallback trait.
struct Has<T>(PhantomData<T>);

trait Fallback {
    const CLONE: bool = false;
    const DEBUG: bool = false;
    const DISPLAY: bool = false;
}

impl<T> Fallback for Has<T> {}

mod clone {
    use super::*;
    #[allow(dead_code, reason = "used where the bound holds")]
    impl<T: Clone> Has<T> {
        pub const CLONE: bool = true;
    }
}

mod debug {
    use super::*;
    #[allow(dead_code, reason = "used where the bound holds")]
    impl<T: Debug> Has<T> {
        pub const DEBUG: bool = true;
    }
}

mod display {
    use super::*;
    #[allow(dead_code, reason = "used where the bound holds")]
    impl<T: Display> Has<T> {
        pub const DISPLAY: bool = true;
    }
}

#[test]
fn r20_a_pin_can_neither_be_copied_nor_printed() {
    const { assert!(Has::<String>::CLONE && Has::<String>::DEBUG && Has::<String>::DISPLAY) }
    const { assert!(!Has::<Pin>::CLONE && !Has::<Pin>::DEBUG && !Has::<Pin>::DISPLAY) }
    const { assert!(!Has::<Locked>::CLONE && !Has::<Locked>::DEBUG) }
    let pin = Locked::new().unwrap();
    assert!(pin.is_locked(), "raise ulimit -l");
}

/// Eight digits that stand nowhere in this program's file: each is computed.
fn digit(at: usize) -> u8 {
    let seed = std::process::id() as usize | 1;
    b'0' + ((seed.wrapping_mul(2_654_435_761) >> (at * 3)) % 10) as u8
}

fn sentinel() -> Pin {
    let mut pin = Pin::copy(&[]).unwrap();
    for at in 0..8 {
        assert!(pin.push(digit(at)));
    }
    pin
}

/// How often the sentinel stands in the memory of this process, as text, and as
/// text in UTF-16 and UTF-32.
fn hits() -> usize {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = fs::File::open("/proc/self/mem").unwrap();
    let mut page = vec![0; 4096];
    let mut hits = 0;
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        if !rest.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let start = u64::from_str_radix(start, 16).unwrap();
        let end = u64::from_str_radix(end, 16).unwrap();
        memory.seek(SeekFrom::Start(start)).unwrap();
        // Page by page, with a tail kept, so that the search holds no copy of
        // what it looks for and misses none that crosses a page.
        let mut window = [0u8; 32];
        for _ in (start..end).step_by(page.len()) {
            if memory.read_exact(&mut page).is_err() {
                break;
            }
            for byte in &page {
                window.rotate_left(1);
                window[31] = *byte;
                for width in [1, 2, 4] {
                    let first = 32 - 8 * width;
                    hits += usize::from((0..8).all(|at| window[first + at * width] == digit(at)));
                }
            }
        }
        window.fill(0);
    }
    hits
}

/// The search itself passes the bytes through one page and one window; both are
/// overwritten by what follows, but may count once more when it finds something.
#[test]
fn r20_no_copy_of_a_pin_outlives_its_use() {
    let text = include_str!("../apdu-traces/piv/nitrokey-sign.trace");
    let trace = Trace::parse(text).unwrap();
    let atr: Vec<u8> = trace
        .header("atr")
        .unwrap()
        .split(' ')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    assert_eq!(hits(), 0);
    let pin = sentinel();
    assert!(hits() >= 1, "the search would not find a PIN that is there");
    {
        // The whole way of a PIN: rules, padding, command, channel, recorder,
        // and the transport that would hand it to the reader.
        let recording = Recording::new(Detail::Full);
        let mut replay = Replay::new(trace);
        let mut recorder = Recorder {
            transport: &mut replay,
            recording: &recording,
        };
        let atr = Atr::parse(&atr).unwrap();
        let mut known = Known::new(Extended::UNKNOWN);
        let profiles = securesign_vendors::PROFILES;
        let token = Token::open(&mut recorder, &atr, &mut known, profiles);
        let mut token = token.unwrap().unwrap();
        let found = token.credentials(&Search::default()).unwrap();
        let digest = Digest::of(HashAlgorithm::Sha256, b"SecureSign demo document\n");
        let what = ToSign::Digest(&digest);
        token
            .sign(&found.credentials[0], what, &pin, LastTry::Keep)
            .unwrap();
        token.close();
        replay.finish().unwrap();
    }
    drop(pin);
    assert_eq!(hits(), 0);
}
