//! Text from outside (a card, a reader, a link, a file, the system, another program) on
//! its way to a person, and bytes as text.
//!
//! Twice: where it comes in, [`clean`] makes one short line of it, so that it cannot pose
//! as a line of ours; and whatever goes out, to the terminal, the window or the log, passes
//! [`shown`] or [`json`], so that no source can be forgotten.

use std::fmt::Display;
use std::path::Path;

use serde_json::Value;

/// At most `max` characters, without control characters and without those that
/// turn or hide text (Unicode bidi controls, zero-width, tags), so that nothing
/// from outside can pose as our own words.
pub fn clean(text: &str, max: usize) -> String {
    let mut kept: String = text
        .chars()
        .filter(|c| !is_deceptive(*c))
        .take(max + 1)
        .collect();
    if kept.chars().count() > max {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// What the system or another program says, as one line of at most 300 characters.
pub fn reason(error: &impl Display) -> String {
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    clean(&lines.join(" "), 300)
}

/// Where a file is, as one line of at most 1,000 characters. Only to be shown: what is
/// not UTF-8 or deceives is not in it.
pub fn path(path: &Path) -> String {
    clean(&path.to_string_lossy(), 1_000)
}

/// The last gate: what deceives is left out, whoever wrote it. Lines and lengths stay.
pub fn shown(text: &str) -> String {
    let kept = |c: &char| *c == '\n' || !is_deceptive(*c);
    text.chars().filter(kept).collect()
}

/// The last gate for programs: the same value, and what deceives written as JSON escapes
/// it. It can stand inside strings only.
pub fn json(value: &Value) -> String {
    let mut text = String::new();
    for c in format!("{value:#}").chars() {
        if c == '\n' || !is_deceptive(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            text.push_str(&format!("\\u{unit:04x}"));
        }
    }
    text
}

/// Controls, bidi controls (UAX #9), zero-width, blank and tag characters.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180E}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// As serial numbers are written: two upper-case digits a byte.
pub fn hex_upper(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// As fingerprints and hashes are written: two lower-case digits a byte.
pub fn hex_lower(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_deceives_is_dropped_and_what_is_long_is_cut() {
        assert_eq!(clean("a\u{202E}b\nc\u{200B}", 10), "abc");
        // Letters and signs that nothing is seen of.
        for blank in [
            "\u{034F}", "\u{115F}", "\u{1160}", "\u{2800}", "\u{3164}", "\u{FFA0}",
        ] {
            assert_eq!(clean(&format!("a{blank}b"), 10), "ab");
        }
        assert_eq!(clean("आशा शर्मा", 20), "आशा शर्मा");
        assert_eq!(clean("abcdef", 3), "abc…");
    }

    #[test]
    fn json_is_the_same_value_without_what_deceives() {
        let value = serde_json::json!({ "a\u{202E}": "\u{1B}[2J\u{9B}\u{E0041}\nआ" });
        let text = json(&value);
        assert!(!text.contains(|c| c != '\n' && is_deceptive(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
    }
}
