//! PIN and PUK: SP 800-73-4 Part 2 §3.2.1 to §3.2.3.

use zeroize::Zeroizing;

use super::PivCard;
use super::personality::{Counter, EmptyVerify};
use super::transport::done;
use crate::emulator::apdu::{Command, Reply, sw};

/// P2: PIV card application PIN.
pub(super) const PIN: u8 = 0x80;
/// P2: PIN unblocking key.
pub(super) const PUK: u8 = 0x81;
/// P1 of VERIFY that ends the verified state.
const LOG_OUT: u8 = 0xFF;
/// Every reference is eight bytes on the wire, padded with FF.
const LENGTH: usize = 8;
const PADDING: u8 = 0xFF;
/// Fewest digits of a PIN, SP 800-73-4 Part 2 §2.4.3.
const SHORTEST: usize = 6;
/// A status word has one nibble for the counter; more tries show as F.
const MOST_TOLD: u8 = 0x0F;

/// A PIN or PUK with its retry counter.
pub(super) struct Reference {
    value: Zeroizing<Vec<u8>>,
    factory: Zeroizing<Vec<u8>>,
    left: u8,
    most: u8,
}

impl Reference {
    pub fn new(value: &[u8], most: u8) -> Self {
        let value = Zeroizing::new(padded(value));
        Self {
            factory: value.clone(),
            value,
            left: most,
            most,
        }
    }

    pub fn left(&self) -> u8 {
        self.left
    }

    pub fn most(&self) -> u8 {
        self.most
    }

    /// Whether the value is the one that Yubico's tools know as the factory's.
    pub fn is(&self, well_known: &[u8]) -> bool {
        *self.value == padded(well_known)
    }

    pub fn is_blocked(&self) -> bool {
        self.left == 0
    }

    /// Back to what the card was built with.
    pub fn restore(&mut self) {
        self.value = self.factory.clone();
        self.left = self.most;
    }

    fn set(&mut self, value: &[u8]) {
        self.value = Zeroizing::new(padded(value));
        self.left = self.most;
    }

    /// Compares; a wrong value costs a try, a right one is left to the caller.
    fn compare(&mut self, value: &[u8]) -> bool {
        let right = *self.value == value;
        if !right {
            self.left = self.left.saturating_sub(1);
        }
        right
    }
}

impl PivCard {
    pub(super) fn verify(&mut self, command: &Command) -> Reply {
        let pins = self.personality.pins;
        let log_out = match command.p1 {
            0x00 => false,
            LOG_OUT => pins.logout,
            _ if !pins.logout => false,
            _ => return Err(sw::WRONG_P1P2),
        };
        if command.p2 != PIN {
            return Err(sw::NO_REFERENCE);
        }
        let wrong_length = !command.data.is_empty() && command.data.len() != LENGTH;
        if let (true, true, Some(status)) = (pins.length_first, wrong_length, pins.wrong_length) {
            return Err(status);
        }
        if self.pin.is_blocked() && (!log_out || pins.blocked_logout_refused) {
            let query = command.data.is_empty() && !log_out;
            return Err(match (query, pins.empty_verify) {
                (true, EmptyVerify::Refused(status)) => status,
                (true, _) => pins.blocked_status,
                (false, _) => sw::BLOCKED,
            });
        }
        if log_out {
            return self.log_out(command);
        }
        if command.data.is_empty() {
            return self.status();
        }
        if let (true, Some(status)) = (wrong_length, pins.wrong_length) {
            return Err(status);
        }
        if pins.content_checked && !is_pin(&command.data) {
            return Err(sw::BAD_DATA);
        }
        if self.pin.compare(&command.data) {
            self.pin.left = self.pin.most;
            self.session.verified = true;
            self.session.just_verified = true;
            return done();
        }
        if !pins.wrong_keeps_verified {
            self.clear_verified();
        }
        Err(self.wrong_pin())
    }

    pub(super) fn change(&mut self, command: &Command) -> Reply {
        let pins = self.personality.pins;
        if command.p1 != 0x00 {
            return Err(pins.wrong_p1);
        }
        let is_pin_reference = match command.p2 {
            PIN => true,
            PUK => false,
            _ => return Err(sw::NO_REFERENCE),
        };
        let (old, new) = self.pair(command)?;
        let acceptable = match is_pin_reference {
            true => !pins.change_checks_new || is_pin(new),
            false => !pins.puk_digits || is_pin(new),
        };
        if pins.new_value_first && !acceptable {
            return Err(sw::BAD_DATA);
        }
        let reference = match is_pin_reference {
            true => &mut self.pin,
            false => &mut self.puk,
        };
        if reference.is_blocked() {
            return Err(pins.blocked_change);
        }
        if !reference.compare(old) {
            return Err(self.wrong_old(is_pin_reference));
        }
        if !acceptable {
            return Err(sw::BAD_DATA);
        }
        reference.set(new);
        if is_pin_reference {
            self.session.verified = pins.verified_after_change;
        }
        done()
    }

    pub(super) fn unblock(&mut self, command: &Command) -> Reply {
        let pins = self.personality.pins;
        if command.p1 != 0x00 {
            return Err(pins.wrong_p1);
        }
        if command.p2 != PIN {
            return Err(sw::NO_REFERENCE);
        }
        let (puk, new) = self.pair(command)?;
        if self.puk.is_blocked() {
            return Err(pins.blocked_unblock);
        }
        if !self.puk.compare(puk) {
            return Err(self.wrong_puk());
        }
        if pins.unblock_checks_new && !is_pin(new) {
            return Err(sw::BAD_DATA);
        }
        self.puk.left = self.puk.most;
        self.pin.set(new);
        if !pins.unblock_keeps_verified {
            self.clear_verified();
        }
        done()
    }

    fn log_out(&mut self, command: &Command) -> Reply {
        if !command.data.is_empty() {
            return Err(self.personality.pins.wrong_length.unwrap_or(sw::BAD_DATA));
        }
        self.clear_verified();
        done()
    }

    fn status(&self) -> Reply {
        match self.personality.pins.empty_verify {
            EmptyVerify::Refused(status) => Err(status),
            EmptyVerify::Standard if self.session.verified => done(),
            EmptyVerify::Standard | EmptyVerify::NeverVerified => Err(self.counter(self.pin.left)),
        }
    }

    /// The two halves of CHANGE and RESET RETRY COUNTER.
    fn pair<'a>(&self, command: &'a Command) -> Result<(&'a [u8], &'a [u8]), u16> {
        let pins = &self.personality.pins;
        let whole = command.data.len() == 2 * LENGTH;
        if !whole && pins.pair_length_checked {
            return Err(pins.wrong_length.unwrap_or(sw::BAD_DATA));
        }
        let at = LENGTH.min(command.data.len());
        Ok(command.data.split_at(at))
    }

    fn wrong_old(&mut self, is_pin_reference: bool) -> u16 {
        let hidden = self.personality.pins.change_wrong_old;
        if is_pin_reference && hidden.is_none() && !self.personality.pins.wrong_keeps_verified {
            self.clear_verified();
        }
        let told = match is_pin_reference {
            true => self.wrong_pin(),
            false => self.wrong_puk(),
        };
        hidden.unwrap_or(told)
    }

    fn wrong_pin(&mut self) -> u16 {
        if self.pin.is_blocked() {
            self.erase_when_blocked();
            return self.personality.pins.pin_exhausting;
        }
        self.counter(self.pin.left)
    }

    fn wrong_puk(&mut self) -> u16 {
        if self.puk.is_blocked() {
            self.erase_when_blocked();
            return self.personality.pins.puk_exhausting;
        }
        self.counter(self.puk.left)
    }

    fn erase_when_blocked(&mut self) {
        let both = self.pin.is_blocked() && self.puk.is_blocked();
        if both && self.personality.pins.erases_when_blocked {
            self.keys.clear();
        }
    }

    fn counter(&self, left: u8) -> u16 {
        let base = match self.personality.pins.counter {
            Counter::Prefixed => sw::TRIES,
            Counter::Bare => sw::NO_INFO,
        };
        base | u16::from(left.min(MOST_TOLD))
    }
}

/// Six to eight ASCII digits, padded with FF to eight bytes.
fn is_pin(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let padded = value.iter().skip(digits).all(|b| *b == PADDING);
    value.len() == LENGTH && digits >= SHORTEST && padded
}

fn padded(value: &[u8]) -> Vec<u8> {
    let mut out = value.to_vec();
    out.resize(LENGTH, PADDING);
    out
}
