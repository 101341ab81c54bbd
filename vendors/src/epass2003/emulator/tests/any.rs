//! Whatever comes, the token answers.

use proptest::prelude::*;

use super::{Host, MODES};
use crate::emulator::Emulator;
use crate::epass2003::emulator::{Epass, Mode};

/// Headers that lead somewhere, and others.
fn header() -> impl Strategy<Value = [u8; 4]> {
    let ins = prop::sample::select(
        &[
            0x20, 0x22, 0x2A, 0x34, 0x46, 0x50, 0x82, 0x84, 0xA4, 0xB0, 0xB2, 0xB4, 0xCA, 0xD6,
            0xDC, 0xE0, 0xE2, 0xE3, 0xE4, 0xE5, 0xE7,
        ][..],
    );
    let p1p2 = prop_oneof![
        any::<[u8; 2]>(),
        prop::sample::select(
            &[
                [0, 0],
                [1, 0x81],
                [4, 1],
                [0x41, 0xB8],
                [0x41, 0xB6],
                [0x80, 0x86],
                [0x9E, 0x9A]
            ][..]
        ),
    ];
    (prop::sample::select(&[0, 0x80][..]), ins, p1p2)
        .prop_map(|(cla, ins, [p1, p2])| [cla, ins, p1, p2])
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        vec![0x3F, 0x00],
        vec![0x20, 0x03],
        vec![0x6F, 0x01],
        vec![0x80, 0x01, 0x84, 0x81, 0x02, 0xA0, 0x20],
        vec![0x62, 0x16, 0x80, 0x02, 0xFF, 0xFF, 0x82, 0x02, 0x01, 0x00],
    ]);
    prop_oneof![prop::collection::vec(any::<u8>(), 0..300), known,]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_answered(frames in prop::collection::vec(
        prop::collection::vec(any::<u8>(), 0..300), 1..20)) {
        for mode in MODES {
            let mut card = Epass::l2(mode).seed(b"any").build().unwrap();
            for frame in &frames {
                prop_assert!(card.transmit(frame).len() >= 2);
            }
        }
    }

    #[test]
    fn any_command_in_a_session_is_answered(commands in prop::collection::vec(
        (header(), data(), prop::option::of(0_u16..300)), 1..40)) {
        for mode in [Mode::Aes, Mode::Plain] {
            let mut card = Epass::l2(mode).seed(b"any").build().unwrap();
            let mut host = Host::open(&mut card);
            for (header, data, le) in &commands {
                let wire = host.wrap(*header, data, *le);
                prop_assert!(card.transmit(&wire).len() >= 2);
            }
        }
    }
}
