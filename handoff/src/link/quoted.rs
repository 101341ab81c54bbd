//! What a page wrote, as far as it may be repeated.

use std::fmt;

/// What API keys begin with.
pub const LIVE: &str = "ss_live_";
/// Those of portals under test.
pub const TEST: &str = "ss_test_";

/// At most 40 harmless characters of what a page wrote; never an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted(String);

impl Quoted {
    const LIMIT: usize = 40;

    /// Everything but letters, digits and printable ASCII becomes `?`.
    pub fn new(text: &str) -> Self {
        if holds_key(text) {
            return Self("…".to_owned());
        }
        let plain = |c: char| match c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() {
            true => c,
            false => '?',
        };
        let mut quoted: String = text.chars().take(Self::LIMIT).map(plain).collect();
        if text.chars().nth(Self::LIMIT).is_some() {
            quoted.pop();
            quoted.push('…');
        }
        Self(quoted)
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”", self.0)
    }
}

/// Whether a text holds something that looks like an API key, and so must not be repeated
/// anywhere.
fn holds_key(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains(LIVE) || lower.contains(TEST)
}
