//! SELECT (ISO 7816-4, 11.2.2), and how long a file is (7.4.3).

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

use super::MASTER_FILE;

/// P2 of a SELECT whose answer has no data.
const NOTHING_BACK: u8 = 0x0C;

/// P1 and Lc do not agree.
const WRONG_P1_LC: StatusWord = StatusWord(0x6A87);

/// How a file is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selecting {
    /// By its path from the root, in one command.
    Path {
        /// P2 for a directory: whether its control parameters come back.
        directory: u8,
    },
    /// As [`Selecting::Path`], unless the card does not know that: then in steps.
    Either,
    /// One identifier after the other, from the root.
    InSteps(Steps),
}

/// How one identifier after the other is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// P1 and P2 for directories.
    pub directory: [u8; 2],
    /// P1 and P2 for the file.
    pub file: [u8; 2],
    /// How much is asked for where P2 has something come back.
    pub answer: Answer,
}

impl Steps {
    /// The simplest ones: any card that has files knows them.
    pub const PLAIN: Self = Self {
        directory: [0x00, 0x00],
        file: [0x00, 0x00],
        answer: Answer::Short,
    };
}

/// SELECT; what its answer tells of the file's length.
pub(super) fn send_select(
    card: &mut Channel<'_>,
    during: &'static str,
    [p1, p2]: [u8; 2],
    identifiers: &[u8],
    answer: Answer,
) -> Result<Option<usize>, CardError> {
    *card.environment() = None;
    let command = Command::new([0x00, 0xA4, p1, p2]).data(identifiers);
    let command = match p2 & 0x0C {
        0x0C => command,
        _ => command.answer(answer),
    };
    Ok(size(&card.require(during, &command)?))
}

/// Selects the root; without its control parameters where a card does not give them.
pub fn select_root(
    card: &mut Channel<'_>,
    during: &'static str,
    p2: u8,
    answer: Answer,
) -> Result<Option<usize>, CardError> {
    match send_select(card, during, [0x00, p2], &MASTER_FILE, answer) {
        Err(CardError::Refused { .. }) if p2 != NOTHING_BACK => {
            send_select(card, during, [0x00, NOTHING_BACK], &MASTER_FILE, answer)
        }
        other => other,
    }
}

/// One identifier after the other, from the directory that is open.
pub(super) fn step(
    card: &mut Channel<'_>,
    during: &'static str,
    steps: Steps,
    path: &[u8],
    is_directory: bool,
) -> Result<Option<usize>, CardError> {
    let mut size = None;
    let last = path.len().saturating_sub(2);
    for (at, identifier) in path.chunks(2).enumerate() {
        let kind = match 2 * at == last && !is_directory {
            true => steps.file,
            false => steps.directory,
        };
        size = send_select(card, during, kind, identifier, steps.answer)?;
    }
    Ok(size)
}

/// Whether a card that says so may know another way to select.
pub(super) fn does_not_know(sw: StatusWord) -> bool {
    matches!(
        sw,
        StatusWord::WRONG_P1P2 | StatusWord::FUNCTION | WRONG_P1_LC
    )
}

/// The length of a file, from its control parameters (ISO 7816-4, 7.4.3), with their template
/// or without. Nothing else is looked at, and a wrong one only ends reading.
fn size(answer: &[u8]) -> Option<usize> {
    let mut content = answer;
    while let Ok((object, _)) = tlv::first(content) {
        match object.tag {
            0x62 | 0x64 | 0x6F => content = object.value,
            _ => break,
        }
    }
    let told = [0x80, 0x81, 0xC5].into_iter().find_map(|tag| {
        let told = tlv::find(content, tag).ok().flatten()?;
        let told = told.iter().try_fold(0u32, |sum, byte| {
            Some(sum.checked_mul(0x100)? | u32::from(*byte))
        });
        usize::try_from(told?).ok()
    });
    told.filter(|told| *told > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the cards of the sheets answer.
    #[test]
    fn a_length_is_found_in_any_template() {
        let cases: [(&[u8], Option<usize>); 7] = [
            (b"\x6F\x15\x81\x02\x01\0\x82\x01\x01\x83\x02\x44\x01\x86\x04\xFF\x90\x90\x90\x8A\x02\0\0", Some(0x0100)),
            (b"\x6F\x07\x80\x02\x05\xFA\x82\x01\x01", Some(0x05FA)),
            (b"\x62\x0E\x80\x02\x02\xB8\x82\x01\x41\x83\x02\x43\x31\x8A\x01\x05", Some(0x02B8)),
            (b"\x6F\x06\x62\x04\x80\x02\0\x10", Some(0x10)),
            (b"\x62\x04\xC5\x02\0\x20", Some(0x20)),
            (b"\x62\x04\x80\x02\0\0", None),
            (b"", None),
        ];
        for (answer, expected) in cases {
            assert_eq!(size(answer), expected, "{answer:02X?}");
        }
    }
}
