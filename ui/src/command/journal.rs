//! `securesign journal`: what was signed for whom, for people and for programs.

use std::io;
use std::path::Path;

use securesign_app::journal::{Entry, Fault, Ledger};
use securesign_app::language::Language;
use securesign_app::words::InWords;
use securesign_card::text;
use securesign_handoff::code::ErrorCode;
use serde_json::json;

use super::{DONE, NOT_DONE, unreadable};
use crate::args::Journal as Command;
use crate::output::{print, print_json, say};
use crate::store::{journal, own};

/// Carries out one of its commands, or lists it.
pub fn journal(as_json: bool, command: Option<Command>, language: Language) -> Result<u8, String> {
    match command {
        None => list(as_json, language),
        Some(Command::Verify { file }) => verify(file.as_deref(), language),
        Some(Command::Export { file }) => export(&file, language),
    }
}

/// Lists the entries; the exit code says whether they hold together.
fn list(as_json: bool, language: Language) -> Result<u8, String> {
    let ledger = read(None, usize::MAX, language)?;
    if as_json {
        print_json(&listed(&ledger))?;
    } else {
        let lines: String = ledger
            .entries
            .iter()
            .map(|entry| line(entry, language))
            .collect();
        print(&lines)?;
        match &ledger.verdict {
            Ok(_) if ledger.entries.is_empty() => {
                say(&language.say("journal-empty"));
            }
            Ok(_) => {}
            Err(fault) => say(&told(fault, language)),
        }
    }
    Ok(if ledger.verdict.is_ok() {
        DONE
    } else {
        NOT_DONE
    })
}

/// Checks the journal, or a copy of it.
fn verify(file: Option<&Path>, language: Language) -> Result<u8, String> {
    match read(file, 0, language)?.verdict {
        Ok(mark) => {
            let count = [("count", mark.count.into())];
            let chain = [("chain", mark.chain.to_string().into())];
            print(&format!(
                "{}\n{}\n",
                language.say_with("journal-verified", count),
                language.say_with("journal-chain", chain)
            ))?;
            Ok(DONE)
        }
        Err(fault) => {
            say(&told(&fault, language));
            Ok(NOT_DONE)
        }
    }
}

/// Copies it.
fn export(file: &Path, language: Language) -> Result<u8, String> {
    journal::of_user()
        .and_then(|journal| journal.export(file))
        .map(|()| DONE)
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let file = text::path(file).into();
                language.say_with("file-exists", [("file", file)])
            }
            io::ErrorKind::NotFound => match file.parent().filter(|folder| is_missing(folder)) {
                Some(folder) => {
                    let folder = text::path(folder).into();
                    language.say_with("journal-no-folder", [("folder", folder)])
                }
                None => language.say("journal-nothing"),
            },
            _ => {
                let reason = own::explain(&error, language).into();
                language.say_with("journal-not-copied", [("reason", reason)])
            }
        })
}

/// Whether there is no such folder; the empty name is the folder at hand.
fn is_missing(folder: &Path) -> bool {
    !folder.as_os_str().is_empty() && !folder.exists()
}

fn read(file: Option<&Path>, keep: usize, language: Language) -> Result<Ledger, String> {
    match file {
        Some(file) => journal::read_copy(file).map_err(|error| unreadable(file, &error, language)),
        None => journal::of_user()
            .and_then(|journal| journal.read(keep))
            .map_err(|error| {
                let reason = own::explain(&error, language).into();
                language.say_with("journal-unreadable", [("reason", reason)])
            }),
    }
}

fn told(fault: &Fault, language: Language) -> String {
    format!("{} {}", fault.what(language), fault.advice(language))
}

fn line(entry: &Entry, language: Language) -> String {
    let time = entry
        .time
        .to_zoned_datetime(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string();
    let used = entry.certificate.as_ref().map_or_else(String::new, |used| {
        let subject = used.subject.as_str().into();
        let serial = used.serial_number.as_str().into();
        let said = [("subject", subject), ("serial", serial)];
        format!("\n    {}", language.say_with("journal-serial", said))
    });
    let request = [("request", entry.request_id.as_str().into())];
    let request = language.say_with("journal-request", request);
    // What a later version wrote is shown by its code alone.
    let words = ErrorCode::named(&entry.outcome).map_or_else(String::new, |code| {
        format!("    {}\n", code.in_words(language))
    });
    format!(
        "{time}  {}  {}\n{words}    {request}\n    {} {}{used}\n",
        entry.outcome, entry.origin, entry.hash_algo, entry.hash
    )
}

fn listed(ledger: &Ledger) -> serde_json::Value {
    let fault = ledger.verdict.as_ref().err();
    json!({
        "entries": ledger.entries,
        "holdsTogether": fault.is_none(),
        "error": fault.map(|fault| fault.what(Language::English)),
    })
}
