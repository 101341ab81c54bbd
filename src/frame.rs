//! The bytes of one command on their way to the card.

use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

/// The token that stands for so many bytes that are not shown: `<pin:8>`.
pub fn hidden(what: &str, len: usize) -> String {
    format!("<{what}:{len}>")
}

/// Bytes bound for the card. `Debug` and `Display` show everything but the
/// secret part, which reads `<pin:8>`; [`Frame::expose`] is the only door.
pub struct Frame {
    bytes: Zeroizing<Vec<u8>>,
    secret: Option<Range<usize>>,
    hides_answer: bool,
}

impl Frame {
    /// `secret` is the range of `bytes` that must never be shown.
    pub fn new(bytes: Zeroizing<Vec<u8>>, secret: Option<Range<usize>>) -> Self {
        Self {
            bytes,
            secret,
            hides_answer: false,
        }
    }

    /// Whether what comes back must never be shown either.
    pub(crate) fn hiding_answer(self, hides_answer: bool) -> Self {
        Self {
            hides_answer,
            ..self
        }
    }

    /// Whether what comes back is as good as a PIN or PUK.
    pub fn hides_answer(&self) -> bool {
        self.hides_answer
    }

    /// All bytes, for the transport alone.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Number of bytes, secret ones included.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// True for no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether its length fields are those of the extended form (ISO 7816-4, 5.1).
    pub fn is_extended(&self) -> bool {
        self.bytes.len() > 5 && self.bytes[4] == 0x00
    }

    /// Whether a part of it is a PIN or PUK.
    pub fn is_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// What a trace shows: a token a byte (`A4`), and one token (`<pin:8>`) for
    /// the secret part.
    pub fn tokens(&self) -> Vec<String> {
        let secret = self.secret.clone().unwrap_or(0..0);
        let mut tokens = Vec::with_capacity(self.bytes.len());
        for (at, byte) in self.bytes.iter().enumerate() {
            if at == secret.start && !secret.is_empty() {
                tokens.push(hidden("pin", secret.len()));
            }
            if !secret.contains(&at) {
                tokens.push(format!("{byte:02X}"));
            }
        }
        tokens
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tokens().join(" "))
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({self})")
    }
}
