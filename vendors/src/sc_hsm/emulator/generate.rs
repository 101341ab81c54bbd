//! GENERATE ASYMMETRIC KEY PAIR: what is asked for stands in the body of a request.

use super::file::{self, prefix};
use super::{ScHsmCard, certificate};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::tlv;

/// Tags of a request's body.
const ISSUER: u32 = 0x42;
const HOLDER: u32 = 0x5F20;
const PUBLIC_KEY: u32 = 0x7F49;
/// In the public key: bits of a modulus; the prime field, and the parameters with it.
const BITS: u32 = 0x02;
const PRIME: u32 = 0x81;
const DOMAIN: std::ops::RangeInclusive<u32> = 0x81..=0x85;
/// Length and first bytes of the prime fields.
const CURVES: [(usize, [u8; 4], KeyKind); 5] = [
    (32, [0xFF, 0xFF, 0xFF, 0xFF], KeyKind::P256),
    (32, [0xA9, 0xFB, 0x57, 0xDB], KeyKind::BrainpoolP256),
    (48, [0xFF, 0xFF, 0xFF, 0xFF], KeyKind::P384),
    (48, [0x8C, 0xB9, 0x1E, 0x82], KeyKind::BrainpoolP384),
    (66, [0x01, 0xFF, 0xFF, 0xFF], KeyKind::P521),
];

impl ScHsmCard {
    pub(super) fn generate(&mut self, command: &Command) -> Reply {
        if !self.session.user {
            return Err(sw::SECURITY_STATUS);
        }
        let id = command.p1;
        if id == 0x00 || command.p2 != 0x00 {
            return Err(sw::WRONG_P1P2);
        }
        let body = tlv::read_all(&command.data).ok_or(sw::BAD_DATA)?;
        let part = |tag: u32| {
            let part = body.iter().find(|(of, _)| *of == tag);
            part.map(|(_, value)| *value).ok_or(sw::BAD_DATA)
        };
        let (issuer, holder) = (part(ISSUER)?, part(HOLDER)?);
        let wanted = tlv::read_all(part(PUBLIC_KEY)?).ok_or(sw::BAD_DATA)?;
        let kind = kind_of(&wanted).ok_or(sw::BAD_DATA)?;
        let key = PrivateKey::generate(kind, &mut self.random).ok_or(sw::UNKNOWN)?;
        let domain: Vec<u8> = wanted
            .iter()
            .filter(|(tag, _)| !kind.is_rsa() && DOMAIN.contains(tag))
            .flat_map(|(tag, value)| tlv::element(*tag, value))
            .collect();
        let request = certificate::request(&self.device, &key, issuer, holder, &domain);
        self.keys.insert(id, key);
        self.session.file = Some(file::of(prefix::KEY, id));
        Ok(request)
    }
}

fn kind_of(wanted: &[(u32, &[u8])]) -> Option<KeyKind> {
    let part = |tag: u32| wanted.iter().find(|(of, _)| *of == tag);
    if let Some((_, prime)) = part(PRIME).filter(|(_, value)| value.len() > 3) {
        let curve = CURVES
            .iter()
            .find(|(length, start, _)| prime.len() == *length && prime.starts_with(start));
        return curve.map(|(_, _, kind)| *kind);
    }
    match part(BITS)?.1 {
        [0x04, 0x00] => Some(KeyKind::Rsa1024),
        [0x08, 0x00] => Some(KeyKind::Rsa2048),
        [0x0C, 0x00] => Some(KeyKind::Rsa3072),
        [0x10, 0x00] => Some(KeyKind::Rsa4096),
        _ => None,
    }
}
