//! Base64 as portals write it.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Standard or URL-safe alphabet, padding optional; a space is a `+` that form
/// decoding took away (SecureSign handoff protocol, §2).
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let standard: String = text
        .chars()
        .map(|c| match c {
            ' ' | '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    LENIENT.decode(standard).ok()
}

/// The text is base64 as far as it goes and stops short of a full group.
pub(super) fn ends_inside_group(text: &str) -> bool {
    let whole = text.len() - text.len() % 4;
    !text.len().is_multiple_of(4) && text.get(..whole).is_some_and(|head| decode(head).is_some())
}
