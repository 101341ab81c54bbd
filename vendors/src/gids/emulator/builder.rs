//! What a card is born with: what a minidriver or a personalisation tool would have
//! written.

use std::collections::BTreeMap;
use std::time::Duration;

use zeroize::Zeroizing;

use super::data::{Access, Container, id};
use super::key::{CONTAINERS, KeyFile, file_of};
use super::pin::TRIES;
use super::{GidsCard, Product, Session, admin};
use crate::emulator::BuildError;
use crate::emulator::issuer::{Issuer, Source};
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::secret::Secret;
use crate::emulator::wire::{Transport, Wire};

/// The containers, and who may put and get.
const ACCESS: [(u16, Access, Access); 6] = [
    (id::MASTER, Access::Either, Access::Free),
    (id::SHARED, Access::Either, Access::Free),
    (id::WRITE_ONLY, Access::Either, Access::Never),
    (id::CARD, Access::Admin, Access::Free),
    (id::PROTECTED, Access::Either, Access::Either),
    (id::ADMIN, Access::Admin, Access::Admin),
];
/// Bytes of a name in the container map, and of the whole record.
const NAME: usize = 80;
const RECORD: usize = 86;

/// Collects containers and objects; see [`GidsCard::builder`].
pub struct Builder {
    product: Product,
    pin: Zeroizing<Vec<u8>>,
    puk: Option<Zeroizing<Vec<u8>>>,
    tries: u8,
    admin_key: [u8; 24],
    blank: bool,
    issuer: Issuer,
    plans: BTreeMap<u8, Plan>,
    objects: BTreeMap<(u16, u16), Option<Vec<u8>>>,
}

/// What goes into a container.
struct Plan {
    key: Option<KeyKind>,
    /// A signature key is called otherwise, and so is its certificate.
    signature: bool,
    raw: bool,
    certificate: Source,
    name: String,
}

impl Builder {
    pub(super) fn new(product: Product) -> Self {
        Self {
            pin: Zeroizing::new(b"123456".to_vec()),
            puk: None,
            tries: TRIES,
            admin_key: [0; 24],
            blank: false,
            issuer: Issuer::new("CN=GIDS Emulator"),
            plans: BTreeMap::new(),
            objects: BTreeMap::new(),
            product,
        }
    }

    /// The PIN, as it is typed.
    pub fn pin(mut self, pin: &str) -> Self {
        self.pin = Zeroizing::new(pin.as_bytes().to_vec());
        self
    }

    /// A PUK, as it is typed, where the product may have one.
    pub fn puk(mut self, puk: &str) -> Self {
        self.puk = Some(Zeroizing::new(puk.as_bytes().to_vec()));
        self
    }

    /// How often PIN and PUK may be wrong.
    pub fn tries(mut self, most: u8) -> Self {
        self.tries = most.clamp(1, 0x0F);
        self
    }

    /// The administrator's key.
    pub fn admin_key(mut self, key: [u8; 24]) -> Self {
        self.admin_key = key;
        self
    }

    /// Nobody has personalised the card: no PIN, no container.
    pub fn blank(mut self) -> Self {
        self.blank = true;
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

    /// Validity of all self-issued certificates, since 1970-01-01T00:00:00Z.
    pub fn validity(mut self, not_before: Duration, not_after: Duration) -> Self {
        self.issuer.validity = (not_before, not_after);
        self
    }

    /// An exchange key (`kxc`, the usual kind) with a self-issued certificate in this
    /// container (0 to 30).
    pub fn key(mut self, container: u8, kind: KeyKind) -> Self {
        self.plan(container).key = Some(kind);
        self
    }

    /// The container's key signs only (`ksc`).
    pub fn signature(mut self, container: u8) -> Self {
        self.plan(container).signature = true;
        self
    }

    /// What the container is called.
    pub fn name(mut self, container: u8, name: &str) -> Self {
        self.plan(container).name = name.to_owned();
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

    /// An object lies there with this value, whatever would have been in it: a wrong
    /// master file, an empty map.
    pub fn object(mut self, file: u16, object: u16, value: &[u8]) -> Self {
        self.objects.insert((file, object), Some(value.to_vec()));
        self
    }

    /// An object is missing.
    pub fn without_object(mut self, file: u16, object: u16) -> Self {
        self.objects.insert((file, object), None);
        self
    }

    fn plan(&mut self, container: u8) -> &mut Plan {
        let plan = self.plans.entry(container);
        plan.or_insert_with(|| Plan {
            key: None,
            signature: false,
            raw: false,
            certificate: Source::Issued,
            name: format!("Container {container}"),
        })
    }

    /// Generates and issues what is needed.
    ///
    /// # Errors
    ///
    /// When a container or kind of key cannot be, a key cannot be made or a certificate
    /// cannot be issued.
    pub fn build(mut self) -> Result<GidsCard, BuildError> {
        self.issuer.begin()?;
        if self.puk.is_some() && !self.product.puk {
            return Err(BuildError::Puk);
        }
        let mut keys = BTreeMap::new();
        let mut certificates = BTreeMap::new();
        for (number, plan) in &self.plans {
            let key = self.made(*number, plan)?;
            if let Some(bytes) =
                self.issuer
                    .stored(&plan.certificate, plan.raw, (*number, key.as_ref()))?
            {
                certificates.insert(*number, bytes);
            }
            if key.is_some() {
                keys.insert(file_of(*number), KeyFile { key });
            }
        }
        let mut random = self.issuer.stream(b"random");
        let serial = *random.take::<16>();
        let set = |value: &Option<&Zeroizing<Vec<u8>>>| match value {
            Some(value) => Secret::new(value, self.tries),
            None => Secret::unset(),
        };
        let pin = (!self.blank).then_some(&self.pin);
        Ok(GidsCard {
            containers: match self.blank {
                true => BTreeMap::new(),
                false => self.all_containers(certificates, &serial),
            },
            keys,
            admin_key: (!self.blank).then(|| admin::Key::new(self.admin_key)),
            pin: set(&pin),
            puk: set(&self.puk.as_ref()),
            operational: !self.blank,
            random,
            session: Session::default(),
            wire: Wire::new(Transport::SHORT),
            sent: Vec::new(),
            product: self.product,
        })
    }

    fn made(&self, number: u8, plan: &Plan) -> Result<Option<PrivateKey>, BuildError> {
        if number >= CONTAINERS || self.blank {
            return Err(BuildError::Container);
        }
        let Some(kind) = plan.key else {
            return Ok(None);
        };
        if !kind.is_rsa() {
            return Err(BuildError::Kind);
        }
        self.issuer.key(number, kind).map(Some)
    }

    fn all_containers(
        &self,
        certificates: BTreeMap<u8, Vec<u8>>,
        serial: &[u8; 16],
    ) -> BTreeMap<u16, Container> {
        let mut objects: BTreeMap<(u16, u16), Vec<u8>> = BTreeMap::from([
            ((id::CARD, id::CARD_ID), serial.to_vec()),
            ((id::SHARED, id::CARD_APPS), b"mscp\0\0\0\0".to_vec()),
            ((id::SHARED, id::CARD_CF), vec![0; 6]),
            ((id::SHARED, id::CONTAINER_MAP), self.container_map()),
        ]);
        let mut master = vec![0x01];
        master.extend(record("mscp", "", id::MASTER, 0));
        master.extend(record("", "cardid", id::CARD, id::CARD_ID));
        master.extend(record("", "cardapps", id::SHARED, id::CARD_APPS));
        master.extend(record("", "cardcf", id::SHARED, id::CARD_CF));
        master.extend(record("mscp", "cmapfile", id::SHARED, id::CONTAINER_MAP));
        for (place, (number, bytes)) in (id::FIRST_CERTIFICATE..).zip(certificates) {
            let signature = self.plans.get(&number).is_some_and(|plan| plan.signature);
            let kind = if signature { "ksc" } else { "kxc" };
            let name = format!("{kind}{number:02X}");
            master.extend(record("mscp", &name, id::SHARED, place));
            objects.insert((id::SHARED, place), bytes);
        }
        objects.insert((id::MASTER, id::MASTER_FILE), master);
        for (place, value) in &self.objects {
            match value {
                Some(value) => objects.insert(*place, value.clone()),
                None => objects.remove(place),
            };
        }
        let container = |(file, put, get): (u16, Access, Access)| {
            let own = objects.iter().filter(|((of, _), _)| *of == file);
            let own = own.map(|((_, object), value)| (*object, value.clone()));
            let objects = own.collect();
            (file, Container { get, put, objects })
        };
        ACCESS.into_iter().map(container).collect()
    }

    /// A record for each container up to the last, empty where there is none.
    fn container_map(&self) -> Vec<u8> {
        let count = self.plans.keys().last().map_or(0, |last| last + 1);
        (0..count)
            .flat_map(|number| self.map_record(number))
            .collect()
    }

    fn map_record(&self, number: u8) -> Vec<u8> {
        let plan = self.plans.get(&number);
        let mut out = Vec::new();
        if let Some((plan, kind)) = plan.and_then(|plan| Some((plan, plan.key?))) {
            let name = plan.name.encode_utf16().take(NAME / 2 - 1);
            out.extend(name.flat_map(u16::to_le_bytes));
            out.resize(NAME, 0x00);
            // Valid; the first is the default as well.
            let default = self.plans.keys().next() == Some(&number);
            out.extend([if default { 0x03 } else { 0x01 }, 0x00]);
            let bits = kind.input_length().map_or(0, |length| length as u16 * 8);
            let both = if plan.signature { [bits, 0] } else { [0, bits] };
            out.extend(both.into_iter().flat_map(u16::to_le_bytes));
        }
        out.resize(RECORD, 0x00);
        out
    }
}

/// One line of the master file. A directory has no name in it, and lies nowhere.
fn record(directory: &str, name: &str, file: u16, object: u16) -> Vec<u8> {
    let mut out = directory.as_bytes().to_vec();
    out.resize(9, 0x00);
    out.extend(name.as_bytes());
    out.resize(20, 0x00);
    out.extend(u32::from(object).to_le_bytes());
    out.extend(u32::from(file).to_le_bytes());
    out
}
