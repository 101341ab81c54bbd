//! Card verifiable certificates (BSI TR-03110-3, appendix C) of the device and of
//! requests, and the PKCS#15 descriptions of keys.

use super::Device;
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::signature::{Hash, ecdsa, halves, pkcs1};
use crate::emulator::tlv::element;

/// Object identifiers of TA-RSA-v1-5-SHA-256 and TA-ECDSA-SHA-256.
const RSA: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x01, 0x02];
const EC: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03];
/// Of the holder's authorization.
const AUTHORIZATION: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x02];
const EFFECTIVE: [u8; 6] = [2, 6, 0, 3, 0, 2];
const EXPIRES: [u8; 6] = [2, 7, 0, 3, 0, 2];

/// P-256's parameters, which a request repeats (FIPS 186-4, D.1.2.3).
const P256_DOMAIN: [(u32, &[u8]); 5] = [
    (
        0x81,
        &[
            0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xFF, 0xFF, 0xFF, 0xFF,
        ],
    ),
    (
        0x82,
        &[
            0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xFF, 0xFF, 0xFF, 0xFC,
        ],
    ),
    (
        0x83,
        &[
            0x5A, 0xC6, 0x35, 0xD8, 0xAA, 0x3A, 0x93, 0xE7, 0xB3, 0xEB, 0xBD, 0x55, 0x76, 0x98,
            0x86, 0xBC, 0x65, 0x1D, 0x06, 0xB0, 0xCC, 0x53, 0xB0, 0xF6, 0x3B, 0xCE, 0x3C, 0x3E,
            0x27, 0xD2, 0x60, 0x4B,
        ],
    ),
    (
        0x84,
        &[
            0x04, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63,
            0xA4, 0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39,
            0x45, 0xD8, 0x98, 0xC2, 0x96, 0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E,
            0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33, 0x57, 0x6B, 0x31, 0x5E,
            0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5,
        ],
    ),
    (
        0x85,
        &[
            0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2,
            0xFC, 0x63, 0x25, 0x51,
        ],
    ),
];

/// The domain parameters for the request of a key that a card is born with; `None` for
/// curves that have none here.
pub(super) fn domain(kind: KeyKind) -> Option<Vec<u8>> {
    match kind {
        KeyKind::P256 => Some(
            P256_DOMAIN
                .iter()
                .flat_map(|(tag, value)| element(*tag, value))
                .collect(),
        ),
        kind if kind.is_rsa() => Some(Vec::new()),
        _ => None,
    }
}

/// The certificate's issuer.
pub(super) const ISSUER: &str = "UTCA00001";

/// The device's certificate, and the one of its issuer, behind each other.
pub(super) fn of_device(device: &Device) -> Vec<u8> {
    [
        signed(device, &device.name, ISSUER),
        signed(device, ISSUER, ISSUER),
    ]
    .concat()
}

/// A certificate over the device's key; nobody checks who signed it.
fn signed(device: &Device, holder: &str, issuer: &str) -> Vec<u8> {
    let authorization = [element(0x06, &AUTHORIZATION), element(0x53, &[0x00; 5])];
    let body = [
        element(0x5F29, &[0x00]),
        element(0x42, issuer.as_bytes()),
        public_key(&device.key, &[]),
        element(0x5F20, holder.as_bytes()),
        element(0x7F4C, &authorization.concat()),
        element(0x5F25, &EFFECTIVE),
        element(0x5F24, &EXPIRES),
    ];
    certificate(&device.key, &body.concat())
}

/// What GENERATE answers: a request that the new key signs, and the device over it.
pub(super) fn request(
    device: &Device,
    key: &PrivateKey,
    issuer: &[u8],
    holder: &[u8],
    domain: &[u8],
) -> Vec<u8> {
    let body = [
        element(0x5F29, &[0x00]),
        element(0x42, issuer),
        public_key(key, domain),
        element(0x5F20, holder),
    ];
    let inner = certificate(key, &body.concat());
    let named = [inner, element(0x42, device.name.as_bytes())].concat();
    let outer = signature(&device.key, &named);
    element(0x67, &[named, element(0x5F37, &outer)].concat())
}

fn certificate(key: &PrivateKey, body: &[u8]) -> Vec<u8> {
    let body = element(0x7F4E, body);
    let signature = element(0x5F37, &signature(key, &body));
    element(0x7F21, &[body, signature].concat())
}

/// The domain parameters 81 to 85 stand before the point, the cofactor behind it.
fn public_key(key: &PrivateKey, domain: &[u8]) -> Vec<u8> {
    let oid = if key.kind().is_rsa() { RSA } else { EC };
    let cofactor = match domain {
        [] => Vec::new(),
        _ => element(0x87, &[0x01]),
    };
    let parts = [
        element(0x06, &oid),
        domain.to_vec(),
        key.public_template(),
        cofactor,
    ];
    element(0x7F49, &parts.concat())
}

fn signature(key: &PrivateKey, message: &[u8]) -> Vec<u8> {
    let hash = Hash::Sha256.of(message);
    let signature = match key.kind().is_rsa() {
        true => pkcs1(key, &Hash::Sha256.info(&hash)),
        false => key
            .kind()
            .input_length()
            .and_then(|length| halves(&ecdsa(key, &hash)?, length)),
    };
    signature.unwrap_or_default()
}

/// The PKCS#15 description of a private key, as it was seen.
pub(super) fn description(label: &str, id: u8, kind: KeyKind) -> Vec<u8> {
    let common = [
        element(0x0C, label.as_bytes()),
        element(0x03, &[0x06, 0xC0]),
        element(0x04, &[0x01]),
    ];
    let usage: &[u8] = match kind.is_rsa() {
        true => &[0x04, 0x70],
        false => &[0x07, 0x30, 0x80],
    };
    let class = [
        element(0x04, &[id]),
        element(0x03, usage),
        element(0x02, &[id]),
    ];
    let bits = match kind {
        KeyKind::P521 => 521,
        kind => kind.input_length().map_or(0, |length| length as u16 * 8),
    };
    let path = element(0x30, &element(0x04, &[]));
    let attributes = [path, element(0x02, &bits.to_be_bytes())];
    let parts = [
        element(0x30, &common.concat()),
        element(0x30, &class.concat()),
        element(0xA1, &element(0x30, &attributes.concat())),
    ];
    let tag = if kind.is_rsa() { 0x30 } else { 0xA0 };
    element(tag, &parts.concat())
}

/// EF.TokenInfo.
pub(super) fn token_information(label: &str, (maker, model): (&str, &str)) -> Vec<u8> {
    let label = if label.is_empty() { model } else { label };
    let parts = [
        element(0x02, &[0x01]),
        element(0x04, &[0x00; 8]),
        element(0x0C, maker.as_bytes()),
        element(0x80, label.as_bytes()),
        element(0x03, &[0x04, 0x30]),
    ];
    element(0x30, &parts.concat())
}
