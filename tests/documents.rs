//! Signed documents (PAdES B-B), read by programs of others. The files are those of
//! tests/documents, made with the programs that people use, or damaged on purpose.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "documents/changes.rs"]
mod changes;
#[path = "documents/judges.rs"]
mod judges;
#[path = "support/software.rs"]
mod software;
#[path = "documents/stamps.rs"]
mod stamps;
#[path = "documents/timestamps.rs"]
mod timestamps;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use judges::Court;
use securesign_card::digest::HashAlgorithm;
use securesign_documents::cms::read::Fault;
use securesign_documents::pdf::{self, Options, Pdf};
use securesign_documents::{Damage, Refusal, Signer};

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/documents")
        .join(name)
}

fn file(name: &str) -> Vec<u8> {
    fs::read(path(name).with_extension("pdf")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every PDF there is in tests/documents, without its ending.
fn names() -> Vec<String> {
    let entries = fs::read_dir(path(""))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let pdfs = entries.filter(|path| path.extension().is_some_and(|kind| kind == "pdf"));
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<String> = pdfs.map(stem).collect();
    names.sort();
    names
}

/// In the first empty field, where there is one.
fn sign(court: &Court, key: &str, hash: HashAlgorithm, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let now = Timestamp::now();
    let software = &court.software;
    let signer = Signer::new(software.certificate(key), &software.chain(), hash, now)?;
    let pdf = Pdf::read(bytes)?;
    let options = Options {
        field: pdf.empty_fields().next().map(str::to_owned),
        reason: Some("I agree (हाँ)".into()),
        location: Some("Pune".into()),
        ..Options::default()
    };
    let prepared = pdf.prepare(signer, &options, now)?;
    let signature = court.sign(key, hash, prepared.to_sign().0);
    prepared.finish(&signature)
}

/// What becomes of those that are not signed; all others are.
fn refusal(name: &str) -> Option<Refusal> {
    match name {
        "xfa" => Some(Refusal::Xfa),
        "certified-p1" => Some(Refusal::Certified),
        "signed-fieldmdp-all" => Some(Refusal::Locked),
        "junk-before-header" => Some(Refusal::Junk),
        "no-pages" | "page-loop" => Some(Refusal::NoPage),
        "startxref-wrong" | "xref-shifted" => Some(Refusal::Damaged(Damage::References)),
        "prev-loop" => Some(Refusal::Damaged(Damage::Updates)),
        name if name.starts_with("encrypted-") => Some(Refusal::Encrypted),
        _ => None,
    }
}

/// What appending leaves as it was, and what PAdES wants of it.
fn check_update(name: &str, original: &[u8], signed: &[u8]) {
    assert!(signed.starts_with(original), "{name}");
    let update = String::from_utf8_lossy(&signed[original.len()..]).into_owned();
    assert!(
        original.ends_with(b"\n") || update.starts_with('\n'),
        "{name}"
    );
    // The newest section is of the kind that the file's newest one was.
    let start = original
        .windows(9)
        .rposition(|it| it == b"startxref")
        .unwrap();
    let digits = String::from_utf8_lossy(&original[start + 9..])
        .trim_start()
        .to_owned();
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let old: usize = digits[..end].parse().unwrap();
    let is_table = original[old..].trim_ascii_start().starts_with(b"xref");
    assert_eq!(update.contains("\nxref\n"), is_table, "{name}");
    assert_eq!(update.contains("/Type /XRef"), !is_table, "{name}");
    assert!(update.contains(&format!("/Prev {old}")), "{name}");
    assert!(!update.contains("/XRefStm"), "{name}");
    assert!(update.contains(" /M (D:20"), "{name}");
    assert!(update.contains("/SubFilter /ETSI.CAdES.detached"), "{name}");
}

#[test]
fn every_file_is_signed_for_all_judges_or_refused_by_name() {
    let court = Court::new(&["rsa2048"]);
    let mut signed = Vec::new();
    for name in names() {
        let original = file(&name);
        let result = sign(&court, "rsa2048", SHA256, original.clone());
        assert_eq!(result.as_ref().err(), refusal(&name).as_ref(), "{name}");
        if let Ok(bytes) = result {
            check_update(&name, &original, &bytes);
            signed.push((name, bytes));
        }
    }
    assert!(signed.len() > 30);
    for ((name, bytes), word) in signed.iter().zip(court.hear(&signed)) {
        match name.as_str() {
            // Broken before us: its first signature was spoilt by another program.
            "second-by-lopdf-BREAKS-FIRST" => {
                let [first, .., newest] = &word.pyhanko["signatures"].as_array().unwrap()[..]
                else {
                    panic!("{word:?}");
                };
                assert_eq!(first["docmdp"], false, "{word:?}");
                assert_eq!(newest["docmdp"], true, "{word:?}");
            }
            // qpdf warns of the original too: its arrays are too deep.
            "deep-array" => {
                assert!(!word.qpdf);
                assert!(word.pyhanko_is_content() && word.openssl, "{word:?}");
            }
            _ => assert!(word.is_good(), "{name}: {word:?}"),
        }
        let strict = !matches!(name.as_str(), "generation5" | "hybrid");
        assert_eq!(word.pyhanko["strict"], strict, "{name}: {word:?}");
        let ours = pdf::signatures(bytes.clone()).unwrap();
        assert_eq!(ours.len(), word.pdfsig.len(), "{name}");
        for one in &ours {
            assert!(one.sound.is_ok(), "{name}: {one:?}");
        }
        let newest = ours.last().unwrap();
        assert!(newest.is_whole);
        assert_eq!(newest.reason.as_deref(), Some("I agree (हाँ)"));
        let sound = newest.sound.as_ref().unwrap();
        assert!(sound.names_certificate && !sound.has_signing_time, "{name}");
    }
}

#[test]
fn each_kind_of_key_signs_with_each_hash() {
    let keys = ["rsa2048", "rsa4096", "p256", "p384"];
    let court = Court::new(&keys);
    let mut signed = Vec::new();
    for key in keys {
        for hash in HashAlgorithm::ALL {
            let bytes = sign(&court, key, hash, file("libreoffice")).unwrap();
            signed.push((format!("{key}-{}", hash.name()), bytes));
        }
    }
    for ((name, _), word) in signed.iter().zip(court.hear(&signed)) {
        assert!(word.is_good(), "{name}: {word:?}");
        let hash = name.rsplit_once("SHA").unwrap().1;
        assert!(word.pdfsig[0].contains(&format!("SHA-{hash}")), "{word:?}");
    }
}

#[test]
fn signatures_follow_one_another_and_leave_the_earlier_ones_alone() {
    let court = Court::new(&["rsa2048", "p256", "p384"]);
    let mut bytes = file("objstm");
    let mut lengths = Vec::new();
    for key in ["rsa2048", "p256", "p384"] {
        bytes = sign(&court, key, SHA256, bytes).unwrap();
        lengths.push(bytes.len());
    }
    let ours = pdf::signatures(bytes.clone()).unwrap();
    let names: Vec<&str> = ours.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(names, ["Signature1", "Signature2", "Signature3"]);
    let covers: Vec<usize> = ours.iter().map(|one| one.covers).collect();
    assert_eq!(covers, lengths);
    let words = court.hear(&[("three".into(), bytes)]);
    assert!(words[0].is_good(), "{words:?}");
    assert_eq!(words[0].pdfsig.len(), 3);
}

#[test]
fn a_field_that_locks_the_others_does_so_when_it_is_signed() {
    let court = Court::new(&["rsa2048"]);
    let original = file("empty-sigfield-lock");
    let signed = sign(&court, "rsa2048", SHA256, original.clone()).unwrap();
    let update = String::from_utf8_lossy(&signed[original.len()..]).into_owned();
    assert!(update.contains("/TransformMethod /FieldMDP"), "{update}");
    assert!(update.contains("/Action /All"), "{update}");
    let again = sign(&court, "rsa2048", SHA256, signed);
    assert_eq!(again, Err(Refusal::Locked));
}

/// Numbers for new objects would end, or begin again at 0.
#[test]
fn a_file_that_claims_more_objects_than_there_can_be_is_refused() {
    let bytes = file("minimal");
    let at = bytes.windows(7).position(|it| it == b"/Size 6").unwrap();
    let read = |size: &str| {
        let value = format!("/Size {size}");
        let other = [&bytes[..at], value.as_bytes(), &bytes[at + 7..]].concat();
        Pdf::read(other).map(|_| ())
    };
    for size in ["8388608", "4294967295", "4294967296", "-1", "true"] {
        assert!(matches!(read(size), Err(Refusal::Damaged(_))), "{size}");
    }
    assert_eq!(read("8388607"), Ok(()));
}

/// Where the signature stands in a file that was signed last by us, with its brackets.
fn contents(signed: &[u8]) -> std::ops::Range<usize> {
    let key = b"/Contents <";
    let at = signed.windows(key.len()).rposition(|it| it == key).unwrap();
    let start = at + key.len() - 1;
    let len = signed[start..]
        .iter()
        .position(|byte| *byte == b'>')
        .unwrap();
    start..start + len + 1
}

/// The file with another signature in the place of its own.
fn with_signature(signed: &[u8], cms: &[u8]) -> Vec<u8> {
    let mut bytes = signed.to_vec();
    let place = contents(signed);
    let digits: String = cms.iter().map(|byte| format!("{byte:02X}")).collect();
    let inside = &mut bytes[place.start + 1..place.end - 1];
    inside.fill(b'0');
    inside[..digits.len()].copy_from_slice(digits.as_bytes());
    bytes
}

/// The file with that hexadecimal text in its signature replaced by one as long.
fn with_other(signed: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    let (from, to) = (hex(from), hex(to));
    let at = signed
        .windows(from.len())
        .rposition(|it| it == from.as_bytes())
        .unwrap();
    let mut bytes = signed.to_vec();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    bytes
}

/// A judge that does not run, or says yes to everything, is noticed here: each sees the fault
/// that it is there for.
#[test]
fn each_judge_sees_the_fault_that_it_is_there_for() {
    let court = Court::new(&["rsa2048"]);
    let signed = sign(&court, "rsa2048", SHA256, file("table")).unwrap();
    let mut changed = signed.clone();
    let at = changed
        .windows(3)
        .position(|it| it == b"/F1")
        .unwrap_or(200);
    changed[at + 1] ^= 1;
    let octets = [
        &signed[..contents(&signed).start],
        &signed[contents(&signed).end..],
    ]
    .concat();
    let unnamed = with_signature(&signed, &court.plain_cms("rsa2048", &octets));
    let offset = signed
        .windows(9)
        .rposition(|it| it == b"startxref")
        .unwrap();
    let mut misplaced = signed.clone();
    let entry = misplaced[..offset]
        .windows(8)
        .rposition(|it| it == b" 00000 n")
        .unwrap();
    misplaced[entry - 1] = if misplaced[entry - 1] == b'9' {
        b'1'
    } else {
        b'9'
    };
    let fingerprint = court.software.certificate("rsa2048").fingerprint();
    let exchanged = exchanged(&court, &signed, fingerprint);
    let files = [
        ("good".to_owned(), signed),
        ("changed".to_owned(), changed.clone()),
        ("unnamed".to_owned(), unnamed),
        ("exchanged".to_owned(), exchanged.clone()),
        ("misplaced".to_owned(), misplaced),
    ];
    let words = court.hear(&files);
    let [good, other, no_name, other_name, lost] = &words[..] else {
        panic!("{words:?}");
    };
    assert!(good.is_good(), "{good:?}");
    assert!(
        !other.pdfsig_is_content() && !other.mutool_is_content(),
        "{other:?}"
    );
    assert!(!other.openssl && !other.pyhanko_is_content(), "{other:?}");
    assert!(!no_name.openssl, "{no_name:?}");
    assert!(no_name.pdfsig_is_content(), "{no_name:?}");
    assert!(
        !other_name.openssl && !other_name.pyhanko_is_content(),
        "{other_name:?}"
    );
    assert!(other_name.pdfsig_is_content(), "{other_name:?}");
    assert!(!lost.qpdf, "{lost:?}");
    let fault = |bytes: Vec<u8>| pdf::signatures(bytes).unwrap().pop().unwrap().sound.err();
    assert_eq!(fault(changed), Some(Fault::Changed));
    assert_eq!(fault(exchanged), Some(Fault::Exchanged));
}

/// Signed for another certificate, rightly.
fn exchanged(court: &Court, signed: &[u8], fingerprint: [u8; 32]) -> Vec<u8> {
    let hex = String::from_utf8(signed[contents(signed)].to_vec()).unwrap();
    let cms: Vec<u8> = (1..hex.len() - 2)
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();
    // [0] with three attributes stands before the signature: OID of content-type first.
    let start = [
        0x30, 0x18, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03,
    ];
    let at = cms
        .windows(start.len())
        .rposition(|it| it == start)
        .unwrap();
    let len = usize::from(cms[at - 1]);
    let mut attributes = vec![0x31, 0x81, cms[at - 1]];
    attributes.extend_from_slice(&cms[at..at + len]);
    let old = court.sign("rsa2048", SHA256, &attributes);
    let other = [0x5A; 32];
    let named = attributes
        .windows(32)
        .position(|it| it == fingerprint)
        .unwrap();
    attributes[named..named + 32].copy_from_slice(&other);
    let new = court.sign("rsa2048", SHA256, &attributes);
    let bytes = with_other(signed, &old, &new);
    with_other(&bytes, &fingerprint, &other)
}

#[test]
fn a_signature_that_does_not_fit_is_not_put_in() {
    let court = Court::new(&["rsa2048", "p256"]);
    let now = Timestamp::now();
    for (key, other) in [("rsa2048", "p256"), ("p256", "rsa2048")] {
        let certificate = court.software.certificate(key);
        let signer = Signer::new(certificate, &[], SHA256, now).unwrap();
        let prepare = || {
            let pdf = Pdf::read(file("minimal")).unwrap();
            pdf.prepare(signer.clone(), &Options::default(), now)
                .unwrap()
        };
        let by_other = court.sign(other, SHA256, prepare().to_sign().0);
        let of_other = court.sign(key, SHA256, b"something else");
        for wrong in [by_other, of_other, Vec::new(), vec![0; 20_000]] {
            assert_eq!(prepare().finish(&wrong), Err(Refusal::BadSignature));
        }
    }
}

#[test]
fn who_may_not_sign_is_told_before_anything_is_prepared() {
    let court = Court::new(&["rsa2048"]);
    let now = Timestamp::now();
    let person = court.software.certificate("rsa2048");
    let later = person.validity().1 + jiff::SignedDuration::from_secs(1);
    let refused = |certificate, now| Signer::new(certificate, &[], SHA256, now).err();
    assert_eq!(refused(person, later), Some(Refusal::Outdated));
    let authority = court.software.certificate("root");
    assert_eq!(refused(authority, now), Some(Refusal::Usage));
}

#[test]
fn a_field_is_filled_by_its_name_and_only_when_it_is_empty() {
    let court = Court::new(&["rsa2048"]);
    let now = Timestamp::now();
    let signer = Signer::new(court.software.certificate("rsa2048"), &[], SHA256, now).unwrap();
    let prepare = |name: &str, field: &str| {
        let options = Options {
            field: Some(field.into()),
            ..Options::default()
        };
        let pdf = Pdf::read(file(name)).unwrap();
        pdf.prepare(signer.clone(), &options, now).map(|_| ())
    };
    let fields = |name: &str| -> Vec<String> {
        let pdf = Pdf::read(file(name)).unwrap();
        pdf.empty_fields().map(str::to_owned).collect()
    };
    assert_eq!(fields("empty-field"), ["Officer"]);
    assert_eq!(fields("certified-p2-with-field"), ["Officer"]);
    assert_eq!(fields("minimal"), [""; 0]);
    assert_eq!(prepare("empty-field", "Officer"), Ok(()));
    let none = |name: &str| Err(Refusal::NoField(name.into()));
    assert_eq!(prepare("empty-field", "Offic"), none("Offic"));
    assert_eq!(prepare("signed-once-pyhanko", "Sig1"), none("Sig1"));
}
