//! Who may do what, sheet §3: a proven secret gives a level, an access byte asks for one.
//!
//! The level is byte 7 of INSTALL SECRET: 6 with the user's PIN, 8 with the security
//! officer's, and F with the plain PIN of OpenSC's erasing, which is why that may
//! delete what "nobody" may. A file creation opens its directory until the session ends:
//! otherwise a master file that nobody may write to could never be filled.

use super::Epass;

/// The level of the user's PIN.
pub(super) const USER: u8 = 0x06;
/// The level of the security officer's PIN (PUK).
pub(super) const OFFICER: u8 = 0x08;

/// Whoever speaks secure messaging.
pub(super) const EVERYONE: u8 = 0x90;
/// Access bytes of finished images.
pub(super) const BY_USER: u8 = 0x90 | USER;
pub(super) const ONLY_USER: u8 = 0xB0 | USER;
pub(super) const BY_OFFICER: u8 = 0x90 | OFFICER;
pub(super) const ONLY_OFFICER: u8 = 0xB0 | OFFICER;
/// Not used: nobody.
pub(super) const NEVER: u8 = 0xFF;

/// How the byte compares, in its high nibble.
mod method {
    pub const UNEQUAL: u8 = 0x80;
    pub const NOT_LESS: u8 = 0x90;
    pub const LESS: u8 = 0xA0;
    pub const EQUAL: u8 = 0xB0;
}

impl Epass {
    /// Whether the level reached satisfies this access byte.
    pub(super) fn allows(&self, access: u8) -> bool {
        let (level, asked) = (self.dialogue.level, access & 0x0F);
        match access & 0xF0 {
            method::UNEQUAL => level != asked,
            method::NOT_LESS => level >= asked,
            method::LESS => level < asked,
            method::EQUAL => level == asked,
            _ => false,
        }
    }

    /// Whether this directory was created in this session.
    pub(super) fn is_open(&self, directory: &[u16]) -> bool {
        self.dialogue.created.iter().any(|path| path == directory)
    }
}
