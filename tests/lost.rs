//! An answer to a new PIN that is lost is not told as failure: the new one may be in force.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use bench::Shared;
use securesign_core::atr::Atr;
use securesign_core::channel::Extended;
use securesign_core::error::{CardError, Secret};
use securesign_core::frame::Frame;
use securesign_core::language::Language;
use securesign_core::pin::Pin;
use securesign_core::token::{LastTry, Token};
use securesign_core::transport::{Transport, TransportError};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Container, Epass, Mode};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

/// A card that is pulled out at the n-th command, before or after it has done what it says.
struct Pulled<'a> {
    card: &'a mut dyn Emulator,
    at: usize,
    done: bool,
    sent: usize,
}

impl Transport for Pulled<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.sent += 1;
        if self.sent < self.at {
            return Ok(self.card.transmit(frame.expose()));
        }
        if self.sent == self.at && self.done {
            self.card.transmit(frame.expose());
        }
        Err(TransportError::Removed)
    }
}

fn pin(text: &str) -> Pin {
    Pin::copy(text.as_bytes()).unwrap()
}

/// What came of changing or unlocking, when the card is pulled out at this command.
fn outcome(
    card: &mut dyn Emulator,
    (at, done): (usize, bool),
    unlocks: bool,
    (old, puk, new): (&str, &str, &str),
) -> (Result<(), CardError>, usize) {
    let atr = Atr::parse(&card.atr()).unwrap();
    let mut line = Pulled {
        card,
        at,
        done,
        sent: 0,
    };
    let opened = Token::open(&mut line, &atr, Extended::No, securesign_vendors::PROFILES);
    let result = match opened {
        Ok(Some(mut token)) if unlocks => token.unblock(&pin(puk), &pin(new), LastTry::Keep),
        Ok(Some(mut token)) => token.change(Secret::Pin, &pin(old), &pin(new), LastTry::Keep),
        Ok(None) => panic!("not recognised"),
        Err(error) => Err(error),
    };
    (result, line.sent)
}

/// Goes over every command of the dialogue. `holds` tells whether a PIN is in force.
fn every_command<C: Emulator + 'static>(
    make: &dyn Fn() -> C,
    secrets: (&str, &str, &str),
    holds: &dyn Fn(&mut dyn Emulator, &str) -> bool,
) {
    for unlocks in [false, true] {
        let (whole, length) = outcome(&mut make(), (usize::MAX, false), unlocks, secrets);
        whole.unwrap();
        let mut unclear = 0;
        for at in 1..=length {
            for done in [false, true] {
                let card = Shared::new(make());
                let (result, _) = outcome(&mut card.clone(), (at, done), unlocks, secrets);
                card.clone().reset();
                let new_holds = holds(&mut card.clone(), secrets.2);
                match result {
                    // Told as failure: then it is one.
                    Err(CardError::Transport(_)) => {
                        assert!(!new_holds, "unlocks {unlocks}, {at}, done {done}");
                    }
                    Err(error @ CardError::Unclear(Secret::Pin)) => {
                        unclear += 1;
                        let said = error.tell(Language::English);
                        assert!(said.contains("Try the new PIN first"), "{said}");
                    }
                    other => panic!("unlocks {unlocks}, {at}, done {done}: {other:?}"),
                }
            }
        }
        assert!(unclear >= 2, "unlocks {unlocks}: {unclear}");
    }
}

/// Whether a PIV card takes this PIN.
fn piv_holds(card: &mut dyn Emulator, pin: &str) -> bool {
    let select = [
        0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x00,
    ];
    card.transmit(&select);
    let mut verify = vec![0x00, 0x20, 0x00, 0x80, 0x08];
    verify.extend(pin.as_bytes());
    verify.resize(13, 0xFF);
    card.transmit(&verify) == [0x90, 0x00]
}

#[test]
fn a_piv_card_pulled_out_at_any_command_of_a_new_pin() {
    let make = || {
        PivCard::builder(NIST)
            .seed(b"lost")
            .key(Slot::AUTHENTICATION, KeyKind::P256)
            .build()
            .unwrap()
    };
    every_command(&make, ("123456", "12345678", "654321"), &piv_holds);
}

/// Whether an ePass2003 takes this PIN: as the driver presents it, which its own tests
/// prove right, in an exchange of its own.
fn epass_holds(card: &mut dyn Emulator, value: &str) -> bool {
    let secrets = (value, "", "another one still");
    outcome(card, (usize::MAX, false), false, secrets).0.is_ok()
}

#[test]
fn an_epass2003_pulled_out_at_any_command_of_a_new_pin() {
    let make = || {
        Epass::l2(Mode::Aes)
            .seed(b"lost")
            .certificate(Container::signing("CN=Ada Lovelace"))
            .build()
            .unwrap()
    };
    every_command(&make, ("12345678", "rockey", "another one"), &epass_holds);
}
