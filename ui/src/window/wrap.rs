//! Breaking text into lines.

/// The lines of a text that may be `width` wide. Breaks between words; a word
/// wider than the line (a digest, a long origin) is broken where it must be, so
/// that nothing of what a person signs is ever cut off.
pub fn wrap(text: &str, width: i32, measure: impl Fn(&str) -> i32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        // Measuring is dear, and most texts are one line.
        let whole = words.join(" ");
        if measure(&whole) <= width {
            lines.push(whole);
            continue;
        }
        let mut line = String::new();
        for word in words {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if measure(&longer) <= width {
                line = longer;
                continue;
            }
            if measure(word) > width {
                line = break_word(&longer, width, &measure, &mut lines);
            } else {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            }
        }
        lines.push(line);
    }
    lines
}

/// Pushes the full lines of a text that ends in a long word, returns the rest.
fn break_word(
    word: &str,
    width: i32,
    measure: &impl Fn(&str) -> i32,
    lines: &mut Vec<String>,
) -> String {
    let mut line = String::new();
    for c in word.chars() {
        line.push(c);
        if measure(&line) > width && line.chars().count() > 1 {
            line.pop();
            lines.push(std::mem::replace(&mut line, c.to_string()));
        }
    }
    line
}

/// The lines of one whose spaces are a part of it: broken behind a space where there is one,
/// and where it must be otherwise.
pub fn break_line(text: &str, width: i32, measure: impl Fn(&str) -> i32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        let longer = format!("{line}{word}");
        if measure(longer.trim_end()) <= width {
            line = longer;
        } else if measure(word.trim_end()) <= width {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            line = break_word(&longer, width, &measure, &mut lines);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{break_line, wrap};

    fn lines(text: &str, width: i32) -> Vec<String> {
        wrap(text, width, |line| line.chars().count() as i32)
    }

    #[test]
    fn it_breaks_between_words_and_keeps_given_line_ends() {
        assert_eq!(lines("one two three", 8), ["one two", "three"]);
        assert_eq!(lines("one\ntwo", 8), ["one", "two"]);
    }

    #[test]
    fn a_long_word_loses_nothing() {
        assert_eq!(lines("ab 0123456789", 4), ["ab 0", "1234", "5678", "9"]);
        assert_eq!(lines("abc", 0), ["a", "b", "c"]);
    }

    #[test]
    fn spaces_stay_where_they_are_a_part_of_the_line() {
        let lines = |text| break_line(text, 8, |line| line.chars().count() as i32);
        assert_eq!(lines("ok   a b"), ["ok   a b"]);
        assert_eq!(lines("  a  bc def"), ["  a  bc ", "def"]);
        assert_eq!(lines("ab 0123456789"), ["ab 01234", "56789"]);
        assert_eq!(lines(""), [""]);
    }
}
