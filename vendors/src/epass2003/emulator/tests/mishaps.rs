//! What breaks a session, and what the token says then.

use super::{Host, MODES, RIGHT, vendor};
use crate::emulator::Emulator;
use crate::epass2003::emulator::{Disturbance, Epass, Mode};

const CHALLENGE: [u8; 4] = [0, 0x84, 0, 0];

fn answer(host: &mut Host, card: &mut Epass) -> Vec<u8> {
    let wire = host.wrap(CHALLENGE, &[], Some(8));
    card.transmit(&wire)
}

#[test]
fn a_wrong_code_ends_the_session() {
    for mode in MODES.into_iter().filter(|mode| *mode != Mode::Plain) {
        let (mut host, mut card) = vendor(Epass::l2(mode));
        assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
        let mut wire = host.wrap(CHALLENGE, &[], Some(8));
        let code = wire.len() - 3;
        wire[code] ^= 1;
        assert_eq!(card.transmit(&wire), [0x69, 0x88], "{mode:?}");
        assert!(!card.is_verified());
        assert!(!card.has_session());
        assert_eq!(answer(&mut host, &mut card), [0x69, 0x85], "{mode:?}");
    }
}

#[test]
fn a_command_sent_twice_ends_the_session() {
    let (mut host, mut card) = vendor(Epass::l2(Mode::Des));
    let wire = host.wrap(CHALLENGE, &[], Some(8));
    assert!(card.transmit(&wire).ends_with(&[0x90, 0]));
    assert_eq!(card.transmit(&wire), [0x69, 0x88]);
}

#[test]
fn a_command_without_code_is_told_so() {
    let (_, mut card) = vendor(Epass::l2(Mode::Aes));
    assert_eq!(
        card.transmit(&[0x0C, 0x84, 0, 0, 3, 0x97, 1, 8, 0]),
        [0x69, 0x87]
    );
}

#[test]
fn disturbances_come_when_they_were_asked_for() {
    let (mut host, mut card) = vendor(Epass::l2(Mode::Aes));
    card.disturb(2, Disturbance::WrongMac);
    let first = answer(&mut host, &mut card);
    assert!(host.unwrap(&first).is_some());
    let second = answer(&mut host, &mut card);
    assert!(host.unwrap(&second).is_none());
    assert!(second.ends_with(&[0x90, 0]));

    card.disturb(1, Disturbance::Truncated);
    let cut = answer(&mut host, &mut card);
    assert!(cut.len() < first.len() && cut.ends_with(&[0x90, 0]));
    assert!(host.unwrap(&cut).is_none());

    let before = answer(&mut host, &mut card);
    card.disturb(1, Disturbance::Replayed);
    let replayed = answer(&mut host, &mut card);
    assert_eq!(replayed, before);
    assert!(host.unwrap(&replayed).is_none(), "the counter has moved on");
    let next = answer(&mut host, &mut card);
    assert!(host.unwrap(&next).is_some());
}

#[test]
fn a_session_is_lost_with_the_pin() {
    for (disturbance, wanted) in [
        (Disturbance::SessionLost(0x6985), [0x69, 0x85]),
        (Disturbance::SessionLost(0x6988), [0x69, 0x88]),
        (Disturbance::OtherProcess, [0x69, 0x88]),
    ] {
        let (mut host, mut card) = vendor(Epass::l2(Mode::Aes));
        assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
        card.disturb(1, disturbance);
        assert_eq!(answer(&mut host, &mut card), wanted);
        assert!(!card.is_verified());
        let mut host = Host::open(&mut card);
        let again = answer(&mut host, &mut card);
        assert!(host.unwrap(&again).is_some());
        assert_eq!(card.authentications(), 2);
    }
}

#[test]
fn the_log_has_commands_as_they_were_meant() {
    let (mut host, mut card) = vendor(Epass::l2(Mode::Aes));
    let before = card.raw_commands();
    host.verify(&mut card, 1, b"0000");
    let last: Vec<_> = card.log().iter().rev().take(2).collect();
    assert_eq!((last[0].instruction, last[0].status), (0x82, 0x63C9));
    assert_eq!((last[1].instruction, last[1].status), (0x84, 0x9000));
    assert_eq!(card.raw_commands(), before + 2);
    assert_eq!(card.count(0xA4), 2);
}
