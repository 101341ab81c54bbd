//! What the vendor's files hold: PKCS#11 attributes, and the map of containers (§8.3).

// PKCS#11 attribute types (OASIS PKCS#11 2.40, A; the last one is the vendor's).
/// Its name.
pub const CKA_LABEL: u32 = 0x0000_0003;
/// A certificate's DER.
pub const CKA_VALUE: u32 = 0x0000_0011;
/// What certificate and key have in common.
pub const CKA_ID: u32 = 0x0000_0102;
/// Modulus, with a leading 00.
pub const CKA_MODULUS: u32 = 0x0000_0120;
const HANDLE: u32 = 0x8000_0100;

/// A stream of `type u32 LE ‖ length u32 LE ‖ value`.
pub struct Attributes<'a> {
    whole: Vec<(u32, &'a [u8])>,
    /// The last one, where it is cut off.
    begun: Option<(u32, &'a [u8])>,
}

impl<'a> Attributes<'a> {
    /// Up to where the list is cut off.
    pub fn of(mut bytes: &'a [u8]) -> Self {
        let mut whole = Vec::new();
        let mut begun = None;
        while let Some((kind, rest)) = bytes.split_first_chunk() {
            let Some((len, rest)) = rest.split_first_chunk() else {
                break;
            };
            let kind = u32::from_le_bytes(*kind);
            let len = usize::try_from(u32::from_le_bytes(*len)).unwrap_or(usize::MAX);
            let Some((value, rest)) = rest.split_at_checked(len) else {
                begun = Some((kind, rest));
                break;
            };
            whole.push((kind, value));
            bytes = rest;
        }
        Self { whole, begun }
    }

    /// The value of the first attribute of this type.
    pub fn find(&self, kind: u32) -> Option<&'a [u8]> {
        let found = self.whole.iter().find(|attribute| attribute.0 == kind);
        found.map(|attribute| attribute.1)
    }

    /// The value, or as much as there is of it.
    pub fn find_begun(&self, kind: u32) -> Option<&'a [u8]> {
        let begun = self.begun.filter(|attribute| attribute.0 == kind);
        self.find(kind).or(begun.map(|attribute| attribute.1))
    }

    /// Low two bytes of the key's handle: what the card knows it by.
    pub fn handle(&self) -> Option<u16> {
        match self.find(HANDLE) {
            Some([low, high, ..]) => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        }
    }
}

/// The certificate in its file. Where the attributes make no sense (§8.3) it is the first
/// `30 82 LL LL 30` that fits into the file.
pub fn certificate_in(bytes: &[u8]) -> Option<&[u8]> {
    let mut windows = bytes.windows(5).enumerate();
    let looked_for = || {
        windows.find_map(|(at, window)| {
            let [0x30, 0x82, high, low, 0x30] = window else {
                return None;
            };
            let len = 4 + usize::from(u16::from_be_bytes([*high, *low]));
            bytes.get(at..at + len)
        })
    };
    Attributes::of(bytes).find(CKA_VALUE).or_else(looked_for)
}

/// The private handle beside a public one: 24-byte records behind a header of
/// 32 bytes, up to one of zeros.
pub fn private_handle(map: &[u8], public: u16) -> Option<u16> {
    let low = |at: &[u8]| u16::from_le_bytes([at[0], at[1]]);
    map.get(32..)?
        .chunks_exact(24)
        .take_while(|record| record.iter().any(|byte| *byte != 0x00))
        .find(|record| low(&record[4..]) == public)
        .map(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_map_is_read_up_to_the_record_of_zeros() {
        let mut map = vec![0x00; 32];
        map.extend_from_slice(&[0x20, 0xA0, 0, 0, 0x20, 0x80, 0, 0]);
        map.resize(32 + 24 + 24, 0x00);
        map.extend_from_slice(&[0x40, 0xA0, 0, 0, 0x40, 0x80, 0, 0]);
        map.resize(0x400, 0x00);
        assert_eq!(private_handle(&map, 0x8020), Some(0xA020));
        assert_eq!(private_handle(&map, 0x8040), None);
    }

    #[test]
    fn attributes_that_are_cut_off_end_the_list() {
        let mut bytes = vec![0x03, 0, 0, 0, 1, 0, 0, 0, b'x'];
        bytes.extend_from_slice(&[0x11, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x30]);
        let attributes = Attributes::of(&bytes);
        assert_eq!(attributes.find(CKA_LABEL), Some(b"x".as_slice()));
        assert_eq!(attributes.find(CKA_VALUE), None);
    }
}
