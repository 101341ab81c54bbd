//! PIN 81, SO-PIN 88, and INITIALIZE, which sets both.

use super::{OPTION_RESET, ScHsmCard};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::secret::Secret;
use crate::emulator::tlv;

/// P2.
const USER: u8 = 0x81;
const OFFICER: u8 = 0x88;
/// Bytes of the SO-PIN, and of a PIN.
const OFFICER_LENGTH: usize = 8;
const USER_LENGTHS: std::ops::RangeInclusive<usize> = 6..=15;
/// Tries of the SO-PIN.
pub(super) const OFFICER_TRIES: u8 = 15;

impl ScHsmCard {
    pub(super) fn verify(&mut self, command: &Command) -> Reply {
        if command.p1 != 0x00 {
            return Err(sw::WRONG_P1P2);
        }
        let verified = match command.p2 {
            USER => self.session.user,
            OFFICER => self.session.officer,
            _ => return Err(sw::NO_REFERENCE),
        };
        if !self.is_initialised() {
            return Err(sw::NO_REFERENCE);
        }
        if command.p2 == USER && self.transport_pin {
            return Err(sw::NOT_USABLE);
        }
        if command.data.is_empty() {
            return match verified {
                true => Ok(Vec::new()),
                false => Err(self.secret(command.p2).tries()),
            };
        }
        // A length that cannot be right is compared, and a try.
        self.present(command.p2, &command.data)?;
        *self.flag(command.p2) = true;
        Ok(Vec::new())
    }

    pub(super) fn change(&mut self, command: &Command) -> Reply {
        if command.p1 != 0x00 {
            return Err(sw::OFFSET);
        }
        if !self.is_initialised() || ![USER, OFFICER].contains(&command.p2) {
            return Err(sw::NO_REFERENCE);
        }
        // No delimiter: the card knows the length of the old one.
        let at = self.secret(command.p2).len().min(command.data.len());
        let (old, new) = command.data.split_at(at);
        if !fits(command.p2, new) {
            return Err(sw::WRONG_LENGTH);
        }
        self.present(command.p2, old)?;
        self.secret(command.p2).replace(new);
        if command.p2 == USER {
            self.transport_pin = false;
        }
        // Whether it counts as verified afterwards is not known.
        *self.flag(command.p2) = false;
        Ok(Vec::new())
    }

    pub(super) fn reset_retry_counter(&mut self, command: &Command) -> Reply {
        if command.p2 != USER || !self.is_initialised() {
            return Err(sw::NO_REFERENCE);
        }
        if self.options & OPTION_RESET == 0 {
            return Err(self.product.not_allowed);
        }
        let new = match command.p1 {
            0x00 => {
                let split = command.data.split_at_checked(OFFICER_LENGTH);
                let (officer, new) = split.ok_or(sw::WRONG_LENGTH)?;
                if !fits(USER, new) {
                    return Err(sw::WRONG_LENGTH);
                }
                self.present(OFFICER, officer)?;
                self.session.officer = true;
                Some(new)
            }
            0x01 if self.product.counter_alone => {
                self.present(OFFICER, &command.data)?;
                self.session.officer = true;
                None
            }
            0x02 if !self.session.officer => return Err(sw::SECURITY_STATUS),
            0x02 if !fits(USER, &command.data) => return Err(sw::WRONG_LENGTH),
            0x02 => Some(&command.data[..]),
            _ => return Err(self.product.not_allowed),
        };
        match new {
            Some(new) => self.pin.replace(new),
            None => self.pin.refill(),
        }
        self.session.user = false;
        Ok(Vec::new())
    }

    /// `80` options, `81` PIN, `82` SO-PIN, `91` tries; everything else is forgotten. An
    /// initialised card wants its SO-PIN, and keeps it.
    pub(super) fn initialize(&mut self, command: &Command) -> Reply {
        let parts = tlv::read_all(&command.data).ok_or(sw::BAD_DATA)?;
        let part = |tag: u32| {
            let part = parts.iter().find(|(of, _)| *of == tag);
            part.map(|(_, value)| *value)
        };
        let (Some([high, low]), Some(pin), Some(officer)) = (part(0x80), part(0x81), part(0x82))
        else {
            return Err(sw::BAD_DATA);
        };
        let tries = match part(0x91) {
            None => 3,
            Some([tries @ 1..=10]) => *tries,
            Some(_) => return Err(sw::BAD_DATA),
        };
        if !fits(USER, pin) || !fits(OFFICER, officer) {
            return Err(sw::BAD_DATA);
        }
        if self.is_initialised() {
            self.present(OFFICER, officer)?;
        }
        self.pin = Secret::new(pin, tries);
        self.so_pin = Secret::new(officer, OFFICER_TRIES);
        self.options = u16::from_be_bytes([*high, *low]);
        self.transport_pin = false;
        self.session.user = false;
        self.session.officer = false;
        self.session.file = None;
        self.keys.clear();
        self.files = self.birth_files();
        Ok(Vec::new())
    }

    /// A wrong value ends the login, too.
    fn present(&mut self, reference: u8, value: &[u8]) -> Result<(), u16> {
        let secret = self.secret(reference);
        if secret.is_blocked() || !secret.present(value) {
            let status = secret.tries();
            *self.flag(reference) = false;
            return Err(status);
        }
        Ok(())
    }

    fn secret(&mut self, reference: u8) -> &mut Secret {
        match reference {
            OFFICER => &mut self.so_pin,
            _ => &mut self.pin,
        }
    }

    fn flag(&mut self, reference: u8) -> &mut bool {
        match reference {
            OFFICER => &mut self.session.officer,
            _ => &mut self.session.user,
        }
    }
}

fn fits(reference: u8, value: &[u8]) -> bool {
    match reference {
        OFFICER => value.len() == OFFICER_LENGTH,
        _ => USER_LENGTHS.contains(&value.len()),
    }
}
