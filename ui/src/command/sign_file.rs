//! `securesign sign-file`: PDF and XML files on this computer, signed in the terminal with one PIN.
//!
//! Everything that can be refused is, before the PIN is asked for; one file's failure does not
//! stop the others', but what the card refuses does.

mod bearer;
mod order;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use securesign_app::document;
use securesign_app::journal::Entry;
use securesign_app::language::Language;
use securesign_app::words::InWords;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::text;
use securesign_documents::pdf::Pdf;
use securesign_documents::{Refusal, Signer, xml};
use serde_json::{Value, json};

use self::bearer::{Bearer, Stop};
use self::order::Order;
use super::{DONE, NOT_DONE};
use crate::args::SignFile;
use crate::file;
use crate::output::{print, print_json, say};
use crate::place::Place;
use crate::secrets::Secrets;
use crate::store::own;

/// A file that can be signed, as it was read: that is what is signed.
struct Ready {
    path: PathBuf,
    bytes: Vec<u8>,
    digest: Digest,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pdf,
    Xml,
}

impl Kind {
    /// What is no XML is to be a PDF.
    fn of(bytes: &[u8]) -> Self {
        match xml::is_likely(bytes) {
            true => Self::Xml,
            false => Self::Pdf,
        }
    }
}

/// What became of a file.
struct Outcome {
    path: PathBuf,
    /// Where the signed one is, or why there is none.
    end: Result<PathBuf, String>,
}

/// Signs each file; done, where all are.
pub fn sign_file(place: &Place, asked: SignFile) -> Result<u8, String> {
    let l = place.language;
    let order = Order::of(&asked, l)?;
    let secrets = Secrets::read(asked.secrets.into(), l)?;
    let mut outcomes = Vec::new();
    let mut ready = Vec::new();
    for path in asked.files {
        match read(&path, &order, l) {
            Ok(one) => ready.push(one),
            Err(reason) => outcomes.push(Outcome {
                path,
                end: Err(reason),
            }),
        }
    }
    if !ready.is_empty() {
        let signed = batch(place, asked.serial.as_deref(), secrets, &order, ready);
        outcomes.extend(signed);
    }
    tell(&outcomes, asked.json, l)?;
    let all = outcomes.iter().all(|outcome| outcome.end.is_ok());
    Ok(if all { DONE } else { NOT_DONE })
}

/// Reads a file and says what of it is to be known before it is signed.
fn read(path: &Path, order: &Order, l: Language) -> Result<Ready, String> {
    let bytes = file::named(path, l)?;
    let digest = Digest::of(HashAlgorithm::Sha256, &bytes);
    let in_words = |refusal: Refusal| refusal.in_words(l);
    if Kind::of(&bytes) == Kind::Xml {
        if order.is_for_pdf() {
            return Err(l.say("sign-file-xml-options"));
        }
        xml::check(&bytes, &order.xml).map_err(in_words)?;
        let said = [
            ("file", text::path(path).into()),
            ("size", bytes.len().into()),
            ("digest", digest.grouped().into()),
        ];
        say(&l.say_with("sign-file-xml", said));
        return Ok(Ready {
            path: path.to_owned(),
            bytes,
            digest,
            kind: Kind::Xml,
        });
    }
    let pdf = Pdf::read(bytes.clone()).map_err(in_words)?;
    let earlier = pdf.signatures();
    pdf.check(&order.pdf).map_err(in_words)?;
    let said = [
        ("file", text::path(path).into()),
        ("size", bytes.len().into()),
        ("pages", pdf.pages().into()),
        ("digest", digest.grouped().into()),
    ];
    say(&l.say_with("sign-file-document", said));
    if !earlier.is_empty() {
        let count = [("count", earlier.len().into())];
        say(&l.say_with("sign-file-earlier", count));
    }
    if let Some(fault) = earlier
        .iter()
        .filter_map(|one| one.sound.as_ref().err())
        .min()
    {
        let fault = [("fault", fault.in_words(l).into())];
        say(&l.say_with("sign-file-earlier-bad", fault));
    }
    let fields: Vec<&str> = pdf.empty_fields().collect();
    if order.pdf.field.is_none() && !fields.is_empty() {
        let fields = [("fields", fields.join(", ").into())];
        say(&l.say_with("sign-file-fields", fields));
    }
    Ok(Ready {
        path: path.to_owned(),
        bytes,
        digest,
        kind: Kind::Pdf,
    })
}

/// All files with the same certificate. What the token refuses ends it: the files that are left
/// are told with it.
fn batch(
    place: &Place,
    serial: Option<&str>,
    secrets: Secrets,
    order: &Order,
    ready: Vec<Ready>,
) -> Vec<Outcome> {
    let l = place.language;
    say(&l.say("sign-file-not-drawn"));
    let mut stopped = None;
    let mut bearer = match Bearer::find(place, serial, order.hash, secrets) {
        Ok(bearer) => Some(bearer),
        Err(reason) => {
            stopped = Some(reason);
            None
        }
    };
    let mut outcomes = Vec::new();
    for file in ready {
        let end = match (&mut bearer, &stopped) {
            (Some(bearer), None) => match sign_one(bearer, order, &file, l) {
                Ok(written) => Ok(written),
                Err(Failed::File(reason)) => Err(reason),
                Err(Failed::Token(Stop(reason))) => {
                    stopped = Some(reason.clone());
                    Err(reason)
                }
            },
            (_, reason) => Err(reason.clone().unwrap_or_default()),
        };
        outcomes.push(Outcome {
            path: file.path,
            end,
        });
    }
    outcomes
}

/// Why a file is not signed.
enum Failed {
    /// Others may be.
    File(String),
    /// None will be.
    Token(Stop),
}

fn sign_one(
    bearer: &mut Bearer,
    order: &Order,
    file: &Ready,
    l: Language,
) -> Result<PathBuf, Failed> {
    let refused = |refusal: Refusal| Failed::File(refusal.in_words(l));
    let now = Timestamp::now();
    let certificate = bearer.credential().certificate.clone();
    let signer = Signer::new(certificate, &order.chain, order.hash, now).map_err(refused)?;
    let signed = match file.kind {
        Kind::Pdf => {
            let pdf = Pdf::read(file.bytes.clone()).map_err(refused)?;
            let prepared = pdf.prepare(signer, &order.pdf, now).map_err(refused)?;
            let (message, digest) = prepared.to_sign();
            let signature = bearer.sign(message, digest).map_err(Failed::Token)?;
            match &order.authority {
                None => prepared.finish(&signature),
                Some(authority) => {
                    let request = prepared.time_stamp(&signature).map_err(refused)?;
                    let stamp = order::time_stamp(authority, &request, l).map_err(Failed::File)?;
                    prepared.finish_stamped(&signature, &stamp)
                }
            }
            .map_err(refused)?
        }
        Kind::Xml => {
            if signer.certificate().key().rsa_len().is_none() {
                say(&l.say("sign-file-xml-curve"));
            }
            let prepared = xml::prepare(&file.bytes, signer, &order.xml).map_err(refused)?;
            let (message, digest) = prepared.to_sign();
            let signature = bearer.sign(message, digest).map_err(Failed::Token)?;
            prepared.finish(&signature).map_err(refused)?
        }
    };
    let written = write(&file.path, &signed).map_err(|error| {
        let reason = [("reason", own::explain(&error, l).into())];
        Failed::File(l.say_with("sign-file-unwritten", reason))
    })?;
    let name = document::name(&file.path);
    let entry = Entry::new(now, "file:", &name, &file.digest, Ok(bearer.credential()));
    bearer.record(entry);
    Ok(written)
}

/// Beside the original, as `name-signed.pdf`; nothing is ever replaced.
fn write(original: &Path, signed: &[u8]) -> std::io::Result<PathBuf> {
    let stem = original.file_stem().unwrap_or_default().to_string_lossy();
    let kind = original.extension().unwrap_or_default().to_string_lossy();
    let dot = if kind.is_empty() { "" } else { "." };
    for again in 1..1000 {
        let more = match again {
            1 => String::new(),
            again => format!("-{again}"),
        };
        let path = original.with_file_name(format!("{stem}-signed{more}{dot}{kind}"));
        match own::write_new(&path, signed) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

fn tell(outcomes: &[Outcome], as_json: bool, l: Language) -> Result<(), String> {
    if as_json {
        let each = outcomes.iter().map(|outcome| {
            json!({
                "file": text::path(&outcome.path),
                "signed": outcome.end.as_ref().ok().map(|path| text::path(path)),
                "error": outcome.end.as_ref().err(),
            })
        });
        return print_json(&Value::Array(each.collect()));
    }
    for outcome in outcomes {
        let file = ("file", text::path(&outcome.path).into());
        let line = match &outcome.end {
            Ok(path) => {
                let signed = ("signed", text::path(path).into());
                l.say_with("sign-file-signed", [file, signed])
            }
            Err(reason) => {
                let reason = ("reason", reason.as_str().into());
                l.say_with("sign-file-unsigned", [file, reason])
            }
        };
        print(&format!("{line}\n"))?;
    }
    Ok(())
}
