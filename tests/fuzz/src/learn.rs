//! Recordings of other programs: logs and captures.

use securesign_card::pin::Pin;
use securesign_card::trace::{Detail, Entry, Trace};
use securesign_learn::recording::{CONVERSATIONS, EVENTS};
use securesign_learn::{About, Refused, learn, read};

const PIN: &[u8] = b"593817";

/// Whatever is in a file: what is kept of it is bounded, what is written is a trace, and no
/// answer in it has the PIN.
pub fn run(bytes: &[u8]) {
    let Ok(recording) = read(bytes) else {
        return;
    };
    assert!(recording.conversations.len() <= CONVERSATIONS);
    assert!(recording.commands() <= EVENTS);
    let pin = Pin::copy(PIN).expect("a page");
    for detail in [Detail::Short, Detail::Full] {
        let about = About {
            product: &|_, _| None,
            application: &|_| None,
            detail,
        };
        let trace = match learn(&recording, std::slice::from_ref(&pin), &about) {
            Ok(trace) => trace,
            Err(Refused::TooMuch) => return,
            Err(Refused::Memory(error)) => panic!("{error}"),
        };
        let text = trace.to_string();
        let again = Trace::parse(&text);
        assert_eq!(again.as_ref(), Ok(&trace), "{text}");
        let answers = trace.entries.iter().filter_map(|entry| match entry {
            Entry::Answer(tokens) => Some(&tokens[..tokens.len().saturating_sub(2)]),
            _ => None,
        });
        let pin: Vec<String> = PIN.iter().map(|byte| format!("{byte:02X}")).collect();
        for answer in answers {
            assert!(!answer.windows(pin.len()).any(|part| part == pin), "{text}");
        }
    }
}
