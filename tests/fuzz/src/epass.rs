//! An ePass2003 that answers as it pleases once a session is open: unwrapping,
//! both layouts, and the rules that protect its PIN.

use std::cell::Cell;

use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::frame::Frame;
use securesign_card::known::Known;
use securesign_card::pin::Pin;
use securesign_card::profile::Search;
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::PROFILES;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Epass, Mode};

use crate::card::Script;

/// PIN and PUK of the emulator.
const PIN: &str = "12345678";
const PUK: &str = "rockey";
/// Both challenges of the mutual authentication, so that a seed's answers fit.
pub const CHALLENGE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

/// The first byte of an input: bits 1 and 2 the mode, bit 3 OpenSC's layout by the
/// answer to reset, bits 4 and 5 what is done.
#[derive(Clone, Copy)]
pub struct Errand(pub u8);

impl Errand {
    /// How the card wants to be spoken to.
    pub fn mode(self) -> Mode {
        match self.0 & 0x03 {
            0 => Mode::Plain,
            1 => Mode::Aes,
            2 => Mode::Des,
            _ => Mode::Fips,
        }
    }

    fn atr(self) -> Vec<u8> {
        let tail: &[u8] = match self.0 & 0x04 {
            0 => &[0x00, 0x00, 0x00, 0x00],
            _ => &[0x03, 0x90, 0x00, 0x00],
        };
        let head = b"\x3B\x9F\x95\x81\x31\xFE\x9F\x00\x66\x46\x53\x05\x10\x11\x31\x71\xDF\x00\x00";
        [head, tail].concat()
    }
}

/// The errand, then the card's answers to all but the mutual authentication.
pub fn run(bytes: &[u8]) {
    let _ = reached(bytes);
}

/// As [`run`]: secrets sent, and whether what was wanted was done.
pub fn reached(bytes: &[u8]) -> (u32, bool) {
    let (&errand, answers) = bytes.split_first().unwrap_or((&0, &[]));
    let errand = Errand(errand);
    let mut opener = Epass::blank(errand.mode())
        .seed(b"fuzz")
        .build()
        .expect("a card");
    opener.inject_random(&CHALLENGE);
    drive(
        errand,
        &mut Card {
            opener,
            script: Script::new(answers),
        },
    )
}

/// Runs the errand against any card, with the rules watched.
pub fn drive(errand: Errand, card: &mut dyn Transport) -> (u32, bool) {
    let secrets = Cell::new(0);
    let mut watch = Watch {
        card,
        secrets: &secrets,
    };
    let atr = Atr::parse(&errand.atr()).expect("one of ours");
    let mut done = false;
    let mut known = Known::new(Extended::UNKNOWN);
    if let Ok(Some(mut token)) = Token::open(&mut watch, &atr, &mut known, PROFILES) {
        // Who refuses this family's commands may answer to another one's, which take a PIN
        // as it is; they are watched in `card`.
        if token.spec().id == "epass2003" {
            done = converse(errand, &mut token, &secrets);
        }
        token.close();
    }
    (secrets.get(), done)
}

fn converse(errand: Errand, token: &mut Token<'_>, secrets: &Cell<u32>) -> bool {
    let everything = errand.0 & 0x20 != 0;
    let search = Search {
        serial: None,
        everything,
    };
    let found = token.credentials(&search).unwrap_or_default();
    assert!(found.credentials.len() + found.notes.len() <= 64);
    assert!(
        found
            .notes
            .iter()
            .all(|note| note.to_string().chars().count() < 400)
    );
    assert!(token.label().chars().count() <= 41);
    if everything {
        let serial = token.serial().ok().flatten().unwrap_or_default();
        assert!(serial.len() <= 32);
    }
    let _ = (token.pin_tries(), token.puk_tries());
    let pin = |text: &str| Pin::copy(text.as_bytes()).expect("memory for a PIN");
    match errand.0 >> 3 & 0x03 {
        0 | 3 => {
            let Some(credential) = found.credentials.first() else {
                return false;
            };
            let digest = Digest::of(HashAlgorithm::Sha256, b"document");
            let what = match errand.0 & 0x10 {
                0 => ToSign::Digest(&digest),
                _ => ToSign::Message(&digest, b"document"),
            };
            let mut done = true;
            for _ in 0..2 {
                let before = secrets.get();
                let result = token.sign(credential, what, &pin(PIN), LastTry::Keep);
                assert!(secrets.get() - before <= 1, "the PIN was sent twice");
                if let Ok(signature) = &result {
                    assert!(credential.certificate.key().verify(what, signature));
                }
                done &= result.is_ok();
            }
            done
        }
        1 => {
            let result = token
                .pin()
                .and_then(|it| token.change(it.id, &pin(PIN), &pin("87654321"), LastTry::Keep));
            assert!(secrets.get() <= 2, "the PIN was sent twice");
            result.is_ok()
        }
        _ => {
            let pins = token
                .pin()
                .and_then(|it| Ok((it.id, token.unblocker()?.id)));
            let result = pins
                .and_then(|pins| token.unblock(pins, &pin(PUK), &pin("87654321"), LastTry::Keep));
            assert!(secrets.get() <= 3, "the PUK was sent twice");
            result.is_ok()
        }
    }
}

/// Opens a session as a token does; everything after that is the script's.
struct Card<'a> {
    opener: Epass,
    script: Script<'a>,
}

/// GET DATA of the capabilities, and the two commands of the authentication.
pub fn opens(command: &[u8]) -> bool {
    matches!(
        command,
        [0x00, 0xCA, 0x01, 0x86, ..] | [0x80, 0x50, ..] | [0x84, 0x82, ..]
    )
}

impl Transport for Card<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        if opens(frame.expose()) {
            Ok(self.opener.transmit(frame.expose()))
        } else {
            self.script.exchange(frame)
        }
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        fixed(bytes)
    }
}

/// The host's challenge.
pub fn fixed(bytes: &mut [u8]) -> Result<(), TransportError> {
    bytes.copy_from_slice(&CHALLENGE[..bytes.len()]);
    Ok(())
}

/// Counts secrets, and looks for PIN and PUK where they never belong.
struct Watch<'a> {
    card: &'a mut dyn Transport,
    secrets: &'a Cell<u32>,
}

impl Transport for Watch<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let bytes = frame.expose();
        for secret in [PIN, PUK] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "a secret went out as it is");
        }
        if frame.is_secret() {
            self.secrets.set(self.secrets.get() + 1);
        }
        self.card.exchange(frame)
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        self.card.random(bytes)
    }
}
