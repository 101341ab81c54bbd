//! Directory files of PKCS#15 v1.1 (also ISO 7816-15): which keys and
//! certificates a card has and where. Only what signing needs is read; what is
//! not understood is passed over.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use der::asn1::{AnyRef, GeneralizedTime, OctetStringRef, Utf8StringRef};
use der::{Decode, ErrorKind, SliceReader, Tag, Tagged};

/// Most entries of one file.
const ENTRIES: usize = 64;

/// What a directory file lists (PKCS#15, 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// EF(PrKDF)
    PrivateKeys,
    /// EF(CDF)
    Certificates,
    /// Anything else: public keys, PINs, data.
    Other,
}

/// An entry of EF(PrKDF) (PKCS#15, 6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// iD, the same as that of its certificate.
    pub id: Vec<u8>,
    /// keyReference.
    pub reference: Option<u8>,
    /// Last file identifier of the path.
    pub file: Option<u16>,
}

/// An entry of EF(CDF) (PKCS#15, 6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateEntry {
    /// Label.
    pub label: Option<String>,
    /// iD, the same as that of its key.
    pub id: Vec<u8>,
    /// Whether it is a certification authority's.
    pub authority: bool,
    /// Last file identifier of the path; `None` where the value is in the entry.
    pub file: Option<u16>,
}

/// What EF(TokenInfo) says (PKCS#15, 6.9).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenInfo {
    /// Label.
    pub label: Option<String>,
    /// serialNumber.
    pub serial: Vec<u8>,
    /// lastUpdate, since the Unix epoch, in whole seconds: whoever changes anything on the
    /// token writes the time there. A certificate that takes another's place shows nowhere
    /// else.
    pub changed: Option<Duration>,
}

impl TokenInfo {
    /// Whether any change from now on shows in lastUpdate. Two changes within one second
    /// have the same one, so that its second has to be over, by the clock of `now`.
    pub fn tells_changes(&self, now: SystemTime) -> bool {
        const SETTLES: Duration = Duration::from_secs(2);
        let now = now.duration_since(UNIX_EPOCH).ok();
        self.changed
            .zip(now)
            .is_some_and(|(changed, now)| now >= changed + SETTLES)
    }
}

/// EF(ODF): the directory files, by file identifier.
pub fn directories(odf: &[u8]) -> Vec<(Directory, u16)> {
    entries(odf)
        .filter_map(|entry| {
            let kind = match context(entry)? {
                0 => Directory::PrivateKeys,
                4 => Directory::Certificates,
                _ => Directory::Other,
            };
            // [n] EXPLICIT, PathOrObjects: a path.
            Some((kind, path(AnyRef::from_der(entry.value()).ok()?)?))
        })
        .collect()
}

/// EF(PrKDF): keys for RSA and elliptic curves.
pub fn private_keys(file: &[u8]) -> Vec<KeyEntry> {
    entries(file).filter_map(private_key).collect()
}

/// EF(CDF): X.509 certificates.
pub fn certificates(file: &[u8]) -> Vec<CertificateEntry> {
    entries(file).filter_map(certificate).collect()
}

/// Whether the beginning of a directory file holds all its objects: something else
/// than an object follows the last one, most often the zeros that fill the file. Files are
/// many times as long as their content.
pub fn is_whole(beginning: &[u8]) -> bool {
    let Ok(mut reader) = SliceReader::new(beginning) else {
        return false;
    };
    loop {
        match AnyRef::decode(&mut reader) {
            Ok(_) => {}
            Err(error) => return !matches!(error.kind(), ErrorKind::Incomplete { .. }),
        }
    }
}

/// EF(TokenInfo).
pub fn token_info(file: &[u8]) -> TokenInfo {
    let elements = entries(file).next().map(elements).unwrap_or_default();
    let tagged = |number| elements.iter().find(|it| context(**it) == Some(number));
    let serial = elements.iter().find_map(|it| octets(*it));
    // [5] EXPLICIT, a time or where one stands.
    let changed = tagged(5).and_then(|time| AnyRef::from_der(time.value()).ok());
    TokenInfo {
        label: tagged(0).and_then(|label| String::from_utf8(label.value().to_vec()).ok()),
        serial: serial.unwrap_or_default().to_vec(),
        changed: changed
            .and_then(|time| time.decode_as::<GeneralizedTime>().ok())
            .map(|time| time.to_unix_duration()),
    }
}

/// PrivateKeyObject: common, common key, [0] common private key, [1] type
/// attributes with the path first.
fn private_key(entry: AnyRef<'_>) -> Option<KeyEntry> {
    let parts = elements(entry);
    let key = elements(*parts.get(1)?);
    let reference = key
        .iter()
        .find(|element| element.tag() == Tag::Integer)
        .and_then(|element| element.decode_as::<u8>().ok());
    Some(KeyEntry {
        id: octets(*key.first()?)?.to_vec(),
        reference,
        file: type_attributes(&parts).and_then(path),
    })
}

/// CertificateObject, x509Certificate: a plain SEQUENCE.
fn certificate(entry: AnyRef<'_>) -> Option<CertificateEntry> {
    if entry.tag() != Tag::Sequence {
        return None;
    }
    let parts = elements(entry);
    let common = elements(*parts.first()?);
    let label = common
        .first()
        .and_then(|label| label.decode_as::<Utf8StringRef<'_>>().ok())
        .map(|label| label.as_str().to_owned());
    let attributes = elements(*parts.get(1)?);
    let authority = attributes.get(1).map(|second| second.decode_as::<bool>());
    Some(CertificateEntry {
        label,
        authority: matches!(authority, Some(Ok(true))),
        id: octets(*attributes.first()?)?.to_vec(),
        file: type_attributes(&parts).and_then(path),
    })
}

/// The first element of `[1] { SEQUENCE { … } }`.
fn type_attributes<'a>(parts: &[AnyRef<'a>]) -> Option<AnyRef<'a>> {
    let attributes = parts.iter().find(|part| context(**part) == Some(1))?;
    let attributes = AnyRef::from_der(attributes.value()).ok()?;
    elements(attributes).into_iter().next()
}

/// Path: an OCTET STRING of file identifiers first.
fn path(value: AnyRef<'_>) -> Option<u16> {
    if value.tag() != Tag::Sequence {
        return None;
    }
    let path = octets(*elements(value).first()?)?;
    path.last_chunk().map(|last| u16::from_be_bytes(*last))
}

fn octets(value: AnyRef<'_>) -> Option<&[u8]> {
    value
        .decode_as::<&OctetStringRef>()
        .ok()
        .map(OctetStringRef::as_bytes)
}

/// Number of a context-specific tag.
fn context(value: AnyRef<'_>) -> Option<u32> {
    match value.tag() {
        Tag::ContextSpecific { number, .. } => Some(number.value()),
        _ => None,
    }
}

/// What a constructed value consists of; as much as is well-formed.
fn elements(value: AnyRef<'_>) -> Vec<AnyRef<'_>> {
    entries(value.value()).collect()
}

/// The objects side by side in a file. Zeros fill what is not used.
fn entries(bytes: &[u8]) -> impl Iterator<Item = AnyRef<'_>> {
    let mut reader = SliceReader::new(bytes).ok();
    std::iter::from_fn(move || AnyRef::decode(reader.as_mut()?).ok()).take(ENTRIES)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EF(CDF) as OpenSC 0.23 wrote it for a certificate and that of an authority; the
    /// first one's path ends in a zero.
    const CDF: &[u8] = &[
        0x30, 0x26, 0x30, 0x11, 0x0C, 0x0B, b'C', b'e', b'r', b't', b'i', b'f', b'i', b'c', b'a',
        b't', b'e', 0x03, 0x02, 0x06, 0x40, 0x30, 0x03, 0x04, 0x01, 0x45, 0xA1, 0x0C, 0x30, 0x0A,
        0x30, 0x08, 0x04, 0x06, 0x3F, 0x00, 0x50, 0x15, 0x31, 0x00, 0x30, 0x29, 0x30, 0x11, 0x0C,
        0x0B, b'C', b'e', b'r', b't', b'i', b'f', b'i', b'c', b'a', b't', b'e', 0x03, 0x02, 0x06,
        0x40, 0x30, 0x06, 0x04, 0x01, 0x50, 0x01, 0x01, 0xFF, 0xA1, 0x0C, 0x30, 0x0A, 0x30, 0x08,
        0x04, 0x06, 0x3F, 0x00, 0x50, 0x15, 0x31, 0x03,
    ];

    #[test]
    fn the_certificate_of_an_authority_is_known_from_the_directory() {
        let entries: Vec<_> = certificates(CDF)
            .into_iter()
            .map(|entry| (entry.id, entry.file, entry.authority))
            .collect();
        let expected = [
            (vec![0x45], Some(0x3100), false),
            (vec![0x50], Some(0x3103), true),
        ];
        assert_eq!(entries, expected);
    }

    #[test]
    fn a_change_shows_only_once_the_second_of_the_one_before_is_over() {
        let changed = Duration::from_secs(1_700_000_000);
        let info = |changed| TokenInfo {
            changed,
            ..TokenInfo::default()
        };
        let after = |seconds| UNIX_EPOCH + changed + Duration::from_secs_f64(seconds);
        for (seconds, tells) in [(0.0, false), (0.9, false), (1.9, false), (2.0, true)] {
            let told = info(Some(changed)).tells_changes(after(seconds));
            assert_eq!(told, tells, "{seconds} s");
        }
        // A clock that is behind that of whoever wrote it, and no lastUpdate at all.
        assert!(!info(Some(changed)).tells_changes(UNIX_EPOCH));
        assert!(!info(None).tells_changes(after(1e6)));
    }

    #[test]
    fn a_directory_is_read_as_far_as_its_objects_go_and_no_less() {
        let filled = [CDF, &[0x00; 8]].concat();
        for len in 0..=filled.len() {
            // What looks like filling within an object, or could be followed by another one,
            // is no end.
            assert_eq!(is_whole(&filled[..len]), len > CDF.len(), "{len} bytes");
        }
        assert!(is_whole(&[0x00]));
    }
}
