//! GENERAL AUTHENTICATE.

use super::*;

#[test]
fn pin_always_wants_verify_immediately_before() {
    // Between VERIFY and the signature: status query, GET DATA (discovery), SELECT.
    let discovery: &[u8] = &[0x00, 0xCB, 0x3F, 0xFF, 0x03, 0x5C, 0x01, 0x7E, 0x00];
    let rows = [
        (NIST, 0x6982, 0x6982, 0x6982, 0x6982),
        (PIVAPPLET, 0x6982, 0x6982, 0x6982, 0x6982),
        (OPENFIPS201, 0x6982, 0x9000, 0x6982, 0x6982),
        (CANOKEY, 0x9000, 0x9000, 0x9000, 0x6982),
        (PICO, 0x6982, 0x9000, 0x9000, 0x6982),
        (PIV_AUTHENTICATOR, 0x6982, 0x6982, 0x6982, 0x9000),
    ];
    for (personality, second, after_status, after_read, after_select) in rows {
        let sign = sign_p256(0x9C);
        let mut one = card(personality);
        assert_eq!(status(&mut one, &sign), 0x6982, "{}", personality.name);
        assert_eq!(verify(&mut one, RIGHT), 0x9000);
        assert_eq!(status(&mut one, &sign), 0x9000, "{}", personality.name);
        assert_eq!(status(&mut one, &sign), second, "{}", personality.name);
        for (between, expected) in [
            (STATUS, after_status),
            (discovery, after_read),
            (SELECT, after_select),
        ] {
            let mut card = card(personality);
            verify(&mut card, RIGHT);
            card.transmit(between);
            assert_eq!(status(&mut card, &sign), expected, "{}", personality.name);
        }
    }
}

#[test]
fn status_after_a_pin_always_signature() {
    for (personality, expected) in [(NIST, 0x9000), (OPENFIPS201, 0x9000), (PICO, 0x63C3)] {
        let mut card = card(personality);
        verify(&mut card, RIGHT);
        card.transmit(&sign_p256(0x9C));
        assert_eq!(status(&mut card, STATUS), expected, "{}", personality.name);
    }
}

#[test]
fn a_failed_signature_or_another_key_uses_the_permission_up() {
    for personality in [NIST, PIVAPPLET, OPENFIPS201, PIV_AUTHENTICATOR] {
        let wrong_algorithm = short(
            [0x00, 0x87, 0x14, 0x9C],
            &[0x7C, 0x04, 0x82, 0x00, 0x81, 0x00],
        );
        for between in [wrong_algorithm, sign_p256(0x9A), sign_p256(0x9E)] {
            let mut card = card(personality);
            verify(&mut card, RIGHT);
            card.transmit(&between);
            assert_eq!(
                status(&mut card, &sign_p256(0x9C)),
                0x6982,
                "{}",
                personality.name
            );
        }
    }
}

#[test]
fn card_authentication_needs_no_pin_but_on_one() {
    for personality in ALL {
        let expected = if personality.name == "pico" {
            0x6982
        } else {
            0x9000
        };
        assert_eq!(status(&mut card(*personality), &sign_p256(0x9E)), expected);
    }
}

#[test]
fn wrong_algorithm_and_empty_slot() {
    for (personality, algorithm, slot) in [
        (PIVAPPLET, 0x6A86, 0x6A86),
        (OPENFIPS201, 0x6A86, 0x6A86),
        (CANOKEY, 0x6A86, 0x6A86),
        (YUBIKEY5, 0x6A80, 0x6A80),
        (PIV_AUTHENTICATOR, 0x6A80, 0x6985),
    ] {
        let mut card = card(personality);
        verify(&mut card, RIGHT);
        let mut command = sign_p256(0x9A);
        command[2] = 0x07;
        assert_eq!(
            status(&mut card, &command),
            algorithm,
            "{}",
            personality.name
        );
        assert_eq!(
            status(&mut card, &sign_p256(0x82)),
            slot,
            "{}",
            personality.name
        );
    }
    assert_eq!(status(&mut card(OPENFIPS201), &sign_p256(0x82)), 0x6982);
    assert_eq!(status(&mut card(CANOKEY), &sign_p256(0x82)), 0x6A86);
}

#[test]
fn lengths_of_an_ecdsa_input() {
    // P-256 in 9E: 20, 32, 33, 48 bytes.
    for (personality, expected) in [
        (PIVAPPLET, [0x9000, 0x9000, 0x6A80, 0x9000]),
        (OPENFIPS201, [0x6A80, 0x9000, 0x6A80, 0x6A80]),
        (CANOKEY, [0x9000, 0x9000, 0x6700, 0x6700]),
        (PIV_AUTHENTICATOR, [0x6A80, 0x9000, 0x6A80, 0x6A80]),
    ] {
        for (length, status_word) in [20, 32, 33, 48].into_iter().zip(expected) {
            let mut data = vec![0x7C, length + 4, 0x82, 0x00, 0x81, length];
            data.extend(vec![0x11; usize::from(length)]);
            let command = short([0x00, 0x87, 0x11, 0x9E], &data);
            let got = status(&mut card(personality), &command);
            assert_eq!(got, status_word, "{} {length}", personality.name);
        }
    }
}

#[test]
fn the_template_may_come_in_any_order_but_must_ask_for_a_response() {
    let hash = [0x5A; 32];
    let reversed = [&[0x7C, 0x24, 0x81, 0x20][..], &hash, &[0x82, 0x00]].concat();
    let without = [&[0x7C, 0x22, 0x81, 0x20][..], &hash].concat();
    let header = [0x00, 0x87, 0x11, 0x9E];
    assert_eq!(status(&mut card(NIST), &short(header, &reversed)), 0x9000);
    assert_eq!(status(&mut card(NIST), &short(header, &without)), 0x6A80);
}

#[test]
fn chained_in_blocks_of_sixteen_it_is_one_command() {
    for personality in ALL {
        let mut card = card(*personality);
        verify(&mut card, RIGHT);
        assert_eq!(
            chained(&mut card, 0x11, 0x9C, &template(&[0x5A; 32])),
            0x9000
        );
    }
}

#[test]
fn first_block_without_pin() {
    let block = short([0x10, 0x87, 0x11, 0x9A], &[0x7C, 0x24]);
    for (personality, expected) in [
        (PIVAPPLET, 0x6982),
        (OPENFIPS201, 0x9000),
        (CANOKEY, 0x9000),
    ] {
        assert_eq!(status(&mut card(personality), &block), expected);
    }
}

#[test]
fn status_query_inside_an_unfinished_chain() {
    let bytes = template(&[0x5A; 32]);
    let (first, last) = bytes.split_at(16);
    for (personality, query, rest, tries) in [
        (PIVAPPLET, 0x63C5, 0x9000, 5),
        (OPENFIPS201, 0x63C6, 0x9000, 6),
        (CANOKEY, 0x63C3, 0x6700, 3),
        (PICO, 0x63C2, 0x6A80, 2),
    ] {
        let mut card = PivCard::builder(personality)
            .seed(b"chain")
            .key(Slot::CARD_AUTHENTICATION, KeyKind::P256)
            .pin_policy(Slot::CARD_AUTHENTICATION, PinPolicy::Never)
            .build()
            .unwrap();
        card.transmit(SELECT);
        assert_eq!(
            status(&mut card, &short([0x10, 0x87, 0x11, 0x9E], first)),
            0x9000
        );
        assert_eq!(status(&mut card, STATUS), query, "{}", personality.name);
        let end = status(&mut card, &short([0x00, 0x87, 0x11, 0x9E], last));
        assert_eq!(end, rest, "{}", personality.name);
        assert_eq!(card.pin_tries(), tries);
    }
}

#[test]
fn a_new_chain_over_an_unfinished_one() {
    let block = |slot| short([0x10, 0x87, 0x11, slot], &[0x7C]);
    for (personality, expected) in [(NIST, 0x9000), (CANOKEY, 0x9000), (OPENFIPS201, 0x6700)] {
        let mut card = card(personality);
        verify(&mut card, RIGHT);
        assert_eq!(status(&mut card, &block(0x9A)), 0x9000);
        assert_eq!(
            status(&mut card, &block(0x9E)),
            expected,
            "{}",
            personality.name
        );
    }
}

#[test]
fn key_management_of_openfips201_does_not_sign() {
    for (personality, expected) in [(NIST, 0x9000), (OPENFIPS201, 0x6A86)] {
        let mut card = card(personality);
        verify(&mut card, RIGHT);
        let got = chained(&mut card, 0x14, 0x9D, &template(&[0x5A; 48]));
        assert_eq!(got, expected, "{}", personality.name);
    }
}

#[test]
fn an_rsa_signature_is_raw_and_exactly_as_long_as_the_modulus() {
    let mut card = PivCard::builder(NIST)
        .seed(b"rsa")
        .key(Slot::CARD_AUTHENTICATION, KeyKind::Rsa1024)
        .build()
        .unwrap();
    card.transmit(SELECT);
    // 0 and 1 are their own powers: the operation pads nothing and its answer is padded.
    let mut one = [0; 128];
    one[127] = 1;
    let data = [&[0x7C, 0x81, 0x85, 0x82, 0x00, 0x81, 0x81, 0x80][..], &one].concat();
    let command = short([0x00, 0x87, 0x06, 0x9E], &data);
    let answer = [&[0x7C, 0x81, 0x83, 0x82, 0x81, 0x80][..], &one].concat();
    assert_eq!(drain(&mut card, &command), (answer, 0x9000));
    for length in [127_u8, 129] {
        let head = [0x7C, 0x81, length + 5, 0x82, 0x00, 0x81, 0x81, length];
        let data = [&head[..], &vec![0x01; usize::from(length)]].concat();
        assert_eq!(
            status(&mut card, &short([0x00, 0x87, 0x06, 0x9E], &data)),
            0x6A80
        );
    }
    // Not below the modulus.
    let data = [
        &[0x7C, 0x81, 0x85, 0x82, 0x00, 0x81, 0x81, 0x80][..],
        &[0xFF; 128],
    ]
    .concat();
    assert_eq!(
        status(&mut card, &short([0x00, 0x87, 0x06, 0x9E], &data)),
        0x6A80
    );
}

#[test]
fn ed25519_signs_the_whole_message() {
    use ed25519_dalek::pkcs8::DecodePublicKey;
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};

    let mut card = PivCard::builder(YUBIKEY5)
        .seed(b"ed25519")
        .key(Slot::CARD_AUTHENTICATION, KeyKind::Ed25519)
        .build()
        .unwrap();
    card.transmit(SELECT);
    let command = short(
        [0x00, 0x87, 0xE0, 0x9E],
        &[0x7C, 0x07, 0x82, 0x00, 0x81, 0x03, 1, 2, 3],
    );
    let (answer, _) = drain(&mut card, &command);
    assert_eq!(answer[..4], [0x7C, 0x42, 0x82, 0x40]);
    let spki = card.public_key(Slot::CARD_AUTHENTICATION).unwrap();
    let key = VerifyingKey::from_public_key_der(&spki).unwrap();
    let signature = Signature::from_slice(&answer[4..]).unwrap();
    key.verify(&[1, 2, 3], &signature).unwrap();
}

/// `7C L 82 00 81 L hash`.
fn template(hash: &[u8]) -> Vec<u8> {
    let length = hash.len() as u8;
    [&[0x7C, length + 4, 0x82, 0x00, 0x81, length][..], hash].concat()
}

fn chained(card: &mut PivCard, algorithm: u8, slot: u8, data: &[u8]) -> u16 {
    let blocks: Vec<&[u8]> = data.chunks(16).collect();
    let (last, others) = blocks.split_last().unwrap();
    for block in others {
        assert_eq!(
            status(card, &short([0x10, 0x87, algorithm, slot], block)),
            0x9000
        );
    }
    status(card, &short([0x00, 0x87, algorithm, slot], last))
}
