//! What goes over the socket. A call: version, length, link. An answer: version,
//! what became of it, its place among those that wait.

use std::io::{self, Read, Write};

use securesign_core::link::LINK_LIMIT;

use super::Answer;

/// Of all that is below.
const VERSION: u8 = 1;
/// One byte more than a link may have: what is longer is cut there, and refused
/// for its length like everywhere.
const LENGTH_MAX: usize = LINK_LIMIT + 1;

/// Sends a call. No link: the window should come up.
pub fn call(wire: &mut impl Write, link: Option<&[u8]>) -> io::Result<()> {
    let link = link.unwrap_or_default();
    let link = &link[..link.len().min(LENGTH_MAX)];
    let length = u32::try_from(link.len()).map_err(io::Error::other)?;
    let mut message = vec![VERSION];
    message.extend(length.to_be_bytes());
    message.extend(link);
    wire.write_all(&message)
}

/// Reads a call; nothing is kept of one that is too long.
pub fn hear(wire: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    version(wire)?;
    let mut length = [0; 4];
    wire.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length as usize > LENGTH_MAX {
        return Err(io::Error::other("the link is too long"));
    }
    let mut link = Vec::new();
    wire.take(length.into()).read_to_end(&mut link)?;
    if link.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((length > 0).then_some(link))
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

    fn heard(bytes: &[u8]) -> io::Result<Option<Vec<u8>>> {
        hear(&mut &bytes[..])
    }

    #[test]
    fn a_link_arrives_whole_or_cut_one_byte_past_the_limit() {
        for length in [1, 40, LINK_LIMIT, LINK_LIMIT + 1, LINK_LIMIT + 2, 5 << 20] {
            let link = vec![b'x'; length];
            let mut wire = Vec::new();
            call(&mut wire, Some(&link)).unwrap();
            let arrived = heard(&wire).unwrap().unwrap();
            assert_eq!(arrived.len(), length.min(LINK_LIMIT + 1));
        }
        let mut wire = Vec::new();
        call(&mut wire, None).unwrap();
        assert_eq!(heard(&wire).unwrap(), None);
    }

    #[test]
    fn r19_what_is_no_call_is_refused_before_it_is_read() {
        let too_long = u32::try_from(LINK_LIMIT + 2).unwrap().to_be_bytes();
        assert!(heard(&[&[1][..], &too_long].concat()).is_err());
        assert!(heard(&[1, 0xFF, 0xFF, 0xFF, 0xFF]).is_err());
        for short in [&[][..], &[1], &[1, 0, 0, 0], &[1, 0, 0, 0, 2, b'x']] {
            let kind = heard(short).unwrap_err().kind();
            assert_eq!(kind, io::ErrorKind::UnexpectedEof, "{short:?}");
        }
        for version in [0, 2, b'G', 0xFF] {
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
        for bad in [&wire[..], &[2, 1, 0], &[1, 6, 0], &[1, 1], &[]] {
            assert!(answered(&mut &bad[..]).is_err(), "{bad:?}");
        }
    }
}
