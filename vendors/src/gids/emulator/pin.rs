//! The PIN 80, its log-out 82, and what unblocks it.

use super::GidsCard;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::secret::Secret;

/// P2: the PIN, and its other name; log-out.
const PIN: u8 = 0x80;
const PIN_TOO: u8 = 0x00;
const LOG_OUT: u8 = 0x82;
/// Bytes of a PIN.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=16;
/// Tries of the PIN that is set first.
pub(super) const TRIES: u8 = 3;

impl GidsCard {
    pub(super) fn verify(&mut self, command: &Command) -> Reply {
        match (command.p1, command.p2) {
            (0x00, PIN | PIN_TOO) => {}
            (0x00, LOG_OUT) if command.data.is_empty() => {
                self.log_out();
                return Ok(Vec::new());
            }
            (0x00, _) => return Err(sw::NO_REFERENCE),
            _ => return Err(sw::WRONG_P1P2),
        }
        if command.data.is_empty() {
            // Whether it is verified is not said.
            return match self.operational {
                true => Err(self.pin.tries()),
                false => Ok(Vec::new()),
            };
        }
        if self.pin.is_blocked() {
            return Err(sw::BLOCKED);
        }
        if !LENGTHS.contains(&command.data.len()) {
            return Err(self.pin.tries());
        }
        self.session.user = self.pin.present(&command.data);
        self.answered(self.session.user)
    }

    pub(super) fn change(&mut self, command: &Command) -> Reply {
        if ![PIN, PIN_TOO].contains(&command.p2) {
            return Err(sw::NO_REFERENCE);
        }
        match command.p1 {
            0x00 => {
                if self.pin.is_blocked() {
                    return Err(sw::BLOCKED);
                }
                // No delimiter: the card knows the length of the old one.
                let at = self.pin.len().min(command.data.len());
                let (old, new) = command.data.split_at(at);
                if !LENGTHS.contains(&new.len()) {
                    return Err(sw::BAD_DATA);
                }
                self.session.user = self.pin.present(old);
                self.answered(self.session.user)?;
                self.pin.replace(new);
            }
            0x01 if self.operational && !self.session.user => return Err(sw::SECURITY_STATUS),
            0x01 if !LENGTHS.contains(&command.data.len()) => return Err(sw::BAD_DATA),
            0x01 if self.operational => self.pin.replace(&command.data),
            0x01 => self.pin = Secret::new(&command.data, TRIES),
            _ => return Err(sw::WRONG_P1P2),
        }
        Ok(Vec::new())
    }

    pub(super) fn reset_retry_counter(&mut self, command: &Command) -> Reply {
        if ![PIN, PIN_TOO].contains(&command.p2) {
            return Err(sw::NO_REFERENCE);
        }
        let new = match command.p1 {
            0x00 if self.puk.is_set() => {
                let at = self.puk.len().min(command.data.len());
                let (puk, new) = command.data.split_at(at);
                if !LENGTHS.contains(&new.len()) {
                    return Err(sw::BAD_DATA);
                }
                if self.puk.is_blocked() || !self.puk.present(puk) {
                    return Err(self.puk.tries());
                }
                new
            }
            0x02 if !self.session.admin => return Err(sw::SECURITY_STATUS),
            0x02 if !LENGTHS.contains(&command.data.len()) => return Err(sw::BAD_DATA),
            0x02 => &command.data[..],
            _ => return Err(sw::WRONG_P1P2),
        };
        self.pin.replace(new);
        self.log_out();
        Ok(Vec::new())
    }

    fn log_out(&mut self) {
        self.session.user = false;
        self.session.admin = false;
    }

    /// After a try: 63C0 is said once, and 6983 from then on.
    fn answered(&self, right: bool) -> Reply {
        match right {
            true => Ok(Vec::new()),
            false => Err(sw::TRIES | u16::from(self.pin.left())),
        }
    }
}
