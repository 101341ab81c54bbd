//! Signatures: Functional Specification 7.2.10, 7.2.13 and 7.2.18.

use super::product::{EcInput, RsaInput};
use super::{KeySlot, OpenPgpCard};
use crate::emulator::apdu::{Command, Reply, sw};
#[cfg(test)]
use crate::emulator::key::KeyKind;
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv;

/// P1, P2 of PSO: COMPUTE DIGITAL SIGNATURE.
const COMPUTE: u16 = 0x9E9A;
/// Lengths of SHA-1, SHA-256, SHA-384, SHA-512.
const HASHES: [usize; 4] = [20, 32, 48, 64];
/// DigestInfo up to the digest, SHA-256, SHA-384, SHA-512 (RFC 8017, 9.2, note 1): the
/// bytes that tell them apart are the algorithm's last and the two lengths.
const SHA2_INFO: [(u8, u8); 3] = [(0x01, 0x20), (0x02, 0x30), (0x03, 0x40)];

impl OpenPgpCard {
    pub(super) fn compute_signature(&mut self, command: &Command) -> Reply {
        if command.p1p2() != COMPUTE {
            return Err(sw::WRONG_P1P2);
        }
        if !self.session.signing {
            return Err(sw::SECURITY_STATUS);
        }
        // A failure uses the permission up as well (sheet, 9).
        if !self.several {
            self.session.signing = false;
        }
        let signature = self.sign(KeySlot::Signature, &command.data)?;
        self.signatures += 1;
        Ok(signature)
    }

    pub(super) fn authenticate(&mut self, command: &Command) -> Reply {
        if command.p1p2() != 0 {
            return Err(sw::WRONG_P1P2);
        }
        if !self.session.other {
            return Err(sw::SECURITY_STATUS);
        }
        let slot = match self.session.swapped {
            true => KeySlot::Decryption,
            false => KeySlot::Authentication,
        };
        self.sign(slot, &command.data)
    }

    /// `83 01 02` or `83 01 03` for AUT (7.2.18).
    pub(super) fn manage(&mut self, command: &Command) -> Reply {
        if !self.product.manages_environment {
            return Err(sw::UNKNOWN_INS);
        }
        match (command.p1p2(), &command.data[..]) {
            (0x41A4, [0x83, 0x01, 0x02]) => self.session.swapped = true,
            (0x41A4, [0x83, 0x01, 0x03]) => self.session.swapped = false,
            (0x41B8, [0x83, 0x01, 0x02 | 0x03]) => {}
            (0x41A4 | 0x41B8, _) => return Err(sw::BAD_DATA),
            _ => return Err(sw::WRONG_P1P2),
        }
        Ok(Vec::new())
    }

    fn sign(&self, slot: KeySlot, input: &[u8]) -> Reply {
        let key = self.keys.get(&slot).ok_or(self.product.no_key)?;
        let Some(len) = key.kind().input_length() else {
            return key.sign(input).ok_or(sw::BAD_DATA);
        };
        if key.kind().is_rsa() {
            let block = self.padded(slot, input, len)?;
            return key.sign(&block).ok_or(sw::BAD_DATA);
        }
        let hash = self.fitted(input, len)?;
        let der = key.sign(&hash).ok_or(sw::BAD_DATA)?;
        halves(&der, len, self.product.wide_halves).ok_or(sw::UNKNOWN)
    }

    /// EMSA-PKCS1-v1_5 around what the host has sent.
    fn padded(&self, slot: KeySlot, input: &[u8], len: usize) -> Reply {
        let most = match self.product.rsa_input {
            RsaInput::TwoFifths | RsaInput::Sha2 => len * 2 / 5,
            RsaInput::Any => len - 11,
        };
        let free = self.product.rsa_input != RsaInput::Sha2 || slot != KeySlot::Signature;
        if input.len() > most || !(free || is_sha2_info(input)) {
            return Err(sw::CONDITIONS);
        }
        let mut block = vec![0x00, 0x01];
        block.resize(len - input.len() - 1, 0xFF);
        block.push(0x00);
        block.extend_from_slice(input);
        Ok(block)
    }

    fn fitted(&self, input: &[u8], len: usize) -> Reply {
        let refused = match self.product.ec_input {
            EcInput::Exact if input.len() != len => Some(sw::CONDITIONS),
            EcInput::Hashes if !HASHES.contains(&input.len()) => Some(sw::CONDITIONS),
            EcInput::AtMost if input.len() > len => Some(sw::WRONG_LENGTH),
            _ => None,
        };
        if let Some(status) = refused {
            return Err(status);
        }
        let cut = &input[..input.len().min(len)];
        let mut hash = vec![0x00; len - cut.len()];
        hash.extend_from_slice(cut);
        Ok(hash)
    }

    /// GENERATE ASYMMETRIC KEY PAIR (7.2.14): makes a key, or tells the public one.
    pub(super) fn key_pair(&mut self, command: &Command) -> Reply {
        let slot = KeySlot::ALL
            .into_iter()
            .find(|slot| command.data.first() == Some(&slot.crt()))
            .ok_or(sw::BAD_DATA)?;
        match command.p1 {
            0x81 => {
                if self.product.wants_le && command.ne.is_none() {
                    return Err(sw::UNKNOWN);
                }
                let key = self.keys.get(&slot).ok_or(self.product.no_key)?;
                Ok(super::object::public_key(key))
            }
            0x80 if !self.session.admin => Err(sw::SECURITY_STATUS),
            0x80 => self.generate(slot),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    fn generate(&mut self, slot: KeySlot) -> Reply {
        let kind = super::object::kind_of(&self.attributes[slot.index()]).ok_or(sw::CONDITIONS)?;
        let key = PrivateKey::generate(kind, &mut self.random).ok_or(sw::UNKNOWN)?;
        let answer = super::object::public_key(&key);
        self.keys.insert(slot, key);
        if slot == KeySlot::Signature {
            self.signatures = 0;
        }
        Ok(answer)
    }
}

fn is_sha2_info(input: &[u8]) -> bool {
    let prefix = [
        0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
    ];
    SHA2_INFO.into_iter().any(|(last, len)| {
        let head = [
            &[0x30, 0x11 + len],
            &prefix[..],
            &[last, 0x05, 0x00, 0x04, len],
        ]
        .concat();
        input.len() == head.len() + usize::from(len) && input.starts_with(&head)
    })
}

/// r ‖ s, each as wide as the field, from a DER signature. Some cards give both a byte
/// more where either begins with a set bit (sheet, 9).
fn halves(der: &[u8], len: usize, wide: bool) -> Option<Vec<u8>> {
    let (0x30, content, []) = tlv::read(der)? else {
        return None;
    };
    let numbers = tlv::read_all(content)?;
    let [(0x02, r), (0x02, s)] = numbers[..] else {
        return None;
    };
    let longest = r.len().max(s.len());
    let width = if wide { longest.max(len) } else { len };
    let half = |number: &[u8]| -> Option<Vec<u8>> {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let digits = &number[zeros..];
        let mut half = vec![0x00; width.checked_sub(digits.len())?];
        half.extend_from_slice(digits);
        Some(half)
    };
    Some([half(r)?, half(s)?].concat())
}

/// Only for the sake of tests that look at one.
#[cfg(test)]
pub(super) fn wide(der: &[u8], kind: KeyKind) -> Option<Vec<u8>> {
    halves(der, kind.input_length()?, true)
}
