//! The directory files of PKCS#15 v1.1 §6 and ISO/IEC 7816-15:2016 §8, in DER.

use super::object::{Layout, PinObject};
use crate::emulator::files::MASTER;
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::tlv::element;

/// "PKCS-15", with its provider's identifier (PKCS#15 v1.1, 5.4.1).
pub(super) const APPLICATION_NAME: &[u8] = b"\xA0\x00\x00\x00\x63PKCS-15";

/// Tags of DER (X.690).
mod der {
    pub const BOOLEAN: u32 = 0x01;
    pub const INTEGER: u32 = 0x02;
    pub const BIT_STRING: u32 = 0x03;
    pub const OCTET_STRING: u32 = 0x04;
    pub const OBJECT_IDENTIFIER: u32 = 0x06;
    pub const ENUMERATED: u32 = 0x0A;
    pub const UTF8_STRING: u32 = 0x0C;
    pub const SEQUENCE: u32 = 0x30;
    pub const DIRECT: u32 = 0xA0;
    pub const EC_KEY: u32 = 0xA0;
    pub const TYPE_ATTRIBUTES: u32 = 0xA1;
}

/// CommonObjectAttributes.flags: private, modifiable; public, modifiable.
const PRIVATE: u8 = 0xC0;
const PUBLIC: u8 = 0x40;
/// accessFlags: sensitive, alwaysSensitive, neverExtractable, local.
const ACCESS: u8 = 0xB8;

/// pinFlags (PKCS#15 v1.1, 6.8.2).
mod pin_flag {
    pub const CASE_SENSITIVE: u8 = 0x80;
    pub const LOCAL: u8 = 0x40;
    pub const INITIALIZED: u8 = 0x08;
    pub const NEEDS_PADDING: u8 = 0x04;
    pub const UNBLOCKING: u8 = 0x02;
    pub const OFFICER: u8 = 0x01;
}

/// Writes entries as the layout has them.
pub(super) struct Writer<'a> {
    pub layout: &'a Layout,
    pub application: u16,
}

/// What PrKDF says of a key.
pub(super) struct KeyEntry<'a> {
    pub label: &'a str,
    pub id: &'a [u8],
    pub auth_id: Option<u8>,
    pub once: bool,
    pub usage: [u8; 2],
    pub reference: Option<u8>,
    pub path: &'a [u16],
    pub key: &'a PrivateKey,
}

/// What CDF says of a certificate.
pub(super) struct CertificateEntry<'a> {
    pub label: &'a str,
    pub id: &'a [u8],
    pub authority: bool,
    pub value: Value<'a>,
}

/// Where a certificate is.
pub(super) enum Value<'a> {
    Direct(&'a [u8]),
    /// Its file, and with a slice where it begins and how long it is.
    File(u16, Option<(usize, usize)>),
}

/// What AODF says of a PIN.
pub(super) struct PinEntry<'a> {
    pub object: &'a PinObject,
    pub auth_id: u8,
    pub unblocker: Option<u8>,
    pub reference: u8,
    pub lengths: (u8, u8, u8),
    pub padding: Option<u8>,
}

impl Writer<'_> {
    /// EF(DIR), one application.
    pub fn dir(&self, label: &str) -> Vec<u8> {
        let path = path_bytes(&[MASTER, self.application]);
        let parts = [
            element(0x4F, APPLICATION_NAME),
            element(0x50, label.as_bytes()),
            element(0x51, &path),
        ];
        element(0x61, &parts.concat())
    }

    /// EF(ODF), one element: the file, or the entries themselves.
    pub fn object_directory(&self, tag: u32, file: u16, entries: &[u8]) -> Vec<u8> {
        if self.layout.inline {
            return element(tag, &element(der::DIRECT, entries));
        }
        let path = match self.layout.short_paths {
            true => element(der::OCTET_STRING, &file.to_be_bytes()),
            false => self.path_octets(&[self.application, file]),
        };
        element(tag, &element(der::SEQUENCE, &path))
    }

    /// EF(TokenInfo): version, serial number, manufacturer, label, flags.
    pub fn token_info(&self, label: &str, maker: &str, serial: &[u8]) -> Vec<u8> {
        sequence(&[
            element(der::INTEGER, &[0]),
            element(der::OCTET_STRING, serial),
            element(der::UTF8_STRING, maker.as_bytes()),
            element(0x80, label.as_bytes()),
            self.bits(&[0x50]),
        ])
    }

    /// PrKDF.
    pub fn key(&self, entry: &KeyEntry<'_>) -> Vec<u8> {
        let mut common = vec![
            element(der::UTF8_STRING, entry.label.as_bytes()),
            self.bits(&[PRIVATE]),
        ];
        if let (Some(auth_id), false) = (entry.auth_id, self.layout.no_auth_ids) {
            common.push(element(der::OCTET_STRING, &[auth_id]));
        }
        if entry.once {
            common.push(element(der::INTEGER, &[1]));
        }
        let mut class = vec![
            element(der::OCTET_STRING, entry.id),
            self.bits(&entry.usage),
            self.bits(&[ACCESS]),
        ];
        class.extend(
            entry
                .reference
                .map(|reference| self.reference(der::INTEGER, reference)),
        );
        let mut of_type = vec![element(der::SEQUENCE, &self.path_octets(entry.path))];
        let kind = entry.key.kind();
        if kind.is_rsa() {
            of_type.push(number(kind.input_length().unwrap_or_default() * 8));
        } else if let Some(curve) = curve(kind) {
            of_type.push(number(field_bits(kind)));
            of_type.push(element(
                der::SEQUENCE,
                &element(der::OBJECT_IDENTIFIER, curve),
            ));
        }
        let tag = if kind.is_rsa() {
            der::SEQUENCE
        } else {
            der::EC_KEY
        };
        entry_of(tag, &common, &class, &of_type)
    }

    /// CDF.
    pub fn certificate(&self, entry: &CertificateEntry<'_>) -> Vec<u8> {
        let common = [
            element(der::UTF8_STRING, entry.label.as_bytes()),
            self.bits(&[PUBLIC]),
        ];
        let mut class = vec![element(der::OCTET_STRING, entry.id)];
        if entry.authority {
            class.push(element(der::BOOLEAN, &[0xFF]));
        }
        let of_type = match entry.value {
            Value::Direct(certificate) => element(der::DIRECT, certificate),
            Value::File(file, slice) => {
                let mut path = self.path_octets(&[self.application, file]);
                if let Some((index, length)) = slice {
                    path.extend(number(index));
                    path.extend(element(0x80, &digits(length)));
                }
                element(der::SEQUENCE, &path)
            }
        };
        entry_of(der::SEQUENCE, &common, &class, &[of_type])
    }

    /// AODF.
    pub fn pin(&self, entry: &PinEntry<'_>) -> Vec<u8> {
        let object = entry.object;
        let mut common = vec![
            element(der::UTF8_STRING, object.label.as_bytes()),
            self.bits(&[PRIVATE]),
        ];
        common.extend(entry.unblocker.map(|id| element(der::OCTET_STRING, &[id])));
        let flags = [
            (true, pin_flag::CASE_SENSITIVE),
            (object.local, pin_flag::LOCAL),
            (object.initialized, pin_flag::INITIALIZED),
            (entry.padding.is_some(), pin_flag::NEEDS_PADDING),
            (object.unblocks, pin_flag::UNBLOCKING),
            (object.officer, pin_flag::OFFICER),
        ];
        let set = flags.iter().filter(|(set, _)| *set);
        let flags = set.fold(0, |sum, (_, flag)| sum | flag);
        let (least, stored, most) = entry.lengths;
        let mut of_type = vec![
            self.bits(&[flags]),
            element(der::ENUMERATED, &[object.kind.number()]),
            number(usize::from(least)),
            number(usize::from(stored)),
            number(usize::from(most)),
            self.reference(0x80, entry.reference),
        ];
        of_type.extend(
            entry
                .padding
                .map(|byte| element(der::OCTET_STRING, &[byte])),
        );
        if object.local {
            of_type.push(element(
                der::SEQUENCE,
                &self.path_octets(&[self.application]),
            ));
        }
        let class = [element(der::OCTET_STRING, &[entry.auth_id])];
        entry_of(der::SEQUENCE, &common, &class, &of_type)
    }

    /// From the master file.
    fn path_octets(&self, path: &[u16]) -> Vec<u8> {
        let path = [&[MASTER], path].concat();
        element(der::OCTET_STRING, &path_bytes(&path))
    }

    /// A named bit list: no zero bits at its end (X.690, 11.2.2).
    fn bits(&self, bytes: &[u8]) -> Vec<u8> {
        let end = bytes
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at + 1);
        let bytes = bytes.get(..end).unwrap_or_default();
        let unused = bytes.last().map_or(0, |byte| byte.trailing_zeros() as u8);
        let unused = if self.layout.unused_bits_zero {
            0
        } else {
            unused
        };
        element(der::BIT_STRING, &[&[unused], bytes].concat())
    }

    /// An integer of one byte, or of two where that keeps it positive.
    fn reference(&self, tag: u32, reference: u8) -> Vec<u8> {
        match self.layout.negative_references {
            true => element(tag, &[reference]),
            false => element(tag, &digits(usize::from(reference))),
        }
    }
}

/// What no reader of PKCS#15 can read, and can pass over.
pub(super) fn broken() -> Vec<u8> {
    element(der::SEQUENCE, &element(der::OCTET_STRING, b"?"))
}

fn entry_of(tag: u32, common: &[Vec<u8>], class: &[Vec<u8>], of_type: &[Vec<u8>]) -> Vec<u8> {
    let parts = [
        sequence(common),
        sequence(class),
        element(der::TYPE_ATTRIBUTES, &sequence(of_type)),
    ];
    element(tag, &parts.concat())
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(der::SEQUENCE, &parts.concat())
}

fn number(value: usize) -> Vec<u8> {
    element(der::INTEGER, &digits(value))
}

/// Big-endian, with a zero in front where the first bit is set.
fn digits(value: usize) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut digits = bytes.get(zeros..).unwrap_or_default().to_vec();
    if digits.first().is_none_or(|first| first & 0x80 != 0) {
        digits.insert(0, 0);
    }
    digits
}

fn path_bytes(path: &[u16]) -> Vec<u8> {
    path.iter().flat_map(|id| id.to_be_bytes()).collect()
}

fn field_bits(kind: KeyKind) -> usize {
    match kind {
        KeyKind::P521 => 521,
        kind => kind.input_length().unwrap_or_default() * 8,
    }
}

/// Object identifiers of the curves (RFC 5480, 2.1.1.1; RFC 5639, 4.1).
fn curve(kind: KeyKind) -> Option<&'static [u8]> {
    match kind {
        KeyKind::P256 => Some(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]),
        KeyKind::P384 => Some(&[0x2B, 0x81, 0x04, 0x00, 0x22]),
        KeyKind::P521 => Some(&[0x2B, 0x81, 0x04, 0x00, 0x23]),
        KeyKind::BrainpoolP256 => Some(&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07]),
        KeyKind::BrainpoolP384 => Some(&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0B]),
        _ => None,
    }
}
