//! Certificates, and the keys that they belong to.

use securesign_card::cache::Name;
use securesign_card::certificate::Certificate;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, given};
use securesign_card::pkcs15::{
    self, CertificateEntry, Directory, KeyEntry, KeyKind, Place, PublicKeyEntry,
};
use securesign_card::profile::{Credential, Found, KeyId, Note, PinUse, Problem, Search};
use securesign_card::signature::PublicKey;
use securesign_card::sw::StatusWord;
use securesign_card::{text, tlv};

use super::opened::Opened;
use crate::kept;
use crate::offer::{rank, signing};

/// Most certificates that are looked at.
const MOST: usize = 16;

const DURING: &str = "read a certificate";

/// Signing certificates with a key on the card.
pub fn find(card: &mut Channel<'_>, app: &mut Opened, search: &Search) -> Result<Found, CardError> {
    app.learn(card, search.everything)?;
    let mut reader = Reader {
        keys: app.private_keys(card)?,
        app,
        search,
        notes: Vec::new(),
        found: Vec::new(),
        public: None,
    };
    let mut entries = reader.entries(card)?;
    if search.serial.is_some() {
        // Nothing need be read of the others where the one that is asked for was kept.
        entries.sort_by_cached_key(|entry| reader.kept(card, entry).is_none());
    }
    for entry in entries {
        if reader.take_in(card, entry)? {
            break;
        }
    }
    let Reader {
        mut found, notes, ..
    } = reader;
    found.sort_by_key(|(rank, _)| *rank);
    Ok(Found {
        credentials: found.into_iter().map(|(_, found)| found).collect(),
        notes,
    })
}

/// The public half of a key.
#[derive(Clone)]
struct PublicHalf {
    id: Vec<u8>,
    value: Vec<u8>,
}

struct Reader<'a> {
    app: &'a mut Opened,
    search: &'a Search,
    keys: Vec<KeyEntry>,
    notes: Vec<Note>,
    /// With their ranks.
    found: Vec<(u8, Credential)>,
    /// The public halves, once they were needed.
    public: Option<Vec<PublicHalf>>,
}

impl Reader<'_> {
    /// What EF(CDF) lists, without authorities: these are there for the chain only.
    fn entries(&mut self, card: &mut Channel<'_>) -> Result<Vec<CertificateEntry>, CardError> {
        let mut entries = Vec::new();
        for place in self.app.places(Directory::Certificates) {
            let during = "read the list of certificates";
            let list = self
                .app
                .files
                .read_place(card, during, &place, pkcs15::is_whole);
            match list {
                Ok(list) => entries.extend(pkcs15::certificates(&list)),
                // There may be another one.
                Err(error) => {
                    let name = place
                        .file()
                        .map_or_else(String::new, |file| format!("{file:04X}"));
                    self.notes.push(Note::unreadable(name, error)?);
                }
            }
        }
        let own = entries.into_iter().filter(|entry| !entry.authority);
        Ok(own.take(MOST).collect())
    }

    /// A certificate, unless it is another one than the one that is asked for. Whether
    /// nothing else has to be looked at.
    fn take_in(
        &mut self,
        card: &mut Channel<'_>,
        entry: CertificateEntry,
    ) -> Result<bool, CardError> {
        let name = text::clean(entry.label.as_deref().unwrap_or("certificate"), 40);
        if self.keys.is_empty() {
            self.note(name, Problem::NoKey(None));
            return Ok(false);
        }
        let Some(place) = &entry.place else {
            self.note(name, Problem::NoFile);
            return Ok(false);
        };
        let search = self.search;
        let enough = |bytes: &[u8]| search.rules_out(bytes) || tlv::first(bytes).is_ok();
        let kept = self.kept(card, &entry);
        let read = match place {
            Place::File(path) => {
                let kept = kept.as_deref();
                let files = &mut self.app.files;
                files.read_unless_kept(card, DURING, path, kept, enough)
            }
            Place::Here(value) => Ok(value.clone()),
        };
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(CardError::Refused {
                sw: StatusWord::NOT_FOUND,
                ..
            }) if self.app.is_given() => return Ok(false),
            Err(error) => {
                self.notes.push(Note::unreadable(name, error)?);
                return Ok(false);
            }
        };
        if search.rules_out(&bytes) {
            return Ok(false);
        }
        let bytes = without_filling(bytes);
        if kept.as_ref() != Some(&bytes)
            && Certificate::parse(&bytes).is_ok()
            && let Some(name) = self.kept_as(&entry)
        {
            kept::keep(card, &name, &bytes);
        }
        let Some(certificate) = signing(&name, &bytes, &mut self.notes) else {
            return Ok(false);
        };
        match self.key(card, &entry, &certificate)? {
            Ok(key) => Ok(self.offer(name, &key, certificate)),
            Err(problem) => {
                self.note(name, problem);
                Ok(false)
            }
        }
    }

    /// What this certificate's file is kept under.
    fn kept_as(&self, entry: &CertificateEntry) -> Option<Name> {
        let Some(Place::File(path)) = &entry.place else {
            return None;
        };
        let start = path.part.map_or(0, |(start, _)| start).to_be_bytes();
        let place: [&[u8]; 3] = [&entry.id, &path.identifiers, &start];
        Some(kept::name(self.app.family.spec.id, &place))
    }

    /// The file of this certificate as it was before, unless it is another one than the one
    /// that is asked for; who looks at the token itself reads all anew.
    fn kept(&self, card: &Channel<'_>, entry: &CertificateEntry) -> Option<Vec<u8>> {
        let name = self.kept_as(entry).filter(|_| !self.search.everything)?;
        let wanted = |file: &[u8]| !self.search.rules_out(file);
        kept::find(card, &name, |file| {
            wanted(file) && Certificate::parse(file).is_ok()
        })
    }

    fn note(&mut self, place: String, problem: Problem) {
        self.notes.push(Note { place, problem });
    }

    fn offer(&mut self, label: String, key: &KeyEntry, certificate: Certificate) -> bool {
        let problem = match self.app.pin_of(key) {
            _ if !key.signs => Problem::Encryption(certificate.subject()),
            _ if self.app.recipe(key, certificate.key()).is_none() => Problem::NoReference,
            None => Problem::NoPin,
            Some(pin) => {
                let ends = self.search.ends_with(&certificate);
                let credential = Credential {
                    label,
                    key: KeyId(self.app.name(key, certificate.key())),
                    pin,
                    when: match key.consent {
                        true => PinUse::Always,
                        false => PinUse::Once,
                    },
                    certificate,
                    missing: None,
                };
                self.found.push((rank(&credential.certificate), credential));
                return ends;
            }
        };
        self.note(label, problem);
        false
    }

    /// The key of a certificate: the one with its identifier, or the one whose public half
    /// it has, where identifiers do not tell.
    fn key(
        &mut self,
        card: &mut Channel<'_>,
        entry: &CertificateEntry,
        certificate: &Certificate,
    ) -> Result<Result<KeyEntry, Problem>, CardError> {
        let public = certificate.key();
        let mut named = self.keys.iter().filter(|key| key.id == entry.id);
        if let Some(key) = named.find(|key| fits(key, public)) {
            return Ok(Ok(key.clone()));
        }
        let halves = self.public_keys(card)?;
        let ids = halves
            .iter()
            .filter(|half| is_half(&half.value, certificate))
            .map(|half| &half.id);
        let ids: Vec<&Vec<u8>> = ids.collect();
        let mut keys = self.keys.iter().filter(|key| fits(key, public));
        let key = match halves.is_empty() {
            // Nothing tells but that there is no other: a signature is checked in any case.
            true => keys.next().filter(|_| keys.next().is_none()),
            false => keys.find(|key| ids.contains(&&key.id)),
        };
        Ok(key
            .cloned()
            .ok_or_else(|| Problem::NoKey(Some(certificate.subject()))))
    }

    /// The public keys that the card has, read once.
    fn public_keys(&mut self, card: &mut Channel<'_>) -> Result<Vec<PublicHalf>, CardError> {
        if let Some(known) = &self.public {
            return Ok(known.clone());
        }
        let during = "read the list of public keys";
        let mut keys = Vec::new();
        for place in self.app.places(Directory::PublicKeys) {
            let list = self
                .app
                .files
                .read_place(card, during, &place, pkcs15::is_whole);
            let list = given(list)?.unwrap_or_default();
            for PublicKeyEntry { id, place } in pkcs15::public_keys(&list).into_iter().take(MOST) {
                let Some(place) = place else { continue };
                let enough = |bytes: &[u8]| tlv::first(bytes).is_ok();
                let during = "read a public key";
                let value = self.app.files.read_place(card, during, &place, enough);
                keys.extend(given(value)?.map(|value| PublicHalf {
                    id,
                    value: without_filling(value),
                }));
            }
        }
        self.public = Some(keys.clone());
        Ok(keys)
    }
}

/// A value without what fills its file.
fn without_filling(mut value: Vec<u8>) -> Vec<u8> {
    let filling = tlv::first(&value).map_or(0, |(_, rest)| rest.len());
    value.truncate(value.len() - filling);
    value
}

/// Whether a key can be that of a certificate, by its kind and length.
fn fits(key: &KeyEntry, public: &PublicKey) -> bool {
    let len = public.rsa_len();
    let kind = match len {
        Some(_) => KeyKind::Rsa,
        None => KeyKind::EllipticCurve,
    };
    let bits = key.bits.map(usize::from).filter(|bits| *bits > 0);
    let same_len = match (len, bits) {
        (Some(len), Some(bits)) => len == bits.div_ceil(8),
        _ => true,
    };
    key.kind.is_some_and(|it| it == kind) && same_len
}

/// Whether a public key, in whatever form the card has it, is that of the certificate: an
/// RSA modulus in it, or a point at its end.
fn is_half(value: &[u8], certificate: &Certificate) -> bool {
    let public = certificate.key();
    let contains = |whole: &[u8], part: &[u8]| {
        !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
    };
    match (public.modulus(), public.curve_len()) {
        (Some(modulus), _) => contains(value, &modulus),
        (None, Some(len)) => {
            let point = value.len().checked_sub(2 * len).map(|at| &value[at..]);
            point.is_some_and(|point| contains(certificate.der(), point))
        }
        (None, None) => false,
    }
}
