//! `securesign verify`: the signatures in documents, with no token.

use std::path::{Path, PathBuf};

use securesign_app::document;
use securesign_app::language::Language;
use securesign_app::words::InWords;
use securesign_card::text;
use securesign_documents::pdf::{self, Signature};
use serde_json::{Value, json};

use super::{DONE, NOT_DONE, REFUSED};
use crate::file;
use crate::output::{print, print_json, say};

/// Reads each file. Done, where all signatures in all of them are sound and nothing came
/// after the last one.
pub fn verify(files: &[PathBuf], as_json: bool, language: Language) -> Result<u8, String> {
    let mut worst = DONE;
    let mut listed = Vec::new();
    for path in files {
        let name = text::path(path);
        match read(path, language) {
            Ok((signatures, size)) => {
                worst = worst.max(if is_sound(&signatures) {
                    DONE
                } else {
                    NOT_DONE
                });
                match as_json {
                    true => listed.push(in_json(&name, &signatures)),
                    false => print(&told(&name, &signatures, size, language))?,
                }
            }
            Err(reason) => {
                worst = REFUSED;
                match as_json {
                    true => listed.push(json!({ "file": name, "error": reason })),
                    false => say(&format!("{name}: {reason}")),
                }
            }
        }
    }
    if as_json {
        print_json(&Value::Array(listed))?;
    }
    Ok(worst)
}

/// Its signatures, and its length in bytes.
fn read(path: &Path, language: Language) -> Result<(Vec<Signature>, usize), String> {
    let bytes = file::read(path, &document::name(path)).map_err(|error| error.tell(language))?;
    let size = bytes.len();
    let signatures = pdf::signatures(bytes).map_err(|refusal| refusal.in_words(language))?;
    Ok((signatures, size))
}

fn is_sound(signatures: &[Signature]) -> bool {
    let is_whole = signatures.last().is_some_and(|newest| newest.is_whole);
    is_whole && signatures.iter().all(|one| one.sound.is_ok())
}

/// The worst word first: what is wrong, then each signature.
fn told(name: &str, signatures: &[Signature], size: usize, l: Language) -> String {
    let faults = signatures.iter().filter_map(|one| one.sound.as_ref().err());
    let bad = |fault: &dyn InWords| {
        let fault = ("fault", fault.in_words(l).into());
        l.say_with("verify-bad", [fault])
    };
    let mut lines = vec![match signatures.last() {
        None => l.say("verify-none"),
        Some(newest) => match faults.min_by_key(|fault| **fault) {
            Some(fault) => bad(fault),
            None if !newest.is_whole => l.say("verify-added"),
            None if signatures.len() > 1 => l.say("verify-several"),
            None => l.say("verify-sound"),
        },
    }];
    for one in signatures {
        let word = match &one.sound {
            Ok(_) if one.is_whole => l.say("verify-sound"),
            Ok(_) => l.say("verify-earlier"),
            Err(fault) => bad(fault),
        };
        let said = [("field", one.field.as_str().into()), ("word", word.into())];
        lines.push(l.say_with("verify-signature", said));
        lines.extend(
            details(one, size, l)
                .into_iter()
                .map(|line| format!("  {line}")),
        );
    }
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("{name}\n{lines}")
}

fn details(one: &Signature, size: usize, l: Language) -> Vec<String> {
    let mut lines = Vec::new();
    if let Ok(sound) = &one.sound {
        let subject = ("subject", sound.certificate.subject().into());
        let issuer = ("issuer", sound.certificate.issuer().into());
        lines.push(l.say_with("verify-by", [subject, issuer]));
    }
    if let Some(time) = &one.time {
        lines.push(l.say_with("verify-time", [("time", time.as_str().into())]));
    }
    if let Some(reason) = &one.reason {
        lines.push(l.say_with("verify-reason", [("reason", reason.as_str().into())]));
    }
    if let Some(location) = &one.location {
        let location = ("location", location.as_str().into());
        lines.push(l.say_with("verify-location", [location]));
    }
    if one.sound.is_ok() && !one.is_whole {
        let covers = ("covers", one.covers.to_string().into());
        let size = ("size", size.to_string().into());
        lines.push(l.say_with("verify-part", [covers, size]));
    }
    lines
}

/// In English, as all that programs read.
fn in_json(name: &str, signatures: &[Signature]) -> Value {
    let each = signatures.iter().map(|one| {
        let sound = one.sound.as_ref();
        let certificate = sound.ok().map(|sound| {
            json!({
                "subjectCN": sound.certificate.subject(),
                "issuer": sound.certificate.issuer(),
                "serialNumber": sound.certificate.serial(),
                "certificatePem": sound.certificate.pem(),
            })
        });
        json!({
            "field": one.field,
            "sound": sound.is_ok(),
            "fault": sound.err().map(ToString::to_string),
            "certificate": certificate,
            "certificateChecked": false,
            "hashAlgo": sound.ok().map(|sound| sound.hash.name()),
            "claimedTime": one.time,
            "reason": one.reason,
            "location": one.location,
            "coveredBytes": one.covers,
            "coversWholeFile": one.is_whole,
        })
    });
    json!({
        "file": name,
        "sound": is_sound(signatures),
        "signatures": each.collect::<Vec<_>>(),
    })
}
