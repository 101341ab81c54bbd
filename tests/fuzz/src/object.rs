//! A data object of PIV: the certificate in all its forms, key history,
//! discovery and CHUID, read as the profile reads them.

use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::frame::Frame;
use securesign_card::known::Known;
use securesign_card::profile::Search;
use securesign_card::token::Token;
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::PROFILES;

/// SELECT, discovery, four certificates, key history, twenty retired ones.
const MOST_FRAMES: usize = 27;

/// The same object is the answer to every GET DATA; a card with nothing but
/// valid status words comes to an end, and what it says is bounded.
pub fn run(bytes: &[u8]) {
    let atr = Atr::parse(&[0x3B, 0x00]).expect("the shortest answer to reset");
    let mut card = Everywhere {
        object: [&bytes[..bytes.len().min(0x1_0000)], &[0x90, 0x00]].concat(),
        frames: 0,
    };
    let search = Search {
        everything: true,
        ..Search::default()
    };
    let mut known = Known::new(Extended::UNKNOWN);
    let opened = Token::open(&mut card, &atr, &mut known, PROFILES);
    let mut token = opened.ok().flatten().expect("PIV is selected");
    // An application label is the answer to SELECT, so it is the object too.
    assert!(token.label().chars().count() <= 41);
    let found = token.credentials(&search).expect("no object is an error");
    assert!(found.credentials.len() + found.notes.len() <= 24);
    for note in &found.notes {
        assert!(note.to_string().chars().count() < 300, "{note}");
    }
    let serial = token.serial().expect("no object is an error");
    if let Some(serial) = serial {
        assert!(serial.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(serial.len() <= 2 * bytes.len());
    }
    drop(token);
    assert!(card.frames <= MOST_FRAMES + 1, "{} frames", card.frames);
}

struct Everywhere {
    object: Vec<u8>,
    frames: usize,
}

impl Transport for Everywhere {
    fn exchange(&mut self, _frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.frames += 1;
        Ok(self.object.clone())
    }
}
