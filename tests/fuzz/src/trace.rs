//! Traces, which people edit and mail.

use securesign_card::frame::Frame;
use securesign_card::trace::{Replay, Trace};
use securesign_card::transport::Transport;

/// Printing and parsing are inverse, and a replay stands whatever is in it.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let trace = match Trace::parse(text) {
        Ok(trace) => trace,
        Err(error) => {
            assert!((1..=text.lines().count()).contains(&error.line));
            return;
        }
    };
    let printed = trace.to_string();
    let again = Trace::parse(&printed);
    assert_eq!(again.as_ref(), Ok(&trace), "{printed:?}");
    let _ = trace.header("atr");
    let commands = trace.commands();
    let mut replay = Replay::new(trace);
    for _ in 0..=commands {
        let frame = Frame::new(vec![0x00, 0xC0, 0x00, 0x00, 0x00].into(), None);
        let _ = replay.exchange(&frame);
    }
    let _ = replay.finish();
}
