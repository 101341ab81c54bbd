//! PINs and what unblocks them: ISO/IEC 7816-4:2013 §7.5.6 to §7.5.10.

use zeroize::Zeroizing;

use super::Pkcs15Card;
use super::dialect::Status;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::Path;

/// A PIN or PUK as the card keeps it. Not printable.
pub(super) struct Pin {
    pub value: Zeroizing<Vec<u8>>,
    pub left: u8,
    pub most: u8,
    pub unblocked_by: Option<u16>,
    /// Local: known below this directory alone.
    pub home: Option<Path>,
}

impl Pin {
    pub fn new(value: &[u8], most: u8) -> Self {
        Self {
            value: Zeroizing::new(value.to_vec()),
            left: most,
            most,
            unblocked_by: None,
            home: None,
        }
    }

    /// Spends a try; a right value gets all back where they come back.
    fn present(&mut self, value: &[u8], recovers: bool) -> bool {
        if self.left == 0 {
            return false;
        }
        let right = value == &self.value[..];
        match (right, recovers) {
            (true, true) => self.left = self.most,
            (true, false) => {}
            (false, _) => self.left -= 1,
        }
        right
    }
}

impl Pkcs15Card {
    /// VERIFY.
    pub(super) fn verify(&mut self, command: &Command) -> Reply {
        let number = self.addressed(command, &[0x00])?;
        if command.data.is_empty() && self.dialect.pins.status != Status::Costs {
            return self.status(number);
        }
        if let (Some(status), true) = (
            self.dialect.pins.twice,
            self.session.verified.contains(&number),
        ) {
            return Err(status);
        }
        let value = self.normal(&command.data)?;
        self.presented(number, &value)?;
        self.session.verified.insert(number);
        Ok(Vec::new())
    }

    /// CHANGE REFERENCE DATA.
    pub(super) fn change(&mut self, command: &Command) -> Reply {
        let number = self.addressed(command, &[0x00, 0x01])?;
        let new = if command.p1 == 0x00 {
            let len = self.split(number, command.data.len())?;
            let (old, new) = command.data.split_at(len);
            let old = self.normal(old)?;
            let new = self.normal(new)?;
            self.presented(number, &old)?;
            new
        } else if self.session.verified.contains(&number) {
            self.normal(&command.data)?
        } else {
            return Err(sw::SECURITY_STATUS);
        };
        if let Some(pin) = self.pins.get_mut(&number) {
            pin.value = new;
            pin.left = pin.most;
        }
        if self.dialect.pins.change_logs_out {
            self.session.verified.remove(&number);
        }
        Ok(Vec::new())
    }

    /// RESET RETRY COUNTER.
    pub(super) fn reset_retry_counter(&mut self, command: &Command) -> Reply {
        let number = self.addressed(command, &[0x00, 0x01, 0x02, 0x03])?;
        let unblocker = self.pins.get(&number).and_then(|pin| pin.unblocked_by);
        let unblocker = unblocker.ok_or(self.dialect.pins.unknown)?;
        let data = &command.data[..];
        let (puk, new): (Option<&[u8]>, Option<&[u8]>) = match command.p1 {
            0x00 => {
                let len = self.split(unblocker, data.len())?;
                let (puk, new) = data.split_at(len);
                (Some(puk), Some(new))
            }
            0x01 => (Some(data), None),
            0x02 => (None, Some(data)),
            _ => (None, None),
        };
        let new = new.map(|new| self.normal(new)).transpose()?;
        match puk {
            Some(puk) => self.presented(unblocker, puk)?,
            None if self.session.verified.contains(&unblocker) => {}
            None => return Err(sw::SECURITY_STATUS),
        }
        if let Some(pin) = self.pins.get_mut(&number) {
            pin.value = new.unwrap_or_else(|| pin.value.clone());
            pin.left = pin.most;
        }
        self.session.verified.remove(&number);
        Ok(Vec::new())
    }

    /// Compares, and says what a wrong value is told.
    pub(super) fn presented(&mut self, number: u16, value: &[u8]) -> Result<(), u16> {
        let habits = self.dialect.pins;
        let is_puk = self
            .pins
            .values()
            .any(|pin| pin.unblocked_by == Some(number));
        let recovers = habits.puk_recovers || !is_puk;
        let pin = self.pins.get_mut(&number).ok_or(habits.unknown)?;
        if pin.left == 0 {
            return Err(habits.blocked);
        }
        if pin.present(value, recovers) {
            return Ok(());
        }
        let left = pin.left;
        if habits.wrong_logs_out {
            self.session.verified.remove(&number);
        }
        Err(match (left, habits.counted) {
            (0, _) if habits.last_says_blocked => habits.blocked,
            (_, false) => sw::NO_INFO,
            (left, true) => sw::TRIES | u16::from(left),
        })
    }

    /// As the card compares it.
    pub(super) fn normal(&self, value: &[u8]) -> Result<Zeroizing<Vec<u8>>, u16> {
        let (least, most) = self.dialect.pins.lengths;
        if let (Some(status), false) = (
            self.dialect.pins.wrong_length,
            (least..=most).contains(&value.len()),
        ) {
            return Err(status);
        }
        let mut value = Zeroizing::new(value.to_vec());
        if let Some(len) = self.dialect.pins.filled {
            let len = len.max(value.len());
            value.resize(len, 0x00);
        }
        Ok(value)
    }

    /// Where the first of two values ends: as long as the card keeps it.
    fn split(&self, number: u16, len: usize) -> Result<usize, u16> {
        let pin = self.pins.get(&number).ok_or(self.dialect.pins.unknown)?;
        let first = pin.value.len();
        if len < first {
            return Err(self.dialect.pins.wrong_length.unwrap_or(sw::WRONG_LENGTH));
        }
        Ok(first)
    }

    fn addressed(&self, command: &Command, modes: &[u8]) -> Result<u16, u16> {
        if !modes.contains(&command.p1) {
            return Err(sw::WRONG_P1P2);
        }
        let number = self.dialect.habits.pin(command.p2);
        let pin = self.pins.get(&number).ok_or(self.dialect.pins.unknown)?;
        let here = self.files.directory(&self.session.current);
        match &pin.home {
            Some(home) if !here.starts_with(home) => Err(sw::NO_REFERENCE),
            _ => Ok(number),
        }
    }

    fn status(&self, number: u16) -> Reply {
        let pin = self.pins.get(&number).ok_or(self.dialect.pins.unknown)?;
        if pin.left == 0 {
            return Err(self.dialect.pins.blocked);
        }
        if self.dialect.pins.status == Status::Tells && self.session.verified.contains(&number) {
            return Ok(Vec::new());
        }
        Err(sw::TRIES | u16::from(pin.left))
    }

    /// Local PINs are forgotten where their directory is left.
    pub(super) fn forget_local(&mut self) {
        let here = self.files.directory(&self.session.current);
        let pins = &self.pins;
        self.session.verified.retain(|number| {
            let home = pins.get(number).and_then(|pin| pin.home.as_ref());
            home.is_none_or(|home| here.starts_with(home))
        });
    }
}
