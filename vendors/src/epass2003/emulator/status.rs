//! Status words and instructions, sheet §6 and §7.2.

/// Status words.
pub(super) mod sw {
    pub const OK: u16 = 0x9000;
    /// 63Cx: x tries are left.
    pub const TRIES: u16 = 0x63C0;
    pub const WRONG_LENGTH: u16 = 0x6700;
    pub const SECURITY_STATUS: u16 = 0x6982;
    pub const BLOCKED: u16 = 0x6983;
    pub const CONDITIONS: u16 = 0x6985;
    pub const NO_CURRENT_FILE: u16 = 0x6986;
    pub const SM_OBJECTS_MISSING: u16 = 0x6987;
    pub const SM_OBJECTS_WRONG: u16 = 0x6988;
    pub const BAD_DATA: u16 = 0x6A80;
    pub const FILE_NOT_FOUND: u16 = 0x6A82;
    pub const RECORD_NOT_FOUND: u16 = 0x6A83;
    pub const NO_MEMORY: u16 = 0x6A84;
    pub const WRONG_P1P2: u16 = 0x6A86;
    pub const KEY_NOT_FOUND: u16 = 0x6A88;
    pub const FILE_EXISTS: u16 = 0x6A89;
    pub const NAME_EXISTS: u16 = 0x6A8A;
    pub const PAST_END: u16 = 0x6B00;
    /// 6Cxx: read again with this length.
    pub const EXACT_LENGTH: u16 = 0x6C00;
    pub const UNKNOWN_INS: u16 = 0x6D00;
    pub const UNKNOWN_CLA: u16 = 0x6E00;
    pub const RSA_FAILED: u16 = 0x6F83;
    /// No key of this number in the directory.
    pub const NO_SECRET: u16 = 0x9403;
}

/// Instructions; two classes share some.
pub(super) mod ins {
    pub const VERIFY: u8 = 0x20;
    pub const MANAGE_ENVIRONMENT: u8 = 0x22;
    pub const PERFORM_OPERATION: u8 = 0x2A;
    pub const LIST_FILES: u8 = 0x34;
    pub const GENERATE: u8 = 0x46;
    pub const INITIALIZE_UPDATE: u8 = 0x50;
    pub const EXTERNAL_AUTHENTICATE: u8 = 0x82;
    pub const GET_CHALLENGE: u8 = 0x84;
    pub const SELECT: u8 = 0xA4;
    pub const READ_BINARY: u8 = 0xB0;
    pub const READ_RECORD: u8 = 0xB2;
    pub const READ_PUBLIC_KEY: u8 = 0xB4;
    pub const GET_DATA: u8 = 0xCA;
    pub const UPDATE_BINARY: u8 = 0xD6;
    pub const UPDATE_RECORD: u8 = 0xDC;
    pub const CREATE: u8 = 0xE0;
    pub const APPEND_RECORD: u8 = 0xE2;
    pub const INSTALL_SECRET: u8 = 0xE3;
    pub const DELETE: u8 = 0xE4;
    pub const REPLACE_SECRET: u8 = 0xE5;
    pub const IMPORT_KEY: u8 = 0xE7;
}
