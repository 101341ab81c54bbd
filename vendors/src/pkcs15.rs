//! Cards whose content PKCS#15 v1.1 or ISO/IEC 7816-15 describes.

#[cfg(feature = "emulators")]
pub mod emulator;
