//! The ciphers of the modes, and what keys are derived with (sheet ePass2003, §2).

use aes::Aes128;
use cbc::cipher::array::Array;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use cmac::{Cmac, Mac};
use des::TdesEde2;
use securesign_card::tlv;

/// AES-128, or two-key triple DES.
pub(super) type Key = [u8; 16];
/// Half a block of AES: checksums and cryptograms are cut to it.
pub(super) type Half = [u8; 8];

/// How the card wants to be spoken to. It says so itself; its answer to reset
/// does not tell (§1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Plain commands.
    Off,
    /// Two-key triple DES.
    Des,
    /// AES-128.
    Aes,
    /// AES-128 with the key derivation and the CMAC of SCP03.
    Fips,
}

impl Mode {
    /// From the answer to GET DATA 01 86 (§1.2); `None`: it is no ePass2003's.
    pub fn of(capabilities: &[u8]) -> Option<Self> {
        let objects = tlv::split(capabilities).ok()?;
        let value = |tag| {
            objects
                .iter()
                .find(|object| object.tag == tag)
                .and_then(|object| object.value.first().copied())
        };
        let cipher = value(0x80)?;
        Some(match (value(0x84), cipher, value(0x87)) {
            (Some(0x00), ..) => Self::Off,
            (_, 0x01, Some(0x01)) => Self::Fips,
            (_, 0x01, _) => Self::Aes,
            _ => Self::Des,
        })
    }

    /// Block length in bytes.
    pub(super) fn block(self) -> usize {
        match self {
            Self::Des => 8,
            _ => 16,
        }
    }

    /// Bytes in front of the card's challenge.
    pub(super) fn diversification(self) -> usize {
        match self {
            Self::Fips => 13,
            _ => 12,
        }
    }

    /// CBC; `data` is a multiple of the block long.
    pub(super) fn encrypt(self, key: &Key, iv: u128, data: &mut [u8]) {
        match self {
            Self::Des => {
                let iv = (iv as u64).to_be_bytes();
                cbc::Encryptor::<TdesEde2>::new(key.into(), &iv.into())
                    .encrypt_blocks(Array::slice_as_chunks_mut(data).0);
            }
            _ => cbc::Encryptor::<Aes128>::new(key.into(), &iv.to_be_bytes().into())
                .encrypt_blocks(Array::slice_as_chunks_mut(data).0),
        }
    }

    /// CBC from an IV of zeros; `data` is a multiple of the block long.
    pub(super) fn decrypt(self, key: &Key, data: &mut [u8]) {
        match self {
            Self::Des => cbc::Decryptor::<TdesEde2>::new(key.into(), &[0; 8].into())
                .decrypt_blocks(Array::slice_as_chunks_mut(data).0),
            _ => cbc::Decryptor::<Aes128>::new(key.into(), &[0; 16].into())
                .decrypt_blocks(Array::slice_as_chunks_mut(data).0),
        }
    }

    /// `data ‖ 80 ‖ 00…` up to whole blocks.
    pub(super) fn pad(self, data: &mut Vec<u8>) {
        data.push(0x80);
        data.resize(data.len().next_multiple_of(self.block()), 0x00);
    }
}

/// Key derivation of SCP03 (GlobalPlatform, amendment D, 4.1.5), one block:
/// 16 bytes of key, or 8 of cryptogram.
pub(super) fn kdf(key: &Key, constant: u8, host: &Half, card: &Half) -> Key {
    let bits: u16 = if constant < 0x04 { 0x0040 } else { 0x0080 };
    let mut data = vec![0x00; 11];
    data.extend_from_slice(&[constant, 0x00]);
    data.extend_from_slice(&bits.to_be_bytes());
    data.push(0x01);
    data.extend_from_slice(host);
    data.extend_from_slice(card);
    <Cmac<Aes128> as KeyInit>::new(key.into())
        .chain_update(&data)
        .finalize()
        .into_bytes()
        .into()
}

/// The first 8 bytes of an AES-CMAC (NIST SP 800-38B).
pub(super) fn cmac(key: &Key, data: &[u8]) -> Half {
    let mac = <Cmac<Aes128> as KeyInit>::new(key.into()).chain_update(data);
    half(&mac.finalize().into_bytes())
}

/// The first 8 bytes.
pub(super) fn half(bytes: &[u8]) -> Half {
    let mut half = Half::default();
    half.copy_from_slice(&bytes[..8]);
    half
}
