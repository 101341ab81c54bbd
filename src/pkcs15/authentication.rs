//! EF(AODF): PINs, and what they look like (PKCS#15, 6.8).

use der::Tag;
use der::Tagged;
use der::asn1::AnyRef;

use super::type_attributes;
use super::{Common, Path, bits, byte, context, elements, entries, has, number, octets};

/// An entry of EF(AODF) for a PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinEntry {
    /// authId of its own, by which keys name it.
    pub id: Vec<u8>,
    /// Label.
    pub label: Option<String>,
    /// authId of what unblocks it.
    pub unblocked_by: Option<Vec<u8>>,
    /// pinFlags, the first one as the highest.
    flags: u16,
    /// pinType.
    pub kind: PinType,
    /// minLength, in characters.
    pub min: usize,
    /// storedLength, in bytes; in digits where two of them go into a byte.
    pub stored: usize,
    /// maxLength, in characters.
    pub max: Option<usize>,
    /// pinReference.
    pub reference: u8,
    /// padChar.
    pub fill: Option<u8>,
    /// The directory that it belongs to.
    pub path: Option<Path>,
}

/// What is true of a PIN (PKCS#15, 6.8.2: PinFlags), by the number of its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFlag {
    /// It counts in its directory only.
    Local = 1,
    /// It cannot be changed.
    ChangeDisabled = 2,
    /// It cannot be unblocked.
    UnblockDisabled = 3,
    /// It has a value.
    Initialized = 4,
    /// It is filled up to its stored length.
    NeedsPadding = 5,
    /// It unblocks others: a PUK.
    UnblockingPin = 6,
    /// It is the security officer's.
    SoPin = 7,
}

/// How a PIN is coded (PKCS#15, 6.8.2: PinType).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinType {
    /// Two digits a byte.
    Bcd,
    /// A character a byte: ascii-numeric or UTF-8.
    Text,
    /// ISO 9564-1.
    Iso9564,
    /// Anything else.
    Other,
}

impl PinEntry {
    /// Whether its flags say so.
    pub fn is(&self, flag: PinFlag) -> bool {
        has(self.flags, flag as u16)
    }
}

/// EF(AODF): the PINs. What is compared in another way is passed over.
pub fn pins(file: &[u8]) -> Vec<PinEntry> {
    entries(file).filter_map(pin).collect()
}

/// PinAttributes: pinFlags, pinType, minLength, storedLength, maxLength, `[0]` pinReference,
/// padChar, lastPinChange, path.
fn pin(entry: AnyRef<'_>) -> Option<PinEntry> {
    if entry.tag() != Tag::Sequence {
        return None;
    }
    let parts = elements(entry);
    let common = Common::read(*parts.first()?);
    let own = elements(*parts.get(1)?);
    let attributes = type_attributes(&parts);
    let lengths: Vec<usize> = attributes
        .iter()
        .filter_map(|part| number(*part))
        .map(|length| length as usize)
        .collect();
    let kind = attributes.iter().find(|part| part.tag() == Tag::Enumerated);
    let reference = attributes.iter().find(|part| context(**part) == Some(0));
    let fill = attributes.iter().find_map(|part| octets(*part));
    Some(PinEntry {
        id: own.iter().find_map(|part| octets(*part))?.to_vec(),
        label: common.label,
        unblocked_by: common.pin,
        flags: attributes.iter().find_map(|part| bits(*part))?,
        kind: match kind.map(|kind| kind.value()) {
            Some([0]) => PinType::Bcd,
            Some([1 | 2]) => PinType::Text,
            Some([4]) => PinType::Iso9564,
            _ => PinType::Other,
        },
        min: *lengths.first()?,
        stored: *lengths.get(1)?,
        max: lengths.get(2).copied(),
        // DEFAULT 0.
        reference: match reference {
            Some(reference) => byte(reference.value())?,
            None => 0,
        },
        fill: fill.and_then(|fill| fill.first()).copied(),
        path: attributes.iter().find_map(|part| Path::read(*part)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As OpenSC 0.23 wrote it for IsoApplet.
    const USER: &[u8] = b"\x30\x2F\x30\x0E\x0C\x08User PIN\x03\x02\x06\xC0\x30\x03\x04\x01\xFF\
        \xA1\x18\x30\x16\x03\x02\x02\x8C\x0A\x01\x01\x02\x01\x04\x02\x01\x10\x02\x01\x10\x80\x01\x01\x04\x01\0";

    #[test]
    fn a_pin_is_read_with_all_that_it_looks_like() {
        let pins = pins(&[USER, &[0x00; 4]].concat());
        let [pin] = &pins[..] else {
            panic!("{pins:?}");
        };
        assert_eq!(pin.id, [0xFF]);
        assert_eq!(pin.label.as_deref(), Some("User PIN"));
        assert_eq!((pin.min, pin.stored, pin.max), (4, 16, Some(16)));
        assert_eq!((pin.reference, pin.fill), (1, Some(0)));
        assert_eq!(pin.kind, PinType::Text);
        assert_eq!((pin.unblocked_by.as_deref(), &pin.path), (None, &None));
        let is = [
            PinFlag::Local,
            PinFlag::Initialized,
            PinFlag::NeedsPadding,
            PinFlag::UnblockingPin,
            PinFlag::SoPin,
        ]
        .map(|flag| pin.is(flag));
        assert_eq!(is, [false, true, true, false, false]);
    }

    #[test]
    fn a_reference_above_7f_is_read_in_both_forms() {
        let at = USER
            .windows(3)
            .position(|it| it == [0x80, 0x01, 0x01])
            .unwrap();
        let mut short = USER.to_vec();
        short[at + 2] = 0x81;
        assert_eq!(pins(&short)[0].reference, 0x81);
        let mut long = USER.to_vec();
        long.splice(at..at + 3, [0x80, 0x02, 0x00, 0x81]);
        // The whole, [1] and the SEQUENCE in it are a byte longer.
        long[1] += 1;
        long[24] += 1;
        long[26] += 1;
        assert_eq!(pins(&long)[0].reference, 0x81);
    }
}
