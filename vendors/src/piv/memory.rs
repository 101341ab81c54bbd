//! What is remembered of a card from start to start, under its certificates: answers that
//! cost a command each, and that its issuer would have to change under the same certificate.

use securesign_card::cache::{Edition, Name};
use securesign_card::channel::Channel;
use securesign_card::profile::Found;

/// The discovery object says that the PIN of the application is the card holder's, or there
/// is no such object. That another one is, is read each time.
pub const OWN_PIN: u8 = 0x01;
/// GET METADATA tells no tries left of the PUK.
pub const NO_METADATA: u8 = 0x02;

/// What is known of a card, and where it is kept.
#[derive(Default)]
pub struct Memory {
    known: u8,
    /// Where certificates were read: under what it is kept.
    names: Vec<Name>,
    /// What of it was not found out since the card was inserted.
    recalled: u8,
}

impl Memory {
    pub fn knows(&self, what: u8) -> bool {
        self.known & what != 0
    }

    /// These certificates are on the card: what was kept under one of them holds again, and
    /// what is known by now is kept.
    pub fn meet(&mut self, card: &Channel<'_>, found: &Found) {
        let Some(cache) = card.cache() else {
            return;
        };
        let certificates = found.credentials.iter().map(|it| &it.certificate);
        self.names = certificates
            .map(|certificate| Edition::of(&[b"PIV card", certificate.der()]).file(0))
            .collect();
        for name in &self.names {
            if let Some(&[kept]) = cache.find(name).as_deref() {
                self.recalled |= kept & !self.known;
                self.known |= kept;
            }
        }
    }

    /// As [`Memory::knows`], from another time: the certificate may be on another card as well.
    pub fn recalls(&self, what: u8) -> bool {
        self.recalled & what != 0
    }

    pub fn learn(&mut self, card: &Channel<'_>, what: u8) {
        self.recalled &= !what;
        if !self.knows(what) {
            self.known |= what;
            self.keep(card);
        }
    }

    pub fn forget(&mut self, card: &Channel<'_>, what: u8) {
        if self.knows(what) {
            self.known &= !what;
            self.recalled &= !what;
            self.keep(card);
        }
    }

    /// What was not found out since the card was inserted may be wrong. Whether any of it was.
    pub fn doubt(&mut self, card: &Channel<'_>) -> bool {
        let doubted = std::mem::take(&mut self.recalled);
        if doubted != 0 {
            self.known &= !doubted;
            self.keep(card);
        }
        doubted != 0
    }

    fn keep(&self, card: &Channel<'_>) {
        for name in &self.names {
            if let Some(cache) = card.cache() {
                cache.keep(name, &[self.known]);
            }
        }
    }
}
