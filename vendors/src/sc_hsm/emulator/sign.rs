//! SIGN and DECIPHER: the key and the algorithm stand in P1 and P2.

use super::ScHsmCard;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::key::PrivateKey;
use crate::emulator::signature::{Hash, ecdsa, pkcs1, pss};

/// Of DECIPHER.
const RAW_DECIPHER: u8 = 0x21;

impl ScHsmCard {
    pub(super) fn sign(&mut self, command: &Command) -> Reply {
        let key = self.usable(command.p1)?;
        let data = &command.data[..];
        // The low nibble names the hash that the card makes.
        let hashed = hash_of(command.p2).map(|hash| (hash, hash.of(data)));
        let signature = match (command.p2, hashed) {
            (0x20, _) if is_block(key, data) => key.sign(data),
            (0x30, _) if self.product.pads_info => pkcs1(key, data),
            (0x31..=0x35, Some((hash, digest))) => pkcs1(key, &hash.info(&digest)),
            (0x40, _) if Hash::of_length(data.len()).is_some() => {
                let key = key.clone();
                pss(&key, data, &mut self.random)
            }
            (0x41..=0x45, Some((_, digest))) => {
                let key = key.clone();
                pss(&key, &digest, &mut self.random)
            }
            (0x70, _) if !data.is_empty() => ecdsa(key, data),
            (0x71..=0x75, Some((_, digest))) => ecdsa(key, &digest),
            _ => None,
        };
        signature.ok_or(self.product.wrong_algorithm)
    }

    pub(super) fn decipher(&self, command: &Command) -> Reply {
        let key = self.usable(command.p1)?;
        let plain = match command.p2 {
            RAW_DECIPHER if is_block(key, &command.data) => key.sign(&command.data),
            _ => None,
        };
        plain.ok_or(self.product.wrong_algorithm)
    }

    fn usable(&self, id: u8) -> Result<&PrivateKey, u16> {
        if !self.session.user {
            return Err(sw::SECURITY_STATUS);
        }
        self.keys.get(&id).ok_or(sw::NOT_FOUND)
    }
}

/// A block for the raw RSA operation.
fn is_block(key: &PrivateKey, data: &[u8]) -> bool {
    key.kind().is_rsa() && key.kind().input_length() == Some(data.len())
}

fn hash_of(algorithm: u8) -> Option<Hash> {
    let at = usize::from(algorithm & 0x0F).checked_sub(1)?;
    Hash::ALL.get(at).copied()
}
