//! Data objects: Functional Specification 4.4, 7.2.5 to 7.2.8; sheet, 8.

use super::product::{Certificates, SelectData, Selection};
use super::{KeySlot, OpenPgpCard};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::key::{KeyKind, PrivateKey};
use crate::emulator::tlv;

/// Tags.
pub(super) mod tag {
    pub const AID: u16 = 0x4F;
    pub const NAME: u16 = 0x5B;
    pub const LOGIN: u16 = 0x5E;
    pub const LANGUAGE: u16 = 0x5F2D;
    pub const SEX: u16 = 0x5F35;
    pub const URL: u16 = 0x5F50;
    pub const HISTORICAL: u16 = 0x5F52;
    pub const HOLDER: u16 = 0x65;
    pub const APPLICATION: u16 = 0x6E;
    pub const DISCRETIONARY: u16 = 0x73;
    pub const SECURITY_SUPPORT: u16 = 0x7A;
    pub const CERTIFICATE: u16 = 0x7F21;
    pub const EXTENDED_LENGTH: u16 = 0x7F66;
    pub const FEATURES: u16 = 0x7F74;
    pub const COUNTER: u16 = 0x93;
    pub const CAPABILITIES: u16 = 0xC0;
    pub const ATTRIBUTES: u16 = 0xC1;
    pub const PASSWORDS: u16 = 0xC4;
    pub const FINGERPRINTS: u16 = 0xC5;
    pub const AUTHORITIES: u16 = 0xC6;
    pub const FINGERPRINT: u16 = 0xC7;
    pub const AUTHORITY: u16 = 0xCA;
    pub const TIMES: u16 = 0xCD;
    pub const TIME: u16 = 0xCE;
    pub const RESET_CODE: u16 = 0xD3;
    pub const TOUCH: u16 = 0xD6;
    pub const KEY_INFORMATION: u16 = 0xDE;
    pub const KDF: u16 = 0xF9;
    pub const ALGORITHMS: u16 = 0xFA;
    pub const PRIVATE: u16 = 0x0101;
}

/// The data of SELECT DATA: the path to 7F21 (sheet, 8.4).
const PATH: [u8; 6] = [0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21];
/// General feature management: a button.
const BUTTON: u8 = 0x20;
/// What 7F66 says: most bytes of a command and of an answer.
const MOST_BYTES: u16 = 0x0800;

impl OpenPgpCard {
    pub(super) fn selection_answer(&self) -> Vec<u8> {
        match self.product.selection {
            Selection::Nothing => Vec::new(),
            Selection::ControlInformation => tlv::element(0x6F, &tlv::element(0x84, &self.aid())),
        }
    }

    pub(super) fn get_data(&self, command: &Command, occurrence: u8) -> Reply {
        let wanted = command.p1p2();
        if wanted == tag::CERTIFICATE {
            return self.certificate_object(occurrence);
        }
        let value = self.object(wanted)?;
        Ok(if self.product.tagged.contains(&wanted) {
            tlv::element(wanted.into(), &value)
        } else {
            value
        })
    }

    /// Chooses an occurrence of 7F21 (7.2.5).
    pub(super) fn select_data(&mut self, command: &Command) -> Reply {
        let session = &self.session;
        match self.product.select_data {
            SelectData::Unknown => return Err(sw::UNKNOWN_INS),
            SelectData::WantsPassword if !session.signing && !session.other && !session.admin => {
                return Err(sw::SECURITY_STATUS);
            }
            SelectData::ExtraLength => {
                let [length, rest @ ..] = &command.data[..] else {
                    return Err(sw::BAD_DATA);
                };
                if usize::from(*length) != PATH.len() || *rest != PATH {
                    return Err(sw::BAD_DATA);
                }
            }
            SelectData::Standard | SelectData::WantsPassword => {
                if command.data != PATH {
                    return Err(sw::BAD_DATA);
                }
            }
        }
        if command.p2 != 0x04 || KeySlot::of_occurrence(command.p1).is_none() {
            return Err(sw::WRONG_P1P2);
        }
        self.session.occurrence = Some(command.p1);
        Ok(Vec::new())
    }

    fn certificate_object(&self, occurrence: u8) -> Reply {
        let slot = match self.product.certificates {
            Certificates::Unreadable => return Ok(Vec::new()),
            Certificates::Three => KeySlot::of_occurrence(occurrence),
            Certificates::One | Certificates::OneOrAbsent => Some(KeySlot::Authentication),
        };
        let stored = slot.and_then(|slot| self.certificates.get(&slot));
        match (stored, self.product.certificates) {
            (Some(der), _) => Ok(der.clone()),
            (None, Certificates::OneOrAbsent) => Err(sw::NO_REFERENCE),
            (None, _) => Ok(Vec::new()),
        }
    }

    /// The value of an object that GET DATA knows.
    fn object(&self, wanted: u16) -> Reply {
        let alone = self.product.parts_alone;
        Ok(match wanted {
            tag::AID => self.aid(),
            tag::HISTORICAL => self.product.historical.to_vec(),
            tag::LOGIN | tag::URL => self.stored(wanted),
            tag::HOLDER => self.holder(),
            tag::APPLICATION => self.application(),
            tag::SECURITY_SUPPORT => tlv::element(tag::COUNTER.into(), &self.counter()),
            tag::EXTENDED_LENGTH if self.product.extended => extended_length(),
            tag::PASSWORDS => self.password_status(),
            tag::ALGORITHMS if self.product.version >= [3, 4] => self.algorithms(),
            tag::KDF if self.product.kdf => match self.objects.get(&tag::KDF) {
                Some(object) => object.clone(),
                None => tlv::element(0x81, &[0x00]),
            },
            0xC1..=0xC3 if alone || self.product.tagged.contains(&wanted) => {
                self.attributes[usize::from(wanted - tag::ATTRIBUTES)].clone()
            }
            tag::KEY_INFORMATION if alone || self.product.tagged.contains(&wanted) => {
                self.key_information()
            }
            tag::CAPABILITIES if alone => self.product.capabilities.to_vec(),
            tag::FINGERPRINTS if alone => self.fingerprints.concat(),
            0xD6..=0xD8 => vec![self.touch[usize::from(wanted - tag::TOUCH)], BUTTON],
            0x0101 | 0x0102 => self.stored(wanted),
            0x0103 if self.session.other => self.stored(wanted),
            0x0104 if self.session.admin => self.stored(wanted),
            0x0103 | 0x0104 => return Err(sw::SECURITY_STATUS),
            _ => return Err(sw::NO_REFERENCE),
        })
    }

    fn stored(&self, wanted: u16) -> Vec<u8> {
        self.objects.get(&wanted).cloned().unwrap_or_default()
    }

    fn holder(&self) -> Vec<u8> {
        [tag::NAME, tag::LANGUAGE, tag::SEX]
            .map(|part| tlv::element(part.into(), &self.stored(part)))
            .concat()
    }

    /// 6E (sheet, 8).
    fn application(&self) -> Vec<u8> {
        let element = |tag: u16, value: &[u8]| tlv::element(tag.into(), value);
        let mut parts = vec![
            element(tag::AID, &self.aid()),
            element(tag::HISTORICAL, self.product.historical),
        ];
        if self.product.version >= [3, 0] && self.product.extended {
            parts.push(element(tag::EXTENDED_LENGTH, &extended_length()));
            let features = tlv::element(0x81, &[BUTTON]);
            parts.push(element(tag::FEATURES, &features));
        }
        parts.push(element(tag::DISCRETIONARY, &self.discretionary()));
        parts.concat()
    }

    fn discretionary(&self) -> Vec<u8> {
        let element = |tag: u16, value: &[u8]| tlv::element(tag.into(), value);
        let mut parts = vec![element(tag::CAPABILITIES, &self.product.capabilities)];
        for (own, attributes) in (tag::ATTRIBUTES..).zip(&self.attributes) {
            parts.push(element(own, attributes));
        }
        parts.push(element(tag::PASSWORDS, &self.password_status()));
        parts.push(element(tag::FINGERPRINTS, &self.fingerprints.concat()));
        parts.push(element(tag::AUTHORITIES, &self.authorities.concat()));
        parts.push(element(tag::TIMES, &self.times.concat()));
        if self.product.key_information {
            parts.push(element(tag::KEY_INFORMATION, &self.key_information()));
        }
        if self.product.version >= [3, 0] {
            for (own, policy) in (tag::TOUCH..).zip(self.touch) {
                parts.push(element(own, &[policy, BUTTON]));
            }
        }
        parts.concat()
    }

    fn key_information(&self) -> Vec<u8> {
        let pairs = KeySlot::ALL.map(|slot| {
            let generated = self.keys.contains_key(&slot);
            [slot.index() as u8 + 1, u8::from(generated)]
        });
        pairs.concat()
    }

    fn counter(&self) -> [u8; 3] {
        let [_, high, middle, low] = self.signatures.to_be_bytes();
        [high, middle, low]
    }

    /// FA: each key with each algorithm.
    fn algorithms(&self) -> Vec<u8> {
        let kinds = [
            KeyKind::Rsa2048,
            KeyKind::Rsa3072,
            KeyKind::Rsa4096,
            KeyKind::P256,
            KeyKind::P384,
            KeyKind::P521,
            KeyKind::BrainpoolP256,
            KeyKind::BrainpoolP384,
        ];
        let mut parts = Vec::new();
        for own in [0xC1, 0xC2, 0xC3] {
            for kind in kinds {
                let slot = KeySlot::ALL[own as usize - 0xC1];
                parts.push(tlv::element(
                    own,
                    &attributes(kind, slot, self.product.attribute_tail),
                ));
            }
        }
        parts.concat()
    }
}

fn extended_length() -> Vec<u8> {
    let most = tlv::element(0x02, &MOST_BYTES.to_be_bytes());
    [most.clone(), most].concat()
}

/// Algorithm attributes (sheet, 8.2).
pub(super) fn attributes(kind: KeyKind, slot: KeySlot, tail: bool) -> Vec<u8> {
    let rsa = |bits: u16| {
        let [high, low] = bits.to_be_bytes();
        vec![0x01, high, low, 0x00, 0x11, 0x03]
    };
    let curve = |oid: &[u8]| {
        let algorithm = match (kind, slot) {
            (KeyKind::Ed25519, _) => 0x16,
            (_, KeySlot::Decryption) => 0x12,
            _ => 0x13,
        };
        let tail: &[u8] = if tail { &[0xFF] } else { &[] };
        [&[algorithm], oid, tail].concat()
    };
    match kind {
        KeyKind::Rsa1024 => rsa(1024),
        KeyKind::Rsa2048 => rsa(2048),
        KeyKind::Rsa3072 => rsa(3072),
        KeyKind::Rsa4096 => rsa(4096),
        KeyKind::P256 => curve(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]),
        KeyKind::P384 => curve(&[0x2B, 0x81, 0x04, 0x00, 0x22]),
        KeyKind::P521 => curve(&[0x2B, 0x81, 0x04, 0x00, 0x23]),
        KeyKind::BrainpoolP256 => curve(&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07]),
        KeyKind::BrainpoolP384 => curve(&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0B]),
        KeyKind::Ed25519 => curve(&[0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01]),
    }
}

/// The key that attributes describe.
pub(super) fn kind_of(attributes: &[u8]) -> Option<KeyKind> {
    const KINDS: [KeyKind; 6] = [
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::P521,
        KeyKind::BrainpoolP256,
        KeyKind::BrainpoolP384,
        KeyKind::Ed25519,
    ];
    match *attributes {
        [0x01, high, low, ..] => match u16::from_be_bytes([high, low]) {
            2048 => Some(KeyKind::Rsa2048),
            3072 => Some(KeyKind::Rsa3072),
            4096 => Some(KeyKind::Rsa4096),
            _ => None,
        },
        [_, ref oid @ ..] => {
            let oid = oid.strip_suffix(&[0xFF]).unwrap_or(oid);
            KINDS
                .into_iter()
                .find(|kind| self::attributes(*kind, KeySlot::Signature, false)[1..] == *oid)
        }
        [] => None,
    }
}

/// `7F49 { public key }`.
pub(super) fn public_key(key: &PrivateKey) -> Vec<u8> {
    tlv::element(0x7F49, &key.public_template())
}
