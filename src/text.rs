//! Text from outside (a card, a link) on its way to a person, and bytes as text.

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

/// Controls, bidi controls (UAX #9), zero-width and tag characters.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
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
        assert_eq!(clean("आशा शर्मा", 20), "आशा शर्मा");
        assert_eq!(clean("abcdef", 3), "abc…");
    }
}
