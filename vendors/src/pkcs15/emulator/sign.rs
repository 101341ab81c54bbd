//! MANAGE SECURITY ENVIRONMENT and PERFORM SECURITY OPERATION: ISO/IEC 7816-8:2019 §5.

use super::operation::{Operation, decipher};
use super::{Pkcs15Card, ins};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv;

/// P1, P2 of PSO: COMPUTE DIGITAL SIGNATURE, DECIPHER.
const SIGN: u16 = 0x9E9A;
const DECIPHER: u16 = 0x8086;
/// Templates of MSE: digital signature, confidentiality.
const SIGNATURE_TEMPLATE: u8 = 0xB6;
const CONFIDENTIALITY_TEMPLATE: u8 = 0xB8;
/// P1 of MSE: SET for computing, deciphering.
const SET: u8 = 0x41;
const MALFORMED: u16 = sw::BAD_DATA;

/// A private key, who may use it, and what for.
pub(super) struct Key {
    pub key: PrivateKey,
    pub pin: Option<u16>,
    /// The PIN holds for one use.
    pub once: bool,
    pub deciphers: bool,
}

/// What MSE has set.
#[derive(Clone, Default)]
pub(super) struct Environment {
    pub template: u8,
    /// 80, or 89 where a card has it.
    pub algorithm: Option<Vec<u8>>,
    /// 83 or 84.
    pub key: Option<u8>,
    /// What the key is for, where its reference says it.
    pub usage: Option<u8>,
    /// 81.
    pub file: Option<u16>,
}

impl Pkcs15Card {
    /// MSE: SET.
    pub(super) fn manage(&mut self, command: &Command) -> Reply {
        if command.p1 != SET {
            return Err(sw::WRONG_P1P2);
        }
        let mut environment = Environment {
            template: command.p2,
            ..Environment::default()
        };
        for (tag, value) in tlv::read_all(&command.data).ok_or(MALFORMED)? {
            match (tag, value) {
                (0x80 | 0x89, value) => environment.algorithm = Some(value.to_vec()),
                (0x81, [high, low]) => {
                    environment.file = Some(u16::from_be_bytes([*high, *low]));
                }
                (0x83 | 0x84, [key]) => environment.key = Some(*key),
                (0x83 | 0x84, [0x80, key]) => environment.key = Some(*key),
                (0x95, [_]) => {}
                _ => return Err(MALFORMED),
            }
        }
        let habits = self.dialect.habits;
        habits.accepts(self, &environment)?;
        if habits.gate_at_environment()
            && let Some(key) = habits.key(&environment).and_then(|key| self.keys.get(&key))
        {
            self.unlocked(key.pin)?;
        }
        self.session.environment = Some(environment);
        Ok(Vec::new())
    }

    /// PSO.
    pub(super) fn perform(&mut self, command: &Command) -> Reply {
        debug_assert_eq!(command.ins, ins::PERFORM_SECURITY_OPERATION);
        match command.p1p2() {
            SIGN => self.compute_signature(&command.data),
            DECIPHER => self.decipher(&command.data),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    pub(super) fn compute_signature(&mut self, data: &[u8]) -> Reply {
        let (environment, number) = self.environment(SIGNATURE_TEMPLATE)?;
        let key = self.keys.get(&number).ok_or(sw::NO_REFERENCE)?;
        self.unlocked(key.pin)?;
        let operation = self.dialect.habits.operation(&environment, key)?;
        let signature = operation.run(&key.key, data, &mut self.random);
        self.used(number);
        signature
    }

    /// The padding indicator 00 and the cryptogram; the answer has no padding.
    pub(super) fn decipher(&mut self, data: &[u8]) -> Reply {
        let (environment, number) = self.environment(CONFIDENTIALITY_TEMPLATE)?;
        let key = self.keys.get(&number).ok_or(sw::NO_REFERENCE)?;
        self.unlocked(key.pin)?;
        if !key.deciphers {
            return Err(sw::CONDITIONS);
        }
        let Some((0x00, cryptogram)) = data.split_first() else {
            return Err(MALFORMED);
        };
        let raw = self.dialect.habits.operation(&environment, key)? == Operation::Raw;
        let plain = decipher(&key.key, cryptogram, raw);
        self.used(number);
        plain
    }

    fn environment(&self, template: u8) -> Result<(Environment, u16), u16> {
        let environment = self.session.environment.as_ref();
        let environment = environment
            .filter(|environment| environment.template == template)
            .ok_or(sw::CONDITIONS)?;
        let number = self.dialect.habits.key(environment);
        Ok((environment.clone(), number.ok_or(sw::NO_REFERENCE)?))
    }

    pub(super) fn unlocked(&self, pin: Option<u16>) -> Result<(), u16> {
        match pin {
            Some(pin) if !self.session.verified.contains(&pin) => Err(self.dialect.habits.locked()),
            _ => Ok(()),
        }
    }

    /// Where the PIN holds for one use, it was that one, whatever came of it.
    fn used(&mut self, number: u16) {
        if let Some(Key {
            once: true,
            pin: Some(pin),
            ..
        }) = self.keys.get(&number)
        {
            self.session.verified.remove(pin);
        }
    }
}
