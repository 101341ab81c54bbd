//! One file and what it tells of itself, sheet §3 and §7.3.

use super::secret::Secret;
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv;

/// The master file.
pub(super) const MASTER: u16 = 0x3F00;

/// File control parameters as they come, and information as it is told.
const PARAMETERS: u32 = 0x62;
const INFORMATION: u32 = 0x6F;
const SIZE: u32 = 0x80;
const DESCRIPTOR: u32 = 0x82;
const IDENTIFIER: u32 = 0x83;
const NAME: u32 = 0x84;
/// Bits of a key, or size of a store or directory.
const CAPACITY: u32 = 0x85;
const ACCESS: u32 = 0x86;
const PUBLIC_KEY_MARK: u32 = 0x87;

/// First bytes of the descriptor.
mod descriptor {
    pub const TRANSPARENT: u8 = 0x01;
    pub const FIXED_RECORDS: u8 = 0x02;
    pub const VARIABLE_RECORDS: u8 = 0x04;
    pub const SECRETS: u8 = 0x10;
    pub const RSA_PRIVATE: u8 = 0x11;
    pub const RSA_PUBLIC: u8 = 0x12;
    pub const EC_PRIVATE: u8 = 0x13;
    pub const EC_PUBLIC: u8 = 0x14;
    pub const DIRECTORY: u8 = 0x38;
}

/// A file of any kind. It can hold a key, so it cannot be printed.
pub(super) struct File {
    pub identifier: u16,
    pub name: Vec<u8>,
    pub size: u16,
    descriptor: Vec<u8>,
    capacity: Vec<u8>,
    pub access: Access,
    mark: Vec<u8>,
    pub content: Content,
}

/// What it is for, and what is in it.
pub(super) enum Content {
    Directory(Vec<Secret>),
    Transparent(Vec<u8>),
    Records(Vec<Vec<u8>>),
    /// Place and permission for secrets, which the directory keeps.
    SecretStore,
    PrivateKey {
        kind: Kind,
        key: Option<PrivateKey>,
        /// Half of an import.
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    PublicKey {
        kind: Kind,
        key: Option<PrivateKey>,
    },
}

/// Family of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rsa,
    Ec,
}

/// One byte for each right: method and who.
pub(super) type Access = [u8; 8];

impl File {
    /// Reads the parameters of CREATE FILE; `None` when they are malformed.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let (PARAMETERS, value, []) = tlv::read(data)? else {
            return None;
        };
        let parts = tlv::read_all(value)?;
        let part = |tag| parts.iter().find(|(t, _)| *t == tag).map(|(_, v)| *v);
        let number = |value: &[u8]| match *value {
            [low] => Some(u16::from(low)),
            [high, low] => Some(u16::from_be_bytes([high, low])),
            _ => None,
        };
        let descriptor = part(DESCRIPTOR)?.to_vec();
        let size = part(SIZE).map_or(Some(0), number)?;
        let key = |kind| Content::PrivateKey {
            kind,
            key: None,
            modulus: Vec::new(),
            exponent: Vec::new(),
        };
        let content = match *descriptor.first()? {
            descriptor::DIRECTORY => Content::Directory(Vec::new()),
            descriptor::TRANSPARENT => Content::Transparent(vec![0; usize::from(size)]),
            descriptor::FIXED_RECORDS | descriptor::VARIABLE_RECORDS => {
                Content::Records(Vec::new())
            }
            descriptor::SECRETS => Content::SecretStore,
            descriptor::RSA_PRIVATE => key(Kind::Rsa),
            descriptor::EC_PRIVATE => key(Kind::Ec),
            descriptor::RSA_PUBLIC => Content::PublicKey {
                kind: Kind::Rsa,
                key: None,
            },
            descriptor::EC_PUBLIC => Content::PublicKey {
                kind: Kind::Ec,
                key: None,
            },
            _ => return None,
        };
        Some(Self {
            identifier: number(part(IDENTIFIER)?)?,
            name: part(NAME).unwrap_or_default().to_vec(),
            size,
            descriptor,
            capacity: part(CAPACITY).unwrap_or_default().to_vec(),
            access: part(ACCESS)?.try_into().ok()?,
            mark: part(PUBLIC_KEY_MARK).unwrap_or_default().to_vec(),
            content,
        })
    }

    /// A directory of a finished image.
    pub fn directory(identifier: u16, name: &[u8], access: Access) -> Self {
        Self {
            name: name.to_vec(),
            capacity: vec![0x00, 0x7F],
            ..Self::plain(
                identifier,
                &[descriptor::DIRECTORY, 0],
                access,
                Content::Directory(Vec::new()),
            )
        }
    }

    /// A transparent file of a finished image.
    pub fn transparent(identifier: u16, data: Vec<u8>, access: Access) -> Self {
        Self {
            size: u16::try_from(data.len()).unwrap_or(u16::MAX),
            ..Self::plain(
                identifier,
                &[descriptor::TRANSPARENT, 0],
                access,
                Content::Transparent(data),
            )
        }
    }

    /// A place for secrets of a finished image.
    pub fn secret_store(identifier: u16, access: Access) -> Self {
        Self {
            capacity: vec![0x20],
            ..Self::plain(
                identifier,
                &[descriptor::SECRETS, 0],
                access,
                Content::SecretStore,
            )
        }
    }

    /// An RSA key of a finished image.
    pub fn rsa_key(identifier: u16, bits: u16, key: PrivateKey, access: Access) -> Self {
        Self {
            capacity: bits.to_be_bytes().to_vec(),
            ..Self::plain(
                identifier,
                &[descriptor::RSA_PRIVATE, 0],
                access,
                Content::PrivateKey {
                    kind: Kind::Rsa,
                    key: Some(key),
                    modulus: Vec::new(),
                    exponent: Vec::new(),
                },
            )
        }
    }

    fn plain(identifier: u16, descriptor: &[u8], access: Access, content: Content) -> Self {
        Self {
            identifier,
            name: Vec::new(),
            size: 0,
            descriptor: descriptor.to_vec(),
            capacity: Vec::new(),
            access,
            mark: Vec::new(),
            content,
        }
    }

    /// The answer to SELECT.
    pub fn information(&self) -> Vec<u8> {
        let mut descriptor = self.descriptor.clone();
        let mut parts = Vec::new();
        match &self.content {
            Content::Transparent(_) => {
                parts.extend(tlv::element(SIZE, &self.size.to_be_bytes()));
            }
            // The fifth byte tells the count.
            Content::Records(records) => {
                descriptor.truncate(4);
                descriptor.push(u8::try_from(records.len()).unwrap_or(u8::MAX));
            }
            _ => {}
        }
        parts.extend(tlv::element(DESCRIPTOR, &descriptor));
        parts.extend(tlv::element(IDENTIFIER, &self.identifier.to_be_bytes()));
        for (tag, value) in [(NAME, &self.name), (CAPACITY, &self.capacity)] {
            if !value.is_empty() {
                parts.extend(tlv::element(tag, value));
            }
        }
        parts.extend(tlv::element(ACCESS, &self.access));
        if !self.mark.is_empty() {
            parts.extend(tlv::element(PUBLIC_KEY_MARK, &self.mark));
        }
        tlv::element(INFORMATION, &parts)
    }

    /// Size of the key that fits, as CREATE FILE said it.
    pub fn key_bits(&self) -> Option<u16> {
        let bits = self.capacity.first_chunk::<2>()?;
        Some(u16::from_be_bytes(*bits))
    }

    /// Longest record.
    pub fn record_length(&self) -> usize {
        match self.descriptor[..] {
            [_, _, high, low, ..] => usize::from(u16::from_be_bytes([high, low])),
            _ => 0,
        }
    }

    /// Whether SELECT finds it: private keys are used and never seen.
    pub fn is_selectable(&self) -> bool {
        !matches!(self.content, Content::PrivateKey { .. })
    }

    /// Whether it is an ordinary file, which a short identifier can name.
    pub fn is_plain(&self) -> bool {
        matches!(self.content, Content::Transparent(_) | Content::Records(_))
    }
}
