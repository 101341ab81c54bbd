//! What a card is born with.

use std::collections::BTreeMap;
use std::time::Duration;

use zeroize::Zeroizing;

use super::file::{id, of, prefix};
use super::pin::OFFICER_TRIES;
use super::{AID, Device, OPTION_BLANK, OPTION_RESET, Product, ScHsmCard, Session, certificate};
use crate::emulator::BuildError;
use crate::emulator::issuer::Issuer;
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::secret::Secret;
use crate::emulator::tlv;
use crate::emulator::wire::{Transport, Wire};

/// Tries of the PIN where nothing else is said.
const TRIES: u8 = 3;

/// Collects keys and files; see [`ScHsmCard::builder`].
pub struct Builder {
    product: Product,
    pin: Zeroizing<Vec<u8>>,
    so_pin: Zeroizing<Vec<u8>>,
    tries: u8,
    blank: bool,
    transport_pin: bool,
    options: u16,
    issuer: Issuer,
    label: String,
    plans: BTreeMap<u8, Plan>,
    files: BTreeMap<u16, Option<Vec<u8>>>,
}

struct Plan {
    kind: KeyKind,
    certificate: Source,
}

enum Source {
    Issued,
    /// The request that was made with the key.
    Request,
    None,
}

impl Builder {
    pub(super) fn new(product: Product) -> Self {
        Self {
            product,
            pin: Zeroizing::new(b"648219".to_vec()),
            so_pin: Zeroizing::new(vec![0x35, 0x37, 0x36, 0x32, 0x31, 0x38, 0x38, 0x30]),
            tries: TRIES,
            blank: false,
            transport_pin: false,
            options: OPTION_RESET,
            issuer: Issuer::new("CN=SmartCard-HSM Emulator"),
            label: product.maker.1.to_owned(),
            plans: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// The PIN, as it is typed.
    pub fn pin(mut self, pin: &str) -> Self {
        self.pin = Zeroizing::new(pin.as_bytes().to_vec());
        self
    }

    /// The SO-PIN: eight bytes, which people type as sixteen hexadecimal digits.
    pub fn so_pin(mut self, so_pin: [u8; 8]) -> Self {
        self.so_pin = Zeroizing::new(so_pin.to_vec());
        self
    }

    /// How often the PIN may be wrong.
    pub fn tries(mut self, most: u8) -> Self {
        self.tries = most.clamp(1, 10);
        self
    }

    /// Nobody has initialised the card: there are no PINs.
    pub fn blank(mut self) -> Self {
        self.blank = true;
        self
    }

    /// The PIN must be changed before anything else.
    pub fn transport_pin(mut self) -> Self {
        self.transport_pin = true;
        self
    }

    /// The SO-PIN may not unblock the PIN.
    pub fn without_reset(mut self) -> Self {
        self.options &= !OPTION_RESET;
        self
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

    /// What the token calls itself.
    pub fn label(mut self, label: &str) -> Self {
        self.label = label.to_owned();
        self
    }

    /// Validity of all self-issued certificates, since 1970-01-01T00:00:00Z.
    pub fn validity(mut self, not_before: Duration, not_after: Duration) -> Self {
        self.issuer.validity = (not_before, not_after);
        self
    }

    /// A key with its description and a self-issued certificate; ids from 1 on.
    pub fn key(mut self, id: u8, kind: KeyKind) -> Self {
        let certificate = Source::Issued;
        self.plans.insert(id, Plan { kind, certificate });
        self
    }

    /// A key (RSA or P-256) with its description and, in the certificate's place, the
    /// request that was made with it.
    pub fn requested(mut self, id: u8, kind: KeyKind) -> Self {
        let certificate = Source::Request;
        self.plans.insert(id, Plan { kind, certificate });
        self
    }

    /// A key with its description alone.
    pub fn key_only(mut self, id: u8, kind: KeyKind) -> Self {
        let certificate = Source::None;
        self.plans.insert(id, Plan { kind, certificate });
        self
    }

    /// A file lies there with these bytes, whatever would have been in it: a certificate
    /// from elsewhere (CEii), of an authority (CAii), a broken description (C4ii).
    pub fn file(mut self, identifier: u16, bytes: &[u8]) -> Self {
        self.files.insert(identifier, Some(bytes.to_vec()));
        self
    }

    /// A file is missing.
    pub fn without_file(mut self, identifier: u16) -> Self {
        self.files.insert(identifier, None);
        self
    }

    /// Generates and issues what is needed.
    ///
    /// # Errors
    ///
    /// When a key cannot be made or a certificate cannot be issued.
    pub fn build(mut self) -> Result<ScHsmCard, BuildError> {
        self.issuer.begin()?;
        let device = self.issuer.key(0, KeyKind::P256)?;
        let secret = |value: &[u8], most: u8| match self.blank {
            true => Secret::unset(),
            false => Secret::new(value, most),
        };
        let blank = if self.blank { OPTION_BLANK } else { 0 };
        let mut card = ScHsmCard {
            files: BTreeMap::new(),
            keys: BTreeMap::new(),
            device: Device {
                key: device,
                name: self.product.device.to_owned(),
            },
            pin: secret(&self.pin, self.tries),
            so_pin: secret(&self.so_pin, OFFICER_TRIES),
            transport_pin: self.transport_pin,
            options: self.options | blank,
            random: self.issuer.stream(b"random"),
            session: Session::default(),
            wire: Wire::new(Transport {
                extended: true,
                chained: (!self.product.chaining).then_some(&[]),
                without_le: 0,
                ..Transport::SHORT
            }),
            sent: Vec::new(),
            product: self.product,
        };
        card.files = card.birth_files();
        let information = certificate::token_information(&self.label, self.product.maker);
        card.files.insert(id::TOKEN_INFORMATION, information);
        for (number, plan) in &self.plans {
            let key = self.issuer.key(*number, plan.kind)?;
            self.put(&mut card, *number, plan, &key)?;
            card.keys.insert(*number, key);
        }
        for (identifier, bytes) in &self.files {
            match bytes {
                Some(bytes) => card.files.insert(*identifier, bytes.clone()),
                None => card.files.remove(identifier),
            };
        }
        Ok(card)
    }

    /// What belongs to a key.
    fn put(
        &self,
        card: &mut ScHsmCard,
        number: u8,
        plan: &Plan,
        key: &PrivateKey,
    ) -> Result<(), BuildError> {
        let label = format!("Key {number}");
        let description = certificate::description(&label, number, plan.kind);
        card.files
            .insert(of(prefix::KEY_DESCRIPTION, number), description);
        let certificate = match plan.certificate {
            Source::Issued => self.issuer.certificate(key, u32::from(number) + 1)?,
            Source::Request => {
                let issuer = certificate::ISSUER.as_bytes();
                let holder = self.product.device.as_bytes();
                let domain = certificate::domain(plan.kind).ok_or(BuildError::Certificate)?;
                certificate::request(&card.device, key, issuer, holder, &domain)
            }
            Source::None => return Ok(()),
        };
        card.files
            .insert(of(prefix::CERTIFICATE, number), certificate);
        Ok(())
    }
}

impl ScHsmCard {
    /// The files that every card has.
    pub(super) fn birth_files(&self) -> BTreeMap<u16, Vec<u8>> {
        let label = tlv::element(0x50, self.product.maker.1.as_bytes());
        let application = [tlv::element(0x4F, &AID), label].concat();
        let device = certificate::of_device(&self.device);
        let information = certificate::token_information("", self.product.maker);
        let mut files = BTreeMap::from([
            (id::DIRECTORY, tlv::element(0x61, &application)),
            (id::TOKEN_INFORMATION, information),
        ]);
        if self.product.device_files {
            let name = &self.device.name;
            let description = certificate::description(name, 0, KeyKind::P256);
            files.insert(of(prefix::KEY_DESCRIPTION, 0), description);
            files.insert(of(prefix::CERTIFICATE, 0), device.clone());
        }
        files.insert(id::DEVICE_CERTIFICATE, device);
        files
    }
}
