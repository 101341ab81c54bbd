//! The kinds of recordings, told apart by what is in them: a file's name says nothing.

mod capture;
mod ccid;
mod daemon;
mod printed;
mod spy;
mod tpdu;
mod usb;

use securesign_card::trace::byte;

use crate::recording::{Recording, Source};

/// Why nothing can be learned from a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// None of the recordings that are known here.
    #[error("it is no recording of a kind that is known here")]
    Kind,
    /// A capture of something else than USB.
    #[error("it is a capture of link type {0}, and not one of usbmon or USBPcap")]
    Link(i32),
    /// There is no talk with a card in it.
    #[error("no card is spoken to in it")]
    Silent,
}

/// Reads a recording of any known kind.
///
/// # Errors
///
/// [`Unreadable`]: of no known kind, or with no command to a card in it.
pub fn read(bytes: &[u8]) -> Result<Recording, Unreadable> {
    let recording = if capture::is_one(bytes) {
        capture::read(bytes)?
    } else {
        // Logs are ASCII; a reader's name may be anything.
        let text = String::from_utf8_lossy(bytes);
        match kind(&text).ok_or(Unreadable::Kind)? {
            Source::Spy => spy::read(&text),
            Source::Printed => printed::read(&text),
            _ => daemon::read(&text),
        }
    };
    let recording = recording.spoken();
    if recording.conversations.is_empty() {
        return Err(Unreadable::Silent);
    }
    Ok(recording)
}

/// The first line that only one kind of log has.
fn kind(text: &str) -> Option<Source> {
    text.lines().find_map(|line| {
        if spy::is_line(line) {
            Some(Source::Spy)
        } else if printed::is_line(line) {
            Some(Source::Printed)
        } else if daemon::is_line(line) {
            Some(Source::Daemon)
        } else {
            None
        }
    })
}

/// Bytes as these logs have them: two digits each, blanks between. `None` where there is
/// anything else.
fn hex(text: &str) -> Option<Vec<u8>> {
    text.split_whitespace().map(byte).collect()
}
