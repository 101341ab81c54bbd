//! A card that answers as it pleases: recognition, `61xx`, `6Cxx` and chaining,
//! what is read, and the rules that protect its PIN.

mod script;
mod watch;

use std::cell::Cell;

use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::known::Known;
use securesign_card::pin::Pin;
use securesign_card::profile::{Credential, Search};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Ending, Transport};
use securesign_vendors::PROFILES;

pub use script::Script;
use watch::{Facts, Watch};

/// Of no other bytes in a conversation, so that they are noticed anywhere.
pub const PIN: &str = "739154";
const NEW_PIN: &str = "861937";
/// As [`PIN`].
pub const PUK: &str = "51793862";

const ATRS: [&[u8]; 4] = [
    &[0x3B, 0x00],
    // YubiKey 5, with extended length in its card capabilities.
    &[
        0x3B, 0xFD, 0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x15, 0x80, 0x73, 0xC0, 0x21, 0xC0, 0x57,
        0x59, 0x75, 0x62, 0x69, 0x4B, 0x65, 0x79, 0x40,
    ],
    b"\x3B\x0BYubikeyNEOr",
    b"\x3B\x08Nitrokey",
];

/// What is done with the card: the first two bytes of an input.
#[derive(Clone, Copy, Debug)]
pub struct Errand([u8; 2]);

impl Errand {
    /// Sign with a card of that answer to reset (0 generic, 1 YubiKey 5, 2 NEO,
    /// 3 Nitrokey).
    pub const fn sign(atr: u8) -> Self {
        Self([atr & 0x03 | 0x10, 0])
    }

    /// Without the user's word that the last try may be spent.
    pub const fn keep(self) -> Self {
        Self([self.0[0] & !0x10, self.0[1]])
    }

    /// With a reader that passes on extended APDUs.
    pub const fn extended(self) -> Self {
        Self([self.0[0] | 0x04, self.0[1]])
    }

    /// Change the PIN instead.
    pub const fn change(self) -> Self {
        Self([self.0[0], 1])
    }

    /// Change the PUK instead.
    pub const fn change_puk(self) -> Self {
        Self([self.0[0], 2])
    }

    /// Set a new PIN with the PUK instead.
    pub const fn unblock(self) -> Self {
        Self([self.0[0], 3])
    }

    /// In front of the answers of a [`Script`].
    pub fn bytes(self) -> [u8; 2] {
        self.0
    }

    fn atr(self) -> &'static [u8] {
        ATRS[usize::from(self.0[0] & 0x03)]
    }

    fn reader_max(self) -> Option<usize> {
        (self.0[0] & 0x04 != 0).then_some(0x1_0000)
    }

    fn everything(self) -> bool {
        self.0[0] & 0x08 != 0
    }

    fn last(self) -> LastTry {
        match self.0[0] & 0x10 {
            0 => LastTry::Keep,
            _ => LastTry::Use,
        }
    }

    fn which(self) -> usize {
        usize::from(self.0[1] >> 2)
    }
}

/// The errand, then the card's answers.
pub fn run(bytes: &[u8]) {
    let _ = reached(bytes);
}

/// How far an errand came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// PINs and PUKs sent.
    pub secrets: u32,
    /// Signatures that are the key's, or secrets that were replaced.
    pub done: u32,
}

/// As [`run`], and tells how far it came: a seed that goes nowhere tests nothing.
pub fn reached(bytes: &[u8]) -> Reached {
    let (&errand, answers) = bytes.split_first_chunk().unwrap_or((&[0; 2], &[]));
    drive(Errand(errand), &mut Script::new(answers))
}

/// Runs the errand against any card, with the rules watched. The tests make
/// seeds of what the emulator answers here.
pub fn drive(errand: Errand, card: &mut dyn Transport) -> Reached {
    let facts = Facts::new(errand.last() == LastTry::Keep, errand.atr() == ATRS[2]);
    let mut watch = Watch::new(card, &facts);
    let atr = Atr::parse(errand.atr()).expect("one of ours");
    let extended = Extended::of(&atr, errand.reader_max());
    let mut done = 0;
    let mut known = Known::new(extended);
    if let Ok(Some(mut token)) = Token::open(&mut watch, &atr, &mut known, PROFILES) {
        done = converse(errand, &mut token, &facts.sent);
        let ending = token.close();
        let spent = facts.secrets.get() > 0;
        assert!(!spent || ending == Ending::Reset, "the PIN stays verified");
    }
    Reached {
        secrets: facts.secrets.get(),
        done,
    }
}

fn converse(errand: Errand, token: &mut Token<'_>, sent: &Cell<u32>) -> u32 {
    assert!(token.label().chars().count() <= 41);
    let search = Search {
        serial: None,
        everything: errand.everything(),
    };
    let found = token.credentials(&search).unwrap_or_default();
    assert!(found.credentials.len() + found.notes.len() <= 24);
    if errand.everything() {
        let _ = token.serial();
        let _ = token.puk_tries();
    }
    let _ = token.pin_tries();
    let pin = |text: &str| Pin::copy(text.as_bytes()).expect("memory for a PIN");
    let (old, new, puk) = (pin(PIN), pin(NEW_PIN), pin(PUK));
    sent.set(0);
    let last = errand.last();
    let result = match errand.0[1] & 0x03 {
        0 => {
            let count = found.credentials.len().max(1);
            let Some(credential) = found.credentials.get(errand.which() % count) else {
                return 0;
            };
            let first = sign(token, credential, &old, last);
            // As somebody types it again, or signs the next document.
            sent.set(0);
            return first + sign(token, credential, &old, last);
        }
        1 => token
            .pin()
            .and_then(|pin| token.change(pin.id, &old, &new, last)),
        2 => token
            .unblocker()
            .and_then(|it| token.change(it.id, &puk, &puk, last)),
        _ => token
            .pin()
            .and_then(|pin| Ok((pin.id, token.unblocker()?.id)))
            .and_then(|pins| token.unblock(pins, &puk, &new, last)),
    };
    u32::from(result.is_ok())
}

fn sign(token: &mut Token<'_>, credential: &Credential, pin: &Pin, last: LastTry) -> u32 {
    let digest = Digest::of(HashAlgorithm::Sha256, b"document");
    let key = credential.certificate.key();
    let what = match key {
        PublicKey::Ed25519(_) => ToSign::Message(&digest, b"document"),
        _ => ToSign::Digest(&digest),
    };
    match token.sign(credential, what, pin, last) {
        Ok(signature) => {
            assert!(key.verify(what, &signature), "not this key's signature");
            1
        }
        Err(error) => {
            assert!(error.to_string().chars().count() < 1_000);
            0
        }
    }
}
