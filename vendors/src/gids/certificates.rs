//! The index of files, certificates, and the key of each.

use securesign_card::channel::Channel;
use securesign_card::error::{CardError, given};
use securesign_card::profile::{Found, PinUse, Problem, Search};
use securesign_card::sw::StatusWord;

use super::data::DataObject;
use super::pins::HOLDERS_PIN;
use crate::minidriver::{self, Containers, Key, Place};

/// The index of files (`masterfile`).
const INDEX: DataObject = DataObject {
    file: 0xA000,
    tag: 0xDF1F,
};

/// The map of containers, where the index does not name it.
const MAP: DataObject = DataObject {
    file: 0xA010,
    tag: 0xDF23,
};

/// First byte of the index: how the rest of it is written.
const FORM: u8 = 0x01;

/// Length of an entry of the index.
const ENTRY: usize = 28;

/// Most entries that are looked at.
const MOST: usize = 0xFF;

/// Where a record of the map has its flags, and the one that says that it is in use.
const FLAGS: usize = 80;
const VALID: u8 = 0x01;

/// The key in the first container; the others follow.
const FIRST_KEY: u8 = 0x81;

/// Signing certificates, as the index lists them.
pub fn credentials(card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
    let during = "read the index of files";
    let index = match INDEX.read(card, during) {
        // Nothing is in it before it is personalised.
        Err(CardError::Refused {
            sw: StatusWord::NOT_FOUND | StatusWord::NO_REFERENCE,
            ..
        }) => return Ok(Found::default()),
        other => other?,
    };
    let (places, map) = places(&index).ok_or(CardError::Malformed { during, at: 0 })?;
    if places.is_empty() {
        return Ok(Found::default());
    }
    let map = given(map.read(card, "read the map of keys"))?;
    minidriver::find(card, &Map(map), &places, search)
}

/// The certificates that the index lists, and the map of their keys.
fn places(index: &[u8]) -> Option<(Vec<Place<DataObject>>, DataObject)> {
    let entries = index.strip_prefix(&[FORM])?.chunks_exact(ENTRY);
    let mut places = Vec::new();
    let mut map = MAP;
    for entry in entries.take(MOST) {
        let (folder, name) = (filled(&entry[..9]), filled(&entry[9..18]));
        // Numbers of four bytes, the lowest first.
        let file = DataObject {
            file: u16::from_le_bytes([entry[24], entry[25]]),
            tag: u16::from_le_bytes([entry[20], entry[21]]),
        };
        match (folder, minidriver::container(name, 16)) {
            (b"mscp", Some(container)) => places.push(Place {
                file,
                name: String::from_utf8_lossy(name).into_owned(),
                container,
            }),
            (b"mscp", None) if name == b"cmapfile" => map = file,
            _ => {}
        }
    }
    Some((places, map))
}

/// A name without the zeros that fill it.
fn filled(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The map of containers; `None`: not read, and every container is taken to have its key.
struct Map(Option<Vec<u8>>);

impl Containers for Map {
    type File = DataObject;

    fn read(
        &self,
        card: &mut Channel<'_>,
        file: DataObject,
        unwanted: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, CardError> {
        file.read_unless(card, "read a certificate", unwanted)
    }

    fn key(&self, container: u8) -> Result<Key, Problem> {
        let flags = |map: &Vec<u8>| {
            let at = usize::from(container) * minidriver::RECORD + FLAGS;
            map.get(at).copied().unwrap_or_default()
        };
        if self.0.as_ref().is_some_and(|map| flags(map) & VALID == 0) {
            return Err(Problem::NoKey(None));
        }
        let reference = FIRST_KEY.checked_add(container);
        Ok(Key {
            reference: reference.ok_or(Problem::NoReference)?,
            pin: HOLDERS_PIN,
            when: PinUse::Once,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of the sheet's entries, and one in another folder.
    const INDEX: &str = "01\
        6D7363700000000000 000000000000000000 0000 00000000 00A00000\
        000000000000000000 636172646964000000 0000 20DF0000 12A00000\
        6D7363700000000000 6B7863304100000000 0000 24DF0000 10A00000\
        6E6574736300000000 6B7863303000000000 25DF0000 10A00000";

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u32> = hex.chars().filter_map(|it| it.to_digit(16)).collect();
        let pairs = digits.chunks_exact(2);
        pairs.map(|it| (it[0] << 4 | it[1]) as u8).collect()
    }

    #[test]
    fn the_index_tells_where_a_certificate_is_and_of_which_key() {
        let (places, map) = places(&bytes(INDEX)).unwrap();
        let [place] = &places[..] else {
            panic!("{}", places.len());
        };
        assert_eq!((place.container, &place.name[..]), (0x0A, "kxc0A"));
        let (file, tag) = (0xA010, 0xDF24);
        assert_eq!(place.file, DataObject { file, tag });
        assert_eq!(map, MAP);
        assert!(super::places(&[]).is_none());
        assert!(super::places(&[0x02]).is_none());
    }

    /// The record of the sheet: "gids key", valid and default, RSA-2048.
    #[test]
    fn a_key_is_there_where_the_map_says_that_its_record_is_valid() {
        let mut record = vec![0; minidriver::RECORD];
        for (at, letter) in "gids key".bytes().enumerate() {
            record[2 * at] = letter;
        }
        record[80..].copy_from_slice(&[0x03, 0x00, 0x00, 0x00, 0x00, 0x08]);
        let map = Map(Some([vec![0; minidriver::RECORD], record].concat()));
        assert!(matches!(map.key(0), Err(Problem::NoKey(None))));
        assert_eq!(map.key(1).unwrap().reference, 0x82);
        assert!(matches!(map.key(2), Err(Problem::NoKey(None))));
        // Not read.
        assert_eq!(Map(None).key(2).unwrap().reference, 0x83);
        assert_eq!(Map(None).key(0x7E).unwrap().reference, 0xFF);
        assert!(matches!(Map(None).key(0x7F), Err(Problem::NoReference)));
    }
}
