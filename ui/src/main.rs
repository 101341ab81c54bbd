//! `securesign`: sign with the certificate on a USB token, with no vendor driver.

#[cfg(feature = "window")]
pub mod window;

fn main() {}
