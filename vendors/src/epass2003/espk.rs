//! The vendor's layout, "ENTERSAFE-ESPK" (sheet ePass2003, §8): an index of named
//! files, each a list of PKCS#11 attributes. What Indian tokens carry.

mod attributes;

use std::collections::BTreeMap;

use securesign_card::cache::Edition;
use securesign_card::certificate::Certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::profile::{Credential, Found, KeyId, Note, PinUse, Problem, Search};
use securesign_card::text;

use self::attributes::{
    Attributes, CKA_ID, CKA_LABEL, CKA_MODULUS, CKA_VALUE, certificate_in, private_handle,
};
use super::opened::{Opened, PIN};
use super::shelf::Shelf;
use super::{files, given, unreadable};
use crate::offer::{rank, signing};

/// Index of the directory's files.
const INDEX: u16 = 0x6F01;
/// Bytes of one record of the index.
const RECORD: usize = 30;
/// Most certificates that are read.
const CERTIFICATES: usize = 32;

/// The files that belong to signing, by the number in their names.
#[derive(Debug, Default)]
struct Index {
    certificates: BTreeMap<u16, Place>,
    private_keys: BTreeMap<u16, Place>,
    public_keys: BTreeMap<u16, Place>,
    container_map: Option<Place>,
    token_info: Option<Place>,
}

/// Where a file is, and how much of it is in use.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: u16,
    used: usize,
}

/// What is known of a key.
#[derive(Clone, Debug, Default)]
struct Key {
    /// Reference for MANAGE SECURITY ENVIRONMENT.
    reference: u16,
    id: Option<Vec<u8>>,
    modulus: Option<Vec<u8>>,
}

/// Signing certificates with a key on the token.
pub fn credentials(
    card: &mut Channel<'_>,
    app: &mut Opened,
    search: &Search,
) -> Result<Found, CardError> {
    let bytes = files::read(card, app, "read the index of files", INDEX, None)?;
    let index = Index::parse(&bytes);
    if search.everything
        && let Some(place) = index.token_info
    {
        app.label = label(card, app, place)?;
    }
    let serial = match card.cache() {
        Some(_) => app.identity(card)?,
        None => None,
    };
    let edition = serial.map(|serial| Edition::of(&[b"espk", &serial, &bytes]));
    Shelf::new(edition, search).serve(search, |shelf| {
        let reader = Reader {
            index: &index,
            search,
            shelf,
            keys: BTreeMap::new(),
            found: Vec::new(),
            notes: Vec::new(),
        };
        reader.all(card, app)
    })
}

struct Reader<'i> {
    index: &'i Index,
    search: &'i Search,
    shelf: &'i mut Shelf,
    /// Keys that were read; `None`: not to be used.
    keys: BTreeMap<u16, Option<Key>>,
    found: Vec<(u8, Credential)>,
    notes: Vec<Note>,
}

impl Reader<'_> {
    fn all(mut self, card: &mut Channel<'_>, app: &mut Opened) -> Result<Found, CardError> {
        let index = self.index;
        let (mut with_key, without_key): (Vec<_>, Vec<_>) = index
            .certificates
            .iter()
            .take(CERTIFICATES)
            .partition(|(number, _)| index.has_key(**number));
        let file = |(_, place): &(&u16, &Place)| place.file;
        self.shelf.sort(card, self.search, &mut with_key, file);
        for (number, place) in with_key {
            self.certificate(card, app, *number, *place)?;
            if self.is_done() {
                break;
            }
        }
        let satisfied = self
            .found
            .iter()
            .any(|(_, credential)| self.search.wants(&credential.certificate));
        if self.search.everything || !satisfied {
            for (number, place) in without_key {
                self.certificate(card, app, *number, *place)?;
                if self.is_done() {
                    break;
                }
            }
        }
        self.found.sort_by_key(|(rank, _)| *rank);
        Ok(Found {
            credentials: self.found.into_iter().map(|(_, found)| found).collect(),
            notes: self.notes,
        })
    }

    /// The only certificate that is asked for was found.
    fn is_done(&self) -> bool {
        let mut found = self.found.iter();
        found.any(|(_, credential)| self.search.ends_with(&credential.certificate))
    }

    fn note(&mut self, place: String, problem: Problem) {
        self.notes.push(Note { place, problem });
    }

    fn certificate(
        &mut self,
        card: &mut Channel<'_>,
        app: &mut Opened,
        number: u16,
        place: Place,
    ) -> Result<(), CardError> {
        let name = format!("cert{number:04}");
        let bytes = match self.file(card, app, number, place) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.notes.push(unreadable(card, name, error)?);
                return Ok(());
            }
        };
        let attributes = Attributes::of(&bytes);
        let Some(der) = certificate_in(&bytes) else {
            self.note(name, Problem::Empty);
            return Ok(());
        };
        let Some(certificate) = signing(&name, der, &mut self.notes) else {
            return Ok(());
        };
        let id = attributes.find(CKA_ID);
        let Some(key) = self.key(card, app, number, id, &certificate)? else {
            self.note(name, Problem::NoKey(Some(certificate.subject())));
            return Ok(());
        };
        let label = attributes
            .find(CKA_LABEL)
            .map(|label| text::clean(&String::from_utf8_lossy(label), 40))
            .filter(|label| !label.trim().is_empty())
            .unwrap_or_else(|| format!("Container {number}"));
        self.found.push((
            rank(&certificate),
            Credential {
                label,
                key: KeyId(key.reference),
                pin: PIN,
                when: PinUse::Once,
                certificate,
                missing: None,
            },
        ));
        Ok(())
    }

    /// A certificate's file, as it was read before or now; `None`: it is another's than
    /// the one that is asked for.
    fn file(
        &mut self,
        card: &mut Channel<'_>,
        app: &mut Opened,
        number: u16,
        place: Place,
    ) -> Result<Option<Vec<u8>>, CardError> {
        let search = self.search;
        let during = "read a certificate";
        let used = Some(place.used);
        let other = |beginning: &[u8]| {
            let certificate = Attributes::of(beginning).find_begun(CKA_VALUE);
            certificate.is_some_and(|beginning| search.rules_out(beginning))
        };
        let certificate = |bytes: &[u8]| Certificate::parse(certificate_in(bytes)?).ok();
        if let Some(kept) = self.shelf.find(card, place.file) {
            if other(&kept) {
                return Ok(None);
            }
            // The index does not tell when a container was filled anew and nothing is longer
            // or shorter than before: its key does, and where the key stayed the
            // certificate's serial number.
            let key = self
                .read_key(card, app, number)?
                .and_then(|key| key.modulus);
            if let Some(certificate) = certificate(&kept)
                && key.is_some()
                && key == certificate.key().modulus()
                && Shelf::trusts(card, &certificate)
            {
                let told = |beginning: &[u8]| {
                    let certificate = Attributes::of(beginning).find_begun(CKA_VALUE);
                    certificate.and_then(Certificate::serial_at).is_some()
                };
                let beginning = files::read_until(card, app, during, place.file, used, told)?;
                if !beginning.is_empty() && kept.starts_with(&beginning) {
                    return Ok(Some(kept));
                }
            }
        }
        let bytes = match search.serial {
            Some(_) if self.index.certificates.len() > 1 => {
                files::read_until(card, app, during, place.file, used, other)?
            }
            _ => files::read(card, app, during, place.file, used)?,
        };
        if other(&bytes) {
            return Ok(None);
        }
        if certificate(&bytes).is_some_and(|it| it.key().modulus().is_some()) {
            self.shelf.keep(card, place.file, &bytes);
        }
        Ok(Some(bytes))
    }

    /// The certificate's key: the one of the same number unless something
    /// contradicts, or else the one of the same CKA_ID or modulus.
    fn key(
        &mut self,
        card: &mut Channel<'_>,
        app: &mut Opened,
        number: u16,
        id: Option<&[u8]>,
        certificate: &Certificate,
    ) -> Result<Option<Key>, CardError> {
        let modulus = certificate.key().modulus();
        if let Some(key) = self.read_key(card, app, number)?
            && key.fits(id, modulus.as_deref()) != Some(false)
        {
            return Ok(Some(key));
        }
        let others: Vec<u16> = self.index.keys().filter(|other| *other != number).collect();
        for other in others {
            if let Some(key) = self.read_key(card, app, other)?
                && key.fits(id, modulus.as_deref()) == Some(true)
            {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    fn read_key(
        &mut self,
        card: &mut Channel<'_>,
        app: &mut Opened,
        number: u16,
    ) -> Result<Option<Key>, CardError> {
        if let Some(known) = self.keys.get(&number) {
            return Ok(known.clone());
        }
        let key = self.index.read_key(card, app, number)?;
        self.keys.insert(number, key.clone());
        Ok(key)
    }
}

impl Key {
    /// Whether it belongs to a certificate with this CKA_ID and modulus; `None`
    /// where nothing can be compared. The modulus is the key itself: a CKA_ID,
    /// which is a name, is only asked where there is none.
    fn fits(&self, id: Option<&[u8]>, modulus: Option<&[u8]>) -> Option<bool> {
        match (&self.modulus, modulus, &self.id, id) {
            (Some(mine), Some(its), ..) => Some(mine == its),
            (_, _, Some(mine), Some(its)) => Some(mine == its),
            _ => None,
        }
    }
}

impl Index {
    /// Records of 30 bytes: identifier (LE), directory, name, access, used size
    /// (LE), allocated size (LE). Labels (FFFF) and empty slots (0000) are skipped.
    fn parse(bytes: &[u8]) -> Self {
        let mut index = Self::default();
        for record in bytes.chunks_exact(RECORD) {
            let word = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
            let place = Place {
                file: word(0),
                used: usize::from(word(26)),
            };
            if matches!(place.file, 0x0000 | 0xFFFF) {
                continue;
            }
            let name = &record[12..25];
            let end = name.iter().position(|byte| *byte == 0x00);
            match &name[..end.unwrap_or(name.len())] {
                b"containermap" => index.container_map = Some(place),
                b"tokeninfo" => index.token_info = Some(place),
                name => {
                    if let Some((kind, number)) = numbered(name) {
                        let map = match kind {
                            b"cert" => &mut index.certificates,
                            b"prvk" => &mut index.private_keys,
                            b"pubk" => &mut index.public_keys,
                            _ => continue,
                        };
                        map.entry(number).or_insert(place);
                    }
                }
            }
        }
        index
    }

    fn has_key(&self, number: u16) -> bool {
        self.private_keys.contains_key(&number) || self.public_keys.contains_key(&number)
    }

    /// Numbers of all keys.
    fn keys(&self) -> impl Iterator<Item = u16> {
        let mut numbers: Vec<u16> = self
            .private_keys
            .keys()
            .chain(self.public_keys.keys())
            .copied()
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter()
    }

    /// A private key by its file; where that is protected or tells no handle, by
    /// its public key's and the container map.
    fn read_key(
        &self,
        card: &mut Channel<'_>,
        app: &mut Opened,
        number: u16,
    ) -> Result<Option<Key>, CardError> {
        let mut key = Key::default();
        if let Some(place) = self.private_keys.get(&number) {
            let during = "read about a private key";
            let bytes = place.read_until(card, app, during, |bytes| {
                let attributes = Attributes::of(bytes);
                attributes.handle().is_some()
                    && (attributes.find(CKA_MODULUS).is_some() || attributes.find(CKA_ID).is_some())
            })?;
            let attributes = Attributes::of(bytes.as_deref().unwrap_or_default());
            key.learn(&attributes);
            if let Some(handle) = attributes.handle() {
                key.reference = handle;
                return Ok(Some(key));
            }
        }
        let (Some(place), Some(map)) = (self.public_keys.get(&number), self.container_map) else {
            return Ok(None);
        };
        let during = "read about a public key";
        let bytes = place.read_until(card, app, during, |_| false)?;
        let attributes = Attributes::of(bytes.as_deref().unwrap_or_default());
        key.learn(&attributes);
        let Some(public) = attributes.handle() else {
            return Ok(None);
        };
        let during = "read the map of containers";
        let bytes = map.read_until(card, app, during, |_| false)?;
        Ok(private_handle(bytes.as_deref().unwrap_or_default(), public)
            .map(|reference| Key { reference, ..key }))
    }
}

impl Key {
    fn learn(&mut self, attributes: &Attributes<'_>) {
        let id = attributes.find(CKA_ID).filter(|id| !id.is_empty());
        self.id = self.id.take().or(id.map(<[u8]>::to_vec));
        let modulus = attributes.find(CKA_MODULUS).map(|modulus| {
            let zeros = modulus.iter().take_while(|byte| **byte == 0x00).count();
            modulus[zeros..].to_vec()
        });
        let modulus = modulus.filter(|modulus| !modulus.is_empty());
        self.modulus = self.modulus.take().or(modulus);
    }
}

impl Place {
    /// `None`: the card does not let it be read.
    fn read_until(
        self,
        card: &mut Channel<'_>,
        app: &mut Opened,
        during: &'static str,
        enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, CardError> {
        let used = Some(self.used);
        let bytes = files::read_until(card, app, during, self.file, used, enough);
        given(card, bytes)
    }
}

/// `cert0001`: the kind and the number.
fn numbered(name: &[u8]) -> Option<(&[u8], u16)> {
    let (kind, digits) = name.split_at_checked(4)?;
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((kind, number))
}

/// The token's label: the first 32 bytes of its file, filled with spaces.
fn label(
    card: &mut Channel<'_>,
    app: &mut Opened,
    place: Place,
) -> Result<Option<String>, CardError> {
    let bytes = place.read_until(card, app, "read the label", |bytes| bytes.len() >= 32)?;
    let bytes = bytes.unwrap_or_default();
    let field = &bytes[..bytes.len().min(32)];
    let end = field.iter().position(|byte| *byte == 0x00);
    let label = String::from_utf8_lossy(&field[..end.unwrap_or(field.len())]);
    let label = text::clean(label.trim(), 40);
    Ok(Some(label).filter(|label| !label.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fifth and a later record of the published dump (§8.2), and a slot that
    /// is empty.
    #[test]
    fn records_of_the_published_index() {
        let mut bytes = vec![0x00, 0x24];
        bytes.extend_from_slice(b"mscp\0\0\0\0\0\0cmapfile\0\0\0\0\0\xD0\x56\x00\x56\x00");
        bytes.extend_from_slice(&[0x00; RECORD]);
        bytes.extend_from_slice(&[0x80, 0x24]);
        bytes.extend_from_slice(b"pkcs11\0\0\0\0pubk0001\0\0\0\0\0\xD0\xBB\x01\xBB\x01");
        let index = Index::parse(&bytes);
        assert!(index.certificates.is_empty() && index.container_map.is_none());
        let place = index.public_keys[&1];
        assert_eq!((place.file, place.used), (0x2480, 0x01BB));
    }
}
