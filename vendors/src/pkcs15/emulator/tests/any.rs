//! Whatever comes, the card answers.

use proptest::prelude::*;

use crate::emulator::{Emulator, KeyKind};
use crate::pkcs15::emulator::{ALL, Dialect, Object, Pkcs15Card};

fn card(dialect: Dialect, blank: bool) -> Pkcs15Card {
    let builder = Pkcs15Card::builder(dialect).seed(b"any");
    match blank {
        true => builder.build().unwrap(),
        false => builder
            .object(Object::signing("CN=Any", KeyKind::P256))
            .build()
            .unwrap(),
    }
}

/// Headers that lead somewhere, and others.
fn header() -> impl Strategy<Value = [u8; 4]> {
    let ins = prop::sample::select(
        &[
            0x10, 0x20, 0x22, 0x24, 0x2A, 0x2C, 0x2E, 0x40, 0x44, 0x46, 0x52, 0x84, 0x88, 0x8A,
            0xA4, 0xB0, 0xB1, 0xB2, 0xC0, 0xCA, 0xD6, 0xDA, 0xDB, 0xE0, 0xE4, 0xEA, 0xF0, 0xF4,
        ][..],
    );
    let p1p2 = prop_oneof![
        any::<[u8; 2]>(),
        (
            prop::sample::select(&[0, 1, 2, 4, 8, 0x41][..]),
            any::<u8>()
        )
            .prop_map(|(a, b)| [a, b]),
        prop::sample::select(
            &[
                [0, 0],
                [0, 1],
                [1, 1],
                [1, 3],
                [0x42, 0],
                [0x41, 0xB6],
                [0x41, 0xB8],
                [0x80, 0x86],
                [0x9E, 0x9A],
                [0x3F, 0xFF],
                [8, 0]
            ][..]
        ),
    ];
    (
        prop::sample::select(&[0, 0, 0, 0x10, 0x80, 0xA0][..]),
        ins,
        p1p2,
    )
        .prop_map(|(cla, ins, [p1, p2])| [cla, ins, p1, p2])
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        vec![],
        vec![0x3F, 0x00],
        vec![0x50, 0x15],
        vec![0x50, 0x15, 0x50, 0x31],
        b"123456\0\0\0\0\0\0\0\0\0\0".to_vec(),
        b"123456\xFF\xFF".to_vec(),
        b"123456\0\0".to_vec(),
        vec![0x80, 0x01, 0x11, 0x84, 0x01, 0x00],
        vec![0x80, 0x01, 0x04, 0x81, 0x02, 0x4B, 0x01],
        vec![0x84, 0x01, 0x01],
        vec![0x54, 0x02, 0xFF, 0xFF],
        vec![
            0xF2, 0x76, 0xA2, 0x88, 0xBC, 0xFB, 0xA6, 0x9D, 0x34, 0xF3, 0x10, 0x01,
        ],
        vec![
            0x62, 0x0B, 0x80, 0x02, 0xFF, 0xFF, 0x82, 0x01, 0x01, 0x83, 0x02, 0x44, 0x44,
        ],
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..255),
        known.clone(),
        known
    ]
}

fn frame([cla, ins, p1, p2]: [u8; 4], data: &[u8], le: Option<u8>) -> Vec<u8> {
    let mut frame = vec![cla, ins, p1, p2];
    if !data.is_empty() {
        frame.push(data.len() as u8);
        frame.extend(data);
    }
    frame.extend(le);
    frame
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_answered(frames in prop::collection::vec(
        prop::collection::vec(any::<u8>(), 0..300), 1..20)) {
        for dialect in ALL {
            let mut card = card(*dialect, false);
            for frame in &frames {
                prop_assert!(card.transmit(frame).len() >= 2);
            }
        }
    }

    #[test]
    fn any_command_is_answered(blank in any::<bool>(), commands in prop::collection::vec(
        (header(), data(), prop::option::of(any::<u8>())), 1..40)) {
        for dialect in ALL {
            let mut card = card(*dialect, blank);
            let applet = [&[0x00, 0xA4, 0x04, 0x00, 0x0C][..],
                &[0xF2, 0x76, 0xA2, 0x88, 0xBC, 0xFB, 0xA6, 0x9D, 0x34, 0xF3, 0x10, 0x01]].concat();
            card.transmit(&applet);
            for (header, data, le) in &commands {
                prop_assert!(card.transmit(&frame(*header, data, *le)).len() >= 2);
            }
        }
    }
}
