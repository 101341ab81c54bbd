//! Commands on files: sheet §3, §7.2 and §8.3.

use super::file::{Content, File, MASTER};
use super::status::sw;
use super::system::Path;
use super::{Epass, LastChunk};
use crate::emulator::apdu::{Command, Reply};

/// P1 of SELECT.
const BY_IDENTIFIER: u8 = 0x00;
const BY_NAME: u8 = 0x04;
/// P2 of SELECT: no answer wanted.
const WITHOUT_INFORMATION: u8 = 0x0C;
/// Memory, in files; a token of 64 kB holds no more that matter.
const MOST_FILES: usize = 200;
const DEEPEST: usize = 8;
/// Low bits of an identifier that are its short form; none set means no short form.
const SHORT_IDENTIFIER: u16 = 0x1F;

/// Places in the access bytes.
mod right {
    pub const LIST: usize = 0;
    pub const READ: usize = 0;
    pub const CREATE: usize = 1;
    pub const UPDATE: usize = 1;
    pub const APPEND: usize = 2;
    pub const DELETE: usize = 3;
}

impl Epass {
    pub(super) fn select(&mut self, command: &Command) -> Reply {
        if command.ne.is_none() && self.habits.select_needs_length {
            return Err(sw::BAD_DATA);
        }
        let path = match (command.p1, &command.data[..]) {
            (BY_IDENTIFIER, []) => vec![MASTER],
            (BY_IDENTIFIER, [high, low]) => self
                .path_of(u16::from_be_bytes([*high, *low]))
                .ok_or(sw::FILE_NOT_FOUND)?,
            (BY_IDENTIFIER, _) => return Err(sw::BAD_DATA),
            (BY_NAME, name) => self.files.named(name).ok_or(sw::FILE_NOT_FOUND)?.clone(),
            _ => return Err(sw::WRONG_P1P2),
        };
        let file = self.files.at(&path).ok_or(sw::FILE_NOT_FOUND)?;
        if !file.is_selectable() {
            return Err(sw::FILE_NOT_FOUND);
        }
        let information = match command.p2 & WITHOUT_INFORMATION {
            WITHOUT_INFORMATION => Vec::new(),
            _ => file.information(),
        };
        if matches!(file.content, Content::Directory(_)) {
            if self.dialogue.directory != path {
                self.dialogue.environment = None;
            }
            self.dialogue.directory = path;
            self.dialogue.file = None;
        } else {
            self.dialogue.file = Some(path);
        }
        Ok(information)
    }

    pub(super) fn read_binary(&mut self, command: &Command) -> Reply {
        let offset = usize::from(command.p1p2());
        self.check_current(right::READ)?;
        let Content::Transparent(data) = &self.current()?.content else {
            return Err(sw::NO_CURRENT_FILE);
        };
        let rest = data.get(offset..).unwrap_or_default();
        if rest.is_empty() {
            return Err(sw::PAST_END);
        }
        let asked = command.ne.ok_or(sw::WRONG_LENGTH)?;
        match rest.get(..asked) {
            Some(part) => Ok(part.to_vec()),
            // "As much as there is".
            None if asked == 0x100 || asked == 0x1_0000 => Ok(rest.to_vec()),
            None if self.habits.last_chunk == LastChunk::Shortened => Ok(rest.to_vec()),
            None => match u8::try_from(rest.len()) {
                Ok(length) => Err(sw::EXACT_LENGTH | u16::from(length)),
                Err(_) => Err(sw::WRONG_LENGTH),
            },
        }
    }

    pub(super) fn update_binary(&mut self, command: &Command) -> Reply {
        let offset = usize::from(command.p1p2());
        self.check_current(right::UPDATE)?;
        let Content::Transparent(data) = &mut self.current_mut()?.content else {
            return Err(sw::NO_CURRENT_FILE);
        };
        let rest = data.get_mut(offset..).ok_or(sw::PAST_END)?;
        let place = rest.get_mut(..command.data.len()).ok_or(sw::NO_MEMORY)?;
        place.copy_from_slice(&command.data);
        Ok(Vec::new())
    }

    pub(super) fn read_record(&mut self, command: &Command) -> Reply {
        self.check_current(right::READ)?;
        let Content::Records(records) = &self.current()?.content else {
            return Err(sw::NO_CURRENT_FILE);
        };
        let at = usize::from(command.p1).checked_sub(1);
        let record = at.and_then(|at| records.get(at));
        record.cloned().ok_or(sw::RECORD_NOT_FOUND)
    }

    pub(super) fn update_record(&mut self, command: &Command) -> Reply {
        self.check_current(right::UPDATE)?;
        let file = self.current_mut()?;
        let longest = file.record_length();
        let Content::Records(records) = &mut file.content else {
            return Err(sw::NO_CURRENT_FILE);
        };
        let at = usize::from(command.p1).checked_sub(1);
        let record = at.and_then(|at| records.get_mut(at));
        let record = record.ok_or(sw::RECORD_NOT_FOUND)?;
        if command.data.len() > longest {
            return Err(sw::WRONG_LENGTH);
        }
        record.clone_from(&command.data);
        Ok(Vec::new())
    }

    pub(super) fn append_record(&mut self, command: &Command) -> Reply {
        self.check_current(right::APPEND)?;
        let file = self.current_mut()?;
        let longest = file.record_length();
        let Content::Records(records) = &mut file.content else {
            return Err(sw::NO_CURRENT_FILE);
        };
        if command.data.len() > longest {
            return Err(sw::WRONG_LENGTH);
        }
        if records.len() >= usize::from(u8::MAX) - 1 {
            return Err(sw::NO_MEMORY);
        }
        records.push(command.data.clone());
        Ok(Vec::new())
    }

    pub(super) fn create(&mut self, command: &Command) -> Reply {
        let file = File::parse(&command.data).ok_or(sw::BAD_DATA)?;
        let is_key = matches!(
            file.content,
            Content::PrivateKey { kind, .. } | Content::PublicKey { kind, .. }
                if kind == super::file::Kind::Ec
        );
        if is_key && !self.habits.ec {
            return Err(sw::BAD_DATA);
        }
        if !self.files.has_master() {
            if file.identifier != MASTER || !matches!(file.content, Content::Directory(_)) {
                return Err(sw::FILE_NOT_FOUND);
            }
            let path = self.files.insert(&[], file);
            self.dialogue.created.push(path.clone());
            self.dialogue.directory = path;
            return Ok(Vec::new());
        }
        let directory = self.dialogue.directory.clone();
        let parent = self.files.at(&directory).ok_or(sw::FILE_NOT_FOUND)?;
        if !self.is_open(&directory) && !self.allows(parent.access[right::CREATE]) {
            return Err(sw::SECURITY_STATUS);
        }
        if self.files.count() >= MOST_FILES || directory.len() >= DEEPEST {
            return Err(sw::NO_MEMORY);
        }
        let short = |identifier| identifier & SHORT_IDENTIFIER;
        let collides = |other: &File| {
            other.identifier == file.identifier
                || self.habits.unique_short_identifiers
                    && (other.is_plain() && file.is_plain())
                    && short(file.identifier) != 0
                    && short(other.identifier) == short(file.identifier)
        };
        if file.identifier == MASTER || self.files.children(&directory).any(collides) {
            return Err(sw::FILE_EXISTS);
        }
        if !file.name.is_empty() && self.files.named(&file.name).is_some() {
            return Err(sw::NAME_EXISTS);
        }
        let is_directory = matches!(file.content, Content::Directory(_));
        let path = self.files.insert(&directory, file);
        // OpenSC goes on creating inside a directory that it has just created.
        if is_directory {
            self.dialogue.created.push(path.clone());
            self.dialogue.directory = path;
            self.dialogue.file = None;
        }
        Ok(Vec::new())
    }

    pub(super) fn delete(&mut self, command: &Command) -> Reply {
        let [high, low] = command.data[..] else {
            return Err(sw::WRONG_LENGTH);
        };
        let path = self
            .path_of(u16::from_be_bytes([high, low]))
            .ok_or(sw::FILE_NOT_FOUND)?;
        let file = self.files.at(&path).ok_or(sw::FILE_NOT_FOUND)?;
        if !self.allows(file.access[right::DELETE]) {
            return Err(sw::SECURITY_STATUS);
        }
        self.files.remove(&path);
        let dialogue = &mut self.dialogue;
        dialogue.created.retain(|other| !other.starts_with(&path));
        if dialogue.file.as_ref().is_some_and(|f| f.starts_with(&path)) {
            dialogue.file = None;
        }
        if dialogue.directory.starts_with(&path) {
            dialogue.directory = match path.split_last() {
                Some((_, parent)) if !parent.is_empty() => parent.to_vec(),
                _ => vec![MASTER],
            };
        }
        Ok(Vec::new())
    }

    pub(super) fn list(&mut self) -> Reply {
        let directory = &self.dialogue.directory;
        let access = self.files.at(directory).ok_or(sw::FILE_NOT_FOUND)?.access;
        if !self.allows(access[right::LIST]) {
            return Err(sw::SECURITY_STATUS);
        }
        let children = self.files.children(directory);
        Ok(children.flat_map(|f| f.identifier.to_be_bytes()).collect())
    }

    /// From here: the master file, a child of the current directory, or itself.
    pub(super) fn path_of(&self, identifier: u16) -> Option<Path> {
        let directory = &self.dialogue.directory;
        let child = [&directory[..], &[identifier]].concat();
        if identifier == MASTER {
            self.files.has_master().then(|| vec![MASTER])
        } else if self.files.at(&child).is_some() {
            Some(child)
        } else if directory.last() == Some(&identifier) {
            Some(directory.clone())
        } else {
            None
        }
    }

    fn current(&self) -> Result<&File, u16> {
        let path = self.dialogue.file.as_ref().ok_or(sw::NO_CURRENT_FILE)?;
        self.files.at(path).ok_or(sw::NO_CURRENT_FILE)
    }

    fn current_mut(&mut self) -> Result<&mut File, u16> {
        let path = self.dialogue.file.as_ref().ok_or(sw::NO_CURRENT_FILE)?;
        self.files.at_mut(path).ok_or(sw::NO_CURRENT_FILE)
    }

    fn check_current(&self, right: usize) -> Result<(), u16> {
        if self.allows(self.current()?.access[right]) {
            return Ok(());
        }
        Err(sw::SECURITY_STATUS)
    }
}
