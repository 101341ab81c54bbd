//! New PINs that whoever finds the token tries first.

use securesign_card::pin::Pin;

use crate::language::Language;
use crate::words::InWords;

/// Why a new PIN is not taken. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// It is the one that is to be replaced.
    Same,
    /// Such tokens leave the factory with it.
    Factory,
    /// One character again and again: 1111.
    Repeated,
    /// Each character is the one after, or before, the one before it: 1234, 9876.
    Sequence,
}

/// `None`: it may be taken. `old` is the PIN that it replaces, where it was typed; `factory`
/// are those of the maker.
pub fn weakness(new: &Pin, old: Option<&Pin>, factory: &[&str]) -> Option<Weak> {
    if old.is_some_and(|old| old.same(new)) {
        Some(Weak::Same)
    } else if is_factory(new, factory) {
        Some(Weak::Factory)
    } else if steps(new, 0) {
        Some(Weak::Repeated)
    } else if steps(new, 1) || steps(new, -1) {
        Some(Weak::Sequence)
    } else {
        None
    }
}

/// Whether the maker has given it.
pub fn is_factory(pin: &Pin, factory: &[&str]) -> bool {
    factory.iter().any(|one| one.as_bytes() == pin.expose())
}

/// Whether each character is this far from the one before it; digits go around: 8901.
fn steps(pin: &Pin, by: i16) -> bool {
    let bytes = pin.expose();
    let far = |pair: &[u8]| {
        let gap = i16::from(pair[1]) - i16::from(pair[0]);
        match pair.iter().all(u8::is_ascii_digit) {
            true => (gap - by).rem_euclid(10) == 0,
            false => gap == by,
        }
    };
    bytes.len() > 1 && bytes.windows(2).all(far)
}

impl InWords for Weak {
    fn in_words(&self, language: Language) -> String {
        match self {
            Self::Same => language.say("weak-same"),
            Self::Factory => language.say("weak-factory"),
            Self::Repeated => language.say("weak-repeated"),
            Self::Sequence => language.say("weak-sequence"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use super::*;

    fn pin(text: &str) -> Pin {
        Pin::copy(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_whoever_finds_a_token_tries_first_is_told_from_the_rest() {
        for (new, expected) in [
            ("1111", Some(Weak::Repeated)),
            ("aaaaaa", Some(Weak::Repeated)),
            ("1234", Some(Weak::Sequence)),
            ("7890", Some(Weak::Sequence)),
            ("987654", Some(Weak::Sequence)),
            ("abcdef", Some(Weak::Sequence)),
            ("13572468", Some(Weak::Factory)),
            ("old-one", Some(Weak::Same)),
            ("1235", None),
            ("1122", None),
            ("135792", None),
            ("old-two", None),
            ("7", None),
            ("", None),
        ] {
            let found = weakness(&pin(new), Some(&pin("old-one")), &["0000", "13572468"]);
            assert_eq!(found, expected, "{new}");
        }
        assert_eq!(weakness(&pin("old-one"), None, &[]), None);
    }
}
