//! A command as it went to the card, taken apart (ISO 7816-4, 5.1).

use std::ops::Range;

/// Where the parts of a command are in its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apdu {
    /// CLA INS P1 P2.
    pub header: [u8; 4],
    /// The data field. Where the lengths contradict each other: all behind the header.
    pub data: Range<usize>,
    /// In the extended form.
    pub extended: bool,
    /// It announces another length than it has, or none at all.
    pub odd: bool,
}

impl Apdu {
    /// `None` for less than a header.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let header = *bytes.first_chunk()?;
        let len = bytes.len();
        let (data, extended, odd) = match bytes[4..] {
            [] | [_] => (len..len, false, false),
            [0, _, _] => (len..len, true, false),
            [0, high, low, ..] => {
                let end = 7 + usize::from(u16::from_be_bytes([high, low]));
                match len.checked_sub(end) {
                    Some(0 | 2) => (7..end, true, false),
                    _ => (4..len, false, true),
                }
            }
            [length, ..] => {
                let end = 5 + usize::from(length);
                match len.checked_sub(end) {
                    Some(0 | 1) => (5..end, false, false),
                    _ => (4..len, false, true),
                }
            }
        };
        Some(Self {
            header,
            data,
            extended,
            odd,
        })
    }

    /// INS.
    pub fn instruction(&self) -> u8 {
        self.header[1]
    }

    /// CLA says that it is protected (ISO 7816-4, 5.4.1); cards use the bit of the first
    /// interindustry classes in classes of their own as well.
    pub fn is_protected(&self) -> bool {
        match self.header[0] {
            0x00..=0x1F => self.header[0] & 0x0C != 0,
            0x60..=0x7F => true,
            0x20..=0x5F => false,
            0x80..=0xFF => self.header[0] & 0x0C != 0,
        }
    }

    /// CLA says that another part follows (5.3.3).
    pub fn is_chained(&self) -> bool {
        self.header[0] & 0x10 != 0
    }
}
