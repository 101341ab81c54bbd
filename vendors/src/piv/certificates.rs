//! The certificates of a card, and the slots in which they are.

use securesign_card::cache::Edition;
use securesign_card::certificate::Certificate;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, given};
use securesign_card::profile::{Credential, Found, KeyId, Note, PinUse, Problem, Search};

use super::objects;
use super::pins::HOLDERS_PIN;

/// The step in which certificates are read, for errors and traces.
const READ: &str = "read a certificate";
/// A place that holds a signing key (SP 800-73-4, part 1, table 4b).
struct Slot {
    key: u8,
    object: u32,
    name: &'static str,
    pin: PinUse,
}

impl Slot {
    /// Tag of its certificate's object; `n` counts the retired ones.
    fn tag(&self, n: u8) -> u32 {
        self.object + u32::from(n)
    }
}

/// PIN always: VERIFY must be the command immediately before the signature.
const DIGITAL_SIGNATURE: Slot = Slot {
    key: 0x9C,
    object: 0x5FC10A,
    name: "Digital signature",
    pin: PinUse::Always,
};
const AUTHENTICATION: Slot = Slot {
    key: 0x9A,
    object: 0x5FC105,
    name: "Authentication",
    pin: PinUse::Once,
};
/// Meant for keys that encrypt, used for signing by some.
const KEY_MANAGEMENT: Slot = Slot {
    key: 0x9D,
    object: 0x5FC10B,
    name: "Key management",
    pin: PinUse::Once,
};
/// Signs without a PIN.
const CARD_AUTHENTICATION: Slot = Slot {
    key: 0x9E,
    object: 0x5FC101,
    name: "Card authentication",
    pin: PinUse::Never,
};
/// The places of the standard, in the order of use.
const SLOTS: [&Slot; 4] = [
    &DIGITAL_SIGNATURE,
    &AUTHENTICATION,
    &KEY_MANAGEMENT,
    &CARD_AUTHENTICATION,
];
/// Retired key n (0 to 19): key reference `82` + n, object `5FC10D` + n.
const RETIRED: Slot = Slot {
    key: 0x82,
    object: 0x5FC10D,
    name: "Retired",
    pin: PinUse::Once,
};
const RETIRED_COUNT: u8 = 20;
/// Where nothing says how many retired slots are filled, this many empty ones
/// in a row end the search.
const RETIRED_GAP: u8 = 4;

/// Reads what is looked for. `unlisted`: retired slots may be filled although no key history
/// says so.
pub fn find(card: &mut Channel<'_>, search: &Search, unlisted: bool) -> Result<Found, CardError> {
    let mut found = Found::default();
    if search.serial.is_some() {
        find_one(card, search, &mut found)?;
        return Ok(found);
    }
    for slot in [&DIGITAL_SIGNATURE, &AUTHENTICATION] {
        read_slot(card, slot, 0, &mut found)?;
    }
    if search.everything || !found.satisfies(search) {
        read_retired(card, unlisted, &mut found)?;
        for slot in [&KEY_MANAGEMENT, &CARD_AUTHENTICATION] {
            read_slot(card, slot, 0, &mut found)?;
        }
    }
    Ok(found)
}

/// The retired slots, as many as the card says that it uses; where it does not say,
/// until several in a row are empty, and the rest is noted.
fn read_retired(
    card: &mut Channel<'_>,
    unlisted: bool,
    found: &mut Found,
) -> Result<(), CardError> {
    let history = objects::read(card, "read the key history", objects::KEY_HISTORY);
    let told = match given(history)? {
        Some(None) if !unlisted => Some(0),
        // Such products write the object when a program has them do so.
        Some(Some(object)) => {
            objects::retired_on_card(&object).filter(|count| *count > 0 || !unlisted)
        }
        _ => None,
    };
    let mut gap = 0;
    for n in 0..told.unwrap_or(RETIRED_COUNT) {
        if told.is_none() && gap == RETIRED_GAP {
            let (first, last) = (RETIRED.key + n, RETIRED.key + RETIRED_COUNT - 1);
            found.notes.push(Note {
                place: format!("{} ({first:02X}–{last:02X})", RETIRED.name),
                problem: Problem::Unsought,
            });
            break;
        }
        let there = read_slot(card, &RETIRED, n, found)?;
        gap = if there { 0 } else { gap + 1 };
    }
    Ok(())
}

/// Looks for one certificate and reads no other, as far as the first bytes of each tell
/// which it is. Before it is said to be missing, every place is looked at, whatever the
/// key history says, and what was passed over is read after all.
fn find_one(card: &mut Channel<'_>, search: &Search, found: &mut Found) -> Result<(), CardError> {
    let retired = (0..RETIRED_COUNT).map(|n| (&RETIRED, n));
    let places = SLOTS.map(|slot| (slot, 0)).into_iter().chain(retired);
    let mut places: Vec<(&Slot, u8)> = places.collect();
    // Where the certificate was the last time goes first. It is read all the same.
    let serial = search.serial.as_deref().unwrap_or_default();
    let hint = Edition::of(&[b"PIV slot", serial.as_bytes()]).file(0);
    let hinted = card.cache().and_then(|cache| cache.find(&hint));
    if let Some(hinted) = &hinted {
        // Not a key that signs without a PIN before one that wants it.
        places.sort_by_key(|(slot, n)| slot.pin == PinUse::Never || *hinted != [slot.key + n]);
    }
    let mut passed = Vec::new();
    for (slot, n) in places {
        let begun = objects::begin(card, READ, slot.tag(n));
        let object = match begun {
            Ok(Some(part)) => {
                let certificate = objects::certificate_at(&part.data);
                if certificate.is_some_and(|beginning| search.rules_out(beginning)) {
                    passed.push((slot, n));
                    continue;
                }
                objects::complete(card, READ, part)
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        take_in(slot, n, object, found)?;
        if found.satisfies(search) {
            let key = [slot.key + n];
            if let Some(cache) = card.cache()
                && !passed.is_empty()
            {
                cache.keep(&hint, &key);
            }
            return Ok(());
        }
    }
    for (slot, n) in passed {
        read_slot(card, slot, n, found)?;
    }
    Ok(())
}

/// False where the slot is empty.
fn read_slot(
    card: &mut Channel<'_>,
    slot: &Slot,
    n: u8,
    found: &mut Found,
) -> Result<bool, CardError> {
    let object = objects::read(card, READ, slot.tag(n));
    take_in(slot, n, object, found)
}

/// Takes in what a slot holds; false where it is empty. A certificate that cannot be used
/// is a note, not an error: the others are still good.
fn take_in(
    slot: &Slot,
    n: u8,
    object: Result<Option<Vec<u8>>, CardError>,
    found: &mut Found,
) -> Result<bool, CardError> {
    let key = slot.key + n;
    let label = format!("{} ({key:02X})", slot.name);
    let object = match object {
        Ok(Some(object)) => object,
        Ok(None) => return Ok(false),
        Err(error) => {
            found.notes.push(Note::unreadable(label, error)?);
            return Ok(false);
        }
    };
    let parsed = objects::certificate(&object)
        .map_err(Problem::Damaged)
        .and_then(|der| {
            let read = der.map(|der| Certificate::parse(&der));
            read.transpose().map_err(Problem::Refused)
        });
    match parsed {
        Ok(None) => return Ok(false),
        Ok(Some(certificate)) => {
            found.credentials.push(Credential {
                label,
                key: KeyId(u16::from(key)),
                pin: HOLDERS_PIN,
                when: slot.pin,
                certificate,
                missing: None,
            });
        }
        Err(problem) => {
            found.notes.push(Note {
                place: label,
                problem,
            });
        }
    }
    Ok(true)
}
