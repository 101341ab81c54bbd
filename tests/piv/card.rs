//! A card and what a test needs of it.

use crate::bench::{Bench, Shared};
use securesign_card::frame::Frame;
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::piv::emulator::{Builder, KeyKind, Personality, PivCard, Slot};

pub const PIN: &str = "123456";

pub const PUK: &str = "12345678";

pub const WRONG: &str = "999999";

/// What a reader says that passes on extended APDUs in full.
pub const EXTENDED: Option<usize> = Some(0x1_0000);

pub fn card(personality: Personality) -> Builder {
    PivCard::builder(personality)
        .seed(b"tests")
        .pin(PIN)
        .puk(PUK)
}

pub fn p256(personality: Personality) -> PivCard {
    card(personality)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap()
}

/// INS of VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.
pub const SECRET_INS: [u8; 3] = [0x20, 0x24, 0x2C];

/// A bench whose card the test can look into.
pub fn watched(personality: Personality) -> (Bench, Shared) {
    let shared = Shared::new(p256(personality));
    (Bench::new(shared.clone(), None), shared)
}

pub const SELECT: &[u8] = &[
    0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x00,
];

/// A card on a line that breaks once, at the last block of a chained signature.
pub struct Breaking<'a> {
    pub card: &'a mut PivCard,
    pub whole: bool,
}

impl Transport for Breaking<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let bytes = frame.expose();
        if self.whole && bytes[..2] == [0x00, 0x87] {
            self.whole = false;
            return Err(TransportError::Mute);
        }
        Ok(self.card.transmit(bytes))
    }
}
