#![doc = include_str!("../README.md")]

mod algorithms;
mod certificate;
mod problem;
mod result;

pub use certificate::{About, Revocation, Standing, Trust, standing, time};
pub use problem::Problem;
pub use result::{Asked, NotVerifiable, Signed, Verified, certificate, is_signed, verify};
