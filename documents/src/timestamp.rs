//! Time stamps of signatures (RFC 3161): the question for an authority, and what its answer is
//! worth. Whether the authority is to be trusted is for the caller to say.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912;
use der::asn1::{OctetString, Uint};
use der::{Encode, Sequence};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use securesign_card::certificate::Certificate;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::tlv::{self, Object};
use spki::AlgorithmIdentifierOwned;
use thiserror::Error;

use crate::cms::read;
use crate::extension;

/// id-ct-TSTInfo (RFC 3161, 2.4.2).
const INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// Tags as on the wire (X.690).
const BOOLEAN: u32 = 0x01;
const INTEGER: u32 = 0x02;
const OCTET_STRING: u32 = 0x04;
const OID: u32 = 0x06;
const GENERALIZED_TIME: u32 = 0x18;
const SEQUENCE: u32 = 0x30;

/// The longest answer, in bytes: what a signature keeps room for.
pub const LIMIT: usize = 16 * 1024;
/// How far the authority's clock and this computer's may be apart.
const APART: SignedDuration = SignedDuration::from_mins(10);

/// Why an answer is no time stamp of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Fault {
    /// It is of another signature, or the signature was changed.
    #[error("it is of something else")]
    Imprint,
    /// The authority's signature does not belong to it.
    #[error("its own signature is wrong")]
    Wrong,
    /// The authority's certificate is not for time stamps alone (RFC 3161, 2.3).
    #[error("its certificate is not for time stamps")]
    Usage,
    /// It answers another question.
    #[error("it answers another question")]
    Nonce,
    /// Its time and this computer's are more than ten minutes apart.
    #[error("its time is more than ten minutes away from this computer's")]
    Clock,
    /// The authority gives none.
    #[error("the authority refuses")]
    Refused,
    /// It cannot be read.
    #[error("it cannot be read")]
    Unreadable,
}

/// A time stamp that belongs to its signature.
#[derive(Clone, Debug)]
pub struct TimeStamp {
    der: Vec<u8>,
    /// When, as the authority says.
    pub time: Timestamp,
    /// Whose word that is.
    pub authority: Certificate,
    /// Further certificates that came with it.
    pub others: Vec<Certificate>,
}

impl TimeStamp {
    /// The token (2.4.2), a ContentInfo in DER.
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }
}

#[derive(Sequence)]
struct TimeStampReq {
    version: u8,
    imprint: MessageImprint,
    nonce: Uint,
    certificates: bool,
}

#[derive(Sequence)]
struct MessageImprint {
    algorithm: AlgorithmIdentifierOwned,
    digest: OctetString,
}

/// A question for a time stamp authority.
pub struct Request {
    digest: Digest,
    nonce: [u8; 8],
    der: Vec<u8>,
}

impl Request {
    /// Of the value of a signature. `None`: there are no random numbers.
    pub(crate) fn new(signature: &[u8]) -> Option<Self> {
        let digest = Digest::of(HashAlgorithm::Sha256, signature);
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).ok()?;
        // Positive, and eight bytes long in DER.
        nonce[0] = nonce[0] & 0x7F | 0x40;
        let question = TimeStampReq {
            version: 1,
            imprint: MessageImprint {
                algorithm: AlgorithmIdentifierOwned {
                    oid: rfc5912::ID_SHA_256,
                    parameters: None,
                },
                digest: OctetString::new(digest.bytes()).ok()?,
            },
            nonce: Uint::new(&nonce).ok()?,
            certificates: true,
        };
        let der = question.to_der().ok()?;
        Some(Self { digest, nonce, der })
    }

    /// A TimeStampReq in DER, to be posted as `application/timestamp-query`.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What the authority answered, a TimeStampResp in DER.
    ///
    /// # Errors
    ///
    /// [`Fault`]: that is no time stamp of this signature, made now.
    pub fn answered(&self, answer: &[u8], now: Timestamp) -> Result<TimeStamp, Fault> {
        if answer.len() > LIMIT {
            return Err(Fault::Unreadable);
        }
        let token = granted(answer)?;
        let (info, stamp) = checked(&token, &|hash| match hash == self.digest.algorithm() {
            true => self.digest.clone(),
            false => Digest::of(hash, &[]),
        })?;
        if info.nonce != Some(&self.nonce) {
            return Err(Fault::Nonce);
        }
        match stamp.time.duration_since(now).abs() <= APART {
            true => Ok(stamp),
            false => Err(Fault::Clock),
        }
    }
}

/// The time stamp that came with a signature.
///
/// # Errors
///
/// [`Fault`]: it is none of that signature.
pub fn check(token: &[u8], signature: &[u8]) -> Result<TimeStamp, Fault> {
    let digest = |hash| Digest::of(hash, signature);
    checked(token, &digest).map(|(_, stamp)| stamp)
}

/// The token in a TimeStampResp (2.4.2), not looked into.
///
/// # Errors
///
/// [`Fault::Refused`] and [`Fault::Unreadable`]: there is none.
pub fn granted(answer: &[u8]) -> Result<Vec<u8>, Fault> {
    let parts = tlv::expect(answer, SEQUENCE).and_then(tlv::split);
    let parts = parts.map_err(|_| Fault::Unreadable)?;
    let status = parts.first().filter(|it| it.tag == SEQUENCE);
    let status = status.and_then(|it| tlv::first(it.value).ok());
    match status {
        Some((
            Object {
                tag: INTEGER,
                value: [0 | 1],
                ..
            },
            _,
        )) => {}
        Some(_) => return Err(Fault::Refused),
        None => return Err(Fault::Unreadable),
    }
    let token = parts.get(1).filter(|it| it.tag == SEQUENCE);
    let token = token.and_then(|it| tlv::primitive(it.tag, it.value).ok());
    token.ok_or(Fault::Unreadable)
}

/// What is read of a TSTInfo.
struct Info<'a> {
    hash: HashAlgorithm,
    digest: &'a [u8],
    time: Timestamp,
    nonce: Option<&'a [u8]>,
}

fn checked<'a>(
    token: &'a [u8],
    digest: &dyn Fn(HashAlgorithm) -> Digest,
) -> Result<(Info<'a>, TimeStamp), Fault> {
    let content = read::content(token, INFO).ok_or(Fault::Unreadable)?;
    let info = Info::read(content).ok_or(Fault::Unreadable)?;
    if digest(info.hash).bytes() != info.digest {
        return Err(Fault::Imprint);
    }
    let sound = read::check_kind(token, INFO, &|hash| Digest::of(hash, content));
    let sound = sound.map_err(|fault| match fault {
        read::Fault::Unreadable | read::Fault::NoCertificate => Fault::Unreadable,
        read::Fault::Changed | read::Fault::Wrong | read::Fault::Exchanged => Fault::Wrong,
    })?;
    if !extension::is_for_time_stamps(&sound.certificate) {
        return Err(Fault::Usage);
    }
    let stamp = TimeStamp {
        der: token.to_vec(),
        time: info.time,
        authority: sound.certificate,
        others: sound.others,
    };
    Ok((info, stamp))
}

impl<'a> Info<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let fields = tlv::split(tlv::expect(content, SEQUENCE).ok()?).ok()?;
        let [version, policy, imprint, serial, time, rest @ ..] = &fields[..] else {
            return None;
        };
        let tags = [version, policy, imprint, serial, time].map(|it| it.tag);
        let is_known = tags == [INTEGER, OID, SEQUENCE, INTEGER, GENERALIZED_TIME];
        (is_known && version.value == [1]).then_some(())?;
        let imprint = tlv::split(imprint.value).ok()?;
        let [algorithm, digest] = imprint[..] else {
            return None;
        };
        (algorithm.tag == SEQUENCE && digest.tag == OCTET_STRING).then_some(())?;
        // Accuracy and ordering may stand before it.
        let before = |it: &&Object| matches!(it.tag, SEQUENCE | BOOLEAN);
        let nonce = rest.iter().find(|it| !before(it));
        Some(Self {
            hash: read::hash(algorithm.value)?,
            digest: digest.value,
            time: moment(time.value)?,
            nonce: nonce.filter(|it| it.tag == INTEGER).map(|it| it.value),
        })
    }
}

/// A GeneralizedTime in UTC, which may have fractions of a second.
fn moment(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let time = DateTime::strptime("%Y%m%d%H%M%S%.f", text).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 3161, 2.4.2, has the first one as its example.
    #[test]
    fn times_may_have_fractions_of_a_second() {
        let read = |text: &str| moment(text.as_bytes()).map(|time| time.to_string());
        for (text, time) in [
            ("19990609001326.34352Z", "1999-06-09T00:13:26.34352Z"),
            ("20261128011500Z", "2026-11-28T01:15:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(time));
        }
        for other in [
            "20261128011500",
            "20261128011500+0530",
            "2026Z",
            "20261328011500Z",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
