//! The PIN 11, the signature PIN 83 and the PUK.

use zeroize::Zeroizing;

use super::IdPrimeCard;
use super::product::PinForm;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::secret::Secret;

/// P2.
pub(super) const USER: u8 = 0x11;
pub(super) const SIGNATURE: u8 = 0x83;
/// P1 of VERIFY that logs out.
const LOG_OUT: u8 = 0xFF;
/// Bytes of a PIN, and of one that is padded.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=16;
const PADDED: usize = 16;
/// What was recorded as answer to a question about PIN 83. What its bytes mean is not
/// known; the reference stands at the fifth place.
const INFORMATION: [u8; 33] = [
    0xA0, 0x1F, 0x83, 0x01, 0x83, 0x8C, 0x04, 0xF0, 0x00, 0x00, 0x00, 0x9C, 0x04, 0xF0, 0x00, 0x00,
    0x00, 0xDF, 0x21, 0x04, 0x00, 0xFF, 0xA5, 0x04, 0xDF, 0x27, 0x02, 0xFF, 0xFF, 0xDF, 0x28, 0x01,
    0x10,
];
/// The first release that tells about its PINs.
const INFORMED: u8 = 0x03;

impl PinForm {
    /// A PIN as the card keeps it.
    pub(super) fn stored(self, typed: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut stored = Zeroizing::new(typed.to_vec());
        if self == Self::Padded {
            stored.resize(PADDED, 0x00);
        }
        stored
    }

    fn fits(self, length: usize) -> bool {
        match self {
            Self::Padded => length == PADDED,
            Self::Bare => LENGTHS.contains(&length),
        }
    }
}

impl IdPrimeCard {
    pub(super) fn verify(&mut self, command: &Command) -> Reply {
        self.secret(command.p2)?;
        match command.p1 {
            0x00 => {}
            LOG_OUT if command.data.is_empty() => {
                *self.flag(command.p2) = false;
                return Ok(Vec::new());
            }
            _ => return Err(sw::WRONG_P1P2),
        }
        if command.data.is_empty() {
            if *self.flag(command.p2) {
                return Ok(Vec::new());
            }
            return Err(self.secret(command.p2)?.tries());
        }
        if self.verify_refused {
            return Err(sw::SECURITY_STATUS);
        }
        if !self.product.pin_form.fits(command.data.len()) {
            return Err(sw::WRONG_LENGTH);
        }
        *self.flag(command.p2) = false;
        self.present(command.p2, &command.data)?;
        *self.flag(command.p2) = true;
        Ok(Vec::new())
    }

    pub(super) fn change(&mut self, command: &Command) -> Reply {
        if command.p1 != 0x00 {
            return Err(sw::WRONG_P1P2);
        }
        let form = self.product.pin_form;
        let length = self.secret(command.p2)?.len();
        let split = command.data.split_at_checked(length);
        let (old, new) = split.ok_or(sw::WRONG_LENGTH)?;
        if !form.fits(new.len()) {
            return Err(sw::WRONG_LENGTH);
        }
        *self.flag(command.p2) = false;
        self.present(command.p2, old)?;
        self.secret(command.p2)?.replace(new);
        Ok(Vec::new())
    }

    /// ISO/IEC 7816-4:2013 §11.5.8: PUK and the new PIN.
    pub(super) fn reset_retry_counter(&mut self, command: &Command) -> Reply {
        if command.p1 != 0x00 {
            return Err(sw::WRONG_P1P2);
        }
        self.secret(command.p2)?;
        if !self.puk.is_set() {
            return Err(sw::NO_REFERENCE);
        }
        let split = command.data.split_at_checked(self.puk.len());
        let (puk, new) = split.ok_or(sw::WRONG_LENGTH)?;
        if !self.product.pin_form.fits(new.len()) {
            return Err(sw::WRONG_LENGTH);
        }
        if self.puk.is_blocked() || !self.puk.present(puk) {
            return Err(self.puk.tries());
        }
        *self.flag(command.p2) = false;
        self.secret(command.p2)?.replace(new);
        Ok(Vec::new())
    }

    /// What the maker's software sends before it asks for the tries.
    pub(super) fn log_out(&mut self, command: &Command) -> Reply {
        if command.p1p2() != 0xFF00 {
            return Err(sw::WRONG_P1P2);
        }
        self.session.verified = false;
        self.session.consented = false;
        Ok(Vec::new())
    }

    /// GET DATA `A0 03 83 01 rr`.
    pub(super) fn pin_information(&mut self, command: &Command) -> Reply {
        let [0xA0, 0x03, 0x83, 0x01, reference] = command.data[..] else {
            return Err(sw::BAD_DATA);
        };
        if command.p1p2() != 0x00FF || self.product.release < INFORMED {
            return Err(sw::NO_REFERENCE);
        }
        self.secret(reference)?;
        let mut answer = INFORMATION;
        answer[4] = reference;
        Ok(answer.to_vec())
    }

    fn present(&mut self, reference: u8, value: &[u8]) -> Result<(), u16> {
        let secret = self.secret(reference)?;
        if secret.is_blocked() || !secret.present(value) {
            return Err(secret.tries());
        }
        Ok(())
    }

    fn secret(&mut self, reference: u8) -> Result<&mut Secret, u16> {
        match reference {
            USER => Ok(&mut self.pin),
            SIGNATURE if self.signature_pin.is_set() => Ok(&mut self.signature_pin),
            _ => Err(sw::NO_REFERENCE),
        }
    }

    fn flag(&mut self, reference: u8) -> &mut bool {
        match reference {
            SIGNATURE => &mut self.session.consented,
            _ => &mut self.session.verified,
        }
    }
}
