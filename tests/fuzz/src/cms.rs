//! Signatures in documents, and answers of time stamp authorities: whoever made a file, or
//! stands between us and an authority, may have made them.

use securesign_card::digest::Digest;
use securesign_documents::cms::read;
use securesign_documents::timestamp::{self, Fault};

/// None of them is a time stamp of what nobody has asked for.
pub fn run(bytes: &[u8]) {
    if let Ok(sound) = read::check(bytes, &|hash| Digest::of(hash, b"signed")) {
        assert!(!sound.signature.is_empty());
        if let Some(token) = &sound.time_stamp {
            let _ = timestamp::check(token, &sound.signature);
        }
    }
    let token = timestamp::granted(bytes).unwrap_or_else(|_| bytes.to_vec());
    match timestamp::check(&token, b"nobody asked for this") {
        Ok(_) => panic!("a time stamp of something else"),
        Err(fault) => assert!(matches!(fault, Fault::Imprint | Fault::Unreadable)),
    }
}
