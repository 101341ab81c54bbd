//! Whatever comes, the card answers.

use proptest::prelude::*;

use super::{ALL, SELECT, card, log_in};
use crate::emulator::Emulator;

/// Headers that lead somewhere, and others.
fn header() -> impl Strategy<Value = [u8; 4]> {
    let ins = prop::sample::select(
        &[
            0x20, 0x21, 0x22, 0x24, 0x2A, 0x2C, 0x82, 0x84, 0xA4, 0xB0, 0xC0, 0xCA, 0xCB,
        ][..],
    );
    let p1p2 = prop_oneof![
        any::<[u8; 2]>(),
        prop::sample::select(
            &[
                [0x00, 0x11],
                [0x00, 0x83],
                [0x41, 0xB6],
                [0x90, 0xA0],
                [0x9E, 0x9A],
                [0x9F, 0x7F],
                [0x00, 0xFF],
                [0x08, 0x00]
            ][..]
        ),
    ];
    (prop::sample::select(&[0x00, 0x10][..]), ins, p1p2)
        .prop_map(|(cla, ins, [p1, p2])| [cla, ins, p1, p2])
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        vec![0x01, 0x01],
        vec![0x02, 0x04],
        vec![0x80, 0x01, 0x42, 0x84, 0x01, 0x56],
        [&[0x90, 0x20][..], &[7; 32]].concat(),
        vec![0xA0, 0x03, 0x83, 0x01, 0x11],
    ]);
    prop_oneof![prop::collection::vec(any::<u8>(), 0..255), known]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_answered(frames in prop::collection::vec(
        prop::collection::vec(any::<u8>(), 0..300), 1..20)) {
        for product in ALL {
            let mut card = card(product);
            for frame in &frames {
                prop_assert!(card.transmit(frame).len() >= 2);
            }
        }
    }

    #[test]
    fn any_command_is_answered(commands in prop::collection::vec(
        (header(), data(), prop::option::of(any::<u8>())), 1..40)) {
        for product in ALL {
            let mut card = card(product);
            card.transmit(SELECT);
            log_in(&mut card, 0x11, b"123456");
            for (header, data, le) in &commands {
                let mut command = header.to_vec();
                if !data.is_empty() {
                    command.push(data.len() as u8);
                    command.extend(data);
                }
                command.extend(le);
                prop_assert!(card.transmit(&command).len() >= 2);
            }
        }
    }
}
