//! Files: a card of this family selects a child, the root or the parent, and nothing else.

use securesign_card::apdu::{Answer, Command, SHORT_ANSWER_MAX};
use securesign_card::certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

const ROOT: u16 = 0x3F00;

/// The directory that AWP Manager makes.
pub const AWP: u16 = 0x5011;

/// Longest file that is read.
const MAX: usize = certificate::MAX + 0x1000;

/// Where one is, from the root.
pub type Path = [u16];

/// The directory that is open, as its path from the root; nothing: not known.
#[derive(Debug, Default)]
pub struct Files {
    at: Option<Vec<u16>>,
}

impl Files {
    /// What is open by now is not known.
    pub fn forget(&mut self) {
        self.at = None;
    }

    /// Opens a directory, over the parents of the one that is open.
    fn enter(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        directory: &Path,
    ) -> Result<(), CardError> {
        let mut at = match self.at.take() {
            Some(at) => at,
            None => {
                select(card, during, ROOT)?;
                Vec::new()
            }
        };
        while !directory.starts_with(&at) {
            let command = Command::new([0x00, 0xA4, 0x03, 0x00]);
            card.require(during, &command.answer(Answer::Short))?;
            at.pop();
        }
        for child in &directory[at.len()..] {
            select(card, during, *child)?;
            at.push(*child);
        }
        self.at = Some(at);
        Ok(())
    }

    /// Selects a file; what the card says of it.
    pub fn select(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        path: &Path,
    ) -> Result<Vec<u8>, CardError> {
        let Some((file, directory)) = path.split_last() else {
            return select(card, during, ROOT);
        };
        self.enter(card, during, directory)?;
        select(card, during, *file)
    }

    /// Reads a file; `None` where its first bytes say that it is not wanted.
    pub fn read_unless(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        path: &Path,
        unwanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, CardError> {
        let information = self.select(card, during, path)?;
        let len = length(&information).ok_or(CardError::Malformed { during, at: 0 })?;
        let len = len.min(MAX);
        let mut bytes = Vec::new();
        while bytes.len() < len {
            let left = (len - bytes.len()).min(SHORT_ANSWER_MAX);
            let chunk = read_binary(card, during, bytes.len(), left)?;
            // A card that drips a byte at a time would hold the reader for minutes.
            let is_whole = chunk.len() == left;
            bytes.extend_from_slice(&chunk);
            if !is_whole {
                break;
            }
            if bytes.len() < len && unwanted(&bytes) {
                return Ok(None);
            }
        }
        Ok(Some(bytes))
    }

    /// The first records of a file (READ RECORD, ISO 7816-4, 11.4.3), `most` at the most.
    pub fn records(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
        path: &Path,
        most: u8,
    ) -> Result<Vec<Vec<u8>>, CardError> {
        let information = self.select(card, during, path)?;
        let mut records = Vec::new();
        for number in 1..=count(&information).unwrap_or(most).min(most) {
            let command = Command::new([0x00, 0xB2, number, 0x04]);
            let response = card.send(during, &command.answer(Answer::Short))?;
            match response.sw {
                StatusWord::OK | StatusWord::END => records.push(response.data),
                // Behind the last one; what was read before it counts in any case.
                StatusWord::NO_RECORD => break,
                sw if records.is_empty() => return Err(CardError::Refused { during, sw }),
                _ => break,
            }
        }
        Ok(records)
    }
}

/// SELECT by identifier (ISO 7816-4, 11.2.2); control information comes back.
fn select(card: &mut Channel<'_>, during: &'static str, file: u16) -> Result<Vec<u8>, CardError> {
    *card.environment() = None;
    let identifier = file.to_be_bytes();
    let command = Command::new([0x00, 0xA4, 0x00, 0x00]).data(&identifier);
    card.require(during, &command.answer(Answer::Short))
}

/// What the control information has under this tag. Read one by one: its own length may be
/// a byte short.
fn told(information: &[u8], tag: u32) -> Option<&[u8]> {
    let (template, _) = tlv::first(information).ok()?;
    let mut rest = template.value;
    loop {
        let (object, next) = tlv::first(rest).ok()?;
        if object.tag == tag {
            return Some(object.value);
        }
        rest = next;
    }
}

fn length(information: &[u8]) -> Option<usize> {
    match told(information, 0x80)? {
        [high, low] => Some(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

/// How many records there are by now.
fn count(information: &[u8]) -> Option<u8> {
    match told(information, 0x82)? {
        [0x04, _, _, _, count] => Some(*count),
        _ => None,
    }
}

/// READ BINARY (ISO 7816-4, 11.3.3) of so many bytes.
fn read_binary(
    card: &mut Channel<'_>,
    during: &'static str,
    offset: usize,
    len: usize,
) -> Result<Vec<u8>, CardError> {
    // Bit 8 of P1 would make it a short file identifier. MAX is below that.
    let [high, low] = (offset as u16).to_be_bytes();
    let command = Command::new([0x00, 0xB0, high, low]).answer(Answer::Exact(len as u16));
    let response = card.send(during, &command)?;
    match response.sw {
        StatusWord::OK | StatusWord::END => Ok(response.data),
        sw => Err(CardError::Refused { during, sw }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the sheet; the first one is a byte short.
    #[test]
    fn the_control_information_tells_length_and_records() {
        let file = b"\x6F\x15\x82\x02\x01\x01\x83\x02\x10\0\x80\x02\0\x24\x86\x08\0\0\0\0\0\0\0\0";
        assert_eq!((length(&file[..]), count(&file[..])), (Some(0x24), None));
        let list = b"\x6F\x1C\x80\x01\x14\x82\x05\x04\x01\0\x8D\x01\x83\x02\x30\0\x85\x02\0\x14\
            \x86\x08\0\0\0\0\0\0\0\0";
        assert_eq!((length(&list[..]), count(&list[..])), (None, Some(1)));
        assert_eq!((length(&[]), count(&[0x6F, 0x00])), (None, None));
    }
}
