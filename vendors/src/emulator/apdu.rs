//! Command APDUs as they arrive: ISO/IEC 7816-4:2013 §5.1, 7816-3:2006 §12.1.3.

/// Status words: ISO/IEC 7816-4:2013 §5.1.3, SP 800-73-4 Part 2 §3.
pub(crate) mod sw {
    pub const OK: u16 = 0x9000;
    /// 61xx: xx more bytes wait for GET RESPONSE.
    pub const MORE: u16 = 0x6100;
    /// OpenPGP: the application is terminated.
    pub const TERMINATED: u16 = 0x6285;
    /// 63Cx: x tries are left.
    pub const TRIES: u16 = 0x63C0;
    /// 6300: wrong, without a counter; with a low nibble the NEO's counter.
    pub const NO_INFO: u16 = 0x6300;
    /// Execution error, nothing changed.
    pub const EXECUTION: u16 = 0x6400;
    pub const WRONG_LENGTH: u16 = 0x6700;
    pub const CHANNEL: u16 = 0x6881;
    pub const SECURE_MESSAGING: u16 = 0x6882;
    /// Chains of commands are not known.
    pub const CHAINING: u16 = 0x6884;
    pub const SECURITY_STATUS: u16 = 0x6982;
    pub const BLOCKED: u16 = 0x6983;
    /// The PIN or the data cannot be used as they are.
    pub const NOT_USABLE: u16 = 0x6984;
    pub const CONDITIONS: u16 = 0x6985;
    /// No file is selected.
    pub const NO_FILE: u16 = 0x6986;
    pub const BAD_DATA: u16 = 0x6A80;
    pub const FUNCTION: u16 = 0x6A81;
    pub const NOT_FOUND: u16 = 0x6A82;
    pub const WRONG_P1P2: u16 = 0x6A86;
    pub const NO_REFERENCE: u16 = 0x6A88;
    /// A file with this identifier is there.
    pub const EXISTS: u16 = 0x6A89;
    /// The offset is outside of the file.
    pub const OFFSET: u16 = 0x6B00;
    /// 6Cxx: ask again with Le = xx.
    pub const WRONG_LE: u16 = 0x6C00;
    pub const UNKNOWN_INS: u16 = 0x6D00;
    pub const UNKNOWN_CLA: u16 = 0x6E00;
    pub const UNKNOWN: u16 = 0x6F00;
}

/// Instructions: SP 800-73-4 Part 2 §3, Yubico PIV extensions.
pub(crate) mod ins {
    pub const VERIFY: u8 = 0x20;
    pub const CHANGE_REFERENCE_DATA: u8 = 0x24;
    pub const RESET_RETRY_COUNTER: u8 = 0x2C;
    pub const GENERAL_AUTHENTICATE: u8 = 0x87;
    pub const SELECT: u8 = 0xA4;
    pub const GET_RESPONSE: u8 = 0xC0;
    pub const GET_DATA: u8 = 0xCB;
    pub const METADATA: u8 = 0xF7;
    pub const SERIAL: u8 = 0xF8;
    pub const RESET: u8 = 0xFB;
    pub const VERSION: u8 = 0xFD;
}

/// Bit 5 of an interindustry class byte: this is not the last block of a chain.
const CLA_CHAINING: u8 = 0x10;
/// Le coded as zero, short and extended.
const NE_SHORT: usize = 256;
const NE_EXTENDED: usize = 65_536;

/// A decoded command. It can hold a PIN, so it cannot be printed.
pub(crate) struct Command {
    pub cla: u8,
    pub ins: u8,
    pub p1: u8,
    pub p2: u8,
    pub data: Vec<u8>,
    /// Expected response length; `None` when no Le was sent.
    pub ne: Option<usize>,
    pub extended: bool,
}

impl Command {
    /// Decodes all seven cases; `None` means the lengths do not add up (6700).
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (header, body) = bytes.split_first_chunk::<4>()?;
        let [cla, ins, p1, p2] = *header;
        let (data, ne, extended): (&[u8], Option<usize>, bool) = match *body {
            [] => (&[], None, false),
            [le] => (&[], Some(short_ne(le)), false),
            [0, high, low] => (&[], Some(extended_ne(high, low)), true),
            [0, high, low, ref rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([high, low]));
                let (data, le) = split(rest, lc)?;
                match *le {
                    [] => (data, None, true),
                    [high, low] => (data, Some(extended_ne(high, low)), true),
                    _ => return None,
                }
            }
            [lc, ref rest @ ..] => {
                let (data, le) = split(rest, usize::from(lc))?;
                match *le {
                    [] => (data, None, false),
                    [le] => (data, Some(short_ne(le)), false),
                    _ => return None,
                }
            }
        };
        Some(Self {
            cla,
            ins,
            p1,
            p2,
            data: data.to_vec(),
            ne,
            extended,
        })
    }

    /// More blocks of this command follow.
    pub fn is_chained(&self) -> bool {
        self.cla & CLA_CHAINING != 0
    }

    /// The three bytes that all blocks of one chain share.
    pub fn header(&self) -> [u8; 3] {
        [self.ins, self.p1, self.p2]
    }

    /// P1 and P2 as one number.
    pub fn p1p2(&self) -> u16 {
        u16::from_be_bytes([self.p1, self.p2])
    }
}

/// Splits off a non-empty data field; `None` when it is empty or cut short.
fn split(bytes: &[u8], lc: usize) -> Option<(&[u8], &[u8])> {
    if lc == 0 {
        return None;
    }
    bytes.split_at_checked(lc)
}

fn short_ne(le: u8) -> usize {
    match le {
        0 => NE_SHORT,
        n => usize::from(n),
    }
}

fn extended_ne(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => NE_EXTENDED,
        n => usize::from(n),
    }
}

/// What a command comes to: data only together with 9000.
pub(crate) type Reply = Result<Vec<u8>, u16>;
