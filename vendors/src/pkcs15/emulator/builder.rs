//! What a card is born with.

use std::collections::BTreeMap;

use super::dialect::FileKind;
use super::directory::{
    APPLICATION_NAME, CertificateEntry, KeyEntry, PinEntry, Value, Writer, broken,
};
use super::object::{Layout, Object, PinKind, PinObject, Source};
use super::pin::Pin;
use super::sign::Key;
use super::{Dialect, Pkcs15Card, Session};
use crate::emulator::BuildError;
use crate::emulator::certificate::{Statement, issue};
use crate::emulator::files::{Content, File, Files, tag};
use crate::emulator::issuer::Issuer;
use crate::emulator::key::PrivateKey;
use crate::emulator::wire::Wire;

/// Files of every layout.
const DIR: u16 = 0x2F00;
const ODF: u16 = 0x5031;
const TOKEN_INFO: u16 = 0x5032;
/// Elements of EF(ODF): private keys, certificates, authentication objects.
const KINDS: [u32; 3] = [0xA0, 0xA4, 0xA8];
/// The iD of the first object.
const FIRST_ID: u8 = 0x45;

/// Collects what is on a card; see [`Pkcs15Card::builder`].
pub struct Builder {
    dialect: Dialect,
    issuer: Issuer,
    label: Option<String>,
    layout: Layout,
    pins: Vec<PinObject>,
    objects: Vec<Object>,
}

impl Builder {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            issuer: Issuer::new(""),
            label: None,
            layout: Layout::default(),
            pins: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// Makes every key repeatable. For tests: the keys are no secret then.
    pub fn seed(mut self, seed: &[u8]) -> Self {
        self.issuer.repeat(seed);
        self
    }

    /// The token's label.
    pub fn label(mut self, label: &str) -> Self {
        self.label = Some(label.to_owned());
        self
    }

    /// In what the content departs from the usual.
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// A PIN. Without any, and with an object, there is one: 123456.
    pub fn pin(mut self, pin: PinObject) -> Self {
        self.pins.push(pin);
        self
    }

    /// A key, a certificate or both.
    pub fn object(mut self, object: Object) -> Self {
        self.objects.push(object);
        self
    }

    /// Generates and issues what is needed.
    ///
    /// # Errors
    ///
    /// When a key cannot be made or a certificate cannot be issued.
    pub fn build(mut self) -> Result<Pkcs15Card, BuildError> {
        self.issuer.begin()?;
        let blank = self.objects.is_empty() && self.pins.is_empty();
        if self.pins.is_empty() {
            self.pins = self.dialect.habits.usual_pins();
        }
        let mut card = Pkcs15Card {
            files: Files::new(self.dialect.habits.master(blank)),
            pins: BTreeMap::new(),
            keys: BTreeMap::new(),
            parts: BTreeMap::new(),
            settings: BTreeMap::new(),
            certificates: Vec::new(),
            operational: !blank,
            changes: 0,
            random: self.issuer.stream(b"random"),
            session: Session::default(),
            wire: Wire::new(self.dialect.wire),
            sent: Vec::new(),
            dialect: self.dialect,
        };
        if !blank {
            self.fill(&mut card)?;
        }
        card.dialect.habits.finish(&mut card, blank);
        Ok(card)
    }

    fn fill(&self, card: &mut Pkcs15Card) -> Result<(), BuildError> {
        let places = &self.dialect.places;
        let application = places.application;
        let writer = Writer {
            layout: &self.layout,
            application,
        };
        self.put(card, &[application], FileKind::Directory, Vec::new());
        if !self.layout.nameless
            && let Some(file) = card.files.at_mut(&[application])
        {
            file.parameters.push((tag::NAME, APPLICATION_NAME.to_vec()));
        }
        let pins = self.put_pins(card, &writer);
        let (keys, certificates) = self.put_objects(card, &writer)?;
        let mut directory = Vec::new();
        let [aodf, prkdf, cdf] = places.directories;
        let files = [(2, aodf, pins), (0, prkdf, keys), (1, cdf, certificates)];
        for (kind, file, mut entries) in files {
            if kind == 2 && self.layout.no_aodf {
                continue;
            }
            if self.layout.broken_first {
                entries.splice(0..0, broken());
            }
            directory.extend(writer.object_directory(KINDS[kind], file, &entries));
            if !self.layout.inline {
                self.put_filled(card, &[application, file], entries);
            }
        }
        self.put_filled(card, &[application, ODF], directory);
        let label = self.label.as_deref().unwrap_or(places.label);
        if !self.layout.no_token_info {
            let info = writer.token_info(label, places.maker, &[0x01, 0x23, 0x45, 0x67]);
            self.put_filled(card, &[application, TOKEN_INFO], info);
        }
        if !self.layout.no_dir {
            let entry = writer.dir(label);
            if self.layout.record_dir {
                self.put(card, &[DIR], FileKind::Records, entry);
            } else {
                self.put_filled(card, &[DIR], entry);
            }
        }
        Ok(())
    }

    fn put_pins(&self, card: &mut Pkcs15Card, writer: &Writer<'_>) -> Vec<u8> {
        let places = &self.dialect.places;
        let habits = self.dialect.habits;
        let [first, step] = places.pins;
        let references: Vec<u8> = (0_u8..)
            .zip(&self.pins)
            .map(|(at, pin)| {
                pin.reference
                    .unwrap_or(first.wrapping_add(step.wrapping_mul(at)))
            })
            .collect();
        let mut entries = Vec::new();
        for ((at, object), reference) in (0_u8..).zip(&self.pins).zip(&references) {
            let (lengths, padding) = self.form(object);
            let sent = |value: &str| encoded(object.kind, value, lengths.1, padding);
            let number = habits.pin(*reference);
            let mut pin = Pin::new(&sent(&object.value), object.tries);
            pin.home = object.local.then(|| vec![places.application]);
            if let Some(puk) = &object.puk {
                let own = habits.puk(number);
                card.pins
                    .insert(own, Pin::new(&sent(puk), self.dialect.pins.puk_tries));
                pin.unblocked_by = Some(own);
            }
            if let Some(of) = object.unblocked_by.and_then(|of| references.get(of)) {
                pin.unblocked_by = Some(habits.pin(*of));
            }
            card.pins.insert(number, pin);
            entries.extend(writer.pin(&PinEntry {
                object,
                auth_id: at.wrapping_add(1),
                unblocker: object.unblocked_by.map(|of| of as u8 + 1),
                reference: *reference,
                lengths,
                padding,
            }));
        }
        entries
    }

    /// Lengths and padding of a PIN.
    fn form(&self, object: &PinObject) -> ((u8, u8, u8), Option<u8>) {
        let places = &self.dialect.places;
        let stored = places.padding.map_or(places.longest_pin, |(_, len)| len);
        let lengths = object.lengths.unwrap_or((4, stored, places.longest_pin));
        let usual = places.padding.map(|(byte, _)| byte);
        (lengths, object.padding.unwrap_or(usual))
    }

    fn put_objects(
        &self,
        card: &mut Pkcs15Card,
        writer: &Writer<'_>,
    ) -> Result<(Vec<u8>, Vec<u8>), BuildError> {
        let places = &self.dialect.places;
        let habits = self.dialect.habits;
        let (mut keys, mut certificates) = (Vec::new(), Vec::new());
        for (at, object) in (0_u8..).zip(&self.objects) {
            let id = object.id.clone().unwrap_or(vec![FIRST_ID.wrapping_add(at)]);
            let key = match (&object.certificate, object.key) {
                (Some(Source::Der(_)), false) => None,
                _ => Some(self.issuer.key(at, object.kind)?),
            };
            if object.key {
                let key = key.as_ref().ok_or(BuildError::Key)?;
                let number = places.key + u16::from(at);
                let path = habits.key_path(places.application, number);
                keys.extend(writer.key(&KeyEntry {
                    label: &object.label,
                    id: &id,
                    auth_id: object.pin.map(|pin| pin as u8 + 1),
                    once: object.once,
                    usage: object.usage,
                    reference: habits.key_reference(number),
                    path: &path,
                    key,
                }));
                let pin = object.pin.and_then(|pin| self.reference_of(pin));
                habits.key_file(card, number, key);
                card.keys.insert(
                    number,
                    Key {
                        key: key.clone(),
                        pin: pin.map(|reference| habits.pin(reference)),
                        once: object.once,
                        deciphers: object.usage[0] & 0x40 != 0,
                    },
                );
            }
            if let Some(der) = self.certificate(object, key.as_ref(), at)? {
                let id = self.certificate_id(object, at, id);
                certificates.extend(self.put_certificate(card, writer, object, (at, &id, &der)));
                card.certificates.push(der);
            }
        }
        Ok((keys, certificates))
    }

    fn certificate(
        &self,
        object: &Object,
        key: Option<&PrivateKey>,
        at: u8,
    ) -> Result<Option<Vec<u8>>, BuildError> {
        let (not_before, not_after) = object.validity.unwrap_or(self.issuer.validity);
        let statement = Statement {
            subject: &object.holder,
            serial: u32::from(at) + 1,
            not_before,
            not_after,
        };
        match &object.certificate {
            None => Ok(None),
            Some(Source::Der(der)) => Ok(Some(der.clone())),
            Some(Source::Issued) => {
                let der = key.and_then(|key| issue(key, &statement));
                der.map(Some).ok_or(BuildError::Certificate)
            }
        }
    }

    fn certificate_id(&self, object: &Object, at: u8, id: Vec<u8>) -> Vec<u8> {
        let count = self.objects.len() as u8;
        match &object.certificate_id {
            Some(own) => own.clone(),
            None if self.layout.swapped_ids => vec![FIRST_ID + (at + 1) % count],
            None => id,
        }
    }

    fn put_certificate(
        &self,
        card: &mut Pkcs15Card,
        writer: &Writer<'_>,
        object: &Object,
        (at, id, der): (u8, &[u8], &[u8]),
    ) -> Vec<u8> {
        /// What is in front of a certificate that stands in the middle of its file.
        const FRONT: &[u8] = &[0x00; 16];
        let places = &self.dialect.places;
        let file = places.certificate + u16::from(at);
        let slice = self.layout.sliced.then_some((FRONT.len(), der.len()));
        let value = match object.direct {
            true => Value::Direct(der),
            false => Value::File(file, slice),
        };
        if !object.direct {
            let front = if slice.is_some() { FRONT } else { &[] };
            let content = [front, der, &object.padding].concat();
            let path = [places.application, file];
            self.put(card, &path, FileKind::Transparent, content);
        }
        writer.certificate(&CertificateEntry {
            label: &object.label,
            id,
            authority: object.authority,
            value,
        })
    }

    fn reference_of(&self, pin: usize) -> Option<u8> {
        let [first, step] = self.dialect.places.pins;
        let usual = first.wrapping_add(step.wrapping_mul(pin as u8));
        Some(self.pins.get(pin)?.reference.unwrap_or(usual))
    }

    fn put_filled(&self, card: &mut Pkcs15Card, path: &[u16], mut content: Vec<u8>) {
        if let Some(filler) = self.layout.filler {
            content.resize(content.len().next_multiple_of(64) + 64, filler);
        }
        self.put(card, path, FileKind::Transparent, content);
    }

    fn put(&self, card: &mut Pkcs15Card, path: &[u16], kind: FileKind, content: Vec<u8>) {
        let Some(identifier) = path.last() else {
            return;
        };
        let size = match kind {
            FileKind::Directory => 0x1000,
            _ => u16::try_from(content.len()).unwrap_or(u16::MAX),
        };
        let parameters = self.dialect.habits.parameters(*identifier, kind, size);
        let content = match kind {
            FileKind::Directory => Content::Directory,
            FileKind::Transparent => Content::Transparent(content),
            FileKind::Records => Content::Records(vec![content]),
        };
        let file = File {
            parameters,
            content,
        };
        card.files.insert(path.to_vec(), file);
    }
}

/// The PIN as it is sent (ISO 9564-1, PKCS#15 v1.1 §6.8.2).
fn encoded(kind: PinKind, value: &str, stored: u8, padding: Option<u8>) -> Vec<u8> {
    let nibbles = |digits: &str| -> Vec<u8> {
        digits
            .bytes()
            .map(|digit| digit.wrapping_sub(b'0') & 0x0F)
            .collect()
    };
    let packed = |nibbles: &[u8], filler: u8| -> Vec<u8> {
        let pair = |pair: &[u8]| pair[0] << 4 | pair.get(1).copied().unwrap_or(filler & 0x0F);
        nibbles.chunks(2).map(pair).collect()
    };
    let (mut sent, length) = match kind {
        PinKind::AsciiNumeric | PinKind::Utf8 => (value.as_bytes().to_vec(), stored),
        PinKind::Bcd => (packed(&nibbles(value), padding.unwrap_or(0xFF)), stored / 2),
        PinKind::HalfNibbleBcd => (
            nibbles(value).iter().map(|digit| 0xF0 | digit).collect(),
            stored,
        ),
        PinKind::Iso9564 => {
            let mut sent = vec![0x20 | (value.len() as u8 & 0x0F)];
            sent.extend(packed(&nibbles(value), 0x0F));
            sent.resize(8, 0xFF);
            return sent;
        }
    };
    if let Some(padding) = padding {
        sent.resize(usize::from(length).max(sent.len()), padding);
    }
    sent
}
