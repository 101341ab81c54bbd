//! What products do differently (sheet OpenPGP, §13 and §15).

/// A product's habits. The constants in this module are the ones that were seen.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Short, for command lines.
    pub name: &'static str,
    /// BCD, as in the AID.
    pub version: [u8; 2],
    /// As in the AID.
    pub manufacturer: u16,
    /// Of the answer to reset, and 5F52.
    pub historical: &'static [u8],
    /// C0.
    pub capabilities: [u8; 10],
    /// Which names SELECT takes.
    pub aid: AidMatch,
    /// What SELECT answers beside 9000.
    pub selection: Selection,
    /// Selecting again keeps what is verified.
    pub reselect_keeps: bool,
    /// Extended APDUs are understood.
    pub extended: bool,
    /// SW2 of 61xx where more than 255 bytes are left.
    pub more: u8,
    /// Data objects that GET DATA answers with their own tag in front.
    pub tagged: &'static [u16],
    /// Objects of 6E and 65 that GET DATA knows by themselves too.
    pub parts_alone: bool,
    /// Key information DE is listed in 73.
    pub key_information: bool,
    /// Most bytes of PW1, reset code and PW3.
    pub longest: [u8; 3],
    /// A wrong length is refused with 6700 and free; else compared, and a try.
    pub checks_length: bool,
    /// How a wrong password is answered.
    pub wrong: Wrong,
    /// What a wrong password does to what is verified.
    pub wrong_clears: Clears,
    /// VERIFY without data.
    pub empty_verify: EmptyVerify,
    /// CHANGE with a wrong old value always answers 6300.
    pub change_hides: bool,
    /// CHANGE and RESET RETRY COUNTER refuse a new value of a wrong length.
    pub checks_new: bool,
    /// CHANGE leaves PW1 unverified.
    pub change_clears: bool,
    /// The reset code works; else the command fails with 6400.
    pub reset_code: bool,
    /// C4, first byte, from the factory.
    pub several: bool,
    /// Where certificates are.
    pub certificates: Certificates,
    /// How SELECT DATA wants to be asked.
    pub select_data: SelectData,
    /// Inputs to ECDSA.
    pub ec_input: EcInput,
    /// ECDSA answers two halves with a byte too many where one begins with a set bit.
    pub wide_halves: bool,
    /// OIDs of EC attributes end with FF.
    pub attribute_tail: bool,
    /// Inputs to RSA.
    pub rsa_input: RsaInput,
    /// MANAGE SECURITY ENVIRONMENT swaps DEC and AUT; else 6D00.
    pub manages_environment: bool,
    /// F9 can be stored.
    pub kdf: bool,
    /// A public key is answered only to a command with Le (else 6F00).
    pub wants_le: bool,
    /// What a command for a key that is not there answers.
    pub no_key: u16,
    /// VERIFY with P1 = FF logs out.
    pub logs_out: bool,
}

/// Names that SELECT takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AidMatch {
    /// Any beginning of the full name from five bytes on.
    Prefix,
    /// Exactly the six bytes.
    Six,
    /// Whatever begins with the six bytes.
    Beginning,
}

impl AidMatch {
    /// Whether this name means the application with that full one.
    pub fn takes(self, name: &[u8], full: &[u8]) -> bool {
        match self {
            Self::Prefix => name.len() >= 5 && full.starts_with(name),
            Self::Six => name == &full[..6],
            Self::Beginning => name.starts_with(&full[..6]),
        }
    }
}

/// What SELECT answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Nothing but 9000.
    Nothing,
    /// `6F L 84 10 <AID>`.
    ControlInformation,
}

/// How a wrong password is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// 6982, also when it is blocked, and to the right one then.
    Never,
    /// 6982, and 6983 from the try on that uses up the last one.
    ThenBlocked,
    /// 63Cx, and 6983 from the try on that uses up the last one.
    CountedThenBlocked,
    /// 63Cx, and 63C0 when it is blocked.
    Counted,
}

/// What a wrong PW1 does to an earlier verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clears {
    /// 81 and 82.
    Both,
    /// The one that failed.
    Own,
    /// Neither.
    Nothing,
}

/// VERIFY without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyVerify {
    /// 9000 or 63Cx, free.
    Free,
    /// The same, but what was verified is void afterwards.
    Revokes,
    /// 6700, free.
    Refused,
    /// A try is lost (known of cards before 3.1).
    Costs,
}

/// Where certificates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// Three occurrences of 7F21.
    Three,
    /// One, that of the AUT key.
    One,
    /// One, and 6A88 where it is empty.
    OneOrAbsent,
    /// Stored, and never given back.
    Unreadable,
}

/// How SELECT DATA wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectData {
    /// `60 04 5C 02 7F 21`.
    Standard,
    /// `06 60 04 5C 02 7F 21` (YubiKey 5.2.0 to 5.4.3).
    ExtraLength,
    /// 6982 unless a password is verified.
    WantsPassword,
    /// 6D00.
    Unknown,
}

/// Inputs to ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcInput {
    /// The length of the curve; others 6985.
    Exact,
    /// The lengths of hashes, cut to the curve; others 6985.
    Hashes,
    /// At most the length of the curve; longer 6700.
    AtMost,
    /// All, cut to the curve.
    Any,
}

/// Inputs to RSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaInput {
    /// Two fifths of the modulus (Functional Specification 7.2.10).
    TwoFifths,
    /// DigestInfo of SHA-256, SHA-384 and SHA-512 only.
    Sha2,
    /// Whatever can be padded.
    Any,
}
