//! Text strings (ISO 32000-2, 7.9.2.2) and dates (7.9.4).

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;

use super::update::hex;

/// What a text string says: UTF-16BE or UTF-8 with a mark in front, else, as far as it is
/// ASCII, PDFDocEncoding.
pub(super) fn decoded(bytes: &[u8]) -> String {
    if let Some(utf16) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        let units = utf16
            .chunks_exact(2)
            .map(|two| u16::from_be_bytes([two[0], two[1]]));
        return char::decode_utf16(units)
            .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
    }
    if let Some(utf8) = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        return String::from_utf8_lossy(utf8).into_owned();
    }
    // From A1 on, PDFDocEncoding is Latin-1, but for the euro sign (annex D.3).
    let latin = |byte: &u8| match byte {
        0xA0 => '€',
        byte => char::from(*byte),
    };
    bytes.iter().map(latin).collect()
}

/// A text string as it is written into a file.
pub(super) fn written(text: &str) -> String {
    let is_plain = |c: char| c == ' ' || c.is_ascii_graphic();
    if !text.chars().all(is_plain) {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        return format!("<FEFF{}>", hex(&units));
    }
    let mut literal = String::from("(");
    for c in text.chars() {
        if matches!(c, '(' | ')' | '\\') {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal.push(')');
    literal
}

/// A date in UTC, to the second: `(D:20261127203000Z)`.
pub(super) fn date(time: Timestamp) -> String {
    time.strftime("(D:%Y%m%d%H%M%SZ)").to_string()
}

/// A date as it stands in a file, for people: `2026-11-27 20:30:00 +05:30`; as it is, where it
/// is none.
pub(super) fn shown(date: &str) -> String {
    let mut told = BrokenDownTime::parse_prefix("D:%Y%m%d%H%M%S", date);
    let read = told.as_mut().ok().and_then(|(time, len)| {
        let time = time.to_datetime().ok()?;
        Some((time.strftime("%Y-%m-%d %H:%M:%S").to_string(), *len))
    });
    let Some((time, len)) = read else {
        return date.to_owned();
    };
    match date[len..]
        .trim_end_matches('\'')
        .replace('\'', ":")
        .as_str()
    {
        "" => time,
        zone if zone.starts_with('Z') => format!("{time} UTC"),
        zone => format!("{time} {zone}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Values of ISO 32000-2, 7.9.2.2 and 7.9.4, and of annex D.
    #[test]
    fn text_is_written_so_that_every_reader_reads_it() {
        assert_eq!(written("a (b) \\"), r"(a \(b\) \\)");
        assert_eq!(written("हि"), "<FEFF0939093F>");
        assert_eq!(decoded(&[0xFE, 0xFF, 0x09, 0x39, 0x09, 0x3F]), "हि");
        assert_eq!(decoded(&[0xEF, 0xBB, 0xBF, 0xC3, 0xA9]), "é");
        assert_eq!(decoded(&[b'a', 0xE9, 0xA0]), "aé€");
        let time = "2026-11-07T01:02:03.9Z".parse().map(date);
        assert_eq!(time.ok().as_deref(), Some("(D:20261107010203Z)"));
        assert_eq!(shown("D:20261107010203Z"), "2026-11-07 01:02:03 UTC");
        let indian = shown("D:20261107010203+05'30'");
        assert_eq!(indian, "2026-11-07 01:02:03 +05:30");
        for other in ["", "D:2026", "yesterday", "D:20261399010203Z"] {
            assert_eq!(shown(other), other);
        }
    }
}
