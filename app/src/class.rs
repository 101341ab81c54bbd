//! What kind of certificate it is by the policies of CCA India, in which two certificates of
//! one person differ: the class of assurance, and whether it was issued to a person alone
//! or to one who signs for an organization. Elsewhere policies are numbered otherwise: then
//! nothing is said.

use const_oid::ObjectIdentifier;
use securesign_card::certificate::Certificate;

/// CCA India, certificate policies: class 1, 2 and 3.
const CLASSES: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("2.16.356.100.2.1"),
    ObjectIdentifier::new_unwrap("2.16.356.100.2.2"),
    ObjectIdentifier::new_unwrap("2.16.356.100.2.3"),
];

/// What stands for the organization in the certificate of a person who signs for none
/// (CCA India, Interoperability Guidelines, subject field of end users).
const ALONE: &str = "Personal";

/// Class and holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// 1 to 3, the most that is asserted.
    pub number: u8,
    /// Whom it was issued to.
    pub holder: Holder,
}

/// Whom a certificate was issued to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A person, for no organization.
    Individual,
    /// A person of an organization.
    Organization,
    /// It does not tell.
    Unknown,
}

impl Class {
    /// `None`: no policy of CCA India is asserted.
    pub fn of(certificate: &Certificate) -> Option<Self> {
        let policies = certificate.policies();
        let at = CLASSES.iter().rposition(|class| policies.contains(class))?;
        let holder = match certificate.organization() {
            Some(name) if is_alone(name) => Holder::Individual,
            Some(_) => Holder::Organization,
            None => Holder::Unknown,
        };
        let number = u8::try_from(at).unwrap_or_default() + 1;
        Some(Self { number, holder })
    }
}

/// The organization that a certificate was issued for; `None` where there is none.
pub fn organization(certificate: &Certificate) -> Option<&str> {
    certificate.organization().filter(|name| !is_alone(name))
}

fn is_alone(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(ALONE)
}
