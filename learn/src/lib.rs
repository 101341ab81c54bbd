#![doc = include_str!("../README.md")]
#![warn(clippy::missing_errors_doc)]

mod apdu;
mod contents;
mod findings;
mod format;
mod kind;
mod logins;
mod missing;
pub mod recording;
mod redact;
mod report;
mod secret;
mod shown;
mod signatures;
mod steps;
mod work;

use securesign_card::memory::OutOfMemory;
use securesign_card::pin::Pin;
use securesign_card::text;
use securesign_card::trace::{Detail, Entry, Trace};

use recording::{Recording, Source};
use work::Work;

pub use format::{Unreadable, read};
pub use report::About;

/// Longest line of a name from outside.
const NAME: usize = 120;

/// Why nothing of a recording is shown.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The system gives no page for a secret.
    #[error(transparent)]
    Memory(#[from] OutOfMemory),
    /// There is more in it than is searched for secrets: PINs, files, certificates, or what may be
    /// signatures.
    #[error("there is more in it than is searched for secrets")]
    TooMuch,
}

/// What may be sent: the report as comments, and the trace below it.
///
/// `typed`: the PINs and PUKs that were typed while it was recorded; nothing of them is in the
/// result.
///
/// # Errors
///
/// [`Refused`]: nothing of it can be shown.
pub fn learn(recording: &Recording, typed: &[Pin], about: &About<'_>) -> Result<Trace, Refused> {
    let mut entries = heading(recording, about);
    let mut traces = Vec::new();
    let mut work = Work::new();
    for conversation in &recording.conversations {
        let found = findings::findings(conversation, typed, &mut work)?;
        let reader = text::clean(&conversation.reader, NAME);
        entries.push(Entry::Blank);
        for line in report::report(&found, &reader, about) {
            entries.push(Entry::Comment(text::clean(&line, 1_000)));
        }
        traces.push(Entry::Blank);
        traces.extend(redact::trace(conversation, &found, &reader, about.detail).entries);
    }
    entries.extend(traces);
    Ok(Trace { entries })
}

fn heading(recording: &Recording, about: &About<'_>) -> Vec<Entry> {
    let source = match recording.source {
        Source::Spy => "the log of libpcscspy",
        Source::Printed => "the log of pcsc-spy",
        Source::Daemon => "the log of pcscd",
        Source::Usb => "a capture of USB",
    };
    let shown = match about.detail {
        Detail::Full => {
            "Answers in full that anybody may read without a PIN, certificates included."
        }
        Detail::Short => {
            "Long answers are cut, and certificates and their holders' names left out."
        }
    };
    let mut entries = vec![
        Entry::Comment("What a recording of another program tells about a card.".into()),
        Entry::Comment(shown.into()),
        Entry::Comment("Of what is not known to be public only the length is shown.".into()),
        Entry::Comment("Read it before you send it.".into()),
    ];
    if recording.cut {
        let text = "Parts of the recording were cut off, or were more than is read.";
        entries.push(Entry::Comment(text.into()));
    }
    entries.push(Entry::Header("source".into(), source.into()));
    let version = env!("CARGO_PKG_VERSION");
    entries.push(Entry::Header(
        "program".into(),
        format!("securesign {version}"),
    ));
    entries
}
