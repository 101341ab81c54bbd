//! Key references and the objects that belong to them.

/// A key reference, SP 800-73-4 Part 1 table 4b.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(u8);

/// The retired key management keys are 82 to 95.
const FIRST_RETIRED: u8 = 0x82;
const LAST_RETIRED: u8 = 0x95;

impl Slot {
    /// 9A, PIV authentication.
    pub const AUTHENTICATION: Slot = Slot(0x9A);
    /// 9C, digital signature.
    pub const SIGNATURE: Slot = Slot(0x9C);
    /// 9D, key management.
    pub const KEY_MANAGEMENT: Slot = Slot(0x9D);
    /// 9E, card authentication.
    pub const CARD_AUTHENTICATION: Slot = Slot(0x9E);

    /// The n-th retired key management key, counted from 1 to 20.
    pub fn retired(number: u8) -> Option<Self> {
        let reference = FIRST_RETIRED.checked_add(number.checked_sub(1)?)?;
        Self::from_reference(reference)
    }

    /// The slot that P2 of GENERAL AUTHENTICATE names.
    pub fn from_reference(reference: u8) -> Option<Self> {
        match reference {
            0x9A | 0x9C..=0x9E | FIRST_RETIRED..=LAST_RETIRED => Some(Self(reference)),
            _ => None,
        }
    }

    /// The key reference byte.
    pub fn reference(self) -> u8 {
        self.0
    }

    /// The tag of the certificate object.
    pub fn object(self) -> u32 {
        match self.0 {
            0x9A => 0x5F_C105,
            0x9C => 0x5F_C10A,
            0x9D => 0x5F_C10B,
            0x9E => 0x5F_C101,
            retired => 0x5F_C10D + u32::from(retired.wrapping_sub(FIRST_RETIRED)),
        }
    }

    /// 82 to 95.
    pub fn is_retired(self) -> bool {
        (FIRST_RETIRED..=LAST_RETIRED).contains(&self.0)
    }
}

/// When a key wants the PIN, in the numbering of Yubico's GET METADATA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinPolicy {
    /// Never (01).
    Never,
    /// Once a session (02).
    Once,
    /// For every use (03).
    Always,
}

impl PinPolicy {
    pub(super) fn code(self) -> u8 {
        match self {
            PinPolicy::Never => 1,
            PinPolicy::Once => 2,
            PinPolicy::Always => 3,
        }
    }
}
