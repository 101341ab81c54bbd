//! Certificates, and the key of each: a list of containers has both.

use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::profile::{Credential, Found, KeyId, Note, PinUse, Problem, Search};
use securesign_card::sw::StatusWord;

use super::files::{AWP, Files};
use super::pins::HOLDERS_PIN;
use crate::offer::{find, signing};

/// The list of containers, and the directories of what they name.
const CONTAINERS: u16 = 0x3000;
const PUBLIC: u16 = 0x9001;
pub const PRIVATE: u16 = 0x9002;

/// First byte of the identifiers of certificates and of RSA private keys.
const CERTIFICATE: u8 = 0x20;
const PRIVATE_KEY: u8 = 0x30;

/// Most containers that are looked at.
const MOST: u8 = 16;

/// A certificate and its key, by the identifiers of their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair {
    certificate: u16,
    /// Nothing: the container has none.
    key: Option<u16>,
}

/// Signing certificates with a key on the card.
pub fn credentials(
    card: &mut Channel<'_>,
    files: &mut Files,
    search: &Search,
) -> Result<Found, CardError> {
    let during = "read the list of keys";
    let records = match files.records(card, during, &[AWP, CONTAINERS], MOST) {
        // Nobody has initialised it.
        Err(CardError::Refused {
            sw: StatusWord::NOT_FOUND,
            ..
        }) => Vec::new(),
        other => other?,
    };
    find(pairs(&records), search, |pair, search, found| {
        pair.take_in(card, files, search, found)
    })
}

/// A container has a pair to exchange keys and one to sign: public key, private key and
/// certificate of each, zero for what is not there.
fn pairs(records: &[Vec<u8>]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for record in records {
        let halves = record.get(..12).unwrap_or_default().chunks_exact(6);
        for half in halves {
            let identifier = |at: usize| u16::from_be_bytes([half[at], half[at + 1]]);
            let (key, certificate) = (identifier(2), identifier(4));
            let pair = Pair {
                certificate,
                key: Some(key).filter(|_| half[2] == PRIVATE_KEY),
            };
            if half[4] == CERTIFICATE && !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

impl Pair {
    /// Reads the certificate and takes it in; what cannot be used is a note, not an error.
    /// False: by its first bytes it is another one than the one that is asked for.
    fn take_in(
        self,
        card: &mut Channel<'_>,
        files: &mut Files,
        search: &Search,
        found: &mut Found,
    ) -> Result<bool, CardError> {
        let label = format!("Certificate {:04X}", self.certificate);
        let path = [AWP, PUBLIC, self.certificate];
        let unwanted = |bytes: &[u8]| search.rules_out(bytes);
        let der = match files.read_unless(card, "read a certificate", &path, unwanted) {
            Ok(Some(der)) => der,
            Ok(None) => return Ok(false),
            Err(error) => {
                // Where that has left off nobody knows.
                files.forget();
                found.notes.push(Note::unreadable(label, error)?);
                return Ok(true);
            }
        };
        let Some(certificate) = signing(&label, &der, &mut found.notes) else {
            return Ok(true);
        };
        match self.key {
            Some(key) => found.credentials.push(Credential {
                label,
                key: KeyId(key),
                pin: HOLDERS_PIN,
                when: PinUse::Once,
                certificate,
                missing: None,
            }),
            None => found.notes.push(Note {
                place: label,
                problem: Problem::NoKey(Some(certificate.subject())),
            }),
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the sheet, and a container with both pairs, of which one has no key.
    #[test]
    fn a_container_names_certificates_and_their_keys() {
        let mut example = vec![0; 6];
        example.extend([0x10, 0x00, 0x30, 0x00, 0x20, 0x00, 0x00, 0x24]);
        example.extend([b'x'; 36]);
        let both = vec![0x10, 1, 0x30, 1, 0x20, 1, 0x10, 2, 0, 0, 0x20, 2, 0, 0x26];
        let pair = |certificate, key| Pair { certificate, key };
        assert_eq!(
            pairs(&[example.clone(), both, example, vec![0x20; 5]]),
            [
                pair(0x2000, Some(0x3000)),
                pair(0x2001, Some(0x3001)),
                pair(0x2002, None),
            ]
        );
    }
}
