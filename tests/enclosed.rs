//! Documents that come with a link and are signed themselves, from the link to what programs of
//! others say of what the portal gets back.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use home::{Home, LIMIT, result};
use serde_json::Value;
use sha2::{Digest, Sha256};
use support::local::DEMO;
use support::run::{Finished, run, succeed};
use url::Url;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document(name: &str) -> Vec<u8> {
    fs::read(top().join("tests/documents").join(name)).unwrap()
}

/// A link that brings a document, with these parameters of its kind.
fn link(kind: &str, document: &[u8], more: &[(&str, &str)]) -> String {
    let mut url = Url::parse("securesign://sign").unwrap();
    url.query_pairs_mut()
        .append_pair("requestId", "request-7")
        .append_pair("hashAlgo", "SHA256")
        .append_pair("documentType", kind)
        .append_pair("documentBase64", &STANDARD.encode(document))
        .append_pair("callbackUrl", &format!("{}/signed", DEMO.0))
        .append_pair("apiKey", DEMO.1)
        .extend_pairs(more);
    url.into()
}

fn sign(home: &Home, link: &str) -> Finished {
    let pin = home.file("pin", "123456\n");
    #[rustfmt::skip]
    let line = ["--reader", "demo", "sign", "--print", "--pin-file", &pin, link];
    run(&mut home.program(&line), LIMIT)
}

/// What the portal gets, and the signed document in it, for which the certificate is laid down
/// as `root.pem`: it is its own root.
fn signed(home: &Home, done: &Finished) -> (Value, Vec<u8>) {
    assert_eq!(done.code, Some(0), "{done:?}");
    let told = result(&done.stdout);
    let pem = told["certificate"]["certificatePem"].as_str();
    home.file("root.pem", pem.unwrap());
    let document = told["signedDocumentBase64"].as_str().unwrap();
    (told.clone(), STANDARD.decode(document).unwrap())
}

#[test]
fn a_pdf_of_a_link_comes_back_signed_for_other_programs() {
    let home = Home::new();
    let original = document("libreoffice.pdf");
    let more = [("reason", "I agree (हाँ)"), ("location", "Pune")];
    let done = sign(&home, &link("pdf", &original, &more));
    let (told, signed) = signed(&home, &done);
    assert!(signed.starts_with(&original));
    // What the portal asked for, in place of what the token signed.
    let digest = STANDARD.encode(Sha256::digest(&original));
    assert_eq!(told["hashBase64"], digest);
    assert_eq!(told["hashAlgo"], "SHA256");
    assert_eq!(told["signatureAlgorithm"], "SHA256withECDSA");
    // What it is, before the PIN.
    assert!(done.stderr.contains("PDF, 2 pages, "), "{}", done.stderr);
    assert!(done.stderr.contains("I agree (हाँ)"), "{}", done.stderr);

    let path = home.0.path().join("signed.pdf");
    fs::write(&path, &signed).unwrap();
    let mut judge = Command::new(top().join("target/documents-venv/bin/python3"));
    judge
        .current_dir(home.0.path())
        .arg(top().join("tests/documents/judge.py"))
        .args(["root.pem", "signed.pdf"]);
    let word = succeed(&mut judge, LIMIT).stdout;
    let word: Value = serde_json::from_str(word.split_once('\t').unwrap().1).unwrap();
    let newest = &word["signatures"][0];
    for name in ["intact", "valid", "trusted", "docmdp"] {
        assert_eq!(newest[name], true, "{name}: {word}");
    }
    assert_eq!(newest["coverage"], "ENTIRE_FILE", "{word}");
    let pdfsig = succeed(Command::new("pdfsig").arg(&path), LIMIT).stdout;
    assert!(pdfsig.contains("Signature is Valid"), "{pdfsig}");
    assert!(pdfsig.contains("Total document signed"), "{pdfsig}");
}

#[test]
fn xml_of_a_link_comes_back_signed_for_xmlsec1_in_each_form() {
    let home = Home::new();
    let original = document("xml/gst-like.xml");
    let id = ("signatureId", "SigFrst");
    for form in ["enveloped", "enveloping"] {
        let more = [("signatureType", form), id, ("n", form)];
        let link = link("xml", &original, &more).replace("request-7", form);
        let done = sign(&home, &link);
        let (_, signed) = signed(&home, &done);
        let text = String::from_utf8_lossy(&signed);
        assert!(text.contains("Id=\"SigFrst\""), "{text}");
        let path = home.0.path().join("signed.xml");
        fs::write(&path, &signed).unwrap();
        let mut xmlsec = Command::new("xmlsec1");
        xmlsec.current_dir(home.0.path()).args([
            "--verify",
            "--trusted-pem",
            "root.pem",
            "signed.xml",
        ]);
        succeed(&mut xmlsec, LIMIT);
    }
}

#[test]
fn a_pdf_that_the_person_has_is_signed_and_what_was_appended_is_told() {
    let home = Home::new();
    let original = document("objstm.pdf");
    let digest = STANDARD.encode(Sha256::digest(&original));
    let asked = |id: &str| {
        let link = link("pdf", b"", &[("hashBase64", &digest)]);
        link.replace("&documentBase64=", "")
            .replace("request-7", id)
    };
    let pin = home.file("pin", "123456\n");
    let given = |name: &str, id: &str| {
        let file = top().join("tests/documents").join(name);
        let (file, link) = (file.to_str().unwrap(), asked(id));
        #[rustfmt::skip]
        let line = [
            "--reader", "demo", "sign", "--print", "--pin-file", &pin, "--document", file, &link,
        ];
        run(&mut home.program(&line), LIMIT)
    };
    let done = given("objstm.pdf", "a");
    assert_eq!(done.code, Some(0), "{done:?}");
    let told = result(&done.stdout);
    assert_eq!(told["signedDocumentBase64"], Value::Null);
    assert_eq!(told["documentLength"], original.len());
    assert_eq!(told["documentHash"], digest);
    let appended = STANDARD.decode(told["appendedBase64"].as_str().unwrap());
    let path = home.0.path().join("joined.pdf");
    fs::write(&path, [original.clone(), appended.unwrap()].concat()).unwrap();
    let pdfsig = succeed(Command::new("pdfsig").arg(&path), LIMIT).stdout;
    assert!(pdfsig.contains("Signature is Valid"), "{pdfsig}");
    assert!(pdfsig.contains("Total document signed"), "{pdfsig}");

    // Any other file is refused, and so is nobody's.
    let done = given("table.pdf", "b");
    assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
    let done = sign(&home, &asked("c"));
    assert_eq!(result(&done.stdout)["error"], "SS_SIGN_CANCELLED");
    assert!(done.stderr.contains("--document FILE"), "{}", done.stderr);
}

#[test]
fn what_cannot_be_made_is_refused_by_its_name_and_no_pin_is_sent() {
    /// Kind, document, parameters, and what is said.
    type Row<'a> = (&'a str, &'a [u8], &'a [(&'a str, &'a str)], &'a str);
    let home = Home::new();
    let pdf = document("minimal.pdf");
    let table: [Row; 5] = [
        ("pdf", &pdf, &[("timestamp", "true")], "“timestamp”"),
        ("pdf", &pdf, &[("signatureIndex", "0")], "“signatureIndex”"),
        ("pdf", &document("certified-p1.pdf"), &[], "The author"),
        ("xml", b"<a>", &[], "not well-formed"),
        (
            "xml",
            b"<a/>",
            &[("referenceUri", "#b")],
            "Id that is referred to",
        ),
    ];
    for (kind, document, more, said) in table {
        let done = sign(&home, &link(kind, document, more));
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains(said), "{said}: {}", done.stderr);
        assert_eq!(result(&done.stdout)["error"], "SS_REQUEST_INVALID");
    }
}
