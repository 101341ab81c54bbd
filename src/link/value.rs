//! The values a link carries, each checked where it is made.

use std::fmt;

use sha2::{Digest as _, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::error::{LinkError, Quoted};

/// Opaque to us: 1 to 128 of `A-Z a-z 0-9 . _ -`, echoed as it came. Published
/// as a UUID, but real portals send other shapes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(String);

impl RequestId {
    /// Refuses every other character and length.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        match (1..=128).contains(&text.len()) && text.bytes().all(plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(LinkError::RequestId),
        }
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

/// The hash algorithms of SecureSign handoff protocol, §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// `SHA256`, 32 bytes.
    Sha256,
    /// `SHA384`, 48 bytes.
    Sha384,
    /// `SHA512`, 64 bytes.
    Sha512,
}

impl HashAlgorithm {
    /// Exactly the three names of the protocol.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        match text {
            "SHA256" => Ok(Self::Sha256),
            "SHA384" => Ok(Self::Sha384),
            "SHA512" => Ok(Self::Sha512),
            _ => Err(LinkError::HashAlgo {
                found: Quoted::new(text),
            }),
        }
    }

    /// The protocol's name, `SHA256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }

    /// Bytes of a digest.
    pub fn digest_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A digest whose length fits its algorithm; no other can be made.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Digest {
    algorithm: HashAlgorithm,
    bytes: Vec<u8>,
}

impl Digest {
    /// `None` where the length does not fit.
    pub fn new(algorithm: HashAlgorithm, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == algorithm.digest_len()).then(|| Self {
            algorithm,
            bytes: bytes.to_vec(),
        })
    }

    /// Computes the digest of `data`.
    pub fn of(algorithm: HashAlgorithm, data: &[u8]) -> Self {
        let bytes = match algorithm {
            HashAlgorithm::Sha256 => Sha256::digest(data).to_vec(),
            HashAlgorithm::Sha384 => Sha384::digest(data).to_vec(),
            HashAlgorithm::Sha512 => Sha512::digest(data).to_vec(),
        };
        Self { algorithm, bytes }
    }

    /// Which hash it is.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// 32, 48 or 64 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), hex_lower(&self.bytes))
    }
}

/// `ss_live_…` or `ss_test_…`. Public by nature (it travels in a page), yet
/// never shown whole: `Debug` and `Display` read `ss_test_ab…`, and
/// [`ApiKey::expose`] is the only door.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    const LIVE: &str = "ss_live_";
    const TEST: &str = "ss_test_";

    /// The prefix and 1 to 256 of `A-Z a-z 0-9 . _ - ~`.
    pub fn parse(text: Zeroizing<String>) -> Result<Self, LinkError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'~');
        let rest = text
            .strip_prefix(Self::LIVE)
            .or_else(|| text.strip_prefix(Self::TEST));
        match rest.is_some_and(|r| (1..=256).contains(&r.len()) && r.bytes().all(plain)) {
            true => Ok(Self(text)),
            false => Err(LinkError::ApiKey),
        }
    }

    /// The whole key, for the one place that asks the authentication API.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `ss_test_…`: reaches localhost and test portals only.
    pub fn is_test(&self) -> bool {
        self.0.starts_with(Self::TEST)
    }

    /// SHA-256 of the key in lower-case hex: what a settings file lists.
    pub fn fingerprint(&self) -> String {
        hex_lower(&Sha256::digest(self.0.as_bytes()))
    }

    /// Whether a text holds something that looks like a key, and so must not be
    /// repeated anywhere.
    pub(super) fn occurs_in(text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        lower.contains(Self::LIVE) || lower.contains(Self::TEST)
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A short key would be half told by two of its characters.
        let rest = self.0.len() - Self::LIVE.len();
        let shown = Self::LIVE.len() + if rest >= 8 { 2 } else { 0 };
        write!(f, "{}…", self.0.get(..shown).unwrap_or_default())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({self})")
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

fn hex_lower(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
