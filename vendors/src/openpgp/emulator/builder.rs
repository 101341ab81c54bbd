//! What a card is born with.

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::object::{attributes, tag};
use super::password::Password;
use super::{KeySlot, OpenPgpCard, Product, Session};
use crate::emulator::BuildError;
use crate::emulator::issuer::Issuer;
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::tlv;
use crate::emulator::wire::{Transport, Wire};

/// T=1, as ZeitControl's cards have it: TA1, TD1, TD2, TA3, TB3 (ISO/IEC 7816-3 §8.2).
const INTERFACE: [u8; 7] = [0x18, 0x81, 0xB1, 0xFE, 0x75, 0x1F, 0x03];

/// Collects keys and certificates; see [`OpenPgpCard::builder`].
pub struct Builder {
    product: Product,
    pw1: Zeroizing<Vec<u8>>,
    pw3: Zeroizing<Vec<u8>>,
    reset_code: Option<Zeroizing<Vec<u8>>>,
    several: bool,
    issuer: Issuer,
    name: String,
    keys: BTreeMap<KeySlot, (KeyKind, bool)>,
    certificates: BTreeMap<KeySlot, Vec<u8>>,
    touch: [u8; 3],
    kdf: Option<Kdf>,
}

/// Of PW1, reset code and PW3.
const SALTS: [[u8; 8]; 3] = [[0x11; 8], [0x22; 8], [0x33; 8]];

/// What is in the places for keys.
struct Holdings {
    keys: BTreeMap<KeySlot, PrivateKey>,
    attributes: [Vec<u8>; 3],
    certificates: BTreeMap<KeySlot, Vec<u8>>,
    fingerprints: [[u8; 20]; 3],
}

/// Iterated and salted (sheet, 10).
struct Kdf {
    wide: bool,
    count: u32,
}

impl Builder {
    pub(super) fn new(product: Product) -> Self {
        Self {
            pw1: Zeroizing::new(b"123456".to_vec()),
            pw3: Zeroizing::new(b"12345678".to_vec()),
            reset_code: None,
            several: product.several,
            issuer: Issuer::new("CN=OpenPGP Emulator"),
            name: "Emulator<<OpenPGP".to_owned(),
            keys: BTreeMap::new(),
            certificates: BTreeMap::new(),
            touch: [0; 3],
            kdf: None,
            product,
        }
    }

    /// PW1, as it is typed.
    pub fn pw1(mut self, pw1: &str) -> Self {
        self.pw1 = Zeroizing::new(pw1.as_bytes().to_vec());
        self
    }

    /// PW3, as it is typed.
    pub fn pw3(mut self, pw3: &str) -> Self {
        self.pw3 = Zeroizing::new(pw3.as_bytes().to_vec());
        self
    }

    /// A reset code, as it is typed.
    pub fn reset_code(mut self, code: &str) -> Self {
        self.reset_code = Some(Zeroizing::new(code.as_bytes().to_vec()));
        self
    }

    /// PW1 counts for several signatures.
    pub fn several(mut self) -> Self {
        self.several = true;
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

    /// A generated key with a self-issued certificate, where the product has a place
    /// for one.
    pub fn key(mut self, slot: KeySlot, kind: KeyKind) -> Self {
        self.keys.insert(slot, (kind, true));
        self
    }

    /// A generated key without certificate.
    pub fn key_only(mut self, slot: KeySlot, kind: KeyKind) -> Self {
        self.keys.insert(slot, (kind, false));
        self
    }

    /// A certificate from elsewhere (DER).
    pub fn certificate(mut self, slot: KeySlot, der: &[u8]) -> Self {
        self.certificates.insert(slot, der.to_vec());
        self
    }

    /// The key wants a touch: UIF 01.
    pub fn touch(mut self, slot: KeySlot) -> Self {
        self.touch[slot.index()] = 0x01;
        self
    }

    /// Passwords are derived before they are sent, with SHA-256, or SHA-512 where `wide`;
    /// so many bytes are hashed.
    pub fn kdf(mut self, count: u32, wide: bool) -> Self {
        self.kdf = Some(Kdf { wide, count });
        self
    }

    /// Generates and issues what is needed.
    ///
    /// # Errors
    ///
    /// When a key cannot be made or a certificate cannot be issued.
    pub fn build(mut self) -> Result<OpenPgpCard, BuildError> {
        self.issuer.begin()?;
        let holdings = self.holdings()?;
        let [pw1, reset_code, pw3] = self.passwords();
        Ok(OpenPgpCard {
            atr: answer_to_reset(self.product.historical),
            serial: *self.issuer.stream(b"serial").take::<4>(),
            pw1,
            pw3,
            reset_code,
            several: self.several,
            keys: holdings.keys,
            attributes: holdings.attributes,
            certificates: holdings.certificates,
            objects: self.objects(),
            fingerprints: holdings.fingerprints,
            authorities: Default::default(),
            times: Default::default(),
            touch: self.touch,
            signatures: 0,
            terminated: false,
            random: self.issuer.stream(b"random"),
            session: Session::default(),
            writing: None,
            wire: Wire::new(Transport {
                extended: self.product.extended,
                more: self.product.more,
                ..Transport::SHORT
            }),
            sent: Vec::new(),
            product: self.product,
        })
    }

    fn holdings(&self) -> Result<Holdings, BuildError> {
        let mut holdings = Holdings {
            keys: BTreeMap::new(),
            attributes: KeySlot::ALL.map(|slot| self.attributes(KeyKind::Rsa2048, slot)),
            certificates: BTreeMap::new(),
            fingerprints: [[0; 20]; 3],
        };
        for (slot, (kind, certified)) in &self.keys {
            let key = self.issuer.key(slot.crt(), *kind)?;
            holdings.attributes[slot.index()] = self.attributes(*kind, *slot);
            if *certified {
                let der = self.issuer.certificate(&key, u32::from(slot.crt()))?;
                holdings.certificates.insert(*slot, der);
            }
            // What a host would have written; only that it is not zero matters.
            holdings.fingerprints[slot.index()] = [slot.crt(); 20];
            holdings.keys.insert(*slot, key);
        }
        holdings.certificates.extend(self.certificates.clone());
        Ok(holdings)
    }

    fn objects(&self) -> BTreeMap<u16, Vec<u8>> {
        let mut objects = BTreeMap::from([
            (tag::NAME, self.name.as_bytes().to_vec()),
            (tag::LANGUAGE, b"en".to_vec()),
            (tag::SEX, b"9".to_vec()),
        ]);
        if let Some(kdf) = &self.kdf {
            objects.insert(tag::KDF, kdf.object(&SALTS));
        }
        objects
    }

    /// PW1, reset code and PW3, as the card keeps them.
    fn passwords(&self) -> [Password; 3] {
        let password = |typed: &[u8], salt: &[u8; 8]| match &self.kdf {
            Some(kdf) => Password::new(&kdf.derive(salt, typed)),
            None => Password::new(typed),
        };
        let [pw1, code, pw3] = &SALTS;
        let reset_code = self.reset_code.as_ref();
        [
            password(&self.pw1, pw1),
            reset_code.map_or_else(Password::unset, |typed| password(typed, code)),
            password(&self.pw3, pw3),
        ]
    }

    fn attributes(&self, kind: KeyKind, slot: KeySlot) -> Vec<u8> {
        attributes(kind, slot, self.product.attribute_tail)
    }
}

impl Kdf {
    /// The value of F9.
    fn object(&self, salts: &[[u8; 8]; 3]) -> Vec<u8> {
        let hash = if self.wide { 0x0A } else { 0x08 };
        let [pw1, code, pw3] = salts;
        [
            tlv::element(0x81, &[0x03]),
            tlv::element(0x82, &[hash]),
            tlv::element(0x83, &self.count.to_be_bytes()),
            tlv::element(0x84, pw1),
            tlv::element(0x85, code),
            tlv::element(0x86, pw3),
        ]
        .concat()
    }

    /// Salt and password again and again, cut after so many bytes, but once at least.
    fn derive(&self, salt: &[u8], typed: &[u8]) -> Zeroizing<Vec<u8>> {
        let once = Zeroizing::new([salt, typed].concat());
        let count = (self.count as usize).max(once.len());
        let fed: Zeroizing<Vec<u8>> =
            Zeroizing::new(once.iter().copied().cycle().take(count).collect());
        Zeroizing::new(if self.wide {
            Sha512::digest(&*fed).to_vec()
        } else {
            Sha256::digest(&*fed).to_vec()
        })
    }
}

/// With its check byte (ISO/IEC 7816-3:2006 §8.2.5).
fn answer_to_reset(historical: &[u8]) -> Vec<u8> {
    let mut atr = vec![0x3B, 0xD0 | historical.len() as u8];
    atr.extend(INTERFACE);
    atr.extend(historical);
    let check = atr.iter().skip(1).fold(0, |sum, byte| sum ^ byte);
    atr.push(check);
    atr
}
