//! Whatever comes, the card answers.

use proptest::prelude::*;

use super::{ALL, PIN, SELECT, card, verify};
use crate::emulator::Emulator;

/// Headers that lead somewhere, and others.
fn header() -> impl Strategy<Value = [u8; 4]> {
    let ins = prop::sample::select(
        &[
            0x20, 0x24, 0x2C, 0x46, 0x50, 0x52, 0x58, 0x62, 0x68, 0x84, 0xA4, 0xB1, 0xC0, 0xD7,
            0xE4,
        ][..],
    );
    let p1p2 = prop_oneof![
        any::<[u8; 2]>(),
        prop::sample::select(
            &[
                [0x00, 0x00],
                [0x00, 0x81],
                [0x00, 0x88],
                [0x02, 0x00],
                [0x01, 0x20],
                [0x01, 0x33],
                [0x02, 0x70],
                [0xCE, 0x01]
            ][..]
        ),
    ];
    (prop::sample::select(&[0x00, 0x10, 0x80][..]), ins, p1p2)
        .prop_map(|(cla, ins, [p1, p2])| [cla, ins, p1, p2])
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        vec![0xCE, 0x01],
        vec![0xCC, 0x01],
        vec![0x54, 0x02, 0x00, 0x00],
        vec![0x54, 0x02, 0xFF, 0xFF, 0x53, 0x01, 0x00],
        vec![0x54, 0x02, 0x00, 0x00, 0x53, 0x01, 0x00],
        [&[0x80, 0x02, 0x00, 0x01, 0x81, 0x06], PIN].concat(),
        vec![0x00; 128],
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
            verify(&mut card, PIN);
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
