//! The data objects of PIV that are read for signing (SP 800-73-4, part 1, 3 and
//! appendix A): certificates, key history, discovery, CHUID.

use securesign_card::apdu::{Answer, Command, Response};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, malformed};
use securesign_card::{iso, text, tlv};

use crate::minidriver;

/// Object tags of GET DATA (SP 800-73-4, part 1, table 3).
pub const CHUID: u32 = 0x5FC102;
/// Key history.
pub const KEY_HISTORY: u32 = 0x5FC10C;
/// Discovery object.
pub const DISCOVERY: u32 = 0x7E;

/// Wraps the content of every `5FC1xx` object.
const CONTENT: u32 = 0x53;
/// Tag list of GET DATA.
const TAG_LIST: u32 = 0x5C;
/// Certificate inside its object; despite its constructed tag it holds opaque bytes.
const CERTIFICATE: u32 = 0x70;
/// PIN usage policy inside the discovery object.
const PIN_POLICY: u32 = 0x5F2F;
/// Number of retired keys whose certificates are on the card.
const HISTORY_ON_CARD: u32 = 0xC1;
/// Card UUID inside the CHUID.
const GUID: u32 = 0x34;
/// Agency's own card number inside the CHUID.
const FASC_N: u32 = 0x30;

/// GET DATA (SP 800-73-4, part 2, 3.1.2). `None`: the card has no such object.
pub fn read(
    card: &mut Channel<'_>,
    during: &'static str,
    tag: u32,
) -> Result<Option<Vec<u8>>, CardError> {
    let list = tag_list(during, tag)?;
    let response = card.send(during, &get_data(&list))?;
    iso::present(during, response)
}

/// The same, and of an object that takes several answers the first one only, for
/// [`complete`].
pub fn begin(
    card: &mut Channel<'_>,
    during: &'static str,
    tag: u32,
) -> Result<Option<Response>, CardError> {
    let list = tag_list(during, tag)?;
    let part = card.peek(during, &get_data(&list))?;
    if part.sw.sw1() == 0x61 {
        return Ok(Some(part));
    }
    let sw = part.sw;
    let whole = iso::present(during, part)?;
    Ok(whole.map(|data| Response { data, sw }))
}

/// The whole of an object that [`begin`] has begun to read.
pub fn complete(
    card: &mut Channel<'_>,
    during: &'static str,
    part: Response,
) -> Result<Option<Vec<u8>>, CardError> {
    let response = card.complete(part)?;
    iso::present(during, response)
}

fn tag_list(during: &'static str, tag: u32) -> Result<Vec<u8>, CardError> {
    let wire = tag.to_be_bytes();
    let skip = wire.iter().take_while(|byte| **byte == 0).count();
    tlv::primitive(TAG_LIST, &wire[skip..]).map_err(malformed(during))
}

fn get_data(list: &[u8]) -> Command<'_> {
    Command::new([0x00, 0xCB, 0x3F, 0xFF])
        .data(list)
        .answer(Answer::Long)
}

/// What is at hand of the certificate in an object of which the first bytes were read.
pub fn certificate_at(part: &[u8]) -> Option<&[u8]> {
    match tlv::beginning(part, CONTENT)? {
        content @ [0x30, ..] => Some(content),
        content => tlv::beginning(content, CERTIFICATE),
    }
}

/// The DER of the certificate in an object, inflated where it is compressed.
/// `Ok(None)` for an empty object; the text of an error is for people.
pub fn certificate(object: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let unreadable = |error: tlv::TlvError| format!("its object is {error}");
    let content = tlv::expect(object, CONTENT).map_err(unreadable)?;
    // The bare form, DER directly in 53 (sheet PIV, §3.1: pico-openpgp 4.6).
    let stored = match content {
        [] => return Ok(None),
        [0x30, ..] => content,
        _ => tlv::expect(content, CERTIFICATE).map_err(unreadable)?,
    };
    // What the bytes are decides, not CertInfo (71): old cards set the wrong bit.
    // Among the forms is that of "Net iD", which is a minidriver's.
    minidriver::unpacked(stored)
}

/// How many retired keys have their certificate on the card: 0 to 20. `None`: it does not
/// say, or nothing that can be.
pub fn retired_on_card(object: &[u8]) -> Option<u8> {
    let count = tlv::expect(object, CONTENT)
        .and_then(|content| tlv::find(content, HISTORY_ON_CARD))
        .ok()
        .flatten()
        .and_then(|value| value.first().copied());
    count.filter(|count| *count <= 20)
}

/// Whether the card wants its global PIN (P2 = `00`) rather than the PIV PIN
/// (SP 800-73-4, part 1, 3.3.2). Looked for under whatever outer tag, or none:
/// one card wraps it in 53 with stray bytes behind (sheet PIV, §3.2), others
/// answer with the content alone. A PIN for the wrong reference costs a try.
pub fn global_pin_is_primary(object: &[u8]) -> bool {
    let Some(&[first, second, ..]) = find_anywhere(object, PIN_POLICY) else {
        return false;
    };
    first & 0x60 == 0x60 && second == 0x20
}

fn find_anywhere(object: &[u8], tag: u32) -> Option<&[u8]> {
    // Read one by one: whatever follows the policy may be garbage.
    let mut rest = object;
    loop {
        let (object, next) = tlv::first(rest).ok()?;
        if object.tag == tag {
            return Some(object.value);
        }
        // Content before neighbours.
        rest = match object.tag {
            DISCOVERY | CONTENT => object.value,
            _ => next,
        };
    }
}

/// The card's number: its GUID, or the FASC-N where an agency has issued it
/// (SP 800-73-4, part 1, 3.1.2). Upper-case hex.
pub fn card_number(chuid: &[u8]) -> Option<String> {
    let content = tlv::expect(chuid, CONTENT).ok()?;
    let nonzero = |tag| {
        tlv::find(content, tag)
            .ok()
            .flatten()
            .filter(|value| value.iter().any(|byte| *byte != 0))
    };
    let (guid, fasc_n) = (nonzero(GUID), nonzero(FASC_N));
    // Agency code 9999: not issued by a federal agency.
    let agency =
        fasc_n.filter(|f| !(f.starts_with(&[0xD4, 0xE7, 0x39]) && f.get(3) >= Some(&0x80)));
    let number = agency.or(guid)?;
    Some(text::hex_upper(number))
}

#[cfg(test)]
mod tests {
    use super::global_pin_is_primary;

    #[test]
    fn the_primary_pin_is_understood_in_every_wrapping() {
        for (policy, global) in [
            ([0x60, 0x20], true),
            ([0x60, 0x10], false),
            ([0x40, 0x10], false),
            ([0x40, 0x20], false),
        ] {
            let aid: &[u8] = &[0x4F, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08];
            let bare = [aid, &[0x5F, 0x2F, 0x02], &policy].concat();
            let wrap = |tag: u8, content: &[u8]| {
                [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
            };
            let stray = [bare.as_slice(), &[0x05, 0xFF]].concat();
            for object in [
                wrap(0x7E, &bare),
                wrap(0x53, &bare),
                wrap(0x53, &wrap(0x7E, &bare)),
                wrap(0x53, &stray),
                bare[aid.len()..].to_vec(),
                stray,
                bare,
            ] {
                assert_eq!(global_pin_is_primary(&object), global, "{object:02X?}");
            }
        }
        for nothing in [
            &[] as &[u8],
            &[0x7E],
            &[0x7E, 0x00],
            &[0x5F, 0x2F, 0x01, 0x60],
        ] {
            assert!(!global_pin_is_primary(nothing), "{nothing:02X?}");
        }
    }
}
