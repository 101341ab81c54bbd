//! A SHA-256 that is begun here and finished in the card (sheet ePass2003, §8.4,
//! scheme B).

use sha2::block_api::compress256;

/// Initial hash value (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];

/// `81 04 blocks ‖ 90 20 state ‖ 80 n tail`: how many whole blocks of 64 bytes are
/// hashed already, the chaining value behind them, and the 1 to 64 bytes left.
/// `None` for no message, and for one of 256 GiB.
pub fn of(message: &[u8]) -> Option<Vec<u8>> {
    // A last block that is full stays in the tail.
    let blocks = message.len().checked_sub(1)? / 64;
    let (head, tail) = message.split_at(blocks * 64);
    let mut state = INITIAL;
    compress256(&mut state, head.as_chunks().0);
    let mut data = vec![0x81, 0x04];
    data.extend_from_slice(&u32::try_from(blocks).ok()?.to_be_bytes());
    data.extend_from_slice(&[0x90, 0x20]);
    data.extend(state.iter().flat_map(|word| word.to_be_bytes()));
    data.extend_from_slice(&[0x80, tail.len() as u8]);
    data.extend_from_slice(tail);
    Some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    #[test]
    fn published_states() {
        let long = of(&[b'A'; 65]).unwrap();
        assert_eq!(
            hex(&long),
            "8104000000019020\
             6CB7244102F65790145141E105D2C3D387A1D91E9CEDA13A4A3D25DD87BEEA05\
             800141"
        );
        let full = of(&[b'A'; 64]).unwrap();
        assert_eq!(
            hex(&full[..40]),
            "8104000000009020\
             6A09E667BB67AE853C6EF372A54FF53A510E527F9B05688C1F83D9AB5BE0CD19"
        );
        assert_eq!(full[40..42], [0x80, 0x40]);
        assert_eq!(full.len(), 42 + 64);
        assert_eq!(of(b""), None);
    }
}
