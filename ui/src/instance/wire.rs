//! What goes over the socket or pipe. A call: version, length, link, length, the browser that
//! called. An answer: version, what became of it, its place among those that wait.

use std::io::{self, Read, Write};

use securesign_handoff::link::LINK_LIMIT;

use super::{Answer, Wanted};

/// Of all that is below.
const VERSION: u8 = 2;
/// With what every answer begins.
#[cfg(windows)]
pub const BEGINNING: [u8; 1] = [VERSION];
/// One byte more than a link may have: what is longer is cut there, and refused
/// for its length like everywhere.
const LENGTH_MAX: usize = LINK_LIMIT + 1;

/// Sends a call.
pub fn call(wire: &mut impl Write, wanted: &Wanted) -> io::Result<()> {
    let link = wanted.link.as_deref().unwrap_or_default();
    let link = &link[..link.len().min(LENGTH_MAX)];
    let length = u32::try_from(link.len()).map_err(io::Error::other)?;
    let mut message = vec![VERSION];
    message.extend(length.to_be_bytes());
    message.extend(link);
    // One of that length is nobody's: then it is not known who called.
    let caller = wanted.caller.as_bytes();
    let caller = u8::try_from(caller.len()).map_or(&[][..], |_| caller);
    message.push(caller.len() as u8);
    message.extend(caller);
    wire.write_all(&message)
}

/// Reads a call; nothing is kept of one that is too long.
pub fn hear(wire: &mut impl Read) -> io::Result<Wanted> {
    version(wire)?;
    let mut length = [0; 4];
    wire.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length as usize > LENGTH_MAX {
        return Err(io::Error::other("the link is too long"));
    }
    let link = exactly(wire, length)?;
    let mut length = [0];
    wire.read_exact(&mut length)?;
    let caller = exactly(wire, length[0].into())?;
    let caller = String::from_utf8(caller).map_err(|_| io::ErrorKind::InvalidData)?;
    let link = (!link.is_empty()).then_some(link);
    Ok(Wanted { link, caller })
}

fn exactly(wire: &mut impl Read, length: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    wire.take(length.into()).read_to_end(&mut bytes)?;
    if bytes.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

/// Sends an answer; `None`: the call was not understood.
pub fn answer(wire: &mut impl Write, answer: Option<Answer>) -> io::Result<()> {
    let (what, place) = match answer {
        None => (0, 0),
        Some(Answer::Shown) => (1, 0),
        Some(Answer::Waiting(place)) => (2, place),
        Some(Answer::AlreadyThere) => (3, 0),
        Some(Answer::Full) => (4, 0),
        Some(Answer::Refused) => (5, 0),
    };
    wire.write_all(&[VERSION, what, place])
}

/// Reads an answer.
pub fn answered(wire: &mut impl Read) -> io::Result<Answer> {
    version(wire)?;
    let mut rest = [0; 2];
    wire.read_exact(&mut rest)?;
    match rest {
        [1, _] => Ok(Answer::Shown),
        [2, place] => Ok(Answer::Waiting(place)),
        [3, _] => Ok(Answer::AlreadyThere),
        [4, _] => Ok(Answer::Full),
        [5, _] => Ok(Answer::Refused),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn version(wire: &mut impl Read) -> io::Result<()> {
    let mut version = [0];
    wire.read_exact(&mut version)?;
    if version == [VERSION] {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use super::*;

    fn heard(bytes: &[u8]) -> io::Result<Wanted> {
        hear(&mut &bytes[..])
    }

    fn wanted(link: Option<Vec<u8>>, caller: &str) -> Wanted {
        let caller = caller.to_owned();
        Wanted { link, caller }
    }

    #[test]
    fn a_link_arrives_whole_or_cut_one_byte_past_the_limit() {
        for length in [1, 40, LINK_LIMIT, LINK_LIMIT + 1, LINK_LIMIT + 2, 5 << 20] {
            let link = vec![b'x'; length];
            let mut wire = Vec::new();
            call(&mut wire, &wanted(Some(link), "browser.desktop")).unwrap();
            let arrived = heard(&wire).unwrap();
            assert_eq!(arrived.link.unwrap().len(), length.min(LINK_LIMIT + 1));
            assert_eq!(arrived.caller, "browser.desktop");
        }
        let mut wire = Vec::new();
        call(&mut wire, &wanted(None, "")).unwrap();
        assert_eq!(heard(&wire).unwrap(), wanted(None, ""));
    }

    #[test]
    fn a_caller_that_is_too_long_is_nobody() {
        for (length, arrives) in [(255, 255), (256, 0), (1000, 0)] {
            let mut wire = Vec::new();
            call(&mut wire, &wanted(None, &"x".repeat(length))).unwrap();
            assert_eq!(heard(&wire).unwrap().caller.len(), arrives);
        }
        assert!(heard(&[2, 0, 0, 0, 0, 1, 0xFF]).is_err(), "no UTF-8");
    }

    #[test]
    fn r19_what_is_no_call_is_refused_before_it_is_read() {
        let too_long = u32::try_from(LINK_LIMIT + 2).unwrap().to_be_bytes();
        assert!(heard(&[&[2][..], &too_long].concat()).is_err());
        assert!(heard(&[2, 0xFF, 0xFF, 0xFF, 0xFF]).is_err());
        for short in [
            &[][..],
            &[2],
            &[2, 0, 0, 0],
            &[2, 0, 0, 0, 2, b'x'],
            &[2, 0, 0, 0, 1, b'x'],
            &[2, 0, 0, 0, 1, b'x', 2, b'y'],
        ] {
            let kind = heard(short).unwrap_err().kind();
            assert_eq!(kind, io::ErrorKind::UnexpectedEof, "{short:?}");
        }
        for version in [0, 1, b'G', 0xFF] {
            let kind = heard(&[version, 0, 0, 0, 1, b'x']).unwrap_err().kind();
            assert_eq!(kind, io::ErrorKind::InvalidData, "{version}");
        }
    }

    #[test]
    fn every_answer_arrives_and_no_other_is_taken_for_one() {
        let all = [
            Answer::Shown,
            Answer::Waiting(5),
            Answer::AlreadyThere,
            Answer::Full,
            Answer::Refused,
        ];
        for sent in all {
            let mut wire = Vec::new();
            answer(&mut wire, Some(sent)).unwrap();
            assert_eq!(answered(&mut &wire[..]).unwrap(), sent);
        }
        let mut wire = Vec::new();
        answer(&mut wire, None).unwrap();
        for bad in [&wire[..], &[1, 1, 0], &[2, 6, 0], &[2, 1], &[]] {
            assert!(answered(&mut &bad[..]).is_err(), "{bad:?}");
        }
    }
}
