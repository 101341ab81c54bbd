//! What a token says of itself before anybody asks for a secret: sheet §1 and §2.2.

/// P1 and P2 of GET DATA.
pub(super) const CAPABILITIES: u16 = 0x0186;
pub(super) const SERIAL: u16 = 0x0180;

/// ATR in front of the version: T=1, "fFS" in the historical bytes.
const ATR_HEAD: [u8; 12] = [
    0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05,
];
const ATR_MIDDLE: [u8; 4] = [0x71, 0xDF, 0x00, 0x00];
/// An answer seen to INITIALIZE UPDATE; its content is of no use.
const DIVERSIFICATION: [u8; 13] = [6, 5, 4, 3, 2, 1, 0x17, 5, 0x12, 1, 0xFF, 1, 0];

/// How secure messaging works, as GET DATA 01 86 tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Two-key 3DES.
    Des,
    /// AES-128.
    Aes,
    /// AES-128 with session keys and codes after SCP03. What its response codes look
    /// like is a guess.
    Fips,
    /// No secure messaging.
    Plain,
}

/// The life-cycle bytes of the ATR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// 03 and the status word of selecting the master file.
    Status,
    /// These.
    Fixed([u8; 3]),
}

pub(super) struct Identity {
    pub version: [u8; 3],
    pub tail: Tail,
    pub serial: [u8; 8],
    pub capabilities: Vec<u8>,
}

impl Identity {
    pub fn atr(&self, has_master: bool) -> Vec<u8> {
        let tail = match self.tail {
            Tail::Fixed(tail) => tail,
            Tail::Status if has_master => [0x03, 0x90, 0x00],
            Tail::Status => [0x03, 0x6A, 0x82],
        };
        let mut atr = [&ATR_HEAD[..], &self.version, &ATR_MIDDLE, &tail].concat();
        // ISO/IEC 7816-3:2006 §8.2.5.
        let check = atr.iter().skip(1).fold(0, |sum, byte| sum ^ byte);
        atr.push(check);
        atr
    }
}

/// The list of GET DATA 01 86: OpenSC looks at fixed places in it, so the order stays.
pub(super) fn capabilities(mode: Mode, ec: bool, serial: [u8; 8]) -> Vec<u8> {
    let cipher = u8::from(mode != Mode::Des);
    let chip = if ec { 0x04 } else { 0x03 };
    let messaging = u8::from(mode != Mode::Plain);
    let mut list = vec![0x80, 0x01, cipher, 0x81, 0x02, 0x01, 0xD5];
    list.extend([
        0x82, 0x01, chip, 0x83, 0x02, 0x09, 0x00, 0x84, 0x01, messaging,
    ]);
    list.extend([0x85, 0x0A, 0x00, 0x24]);
    list.extend(serial);
    list.extend([0x86, 0x01, 0x00]);
    if mode == Mode::Fips {
        list.extend([0x87, 0x01, 0x01]);
    }
    list
}

/// The front of the answer to INITIALIZE UPDATE.
pub(super) fn diversification(mode: Mode) -> &'static [u8] {
    match mode {
        Mode::Fips => &DIVERSIFICATION,
        Mode::Aes | Mode::Des | Mode::Plain => &DIVERSIFICATION[..12],
    }
}
