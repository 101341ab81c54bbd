//! Sheet §5, §7.2 and §8.4; signatures are checked with the public key in the file.

use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::{BoxedUint, PublicKey};
use sha2::{Digest, Sha256};
use signature::Verifier;

use super::{Host, MODES, OFFICER, RIGHT, hex, vendor};
use crate::epass2003::emulator::cipher::pin_key;
use crate::epass2003::emulator::{Builder, Container, Epass, Mode};

const MESSAGE: &[u8; 65] = &[b'A'; 65];
const RAW: [u8; 4] = [0, 0x2A, 0x80, 0x86];
const HASH: [u8; 4] = [0, 0x2A, 0x90, 0xA0];
const SIGN: [u8; 4] = [0, 0x2A, 0x9E, 0x9A];
const DIGEST_INFO: &str = "3031300D060960864801650304020105000420";

fn signer(builder: Builder) -> (Host, Epass) {
    vendor(builder.certificate(Container::signing("CN=Ada Lovelace")))
}

/// The modulus stands in `pubk0001` behind its attribute's head.
fn verifies(host: &mut Host, card: &mut Epass, message: &[u8], signature: &[u8]) -> bool {
    let file = host.read(card, 0x2480);
    let at = file
        .windows(9)
        .position(|w| w == hex("200100000101000000"))
        .unwrap();
    let n = BoxedUint::from_be_slice(&file[at + 9..at + 265], 2048).unwrap();
    let key = PublicKey::new(n, 0x1_0001_u64.into()).unwrap();
    let signature = Signature::try_from(signature).unwrap();
    VerifyingKey::<Sha256>::new(key)
        .verify(message, &signature)
        .is_ok()
}

fn environment(host: &mut Host, card: &mut Epass, p2: u8, algorithm: u8, key: u16) -> u16 {
    let [high, low] = key.to_be_bytes();
    let data = [0x80, 1, algorithm, 0x81, 2, high, low];
    host.status(card, [0, 0x22, 0x41, p2], &data)
}

fn padded() -> Vec<u8> {
    let digest = [hex(DIGEST_INFO), Sha256::digest(MESSAGE).to_vec()].concat();
    [&[0, 1][..], &[0xFF; 202], &[0], &digest].concat()
}

#[test]
fn raw_rsa_signs_in_every_mode() {
    for mode in MODES {
        let (mut host, mut card) = signer(Epass::l2(mode));
        let raw = |host: &mut Host, card: &mut Epass, block: &[u8]| {
            host.send(card, RAW, block, Some(0x100))
        };
        assert_eq!(
            raw(&mut host, &mut card, &padded()).1,
            0x6985,
            "no environment"
        );
        assert_eq!(
            environment(&mut host, &mut card, 0xB8, 0x84, 0xA040),
            0x6A88
        );
        assert_eq!(
            environment(&mut host, &mut card, 0xB8, 0x84, 0xA020),
            0x9000
        );
        assert_eq!(raw(&mut host, &mut card, &padded()).1, 0x6982, "no PIN");
        assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
        assert_eq!(raw(&mut host, &mut card, &padded()[1..]).1, 0x6A80);
        assert_eq!(raw(&mut host, &mut card, &[0xFF; 256]).1, 0x6A80, "above n");
        let (signature, status) = raw(&mut host, &mut card, &padded());
        assert_eq!((signature.len(), status), (256, 0x9000), "{mode:?}");
        assert!(verifies(&mut host, &mut card, MESSAGE, &signature));
        assert!(!verifies(&mut host, &mut card, b"other", &signature));
    }
}

#[test]
fn the_card_finishes_a_hash_for_one_signature() {
    let (mut host, mut card) = signer(Epass::l2(Mode::Aes));
    let begun = hex(
        "810400000001 9020 6CB7244102F65790145141E105D2C3D387A1D91E9CEDA13A4A3D25DD87BEEA05 800141",
    );
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
    assert_eq!(
        environment(&mut host, &mut card, 0xB6, 0x82, 0xA020),
        0x9000
    );
    assert_eq!(host.send(&mut card, SIGN, &[], Some(0x100)).1, 0x6985);
    assert_eq!(host.send(&mut card, HASH, &begun, Some(0x100)).1, 0x9000);
    let (signature, status) = host.send(&mut card, SIGN, &[], Some(0x100));
    assert_eq!(status, 0x9000);
    assert!(verifies(&mut host, &mut card, MESSAGE, &signature));
    assert_eq!(
        host.send(&mut card, SIGN, &[], Some(0x100)).1,
        0x6985,
        "once"
    );

    let long = [&begun[..begun.len() - 3], &[0x80, 65][..], MESSAGE].concat();
    assert_eq!(host.status(&mut card, HASH, &long), 0x6A80);
    let none = [&begun[..begun.len() - 3], &[0x80, 0][..]].concat();
    assert_eq!(host.status(&mut card, HASH, &none), 0x6A80);
}

#[test]
fn some_tokens_refuse_raw_rsa() {
    let (mut host, mut card) = signer(Epass::l2(Mode::Fips).refuses_raw_rsa());
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
    assert_eq!(
        environment(&mut host, &mut card, 0xB8, 0x84, 0xA020),
        0x9000
    );
    assert_eq!(host.send(&mut card, RAW, &padded(), Some(0x100)).1, 0x6F83);
}

#[test]
fn long_answers_have_the_firmwares_short_length_on_demand() {
    let (mut host, mut card) = signer(Epass::l2(Mode::Aes).one_byte_length());
    assert_eq!(host.select(&mut card, 0x6F01), 0x9000);
    let wire = host.wrap([0, 0xB0, 0, 0], &[], Some(0xD8));
    let answer = crate::emulator::Emulator::transmit(&mut card, &wire);
    assert_eq!(answer[..3], [0x87, 0xE1, 0x01]);
    let wire = host.wrap([0, 0xB0, 0, 0], &[], Some(0x78));
    let answer = crate::emulator::Emulator::transmit(&mut card, &wire);
    assert_eq!(answer[..3], [0x87, 0x81, 0x01]);
    let wire = host.wrap([0, 0xB0, 0, 0], &[], Some(0x100));
    let answer = crate::emulator::Emulator::transmit(&mut card, &wire);
    assert_eq!(answer[..5], [0x87, 0x82, 0x01, 0x11, 0x01]);
}

#[test]
fn the_officer_does_not_sign() {
    let (mut host, mut card) = signer(Epass::l2(Mode::Aes));
    assert_eq!(host.verify(&mut card, 2, OFFICER), 0x9000);
    assert!(!card.is_verified());
    assert_eq!(
        environment(&mut host, &mut card, 0xB8, 0x84, 0xA020),
        0x9000
    );
    assert_eq!(host.send(&mut card, RAW, &padded(), Some(0x100)).1, 0x6982);
}

#[test]
fn a_made_key_signs_after_the_pin() {
    let mut card = Epass::blank(Mode::Aes)
        .seed(b"emulator tests")
        .build()
        .unwrap();
    let mut host = Host::open(&mut card);
    let secret = [&hex("0401 9096 9898 0006 FF66")[..], &pin_key(RIGHT)].concat();
    for (header, data) in [
        // Master file, store of secrets, PIN, and the two files of a key.
        (
            [0, 0xE0, 0, 0],
            hex("6214 82023800 83023F00 86089090FF90FFFFFFFF 8500"),
        ),
        (
            [0, 0xE0, 0, 0],
            hex("6215 82021000 83025300 850104 860890FFFF9FFFFFFFFF"),
        ),
        ([0x80, 0xE3, 0, 0], secret),
        (
            [0, 0xE0, 0, 0],
            hex("6216 82021300 83022920 85020100 8608FF909090FFFFFFFF"),
        ),
        (
            [0, 0xE0, 0, 0],
            hex("6216 82021400 83023020 85020100 860890909090FFFFFFFF"),
        ),
        ([0, 0x46, 0, 0], hex("02 0100 2920 3020")),
    ] {
        assert_eq!(
            host.status(&mut card, header, &data),
            0x9000,
            "{header:02X?}"
        );
    }
    let (point, status) = host.send(&mut card, [0x80, 0xB4, 0, 0], &hex("3020"), Some(0x100));
    assert_eq!(status, 0x9000);
    assert_eq!(
        (&point[..2], &point[34..36]),
        (&[0x58, 0x20][..], &[0x59, 0x20][..])
    );
    let point = [&[4][..], &point[2..34], &point[36..]].concat();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();

    assert_eq!(
        environment(&mut host, &mut card, 0xB6, 0x92, 0x2920),
        0x9000
    );
    let hash = Sha256::digest(MESSAGE);
    // The file lets everyone use it, as OpenSC makes it.
    assert_eq!(host.send(&mut card, SIGN, &hash, Some(0x100)).1, 0x6982);
    assert_eq!(host.verify(&mut card, 1, RIGHT), 0x9000);
    assert_eq!(
        host.send(&mut card, SIGN, &hash[1..], Some(0x100)).1,
        0x6A80
    );
    let (signature, status) = host.send(&mut card, SIGN, &hash, Some(0x100));
    assert_eq!((signature.len(), status), (64, 0x9000));
    let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
    assert!(key.verify(MESSAGE, &signature).is_ok());
    assert!(key.verify(b"other", &signature).is_err());
}

#[test]
fn a_chip_without_curves_makes_no_such_files() {
    let mut card = Epass::blank(Mode::Aes).without_ec().build().unwrap();
    let mut host = Host::open(&mut card);
    let create = [0, 0xE0, 0, 0];
    let master = hex("6214 82023800 83023F00 86089090FF90FFFFFFFF 8500");
    assert_eq!(host.status(&mut card, create, &master), 0x9000);
    let key = hex("6216 82021300 83022920 85020100 8608FF909090FFFFFFFF");
    assert_eq!(host.status(&mut card, create, &key), 0x6A80);
}
