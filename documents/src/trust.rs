//! Whether a certificate leads to an authority that is trusted (RFC 5280, 6.1), at a time.
//! What is not understood leads nowhere: name constraints, critical extensions that are not
//! known, SHA-1. Whether one was revoked is not asked.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{
    ID_CE_BASIC_CONSTRAINTS, ID_CE_CERTIFICATE_POLICIES, ID_CE_EXT_KEY_USAGE, ID_CE_KEY_USAGE,
    ID_CE_NAME_CONSTRAINTS, ID_CE_SUBJECT_ALT_NAME,
};
use jiff::Timestamp;
use securesign_card::certificate::Certificate;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::signature::ToSign;
use securesign_card::tlv::{self, Object};
use thiserror::Error;

use crate::{cms, extension};

/// Tags as on the wire (X.690).
const INTEGER: u32 = 0x02;
const BIT_STRING: u32 = 0x03;
const OID: u32 = 0x06;
const SEQUENCE: u32 = 0x30;
/// `[0]`: the version.
const VERSION: u32 = 0xA0;

/// The longest chain, and most signatures that are checked for one: whoever wrote the file
/// chose what is in it.
const LONGEST: usize = 10;
const CHECKS: usize = 200;

/// Critical extensions whose meaning is kept here.
const KNOWN: [ObjectIdentifier; 5] = [
    ID_CE_BASIC_CONSTRAINTS,
    ID_CE_KEY_USAGE,
    ID_CE_EXT_KEY_USAGE,
    // No policy is asked for, and names that nothing constrains mean nothing here.
    ID_CE_CERTIFICATE_POLICIES,
    ID_CE_SUBJECT_ALT_NAME,
];

/// Why a certificate is not trusted, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Doubt {
    /// It was not valid at that time.
    #[error("the certificate was not valid then")]
    Outdated,
    /// It is not for signatures.
    #[error("the certificate is not for signing")]
    Usage,
    /// Nobody who is trusted has issued it, as far as the certificates at hand tell.
    #[error("nobody who is trusted here has issued the certificate")]
    NoPath,
}

/// The certificates from this one to a trusted one, both of them in it.
///
/// `others` may be any certificates, in any order.
///
/// # Errors
///
/// [`Doubt`]: there is no such chain at that time.
pub fn path(
    certificate: &Certificate,
    others: &[Certificate],
    trusted: &[Certificate],
    at: Timestamp,
) -> Result<Vec<Certificate>, Doubt> {
    if !certificate.is_valid_at(at) {
        return Err(Doubt::Outdated);
    }
    if !certificate.may_sign() {
        return Err(Doubt::Usage);
    }
    let mut search = Search {
        others,
        trusted,
        at,
        left: CHECKS,
    };
    let mut chain = vec![certificate.clone()];
    let found = trusted.contains(certificate) || search.extend(&mut chain);
    let is_known = extension::all(certificate).is_some_and(|all| all.iter().all(is_kept));
    match found && is_known {
        true => Ok(chain),
        false => Err(Doubt::NoPath),
    }
}

struct Search<'a> {
    others: &'a [Certificate],
    trusted: &'a [Certificate],
    at: Timestamp,
    /// How many signatures may still be checked.
    left: usize,
}

impl Search<'_> {
    /// Whether the chain can be led on to a trusted certificate; then it was.
    fn extend(&mut self, chain: &mut Vec<Certificate>) -> bool {
        let Some(last) = chain.last().cloned() else {
            return false;
        };
        let Some((wanted, _)) = names(&last) else {
            return false;
        };
        let is_issuer = |issuer: &&Certificate| names(issuer).is_some_and(|it| it.1 == wanted);
        let trusted: Vec<&Certificate> = self.trusted.iter().filter(is_issuer).collect();
        for issuer in trusted {
            // It is trusted as it is: only its key and its time count.
            if issuer.is_valid_at(self.at) && self.signed(&last, issuer) {
                chain.push(issuer.clone());
                return true;
            }
        }
        let others: Vec<&Certificate> = self.others.iter().filter(is_issuer).collect();
        for issuer in others {
            let is_new = chain.len() < LONGEST && !chain.contains(issuer);
            let below = chain.len() - 1;
            if is_new && self.may_issue(issuer, below) && self.signed(&last, issuer) {
                chain.push(issuer.clone());
                if self.extend(chain) {
                    return true;
                }
                chain.pop();
            }
        }
        false
    }

    /// `below`: how many authorities stand between it and the end of the chain.
    fn may_issue(&self, issuer: &Certificate, below: usize) -> bool {
        let Some(extensions) = extension::all(issuer) else {
            return false;
        };
        let is_constrained = extensions.iter().any(|it| it.is(ID_CE_NAME_CONSTRAINTS));
        let signs = issuer.usage();
        let signs = signs.is_none_or(|usage| usage.names().contains(&"keyCertSign"));
        let longest = extensions.iter().find(|it| it.is(ID_CE_BASIC_CONSTRAINTS));
        let longest = longest.and_then(|it| longest_below(it.value));
        issuer.is_valid_at(self.at)
            && issuer.is_authority()
            && signs
            && !is_constrained
            && extensions.iter().all(is_kept)
            && longest.is_none_or(|longest| below <= longest)
    }

    fn signed(&mut self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let Some(left) = self.left.checked_sub(1) else {
            return false;
        };
        self.left = left;
        is_signed(certificate, issuer).unwrap_or(false)
    }
}

fn is_kept(extension: &extension::Extension<'_>) -> bool {
    !extension.is_critical || KNOWN.iter().any(|known| extension.is(*known))
}

/// pathLenConstraint (RFC 5280, 4.2.1.9); `None`: there is none.
fn longest_below(constraints: &[u8]) -> Option<usize> {
    let parts = tlv::split(tlv::expect(constraints, SEQUENCE).ok()?).ok()?;
    let number = parts.iter().find(|part| part.tag == INTEGER)?;
    // One that is longer than any chain here limits nothing.
    match number.value {
        [one @ 0..=0x7F] => Some(usize::from(*one)),
        // Below zero.
        [0x80..=0xFF, ..] => Some(0),
        _ => None,
    }
}

/// Contents of issuer and subject, as they stand there: RFC 5280, 7.1 would allow more, and
/// authorities do not need it.
fn names(certificate: &Certificate) -> Option<(&[u8], &[u8])> {
    let outer = tlv::expect(certificate.der(), SEQUENCE).ok()?;
    let parts = tlv::split(tlv::expect(outer, SEQUENCE).ok()?).ok()?;
    let has_version = parts.first().is_some_and(|part| part.tag == VERSION);
    // Serial number, algorithm, issuer, validity, subject.
    match &parts[usize::from(has_version)..] {
        [_, _, issuer, _, subject, ..] => Some((issuer.value, subject.value)),
        _ => None,
    }
}

/// Whether this issuer's key has signed it.
fn is_signed(certificate: &Certificate, issuer: &Certificate) -> Option<bool> {
    let parts = tlv::split(tlv::expect(certificate.der(), SEQUENCE).ok()?).ok()?;
    let [signed, algorithm, signature] = parts[..] else {
        return None;
    };
    let message = tlv::primitive(signed.tag, signed.value).ok()?;
    let hash = hash(&algorithm)?;
    // No unused bits.
    let signature = match signature {
        Object {
            tag: BIT_STRING,
            value: [0, value @ ..],
        } => value,
        _ => return None,
    };
    let digest = Digest::of(hash, &message);
    let what = ToSign::Message(&digest, &message);
    Some(issuer.key().verify(what, signature))
}

/// That of a signature algorithm. The key has its own kind.
fn hash(algorithm: &Object<'_>) -> Option<HashAlgorithm> {
    let oid = tlv::expect(algorithm.value, OID).ok()?;
    let known = HashAlgorithm::ALL.into_iter();
    let mut known = known.flat_map(|hash| [(true, hash), (false, hash)]);
    let found = known.find(|(rsa, hash)| cms::signature_oid(*rsa, *hash).as_bytes() == oid)?;
    Some(found.1)
}
