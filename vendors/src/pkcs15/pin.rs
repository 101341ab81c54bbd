//! PINs, as the directory describes them (PKCS#15, 6.8).

use securesign_card::application::{PinId, PinObject, RetryCounter, Unblock};
use securesign_card::error::{Missing, Secret};
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::pkcs15::{PinEntry, PinFlag, PinType};

use super::{Habits, Unblocking};

/// Most PINs of one card: their names are made of their places in the list.
pub const MOST: usize = 16;

/// The PUK that belongs to a PIN and that the directory does not list has the name of the
/// PIN, and this.
const UNLISTED: u8 = 0x80;

/// Longest value of a PIN: of one that has no greatest length, and of any as it is stored.
/// What says more describes no PIN.
const LONGEST: usize = 64;

/// The PINs that keys name, and what unblocks them. The holder's, which is the one that `key`
/// wants, has the role [`Secret::Pin`]; the other ones are for some of the keys only.
pub fn objects(entries: &[PinEntry], key: Option<&[u8]>, habits: &Habits) -> Vec<PinObject> {
    let holders = holders(entries, key);
    let mut objects = Vec::new();
    for (at, entry) in entries.iter().enumerate().take(MOST) {
        let Some(rules) = rules(entry, habits) else {
            continue;
        };
        let object = PinObject {
            id: PinId(at as u8),
            role: match () {
                () if entry.is(PinFlag::UnblockingPin) => Secret::Puk,
                () if entry.is(PinFlag::SoPin) => Secret::AdminPin,
                () if holders == Some(at) => Secret::Pin,
                () => Secret::SignaturePin,
            },
            reference: entry.reference | habits.reference,
            rules,
            counter: habits.counter,
            change: match entry.is(PinFlag::ChangeDisabled) {
                true => Err(Missing::Change),
                false => Ok(habits.confidence.change),
            },
            unblock: Err(Missing::Puk),
            otherwise: None,
        };
        objects.push(object);
    }
    unblocked(entries, objects, habits)
}

/// The same, with what unblocks them.
fn unblocked(entries: &[PinEntry], mut objects: Vec<PinObject>, habits: &Habits) -> Vec<PinObject> {
    let confidence = habits.confidence.unblock;
    let mut unlisted = Vec::new();
    let listed = objects.clone();
    for object in &mut objects {
        let entry = &entries[usize::from(object.id.0)];
        if !object.role.is_pin() || entry.is(PinFlag::UnblockDisabled) {
            continue;
        }
        let with = match habits.unblocking {
            Unblocking::Officer => listed.iter().find(|it| it.role == Secret::AdminPin),
            _ => listed.iter().find(|it| {
                let own = &entries[usize::from(it.id.0)].id;
                it.role == Secret::Puk && entry.unblocked_by.as_ref() == Some(own)
            }),
        };
        // A PUK that is not listed: its rules, its counter and its reference.
        let own = match habits.unblocking {
            Unblocking::Puk(rules, counter) => Some((rules, counter, object.reference)),
            Unblocking::Next(rules) => unnamed(entries, object.reference, habits)
                .map(|next| (rules, RetryCounter::Unknown, next)),
            Unblocking::Listed | Unblocking::Officer => None,
        };
        object.unblock = match (with, own) {
            (Some(with), _) => Ok(with.id),
            (None, Some((rules, counter, reference))) => {
                let id = PinId(UNLISTED | object.id.0);
                unlisted.push(PinObject {
                    id,
                    role: Secret::Puk,
                    reference,
                    rules,
                    counter,
                    change: Err(Missing::Change),
                    ..*object
                });
                Ok(id)
            }
            (None, None) => Err(Missing::Puk),
        }
        .map(|with| Unblock { with, confidence });
    }
    for puk in &mut unlisted {
        puk.unblock = Err(Missing::Puk);
    }
    objects.extend(unlisted);
    objects
}

/// The reference after that of a PIN, where the directory leaves room for a PUK that it does
/// not list: it says of nothing else what is there, and lists no PUK.
fn unnamed(entries: &[PinEntry], reference: u8, habits: &Habits) -> Option<u8> {
    let next = reference.checked_add(1)?;
    let is_listed = |entry: &PinEntry| {
        entry.is(PinFlag::UnblockingPin) || entry.reference | habits.reference == next
    };
    (!entries.iter().any(is_listed)).then_some(next)
}

/// The place of the holder's PIN in the list: the one that `key` names, or the first that
/// can be one.
fn holders(entries: &[PinEntry], key: Option<&[u8]>) -> Option<usize> {
    let named = entries
        .iter()
        .position(|entry| is_usable(entry) && Some(&entry.id[..]) == key);
    named.or_else(|| entries.iter().position(is_usable))
}

/// Whether it is a PIN that lets keys be used. One that has no value is none.
pub fn is_usable(entry: &PinEntry) -> bool {
    entry.is(PinFlag::Initialized) && !entry.is(PinFlag::UnblockingPin) && !entry.is(PinFlag::SoPin)
}

/// What its values look like; `None`: in a way that nobody knows, so that none is sent.
fn rules(entry: &PinEntry, habits: &Habits) -> Option<PinRules> {
    if habits.blind || !entry.is(PinFlag::Initialized) || entry.stored > LONGEST {
        return None;
    }
    let fill = entry.fill.unwrap_or(0x00);
    let form = match (habits.form, entry.kind) {
        (Some(form), _) => form,
        (None, PinType::Bcd) => Form::Bcd {
            len: entry.stored.div_ceil(2),
            with: fill,
        },
        (None, PinType::Iso9564) => Form::Iso9564,
        (None, PinType::Text) if habits.fills || entry.is(PinFlag::NeedsPadding) => Form::Padded {
            len: entry.stored,
            with: fill,
        },
        (None, PinType::Text) => Form::Exact,
        (None, PinType::Other) => return None,
    };
    let room = match form {
        Form::Padded { len, .. } => len,
        Form::Bcd { len, .. } => 2 * len,
        Form::Iso9564 => 12,
        Form::Exact | Form::Packed => LONGEST,
    };
    let told = entry.max.unwrap_or(entry.stored);
    let max = if told == 0 { room } else { told.min(room) };
    let min = entry.min.max(1);
    (min <= max).then_some(PinRules {
        min,
        max,
        charset: match form {
            Form::Bcd { .. } | Form::Iso9564 => Charset::Digits,
            // Described as digits, letters are used all the same: what writes these
            // descriptions does not look.
            _ => Charset::Printable,
        },
        form,
    })
}

/// A PIN that stands for all when the directory lists none: it is asked for nowhere.
pub fn none() -> PinObject {
    PinObject {
        id: PinId(u8::MAX),
        role: Secret::Pin,
        reference: 0x00,
        rules: PinRules {
            min: 1,
            max: LONGEST,
            charset: Charset::Printable,
            form: Form::Exact,
        },
        counter: RetryCounter::Unknown,
        change: Err(Missing::Pin),
        unblock: Err(Missing::Pin),
        otherwise: None,
    }
}

/// The entry of an object; `None`: the directory has none for it.
pub fn entry(entries: &[PinEntry], id: PinId) -> Option<&PinEntry> {
    entries.get(usize::from(id.0 & !UNLISTED))
}

#[cfg(test)]
mod tests {
    use super::super::ISO;
    use super::*;
    use securesign_card::pkcs15::pins;

    /// An entry with these lengths: filled, text.
    fn entry(min: u8, stored: u32, max: u32) -> PinEntry {
        let mut attributes = vec![0x03, 0x02, 0x02, 0x8C, 0x0A, 0x01, 0x01, 0x02, 0x01, min];
        for length in [stored, max] {
            let whole = [&[0x00][..], &length.to_be_bytes()].concat();
            let zeros = whole.windows(2).take_while(|it| it[0] == 0 && it[1] < 0x80);
            let value = &whole[zeros.count()..];
            attributes.extend([0x02, value.len() as u8]);
            attributes.extend(value);
        }
        attributes.extend([0x80, 0x01, 0x01, 0x04, 0x01, 0x00]);
        let der = |tag, parts: &[&[u8]]| {
            let value = parts.concat();
            [&[tag, value.len() as u8], &value[..]].concat()
        };
        let common = der(0x30, &[b"\x0C\x03PIN"]);
        let own = der(0x30, &[b"\x04\x01\xFF"]);
        let attributes = der(0xA1, &[&der(0x30, &[&attributes])]);
        pins(&der(0x30, &[&common, &own, &attributes])).remove(0)
    }

    #[test]
    fn lengths_that_no_pin_has_are_no_rules() {
        let rules = |min, stored, max| rules(&entry(min, stored, max), &ISO);
        assert!(rules(4, 0x80, 0x80).is_none());
        assert!(rules(4, 0x7FFF_FFFF, 0x7FFF_FFFF).is_none());
        assert!(rules(9, 0x40, 0x88).is_some());
        assert!(rules(0x11, 0x10, 0x10).is_none());
        assert!(rules(9, 0x10, 0x08).is_none());
    }
}
