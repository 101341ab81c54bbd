//! Where something stands: paths of files (PKCS#15, 6.1.5), and the applications of a card
//! (EF(DIR), PKCS#15, 6.11 and ISO 7816-4, 12.2.1).

use der::Tagged;
use der::asn1::AnyRef;

use super::{context, elements, number, octets};
use crate::tlv;

/// Path: a file, or a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// efidOrPath: file identifiers of two bytes each.
    pub identifiers: Vec<u8>,
    /// index and length: only so many bytes from there on.
    pub part: Option<(usize, usize)>,
    /// The application that it belongs to, where that is another one (a vendors' addition).
    pub application: Option<Vec<u8>>,
}

impl Path {
    /// From a SEQUENCE; `None`: it is none, or empty.
    pub(super) fn read(value: AnyRef<'_>) -> Option<Self> {
        if value.tag() != der::Tag::Sequence {
            return None;
        }
        let parts = elements(value);
        let mut identifiers = parts
            .iter()
            .find_map(|part| octets(*part))
            .unwrap_or_default();
        let index = parts.iter().find_map(|part| number(*part));
        let length = parts.iter().find(|part| context(**part) == Some(0));
        let length = length.map(|length| length.value()).and_then(big_endian);
        let mut application = None;
        let extended = parts.iter().find(|part| context(**part) == Some(1));
        let extended = extended.and_then(|it| tlv::split(it.value()).ok());
        for object in extended.iter().flatten() {
            match object.tag {
                0x4F => application = Some(object.value.to_vec()),
                0x04 => identifiers = object.value,
                _ => {}
            }
        }
        let whole = !identifiers.is_empty() && identifiers.len().is_multiple_of(2);
        whole.then(|| Self {
            identifiers: identifiers.to_vec(),
            part: index.map(|index| index as usize).zip(length),
            application,
        })
    }

    /// Its last file identifier.
    pub fn file(&self) -> Option<u16> {
        let last = self.identifiers.last_chunk();
        last.map(|last| u16::from_be_bytes(*last))
    }
}

/// A number of up to four bytes.
fn big_endian(bytes: &[u8]) -> Option<usize> {
    let number = bytes.iter().try_fold(0u32, |sum, byte| {
        Some(sum.checked_mul(0x100)? | u32::from(*byte))
    })?;
    usize::try_from(number).ok()
}

/// Where a value stands (PKCS#15, 6.1.6 and 6.2: ReferencedValue, PathOrObjects).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File(Path),
    /// Here.
    Here(Vec<u8>),
}

impl Place {
    /// A path, or `[0]` and the value.
    pub(super) fn read(value: AnyRef<'_>) -> Option<Self> {
        match context(value) {
            Some(0) => Some(Self::Here(value.value().to_vec())),
            Some(_) => None,
            None => Path::read(value).map(Self::File),
        }
    }

    /// A value that is a SEQUENCE, with its header: strict encoders write `[0]` in place of
    /// that.
    pub(super) fn with_header(self) -> Self {
        match self {
            Self::Here(value) if !value.starts_with(&[0x30]) => {
                Self::Here(tlv::primitive(0x30, &value).unwrap_or(value))
            }
            other => other,
        }
    }

    /// The last identifier of its file.
    pub fn file(&self) -> Option<u16> {
        match self {
            Self::File(path) => path.file(),
            Self::Here(_) => None,
        }
    }
}

/// An entry of EF(DIR).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationEntry {
    /// Application identifier.
    pub aid: Vec<u8>,
    /// Path of its directory, from the root; where it is missing the application is selected
    /// by its name.
    pub path: Option<Vec<u8>>,
}

/// EF(DIR): the applications of a card. What fills the file ends it.
pub fn applications(file: &[u8]) -> Vec<ApplicationEntry> {
    let mut rest = file;
    let mut found = Vec::new();
    while let Ok((object, behind)) = tlv::first(rest) {
        if object.tag != 0x61 {
            break;
        }
        let part = |tag| tlv::find(object.value, tag).ok().flatten();
        if let Some(aid) = part(0x4F) {
            found.push(ApplicationEntry {
                aid: aid.to_vec(),
                path: part(0x51).map(<[u8]>::to_vec),
            });
        }
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::directories;
    use super::*;
    use crate::pkcs15::{Directory, certificates};

    #[test]
    fn the_directory_of_applications_ends_where_it_is_filled() {
        // As OpenSC wrote it for MyEID and for IsoApplet.
        let file = b"\x61\x1B\x4F\x0C\xA0\0\0\0cPKCS-15\x50\x05MyEID\x51\x04\x3F\0\x50\x15\0\0\0";
        let found = applications(file);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].aid, b"\xA0\0\0\0cPKCS-15");
        assert_eq!(found[0].path.as_deref(), Some(&[0x3F, 0, 0x50, 0x15][..]));
        assert_eq!(applications(&[0xFF; 8]), []);
    }

    #[test]
    fn a_directory_names_its_files_by_any_path_or_has_the_objects_itself() {
        let odf = [
            &[
                0xA8, 0x0A, 0x30, 0x08, 0x04, 0x06, 0x3F, 0x00, 0x50, 0x15, 0x44, 0x01,
            ][..],
            &[0xA0, 0x06, 0x30, 0x04, 0x04, 0x02, 0x44, 0x02],
            &[0xA4, 0x04, 0xA0, 0x02, 0x30, 0x00],
            &[0xA5, 0x06, 0x30, 0x04, 0x04, 0x02, 0x44, 0x05],
            &[0xFF, 0xFF],
        ]
        .concat();
        let found = directories(&odf);
        let kinds: Vec<_> = found
            .iter()
            .map(|(kind, place)| (*kind, place.file()))
            .collect();
        assert_eq!(
            kinds,
            [
                (Directory::Authentication, Some(0x4401)),
                (Directory::PrivateKeys, Some(0x4402)),
                (Directory::Certificates, None),
                (Directory::Other, Some(0x4405)),
            ]
        );
        assert_eq!(found[2].1, Place::Here(vec![0x30, 0x00]));
    }

    #[test]
    fn a_path_may_be_a_part_of_a_file_or_of_another_application() {
        let part: &[u8] = &[
            0x30, 0x0C, 0x04, 0x02, 0x43, 0x31, 0x02, 0x02, 0x01, 0x00, 0x80, 0x02, 0x02, 0x00,
        ];
        let path = Path::read(AnyRef::try_from(part).unwrap()).unwrap();
        assert_eq!(path.part, Some((0x0100, 0x0200)));
        let other: &[u8] = &[
            0x30, 0x0C, 0x04, 0x00, 0xA1, 0x08, 0x4F, 0x02, 0xA0, 0x01, 0x04, 0x02, 0x43, 0x31,
        ];
        let path = Path::read(AnyRef::try_from(other).unwrap()).unwrap();
        assert_eq!(path.application.as_deref(), Some(&[0xA0, 0x01][..]));
        assert_eq!(path.file(), Some(0x4331));
        let empty: &[u8] = &[0x30, 0x02, 0x04, 0x00];
        assert_eq!(Path::read(AnyRef::try_from(empty).unwrap()), None);
    }

    #[test]
    fn a_certificate_may_stand_in_its_entry_with_its_header_or_without() {
        let entry = |value: &[u8]| {
            let mut entry = vec![0x30, 0x0B + value.len() as u8, 0x30, 0x00];
            entry.extend([0x30, 0x03, 0x04, 0x01, 0x45, 0xA1, 4 + value.len() as u8]);
            entry.extend([0x30, 2 + value.len() as u8, 0xA0, value.len() as u8]);
            entry[1] = entry.len() as u8 - 2 + value.len() as u8;
            entry.extend(value);
            entry
        };
        for value in [&[0x30, 0x03, 0x02, 0x01, 0x05][..], &[0x02, 0x01, 0x05]] {
            let found = certificates(&entry(value));
            let place = found.first().and_then(|found| found.place.clone());
            assert_eq!(place, Some(Place::Here(vec![0x30, 0x03, 0x02, 0x01, 0x05])));
        }
    }
}
