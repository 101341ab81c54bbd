//! Cardholder certificates (tag 7F21; specification 3.4, 4.4.1 and 7.2.5): one for each key
//! since 3.0, one for the authentication key before.

use securesign_card::apdu::{Command, Response};
use securesign_card::certificate::Certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::profile::{Credential, Found, KeyId, Note, PinUse, Problem, Search};
use securesign_card::sw::StatusWord;

use super::related::Related;
use super::{HOLDERS_PIN, get_data, is_absent};

/// A key, and the place of its certificate.
#[derive(Debug)]
pub struct Slot {
    /// Tag of its control reference template, as for GENERATE ASYMMETRIC KEY PAIR (7.2.14).
    pub key: KeyId,
    /// Which of the three certificates, as SELECT DATA counts them.
    occurrence: u8,
    /// Which of the three fingerprints.
    position: usize,
    label: &'static str,
}

/// The key of COMPUTE DIGITAL SIGNATURE.
pub const SIGNATURE: Slot = Slot {
    key: KeyId(0xB6),
    occurrence: 2,
    position: 0,
    label: "Signature key (OpenPGP 1)",
};
/// The key of INTERNAL AUTHENTICATE.
pub const AUTHENTICATION: Slot = Slot {
    key: KeyId(0xA4),
    occurrence: 0,
    position: 2,
    label: "Authentication key (OpenPGP 3)",
};
/// It decrypts. Where MANAGE SECURITY ENVIRONMENT works it signs in the place of the
/// authentication key, for who asks for its certificate; one card only says that it does, and
/// signs with the other (§9).
pub const DECRYPTION: Slot = Slot {
    key: KeyId(0xB8),
    occurrence: 1,
    position: 1,
    label: "Decryption key (OpenPGP 2)",
};

const READ: &str = "read a certificate";

/// A slot that was passed over, or what it holds.
enum Content {
    Object(Option<Vec<u8>>),
    /// Another certificate than the one that is asked for, by its first bytes.
    Another,
    /// The card has one certificate only.
    NoOccurrence,
}

/// Reads what is looked for, the signature key's first. Slots whose key has no fingerprint,
/// and that of the key that does not sign, are read where nothing else was found.
pub fn find(
    card: &mut Channel<'_>,
    related: &Related,
    search: &Search,
) -> Result<Found, CardError> {
    let mut found = Found::default();
    if related.version < 0x0300 {
        take_in(card, related, (&AUTHENTICATION, None), search, &mut found)?;
        return Ok(found);
    }
    let has_key = |slot: &&Slot| related.has_key.is_none_or(|keys| keys[slot.position]);
    let (mut first, mut later): (Vec<_>, Vec<_>) =
        [&SIGNATURE, &AUTHENTICATION].into_iter().partition(has_key);
    later.push(&DECRYPTION);
    if search.everything {
        first.append(&mut later);
    }
    let mut passed = Vec::new();
    for slots in [first, later] {
        for slot in slots {
            let at = (slot, Some(slot.occurrence));
            match take_in(card, related, at, search, &mut found)? {
                Content::Another => passed.push(slot),
                Content::NoOccurrence => {
                    let at = (&AUTHENTICATION, None);
                    take_in(card, related, at, search, &mut found)?;
                    return Ok(found);
                }
                Content::Object(_) => {}
            }
            if search.serial.is_some() && found.satisfies(search) {
                return Ok(found);
            }
        }
        if found.satisfies(search) {
            return Ok(found);
        }
    }
    // Before it is said to be missing, all are shown.
    for slot in passed {
        let at = (slot, Some(slot.occurrence));
        take_in(card, related, at, &Search::default(), &mut found)?;
    }
    Ok(found)
}

/// Reads a slot and takes in what it holds. What cannot be used is a note, not an error.
fn take_in(
    card: &mut Channel<'_>,
    related: &Related,
    (slot, occurrence): (&Slot, Option<u8>),
    search: &Search,
    found: &mut Found,
) -> Result<Content, CardError> {
    let place = slot.label.to_owned();
    let content = match read(card, occurrence, search) {
        Ok(content) => content,
        Err(error) => {
            found.notes.push(Note::unreadable(place, error)?);
            return Ok(Content::Object(None));
        }
    };
    let Content::Object(Some(der)) = &content else {
        return Ok(content);
    };
    let stands_in = |certificate: &Certificate| {
        related.swaps_keys && search.ends_with(certificate) && certificate.may_sign()
    };
    // Cards give what was written; some fill it up.
    match Certificate::parse(der) {
        Ok(it) if slot.key == DECRYPTION.key && !stands_in(&it) => found.notes.push(Note {
            place,
            problem: Problem::Encryption(it.subject()),
        }),
        Ok(certificate) => found.credentials.push(Credential {
            label: place,
            key: slot.key,
            pin: HOLDERS_PIN,
            when: pin_use(related, slot),
            certificate,
            missing: None,
        }),
        Err(error) => found.notes.push(Note {
            place,
            problem: Problem::Refused(error),
        }),
    }
    Ok(content)
}

/// PW1 is good for one signature only, where the card says so; the other keys are not
/// limited.
fn pin_use(related: &Related, slot: &Slot) -> PinUse {
    let once = related.status.is_some_and(|status| status.once);
    match once && slot.key == SIGNATURE.key {
        true => PinUse::Always,
        false => PinUse::Once,
    }
}

/// SELECT DATA where the card has several, and GET DATA at once: anything between them
/// brings back the first one on three of the four cards (§8.4).
fn read(
    card: &mut Channel<'_>,
    occurrence: Option<u8>,
    search: &Search,
) -> Result<Content, CardError> {
    if let Some(occurrence) = occurrence
        && !select(card, occurrence)?
    {
        return Ok(Content::NoOccurrence);
    }
    let part = card.peek(READ, &get_data(0x7F21))?;
    if search.rules_out(&part.data) {
        return Ok(Content::Another);
    }
    let Response { data, sw } = card.complete(part)?;
    match sw {
        sw if sw.is_ok() => Ok(Content::Object(Some(data).filter(|data| !data.is_empty()))),
        sw if is_absent(sw) => Ok(Content::Object(None)),
        sw => Err(CardError::Refused { during: READ, sw }),
    }
}

/// SELECT DATA (7.2.5). False: the card has one certificate only, or keeps the others to
/// itself. Firmware 5.2.0 to 5.4.3 of YubiKeys wants one more byte in front, which others
/// refuse without harm.
fn select(card: &mut Channel<'_>, occurrence: u8) -> Result<bool, CardError> {
    let during = "choose a certificate";
    let forms: [&[u8]; 2] = [
        &[0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21],
        &[0x06, 0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21],
    ];
    for form in forms {
        // What was begun to be read before need not be fetched for this.
        let command = Command::new([0x00, 0xA5, occurrence, 0x04]).data(form);
        match card.peek(during, &command)?.sw {
            StatusWord::OK => return Ok(true),
            StatusWord::WRONG_DATA | StatusWord::WRONG_LENGTH => {}
            _ => return Ok(false),
        }
    }
    Ok(false)
}
