//! BER-TLV as PIV uses it: definite lengths, ISO/IEC 7816-4:2013 §5.2.2.

/// Low five bits all set: the tag continues in the next byte.
const TAG_CONTINUES: u8 = 0x1F;
const MORE_TAG_BYTES: u8 = 0x80;

/// One element: tag bytes, shortest length form, value.
pub(crate) fn element(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = tag
        .to_be_bytes()
        .into_iter()
        .skip_while(|b| *b == 0)
        .collect();
    match value.len() {
        n @ 0..=0x7F => out.push(n as u8),
        n @ 0x80..=0xFF => out.extend([0x81, n as u8]),
        n @ 0x100..=0xFFFF => out.extend([0x82, (n >> 8) as u8, n as u8]),
        n => out.extend([0x83, (n >> 16) as u8, (n >> 8) as u8, n as u8]),
    }
    out.extend_from_slice(value);
    out
}

/// Reads the element at the front: tag, value, what follows.
pub(crate) fn read(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (tag, rest) = read_tag(bytes)?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        n @ 0..=0x7F => (usize::from(n), rest),
        n @ 0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(n & 0x7F))?;
            let length = digits.iter().fold(0, |sum, d| sum << 8 | usize::from(*d));
            (length, rest)
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((tag, value, rest))
}

/// All elements of a template in their order, or `None` if it is malformed.
pub(crate) fn read_all(mut bytes: &[u8]) -> Option<Vec<(u32, &[u8])>> {
    let mut elements = Vec::new();
    while !bytes.is_empty() {
        let (tag, value, rest) = read(bytes)?;
        elements.push((tag, value));
        bytes = rest;
    }
    Some(elements)
}

fn read_tag(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    let mut tag = u32::from(*first);
    if first & TAG_CONTINUES != TAG_CONTINUES {
        return Some((tag, rest));
    }
    for _ in 0..3 {
        let (next, after) = rest.split_first()?;
        tag = tag << 8 | u32::from(*next);
        rest = after;
        if next & MORE_TAG_BYTES == 0 {
            return Some((tag, rest));
        }
    }
    None
}
