//! What a card is born with.

use std::collections::BTreeMap;
use std::time::Duration;

use zeroize::Zeroizing;

use super::file::{self, Entry, MapRecord, id};
use super::{Container, IdPrimeCard, Product, References, Session};
use crate::emulator::BuildError;
use crate::emulator::issuer::{Issuer, Source};
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::secret::Secret;
use crate::emulator::wire::{Transport, Wire};

/// Tries of each secret where nothing else is said.
const TRIES: u8 = 5;
/// CPLC data up to the release level: fabricator, type, operating system and its date.
const CPLC: [u8; 8] = [0x40, 0x90, 0x78, 0x92, 0x19, 0x81, 0x10, 0x64];

/// Collects containers and files; see [`IdPrimeCard::builder`].
pub struct Builder {
    product: Product,
    pin: Zeroizing<Vec<u8>>,
    signature_pin: Option<Zeroizing<Vec<u8>>>,
    puk: Option<Zeroizing<Vec<u8>>>,
    tries: u8,
    issuer: Issuer,
    label: String,
    plans: BTreeMap<u8, Plan>,
    files: BTreeMap<u16, Option<Vec<u8>>>,
    protected_map: bool,
    verify_refused: bool,
    reselect_keeps: bool,
    also: Option<References>,
}

/// What goes into a container.
struct Plan {
    key: Option<KeyKind>,
    /// The certificate of an exchange key is called otherwise.
    exchange: bool,
    consent: bool,
    raw: bool,
    certificate: Source,
}

impl Builder {
    pub(super) fn new(product: Product) -> Self {
        let secret = |typed: &[u8]| Zeroizing::new(typed.to_vec());
        Self {
            pin: secret(b"123456"),
            signature_pin: product.signature_pin.then(|| secret(b"654321")),
            puk: Some(secret(b"000000")),
            tries: TRIES,
            issuer: Issuer::new("CN=IDPrime Emulator"),
            label: "IDPrimeTest".to_owned(),
            plans: BTreeMap::new(),
            files: BTreeMap::new(),
            protected_map: product.protected_map,
            verify_refused: false,
            reselect_keeps: false,
            also: None,
            product,
        }
    }

    /// The PIN, as it is typed.
    pub fn pin(mut self, pin: &str) -> Self {
        self.pin = Zeroizing::new(pin.as_bytes().to_vec());
        self
    }

    /// The signature PIN, as it is typed.
    pub fn signature_pin(mut self, pin: &str) -> Self {
        self.signature_pin = Some(Zeroizing::new(pin.as_bytes().to_vec()));
        self
    }

    /// The PUK, as it is typed.
    pub fn puk(mut self, puk: &str) -> Self {
        self.puk = Some(Zeroizing::new(puk.as_bytes().to_vec()));
        self
    }

    /// The card has an administrator's key only.
    pub fn without_puk(mut self) -> Self {
        self.puk = None;
        self
    }

    /// How often each secret may be wrong.
    pub fn tries(mut self, most: u8) -> Self {
        self.tries = most.clamp(1, 0x0F);
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

    /// A signature key with a self-issued certificate in this container (0 to 14).
    pub fn key(mut self, container: u8, kind: KeyKind) -> Self {
        self.plan(container).key = Some(kind);
        self
    }

    /// The container's key and certificate count as for key exchange (`kxcNN`).
    pub fn exchange(mut self, container: u8) -> Self {
        self.plan(container).exchange = true;
        self
    }

    /// The container's key wants the signature PIN, before every signature.
    pub fn consent(mut self, container: u8) -> Self {
        self.plan(container).consent = true;
        self
    }

    /// The container's certificate is stored as it is, not compressed.
    pub fn raw(mut self, container: u8) -> Self {
        self.plan(container).raw = true;
        self
    }

    /// The container has no certificate.
    pub fn without_certificate(mut self, container: u8) -> Self {
        self.plan(container).certificate = Source::None;
        self
    }

    /// The container's certificate is this one (DER), whatever key is there.
    pub fn certificate(mut self, container: u8, der: &[u8]) -> Self {
        self.plan(container).certificate = Source::Given(der.to_vec());
        self
    }

    /// A file lies there with these bytes, whatever would have been in it: a wrong index,
    /// an empty map.
    pub fn file(mut self, identifier: u16, bytes: &[u8]) -> Self {
        self.files.insert(identifier, Some(bytes.to_vec()));
        self
    }

    /// A file is missing.
    pub fn without_file(mut self, identifier: u16) -> Self {
        self.files.insert(identifier, None);
        self
    }

    /// The container map asks for secure messaging, as in the strict mode of FIPS tokens.
    pub fn protected_map(mut self) -> Self {
        self.protected_map = true;
        self
    }

    /// The container map can be read.
    pub fn readable_map(mut self) -> Self {
        self.protected_map = false;
        self
    }

    /// VERIFY is answered 6982 whatever it carries, and free, as one eToken 5300 did.
    pub fn verify_refused(mut self) -> Self {
        self.verify_refused = true;
        self
    }

    /// Selecting the application again keeps what is verified.
    pub fn reselect_keeps(mut self) -> Self {
        self.reselect_keeps = true;
        self
    }

    /// Keys answer to the numbers from this one on as well. OpenSC 0.23 counts otherwise
    /// than its later releases, and so than the products here: 830 from 56, 930 from 11.
    pub fn also_counted_from(mut self, first: u8) -> Self {
        self.also = Some(References::Counted(first, 1));
        self
    }

    fn plan(&mut self, container: u8) -> &mut Plan {
        let plan = self.plans.entry(container);
        plan.or_insert(Plan {
            key: None,
            exchange: false,
            consent: false,
            raw: false,
            certificate: Source::Issued,
        })
    }

    /// Generates and issues what is needed.
    ///
    /// # Errors
    ///
    /// When a container or kind of key is not the product's, a key cannot be made or a
    /// certificate cannot be issued.
    pub fn build(mut self) -> Result<IdPrimeCard, BuildError> {
        self.issuer.begin()?;
        let mut containers = BTreeMap::new();
        let mut certificates = BTreeMap::new();
        for (number, plan) in &self.plans {
            let reference = self.product.references.of(*number);
            let reference = reference.ok_or(BuildError::Container)?;
            let key = self.made(*number, plan)?;
            if let Some(bytes) =
                self.issuer
                    .stored(&plan.certificate, plan.raw, (*number, key.as_ref()))?
            {
                certificates.insert(*number, bytes);
            }
            if let Some(key) = key {
                let container = Container {
                    key,
                    reference,
                    also: self.also.and_then(|also| also.of(*number)),
                    consent: plan.consent,
                };
                containers.insert(*number, container);
            }
        }
        let mut random = self.issuer.stream(b"random");
        let serial = random.take::<16>();
        let mut cplc = [0; 42];
        let parts = [&CPLC[..], &[self.product.release], &serial[..]].concat();
        cplc.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        let secret = |typed: &[u8]| Secret::new(&self.product.pin_form.stored(typed), self.tries);
        let optional = |typed: &Option<Zeroizing<Vec<u8>>>| {
            let secret = typed.as_ref().map(|typed| secret(typed));
            secret.unwrap_or_else(Secret::unset)
        };
        Ok(IdPrimeCard {
            files: self.all_files(&containers, certificates, &serial),
            containers,
            pin: secret(&self.pin),
            signature_pin: optional(&self.signature_pin),
            puk: optional(&self.puk),
            protected_map: self.protected_map,
            verify_refused: self.verify_refused,
            reselect_keeps: self.reselect_keeps,
            cplc,
            random,
            session: Session::default(),
            wire: Wire::new(Transport {
                extended: self.product.is_t1(),
                without_le: 0,
                ..Transport::SHORT
            }),
            sent: Vec::new(),
            product: self.product,
        })
    }

    fn made(&self, number: u8, plan: &Plan) -> Result<Option<PrivateKey>, BuildError> {
        let no_pin = plan.consent && self.signature_pin.is_none();
        if number >= file::CONTAINERS || no_pin {
            return Err(BuildError::Container);
        }
        let Some(kind) = plan.key else {
            return Ok(None);
        };
        if !self.product.kinds.contains(&kind) {
            return Err(BuildError::Kind);
        }
        self.issuer.key(number, kind).map(Some)
    }

    /// All files, and the index over them.
    fn all_files(
        &self,
        containers: &BTreeMap<u8, Container>,
        certificates: BTreeMap<u8, Vec<u8>>,
        serial: &[u8; 16],
    ) -> BTreeMap<u16, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut entries = Vec::new();
        let mut put = |file: u16, name: String, directory, flags, bytes: Vec<u8>| {
            let size = bytes.len();
            entries.push(Entry {
                file,
                size,
                name,
                directory,
                flags,
            });
            files.insert(file, bytes);
        };
        put(
            id::CARD_CF,
            "cardcf".into(),
            "",
            0x01,
            vec![0, 0, 1, 0, 1, 0],
        );
        put(id::CARD_ID, "cardid".into(), "", 0x03, serial.to_vec());
        let apps = b"mscp\0\0\0\0".to_vec();
        put(id::CARD_APPS, "cardapps".into(), "", 0x01, apps);
        let map = file::container_map(&self.map_records(containers));
        put(id::CONTAINER_MAP, "cmapfile".into(), "mscp", 0x01, map);
        let mut next = id::FIRST_CERTIFICATE;
        for (number, bytes) in certificates {
            let exchange = self.plans.get(&number).is_some_and(|plan| plan.exchange);
            let kind = if exchange { "kxc" } else { "ksc" };
            put(next, format!("{kind}{number:02}"), "mscp", 0x01, bytes);
            next += 1;
        }
        let label = file::token_information(&self.label);
        put(next, "tinfo".into(), "p11", 0x01, label);

        files.insert(id::INDEX, file::index(&entries));
        if self.product.has_key_map() {
            let keys: Vec<(u8, u8, bool)> = containers
                .iter()
                .map(|(number, container)| (container.reference, *number, container.consent))
                .collect();
            files.insert(id::KEY_MAP, file::key_map(&keys));
        }
        for (identifier, bytes) in &self.files {
            match bytes {
                Some(bytes) => files.insert(*identifier, bytes.clone()),
                None => files.remove(identifier),
            };
        }
        files
    }

    fn map_records(&self, containers: &BTreeMap<u8, Container>) -> Vec<MapRecord> {
        let record = |(number, container): (&u8, &Container)| {
            let bits = bits(container.key.kind());
            let exchange = self.plans.get(number).is_some_and(|plan| plan.exchange);
            MapRecord {
                container: *number,
                signature_bits: if exchange { 0 } else { bits },
                exchange_bits: if exchange { bits } else { 0 },
            }
        };
        containers.iter().map(record).collect()
    }
}

fn bits(kind: KeyKind) -> u16 {
    match kind {
        KeyKind::P521 => 521,
        kind => kind.input_length().map_or(0, |length| length as u16 * 8),
    }
}
