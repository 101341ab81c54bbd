//! Files: ISO/IEC 7816-4:2013 §7.1 to §7.3, 7816-9.

use super::dialect::{Condition, Right};
use super::{END_OF_FILE, EXISTS, Pkcs15Card};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::files::{Content, File, Path, identifiers};
use crate::emulator::tlv;

/// P1 of a command that names its file by a short identifier.
const SHORT: u8 = 0x80;
const NOT_TRANSPARENT: u16 = 0x6981;
const NO_FILE: u16 = 0x6986;
const BEHIND_THE_END: u16 = 0x6B00;
const NO_RECORD: u16 = 0x6A83;
/// Offset data object, and the one around what is read (ISO/IEC 7816-4:2013 §7.2.3).
const OFFSET: u32 = 0x54;
const DISCRETIONARY: u32 = 0x53;

impl Pkcs15Card {
    /// SELECT.
    pub(super) fn select(&mut self, command: &Command) -> Reply {
        let path = self
            .files
            .find(&self.session.current, command.p1, &command.data)?;
        self.enter(path, command.p2)
    }

    /// Makes a file the current one and tells of it.
    pub(super) fn enter(&mut self, path: Path, p2: u8) -> Reply {
        let file = self.files.at(&path).ok_or(sw::NOT_FOUND)?;
        let told = self.dialect.habits.information(self, file, p2)?;
        self.session.current = path;
        self.forget_local();
        Ok(told)
    }

    /// READ BINARY, even instruction.
    pub(super) fn read_binary(&mut self, command: &Command) -> Reply {
        let offset = if command.p1 & SHORT != 0 {
            self.enter_short(command.p1 & 0x1F)?;
            usize::from(command.p2)
        } else {
            usize::from(command.p1p2())
        };
        self.read(offset, command.ne.unwrap_or(0))
    }

    /// READ BINARY, odd instruction: the offset is a data object.
    pub(super) fn read_binary_odd(&mut self, command: &Command) -> Reply {
        let Some((OFFSET, offset, [])) = tlv::read(&command.data) else {
            return Err(sw::BAD_DATA);
        };
        if offset.len() > 3 {
            return Err(sw::BAD_DATA);
        }
        let offset = offset
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let room = command.ne.unwrap_or(0).saturating_sub(4);
        let data = self.read(offset, room)?;
        Ok(tlv::element(DISCRETIONARY, &data))
    }

    pub(super) fn read(&mut self, offset: usize, most: usize) -> Reply {
        let reading = self.dialect.reading;
        let file = self.current()?;
        let Content::Transparent(content) = &file.content else {
            return Err(match file.is_directory() {
                true => reading.no_file,
                false => NOT_TRANSPARENT,
            });
        };
        self.allows(file, Right::Read)?;
        let rest = content.get(offset..).unwrap_or_default();
        if rest.is_empty() {
            return Err(reading.behind);
        }
        let data = rest[..rest.len().min(most).min(reading.most)].to_vec();
        if reading.warns && most > rest.len() {
            self.session.warning = Some(END_OF_FILE);
        }
        Ok(data)
    }

    /// READ RECORD, by its number alone.
    pub(super) fn read_record(&mut self, command: &Command) -> Reply {
        if command.p2 & 0x07 != 0x04 {
            return Err(sw::WRONG_P1P2);
        }
        if command.p2 >> 3 != 0 {
            self.enter_short(command.p2 >> 3)?;
        }
        let file = self.current()?;
        let Content::Records(records) = &file.content else {
            return Err(NOT_TRANSPARENT);
        };
        self.allows(file, Right::Read)?;
        let at = usize::from(command.p1).checked_sub(1).ok_or(NO_RECORD)?;
        records.get(at).cloned().ok_or(NO_RECORD)
    }

    /// UPDATE BINARY.
    pub(super) fn update_binary(&mut self, command: &Command) -> Reply {
        if command.p1 & SHORT != 0 {
            return Err(sw::WRONG_P1P2);
        }
        let file = self.current()?;
        self.allows(file, Right::Update)?;
        let path = self.session.current.clone();
        let file = self.files.at_mut(&path).ok_or(NO_FILE)?;
        let Content::Transparent(content) = &mut file.content else {
            return Err(NOT_TRANSPARENT);
        };
        let from = usize::from(command.p1p2());
        let to = content
            .get_mut(from..from + command.data.len())
            .ok_or(BEHIND_THE_END)?;
        to.copy_from_slice(&command.data);
        self.changes = self.changes.wrapping_add(1);
        Ok(Vec::new())
    }

    /// CREATE FILE in the current directory; the file becomes the current one.
    pub(super) fn create(&mut self, data: &[u8]) -> Reply {
        let blank = self.dialect.reading.blank;
        let (identifier, file) = File::parse(data, blank).ok_or(sw::BAD_DATA)?;
        let directory = self.files.directory(&self.session.current);
        let parent = self.files.at(&directory).ok_or(NO_FILE)?;
        self.allows(parent, Right::Create)?;
        let path = [&directory[..], &[identifier]].concat();
        if self.files.at(&path).is_some() {
            return Err(EXISTS);
        }
        self.files.insert(path.clone(), file);
        self.session.current = path;
        self.changes = self.changes.wrapping_add(1);
        Ok(Vec::new())
    }

    /// Removes a file; its directory becomes the current one.
    pub(super) fn delete(&mut self, path: &[u16]) -> Reply {
        let file = self.files.at(path).ok_or(sw::NOT_FOUND)?;
        let (_, parent) = path.split_last().ok_or(NO_FILE)?;
        self.allows(file, Right::Delete)?;
        if let Some(parent) = self.files.at(parent) {
            self.allows(parent, Right::DeleteChild)?;
        }
        self.session.current = parent.to_vec();
        self.files.remove(path);
        self.changes = self.changes.wrapping_add(1);
        Ok(Vec::new())
    }

    /// The file of this identifier in the current directory.
    pub(super) fn here(&self, data: &[u8]) -> Result<Path, u16> {
        let [identifier] = identifiers(data)?[..] else {
            return Err(sw::BAD_DATA);
        };
        let directory = self.files.directory(&self.session.current);
        Ok([&directory[..], &[identifier]].concat())
    }

    /// The current file.
    pub(super) fn current(&self) -> Result<&File, u16> {
        self.files.at(&self.session.current).ok_or(NO_FILE)
    }

    /// Whether the access condition is met.
    pub(super) fn allows(&self, file: &File, right: Right) -> Result<(), u16> {
        match self.dialect.habits.condition(self, file, right) {
            Condition::Free => Ok(()),
            Condition::Pin(number) if self.session.verified.contains(&number) => Ok(()),
            _ => Err(sw::SECURITY_STATUS),
        }
    }

    fn enter_short(&mut self, number: u8) -> Result<(), u16> {
        if !self.dialect.reading.short_identifiers {
            return Err(sw::WRONG_P1P2);
        }
        let directory = self.files.directory(&self.session.current);
        let path = self.files.short(&directory, number).ok_or(sw::NOT_FOUND)?;
        self.session.current = path;
        Ok(())
    }
}
