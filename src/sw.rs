//! Status words (ISO 7816-4, 5.6).

use std::fmt;

use crate::language::Language;

/// SW1 and SW2 as the card sent them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Normal processing.
    pub const OK: Self = Self(0x9000);
    /// Verification failed, no counter told.
    pub const VERIFY_FAILED: Self = Self(0x6300);
    /// A key waited for a touch, and none came (CanoKey; sheet PIV, 9.2).
    pub const NOT_TOUCHED: Self = Self(0x6600);
    /// Wrong length: Lc or Le, or no extended length at all.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// A PIN is needed first.
    pub const SECURITY_STATUS: Self = Self(0x6982);
    /// The PIN or PUK is blocked.
    pub const BLOCKED: Self = Self(0x6983);
    /// Conditions of use not satisfied.
    pub const CONDITIONS: Self = Self(0x6985);
    /// Bad data field.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// Function not supported.
    pub const FUNCTION: Self = Self(0x6A81);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// Bad P1 P2.
    pub const WRONG_P1P2: Self = Self(0x6A86);
    /// No such PIN, key or data object.
    pub const NO_REFERENCE: Self = Self(0x6A88);
    /// Unknown instruction: often, another applet was selected meanwhile.
    pub const UNKNOWN_INS: Self = Self(0x6D00);
    /// Unknown class.
    pub const UNKNOWN_CLA: Self = Self(0x6E00);
    /// No reason is given (ISO 7816-4, 5.6).
    pub const UNSPECIFIED: Self = Self(0x6F00);

    /// Command completed.
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// SW1.
    pub fn sw1(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// SW2.
    pub fn sw2(self) -> u8 {
        self.0 as u8
    }

    /// `63Cx`: the counter x.
    pub fn counter(self) -> Option<u8> {
        (self.0 & 0xFFF0 == 0x63C0).then_some((self.0 & 0x0F) as u8)
    }

    /// What a status word says in plain words, for a report; `None` where the
    /// standard has no meaning for it.
    pub fn meaning(self, language: Language) -> Option<String> {
        Some(match self.0 {
            0x9000 => language.say("sw-ok"),
            0x6283 => language.say("sw-deactivated"),
            0x6300 => language.say("sw-verify-untold"),
            0x63C0..=0x63CF => language.say("sw-verify"),
            0x6581 => language.say("sw-memory"),
            0x6600 => language.say("sw-touch"),
            0x6700 => language.say("sw-length"),
            0x6881..=0x6884 => language.say("sw-channel"),
            0x6982 => language.say("sw-security"),
            0x6983 => language.say("sw-blocked"),
            0x6984 => language.say("sw-unusable"),
            0x6985 => language.say("sw-conditions"),
            0x6987 | 0x6988 => language.say("sw-messaging"),
            0x6A80 => language.say("sw-data"),
            0x6A81 => language.say("sw-function"),
            0x6A82 => language.say("sw-not-found"),
            0x6A84 => language.say("sw-full"),
            0x6A86 | 0x6B00 => language.say("sw-parameters"),
            0x6A88 => language.say("sw-reference"),
            0x6D00 => language.say("sw-instruction"),
            0x6E00 => language.say("sw-class"),
            0x6F00 => language.say("sw-unspecified"),
            _ => return None,
        })
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SW {self}")
    }
}
