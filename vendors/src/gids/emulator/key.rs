//! Key files: B081 and further, one a container; they are made on the card or brought in.

use super::GidsCard;
use super::admin;
use super::data::Access;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::tlv;

/// That of the administrator.
pub(super) const ADMIN_FILE: u16 = 0xB080;
/// File and reference of the first container's key.
const FIRST_FILE: u16 = 0xB081;
const FIRST_REFERENCE: u8 = 0x81;
/// How many containers there may be.
pub(super) const CONTAINERS: u8 = 0x1F;
/// What is in a key's template: its reference, and the value with it.
const REFERENCE: u32 = 0x84;
const VALUE: u32 = 0xA5;
/// In a value: cryptogram or key.
const KEY: u32 = 0x87;
/// rsaEncryption with its parameters (RFC 8017, appendix A.1).
const RSA_ENCRYPTION: [u8; 13] = [
    0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// A file that was created; it is empty until a key is made.
pub(super) struct KeyFile {
    pub key: Option<PrivateKey>,
}

pub(super) fn file_of(container: u8) -> u16 {
    FIRST_FILE + u16::from(container)
}

pub(super) fn key_files() -> std::ops::Range<u16> {
    FIRST_FILE..FIRST_FILE + u16::from(CONTAINERS)
}

/// The file with this reference.
fn file_with(reference: u8) -> Option<u16> {
    let container = reference.checked_sub(FIRST_REFERENCE)?;
    (container < CONTAINERS).then(|| file_of(container))
}

/// What the low nibble of an algorithm says.
pub(super) fn kind_of(algorithm: u8) -> Option<KeyKind> {
    match algorithm & 0x0F {
        0x06 => Some(KeyKind::Rsa1024),
        0x07 => Some(KeyKind::Rsa2048),
        0x08 => Some(KeyKind::Rsa3072),
        0x09 => Some(KeyKind::Rsa4096),
        _ => None,
    }
}

impl GidsCard {
    pub(super) fn key_of(&self, reference: u8) -> Option<&PrivateKey> {
        self.keys.get(&file_with(reference)?)?.key.as_ref()
    }

    /// Without login: `7F49 81 modulus 82 exponent`.
    pub(super) fn public_key_object(&self, reference: u8) -> Reply {
        let key = self.key_of(reference).ok_or(sw::NOT_USABLE)?;
        Ok(tlv::element(0x7F49, &key.public_template()))
    }

    /// GENERATE ASYMMETRIC KEY PAIR: `AC 06 80 01 algorithm 83 01 reference`.
    pub(super) fn generate(&mut self, command: &Command) -> Reply {
        self.allowed(Access::User)?;
        let [0xAC, 0x06, 0x80, 0x01, algorithm, 0x83, 0x01, reference] = command.data[..] else {
            return Err(sw::NOT_USABLE);
        };
        let kind = kind_of(algorithm).ok_or(sw::NOT_USABLE)?;
        let file = file_with(reference).ok_or(sw::NOT_USABLE)?;
        let file = self.keys.get_mut(&file).ok_or(sw::NOT_USABLE)?;
        let key = PrivateKey::generate(kind, &mut self.random).ok_or(sw::UNKNOWN)?;
        file.key = Some(key);
        self.public_key_object(reference)
    }

    /// PUT DATA `70`: the administrator's key, or a private key in PKCS#1's form.
    pub(super) fn put_key(&mut self, template: &[u8]) -> Reply {
        let parts = tlv::read_all(template).ok_or(sw::BAD_DATA)?;
        let [(REFERENCE, [reference]), (VALUE, value)] = parts[..] else {
            return Err(sw::BAD_DATA);
        };
        let value = tlv::read_all(value).ok_or(sw::BAD_DATA)?;
        let key = value.iter().find(|(tag, _)| *tag == KEY);
        let (_, key) = key.ok_or(sw::BAD_DATA)?;
        if *reference == ADMIN_FILE as u8 {
            self.allowed(Access::Admin)?;
            let key: [u8; 24] = (*key).try_into().map_err(|_| sw::BAD_DATA)?;
            self.admin_key = Some(admin::Key::new(key));
            return Ok(Vec::new());
        }
        self.allowed(Access::User)?;
        let file = file_with(*reference).ok_or(sw::NOT_USABLE)?;
        let file = self.keys.get_mut(&file).ok_or(sw::NOT_USABLE)?;
        file.key = Some(from_pkcs1(key).ok_or(sw::BAD_DATA)?);
        Ok(Vec::new())
    }
}

/// An `RSAPrivateKey`, in the wrapping of PKCS#8. OpenSC writes its numbers without the
/// zero in front that makes them positive.
fn from_pkcs1(der: &[u8]) -> Option<PrivateKey> {
    let (0x30, content, []) = tlv::read(der)? else {
        return None;
    };
    let numbers = tlv::read_all(content)?;
    let numbers = numbers.iter().map(|(tag, value)| match value.first() {
        Some(0x80..) => tlv::element(*tag, &[&[0x00], *value].concat()),
        _ => tlv::element(*tag, value),
    });
    let key = tlv::element(0x30, &numbers.collect::<Vec<_>>().concat());
    let parts = [
        tlv::element(0x02, &[0x00]),
        tlv::element(0x30, &RSA_ENCRYPTION),
        tlv::element(0x04, &key),
    ];
    PrivateKey::from_pkcs8(&tlv::element(0x30, &parts.concat()))
}
