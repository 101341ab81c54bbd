//! Elementary files of the ePass2003 (sheet ePass2003, §3).

use securesign_card::apdu::{Answer, Command};
use securesign_card::certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::pkcs15;
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

use super::Opened;

/// Longest file that is read.
const MAX: usize = certificate::MAX + 0x1000;

/// What one READ BINARY asks for. The first fits easily into what these tokens
/// say they can send (2100 bytes) but was not tried on a real one; the second is
/// as long as a signature, which every one of them sends; the last is OpenSC's.
const PIECES: [u16; 3] = [0x0200, 0x0100, 0x00D8];

/// What fits into the 256 bytes of a short answer when it is wrapped.
const SHORT_PIECE: u16 = 0x00D8;

/// A file that comes in shorter pieces than this is not read to its end: a card that drips
/// a byte at a time would hold the reader for minutes.
const LEAST_PIECE: usize = 0x40;

/// READ BINARY behind the end of the file.
const BEHIND_END: StatusWord = StatusWord(0x6B00);
/// READ BINARY reached the end of the file.
const END: StatusWord = StatusWord(0x6282);
/// No reason given.
const UNSPECIFIED: StatusWord = StatusWord(0x6F00);

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

/// Selects a file and reads it whole; `used`: not beyond that.
pub fn read(
    card: &mut Channel<'_>,
    app: &mut Opened,
    during: &'static str,
    file: u16,
    used: Option<usize>,
) -> Result<Vec<u8>, CardError> {
    read_until(card, app, during, file, used, |_| false)
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
    let sessions = card.sessions();
    let result = read_once(card, app, during, file, used, &enough);
    // No file is worth the session: the next one is still to be read.
    let result = app.unless_lost(card, result)?;
    if card.sessions() == sessions {
        return result;
    }
    let result = read_once(card, app, during, file, used, &enough);
    app.unless_lost(card, result)?
}

fn read_once(
    card: &mut Channel<'_>,
    app: &mut Opened,
    during: &'static str,
    file: u16,
    used: Option<usize>,
    enough: &impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, CardError> {
    let size = select(card, during, file)?;
    let told = match (size, used) {
        (Some(size), Some(used)) => Some(size.min(used)),
        (size, used) => size.or(used),
    };
    let len = told.unwrap_or(MAX).min(MAX);
    let mut bytes = Vec::new();
    let mut chunks = 0;
    while bytes.len() < len && !enough(&bytes) {
        chunks += 1;
        if chunks > 1 + len.div_ceil(LEAST_PIECE) {
            let at = bytes.len();
            return Err(CardError::Malformed { during, at });
        }
        let left = u16::try_from(len - bytes.len()).unwrap_or(u16::MAX);
        let chunk = read_binary(card, app, during, bytes.len(), left)?;
        let asked = usize::from(left.min(app.chunk.unwrap_or(SHORT_PIECE)).min(SHORT_PIECE));
        bytes.extend_from_slice(&chunk);
        // Where nothing tells the length, less than was asked for is the rest.
        if chunk.is_empty() || told.is_none() && chunk.len() < asked {
            break;
        }
    }
    Ok(bytes)
}

/// READ BINARY (ISO 7816-4, 11.3.3); nothing at the end of the file. Where the
/// piece is too long for the card, a shorter one is asked for from then on.
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
        let chunk = app.chunk.unwrap_or(PIECES[0]);
        let shorter = PIECES.into_iter().find(|shorter| *shorter < chunk);
        // Should the card lose its session over it, the next attempt knows.
        app.chunk = shorter.or(Some(chunk));
        let wanted = left.min(chunk);
        let wanted = match card.answers(usize::from(wanted)) {
            true => wanted,
            false => wanted.min(SHORT_PIECE),
        };
        let command = Command::new([0x00, 0xB0, high, low]).answer(Answer::Exact(wanted));
        let response = card.send(during, &command)?;
        match response.sw {
            StatusWord::OK | END => {
                app.chunk = Some(chunk);
                return Ok(response.data);
            }
            BEHIND_END => {
                app.chunk = Some(chunk);
                return Ok(Vec::new());
            }
            StatusWord::WRONG_LENGTH | StatusWord::WRONG_DATA | UNSPECIFIED
                if shorter.is_some_and(|shorter| left > shorter) => {}
            sw => {
                app.chunk = Some(chunk);
                return Err(CardError::Refused { during, sw });
            }
        }
    }
}
