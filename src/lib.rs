//! Signing with smart cards over raw ISO 7816 APDUs, and the SecureSign handoff
//! protocol. No window, no network and no card vendor in here.

pub mod apdu;
pub mod atr;
pub mod frame;
pub mod memory;
pub mod pin;
pub mod screen;
pub mod sw;
