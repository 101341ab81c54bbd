//! Traces: a conversation with a card as a text that people can read, attach to
//! a report, and replay.
//!
//! ```text
//! # A comment.
//! key: value
//!
//! == select the application
//! > 00 A4 04 00 | 09 A0 00 00 03 08 00 00 10 00 00
//! < 61 11 4F 06 00 00 10 00 01 00 79 07 4F 05 A0 00
//!   00 03 08 90 00
//! ! random 01 02 03 04 05 06 07 08
//! == verify the PIN
//! > 00 20 00 80 | 08 <pin:8>
//! < !removed
//! ```
//!
//! Sixteen bytes a line, continued by indentation; `|` only helps the eye. A PIN
//! cannot be in it: commands are written by [`Frame`], which does not show it, and says
//! of which command the answer is not shown either.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

#[cfg(doc)]
use crate::frame::Frame;
pub use crate::frame::hidden;
use crate::transport::TransportError;

mod check;
mod recorder;
mod replay;

pub use check::{Checked, check};
pub use recorder::{RecordedReaders, Recorder};
pub use replay::Replay;

/// Bytes a line.
const WIDTH: usize = 16;

const RANDOM: &str = "! random ";

/// One line, or the bytes of one command or answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `# text`
    Comment(String),
    /// `key: value`
    Header(String, String),
    /// An empty line.
    Blank,
    /// `== name`
    Step(String),
    /// `! random …`: random bytes that the program used, a token a byte.
    Random(Vec<String>),
    /// `> …`: a token a byte, or `<pin:8>`.
    Sent(Vec<String>),
    /// `< …`: a token a byte, or `<hidden:248>`, or `<pin:16>`, or one `!removed`.
    Answer(Vec<String>),
}

/// A whole trace. Printing and parsing are inverse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// In order.
    pub entries: Vec<Entry>,
}

/// A line that is none of the above.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the trace is not understood")]
pub struct TraceError {
    /// Counted from 1.
    pub line: usize,
}

impl Trace {
    /// Reads a trace.
    ///
    /// # Errors
    ///
    /// [`TraceError`] with the line that is none of a trace.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let mut entries = Vec::new();
        for (at, line) in text.lines().enumerate() {
            // Files that went through other systems end their lines with CR LF.
            let line = line.trim_end_matches('\r');
            let entry = if line.is_empty() {
                Entry::Blank
            } else if let Some(more) = line.strip_prefix("  ") {
                let (Some(Entry::Sent(tokens)) | Some(Entry::Answer(tokens))) = entries.last_mut()
                else {
                    return Err(TraceError { line: at + 1 });
                };
                tokens.extend(tokenize(more).ok_or(TraceError { line: at + 1 })?);
                continue;
            } else if let Some(text) = line.strip_prefix("# ") {
                Entry::Comment(text.into())
            } else if let Some(name) = line.strip_prefix("== ") {
                Entry::Step(name.into())
            } else if let Some(rest) = line.strip_prefix(RANDOM) {
                Entry::Random(tokenize(rest).ok_or(TraceError { line: at + 1 })?)
            } else if let Some(rest) = line.strip_prefix("> ") {
                Entry::Sent(tokenize(rest).ok_or(TraceError { line: at + 1 })?)
            } else if let Some(rest) = line.strip_prefix("< ") {
                Entry::Answer(tokenize(rest).ok_or(TraceError { line: at + 1 })?)
            } else if let Some((key, value)) = line.split_once(": ") {
                Entry::Header(key.into(), value.trim_start().into())
            } else {
                return Err(TraceError { line: at + 1 });
            };
            entries.push(entry);
        }
        Ok(Self { entries })
    }

    /// The first header of that name.
    pub fn header(&self, key: &str) -> Option<&str> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Header(name, value) if name == key => Some(value.as_str()),
            _ => None,
        })
    }

    /// Number of commands sent.
    pub fn commands(&self) -> usize {
        self.entries
            .iter()
            .filter(|entry| matches!(entry, Entry::Sent(_)))
            .count()
    }
}

fn tokenize(text: &str) -> Option<Vec<String>> {
    let tokens: Vec<String> = text
        .split_whitespace()
        .filter(|token| *token != "|")
        .map(str::to_owned)
        .collect();
    let known = |token: &String| {
        byte(token).is_some()
            || token.starts_with('!')
            || (token.starts_with('<') && token.ends_with('>'))
    };
    (!tokens.is_empty() && tokens.iter().all(known)).then_some(tokens)
}

/// Upper-case hexadecimal digits, a token a byte.
pub fn hex(bytes: &[u8]) -> Vec<String> {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The byte that a token of two digits stands for; `None` for any other token.
pub fn byte(token: &str) -> Option<u8> {
    let hex = token.len() == 2 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| u8::from_str_radix(token, 16).ok()).flatten()
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.entries {
            match entry {
                Entry::Comment(text) => writeln!(f, "# {text}")?,
                Entry::Header(key, value) => writeln!(f, "{:<8} {value}", format!("{key}:"))?,
                Entry::Blank => writeln!(f)?,
                Entry::Step(name) => writeln!(f, "== {name}")?,
                Entry::Random(tokens) => writeln!(f, "{RANDOM}{}", tokens.join(" "))?,
                Entry::Sent(tokens) => {
                    let (header, body) = tokens.split_at(tokens.len().min(4));
                    let mut lines = body.chunks(WIDTH).map(|chunk| chunk.join(" "));
                    match lines.next() {
                        Some(first) => writeln!(f, "> {} | {first}", header.join(" "))?,
                        None => writeln!(f, "> {}", header.join(" "))?,
                    }
                    lines.try_for_each(|line| writeln!(f, "  {line}"))?;
                }
                Entry::Answer(tokens) => {
                    for (at, chunk) in tokens.chunks(WIDTH).enumerate() {
                        writeln!(f, "{} {}", if at == 0 { "<" } else { " " }, chunk.join(" "))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// How much of a card's answers a recording keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Everything: for test cards, so that the trace can be replayed.
    Full,
    /// Long answers (certificates with names in them) only by their beginning
    /// and length: for a report about somebody's own token.
    Short,
}

/// What [`Detail::Short`] keeps of an answer that it cuts, in bytes.
pub const KEPT: usize = 8;
/// The longest answer that [`Detail::Short`] keeps whole, in bytes.
pub const LONG: usize = 48;

/// Where recordings are gathered; shared with the worker that talks to cards.
#[derive(Clone)]
pub struct Recording {
    trace: Arc<Mutex<Trace>>,
    /// The answer before went on (`61xx`) and was cut.
    cut: Arc<AtomicBool>,
    detail: Detail,
    /// More entries than these are not kept; the oldest go first.
    most: usize,
}

impl Recording {
    /// Empty.
    pub fn new(detail: Detail) -> Self {
        Self {
            trace: Arc::default(),
            cut: Arc::default(),
            detail,
            most: usize::MAX,
        }
    }

    /// Empty, and never more than so many entries, the last ones: for a report on what went
    /// wrong.
    pub fn recent(detail: Detail, most: usize) -> Self {
        let all = Self::new(detail);
        Self { most, ..all }
    }

    /// What was recorded so far.
    pub fn trace(&self) -> Trace {
        self.trace
            .lock()
            .map(|trace| trace.clone())
            .unwrap_or_default()
    }

    fn push(&self, entry: Entry) {
        if let Ok(mut trace) = self.trace.lock() {
            trace.entries.push(entry);
            let over = trace.entries.len().saturating_sub(self.most);
            trace.entries.drain(..over);
        }
    }

    fn answer(&self, bytes: &[u8]) -> Entry {
        let (data, sw) = bytes.split_at(bytes.len().saturating_sub(2));
        // The rest of an answer that was cut is a part of it, however short.
        let rest = self.cut.load(Ordering::Relaxed) && !data.is_empty();
        let hidden = self.detail == Detail::Short && (rest || data.len() > LONG);
        self.cut
            .store(hidden && sw.first() == Some(&0x61), Ordering::Relaxed);
        let mut tokens = if hidden {
            let kept = if rest { 0 } else { KEPT };
            let mut tokens = hex(&data[..kept]);
            tokens.push(self::hidden("hidden", data.len() - kept));
            tokens
        } else {
            hex(data)
        };
        tokens.extend(hex(sw));
        Entry::Answer(tokens)
    }
}

/// An answer that no recording shows, whatever its detail: how long it is, and its status
/// word.
fn concealed(bytes: &[u8]) -> Vec<String> {
    let (data, sw) = bytes.split_at(bytes.len().saturating_sub(2));
    let mut tokens = Vec::new();
    if !data.is_empty() {
        tokens.push(hidden("pin", data.len()));
    }
    tokens.extend(hex(sw));
    tokens
}

const FAILURES: [(&str, TransportError); 4] = [
    ("!removed", TransportError::Removed),
    ("!reset", TransportError::Reset),
    ("!mute", TransportError::Mute),
    ("!not-transacted", TransportError::NotTransacted),
];

fn failure(error: &TransportError) -> &'static str {
    FAILURES
        .iter()
        .find(|(_, known)| known == error)
        .map_or("!other", |(token, _)| token)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const TEXT: &str = "\
# The PIN, once.
profile: piv
atr:     3B 00

== select the application
> 00 A4 04 00 | 09 A0 00 00 03 08 00 00 10 00 00
< 61 11 4F 06 00 00 10 00 01 00 79 07 4F 05 A0 00
  00 03 08 90 00
== verify the PIN
> 00 20 00 80 | 08 <pin:8>
< !removed
";

    #[test]
    fn of_what_is_recent_the_oldest_goes_first() {
        let recent = Recording::recent(Detail::Short, 2);
        for name in ["a", "b", "c"] {
            recent.push(Entry::Step(name.into()));
        }
        assert_eq!(recent.trace().to_string(), "== b\n== c\n");
    }

    #[test]
    fn printing_and_parsing_are_inverse() {
        let trace = Trace::parse(TEXT).unwrap();
        assert_eq!(trace.to_string(), TEXT);
        assert_eq!(trace.header("profile"), Some("piv"));
        assert_eq!(trace.commands(), 2);
        assert_eq!(Trace::parse("# a\nnonsense\n").unwrap_err().line, 2);
        assert_eq!(Trace::parse("> 00 A4 0x\n").unwrap_err().line, 1);
    }

    #[test]
    fn a_report_keeps_the_beginning_of_long_answers_only() {
        let recording = Recording::new(Detail::Short);
        let mut long = vec![0xAB; 256];
        long.extend([0x90, 0x00]);
        let Entry::Answer(tokens) = recording.answer(&long) else {
            panic!()
        };
        assert_eq!(tokens.len(), 8 + 1 + 2);
        assert_eq!(tokens[8], "<hidden:248>");
        assert_eq!(tokens[9..], ["90", "00"]);
        // The last part of a long answer is hidden as well, however short.
        let size = long.len();
        long[size - 2..].copy_from_slice(&[0x61, 0x04]);
        recording.answer(&long);
        let Entry::Answer(tokens) = recording.answer(&[1, 2, 3, 4, 0x90, 0x00]) else {
            panic!()
        };
        assert_eq!(tokens, ["<hidden:4>", "90", "00"]);
    }
}
