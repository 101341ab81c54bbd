//! What the cards share whose files are those of a Windows minidriver (Windows Smart Card
//! Minidriver Specification 7.07, 3.4): how a certificate's file is named and packed, and the
//! map of containers.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};
use securesign_card::certificate;

/// Length of a record of the map (`CONTAINER_MAP_RECORD`).
pub const RECORD: usize = 86;

/// The container to which the certificate in a file of this name belongs: `ksc07`, of a key
/// that signs, and `kxc07`, of one that exchanges keys, to container 7. Zeros fill the name.
pub fn container(name: &[u8]) -> Option<u8> {
    let (kind, number) = name.split_at_checked(3)?;
    let digits = number.get(..2)?;
    let filled = number[2..].iter().all(|byte| *byte == 0);
    if ![b"ksc", b"kxc"].contains(&kind.first_chunk()?) || !filled {
        return None;
    }
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((digits[0] - b'0') * 10 + (digits[1] - b'0'))
}

/// Whether the map has this container: its record has a name.
pub fn has_container(map: &[u8], container: u8) -> bool {
    map.get(usize::from(container) * RECORD)
        .is_some_and(|first| *first != 0)
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
            assert_eq!(container(name), expected, "{name:?}");
        }
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
