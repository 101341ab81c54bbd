//! Certificates that the world accepts, as it writes them (RFC 5280, and what OpenSSL
//! reads beyond it). Those in tests/certificates were made for this.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bench::{Bench, Shared};
use securesign_card::certificate::{Certificate, CertificateError, day};
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::{CardError, Missing};
use securesign_card::profile::Tries;
use securesign_card::signature::{PublicKey, ToSign};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

fn bytes(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
    fs::read(folder.join(name).with_extension("der")).unwrap()
}

fn read(name: &str) -> Certificate {
    Certificate::parse(&bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The bytes with `from` replaced, which must be there, by as many.
fn altered(name: &str, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes(name);
    let at = bytes.windows(from.len()).position(|part| part == from);
    let at = at.unwrap_or_else(|| panic!("{name} has none of it"));
    bytes[at..at + from.len()].copy_from_slice(to);
    bytes
}

const READ: [&str; 13] = [
    "cn_empty",
    "cn_printable_ampersand",
    "cn_t61_latin1",
    "critical_false",
    "empty_subject",
    "not_after_9999",
    "not_before_1950",
    "ou_universalstring",
    "rdn_unsorted",
    "rsa_e64",
    "rsa_no_null",
    "spki_pss_noparams",
    "spki_pss_params",
];

#[test]
fn the_pem_is_the_bytes_as_they_came() {
    for name in READ.into_iter().chain(["two_cn"]) {
        let pem = read(name).pem().unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert_eq!(STANDARD.decode(body).unwrap(), bytes(name), "{name}");
        // What a card pads with is no part of it.
        let padded = [bytes(name), vec![0; 9]].concat();
        assert_eq!(Certificate::parse(&padded).unwrap().der(), bytes(name));
    }
}

#[test]
fn what_openssl_reads_is_read_and_named() {
    for name in READ {
        let certificate = read(name);
        for said in [certificate.subject(), certificate.issuer()] {
            assert!(!said.trim().is_empty(), "{name}");
            assert!(
                !said.contains(char::REPLACEMENT_CHARACTER),
                "{name}: {said}"
            );
        }
        assert!(certificate.may_sign(), "{name}");
    }
}

#[test]
fn the_beginning_of_a_certificate_tells_its_serial_number_or_nothing() {
    for name in READ.into_iter().chain(["two_cn"]) {
        let (bytes, serial) = (bytes(name), read(name).serial());
        let told: Vec<Option<String>> = (0..=bytes.len())
            .map(|len| Certificate::serial_at(&bytes[..len]))
            .collect();
        // Never a part of it.
        let mut other = told.iter().flatten().filter(|told| **told != serial);
        assert_eq!(other.next(), None, "{name}");
        assert_eq!(told[64].as_ref(), Some(&serial), "{name}");
    }
}

#[test]
fn dates_reach_from_before_1970_to_no_end() {
    let endless = read("not_after_9999");
    assert_eq!(endless.expires(), None);
    assert_eq!(day(endless.validity().1), "9999-12-31");
    assert!(endless.is_valid_at("9998-01-01T00:00:00Z".parse().unwrap()));
    let old = read("not_before_1950");
    assert!(day(old.validity().0).starts_with("1950-"), "{old:?}");
    assert!(old.expires().is_some());
}

#[test]
fn a_key_for_pss_alone_signs_nothing_here() {
    let digest = Digest::of(HashAlgorithm::Sha256, b"document");
    for name in ["spki_pss_noparams", "spki_pss_params"] {
        let key = read(name).key().clone();
        assert!(matches!(key, PublicKey::RsaPss(_)), "{name}");
        assert_eq!(key.signature_algorithm(HashAlgorithm::Sha256), None);
        assert!(key.display().starts_with("RSA-PSS "), "{name}");
        assert!(key.standard(ToSign::Digest(&digest), &[1; 256]).is_none());
    }
}

#[test]
fn a_key_for_pss_alone_costs_no_try() {
    let key = KeyKind::Rsa2048;
    let card = PivCard::builder(NIST).key(Slot::SIGNATURE, key).build();
    let bench = Bench::new(Shared::new(card.unwrap()), None);
    let (token, before) = bench.token();
    let mut credential = before.found.credentials[0].clone();
    credential.certificate = read("spki_pss_noparams");
    let refused = bench.sign(&token, &credential, Some("999999")).unwrap_err();
    assert!(
        matches!(refused, CardError::Unsupported(Missing::KeyKind)),
        "{refused:?}"
    );
    let (_, after) = bench.token();
    assert!(matches!(after.pin, Tries::Left(_)));
    assert_eq!(after.pin, before.pin);
}

#[test]
fn what_is_refused_says_why() {
    let error = |name| Certificate::parse(&bytes(name)).unwrap_err();
    assert_eq!(error("ec_explicit"), CertificateError::ExplicitCurve);
    assert_eq!(error("ber_indefinite"), CertificateError::Indefinite);
    // rsaEncryption turned into id-RSAES-OAEP.
    let rsa = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05];
    let oaep = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x07, 0x05];
    let made = altered(RSA, &rsa, &oaep);
    let CertificateError::Key(kind) = Certificate::parse(&made).unwrap_err() else {
        panic!("another reason")
    };
    assert!(kind.to_lowercase().contains("oaep"), "{kind}");
}

/// One with an RSA key, its NULL and the UTF-8 common names that the tables alter.
const RSA: &str = "two_cn";

#[test]
fn the_last_common_name_is_the_person() {
    assert_eq!(read("two_cn").subject(), PERSON);
}

const PERSON: &str = "Asha Sharma";

/// The person's name of this type and content; zeros fill what is left over.
fn named(tag: u8, content: &[u8]) -> String {
    let whole = [&[0x0C, PERSON.len() as u8], PERSON.as_bytes()].concat();
    let mut made = [&[tag, content.len() as u8], content].concat();
    made.resize(whole.len(), 0x00);
    Certificate::parse(&altered(RSA, &whole, &made))
        .unwrap()
        .subject()
}

#[test]
fn names_are_readable_in_every_string_type() {
    for tag in [0x0C, 0x12, 0x13, 0x14, 0x15, 0x16, 0x1A, 0x1B] {
        assert_eq!(named(tag, b"A & B@_*"), "A & B@_*", "{tag:02X}");
        assert_eq!(named(tag, b"J\xF6rg"), "Jörg", "Latin-1 as {tag:02X}");
        assert_eq!(named(tag, "Jörg".as_bytes()), "Jörg", "UTF-8 as {tag:02X}");
        assert_eq!(named(tag, b"A\x1B[31m\0B\r\n"), "A[31mB", "{tag:02X}");
        // An empty one, or one that cannot be seen: the name before it.
        for nothing in [&b""[..], b"  ", "\u{200B}".as_bytes()] {
            assert_eq!(named(tag, nothing), "Users", "{tag:02X} {nothing:?}");
        }
    }
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    assert_eq!(named(0x1E, &wide("आशा")), "आशा");
    assert_eq!(named(0x1E, &wide("\u{1d4d0}b")), "\u{1d4d0}b");
    assert_eq!(named(0x1E, b"A\xF6!"), "Aö!", "half a character");
    assert_eq!(named(0x1C, b"\0\0\x09\x06\0\0\0b"), "आb");
}

#[test]
fn without_a_common_name_something_readable_is_said() {
    for (name, said) in [
        ("cn_empty", "O=Org"),
        ("cn_printable_ampersand", "Sharma & Sons"),
        ("cn_t61_latin1", "René Müller"),
    ] {
        assert_eq!(read(name).subject(), said, "{name}");
    }
    // No subject at all: its alternative name, and without that its serial number.
    assert_eq!(read("empty_subject").subject(), "asha@example.in");
    let alternative = [0x06, 0x03, 0x55, 0x1D, 0x11];
    let unknown = [0x06, 0x03, 0x55, 0x1D, 0x7F];
    let empty = Certificate::parse(&altered("empty_subject", &alternative, &unknown)).unwrap();
    assert_eq!(empty.subject(), format!("#{}", empty.serial()));
}

#[test]
fn times_are_read_in_every_form() {
    let old = b"\x17\x0D240101000000Z";
    let from = |tag: u8, text: &str| {
        let mut made = [&[tag, text.len() as u8], text.as_bytes()].concat();
        made.resize(old.len(), 0x00);
        let made = altered(RSA, old, &made);
        Certificate::parse(&made).map(|read| read.validity().0.to_string())
    };
    for (tag, text, time) in [
        (0x17, "240101000001Z", "2024-01-01T00:00:01Z"),
        (0x17, "2401010203Z", "2024-01-01T02:03:00Z"),
        (0x17, "500101000000Z", "1950-01-01T00:00:00Z"),
        (0x17, "491231235959Z", "2049-12-31T23:59:59Z"),
        (0x17, "691231235959Z", "1969-12-31T23:59:59Z"),
        (0x18, "190001010203Z", "1900-01-01T02:03:00Z"),
    ] {
        assert_eq!(from(tag, text).as_deref(), Ok(time), "{text}");
    }
    // With an offset to UTC, which takes the place of the seconds of both.
    let both = b"\x17\x0D240101000000Z\x17\x0D340101000000Z";
    let made = b"\x17\x0F2401010000+0530\x17\x0B3401010000Z";
    let made = Certificate::parse(&altered(RSA, both, made)).unwrap();
    assert_eq!(made.validity().0.to_string(), "2023-12-31T18:30:00Z");
    for (tag, text) in [
        (0x17, "241301000000Z"),
        (0x17, "no date"),
        (0x18, ""),
        (0x17, "आ"),
    ] {
        assert!(from(tag, text).is_err(), "{text}");
    }
}

/// r and s in DER as a sloppy card makes it, from their numbers.
fn sloppy(r: &[u8], s: &[u8], long: bool) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let length = number.len() as u8;
        let head: &[u8] = match long {
            true => &[0x02, 0x82, 0x00, length],
            false => &[0x02, length],
        };
        [head, number].concat()
    };
    let content = [integer(r), integer(s)].concat();
    let length = content.len() as u8;
    let head: &[u8] = match long || length > 127 {
        true => &[0x30, 0x81, length],
        false => &[0x30, length],
    };
    [head, &content].concat()
}

/// Every form of one signature becomes the standard one; of another document, none.
fn every_form(key: &PublicKey, digest: &Digest, standard: &[u8], r: &[u8], s: &[u8]) {
    let what = ToSign::Digest(digest);
    let zeros = |number: &[u8], count| [vec![0; count], number.to_vec()].concat();
    let bare = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        number[zeros..].to_vec()
    };
    let forms = [
        standard.to_vec(),
        [r, s].concat(),
        [zeros(r, 1), zeros(s, 1)].concat(),
        [zeros(r, 34), zeros(s, 34)].concat(),
        sloppy(r, s, false),
        sloppy(&bare(r), &bare(s), false),
        sloppy(&zeros(r, 1), &zeros(s, 5), false),
        sloppy(r, s, true),
        sloppy(&zeros(r, 3), &bare(s), true),
        [standard, &[0x00; 4]].concat(),
    ];
    let other = Digest::of(digest.algorithm(), b"another document");
    for form in forms {
        assert_eq!(
            key.standard(what, &form).as_deref(),
            Some(standard),
            "{form:02X?}"
        );
        assert_eq!(key.standard(ToSign::Digest(&other), &form), None);
    }
    for broken in [
        &[][..],
        &[0x30],
        &[0x30, 0x00],
        &[0; 64],
        &[0xFF; 96],
        &standard[1..],
    ] {
        assert_eq!(key.standard(what, broken), None, "{broken:02X?}");
    }
}

#[test]
fn signatures_in_any_valid_form_become_the_standard_one() {
    use signature::hazmat::PrehashSigner;
    // Enough documents for numbers with zeros in front and with the first bit set.
    for n in 0..8 {
        for algorithm in HashAlgorithm::ALL {
            let digest = Digest::of(algorithm, &[n; 3]);
            let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
            let made: p256::ecdsa::Signature = key.sign_prehash(digest.bytes()).unwrap();
            let (r, s) = made.split_bytes();
            let public = PublicKey::P256(*key.verifying_key());
            every_form(&public, &digest, made.to_der().as_bytes(), &r, &s);
            let key = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
            let made: p384::ecdsa::Signature = key.sign_prehash(digest.bytes()).unwrap();
            let (r, s) = made.split_bytes();
            let public = PublicKey::P384(*key.verifying_key());
            every_form(&public, &digest, made.to_der().as_bytes(), &r, &s);
        }
    }
}

/// A certificate on this curve, and a signature over `abc`, both made by OpenSSL.
fn made_by_openssl(curve: &str, hash: HashAlgorithm) -> (Vec<u8>, Vec<u8>) {
    let folder = std::env::temp_dir().join(format!("curve-{curve}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let openssl = |line: &str| {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(&folder).args(line.split_whitespace());
        let done = openssl.output().unwrap();
        assert!(done.status.success(), "{line}: {done:?}");
    };
    fs::write(folder.join("document"), b"abc").unwrap();
    openssl(&format!(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:{curve} -nodes -keyout key -subj /CN=Ada \
         -outform DER -out certificate"
    ));
    let hash = hash.name().to_lowercase();
    openssl(&format!("dgst -{hash} -sign key -out signature document"));
    let read = |name| fs::read(folder.join(name)).unwrap();
    let made = (read("certificate"), read("signature"));
    fs::remove_dir_all(&folder).unwrap();
    made
}

#[test]
fn what_openssl_signs_on_every_curve_is_right_in_every_form() {
    for (curve, len) in [
        ("P-256", 32),
        ("P-384", 48),
        ("P-521", 66),
        ("brainpoolP256r1", 32),
        ("brainpoolP384r1", 48),
    ] {
        for algorithm in HashAlgorithm::ALL {
            let (certificate, signature) = made_by_openssl(curve, algorithm);
            let certificate = Certificate::parse(&certificate).unwrap();
            let key = certificate.key();
            assert_eq!(key.curve_len(), Some(len), "{curve}");
            assert_eq!(key.display(), format!("ECDSA {curve}"));
            let number = |at: usize| {
                let parts: Vec<der::asn1::UintRef<'_>> = der::Decode::from_der(&signature).unwrap();
                let bytes = parts[at].as_bytes();
                [vec![0; len - bytes.len()], bytes.to_vec()].concat()
            };
            let digest = Digest::of(algorithm, b"abc");
            every_form(key, &digest, &signature, &number(0), &number(1));
        }
    }
}

#[test]
fn a_curve_that_cannot_be_checked_here_is_named() {
    // The second has no name in our tables.
    for (curve, name) in [
        ("brainpoolP512r1", "brainpoolp512r1"),
        ("secp256k1", "1.3.132.0.10"),
    ] {
        let (certificate, _) = made_by_openssl(curve, HashAlgorithm::Sha256);
        let error = Certificate::parse(&certificate).unwrap_err();
        let CertificateError::Key(kind) = &error else {
            panic!("{curve}: {error:?}");
        };
        let plain = kind.replace('-', "").to_lowercase();
        assert_eq!(plain, name);
    }
}

#[test]
fn an_rsa_signature_is_as_long_as_the_modulus_whatever_zeros_the_card_writes() {
    use rsa::pkcs8::DecodePrivateKey;
    let made = Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm", "RSA"])
        .args(["-pkeyopt", "rsa_keygen_bits:1024"])
        .output()
        .unwrap();
    let (_, pkcs8) = der::pem::decode_vec(&made.stdout).unwrap();
    let key = rsa::PrivateKey::from_pkcs8_der(&pkcs8).unwrap();
    let public = PublicKey::Rsa(key.to_public_key());
    // One signature in 256 begins with a zero.
    let found = (0..u32::MAX).find_map(|n| {
        let digest = Digest::of(HashAlgorithm::Sha256, &n.to_be_bytes());
        let scheme = rsa::Pkcs1v15Sign::new::<sha2::Sha256>();
        let made = key.sign(scheme, digest.bytes()).unwrap();
        (made[0] == 0).then_some((digest, made))
    });
    let (digest, made) = found.unwrap();
    let what = ToSign::Digest(&digest);
    for form in [&made[..], &made[1..], &[&[0, 0], &made[..]].concat()] {
        assert_eq!(public.standard(what, form).as_deref(), Some(&made[..]));
    }
    assert_eq!(public.standard(what, &made[..127]), None);
}
