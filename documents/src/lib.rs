#![doc = include_str!("../README.md")]
#![warn(clippy::missing_errors_doc)]

pub mod cms;
pub mod pdf;
mod refusal;
pub mod signer;
pub mod xml;

pub use refusal::{Damage, Refusal};
pub use signer::Signer;
