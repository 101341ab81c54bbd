//! PINs and their like, each with its counter.

use zeroize::Zeroizing;

use super::apdu::sw;

/// A PIN, PUK or administrator's PIN, as it is sent. It cannot be printed.
pub(crate) struct Secret {
    value: Option<Zeroizing<Vec<u8>>>,
    left: u8,
    most: u8,
}

impl Secret {
    /// A new one with all its tries.
    pub fn new(value: &[u8], most: u8) -> Self {
        Self {
            value: Some(Zeroizing::new(value.to_vec())),
            left: most,
            most,
        }
    }

    /// There is none.
    pub fn unset() -> Self {
        Self {
            value: None,
            left: 0,
            most: 0,
        }
    }

    pub fn is_set(&self) -> bool {
        self.value.is_some()
    }

    pub fn left(&self) -> u8 {
        self.left
    }

    pub fn most(&self) -> u8 {
        self.most
    }

    pub fn is_blocked(&self) -> bool {
        self.left == 0
    }

    pub fn len(&self) -> usize {
        self.value.as_ref().map_or(0, |value| value.len())
    }

    /// Compares; a wrong value costs a try, a right one restores them.
    pub fn present(&mut self, value: &[u8]) -> bool {
        if self.is_blocked() {
            return false;
        }
        let right = self.value.as_ref().is_some_and(|own| ***own == *value);
        self.left = if right { self.most } else { self.left - 1 };
        right
    }

    /// Another value, and all tries again.
    pub fn replace(&mut self, value: &[u8]) {
        *self = Self::new(value, self.most);
    }

    /// All tries again.
    pub fn refill(&mut self) {
        self.left = self.most;
    }

    /// 63Cx: the tries that are left; 6983: none.
    pub fn tries(&self) -> u16 {
        match self.left {
            0 => sw::BLOCKED,
            left => sw::TRIES | u16::from(left.min(0x0F)),
        }
    }
}
