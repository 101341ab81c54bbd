//! The log that libpcscspy writes into `~/pcsc-spy`: `THREAD@` in front of each line, a call
//! between `>|…` and `<|…`, and in between a line for each value, without its name.
//! (pcsc-lite 1.9.9, as installed by Debian 12; read from logs made with it.)

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::hex;
use crate::recording::{Answer, Conversation, Event, Recording, Source};

/// Lines of one call that are kept. The longest that matters has 14.
const LINES: usize = 64;

/// Threads at once.
const THREADS: usize = 256;

/// `7FFBFEA0D840@>|1795799171|676414|SCardTransmit`
pub fn is_line(line: &str) -> bool {
    let Some((thread, rest)) = line.split_once('@') else {
        return false;
    };
    let thread = !thread.is_empty() && thread.bytes().all(|digit| digit.is_ascii_hexdigit());
    thread && rest.starts_with(">|") && rest.contains("|SCard")
}

/// Reads such a log.
pub fn read(text: &str) -> Recording {
    let mut recording = Recording::new(Source::Spy);
    let mut calls: HashMap<&str, Call<'_>> = HashMap::new();
    let mut readers = Readers::default();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once('@') else {
            continue;
        };
        if let Some(start) = rest.strip_prefix(">|") {
            let name = start.rsplit('|').next().unwrap_or_default().trim();
            if calls.len() < THREADS || calls.contains_key(thread) {
                calls.insert(thread, Call::new(name));
            }
        } else if let Some(end) = rest.strip_prefix("<|") {
            let Some(call) = calls.remove(thread) else {
                continue;
            };
            let done = end.trim_end().ends_with("|0x00000000");
            call.finish(done, &mut readers, &mut recording);
        } else if let Some(call) = calls.get_mut(thread)
            && call.lines.len() < LINES
        {
            call.lines.push(rest.trim_end());
        }
    }
    // The log ends before the answer did.
    for call in calls.into_values() {
        recording.cut = true;
        call.unfinished(&readers, &mut recording);
    }
    recording
}

/// Which reader a handle of a card belongs to.
#[derive(Default)]
pub struct Readers(HashMap<String, String>);

impl Readers {
    /// A card was connected to.
    pub fn connect(&mut self, handle: &str, reader: &str) {
        if self.0.len() < THREADS * 16 {
            self.0.insert(handle.to_owned(), reader.to_owned());
        }
    }

    /// Its reader, or the handle where the log does not tell.
    pub fn of(&self, handle: &str) -> String {
        let known = self.0.get(handle).cloned();
        known.unwrap_or_else(|| format!("card {handle}"))
    }
}

/// One call of a thread, with what was logged of it.
struct Call<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Call<'a> {
    fn new(name: &'a str) -> Self {
        Self {
            name,
            lines: Vec::new(),
        }
    }

    fn line(&self, at: usize) -> &'a str {
        self.lines.get(at).copied().unwrap_or_default()
    }

    fn finish(&self, done: bool, readers: &mut Readers, recording: &mut Recording) {
        match self.name {
            // Context, reader, share, protocols, two places; then handle and protocol.
            "SCardConnect" if done => readers.connect(self.line(6), self.line(1)),
            "SCardTransmit" => self.transmit(done, readers, recording),
            "SCardControl" | "SCardControl132" => self.control(readers, recording),
            // Handle, two lengths; then length, name, state, protocol, length, bytes.
            "SCardStatus" if done => reset(recording, self.line(4), self.line(8)),
            "SCardGetStatusChange" => self.status(recording),
            // Handle, attribute (SCARD_ATTR_ATR_STRING), length, bytes.
            "SCardGetAttrib" if done && self.line(1) == "0x00090303" => {
                reset(recording, &readers.of(self.line(0)), self.line(3));
            }
            _ => {}
        }
    }

    /// Handle, protocol, length of that, length, command; protocol, length of that, length,
    /// answer.
    fn transmit(&self, done: bool, readers: &Readers, recording: &mut Recording) {
        let command = Zeroizing::new(hex(self.line(4)).unwrap_or_default());
        let answer = Zeroizing::new(hex(self.line(8)).unwrap_or_default());
        if command.is_empty() {
            recording.cut = true;
            return;
        }
        let answer = Answer::of(done, &answer);
        recording.exchange(&readers.of(self.line(0)), &command, answer);
    }

    fn unfinished(&self, readers: &Readers, recording: &mut Recording) {
        if self.name == "SCardTransmit"
            && let Some(command) = hex(self.line(4)).map(Zeroizing::new)
            && !command.is_empty()
        {
            recording.exchange(&readers.of(self.line(0)), &command, Answer::Lost);
        }
    }

    /// Handle, code, length, bytes: of PC/SC part 10 only the structure that tells a reader
    /// to take a PIN.
    fn control(&self, readers: &Readers, recording: &mut Recording) {
        let bytes = Zeroizing::new(hex(self.line(3)).unwrap_or_default());
        if let Some(command) = pin_verify(&bytes) {
            recording.key_pad(&readers.of(self.line(0)), command);
        }
    }

    /// Context, time, how many; then five lines each (name, two states, length, bytes), as
    /// they were given and as they came back.
    fn status(&self, recording: &mut Recording) {
        for reader in self.lines.get(3..).unwrap_or_default().chunks_exact(5) {
            reset(recording, reader[0], reader[4]);
        }
    }
}

/// PIN_VERIFY_STRUCTURE (PC/SC part 10, 2.5.2): 15 bytes, the length of the command
/// (little-endian), and the command.
pub fn pin_verify(bytes: &[u8]) -> Option<&[u8]> {
    let (length, command) = bytes.get(15..)?.split_first_chunk()?;
    let fits = u32::from_le_bytes(*length) as usize == command.len();
    (fits && command.len() >= 4).then_some(command)
}

/// A line with an answer to reset, of a reader that has one. It is told at every look.
pub fn reset(recording: &mut Recording, reader: &str, line: &str) {
    let atr = hex(line).unwrap_or_default();
    let known = recording.conversations.iter().find(|c| c.reader == reader);
    let known = known.and_then(Conversation::atr);
    if (2..=33).contains(&atr.len()) && known != Some(&atr[..]) && !reader.is_empty() {
        recording.push(reader, Event::Reset(atr));
    }
}
