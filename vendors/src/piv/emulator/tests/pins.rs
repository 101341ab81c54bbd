//! VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.

use super::*;

#[test]
fn wrong_tries_run_out_as_each_product_tells_them() {
    let rows: &[(Personality, &[u16])] = &[
        (NIST, &[0x63C2, 0x63C1, 0x63C0, 0x6983]),
        (YUBIKEY5, &[0x63C2, 0x63C1, 0x63C0, 0x6983]),
        (YUBIKEY_NEO, &[0x6302, 0x6301, 0x6300, 0x6983]),
        (PIVAPPLET, &[0x63C4, 0x63C3, 0x63C2, 0x63C1, 0x63C0, 0x6983]),
        (
            OPENFIPS201,
            &[0x63C5, 0x63C4, 0x63C3, 0x63C2, 0x63C1, 0x6983],
        ),
        (CANOKEY, &[0x63C2, 0x63C1, 0x6983]),
        (PICO, &[0x63C2, 0x63C1, 0x6983]),
        (PIV_AUTHENTICATOR, &[0x63C2, 0x63C1, 0x6983]),
    ];
    for (personality, expected) in rows {
        let mut card = card(*personality);
        for status in *expected {
            assert_eq!(verify(&mut card, WRONG), *status, "{}", personality.name);
        }
        assert_eq!(verify(&mut card, RIGHT), 0x6983, "{}", personality.name);
        assert_eq!(card.pin_tries(), 0);
    }
}

#[test]
fn status_of_fresh_and_of_blocked_pin() {
    let rows = [
        (NIST, 0x63C3, 0x6983),
        (PIVAPPLET, 0x63C5, 0x6983),
        (OPENFIPS201, 0x63C6, 0x6983),
        (CANOKEY, 0x63C3, 0x63C0),
        (PICO, 0x63C3, 0x6983),
        (PIV_AUTHENTICATOR, 0x63C3, 0x63C0),
        (NO_EMPTY_VERIFY, 0x6700, 0x6700),
    ];
    for (personality, fresh, blocked) in rows {
        let mut card = card(personality);
        assert_eq!(status(&mut card, STATUS), fresh, "{}", personality.name);
        assert_eq!(status(&mut card, &[0x00, 0x20, 0x00, 0x80, 0x00]), fresh);
        while card.pin_tries() > 0 {
            verify(&mut card, WRONG);
        }
        assert_eq!(status(&mut card, STATUS), blocked, "{}", personality.name);
        card.reset();
        card.transmit(SELECT);
        assert_eq!(status(&mut card, STATUS), blocked, "{}", personality.name);
    }
}

#[test]
fn a_form_error_is_free_or_costs_a_try() {
    let rows = [
        // Lc = 06, then eight bytes with five digits.
        (NIST, 0x6A80, 3, 0x6A80, 3),
        (PIVAPPLET, 0x6A80, 5, 0x63C4, 4),
        (OPENFIPS201, 0x6A80, 6, 0x6A80, 6),
        (CANOKEY, 0x6700, 3, 0x63C2, 2),
        (PICO, 0x63C2, 2, 0x63C1, 1),
        (PIV_AUTHENTICATOR, 0x6A80, 3, 0x6A80, 3),
    ];
    for (personality, length, after_length, content, after_content) in rows {
        let mut card = card(personality);
        let six = short([0x00, 0x20, 0x00, 0x80], RIGHT.as_bytes());
        assert_eq!(status(&mut card, &six), length, "{}", personality.name);
        assert_eq!(card.pin_tries(), after_length, "{}", personality.name);
        assert_eq!(verify(&mut card, "12345"), content, "{}", personality.name);
        assert_eq!(card.pin_tries(), after_content, "{}", personality.name);
    }
}

#[test]
fn bad_length_when_blocked() {
    let rows = [
        (NIST, 0x6983),
        (PIVAPPLET, 0x6983),
        (OPENFIPS201, 0x6A80),
        (CANOKEY, 0x6700),
        (PICO, 0x6983),
        (PIV_AUTHENTICATOR, 0x6A80),
    ];
    for (personality, expected) in rows {
        let mut card = card(personality);
        while card.pin_tries() > 0 {
            verify(&mut card, WRONG);
        }
        let six = short([0x00, 0x20, 0x00, 0x80], RIGHT.as_bytes());
        assert_eq!(status(&mut card, &six), expected, "{}", personality.name);
    }
}

#[test]
fn parameters_are_judged_in_order() {
    let mut card = card(NIST);
    assert_eq!(status(&mut card, &[0x00, 0x20, 0x01, 0x81]), 0x6A86);
    for reference in [0x00, 0x81, 0x96, 0x98] {
        assert_eq!(status(&mut card, &[0x00, 0x20, 0x00, reference]), 0x6A88);
    }
    assert_eq!(card.pin_tries(), 3);
}

#[test]
fn verified_state_and_log_out() {
    for personality in [
        NIST,
        YUBIKEY5,
        PIVAPPLET,
        OPENFIPS201,
        CANOKEY,
        PIV_AUTHENTICATOR,
    ] {
        let mut card = card(personality);
        assert_eq!(verify(&mut card, RIGHT), 0x9000);
        assert_eq!(status(&mut card, STATUS), 0x9000);
        assert_eq!(status(&mut card, LOG_OUT), 0x9000);
        assert!(!card.is_verified(), "{}", personality.name);
    }
    let mut pico = card(PICO);
    verify(&mut pico, RIGHT);
    assert_eq!(status(&mut pico, LOG_OUT), 0x9000);
    assert!(pico.is_verified());
    for personality in [PIVKEY, YUBIKEY_NEO] {
        let mut card = card(personality);
        verify(&mut card, RIGHT);
        assert_ne!(status(&mut card, STATUS), 0x9000, "{}", personality.name);
        assert!(card.is_verified());
    }
}

#[test]
fn a_wrong_verify_drops_the_verified_state_but_on_one() {
    for personality in [
        NIST,
        PIVAPPLET,
        OPENFIPS201,
        CANOKEY,
        PIV_AUTHENTICATOR,
        PICO,
    ] {
        let mut card = card(personality);
        verify(&mut card, RIGHT);
        verify(&mut card, WRONG);
        assert_eq!(card.is_verified(), personality.name == "pico");
    }
}

#[test]
fn selecting_again_keeps_or_clears() {
    let rows = [
        (NIST, true),
        (PIVAPPLET, true),
        (PIV_AUTHENTICATOR, true),
        (OPENFIPS201, false),
        (CANOKEY, false),
        (PICO, false),
        (YUBIKEY5, false),
    ];
    for (personality, kept) in rows {
        let mut card = card(personality);
        verify(&mut card, RIGHT);
        // A failed SELECT leaves everything as it was, on all.
        card.transmit(&short(
            [0x00, 0xA4, 0x04, 0x00],
            &[0xA0, 0x00, 0x00, 0x00, 0x01],
        ));
        assert!(card.is_verified(), "{}", personality.name);
        card.transmit(SELECT);
        assert_eq!(card.is_verified(), kept, "{}", personality.name);
    }
}

#[test]
fn change_reference_data() {
    // Wrong old, then right old with a bad new PIN, then a good one: verified after it?
    let rows = [
        (NIST, 0x63C2, 0x6A80, true),
        (PIVAPPLET, 0x63C4, 0x6A80, false),
        (OPENFIPS201, 0x63C5, 0x6A80, true),
        (CANOKEY, 0x63C2, 0x9000, false),
        (PICO, 0x63C2, 0x9000, false),
        (PIV_AUTHENTICATOR, 0x6300, 0x6A80, true),
    ];
    for (personality, wrong, bad, verified) in rows {
        let mut card = card(personality);
        assert_eq!(
            change(&mut card, WRONG, "111111"),
            wrong,
            "{}",
            personality.name
        );
        assert_eq!(
            change(&mut card, RIGHT, "12345"),
            bad,
            "{}",
            personality.name
        );
        let now = if bad == 0x9000 { "12345" } else { RIGHT };
        assert_eq!(change(&mut card, now, "222222"), 0x9000);
        assert_eq!(card.is_verified(), verified, "{}", personality.name);
        assert_eq!(verify(&mut card, "222222"), 0x9000);
    }
}

#[test]
fn wrong_old_and_bad_new() {
    for (personality, expected, cost) in [
        (NIST, 0x63C2, 1),
        (PIVAPPLET, 0x63C4, 1),
        (CANOKEY, 0x63C2, 1),
        (PIV_AUTHENTICATOR, 0x6A80, 0),
    ] {
        let mut card = card(personality);
        let before = card.pin_tries();
        assert_eq!(
            change(&mut card, WRONG, "12345"),
            expected,
            "{}",
            personality.name
        );
        assert_eq!(before - card.pin_tries(), cost);
    }
}

#[test]
fn wrong_puk_runs_out() {
    let rows: &[(Personality, &[u16])] = &[
        (NIST, &[0x63C2, 0x63C1, 0x63C0, 0x6983]),
        (PIVAPPLET, &[0x63C2, 0x63C1, 0x63C0, 0x6983]),
        (CANOKEY, &[0x63C2, 0x63C1, 0x6983, 0x6983]),
        (PICO, &[0x63C2, 0x63C1, 0x6983, 0x6983]),
        (PIV_AUTHENTICATOR, &[0x63C2, 0x63C1, 0x63C0, 0x63C0]),
    ];
    for (personality, expected) in rows {
        let mut card = card(*personality);
        for status in *expected {
            let got = unblock(&mut card, WRONG_PUK, "12345");
            assert_eq!(got, *status, "{}", personality.name);
        }
        // A blocked PUK leaves a working PIN alone, on all.
        assert_eq!(verify(&mut card, RIGHT), 0x9000);
    }
    let mut card = card(OPENFIPS201);
    for left in (1..10).rev() {
        assert_eq!(unblock(&mut card, WRONG_PUK, RIGHT), 0x63C0 | left);
    }
    assert_eq!(unblock(&mut card, WRONG_PUK, RIGHT), 0x6983);
}

#[test]
fn unblocking_restores_the_pin_and_does_not_verify() {
    for personality in ALL {
        let mut card = card(*personality);
        while card.pin_tries() > 0 {
            verify(&mut card, WRONG);
        }
        assert_eq!(
            unblock(&mut card, PUK, "222222"),
            0x9000,
            "{}",
            personality.name
        );
        assert!(!card.is_verified());
        assert_eq!(verify(&mut card, "222222"), 0x9000, "{}", personality.name);
    }
}

#[test]
fn both_blocked_erases_the_keys_of_pivapplet() {
    let mut card = card(PIVAPPLET);
    while card.pin_tries() > 0 {
        verify(&mut card, WRONG);
    }
    assert!(card.public_key(Slot::AUTHENTICATION).is_some());
    while card.puk_tries() > 0 {
        unblock(&mut card, WRONG_PUK, RIGHT);
    }
    assert!(card.public_key(Slot::AUTHENTICATION).is_none());
    assert!(card.certificate(Slot::AUTHENTICATION).is_some());
}
