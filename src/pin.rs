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
    pub fn take(mut text: String) -> Result<Self, OutOfMemory> {
        let pin = Self::copy(text.as_bytes());
        text.zeroize();
        pin
    }

    /// As [`Pin::take`], from bytes that the caller overwrites.
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
    /// `20`–`7E`.
    Printable,
}

/// What a reference value (PIN or PUK) of one card family looks like on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinRules {
    /// Characters, not bytes on the wire.
    pub min: usize,
    /// Characters, not bytes on the wire.
    pub max: usize,
    /// Characters the card takes.
    pub charset: Charset,
    /// Fill up to `max` bytes with this byte; `None` sends the length as it is.
    pub pad: Option<u8>,
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
                    Charset::Printable => write!(f, "it must have {min} to {max} characters"),
                }
            }
            Self::Charset(Charset::Digits) => f.write_str("it must have digits only"),
            Self::Charset(Charset::Printable) => f.write_str("it must be printable ASCII"),
        }
    }
}

impl PinRules {
    /// Refuses what can never be right, before it costs a try: several cards
    /// count a badly formed PIN as a wrong one.
    pub fn check(&self, pin: &Pin) -> Result<(), PinFormat> {
        let bytes = pin.expose();
        if !(self.min..=self.max).contains(&bytes.len()) {
            return Err(PinFormat::Length(self.min..=self.max, self.charset));
        }
        let fits = match self.charset {
            Charset::Digits => bytes.iter().all(u8::is_ascii_digit),
            Charset::Printable => bytes.iter().all(|b| (0x20..=0x7E).contains(b)),
        };
        if fits {
            Ok(())
        } else {
            Err(PinFormat::Charset(self.charset))
        }
    }

    /// The bytes for the command, padded as the card wants them.
    pub fn encode(&self, pin: &Pin) -> Result<Zeroizing<Vec<u8>>, PinFormat> {
        self.check(pin)?;
        let mut block = Zeroizing::new(Vec::with_capacity(self.max));
        block.extend_from_slice(pin.expose());
        if let Some(pad) = self.pad {
            block.resize(self.max, pad);
        }
        Ok(block)
    }
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
        pad: Some(0xFF),
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

    #[test]
    fn an_entry_longer_than_the_buffer_is_still_too_long() {
        assert_eq!(
            RULES.check(&pin(&"1".repeat(300))).unwrap_err(),
            PinFormat::Length(6..=8, Charset::Digits)
        );
    }
}
