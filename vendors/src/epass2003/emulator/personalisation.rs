//! What a token is personalised with, in whatever layout.

use std::fmt;

use p256::ecdsa::SigningKey;
use zeroize::Zeroizing;

use super::access::{BY_USER, OFFICER, ONLY_OFFICER, ONLY_USER, USER};
use super::certificate;
use super::cipher::pin_key;
use super::container::Container;
use super::secret::{PIN_KEY, Secret};
use crate::emulator::key::{KeyKind, PrivateKey};

/// Ten, the vendor's usual number.
const USUAL_TRIES: u8 = 10;
/// How far the serial numbers of two containers' certificates are apart.
const SERIAL_STEP: u32 = 0x20;

/// What differs from token to token. It cannot be printed.
pub(super) struct Personalisation {
    pub label: String,
    pub serial: [u8; 8],
    /// When OpenSC's layout was last changed: a GeneralizedTime, or nothing.
    pub changed: Vec<u8>,
    pub pin: Zeroizing<Vec<u8>>,
    pub so_pin: Zeroizing<Vec<u8>>,
    /// The most of the user's PIN and of the officer's.
    pub tries: (u8, u8),
    /// The officer sets a new PIN for the user.
    pub pin_reset: bool,
    /// The vendor's index has an empty slot.
    pub hole: bool,
    pub containers: Vec<Container>,
    /// Makes keys repeatable.
    pub seed: Option<Zeroizing<Vec<u8>>>,
}

impl Default for Personalisation {
    fn default() -> Self {
        Self {
            label: "HYP2003".to_owned(),
            serial: [0xED, 0x28, 0x8A, 0x80, 0x39, 0x00, 0x26, 0x01],
            changed: b"20250101000000Z".to_vec(),
            pin: Zeroizing::new(b"12345678".to_vec()),
            so_pin: Zeroizing::new(b"rockey".to_vec()),
            tries: (USUAL_TRIES, USUAL_TRIES),
            pin_reset: true,
            hole: false,
            containers: Vec::new(),
            seed: None,
        }
    }
}

impl Personalisation {
    /// Who issues the certificates.
    pub fn authority(&self, seed: &[u8]) -> Result<SigningKey, BuildError> {
        match self.key(KeyKind::P256, seed, b"authority") {
            Some(PrivateKey::P256(key)) => Ok(key),
            _ => Err(BuildError::Key(0)),
        }
    }

    /// The key and the certificate of the container with this number; no key for a finished
    /// certificate that came without.
    pub fn pair(
        &self,
        seed: &[u8],
        authority: &SigningKey,
        number: usize,
        container: &Container,
    ) -> Result<(Option<PrivateKey>, Vec<u8>), BuildError> {
        let key = match &container.pkcs8 {
            Some(der) => PrivateKey::from_pkcs8(der),
            None if container.foreign.is_some() => None,
            None => self.key(
                container.kind,
                seed,
                format!("container {number}").as_bytes(),
            ),
        };
        let serial = u32::try_from(number).map_err(|_| BuildError::TooMuch)?;
        let der = match (&container.foreign, &key) {
            (Some(der), _) => Some(der.clone()),
            (None, Some(key)) => {
                let serial = 1000 + serial * SERIAL_STEP;
                certificate::issue(container, key, authority, serial)
            }
            (None, None) => return Err(BuildError::Key(number)),
        };
        Ok((key, der.ok_or(BuildError::Certificate(number))?))
    }

    /// The user's PIN and the security officer's, which is inferred (sheet §8.5).
    pub fn secrets(&self) -> Vec<Secret> {
        let modify = if self.pin_reset { BY_USER } else { ONLY_USER };
        let (user, officer) = self.tries;
        let secret = |kid, modify, level, tries, pin: &[u8]| Secret {
            class: PIN_KEY,
            kid,
            modify,
            level,
            most: tries,
            left: tries,
            key: Zeroizing::new(pin_key(pin).to_vec()),
        };
        vec![
            secret(1, modify, USER, user, &self.pin),
            secret(2, ONLY_OFFICER, OFFICER, officer, &self.so_pin),
        ]
    }

    /// A key of this seed.
    fn key(&self, kind: KeyKind, seed: &[u8], purpose: &[u8]) -> Option<PrivateKey> {
        let own = [seed, purpose].concat();
        PrivateKey::of_seed(kind, own, self.seed.is_some())
    }
}

/// Why a token could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The key of this container could not be read or generated.
    Key(usize),
    /// The certificate of this container could not be issued.
    Certificate(usize),
    /// The files do not fit the layout.
    TooMuch,
    /// The system gave no random bytes.
    Random,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Key(number) => write!(f, "no key for container {number}"),
            BuildError::Certificate(number) => write!(f, "no certificate for container {number}"),
            BuildError::TooMuch => f.write_str("more than fits into the vendor's layout"),
            BuildError::Random => f.write_str("no random bytes"),
        }
    }
}

impl std::error::Error for BuildError {}
