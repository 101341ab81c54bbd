//! API keys: `ss_live_` or `ss_test_`, thirty random characters, and six that check them.
//!
//! The last six are CRC-32 of all before them in base 62, so that a typing error is known
//! without a query, and so that scanners find leaked keys. Of a key its SHA-256 is kept: it is
//! random, so that there is nothing to guess and no slow hash is needed.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM: usize = 30;
const CHECK: usize = 6;

/// SHA-256 of a whole key.
pub type KeyHash = [u8; 32];

/// A new key.
pub fn generate(live: bool) -> Result<Zeroizing<String>, getrandom::Error> {
    let mut key = Zeroizing::new(prefix(live).to_owned());
    key.push_str(&random(RANDOM)?);
    let check = check(&key);
    key.push_str(&check);
    Ok(key)
}

/// Whether it is a key with the right check characters; `Some(true)` for a live one.
pub fn kind(key: &str) -> Option<bool> {
    let live = [true, false]
        .into_iter()
        .find(|live| key.starts_with(prefix(*live)))?;
    let right = key.len() == prefix(live).len() + RANDOM + CHECK && key.is_ascii();
    let (body, end) = key.split_at_checked(key.len().checked_sub(CHECK)?)?;
    (right && check(body) == end).then_some(live)
}

/// What is kept of it.
pub fn hash(text: &str) -> KeyHash {
    Sha256::digest(text.as_bytes()).into()
}

/// Text of this many random characters, each with 62 values.
pub fn random(length: usize) -> Result<String, getrandom::Error> {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)?;
        // 248 is four times 62: above it some characters would come more often.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let characters = fair.map(|byte| char::from(ALPHABET[usize::from(*byte) % 62]));
        text.extend(characters.take(length - text.len()));
    }
    Ok(text)
}

/// Bytes as a number in base 62, with as many digits as such a number can have.
pub fn base62(bytes: &[u8; 32]) -> String {
    const DIGITS: usize = 43;
    let mut number = bytes.to_vec();
    let mut digits = vec![0; DIGITS];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or_default();
            rest = value % 62;
        }
        *digit = ALPHABET[rest as usize];
    }
    digits.into_iter().map(char::from).collect()
}

fn prefix(live: bool) -> &'static str {
    if live { "ss_live_" } else { "ss_test_" }
}

fn check(body: &str) -> String {
    let mut bytes = [0; 32];
    bytes[28..].copy_from_slice(&crc32fast::hash(body.as_bytes()).to_be_bytes());
    let text = base62(&bytes);
    text[text.len() - CHECK..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slip_of_one_character_is_seen() {
        let key = generate(false).unwrap();
        assert_eq!(kind(&key), Some(false));
        for place in 0..key.len() {
            let mut slipped = key.as_bytes().to_vec();
            slipped[place] = if slipped[place] == b'x' { b'y' } else { b'x' };
            assert_eq!(kind(&String::from_utf8(slipped).unwrap()), None);
        }
        for (a, b) in [("", ""), ("ss_live_", ""), ("ss_test_", "ü")] {
            assert_eq!(kind(&format!("{a}{b}")), None);
        }
        assert_eq!(kind(&key[..key.len() - 1]), None);
        assert_eq!(kind(&format!("{}0", *key)), None);
    }

    /// CRC-32 of "123456789" is CBF43926 in every table of checksums; in base 62, by hand:
    /// 3421780262 = 3·62⁵ + 45·62⁴ + 35·62³ + 27·62² + 22·62 + 14.
    #[test]
    fn the_check_characters_are_crc_32_in_base_62() {
        let digits = [3, 45, 35, 27, 22, 14];
        let number = digits
            .iter()
            .fold(0u64, |number, digit| number * 62 + digit);
        assert_eq!(number, 0xCBF4_3926);
        let expected: String = digits
            .iter()
            .map(|d| char::from(ALPHABET[*d as usize]))
            .collect();
        assert_eq!(check("123456789"), expected);
    }

    #[test]
    fn no_two_keys_are_alike() {
        let keys: std::collections::BTreeSet<String> = (0..100)
            .map(|_| generate(true).unwrap().to_string())
            .collect();
        assert_eq!(keys.len(), 100);
    }
}
