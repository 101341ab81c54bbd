//! SmartCard-HSM, Nitrokey HSM, pico-hsm.

#[cfg(feature = "emulators")]
pub mod emulator;
