//! OpenPGP card, specifications 2.0 to 3.4 (sheet OpenPGP).

#[cfg(feature = "emulators")]
pub mod emulator;
