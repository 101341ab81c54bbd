//! `securesign verify --result`: what a portal does with a result, by the code of the portal's
//! service.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject;
use securesign_app::language::Language;
use securesign_app::words::InWords;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::{text, trace};
use securesign_handoff::callback;
use securesign_verify::{Asked, NotVerifiable, Signed, Trust, Verified};
use serde_json::Value;

use super::result::packed;
use super::{DONE, NOT_DONE};
use crate::args::{Of, Verify};
use crate::file;
use crate::output::{print, print_json};

/// Done, where the result is a valid signature over what the portal has.
pub fn verify_result(result: &Path, asked: &Verify, language: Language) -> Result<u8, String> {
    let (of, as_json) = (&asked.of, asked.json);
    let answer = answer(result, language)?;
    if answer["success"] != true {
        return failed(&answer, as_json, language);
    }
    let signed: Signed =
        serde_json::from_value(answer).map_err(|_| language.say("verify-no-result"))?;
    let digest = digest(of, language)?;
    let certificate = of.certificate.as_deref();
    let certificate = certificate
        .map(|path| read_text(path, language))
        .transpose()?;
    let known = Asked {
        digest: &digest,
        request_id: of.request_id.as_deref(),
        certificate_pem: certificate.as_deref(),
    };
    let verified = securesign_verify::verify(&signed, &known, &trust(&asked.ca, of, language)?)
        .map_err(|why| not_verifiable(&why, language))?;
    match as_json {
        true => print_json(&serde_json::to_value(&verified).unwrap_or_default())?,
        false => print(&told(&verified, language))?,
    }
    Ok(if verified.valid { DONE } else { NOT_DONE })
}

/// The JSON in a file: itself, as it stands in `ss_result`, or in the whole URL.
fn answer(path: &Path, language: Language) -> Result<Value, String> {
    let text = read_text(path, language)?;
    let text = text.trim();
    let none = || language.say("verify-no-result");
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|_| none());
    }
    packed(text)
        .and_then(|packed| callback::decode(&packed))
        .ok_or_else(none)
}

/// Nothing was signed, and the result says so.
fn failed(answer: &Value, as_json: bool, language: Language) -> Result<u8, String> {
    match as_json {
        true => print_json(&serde_json::json!({ "valid": false, "error": answer["error"] }))?,
        false => {
            // What stands there came from outside.
            let code = answer["error"].as_str().unwrap_or_default();
            let code = ("code", text::shown(code).into());
            print(&format!("{}\n", language.say_with("verify-failed", [code])))?;
        }
    }
    Ok(NOT_DONE)
}

fn digest(of: &Of, language: Language) -> Result<Digest, String> {
    match (&of.own.document, &of.own.hash) {
        (Some(path), _) => {
            let name = of.hash_algo.as_deref().unwrap_or("SHA256");
            let algorithm = HashAlgorithm::from_name(name);
            let algorithm = algorithm.ok_or_else(|| language.say("verify-no-digest"))?;
            Ok(Digest::of(algorithm, &file::named(path, language)?))
        }
        (None, hash) => {
            let bytes = hash.as_deref().and_then(bytes_of);
            let algorithm = |size| HashAlgorithm::ALL.into_iter().find(|it| it.size() == size);
            bytes
                .and_then(|bytes| Digest::new(algorithm(bytes.len())?, &bytes))
                .ok_or_else(|| language.say("verify-no-digest"))
        }
    }
}

fn trust(authorities: &[PathBuf], of: &Of, language: Language) -> Result<Trust, String> {
    let at = match &of.at {
        None => Timestamp::now(),
        Some(text) => text.parse().map_err(|_| language.say("verify-no-time"))?,
    };
    Ok(Trust {
        authorities: all(authorities, language)?,
        intermediates: all(&of.intermediates, language)?,
        crls: all::<CertificateRevocationListDer<'static>>(&of.lists, language)?,
        check_revocation: !of.lists.is_empty(),
        at,
    })
}

/// Of all files, one after the other; a file without any is a mistake.
fn all<T: PemObject>(paths: &[PathBuf], language: Language) -> Result<Vec<T>, String> {
    let mut all = Vec::new();
    for path in paths {
        let bytes = file::named(path, language)?;
        let before = all.len();
        let mut items = T::pem_slice_iter(&bytes);
        let complete = items
            .by_ref()
            .all(|item| item.map(|item| all.push(item)).is_ok());
        if !complete || all.len() == before {
            let file = [("file", text::path(path).into())];
            return Err(language.say_with("verify-no-pem", file));
        }
    }
    Ok(all)
}

fn read_text(path: &Path, language: Language) -> Result<String, String> {
    String::from_utf8(file::named(path, language)?).map_err(|_| {
        let file = [("file", text::path(path).into())];
        language.say_with("verify-no-text", file)
    })
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| trace::byte(std::str::from_utf8(pair).ok()?))
        .collect()
}

fn not_verifiable(why: &NotVerifiable, language: Language) -> String {
    match why {
        NotVerifiable::NoCertificate => language.say("verify-no-certificate"),
        NotVerifiable::NotPem => language.say("verify-certificate-no-pem"),
        NotVerifiable::Certificate(why) => {
            let reason = [("reason", why.as_str().into())];
            language.say_with("verify-certificate-unreadable", reason)
        }
        NotVerifiable::Signature => language.say("verify-no-result"),
    }
}

/// The word first, then why, then who.
fn told(verified: &Verified, l: Language) -> String {
    let mut lines = vec![match verified.valid {
        true => l.say("verify-valid"),
        false => l.say("verify-invalid"),
    }];
    let problems = verified.problems.iter();
    lines.extend(problems.map(|problem| format!("- {}", problem.in_words(l))));
    let about = &verified.certificate;
    let subject = ("subject", about.subject.as_str().into());
    let issuer = ("issuer", about.issuer.as_str().into());
    lines.push(l.say_with("verify-signed-by", [subject, issuer]));
    let time = [("time", verified.verified_at.as_str().into())];
    lines.push(l.say_with("verify-judged-at", time));
    if verified.revocation_status == "NOT_CHECKED" {
        lines.push(l.say("verify-revocation-unchecked"));
    }
    lines.join("\n") + "\n"
}
