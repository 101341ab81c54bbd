//! The administrator proves a key of 3DES, mutually or alone.

use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use des::TdesEde3;
use zeroize::Zeroizing;

use super::GidsCard;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::tlv;

/// Tags: dynamic authentication data; challenge and response in it.
const TEMPLATE: u32 = 0x7C;
const CHALLENGE: u32 = 0x81;
const RESPONSE: u32 = 0x82;
/// What stands at the end of the plain text: the host's key material, and a mark.
const MATERIAL: usize = 7;
const MARK: u8 = 0x80;

/// Three keys of DES.
pub(super) struct Key(Zeroizing<[u8; 24]>);

/// What the next GENERAL AUTHENTICATE must answer.
pub(super) enum Challenge {
    /// The host's number and the card's.
    Mutual([u8; 16], [u8; 16]),
    /// The card's.
    External([u8; 8]),
}

impl Key {
    pub fn new(key: [u8; 24]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// CBC of whole blocks with a vector of zeros.
    pub fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let cipher = cbc::Encryptor::<TdesEde3>::new_from_slices(&self.0[..], &[0; 8]).ok()?;
        let mut out = vec![0; plain.len()];
        cipher
            .encrypt_padded_b2b::<NoPadding>(plain, &mut out)
            .ok()?;
        Some(out)
    }

    fn decrypt(&self, data: &[u8]) -> Option<Vec<u8>> {
        let cipher = cbc::Decryptor::<TdesEde3>::new_from_slices(&self.0[..], &[0; 8]).ok()?;
        let mut out = vec![0; data.len()];
        cipher
            .decrypt_padded_b2b::<NoPadding>(data, &mut out)
            .ok()?;
        Some(out)
    }
}

impl GidsCard {
    pub(super) fn authenticate(&mut self, command: &Command) -> Reply {
        let challenge = self.session.challenge.take();
        if command.p1p2() != 0 {
            return Err(sw::WRONG_P1P2);
        }
        if self.admin_key.is_none() {
            return Err(sw::NO_REFERENCE);
        }
        let Some((TEMPLATE, content, [])) = tlv::read(&command.data) else {
            return Err(sw::BAD_DATA);
        };
        match (tlv::read(content), challenge) {
            (Some((CHALLENGE, number, [])), _) => self.challenge(number),
            (Some((RESPONSE, response, [])), Some(challenge)) => {
                self.session.admin = false;
                let answer = self.check(response, &challenge);
                let answer = answer.ok_or(sw::SECURITY_STATUS)?;
                self.session.admin = true;
                Ok(answer)
            }
            (Some((RESPONSE, _, [])), None) => Err(sw::CONDITIONS),
            _ => Err(sw::BAD_DATA),
        }
    }

    fn challenge(&mut self, number: &[u8]) -> Reply {
        let own = match number {
            [] => {
                let own = *self.random.take::<8>();
                self.session.challenge = Some(Challenge::External(own));
                own.to_vec()
            }
            number => {
                let theirs = number.try_into().map_err(|_| sw::BAD_DATA)?;
                let own = *self.random.take::<16>();
                self.session.challenge = Some(Challenge::Mutual(theirs, own));
                own.to_vec()
            }
        };
        Ok(tlv::element(TEMPLATE, &tlv::element(CHALLENGE, &own)))
    }

    /// What is answered to the right response.
    fn check(&mut self, response: &[u8], challenge: &Challenge) -> Option<Vec<u8>> {
        let material = *self.random.take::<MATERIAL>();
        let key = self.admin_key.as_ref()?;
        let plain = key.decrypt(response)?;
        match challenge {
            Challenge::External(own) => (plain == own).then(Vec::new),
            Challenge::Mutual(theirs, own) => {
                let (numbers, rest) = plain.split_at_checked(32)?;
                if numbers != [&own[..], theirs].concat() || rest.len() != MATERIAL + 1 {
                    return None;
                }
                let answer = [&theirs[..], own, &material, &[MARK]].concat();
                let answer = tlv::element(RESPONSE, &key.encrypt(&answer)?);
                Some(tlv::element(TEMPLATE, &answer))
            }
        }
    }
}
