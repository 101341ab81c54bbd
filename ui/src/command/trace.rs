//! `securesign trace`: what goes to a card and back, for a report. A PIN cannot
//! be in it: the core does not show it to anybody.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::Parser;
use securesign_card::sw::StatusWord;
use securesign_card::text;
use securesign_card::trace::{Detail, Entry, Recording, Trace, check};
use securesign_vendors::PROFILES;

use super::{DONE, NOT_DONE};
use crate::args::{self, Arguments, Trace as TraceCommand};
use crate::output::{print, say};
use crate::store::own;

/// Records or shows.
pub fn trace(
    command: TraceCommand,
    outer_reader: Option<String>,
    inner: &dyn Fn(Arguments, Option<Recording>) -> Result<u8, String>,
) -> Result<u8, String> {
    match command {
        TraceCommand::Show { file } => {
            print(&annotated(&read(&file)?))?;
            Ok(DONE)
        }
        TraceCommand::Check { files } => {
            let mut code = DONE;
            for file in files {
                match checked(&read(&file)?) {
                    Ok(all) => print(&format!("{}: {all}\n", text::path(&file)))?,
                    Err(parted) => {
                        code = NOT_DONE;
                        print(&format!("{}: {parted}\n", text::path(&file)))?;
                    }
                }
            }
            Ok(code)
        }
        TraceCommand::Record {
            full,
            file,
            command,
        } => {
            let line = std::iter::once(OsString::from("securesign")).chain(command);
            let mut arguments = Arguments::try_parse_from(line).map_err(args::told)?;
            arguments.reader = arguments.reader.or(outer_reader);
            let detail = if full { Detail::Full } else { Detail::Short };
            let recording = Recording::new(detail);
            let code = inner(arguments, Some(recording.clone()));
            let mut trace = recording.trace();
            let commands = trace.commands();
            trace.entries.splice(0..0, heading(full));
            own::write(&file, trace.to_string().as_bytes()).map_err(|error| {
                format!(
                    "{} cannot be written: {}.",
                    text::path(&file),
                    text::reason(&error)
                )
            })?;
            say(&format!(
                "{commands} commands are recorded in {}. PINs are not in it{}.",
                text::path(&file),
                if full {
                    "; certificates and serial numbers are"
                } else {
                    "; read it before you send it"
                }
            ));
            code
        }
    }
}

fn read(file: &Path) -> Result<Trace, String> {
    let name = text::path(file);
    let text = fs::read_to_string(file)
        .map_err(|error| format!("{name} cannot be read: {}.", text::reason(&error)))?;
    Trace::parse(&text).map_err(|error| format!("{name} is not a trace: {}.", text::reason(&error)))
}

/// What came of playing it: that all agrees, or where it parts and why.
fn checked(trace: &Trace) -> Result<String, String> {
    let unplayed = |reason| format!("not played: {}", text::reason(&reason));
    let checked = check(trace, PROFILES).map_err(unplayed)?;
    let of = format!("{} of {} commands", checked.agreed, trace.commands());
    match (&checked.parted, trace.header("expect")) {
        (Some(parted), _) => Err(format!("parts after {of}: {}", text::reason(parted))),
        (None, Some(expected)) if expected != checked.end => Err(format!(
            "{of} agree, and it ends otherwise: {} (expected: {})",
            text::reason(&checked.end),
            text::reason(&expected)
        )),
        (None, _) => Ok(format!("{of} agree: {}", text::reason(&checked.end))),
    }
}

fn heading(full: bool) -> [Entry; 3] {
    let comment = if full {
        "All answers in full, certificates included; PINs are never shown."
    } else {
        "Long answers are cut, so that no certificate is in here; PINs are never shown."
    };
    let version = env!("CARGO_PKG_VERSION");
    let system = std::env::consts::OS;
    [
        Entry::Comment(comment.into()),
        Entry::Header("program".into(), format!("securesign {version}")),
        Entry::Header("system".into(), system.into()),
    ]
}

/// The trace with the meaning of each status word behind it, and sums below.
fn annotated(trace: &Trace) -> String {
    let mut text = String::new();
    let (mut to, mut from) = (0, 0);
    for entry in &trace.entries {
        let single = Trace {
            entries: vec![entry.clone()],
        };
        text.push_str(&single.to_string());
        match entry {
            Entry::Sent(tokens) => to += tokens.iter().map(|token| length(token)).sum::<usize>(),
            Entry::Answer(tokens) => {
                from += tokens.iter().map(|token| length(token)).sum::<usize>();
                if let Some(meaning) = status_word(tokens).and_then(meaning) {
                    text.push_str(&format!("  ({meaning})\n"));
                }
            }
            _ => {}
        }
    }
    let commands = trace.commands();
    text.push_str(&format!(
        "\n{commands} commands, {to} bytes to the card, {from} from it\n"
    ));
    text
}

/// Bytes that a token stands for: `A4` one, `<pin:8>` eight, `!removed` none.
fn length(token: &str) -> usize {
    if token.starts_with('!') {
        return 0;
    }
    match token.trim_matches(['<', '>']).split_once(':') {
        Some((_, count)) => count.parse().unwrap_or(0),
        None => 1,
    }
}

fn status_word(tokens: &[String]) -> Option<StatusWord> {
    let [.., sw1, sw2] = tokens else { return None };
    u16::from_str_radix(&format!("{sw1}{sw2}"), 16)
        .ok()
        .map(StatusWord)
}

fn meaning(sw: StatusWord) -> Option<String> {
    match (sw.sw1(), sw.counter()) {
        (0x61, _) => Some("more follows".into()),
        (_, Some(left)) => Some(format!("tries left: {left}")),
        _ => sw.meaning().map(str::to_owned),
    }
}
