//! The products.

use crate::emulator::apdu::sw;

/// A product's habits.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Short, for command lines.
    pub name: &'static str,
    /// The answer to reset, complete.
    pub atr: &'static [u8],
    /// Of the firmware.
    pub version: [u8; 2],
    /// Holder reference of the device's certificate; what stands before its last five
    /// characters is the serial number.
    pub device: &'static str,
    /// Maker and model in the token information.
    pub maker: (&'static str, &'static str),
    /// The device's key has a description and a certificate: C400, CE00.
    pub device_files: bool,
    /// The list of files has certificates.
    pub lists_certificates: bool,
    /// Chains of commands are put together; else 6884.
    pub chaining: bool,
    /// More than 256 bytes for a short READ BINARY end with 61xx, and GET RESPONSE does not
    /// bring the rest.
    pub more_when_reading: bool,
    /// Algorithm 30 works: a DigestInfo that the card pads.
    pub pads_info: bool,
    /// An algorithm that is not the key's.
    pub wrong_algorithm: u16,
    /// RESET RETRY COUNTER that the options do not allow.
    pub not_allowed: u16,
    /// The SO-PIN may restore the counter alone.
    pub counter_alone: bool,
}

/// CardContact SmartCard-HSM 4K. Where programs that use it do not tell, as pico-hsm.
pub const SMARTCARD_HSM: Product = Product {
    name: "smartcardhsm",
    atr: &[
        0x3B, 0xFE, 0x18, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x31, 0x81, 0x54, 0x48, 0x53,
        0x4D, 0x31, 0x73, 0x80, 0x21, 0x40, 0x81, 0x07, 0xFA,
    ],
    version: [0x03, 0x05],
    device: "DECM010123400000",
    maker: ("www.CardContact.de", "SmartCard-HSM"),
    device_files: false,
    lists_certificates: true,
    chaining: false,
    more_when_reading: false,
    pads_info: true,
    wrong_algorithm: sw::CONDITIONS,
    not_allowed: sw::CONDITIONS,
    counter_alone: true,
};

/// Nitrokey HSM 2: the same card in a token.
pub const NITROKEY_HSM: Product = Product {
    name: "nitrokeyhsm",
    device: "DENK010123400000",
    ..SMARTCARD_HSM
};

/// pico-hsm 6.6, as it was seen.
pub const PICO_HSM: Product = Product {
    name: "picohsm",
    version: [0x06, 0x06],
    device: "ESPICOHSMTRZCH2S",
    maker: ("Pol Henarejos", "Pico-HSM"),
    device_files: true,
    lists_certificates: false,
    chaining: true,
    more_when_reading: true,
    pads_info: false,
    wrong_algorithm: sw::EXECUTION,
    not_allowed: sw::NO_FILE,
    counter_alone: false,
    ..SMARTCARD_HSM
};

/// All of them.
pub const ALL: [Product; 3] = [SMARTCARD_HSM, NITROKEY_HSM, PICO_HSM];
