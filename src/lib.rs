//! Signing with smart cards over raw ISO 7816 APDUs. No window, no network and no card
//! vendor in here.

pub mod apdu;
pub mod application;
pub mod atr;
pub mod cache;
pub mod certificate;
pub mod channel;
pub mod digest;
pub mod error;
pub mod frame;
pub mod holder;
pub mod iso;
pub mod memory;
pub mod messaging;
#[cfg(feature = "pcsc")]
pub mod pcsc;
pub mod pin;
pub mod pkcs15;
pub mod product;
pub mod profile;
pub mod reader;
pub mod signature;
pub mod sw;
pub mod text;
pub mod tlv;
pub mod token;
pub mod trace;
pub mod transport;
