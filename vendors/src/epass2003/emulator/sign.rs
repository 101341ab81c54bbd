//! The security environment and what is signed in it: sheet §5 and §8.4.

use sha2::block_api::compress256;
use signature::hazmat::PrehashSigner;

use super::Epass;
use super::access::USER;
use super::status::sw;
use crate::emulator::apdu::{Command, Reply};
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv;

/// P1 and P2 of MANAGE SECURITY ENVIRONMENT.
const SET_DECIPHER: u16 = 0x41B8;
const SET_SIGN: u16 = 0x41B6;
const ALGORITHM: u32 = 0x80;
const KEY: u32 = 0x81;
/// Algorithms in the environment.
const RAW_RSA: u8 = 0x84;
const RSA_SHA256: u8 = 0x82;
const ECDSA_SHA1: u8 = 0x91;
const ECDSA_SHA256: u8 = 0x92;
/// P1 and P2 of PERFORM SECURITY OPERATION.
const DECIPHER: u16 = 0x8086;
const SIGN: u16 = 0x9E9A;
const HASH: u16 = 0x90A0;
/// Parts of a hash that the host began.
const BLOCKS: u32 = 0x81;
const STATE: u32 = 0x90;
const TAIL: u32 = 0x80;
/// A block of SHA-256.
const BLOCK: usize = 64;
/// DigestInfo of SHA-256 up to the hash, RFC 8017 §9.2 note 1.
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
/// Place of the right of use in the access bytes of a key.
const USE: usize = 2;

/// What the next operation uses.
pub(super) struct Environment {
    template: u16,
    algorithm: u8,
    key: u16,
    /// A hash finished in the card, for one signature.
    hash: Option<[u8; 32]>,
}

impl Epass {
    pub(super) fn manage_environment(&mut self, command: &Command) -> Reply {
        let template = command.p1p2();
        if ![SET_DECIPHER, SET_SIGN].contains(&template) {
            return Err(sw::WRONG_P1P2);
        }
        let parts = tlv::read_all(&command.data).ok_or(sw::BAD_DATA)?;
        let [(ALGORITHM, [algorithm]), (KEY, [high, low])] = parts[..] else {
            return Err(sw::BAD_DATA);
        };
        let key = u16::from_be_bytes([*high, *low]);
        self.dialogue.environment = None;
        self.key(key).ok_or(sw::KEY_NOT_FOUND)?;
        self.dialogue.environment = Some(Environment {
            template,
            algorithm: *algorithm,
            key,
            hash: None,
        });
        Ok(Vec::new())
    }

    pub(super) fn perform(&mut self, command: &Command) -> Reply {
        match command.p1p2() {
            DECIPHER => self.raw(command),
            HASH => self.finish_hash(command),
            SIGN => self.sign(command),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    /// The private operation on a block that the host padded.
    fn raw(&self, command: &Command) -> Reply {
        let environment = self.environment()?;
        if (environment.template, environment.algorithm) != (SET_DECIPHER, RAW_RSA) {
            return Err(sw::CONDITIONS);
        }
        let key = self.usable(environment.key)?;
        let PrivateKey::Rsa(kind, _) = key else {
            return Err(sw::CONDITIONS);
        };
        if Some(command.data.len()) != kind.input_length() {
            return Err(sw::BAD_DATA);
        }
        if self.habits.refuses_raw_rsa {
            return Err(sw::RSA_FAILED);
        }
        key.sign(&command.data).ok_or(sw::BAD_DATA)
    }

    /// The last blocks of a hash, from the state that the host reached. What a token
    /// answers is not known; this one shows the hash.
    fn finish_hash(&mut self, command: &Command) -> Reply {
        let environment = self.environment()?;
        if (environment.template, environment.algorithm) != (SET_SIGN, RSA_SHA256) {
            return Err(sw::CONDITIONS);
        }
        let parts = tlv::read_all(&command.data).ok_or(sw::BAD_DATA)?;
        let [(BLOCKS, blocks), (STATE, state), (TAIL, tail)] = parts[..] else {
            return Err(sw::BAD_DATA);
        };
        let blocks = u32::from_be_bytes(blocks.try_into().map_err(|_| sw::BAD_DATA)?);
        let state: [u8; 32] = state.try_into().map_err(|_| sw::BAD_DATA)?;
        if !(1..=BLOCK).contains(&tail.len()) {
            return Err(sw::BAD_DATA);
        }
        let hash = finish_sha256(blocks, &state, tail);
        if let Some(environment) = &mut self.dialogue.environment {
            environment.hash = Some(hash);
        }
        Ok(hash.to_vec())
    }

    fn sign(&mut self, command: &Command) -> Reply {
        let environment = self.environment()?;
        if environment.template != SET_SIGN {
            return Err(sw::CONDITIONS);
        }
        let length = match environment.algorithm {
            ECDSA_SHA1 => 20,
            ECDSA_SHA256 => 32,
            RSA_SHA256 => return self.sign_finished(command),
            _ => return Err(sw::CONDITIONS),
        };
        let PrivateKey::P256(key) = self.usable(environment.key)? else {
            return Err(sw::CONDITIONS);
        };
        if command.data.len() != length {
            return Err(sw::BAD_DATA);
        }
        // ECDSA reads a short hash as a number; the crate wants the field's length.
        let mut hash = vec![0; 32 - length];
        hash.extend(&command.data);
        let signature: p256::ecdsa::Signature =
            key.sign_prehash(&hash).map_err(|_| sw::BAD_DATA)?;
        Ok(signature.to_bytes().to_vec())
    }

    /// PKCS#1 v1.5 with the hash that was finished here, once.
    fn sign_finished(&mut self, command: &Command) -> Reply {
        let environment = self.environment()?;
        let key = self.usable(environment.key)?;
        let PrivateKey::Rsa(kind, _) = key else {
            return Err(sw::CONDITIONS);
        };
        if !command.data.is_empty() {
            return Err(sw::BAD_DATA);
        }
        let hash = environment.hash.ok_or(sw::CONDITIONS)?;
        let digest = [&DIGEST_INFO[..], &hash].concat();
        let length = kind.input_length().ok_or(sw::CONDITIONS)?;
        let filler = length.saturating_sub(3 + digest.len());
        let block = [&[0x00, 0x01], &vec![0xFF; filler][..], &[0x00], &digest].concat();
        let signature = key.sign(&block).ok_or(sw::BAD_DATA)?;
        if let Some(environment) = &mut self.dialogue.environment {
            environment.hash = None;
        }
        Ok(signature)
    }

    fn environment(&self) -> Result<&Environment, u16> {
        self.dialogue.environment.as_ref().ok_or(sw::CONDITIONS)
    }

    /// OpenSC creates private keys that "everyone" may use, and §5 of the sheet has
    /// 6982 without PIN: whatever the byte says, the user's own level is asked as well.
    fn usable(&self, key: u16) -> Result<&PrivateKey, u16> {
        let (file, key) = self.key(key).ok_or(sw::KEY_NOT_FOUND)?;
        if !self.allows(file.access[USE]) || self.dialogue.level != USER {
            return Err(sw::SECURITY_STATUS);
        }
        Ok(key)
    }
}

/// FIPS 180-4 §5.1.1 and §6.2.2 for the end of a message.
pub(super) fn finish_sha256(blocks: u32, state: &[u8; 32], tail: &[u8]) -> [u8; 32] {
    let mut words = [0; 8];
    for (word, bytes) in words.iter_mut().zip(state.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    let bits = (u64::from(blocks) * BLOCK as u64 + tail.len() as u64) * 8;
    let mut rest = tail.to_vec();
    rest.push(0x80);
    while rest.len() % BLOCK != BLOCK - 8 {
        rest.push(0);
    }
    rest.extend(bits.to_be_bytes());
    compress256(&mut words, rest.as_chunks::<BLOCK>().0);
    let mut out = [0; 32];
    for (bytes, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *bytes = word.to_be_bytes();
    }
    out
}
