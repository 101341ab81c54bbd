//! Which certificates of a card are offered, and in which order.

use const_oid::ObjectIdentifier;
use securesign_card::certificate::Certificate;
use securesign_card::profile::{Note, Problem};

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
