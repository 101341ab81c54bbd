//! Making, importing and reading keys: sheet §7.2.

use rsa::BoxedUint;
use rsa::traits::PublicKeyParts;

use super::Epass;
use super::file::{Content, File, Kind};
use super::status::sw;
use crate::emulator::apdu::{Command, Reply};
use crate::emulator::key::{KeyKind, PrivateKey, Stream};

/// First byte of GENERATE.
const RSA: u8 = 0x01;
const EC: u8 = 0x02;
/// P1 of READ PUBLIC KEY.
const READ_EC: u8 = 0x00;
const READ_RSA: u8 = 0x02;
/// Tags in front of the coordinates.
const X: u8 = 0x58;
const Y: u8 = 0x59;
/// P1 of IMPORT.
const MODULUS: u8 = 0x02;
const EXPONENT: u8 = 0x03;
/// The only public exponent.
const F4: u64 = 0x1_0001;
/// Sizes of keys in bits.
const RSA_BITS: [u16; 2] = [1024, 2048];
const P256_BITS: u16 = 0x0100;
/// Places in the access bytes of a key.
const UPDATE: usize = 1;

impl Epass {
    /// `00 46`: kind, bits, private and public file; both files are there already.
    pub(super) fn generate(&mut self, command: &Command) -> Reply {
        let [class, b1, b2, private @ .., p1, p2] = &command.data[..] else {
            return Err(sw::WRONG_LENGTH);
        };
        let private = private.try_into().map_err(|_| sw::WRONG_LENGTH)?;
        let bits = u16::from_be_bytes([*b1, *b2]);
        let private = u16::from_be_bytes(private);
        let public = u16::from_be_bytes([*p1, *p2]);
        let kind = match (*class, bits) {
            (RSA, 1024) => KeyKind::Rsa1024,
            (RSA, 2048) => KeyKind::Rsa2048,
            (EC, P256_BITS) if self.habits.ec => KeyKind::P256,
            _ => return Err(sw::BAD_DATA),
        };
        let family = if kind.is_rsa() { Kind::Rsa } else { Kind::Ec };
        let fits = |file: &File| match file.content {
            Content::PrivateKey { kind, .. } | Content::PublicKey { kind, .. } => {
                kind == family && file.key_bits() == Some(bits)
            }
            _ => false,
        };
        for identifier in [private, public] {
            let file = self.child(identifier).ok_or(sw::KEY_NOT_FOUND)?;
            if !fits(file) {
                return Err(sw::BAD_DATA);
            }
            if !self.allows(file.access[UPDATE]) {
                return Err(sw::SECURITY_STATUS);
            }
        }
        // A stream of its own: the key does not depend on the challenges given out.
        self.generated = self.generated.wrapping_add(1);
        let seed = [&self.seed[..], b"generated", &self.generated.to_be_bytes()].concat();
        let made = PrivateKey::generate(kind, &mut Stream::new(&seed)).ok_or(sw::NO_MEMORY)?;
        for identifier in [private, public] {
            let file = self.child_mut(identifier).ok_or(sw::KEY_NOT_FOUND)?;
            if let Content::PrivateKey { key, .. } | Content::PublicKey { key, .. } =
                &mut file.content
            {
                *key = Some(made.clone());
            }
        }
        Ok(Vec::new())
    }

    /// `80 B4`: the public half of a key just made.
    pub(super) fn read_public_key(&mut self, command: &Command) -> Reply {
        let [high, low] = command.data[..] else {
            return Err(sw::WRONG_LENGTH);
        };
        let file = self.child(u16::from_be_bytes([high, low]));
        let Some(Content::PublicKey { key, .. }) = file.map(|file| &file.content) else {
            return Err(sw::FILE_NOT_FOUND);
        };
        match (command.p1, key) {
            (_, None) => Err(sw::KEY_NOT_FOUND),
            (READ_RSA, Some(PrivateKey::Rsa(_, key))) => Ok(key.n_bytes().to_vec()),
            (READ_EC, Some(PrivateKey::P256(key))) => {
                let point = key.verifying_key().to_sec1_point(false);
                let coordinates = point.as_bytes().get(1..).unwrap_or_default();
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                Ok([&[X, 0x20][..], x, &[Y, 0x20], y].concat())
            }
            _ => Err(sw::WRONG_P1P2),
        }
    }

    /// `80 E7`: modulus and private exponent, one after the other.
    pub(super) fn import_key(&mut self, command: &Command) -> Reply {
        let Some((identifier, number)) = command.data.split_first_chunk::<2>() else {
            return Err(sw::WRONG_LENGTH);
        };
        let identifier = u16::from_be_bytes(*identifier);
        let access = self.child(identifier).ok_or(sw::KEY_NOT_FOUND)?.access;
        if !self.allows(access[UPDATE]) {
            return Err(sw::SECURITY_STATUS);
        }
        let file = self.child_mut(identifier).ok_or(sw::KEY_NOT_FOUND)?;
        let bits = file.key_bits().unwrap_or_default();
        let Content::PrivateKey {
            kind: Kind::Rsa,
            key,
            modulus,
            exponent,
        } = &mut file.content
        else {
            return Err(sw::BAD_DATA);
        };
        if !RSA_BITS.contains(&bits) || number.len() > usize::from(bits / 8) {
            return Err(sw::BAD_DATA);
        }
        match command.p1 {
            MODULUS => *modulus = number.to_vec(),
            EXPONENT => *exponent = number.to_vec(),
            _ => return Err(sw::WRONG_P1P2),
        }
        if !modulus.is_empty() && !exponent.is_empty() {
            let whole = assemble(bits, modulus, exponent).ok_or(sw::BAD_DATA)?;
            modulus.clear();
            exponent.clear();
            *key = Some(whole);
        }
        Ok(Vec::new())
    }

    /// The key that a reference of the security environment means.
    pub(super) fn key(&self, identifier: u16) -> Option<(&File, &PrivateKey)> {
        let file = self.child(identifier)?;
        match &file.content {
            Content::PrivateKey { key: Some(key), .. } => Some((file, key)),
            _ => None,
        }
    }

    fn child(&self, identifier: u16) -> Option<&File> {
        let path = [&self.dialogue.directory[..], &[identifier]].concat();
        self.files.at(&path)
    }

    fn child_mut(&mut self, identifier: u16) -> Option<&mut File> {
        let path = [&self.dialogue.directory[..], &[identifier]].concat();
        self.files.at_mut(&path)
    }
}

fn assemble(bits: u16, modulus: &[u8], exponent: &[u8]) -> Option<PrivateKey> {
    let kind = match bits {
        1024 => KeyKind::Rsa1024,
        2048 => KeyKind::Rsa2048,
        _ => return None,
    };
    let n = BoxedUint::from_be_slice(modulus, u32::from(bits)).ok()?;
    let d = BoxedUint::from_be_slice(exponent, u32::from(bits)).ok()?;
    let key = rsa::PrivateKey::from_components(n, F4.into(), d, Vec::new()).ok()?;
    Some(PrivateKey::Rsa(kind, Box::new(key)))
}
