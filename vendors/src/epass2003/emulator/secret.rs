//! A PIN, or a key that stands for one: sheet §4 and §7.2.

use zeroize::Zeroizing;

use super::status::sw;

/// Types of secrets.
pub(super) const PIN_KEY: u8 = 0x04;
pub(super) const PLAIN_PIN: u8 = 0x06;
/// Fields of INSTALL SECRET in front of the key.
const HEAD: usize = 10;

/// A secret in its directory. It cannot be printed.
pub(super) struct Secret {
    pub class: u8,
    pub kid: u8,
    /// Needed to replace it.
    pub modify: u8,
    /// The level that knowing it gives.
    pub level: u8,
    pub most: u8,
    pub left: u8,
    pub key: Zeroizing<Vec<u8>>,
}

impl Secret {
    pub fn parse(data: &[u8]) -> Option<Self> {
        let (head, key) = data.split_at_checked(HEAD)?;
        let [class, kid, _, modify, _, _, _, level, _, counter] = *head else {
            return None;
        };
        let right_length = match class {
            PIN_KEY => key.len() == 24,
            PLAIN_PIN => (1..=255).contains(&key.len()),
            // Keys of secure messaging: defined, and no use is known.
            0x01 | 0x02 => key.len() == 16,
            _ => false,
        };
        right_length.then(|| Self {
            class,
            kid,
            modify,
            level,
            most: counter >> 4,
            left: counter & 0x0F,
            key: Zeroizing::new(key.to_vec()),
        })
    }

    /// Spends a try; right answers give it back.
    pub fn attempt(&mut self, right: impl FnOnce(&[u8]) -> bool, blocked: u16) -> Result<u8, u16> {
        self.left = self.left.checked_sub(1).ok_or(blocked)?;
        if !right(&self.key) {
            return Err(sw::TRIES | u16::from(self.left));
        }
        self.left = self.most;
        Ok(self.level)
    }
}
