//! Feitian ePass2003, sold in India as HYP2003 and HyperPKI.

#[cfg(feature = "emulators")]
pub mod emulator;
