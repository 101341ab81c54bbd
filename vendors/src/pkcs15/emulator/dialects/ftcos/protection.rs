//! How administration is protected (sheet FTCOS, 6.2): a checksum over a command and a
//! number of the card's, and a cipher where secrets are written.

use des::{Des, TdesEde2};
use zeroize::Zeroizing;

use crate::emulator::apdu::{Command, sw};
use crate::emulator::cipher::{cbc_decrypt, cbc_encrypt, pad, retail_mac, unpad};

const BLOCK: usize = 8;
const MAC: usize = 4;

/// What a command brings, its checksum taken off.
///
/// # Errors
///
/// 6985 without a challenge just before, 6700 without room for a checksum, 6982 where it is
/// another.
pub(super) fn authentic(
    command: &Command,
    key: &[u8],
    challenge: Option<&[u8]>,
) -> Result<Zeroizing<Vec<u8>>, u16> {
    let challenge = challenge.ok_or(sw::CONDITIONS)?;
    let (data, sent) = command
        .data
        .split_last_chunk::<MAC>()
        .ok_or(sw::WRONG_LENGTH)?;
    let length = u8::try_from(command.data.len()).map_err(|_| sw::WRONG_LENGTH)?;
    let header = [command.cla, command.ins, command.p1, command.p2, length];
    match mac(key, challenge, &[&header[..], data].concat()) {
        Some(mac) if mac == *sent => Ok(Zeroizing::new(data.to_vec())),
        _ => Err(sw::SECURITY_STATUS),
    }
}

/// The same, deciphered.
pub(super) fn secret(
    command: &Command,
    key: &[u8],
    challenge: Option<&[u8]>,
) -> Result<Zeroizing<Vec<u8>>, u16> {
    let cryptogram = authentic(command, key, challenge)?;
    decipher(key, &cryptogram).ok_or(sw::BAD_DATA)
}

/// The first bytes of a chain that begins with the card's number: single DES, and with a key
/// of two halves both of them in the last block.
pub(in crate::pkcs15::emulator) fn mac(
    key: &[u8],
    challenge: &[u8],
    message: &[u8],
) -> Option<[u8; MAC]> {
    let padded = pad(message, BLOCK);
    let last = match <&[u8; 16]>::try_from(key) {
        Ok(key) => retail_mac(key, challenge, &padded)?,
        Err(_) => *cbc_encrypt::<Des>(key, challenge, &padded)?.last_chunk()?,
    };
    last.first_chunk().copied()
}

/// Length, text and padding, each block for itself.
pub(in crate::pkcs15::emulator) fn decipher(
    key: &[u8],
    cryptogram: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let zero = &[0; BLOCK];
    let one = |block: &[u8]| match key.len() {
        BLOCK => cbc_decrypt::<Des>(key, zero, block),
        _ => cbc_decrypt::<TdesEde2>(key, zero, block),
    };
    let blocks: Option<Vec<_>> = cryptogram.chunks(BLOCK).map(one).collect();
    let plain = Zeroizing::new(blocks?.concat());
    let (length, text) = unpad(&plain)?.split_first()?;
    // A whole block of zeros where the mark is the last byte of one.
    let whole = ((text.len() + 2) / BLOCK + 1) * BLOCK;
    let fits = usize::from(*length) == text.len() && plain.len() == whole;
    fits.then(|| Zeroizing::new(text.to_vec()))
}
