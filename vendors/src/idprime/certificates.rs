//! Certificates, and which key belongs to each (§3).

use securesign_card::application::PinId;
use securesign_card::cache::Name;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, given};
use securesign_card::profile::{Found, PinUse, Problem, Search};
use securesign_card::sw::StatusWord;
use securesign_card::text;

use super::pins::{HOLDERS_PIN, SIGNATURE_PIN};
use super::{IdPrime, Keys, files};
use crate::kept;
use crate::minidriver::{self, Containers, Key, Place};

/// Length of an entry of the index, and of one in the file that lists keys.
const ENTRY: usize = 21;
const KEY_RECORD: usize = 8;

/// No index is longer than the number of its entries, one byte, lets it be.
const INDEX_MAX: usize = 1 + 0xFF * ENTRY;

/// As long as the map of a hundred containers.
const KEYS_MAX: usize = 100 * KEY_RECORD;

/// What a card has.
pub struct Index {
    certificates: Vec<Place<u16>>,
    /// The file with the name that its owner gave to the card.
    label: Option<u16>,
}

/// What tells the keys of the containers.
pub enum Map {
    /// Not read: every container is taken to have its key.
    Unknown,
    /// The records of the containers.
    Containers(Vec<u8>),
    /// The file that lists keys.
    Keys(Vec<u8>),
}

/// The index of files (§3.1).
pub fn index(card: &mut Channel<'_>) -> Result<Index, CardError> {
    let bytes = files::read(card, "read the index of files", files::INDEX, INDEX_MAX)?;
    let (count, entries) = bytes.split_first().unwrap_or((&0, &[]));
    let mut index = Index {
        certificates: Vec::new(),
        label: None,
    };
    for entry in entries.chunks_exact(ENTRY).take(usize::from(*count)) {
        let file = u16::from_be_bytes([entry[0], entry[1]]);
        let (name, folder) = (filled(&entry[4..12]), filled(&entry[12..20]));
        match minidriver::container(name, 10) {
            Some(container) if folder == b"mscp" => index.certificates.push(Place {
                file,
                name: String::from_utf8_lossy(name).into_owned(),
                container,
            }),
            _ if (name, folder) == (b"tinfo", b"p11") => index.label = Some(file),
            _ => {}
        }
    }
    Ok(index)
}

/// A name without the zeros that fill it.
fn filled(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == 0).next().unwrap_or_default()
}

impl Index {
    /// What tells the keys of these certificates; `None`: the card tells nobody who does not
    /// speak its secure messaging, which is not published (§2).
    pub fn map(&self, card: &mut Channel<'_>, product: &IdPrime) -> Result<Option<Map>, CardError> {
        let Some(last) = self.certificates.iter().map(|place| place.container).max() else {
            return Ok(Some(Map::Unknown));
        };
        let during = "read the map of keys";
        let read = match product.keys {
            Keys::Listed => files::read(card, during, files::KEYS, KEYS_MAX),
            Keys::Counted { .. } => {
                let most = (usize::from(last) + 1) * minidriver::RECORD;
                files::read(card, during, files::CONTAINERS, most)
            }
        };
        if let Err(CardError::Refused { sw, .. }) = read
            && sw == StatusWord::SECURITY_STATUS
        {
            return Ok(None);
        }
        Ok(Some(match (given(read)?, product.lists_its_keys()) {
            (None, _) => Map::Unknown,
            (Some(keys), true) => Map::Keys(keys),
            (Some(containers), false) => Map::Containers(containers),
        }))
    }

    /// The card's name: `01`, a length, and so much text (§3.1).
    pub fn label(&self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        let Some(file) = self.label else {
            return Ok(None);
        };
        let read = given(files::read(card, "read the name", file, 2 + 0xFF))?;
        let bytes = read.unwrap_or_default();
        let [0x01, len, text @ ..] = &bytes[..] else {
            return Ok(None);
        };
        let name = text.get(..usize::from(*len)).map(filled);
        let name = String::from_utf8_lossy(name.unwrap_or_default());
        Ok(Some(text::clean(&name, 40)).filter(|name| !name.is_empty()))
    }

    /// Reads what is looked for.
    pub fn find(
        &self,
        card: &mut Channel<'_>,
        product: &IdPrime,
        map: &Map,
        search: &Search,
    ) -> Result<Found, CardError> {
        let anew = search.everything;
        let keys = Mapped { product, map, anew };
        minidriver::find(card, &keys, &self.certificates, search)
    }
}

/// A model, and what its card tells of its keys.
struct Mapped<'a> {
    product: &'a IdPrime,
    map: &'a Map,
    /// Who looks at the token itself reads all anew.
    anew: bool,
}

impl Mapped<'_> {
    /// What the certificate in this file is kept under.
    fn kept_as(&self, file: u16) -> Name {
        kept::name(self.product.spec.id, &[&file.to_be_bytes()])
    }
}

impl Containers for Mapped<'_> {
    type File = u16;

    fn read(
        &self,
        card: &mut Channel<'_>,
        file: u16,
        unwanted: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, CardError> {
        let kept = self.kept(card, file, unwanted);
        let read = files::read_certificate(card, file, kept.as_deref(), unwanted)?;
        if let Some(stored) = read.as_ref().filter(|stored| kept.as_ref() != Some(stored))
            && minidriver::holds_certificate(stored)
        {
            kept::keep(card, &self.kept_as(file), stored);
        }
        Ok(read)
    }

    fn kept(
        &self,
        card: &Channel<'_>,
        file: u16,
        unwanted: &dyn Fn(&[u8]) -> bool,
    ) -> Option<Vec<u8>> {
        let name = (!self.anew).then(|| self.kept_as(file))?;
        kept::find(card, &name, |file| {
            !unwanted(file) && minidriver::holds_certificate(file)
        })
    }

    fn key(&self, container: u8) -> Result<Key, Problem> {
        let (reference, pin) = key(self.product, self.map, container)?;
        Ok(Key {
            reference,
            pin,
            // The signature PIN is good for one signature (§4).
            when: match pin == SIGNATURE_PIN {
                true => PinUse::Always,
                false => PinUse::Once,
            },
        })
    }
}

/// The reference of the key in this container, and the PIN that it wants.
fn key(product: &IdPrime, map: &Map, container: u8) -> Result<(u8, PinId), Problem> {
    match (product.keys, map) {
        (Keys::Listed, Map::Keys(keys)) => {
            let mut records = keys.chunks_exact(KEY_RECORD);
            let record = records.find(|record| record[0] != 0 && record[2] == container);
            match record.ok_or(Problem::NoKey(None))? {
                record if record[7] == 0x01 => Ok((record[1], HOLDERS_PIN)),
                record => Ok((record[1], SIGNATURE_PIN)),
            }
        }
        (Keys::Listed, _) => Err(Problem::NoReference),
        (Keys::Counted { .. }, Map::Containers(map))
            if !minidriver::has_container(map, container) =>
        {
            Err(Problem::NoKey(None))
        }
        (Keys::Counted { first, step }, _) => {
            let reference = step
                .checked_mul(container)
                .and_then(|n| first.checked_add(n));
            Ok((reference.ok_or(Problem::NoReference)?, HOLDERS_PIN))
        }
    }
}
