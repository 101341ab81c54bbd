//! Signing with smart cards over raw ISO 7816 APDUs, and the SecureSign handoff
//! protocol. No window, no network and no card vendor in here.

pub mod apdu;
pub mod armor;
pub mod atr;
pub mod cache;
pub mod callback;
pub mod certificate;
pub mod channel;
pub mod code;
pub mod digest;
pub mod document;
pub mod error;
pub mod flow;
pub mod frame;
pub mod holder;
pub mod iso;
pub mod journal;
pub mod language;
pub mod link;
pub mod memory;
pub mod pcsc;
pub mod pin;
pub mod pkcs15;
pub mod policy;
pub mod profile;
pub mod reader;
pub mod screen;
pub mod signature;
pub mod sw;
pub mod text;
pub mod tlv;
pub mod token;
pub mod trace;
pub mod transport;
pub mod worker;
