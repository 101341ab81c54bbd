//! A token and what a test needs of it.

use crate::bench::{Bench, Shared};
use securesign_card::atr::Atr;
use securesign_card::frame::Frame;
use securesign_card::known::Known;
use securesign_card::token::Token;
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Builder, Container, Epass, Mode};

pub const PIN: &str = "12345678";

pub const PUK: &str = "rockey";

pub const WRONG: &str = "87654321";

pub const HOLDER: &str = "CN=Ada Lovelace,O=Personal,C=IN";

pub const MODES: [Mode; 4] = [Mode::Aes, Mode::Des, Mode::Fips, Mode::Plain];

/// What USB tokens of this family say (2100 bytes).
pub const READER: Option<usize> = Some(2100);

/// One signing certificate as Indian tokens have it.
pub fn token(mode: Mode) -> Builder {
    Epass::l2(mode)
        .seed(b"tests")
        .certificate(Container::signing(HOLDER).size(1600))
}

/// A bench whose card the test can look into.
pub fn watched(builder: Builder) -> (Bench, Shared<Epass>) {
    let shared = Shared::new(builder.build().unwrap());
    (Bench::new(shared.clone(), READER), shared)
}

pub fn subjects(bench: &Bench) -> Vec<String> {
    let (_, info) = bench.token();
    let subject = |c: &securesign_card::profile::Credential| {
        format!("{} / {}", c.label, c.certificate.subject())
    };
    info.found.credentials.iter().map(subject).collect()
}

/// What goes over the wire, straight into the card.
pub struct Line<'a, C>(pub &'a mut C);

impl<C: Emulator> Transport for Line<'_, C> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        Ok(self.0.transmit(frame.expose()))
    }
}

pub fn open<'a>(line: &'a mut dyn Transport, atr: &Atr, known: &'a mut Known) -> Token<'a> {
    Token::open(line, atr, known, securesign_vendors::PROFILES)
        .unwrap()
        .unwrap()
}
