//! Status words (ISO 7816-4, 5.6).

use std::fmt;

/// SW1 and SW2 as the card sent them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Normal processing.
    pub const OK: Self = Self(0x9000);
    /// The file or record ended before Le was reached.
    pub const END: Self = Self(0x6282);
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
    /// Reference data not usable: a transport PIN, for instance.
    pub const NOT_USABLE: Self = Self(0x6984);
    /// Conditions of use not satisfied.
    pub const CONDITIONS: Self = Self(0x6985);
    /// Bad data field.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// Function not supported.
    pub const FUNCTION: Self = Self(0x6A81);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// Record not found.
    pub const NO_RECORD: Self = Self(0x6A83);
    /// Bad P1 P2.
    pub const WRONG_P1P2: Self = Self(0x6A86);
    /// No such PIN, key or data object.
    pub const NO_REFERENCE: Self = Self(0x6A88);
    /// Wrong P1 P2; of an offset: it is behind the end of the file.
    pub const BEHIND_END: Self = Self(0x6B00);
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

    /// What it says in plain words; `None` where the standard has no meaning for it.
    pub fn meaning(self) -> Option<&'static str> {
        Some(match self.0 {
            0x9000 => "ok",
            0x6283 => "file deactivated",
            0x6300 => "verification failed, tries left not told",
            0x63C0..=0x63CF => "verification failed",
            0x6581 => "memory failure",
            0x6600 => "no touch, or a security condition of the card",
            0x6700 => "wrong length",
            0x6881..=0x6884 => "channel, secure messaging or chaining not supported",
            0x6982 => "security status not satisfied (PIN needed)",
            0x6983 => "PIN or PUK blocked",
            0x6984 => "reference data not usable",
            0x6985 => "conditions of use not satisfied",
            0x6987 | 0x6988 => "secure messaging object missing or incorrect",
            0x6A80 => "bad data",
            0x6A81 => "function not supported",
            0x6A82 => "file or application not found",
            0x6A84 => "not enough memory",
            0x6A86 | 0x6B00 => "wrong P1 P2",
            0x6A88 => "no such PIN, key or data object",
            0x6D00 => "instruction not supported (or another applet is selected)",
            0x6E00 => "class not supported",
            0x6F00 => "unspecified error",
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
