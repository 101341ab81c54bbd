//! `securesign verify`: the signatures in documents, with no token.

mod judged;
mod roots;

use std::path::Path;

use securesign_app::language::Language;
use securesign_app::words::InWords;
use securesign_card::certificate::Certificate;
use securesign_card::text;
use securesign_documents::trust::Doubt;
use securesign_documents::{timestamp, xml};
use serde_json::{Value, json};

use self::judged::{Judged, Stamp};
use super::{DONE, NOT_DONE, REFUSED};
use crate::args::Verify;
use crate::file;
use crate::output::{print, print_json, say};

/// What was found in a file.
struct Found {
    signatures: Vec<Judged>,
    /// Length in bytes.
    size: usize,
}

/// Reads each file. Done, where all signatures in all of them are sound and nothing came
/// after the last one; where authorities are named, also trusted.
pub fn verify(asked: &Verify, l: Language) -> Result<u8, String> {
    let trusted = roots::trusted(&asked.ca, l)?;
    let mut worst = DONE;
    let mut listed = Vec::new();
    for path in &asked.files {
        let name = text::path(path);
        match read(path, &trusted, l) {
            Ok(found) => {
                let is_good = found.is_sound() && (asked.ca.is_empty() || found.is_trusted());
                worst = worst.max(if is_good { DONE } else { NOT_DONE });
                match asked.json {
                    true => listed.push(in_json(&name, &found)),
                    false => print(&told(&name, &found, l))?,
                }
            }
            Err(reason) => {
                worst = REFUSED;
                match asked.json {
                    true => listed.push(json!({ "file": name, "error": reason })),
                    false => say(&format!("{name}: {reason}")),
                }
            }
        }
    }
    if asked.json {
        print_json(&Value::Array(listed))?;
    }
    Ok(worst)
}

fn read(path: &Path, trusted: &[Certificate], l: Language) -> Result<Found, String> {
    let bytes = file::named(path, l)?;
    let size = bytes.len();
    let signatures = match xml::is_likely(&bytes) {
        true => judged::of_xml(&bytes, trusted),
        false => judged::of_pdf(bytes, trusted),
    };
    let signatures = signatures.map_err(|refusal| refusal.in_words(l))?;
    Ok(Found { signatures, size })
}

impl Found {
    fn is_sound(&self) -> bool {
        let is_whole = self.signatures.last().is_some_and(|newest| newest.is_whole);
        is_whole && self.signatures.iter().all(Judged::is_sound)
    }

    fn is_trusted(&self) -> bool {
        self.signatures.iter().all(Judged::is_trusted)
    }
}

/// The worst word first: what is wrong, then who is not known, then each signature.
fn told(name: &str, found: &Found, l: Language) -> String {
    let mut lines = vec![summary(found, l)];
    let signers = found
        .signatures
        .iter()
        .filter_map(|one| one.signer.as_ref().ok());
    let doubts = signers.filter_map(|signer| signer.trust.as_ref().err());
    if let Some(doubt) = doubts.min() {
        let doubt = ("doubt", doubt.in_words(l).into());
        lines.push(l.say_with("verify-doubtful", [doubt]));
    }
    for one in &found.signatures {
        let said = [
            ("field", one.name.as_str().into()),
            ("word", word(one, l).into()),
        ];
        lines.push(l.say_with("verify-signature", said));
        let details = details(one, found.size, l).into_iter();
        lines.extend(details.map(|line| format!("  {line}")));
    }
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("{name}\n{lines}")
}

fn summary(found: &Found, l: Language) -> String {
    let all = &found.signatures;
    let Some(newest) = all.last() else {
        return l.say("verify-none");
    };
    if let Some(fault) = all.iter().filter_map(|one| one.signer.as_ref().err()).min() {
        return l.say_with("verify-bad", [("fault", fault.in_words(l).into())]);
    }
    if all.iter().any(Judged::is_changed) {
        return l.say("verify-changed");
    }
    match (newest.is_whole, newest.covers, all.len()) {
        (false, None, _) => l.say("verify-elements"),
        (false, Some(_), _) => l.say("verify-added"),
        (true, _, 1) => l.say("verify-sound"),
        (true, _, _) => l.say("verify-several"),
    }
}

fn word(one: &Judged, l: Language) -> String {
    match &one.signer {
        Err(fault) => l.say_with("verify-bad", [("fault", fault.in_words(l).into())]),
        Ok(_) if one.is_changed() => l.say("verify-changed"),
        Ok(_) if one.is_whole => l.say("verify-sound"),
        Ok(_) if one.covers.is_none() => l.say("verify-elements"),
        Ok(_) => l.say("verify-earlier"),
    }
}

fn details(one: &Judged, size: usize, l: Language) -> Vec<String> {
    let mut lines = Vec::new();
    if let Ok(signer) = &one.signer {
        let subject = ("subject", signer.certificate.subject().into());
        let issuer = ("issuer", signer.certificate.issuer().into());
        lines.push(l.say_with("verify-by", [subject, issuer]));
        lines.push(trust(&signer.trust, l));
    }
    match &one.stamp {
        Some(Ok(stamp)) => lines.extend(stamped(stamp, l)),
        Some(Err(fault)) => {
            let fault = ("fault", fault.in_words(l).into());
            lines.push(l.say_with("verify-stamp-bad", [fault]));
        }
        None => {}
    }
    if let Some(time) = &one.claimed {
        lines.push(l.say_with("verify-time", [("time", time.as_str().into())]));
    }
    if let Some(reason) = &one.reason {
        lines.push(l.say_with("verify-reason", [("reason", reason.as_str().into())]));
    }
    if let Some(location) = &one.location {
        let location = ("location", location.as_str().into());
        lines.push(l.say_with("verify-location", [location]));
    }
    if let (Some(covers), false, Ok(_)) = (one.covers, one.is_whole, &one.signer) {
        let covers = ("covers", covers.to_string().into());
        let size = ("size", size.to_string().into());
        lines.push(l.say_with("verify-part", [covers, size]));
        lines.extend(one.change.map(|change| change.in_words(l)));
    }
    lines
}

/// Its root by name and fingerprint, which a person can compare.
fn trust(trust: &Result<Certificate, Doubt>, l: Language) -> String {
    match trust {
        Ok(root) => {
            let fingerprint = text::hex_upper(&root.fingerprint());
            let said = [
                ("root", root.subject().into()),
                ("fingerprint", fingerprint.into()),
            ];
            l.say_with("verify-trusted", said)
        }
        Err(doubt) => l.say_with("verify-untrusted", [("doubt", doubt.in_words(l).into())]),
    }
}

fn stamped(stamp: &Stamp, l: Language) -> [String; 2] {
    let said = [
        (
            "time",
            stamp
                .time
                .strftime("%Y-%m-%d %H:%M:%S UTC")
                .to_string()
                .into(),
        ),
        ("authority", stamp.authority.subject().into()),
    ];
    [l.say_with("verify-stamp", said), trust(&stamp.trust, l)]
}

/// In English, as all that programs read.
fn in_json(name: &str, found: &Found) -> Value {
    let each = found.signatures.iter().map(|one| {
        let signer = one.signer.as_ref().ok();
        let certificate = signer.map(|signer| {
            json!({
                "subjectCN": signer.certificate.subject(),
                "issuer": signer.certificate.issuer(),
                "serialNumber": signer.certificate.serial(),
                "certificatePem": signer.certificate.pem(),
            })
        });
        let doubt = signer.and_then(|signer| signer.trust.as_ref().err());
        json!({
            "field": one.name,
            "sound": one.is_sound(),
            "fault": one.signer.as_ref().err().map(ToString::to_string),
            "certificate": certificate,
            "trusted": one.is_trusted(),
            "doubt": doubt.map(ToString::to_string),
            "hashAlgo": signer.map(|signer| signer.hash.name()),
            "claimedTime": one.claimed,
            "timeStamp": one.stamp.as_ref().map(stamp_in_json),
            "reason": one.reason,
            "location": one.location,
            "coveredBytes": one.covers,
            "coversWholeFile": one.is_whole,
            "changedLater": one.change.map(|change| change.to_string()),
        })
    });
    json!({
        "file": name,
        "sound": found.is_sound(),
        "trusted": found.is_trusted() && !found.signatures.is_empty(),
        "signatures": each.collect::<Vec<_>>(),
    })
}

fn stamp_in_json(stamp: &Result<Stamp, timestamp::Fault>) -> Value {
    match stamp {
        Ok(stamp) => json!({
            "time": stamp.time.to_string(),
            "authority": stamp.authority.subject(),
            "trusted": stamp.trust.is_ok(),
        }),
        Err(fault) => json!({ "fault": fault.to_string() }),
    }
}
