//! One profile per card family, and the emulator that proves it.

#[cfg(feature = "emulators")]
pub mod emulator;
pub mod piv;
