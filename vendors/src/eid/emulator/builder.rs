//! What a card is born with.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{EidCard, Product, Session};
use crate::emulator::BuildError;
use crate::emulator::files::{Content, File, Files, tag};
use crate::emulator::issuer::Issuer;
use crate::emulator::secret::Secret;
use crate::emulator::wire::{Transport, Wire};

/// Collects what is particular of a card; see [`EidCard::builder`].
pub struct Builder {
    product: Product,
    issuer: Issuer,
    number: String,
    pins: BTreeMap<u8, String>,
    certificates: BTreeMap<u8, Vec<u8>>,
}

impl Builder {
    pub(super) fn new(product: Product) -> Self {
        Self {
            product,
            issuer: Issuer::new("CN=eID Emulator"),
            number: "AS0000123".to_owned(),
            pins: BTreeMap::new(),
            certificates: BTreeMap::new(),
        }
    }

    /// Makes every generated key repeatable. For tests: the keys are no secret then.
    pub fn seed(mut self, seed: &[u8]) -> Self {
        self.issuer.repeat(seed);
        self
    }

    /// Distinguished name of all self-issued certificates, RFC 4514.
    pub fn holder(mut self, name: &str) -> Self {
        self.issuer.holder = name.to_owned();
        self
    }

    /// Validity of all self-issued certificates, since 1970-01-01T00:00:00Z.
    pub fn validity(mut self, not_before: Duration, not_after: Duration) -> Self {
        self.issuer.validity = (not_before, not_after);
        self
    }

    /// The document's number.
    pub fn number(mut self, number: &str) -> Self {
        self.number = number.to_owned();
        self
    }

    /// A PIN or PUK by its reference, as it is typed.
    pub fn pin(mut self, reference: u8, value: &str) -> Self {
        self.pins.insert(reference, value.to_owned());
        self
    }

    /// What lies in the place of a key's certificate.
    pub fn certificate(mut self, key: u8, bytes: &[u8]) -> Self {
        self.certificates.insert(key, bytes.to_vec());
        self
    }

    /// Generates and issues what is needed.
    ///
    /// # Errors
    ///
    /// When a key cannot be made or a certificate cannot be issued.
    pub fn build(mut self) -> Result<EidCard, BuildError> {
        self.issuer.begin()?;
        let product = self.product;
        let mut pins = BTreeMap::new();
        for pin in product.pins {
            let typed = self.pins.get(&pin.reference);
            let typed = typed.map_or(pin.value, String::as_str);
            let block = product.habits.block(pin.reference, typed);
            pins.insert(pin.reference, Secret::new(&block, pin.tries));
        }
        let mut card = EidCard {
            files: Files::new(Some(directory(&[]))),
            keys: BTreeMap::new(),
            pins,
            number: self.number,
            session: Session::default(),
            wire: Wire::new(Transport {
                without_le: 0,
                ..Transport::SHORT
            }),
            sent: Vec::new(),
            compared: 0,
            product,
        };
        for (at, key) in product.keys.iter().enumerate() {
            let private = self.issuer.key(key.reference, key.kind)?;
            let serial = u32::try_from(at).unwrap_or(0) + 1;
            let certificate = match self.certificates.remove(&key.reference) {
                Some(given) => given,
                None => self.issuer.certificate(&private, serial)?,
            };
            card.files
                .insert(key.certificate.to_vec(), transparent(&certificate));
            card.keys.insert(key.reference, private);
        }
        product.habits.furnish(&mut card);
        Ok(card)
    }
}

/// A directory, with its name where it has one.
pub(super) fn directory(name: &[u8]) -> File {
    match name {
        [] => File::new(&[], Content::Directory),
        name => File::new(&[(tag::NAME, name)], Content::Directory),
    }
}

/// A file with these bytes.
pub(super) fn transparent(bytes: &[u8]) -> File {
    File::new(&[], Content::Transparent(bytes.to_vec()))
}
