//! PINs and PUKs: how they are held, and what a card accepts as one.

use std::fmt;
use std::ops::RangeInclusive;

use zeroize::{Zeroize, Zeroizing};

use crate::memory::{Locked, OutOfMemory};

/// A PIN or PUK as the user typed it, in locked memory. No `Clone`, no `Debug`,
/// no `Display`: it cannot be printed by accident.
pub struct Pin(Locked);

impl Pin {
    /// Takes the text over and overwrites it. What does not fit into
    /// [`crate::memory::CAPACITY`] bytes is cut, far beyond any card's maximum,
    /// so that [`PinRules::check`] still refuses it as too long.
    ///
    /// # Errors
    ///
    /// [`OutOfMemory`]: the system gives no page. The text is overwritten all the same.
    pub fn take(mut text: String) -> Result<Self, OutOfMemory> {
        let pin = Self::copy(text.as_bytes());
        text.zeroize();
        pin
    }

    /// As [`Pin::take`], from bytes that the caller overwrites.
    ///
    /// # Errors
    ///
    /// [`OutOfMemory`]: the system gives no page.
    pub fn copy(bytes: &[u8]) -> Result<Self, OutOfMemory> {
        let mut locked = Locked::new()?;
        for &byte in bytes {
            if !locked.push(byte) {
                break;
            }
        }
        Ok(Self(locked))
    }

    /// Appends one byte; false when no PIN could be that long.
    pub fn push(&mut self, byte: u8) -> bool {
        self.0.push(byte)
    }

    /// The bytes, for the one place that puts them into a command.
    pub fn expose(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.bytes().is_empty()
    }

    /// Two entries are the same ("new PIN" and "new PIN again").
    pub fn same(&self, other: &Pin) -> bool {
        self.expose() == other.expose()
    }
}

/// Which characters a card takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// `30`–`39`.
    Digits,
    /// Hexadecimal digits, in either case: a key that is typed.
    Hex,
    /// `30`–`39`, and letters in either case: the card knows one of them alone.
    Alphanumeric,
    /// `20`–`7E`.
    Printable,
}

/// What a reference value (PIN or PUK) of one card family looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinRules {
    /// Characters, not bytes on the wire.
    pub min: usize,
    /// Characters, not bytes on the wire.
    pub max: usize,
    /// Characters the card takes.
    pub charset: Charset,
    /// How they go over the wire.
    pub form: Form,
}

/// How a reference value goes over the wire (PKCS#15 v1.1, 6.8.4: pinType, storedLength,
/// padChar).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One byte a character, and no more.
    Exact,
    /// One byte a character, filled up to `len` bytes.
    Padded {
        /// Bytes.
        len: usize,
        /// The byte that fills.
        with: u8,
    },
    /// Two digits a byte, the first one in the higher nibble. A nibble that is left, and
    /// every byte up to `len`, is of the byte that fills.
    Bcd {
        /// Bytes.
        len: usize,
        /// The byte that fills.
        with: u8,
    },
    /// ISO 9564-1, format 2: eight bytes, a 2 and the number of digits, two digits a byte,
    /// `F` for the rest. At most 12 digits.
    Iso9564,
    /// Two hexadecimal digits a byte, and no more.
    Packed,
}

/// Why an entry was not sent. Nothing was spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinFormat {
    /// Shorter or longer than the card can hold.
    Length(RangeInclusive<usize>, Charset),
    /// A character that the card does not take.
    Charset(Charset),
}

impl fmt::Display for PinFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(range, charset) => {
                let (min, max) = (range.start(), range.end());
                match charset {
                    Charset::Digits => write!(f, "it must have {min} to {max} digits"),
                    Charset::Hex => write!(f, "it must have {min} to {max} hexadecimal digits"),
                    Charset::Alphanumeric | Charset::Printable => {
                        write!(f, "it must have {min} to {max} characters")
                    }
                }
            }
            Self::Charset(Charset::Digits) => f.write_str("it must have digits only"),
            Self::Charset(Charset::Hex) => f.write_str("it must have hexadecimal digits only"),
            Self::Charset(Charset::Alphanumeric) => {
                f.write_str("it must have letters and digits only")
            }
            Self::Charset(Charset::Printable) => f.write_str("it must be printable ASCII"),
        }
    }
}

/// What a short command has room for.
const LONGEST_BLOCK: usize = 255;

impl PinRules {
    /// Refuses what can never be right, before it costs a try: several cards
    /// count a badly formed PIN as a wrong one.
    ///
    /// # Errors
    ///
    /// [`PinFormat`]: too short, too long, or with a character that the card does not take.
    pub fn check(&self, pin: &Pin) -> Result<(), PinFormat> {
        let bytes = pin.expose();
        if !(self.min..=self.max).contains(&bytes.len()) {
            return Err(PinFormat::Length(self.min..=self.max, self.charset));
        }
        let fits = match self.charset {
            Charset::Digits => bytes.iter().all(u8::is_ascii_digit),
            Charset::Hex => bytes.iter().all(u8::is_ascii_hexdigit),
            Charset::Alphanumeric => bytes.iter().all(u8::is_ascii_alphanumeric),
            Charset::Printable => bytes.iter().all(|b| (0x20..=0x7E).contains(b)),
        };
        if fits {
            Ok(())
        } else {
            Err(PinFormat::Charset(self.charset))
        }
    }

    /// Whether all values take as many bytes, so that two of them can be told apart when nothing
    /// stands between them.
    pub fn has_one_length(&self) -> bool {
        match self.form {
            Form::Exact | Form::Packed => self.min == self.max,
            Form::Padded { .. } | Form::Bcd { .. } | Form::Iso9564 => true,
        }
    }

    /// The bytes for the command, in the form that the card wants.
    ///
    /// # Errors
    ///
    /// As [`PinRules::check`]; and where the form has no room for so many characters, or
    /// none for one of them: a longer value is never cut.
    pub fn encode(&self, pin: &Pin) -> Result<Zeroizing<Vec<u8>>, PinFormat> {
        self.check(pin)?;
        let typed = pin.expose();
        // With all the room it needs, so that no copy is left behind by a reallocation.
        let room = match self.form {
            Form::Exact | Form::Packed => typed.len(),
            Form::Padded { len, .. } | Form::Bcd { len, .. } => len.max(typed.len()),
            Form::Iso9564 => 8.max(1 + typed.len()),
        };
        // The length may be what a card says.
        if room > LONGEST_BLOCK {
            return Err(self.unfit());
        }
        let mut block = Zeroizing::new(Vec::with_capacity(room));
        let (len, with) = match self.form {
            Form::Exact => {
                block.extend_from_slice(typed);
                return Ok(block);
            }
            Form::Packed => {
                let even = typed.len().is_multiple_of(2);
                let packed = even && pack(typed, 0x00, &mut block);
                return packed.then_some(block).ok_or_else(|| self.unfit());
            }
            Form::Padded { len, with } => {
                block.extend_from_slice(typed);
                (len, with)
            }
            Form::Bcd { len, with } => {
                if self.charset != Charset::Digits || !pack(typed, with, &mut block) {
                    return Err(self.unfit());
                }
                (len, with)
            }
            Form::Iso9564 => {
                let digits = self.charset == Charset::Digits && typed.len() <= 12;
                block.push(0x20 | typed.len() as u8);
                if !digits || !pack(typed, 0xFF, &mut block) {
                    return Err(self.unfit());
                }
                (8, 0xFF)
            }
        };
        if block.len() > len {
            return Err(self.unfit());
        }
        block.resize(len, with);
        Ok(block)
    }

    fn unfit(&self) -> PinFormat {
        PinFormat::Length(self.min..=self.max, self.charset)
    }
}

/// Two digits a byte; a nibble that is left is the lower one of `fill`. False where
/// something is no hexadecimal digit.
fn pack(typed: &[u8], fill: u8, block: &mut Vec<u8>) -> bool {
    let nibble = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    for pair in typed.chunks(2) {
        let high = nibble(pair[0]);
        let low = match pair.get(1) {
            Some(byte) => nibble(*byte),
            None => Some(fill & 0x0F),
        };
        let (Some(high), Some(low)) = (high, low) else {
            return false;
        };
        block.push(high << 4 | low);
    }
    true
}

/// Tries left of a PIN or PUK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tries {
    /// At least one.
    Left(u8),
    /// None.
    Blocked,
    /// The card does not tell.
    Unknown,
}

impl Tries {
    /// Zero means blocked.
    pub fn from_count(count: u8) -> Self {
        if count == 0 {
            Self::Blocked
        } else {
            Self::Left(count)
        }
    }

    /// A number where it is known.
    pub fn count(self) -> Option<u8> {
        match self {
            Self::Left(count) => Some(count),
            Self::Blocked => Some(0),
            Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: PinRules = PinRules {
        min: 6,
        max: 8,
        charset: Charset::Digits,
        form: Form::Padded { len: 8, with: 0xFF },
    };

    fn pin(text: &str) -> Pin {
        Pin::take(text.into()).unwrap()
    }

    #[test]
    fn an_impossible_pin_is_refused_and_a_possible_one_is_padded() {
        assert_eq!(
            RULES.encode(&pin("12345")).unwrap_err(),
            PinFormat::Length(6..=8, Charset::Digits)
        );
        assert_eq!(
            RULES.encode(&pin("123456789")).unwrap_err(),
            PinFormat::Length(6..=8, Charset::Digits)
        );
        assert_eq!(
            RULES.encode(&pin("12345a")).unwrap_err(),
            PinFormat::Charset(Charset::Digits)
        );
        assert_eq!(*RULES.encode(&pin("123456")).unwrap(), *b"123456\xFF\xFF");
    }

    fn encoded(form: Form, charset: Charset, text: &str) -> Option<Vec<u8>> {
        let rules = PinRules {
            min: 4,
            max: 48,
            charset,
            form,
        };
        Some(rules.encode(&pin(text)).ok()?.to_vec())
    }

    /// The blocks of the sheets: Belpic (ISO 9564-1), Oberthur and ePass2003 (padded), a key
    /// that is typed, and BCD as in PKCS#15.
    #[test]
    fn a_value_goes_over_the_wire_in_the_form_of_its_family() {
        use Charset::{Digits, Hex, Printable};
        let padded = |len, with| Form::Padded { len, with };
        let bcd = |len, with| Form::Bcd { len, with };
        let cases: [(Form, Charset, &str, &[u8]); 9] = [
            (Form::Exact, Printable, "a b!", b"a b!"),
            (padded(8, 0x00), Digits, "12345", b"12345\0\0\0"),
            (padded(6, 0xFF), Printable, "abcdef", b"abcdef"),
            (bcd(4, 0xFF), Digits, "1234", &[0x12, 0x34, 0xFF, 0xFF]),
            (bcd(4, 0xFF), Digits, "12345", &[0x12, 0x34, 0x5F, 0xFF]),
            (bcd(3, 0x00), Digits, "12345", &[0x12, 0x34, 0x50]),
            (
                Form::Iso9564,
                Digits,
                "1234",
                &[0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            ),
            (
                Form::Iso9564,
                Digits,
                "12345",
                &[0x25, 0x12, 0x34, 0x5F, 0xFF, 0xFF, 0xFF, 0xFF],
            ),
            (Form::Packed, Hex, "00aAfF", &[0x00, 0xAA, 0xFF]),
        ];
        for (form, charset, text, wire) in cases {
            let block = encoded(form, charset, text);
            assert_eq!(block.as_deref(), Some(wire), "{form:?} {text}");
        }
    }

    #[test]
    fn what_has_no_room_in_its_form_is_refused_and_never_cut() {
        use Charset::{Digits, Hex, Printable};
        let twelve = encoded(Form::Iso9564, Digits, "123456789012");
        assert_eq!(
            twelve.as_deref(),
            Some(&[0x2C, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0xFF][..])
        );
        for (form, charset, text) in [
            (Form::Iso9564, Digits, "1234567890123"),
            (Form::Iso9564, Printable, "12ab"),
            (Form::Padded { len: 4, with: 0 }, Digits, "12345"),
            (Form::Bcd { len: 2, with: 0 }, Digits, "12345"),
            (Form::Bcd { len: 8, with: 0 }, Hex, "12ab"),
            (Form::Packed, Hex, "12345"),
            (Form::Packed, Printable, "12xy"),
        ] {
            assert_eq!(encoded(form, charset, text), None, "{form:?} {text}");
        }
    }

    #[test]
    fn a_form_that_no_command_has_room_for_is_refused_before_memory_is_taken() {
        use Charset::{Digits, Printable};
        for len in [256, 0x7FFF_FFFF, usize::MAX] {
            let padded = Form::Padded { len, with: 0 };
            assert_eq!(encoded(padded, Printable, "123456"), None, "{len}");
            let bcd = Form::Bcd { len, with: 0 };
            assert_eq!(encoded(bcd, Digits, "123456"), None, "{len}");
        }
    }

    #[test]
    fn an_entry_longer_than_the_buffer_is_still_too_long() {
        assert_eq!(
            RULES.check(&pin(&"1".repeat(300))).unwrap_err(),
            PinFormat::Length(6..=8, Charset::Digits)
        );
    }
}
