//! The same log as `pcsc-spy` prints it, with colours and thread numbers or without:
//! the name of a call, ` i ` and ` o ` in front of what goes in and comes out, bytes as a
//! dump of 16 a line, ` => ` in front of the outcome.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::hex;
use super::spy::{Readers, pin_verify, reset};
use crate::recording::{Answer, LONGEST, Recording, Source};

/// ` i bSendBuffer`, or the name of a call, below whatever colours.
pub fn is_line(line: &str) -> bool {
    let line = plain(line);
    let (_, line) = unthreaded(&line);
    line.starts_with("SCard") && line.trim_end().bytes().all(|c| c.is_ascii_alphanumeric())
}

/// Reads such a log.
pub fn read(text: &str) -> Recording {
    let mut recording = Recording::new(Source::Printed);
    let mut calls: HashMap<String, Call> = HashMap::new();
    let mut readers = Readers::default();
    for line in text.lines() {
        let line = Zeroizing::new(plain(line));
        let (thread, line) = unthreaded(&line);
        if let Some(name) = name(line) {
            // A call that did not end: the log was cut there.
            if let Some(call) = calls.insert(thread.to_owned(), Call::new(name)) {
                call.unfinished(&readers, &mut recording);
            }
            continue;
        }
        let Some(call) = calls.get_mut(thread) else {
            continue;
        };
        if let Some(outcome) = line.strip_prefix(" => ") {
            let done = outcome.contains("[0x00000000]");
            call.finish(done, &mut readers, &mut recording);
            calls.remove(thread);
        } else if let Some(line) = line.strip_prefix(" i ") {
            call.input.take(line);
        } else if let Some(line) = line.strip_prefix(" o ") {
            call.output.take(line);
            call.card(&mut recording);
        }
    }
    for call in calls.into_values() {
        recording.cut = true;
        call.unfinished(&readers, &mut recording);
    }
    recording
}

/// Without the escape sequences that colour it.
fn plain(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, escape)) = rest.split_once('\u{1b}') {
        kept.push_str(before);
        rest = escape.split_once('m').map_or("", |(_, after)| after);
    }
    kept.push_str(rest.trim_end_matches('\r'));
    kept
}

/// What tells the thread: a number in brackets, or how far the line is moved to the right, by
/// fours. What stands behind it begins with a name or with one blank.
fn unthreaded(line: &str) -> (&str, &str) {
    let blanks = line.len() - line.trim_start_matches(' ').len();
    let trimmed = &line[blanks..];
    if trimmed.starts_with("(t")
        && let Some(end) = line.find(") ")
    {
        return line.split_at(end + 2);
    }
    line.split_at(blanks - blanks % 4)
}

fn name(line: &str) -> Option<&str> {
    // `SCarControl` is what the printer says.
    let called = line.starts_with("SCar") && line.bytes().all(|c| c.is_ascii_alphanumeric());
    called.then_some(line)
}

/// One call of a thread.
struct Call {
    name: String,
    input: Values,
    output: Values,
}

/// What was logged of one direction.
#[derive(Default)]
struct Values {
    card: Option<String>,
    reader: Option<String>,
    atr: Option<String>,
    bytes: Zeroizing<Vec<u8>>,
    dumped: bool,
}

impl Values {
    fn take(&mut self, line: &str) {
        // A dump: where it begins, and 16 bytes in 47 columns; what they are as text follows.
        if self.dumped
            && let Some(dump) = line.strip_prefix(' ').and_then(|line| line.get(5..))
            && let Some(bytes) = hex(dump.get(..47).unwrap_or(dump))
            && self.bytes.len() <= LONGEST
        {
            self.bytes.extend_from_slice(&bytes);
            return;
        }
        self.dumped = matches!(line, "bSendBuffer" | "bRecvBuffer" | "bAttr");
        let Some((key, value)) = line.trim_start().split_once(' ') else {
            return;
        };
        let value = value.trim();
        let number = || value.split(' ').next().map(str::to_owned);
        match key.trim_end_matches(':') {
            "hCard" | "phCard" => self.card = number(),
            "szReader" | "mszReaderName" => self.reader = Some(value.to_owned()),
            "Atr" if !value.starts_with("length") => self.atr = Some(value.to_owned()),
            "bAtr" => self.atr = Some(value.to_owned()),
            _ => {}
        }
    }
}

impl Call {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            input: Values::default(),
            output: Values::default(),
        }
    }

    /// A list of readers has one answer to reset after the other.
    fn card(&mut self, recording: &mut Recording) {
        if let Some(atr) = self.output.atr.take()
            && let Some(reader) = &self.output.reader
        {
            reset(recording, reader, &atr);
        }
    }

    fn finish(&self, done: bool, readers: &mut Readers, recording: &mut Recording) {
        let card = self.input.card.as_deref().unwrap_or_default();
        match self.name.as_str() {
            "SCardConnect" if done => {
                if let (Some(card), Some(reader)) = (&self.output.card, &self.input.reader) {
                    readers.connect(card, reader);
                }
            }
            "SCardTransmit" if self.input.bytes.is_empty() => recording.cut = true,
            "SCardTransmit" => {
                let answer = Answer::of(done, &self.output.bytes);
                recording.exchange(&readers.of(card), &self.input.bytes, answer);
            }
            "SCarControl" | "SCardControl" => {
                if let Some(command) = pin_verify(&self.input.bytes) {
                    recording.key_pad(&readers.of(card), command);
                }
            }
            _ => {}
        }
    }

    fn unfinished(&self, readers: &Readers, recording: &mut Recording) {
        if self.name == "SCardTransmit" && !self.input.bytes.is_empty() {
            let card = self.input.card.as_deref().unwrap_or_default();
            recording.exchange(&readers.of(card), &self.input.bytes, Answer::Lost);
        }
    }
}
