//! The products that were seen (sheet OpenPGP, §13 and §15); of YubiKey, ZeitControl
//! and Gnuk what documents say.

use super::product::{
    AidMatch, Certificates, Clears, EcInput, EmptyVerify, Product, RsaInput, SelectData, Selection,
    Wrong,
};
use crate::emulator::apdu::sw;

/// Get challenge, import, PW1 status, private objects, algorithm attributes; certificates
/// and special objects of 0x480 bytes.
const CAPABILITIES: [u8; 10] = [0x7C, 0x00, 0x00, 0x20, 0x04, 0x80, 0x04, 0x80, 0x00, 0x00];
const WITH_KDF: [u8; 10] = [0x7D, 0x00, 0x00, 0x20, 0x04, 0x80, 0x04, 0x80, 0x00, 0x00];
const WITH_KDF_AND_MSE: [u8; 10] = [0x7D, 0x00, 0x00, 0x20, 0x04, 0x80, 0x04, 0x80, 0x00, 0x01];

/// What the specification says where it leaves no choice, and the commonest choice.
const STANDARD: Product = Product {
    name: "standard",
    version: [0x03, 0x04],
    manufacturer: 0xFFFF,
    historical: &[0x00, 0x31, 0xC5, 0x73, 0xC0, 0x01, 0xC0, 0x05, 0x90, 0x00],
    capabilities: CAPABILITIES,
    aid: AidMatch::Prefix,
    selection: Selection::Nothing,
    reselect_keeps: false,
    extended: true,
    more: 0xFF,
    tagged: &[0x6E, 0x7A],
    parts_alone: false,
    key_information: true,
    longest: [0x7F, 0x7F, 0x7F],
    checks_length: true,
    wrong: Wrong::ThenBlocked,
    wrong_clears: Clears::Own,
    empty_verify: EmptyVerify::Free,
    change_hides: false,
    checks_new: true,
    change_clears: true,
    reset_code: true,
    several: false,
    certificates: Certificates::Three,
    select_data: SelectData::Standard,
    ec_input: EcInput::Any,
    wide_halves: false,
    attribute_tail: false,
    rsa_input: RsaInput::TwoFifths,
    manages_environment: false,
    kdf: false,
    wants_le: false,
    no_key: sw::NO_REFERENCE,
    logs_out: true,
};

/// SmartPGP 3.0.4, a JavaCard.
pub const SMARTPGP: Product = Product {
    name: "smartpgp",
    manufacturer: 0x4354,
    historical: &[0x00, 0xC1, 0xC5, 0x73, 0xC0, 0x01, 0x80, 0x05, 0x90, 0x00],
    capabilities: WITH_KDF,
    tagged: &[0x6E, 0x7F66, 0xC1, 0xC2, 0xC3, 0xDE],
    key_information: false,
    wrong: Wrong::Never,
    wrong_clears: Clears::Both,
    ec_input: EcInput::Hashes,
    wide_halves: true,
    attribute_tail: true,
    rsa_input: RsaInput::Sha2,
    kdf: true,
    wants_le: true,
    ..STANDARD
};

/// CanoKey 3.0.2.
pub const CANOKEY: Product = Product {
    name: "canokey",
    manufacturer: 0xF1D0,
    historical: &[0x00, 0x31, 0xC5, 0x73, 0xC0, 0x01, 0x40, 0x05, 0x90, 0x00],
    aid: AidMatch::Six,
    reselect_keeps: true,
    tagged: &[0x65, 0x6E, 0x7A],
    longest: [0x40, 0x40, 0x40],
    empty_verify: EmptyVerify::Revokes,
    ec_input: EcInput::AtMost,
    ..STANDARD
};

/// pico-openpgp 4.6.
pub const PICO: Product = Product {
    name: "pico",
    manufacturer: 0xFFFE,
    historical: &[0x00, 0x31, 0x84, 0x73, 0x80, 0x01, 0xC0, 0x05, 0x90, 0x00],
    capabilities: WITH_KDF_AND_MSE,
    aid: AidMatch::Beginning,
    more: 0x00,
    tagged: &[],
    parts_alone: true,
    checks_length: false,
    wrong: Wrong::CountedThenBlocked,
    wrong_clears: Clears::Nothing,
    checks_new: false,
    change_clears: false,
    reset_code: false,
    several: true,
    certificates: Certificates::Unreadable,
    select_data: SelectData::WantsPassword,
    rsa_input: RsaInput::Any,
    kdf: true,
    no_key: sw::EXECUTION,
    ..STANDARD
};

/// Nitrokey 3: opcard 1.11.0.
pub const OPCARD: Product = Product {
    name: "opcard",
    manufacturer: 0x000F,
    historical: &[0x00, 0x31, 0xF5, 0x73, 0xC0, 0x01, 0x60, 0x05, 0x90, 0x00],
    capabilities: WITH_KDF_AND_MSE,
    reselect_keeps: true,
    tagged: &[],
    parts_alone: true,
    checks_length: false,
    wrong: Wrong::Counted,
    wrong_clears: Clears::Nothing,
    change_hides: true,
    change_clears: false,
    ec_input: EcInput::Exact,
    attribute_tail: true,
    rsa_input: RsaInput::Any,
    manages_environment: true,
    kdf: true,
    ..STANDARD
};

/// YubiKey 5 from firmware 5.4.4 on.
pub const YUBIKEY5: Product = Product {
    name: "yubikey5",
    manufacturer: 0x0006,
    historical: &[0x00, 0x73, 0x00, 0x00, 0xE0, 0x05, 0x90, 0x00],
    capabilities: WITH_KDF,
    kdf: true,
    ..STANDARD
};

/// YubiKey 5, firmware 5.2.0 to 5.4.3: SELECT DATA wants a byte more, log-out is not
/// known.
pub const YUBIKEY52: Product = Product {
    name: "yubikey52",
    select_data: SelectData::ExtraLength,
    logs_out: false,
    ..YUBIKEY5
};

/// ZeitControl's card 2.1: one certificate, no SELECT DATA, no empty VERIFY.
pub const ZEITCONTROL: Product = Product {
    name: "zeitcontrol",
    version: [0x02, 0x01],
    manufacturer: 0x0005,
    historical: &[0x00, 0x31, 0xC5, 0x73, 0xC0, 0x01, 0x40, 0x05, 0x90, 0x00],
    selection: Selection::ControlInformation,
    key_information: false,
    longest: [0x20, 0x20, 0x20],
    empty_verify: EmptyVerify::Refused,
    certificates: Certificates::One,
    select_data: SelectData::Unknown,
    logs_out: false,
    ..STANDARD
};

/// Gnuk, Nitrokey Start: short APDUs and chaining only.
pub const GNUK: Product = Product {
    name: "gnuk",
    version: [0x02, 0x00],
    manufacturer: 0xF517,
    historical: &[0x00, 0x31, 0x84, 0x73, 0x80, 0x01, 0x80, 0x05, 0x90, 0x00],
    extended: false,
    key_information: false,
    certificates: Certificates::OneOrAbsent,
    select_data: SelectData::Unknown,
    logs_out: false,
    ..STANDARD
};

/// What is said of cards before 3.1: an empty VERIFY costs a try.
pub const OVERCHARGED: Product = Product {
    name: "overcharged",
    empty_verify: EmptyVerify::Costs,
    ..ZEITCONTROL
};

/// All of them.
pub const ALL: [Product; 9] = [
    SMARTPGP,
    CANOKEY,
    PICO,
    OPCARD,
    YUBIKEY5,
    YUBIKEY52,
    ZEITCONTROL,
    GNUK,
    OVERCHARGED,
];
