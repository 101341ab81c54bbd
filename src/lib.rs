#![doc = include_str!("README.md")]
#![warn(clippy::missing_errors_doc)]

pub mod apdu;
pub mod application;
pub mod atr;
pub mod cache;
pub mod certificate;
pub mod channel;
mod credential;
pub mod digest;
pub mod error;
pub mod frame;
pub mod holder;
pub mod iso;
pub mod known;
pub mod memory;
pub mod messaging;
#[cfg(feature = "pcsc")]
pub mod pcsc;
pub mod pin;
mod pin_object;
pub mod pkcs15;
pub mod product;
pub mod profile;
pub mod reader;
pub mod signature;
mod spec;
pub mod sw;
pub mod text;
pub mod tlv;
pub mod token;
pub mod trace;
pub mod transport;
