//! An `ss_result` as a portal's page hands it back to a demonstration.

use securesign_handoff::callback;

/// What is read can be printed and nested no deeper than the reader allows.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Some(value) = callback::decode(text) {
        let _ = value.to_string();
    }
}
