//! Which certificates of a card are offered, and in which order.

use const_oid::ObjectIdentifier;
use securesign_card::certificate::Certificate;
use securesign_card::error::CardError;
use securesign_card::profile::{Found, Note, Problem, Search};

/// Takes in what these places hold, until what is looked for is found. `take_in` says false
/// where a place is passed over: by its first bytes it holds another certificate than the one
/// that is asked for. Before that is said to be missing, all are shown.
pub fn find<P: Copy>(
    places: impl IntoIterator<Item = P>,
    search: &Search,
    mut take_in: impl FnMut(P, &Search, &mut Found) -> Result<bool, CardError>,
) -> Result<Found, CardError> {
    let mut found = Found::default();
    let mut passed = Vec::new();
    for place in places {
        if !take_in(place, search, &mut found)? {
            passed.push(place);
        }
        if search.serial.is_some() && found.satisfies(search) {
            return Ok(found);
        }
    }
    for place in passed {
        take_in(place, &Search::default(), &mut found)?;
    }
    let credentials = &mut found.credentials;
    credentials.sort_by_cached_key(|credential| rank(&credential.certificate));
    Ok(found)
}

/// A certificate that signs, from what a card has in a place of that name; or a
/// note why it is not offered. One of an authority is there for the chain only.
pub fn signing(name: &str, der: &[u8], notes: &mut Vec<Note>) -> Option<Certificate> {
    let mut note = |problem| {
        let place = name.to_owned();
        notes.push(Note { place, problem });
    };
    let certificate = match Certificate::parse(der) {
        Ok(certificate) => certificate,
        Err(error) => {
            note(Problem::Refused(error));
            return None;
        }
    };
    if certificate.is_authority() {
        return None;
    }
    if !certificate.may_sign() {
        note(Problem::Encryption(certificate.subject()));
        return None;
    }
    Some(certificate)
}

/// Policies of the Controller of Certifying Authorities, India.
const CLASS_2: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.356.100.2.2");
const CLASS_3: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.356.100.2.3");

/// Which of several certificates of one holder goes first: class 3 before those
/// without a class, class 2 last (sheet on Indian tokens, §4).
pub fn rank(certificate: &Certificate) -> u8 {
    let policies = certificate.policies();
    if policies.contains(&CLASS_3) {
        0
    } else if policies.contains(&CLASS_2) {
        2
    } else {
        1
    }
}
