//! Names (RFC 5280, 4.1.2.4) for people: readable whatever they are written in.

use const_oid::ObjectIdentifier;
use const_oid::db::DB;
use const_oid::db::rfc4519::{CN, O};

use super::{SET, children, oid};
use crate::text::clean;
use crate::tlv::Object;

/// Longest name that is shown, in characters.
const MAX: usize = 120;

/// Longest name in full, in characters.
const WHOLE_MAX: usize = 600;

/// Most attributes of one name that are looked at.
const ATTRIBUTES: usize = 64;

/// String types that are not one byte a character, or UTF-8 (X.690, 8.23).
const BMP_STRING: u32 = 0x1E;
const UNIVERSAL_STRING: u32 = 0x1C;

/// GeneralName (RFC 5280, 4.2.1.6): rfc822Name, dNSName, uniformResourceIdentifier.
const READABLE: [u32; 3] = [0x81, 0x82, 0x86];

/// The last common name: directories write `DC, DC, CN=Users, CN=the person`. Where there
/// is none, everything that is said; `None` where nothing is.
pub(super) fn person(name: &[u8]) -> Option<String> {
    let said = attributes(name);
    if let Some((_, name)) = said.iter().rfind(|(id, _)| *id == CN) {
        return Some(name.clone());
    }
    Some(clean(&joined(&said), MAX)).filter(|all| !all.is_empty())
}

/// The first organization.
pub(super) fn organization(name: &[u8]) -> Option<String> {
    let mut said = attributes(name).into_iter();
    said.find(|(id, _)| *id == O).map(|(_, value)| value)
}

/// Everything that is said.
pub(super) fn whole(name: &[u8]) -> String {
    clean(&joined(&attributes(name)), WHOLE_MAX)
}

/// Types and values, in their order; those that say nothing are left out.
fn attributes(name: &[u8]) -> Vec<(ObjectIdentifier, String)> {
    children(name)
        .into_iter()
        .filter(|set| set.tag == SET)
        .flat_map(|set| children(set.value))
        .take(ATTRIBUTES)
        .filter_map(|attribute| {
            let parts = children(attribute.value);
            let value = text(parts.get(1)?);
            (!value.is_empty()).then_some((oid(parts.first()?)?, value))
        })
        .collect()
}

/// `CN=Asha Sharma, O=Example Ltd`.
fn joined(said: &[(ObjectIdentifier, String)]) -> String {
    let shown = said.iter().map(|(id, value)| {
        match DB.find_names_for_oid(*id).min_by_key(|kind| kind.len()) {
            Some(kind) => format!("{}={value}", kind.to_uppercase()),
            None => format!("{id}={value}"),
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The first alternative name that a person can read.
pub(super) fn alternative(extension: &[u8]) -> Option<String> {
    children(children(extension).first()?.value)
        .iter()
        .filter(|name| READABLE.contains(&name.tag))
        .map(text)
        .find(|name| !name.is_empty())
}

/// The characters that were meant. Issuers write what they like into every type: UTF-8
/// is tried first, and Latin-1 is what remains.
fn text(value: &Object<'_>) -> String {
    let bytes = value.value;
    let text = match value.tag {
        BMP_STRING if bytes.len().is_multiple_of(2) => {
            let units = bytes
                .as_chunks()
                .0
                .iter()
                .map(|unit| u16::from_be_bytes(*unit));
            String::from_utf16_lossy(&units.collect::<Vec<_>>())
        }
        UNIVERSAL_STRING if bytes.len().is_multiple_of(4) => {
            let units = bytes
                .as_chunks()
                .0
                .iter()
                .map(|unit| u32::from_be_bytes(*unit));
            units
                .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().copied().map(char::from).collect(),
        },
    };
    clean(&text, MAX).trim().to_owned()
}
