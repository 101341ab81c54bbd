//! `securesign journal`: what was signed for whom, for people and for programs.

use std::io;
use std::path::Path;

use securesign_core::journal::{Entry, Fault, Ledger};
use securesign_core::language::Language;
use serde_json::json;

use crate::terminal::say;
use crate::{DONE, NOT_DONE, journal, print};

/// Lists the entries; the exit code says whether they hold together.
pub fn list(as_json: bool, language: Language) -> Result<u8, String> {
    let ledger = read(None, usize::MAX)?;
    if as_json {
        print(&format!("{:#}\n", listed(&ledger)))?;
    } else {
        let lines: String = ledger.entries.iter().map(line).collect();
        print(&lines)?;
        match &ledger.verdict {
            Ok(_) if ledger.entries.is_empty() => {
                say("Nothing was signed on this computer yet.");
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
pub fn verify(file: Option<&Path>, language: Language) -> Result<u8, String> {
    match read(file, 0)?.verdict {
        Ok(mark) => {
            print(&format!(
                "The journal holds together: {} lines, none altered, taken out or cut off.\nIts last chain: {}\n",
                mark.count, mark.chain
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
pub fn export(file: &Path) -> Result<u8, String> {
    journal::of_user()
        .and_then(|journal| journal.export(file))
        .map(|()| DONE)
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("{} exists already. Name another file.", file.display())
            }
            io::ErrorKind::NotFound => {
                "There is nothing to export, or no such folder. Check the name, and securesign journal."
                    .to_owned()
            }
            _ => format!("The journal was not copied: {error}."),
        })
}

fn read(file: Option<&Path>, keep: usize) -> Result<Ledger, String> {
    match file {
        Some(file) => journal::read_copy(file)
            .map_err(|error| format!("{} cannot be read: {error}.", file.display())),
        None => journal::of_user()
            .and_then(|journal| journal.read(keep))
            .map_err(|error| format!("The journal cannot be read: {error}. Check its rights.")),
    }
}

fn told(fault: &Fault, language: Language) -> String {
    format!("{} {}", fault.what(language), fault.advice(language))
}

fn line(entry: &Entry) -> String {
    let time = entry
        .time
        .to_zoned_datetime(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string();
    let used = entry.certificate.as_ref().map_or_else(String::new, |used| {
        format!("\n    {}, serial {}", used.subject, used.serial_number)
    });
    format!(
        "{time}  {}  {}\n    {} {}{used}\n",
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
