//! Elementary files (§2, §3).

use securesign_card::apdu::{Answer, Command, SHORT_ANSWER_MAX};
use securesign_card::certificate;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, malformed};
use securesign_card::profile::unless_refused;
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

use crate::kept;

/// Which files there are.
pub const INDEX: u16 = 0x0101;
/// Sixteen bytes that are the card's own.
pub const CARD_ID: u16 = 0x0201;
/// The map of containers.
pub const CONTAINERS: u16 = 0x0204;
/// Which key belongs to which container, on models that have it.
pub const KEYS: u16 = 0x0005;

/// Longest file that is read.
const MAX: usize = certificate::MAX + 0x1000;

/// A file that comes in shorter parts than this is not read to its end: a card that drips
/// a byte at a time would hold the reader for minutes.
const LEAST_CHUNK: usize = 0x40;

/// SELECT by path from the root (ISO 7816-4, 11.2.2); the file's length.
pub fn select(card: &mut Channel<'_>, during: &'static str, file: u16) -> Result<usize, CardError> {
    let path = file.to_be_bytes();
    let command = Command::new([0x00, 0xA4, 0x08, 0x00])
        .data(&path)
        .answer(Answer::Short);
    let answer = card.require(during, &command)?;
    let information = tlv::expect(&answer, 0x6F).map_err(malformed(during))?;
    for tag in [0x80, 0x81] {
        if let Some([high, low]) = tlv::find(information, tag).map_err(malformed(during))? {
            return Ok(usize::from(u16::from_be_bytes([*high, *low])));
        }
    }
    let at = answer.len();
    Err(CardError::Malformed { during, at })
}

/// Selects a file and reads its first `most` bytes, or all that it has.
pub fn read(
    card: &mut Channel<'_>,
    during: &'static str,
    file: u16,
    most: usize,
) -> Result<Vec<u8>, CardError> {
    let len = select(card, during, file)?.min(most).min(MAX);
    read_selected(card, during, len, |_| false).map(Option::unwrap_or_default)
}

/// As [`read`], the whole file of a certificate; `None` where its first bytes say that it is not
/// wanted. Where the file still ends as what was `kept` of it, no more than its end is read.
pub fn read_certificate(
    card: &mut Channel<'_>,
    file: u16,
    kept: Option<&[u8]>,
    unwanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, CardError> {
    let during = "read a certificate";
    let len = select(card, during, file)?;
    if let Some(kept) = kept.filter(|kept| kept.len() == len)
        && let Some((at, end)) = kept::end(kept, SHORT_ANSWER_MAX)
        && unless_refused(read_binary(card, during, at, end.len()))?.is_some_and(|it| it == end)
    {
        return Ok(Some(kept.to_vec()));
    }
    read_selected(card, during, len.min(MAX), unwanted)
}

/// Reads the file that is selected, `len` bytes of it.
fn read_selected(
    card: &mut Channel<'_>,
    during: &'static str,
    len: usize,
    unwanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, CardError> {
    let mut bytes = Vec::new();
    let mut chunks = 0;
    while bytes.len() < len {
        let left = len - bytes.len();
        let chunk = read_binary(card, during, bytes.len(), left.min(SHORT_ANSWER_MAX))?;
        chunks += 1;
        if chunks > 1 + len.div_ceil(LEAST_CHUNK) || chunk.len() > left {
            let at = bytes.len();
            return Err(CardError::Malformed { during, at });
        }
        if chunk.is_empty() {
            break;
        }
        let first = bytes.is_empty();
        bytes.extend_from_slice(&chunk);
        if first && bytes.len() < len && unwanted(&bytes) {
            return Ok(None);
        }
    }
    Ok(Some(bytes))
}

/// READ BINARY (ISO 7816-4, 11.3.3) of so many bytes: these cards refuse to read beyond the
/// end.
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
