//! GENERAL AUTHENTICATE as a signature: SP 800-73-4 Part 2 §3.2.4, appendix A.

use std::borrow::Cow;

use super::personality::{Always, EcInput, RsaInput};
use super::{PinPolicy, PivCard, Slot};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::key::KeyKind;
use crate::emulator::tlv;

/// Dynamic authentication template.
const TEMPLATE: u32 = 0x7C;
const CHALLENGE: u32 = 0x81;
const RESPONSE: u32 = 0x82;
/// Lengths of SHA-1, SHA-256, SHA-384.
const HASH_LENGTHS: [usize; 3] = [20, 32, 48];

impl PivCard {
    pub(super) fn authenticate(&mut self, command: &Command) -> Reply {
        let habits = self.personality.keys;
        if self.personality.transport.rest_blocks && !self.session.rest.is_empty() {
            return Err(sw::CONDITIONS);
        }
        let allowed = self.check_pin_of(command.p2);
        // Right or wrong, this was the command that the PIN had been given for.
        self.session.just_verified = false;

        let slot = self.slot(command.p2);
        let Some((slot, key)) = slot.and_then(|s| self.keys.get(&s).map(|k| (s, k))) else {
            if habits.empty_slot_hidden && slot.is_some() {
                allowed?;
            }
            return Err(habits.empty_slot);
        };
        let kind = key.kind();
        if Some(command.p1) != kind.algorithm() {
            if habits.algorithm_hidden {
                allowed?;
            }
            return Err(habits.wrong_algorithm);
        }
        allowed?;
        let establishment = slot == Slot::KEY_MANAGEMENT || slot.is_retired();
        if habits.establishment_only && establishment && !kind.is_rsa() {
            return Err(sw::WRONG_P1P2);
        }
        let challenge =
            challenge(&command.data, habits.wants_response_tag).ok_or(habits.malformed)?;
        let input = self.shape(kind, challenge)?;
        let signature = key.sign(&input).ok_or(sw::BAD_DATA)?;
        if habits.always == Always::DropsVerified && self.policy(slot) == PinPolicy::Always {
            self.clear_verified();
        }
        Ok(tlv::element(TEMPLATE, &tlv::element(RESPONSE, &signature)))
    }

    /// Whether the PIN state allows the use of the key that P2 names.
    pub(super) fn check_pin_of(&self, reference: u8) -> Result<(), u16> {
        let Some(slot) = self.slot(reference) else {
            return Ok(());
        };
        let session = &self.session;
        let allowed = match (self.policy(slot), self.personality.keys.always) {
            (PinPolicy::Never, _) => true,
            (PinPolicy::Once, _) | (PinPolicy::Always, Always::DropsVerified) => session.verified,
            (PinPolicy::Always, Always::Immediate { .. }) => {
                session.verified && session.just_verified
            }
        };
        match allowed {
            true => Ok(()),
            false => Err(sw::SECURITY_STATUS),
        }
    }

    pub(super) fn policy(&self, slot: Slot) -> PinPolicy {
        let habits = &self.personality.keys;
        match (self.policies.get(&slot), slot) {
            (Some(policy), _) => *policy,
            (None, Slot::SIGNATURE) => habits.signature_policy,
            (None, Slot::CARD_AUTHENTICATION) => habits.card_authentication_policy,
            (None, _) => PinPolicy::Once,
        }
    }

    /// The slot, if this product has it.
    pub(super) fn slot(&self, reference: u8) -> Option<Slot> {
        let last = self.personality.keys.last_retired;
        Slot::from_reference(reference).filter(|slot| !slot.is_retired() || reference <= last)
    }

    /// The input at the length that the operation wants, or the product's refusal.
    fn shape<'a>(&self, kind: KeyKind, input: &'a [u8]) -> Result<Cow<'a, [u8]>, u16> {
        let Some(length) = kind.input_length() else {
            return Ok(Cow::Borrowed(input));
        };
        let habits = &self.personality.keys;
        let given = input.len();
        let refusal = if kind.is_rsa() {
            match habits.rsa_input {
                RsaInput::Exact(status) => (given != length).then_some(status),
                RsaInput::UpTo(status) => (given > length).then_some(status),
            }
        } else {
            match habits.ec_input {
                EcInput::Exact => (given != length).then_some(sw::BAD_DATA),
                EcInput::HashLengths => (!HASH_LENGTHS.contains(&given)).then_some(sw::BAD_DATA),
                EcInput::UpTo(status) => (given == 0 || given > length).then_some(status),
                EcInput::Any => None,
            }
        };
        match refusal {
            Some(status) => Err(status),
            None => Ok(fit(input, length)),
        }
    }
}

/// Pads on the left with zeros, cuts on the right.
fn fit(input: &[u8], length: usize) -> Cow<'_, [u8]> {
    match (input.get(..length), length.checked_sub(input.len())) {
        (Some(leftmost), _) => Cow::Borrowed(leftmost),
        (None, padding) => {
            let mut out = vec![0; padding.unwrap_or(0)];
            out.extend_from_slice(input);
            Cow::Owned(out)
        }
    }
}

/// Tag 81 of the template, in any order with an empty 82.
fn challenge(data: &[u8], wants_response_tag: bool) -> Option<&[u8]> {
    let (TEMPLATE, content, []) = tlv::read(data)? else {
        return None;
    };
    let mut challenge = None;
    let mut response_wanted = false;
    for (tag, value) in tlv::read_all(content)? {
        match (tag, value) {
            (CHALLENGE, value) => challenge = Some(value),
            (RESPONSE, []) => response_wanted = true,
            _ => return None,
        }
    }
    challenge.filter(|_| response_wanted || !wants_response_tag)
}
