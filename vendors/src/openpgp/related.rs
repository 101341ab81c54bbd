//! Application related data (tag 6E; specification 3.4, 4.4.3.1): what the card says of
//! itself, and the tries left.

use securesign_card::apdu::Response;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, malformed};
use securesign_card::pin::Tries;
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

use super::get_data;

/// Application related data.
const RELATED: u32 = 0x6E;
/// Discretionary data objects, inside; the first cards have their content in their place.
const DISCRETIONARY: u32 = 0x73;
/// The whole AID, with version and serial number.
const AID: u32 = 0x4F;
/// Extended capabilities (4.4.3.7).
const CAPABILITIES: u32 = 0xC0;
/// PW status bytes (4.4.3.8 of 3.4; §4).
const STATUS: u32 = 0xC4;
/// Fingerprints of the three keys, 20 bytes each.
const FINGERPRINTS: u32 = 0xC5;

/// What is used of them.
#[derive(Clone, Debug, Default)]
pub struct Related {
    /// The whole AID: no other card has the same.
    pub aid: Vec<u8>,
    /// Of the specification, as in the AID: `0304` is 3.4.
    pub version: u16,
    /// The card may have a KDF-DO.
    pub may_derive: bool,
    /// It says that MANAGE SECURITY ENVIRONMENT lets a key stand in for another (3.3 and later).
    pub swaps_keys: bool,
    /// PW status bytes.
    pub status: Option<Status>,
    /// Whether the keys for signature, decryption and authentication have a fingerprint:
    /// whoever makes a key or puts it in sets it. `None`: not told.
    pub has_key: Option<[bool; 3]>,
}

/// PW status bytes (§4).
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// PW1 is good for one signature only.
    pub once: bool,
    /// Longest PW1, reset code and PW3.
    pub most: [u8; 3],
    /// Tries left of PW1.
    pub pw1: Tries,
    /// Tries left of the reset code; blocked where there is none.
    pub code: Tries,
    /// Tries left of PW3.
    pub pw3: Tries,
}

impl Status {
    /// From seven bytes; what follows is ignored.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [validity, pw1, code, pw3, pw1_left, code_left, pw3_left] = *bytes.first_chunk()?;
        Some(Self {
            once: validity == 0x00,
            // Bit 80: the card could take PIN block format 2.
            most: [pw1 & 0x7F, code & 0x7F, pw3 & 0x7F],
            pw1: Tries::from_count(pw1_left),
            code: Tries::from_count(code_left),
            pw3: Tries::from_count(pw3_left),
        })
    }
}

impl Related {
    /// GET DATA 6E. All that is used stands in its first 256 bytes, and the rest is left
    /// with the card.
    pub fn read(card: &mut Channel<'_>) -> Result<Self, CardError> {
        let during = "read the application related data";
        let Response { data, sw } = card.peek(during, &get_data(0x6E))?;
        if !sw.is_ok() && sw.sw1() != 0x61 {
            return Err(CardError::Refused { during, sw });
        }
        // Half of the cards give it with its tag, the others without (§8).
        let content = tlv::beginning(&data, RELATED).unwrap_or(&data);
        let mut objects = Vec::new();
        collect(content, &mut objects).map_err(malformed(during))?;
        let related = Self::parse(&objects);
        match related.version {
            // Another application's answer.
            0 => Err(CardError::Refused {
                during,
                sw: StatusWord::NOT_FOUND,
            }),
            _ => Ok(related),
        }
    }

    /// Whether the card knows a log-out (specification 3.1 and later, 7.2.2).
    pub fn logs_out(&self) -> bool {
        self.version >= 0x0301
    }

    fn parse(objects: &[u8]) -> Self {
        let of = |tag| tlv::find(objects, tag).ok().flatten();
        let aid = of(AID).unwrap_or_default();
        let version = aid.get(6..8);
        let has_key = of(FINGERPRINTS).and_then(|prints| {
            let [signature, decryption, authentication] =
                *prints.as_chunks::<20>().0.first_chunk()?;
            Some([signature, decryption, authentication].map(|print| print != [0; 20]))
        });
        Self {
            aid: aid.to_vec(),
            version: version.map_or(0, |it| u16::from(it[0]) << 8 | u16::from(it[1])),
            may_derive: of(CAPABILITIES)
                .is_some_and(|it| it.first().is_some_and(|b| b & 0x01 != 0)),
            swaps_keys: of(CAPABILITIES).is_some_and(|it| it.get(9) == Some(&0x01)),
            status: of(STATUS).and_then(Status::parse),
            has_key,
        }
    }
}

/// The objects that are used, side by side. What is cut off ends it.
fn collect(mut rest: &[u8], into: &mut Vec<u8>) -> Result<(), tlv::TlvError> {
    loop {
        if let Some(inside) = tlv::beginning(rest, DISCRETIONARY) {
            return collect(inside, into);
        }
        let Ok((object, next)) = tlv::first(rest) else {
            return Ok(());
        };
        if let AID | CAPABILITIES | STATUS | FINGERPRINTS = object.tag {
            into.extend(tlv::primitive(object.tag, object.value)?);
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As Nitrokey's opcard 1.11.0 answers (apdu-traces/openpgp), without the fingerprints.
    const OPCARD: &[u8] = &[
        0x4F, 0x10, 0xD2, 0x76, 0x00, 0x01, 0x24, 0x01, 0x03, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x5F, 0x52, 0x0A, 0x00, 0x31, 0xF5, 0x73, 0xC0, 0x01, 0x60, 0x05, 0x90,
        0x00, 0x73, 0x15, 0xC0, 0x0A, 0x3F, 0x00, 0x10, 0x00, 0x10, 0x00, 0x10, 0x00, 0x00, 0x01,
        0xC4, 0x07, 0x00, 0x7F, 0x7F, 0x7F, 0x02, 0x00, 0x01,
    ];

    fn parsed(content: &[u8]) -> Related {
        let mut objects = Vec::new();
        collect(content, &mut objects).unwrap();
        Related::parse(&objects)
    }

    #[test]
    fn what_is_cut_off_is_missing_and_the_rest_is_read() {
        let whole = parsed(OPCARD);
        assert_eq!((whole.version, whole.may_derive), (0x0304, true));
        assert!(whole.swaps_keys);
        let status = whole.status.unwrap();
        assert!(status.once);
        assert_eq!(
            [status.pw1, status.code, status.pw3],
            [Tries::Left(2), Tries::Blocked, Tries::Left(1)]
        );
        let cut = parsed(&OPCARD[..OPCARD.len() - 1]);
        assert_eq!((cut.version, cut.may_derive), (0x0304, true));
        assert!(cut.status.is_none());
        // Cards of version 1 and early 2 have the parts in place of 73.
        let flat = [&OPCARD[..31], &OPCARD[33..]].concat();
        assert_eq!(parsed(&flat).status.unwrap().pw1, Tries::Left(2));
    }

    #[test]
    fn a_status_of_more_bytes_is_read_and_one_of_fewer_is_none() {
        let bytes = [0x01, 0x20, 0x20, 0x20, 0x03, 0x00, 0x03, 0xFF];
        assert!(!Status::parse(&bytes).unwrap().once);
        assert!(Status::parse(&bytes[..6]).is_none());
    }

    proptest! {
        #[test]
        fn r27_any_bytes_are_stood(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut objects = Vec::new();
            let _ = collect(&bytes, &mut objects);
            let _ = Related::parse(&objects);
            let _ = Related::parse(&bytes);
        }
    }
}
