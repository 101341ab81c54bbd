//! Signed XML documents, read by programs of others: xmlsec1, Java and signxml. The documents
//! are those of tests/documents/xml, some of them ill-formed or hostile.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/software.rs"]
mod software;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use securesign_card::digest::HashAlgorithm;
use securesign_documents::xml::{self, Fault, Form, Options};
use securesign_documents::{Refusal, Signer};
use software::Software;

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/documents")
        .join(name)
}

fn file(name: &str) -> Vec<u8> {
    fs::read(path("xml").join(name).with_extension("xml")).unwrap()
}

fn names() -> Vec<String> {
    let entries = fs::read_dir(path("xml")).unwrap();
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<String> = entries.map(|entry| stem(entry.unwrap().path())).collect();
    names.sort();
    names
}

/// What becomes of those that are not signed; all others are.
fn refusal(name: &str) -> Option<Fault> {
    Some(match name {
        "billion-laughs" | "quadratic" | "doctype-internal" | "doctype-default-ns" | "xxe-file"
        | "xxe-param" => Fault::Doctype,
        "latin1" | "win1252" | "utf16" | "declared-utf8-is-latin1" => Fault::Encoding,
        "xml11" => Fault::Version,
        "deep" => Fault::Deep,
        "cdata-end-in-text" | "charref-control" | "ctrl-raw" | "double-hyphen" | "dup-attr"
        | "dup-attr-plain" | "lt-in-attr" | "trailing-text" | "two-roots" | "unbound"
        | "unclosed" | "xmlns-empty-prefix" => Fault::IllFormed,
        _ => return None,
    })
}

fn sign(
    software: &Software,
    key: &str,
    hash: HashAlgorithm,
    bytes: &[u8],
    options: &Options,
) -> Result<Vec<u8>, Refusal> {
    let chain = software.chain();
    let signer = Signer::new(software.certificate(key), &chain, hash, Timestamp::now())?;
    let prepared = xml::prepare(bytes, signer, options)?;
    let signature = software.sign(key, hash, prepared.to_sign().0);
    prepared.finish(&signature)
}

/// Their word on each file: of xmlsec1, Java and signxml.
fn hear(software: &Software, files: &[(String, Vec<u8>)]) -> BTreeMap<String, [String; 3]> {
    for (name, bytes) in files {
        fs::write(software.folder().join(name), bytes).unwrap();
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let run = |program: &Path, first: &[&Path]| {
        let mut command = Command::new(program);
        command
            .current_dir(software.folder())
            .args(first)
            .args(&names);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let line = |line: &str| line.split_once('\t').unwrap().1.to_owned();
        let words: Vec<String> = text.lines().map(line).collect();
        assert_eq!(words.len(), names.len(), "{text}");
        words
    };
    let java = run(Path::new("java"), &[&path("JudgeXml.java")]);
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = top.join("target/documents-venv/bin/python3");
    let signxml = run(&python, &[&path("judge-xml.py"), Path::new("root.pem")]);
    let xmlsec = names.iter().map(|name| {
        let mut command = Command::new("xmlsec1");
        command.current_dir(software.folder());
        command.args(["--verify", "--trusted-pem", "root.pem"]);
        command.args([
            "--id-attr:Id",
            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        ]);
        command.arg(name);
        let output = command.output().unwrap();
        match output.status.success() {
            true => "good".to_owned(),
            false => String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    });
    let words = xmlsec.zip(java).zip(signxml);
    let words = words.map(|((xmlsec, java), signxml)| [xmlsec, java, signxml]);
    names
        .iter()
        .map(|name| (*name).to_owned())
        .zip(words)
        .collect()
}

/// Fails where one of the judges is not content.
fn all_good(words: &BTreeMap<String, [String; 3]>) {
    for (name, [xmlsec, java, signxml]) in words {
        assert_eq!(xmlsec, "good", "{name}: xmlsec1");
        assert_eq!(java, "good", "{name}: Java");
        // It drops what stands beside the root, and refuses an xml:id that is no name.
        let drops = [
            "comments",
            "crlf",
            "cdata",
            "xml-attrs",
            "mca-like",
            "itr-like",
        ];
        let is_its_fault = drops.iter().any(|drop| name.starts_with(drop));
        assert!(
            signxml == "good" || is_its_fault,
            "{name}: signxml: {signxml}"
        );
    }
}

#[test]
fn every_document_is_signed_for_all_judges_or_refused_by_name() {
    let software = Software::new(&["rsa2048", "p256"]);
    let mut signed = Vec::new();
    for name in names() {
        let bytes = file(&name);
        for (key, form) in [("p256", Form::Enveloped), ("rsa2048", Form::Enveloping)] {
            let options = Options {
                form,
                id: Some("SigFrst".into()),
                reference: None,
                xades: None,
            };
            let result = sign(&software, key, SHA256, &bytes, &options);
            let refused = refusal(&name).map(Refusal::Xml);
            assert_eq!(result.as_ref().err(), refused.as_ref(), "{name}");
            let Ok(result) = result else {
                continue;
            };
            if form == Form::Enveloped {
                untouched(&name, &bytes, &result);
            }
            signed.push((format!("{name}-{key}-{form:?}.xml"), result));
        }
    }
    assert!(signed.len() > 30, "{}", signed.len());
    for (name, bytes) in &signed {
        let found = xml::signatures(bytes).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let found = found.into_iter().next_back().unwrap();
        let key = if name.contains("p256") {
            "p256"
        } else {
            "rsa2048"
        };
        let sound = found
            .sound
            .unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(sound.certificate, software.certificate(key), "{name}");
        assert_eq!(
            found.is_whole,
            key == "p256",
            "an enveloping one is over its object"
        );
    }
    all_good(&hear(&software, &signed));
}

/// Every byte of the original but an empty root's `/>` stands in the signed document.
fn untouched(name: &str, original: &[u8], signed: &[u8]) {
    let same = original
        .iter()
        .zip(signed)
        .take_while(|(a, b)| a == b)
        .count();
    let rest = &original[same..];
    let rest = rest.strip_prefix(b"/>").unwrap_or(rest);
    assert!(signed.ends_with(rest), "{name}");
    let inserted = &signed[same..signed.len() - rest.len()];
    let inserted = String::from_utf8_lossy(inserted);
    assert_eq!(inserted.matches("SignedInfo>").count(), 2, "{name}");
}

#[test]
fn each_hash_and_form_and_an_element_that_is_named_are_taken() {
    let software = Software::new(&["rsa2048", "p384"]);
    let bytes = file("gst-like");
    let mut signed = vec![("document.xml".to_owned(), bytes.clone())];
    for key in ["rsa2048", "p384"] {
        for hash in HashAlgorithm::ALL {
            for (form, reference) in [
                (Form::Enveloped, None),
                (Form::Enveloped, Some("#R1")),
                (Form::Detached, Some("document.xml")),
            ] {
                let options = Options {
                    form,
                    id: None,
                    reference: reference.map(str::to_owned),
                    xades: None,
                };
                let result = sign(&software, key, hash, &bytes, &options).unwrap();
                let kind = reference.unwrap_or("whole").trim_start_matches('#');
                signed.push((format!("{key}-{}-{kind}.xml", hash.name()), result));
            }
        }
    }
    fs::write(software.folder().join("document.xml"), &bytes).unwrap();
    for (name, [xmlsec, java, _]) in hear(&software, &signed) {
        if name == "document.xml" {
            continue;
        }
        assert_eq!(java, "good", "{name}");
        // xmlsec1 has to be told which attribute is an Id.
        assert!(xmlsec == "good" || name.contains("R1"), "{name}: {xmlsec}");
    }
}

/// The signature is over its own properties too, whatever stands around it.
#[test]
fn xades_is_signed_for_all_judges_and_its_properties_are_signed_too() {
    let software = Software::new(&["rsa2048", "p384"]);
    let now: Timestamp = "2026-11-28T01:02:03.9Z".parse().unwrap();
    let mut signed = vec![("document.xml".to_owned(), file("gst-like"))];
    for name in [
        "gst-like",
        "ns-default",
        "ns-redeclare",
        "bom-utf8",
        "empty-vs-pair",
    ] {
        for (key, form) in [
            ("rsa2048", Form::Enveloped),
            ("p384", Form::Enveloping),
            ("p384", Form::Detached),
        ] {
            let options = Options {
                form,
                id: (form == Form::Enveloped).then(|| "SigFrst".into()),
                reference: (form == Form::Detached).then(|| "document.xml".into()),
                xades: Some(now),
            };
            let bytes = match form {
                Form::Detached => file("gst-like"),
                _ => file(name),
            };
            let result = sign(&software, key, SHA256, &bytes, &options).unwrap();
            let text = String::from_utf8(result.clone()).unwrap();
            assert!(text.contains("SigningTime>2026-11-28T01:02:03Z<"), "{text}");
            signed.push((format!("{name}-{key}-{form:?}.xml"), result));
        }
    }
    let (_, good) = &signed[1];
    let changed = String::from_utf8(good.clone()).unwrap();
    let changed = changed.replacen("01:02:03Z", "01:02:04Z", 1).into_bytes();
    signed.push(("changed.xml".into(), changed));
    for (name, [xmlsec, java, signxml]) in hear(&software, &signed) {
        match name.as_str() {
            "document.xml" => {}
            "changed.xml" => {
                assert!(xmlsec != "good" && java != "good", "{xmlsec}, {java}");
            }
            _ => {
                assert_eq!((&*xmlsec, &*java), ("good", "good"), "{name}");
                assert!(
                    signxml == "good" || name.contains("Detached"),
                    "{name}: {signxml}"
                );
            }
        }
    }
    // Its Id may not be there before.
    let options = Options {
        id: Some("R1".into()),
        xades: Some(now),
        ..Options::default()
    };
    let refused = sign(&software, "p384", SHA256, &file("gst-like"), &options).err();
    assert_eq!(refused, Some(Refusal::Xml(Fault::Id)));
}

/// A signature that xmlsec1 makes, over a document or over one element, and what is not read.
#[test]
fn signatures_of_others_are_read_and_what_is_wrong_with_them() {
    use securesign_documents::cms::read::Fault as Found;
    let software = Software::new(&["rsa2048"]);
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let by_xmlsec = |uri: &str, form: &str, wrapped: &str| {
        let dsig = "http://www.w3.org/2000/09/xmldsig#";
        let template = format!(
            "<a:doc xmlns:a=\"urn:a\" id=\"x\"><b id=\"y\">12 &amp; 13</b>{wrapped}<Signature \
             xmlns=\"{dsig}\"><SignedInfo>\n <CanonicalizationMethod Algorithm=\"{form}\"/>\
             <SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
             <Reference URI=\"{uri}\"><Transforms><Transform Algorithm=\"{dsig}enveloped-signature\"/>\
             <Transform Algorithm=\"{form}\"/></Transforms><DigestMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue/></Reference>\
             </SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature></a:doc>"
        );
        fs::write(software.folder().join("template.xml"), template).unwrap();
        let mut command = Command::new("xmlsec1");
        command.current_dir(software.folder());
        command.args([
            "--sign",
            "--id-attr:id",
            "b",
            "--privkey-pem",
            "rsa2048.key,rsa2048.pem",
        ]);
        let output = command.arg("template.xml").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let read = |text: &str| {
        let found = xml::signatures(text.as_bytes()).unwrap().remove(0);
        (found.sound.map(|sound| sound.certificate), found.is_whole)
    };
    let person = software.certificate("rsa2048");
    let whole = by_xmlsec("", exclusive, "");
    assert_eq!(read(&whole), (Ok(person.clone()), true));
    let part = by_xmlsec("#y", exclusive, "");
    assert_eq!(read(&part), (Ok(person), false));
    let fault = |text: &str| read(text).0.err();
    assert_eq!(fault(&whole.replacen("13", "14", 1)), Some(Found::Changed));
    assert_eq!(fault(&part.replacen("13", "14", 1)), Some(Found::Changed));
    // The same element a second time: whoever reads the document may take the other one.
    let twice = part.replacen("<Signature", "<b id=\"y\">14</b><Signature", 1);
    assert_eq!(fault(&twice), Some(Found::Unreadable));
    let other = part.replacen("\n <Canon", "\n  <Canon", 1);
    assert_eq!(fault(&other), Some(Found::Wrong));
    assert_eq!(
        fault(&by_xmlsec("", inclusive, "")),
        Some(Found::Unreadable)
    );
    let (head, rest) = whole.split_once("<X509Data>").unwrap();
    let (_, tail) = rest.split_once("</X509Data>").unwrap();
    let bare = format!("{head}<X509Data></X509Data>{tail}");
    assert_eq!(fault(&bare), Some(Found::NoCertificate));
    assert!(xml::signatures(b"<a/>").unwrap().is_empty());
    assert!(xml::signatures(b"<a>").is_err());
}

#[test]
fn each_judge_sees_a_document_that_was_changed() {
    let software = Software::new(&["rsa2048"]);
    let options = Options::default();
    let signed = sign(&software, "rsa2048", SHA256, &file("gst-like"), &options).unwrap();
    let text = String::from_utf8(signed.clone()).unwrap();
    let changed = text.replacen("112026", "122026", 1).into_bytes();
    assert_ne!(changed, signed);
    let files = [
        ("good.xml".to_owned(), signed),
        ("changed.xml".to_owned(), changed),
    ];
    let words = hear(&software, &files);
    assert_eq!(words["good.xml"], ["good", "good", "good"]);
    assert!(
        words["changed.xml"].iter().all(|word| word != "good"),
        "{words:?}"
    );
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_signed() {
    let software = Software::new(&["rsa2048"]);
    let refused = |name: &str, form: Form, id: Option<&str>, reference: Option<&str>| {
        let options = Options {
            form,
            id: id.map(str::to_owned),
            reference: reference.map(str::to_owned),
            xades: None,
        };
        sign(&software, "rsa2048", SHA256, &file(name), &options).err()
    };
    let fault = |fault| Some(Refusal::Xml(fault));
    for id in ["R1", "1a", "a b", "a:b", "", "\"><x", "object"] {
        let word = refused("gst-like", Form::Enveloped, Some(id), None);
        assert_eq!(word, fault(Fault::Id), "{id}");
    }
    for reference in ["#R2", "#", "other.xml", "#xpointer(/)"] {
        let word = refused("gst-like", Form::Enveloped, None, Some(reference));
        assert_eq!(word, fault(Fault::Reference), "{reference}");
    }
    for reference in [None, Some("#R1"), Some("")] {
        let word = refused("gst-like", Form::Detached, None, reference);
        assert_eq!(word, fault(Fault::Reference), "{reference:?}");
    }
}
