//! What a card is born with.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::certificate::{self, Form};
use super::pin::Reference;
use super::{Application, Personality, PinPolicy, PivCard, Session, Slot, object};
use crate::emulator::certificate::{Statement, issue};
use crate::emulator::key::{KeyKind, PrivateKey, Stream};
use crate::emulator::tlv;

/// 2025-01-01T00:00:00Z.
const NOT_BEFORE: Duration = Duration::from_secs(1_735_689_600);
/// 2044-12-31T00:00:00Z.
const NOT_AFTER: Duration = Duration::from_secs(2_366_755_200);
/// Historical bytes start with this when they are compact-TLV (ISO/IEC 7816-4 §12.1.1).
const COMPACT_TLV: u8 = 0x80;
/// Card capabilities, three bytes; the third has chaining (80) and extended length (40).
const EXTENDED_CAPABILITIES: [u8; 4] = [0x73, 0xC0, 0x01, 0xC0];
/// The longest run of historical bytes.
const MOST_HISTORICAL: usize = 15;
const DIRECT_CONVENTION: u8 = 0x3B;

/// Collects keys, certificates and objects; see [`PivCard::builder`].
pub struct Builder {
    personality: Personality,
    pin: Zeroizing<Vec<u8>>,
    puk: Zeroizing<Vec<u8>>,
    tries: (u8, u8),
    seed: Option<Zeroizing<Vec<u8>>>,
    holder: String,
    subjects: BTreeMap<Slot, String>,
    validity: (Duration, Duration),
    slots: BTreeMap<Slot, Content>,
    forms: BTreeMap<Slot, Form>,
    foreign: BTreeMap<Slot, Vec<u8>>,
    policies: BTreeMap<Slot, PinPolicy>,
    objects: BTreeMap<u32, Vec<u8>>,
    other_applications: Vec<Vec<u8>>,
    guid: Option<[u8; 16]>,
    serial: Option<u32>,
    extended_capability: bool,
}

/// A key on its way into a slot.
struct Content {
    source: Source,
    keeps_key: bool,
    keeps_certificate: bool,
}

enum Source {
    Generate(KeyKind),
    Pkcs8(Zeroizing<Vec<u8>>),
}

impl Builder {
    pub(super) fn new(personality: Personality) -> Self {
        Self {
            pin: Zeroizing::new(b"123456".to_vec()),
            puk: Zeroizing::new(b"12345678".to_vec()),
            tries: (personality.pins.pin_tries, personality.pins.puk_tries),
            seed: None,
            holder: "CN=PIV Emulator".to_owned(),
            subjects: BTreeMap::new(),
            validity: (NOT_BEFORE, NOT_AFTER),
            slots: BTreeMap::new(),
            forms: BTreeMap::new(),
            foreign: BTreeMap::new(),
            policies: BTreeMap::new(),
            objects: BTreeMap::new(),
            other_applications: Vec::new(),
            guid: None,
            serial: None,
            extended_capability: false,
            personality,
        }
    }

    /// The PIN, without padding.
    pub fn pin(mut self, pin: &str) -> Self {
        self.pin = Zeroizing::new(pin.as_bytes().to_vec());
        self
    }

    /// The PUK, without padding.
    pub fn puk(mut self, puk: &str) -> Self {
        self.puk = Zeroizing::new(puk.as_bytes().to_vec());
        self
    }

    /// Maximum of tries of PIN and PUK.
    pub fn tries(mut self, pin: u8, puk: u8) -> Self {
        self.tries = (pin, puk);
        self
    }

    /// Makes every generated key repeatable. For tests: the keys are no secret then.
    pub fn seed(mut self, seed: &[u8]) -> Self {
        self.seed = Some(Zeroizing::new(seed.to_vec()));
        self
    }

    /// Distinguished name of all self-issued certificates, RFC 4514 ("CN=Ada Lovelace").
    pub fn holder(mut self, name: &str) -> Self {
        self.holder = name.to_owned();
        self
    }

    /// Distinguished name for the certificate of one slot.
    pub fn subject(mut self, slot: Slot, name: &str) -> Self {
        self.subjects.insert(slot, name.to_owned());
        self
    }

    /// Validity of all self-issued certificates, since 1970-01-01T00:00:00Z.
    pub fn validity(mut self, not_before: Duration, not_after: Duration) -> Self {
        self.validity = (not_before, not_after);
        self
    }

    /// A generated key with a self-issued certificate.
    pub fn key(self, slot: Slot, kind: KeyKind) -> Self {
        self.content(slot, Source::Generate(kind), true, true)
    }

    /// An imported key (PKCS#8, DER) with a self-issued certificate.
    pub fn pkcs8(self, slot: Slot, der: &[u8]) -> Self {
        let der = Zeroizing::new(der.to_vec());
        self.content(slot, Source::Pkcs8(der), true, true)
    }

    /// A certificate whose key is not on the card.
    pub fn certificate_only(self, slot: Slot, kind: KeyKind) -> Self {
        self.content(slot, Source::Generate(kind), false, true)
    }

    /// A generated key without certificate.
    pub fn key_only(self, slot: Slot, kind: KeyKind) -> Self {
        self.content(slot, Source::Generate(kind), true, false)
    }

    /// A certificate from elsewhere (DER) in place of the self-issued one.
    pub fn certificate(mut self, slot: Slot, der: &[u8]) -> Self {
        self.foreign.insert(slot, der.to_vec());
        self
    }

    /// Stores the slot's certificate in this form.
    pub fn form(mut self, slot: Slot, form: Form) -> Self {
        self.forms.insert(slot, form);
        self
    }

    /// Stores the slot's certificate gzip-compressed.
    pub fn gzip_certificate(self, slot: Slot) -> Self {
        self.form(slot, Form::Gzip)
    }

    /// Stores the slot's certificate as a zlib stream.
    pub fn zlib_certificate(self, slot: Slot) -> Self {
        self.form(slot, Form::Zlib)
    }

    /// Stores the slot's certificate as Net iD does.
    pub fn net_id_certificate(self, slot: Slot) -> Self {
        self.form(slot, Form::NetId)
    }

    /// Stores the slot's certificate directly in tag 53.
    pub fn bare(self, slot: Slot) -> Self {
        self.form(slot, Form::Bare)
    }

    /// The slot's certificate object is there and holds nothing: `53 00`.
    pub fn empty_object(self, slot: Slot) -> Self {
        self.raw_object(slot.object(), &tlv::element(object::OBJECT, &[]))
    }

    /// The answer to GET DATA of this tag, outer tag included; wins over everything else.
    pub fn raw_object(mut self, tag: u32, bytes: &[u8]) -> Self {
        self.objects.insert(tag, bytes.to_vec());
        self
    }

    /// A key history object with these counts of retired keys.
    pub fn key_history(self, on_card: u8, off_card: u8) -> Self {
        let history = object::key_history(on_card, off_card);
        self.raw_object(object::KEY_HISTORY, &history)
    }

    /// Printed information, readable after the PIN.
    pub fn printed_information(self, name: &str) -> Self {
        let printed = object::printed_information(name);
        self.raw_object(object::PRINTED_INFORMATION, &printed)
    }

    /// When the key of this slot wants the PIN.
    pub fn pin_policy(mut self, slot: Slot, policy: PinPolicy) -> Self {
        self.policies.insert(slot, policy);
        self
    }

    /// Card UUID in the CHUID.
    pub fn guid(mut self, guid: [u8; 16]) -> Self {
        self.guid = Some(guid);
        self
    }

    /// Serial number that Yubico's GET SERIAL tells, where the personality has one.
    pub fn serial(mut self, serial: u32) -> Self {
        self.serial = Some(serial);
        self
    }

    /// Another application on the same card that can be selected and does nothing.
    pub fn other_application(mut self, aid: &[u8]) -> Self {
        self.other_applications.push(aid.to_vec());
        self
    }

    /// Says in the ATR's card capabilities that extended length is understood.
    pub fn extended_capability(mut self) -> Self {
        self.extended_capability = true;
        self
    }

    /// Generates and issues what is needed.
    ///
    /// # Errors
    ///
    /// When a key cannot be read or made, or a certificate cannot be issued.
    pub fn build(self) -> Result<PivCard, BuildError> {
        let seed = match &self.seed {
            Some(seed) => seed.clone(),
            None => {
                let mut fresh = Zeroizing::new(vec![0; 32]);
                getrandom::fill(&mut fresh).map_err(|_| BuildError::Random)?;
                fresh
            }
        };
        let mut keys = BTreeMap::new();
        let mut certificates = BTreeMap::new();
        for (slot, content) in &self.slots {
            let key = content.source.open(*slot, &seed)?;
            if content.keeps_certificate && !self.foreign.contains_key(slot) {
                let der = issue(&key, &self.statement(*slot));
                certificates.insert(*slot, der.ok_or(BuildError::Certificate(*slot))?);
            }
            if content.keeps_key {
                keys.insert(*slot, key);
            }
        }
        certificates.extend(self.foreign.clone());

        let guid = match self.guid {
            Some(guid) => guid,
            None => *Stream::new(&[&seed[..], b"GUID"].concat()).take::<16>(),
        };
        let mut card = PivCard {
            atr: self.atr(),
            pin: Reference::new(&self.pin, self.tries.0),
            puk: Reference::new(&self.puk, self.tries.1),
            objects: self.objects(&certificates, &guid)?,
            keys,
            policies: self.policies,
            certificates,
            other_applications: self.other_applications,
            serial: self.serial,
            session: Session::default(),
            log: Vec::new(),
            personality: self.personality,
        };
        if card.personality.selection.default_application {
            card.session.application = Application::Piv;
        }
        Ok(card)
    }

    fn content(
        mut self,
        slot: Slot,
        source: Source,
        keeps_key: bool,
        keeps_certificate: bool,
    ) -> Self {
        let content = Content {
            source,
            keeps_key,
            keeps_certificate,
        };
        self.slots.insert(slot, content);
        self
    }

    fn statement(&self, slot: Slot) -> Statement<'_> {
        Statement {
            subject: self.subjects.get(&slot).unwrap_or(&self.holder),
            serial: u32::from(slot.reference()),
            not_before: self.validity.0,
            not_after: self.validity.1,
        }
    }

    fn objects(
        &self,
        certificates: &BTreeMap<Slot, Vec<u8>>,
        guid: &[u8; 16],
    ) -> Result<BTreeMap<u32, Vec<u8>>, BuildError> {
        let mut objects = BTreeMap::from([
            (object::HOLDER_IDENTIFIER, object::holder_identifier(guid)),
            (object::CAPABILITIES, object::capabilities(guid)),
        ]);
        if self.personality.objects.key_history {
            objects.insert(object::KEY_HISTORY, object::key_history(0, 0));
        }
        for (slot, der) in certificates {
            let form = self.forms.get(slot).copied().unwrap_or(Form::Plain);
            let stored = certificate::object(der, form).ok_or(BuildError::Certificate(*slot))?;
            objects.insert(slot.object(), stored);
        }
        objects.extend(self.objects.clone());
        Ok(objects)
    }

    /// The answer to reset with its check byte (ISO/IEC 7816-3:2006 §8.2.5).
    fn atr(&self) -> Vec<u8> {
        let mut historical = self.personality.historical_bytes.to_vec();
        if self.extended_capability {
            historical = with_extended_capability(&historical);
        }
        historical.truncate(MOST_HISTORICAL);
        let count = historical.len() as u8;
        let mut atr = vec![
            DIRECT_CONVENTION,
            self.personality.interface_indicator | count,
        ];
        atr.extend(self.personality.interface_bytes);
        atr.extend(historical);
        let check = atr.iter().skip(1).fold(0, |sum, b| sum ^ b);
        atr.push(check);
        atr
    }
}

/// Historical bytes that are no compact-TLV have no place for capabilities: they go.
fn with_extended_capability(historical: &[u8]) -> Vec<u8> {
    let capability = EXTENDED_CAPABILITIES;
    match historical {
        [COMPACT_TLV, rest @ ..] if rest.len() + capability.len() < MOST_HISTORICAL => {
            if rest.contains(&capability[0]) {
                return historical.to_vec();
            }
            [&[COMPACT_TLV], rest, &capability].concat()
        }
        [COMPACT_TLV, ..] if historical.contains(&capability[0]) => historical.to_vec(),
        _ => [&[COMPACT_TLV][..], &capability].concat(),
    }
}

impl Source {
    fn open(&self, slot: Slot, seed: &[u8]) -> Result<PrivateKey, BuildError> {
        let key = match self {
            Source::Pkcs8(der) => PrivateKey::from_pkcs8(der),
            Source::Generate(kind) => {
                let own = Zeroizing::new([seed, &[slot.reference()]].concat());
                PrivateKey::generate(*kind, &mut Stream::new(&own))
            }
        };
        key.ok_or(BuildError::Key(slot))
    }
}

/// Why a card could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The key for this slot could not be read or generated.
    Key(Slot),
    /// The certificate for this slot could not be issued or stored.
    Certificate(Slot),
    /// The system gave no random bytes.
    Random,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Key(slot) => write!(f, "no key for slot {:02X}", slot.reference()),
            BuildError::Certificate(slot) => {
                write!(f, "no certificate for slot {:02X}", slot.reference())
            }
            BuildError::Random => f.write_str("no random bytes"),
        }
    }
}

impl std::error::Error for BuildError {}
