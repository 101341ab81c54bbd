//! PINs and PUKs in a recording: what they look like on the wire, and where they stand.
//!
//! Two sources: what the owner types, and what stands in the commands that carry nothing
//! else. Each is looked for in every form in all commands and answers.

use std::collections::HashSet;
use std::fmt;

use securesign_card::pin::{Charset, Form, Pin, PinRules};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::Refused;

/// Shorter ones are not looked for outside the commands that carry them: two bytes stand
/// anywhere.
const SHORTEST: usize = 4;

/// Most values that are looked for. Beyond it nothing is shown at all.
const VALUES: usize = 64;

/// Most bytes that commands made for PINs carry, each data field once.
const CARRIED: usize = 0x1_0000;

/// Lengths to which cards and their programs fill up what they hash.
const FILLED: [usize; 4] = [8, 16, 32, 64];

/// Of a hash, so much is enough to know it by: keys are made of its beginning.
const HASH_KEPT: usize = 8;

/// How a PIN stands in a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A byte a character.
    Plain,
    /// The same, filled up to so many bytes.
    Padded(usize, u8),
    /// Two digits a byte, filled up to so many bytes.
    Bcd(usize, u8),
    /// ISO 9564-1, format 2.
    Iso9564,
    /// UTF-16, two bytes a character.
    Utf16,
    /// A hash of it.
    Hash(&'static str),
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => f.write_str("a byte a character, not padded"),
            Self::Padded(len, with) => {
                write!(
                    f,
                    "a byte a character, padded with {with:02X} to {len} bytes"
                )
            }
            Self::Bcd(len, with) => {
                write!(
                    f,
                    "BCD, two digits a byte, padded with {with:02X} to {len} bytes"
                )
            }
            Self::Iso9564 => f.write_str("ISO 9564-1 format 2, 8 bytes"),
            Self::Utf16 => f.write_str("UTF-16, two bytes a character"),
            Self::Hash(name) => write!(f, "{name} of it"),
        }
    }
}

/// What is looked for.
struct Needle {
    bytes: Zeroizing<Vec<u8>>,
    shape: Shape,
}

/// All that is known to be secret in a recording.
pub struct Secrets<'a> {
    needles: Vec<Needle>,
    /// What was typed, for the exact form.
    typed: &'a [Pin],
    values: usize,
    /// The two bytes with which any needle begins.
    begins: Vec<bool>,
    /// Each four bytes that stood in a command made for PINs: a part of one may be read or
    /// sent alone.
    carried: HashSet<[u8; SHORTEST]>,
    carried_bytes: usize,
}

/// Where a secret was found in some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// In which form. `Plain` and `Bcd` where only the value itself was looked for.
    pub shape: Shape,
    /// Bytes in front of it.
    pub at: usize,
}

impl<'a> Secrets<'a> {
    /// What the owner has typed. Too short a value serves to tell the form by, and is looked
    /// for nowhere else.
    ///
    /// # Errors
    ///
    /// [`Refused`]: the system gives no page, or there are more values than are looked for.
    pub fn typed(typed: &'a [Pin]) -> Result<Self, Refused> {
        let mut secrets = Self {
            needles: Vec::new(),
            typed,
            values: 0,
            begins: vec![false; 0x1_0000],
            carried: HashSet::new(),
            carried_bytes: 0,
        };
        for pin in typed {
            secrets.learn(pin.expose())?;
        }
        Ok(secrets)
    }

    /// Whether the owner has typed any.
    pub fn are_typed(&self) -> bool {
        !self.typed.is_empty()
    }

    /// Takes the content of a command that carries a PIN, or of one that carries `two` of
    /// them: without what fills it up, each half, and what a known value leaves of it.
    ///
    /// # Errors
    ///
    /// [`Refused`]: the system gives no page, or there are more values than are looked for.
    pub fn carried(&mut self, data: &[u8], two: bool) -> Result<(), Refused> {
        self.carried_bytes += data.len();
        if self.carried_bytes > CARRIED {
            return Err(Refused::TooMuch);
        }
        let windows = fours(data).filter(|four| !is_filling(four));
        self.carried.extend(windows);
        let mut parts: Vec<&[u8]> = vec![data];
        if two {
            parts.extend(<[&[u8]; 2]>::from(data.split_at(data.len() / 2)));
        }
        for known in &self.needles {
            parts.extend(data.strip_prefix(&**known.bytes));
        }
        let parts: Vec<Zeroizing<Vec<u8>>> = parts
            .into_iter()
            .map(|part| unfilled(part).to_vec().into())
            .collect();
        parts.iter().try_for_each(|part| self.learn(part))
    }

    fn learn(&mut self, value: &[u8]) -> Result<(), Refused> {
        let known = self.needles.iter().any(|needle| **needle.bytes == *value);
        if value.len() < SHORTEST || known || is_filling(value) {
            return Ok(());
        }
        if self.values == VALUES {
            return Err(Refused::TooMuch);
        }
        self.values += 1;
        self.add(value, Shape::Plain);
        let wide: Zeroizing<Vec<u8>> = Zeroizing::new(value.iter().flat_map(|c| [*c, 0]).collect());
        self.hashes(value, &wide);
        self.add(&wide, Shape::Utf16);
        let wide: Zeroizing<Vec<u8>> = Zeroizing::new(value.iter().flat_map(|c| [0, *c]).collect());
        self.add(&wide, Shape::Utf16);
        let digits = value.iter().all(u8::is_ascii_digit);
        for with in [0xFF, 0x00].into_iter().filter(|_| digits) {
            let len = value.len().div_ceil(2);
            let pin = Pin::copy(value)?;
            let packed = rules(Form::Bcd { len, with }, Charset::Digits).encode(&pin);
            if let Ok(packed) = packed
                && packed.len() > 2
            {
                self.add(&packed, Shape::Bcd(packed.len(), with));
            }
        }
        Ok(())
    }

    /// Of the value, of its wide form, and of both filled up.
    fn hashes(&mut self, value: &[u8], wide: &[u8]) {
        self.hash(value);
        self.hash(wide);
        for len in FILLED {
            for with in [0x00, 0xFF] {
                if value.len() < len {
                    let mut filled = Zeroizing::new(Vec::with_capacity(len));
                    filled.extend_from_slice(value);
                    filled.resize(len, with);
                    self.hash(&filled);
                }
            }
        }
    }

    fn hash(&mut self, value: &[u8]) {
        self.add(&Sha1::digest(value)[..HASH_KEPT], Shape::Hash("SHA-1"));
        self.add(&Sha256::digest(value)[..HASH_KEPT], Shape::Hash("SHA-256"));
        self.add(&Sha384::digest(value)[..HASH_KEPT], Shape::Hash("SHA-384"));
        self.add(&Sha512::digest(value)[..HASH_KEPT], Shape::Hash("SHA-512"));
    }

    fn add(&mut self, bytes: &[u8], shape: Shape) {
        let bytes = Zeroizing::new(bytes.to_vec());
        self.begins[beginning([bytes[0], bytes[1]])] = true;
        self.needles.push(Needle { bytes, shape });
    }

    /// The first place of a secret in these bytes, in any form.
    pub fn find(&self, bytes: &[u8]) -> Option<Found> {
        let mut best: Option<(usize, usize)> = None;
        for (at, two) in bytes.windows(2).enumerate() {
            // Nearly all places end here: the work is that of one look at each.
            if !self.begins[beginning([two[0], two[1]])] {
                continue;
            }
            let rest = &bytes[at..];
            let earlier = best.map_or(self.needles.len(), |(needle, _)| needle);
            let needles = self.needles[..earlier].iter();
            let found = needles.into_iter().position(|n| rest.starts_with(&n.bytes));
            best = found.map(|needle| (needle, at)).or(best);
        }
        let (needle, at) = best?;
        let shape = self.needles[needle].shape;
        Some(Found { shape, at })
    }

    /// Whether anything of a secret stands in these bytes: in any form, or four bytes of what
    /// a command made for PINs carried.
    pub fn touch(&self, bytes: &[u8]) -> bool {
        fours(bytes).any(|four| self.carried.contains(&four)) || self.find(bytes).is_some()
    }

    /// In which form exactly a whole data field is one of the values that were typed.
    pub fn shape_of(&self, data: &[u8]) -> Option<Shape> {
        let with = *data.last()?;
        let len = data.len();
        self.typed.iter().find_map(|pin| {
            let fits = |form, charset| {
                let block = rules(form, charset).encode(pin);
                block.is_ok_and(|block| **block == *data)
            };
            use Charset::{Digits, Printable};
            if fits(Form::Exact, Printable) {
                Some(Shape::Plain)
            } else if fits(Form::Padded { len, with }, Printable) {
                Some(Shape::Padded(len, with))
            } else if fits(Form::Iso9564, Digits) {
                Some(Shape::Iso9564)
            } else if fits(Form::Bcd { len, with }, Digits) {
                Some(Shape::Bcd(len, with))
            } else {
                None
            }
        })
    }
}

/// Each four bytes that follow each other.
fn fours(bytes: &[u8]) -> impl Iterator<Item = [u8; SHORTEST]> {
    bytes
        .windows(SHORTEST)
        .filter_map(|four| four.first_chunk().copied())
}

/// Filling stands everywhere.
fn is_filling(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, 0x00 | 0xFF))
}

fn beginning(two: [u8; 2]) -> usize {
    usize::from(u16::from_be_bytes(two))
}

fn rules(form: Form, charset: Charset) -> PinRules {
    PinRules {
        min: 0,
        max: usize::MAX,
        charset,
        form,
    }
}

/// Without the `00` or `FF` that fills it up, as long as a PIN is left.
pub fn unfilled(data: &[u8]) -> &[u8] {
    let Some(with) = data.last().filter(|last| matches!(last, 0x00 | 0xFF)) else {
        return data;
    };
    let filling = data.iter().rev().take_while(|byte| *byte == with).count();
    match data.len() - filling {
        0 => data,
        left => &data[..left],
    }
}

/// In which form a data field seems to carry a PIN, where nobody has typed it.
pub fn guess(data: &[u8]) -> Option<Shape> {
    let len = data.len();
    let with = *data.last()?;
    let value = unfilled(data);
    let typed = value.iter().all(|byte| (0x20..=0x7E).contains(byte));
    let digits = data.first().is_some_and(|first| first >> 4 == 2) && len == 8;
    if typed && value.len() == len {
        Some(Shape::Plain)
    } else if typed {
        Some(Shape::Padded(len, with))
    } else if digits && with == 0xFF && usize::from(data[0] & 0x0F).div_ceil(2) + 1 == value.len() {
        Some(Shape::Iso9564)
    } else {
        None
    }
}
