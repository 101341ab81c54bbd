//! What a command is by its instruction (ISO 7816-4, table 4.2, and ISO 7816-8), as far as it
//! matters for what may be shown of it.

/// Kinds of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SELECT: names and paths.
    Select,
    /// Reads, and says which object or key is meant.
    Read,
    /// VERIFY and its kin: a PIN, or the wish for the counter.
    Verify,
    /// CHANGE REFERENCE DATA, RESET RETRY COUNTER: two secrets.
    Replace,
    /// Opens a session, or proves that a key is known: challenges and cryptograms.
    Authenticate,
    /// Signs or hashes.
    Compute,
    /// Deciphers, or agrees on a key: what comes out is secret.
    Decipher,
    /// Writes: it may be a key.
    Write,
    /// Of the card's own.
    Other,
}

impl Kind {
    /// Made to carry a PIN: its data is one, whatever it looks like.
    pub fn is_for_pins(self) -> bool {
        matches!(self, Self::Verify | Self::Replace)
    }
}

/// By CLA INS P1 P2.
pub fn kind(header: &[u8; 4]) -> Kind {
    let [class, instruction, p1, _] = *header;
    match instruction {
        0x20 | 0x21 => Kind::Verify,
        0x24 | 0x25 | 0x2C | 0x2D => Kind::Replace,
        0xA4 => Kind::Select,
        0xB0..=0xB3 | 0xC0 | 0xCA..=0xCD | 0x22 | 0x46 | 0x47 | 0x70 | 0xA0..=0xA5 => Kind::Read,
        // PERFORM SECURITY OPERATION: 9E a signature comes out, 90 a hash.
        0x2A if matches!(p1, 0x9E | 0x90) => Kind::Compute,
        0x2A | 0x2B => Kind::Decipher,
        0x82..=0x89 => Kind::Authenticate,
        // INITIALIZE UPDATE of GlobalPlatform, and of cards that borrow it.
        0x50 if class >= 0x80 => Kind::Authenticate,
        0x0C..=0x0F | 0xD0..=0xDF | 0xE0..=0xEF => Kind::Write,
        _ => Kind::Other,
    }
}
