//! The "retail MAC": ISO/IEC 9797-1, MAC algorithm 3 with DES.

use cbc::cipher::array::Array;
use cbc::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use des::Des;

/// Of whole blocks, at least one, which are overwritten; from this initial value on. All of it
/// is DES with the first half of the key, and the last block is triple DES.
pub fn mac(key: &[u8; 16], iv: [u8; 8], message: &mut [u8]) -> [u8; 8] {
    let [mut first, mut second] = [[0; 8]; 2];
    first.copy_from_slice(&key[..8]);
    second.copy_from_slice(&key[8..]);
    cbc::Encryptor::<Des>::new(&first.into(), &iv.into())
        .encrypt_blocks(Array::slice_as_chunks_mut(message).0);
    let mut last = [0; 8];
    last.copy_from_slice(&message[message.len() - 8..]);
    let mut last = last.into();
    Des::new(&second.into()).decrypt_block(&mut last);
    Des::new(&first.into()).encrypt_block(&mut last);
    last.into()
}
