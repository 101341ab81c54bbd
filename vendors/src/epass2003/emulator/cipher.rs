//! Block ciphers and message authentication codes, sheet §2.2 to §2.4.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use cmac::{Cmac, Mac};
use des::{TdesEde2, TdesEde3};
use sha1::{Digest, Sha1};

use super::Mode;
use crate::emulator::cipher::{cbc_decrypt, cbc_encrypt};
pub(super) use crate::emulator::cipher::{pad, retail_mac, unpad};

/// Length of every message authentication code and cryptogram.
pub(super) const MAC_LENGTH: usize = 8;

/// Length of a block of the mode's cipher.
pub(super) fn block_length(mode: Mode) -> usize {
    match mode {
        Mode::Des => 8,
        Mode::Aes | Mode::Fips | Mode::Plain => 16,
    }
}

/// CBC of whole blocks with the mode's cipher.
pub(super) fn encrypt(mode: Mode, key: &[u8; 16], iv: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    match mode {
        Mode::Des => cbc_encrypt::<TdesEde2>(key, iv, data),
        Mode::Aes | Mode::Fips | Mode::Plain => cbc_encrypt::<Aes128>(key, iv, data),
    }
}

/// Reverses [`encrypt`] with a zero vector.
pub(super) fn decrypt(mode: Mode, key: &[u8; 16], data: &[u8]) -> Option<Vec<u8>> {
    let iv = &[0; 16][..block_length(mode)];
    match mode {
        Mode::Des => cbc_decrypt::<TdesEde2>(key, iv, data),
        Mode::Aes | Mode::Fips | Mode::Plain => cbc_decrypt::<Aes128>(key, iv, data),
    }
}

/// AES-CMAC, SP 800-38B.
pub(super) fn cmac(key: &[u8; 16], data: &[u8]) -> [u8; 16] {
    let mut mac = Cmac::<Aes128>::new(key.into());
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// The 3DES key that stands for a PIN, sheet §4: SHA-1, then the length.
pub(super) fn pin_key(pin: &[u8]) -> [u8; 24] {
    let mut key = [0; 24];
    let (hash, length) = key.split_at_mut(20);
    hash.copy_from_slice(&Sha1::digest(pin));
    length.copy_from_slice(&u32::try_from(pin.len()).unwrap_or(u32::MAX).to_be_bytes());
    key
}

/// The right response to a challenge, sheet §4.
pub(super) fn response(pin_key: &[u8; 24], challenge: &[u8; 8]) -> [u8; 8] {
    let mut block = (*challenge).into();
    TdesEde3::new(pin_key.into()).encrypt_block(&mut block);
    block.into()
}
