//! The SecureSign handoff protocol: the link that a portal sends, the judgement whether it
//! may, and the answer that goes back. No card is asked and nothing is sent in here.

pub mod callback;
pub mod code;
pub mod link;
pub mod policy;
