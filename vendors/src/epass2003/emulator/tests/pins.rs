//! Sheet §4, and §11 points 3 and 5.

use super::{Host, MODES, OFFICER, RIGHT, WRONG, vendor};
use crate::emulator::Emulator;
use crate::epass2003::emulator::cipher::{pin_key, response};
use crate::epass2003::emulator::{Epass, Mode};

fn token() -> (Host, Epass) {
    vendor(Epass::l2(Mode::Aes).tries(3, 3))
}

fn replace(host: &mut Host, card: &mut Epass, kid: u8, pin: &[u8]) -> u16 {
    let data = [&[0x33][..], &pin_key(pin)].concat();
    host.status(card, [0x80, 0xE5, 4, kid], &data)
}

#[test]
fn the_pin_is_proven_in_every_mode() {
    for mode in MODES {
        let (mut host, mut card) = vendor(Epass::l2(mode).tries(3, 3));
        assert_eq!(host.verify(&mut card, 1, WRONG), 0x63C2, "{mode:?}");
        assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000, "{mode:?}");
        assert!(card.is_verified());
        // OpenSC asks right afterwards, and wants all tries and no 9000.
        host.challenge(&mut card);
        assert_eq!(host.tries(&mut card, 1), 0x63C3, "{mode:?}");
        assert!(card.is_verified(), "the query keeps the state");
        assert_eq!(host.select(&mut card, 0x3F00), 0x9000);
        assert!(card.is_verified(), "SELECT keeps the state");
    }
}

#[test]
fn wrong_ones_cost_tries_and_take_the_state_away() {
    let (mut host, mut card) = token();
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
    assert_eq!(host.verify(&mut card, 1, WRONG), 0x63C2);
    assert!(!card.is_verified());
    assert_eq!(host.tries(&mut card, 1), 0x63C2);
    assert_eq!(host.tries(&mut card, 1), 0x63C2, "asking is free");
    assert_eq!(host.verify(&mut card, 1, WRONG), 0x63C1);
    assert_eq!(host.verify(&mut card, 1, WRONG), 0x63C0);
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x6983);
    assert_eq!(host.tries(&mut card, 1), 0x6983);
    assert_eq!(card.pin_tries(), 0);
    assert_eq!(card.so_tries(), 3);

    let (mut host, mut card) = vendor(Epass::l2(Mode::Aes).tries(1, 1).blocked_status(0x63C0));
    assert_eq!(host.verify(&mut card, 1, WRONG), 0x63C0);
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x63C0);
    assert!(!card.is_verified());
}

#[test]
fn a_challenge_serves_once_and_at_once() {
    let (mut host, mut card) = token();
    let header = [0, 0x82, 1, 0x81];
    let challenge = host.challenge(&mut card);
    let shown = response(&pin_key(RIGHT), &challenge);
    assert_eq!(host.status(&mut card, header, &shown), 0x9000);
    assert_eq!(host.status(&mut card, header, &shown), 0x6985);
    let challenge = host.challenge(&mut card);
    let shown = response(&pin_key(RIGHT), &challenge);
    assert_eq!(host.tries(&mut card, 1), 0x63C3);
    assert_eq!(host.status(&mut card, header, &shown), 0x6985);
    assert_eq!(card.pin_tries(), 3, "none of it cost a try");
    assert_ne!(host.challenge(&mut card), host.challenge(&mut card));
}

#[test]
fn keys_live_in_their_directory() {
    let (mut host, mut card) = token();
    assert_eq!(host.tries(&mut card, 3), 0x9403);
    assert_eq!(host.status(&mut card, [0, 0x20, 0, 1], RIGHT), 0x9403);
    assert_eq!(host.select(&mut card, 0x3F00), 0x9000);
    assert_eq!(host.tries(&mut card, 1), 0x9403);
}

#[test]
fn reset_and_a_new_authentication_log_out() {
    let (mut host, mut card) = token();
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
    let mut host = Host::open(&mut card);
    assert!(!card.is_verified());
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000, "still in 2003");
    card.reset();
    assert!(!card.is_verified());
    assert!(!card.has_session());
    let wire = host.wrap([0, 0x84, 0, 0], &[], Some(8));
    assert_eq!(card.transmit(&wire), [0x69, 0x85]);
    let mut host = Host::open(&mut card);
    assert_eq!(host.tries(&mut card, 1), 0x9403, "in 3F00 again");
}

#[test]
fn the_user_changes_the_pin() {
    let (mut host, mut card) = token();
    assert_eq!(replace(&mut host, &mut card, 1, b"2468"), 0x6982);
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
    assert_eq!(replace(&mut host, &mut card, 2, b"2468"), 0x6982);
    assert_eq!(replace(&mut host, &mut card, 1, b"2468"), 0x9000);
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x63C2);
    assert_eq!(host.verify(&mut card, 1, b"2468"), 0x9000);
    assert_eq!(card.pin_tries(), 3);
}

#[test]
fn the_officer_unblocks_unless_reset_is_disabled() {
    for reset in [true, false] {
        let builder = Epass::l2(Mode::Aes).tries(1, 3);
        let builder = match reset {
            true => builder,
            false => builder.without_pin_reset(),
        };
        let (mut host, mut card) = vendor(builder);
        assert_eq!(host.verify(&mut card, 1, WRONG), 0x63C0);
        assert_eq!(host.verify(&mut card, 2, OFFICER), 0x9000);
        assert!(card.is_officer());
        let (wanted, tries) = if reset { (0x9000, 3) } else { (0x6982, 0) };
        assert_eq!(replace(&mut host, &mut card, 1, b"2468"), wanted);
        assert_eq!(card.pin_tries(), tries);
    }
    // Disabled or not, the user's own change works.
    let (mut host, mut card) = vendor(Epass::l2(Mode::Aes).without_pin_reset());
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
    assert_eq!(replace(&mut host, &mut card, 1, b"2468"), 0x9000);
}

#[test]
fn opensc_cannot_erase_a_vendors_token() {
    let (mut host, mut card) = token();
    assert_eq!(host.select(&mut card, 0x3F00), 0x9000);
    let secret = super::hex("0601101616160 00FFF66");
    let data = [&secret[..], b"1234567812345678"].concat();
    assert_eq!(host.status(&mut card, [0x80, 0xE3, 0, 0], &data), 0x6982);
    assert_eq!(host.status(&mut card, [0, 0xE4, 0, 0], &[0x3F, 0]), 0x6982);
}
