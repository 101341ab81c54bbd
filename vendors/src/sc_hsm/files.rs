//! Files: certificates, and the card's own certificate with its serial number in it.

use securesign_card::apdu::{Answer, Command, SHORT_ANSWER_MAX};
use securesign_card::cache::Name;
use securesign_card::certificate::{self, Certificate};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, given};
use securesign_card::profile::{
    Credential, Found, KeyId, Note, PinUse, Problem, Search, unless_refused,
};
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

use super::SC_HSM;
use super::pins::HOLDERS_PIN;
use crate::kept;
use crate::offer::{rank, signing};

/// First byte of the identifiers of private keys and of their certificates; the second one
/// is the number of the key.
const KEY: u8 = 0xCC;
const CERTIFICATE: u8 = 0xCE;

/// The card's own certificate, and its issuer's.
const DEVICE: [u8; 2] = [0x2F, 0x02];

/// Where the card lists no key, these are looked for: the first ones.
const UNLISTED: std::ops::RangeInclusive<u8> = 1..=4;

/// Most keys that are looked at.
const MOST: usize = 16;

/// Most commands to read one file; one that ends nowhere is left there.
const READS: usize = certificate::MAX / 0x0100 + 1;

/// A request for a certificate, signed by the card, in place of the certificate (BSI
/// TR-03110, part 3, C.2.1): nobody has issued one yet.
const REQUEST: u8 = 0x67;

/// Signing certificates, each in the file that belongs to its key.
pub fn credentials(card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
    let mut notes = Vec::new();
    let mut found = Vec::new();
    let listed = keys(card)?;
    let is_listed = !listed.is_empty();
    let mut numbers: Vec<u8> = match is_listed {
        true => listed,
        false => UNLISTED.collect(),
    };
    if search.serial.is_some() {
        // Nothing need be read of the others where the one that is asked for was kept.
        numbers.sort_by_cached_key(|number| kept(card, search, *number).is_none());
    }
    for number in numbers {
        let place = format!("Key {number}");
        let file = match certificate(card, search, number) {
            Ok(Some(file)) if search.rules_out(&file) => continue,
            Ok(Some(file)) if file.first() != Some(&REQUEST) => file,
            // Nothing says that there is such a key.
            Ok(None) if !is_listed => continue,
            Ok(_) => {
                let problem = Problem::Empty;
                notes.push(Note { place, problem });
                continue;
            }
            Err(error) => {
                notes.push(Note::unreadable(place, error)?);
                continue;
            }
        };
        let Some(certificate) = signing(&place, &file, &mut notes) else {
            continue;
        };
        let is_last = search.ends_with(&certificate);
        found.push(Credential {
            label: place,
            key: KeyId(number.into()),
            pin: HOLDERS_PIN,
            when: PinUse::Once,
            certificate,
            missing: None,
        });
        if is_last {
            break;
        }
    }
    found.sort_by_key(|credential| rank(&credential.certificate));
    Ok(Found {
        credentials: found,
        notes,
    })
}

/// What the certificate of this key is kept under.
fn kept_as(number: u8) -> Name {
    kept::name(SC_HSM.spec.id, &[&[number]])
}

/// The certificate of this key as it was before, unless it is another one than the one that is
/// asked for; who looks at the token itself reads all anew.
fn kept(card: &Channel<'_>, search: &Search, number: u8) -> Option<Vec<u8>> {
    let name = (!search.everything).then(|| kept_as(number))?;
    let wanted = |file: &[u8]| !search.rules_out(file);
    kept::find(card, &name, |file| {
        wanted(file) && Certificate::parse(file).is_ok()
    })
}

/// The file of a key's certificate; where it still ends as what was kept of it, no more than its
/// end is read.
fn certificate(
    card: &mut Channel<'_>,
    search: &Search,
    number: u8,
) -> Result<Option<Vec<u8>>, CardError> {
    let during = "read a certificate";
    let file = [CERTIFICATE, number];
    let kept = kept(card, search, number);
    if let Some(kept) = &kept
        && let Some((at, end)) = kept::end(kept, SHORT_ANSWER_MAX)
    {
        let rest = unless_refused(read_from(card, during, file, at))?.flatten();
        if rest.is_some_and(|rest| rest.starts_with(end)) {
            return Ok(Some(kept.clone()));
        }
    }
    let enough = |bytes: &[u8]| search.rules_out(bytes) || tlv::first(bytes).is_ok();
    let read = read(card, during, file, enough)?;
    if let Some(read) = &read
        && Certificate::parse(read).is_ok()
    {
        kept::keep(card, &kept_as(number), read);
    }
    Ok(read)
}

/// The numbers of the keys that the card lists. Number 0 is its own.
fn keys(card: &mut Channel<'_>) -> Result<Vec<u8>, CardError> {
    let command = Command::new([0x80, 0x58, 0x00, 0x00]).answer(Answer::Long);
    let list = given(card.require("list the files", &command))?.unwrap_or_default();
    let files = list.as_chunks::<2>().0.iter();
    let mut numbers: Vec<u8> = files
        .filter(|[kind, number]| *kind == KEY && *number != 0)
        .map(|[_, number]| *number)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.truncate(MOST);
    Ok(numbers)
}

/// As OpenSC and CardContact's tools show it: the holder in the card's own certificate,
/// without the five digits that count its keys.
pub fn serial(card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
    let enough = |bytes: &[u8]| tlv::first(bytes).is_ok();
    let file = read(card, "read the serial number", DEVICE, enough)?;
    Ok(file.as_deref().and_then(holder))
}

fn holder(file: &[u8]) -> Option<String> {
    let certificate = tlv::first(file).ok()?.0;
    let body = tlv::find(certificate.value, 0x7F4E).ok().flatten()?;
    let holder = tlv::find(body, 0x5F20).ok().flatten()?;
    let (serial, _) = holder.split_at_checked(holder.len().checked_sub(5)?)?;
    let is_text = serial.len() >= 3 && serial.iter().all(u8::is_ascii_graphic);
    is_text.then(|| String::from_utf8_lossy(serial).into_owned())
}

/// Reads the file with this identifier until it is `enough` or at its end. `None`: there is
/// none.
fn read(
    card: &mut Channel<'_>,
    during: &'static str,
    file: [u8; 2],
    enough: impl Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, CardError> {
    let mut bytes = Vec::new();
    for _ in 0..READS {
        if enough(&bytes) {
            break;
        }
        match read_from(card, during, file, bytes.len())? {
            None if bytes.is_empty() => return Ok(None),
            Some(part) if !part.is_empty() => bytes.extend(part),
            _ => break,
        }
    }
    Ok(Some(bytes))
}

/// READ BINARY (ISO 7816-4, 11.3.3, odd instruction; the data comes without its tag) from an
/// offset on: nothing at the end of the file, or behind it. `None`: there is no such file.
fn read_from(
    card: &mut Channel<'_>,
    during: &'static str,
    [high, low]: [u8; 2],
    offset: usize,
) -> Result<Option<Vec<u8>>, CardError> {
    let [offset_high, offset_low] = (offset as u16).to_be_bytes();
    let offset = [0x54, 0x02, offset_high, offset_low];
    let command = Command::new([0x00, 0xB1, high, low]).data(&offset);
    // A short answer ends in 61xx where the file goes on, and GET RESPONSE after it gives
    // nothing (seen): the next part is read by its offset.
    let response = card.peek(during, &command.answer(Answer::Long))?;
    match response.sw {
        _ if !response.data.is_empty() => Ok(Some(response.data)),
        StatusWord::NOT_FOUND => Ok(None),
        StatusWord::OK | StatusWord::BEHIND_END => Ok(Some(Vec::new())),
        sw => Err(CardError::Refused { during, sw }),
    }
}
