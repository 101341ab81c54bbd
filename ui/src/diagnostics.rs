//! What is written for a report: what `doctor` finds, the tokens, and what went to the card
//! last. English, for others than the person read it; never a PIN, which is in no trace.

use std::io;

use securesign_app::language::Language;
use securesign_app::worker::{TokenState, TokenView};
use securesign_card::trace::{Detail, Recording};

use crate::findings;
use crate::store::own;

/// How much of what went to cards is kept, in commands, answers and comments.
const KEPT: usize = 300;

/// Keeps the last of what goes to cards.
pub fn recording() -> Recording {
    Recording::recent(Detail::Short, KEPT)
}

/// All of it, as it is shown and written. Asks the PC/SC service and the desktop, which may
/// take their time.
pub fn text(tokens: &[TokenView], recent: &Recording) -> String {
    let mut text = format!(
        "SecureSign {} on {} ({})\n\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let l = Language::English;
    let (found, _) = findings::tell(&findings::examine(tokens, l), l);
    text.push_str(&found);
    text.push_str("\nTokens\n");
    for view in tokens {
        let state = match &view.state {
            TokenState::Empty => "empty".to_owned(),
            TokenState::Unknown { atr, .. } => format!("not supported, ATR {atr}"),
            TokenState::Failed(error) => format!("cannot be read: {error}"),
            TokenState::Ready(info) => format!("{}, {}", info.family, info.label),
        };
        text.push_str(&format!("{}: {state}\n", view.id.reader));
    }
    text.push_str("\nWhat went to the card last (PINs are not in it)\n");
    text.push_str(&recent.trace().to_string());
    text
}

/// Writes it to where the user's downloads are, and tells which file.
pub fn save(text: &str) -> io::Result<String> {
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
    own::save_for_user(&format!("securesign-diagnostics-{day}"), "txt", &|file| {
        own::write_new(file, text.as_bytes())
    })
}
