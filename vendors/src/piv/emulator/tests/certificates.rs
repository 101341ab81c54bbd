//! Certificate objects and where keys come from.

use std::io::Read;

use super::*;
use crate::emulator::tlv;

const KIND: KeyKind = KeyKind::P256;

fn stored(builder: Builder) -> (PivCard, Vec<u8>) {
    let mut card = builder.build().unwrap();
    card.transmit(SELECT);
    let (object, status) = drain(&mut card, &read([0x5F, 0xC1, 0x05]));
    assert_eq!(status, 0x9000);
    (card, object)
}

fn builder() -> Builder {
    PivCard::builder(NIST)
        .seed(b"forms")
        .key(Slot::AUTHENTICATION, KIND)
}

/// Content of tag 70 and CertInfo; the object must be `53 { 70 71 FE }`.
fn parts(object: &[u8]) -> (Vec<u8>, u8) {
    let Some((0x53, content, [])) = tlv::read(object) else {
        panic!("not one object");
    };
    let elements = tlv::read_all(content).unwrap();
    let [(0x70, certificate), (0x71, [info]), (0xFE, [])] = elements[..] else {
        panic!("not 70, 71, FE");
    };
    (certificate.to_vec(), *info)
}

#[test]
fn plain_and_compressed_forms() {
    let (card, object) = stored(builder());
    let der = card.certificate(Slot::AUTHENTICATION).unwrap().to_vec();
    assert_eq!(parts(&object), (der.clone(), 0x00));
    let mut out = Vec::new();

    let (bytes, info) = parts(&stored(builder().gzip_certificate(Slot::AUTHENTICATION)).1);
    assert_eq!((&bytes[..2], info), (&[0x1F, 0x8B][..], 0x01));
    flate2::read::GzDecoder::new(&bytes[..])
        .read_to_end(&mut out)
        .unwrap();
    assert_eq!(out, der);

    out.clear();
    let (bytes, info) = parts(&stored(builder().zlib_certificate(Slot::AUTHENTICATION)).1);
    assert_eq!((bytes[0], info), (0x78, 0x01));
    flate2::read::ZlibDecoder::new(&bytes[..])
        .read_to_end(&mut out)
        .unwrap();
    assert_eq!(out, der);

    out.clear();
    let (bytes, _) = parts(&stored(builder().net_id_certificate(Slot::AUTHENTICATION)).1);
    assert_eq!(bytes[..2], [0x01, 0x00]);
    assert_eq!(
        usize::from(u16::from_le_bytes([bytes[2], bytes[3]])),
        der.len()
    );
    flate2::read::ZlibDecoder::new(&bytes[4..])
        .read_to_end(&mut out)
        .unwrap();
    assert_eq!(out, der);

    let (_, object) = stored(builder().bare(Slot::AUTHENTICATION));
    assert!(matches!(tlv::read(&object), Some((0x53, content, [])) if content == der));
    let (_, object) = stored(builder().empty_object(Slot::AUTHENTICATION));
    assert_eq!(object, [0x53, 0x00]);
}

#[test]
fn a_seed_repeats_keys_and_chance_does_not() {
    let of = |b: Builder| b.build().unwrap().public_key(Slot::AUTHENTICATION).unwrap();
    assert_eq!(of(builder()), of(builder()));
    let fresh = || PivCard::builder(NIST).key(Slot::AUTHENTICATION, KIND);
    assert_ne!(of(fresh()), of(fresh()));
}

#[test]
fn keys_are_imported_from_pkcs8() {
    use p256::pkcs8::{EncodePrivateKey, EncodePublicKey};

    let key = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    let der = key.to_pkcs8_der().unwrap();
    let card = PivCard::builder(NIST)
        .pkcs8(Slot::SIGNATURE, der.as_bytes())
        .build()
        .unwrap();
    let expected = key.public_key().to_public_key_der().unwrap();
    assert_eq!(
        card.public_key(Slot::SIGNATURE).unwrap(),
        expected.as_bytes()
    );
    let refused = PivCard::builder(NIST)
        .pkcs8(Slot::SIGNATURE, &[0x30, 0x00])
        .build();
    assert_eq!(refused.err(), Some(BuildError::Key(Slot::SIGNATURE)));
}

#[test]
fn a_certificate_without_its_key() {
    let card = PivCard::builder(NIST)
        .certificate_only(Slot::AUTHENTICATION, KIND)
        .build()
        .unwrap();
    assert!(card.certificate(Slot::AUTHENTICATION).is_some());
    assert!(card.public_key(Slot::AUTHENTICATION).is_none());
}

#[test]
fn slots_name_their_objects() {
    let object = |reference| Slot::from_reference(reference).map(Slot::object);
    for (reference, tag) in [
        (0x9A, 0x5F_C105),
        (0x9C, 0x5F_C10A),
        (0x9D, 0x5F_C10B),
        (0x9E, 0x5F_C101),
        (0x82, 0x5F_C10D),
        (0x95, 0x5F_C120),
    ] {
        assert_eq!(object(reference), Some(tag));
    }
    assert_eq!(object(0x9B), None);
    assert_eq!(Slot::retired(20), Slot::from_reference(0x95));
    assert_eq!(Slot::retired(21), None);
}

#[test]
fn key_history_counts() {
    let mut card = PivCard::builder(NIST).key_history(2, 0).build().unwrap();
    let (object, _) = drain(&mut card, &read([0x5F, 0xC1, 0x0C]));
    assert_eq!(
        object,
        [0x53, 0x08, 0xC1, 0x01, 0x02, 0xC2, 0x01, 0x00, 0xFE, 0x00]
    );
    let (object, _) = drain(&mut super::card(PIVAPPLET), &read([0x5F, 0xC1, 0x0C]));
    assert_eq!(
        object,
        [0x53, 0x08, 0xC1, 0x01, 0x00, 0xC2, 0x01, 0x00, 0xFE, 0x00]
    );
}
