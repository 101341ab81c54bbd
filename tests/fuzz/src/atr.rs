//! The answer to reset.

use securesign_card::atr::Atr;

/// Parses, and reads everything that is told from it.
pub fn run(bytes: &[u8]) {
    let atr = match Atr::parse(bytes) {
        Ok(atr) => atr,
        Err(error) => {
            // One group of interface bytes may be missing as a whole.
            assert!(error.at <= bytes.len() + 4, "the place lies outside");
            return;
        }
    };
    assert_eq!(atr.bytes(), bytes);
    assert!(atr.historical().len() <= 15);
    let _ = atr.extended_length();
    // A trace carries it as text.
    assert_eq!(atr.to_string().split(' ').count(), bytes.len());
}
