//! BER-TLV of card answers (ISO 7816-4, 5.2.2), one level at a time.
//!
//! `iso7816-tlv` serves for tags, `der` for the lengths that we write: the former
//! writes 127 in two bytes and counts them as one. Its decoder is not used on
//! what a card says: it recurses without a limit, takes indefinite lengths and
//! descends into every constructed tag, although PIV keeps opaque bytes (a
//! compressed certificate) in the constructed tag `70`. Splitting one level and
//! leaving it to the caller to go deeper bounds the depth by construction.

use der::{Encode, Length};
use iso7816_tlv::ber::Tag;

/// Largest object that is looked at. The longest PIV object is below 13 kB.
pub const MAX: usize = 0x1_0000;

/// Bytes that are no BER-TLV, or none that a card should send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed TLV at byte {at}")]
pub struct TlvError {
    /// Offset of the first byte that does not fit.
    pub at: usize,
}

/// One object: its tag as on the wire (`0x53`, `0x7F49`, `0x5FC105`) and its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// Tag bytes, big-endian.
    pub tag: u32,
    /// Content.
    pub value: &'a [u8],
}

/// The objects that stand side by side in `bytes`. Padding (`00`, `FF`)
/// between and after objects is skipped.
///
/// # Errors
///
/// [`TlvError`] with the place: longer than [`MAX`], cut, or with a tag or length that cannot
/// be one.
pub fn split(bytes: &[u8]) -> Result<Vec<Object<'_>>, TlvError> {
    if bytes.len() > MAX {
        return Err(TlvError { at: MAX });
    }
    let mut objects = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if matches!(bytes[at], 0x00 | 0xFF) {
            at += 1;
            continue;
        }
        let (object, next) = read(bytes, at)?;
        objects.push(object);
        at = next;
    }
    Ok(objects)
}

/// The first object of that tag among those side by side in `bytes`.
///
/// # Errors
///
/// As [`split`].
pub fn find(bytes: &[u8], tag: u32) -> Result<Option<&[u8]>, TlvError> {
    Ok(split(bytes)?
        .into_iter()
        .find(|object| object.tag == tag)
        .map(|object| object.value))
}

/// The object at the beginning of `bytes`, and what follows it.
///
/// # Errors
///
/// [`TlvError`]: there is no whole object.
pub fn first(bytes: &[u8]) -> Result<(Object<'_>, &[u8]), TlvError> {
    let (object, next) = read(bytes, 0)?;
    Ok((object, &bytes[next..]))
}

/// `bytes` must begin with this tag; its content. What follows is ignored.
///
/// # Errors
///
/// [`TlvError`]: there is no whole object, or one with another tag.
pub fn expect(bytes: &[u8], tag: u32) -> Result<&[u8], TlvError> {
    let (object, _) = read(bytes, 0)?;
    if object.tag == tag {
        Ok(object.value)
    } else {
        Err(TlvError { at: 0 })
    }
}

/// What is at hand of the content of the object at the beginning of `bytes`, if it has
/// this tag: for answers of which only the first part was fetched.
pub fn beginning(bytes: &[u8], tag: u32) -> Option<&[u8]> {
    let header = header(bytes, 0).ok().filter(|header| header.tag == tag)?;
    let end = header.value.saturating_add(header.len).min(bytes.len());
    bytes.get(header.value..end)
}

fn read(bytes: &[u8], start: usize) -> Result<(Object<'_>, usize), TlvError> {
    let Header {
        tag,
        value: at,
        len,
    } = header(bytes, start)?;
    let value = at.checked_add(len).and_then(|end| bytes.get(at..end));
    match value {
        Some(value) => Ok((Object { tag, value }, at + len)),
        None => Err(TlvError { at: bytes.len() }),
    }
}

/// A tag, and where its content is to be.
struct Header {
    tag: u32,
    /// Offset of the content.
    value: usize,
    /// Its length.
    len: usize,
}

fn header(bytes: &[u8], start: usize) -> Result<Header, TlvError> {
    let byte = |at: usize| bytes.get(at).copied().ok_or(TlvError { at });
    let mut at = start;
    let mut tag = u32::from(byte(at)?);
    at += 1;
    if tag & 0x1F == 0x1F {
        loop {
            let next = byte(at)?;
            at += 1;
            tag = tag << 8 | u32::from(next);
            if next & 0x80 == 0 {
                break;
            }
            // ISO 7816-4 has tags of one to three bytes.
            if at - start == 3 {
                return Err(TlvError { at });
            }
        }
    }
    let first = byte(at)?;
    at += 1;
    let len = match first {
        0x00..=0x7F => usize::from(first),
        0x81..=0x83 => {
            let mut len = 0;
            for _ in 0..first & 0x7F {
                len = len << 8 | usize::from(byte(at)?);
                at += 1;
            }
            len
        }
        // 80 is the indefinite form; 84 and up exceed every card's memory.
        _ => return Err(TlvError { at: at - 1 }),
    };
    Ok(Header {
        tag,
        value: at,
        len,
    })
}

/// One encoded object with bytes as content. The length is written as DER has it,
/// in as few bytes as it needs.
///
/// # Errors
///
/// [`TlvError`]: no such tag, or too long.
pub fn primitive(tag: u32, value: &[u8]) -> Result<Vec<u8>, TlvError> {
    let unfit = TlvError { at: 0 };
    let tag = Tag::try_from(tag).map_err(|_| unfit)?;
    let length = Length::try_from(value.len()).and_then(|length| length.to_der());
    Ok([tag.to_bytes(), &length.map_err(|_| unfit)?, value].concat())
}

/// One encoded object with primitive objects as content, in this order.
///
/// # Errors
///
/// As [`primitive`].
pub fn template(tag: u32, children: &[(u32, &[u8])]) -> Result<Vec<u8>, TlvError> {
    let children: Result<Vec<_>, TlvError> = children
        .iter()
        .map(|(tag, value)| primitive(*tag, value))
        .collect();
    primitive(tag, &children?.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_beginning_of_an_object_is_what_is_at_hand_of_it() {
        let whole = [0x53, 0x03, 1, 2, 3, 0x70];
        assert_eq!(beginning(&whole, 0x53), Some(&[1, 2, 3][..]));
        assert_eq!(beginning(&whole[..4], 0x53), Some(&[1, 2][..]));
        assert_eq!(beginning(&whole[..2], 0x53), Some(&[][..]));
        assert_eq!(beginning(&[0x53, 0x82, 0x04], 0x53), None);
        assert_eq!(beginning(&whole, 0x70), None);
        assert_eq!(beginning(&[], 0x53), None);
    }

    // Discovery object of SP 800-73-4, part 1, 3.3.2.
    #[test]
    fn side_by_side_and_nested() {
        let bytes = [
            0x7E, 0x12, 0x4F, 0x0B, 0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0, 0x5F, 0x2F, 2, 0x40, 0,
        ];
        let inner = expect(&bytes, 0x7E).unwrap();
        assert_eq!(find(inner, 0x5F2F).unwrap(), Some([0x40, 0x00].as_slice()));
        assert_eq!(find(inner, 0x50).unwrap(), None);
        assert_eq!(expect(&bytes, 0x53).unwrap_err().at, 0);
    }

    #[test]
    fn what_no_card_should_send() {
        assert_eq!(split(&[0x30, 0x80, 0, 0]).unwrap_err().at, 1);
        assert_eq!(split(&[0x53, 0x84, 0, 0, 0, 0]).unwrap_err().at, 1);
        assert_eq!(split(&[0x53, 0x82, 0xFF, 0xFF, 0]).unwrap_err().at, 5);
        assert_eq!(split(&[0x53]).unwrap_err().at, 1);
        assert_eq!(split(&[0x1F, 0x81, 0x82, 0x83, 0x01]).unwrap_err().at, 3);
        assert!(split(&vec![0; MAX + 1]).is_err());
    }

    // ISO 8825-1, 8.1.3: one byte up to 127, then 81 and 82.
    #[test]
    fn lengths_at_the_edges_are_written_as_short_as_they_can_be() {
        for (length, head) in [
            (125, &[0x7C, 0x7F, 0x53, 0x7D][..]),
            (127, &[0x7C, 0x81, 0x81, 0x53, 0x7F]),
            (128, &[0x7C, 0x81, 0x83, 0x53, 0x81, 0x80]),
            (255, &[0x7C, 0x82, 0x01, 0x02, 0x53, 0x81, 0xFF]),
            (256, &[0x7C, 0x82, 0x01, 0x04, 0x53, 0x82, 0x01, 0x00]),
        ] {
            let bytes = template(0x7C, &[(0x53, &vec![0xAA; length])]).unwrap();
            assert_eq!(&bytes[..head.len()], head, "{length}");
        }
    }

    proptest! {
        #[test]
        fn r27_any_bytes_are_split_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(objects) = split(&bytes) {
                let total: usize = objects.iter().map(|object| object.value.len()).sum();
                prop_assert!(total <= bytes.len());
            }
        }

        #[test]
        fn what_is_encoded_is_read_back(
            tag in prop_oneof![Just(0x53_u32), Just(0x82), Just(0x5C), Just(0x5F2F)],
            value in proptest::collection::vec(any::<u8>(), 0..35_000),
        ) {
            let bytes = template(0x7C, &[(0x82, &[]), (tag, &value)]).unwrap();
            let inner = expect(&bytes, 0x7C).unwrap();
            let objects = [Object { tag: 0x82, value: &[] }, Object { tag, value: &value }];
            prop_assert_eq!(split(inner).unwrap(), objects);
            let alone = primitive(tag, &value).unwrap();
            prop_assert_eq!(expect(&alone, tag).unwrap(), value);
        }
    }
}
