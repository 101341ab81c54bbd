//! Block ciphers in chains, what is authenticated with them, and the padding before.

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt};
use aes::cipher::{KeyInit, KeyIvInit};
use des::Des;

/// ISO/IEC 7816-4 §10.2.3.1: one such byte, then zeros.
pub(crate) const PADDING_MARK: u8 = 0x80;

/// Mark and zeros up to whole blocks; at least the mark.
pub(crate) fn pad(data: &[u8], block: usize) -> Vec<u8> {
    let mut out = data.to_vec();
    out.push(PADDING_MARK);
    out.resize(out.len().next_multiple_of(block), 0);
    out
}

/// What stands in front of the mark; `None` without one.
pub(crate) fn unpad(data: &[u8]) -> Option<&[u8]> {
    let mark = data.iter().rposition(|byte| *byte != 0)?;
    (data[mark] == PADDING_MARK).then(|| &data[..mark])
}

/// CBC of whole blocks; `None` where a length does not fit.
pub(crate) fn cbc_encrypt<C>(key: &[u8], iv: &[u8], data: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt + KeyInit,
{
    let mut out = data.to_vec();
    let length = out.len();
    let cipher = cbc::Encryptor::<C>::new_from_slices(key, iv).ok()?;
    cipher.encrypt_padded::<NoPadding>(&mut out, length).ok()?;
    Some(out)
}

/// Reverses [`cbc_encrypt`].
pub(crate) fn cbc_decrypt<C>(key: &[u8], iv: &[u8], data: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherDecrypt + KeyInit,
{
    let mut out = data.to_vec();
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    cipher.decrypt_padded::<NoPadding>(&mut out).ok()?;
    Some(out)
}

/// ISO/IEC 9797-1 algorithm 3 over whole blocks: single DES until the last block, which gets
/// both halves of the key.
pub(crate) fn retail_mac(key: &[u8; 16], iv: &[u8], data: &[u8]) -> Option<[u8; 8]> {
    let (first, second) = key.split_at(8);
    let chained = cbc_encrypt::<Des>(first, iv, data)?;
    let last = chained.last_chunk::<8>()?;
    let zero = &[0; 8];
    let opened = cbc_decrypt::<Des>(second, zero, last)?;
    let closed = cbc_encrypt::<Des>(first, zero, &opened)?;
    closed.first_chunk().copied()
}
