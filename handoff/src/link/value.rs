//! The values a link carries, each checked where it is made.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use securesign_card::text::hex_lower;

use super::error::LinkError;
use super::quoted::{LIVE, TEST};

/// Opaque to us: 1 to 128 of `A-Z a-z 0-9 . _ - { } + / = :`, echoed as it came.
/// Published as a UUID, but real portals send other shapes: GUIDs in braces, base64.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(String);

impl RequestId {
    /// Refuses every other character and length. A space is a `+` that form decoding
    /// took away.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.replace(' ', "+");
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-{}+/=:".contains(&b);
        match (1..=128).contains(&text.len()) && text.bytes().all(plain) {
            true => Ok(Self(text)),
            false => Err(LinkError::RequestId),
        }
    }

    /// A UUID as RFC 9562, 4, writes it: one that was cut off is none.
    pub(super) fn is_uuid(text: &str) -> bool {
        let lengths = text.split('-').map(str::len);
        lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
    }

    /// As it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `ss_live_…` or `ss_test_…`. Public by nature (it travels in a page), yet
/// never shown whole: `Debug` and `Display` read `ss_test_ab…`, and
/// [`ApiKey::expose`] is the only door.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// The prefix and 1 to 256 printable ASCII characters. A space is a `+` that form
    /// decoding took away.
    pub fn parse(mut text: Zeroizing<String>) -> Result<Self, LinkError> {
        if text.contains(' ') {
            text = Zeroizing::new(text.replace(' ', "+"));
        }
        let plain = |b: u8| b.is_ascii_graphic();
        let rest = text.strip_prefix(LIVE).or_else(|| text.strip_prefix(TEST));
        match rest.is_some_and(|r| (1..=256).contains(&r.len()) && r.bytes().all(plain)) {
            true => Ok(Self(text)),
            false if rest.is_none() => Err(LinkError::ApiKey),
            false => Err(LinkError::ApiKeyShape),
        }
    }

    /// The whole key, for the one place that asks the authentication API.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `ss_test_…`: reaches localhost and test portals only.
    pub fn is_test(&self) -> bool {
        self.0.starts_with(TEST)
    }

    /// SHA-256 of the key in lower-case hex: what a settings file lists.
    pub fn fingerprint(&self) -> String {
        hex_lower(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A short key would be half told by two of its characters.
        let rest = self.0.len() - LIVE.len();
        let shown = LIVE.len() + if rest >= 8 { 2 } else { 0 };
        write!(f, "{}…", self.0.get(..shown).unwrap_or_default())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({self})")
    }
}

/// What the authentication service calls a signing session: 1 to 100 of `A-Z a-z 0-9 . _ -`.
/// Whoever has it can use the session up, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId(String);

impl SessionId {
    /// Refuses every other character and length.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        match (1..=100).contains(&text.len()) && text.bytes().all(plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(LinkError::Session),
        }
    }

    /// As it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(…)")
    }
}

/// A certificate's serial number: equal however it was written (any case,
/// leading zeros, colons).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Serial(Vec<u8>);

impl Serial {
    /// Hex of up to 64 digits, colons ignored.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|&c| c != ':')
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect::<Option<_>>()
            .ok_or(LinkError::Serial)?;
        if digits.is_empty() || digits.len() > 64 {
            return Err(LinkError::Serial);
        }
        // Pairs from the right: an odd number of digits has lost a zero.
        let mut bytes: Vec<u8> = digits
            .rchunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect();
        bytes.reverse();
        Ok(Self::of(&bytes))
    }

    /// From the big-endian bytes of a certificate's `serialNumber`, with or
    /// without the leading zero that keeps a DER INTEGER positive.
    pub fn of(bytes: &[u8]) -> Self {
        let start = bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len());
        Self(bytes[start..].to_vec())
    }
}

impl fmt::Display for Serial {
    /// Upper-case hex, two digits a byte.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("00");
        }
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}
