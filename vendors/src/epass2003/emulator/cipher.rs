//! Block ciphers, chaining and message authentication codes, sheet §2.2 to §2.4.

use aes::Aes128;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt};
use aes::cipher::{KeyInit, KeyIvInit};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2, TdesEde3};
use sha1::{Digest, Sha1};

use super::Mode;

/// Length of every message authentication code and cryptogram.
pub(super) const MAC_LENGTH: usize = 8;
/// ISO/IEC 7816-4 §10.2.3.1: one such byte, then zeros.
const PADDING_MARK: u8 = 0x80;

/// Length of a block of the mode's cipher.
pub(super) fn block_length(mode: Mode) -> usize {
    match mode {
        Mode::Des => 8,
        Mode::Aes | Mode::Fips | Mode::Plain => 16,
    }
}

/// Mark and zeros up to whole blocks; at least the mark.
pub(super) fn pad(data: &[u8], block: usize) -> Vec<u8> {
    let mut out = data.to_vec();
    out.push(PADDING_MARK);
    out.resize(out.len().next_multiple_of(block), 0);
    out
}

/// What stands in front of the mark; `None` without one.
pub(super) fn unpad(data: &[u8]) -> Option<&[u8]> {
    let mark = data.iter().rposition(|byte| *byte != 0)?;
    (data[mark] == PADDING_MARK).then(|| &data[..mark])
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

/// ISO/IEC 9797-1 algorithm 3 over whole blocks: single DES until the last block.
pub(super) fn retail_mac(key: &[u8; 16], iv: &[u8], data: &[u8]) -> Option<[u8; MAC_LENGTH]> {
    let (first, second) = key.split_at(MAC_LENGTH);
    let chained = cbc_encrypt::<Des>(first, iv, data)?;
    let last = chained.last_chunk::<MAC_LENGTH>()?;
    let zero = &[0; MAC_LENGTH];
    let opened = cbc_decrypt::<Des>(second, zero, last)?;
    let closed = cbc_encrypt::<Des>(first, zero, &opened)?;
    closed.first_chunk().copied()
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

fn cbc_encrypt<C>(key: &[u8], iv: &[u8], data: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt + KeyInit,
{
    let mut out = data.to_vec();
    let length = out.len();
    let cipher = cbc::Encryptor::<C>::new_from_slices(key, iv).ok()?;
    cipher.encrypt_padded::<NoPadding>(&mut out, length).ok()?;
    Some(out)
}

fn cbc_decrypt<C>(key: &[u8], iv: &[u8], data: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherDecrypt + KeyInit,
{
    let mut out = data.to_vec();
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    cipher.decrypt_padded::<NoPadding>(&mut out).ok()?;
    Some(out)
}
