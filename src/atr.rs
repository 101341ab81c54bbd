//! The answer to reset (ISO 7816-3, 8.2) and its historical bytes (ISO 7816-4, 12.1.1).

use std::fmt;

/// Most bytes of an answer to reset.
const LONGEST: usize = 33;

/// A parsed answer to reset: 2 to 33 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Atr {
    bytes: Vec<u8>,
    historical: std::ops::Range<usize>,
}

/// Why these bytes are no answer to reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token's answer to reset is malformed at byte {at}")]
pub struct AtrError {
    /// Offset of the first byte that does not fit.
    pub at: usize,
}

impl Atr {
    /// Reads TS, T0, the interface bytes and the historical bytes. The check
    /// byte is not verified: the reader has done so, and real tokens are known
    /// that get it wrong.
    ///
    /// # Errors
    ///
    /// [`AtrError`]: longer or shorter than ISO 7816-3 lets it be, or the bytes that it
    /// announces are not there.
    pub fn parse(bytes: &[u8]) -> Result<Self, AtrError> {
        if bytes.len() > LONGEST {
            return Err(AtrError { at: LONGEST });
        }
        let byte = |at: usize| {
            bytes.get(at).copied().ok_or(AtrError {
                at: at.min(bytes.len()),
            })
        };
        if !matches!(byte(0)?, 0x3B | 0x3F) {
            return Err(AtrError { at: 0 });
        }
        let mut presence = byte(1)?;
        let historical = usize::from(presence & 0x0F);
        let mut at = 2;
        loop {
            // TA (10), TB (20), TC (40), TD (80)
            let has_next = presence & 0x80 != 0;
            at += (presence & 0x70).count_ones() as usize;
            if !has_next {
                break;
            }
            presence = byte(at)?;
            at += 1;
        }
        let end = at + historical;
        if end > bytes.len() {
            return Err(AtrError { at: bytes.len() });
        }
        Ok(Self {
            bytes: bytes.to_vec(),
            historical: at..end,
        })
    }

    /// Of a card that the reader has accepted, and PC/SC with it. Such a card is one
    /// even where its answer to reset is cut off or begins in another way: what cannot
    /// be read of it is then not known.
    pub fn accepted(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(LONGEST)];
        Self::parse(bytes).unwrap_or_else(|_| Self {
            bytes: bytes.to_vec(),
            historical: bytes.len()..bytes.len(),
        })
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The historical bytes, 0 to 15.
    pub fn historical(&self) -> &[u8] {
        &self.bytes[self.historical.clone()]
    }

    /// The third card capabilities byte (compact-TLV tag `73`), where the
    /// historical bytes have one. Absence means unknown, not "no".
    pub fn capabilities(&self) -> Option<u8> {
        let (&category, mut rest) = self.historical().split_first()?;
        match category {
            0x80 => {}
            // Three status bytes (LCS SW1 SW2) end this form.
            0x00 => rest = rest.get(..rest.len().checked_sub(3)?)?,
            _ => return None,
        }
        while let Some((&head, tail)) = rest.split_first() {
            let value = tail.get(..usize::from(head & 0x0F))?;
            if head == 0x73 {
                return value.get(2).copied();
            }
            rest = &tail[value.len()..];
        }
        None
    }

    /// Whether it is as long as `value` and agrees with it in the bits of `mask`;
    /// beyond the mask's end all bits must agree.
    pub fn is_like(&self, value: &[u8], mask: &[u8]) -> bool {
        let mask = mask.iter().copied().chain(std::iter::repeat(0xFF));
        self.bytes.len() == value.len()
            && self
                .bytes
                .iter()
                .zip(value)
                .zip(mask)
                .all(|((got, want), mask)| got & mask == want & mask)
    }

    /// The card says that it takes extended Lc and Le fields.
    pub fn extended_length(&self) -> bool {
        self.capabilities().is_some_and(|third| third & 0x40 != 0)
    }
}

impl fmt::Display for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.bytes.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Atr({self})")
    }
}

/// An answer to reset with the bits that matter. Lengths are equal.
#[derive(Clone, Copy, Debug)]
pub struct AtrPattern {
    /// Expected bytes.
    pub value: &'static [u8],
    /// Bits that must agree; empty: all of them.
    pub mask: &'static [u8],
}

impl AtrPattern {
    /// Whether `atr` is of this kind.
    pub fn matches(&self, atr: &Atr) -> bool {
        atr.is_like(self.value, self.mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(hex: &str) -> Result<Atr, AtrError> {
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        Atr::parse(&bytes)
    }

    // A YubiKey 5: historical bytes 80 73 C0 21 C0 57 "YubiKey" (OpenSC ATR list).
    #[test]
    fn historical_bytes_and_card_capabilities() {
        let atr = parse("3BFD1300008131FE158073C021C057597562694B657940").unwrap();
        assert_eq!(atr.historical()[..5], [0x80, 0x73, 0xC0, 0x21, 0xC0]);
        assert_eq!(&atr.historical()[6..], b"YubiKey");
        assert_eq!(atr.capabilities(), Some(0xC0));
        assert!(atr.extended_length());
        // A YubiKey 4 has the proprietary category: nothing is known.
        let old = parse("3BF81300008131FE15597562696B657934D4").unwrap();
        assert_eq!(old.historical(), b"Yubikey4");
        assert_eq!(old.capabilities(), None);
    }

    #[test]
    fn cut_or_foreign_bytes_are_refused_with_their_place() {
        assert_eq!(parse("").unwrap_err().at, 0);
        assert_eq!(parse("3B").unwrap_err().at, 1);
        assert_eq!(parse("00").unwrap_err().at, 0);
        assert_eq!(parse("3BFD1300008131FE158073C0").unwrap_err().at, 12);
        assert_eq!(parse(&"3B".repeat(40)).unwrap_err().at, 33);
    }

    #[test]
    fn whatever_a_reader_accepts_is_a_card() {
        for hex in ["", "3B", "00", "3BFD1300008131FE158073C0", "AB12"] {
            let bytes: Vec<u8> = (0..hex.len() / 2)
                .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
                .collect();
            let atr = Atr::accepted(&bytes);
            assert_eq!((atr.bytes(), atr.historical()), (&bytes[..], &[][..]));
            assert!(!atr.extended_length());
        }
        assert_eq!(Atr::accepted(&[0x3B; 40]).bytes().len(), 33);
        let whole = parse("3BFD1300008131FE158073C021C057597562694B657940").unwrap();
        assert_eq!(Atr::accepted(whole.bytes()), whole);
    }

    #[test]
    fn a_mask_ignores_the_bits_it_leaves_out() {
        let atr = parse("3BFD1300008131FE158073C021C057597562694B657940").unwrap();
        let all = AtrPattern {
            value: atr.bytes().to_vec().leak(),
            mask: &[],
        };
        assert!(all.matches(&atr));
        let other = parse("3BFD1300008131FE158073C021C057597562694B657941").unwrap();
        assert!(!all.matches(&other));
        let mut mask = vec![0xFF; 23];
        mask[22] = 0x00;
        assert!(
            AtrPattern {
                mask: mask.leak(),
                ..all
            }
            .matches(&other)
        );
    }
}
