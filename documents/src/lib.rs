#![doc = include_str!("../README.md")]
#![warn(clippy::missing_errors_doc)]

pub mod chain;
pub mod cms;
mod extension;
pub mod pdf;
mod refusal;
pub mod signer;
pub mod timestamp;
pub mod trust;
pub mod xml;

pub use refusal::{Damage, Refusal};
pub use signer::Signer;
