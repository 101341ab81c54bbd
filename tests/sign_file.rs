//! `securesign sign-file` and `verify`: a batch of files with one PIN, and what is left on the
//! disk when something is in the way.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "sign_file/authority.rs"]
mod authority;
#[path = "support/home.rs"]
mod home;
#[path = "sign_file/looks.rs"]
mod looks;
#[path = "support/software.rs"]
mod software;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use home::{Home, LIMIT};
use securesign_documents::pdf;
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};
use serde_json::Value;
use support::pcscd::Daemon;
use support::run::{Finished, run, succeed};
use support::vpcd::VirtualCard;

const PIN: &str = "123456";

/// A document of tests/documents in a folder of the home.
fn put(home: &Home, name: &str) -> PathBuf {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/documents");
    let path = home.0.path().join(name);
    fs::copy(top.join(name), &path).unwrap();
    path
}

fn sign(home: &Home, daemon: &Daemon, pin: &str, files: &[&PathBuf]) -> Finished {
    sign_with(home, daemon, pin, &[], files)
}

fn sign_with(
    home: &Home,
    daemon: &Daemon,
    pin: &str,
    options: &[&str],
    files: &[&PathBuf],
) -> Finished {
    let pin = home.file("pin", pin);
    let mut line = vec!["-vv", "sign-file", "--json", "--pin-file", &pin];
    line.extend(options);
    line.extend(files.iter().map(|path| path.to_str().unwrap()));
    run(&mut home.with(daemon, &line), LIMIT)
}

/// Of each file: where the signed one is, `None`: there is none.
fn signed(done: &Finished) -> Vec<Option<PathBuf>> {
    let told: Value = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"));
    let told = told.as_array().unwrap().iter();
    told.map(|one| one["signed"].as_str().map(PathBuf::from))
        .collect()
}

fn card() -> PivCard {
    let card = PivCard::builder(NIST)
        .pin(PIN)
        .key(Slot::SIGNATURE, KeyKind::P256);
    card.build().unwrap()
}

/// Everything in the home that a signature has left.
fn left(home: &Home) -> usize {
    let entries = fs::read_dir(home.0.path())
        .unwrap()
        .map(|entry| entry.unwrap());
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    entries
        .map(name)
        .filter(|name| name.contains("signed"))
        .count()
}

#[test]
fn a_batch_is_signed_with_one_pin_and_replaces_nothing() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::bare();
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let names = ["minimal.pdf", "objstm.pdf", "xfa.pdf", "eof-cr.pdf"];
    let files: Vec<PathBuf> = names.iter().map(|name| put(&home, name)).collect();
    let before: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let files: Vec<&PathBuf> = files.iter().collect();
    let done = sign(&home, &daemon, PIN, &files);
    assert_eq!(done.code, Some(1), "one of them cannot be signed: {done:?}");
    assert!(!done.stderr.contains(PIN) && !done.stderr.contains("31 32 33 34 35 36"));
    // What is refused is told first.
    let [None, first, second, third] = &signed(&done)[..] else {
        panic!("{done:?}");
    };
    for (name, path) in [("minimal", first), ("objstm", second), ("eof-cr", third)] {
        let path = path.as_ref().unwrap();
        assert_eq!(path.file_name().unwrap(), &*format!("{name}-signed.pdf"));
        let signatures = pdf::signatures(fs::read(path).unwrap()).unwrap();
        assert!(signatures[0].is_whole && signatures[0].sound.is_ok());
        succeed(
            &mut home.program(&["verify", path.to_str().unwrap()]),
            LIMIT,
        );
    }
    let again = sign(&home, &daemon, PIN, &files[..1]);
    let next = signed(&again).remove(0).unwrap();
    assert_eq!(next.file_name().unwrap(), "minimal-signed-2.pdf");
    let after: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    assert_eq!(before, after);
    let journal = succeed(&mut home.program(&["journal", "--json"]), LIMIT);
    let journal: Value = serde_json::from_str(&journal.stdout).unwrap();
    assert_eq!(journal["entries"].as_array().unwrap().len(), 4);
    assert_eq!(journal["holdsTogether"], true);
}

#[test]
fn a_wrong_pin_is_sent_once_and_nothing_is_written() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::bare();
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let files = [put(&home, "minimal.pdf"), put(&home, "table.pdf")];
    let done = sign(&home, &daemon, "654321", &[&files[0], &files[1]]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(signed(&done), [None, None]);
    assert_eq!(left(&home), 0);
    let status = run(&mut home.with(&daemon, &["pin", "status", "--json"]), LIMIT);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["tokens"][0]["triesLeft"], 2, "{status}");
    // Where nothing can be signed, no PIN is wanted.
    let refused = [put(&home, "certified-p1.pdf")];
    let done = sign(&home, &daemon, "654321", &[&refused[0]]);
    assert_eq!(done.code, Some(1));
    let status = run(&mut home.with(&daemon, &["pin", "status", "--json"]), LIMIT);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["tokens"][0]["triesLeft"], 2, "{status}");
}

#[test]
fn a_token_that_is_pulled_between_two_files_leaves_whole_ones_alone() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::bare();
    let alone = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let done = sign(&home, &daemon, PIN, &[&put(&home, "table.pdf")]);
    assert_eq!(done.code, Some(0), "{done:?}");
    // The last one logs out, which the second file's PIN comes before.
    let commands = alone.count().apdus;
    alone.remove();

    let home = Home::bare();
    let pulled = VirtualCard::insert(daemon.port(0), Box::new(card()));
    pulled.remove_before(commands);
    let names = ["minimal.pdf", "objstm.pdf", "eof-cr.pdf"];
    let files: Vec<PathBuf> = names.iter().map(|name| put(&home, name)).collect();
    let done = sign(&home, &daemon, PIN, &files.iter().collect::<Vec<_>>());
    assert_eq!(done.code, Some(1), "{done:?}");
    let [Some(whole), None, None] = &signed(&done)[..] else {
        panic!("{done:?}");
    };
    let signatures = pdf::signatures(fs::read(whole).unwrap()).unwrap();
    assert!(signatures[0].is_whole && signatures[0].sound.is_ok());
    assert_eq!(left(&home), 1);
}

#[test]
fn xml_is_signed_beside_its_original_for_xmlsec1() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::bare();
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/documents/xml");
    let path = |name: &str| home.0.path().join(name);
    for name in ["gst-like.xml", "xxe-file.xml"] {
        fs::copy(top.join(name), path(name)).unwrap();
    }
    let done = sign(
        &home,
        &daemon,
        PIN,
        &[&path("gst-like.xml"), &path("xxe-file.xml")],
    );
    assert_eq!(done.code, Some(1), "{done:?}");
    let [None, Some(signed)] = &signed(&done)[..] else {
        panic!("{done:?}");
    };
    assert!(signed.ends_with("gst-like-signed.xml"));
    // The card's certificate is its own root.
    let text = fs::read_to_string(signed).unwrap();
    let (_, rest) = text.split_once("<X509Certificate>").unwrap();
    let (certificate, _) = rest.split_once("</X509Certificate>").unwrap();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n");
    fs::write(path("root.pem"), pem).unwrap();
    let mut xmlsec = std::process::Command::new("xmlsec1");
    xmlsec
        .arg("--verify")
        .arg("--trusted-pem")
        .arg(path("root.pem"))
        .arg(signed);
    succeed(&mut xmlsec, LIMIT);
    let signed = signed.to_str().unwrap();
    succeed(&mut home.program(&["verify", signed]), LIMIT);
    let unsigned = path("gst-like.xml");
    let done = run(
        &mut home.program(&["verify", unsigned.to_str().unwrap()]),
        LIMIT,
    );
    assert_eq!(done.code, Some(1), "{done:?}");
}

#[test]
fn verify_says_the_worst_word_first_and_ends_with_it() {
    let home = Home::bare();
    let word = |path: &Path| {
        let done = run(
            &mut home.program(&["verify", path.to_str().unwrap()]),
            LIMIT,
        );
        let first = done
            .stdout
            .lines()
            .nth(1)
            .unwrap_or_default()
            .trim()
            .to_owned();
        (done.code, first)
    };
    let signed = put(&home, "signed-once-pyhanko.pdf");
    let sound = "Unchanged since it was signed.";
    assert_eq!(word(&signed), (Some(0), sound.into()));
    let unsigned = put(&home, "minimal.pdf");
    assert_eq!(
        word(&unsigned),
        (Some(1), "There is no signature in it.".into())
    );
    assert_eq!(word(&put(&home, "prev-loop.pdf")).0, Some(2));

    let mut bytes = fs::read(&signed).unwrap();
    // In the comment of binary bytes that follows the header.
    bytes[11] ^= 0x01;
    fs::write(home.0.path().join("changed.pdf"), &bytes).unwrap();
    let (code, first) = word(&home.0.path().join("changed.pdf"));
    assert_eq!(code, Some(1));
    assert!(
        first.starts_with("NOT VALID: the document was changed"),
        "{first}"
    );

    // An update that nobody signed, as a program that fills forms would append it.
    let mut bytes = fs::read(&signed).unwrap();
    let end = String::from_utf8_lossy(&bytes).into_owned();
    let start: usize = end
        .rsplit("startxref")
        .next()
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let root = end
        .rsplit("/Root ")
        .next()
        .unwrap()
        .split(" R")
        .next()
        .unwrap()
        .to_owned();
    let object = bytes.len();
    bytes.extend_from_slice(b"99 0 obj\n(new)\nendobj\n");
    let table = bytes.len();
    let update = format!(
        "xref\n99 1\n{object:010} 00000 n\r\ntrailer\n<< /Size 100 /Root {root} R /Prev {start} >>\nstartxref\n{table}\n%%EOF\n"
    );
    bytes.extend_from_slice(update.as_bytes());
    fs::write(home.0.path().join("added.pdf"), &bytes).unwrap();
    let (code, first) = word(&home.0.path().join("added.pdf"));
    assert_eq!(code, Some(1));
    assert!(
        first.starts_with("Something was added after the last signature"),
        "{first}"
    );
}
