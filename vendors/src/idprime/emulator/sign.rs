//! MANAGE SECURITY ENVIRONMENT and PERFORM SECURITY OPERATION.

use super::IdPrimeCard;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::signature::{Hash, ecdsa, halves, pkcs1, pss};
use crate::emulator::tlv;

/// P1 and P2.
const SET_SIGN: u16 = 0x41B6;
const HASH: u16 = 0x90A0;
const COMPUTE: u16 = 0x9E9A;
/// In the environment: algorithm and key.
const ALGORITHM: u32 = 0x80;
const KEY: u32 = 0x84;
/// The hash in HASH's data.
const DIGEST: u32 = 0x90;
/// Longest DigestInfo.
const LONGEST_INFO: usize = 126;
/// What is handed over for ECDSA is a multiple of this, with zeros in front.
const EC_UNIT: usize = 8;

/// What the next signature uses.
pub(super) struct Environment {
    scheme: Scheme,
    container: u8,
    hash: Option<Vec<u8>>,
}

/// The low nibble of the algorithm; the high one names the hash.
#[derive(Clone, Copy)]
enum Scheme {
    /// A DigestInfo of the host's.
    Info,
    Pkcs1(Hash),
    Pss(Hash),
    Ecdsa,
}

impl Scheme {
    fn of(algorithm: u8) -> Option<Self> {
        // There is none for SHA-1.
        let hash = match algorithm >> 4 {
            0x4 => Hash::Sha256,
            0x5 => Hash::Sha384,
            0x6 => Hash::Sha512,
            _ if algorithm == 0x02 => return Some(Self::Info),
            _ => return None,
        };
        match algorithm & 0x0F {
            0x2 => Some(Self::Pkcs1(hash)),
            0x4 => Some(Self::Ecdsa),
            0x5 => Some(Self::Pss(hash)),
            _ => None,
        }
    }

    fn takes(self, length: usize) -> bool {
        match self {
            Self::Info => (1..=LONGEST_INFO).contains(&length),
            Self::Pkcs1(hash) | Self::Pss(hash) => length == hash.length(),
            Self::Ecdsa => length != 0 && length.is_multiple_of(EC_UNIT),
        }
    }
}

impl IdPrimeCard {
    pub(super) fn manage(&mut self, command: &Command) -> Reply {
        if command.p1p2() != SET_SIGN {
            return Err(sw::WRONG_P1P2);
        }
        self.session.environment = None;
        let parts = tlv::read_all(&command.data).ok_or(sw::BAD_DATA)?;
        // Both orders were seen in the family.
        let (algorithm, reference) = match parts[..] {
            [(ALGORITHM, [algorithm]), (KEY, [reference])]
            | [(KEY, [reference]), (ALGORITHM, [algorithm])] => (*algorithm, *reference),
            _ => return Err(sw::BAD_DATA),
        };
        let scheme = Scheme::of(algorithm).ok_or(sw::BAD_DATA)?;
        let mut containers = self.containers.iter();
        let (number, container) = containers
            .find(|(_, it)| it.reference == reference || it.also == Some(reference))
            .ok_or(sw::NO_REFERENCE)?;
        if container.key.kind().is_rsa() == matches!(scheme, Scheme::Ecdsa) {
            return Err(sw::BAD_DATA);
        }
        self.session.environment = Some(Environment {
            scheme,
            container: *number,
            hash: None,
        });
        Ok(Vec::new())
    }

    pub(super) fn perform(&mut self, command: &Command) -> Reply {
        match command.p1p2() {
            HASH => self.take_hash(command),
            COMPUTE => self.compute(command),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    /// The card gives back what it was given.
    fn take_hash(&mut self, command: &Command) -> Reply {
        self.permitted()?;
        let environment = self.session.environment.as_mut().ok_or(sw::CONDITIONS)?;
        environment.hash = None;
        let Some((DIGEST, hash, [])) = tlv::read(&command.data) else {
            return Err(sw::BAD_DATA);
        };
        if !environment.scheme.takes(hash.len()) {
            return Err(sw::BAD_DATA);
        }
        environment.hash = Some(hash.to_vec());
        Ok(hash.to_vec())
    }

    fn compute(&mut self, command: &Command) -> Reply {
        self.permitted()?;
        if !command.data.is_empty() {
            return Err(sw::WRONG_LENGTH);
        }
        let environment = self.session.environment.as_mut().ok_or(sw::CONDITIONS)?;
        let hash = environment.hash.take().ok_or(sw::CONDITIONS)?;
        let container = self.containers.get(&environment.container);
        let container = container.ok_or(sw::CONDITIONS)?;
        if container.consent {
            self.session.consented = false;
        }
        let key = &container.key;
        let signature = match environment.scheme {
            Scheme::Info => pkcs1(key, &hash),
            Scheme::Pkcs1(kind) => pkcs1(key, &kind.info(&hash)),
            Scheme::Pss(_) => pss(key, &hash, &mut self.random),
            Scheme::Ecdsa => key.kind().input_length().and_then(|length| {
                // The zeros in front go beyond the field where its length is no multiple.
                let excess = hash.len().saturating_sub(length);
                let (zeros, rest) = hash.split_at(excess);
                let fitted = match zeros.iter().all(|byte| *byte == 0) {
                    true => rest,
                    false => &hash,
                };
                halves(&ecdsa(key, fitted)?, length)
            }),
        };
        signature.ok_or(sw::BAD_DATA)
    }

    /// The PIN that the chosen key wants.
    fn permitted(&self) -> Result<(), u16> {
        let environment = self.session.environment.as_ref().ok_or(sw::CONDITIONS)?;
        let container = self.containers.get(&environment.container);
        let verified = match container.is_some_and(|container| container.consent) {
            true => self.session.consented,
            false => self.session.verified,
        };
        match verified {
            true => Ok(()),
            false => Err(sw::SECURITY_STATUS),
        }
    }
}
