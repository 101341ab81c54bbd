//! Gemalto and Thales IDPrime, SafeNet eToken 5110 CC, 5110+ and 5300.

#[cfg(feature = "emulators")]
pub mod emulator;
