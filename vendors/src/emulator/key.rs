//! Private keys and their raw operations, whatever the card that holds them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use der::Decode;
use rsa::BoxedUint;
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, PrivateKeyInfoRef};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256};
use signature::Signer;
use signature::hazmat::PrehashSigner;
use zeroize::Zeroizing;

use super::tlv;

/// Algorithm and size of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// Algorithm 06.
    Rsa1024,
    /// Algorithm 07.
    Rsa2048,
    /// Algorithm 05, SP 800-78-5.
    Rsa3072,
    /// Algorithm 16, a Yubico extension.
    Rsa4096,
    /// Algorithm 11.
    P256,
    /// Algorithm 14.
    P384,
    /// Not in PIV.
    P521,
    /// brainpoolP256r1; not in PIV.
    BrainpoolP256,
    /// brainpoolP384r1; not in PIV.
    BrainpoolP384,
    /// Algorithm E0, a Yubico extension.
    Ed25519,
}

impl KeyKind {
    /// P1 of PIV's GENERAL AUTHENTICATE (SP 800-78-4 table 6-2, and extensions).
    pub fn algorithm(self) -> Option<u8> {
        match self {
            KeyKind::Rsa1024 => Some(0x06),
            KeyKind::Rsa2048 => Some(0x07),
            KeyKind::Rsa3072 => Some(0x05),
            KeyKind::Rsa4096 => Some(0x16),
            KeyKind::P256 => Some(0x11),
            KeyKind::P384 => Some(0x14),
            KeyKind::P521 | KeyKind::BrainpoolP256 | KeyKind::BrainpoolP384 => None,
            KeyKind::Ed25519 => Some(0xE0),
        }
    }

    /// Modulus or field size in bytes; `None` where the whole message is signed.
    pub fn input_length(self) -> Option<usize> {
        match self {
            KeyKind::Rsa1024 => Some(128),
            KeyKind::Rsa2048 => Some(256),
            KeyKind::Rsa3072 => Some(384),
            KeyKind::Rsa4096 => Some(512),
            KeyKind::P256 | KeyKind::BrainpoolP256 => Some(32),
            KeyKind::P384 | KeyKind::BrainpoolP384 => Some(48),
            KeyKind::P521 => Some(66),
            KeyKind::Ed25519 => None,
        }
    }

    /// Whether the key is an RSA key.
    pub fn is_rsa(self) -> bool {
        matches!(
            self,
            KeyKind::Rsa1024 | KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096
        )
    }
}

/// A private key. Not printable.
#[derive(Clone)]
pub(crate) enum PrivateKey {
    Rsa(KeyKind, Box<rsa::PrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    BrainpoolP256(ecdsa::SigningKey<bp256::BrainpoolP256r1>),
    BrainpoolP384(ecdsa::SigningKey<bp384::BrainpoolP384r1>),
    Ed25519(ed25519_dalek::SigningKey),
}

impl PrivateKey {
    /// Generates a key from a stream of random bytes.
    pub fn generate(kind: KeyKind, random: &mut Stream) -> Option<Self> {
        match (kind, kind.input_length()) {
            (KeyKind::P256, _) => (0..u8::MAX)
                .find_map(|_| p256::ecdsa::SigningKey::from_slice(&random.take::<32>()[..]).ok())
                .map(PrivateKey::P256),
            (KeyKind::P384, _) => (0..u8::MAX)
                .find_map(|_| p384::ecdsa::SigningKey::from_slice(&random.take::<48>()[..]).ok())
                .map(PrivateKey::P384),
            (KeyKind::P521, _) => (0..u8::MAX)
                .find_map(|_| {
                    let mut bytes = random.take::<66>();
                    // 521 bits: one in the first byte.
                    bytes[0] &= 0x01;
                    p521::ecdsa::SigningKey::from_slice(&bytes[..]).ok()
                })
                .map(PrivateKey::P521),
            (KeyKind::BrainpoolP256, _) => (0..u8::MAX)
                .find_map(|_| ecdsa::SigningKey::from_slice(&random.take::<32>()[..]).ok())
                .map(PrivateKey::BrainpoolP256),
            (KeyKind::BrainpoolP384, _) => (0..u8::MAX)
                .find_map(|_| ecdsa::SigningKey::from_slice(&random.take::<48>()[..]).ok())
                .map(PrivateKey::BrainpoolP384),
            (KeyKind::Ed25519, _) => {
                let key = ed25519_dalek::SigningKey::from_bytes(&random.take::<32>());
                Some(PrivateKey::Ed25519(key))
            }
            (_, Some(length)) => {
                let key = rsa::PrivateKey::new(random, length * 8).ok()?;
                Some(PrivateKey::Rsa(kind, Box::new(key)))
            }
            (_, None) => None,
        }
    }

    /// The key of a seed, which is anybody's to know where keys are `repeatable`.
    pub fn of_seed(kind: KeyKind, seed: Vec<u8>, repeatable: bool) -> Option<Self> {
        match repeatable {
            true => Self::repeatable(kind, seed),
            false => Self::generate(kind, &mut Stream::new(&seed)),
        }
    }

    /// The key of a seed. It is made once in a process, because a test builds many cards
    /// and an RSA key takes a second.
    pub fn repeatable(kind: KeyKind, seed: Vec<u8>) -> Option<Self> {
        static MADE: Mutex<BTreeMap<(KeyKind, Vec<u8>), PrivateKey>> = Mutex::new(BTreeMap::new());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (kind, seed);
        if let Some(key) = made.get(&name) {
            return Some(key.clone());
        }
        let key = Self::generate(kind, &mut Stream::new(&name.1))?;
        made.insert(name, key.clone());
        Some(key)
    }

    /// Reads a PKCS#8 `PrivateKeyInfo` (RFC 5958), DER.
    pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
        // One pass to refuse what is no PKCS#8 at all, before all parsers try it.
        PrivateKeyInfoRef::from_der(der).ok()?;
        if let Ok(key) = rsa::PrivateKey::from_pkcs8_der(der) {
            return Self::rsa(key);
        }
        if let Ok(key) = p256::SecretKey::from_pkcs8_der(der) {
            return Some(PrivateKey::P256(key.into()));
        }
        if let Ok(key) = p384::SecretKey::from_pkcs8_der(der) {
            return Some(PrivateKey::P384(key.into()));
        }
        if let Ok(key) = p521::SecretKey::from_pkcs8_der(der) {
            return Some(PrivateKey::P521(key.into()));
        }
        if let Ok(key) =
            ecdsa::elliptic_curve::SecretKey::<bp256::BrainpoolP256r1>::from_pkcs8_der(der)
        {
            return Some(PrivateKey::BrainpoolP256(key.into()));
        }
        if let Ok(key) =
            ecdsa::elliptic_curve::SecretKey::<bp384::BrainpoolP384r1>::from_pkcs8_der(der)
        {
            return Some(PrivateKey::BrainpoolP384(key.into()));
        }
        let key = ed25519_dalek::SigningKey::from_pkcs8_der(der).ok()?;
        Some(PrivateKey::Ed25519(key))
    }

    /// An RSA key of its two primes, with the public exponent 65537.
    pub fn from_primes(p: &[u8], q: &[u8]) -> Option<Self> {
        Self::rsa(rsa::PrivateKey::from_p_q(number(p)?, number(q)?, 0x1_0001_u64.into()).ok()?)
    }

    /// An RSA key of its modulus and both exponents.
    pub fn from_exponents(n: &[u8], e: &[u8], d: &[u8]) -> Option<Self> {
        let (n, e, d) = (number(n)?, number(e)?, number(d)?);
        Self::rsa(rsa::PrivateKey::from_components(n, e, d, Vec::new()).ok()?)
    }

    /// `None` where its size is none of ours.
    fn rsa(key: rsa::PrivateKey) -> Option<Self> {
        let kind = match key.size() {
            128 => KeyKind::Rsa1024,
            256 => KeyKind::Rsa2048,
            384 => KeyKind::Rsa3072,
            512 => KeyKind::Rsa4096,
            _ => return None,
        };
        Some(PrivateKey::Rsa(kind, Box::new(key)))
    }

    /// A key on one of the NIST curves, of its private number.
    pub fn from_scalar(kind: KeyKind, number: &[u8]) -> Option<Self> {
        let len = kind.input_length()?;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let digits = number.get(zeros..)?;
        let mut scalar = Zeroizing::new(vec![0; len.checked_sub(digits.len())?]);
        scalar.extend_from_slice(digits);
        match kind {
            KeyKind::P256 => Some(PrivateKey::P256(
                p256::ecdsa::SigningKey::from_slice(&scalar).ok()?,
            )),
            KeyKind::P384 => Some(PrivateKey::P384(
                p384::ecdsa::SigningKey::from_slice(&scalar).ok()?,
            )),
            KeyKind::P521 => Some(PrivateKey::P521(
                p521::ecdsa::SigningKey::from_slice(&scalar).ok()?,
            )),
            _ => None,
        }
    }

    pub fn kind(&self) -> KeyKind {
        match self {
            PrivateKey::Rsa(kind, _) => *kind,
            PrivateKey::P256(_) => KeyKind::P256,
            PrivateKey::P384(_) => KeyKind::P384,
            PrivateKey::P521(_) => KeyKind::P521,
            PrivateKey::BrainpoolP256(_) => KeyKind::BrainpoolP256,
            PrivateKey::BrainpoolP384(_) => KeyKind::BrainpoolP384,
            PrivateKey::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// `SubjectPublicKeyInfo`, DER.
    pub fn public_key_der(&self) -> Option<Vec<u8>> {
        let document = match self {
            PrivateKey::Rsa(_, key) => key.to_public_key().to_public_key_der(),
            PrivateKey::P256(key) => key.verifying_key().to_public_key_der(),
            PrivateKey::P384(key) => key.verifying_key().to_public_key_der(),
            PrivateKey::P521(key) => key.verifying_key().to_public_key_der(),
            PrivateKey::BrainpoolP256(key) => key.verifying_key().to_public_key_der(),
            PrivateKey::BrainpoolP384(key) => key.verifying_key().to_public_key_der(),
            PrivateKey::Ed25519(key) => key.verifying_key().to_public_key_der(),
        };
        Some(document.ok()?.into_vec())
    }

    /// The public key as GENERATE KEY and GET METADATA give it:
    /// `81 modulus 82 exponent` or `86 point`.
    pub fn public_template(&self) -> Vec<u8> {
        match self {
            PrivateKey::Rsa(_, key) => {
                let modulus = tlv::element(0x81, &key.n_bytes());
                let exponent = tlv::element(0x82, &key.e_bytes());
                [modulus, exponent].concat()
            }
            PrivateKey::P256(key) => {
                tlv::element(0x86, key.verifying_key().to_sec1_point(false).as_bytes())
            }
            PrivateKey::P384(key) => {
                tlv::element(0x86, key.verifying_key().to_sec1_point(false).as_bytes())
            }
            PrivateKey::P521(key) => {
                tlv::element(0x86, key.verifying_key().to_sec1_point(false).as_bytes())
            }
            PrivateKey::BrainpoolP256(key) => {
                tlv::element(0x86, key.verifying_key().to_sec1_point(false).as_bytes())
            }
            PrivateKey::BrainpoolP384(key) => {
                tlv::element(0x86, key.verifying_key().to_sec1_point(false).as_bytes())
            }
            PrivateKey::Ed25519(key) => tlv::element(0x86, key.verifying_key().as_bytes()),
        }
    }

    /// The private operation on an input of exactly [`KeyKind::input_length`] bytes.
    /// RSA is raw, ECDSA takes a hash and answers DER, Ed25519 takes the message.
    pub fn sign(&self, input: &[u8]) -> Option<Vec<u8>> {
        match self {
            PrivateKey::Rsa(_, key) => raw_rsa(key, input),
            PrivateKey::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign_prehash(input).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            PrivateKey::P384(key) => {
                let signature: p384::ecdsa::DerSignature = key.sign_prehash(input).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            PrivateKey::P521(key) => {
                let signature: p521::ecdsa::DerSignature = key.sign_prehash(input).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            PrivateKey::BrainpoolP256(key) => {
                let signature: bp256::r1::ecdsa::DerSignature = key.sign_prehash(input).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            PrivateKey::BrainpoolP384(key) => {
                let signature: bp384::r1::ecdsa::DerSignature = key.sign_prehash(input).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            PrivateKey::Ed25519(key) => Some(key.try_sign(input).ok()?.to_bytes().to_vec()),
        }
    }
}

/// A number of bytes, big-endian.
fn number(bytes: &[u8]) -> Option<BoxedUint> {
    let bits = u32::try_from(bytes.len()).ok()?.checked_mul(8)?;
    BoxedUint::from_be_slice(bytes, bits).ok()
}

/// m^d mod n, left-padded to the modulus length; `None` when the input is not below n.
fn raw_rsa(key: &rsa::PrivateKey, input: &[u8]) -> Option<Vec<u8>> {
    let length = key.size();
    let bits = u32::try_from(length).ok()?.checked_mul(8)?;
    let message = BoxedUint::from_be_slice(input, bits).ok()?;
    if message >= *key.n().as_ref() {
        return None;
    }
    let result = rsa::hazmat::rsa_decrypt_and_check(key, None::<&mut Stream>, &message).ok()?;
    let bytes = result.to_be_bytes_trimmed_vartime();
    let padding = length.checked_sub(bytes.len())?;
    let mut out = vec![0; padding];
    out.extend_from_slice(&bytes);
    Some(out)
}

/// SHA-256 in counter mode over a seed: one source for fresh and for repeatable keys.
pub(crate) struct Stream {
    seed: Zeroizing<Vec<u8>>,
    counter: u64,
}

impl Stream {
    pub fn new(seed: &[u8]) -> Self {
        Self {
            seed: Zeroizing::new(seed.to_vec()),
            counter: 0,
        }
    }

    pub fn take<const N: usize>(&mut self) -> Zeroizing<[u8; N]> {
        let mut out = Zeroizing::new([0; N]);
        self.fill(&mut out[..]);
        out
    }

    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let mut hash = Sha256::new();
            hash.update(&self.seed[..]);
            hash.update(self.counter.to_be_bytes());
            self.counter = self.counter.wrapping_add(1);
            for (to, from) in chunk.iter_mut().zip(hash.finalize()) {
                *to = from;
            }
        }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(*self.take::<4>()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(*self.take::<8>()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Stream {}
