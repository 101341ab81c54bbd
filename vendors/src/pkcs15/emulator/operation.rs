//! What a key does with the data it is given.

use sha1::Sha1;
use sha2::Digest;

use crate::emulator::apdu::{Reply, sw};
use crate::emulator::key::{PrivateKey, Stream};
use crate::emulator::signature::{Hash, ecdsa, halves, pkcs1, pss};

/// One way to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// The whole block comes from the host.
    Raw,
    /// The same with all bytes in reverse order, and the signature too.
    RawReversed,
    /// The card pads what it is given, normally a DigestInfo.
    Pkcs1,
    /// The card adds the DigestInfo of SHA-1 as well.
    Pkcs1Sha1,
    /// EMSA-PSS around a bare hash; the salt is as long.
    Pss,
    /// A hash; the signature is DER.
    EcdsaDer,
    /// The message, which the card hashes with SHA-1.
    EcdsaSha1Message,
    /// A hash; the signature is r and s.
    EcdsaHalves,
}

impl Operation {
    pub fn run(self, key: &PrivateKey, data: &[u8], random: &mut Stream) -> Reply {
        let length = key.kind().input_length().ok_or(sw::CONDITIONS)?;
        match self {
            Self::Raw if data.len() != length => Err(sw::CONDITIONS),
            Self::Raw => key.sign(data).ok_or(sw::BAD_DATA),
            Self::RawReversed if data.len() != length => Err(sw::WRONG_LENGTH),
            Self::RawReversed => {
                let block: Vec<u8> = data.iter().rev().copied().collect();
                let mut signature = key.sign(&block).ok_or(sw::BAD_DATA)?;
                signature.reverse();
                Ok(signature)
            }
            Self::Pkcs1 => pkcs1(key, data).ok_or(sw::WRONG_LENGTH),
            Self::Pkcs1Sha1 if data.len() != Hash::Sha1.length() => Err(sw::WRONG_LENGTH),
            Self::Pkcs1Sha1 => pkcs1(key, &Hash::Sha1.info(data)).ok_or(sw::CONDITIONS),
            Self::Pss => pss(key, data, random).ok_or(sw::WRONG_LENGTH),
            Self::EcdsaDer if data.len() > length => Err(sw::WRONG_LENGTH),
            Self::EcdsaDer => ecdsa(key, data).ok_or(sw::BAD_DATA),
            Self::EcdsaSha1Message => ecdsa(key, &Sha1::digest(data)).ok_or(sw::BAD_DATA),
            Self::EcdsaHalves => {
                let der = ecdsa(key, data).ok_or(sw::BAD_DATA)?;
                halves(&der, length).ok_or(sw::UNKNOWN)
            }
        }
    }
}

/// RSA decryption, raw or with the padding taken off (RFC 8017, 7.2.2).
pub(super) fn decipher(key: &PrivateKey, cryptogram: &[u8], raw: bool) -> Reply {
    let length = key.kind().input_length().filter(|_| key.kind().is_rsa());
    if length != Some(cryptogram.len()) {
        return Err(sw::WRONG_LENGTH);
    }
    let block = key.sign(cryptogram).ok_or(sw::BAD_DATA)?;
    if raw {
        return Ok(block);
    }
    let [0x00, 0x02, rest @ ..] = &block[..] else {
        return Err(sw::BAD_DATA);
    };
    let end = rest.iter().position(|byte| *byte == 0);
    let end = end.ok_or(sw::BAD_DATA)?;
    Ok(rest.get(end + 1..).unwrap_or_default().to_vec())
}
