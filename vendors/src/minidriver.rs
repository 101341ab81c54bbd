//! What the cards share whose files are those of a Windows minidriver (Windows Smart Card
//! Minidriver Specification 7.07, 3.4): how a certificate's file is named and packed, the map
//! of containers, and how certificates are looked for.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};
use securesign_card::application::PinId;
use securesign_card::certificate::{self, Certificate};
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::profile::{Credential, Found, KeyId, Note, PinUse, Problem, Search};

use crate::offer;

/// Length of a record of the map (`CONTAINER_MAP_RECORD`).
pub const RECORD: usize = 86;

/// The container to which the certificate in a file of this name belongs: `ksc07`, of a key
/// that signs, and `kxc07`, of one that exchanges keys, to container 7. Zeros fill the name.
/// `radix`: of the two digits, which families write differently.
pub fn container(name: &[u8], radix: u32) -> Option<u8> {
    let (kind, number) = name.split_at_checked(3)?;
    let digits = number.get(..2)?;
    let filled = number[2..].iter().all(|byte| *byte == 0);
    if ![b"ksc", b"kxc"].contains(&kind.first_chunk()?) || !filled {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(radix);
    let number = digit(digits[0])? * radix + digit(digits[1])?;
    u8::try_from(number).ok()
}

/// Whether the map has this container: its record has a name.
pub fn has_container(map: &[u8], container: u8) -> bool {
    map.get(usize::from(container) * RECORD)
        .is_some_and(|first| *first != 0)
}

/// A certificate that a card lists.
pub struct Place<F> {
    /// What its family reads it by.
    pub file: F,
    /// As the list has it: `ksc00`.
    pub name: String,
    /// The container of its key.
    pub container: u8,
}

/// The key in a container.
pub struct Key {
    /// What it is called in MANAGE SECURITY ENVIRONMENT.
    pub reference: u8,
    /// The PIN that it wants.
    pub pin: PinId,
    /// When it wants that.
    pub when: PinUse,
}

/// What the certificates of a card lie in.
pub trait Containers {
    /// What a file is read by.
    type File: Copy;

    /// A certificate as it is stored; `None` where its first bytes are `unwanted`.
    fn read(
        &self,
        card: &mut Channel<'_>,
        file: Self::File,
        unwanted: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, CardError>;

    /// The certificate in this file as it was before, unless it is `unwanted`.
    fn kept(
        &self,
        _card: &Channel<'_>,
        _file: Self::File,
        _unwanted: &dyn Fn(&[u8]) -> bool,
    ) -> Option<Vec<u8>> {
        None
    }

    /// The key in this container, or why there is none that could be used.
    fn key(&self, container: u8) -> Result<Key, Problem>;
}

/// Reads what is looked for.
pub fn find<C: Containers>(
    card: &mut Channel<'_>,
    containers: &C,
    places: &[Place<C::File>],
    search: &Search,
) -> Result<Found, CardError> {
    let mut places: Vec<_> = places.iter().collect();
    if search.serial.is_some() {
        // Nothing need be read of the others where the one that is asked for was kept.
        let unwanted = |bytes: &[u8]| search.rules_out(&beginning(bytes));
        places.sort_by_cached_key(|place| containers.kept(card, place.file, &unwanted).is_none());
    }
    offer::find(places, search, |place, search, found| {
        place.take_in(card, containers, search, found)
    })
}

impl<F: Copy> Place<F> {
    /// Reads the certificate and takes it in; what cannot be used is a note, not an error.
    /// False: by its first bytes it is another one than the one that is asked for.
    fn take_in(
        &self,
        card: &mut Channel<'_>,
        containers: &impl Containers<File = F>,
        search: &Search,
        found: &mut Found,
    ) -> Result<bool, CardError> {
        let unwanted = |bytes: &[u8]| search.rules_out(&beginning(bytes));
        let stored = match containers.read(card, self.file, &unwanted) {
            Ok(Some(stored)) => stored,
            Ok(None) => return Ok(false),
            Err(error) => {
                found.notes.push(Note::unreadable(self.label(), error)?);
                return Ok(true);
            }
        };
        match self.credential(containers, &stored, &mut found.notes) {
            Ok(credential) => found.credentials.extend(credential),
            Err(problem) => {
                let place = self.label();
                found.notes.push(Note { place, problem });
            }
        }
        Ok(true)
    }

    /// `Ok(None)`: it is not offered, and the reason is noted where there is one.
    fn credential(
        &self,
        containers: &impl Containers<File = F>,
        stored: &[u8],
        notes: &mut Vec<Note>,
    ) -> Result<Option<Credential>, Problem> {
        let der = unpacked(stored).map_err(Problem::Damaged)?;
        let der = der.filter(|der| !der.is_empty()).ok_or(Problem::Empty)?;
        let Some(certificate) = offer::signing(&self.label(), &der, notes) else {
            return Ok(None);
        };
        let key = containers
            .key(self.container)
            .map_err(|problem| match problem {
                Problem::NoKey(_) => Problem::NoKey(Some(certificate.subject())),
                other => other,
            })?;
        Ok(Some(self.offered(&key, certificate)))
    }

    fn offered(&self, key: &Key, certificate: Certificate) -> Credential {
        Credential {
            label: self.label(),
            key: KeyId(u16::from(key.reference)),
            pin: key.pin,
            when: key.when,
            certificate,
            missing: None,
        }
    }

    fn label(&self) -> String {
        format!("Container {} ({})", self.container, self.name)
    }
}

/// The DER of a certificate as it is stored, inflated where it is compressed; `Ok(None)`
/// where there is nothing. The text of an error is for people.
pub fn unpacked(stored: &[u8]) -> Result<Option<Vec<u8>>, String> {
    match stored {
        [] => Ok(None),
        [0x30, ..] => Ok(Some(stored.to_vec())),
        [0x1F, 0x8B, ..] => inflate(GzDecoder::new(stored)).map(Some),
        [0x78, ..] => inflate(ZlibDecoder::new(stored)).map(Some),
        // 01 00, uncompressed length (little-endian), and a stream of either kind.
        [0x01, 0x00, low, high, stream @ ..] => {
            let der = match stream {
                [0x1F, 0x8B, ..] => inflate(GzDecoder::new(stream))?,
                _ => inflate(ZlibDecoder::new(stream))?,
            };
            if der.len() == usize::from(u16::from_le_bytes([*low, *high])) {
                Ok(Some(der))
            } else {
                Err("its compressed form announces another length".into())
            }
        }
        _ => Err("it is stored in an unknown form".into()),
    }
}

/// Whether something that is stored is a certificate, whatever it is packed in.
pub fn holds_certificate(stored: &[u8]) -> bool {
    let der = unpacked(stored).ok().flatten();
    der.is_some_and(|der| Certificate::parse(&der).is_ok())
}

/// What is at hand of a certificate of which the first bytes were read.
pub fn beginning(stored: &[u8]) -> Vec<u8> {
    let stream = match stored {
        [0x01, 0x00, _, _, stream @ ..] => stream,
        _ => stored,
    };
    let inflated = match stream {
        [0x1F, 0x8B, ..] => inflate(GzDecoder::new(stream)),
        [0x78, ..] => inflate(ZlibDecoder::new(stream)),
        _ => Ok(stream.to_vec()),
    };
    inflated.unwrap_or_default()
}

/// Inflates into bounded memory. A missing or wrong trailer does not matter as
/// long as the certificate in front of it is whole; its own parser will tell.
fn inflate(stream: impl Read) -> Result<Vec<u8>, String> {
    let mut der = Vec::new();
    let limit = certificate::MAX as u64 + 1;
    let end = stream.take(limit).read_to_end(&mut der);
    match end {
        _ if der.len() > certificate::MAX => Err("it is too long when unpacked".into()),
        Err(error) if der.is_empty() => Err(format!("it cannot be unpacked ({error})")),
        _ => Ok(der),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    #[test]
    fn a_container_is_told_by_the_name_of_its_certificate() {
        for (name, expected) in [
            (&b"ksc00\0\0\0"[..], Some(0)),
            (b"kxc07\0\0\0", Some(7)),
            (b"ksc12", Some(12)),
            (b"ksc1\0\0\0\0", None),
            (b"ksc123\0\0", None),
            (b"kscab\0\0\0", None),
            (b"msroots\0", None),
            (b"cardid\0\0", None),
            (b"ks", None),
            (b"", None),
        ] {
            assert_eq!(container(name, 10), expected, "{name:?}");
        }
        assert_eq!(container(b"kxc0A\0\0\0\0", 16), Some(10));
        assert_eq!(container(b"kxc12\0\0\0\0", 16), Some(0x12));
        assert_eq!(container(b"kxcFF", 16), Some(0xFF));
        assert_eq!(container(b"kxc0G", 16), None);
    }

    #[test]
    fn a_container_is_there_where_its_record_has_a_name() {
        let mut map = vec![0; 3 * RECORD];
        map[0] = b'{';
        map[2 * RECORD] = b'{';
        assert!(has_container(&map, 0));
        assert!(!has_container(&map, 1));
        assert!(has_container(&map, 2));
        assert!(!has_container(&map, 3));
        assert!(!has_container(&[], 0));
    }

    #[test]
    fn a_certificate_is_unpacked_from_every_form_and_never_beyond_its_bound() {
        let der = [&[0x30, 0x82, 0x03, 0xE8][..], &[7; 1000]].concat();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(&der).unwrap();
        let zlib = zlib.finish().unwrap();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&der).unwrap();
        let gzip = gzip.finish().unwrap();
        let head = [0x01, 0x00, 0xEC, 0x03];
        let framed = [&head, &zlib[..]].concat();
        let framed_gzip = [&head, &gzip[..]].concat();
        for stored in [&der, &zlib, &gzip, &framed, &framed_gzip] {
            assert_eq!(unpacked(stored).unwrap().as_deref(), Some(&der[..]));
            assert_eq!(beginning(stored), der);
            let half = beginning(&stored[..stored.len() - 3]);
            assert!(der.starts_with(&half));
        }
        assert_eq!(unpacked(&[]), Ok(None));
        let other = [&[0x01, 0x00, 0xED, 0x03], &zlib[..]].concat();
        assert!(unpacked(&other).is_err());
        assert!(unpacked(&[0x99, 0x00]).is_err());

        let mut bomb = ZlibEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![0x30; 2 * certificate::MAX]).unwrap();
        let bomb = bomb.finish().unwrap();
        assert!(unpacked(&bomb).is_err());
        assert!(beginning(&bomb).is_empty());
    }
}
