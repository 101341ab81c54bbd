//! Keys: chosen, used, made and brought in. All numbers of keys are little-endian, but for
//! a modulus that comes in two parts (sheet FTCOS, 6.3).

use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use zeroize::Zeroizing;

use super::{TEMPLATE, condition};
use crate::emulator::KeyKind;
use crate::emulator::apdu::{Reply, sw};
use crate::emulator::key::PrivateKey;
use crate::emulator::tlv;
use crate::pkcs15::emulator::Pkcs15Card;
use crate::pkcs15::emulator::dialect::Condition;
use crate::pkcs15::emulator::operation::Operation;
use crate::pkcs15::emulator::sign::{Environment, Key};

pub(super) const NUMBERS: std::ops::RangeInclusive<u8> = 1..=9;
/// What the halves of a pair are for.
pub(super) const PRIVATE: u8 = 0x22;
pub(super) const PUBLIC: u8 = 0x2A;
/// P1 of MSE: to use a key, to change one.
const USE: u8 = 0x41;
const CHANGE: u8 = 0x01;
/// Tag of the first bytes of a block that is too long for one command, and their number.
const HEAD: u32 = 0x89;
const HEAD_LENGTH: usize = 64;
/// Raw RSA, the only algorithm.
const RAW: u8 = 0x80;
/// Tags of numbers: exponents, modulus.
const E: u32 = 0x45;
const D: u32 = 0x44;
const N: u32 = 0x4E;
/// P1 of what puts a key there: the card makes it; parts of it from outside.
const GENERATE: u8 = 0x00;
const P: u8 = 0x01;
const Q: u8 = 0x02;
const DP: u8 = 0x03;
const DQ: u8 = 0x04;
const Q_INVERSE: u8 = 0x05;
const MODULUS: u8 = 0x0B;
const EXPONENT: u8 = 0x0D;

/// MSE.
pub(super) fn choose(card: &mut Pkcs15Card, p1: u8, data: &[u8]) -> Reply {
    let mut environment = Environment {
        template: TEMPLATE,
        ..Environment::default()
    };
    let mut head = None;
    for (tag, value) in tlv::read_all(data).ok_or(sw::BAD_DATA)? {
        match (p1, tag, value) {
            (USE, 0x80, [RAW]) => environment.algorithm = Some(vec![RAW]),
            (USE, 0x83, [number, usage @ PRIVATE])
            | (CHANGE, 0x83 | 0x84, [number, usage @ (PRIVATE | PUBLIC)]) => {
                environment.key = Some(*number);
                environment.usage = Some(*usage);
            }
            (USE | CHANGE, HEAD, value) if value.len() == HEAD_LENGTH => head = Some(value),
            (USE | CHANGE, ..) => return Err(sw::BAD_DATA),
            _ => return Err(sw::WRONG_P1P2),
        }
    }
    if environment.key.is_none() || (p1 == USE) != environment.algorithm.is_some() {
        return Err(sw::BAD_DATA);
    }
    let parts = &mut card.session.parts;
    match head {
        Some(head) => parts.insert(HEAD as u16, head.to_vec().into()),
        None => parts.remove(&(HEAD as u16)),
    };
    card.session.environment = Some(environment);
    Ok(Vec::new())
}

/// What MSE has chosen: the key's number, and which half of it.
fn chosen(card: &Pkcs15Card, to_use: bool) -> Result<(u8, u8), u16> {
    let environment = card.session.environment.as_ref().ok_or(sw::CONDITIONS)?;
    let chosen = environment.key.zip(environment.usage);
    let chosen = chosen.filter(|_| environment.algorithm.is_some() == to_use);
    chosen.ok_or(sw::CONDITIONS)
}

/// The bytes that MSE brought, and those that come now.
fn whole(card: &mut Pkcs15Card, data: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut whole = card
        .session
        .parts
        .remove(&(HEAD as u16))
        .unwrap_or_default();
    whole.extend_from_slice(data);
    whole
}

/// PSO: the host has padded.
pub(super) fn sign(card: &mut Pkcs15Card, data: &[u8]) -> Reply {
    let (number, _) = chosen(card, true)?;
    let block = whole(card, data);
    let key = card.keys.get(&u16::from(number)).ok_or(sw::NO_REFERENCE)?;
    card.unlocked(key.pin)?;
    if !key.key.kind().is_rsa() {
        return Err(sw::FUNCTION);
    }
    if key.key.kind().input_length() != Some(block.len()) {
        return Err(sw::WRONG_LENGTH);
    }
    Operation::Raw.run(&key.key, &block, &mut card.random)
}

/// A new key, or a part of one.
pub(super) fn put(card: &mut Pkcs15Card, part: u8, data: &[u8]) -> Reply {
    let (number, usage) = chosen(card, false)?;
    match (usage, part) {
        (PUBLIC, GENERATE) => {
            may_change(card, number)?;
            let kind = match data {
                [0x04, 0x00] => KeyKind::Rsa1024,
                [0x08, 0x00] => KeyKind::Rsa2048,
                _ => return Err(sw::BAD_DATA),
            };
            let key = card.fresh_key(kind)?;
            store(card, number, key)
        }
        (PRIVATE, P..=Q_INVERSE) => {
            may_change(card, number)?;
            let value = Zeroizing::new(data.iter().rev().copied().collect());
            card.session.parts.insert(place(number, part), value);
            match part {
                Q_INVERSE => put_together(card, number),
                _ => Ok(Vec::new()),
            }
        }
        (PUBLIC, MODULUS) => {
            let modulus = whole(card, data);
            fits(card, number, |key| key.n_bytes().to_vec() == *modulus)
        }
        (PUBLIC, EXPONENT) => {
            let exponent: Vec<u8> = trimmed(data.iter().rev().copied().collect());
            fits(card, number, |key| {
                trimmed(key.e_bytes().to_vec()) == exponent
            })
        }
        _ => Err(sw::WRONG_P1P2),
    }
}

/// The private key of all its numbers, which must fit each other.
fn put_together(card: &mut Pkcs15Card, number: u8) -> Reply {
    let mut part = |part| {
        let part = card.session.parts.remove(&place(number, part));
        part.map(|part| part.to_vec()).ok_or(sw::CONDITIONS)
    };
    let [p, q, dp, dq, inverse] = [part(P)?, part(Q)?, part(DP)?, part(DQ)?, part(Q_INVERSE)?];
    let key = PrivateKey::from_primes(&p, &q).ok_or(sw::BAD_DATA)?;
    let PrivateKey::Rsa(_, rsa) = &key else {
        return Err(sw::BAD_DATA);
    };
    let same = |ours: Option<&rsa::BoxedUint>, sent: Vec<u8>| {
        ours.is_some_and(|ours| ours.to_be_bytes_trimmed_vartime().to_vec() == trimmed(sent))
    };
    let coefficient = rsa.crt_coefficient();
    if !(same(rsa.dp(), dp) && same(rsa.dq(), dq) && same(coefficient.as_ref(), inverse)) {
        return Err(sw::BAD_DATA);
    }
    store(card, number, key)
}

/// Half of a key of 1024 bits: the exponents, then the modulus with the public one again.
pub(super) fn write(card: &mut Pkcs15Card, usage: u8, number: u8, data: &[u8]) -> Reply {
    let [_, _, numbers @ ..] = data else {
        return Err(sw::WRONG_LENGTH);
    };
    may_change(card, number)?;
    let numbers = tlv::read_all(numbers).ok_or(sw::BAD_DATA)?;
    let big_endian = |value: &[u8]| -> Vec<u8> { value.iter().rev().copied().collect() };
    match (usage, &numbers[..]) {
        (PRIVATE, [(E, _), (D, d)]) => {
            let d = big_endian(d).into();
            card.session.parts.insert(place(number, PRIVATE), d);
            Ok(Vec::new())
        }
        (PUBLIC, [(E, e), (N, n)]) => {
            let d = card.session.parts.remove(&place(number, PRIVATE));
            let d = d.ok_or(sw::CONDITIONS)?;
            let key = PrivateKey::from_exponents(&big_endian(n), &big_endian(e), &d);
            store(card, number, key.ok_or(sw::BAD_DATA)?)
        }
        _ => Err(sw::BAD_DATA),
    }
}

/// Exponent and modulus.
pub(super) fn public(card: &Pkcs15Card, number: u8) -> Reply {
    let key = card.keys.get(&u16::from(number)).ok_or(sw::NO_REFERENCE)?;
    let PrivateKey::Rsa(_, key) = &key.key else {
        return Err(sw::NO_REFERENCE);
    };
    let (mut e, mut n) = (key.e_bytes().to_vec(), key.n_bytes().to_vec());
    e.reverse();
    n.reverse();
    let length = (n.len() as u16).to_be_bytes();
    Ok([&tlv::element(E, &e), &[N as u8, 0x82][..], &length, &n].concat())
}

/// Whether what the key's place says of changes is met.
fn may_change(card: &Pkcs15Card, number: u8) -> Result<(), u16> {
    let (updates, _) = card.settings.get(&number).ok_or(sw::NO_REFERENCE)?;
    match condition(*updates) {
        Condition::Free => Ok(()),
        Condition::Pin(pin) => card.unlocked(Some(pin)),
        Condition::Never => Err(sw::SECURITY_STATUS),
    }
}

/// A public key is no more than its private one.
fn fits(card: &Pkcs15Card, number: u8, same: impl Fn(&rsa::PrivateKey) -> bool) -> Reply {
    match card.keys.get(&u16::from(number)).map(|key| &key.key) {
        Some(PrivateKey::Rsa(_, key)) if same(key) => Ok(Vec::new()),
        Some(_) => Err(sw::BAD_DATA),
        None => Err(sw::NO_REFERENCE),
    }
}

fn store(card: &mut Pkcs15Card, number: u8, key: PrivateKey) -> Reply {
    let (_, pin) = card.settings.get(&number).ok_or(sw::NO_REFERENCE)?;
    let key = Key {
        key,
        pin: pin.map(u16::from),
        once: false,
        deciphers: true,
    };
    card.keys.insert(u16::from(number), key);
    Ok(Vec::new())
}

/// Where a part of a key waits for the others.
fn place(number: u8, part: u8) -> u16 {
    u16::from_be_bytes([number, part])
}

/// Without zeros in front.
fn trimmed(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.split_off(zeros)
}
