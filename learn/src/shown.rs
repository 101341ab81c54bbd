//! What may be shown of a command or an answer: what a standard says is public, and of the
//! rest its length. Whatever is not known to be harmless counts as secret.

use securesign_card::tlv;
use securesign_card::trace::{hex, hidden};

use crate::kind::kind;
use crate::secret::Secrets;

/// Longest name or path in a SELECT (ISO 7816-4, 8.2.1.2 and 7.3).
const NAME: usize = 16;

/// Longest list of tags, or offset, with which a read says what it wants.
const WANTED: usize = 32;

/// Longest reference to a key, a file or an algorithm in a security environment.
const REFERENCE: usize = 8;

/// A command's data field, as the trace and the report show it.
pub fn command(header: &[u8; 4], data: &[u8], secrets: &Secrets<'_>) -> Vec<String> {
    let len = data.len();
    if len == 0 {
        return Vec::new();
    }
    if kind(header).is_for_pins() || secrets.touch(data) {
        return vec![hidden("pin", len)];
    }
    harmless(header, data)
}

/// The same of a data field in which no secret was found, and whose command is not made for
/// one.
pub fn harmless(header: &[u8; 4], data: &[u8]) -> Vec<String> {
    let len = data.len();
    match header[1] {
        _ if !is_interindustry(header) => vec![hidden("hidden", len)],
        0xA4 if len <= NAME => hex(data),
        0xB0..=0xB3 | 0xCA | 0xCB if len <= WANTED => hex(data),
        0x22 => environment(data),
        _ => vec![hidden("hidden", len)],
    }
}

/// Whether the answer is what anybody may read who has not logged in: what SELECT tells, files
/// and data objects.
pub fn is_public_answer(header: &[u8; 4]) -> bool {
    let reads = matches!(header[1], 0xA4 | 0xB0..=0xB3 | 0xCA..=0xCD);
    is_interindustry(header) && reads
}

/// Of a class of ISO 7816-4, 5.4.1, and not protected; in other classes an instruction may
/// mean anything.
pub fn is_interindustry(header: &[u8; 4]) -> bool {
    matches!(header[0] & !0x10, 0x00..=0x03 | 0x40..=0x4F)
}

/// MANAGE SECURITY ENVIRONMENT (ISO 7816-4, 10.3.3): which algorithm, file and key are meant.
/// Of the rest, as of challenges and what keys are derived from, tags and lengths.
fn environment(data: &[u8]) -> Vec<String> {
    skeleton(
        data,
        |tag| matches!(tag, 0x80..=0x99 | 0xA0..=0xAF),
        |object| matches!(object.tag, 0x80..=0x84) && object.value.len() <= REFERENCE,
    )
}

/// Secure messaging (ISO 7816-4, 10): tags and lengths, Le and the status word. With keys that
/// are published, or known to a maker, a cryptogram is as good as what it hides; and what has
/// no checksum behind it may be a cryptogram without any tags.
pub fn protected(data: &[u8]) -> Vec<String> {
    let checksum = |object: &tlv::Object<'_>| object.tag == 0x8E && object.value.len() >= 4;
    let last = tlv::split(data).ok().and_then(|mut objects| objects.pop());
    if !last.as_ref().is_some_and(checksum) {
        return length_of(data);
    }
    skeleton(
        data,
        |tag| matches!(tag, 0x80..=0x99 | 0xB0..=0xB3),
        |object| matches!(object.tag, 0x96 | 0x97 | 0x99) && object.value.len() <= 3,
    )
}

/// Tags and lengths, and the values that may be `shown`, where all of it is objects with tags
/// that are `expected`. Any other bytes are not TLV, and their tags would be contents.
fn skeleton(
    data: &[u8],
    expected: impl Fn(u32) -> bool,
    shown: impl Fn(&tlv::Object<'_>) -> bool,
) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let Ok((object, after)) = tlv::first(rest) else {
            return length_of(data);
        };
        if !expected(object.tag) {
            return length_of(data);
        }
        let header = rest.len() - after.len() - object.value.len();
        tokens.extend(hex(&rest[..header]));
        if shown(&object) {
            tokens.extend(hex(object.value));
        } else {
            tokens.extend(length_of(object.value));
        }
        rest = after;
    }
    tokens
}

/// Upper-case hexadecimal digits, with blanks between the bytes: `00 20 00 80`.
pub fn spaced(bytes: &[u8]) -> String {
    hex(bytes).join(" ")
}

/// Nothing where there is nothing.
fn length_of(data: &[u8]) -> Vec<String> {
    let some = (!data.is_empty()).then(|| hidden("hidden", data.len()));
    some.into_iter().collect()
}
