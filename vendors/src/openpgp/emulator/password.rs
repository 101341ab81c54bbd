//! PW1, PW3 and the reset code: Functional Specification 7.2.2 to 7.2.4.

use zeroize::Zeroizing;

use super::OpenPgpCard;
use super::product::{Clears, EmptyVerify, Wrong};
use crate::emulator::apdu::{Command, Reply, sw};

/// P2: PW1 for one signature, PW1 for everything else, PW3.
const SIGNING: u8 = 0x81;
const OTHER: u8 = 0x82;
const ADMIN: u8 = 0x83;
/// P1 of VERIFY that logs out.
const LOG_OUT: u8 = 0xFF;

const MOST_TRIES: u8 = 3;
/// Fewest bytes (Functional Specification 4.2).
const SHORTEST_PW1: usize = 6;
pub(super) const SHORTEST_OTHERS: usize = 8;

/// A password with its retry counter. They are kept as they are sent: with a KDF that
/// is the derived value.
pub(super) struct Password {
    value: Option<Zeroizing<Vec<u8>>>,
    left: u8,
}

impl Password {
    pub fn new(value: &[u8]) -> Self {
        Self {
            value: Some(Zeroizing::new(value.to_vec())),
            left: MOST_TRIES,
        }
    }

    pub fn unset() -> Self {
        Self {
            value: None,
            left: 0,
        }
    }

    pub fn left(&self) -> u8 {
        self.left
    }

    pub fn is_blocked(&self) -> bool {
        self.left == 0
    }

    /// Compares; a wrong value costs a try, a right one restores them.
    fn present(&mut self, value: &[u8]) -> bool {
        if self.is_blocked() {
            return false;
        }
        let right = self.value.as_ref().is_some_and(|own| ***own == *value);
        self.left = if right { MOST_TRIES } else { self.left - 1 };
        right
    }

    fn len(&self) -> usize {
        self.value.as_ref().map_or(0, |value| value.len())
    }
}

/// Which password a command means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Pw1,
    Pw3,
    ResetCode,
}

impl OpenPgpCard {
    pub(super) fn verify(&mut self, command: &Command) -> Reply {
        let which = match command.p2 {
            SIGNING | OTHER => Which::Pw1,
            ADMIN => Which::Pw3,
            _ => return Err(sw::WRONG_P1P2),
        };
        match command.p1 {
            0x00 => {}
            LOG_OUT if self.product.logs_out && command.data.is_empty() => {
                *self.flag(command.p2) = false;
                return Ok(Vec::new());
            }
            _ => return Err(sw::WRONG_P1P2),
        }
        if command.data.is_empty() {
            return self.status(which, command.p2);
        }
        self.check_length(which, command.data.len())?;
        if self.password(which).present(&command.data) {
            *self.flag(command.p2) = true;
            return Ok(Vec::new());
        }
        match (which, self.product.wrong_clears) {
            (Which::Pw1, Clears::Both) => {
                self.session.signing = false;
                self.session.other = false;
            }
            (_, Clears::Nothing) => {}
            _ => *self.flag(command.p2) = false,
        }
        Err(self.refused(which))
    }

    pub(super) fn change(&mut self, command: &Command) -> Reply {
        let which = match (command.p1, command.p2) {
            (0x00, SIGNING) => Which::Pw1,
            (0x00, ADMIN) => Which::Pw3,
            _ => return Err(sw::WRONG_P1P2),
        };
        // No delimiter: the card knows the length of the old one (7.2.3).
        let at = self.password(which).len().min(command.data.len());
        let (old, new) = command.data.split_at(at);
        let refused = if self.product.change_hides {
            Some(sw::NO_INFO)
        } else {
            None
        };
        let blocked = self.password(which).is_blocked();
        if self.product.change_clears && which == Which::Pw1 {
            self.session.signing = false;
            self.session.other = false;
        }
        if blocked || !self.password(which).present(old) {
            return Err(refused.unwrap_or_else(|| self.refused(which)));
        }
        if self.product.checks_new && !self.fits(which, new.len()) {
            return Err(sw::WRONG_LENGTH);
        }
        *self.password(which) = Password::new(new);
        Ok(Vec::new())
    }

    pub(super) fn reset_retry_counter(&mut self, command: &Command) -> Reply {
        if command.p2 != SIGNING {
            return Err(sw::WRONG_P1P2);
        }
        match command.p1 {
            0x00 => {
                if !self.product.reset_code {
                    return Err(sw::EXECUTION);
                }
                if self.reset_code.value.is_none() {
                    return Err(sw::SECURITY_STATUS);
                }
                let at = self.reset_code.len().min(command.data.len());
                let (code, new) = command.data.split_at(at);
                if !self.reset_code.present(code) {
                    return Err(self.refused(Which::ResetCode));
                }
                self.set_pw1(new)
            }
            0x02 if self.session.admin => self.set_pw1(&command.data),
            0x02 => Err(sw::SECURITY_STATUS),
            _ => Err(sw::WRONG_P1P2),
        }
    }

    /// PUT DATA D3 (Functional Specification 4.3.4).
    pub(super) fn set_reset_code(&mut self, code: &[u8]) -> Reply {
        if code.is_empty() {
            self.reset_code = Password::unset();
            return Ok(Vec::new());
        }
        if self.product.checks_length && !self.fits(Which::ResetCode, code.len()) {
            return Err(sw::WRONG_LENGTH);
        }
        self.reset_code = Password::new(code);
        Ok(Vec::new())
    }

    /// C4: seven bytes (sheet, 4).
    pub(super) fn password_status(&self) -> Vec<u8> {
        let reset_code = match (self.reset_code.value.is_some(), self.product.reset_code) {
            // It says three although there is none.
            (_, false) => MOST_TRIES,
            (set, true) => self.reset_code.left * u8::from(set),
        };
        let [pw1, code, pw3] = self.product.longest;
        let (left1, left3) = (self.pw1.left, self.pw3.left);
        vec![
            u8::from(self.several),
            pw1,
            code,
            pw3,
            left1,
            reset_code,
            left3,
        ]
    }

    fn set_pw1(&mut self, new: &[u8]) -> Reply {
        if self.product.checks_new && !self.fits(Which::Pw1, new.len()) {
            return Err(sw::WRONG_LENGTH);
        }
        self.pw1 = Password::new(new);
        self.session.signing = false;
        self.session.other = false;
        Ok(Vec::new())
    }

    fn status(&mut self, which: Which, reference: u8) -> Reply {
        let verified = *self.flag(reference);
        match self.product.empty_verify {
            EmptyVerify::Refused => return Err(sw::WRONG_LENGTH),
            EmptyVerify::Costs => {
                self.password(which).present(&[]);
                return Err(self.refused(which));
            }
            EmptyVerify::Revokes => *self.flag(reference) = false,
            EmptyVerify::Free => {}
        }
        if verified {
            return Ok(Vec::new());
        }
        let left = self.password(which).left;
        if left == 0 && self.product.wrong == Wrong::CountedThenBlocked {
            return Err(sw::BLOCKED);
        }
        Err(sw::TRIES | u16::from(left))
    }

    fn check_length(&self, which: Which, length: usize) -> Result<(), u16> {
        if self.product.checks_length && !self.fits(which, length) {
            return Err(sw::WRONG_LENGTH);
        }
        Ok(())
    }

    fn fits(&self, which: Which, length: usize) -> bool {
        let [pw1, code, pw3] = self.product.longest;
        let (least, most) = match which {
            Which::Pw1 => (SHORTEST_PW1, pw1),
            Which::ResetCode => (SHORTEST_OTHERS, code),
            Which::Pw3 => (SHORTEST_OTHERS, pw3),
        };
        (least..=usize::from(most)).contains(&length)
    }

    /// The status word after a wrong value, whose try is gone already.
    fn refused(&mut self, which: Which) -> u16 {
        let left = self.password(which).left;
        match (self.product.wrong, left) {
            (Wrong::Never, _) => sw::SECURITY_STATUS,
            (Wrong::ThenBlocked | Wrong::CountedThenBlocked, 0) => sw::BLOCKED,
            (Wrong::ThenBlocked, _) => sw::SECURITY_STATUS,
            (Wrong::CountedThenBlocked | Wrong::Counted, _) => sw::TRIES | u16::from(left),
        }
    }

    fn password(&mut self, which: Which) -> &mut Password {
        match which {
            Which::Pw1 => &mut self.pw1,
            Which::Pw3 => &mut self.pw3,
            Which::ResetCode => &mut self.reset_code,
        }
    }

    fn flag(&mut self, reference: u8) -> &mut bool {
        match reference {
            SIGNING => &mut self.session.signing,
            OTHER => &mut self.session.other,
            _ => &mut self.session.admin,
        }
    }
}
