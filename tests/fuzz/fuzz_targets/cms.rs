#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| securesign_fuzz::cms::run(bytes));
