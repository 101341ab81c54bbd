//! Sheet §1, §3 and §7, on an empty token.

use super::{Host, hex};
use crate::emulator::Emulator;
use crate::epass2003::emulator::{Epass, LastChunk, Mode, Tail};

fn create(host: &mut Host, card: &mut Epass, parameters: &str) -> u16 {
    host.status(card, [0, 0xE0, 0, 0], &hex(parameters))
}

const MASTER: &str =
    "622682023800 83023F00 840E656E746572736166652D66697073 8502007F 86089090FF90FFFFFFFF";
const SECRETS: &str = "621582021000 83025300 850104 860890FFFF9FFFFFFFFF";
const DIRECTORY: &str =
    "622482023800 83025015 840CA000000063504B43532D3135 8502007F 86089090FF90FFFFFFFF";

fn filled(builder: crate::epass2003::emulator::Builder) -> (Host, Epass) {
    let mut card = builder.build().unwrap();
    let mut host = Host::open(&mut card);
    assert_eq!(host.select(&mut card, 0x3F00), 0x6A82);
    assert_eq!(create(&mut host, &mut card, MASTER), 0x9000);
    assert_eq!(create(&mut host, &mut card, SECRETS), 0x9000);
    assert_eq!(create(&mut host, &mut card, DIRECTORY), 0x9000);
    (host, card)
}

#[test]
fn answers_to_reset_are_the_published_ones() {
    let atr = |builder: crate::epass2003::emulator::Builder| builder.build().unwrap().atr();
    let builder = Epass::l2(Mode::Aes)
        .version([0x10, 0x11, 0x31])
        .atr_tail(Tail::Fixed([0x86, 0, 0]));
    assert_eq!(
        atr(builder),
        hex("3B9F958131FE9F006646530510113171DF0000860000B5")
    );
    let builder = Epass::l2(Mode::Aes)
        .version([0x51, 0, 0x33])
        .atr_tail(Tail::Status);
    assert_eq!(
        atr(builder),
        hex("3B9F958131FE9F006646530551003371DF0000039000F2")
    );
    let blank = atr(Epass::blank(Mode::Aes));
    assert_eq!(blank[19..22], [0x03, 0x6A, 0x82]);
}

#[test]
fn the_capabilities_stand_where_opensc_looks() {
    for (mode, cipher, messaging, fips) in [
        (Mode::Aes, 1, 1, false),
        (Mode::Des, 0, 1, false),
        (Mode::Fips, 1, 1, true),
        (Mode::Plain, 1, 0, false),
    ] {
        let mut card = Epass::blank(mode).build().unwrap();
        let list = card.transmit(&hex("00CA018600"));
        assert_eq!(list[..3], [0x80, 1, cipher], "{mode:?}");
        assert_eq!(list[14..17], [0x84, 1, messaging], "{mode:?}");
        assert_eq!(list.get(32..35) == Some(&[0x87, 1, 1]), fips, "{mode:?}");
        assert!(list.ends_with(&[0x90, 0]));
    }
}

#[test]
fn only_wrapped_commands_are_served() {
    let mut card = Epass::l2(Mode::Aes).serial(*b"12345678").build().unwrap();
    for plain in ["00A40000023F0000", "00CA018000", "0084000008"] {
        assert_eq!(card.transmit(&hex(plain)), [0x69, 0x85], "{plain}");
    }
    let mut host = Host::open(&mut card);
    assert_eq!(card.transmit(&hex("00A40000023F0000")), [0x69, 0x85]);
    let serial = host.send(&mut card, [0, 0xCA, 1, 0x80], &[], Some(8));
    assert_eq!(serial, (b"12345678".to_vec(), 0x9000));
}

#[test]
fn files_tell_what_they_were_created_with() {
    let (mut host, mut card) = filled(Epass::blank(Mode::Des));
    let name = hex("A000000063504B43532D3135");
    for (header, data) in [([0, 0xA4, 0, 0], &hex("5015")), ([0, 0xA4, 4, 0], &name)] {
        assert_eq!(host.select(&mut card, 0x3F00), 0x9000);
        let (information, status) = host.send(&mut card, header, data, Some(0x100));
        assert_eq!(status, 0x9000);
        assert_eq!(information[2..], hex(DIRECTORY)[2..]);
        assert_eq!(information[0], 0x6F);
    }
    let records = "621582050400004000 83022F00 860890909090FFFFFFFF";
    assert_eq!(create(&mut host, &mut card, records), 0x9000);
    assert_eq!(host.select(&mut card, 0x2F00), 0x9000);
    assert_eq!(host.status(&mut card, [0, 0xE2, 0, 0], b"one"), 0x9000);
    let (information, _) = host.send(&mut card, [0, 0xA4, 0, 0], &hex("2F00"), Some(0x100));
    assert_eq!(information[2..9], hex("82050400004001"));
    let (record, status) = host.send(&mut card, [0, 0xB2, 1, 4], &[], Some(0x40));
    assert_eq!((&record[..], status), (&b"one"[..], 0x9000));
    assert_eq!(host.status(&mut card, [0, 0xB2, 2, 4], &[]), 0x6A83);
    let (list, _) = host.send(&mut card, [0x80, 0x34, 0, 0], &[], Some(0x100));
    assert_eq!(list, hex("2F00"));
}

#[test]
fn names_and_numbers_are_taken_once() {
    let (mut host, mut card) = filled(Epass::blank(Mode::Aes));
    let file =
        |identifier: &str| format!("621680020004 82020100 8302{identifier} 86089096FF96FFFFFFFF");
    assert_eq!(create(&mut host, &mut card, &file("5031")), 0x9000);
    assert_eq!(create(&mut host, &mut card, &file("5031")), 0x6A89);
    assert_eq!(
        create(&mut host, &mut card, &file("3311")),
        0x6A89,
        "SFI 11"
    );
    // No short identifier at all, as certificates in steps of 20.
    assert_eq!(create(&mut host, &mut card, &file("3100")), 0x9000);
    assert_eq!(create(&mut host, &mut card, &file("3120")), 0x9000);
    let (mut host, mut card) = filled(Epass::blank(Mode::Aes).shared_short_identifiers());
    assert_eq!(create(&mut host, &mut card, &file("5031")), 0x9000);
    assert_eq!(create(&mut host, &mut card, &file("3311")), 0x9000);
}

#[test]
fn access_bytes_are_kept() {
    let (mut host, mut card) = filled(Epass::blank(Mode::Aes));
    let file = "621680020004 82020100 83025031 86089096FF96FFFFFFFF";
    assert_eq!(create(&mut host, &mut card, file), 0x9000);
    assert_eq!(host.select(&mut card, 0x5031), 0x9000);
    assert_eq!(
        host.send(&mut card, [0, 0xB0, 0, 0], &[], Some(4)).1,
        0x9000
    );
    assert_eq!(host.status(&mut card, [0, 0xD6, 0, 0], &[1]), 0x6982);
    assert_eq!(
        host.status(&mut card, [0, 0xE4, 0, 0], &hex("5031")),
        0x6982
    );

    let store = "621582021000 83025301 850120 860890FFFF9FFFFFFFFF";
    assert_eq!(create(&mut host, &mut card, store), 0x9000);
    let key = crate::epass2003::emulator::cipher::pin_key(b"1234");
    let secret = [&hex("0401 9096 9898 0006 FF66")[..], &key].concat();
    assert_eq!(host.status(&mut card, [0x80, 0xE3, 0, 0], &secret), 0x9000);
    assert_eq!(host.status(&mut card, [0x80, 0xE3, 0, 0], &secret), 0x6A89);
    assert_eq!(host.verify(&mut card, 1, b"1234"), 0x9000);
    assert_eq!(host.status(&mut card, [0, 0xD6, 0, 1], &[1, 2]), 0x9000);
    let (data, _) = host.send(&mut card, [0, 0xB0, 0, 0], &[], Some(4));
    assert_eq!(data, [0, 1, 2, 0]);
    assert_eq!(host.status(&mut card, [0, 0xD6, 0, 3], &[1, 2]), 0x6A84);
    assert_eq!(
        host.status(&mut card, [0, 0xE4, 0, 0], &hex("5031")),
        0x9000
    );
    assert_eq!(host.select(&mut card, 0x5031), 0x6A82);
}

#[test]
fn private_keys_are_never_selected() {
    let (mut host, mut card) = filled(Epass::blank(Mode::Aes));
    let key = "621682021100 83022920 85020800 8608FF909090FFFFFFFF";
    assert_eq!(create(&mut host, &mut card, key), 0x9000);
    assert_eq!(host.select(&mut card, 0x2920), 0x6A82);
}

#[test]
fn reading_ends_as_the_product_does_it() {
    for (habit, wanted) in [
        (LastChunk::WrongLength, 0x6C04),
        (LastChunk::Shortened, 0x9000),
    ] {
        let (mut host, mut card) = filled(Epass::blank(Mode::Aes).last_chunk(habit));
        let file = "621680020004 82020100 83025031 86089096FF96FFFFFFFF";
        assert_eq!(create(&mut host, &mut card, file), 0x9000);
        assert_eq!(host.select(&mut card, 0x5031), 0x9000);
        let read = |host: &mut Host, card: &mut Epass, low, le| {
            host.send(card, [0, 0xB0, 0, low], &[], Some(le))
        };
        assert_eq!(read(&mut host, &mut card, 0, 0xD8).1, wanted);
        assert_eq!(read(&mut host, &mut card, 0, 4).0.len(), 4);
        assert_eq!(read(&mut host, &mut card, 0, 0x100).0.len(), 4);
        assert_eq!(read(&mut host, &mut card, 4, 1).1, 0x6B00);
    }
}

#[test]
fn select_may_want_a_length() {
    for (builder, wanted) in [
        (Epass::l2(Mode::Aes), 0x9000),
        (Epass::l2(Mode::Aes).select_needs_length(), 0x6A80),
    ] {
        let mut card = builder.build().unwrap();
        let mut host = Host::open(&mut card);
        assert_eq!(
            host.status(&mut card, [0, 0xA4, 0, 0], &hex("3F00")),
            wanted
        );
    }
}
