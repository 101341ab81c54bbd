//! Where the values of a PDF begin and end (ISO 32000-2, 7.2 and 7.3). Nothing is understood
//! here and nothing written anew: what a signature does not change is copied byte for byte.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    DictionaryOpen,
    DictionaryClose,
    ArrayOpen,
    ArrayClose,
    Name,
    /// A literal or a hexadecimal one.
    String,
    /// A number or a keyword.
    Word,
}

/// A token, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// An entry of a dictionary.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key without its slash, decoded.
    pub key: Vec<u8>,
    /// Where its value stands.
    pub value: Range<usize>,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0x00 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !is_delimiter(byte)
}

/// The next byte that is neither white space nor comment.
fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'%' => {
                let rest = &bytes[at..];
                let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                at += end.unwrap_or(rest.len());
            }
            byte if is_space(*byte) => at += 1,
            _ => break,
        }
    }
    at
}

/// The token at `at` or after it; `None`: there is none.
pub(super) fn token(bytes: &[u8], at: usize) -> Option<Token> {
    let start = skip_space(bytes, at);
    let two = bytes.get(start..start + 2);
    let (kind, end) = match bytes.get(start)? {
        b'<' if two == Some(b"<<") => (Kind::DictionaryOpen, start + 2),
        b'>' if two == Some(b">>") => (Kind::DictionaryClose, start + 2),
        b'[' => (Kind::ArrayOpen, start + 1),
        b']' => (Kind::ArrayClose, start + 1),
        b'/' => (Kind::Name, regular(bytes, start + 1)),
        b'(' => (Kind::String, literal(bytes, start)?),
        b'<' => {
            let len = bytes[start..].iter().position(|byte| *byte == b'>')?;
            (Kind::String, start + len + 1)
        }
        byte if is_regular(*byte) => (Kind::Word, regular(bytes, start)),
        _ => return None,
    };
    Some(Token {
        kind,
        span: start..end,
    })
}

/// The end of the regular characters from `at` on.
fn regular(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let len = rest.iter().position(|byte| !is_regular(*byte));
    at + len.unwrap_or(rest.len())
}

/// The end of a literal string: its parentheses are balanced where no `\` is before them.
fn literal(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0;
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at + 1),
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

/// The value at `at` or after it, with all that is inside; `3 0 R` is one value.
pub(super) fn value(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let first = token(bytes, at)?;
    match first.kind {
        Kind::Name | Kind::String => Some(first.span),
        Kind::Word => Some(reference(bytes, &first).unwrap_or(first.span)),
        Kind::DictionaryOpen | Kind::ArrayOpen => {
            let end = closed(bytes, &first)?;
            Some(first.span.start..end)
        }
        Kind::DictionaryClose | Kind::ArrayClose => None,
    }
}

/// Where a dictionary or an array ends that begins with this token.
fn closed(bytes: &[u8], first: &Token) -> Option<usize> {
    let mut open = vec![first.kind];
    let mut at = first.span.end;
    while let Some(last) = open.last().copied() {
        let next = token(bytes, at)?;
        at = next.span.end;
        match next.kind {
            Kind::DictionaryOpen | Kind::ArrayOpen => open.push(next.kind),
            Kind::DictionaryClose if last == Kind::DictionaryOpen => _ = open.pop(),
            Kind::ArrayClose if last == Kind::ArrayOpen => _ = open.pop(),
            Kind::DictionaryClose | Kind::ArrayClose => return None,
            Kind::Name | Kind::String | Kind::Word => {}
        }
    }
    Some(at)
}

/// `3 0 R`, where that begins with this token.
fn reference(bytes: &[u8], number: &Token) -> Option<Range<usize>> {
    integer(bytes, number)?;
    let generation = token(bytes, number.span.end)?;
    integer(bytes, &generation)?;
    let end = token(bytes, generation.span.end)?;
    (bytes[end.span.clone()] == *b"R").then_some(number.span.start..end.span.end)
}

/// An unsigned integer.
pub(super) fn integer(bytes: &[u8], token: &Token) -> Option<u64> {
    let text = std::str::from_utf8(&bytes[token.span.clone()]).ok()?;
    let is_number = token.kind == Kind::Word && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// The entries of the dictionary at `at` or after it, and where it stands; `None`: there is
/// none, or a key stands in it twice.
pub(super) fn dictionary(bytes: &[u8], at: usize) -> Option<(Vec<Entry>, Range<usize>)> {
    let open = token(bytes, at).filter(|open| open.kind == Kind::DictionaryOpen)?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut at = open.span.end;
    loop {
        let key = token(bytes, at)?;
        if key.kind == Kind::DictionaryClose {
            return Some((entries, open.span.start..key.span.end));
        }
        (key.kind == Kind::Name).then_some(())?;
        let name = name(&bytes[key.span.clone()]);
        if entries.iter().any(|entry| entry.key == name) {
            return None;
        }
        let value = value(bytes, key.span.end)?;
        at = value.end;
        entries.push(Entry { key: name, value });
    }
}

/// A name without its slash, `#20` decoded (7.3.5).
fn name(raw: &[u8]) -> Vec<u8> {
    let raw = &raw[1..];
    let mut name = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let code = raw.get(at + 1..at + 3).filter(|_| raw[at] == b'#');
        let code = code.and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                name.push(byte);
                at += 3;
            }
            None => {
                name.push(raw[at]);
                at += 1;
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Option<Vec<(String, String)>> {
        let (entries, _) = dictionary(text.as_bytes(), 0)?;
        let own = |entry: Entry| {
            let key = String::from_utf8(entry.key).ok()?;
            Some((key, text[entry.value].to_owned()))
        };
        entries.into_iter().map(own).collect()
    }

    #[test]
    fn values_are_told_apart_however_they_are_written() {
        let text = r"% <<
            <</A/B/C#20D 3 0 R/E(a\)(b)%)/F<</G[1 2 R]>>/H<3E>/I 7/J 8/K -1.2E-7 % >>
            /L[<<>>]/M true>>";
        let found = keys(text).unwrap_or_default();
        let values: Vec<&str> = found.iter().map(|(_, value)| value.as_str()).collect();
        let wanted = [
            "/B",
            "3 0 R",
            r"(a\)(b)%)",
            "<</G[1 2 R]>>",
            "<3E>",
            "7",
            "8",
            "-1.2E-7",
            "[<<>>]",
            "true",
        ];
        assert_eq!(values, wanted);
        assert_eq!(found[1].0, "C D");
    }

    #[test]
    fn a_key_that_stands_there_twice_is_no_dictionary() {
        assert!(keys("<</A 1/B 2>>").is_some());
        assert!(keys("<</A 1/A 2>>").is_none());
        assert!(keys("<</A 1/#41 2>>").is_none());
    }

    #[test]
    fn what_does_not_end_is_nothing() {
        for text in [
            "", "<<", "<</A", "<</A(", "<</A[", "<</A[>>", "<</A<", "(", "%",
        ] {
            assert!(keys(text).is_none(), "{text}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(value(deep.as_bytes(), 0), Some(0..200_000));
    }
}
