//! Extensions of certificates (RFC 5280, 4.2) that say what one is for.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{ID_CE_EXT_KEY_USAGE, ID_KP_TIME_STAMPING};
use securesign_card::certificate::Certificate;
use securesign_card::tlv;

/// Tags as on the wire (X.690).
const BOOLEAN: u32 = 0x01;
const OCTET_STRING: u32 = 0x04;
const OID: u32 = 0x06;
const SEQUENCE: u32 = 0x30;
/// `[3]` of a TBSCertificate.
const EXTENSIONS: u32 = 0xA3;

/// An extension.
pub(crate) struct Extension<'a> {
    /// Content of its identifier.
    pub kind: &'a [u8],
    pub is_critical: bool,
    pub value: &'a [u8],
}

/// All that a certificate has. `None`: they cannot be read.
pub(crate) fn all(certificate: &Certificate) -> Option<Vec<Extension<'_>>> {
    let outer = tlv::expect(certificate.der(), SEQUENCE).ok()?;
    let parts = tlv::split(tlv::expect(outer, SEQUENCE).ok()?).ok()?;
    let Some(extensions) = parts.iter().find(|part| part.tag == EXTENSIONS) else {
        return Some(Vec::new());
    };
    let list = tlv::split(tlv::expect(extensions.value, SEQUENCE).ok()?).ok()?;
    list.into_iter().map(one).collect()
}

fn one(object: tlv::Object<'_>) -> Option<Extension<'_>> {
    let parts = tlv::split(object.value).ok()?;
    let (kind, is_critical, value) = match parts[..] {
        [kind, value] => (kind, false, value),
        [kind, critical, value] if critical.tag == BOOLEAN => (kind, critical.value != [0], value),
        _ => return None,
    };
    (kind.tag == OID && value.tag == OCTET_STRING).then_some(Extension {
        kind: kind.value,
        is_critical,
        value: value.value,
    })
}

/// RFC 3161, 2.3: for that alone, and critical.
pub(crate) fn is_for_time_stamps(certificate: &Certificate) -> bool {
    let extensions = all(certificate).unwrap_or_default();
    let mut usage = extensions.iter().filter(|it| it.is(ID_CE_EXT_KEY_USAGE));
    let (Some(usage), None) = (usage.next(), usage.next()) else {
        return false;
    };
    let purposes = tlv::expect(usage.value, SEQUENCE).and_then(tlv::split);
    let is_only = purposes.is_ok_and(
        |purposes| matches!(purposes[..], [one] if one.value == ID_KP_TIME_STAMPING.as_bytes()),
    );
    usage.is_critical && is_only
}

impl Extension<'_> {
    pub fn is(&self, kind: ObjectIdentifier) -> bool {
        self.kind == kind.as_bytes()
    }
}
