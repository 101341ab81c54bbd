//! PIV cards and PIV-compatible tokens (NIST SP 800-73-4 and -5).

#[cfg(feature = "emulators")]
pub mod emulator;
