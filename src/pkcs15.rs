//! Directory files of PKCS#15 v1.1 (also ISO 7816-15): which keys and
//! certificates a card has and where, and which PIN lets a key be used. Only what signing
//! needs is read; what is not understood is passed over.

mod authentication;
mod path;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use der::asn1::{AnyRef, GeneralizedTime, OctetStringRef, Utf8StringRef};
use der::{Decode, ErrorKind, SliceReader, Tag, Tagged};

pub use authentication::{PinEntry, PinFlag, PinType, pins};
pub use path::{ApplicationEntry, Path, Place, applications};

/// Most entries of one file.
const ENTRIES: usize = 64;

/// What a directory file lists (PKCS#15, 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// EF(PrKDF)
    PrivateKeys,
    /// EF(PuKDF)
    PublicKeys,
    /// EF(CDF)
    Certificates,
    /// EF(AODF)
    Authentication,
    /// Anything else: secret keys, data.
    Other,
}

/// An entry of EF(PrKDF) (PKCS#15, 6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// iD, the same as that of its certificate.
    pub id: Vec<u8>,
    /// Label.
    pub label: Option<String>,
    /// authId: the PIN that lets it be used.
    pub pin: Option<Vec<u8>>,
    /// userConsent: it wants the PIN before every use.
    pub consent: bool,
    /// Its algorithm, where that is one that signs here.
    pub kind: Option<KeyKind>,
    /// Whether its usage has any kind of signature; where it is empty, it may have.
    pub signs: bool,
    /// Whether its usage has non-repudiation: it makes signatures that bind a person.
    pub binds: bool,
    /// Whether its usage has decryption.
    pub decrypts: bool,
    /// It is in the card's own form, so that the card can use it.
    pub native: bool,
    /// keyReference.
    pub reference: Option<u8>,
    /// Its path.
    pub path: Option<Path>,
    /// modulusLength, in bits.
    pub bits: Option<u16>,
}

/// The algorithm of a key (PKCS#15, 6.3.1: the tag of its entry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA.
    Rsa,
    /// Elliptic curve.
    EllipticCurve,
}

/// An entry of EF(PuKDF) (PKCS#15, 6.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeyEntry {
    /// iD, the same as that of its private key.
    pub id: Vec<u8>,
    /// Its value.
    pub place: Option<Place>,
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
    /// Its value.
    pub place: Option<Place>,
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
    /// supportedAlgorithms.
    pub algorithms: Vec<Algorithm>,
}

/// What a card can compute (PKCS#15, 6.9: AlgorithmInfo).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm {
    /// algorithm, as in PKCS#11 (CKM_…).
    pub mechanism: u32,
    /// supportedOperations has compute-signature.
    pub signs: bool,
    /// algRef: what the card calls it.
    pub reference: Option<u8>,
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

/// EF(ODF): the directory files, or what would stand in them.
pub fn directories(odf: &[u8]) -> Vec<(Directory, Place)> {
    entries(odf)
        .filter_map(|entry| {
            let kind = match context(entry)? {
                0 => Directory::PrivateKeys,
                1 => Directory::PublicKeys,
                4 => Directory::Certificates,
                8 => Directory::Authentication,
                _ => Directory::Other,
            };
            // [n] EXPLICIT, PathOrObjects.
            Some((kind, Place::read(AnyRef::from_der(entry.value()).ok()?)?))
        })
        .collect()
}

/// EF(PrKDF): keys for RSA and elliptic curves.
pub fn private_keys(file: &[u8]) -> Vec<KeyEntry> {
    entries(file).filter_map(private_key).collect()
}

/// EF(PuKDF).
pub fn public_keys(file: &[u8]) -> Vec<PublicKeyEntry> {
    let entry = |entry| {
        let parts = elements(entry);
        let attributes = elements(*parts.get(1)?);
        Some(PublicKeyEntry {
            id: attributes.iter().find_map(|it| octets(*it))?.to_vec(),
            place: type_attributes(&parts)
                .first()
                .copied()
                .and_then(Place::read),
        })
    };
    entries(file).filter_map(entry).collect()
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
        algorithms: tagged(2).map(|list| algorithms(*list)).unwrap_or_default(),
    }
}

/// [2] SEQUENCE OF AlgorithmInfo. What stands between is of any kind.
fn algorithms(list: AnyRef<'_>) -> Vec<Algorithm> {
    const COMPUTE_SIGNATURE: u16 = 1;
    let info = |info| {
        let parts = elements(info);
        let numbers: Vec<u32> = parts.iter().filter_map(|part| number(*part)).collect();
        let operations = parts.iter().find_map(|part| bits(*part))?;
        let last = numbers.get(2..).and_then(<[u32]>::last);
        Some(Algorithm {
            mechanism: *numbers.get(1)?,
            signs: has(operations, COMPUTE_SIGNATURE),
            reference: last.and_then(|last| u8::try_from(*last).ok()),
        })
    };
    elements(list).into_iter().filter_map(info).collect()
}

/// PrivateKeyObject: common, common key, [0] common private key, [1] type
/// attributes with the path first.
fn private_key(entry: AnyRef<'_>) -> Option<KeyEntry> {
    /// KeyUsageFlags.
    const DECRYPT: u16 = 1;
    const SIGN: u16 = 2;
    const SIGN_RECOVER: u16 = 3;
    const UNWRAP: u16 = 5;
    const NON_REPUDIATION: u16 = 9;
    let parts = elements(entry);
    let common = Common::read(*parts.first()?);
    let key = elements(*parts.get(1)?);
    let reference = key.iter().find(|part| part.tag() == Tag::Integer);
    let usage = key.iter().find_map(|part| bits(*part));
    let uses = |flags: &[u16]| {
        flags
            .iter()
            .any(|flag| has(usage.unwrap_or_default(), *flag))
    };
    let value = type_attributes(&parts);
    let path = value.first().and_then(|path| Path::read(*path));
    let bits = value.iter().find_map(|part| number(*part));
    Some(KeyEntry {
        id: key.iter().find_map(|part| octets(*part))?.to_vec(),
        label: common.label,
        pin: common.pin,
        consent: common.consent,
        kind: match (entry.tag(), context(entry)) {
            (Tag::Sequence, _) => Some(KeyKind::Rsa),
            (_, Some(0)) => Some(KeyKind::EllipticCurve),
            _ => None,
        },
        signs: usage.is_none() || uses(&[SIGN, SIGN_RECOVER, NON_REPUDIATION]),
        binds: uses(&[NON_REPUDIATION]),
        decrypts: uses(&[DECRYPT, UNWRAP]),
        native: !key.iter().any(|part| part.decode_as::<bool>() == Ok(false)),
        reference: reference.and_then(|it| byte(it.value())),
        path,
        bits: bits.and_then(|bits| u16::try_from(bits).ok()),
    })
}

/// CommonObjectAttributes (PKCS#15, 6.1.8).
struct Common {
    label: Option<String>,
    /// authId, or else that of the rule about using it.
    pin: Option<Vec<u8>>,
    /// userConsent is 1.
    consent: bool,
}

impl Common {
    fn read(attributes: AnyRef<'_>) -> Self {
        let parts = elements(attributes);
        let label = parts
            .iter()
            .find_map(|part| part.decode_as::<Utf8StringRef<'_>>().ok());
        let pin = parts.iter().find_map(|part| octets(*part));
        let rules = parts.iter().find(|part| part.tag() == Tag::Sequence);
        let consent = parts.iter().find_map(|part| number(*part));
        Self {
            label: label.map(|label| label.as_str().to_owned()),
            pin: pin
                .map(<[u8]>::to_vec)
                .or_else(|| rules.and_then(|rules| ruling_pin(*rules))),
            consent: consent == Some(1),
        }
    }
}

/// accessControlRules: the authId of the first rule about execution, signature, decryption or
/// authentication.
fn ruling_pin(rules: AnyRef<'_>) -> Option<Vec<u8>> {
    const USES: [u16; 4] = [2, 5, 7, 9];
    elements(rules).into_iter().find_map(|rule| {
        let parts = elements(rule);
        let modes = parts.iter().find_map(|part| bits(*part))?;
        let about_use = USES.iter().any(|mode| has(modes, *mode));
        let pin = parts.iter().find_map(|part| octets(*part));
        pin.filter(|_| about_use).map(<[u8]>::to_vec)
    })
}

/// CertificateObject, x509Certificate: a plain SEQUENCE.
fn certificate(entry: AnyRef<'_>) -> Option<CertificateEntry> {
    if entry.tag() != Tag::Sequence {
        return None;
    }
    let parts = elements(entry);
    let attributes = elements(*parts.get(1)?);
    let authority = attributes.get(1).map(|second| second.decode_as::<bool>());
    let value = type_attributes(&parts).first().copied();
    Some(CertificateEntry {
        label: Common::read(*parts.first()?).label,
        authority: matches!(authority, Some(Ok(true))),
        id: octets(*attributes.first()?)?.to_vec(),
        place: value.and_then(Place::read).map(Place::with_header),
    })
}

/// What `[1] { SEQUENCE { … } }` consists of.
fn type_attributes<'a>(parts: &[AnyRef<'a>]) -> Vec<AnyRef<'a>> {
    let attributes = parts.iter().find(|part| context(**part) == Some(1));
    let attributes = attributes.and_then(|it| AnyRef::from_der(it.value()).ok());
    attributes.map(elements).unwrap_or_default()
}

/// An INTEGER of one byte as cards write it: `02 01 9F` means 9F too.
fn byte(value: &[u8]) -> Option<u8> {
    match value {
        [byte] | [0x00 | 0xFF, byte] => Some(*byte),
        _ => None,
    }
}

/// A small INTEGER that is not negative.
fn number(value: AnyRef<'_>) -> Option<u32> {
    value.decode_as::<u32>().ok()
}

/// The first sixteen bits of a BIT STRING, the first one as the highest. How many of them
/// count is passed over: some cards get that wrong.
fn bits(value: AnyRef<'_>) -> Option<u16> {
    match value.value() {
        [_, first] if value.tag() == Tag::BitString => Some(u16::from_be_bytes([*first, 0])),
        [_, first, second, ..] if value.tag() == Tag::BitString => {
            Some(u16::from_be_bytes([*first, *second]))
        }
        _ => None,
    }
}

/// Whether the bit of this number is set.
fn has(bits: u16, number: u16) -> bool {
    bits & (0x8000 >> number) != 0
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
            .map(|entry| {
                (
                    entry.id,
                    entry.place.and_then(|it| it.file()),
                    entry.authority,
                )
            })
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
