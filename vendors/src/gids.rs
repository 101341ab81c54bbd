//! Microsoft's Generic Identity Device Specification (GIDS).

#[cfg(feature = "emulators")]
pub mod emulator;
