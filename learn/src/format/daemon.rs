//! The log of `pcscd --apdu`, in a terminal or in the journal of the system: `APDU: …` and
//! `SW: …`, each with its bytes, and other messages between. It does not say which reader, and
//! ends what is longer than its buffer with `...`.

use zeroize::Zeroizing;

use super::hex;
use crate::recording::{Answer, Event, Recording, Source};

/// What the log does not tell.
const READER: &str = "not told";

/// `00008880 APDU: 00 CA 01 86 00`
pub fn is_line(line: &str) -> bool {
    command(line).is_some()
}

/// Reads such a log.
pub fn read(text: &str) -> Recording {
    let mut recording = Recording::new(Source::Daemon);
    let mut sent: Option<Zeroizing<Vec<u8>>> = None;
    for line in text.lines() {
        if let Some(bytes) = command(line) {
            // Two commands with no answer between: the first one failed.
            if let Some(lost) = sent.replace(bytes) {
                recording.exchange(READER, &lost, Answer::Failed);
            }
        } else if let Some(answer) = after(line, "SW: ") {
            if let Some(command) = sent.take() {
                // The end of it is the status word.
                let whole = !is_cut(line);
                recording.cut |= !whole;
                let answer = whole.then(|| Answer::bytes(&answer));
                recording.exchange(READER, &command, answer.unwrap_or(Answer::Lost));
            }
        } else if let Some(atr) = after(line, "Card ATR: ") {
            recording.push(READER, Event::Reset(atr.to_vec()));
        }
    }
    if let Some(command) = sent {
        recording.cut = true;
        recording.exchange(READER, &command, Answer::Lost);
    }
    recording
}

fn command(line: &str) -> Option<Zeroizing<Vec<u8>>> {
    after(line, "APDU: ").filter(|bytes| bytes.len() >= 4)
}

/// The bytes behind a word that has only a time, or a journal's heading, in front of it.
fn after(line: &str, word: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, bytes) = plain(line).split_once(word)?;
    let whole = bytes.trim_end_matches('.');
    // The dots stand in place of a byte and of a half.
    let whole = match is_cut(line) {
        true => whole.rsplit_once(' ').map_or(whole, |(bytes, _)| bytes),
        false => whole,
    };
    hex(whole)
        .filter(|bytes| !bytes.is_empty())
        .map(Zeroizing::new)
}

fn is_cut(line: &str) -> bool {
    plain(line).ends_with("...")
}

/// In a terminal the daemon colours its lines.
fn plain(line: &str) -> &str {
    let line = line.trim_end().trim_end_matches("\u{1b}[0m");
    line.rsplit_once("\u{1b}[0m ")
        .map_or(line, |(_, line)| line)
}
