//! Which command signed. An answer is a signature where it is one of a key whose certificate
//! was read: RSA's block is recovered with the public key, ECDSA's is verified over what the
//! commands before it carried.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_224, ID_SHA_256, ID_SHA_384, ID_SHA_512};
use rsa::BoxedUint;
use rsa::hazmat::rsa_encrypt;
use rsa::traits::PublicKeyParts;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::tlv;

use crate::Refused;
use crate::contents::Stored;
use crate::kind::{Kind, kind};
use crate::steps::Step;
use crate::work::Work;

/// Steps before a signature in which its digest is looked for.
const BEFORE: usize = 12;

/// Levels of TLV in which a signature or a digest may stand.
const DEPTH: usize = 3;

/// Objects that are looked at in one field.
const PARTS: usize = 64;

/// A signature that fits a certificate.
pub struct Signature {
    /// Number of the step that gave it.
    pub step: usize,
    /// Number of the certificate.
    pub certificate: usize,
    /// What was signed, as far as the signature tells.
    pub scheme: Scheme,
    /// Bytes of the answer in front of it.
    pub at: usize,
    /// It was in the answer with its last byte first.
    pub reversed: bool,
    /// Where the digest was given to the card.
    pub input: Option<Input>,
}

/// What a signature is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// PKCS#1 v1.5 with this hash; `None` where there is no DigestInfo that is known.
    Pkcs1(Option<&'static str>),
    /// A block that ends as one of PSS. Without the digest it cannot be checked.
    Pss,
    /// ECDSA; r and s bare, or as DER.
    Ecdsa {
        /// As DER.
        der: bool,
    },
}

/// Where a digest stood in what the card was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Number of the step.
    pub step: usize,
    /// In which form.
    pub form: InputForm,
    /// Bytes of its data in front of it, and behind.
    pub around: (Vec<u8>, usize),
}

/// In which form a digest is given to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputForm {
    /// The whole PKCS#1 block, this many bytes.
    Block(usize),
    /// The same without its first zero.
    BlockTail(usize),
    /// What stands in the block behind its padding.
    DigestInfo(usize),
    /// The bare digest.
    Digest(usize),
}

/// All signatures of a conversation.
///
/// # Errors
///
/// [`Refused::TooMuch`]: there are more answers that may be one than are looked at.
pub fn signatures(
    steps: &[Step],
    certificates: &[Stored],
    work: &mut Work,
) -> Result<Vec<Signature>, Refused> {
    let mut found = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let reads = matches!(kind(&step.header), Kind::Select | Kind::Read | Kind::Write);
        if reads || step.protected || !step.succeeded() || step.answer.is_empty() {
            continue;
        }
        for (number, stored) in certificates.iter().enumerate() {
            let signature = match stored.certificate.key() {
                PublicKey::Rsa(key) | PublicKey::RsaPss(key) => rsa(steps, at, key, work)?,
                key => ecdsa(steps, at, key, work)?,
            };
            if let Some(mut signature) = signature {
                signature.certificate = number;
                found.push(signature);
                break;
            }
        }
    }
    Ok(found)
}

/// The bytes themselves, and the objects in them to some depth, each with its place.
pub fn parts(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut parts = vec![(0, bytes)];
    let mut level = 0;
    for _ in 0..DEPTH {
        let end = parts.len();
        for outer in level..end {
            let (start, value) = parts[outer];
            let mut rest = value;
            while parts.len() < PARTS
                && let Ok((object, after)) = tlv::first(rest)
            {
                let at = start + value.len() - after.len() - object.value.len();
                parts.push((at, object.value));
                rest = after;
            }
        }
        level = end;
    }
    parts
}

fn rsa(
    steps: &[Step],
    at: usize,
    key: &rsa::PublicKey,
    work: &mut Work,
) -> Result<Option<Signature>, Refused> {
    let whole = parts(&steps[at].answer)
        .into_iter()
        .find(|(_, part)| part.len() == key.size());
    let Some((start, signature)) = whole else {
        return Ok(None);
    };
    let backwards: Vec<u8> = signature.iter().rev().copied().collect();
    for (reversed, signature) in [(false, signature), (true, &backwards[..])] {
        work.check()?;
        let block = recover(key, signature).unwrap_or_default();
        if let Some(scheme) = scheme(&block) {
            return Ok(Some(Signature {
                step: at,
                certificate: 0,
                scheme,
                at: start,
                reversed,
                input: input(steps, at, &block),
            }));
        }
    }
    Ok(None)
}

/// RSAVP1 (RFC 8017, 5.2.2): the block that was signed, as long as the modulus.
fn recover(key: &rsa::PublicKey, signature: &[u8]) -> Option<Vec<u8>> {
    let number = BoxedUint::from_be_slice(signature, key.n().bits_precision()).ok()?;
    if number >= *key.n().as_ref() {
        return None;
    }
    let block = rsa_encrypt(key, &number).ok()?.to_be_bytes();
    let zeros = key.size().checked_sub(block.len());
    match zeros {
        Some(zeros) => Some([vec![0; zeros], block.to_vec()].concat()),
        None => Some(block[block.len() - key.size()..].to_vec()),
    }
}

/// What stands behind the padding of PKCS#1 v1.5 (RFC 8017, 9.2).
fn payload(block: &[u8]) -> Option<&[u8]> {
    let rest = block.strip_prefix(&[0x00, 0x01])?;
    let fill = rest.iter().take_while(|byte| **byte == 0xFF).count();
    let payload = rest[fill..].strip_prefix(&[0x00])?;
    (fill >= 8 && !payload.is_empty()).then_some(payload)
}

fn scheme(block: &[u8]) -> Option<Scheme> {
    if let Some(payload) = payload(block) {
        return Some(Scheme::Pkcs1(digest(payload).map(|(name, _)| name)));
    }
    // RFC 8017, 9.1.1. One in 256 blocks of no kind ends so too, and begins with a zero bit.
    (block.last() == Some(&0xBC)).then_some(Scheme::Pss)
}

/// The hash that a DigestInfo names, and the digest.
fn digest(info: &[u8]) -> Option<(&'static str, &[u8])> {
    const HASHES: [(ObjectIdentifier, &str, usize); 5] = [
        (ID_SHA_1, "SHA-1", 20),
        (ID_SHA_224, "SHA-224", 28),
        (ID_SHA_256, "SHA-256", 32),
        (ID_SHA_384, "SHA-384", 48),
        (ID_SHA_512, "SHA-512", 64),
    ];
    let content = tlv::expect(info, 0x30).ok()?;
    let (algorithm, rest) = tlv::first(content).ok()?;
    let oid = tlv::expect(algorithm.value, 0x06).ok()?;
    let digest = tlv::expect(rest, 0x04).ok()?;
    let oid = ObjectIdentifier::from_bytes(oid).ok()?;
    let (_, name, len) = HASHES.into_iter().find(|(known, _, _)| *known == oid)?;
    (digest.len() == len).then_some((name, digest))
}

/// Where what was signed was given to the card: by the command itself, or by one before it.
fn input(steps: &[Step], at: usize, block: &[u8]) -> Option<Input> {
    let payload = payload(block).unwrap_or_default();
    let bare = digest(payload).map_or(payload, |(_, digest)| digest);
    let forms = [
        (block, InputForm::Block(block.len())),
        (&block[1..], InputForm::BlockTail(block.len() - 1)),
        (payload, InputForm::DigestInfo(payload.len())),
        (bare, InputForm::Digest(bare.len())),
    ];
    recent(steps, at).find_map(|step| {
        let data = &steps[step].data;
        forms.iter().find_map(|(bytes, form)| {
            let around = around(data, bytes)?;
            Some(Input {
                step,
                form: *form,
                around,
            })
        })
    })
}

/// The step, and those before it, the latest first.
fn recent(steps: &[Step], at: usize) -> impl Iterator<Item = usize> {
    let first = at.saturating_sub(BEFORE);
    (first..=at)
        .rev()
        .filter(move |step| !steps[*step].protected)
}

fn around(data: &[u8], bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    if bytes.len() < 16 {
        return None;
    }
    let at = data
        .windows(bytes.len())
        .position(|window| window == bytes)?;
    Some((data[..at].to_vec(), data.len() - at - bytes.len()))
}

fn ecdsa(
    steps: &[Step],
    at: usize,
    key: &PublicKey,
    work: &mut Work,
) -> Result<Option<Signature>, Refused> {
    let Some(len) = key.curve_len() else {
        return Ok(None);
    };
    for (start, signature) in parts(&steps[at].answer) {
        let der = signature.first() == Some(&0x30) && signature.len() > 2 * len - 16;
        if !der && signature.len() != 2 * len {
            continue;
        }
        for step in recent(steps, at) {
            for (before, part) in parts(&steps[step].data) {
                if !(16..=96).contains(&part.len()) {
                    continue;
                }
                work.check()?;
                if !verifies(key, part, signature) {
                    continue;
                }
                let behind = steps[step].data.len() - before - part.len();
                return Ok(Some(Signature {
                    step: at,
                    certificate: 0,
                    scheme: Scheme::Ecdsa { der },
                    at: start,
                    reversed: false,
                    input: Some(Input {
                        step,
                        form: InputForm::Digest(part.len()),
                        around: (steps[step].data[..before].to_vec(), behind),
                    }),
                }));
            }
        }
    }
    Ok(None)
}

/// Whether it is a signature over what a card was given. What is shorter or longer than a
/// digest is a digest with zeros in front (FIPS 186-5, 6.4.1).
fn verifies(key: &PublicKey, given: &[u8], signature: &[u8]) -> bool {
    let zeros = given.iter().take_while(|byte| **byte == 0).count();
    HashAlgorithm::ALL.into_iter().any(|algorithm| {
        let size = algorithm.size();
        let digest = match given.len().checked_sub(size) {
            Some(more) if more <= zeros => given[more..].to_vec(),
            Some(_) => return false,
            None => [vec![0; size - given.len()], given.to_vec()].concat(),
        };
        let digest = Digest::new(algorithm, &digest);
        digest.is_some_and(|digest| key.standard(ToSign::Digest(&digest), signature).is_some())
    })
}
