//! Cards with PKCS#15 content in software: an ISO/IEC 7816-4 file system, PINs and keys,
//! with the habits of real cards as dialects.
