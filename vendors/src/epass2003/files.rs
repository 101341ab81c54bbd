//! Elementary files of the ePass2003 (sheet ePass2003, §3).

use securesign_card::apdu::{Answer, Command};
use securesign_card::certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::pkcs15;
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

use super::opened::Opened;

/// Longest file that is read.
const MAX: usize = certificate::MAX + 0x1000;

/// What one READ BINARY asks for. The first two fit into what these tokens say they can send
/// (2100 bytes) but were not tried on a real one: nearly every certificate comes in one piece
/// of the first. The third is as long as a signature, which every one of them sends; the last
/// is OpenSC's.
const PIECES: [u16; 4] = [0x0700, BEGINNING, 0x0100, 0x00D8];

/// The first piece of a file of which the beginning may be enough, and the longest as long as
/// no long answer has come: should the form be refused, it is not for the length.
const BEGINNING: u16 = 0x0200;

/// What fits into the 256 bytes of a short answer when it is wrapped.
const SHORT_PIECE: u16 = 0x00D8;

/// A file that comes in shorter pieces than this is not read to its end: a card that drips
/// a byte at a time would hold the reader for minutes.
const LEAST_PIECE: usize = 0x40;

/// SELECT by file identifier (ISO 7816-4, 11.2.2), from the directory that is
/// open; its length where the card tells it. With Le, since some chips refuse
/// it without.
pub fn select(
    card: &mut Channel<'_>,
    during: &'static str,
    file: u16,
) -> Result<Option<usize>, CardError> {
    *card.environment() = None;
    let identifier = file.to_be_bytes();
    let command = Command::new([0x00, 0xA4, 0x00, 0x00])
        .data(&identifier)
        .answer(Answer::Short);
    let answer = card.require(during, &command)?;
    // Nothing but the length is looked at, and a wrong one only ends reading.
    let information = tlv::expect(&answer, 0x6F).unwrap_or_default();
    let size = tlv::find(information, 0x80).ok().flatten();
    Ok(match size {
        Some([high, low]) => Some(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    })
}

/// Where a file is read no further than the bytes that are there by now are enough.
type Enough<'e> = &'e dyn Fn(&[u8]) -> bool;

/// Selects a file and reads it whole; `used`: not beyond that.
pub fn read(
    card: &mut Channel<'_>,
    app: &mut Opened,
    during: &'static str,
    file: u16,
    used: Option<usize>,
) -> Result<Vec<u8>, CardError> {
    read_as_far(card, app, during, file, used, None)
}

/// Selects a directory file of PKCS#15 and reads what it lists, without what fills it.
pub fn read_directory(
    card: &mut Channel<'_>,
    app: &mut Opened,
    during: &'static str,
    file: u16,
) -> Result<Vec<u8>, CardError> {
    read_until(card, app, during, file, None, pkcs15::is_whole)
}

/// As [`read`], and no further than `enough` wants.
pub fn read_until(
    card: &mut Channel<'_>,
    app: &mut Opened,
    during: &'static str,
    file: u16,
    used: Option<usize>,
    enough: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, CardError> {
    read_as_far(card, app, during, file, used, Some(&enough))
}

fn read_as_far(
    card: &mut Channel<'_>,
    app: &mut Opened,
    during: &'static str,
    file: u16,
    used: Option<usize>,
    enough: Option<Enough<'_>>,
) -> Result<Vec<u8>, CardError> {
    let sessions = card.sessions();
    let result = read_once(card, app, during, file, used, enough);
    // No file is worth the session: the next one is still to be read.
    let result = app.unless_lost(card, result)?;
    if card.sessions() == sessions {
        return result;
    }
    let result = read_once(card, app, during, file, used, enough);
    app.unless_lost(card, result)?
}

fn read_once(
    card: &mut Channel<'_>,
    app: &mut Opened,
    during: &'static str,
    file: u16,
    used: Option<usize>,
    enough: Option<Enough<'_>>,
) -> Result<Vec<u8>, CardError> {
    let size = select(card, during, file)?;
    let told = match (size, used) {
        (Some(size), Some(used)) => Some(size.min(used)),
        (size, used) => size.or(used),
    };
    let len = told.unwrap_or(MAX).min(MAX);
    let mut bytes = Vec::new();
    let mut chunks = 0;
    while bytes.len() < len && !enough.is_some_and(|enough| enough(&bytes)) {
        chunks += 1;
        if chunks > 1 + len.div_ceil(LEAST_PIECE) {
            let at = bytes.len();
            return Err(CardError::Malformed { during, at });
        }
        let left = u16::try_from(len - bytes.len()).unwrap_or(u16::MAX);
        let most = match enough {
            Some(_) if bytes.is_empty() => left.min(BEGINNING),
            _ => left,
        };
        let chunk = read_binary(card, app, during, bytes.len(), most)?;
        bytes.extend_from_slice(&chunk);
        // Where nothing tells the length, less than was asked for is the rest.
        let asked = usize::from(most.min(SHORT_PIECE));
        if chunk.is_empty() || told.is_none() && chunk.len() < asked {
            break;
        }
    }
    Ok(bytes)
}

/// READ BINARY (ISO 7816-4, 11.3.3) of `left` bytes or fewer; nothing at the end of the file.
/// Where the piece is too long for the card, or for a reader, which says so in its own words,
/// a shorter one is asked for from then on.
fn read_binary(
    card: &mut Channel<'_>,
    app: &mut Opened,
    during: &'static str,
    offset: usize,
    left: u16,
) -> Result<Vec<u8>, CardError> {
    // Bit 8 of P1 would make it a short file identifier. MAX is below that.
    let [high, low] = (offset as u16).to_be_bytes();
    loop {
        let before = app.chunk;
        let wanted = longest(card, before, left);
        let shorter = PIECES.into_iter().find(|shorter| *shorter < wanted);
        // Should the card lose its session over it, the next attempt knows.
        app.chunk = shorter.or(before);
        let command = Command::new([0x00, 0xB0, high, low]).answer(Answer::Exact(wanted));
        let response = card.send(during, &command)?;
        match response.sw {
            StatusWord::WRONG_LENGTH
            | StatusWord::WRONG_DATA
            | StatusWord::UNKNOWN_INS
            | StatusWord::UNKNOWN_CLA
            | StatusWord::UNSPECIFIED
                if shorter.is_some() => {}
            sw => {
                app.chunk = before;
                return match sw {
                    StatusWord::OK | StatusWord::END => Ok(response.data),
                    StatusWord::BEHIND_END => Ok(Vec::new()),
                    sw => Err(CardError::Refused { during, sw }),
                };
            }
        }
    }
}

/// The longest piece of `left` bytes that can be asked for: `known` is the longest that the
/// card is not known to refuse.
fn longest(card: &Channel<'_>, known: Option<u16>, left: u16) -> u16 {
    let proven = match card.has_answered_long() {
        true => PIECES[0],
        false => BEGINNING,
    };
    let most = known.unwrap_or(PIECES[0]).min(proven);
    PIECES
        .into_iter()
        .map(|piece| left.min(piece))
        .find(|piece| *piece <= most && card.answers(usize::from(*piece)))
        .unwrap_or(left.min(SHORT_PIECE))
}
