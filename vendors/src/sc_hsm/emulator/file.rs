//! Elementary files: SELECT, READ and UPDATE BINARY with odd instructions (ISO/IEC
//! 7816-4:2013 §11.2.3), DELETE, and the list of all.

use super::ScHsmCard;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::tlv;

/// Files of the whole card.
pub(super) mod id {
    pub const DIRECTORY: u16 = 0x2F00;
    pub const DEVICE_CERTIFICATE: u16 = 0x2F02;
    pub const TOKEN_INFORMATION: u16 = 0x2F03;
}

/// First bytes of the identifiers of what belongs to a key or an object.
pub(super) mod prefix {
    pub const KEY_DESCRIPTION: u8 = 0xC4;
    pub const KEY: u8 = 0xCC;
    pub const PROTECTED_DATA: u8 = 0xCD;
    pub const CERTIFICATE: u8 = 0xCE;
    /// From here to there: what is listed.
    pub const LISTED: std::ops::RangeInclusive<u8> = 0xC4..=0xCF;
}

/// In the data: offset, and what is written.
const OFFSET: u32 = 0x54;
const DATA: u32 = 0x53;
/// Room for one file.
const LONGEST: usize = 0x4000;

pub(super) fn of(prefix: u8, number: u8) -> u16 {
    u16::from_be_bytes([prefix, number])
}

impl ScHsmCard {
    pub(super) fn select_file(&mut self, command: &Command) -> Reply {
        let [high, low] = command.data[..] else {
            return Err(sw::NOT_FOUND);
        };
        let wanted = u16::from_be_bytes([high, low]);
        let (size, kind) = match (self.files.get(&wanted), self.is_key(wanted)) {
            (Some(bytes), _) if high == prefix::KEY_DESCRIPTION => (bytes.len(), 0x08),
            (Some(bytes), _) => (bytes.len(), 0x01),
            (None, true) => (0, 0x08),
            (None, false) => return Err(sw::NOT_FOUND),
        };
        self.session.file = Some(wanted);
        let parts = [
            tlv::element(0x81, &(size as u16).to_be_bytes()),
            tlv::element(0x82, &[kind]),
            tlv::element(0x83, &[high, low]),
            tlv::element(0x8A, &[0x05]),
        ];
        Ok(tlv::element(0x62, &parts.concat()))
    }

    pub(super) fn read_binary(&mut self, command: &Command) -> Reply {
        let wanted = self.meant(command)?;
        let (offset, rest) = offset_of(&command.data)?;
        if !rest.is_empty() {
            return Err(sw::BAD_DATA);
        }
        if self.is_key(wanted) {
            return Err(sw::SECURITY_STATUS);
        }
        let file = self.files.get(&wanted).ok_or(sw::NOT_FOUND)?;
        if wanted.to_be_bytes()[0] == prefix::PROTECTED_DATA && !self.session.user {
            return Err(sw::SECURITY_STATUS);
        }
        let rest = file.get(offset..).ok_or(sw::OFFSET)?;
        let most = match command.ne {
            Some(ne) if !self.product.more_when_reading => ne,
            _ => rest.len(),
        };
        self.session.file = Some(wanted);
        Ok(rest.get(..most).unwrap_or(rest).to_vec())
    }

    /// With an identifier it makes the file and selects it; without, the selected one is
    /// written to.
    pub(super) fn update_binary(&mut self, command: &Command) -> Reply {
        if !self.session.user {
            return Err(sw::SECURITY_STATUS);
        }
        let wanted = self.meant(command)?;
        let (offset, rest) = offset_of(&command.data)?;
        let Some((DATA, data, [])) = tlv::read(rest) else {
            return Err(sw::BAD_DATA);
        };
        if self.is_key(wanted) {
            return Err(sw::SECURITY_STATUS);
        }
        if command.p1p2() == 0 && !self.files.contains_key(&wanted) {
            return Err(sw::NOT_FOUND);
        }
        let file = self.files.entry(wanted).or_default();
        self.session.file = Some(wanted);
        if offset > file.len() || offset + data.len() > LONGEST {
            return Err(sw::OFFSET);
        }
        file.truncate(offset);
        file.extend_from_slice(data);
        Ok(Vec::new())
    }

    pub(super) fn delete(&mut self, command: &Command) -> Reply {
        if !self.session.user {
            return Err(sw::SECURITY_STATUS);
        }
        if command.p1p2() != 0x0200 {
            return Err(sw::WRONG_P1P2);
        }
        let [high, low] = command.data[..] else {
            return Err(sw::WRONG_LENGTH);
        };
        let wanted = u16::from_be_bytes([high, low]);
        let key = high == prefix::KEY && self.keys.remove(&low).is_some();
        if !key && self.files.remove(&wanted).is_none() {
            return Err(sw::NOT_FOUND);
        }
        Ok(Vec::new())
    }

    /// Two bytes each.
    pub(super) fn enumerate(&self) -> Vec<u8> {
        let keys = self.keys.keys().map(|number| of(prefix::KEY, *number));
        // OpenSC takes the first number that is not in the list, and the keys that it
        // makes begin with 1.
        let device = Some(of(prefix::KEY, 0));
        let certificates = self.product.lists_certificates;
        let files = self.files.keys().copied().filter(|file| {
            let [first, _] = file.to_be_bytes();
            prefix::LISTED.contains(&first) && (certificates || first != prefix::CERTIFICATE)
        });
        let mut all: Vec<u16> = files.chain(keys).chain(device).collect();
        all.sort_unstable();
        all.into_iter().flat_map(u16::to_be_bytes).collect()
    }

    fn is_key(&self, file: u16) -> bool {
        match file.to_be_bytes() {
            [prefix::KEY, 0x00] => true,
            [prefix::KEY, number] => self.keys.contains_key(&number),
            _ => false,
        }
    }

    fn meant(&self, command: &Command) -> Result<u16, u16> {
        match command.p1p2() {
            0 => self.session.file.ok_or(sw::NO_FILE),
            file => Ok(file),
        }
    }
}

fn offset_of(data: &[u8]) -> Result<(usize, &[u8]), u16> {
    let Some((OFFSET, [high, low], rest)) = tlv::read(data) else {
        return Err(sw::BAD_DATA);
    };
    Ok((usize::from(u16::from_be_bytes([*high, *low])), rest))
}
