//! Sheet §8.2 and §8.3, read as a driver would.

use der::{Decode, Encode};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::{Host, hex, vendor};
use crate::epass2003::emulator::{Container, Epass, Id, Mode};

const HOLDER: &str = "CN=Ada Lovelace";

/// FID, name, used, allocated of each record, by the sheet's table.
fn index(host: &mut Host, card: &mut Epass) -> Vec<(u16, String, usize, usize)> {
    let bytes = host.read(card, 0x6F01);
    let number = |bytes: &[u8]| u16::from(bytes[0]) | u16::from(bytes[1]) << 8;
    let records = bytes.chunks_exact(30).map(|record| {
        let name = record[12..25].split(|b| *b == 0).next().unwrap();
        (
            number(&record[..2]),
            String::from_utf8(name.to_vec()).unwrap(),
            usize::from(number(&record[26..28])),
            usize::from(number(&record[28..30])),
        )
    });
    records.collect()
}

fn attributes(file: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut rest = file;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let kind = u32::from_le_bytes(rest[..4].try_into().unwrap());
        let length = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        out.push((kind, rest[8..8 + length].to_vec()));
        rest = &rest[8 + length..];
    }
    out
}

fn attribute(file: &[u8], kind: u32) -> Option<Vec<u8>> {
    let all = attributes(file);
    all.into_iter().find(|(k, _)| *k == kind).map(|(_, v)| v)
}

/// The used part of a file by its name.
fn file(host: &mut Host, card: &mut Epass, name: &str) -> Option<Vec<u8>> {
    let index = index(host, card);
    let (identifier, _, used, allocated) = index.iter().find(|(_, n, _, _)| n == name)?;
    let bytes = host.read(card, *identifier);
    assert_eq!(bytes.len(), *allocated);
    Some(bytes[..*used].to_vec())
}

#[test]
fn the_index_is_the_published_one() {
    let (mut host, mut card) = vendor(Epass::l2(Mode::Aes).certificate(Container::signing(HOLDER)));
    let (information, _) = host.send(&mut card, [0, 0xA4, 0, 0], &hex("2003"), Some(0x100));
    assert!(
        information
            .windows(18)
            .any(|w| w == b"\x84\x10ENTERSAFE-ESPK\0\0")
    );
    let bytes = host.read(&mut card, 0x6F01);
    let records: Vec<&[u8]> = bytes.chunks(30).collect();
    for (at, name) in ["mscp", "pkcs11", "internal", "tkinfdir"]
        .iter()
        .enumerate()
    {
        assert_eq!(records[at][..2], [0xFF, 0xFF]);
        assert!(records[at][2..].starts_with(name.as_bytes()));
    }
    assert_eq!(
        records[4],
        hex("0024 6D736370000000000000 636D61706669 6C650000000000 D0 5600 5600")
    );
    assert_eq!(
        records[6],
        hex("4024 00000000000000000000 63617264696400000000000000 93 1000 1000")
    );
    let names: Vec<_> = index(&mut host, &mut card)
        .into_iter()
        .filter(|(f, ..)| ![0, 0xFFFF].contains(f))
        .map(|(f, n, ..)| (f, n))
        .collect();
    let wanted = [
        (0x2400, "cmapfile"),
        (0x2420, "containermap"),
        (0x2440, "cardid"),
        (0x2460, "tokeninfo"),
        (0x2480, "pubk0001"),
        (0x24A0, "prvk0001"),
        (0x24C0, "cert0001"),
    ];
    assert_eq!(names, wanted.map(|(f, n)| (f, n.to_owned())));
    let map = file(&mut host, &mut card, "containermap").unwrap();
    assert_eq!(map.len(), 0x400);
    assert_eq!(map[32..40], hex("20A00000 20800000"));
    assert!(map[40..].iter().all(|b| *b == 0));
    let label = file(&mut host, &mut card, "tokeninfo").unwrap();
    assert_eq!(label[..32], *b"HYP2003                         ");
}

#[test]
fn certificates_say_what_they_are_for() {
    let (mut host, mut card) = vendor(
        Epass::l2(Mode::Fips)
            .certificate(Container::signing(HOLDER))
            .certificate(Container::encryption(HOLDER).size(2600))
            .certificate(Container::authority("CN=Sub CA")),
    );
    let mut read = |name: &str| {
        let file = file(&mut host, &mut card, name).unwrap();
        let der = attribute(&file, 0x11).unwrap();
        let start = file.len() - der.len();
        assert!((50..=90).contains(&start), "{start}");
        (Certificate::from_der(&der).unwrap(), der.len())
    };
    let usage = |certificate: &Certificate| {
        let tbs = certificate.tbs_certificate();
        let (_, usage) = tbs.get_extension::<KeyUsage>().unwrap().unwrap();
        let (_, basic) = tbs.get_extension::<BasicConstraints>().unwrap().unwrap();
        (
            usage.digital_signature(),
            usage.non_repudiation(),
            usage.key_encipherment(),
            usage.key_cert_sign(),
            basic.ca,
        )
    };
    let (signing, size) = read("cert0001");
    assert!((1560..=1640).contains(&size), "{size}");
    assert_eq!(usage(&signing), (true, true, false, false, false));
    let (encryption, size) = read("cert0002");
    assert!((2560..=2640).contains(&size), "{size}");
    assert_eq!(usage(&encryption), (false, false, true, false, false));
    let (authority, _) = read("cert0003");
    assert_eq!(usage(&authority), (false, false, false, true, true));
    let subject = |c: &Certificate| c.tbs_certificate().subject().to_der().unwrap();
    assert_eq!(subject(&signing), subject(&encryption));
    assert!(file(&mut host, &mut card, "prvk0002").is_some());
    assert!(file(&mut host, &mut card, "prvk0003").is_none());
    assert!(file(&mut host, &mut card, "pubk0003").is_none());
}

#[test]
fn objects_are_paired_in_all_the_ways_seen() {
    let text = b"an identifier of Indian length, plain ASCII text, 52".to_vec();
    assert_eq!(text.len(), 52);
    let (mut host, mut card) = vendor(
        Epass::l2(Mode::Aes)
            .hole()
            .certificate(Container::signing(HOLDER))
            .certificate(Container::signing(HOLDER).id(Id::Bytes(text.clone())))
            .certificate(Container::signing(HOLDER).id(Id::Missing).protected()),
    );
    let mut id = |kind: &str, number| {
        let file = file(&mut host, &mut card, &format!("{kind}{number:04}")).unwrap();
        let modulus = attribute(&file, 0x120);
        let handle = attribute(&file, 0x8000_0100);
        (attribute(&file, 0x102), modulus, handle)
    };
    let (hash, ..) = id("cert", 1);
    assert_eq!(hash.as_ref().unwrap().len(), 20);
    for kind in ["pubk", "prvk"] {
        assert_eq!(id(kind, 1).0, hash);
        assert_eq!(id(kind, 2).0.as_ref(), Some(&text));
        assert_eq!(id(kind, 3).0, None);
        let modulus = id(kind, 1).1.unwrap();
        assert_eq!((modulus.len(), modulus[0]), (257, 0));
    }
    assert_eq!(id("prvk", 1).2, Some(hex("20A00000")));
    assert_eq!(id("prvk", 2).2, Some(hex("40A00000")));
    assert_eq!(id("pubk", 2).2, Some(hex("40800000")));
    assert_eq!(id("prvk", 3), (None, None, None));
    let all = index(&mut host, &mut card);
    let hole = all.iter().position(|(f, ..)| *f == 0).unwrap();
    assert!(all[hole..].iter().any(|(_, n, ..)| n == "cert0002"));
}
