//! Whatever comes, the card answers.

use proptest::prelude::*;

use super::{ALL, PIN, SELECT, builder, card, verify};
use crate::emulator::Emulator;

/// Headers that lead somewhere, and others.
fn header() -> impl Strategy<Value = [u8; 4]> {
    let ins = prop::sample::select(
        &[
            0x20, 0x22, 0x24, 0x2A, 0x2C, 0x44, 0x47, 0x87, 0xA4, 0xC0, 0xCB, 0xDB, 0xE0, 0xE4,
        ][..],
    );
    let p1p2 = prop_oneof![
        any::<[u8; 2]>(),
        prop::sample::select(
            &[
                [0x00, 0x00],
                [0x00, 0x80],
                [0x02, 0x80],
                [0x41, 0xB6],
                [0x41, 0xB8],
                [0xC1, 0xA4],
                [0x9E, 0x9A],
                [0x80, 0x86],
                [0x3F, 0xFF],
                [0xA0, 0x10],
                [0x00, 0x0C]
            ][..]
        ),
    ];
    (prop::sample::select(&[0x00, 0x10][..]), ins, p1p2)
        .prop_map(|(cla, ins, [p1, p2])| [cla, ins, p1, p2])
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        vec![0x3F, 0xFF],
        vec![0xB0, 0x81],
        vec![0x80, 0x01, 0x56, 0x84, 0x01, 0x81],
        vec![0x80, 0x01, 0x46, 0x84, 0x01, 0x81],
        vec![0x5C, 0x02, 0xDF, 0x24],
        vec![0xDF, 0x24, 0x01, 0x00],
        vec![0x7C, 0x02, 0x81, 0x00],
        vec![0x7C, 0x03, 0x82, 0x01, 0x00],
        vec![0x70, 0x08, 0x84, 0x01, 0x81, 0xA5, 0x03, 0x87, 0x01, 0x30],
        vec![
            0x62, 0x0C, 0x82, 0x01, 0x39, 0x83, 0x02, 0xA0, 0x20, 0x8C, 0x03, 0x03, 0x30, 0x00,
        ],
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
        let blank = builder(ALL[0]).blank().build().unwrap();
        for mut card in [card(ALL[0]), card(ALL[1]), blank] {
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
