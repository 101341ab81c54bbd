//! MANAGE SECURITY ENVIRONMENT and PERFORM SECURITY OPERATION.

use super::GidsCard;
use super::key::kind_of;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::key::PrivateKey;
use crate::emulator::signature::pkcs1;
use crate::emulator::tlv;

/// P1 and P2.
const SET_AUTHENTICATION: u16 = 0xC1A4;
const SET_SIGN: u16 = 0x41B6;
const SET_DECIPHER: u16 = 0x41B8;
const SIGN: u16 = 0x9E9A;
const DECIPHER: u16 = 0x8086;
/// In the environment: algorithm, private key, secret key.
const ALGORITHM: u32 = 0x80;
const KEY: u32 = 0x84;
const SECRET_KEY: u32 = 0x83;
/// High nibble of an algorithm.
const RAW: u8 = 0x10;
const PADDED: u8 = 0x50;
const DECIPHER_PADDED: u8 = 0x40;
/// Longest that is padded.
const LONGEST: usize = 0xF7;

/// What the next operation uses.
pub(super) struct Environment {
    operation: u16,
    algorithm: u8,
    reference: u8,
}

impl GidsCard {
    pub(super) fn manage(&mut self, command: &Command) -> Reply {
        let parts = tlv::read_all(&command.data).ok_or(sw::NOT_USABLE)?;
        let operation = match command.p1p2() {
            SET_AUTHENTICATION => {
                return match parts[..] {
                    [(SECRET_KEY, [0x80])] => Ok(Vec::new()),
                    _ => Err(sw::NOT_USABLE),
                };
            }
            SET_SIGN => SIGN,
            SET_DECIPHER => DECIPHER,
            _ => return Err(sw::WRONG_P1P2),
        };
        self.session.environment = None;
        if !self.session.user {
            return Err(sw::SECURITY_STATUS);
        }
        let [(ALGORITHM, [algorithm]), (KEY, [reference])] = parts[..] else {
            return Err(sw::NOT_USABLE);
        };
        let kind = self.key_of(*reference).map(PrivateKey::kind);
        if kind.is_none() || kind_of(*algorithm) != kind {
            return Err(sw::NOT_USABLE);
        }
        self.session.environment = Some(Environment {
            operation,
            algorithm: *algorithm,
            reference: *reference,
        });
        Ok(Vec::new())
    }

    pub(super) fn perform(&self, command: &Command) -> Reply {
        let operation = command.p1p2();
        if ![SIGN, DECIPHER].contains(&operation) {
            return Err(sw::WRONG_P1P2);
        }
        let environment = self.session.environment.as_ref();
        let environment = environment.filter(|it| it.operation == operation);
        let environment = environment.filter(|_| self.session.user);
        let environment = environment.ok_or(sw::CONDITIONS)?;
        let key = self.key_of(environment.reference).ok_or(sw::CONDITIONS)?;
        let data = &command.data[..];
        let whole = key.kind().input_length() == Some(data.len());
        match (operation, environment.algorithm & 0xF0) {
            (SIGN, PADDED) if data.len() > LONGEST => Err(sw::WRONG_LENGTH),
            (SIGN, PADDED) => pkcs1(key, data).ok_or(sw::NOT_USABLE),
            (SIGN, RAW) if whole => key.sign(data).ok_or(sw::UNKNOWN),
            (DECIPHER, DECIPHER_PADDED) if whole => {
                let block = key.sign(data).ok_or(sw::UNKNOWN)?;
                Ok(unpadded(&block).ok_or(sw::UNKNOWN)?.to_vec())
            }
            _ => Err(sw::UNKNOWN),
        }
    }
}

/// EME-PKCS1-v1_5: RFC 8017 §7.2.2.
fn unpadded(block: &[u8]) -> Option<&[u8]> {
    let [0x00, 0x02, rest @ ..] = block else {
        return None;
    };
    let end = rest.iter().position(|byte| *byte == 0x00)?;
    rest.get(end + 1..)
}
