//! Characters of XML 1.0 (fifth edition, 2.2 and 2.3), line ends (2.11), and how canonical XML
//! writes them (Canonical XML 1.0, 1.1).

use super::Fault;

/// 2.2, `Char`.
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

pub(super) fn is_space(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Text in which every character may stand.
pub(super) fn checked(text: &str) -> Result<&str, Fault> {
    text.chars()
        .all(is_char)
        .then_some(text)
        .ok_or(Fault::IllFormed)
}

/// A name without a colon (Namespaces in XML 1.0, `NCName`).
pub(super) fn is_name(name: &str) -> bool {
    let starts = |c: char| {
        matches!(c, 'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}'
            | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
            | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
            | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
            | '\u{10000}'..='\u{EFFFF}')
    };
    let goes_on = |c: char| {
        starts(c)
            || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}'
                | '\u{203F}'..='\u{2040}')
    };
    name.starts_with(starts) && name.chars().all(goes_on)
}

/// 2.11: every line end is a line feed.
pub(super) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// What `&name;` stands for, without its frame: one of the five of 4.6, or a character by its
/// number, which has to be one that may stand there.
pub(super) fn reference(name: &str) -> Result<char, Fault> {
    let numbered = |digits: &str, radix: u32| {
        // No sign, which the parser of numbers would take.
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let code = is_number.then(|| u32::from_str_radix(digits, radix).ok())?;
        code.and_then(char::from_u32).filter(|c| is_char(*c))
    };
    let c = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix("#x") {
            Some(digits) => numbered(digits, 16),
            None => name
                .strip_prefix('#')
                .and_then(|digits| numbered(digits, 10)),
        },
    };
    c.ok_or(Fault::IllFormed)
}

/// The value of an attribute (3.3.3), of the kind CDATA: what stands there is white space, what
/// is referred to stays.
pub(super) fn attribute(raw: &str) -> Result<String, Fault> {
    let raw = lines(checked(raw)?);
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw.as_str();
    while let Some(at) = rest.find(['&', '<', '\t', '\n']) {
        value.push_str(&rest[..at]);
        let special = &rest[at..];
        rest = match special.as_bytes()[0] {
            b'<' => return Err(Fault::IllFormed),
            b'&' => {
                let end = special.find(';').ok_or(Fault::IllFormed)?;
                value.push(reference(&special[1..end])?);
                &special[end + 1..]
            }
            _ => {
                value.push(' ');
                &special[1..]
            }
        };
    }
    value.push_str(rest);
    Ok(value)
}

pub(super) fn write_text(text: &str, to: &mut String) {
    for c in text.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '\r' => to.push_str("&#xD;"),
            c => to.push(c),
        }
    }
}

pub(super) fn write_attribute(value: &str, to: &mut String) {
    for c in value.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '"' => to.push_str("&quot;"),
            '\t' => to.push_str("&#x9;"),
            '\n' => to.push_str("&#xA;"),
            '\r' => to.push_str("&#xD;"),
            c => to.push(c),
        }
    }
}
