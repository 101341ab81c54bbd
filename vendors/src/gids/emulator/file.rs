//! SELECT, CREATE, ACTIVATE and DELETE FILE.

use std::collections::BTreeMap;

use super::GidsCard;
use super::data::{APPLICATION, Access, Container};
use super::key::{ADMIN_FILE, KeyFile, key_files};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::tlv;

/// File control parameters: kind, identifier, access rules.
const PARAMETERS: u32 = 0x62;
const KIND: u32 = 0x82;
const IDENTIFIER: u32 = 0x83;
const RULES: u32 = 0x8C;
/// Kinds: data objects, keys.
const OBJECTS: u8 = 0x39;
const KEY: u8 = 0x18;
const DIRECTORY: u8 = 0x38;

impl GidsCard {
    pub(super) fn select_file(&mut self, command: &Command) -> Reply {
        let [high, low] = command.data[..] else {
            return Err(sw::NOT_FOUND);
        };
        let wanted = u16::from_be_bytes([high, low]);
        let kind = match wanted {
            APPLICATION => DIRECTORY,
            ADMIN_FILE if self.admin_key.is_some() => KEY,
            file if self.containers.contains_key(&file) => OBJECTS,
            file if self.keys.contains_key(&file) => KEY,
            _ => return Err(sw::NOT_FOUND),
        };
        self.session.file = Some(wanted);
        if command.p2 == 0x0C {
            return Ok(Vec::new());
        }
        let parts = [
            tlv::element(KIND, &[kind]),
            tlv::element(IDENTIFIER, &[high, low]),
        ];
        Ok(tlv::element(PARAMETERS, &parts.concat()))
    }

    pub(super) fn create_file(&mut self, command: &Command) -> Reply {
        self.allowed(Access::Either)?;
        let Some((PARAMETERS, parts, [])) = tlv::read(&command.data) else {
            return Err(sw::BAD_DATA);
        };
        let parts = tlv::read_all(parts).ok_or(sw::BAD_DATA)?;
        let part = |tag: u32| {
            let part = parts.iter().find(|(of, _)| *of == tag);
            part.map(|(_, value)| *value).ok_or(sw::BAD_DATA)
        };
        let (KIND, [kind], [high, low]) = (KIND, part(KIND)?, part(IDENTIFIER)?) else {
            return Err(sw::BAD_DATA);
        };
        let file = u16::from_be_bytes([*high, *low]);
        let known = self.containers.contains_key(&file) || self.keys.contains_key(&file);
        if known || file == APPLICATION {
            return Err(sw::EXISTS);
        }
        // The access mode byte, then the conditions: getting is the last one.
        let [_, conditions @ ..] = part(RULES)? else {
            return Err(sw::BAD_DATA);
        };
        let mut conditions = conditions.iter().rev().map(|byte| Access::of(*byte));
        let get = conditions.next().unwrap_or(Access::Never);
        let put = conditions.next().unwrap_or(Access::Never);
        match *kind {
            OBJECTS => {
                let container = Container {
                    get,
                    put,
                    objects: BTreeMap::new(),
                };
                self.containers.insert(file, container);
            }
            KEY if file == ADMIN_FILE => {}
            KEY if key_files().contains(&file) => {
                self.keys.insert(file, KeyFile { key: None });
            }
            _ => return Err(sw::BAD_DATA),
        }
        self.session.file = Some(file);
        Ok(Vec::new())
    }

    /// That of the application ends personalisation.
    pub(super) fn activate_file(&mut self, command: &Command) -> Reply {
        if command.p1p2() != 0 {
            return Err(sw::WRONG_P1P2);
        }
        match self.session.file {
            None => Err(sw::NO_FILE),
            Some(APPLICATION) if !self.operational => {
                self.operational = true;
                Ok(Vec::new())
            }
            Some(APPLICATION) => Err(sw::NO_FILE),
            Some(_) => Ok(Vec::new()),
        }
    }

    pub(super) fn delete_file(&mut self, command: &Command) -> Reply {
        if command.p1p2() != 0 {
            return Err(sw::WRONG_P1P2);
        }
        self.allowed(Access::User)?;
        let file = self.session.file.take().ok_or(sw::NO_FILE)?;
        match self.keys.remove(&file) {
            Some(_) => Ok(Vec::new()),
            None => Err(sw::SECURITY_STATUS),
        }
    }
}
