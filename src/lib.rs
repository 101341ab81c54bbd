//! The core.
pub mod callback;
pub mod link;
pub mod policy;
