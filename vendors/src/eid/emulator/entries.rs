//! Entries of PKCS#15 directory files (PKCS#15 v1.1, 6), for cards that have such files beside
//! what is used of them.

use crate::emulator::KeyKind;
use crate::emulator::tlv::element;

/// A PIN, by the files of the card.
pub(super) struct PinEntry<'a> {
    pub label: &'a str,
    pub id: u8,
    pub reference: u8,
    /// pinFlags, and pinType.
    pub flags: &'a [u8],
    pub kind: u8,
    /// Fewest digits, and bytes that are sent.
    pub lengths: [u8; 2],
    pub path: &'a [u8],
}

/// A key and its certificate.
pub(super) struct KeyEntry<'a> {
    pub label: &'a str,
    pub id: u8,
    /// The PIN's.
    pub auth_id: u8,
    pub reference: u8,
    pub kind: KeyKind,
    /// Signs for good: nonRepudiation.
    pub is_qualified: bool,
    pub path: &'a [u8],
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

/// A path from the master file, which is written in front or not.
pub(super) fn path(path: &[u8]) -> Vec<u8> {
    sequence(&[element(0x04, path)])
}

fn label(text: &str) -> Vec<u8> {
    element(0x0C, text.as_bytes())
}

pub(super) fn pin(entry: &PinEntry<'_>) -> Vec<u8> {
    let attributes = sequence(&[
        element(0x03, entry.flags),
        element(0x0A, &[entry.kind]),
        element(0x02, &entry.lengths[..1]),
        element(0x02, &entry.lengths[1..]),
        element(0x80, &[0x00, entry.reference]),
        element(0x04, &[0xFF]),
        path(entry.path),
    ]);
    sequence(&[
        sequence(&[label(entry.label), element(0x03, &[0x06, 0xC0])]),
        sequence(&[element(0x04, &[entry.id])]),
        element(0xA1, &attributes),
    ])
}

pub(super) fn key(entry: &KeyEntry<'_>) -> Vec<u8> {
    let usage = match entry.is_qualified {
        true => element(0x03, &[0x06, 0x00, 0x40]),
        false => element(0x03, &[0x05, 0x20]),
    };
    let bits = entry.kind.input_length().unwrap_or_default() * 8;
    let (tag, size) = match entry.kind.is_rsa() {
        true => (0x30, vec![element(0x02, &(bits as u16).to_be_bytes())]),
        false => (0xA0, Vec::new()),
    };
    let parts = [
        sequence(&[
            label(entry.label),
            element(0x03, &[0x06, 0xC0]),
            element(0x04, &[entry.auth_id]),
        ]),
        sequence(&[
            element(0x04, &[entry.id]),
            usage,
            element(0x03, &[0x03, 0xB8]),
            element(0x02, &[0x00, entry.reference]),
        ]),
        element(0xA1, &sequence(&[vec![path(entry.path)], size].concat())),
    ];
    element(tag, &parts.concat())
}

/// `file`: where the certificate of this key is.
pub(super) fn certificate(entry: &KeyEntry<'_>, file: &[u8]) -> Vec<u8> {
    sequence(&[
        sequence(&[label(entry.label), element(0x03, &[0x06, 0x40])]),
        sequence(&[element(0x04, &[entry.id])]),
        element(0xA1, &sequence(&[path(file)])),
    ])
}

/// TokenInfo: version, serial number, label, flags.
pub(super) fn token_information(serial: &[u8], name: &str) -> Vec<u8> {
    sequence(&[
        element(0x02, &[0x00]),
        element(0x04, serial),
        element(0x80, name.as_bytes()),
        element(0x03, &[0x04, 0x30]),
    ])
}
