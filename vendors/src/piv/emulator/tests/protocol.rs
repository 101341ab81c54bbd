//! Lengths, classes, SELECT, GET DATA, chunks.

use super::*;

const CERTIFICATE_9A: [u8; 3] = [0x5F, 0xC1, 0x05];
const PRINTED: [u8; 3] = [0x5F, 0xC1, 0x09];
const CHUID: [u8; 3] = [0x5F, 0xC1, 0x02];
const DISCOVERY: &[u8] = &[0x00, 0xCB, 0x3F, 0xFF, 0x03, 0x5C, 0x01, 0x7E, 0x00];

#[test]
fn seven_cases_of_iso_7816_3() {
    let decoded = |bytes: &[u8]| Command::decode(bytes).map(|c| (c.data.len(), c.ne, c.extended));
    assert_eq!(decoded(&[0, 1, 2, 3]), Some((0, None, false)));
    assert_eq!(decoded(&[0, 1, 2, 3, 0]), Some((0, Some(256), false)));
    assert_eq!(decoded(&[0, 1, 2, 3, 9]), Some((0, Some(9), false)));
    assert_eq!(decoded(&[0, 1, 2, 3, 1, 7]), Some((1, None, false)));
    assert_eq!(decoded(&[0, 1, 2, 3, 1, 7, 0]), Some((1, Some(256), false)));
    assert_eq!(
        decoded(&[0, 1, 2, 3, 0, 0, 0]),
        Some((0, Some(65_536), true))
    );
    assert_eq!(decoded(&[0, 1, 2, 3, 0, 0, 1, 7]), Some((1, None, true)));
    assert_eq!(
        decoded(&[0, 1, 2, 3, 0, 0, 1, 7, 1, 2]),
        Some((1, Some(0x102), true))
    );
    for bad in [
        &[0, 1, 2][..],
        &[0, 1, 2, 3, 2, 7],
        &[0, 1, 2, 3, 1, 7, 0, 0],
        &[0, 1, 2, 3, 0, 0],
        &[0, 1, 2, 3, 0, 0, 0, 0],
        &[0, 1, 2, 3, 0, 0, 1, 7, 1],
    ] {
        assert!(decoded(bad).is_none(), "{bad:02X?}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    for personality in ALL {
        let mut card = card(*personality);
        let mut random = crate::emulator::key::Stream::new(personality.name.as_bytes());
        for _ in 0..4000 {
            let noise = random.take::<40>();
            let length = usize::from(noise[0]) % 40;
            let mut command = noise[..length].to_vec();
            // Half of them with an instruction the card knows.
            if let (Some(ins), true) = (command.get_mut(1), noise[38] < 128) {
                let known = [0x20, 0x24, 0x2C, 0x87, 0xA4, 0xC0, 0xCB, 0xF7, 0xFB];
                *ins = known[usize::from(noise[39]) % known.len()];
                command[0] &= 0x10;
            }
            assert!(card.transmit(&command).len() >= 2);
        }
    }
}

#[test]
fn atr_of_yubikey_5_and_neo() {
    let yubikey5 = [
        0x3B, 0xFD, 0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x15, 0x80, 0x73, 0xC0, 0x21, 0xC0, 0x57,
        0x59, 0x75, 0x62, 0x69, 0x4B, 0x65, 0x79, 0x40,
    ];
    assert_eq!(card(YUBIKEY5).atr(), yubikey5);
    let neo = card(YUBIKEY_NEO).atr();
    assert_eq!(neo.last(), Some(&0xE1));
    let pivkey = card(PIVKEY).atr();
    assert_eq!(pivkey.last(), Some(&0xAD));
}

#[test]
fn extended_capability_can_be_told_by_every_atr() {
    for personality in ALL {
        let card = PivCard::builder(*personality)
            .extended_capability()
            .build()
            .unwrap();
        let atr = card.atr();
        let check = atr.iter().skip(1).fold(0, |sum, b| sum ^ b);
        assert_eq!(check, 0, "{}", personality.name);
        let at = atr.iter().position(|b| *b == 0x73).unwrap();
        assert_eq!(atr[at + 3] & 0x40, 0x40, "{}", personality.name);
        assert!(usize::from(atr[1] & 0x0F) < atr.len());
    }
}

#[test]
fn select() {
    let template = [
        0x61, 0x11, 0x4F, 0x06, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00, 0x79, 0x07, 0x4F, 0x05, 0xA0,
        0x00, 0x00, 0x03, 0x08,
    ];
    let mut yubikey = card(YUBIKEY5);
    assert_eq!(
        split(&yubikey.transmit(SELECT)),
        (template.to_vec(), 0x9000)
    );

    let full = [
        0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
    ];
    let by_name = |aid: &[u8]| short([0x00, 0xA4, 0x04, 0x00], aid);
    for length in [5, 9, 10, 11] {
        for personality in ALL {
            let got = status(&mut card(*personality), &by_name(&full[..length]));
            let expected = if personality.name == "pico" {
                0x6121
            } else {
                0x9000
            };
            assert_eq!(got, expected, "{} {length}", personality.name);
        }
    }
    let second_version = [
        0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x02, 0x00,
    ];
    let unknown = [0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59];
    for (personality, version, other) in [
        (PIVAPPLET, 0x6D00, 0x6D00),
        (OPENFIPS201, 0x6A82, 0x6A82),
        (CANOKEY, 0x9000, 0x6A82),
    ] {
        assert_eq!(
            status(&mut card(personality), &by_name(&second_version)),
            version
        );
        assert_eq!(status(&mut card(personality), &by_name(&unknown)), other);
    }
    assert_eq!(status(&mut card(NIST), &[0x00, 0xA4, 0x04, 0x0C]), 0x6A86);
    assert_eq!(
        split(&card(OPENFIPS201).transmit(&by_name(&full))),
        (vec![], 0x9000)
    );
}

#[test]
fn another_application_takes_the_instructions_away() {
    let other = [0xA0, 0x00, 0x00, 0x05, 0x27, 0x20, 0x01];
    let mut card = PivCard::builder(YUBIKEY5)
        .other_application(&other)
        .build()
        .unwrap();
    card.transmit(SELECT);
    verify(&mut card, RIGHT);
    assert_eq!(
        status(&mut card, &short([0x00, 0xA4, 0x04, 0x00], &other)),
        0x9000
    );
    assert_eq!(status(&mut card, STATUS), 0x6D00);
    card.transmit(SELECT);
    assert_eq!(status(&mut card, STATUS), 0x63C3);
}

#[test]
fn unknown_instructions_and_classes() {
    for (personality, instruction, class) in [
        (NIST, 0x6D00, 0x6E00),
        (PIVAPPLET, 0x6D00, 0x6E00),
        (CANOKEY, 0x6D00, 0x6E00),
        (OPENFIPS201, 0x6D00, 0x63C6),
        (PICO, 0x6D00, 0x63C3),
        (PIV_AUTHENTICATOR, 0x6A81, 0x6882),
    ] {
        let mut card = card(personality);
        assert_eq!(status(&mut card, &[0x00, 0x0E, 0x00, 0x00]), instruction);
        assert_eq!(
            status(&mut card, &[0x80, 0x20, 0x00, 0x80]),
            class,
            "{}",
            personality.name
        );
    }
}

#[test]
fn objects() {
    let mut card = card(NIST);
    assert_eq!(status(&mut card, &read([0x5F, 0xC1, 0x06])), 0x6A82);
    assert_eq!(status(&mut card, &read(PRINTED)), 0x6982);
    verify(&mut card, RIGHT);
    assert_eq!(status(&mut card, &read(PRINTED)), 0x6A82);
    let (chuid, _) = drain(&mut card, &read(CHUID));
    assert_eq!(
        chuid[..8],
        [0x53, chuid[1], 0x30, 0x19, 0xD4, 0xE7, 0x39, 0xDA]
    );
    assert_eq!(chuid[29..31], [0x34, 0x10]);
    assert_eq!(
        status(
            &mut card,
            &short([0x00, 0xCB, 0x3F, 0xFF], &[0x5D, 0x01, 0x7E])
        ),
        0x6A80
    );
    // Yubico tells presence first, pico does not ask for the PIN at all.
    assert_eq!(status(&mut super::card(YUBIKEY5), &read(PRINTED)), 0x6A82);
    let printed = |p| {
        PivCard::builder(p)
            .printed_information("Ada")
            .build()
            .unwrap()
    };
    for (personality, expected) in [(YUBIKEY5, 0x6982), (PICO, 0x9000), (NIST, 0x6982)] {
        let mut card = printed(personality);
        card.transmit(SELECT);
        assert_eq!(status(&mut card, &read(PRINTED)), expected);
    }
    assert_eq!(
        status(
            &mut super::card(PIV_AUTHENTICATOR),
            &read([0x5F, 0xFF, 0x00])
        ),
        0x6A80
    );
}

#[test]
fn discovery() {
    let expected = |policy: [u8; 2]| {
        let mut bytes = vec![0x7E, 0x12, 0x4F, 0x0B];
        bytes.extend([
            0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
        ]);
        bytes.extend([0x5F, 0x2F, 0x02, policy[0], policy[1]]);
        (bytes, 0x9000)
    };
    let mut pivapplet = card(PIVAPPLET);
    assert_eq!(
        split(&pivapplet.transmit(DISCOVERY)),
        expected([0x40, 0x00])
    );
    let mut canokey = card(CANOKEY);
    assert_eq!(split(&canokey.transmit(DISCOVERY)), expected([0x40, 0x10]));
    assert_eq!(status(&mut card(PIVKEY), DISCOVERY), 0x6A82);
    let mut pico = card(PICO);
    let (first, _) = split(&pico.transmit(DISCOVERY));
    let (second, _) = split(&pico.transmit(DISCOVERY));
    assert_eq!(first[..2], [0x53, 0x14]);
    assert_ne!(first, second);
}

#[test]
fn a_large_object_arrives_in_chunks() {
    let always = Personality {
        transport: Transport {
            more: More::AlwaysFf,
            ..NIST.transport
        },
        ..NIST
    };
    let content = [&[0x53, 0x82, 0x03, 0xE8][..], &[0xAA; 1000]].concat();
    for (personality, first, status) in [
        (NIST, 256, 0x6100),
        (PICO, 256, 0x6100),
        (CANOKEY, 256, 0x61FF),
        (OPENFIPS201, 256, 0x61FF),
        (PIVAPPLET, 255, 0x61FF),
        (always, 256, 0x61FF),
    ] {
        let mut card = PivCard::builder(personality)
            .raw_object(0x5F_C105, &content)
            .build()
            .unwrap();
        card.transmit(SELECT);
        let (data, got) = split(&card.transmit(&read(CERTIFICATE_9A)));
        assert_eq!((data.len(), got), (first, status), "{}", personality.name);
        assert_eq!(
            drain(&mut card, &read(CERTIFICATE_9A)),
            (content.clone(), 0x9000)
        );
        // A small Le is honoured.
        let mut ten = read(CERTIFICATE_9A);
        ten[10] = 10;
        assert_eq!(split(&card.transmit(&ten)).0.len(), 10);
    }
}

#[test]
fn extended_length_is_answered_whole_in_chunks_or_refused() {
    let content = [&[0x53, 0x82, 0x03, 0xE8][..], &[0xAA; 1000]].concat();
    let mut command = vec![0x00, 0xCB, 0x3F, 0xFF, 0x00, 0x00, 0x05];
    command.extend([0x5C, 0x03, 0x5F, 0xC1, 0x05, 0x00, 0x00]);
    for (personality, length, expected) in [
        (NIST, 1004, 0x9000),
        (PIVAPPLET, 255, 0x61FF),
        (OPENFIPS201, 0, 0x6700),
    ] {
        let mut card = PivCard::builder(personality)
            .raw_object(0x5F_C105, &content)
            .build()
            .unwrap();
        card.transmit(SELECT);
        let (data, status) = split(&card.transmit(&command));
        assert_eq!(
            (data.len(), status),
            (length, expected),
            "{}",
            personality.name
        );
    }
}

#[test]
fn get_response_with_nothing_pending() {
    assert_eq!(
        status(&mut card(NIST), &[0x00, 0xC0, 0x00, 0x00, 0x00]),
        0x6985
    );
    let mut canokey = card(CANOKEY);
    canokey.transmit(STATUS);
    assert_eq!(
        status(&mut canokey, &[0x00, 0xC0, 0x00, 0x00, 0x00]),
        0x63C3
    );
}

#[test]
fn wrong_le_is_corrected_where_configured() {
    let strict = Personality {
        transport: Transport {
            wrong_le: true,
            ..NIST.transport
        },
        ..NIST
    };
    let mut card = card(strict);
    let mut command = DISCOVERY.to_vec();
    command[8] = 5;
    assert_eq!(status(&mut card, &command), 0x6C14);
    command[8] = 0x14;
    assert_eq!(status(&mut card, &command), 0x9000);
}

#[test]
fn vendor_instructions() {
    for (personality, version) in [
        (NIST, 0x6D00),
        (OPENFIPS201, 0x6D00),
        (YUBIKEY5, 0x9000),
        (CANOKEY, 0x9000),
    ] {
        assert_eq!(
            status(&mut card(personality), &[0x00, 0xFD, 0x00, 0x00, 0x00]),
            version
        );
    }
    let metadata = [0x00, 0xF7, 0x00, 0x80, 0x00];
    let full = vec![0x01, 0x01, 0xFF, 0x05, 0x01, 0x01, 0x06, 0x02, 0x03, 0x03];
    assert_eq!(split(&card(CANOKEY).transmit(&metadata)), (full, 0x9000));
    let bare = vec![0x05, 0x01, 0x01, 0x06, 0x02, 0x05, 0x05];
    assert_eq!(split(&card(PIVAPPLET).transmit(&metadata)), (bare, 0x9000));
    assert_eq!(
        split(&card(PIV_AUTHENTICATOR).transmit(&metadata)),
        (vec![], 0x9000)
    );
    // CanoKey makes 9C "once": 02 02 02 01.
    let (data, _) = split(&card(CANOKEY).transmit(&[0x00, 0xF7, 0x00, 0x9C, 0x00]));
    assert_eq!(data[..7], [0x01, 0x01, 0x11, 0x02, 0x02, 0x02, 0x01]);
    assert_eq!(
        status(&mut card(YUBIKEY5), &[0x00, 0xF7, 0x00, 0x82, 0x00]),
        0x6A88
    );
    assert_eq!(
        status(&mut card(YUBIKEY5), &[0x00, 0xFB, 0x00, 0x00]),
        0x6985
    );
    assert_eq!(
        status(&mut card(CANOKEY), &[0x00, 0xFB, 0x00, 0x00]),
        0x6982
    );
}

#[test]
fn the_log_holds_instructions_and_status_words() {
    let mut card = card(NIST);
    verify(&mut card, WRONG);
    let last = card.log().last().copied();
    assert_eq!(
        last,
        Some(Exchange {
            instruction: 0x20,
            status: 0x63C2
        })
    );
    assert_eq!(card.count(0x20), 1);
}
